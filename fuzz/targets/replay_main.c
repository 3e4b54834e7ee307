/* SPDX-License-Identifier: MIT */
/*
 * replay_main: a fuzz target without a fuzzer.  Each argument is a file, or a
 * folder whose files are taken in name order; each is given once to the same
 * entry that libFuzzer and AFL++ call.  Serves gcc, valgrind and ctest.
 *
 * The input lies in a heap buffer of exactly its size, so that a read past its
 * end is seen by AddressSanitizer and by valgrind.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Exit statuses are those of the command. */
enum { EXIT_USAGE = 2, EXIT_BAD_INPUT = 3, EXIT_NOTHING_RUN = 4, EXIT_OUR_FAULT = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* libFuzzer calls it when the target has one, and so do we. */
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

struct replay {
	const char *program;
	int verbose;
	unsigned long inputs;
};

static const char usage_text[] = "usage: %s [--verbose] [--help] [--] FILE|FOLDER ...\n"
				 "Gives each file, as bytes, to the fuzz target and counts them.\n"
				 "  --verbose  print each file's name before it runs\n"
				 "Exit: 0 all ran, 2 usage, 3 unreadable file, 4 nothing run.\n";

static void fail(const struct replay *r, int status, const char *path, const char *reason)
{
	fprintf(stderr, "%s: %s: %s\n", r->program, path, reason);
	exit(status);
}

/* All bytes of an open file; the buffer is as long as what was read. */
static uint8_t *read_all(const struct replay *r, const char *path, FILE *file, size_t *size)
{
	size_t room = 4096;
	size_t used = 0;
	uint8_t *all = malloc(room);
	uint8_t *exact;

	while (all) {
		used += fread(all + used, 1, room - used, file);
		if (used < room)
			break;
		room *= 2;
		exact = realloc(all, room);
		if (!exact)
			free(all);
		all = exact;
	}
	if (!all)
		fail(r, EXIT_OUR_FAULT, path, "out of memory");
	if (ferror(file))
		fail(r, EXIT_BAD_INPUT, path, strerror(errno));
	exact = malloc(used);
	if (!exact && used)
		fail(r, EXIT_OUR_FAULT, path, "out of memory");
	if (used)
		memcpy(exact, all, used);
	free(all);
	*size = used;
	return exact;
}

static void replay_file(struct replay *r, const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	size_t size;

	if (!file)
		fail(r, EXIT_BAD_INPUT, path, strerror(errno));
	data = read_all(r, path, file, &size);
	(void)fclose(file); /* read only: nothing can be lost */
	if (r->verbose) {
		printf("%s\n", path);
		(void)fflush(stdout); /* before a crash takes it along */
	}
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	r->inputs++;
}

static int is_folder(const struct replay *r, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		fail(r, EXIT_BAD_INPUT, path, strerror(errno));
	return S_ISDIR(st.st_mode);
}

/* The files of one folder; what lies deeper was not asked for. */
static void replay_folder(struct replay *r, const char *folder)
{
	struct dirent **entries;
	int nr = scandir(folder, &entries, NULL, alphasort);

	if (nr < 0)
		fail(r, EXIT_BAD_INPUT, folder, strerror(errno));
	for (int i = 0; i < nr; i++) {
		size_t len = strlen(folder) + strlen(entries[i]->d_name) + 2;
		char *path = malloc(len);

		if (!path)
			fail(r, EXIT_OUR_FAULT, folder, "out of memory");
		(void)snprintf(path, len, "%s/%s", folder, entries[i]->d_name);
		if (!is_folder(r, path))
			replay_file(r, path);
		free(path);
		free(entries[i]);
	}
	free(entries);
}

/* Take the options off argv; what remains are paths. */
static int take_options(struct replay *r, int argc, char **argv)
{
	int at = 1;

	for (; at < argc && argv[at][0] == '-'; at++) {
		if (strcmp(argv[at], "--") == 0)
			return at + 1;
		if (strcmp(argv[at], "--help") == 0) {
			printf(usage_text, r->program);
			exit(0);
		}
		if (strcmp(argv[at], "--verbose") == 0) {
			r->verbose = 1;
			continue;
		}
		fprintf(stderr, "%s: unknown option %s\n", r->program, argv[at]);
		fprintf(stderr, usage_text, r->program);
		exit(EXIT_USAGE);
	}
	return at;
}

int main(int argc, char **argv)
{
	struct replay r = {.program = argv[0]};
	int first = take_options(&r, argc, argv);

	if (LLVMFuzzerInitialize)
		LLVMFuzzerInitialize(&argc, &argv);
	for (int i = first; i < argc; i++) {
		if (is_folder(&r, argv[i]))
			replay_folder(&r, argv[i]);
		else
			replay_file(&r, argv[i]);
	}
	if (r.inputs == 0) {
		fprintf(stderr, "%s: nothing run: %s\n", r.program,
			first < argc ? "the folders given hold no files"
				     : "no file or folder was given");
		return EXIT_NOTHING_RUN;
	}
	printf("%lu inputs replayed\n", r.inputs);
	return 0;
}
