/* SPDX-License-Identifier: MIT */
/*
 * golden: what a kernel answered, kept for where none can be asked.  The log is a trace;
 * its comments are the kernel's:
 *
 *     #@ kernel TEXT
 *     #@ rules READ_PREPARES MERGE_UNFAULTED LOW MMAP_MIN_ADDR STACK_GUARD_GAP ...
 *     #@ POSITION ERRNO VALUE SIGNAL CODE VMAS HASH
 *
 * Operations without such a line did not run.
 */
#include "fuzz/oracle/live/live.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define LOG_MAX ((size_t)64 << 20)

void mm_live_golden_free(struct mm_live_golden *g)
{
	mm_trace_free(&g->trace);
	free(g->answer);
	g->answer = NULL;
}

/* ---- writing ---- */

static void write_head(const struct mm_live_host *h, gzFile f)
{
	(void)gzprintf(f, "# mmref 1\n# What a kernel answered; see fuzz/oracle/README.md.\n");
	(void)gzprintf(f, "#@ kernel %s\n", h->kernel);
	(void)gzprintf(
		f, "#@ rules %d %d %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
		h->read_prepares, h->merge_unfaulted, h->low, h->mmap_min_addr, h->stack_guard_gap,
		h->max_map_count, h->overcommit);
}

int mm_live_golden_save(const struct mm_live_golden *g, const char *path)
{
	size_t len = strlen(path);
	gzFile f = gzopen(path, len > 3 && strcmp(path + len - 3, ".gz") == 0 ? "wb9" : "wbT");
	char *text = NULL;
	size_t text_len = 0;
	FILE *out;
	size_t i;

	if (!f)
		return -MM_EIO;
	write_head(&g->host, f);
	out = open_memstream(&text, &text_len);
	if (out) {
		(void)mm_trace_print(&g->trace, out);
		if (fclose(out) == 0)
			(void)gzwrite(f, text, (unsigned int)text_len);
	}
	free(text);
	for (i = 0; i < g->trace.nr; i++) {
		const struct mm_live_answer *a = &g->answer[i];

		if (a->ran)
			(void)gzprintf(f, "#@ %zu %d %" PRIx64 " %d %d %u %" PRIx64 "\n", i, a->err,
				       a->value, a->signal, a->code, a->nr, a->hash);
	}
	return gzclose(f) != Z_OK || !out ? -MM_EIO : 0;
}

/* ---- reading ---- */

static char *read_log(const char *path, size_t *len, struct mm_error *e)
{
	gzFile f = gzopen(path, "rb");
	char *text = f ? malloc(LOG_MAX) : NULL;
	int got = text ? gzread(f, text, (unsigned int)LOG_MAX - 1) : -1;

	e->file = path;
	/* what was cut short shows at the end */
	if (f && gzclose(f) != Z_OK)
		got = -1;
	if (got < 0) {
		free(text);
		(void)mm_error_set(e, -MM_EIO, 0, 0, "cannot be read: %s",
				   f ? "damaged, or cut short" : strerror(errno));
		return NULL;
	}
	text[got] = '\0';
	*len = (size_t)got;
	return text;
}

static bool parse_number(const char **at, int base, uint64_t *value)
{
	char *end;

	*value = strtoull(*at, &end, base);
	if (end == *at)
		return false;
	*at = end;
	return true;
}

static bool parse_rules(const char *at, struct mm_live_host *h)
{
	uint64_t v[7];
	int i;

	for (i = 0; i < 7; i++) {
		if (!parse_number(&at, 10, &v[i]))
			return false;
	}
	h->read_prepares = v[0] != 0;
	h->merge_unfaulted = v[1] != 0;
	h->low = v[2];
	h->mmap_min_addr = v[3];
	h->stack_guard_gap = v[4];
	h->max_map_count = v[5];
	h->overcommit = v[6];
	return true;
}

static bool parse_answer(const char *at, struct mm_live_golden *g)
{
	uint64_t v[7];
	int i;

	for (i = 0; i < 7; i++) {
		if (!parse_number(&at, i == 2 || i == 6 ? 16 : 10, &v[i]))
			return false;
	}
	if (v[0] >= g->trace.nr)
		return false;
	g->answer[v[0]] = (struct mm_live_answer){true,      (int)v[1],          v[2], (int)v[3],
						  (int)v[4], (unsigned int)v[5], v[6]};
	return true;
}

static bool parse_comment(const char *line, struct mm_live_golden *g, bool *rules)
{
	if (strncmp(line, "kernel ", 7) == 0) {
		(void)snprintf(g->host.kernel, sizeof(g->host.kernel), "%.*s",
			       (int)strcspn(line + 7, "\n"), line + 7);
		return true;
	}
	if (strncmp(line, "rules ", 6) == 0) {
		*rules = parse_rules(line + 6, &g->host);
		return *rules;
	}
	return parse_answer(line, g);
}

static int parse_comments(const char *text, struct mm_live_golden *g, struct mm_error *e)
{
	bool rules = false;
	int line = 1;

	for (; text; text = strchr(text, '\n'), line++) {
		if (*text == '\n')
			text++;
		if (strncmp(text, "#@ ", 3) == 0 && !parse_comment(text + 3, g, &rules))
			return mm_error_set(e, -MM_EINVAL, line, 4,
					    "neither a kernel, nor rules, nor an answer of an "
					    "operation here");
	}
	return rules ? 0 : mm_error_set(e, -MM_EINVAL, 1, 1, "no golden log: it has no rules");
}

int mm_live_golden_load(struct mm_live_golden *g, const char *path, struct mm_error *e)
{
	size_t len;
	char *text = read_log(path, &len, e);
	int err;

	memset(g, 0, sizeof(*g));
	mm_trace_init(&g->trace);
	if (!text)
		return -MM_EIO;
	err = mm_trace_parse(&g->trace, text, len, path, e);
	if (!err) {
		g->answer = calloc(g->trace.nr + 1, sizeof(*g->answer));
		err = g->answer ? parse_comments(text, g, e) : -MM_ENOMEM;
	}
	free(text);
	g->host.heap = true;
	if (err)
		mm_live_golden_free(g);
	return err;
}
