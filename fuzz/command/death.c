/* SPDX-License-Identifier: MIT */
/*
 * death: what a process died of, as a class: the same cause reads the same
 * in each run of one program.
 *
 * A sanitizer's report gives its kind and the topmost functions of ours; a
 * caller error or undefined behaviour its place; a bare signal the topmost
 * return addresses inside the program.
 */
#include "fuzz/command/worker.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

#if defined(__GLIBC__)
#include <execinfo.h>
#endif

#define TOP_FRAMES 3
#define STACK_MAX  64

/* Where the program's code lies, as the linker says. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming) */
extern const char __executable_start[];
extern const char etext[];

static bool is_ours(uintptr_t at)
{
	return at >= (uintptr_t)__executable_start && at < (uintptr_t)etext;
}

int death_frames(uintptr_t *frames, int max)
{
	int n = 0;
#if defined(__GLIBC__)
	void *stack[STACK_MAX];
	int nr = backtrace(stack, STACK_MAX);
	int i = 0;

	/* the handler is ours, what called it is not, what was hit is */
	while (i < nr && is_ours((uintptr_t)stack[i]))
		i++;
	for (; i < nr && n < max; i++) {
		if (is_ours((uintptr_t)stack[i]))
			frames[n++] = (uintptr_t)stack[i] - (uintptr_t)__executable_start;
	}
#else
	(void)frames;
	(void)max;
#endif
	return n;
}

static void append(struct verdict *v, const char *text, size_t len)
{
	size_t at = strlen(v->what);

	(void)snprintf(v->what + at, sizeof(v->what) - at, " %.*s", (int)len, text);
}

/* The line in which word stands; NULL when it stands nowhere. */
static const char *line_with(const char *said, const char *word, size_t *len)
{
	const char *at = strstr(said, word);

	if (!at)
		return NULL;
	while (at > said && at[-1] != '\n')
		at--;
	*len = strcspn(at, "\n");
	return at;
}

/* "    #1 0x55d0 in mm_buddy_put /x/ref/phys/buddy/buddy.c:160": the function. */
static bool project_frame(const char *line, size_t len, const char **name, size_t *name_len)
{
	const char *in = strstr(line, " in ");
	size_t skip = strspn(line, " ");

	if (skip >= len || line[skip] != '#' || !in || in >= line + len)
		return false;
	*name = in + 4;
	*name_len = strcspn(*name, " \n");
	in = strstr(*name, "/ref/");
	if (!in || in >= line + len)
		in = strstr(*name, "/fuzz/");
	if (!in || in >= line + len)
		in = strstr(*name, "/invariants/");
	return in && in < line + len;
}

static void append_functions(struct verdict *v, const char *said)
{
	int found = 0;

	while (*said && found < TOP_FRAMES) {
		size_t len = strcspn(said, "\n");
		const char *name;
		size_t name_len;

		if (project_frame(said, len, &name, &name_len)) {
			append(v, name, name_len);
			found++;
		}
		said += len + (said[len] == '\n');
	}
}

static bool class_of_sanitizer(struct verdict *v, const char *said)
{
	static const char mark[] = "ERROR: AddressSanitizer: ";
	size_t len;
	const char *line = line_with(said, mark, &len);
	const char *kind;

	if (!line)
		return false;
	kind = strstr(line, mark) + strlen(mark);
	(void)snprintf(v->id, sizeof(v->id), "sanitizer");
	(void)snprintf(v->what, sizeof(v->what), "AddressSanitizer:");
	append(v, kind, strcspn(kind, " \n"));
	append_functions(v, line);
	(void)snprintf(v->text, sizeof(v->text), "%s", v->what);
	return true;
}

/* The place as git names files, wherever the tree lies. */
static const char *short_place(const char *line, size_t len)
{
	static const char *const folders[] = {"/ref/", "/fuzz/", "/invariants/", "/include/"};
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		const char *at = strstr(line, folders[i]);

		if (at && at < line + len)
			return at + 1;
	}
	return line;
}

/* "FILE:LINE:COLUMN: runtime error: ..." or "FILE:LINE: caller error: ...". */
static bool class_of_place(struct verdict *v, const char *said)
{
	static const char *const marks[] = {": runtime error: ", ": caller error: "};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t len;
		const char *line = line_with(said, marks[i], &len);
		const char *mark = line ? strstr(line, marks[i]) : NULL;
		const char *place;

		if (!mark)
			continue;
		place = short_place(line, (size_t)(mark - line));
		append(v, place, (size_t)(mark - place));
		(void)snprintf(v->text, sizeof(v->text), "%.*s", (int)(line + len - place), place);
		return true;
	}
	return false;
}

void death_class(struct verdict *v, const char *said, int sig, const uintptr_t *frames,
		 int nr_frames)
{
	int i;

	if (class_of_sanitizer(v, said))
		return;
	(void)snprintf(v->id, sizeof(v->id), "%s", signal_word(sig));
	(void)snprintf(v->what, sizeof(v->what), "%s", v->id);
	if (class_of_place(v, said))
		return;
	for (i = 0; i < nr_frames; i++) {
		char text[24];

		(void)snprintf(text, sizeof(text), "+0x%" PRIxPTR, frames[i]);
		append(v, text, strlen(text));
	}
	(void)snprintf(v->text, sizeof(v->text), "%s", v->what);
}
