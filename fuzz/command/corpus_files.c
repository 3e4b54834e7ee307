/* SPDX-License-Identifier: MIT */
/*
 * corpus_files: folders of inputs, read whole and replaced whole.
 */
#include "fuzz/command/corpus.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_MAX_LEN 4096

static int complain(const char *path, const char *what)
{
	(void)fprintf(stderr, "mmref: %s: %s: %s\n", path, what, strerror(errno));
	return STATUS_BAD_INPUT;
}

static int no_memory(void)
{
	(void)fprintf(stderr, "mmref: no host memory for the corpus\n");
	return STATUS_OUR_FAULT;
}

static int not_hidden(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* ---- reading ---- */

static int add_file(struct corpus *c, const char *path)
{
	struct mm_error e = {NULL, 0, 0, ""};
	struct corpus_input *in;
	size_t len = 0;
	char *bytes;

	if (c->nr == c->cap) {
		size_t cap = c->cap * 2 + 64;
		struct corpus_input *more = realloc(c->in, cap * sizeof(*more));

		if (!more)
			return no_memory();
		c->in = more;
		c->cap = cap;
	}
	bytes = read_file(path, &len, &e);
	if (!bytes)
		return bad_input(&e);
	in = &c->in[c->nr];
	in->bytes = (uint8_t *)bytes;
	in->len = len;
	in->path = strdup(path);
	if (!in->path) {
		free(bytes);
		return no_memory();
	}
	in->name = strrchr(in->path, '/') + 1;
	c->nr++;
	return STATUS_OK;
}

static int add_entry(struct corpus *c, const char *folder, const char *name)
{
	char path[PATH_MAX_LEN];
	struct stat st;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return complain(folder, name);
	}
	if (stat(path, &st))
		return complain(path, "cannot be read");
	if (S_ISDIR(st.st_mode)) {
		(void)fprintf(stderr,
			      "mmref: %s: a folder inside a corpus; name it itself, or move it "
			      "away\n",
			      path);
		return STATUS_BAD_INPUT;
	}
	return add_file(c, path);
}

int corpus_load(struct corpus *c, const char *folder)
{
	struct dirent **names;
	int n = scandir(folder, &names, not_hidden, alphasort);
	int status = STATUS_OK;
	int i;

	if (n < 0)
		return complain(folder, "cannot be read as a folder");
	for (i = 0; i < n; i++) {
		if (!status)
			status = add_entry(c, folder, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	if (!n) {
		(void)fprintf(stderr, "mmref: %s: the folder holds no input\n", folder);
		return STATUS_NOTHING;
	}
	return status;
}

void corpus_free(struct corpus *c)
{
	size_t i;

	for (i = 0; i < c->nr; i++) {
		free(c->in[i].path);
		free(c->in[i].bytes);
	}
	free(c->in);
	memset(c, 0, sizeof(*c));
}

uint64_t corpus_bytes(const struct corpus *c)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < c->nr; i++)
		sum += c->in[i].len;
	return sum;
}

/* ---- writing ---- */

int corpus_folder(const char *folder, bool empty)
{
	struct dirent **names;
	int n;
	int i;

	if (mkdir(folder, 0777) && errno != EEXIST)
		return complain(folder, "cannot be made");
	n = scandir(folder, &names, not_hidden, alphasort);
	if (n < 0)
		return complain(folder, "cannot be read as a folder");
	for (i = 0; i < n; i++)
		free(names[i]);
	free(names);
	if (!n || !empty)
		return STATUS_OK;
	(void)fprintf(stderr, "mmref: %s: not empty; name a new folder\n", folder);
	return STATUS_BAD_INPUT;
}

/* A hidden name beside it first: a reader sees the whole file or none. */
int corpus_write(const char *folder, const char *name, const void *bytes, size_t len)
{
	char part[PATH_MAX_LEN];
	char path[PATH_MAX_LEN];
	bool bad;
	FILE *f;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path) ||
	    snprintf(part, sizeof(part), "%s/.%s.part", folder, name) >= (int)sizeof(part)) {
		errno = ENAMETOOLONG;
		return complain(folder, name);
	}
	f = fopen(part, "wb");
	if (!f)
		return complain(part, "cannot be written");
	bad = fwrite(bytes, 1, len, f) != len;
	if (fclose(f) || bad || rename(part, path)) {
		int status = complain(path, "cannot be written");

		(void)unlink(part);
		return status;
	}
	return STATUS_OK;
}

int corpus_remove(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *d;
	int status = STATUS_OK;

	if (!dir)
		return errno == ENOENT ? STATUS_OK : complain(folder, "cannot be read as a folder");
	while ((d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 &&
		    unlinkat(dirfd(dir), d->d_name, 0))
			status = complain(folder, d->d_name);
	}
	(void)closedir(dir);
	if (!status && rmdir(folder))
		status = complain(folder, "cannot be removed");
	return status;
}

/* FOLDER without slashes at its end, and an ending. */
static int beside(char *path, size_t len, const char *folder, const char *ending)
{
	size_t n = strlen(folder);

	while (n > 1 && folder[n - 1] == '/')
		n--;
	if (snprintf(path, len, "%.*s%s", (int)n, folder, ending) < (int)len)
		return STATUS_OK;
	errno = ENAMETOOLONG;
	return complain(folder, ending);
}

int corpus_begin(const char *folder, char *path, size_t len)
{
	char old[PATH_MAX_LEN];
	struct stat st;

	if (beside(path, len, folder, ".new") || beside(old, sizeof(old), folder, ".old"))
		return STATUS_BAD_INPUT;
	if (!stat(old, &st)) {
		(void)fprintf(stderr,
			      "mmref: %s: an earlier call was interrupted; compare it with %s, "
			      "then remove it or move it back\n",
			      old, folder);
		return STATUS_BAD_INPUT;
	}
	/* what a call that did not come to its end left there is made anew */
	if (corpus_remove(path))
		return STATUS_BAD_INPUT;
	return corpus_folder(path, true);
}

int corpus_commit(const char *folder)
{
	char new[PATH_MAX_LEN];
	char old[PATH_MAX_LEN];

	if (beside(new, sizeof(new), folder, ".new") || beside(old, sizeof(old), folder, ".old"))
		return STATUS_BAD_INPUT;
	if (rename(folder, old))
		return complain(folder, "cannot be moved aside");
	if (rename(new, folder)) {
		int status = complain(new, "cannot be moved to its place");

		if (rename(old, folder))
			(void)complain(old, "cannot be moved back: it is the corpus");
		return status;
	}
	return corpus_remove(old);
}
