/* SPDX-License-Identifier: MIT */
/*
 * death: what a process died of, as a class: the same cause reads the same
 * in each run of one program.
 *
 *     kind     the sanitizer's word | what UndefinedBehaviorSanitizer or a caller
 *              error said | the signal
 *     frames   return addresses inside the program, taken while it died
 *       |  names from its own symbol table; without runtimes, without what
 *       |  handled the death, up to the run loop
 *       v
 *     the topmost three functions that differ
 *
 * Addresses are relative to where the program was loaded, and a function that was
 * inlined has none of its own: neither the place of the program in memory nor a
 * symboliser changes a class.
 */
#include "fuzz/command/death.h"

#include "fuzz/command/symbols.h"

#include <ctype.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GLIBC__)
#include <execinfo.h>
#endif

#define TOP_FRAMES 3

/* Where the program's code lies, as the linker says. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming) */
extern const char __executable_start[];
extern const char etext[];

static bool is_ours(uintptr_t at)
{
	return at >= (uintptr_t)__executable_start && at < (uintptr_t)etext;
}

void death_frames(struct death *d)
{
	d->nr_frames = 0;
#if defined(__GLIBC__)
	void *stack[DEATH_FRAMES_MAX];
	int nr = backtrace(stack, DEATH_FRAMES_MAX);
	int i;

	for (i = 0; i < nr; i++)
		d->frames[d->nr_frames++] =
			is_ours((uintptr_t)stack[i])
				? (uintptr_t)stack[i] - (uintptr_t)__executable_start
				: 0;
#endif
}

/* ---- the topmost functions ---- */

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++) {
		if (strcmp(name, *names) == 0)
			return true;
	}
	return false;
}

/* What handles a death or ends the process is not where it happened.  Functions
 * of runtimes, and of C++, begin with an underscore; ours do not. */
static bool is_handler(const char *name)
{
	static const char *const handlers[] = {"death_frames", "note_death",    "on_death",
					       "on_sanitizer", "on_limit",      "on_exit_call",
					       "on_signal",    "mm_pre_failed", NULL};

	return name[0] == '_' || is_one_of(name, handlers);
}

/* Everything from here on called the operation, whichever it was. */
static bool is_run_loop(const char *name)
{
	static const char *const loop[] = {"run_op",        "one_op",       "judge_op",
					   "judge_expects", "mm_run_trace", NULL};

	return is_one_of(name, loop);
}

/* Is it the very place of a memory fault, and no return address? */
static bool is_fault(const struct death *d, int i)
{
	static const char *const kinds[] = {"SEGV", "stack-overflow", "BUS", "FPE", "ILL", NULL};
	bool faults = d->kind[0] ? is_one_of(d->kind, kinds) : d->sig != SIGABRT;

	return faults && i && !d->frames[i - 1];
}

static void append(char *text, size_t len, const char *what)
{
	size_t at = strlen(text);

	(void)snprintf(text + at, len - at, "%s%s", at ? " < " : "", what);
}

/* A program without symbols: addresses, below the handler and what called it. */
static void top_addresses(const struct death *d, char *text, size_t len)
{
	char address[24];
	int found = 0;
	int i = 0;

	while (i < d->nr_frames && d->frames[i])
		i++;
	for (; i < d->nr_frames && found < TOP_FRAMES; i++) {
		if (!d->frames[i])
			continue;
		(void)snprintf(address, sizeof(address), "+0x%" PRIxPTR, d->frames[i]);
		append(text, len, address);
		found++;
	}
}

struct top {
	char name[TOP_FRAMES][DEATH_NAME_LEN];
	int nr;
	bool recursed;
};

static void add_top(struct top *t, const char *name)
{
	int i;

	for (i = 0; i < t->nr && strcmp(t->name[i], name) != 0; i++)
		continue;
	if (i < t->nr)
		t->recursed = true;
	else if (i < TOP_FRAMES)
		(void)snprintf(t->name[t->nr++], DEATH_NAME_LEN, "%s", name);
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): libc wants it so */
static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* False when the program has no names. */
static bool top_names(const struct death *d, struct top *t)
{
	char name[DEATH_NAME_LEN];
	bool any = false;
	int i;

	for (i = 0; i < d->nr_frames; i++) {
		if (!d->frames[i])
			continue;
		/* a call that never returns may be the last of its function: the
		 * address behind it is another's */
		if (!symbols_function(d->frames[i] - !is_fault(d, i), name, sizeof(name)))
			continue;
		any = true;
		if (is_handler(name))
			continue;
		if (is_run_loop(name))
			break;
		add_top(t, name);
	}
	/* which of those that call each other met the end of the stack is chance */
	if (t->recursed && strcmp(d->kind, "stack-overflow") == 0)
		qsort(t->name, (size_t)t->nr, sizeof(t->name[0]), by_name);
	return any;
}

void death_top(const struct death *d, char *text, size_t len)
{
	struct top t;
	int i;

	memset(&t, 0, sizeof(t));
	text[0] = '\0';
	if (!top_names(d, &t))
		top_addresses(d, text, len);
	for (i = 0; i < t.nr; i++)
		append(text, len, t.name[i]);
}

/* ---- what was said ---- */

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

/* "signed integer overflow: 3 + 4 cannot be ..." is a kind up to the colon; words
 * with digits are this run's. */
static void kind_of_words(const char *words, size_t len, bool whole, char *kind, size_t room)
{
	size_t used = 0;

	kind[0] = '\0';
	if (!whole)
		len = strcspn(words, ":\n") < len ? strcspn(words, ":\n") : len;
	while (len) {
		size_t word = strcspn(words, " \n") < len ? strcspn(words, " \n") : len;
		bool number = !whole && memchr(words, '0', word);
		size_t i;

		for (i = 0; i < word && !whole; i++)
			number |= isdigit((unsigned char)words[i]) != 0;
		if (word && !number && used + word + 2 < room)
			used += (size_t)snprintf(kind + used, room - used, "%s%.*s",
						 used ? " " : "", (int)word, words);
		words += word + (word < len);
		len -= word + (word < len);
	}
}

/*
 * "FILE:LINE:COLUMN: runtime error: ..." or "FILE:LINE: caller error: ...".  The
 * class has the place; the bucket has not, because lines move.
 */
static bool class_of_place(struct verdict *v, const char *said, char *kind, size_t room)
{
	static const char *const marks[] = {": runtime error: ", ": caller error: "};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t len;
		const char *line = line_with(said, marks[i], &len);
		const char *mark = line ? strstr(line, marks[i]) : NULL;
		const char *place;
		const char *words;
		char what[120];

		if (!mark)
			continue;
		place = short_place(line, (size_t)(mark - line));
		words = mark + strlen(marks[i]);
		(void)snprintf(v->what + strlen(v->what), sizeof(v->what) - strlen(v->what),
			       " %.*s", (int)(mark - place), place);
		(void)snprintf(v->text, sizeof(v->text), "%.*s", (int)(line + len - place), place);
		kind_of_words(words, (size_t)(line + len - words), i == 1, what, sizeof(what));
		(void)snprintf(kind, room, "%s: %s", i ? "caller error" : "undefined behaviour",
			       what);
		return true;
	}
	return false;
}

/* "==1==ERROR: AddressSanitizer: heap-use-after-free on ...", of any sanitizer. */
static bool kind_of_report(const char *said, char *kind, size_t room)
{
	static const char mark[] = "Sanitizer: ";
	const char *at = strstr(said, mark);
	const char *start = at;
	const char *word;

	if (!at)
		return false;
	word = at + strlen(mark);
	while (start > said && start[-1] != ' ' && start[-1] != '\n')
		start--;
	(void)snprintf(kind, room, "%.*s %.*s", (int)(word - 2 - start), start,
		       (int)strcspn(word, " \n"), word);
	return true;
}

void death_class(struct verdict *v, const char *said, const struct death *d)
{
	char top[3 * DEATH_NAME_LEN + 16];
	char kind[160] = "";

	death_top(d, top, sizeof(top));
	if (!top[0])
		(void)snprintf(top, sizeof(top), "%s", v->op);
	if (d->kind[0])
		(void)snprintf(kind, sizeof(kind), "AddressSanitizer %s", d->kind);
	(void)snprintf(v->id, sizeof(v->id), "%s",
		       d->exits ? "exit" : signal_word(d->sig ? d->sig : SIGABRT));
	(void)snprintf(v->what, sizeof(v->what), "%s", v->id);
	if (kind[0] || !class_of_place(v, said, kind, sizeof(kind))) {
		if (kind[0] || kind_of_report(said, kind, sizeof(kind)))
			(void)snprintf(v->id, sizeof(v->id), "sanitizer");
		else
			(void)snprintf(kind, sizeof(kind), "%s", v->id);
		(void)snprintf(v->what, sizeof(v->what), "%s %s", kind, top);
		(void)snprintf(v->text, sizeof(v->text), "%s", v->what);
	}
	(void)snprintf(v->bucket, sizeof(v->bucket), "%s in %s", kind, top);
}

void death_of_hang(struct verdict *v, double limit, bool slow)
{
	v->kind = VERDICT_HANG;
	(void)snprintf(v->id, sizeof(v->id), "%s", slow ? "slow" : "hang");
	(void)snprintf(v->what, sizeof(v->what), "%s%s%s", v->id, slow ? "" : " in ",
		       slow ? "" : v->op);
	(void)snprintf(v->bucket, sizeof(v->bucket), "%s", v->what);
	(void)snprintf(v->text, sizeof(v->text), "no end within %.1f s of CPU time%s", limit,
		       slow ? ", and no operation took half of them" : "");
}

void death_of_memory(struct verdict *v, uint64_t limit)
{
	v->kind = VERDICT_DEATH;
	(void)snprintf(v->id, sizeof(v->id), "out-of-memory");
	(void)snprintf(v->what, sizeof(v->what), "out of memory in %s", v->op);
	(void)snprintf(v->bucket, sizeof(v->bucket), "%s", v->what);
	(void)snprintf(v->text, sizeof(v->text), "more than %" PRIu64 " MiB are held", limit >> 20);
}
