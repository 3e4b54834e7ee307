/* SPDX-License-Identifier: MIT */
/*
 * import_try: the trace is read back by code that shares nothing with the
 * importer or the trace parser: a few words, numbers, one byte per handle.
 */
#include "invariants/engine/import_try.h"

#include "mm/gfp.h"
#include "mm/rng.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void mm_import_try_init(struct import_try *t)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	memset(t, 0, sizeof(*t));
	(void)snprintf(t->path, sizeof(t->path), "%s/mmref-import-XXXXXX", dir ? dir : "/tmp");
	fd = mkstemp(t->path);
	if (fd >= 0)
		(void)close(fd);
}

void mm_import_try_fini(struct import_try *t)
{
	(void)unlink(t->path);
	free(t->text);
	t->text = NULL;
}

void mm_import_try_path(struct import_try *t, const char *path)
{
	FILE *out;

	free(t->text);
	t->text = NULL;
	memset(&t->e, 0, sizeof(t->e));
	t->err = -MM_ENOMEM;
	out = open_memstream(&t->text, &t->len);
	if (!out)
		return;
	t->err = mm_import_recording(path, out, NULL, &t->st, &t->e);
	if (fclose(out) && !t->err)
		t->err = -MM_EIO;
}

bool mm_import_try_write(struct import_try *t, const char *bytes, size_t len)
{
	FILE *f = fopen(t->path, "wb");
	bool ok = f && fwrite(bytes, 1, len, f) == len;

	return f && !fclose(f) && ok;
}

void mm_import_try_bytes(struct import_try *t, const char *bytes, size_t len)
{
	if (mm_import_try_write(t, bytes, len)) {
		mm_import_try_path(t, t->path);
		return;
	}
	t->err = -MM_ENOSPC;
	t->e.file = t->path;
	(void)mm_error_set(&t->e, t->err, 0, 0, "the host cannot write this scratch file");
}

void mm_import_try_text(struct import_try *t, const char *text)
{
	mm_import_try_bytes(t, text, strlen(text));
}

/* ---- reading a trace back ---- */

struct reader {
	const char *p;
	struct mm_import_stats st; /* what the trace says of itself */
	uint8_t *live;             /* per handle */
	uint64_t allocs;
	uint64_t frees;
};

static bool eat(struct reader *r, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(r->p, word, len) != 0)
		return false;
	r->p += len;
	return true;
}

static bool eat_number(struct reader *r, uint64_t *v)
{
	char *end;

	if (*r->p < '0' || *r->p > '9')
		return false;
	*v = strtoull(r->p, &end, 10);
	r->p = end;
	return true;
}

/* `cpu=1` when there is one, and the end of the line. */
static bool eat_tail(struct reader *r, const char *end)
{
	uint64_t cpu;

	if (eat(r, " cpu=") && (!eat_number(r, &cpu) || !cpu || cpu >= r->st.cpus))
		return false;
	return eat(r, end);
}

static bool eat_alloc(struct reader *r)
{
	uint64_t handle;
	uint64_t order;
	uint32_t gfp;
	size_t len;

	if (!eat_number(r, &handle) || handle != ++r->allocs || handle > r->st.ops_alloc)
		return false;
	if (!eat(r, " = alloc order=") || !eat_number(r, &order) || order > r->st.max_order)
		return false;
	if (!eat(r, " gfp="))
		return false;
	len = strcspn(r->p, " \n");
	if (mm_gfp_parse(r->p, len, &gfp))
		return false;
	r->p += len;
	r->live[handle] = 1;
	return eat_tail(r, " ! ok\n");
}

static bool eat_free(struct reader *r)
{
	uint64_t handle;

	if (!eat_number(r, &handle) || handle > r->allocs || !r->live[handle])
		return false;
	r->live[handle] = 0;
	r->frees++;
	return eat_tail(r, "\n");
}

static bool eat_machine(struct reader *r)
{
	uint64_t ram;
	uint64_t max_order;
	uint64_t cpus;

	if (!eat(r, "# mmref 1\n"))
		return false;
	while (*r->p == '#')
		r->p += strcspn(r->p, "\n") + 1;
	return eat(r, "machine ram=") && eat_number(r, &ram) && eat(r, "M max_order=") &&
	       eat_number(r, &max_order) && eat(r, " pageblock_order=9 cpus=") &&
	       eat_number(r, &cpus) && eat(r, " pcp=on\n") && ram == r->st.ram_mib && ram >= 256 &&
	       !(ram & (ram - 1)) && ram * 512 >= r->st.peak_frames * 3 &&
	       max_order == r->st.max_order && max_order >= r->st.highest_order &&
	       cpus == r->st.cpus && cpus == r->st.highest_cpu + 1;
}

bool mm_import_try_sound(const struct import_try *t)
{
	struct reader r = {t->text, t->st, NULL, 0, 0};
	bool ok;

	r.live = calloc(t->st.ops_alloc + 1, 1);
	if (!r.live)
		return false;
	ok = eat_machine(&r);
	while (ok && *r.p)
		ok = eat(&r, "a") ? eat_alloc(&r) : eat(&r, "free a") && eat_free(&r);
	free(r.live);
	return ok && r.p == t->text + t->len && r.allocs == t->st.ops_alloc &&
	       r.frees == t->st.ops_free;
}

static uint64_t sum(const uint64_t *v, size_t nr)
{
	uint64_t n = 0;

	while (nr--)
		n += v[nr];
	return n;
}

bool mm_import_try_adds_up(const struct mm_import_stats *st)
{
	uint64_t allocs = sum(st->allocs, MM_NR_ORDERS);
	uint64_t frees = sum(st->frees, MM_NR_ORDERS);
	uint64_t lines = st->headers + st->comments + st->more_others +
			 sum(st->events, MM_IMPORT_KIND_NR) + sum(st->asides, MM_IMPORT_ASIDE_NR);
	size_t i;

	for (i = 0; i < st->nr_others; i++)
		lines += st->others[i].count;
	return allocs + st->failed_allocs == st->events[MM_IMPORT_ALLOC] &&
	       frees == st->events[MM_IMPORT_FREE] && lines == st->lines &&
	       st->ops_alloc == allocs &&
	       st->ops_free + st->foreign_frees == frees + st->restarted.count &&
	       st->ops_alloc == st->ops_free + st->live_handles &&
	       st->live_frames <= st->peak_frames && st->live_handles <= st->live_frames;
}

/* ---- damage ---- */

void mm_import_try_refused(struct mm_prop_run *p, const struct import_try *t, const char *what)
{
	char why[400];

	PROP(p, t->err == -MM_EINVAL, "%s: %s", what,
	     t->err ? mm_error_text(&t->e, why, sizeof(why)) : "accepted");
	PROP(p, t->len == 0, "%s: refused, but %zu bytes were written", what, t->len);
	PROP(p, t->e.file == t->path && t->e.line > 0, "%s: no place in the error", what);
	PROP(p, t->e.text[0] && !strchr(t->e.text, '\n'), "%s: no one-line reason", what);
}

void mm_import_try_bad_lines(struct mm_prop_run *p, const struct import_bad_line *lines, size_t nr)
{
	struct import_try t;
	size_t i;

	mm_import_try_init(&t);
	for (i = 0; i < nr; i++) {
		const struct import_bad_line *b = &lines[i];
		char what[400];

		mm_import_try_text(&t, b->text);
		(void)mm_error_text(&t.e, what, sizeof(what));
		mm_import_try_refused(p, &t, what);
		if (t.e.line != b->line || t.e.col != b->col || !strstr(t.e.text, b->why))
			prop_fail(p, __FILE__, __LINE__, "case %zu: wanted %d:%d \"%s\", got %s", i,
				  b->line, b->col, b->why, what);
		p->checks++;
	}
	mm_import_try_fini(&t);
}

static size_t mutate_range(struct mm_rng *rng, char *s, size_t len, size_t max)
{
	size_t from = (size_t)mm_rng_below(rng, len);
	size_t n = 1 + (size_t)mm_rng_below(rng, len - from < 40 ? len - from : 40);

	if (mm_rng_below(rng, 2)) { /* delete */
		memmove(s + from, s + from + n, len - from - n);
		return len - n;
	}
	if (len + n > max)
		return len;
	memmove(s + from + n, s + from, len - from); /* say it twice */
	return len + n;
}

size_t mm_import_try_mutate(struct mm_rng *rng, char *s, size_t len, size_t max)
{
	static const char liked[] = "0123456789abcdef \n\n#AFBXZDMmCc-\r\xff";
	size_t at;

	if (!len)
		return len;
	at = (size_t)mm_rng_below(rng, len);
	switch (mm_rng_below(rng, 5)) {
	case 0:
		s[at] = (char)(s[at] ^ (1 << mm_rng_below(rng, 8)));
		return len;
	case 1:
	case 2: /* with the NUL that ends the string */
		s[at] = liked[mm_rng_below(rng, sizeof(liked))];
		return len;
	case 3:
		return mutate_range(rng, s, len, max);
	default:
		return mm_rng_below(rng, 4) ? len : at;
	}
}

void mm_import_try_mutant(struct mm_prop_run *p, const struct import_try *t)
{
	if (t->err) {
		mm_import_try_refused(p, t, "mutant");
		return;
	}
	PROP(p, mm_import_try_adds_up(&t->st), "a mutant's counts do not add up");
	PROP(p, mm_import_try_sound(t), "a mutant's trace does not say what was counted");
}
