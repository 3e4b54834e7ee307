/* SPDX-License-Identifier: MIT */
/*
 * names: what the contracts declare, in order: functions with their types, and
 * lists of names for numbers (an enum, or a run of #define lines that share
 * their first two words).
 *
 *     int f(struct mm_ctx *x, uint64_t pfn);   f: "int(struct mm_ctx *,uint64_t)"
 */
#include "fuzz/mutants/mutant.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct signature {
	char *name;
	char *types;
	size_t file;
};

/* A name of a list; list tells where one list ends. */
struct number {
	char *name;
	size_t list;
};

struct names {
	struct signature *functions;
	size_t nr_functions;
	struct number *numbers;
	size_t nr_numbers;
	size_t nr_lists;
	size_t nr_files;
};

static char *cut(const char *s, size_t len)
{
	char *copy = malloc(len + 1);

	if (!copy)
		give_up(5, "out of memory");
	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

/* ---- functions ---- */

/* Tokens first to last as text with single blanks; of a parameter the last word,
 * its name, is left out. */
static void add_type(const struct code *c, size_t first, size_t last, bool parameter, char *out,
		     size_t room)
{
	size_t i;

	if (parameter && last > first && c->tokens[last].kind == TOKEN_NAME)
		last--;
	for (i = first; i <= last; i++) {
		size_t len = strlen(out);

		if (token_among(c, i, " static inline extern MM_MUST_USE MM_ALWAYS_INLINE "))
			continue;
		(void)snprintf(out + len, room - len, "%.*s ", (int)c->tokens[i].len,
			       c->text + c->tokens[i].at);
	}
}

/* Where what is before the name begins. */
static size_t declaration_start(const struct code *c, size_t name)
{
	size_t i = name;

	while (i > 0 && !token_among(c, i - 1, " ; } { "))
		i--;
	return i;
}

/* NAME ( ... ) followed by ; or { or an attribute, outside of functions. */
static bool is_declared(const struct code *c, size_t i)
{
	size_t close = token_is(c, i + 1, "(") ? c->tokens[i + 1].mate : NOWHERE;

	if (c->tokens[i].kind != TOKEN_NAME || c->tokens[i].function != NOWHERE ||
	    close == NOWHERE || !i || token_has_word(c, i, " MM "))
		return false;
	return token_among(c, close + 1, " ; { ") || token_has_word(c, close + 1, " MM ");
}

/* The types of the function whose name is token i, to be freed. */
static char *types_of(const struct code *c, size_t i)
{
	char out[512] = "";
	size_t close = c->tokens[i + 1].mate;
	size_t first = i + 2;
	size_t t;

	add_type(c, declaration_start(c, i), i - 1, false, out, sizeof(out));
	(void)strncat(out, "(", sizeof(out) - strlen(out) - 1);
	for (t = first; t <= close; t++) {
		if (c->tokens[t].mate != NOWHERE && c->tokens[t].mate > t)
			t = c->tokens[t].mate;
		if (t != close && !token_is(c, t, ","))
			continue;
		if (t > first)
			add_type(c, first, t - 1, true, out, sizeof(out));
		(void)strncat(out, ",", sizeof(out) - strlen(out) - 1);
		first = t + 1;
	}
	return cut(out, strlen(out));
}

static void add_function(struct names *n, const struct code *c, size_t i)
{
	n->functions = grown(n->functions, n->nr_functions, sizeof(*n->functions));
	n->functions[n->nr_functions++] =
		(struct signature){text_of(c, i, i), types_of(c, i), n->nr_files};
}

/* ---- numbers ---- */

static void add_number(struct names *n, const char *name, size_t len)
{
	n->numbers = grown(n->numbers, n->nr_numbers, sizeof(*n->numbers));
	n->numbers[n->nr_numbers++] = (struct number){cut(name, len), n->nr_lists};
}

static void add_enum(struct names *n, const struct code *c, size_t open)
{
	size_t i;

	for (i = open + 1; i < c->tokens[open].mate; i++) {
		if (c->tokens[i].kind == TOKEN_NAME && token_among(c, i - 1, " { , ") &&
		    token_among(c, i + 1, " , = } "))
			add_number(n, c->text + c->tokens[i].at, c->tokens[i].len);
	}
	n->nr_lists++;
}

/* As far as the second _ of a name; 0: it has none. */
static size_t stem(const char *name, size_t len)
{
	const char *p = memchr(name, '_', len);

	if (p)
		p = memchr(p + 1, '_', len - (size_t)(p + 1 - name));
	return p ? (size_t)(p - name) : 0;
}

/* #define NAME value, one under the other. */
static void add_defines(struct names *n, const struct code *c)
{
	const char *last = "";
	size_t last_stem = 0;
	const char *p;

	for (p = strstr(c->text, "\n#define "); p; p = strstr(p + 1, "\n#define ")) {
		const char *name = p + strlen("\n#define ");
		size_t len = strcspn(name, " \t\n(");
		const char *value = name + len + strspn(name + len, " \t");

		if (name[len] == '(' || !isdigit((unsigned char)*value)) {
			last_stem = 0;
			continue;
		}
		if (!last_stem || stem(name, len) != last_stem ||
		    strncmp(name, last, last_stem) != 0)
			n->nr_lists++;
		add_number(n, name, len);
		last = name;
		last_stem = stem(name, len);
	}
	n->nr_lists++;
}

/* ---- reading ---- */

static void add_file(struct names *n, const char *path)
{
	struct code c;
	size_t i;

	code_read(&c, path);
	for (i = 0; i < c.nr_tokens; i++) {
		if (is_declared(&c, i))
			add_function(n, &c, i);
		if (token_is(&c, i, "{") && i &&
		    (token_is(&c, i - 1, "enum") || (i > 1 && token_is(&c, i - 2, "enum"))))
			add_enum(n, &c, i);
	}
	add_defines(n, &c);
	n->nr_files++;
	code_free(&c);
}

static int is_header(const struct dirent *e)
{
	size_t len = strlen(e->d_name);

	return len > 2 && strcmp(e->d_name + len - 2, ".h") == 0;
}

/* A tree without contracts has no names, and is none of this project's. */
struct names *names_read(const char *folder)
{
	struct names *n = calloc(1, sizeof(*n));
	struct dirent **entries = NULL;
	int nr = scandir(folder, &entries, is_header, alphasort);
	int i;

	if (!n)
		give_up(5, "out of memory");
	if (nr < 0)
		give_up(3,
			"%s: %s: mmref-mutants reads the contracts there; start it at the root of the tree",
			folder, strerror(errno));
	for (i = 0; i < nr; i++) {
		char path[512];

		(void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		add_file(n, path);
		free(entries[i]);
	}
	free(entries);
	return n;
}

void names_free(struct names *n)
{
	size_t i;

	for (i = 0; i < n->nr_functions; i++) {
		free(n->functions[i].name);
		free(n->functions[i].types);
	}
	for (i = 0; i < n->nr_numbers; i++)
		free(n->numbers[i].name);
	free(n->functions);
	free(n->numbers);
	free(n);
}

/* ---- answers ---- */

/* The last one has the first for its next. */
const char *names_next(const struct names *n, const struct code *c, size_t i)
{
	size_t k;
	size_t first = 0;

	if (c->tokens[i].kind != TOKEN_NAME)
		return NULL;
	for (k = 0; k < n->nr_numbers; k++) {
		if (n->numbers[k].list != n->numbers[first].list)
			first = k;
		if (!token_is(c, i, n->numbers[k].name))
			continue;
		if (k + 1 < n->nr_numbers && n->numbers[k + 1].list == n->numbers[k].list)
			return n->numbers[k + 1].name;
		return first == k ? NULL : n->numbers[first].name;
	}
	return NULL;
}

/* How much of two names is alike, at their beginnings and their ends. */
static size_t likeness(const char *a, const char *b)
{
	size_t la = strlen(a);
	size_t lb = strlen(b);
	size_t front = 0;
	size_t back = 0;

	while (front < la && front < lb && a[front] == b[front])
		front++;
	while (back < la - front && back < lb - front && a[la - 1 - back] == b[lb - 1 - back])
		back++;
	return front + back;
}

static void closest(const struct names *n, const char *name, const char *types, size_t file,
		    const char **best)
{
	size_t most = 0;
	size_t k;

	for (k = 0; k < n->nr_functions; k++) {
		const struct signature *f = &n->functions[k];

		if (f->file == file && strcmp(f->types, types) == 0 && strcmp(f->name, name) != 0 &&
		    likeness(f->name, name) > most) {
			most = likeness(f->name, name);
			*best = f->name;
		}
	}
}

const char *names_sibling(const struct names *n, const struct code *c, size_t i)
{
	const char *best = NULL;
	size_t k;

	for (k = 0; k < n->nr_functions; k++) {
		const struct signature *f = &n->functions[k];

		if (token_is(c, i, f->name)) {
			closest(n, f->name, f->types, f->file, &best);
			break;
		}
	}
	return best;
}

/* ---- the operator ---- */

/* Functions of the file itself that stand above i, as a table of their own. */
static const char *own_sibling(const struct code *c, size_t i, struct names *own)
{
	size_t k;

	for (k = 0; k < c->nr_functions && c->functions[k].name < i; k++) {
		if (k >= own->nr_functions)
			add_function(own, c, c->functions[k].name);
	}
	return names_sibling(own, c, i);
}

void mutate_siblings(struct mutants *ms, const struct code *c, const struct names *n)
{
	struct names *own = calloc(1, sizeof(*own));
	size_t i;

	if (!own)
		give_up(5, "out of memory");
	for (i = 0; i < c->nr_tokens; i++) {
		const char *other;

		if (!mutable(c, i) || c->tokens[i].kind != TOKEN_NAME || !token_is(c, i + 1, "("))
			continue;
		other = names_sibling(n, c, i);
		if (!other)
			other = own_sibling(c, i, own);
		if (other)
			mutant_add(ms, c, OPERATOR_SIBLING, i, i, "%s", other);
	}
	names_free(own);
}
