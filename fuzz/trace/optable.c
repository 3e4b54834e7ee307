/* SPDX-License-Identifier: MIT */
/*
 * optable: the tables of all modules as one, and the lock that gives each row
 * its byte code.
 *
 * Row numbers follow module order and change when a module is added or left
 * out; codes come from fuzz/optable.lock and never change.  Both directions,
 * and names, are arrays that are filled before main runs and constant from
 * then on, so that looking up needs no lock and no first-use test.
 */
#include "fuzz/trace/arg.h"
#include "fuzz/trace/embedded.h"
#include "fuzz/trace/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LOCK_FILE    "fuzz/optable.lock"
#define CODES        256
#define NAME_SLOTS   1024 /* power of two, well above MM_OPS_MAX */
#define ROW_TEXT_MAX 200

static const char *const reserved[MM_CODE_OPS] = {"nop", "machine", "lit"};

static struct {
	size_t nr;
	size_t nr_refused; /* rows past MM_OPS_MAX */
	const struct mm_op_def *def[MM_OPS_MAX];
	const char *module[MM_OPS_MAX];
	int16_t code[MM_OPS_MAX];     /* -1: not in the lock */
	int16_t of_code[CODES];       /* -1: unassigned, or not in the tables */
	uint16_t of_name[NAME_SLOTS]; /* 1 + row, 0: empty; linear probing */
} table;

/* A line of the lock: CODE, then a row as mm_optable_row_print spells it. */
struct lock_line {
	int nr;
	uint64_t code;
	const char *row;
	size_t row_len;
	size_t name_len;
	bool malformed;
};

static unsigned int name_slot(const char *name, size_t len)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (unsigned char)name[i]) * 16777619u;
	return (h ^ (h >> 16)) & (NAME_SLOTS - 1);
}

int mm_optable_find(const char *name, size_t len)
{
	unsigned int slot = name_slot(name, len);

	for (; table.of_name[slot]; slot = (slot + 1) & (NAME_SLOTS - 1)) {
		int op = table.of_name[slot] - 1;

		if (strlen(table.def[op]->name) == len &&
		    memcmp(table.def[op]->name, name, len) == 0)
			return op;
	}
	return -1;
}

static void add_row(const char *module, const struct mm_op_def *def)
{
	unsigned int slot = name_slot(def->name, strlen(def->name));

	if (table.nr == MM_OPS_MAX) {
		table.nr_refused++;
		return;
	}
	while (table.of_name[slot])
		slot = (slot + 1) & (NAME_SLOTS - 1);
	table.of_name[slot] = (uint16_t)(table.nr + 1);
	table.def[table.nr] = def;
	table.module[table.nr] = module;
	table.code[table.nr] = -1;
	table.nr++;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Cut CODE and the row out of a line that is not empty. */
static void split_line(struct lock_line *l, const char *s, const char *end)
{
	const char *code = s;

	while (s < end && !is_blank(*s))
		s++;
	l->malformed = !mm_arg_number(code, (size_t)(s - code), &l->code);
	while (s < end && is_blank(*s))
		s++;
	l->row = s;
	l->row_len = (size_t)(end - s);
	while (s < end && !is_blank(*s))
		s++;
	l->name_len = (size_t)(s - l->row);
	if (!l->name_len)
		l->malformed = true;
}

/* The next line that says something; *at starts at the text, NULL when done. */
static bool next_line(const char **at, struct lock_line *l)
{
	while (**at) {
		const char *s = *at;
		const char *end = strchr(s, '\n');
		const char *hash;

		if (!end)
			end = s + strlen(s);
		*at = *end ? end + 1 : end;
		l->nr++;
		hash = memchr(s, '#', (size_t)(end - s));
		if (hash)
			end = hash;
		while (s < end && is_blank(*s))
			s++;
		while (s < end && is_blank(end[-1]))
			end--;
		if (s < end) {
			split_line(l, s, end);
			return true;
		}
	}
	return false;
}

/* Before main: nothing can look up earlier, nothing changes later. */
__attribute__((constructor)) static void fill_table(void)
{
	const struct mm_optable *const *m;
	const struct mm_op_def *def;
	const char *at = mm_embedded_optable_lock;
	struct lock_line l = {0};
	int i;

	for (m = mm_all_optables; *m; m++) {
		for (def = (*m)->ops; def && def->name; def++)
			add_row((*m)->module, def);
	}
	for (i = 0; i < CODES; i++)
		table.of_code[i] = -1;
	while (next_line(&at, &l)) {
		int op = mm_optable_find(l.row, l.name_len);

		if (l.malformed || l.code >= CODES || l.code == MM_CODE_PREFIX || op < 0)
			continue;
		table.code[op] = (int16_t)l.code;
		table.of_code[l.code] = (int16_t)op;
	}
}

size_t mm_optable_count(void)
{
	return table.nr;
}

const struct mm_op_def *mm_optable_get(size_t op)
{
	return table.def[op];
}

const char *mm_optable_module(size_t op)
{
	return table.module[op];
}

int mm_optable_code(size_t op)
{
	return table.code[op];
}

int mm_optable_of_code(int code)
{
	return code >= 0 && code < CODES ? table.of_code[code] : -1;
}

void mm_optable_row_print(const struct mm_op_def *def, char *buf, size_t len)
{
	const struct mm_arg_def *a;
	char *at = buf;
	char *end = buf + len;

	at += snprintf(at, len, "%s", def->name);
	for (a = def->args; a->kind != MM_ARG_END && at < end; a++) {
		bool named = !mm_arg_is_handle(a->kind);

		at += snprintf(at, (size_t)(end - at), " %s%s%s%s", named ? a->name : "",
			       named ? ":" : "", mm_arg_word(a->kind),
			       a->flags & MM_ARGF_CONSUMES ? "!" : "");
	}
	if (def->makes != MM_ARG_END && at < end)
		(void)snprintf(at, (size_t)(end - at), " -> %s", mm_arg_word(def->makes));
}

static int lock_error(struct mm_error *e, int line, const char *text)
{
	int err = mm_error_set(e, -MM_EINVAL, line, 0, "%s", text);

	if (e)
		e->file = LOCK_FILE;
	return err;
}

/* Does the row of the line say what the table says?  Blanks may differ. */
static bool same_row(const char *row, const struct lock_line *l)
{
	const char *s = l->row;
	const char *end = s + l->row_len;

	while (*row && s < end) {
		if (*row == ' ' && is_blank(*s)) {
			while (s < end && is_blank(*s))
				s++;
			row++;
		} else if (*row++ != *s++) {
			return false;
		}
	}
	return !*row && s == end;
}

static bool name_is(const struct lock_line *l, const char *name)
{
	return strlen(name) == l->name_len && memcmp(name, l->row, l->name_len) == 0;
}

bool mm_optable_knows(const char *name, size_t len)
{
	const char *at = mm_embedded_optable_lock;
	struct lock_line l = {0};

	while (next_line(&at, &l)) {
		if (l.code >= MM_CODE_OPS && l.name_len == len && memcmp(l.row, name, len) == 0)
			return true;
	}
	return false;
}

/* One line of the lock against its predecessors and the tables. */
static int check_line(const struct lock_line *l, uint64_t next, struct mm_error *e)
{
	char row[ROW_TEXT_MAX];
	char text[ROW_TEXT_MAX * 2];
	int op;

	if (l->malformed)
		return lock_error(e, l->nr, "expected CODE NAME name:kind ...");
	if (l->code < next || l->code >= CODES || l->code == MM_CODE_PREFIX)
		return lock_error(e, l->nr, "codes ascend, are below 256 and skip 127");
	if (l->code < MM_CODE_OPS)
		return name_is(l, reserved[l->code])
			       ? 0
			       : lock_error(e, l->nr, "codes 0, 1, 2 are nop, machine, lit");
	op = mm_optable_find(l->row, l->name_len);
	if (op < 0)
		return 0; /* its module is left out */
	if (table.code[op] != (int)l->code)
		return lock_error(e, l->nr, "an operation has one code, this name comes again");
	mm_optable_row_print(table.def[op], row, sizeof(row));
	if (same_row(row, l))
		return 0;
	(void)snprintf(text, sizeof(text),
		       "a row that byte corpora use has changed: its module now says \"%s\"; give "
		       "the new meaning a new name",
		       row);
	return lock_error(e, l->nr, text);
}

/* The names that text and lock can carry, each once. */
static int check_names(struct mm_error *e)
{
	char text[ROW_TEXT_MAX];
	size_t op;

	if (table.nr_refused)
		return lock_error(e, 0, "more than 256 operations");
	for (op = 0; op < table.nr; op++) {
		const char *name = table.def[op]->name;
		bool again = mm_optable_find(name, strlen(name)) != (int)op;

		if (again || strcmp(name, "expect") == 0 || strcmp(name, reserved[0]) == 0 ||
		    strcmp(name, reserved[1]) == 0 || strcmp(name, reserved[2]) == 0) {
			(void)snprintf(text, sizeof(text),
				       "module %s names an operation \"%s\", which is taken",
				       table.module[op], name);
			return lock_error(e, 0, text);
		}
	}
	return 0;
}

int mm_optable_check_lock(struct mm_error *e)
{
	const char *at = mm_embedded_optable_lock;
	struct lock_line l = {0};
	uint64_t next = 0;
	char row[ROW_TEXT_MAX];
	char text[ROW_TEXT_MAX * 2];
	int err = check_names(e);
	size_t op;

	while (!err && next_line(&at, &l)) {
		err = check_line(&l, next, e);
		next = l.code + 1;
	}
	if (err)
		return err;
	if (next < MM_CODE_OPS)
		next = MM_CODE_OPS;
	if (next == MM_CODE_PREFIX)
		next++;
	for (op = 0; op < table.nr; op++) {
		if (table.code[op] >= 0)
			continue;
		mm_optable_row_print(table.def[op], row, sizeof(row));
		(void)snprintf(text, sizeof(text), "append the line: %" PRIu64 " %s", next, row);
		return lock_error(e, l.nr + 1, text);
	}
	return 0;
}
