/* SPDX-License-Identifier: MIT */
/*
 * failure_file: written beside and renamed, so that a run that is interrupted
 * leaves the old one; read strictly, because a replay that silently runs
 * something else is worse than none.
 */
#include "invariants/property/failure_file.h"

#include "invariants/property/print.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HEAD      "mmref property failure 1"
#define LINE_SIZE 256
#define PATH_SIZE 1024

/* ---- names ---- */

/* FOLDER/NAME.failure; what a file system may not like becomes _. */
static bool path_of(const struct theft *t, char path[PATH_SIZE])
{
	int folder = snprintf(path, PATH_SIZE, "%s/", t->options.failures);
	int length = snprintf(path, PATH_SIZE, "%s/%s.failure", t->options.failures,
			      t->cfg->name ? t->cfg->name : "unnamed");
	char *c;

	if (folder < 0 || length < 0 || length >= PATH_SIZE) {
		(void)fprintf(t->out, "-- %s: the name of its failure file is too long\n",
			      print_name(t));
		return false;
	}
	for (c = path + folder; *c; c++) {
		if (!isalnum((unsigned char)*c) && !strchr(".-_", *c))
			*c = '_';
	}
	return true;
}

/* ---- reading ---- */

struct reader {
	const struct theft *t;
	FILE *f;
	const char *path;
	unsigned int line;
	char text[LINE_SIZE];
};

static bool refuse(const struct reader *r, const char *why)
{
	(void)fprintf(r->t->out, "-- %s:%u: %s; remove it: rm '%s'\n", r->path, r->line, why,
		      r->path);
	return false;
}

/* The next line without its end; false at the end of the file. */
static bool next_line(struct reader *r)
{
	size_t length;

	r->line++;
	if (!fgets(r->text, sizeof(r->text), r->f))
		return false;
	length = strcspn(r->text, "\n");
	r->text[length] = '\0';
	return true;
}

/* "WORD rest": the rest, or NULL. */
static const char *after(const struct reader *r, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(r->text, word, length) != 0 || r->text[length] != ' ')
		return NULL;
	return r->text + length + 1;
}

static bool read_number(const char **text, uint64_t max, uint64_t *value)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	errno = 0;
	*value = strtoull(*text, &end, 0);
	*text = end;
	return !errno && *value <= max;
}

static bool read_space(const char **text)
{
	return *(*text)++ == ' ';
}

static bool read_draw(const char *text, uint8_t arity, struct draw *draw)
{
	uint64_t arg;
	uint64_t bits;

	if (!read_number(&text, arity, &arg) || !read_space(&text) ||
	    !read_number(&text, 64, &bits) || bits == 0 || !read_space(&text) ||
	    !read_number(&text, UINT64_MAX >> (64 - bits), &draw->value) || *text)
		return false;
	draw->arg = (uint8_t)arg;
	draw->bits = (uint8_t)bits;
	return true;
}

static bool read_head(struct reader *r, theft_seed *seed)
{
	const char *text;
	uint64_t types;

	if (!next_line(r) || strcmp(r->text, HEAD) != 0)
		return refuse(r, "not \"" HEAD "\"");
	text = next_line(r) ? after(r, "property") : NULL;
	if (!text || strcmp(text, print_name(r->t)) != 0)
		return refuse(r, "is of another property");
	text = next_line(r) ? after(r, "seed") : NULL;
	if (!text || !read_number(&text, UINT64_MAX, seed) || *text)
		return refuse(r, "not \"seed NUMBER\"");
	text = next_line(r) ? after(r, "types") : NULL;
	if (!text || !read_number(&text, UINT64_MAX, &types) || *text)
		return refuse(r, "not \"types NUMBER\"");
	if (types != r->t->arity)
		return refuse(r, "the property has another number of arguments now");
	return true;
}

static bool read_draws(struct reader *r, struct tape *tape)
{
	uint8_t last = 0;

	while (next_line(r)) {
		const char *text = after(r, "draw");
		struct draw draw;

		if (strcmp(r->text, "end") == 0)
			return true;
		if (!text || !read_draw(text, r->t->arity, &draw) || draw.arg < last)
			return refuse(r, "not \"draw ARGUMENT BITS VALUE\" in order");
		last = draw.arg;
		if (!tape_add(tape, draw))
			return refuse(r, "no memory for so many draws");
	}
	return refuse(r, "ends without \"end\"");
}

bool failure_file_read(struct theft *t, struct tape *tape, theft_seed *seed)
{
	char path[PATH_SIZE];
	struct reader r = {.t = t, .path = path};
	bool good;

	if (!path_of(t, path))
		return false;
	r.f = fopen(path, "r");
	if (!r.f) {
		if (errno != ENOENT)
			(void)fprintf(t->out, "-- %s: %s\n", path, strerror(errno));
		return false;
	}
	good = read_head(&r, seed) && read_draws(&r, tape);
	(void)fclose(r.f);
	return good;
}

/* ---- writing ---- */

static void write_draws(const struct theft *t, FILE *f)
{
	size_t i;

	(void)fprintf(f, HEAD "\nproperty %s\nseed 0x%016" PRIx64 "\ntypes %u\n", print_name(t),
		      t->trial.seed, t->arity);
	for (i = 0; i < t->failing.n; i++) {
		const struct draw *draw = &t->failing.draws[i];

		(void)fprintf(f, "draw %u %u 0x%" PRIx64 "\n", draw->arg, draw->bits, draw->value);
	}
	(void)fprintf(f, "end\n");
}

static bool write_file(struct theft *t, const char *path)
{
	char beside[PATH_SIZE + 8];
	FILE *f;
	bool good;

	(void)snprintf(beside, sizeof(beside), "%s.new", path);
	if (mkdir(t->options.failures, 0777) != 0 && errno != EEXIST)
		return false;
	f = fopen(beside, "w");
	if (!f)
		return false;
	write_draws(t, f);
	print_arguments(t, f, t->trial.args.instance);
	good = !ferror(f);
	good = fclose(f) == 0 && good;
	return good && rename(beside, path) == 0;
}

void failure_file_keep(struct theft *t)
{
	char path[PATH_SIZE];

	if (!path_of(t, path) || (t->kept_fails && tape_compare(&t->failing, &t->kept) >= 0))
		return;
	if (!write_file(t, path)) {
		(void)fprintf(t->out, "-- %s: could not be written: %s\n", path, strerror(errno));
		return;
	}
	(void)fprintf(t->out, "-- kept: %s, which the next run begins with\n", path);
	t->kept_fails = tape_copy(&t->kept, &t->failing);
}

void failure_file_passes(struct theft *t, const struct tape *tape)
{
	char path[PATH_SIZE];
	bool fits = tape_compare(&t->tape, tape) == 0;

	if (!path_of(t, path))
		return;
	(void)fprintf(t->out, "-- %s: no longer fails%s; remove it: rm '%s'\n", path,
		      fits ? "" : ", its draws are not those that the property makes now", path);
}
