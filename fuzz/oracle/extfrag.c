/* SPDX-License-Identifier: MIT */
/*
 * extfrag: the kernel's own numbers about fragmentation, from its own free blocks.
 *
 *     /proc/buddyinfo --> mm_extfrag_index, mm_extfrag_unusable = ours
 *     /sys/kernel/debug/extfrag/{extfrag_index, unusable_index}   equal?
 *     /proc/buddyinfo, once more: where blocks moved meanwhile, nothing is compared
 *
 * Memory moves all the time, so this is tried until every zone stood still once.
 */
#include "mm/extfrag.h"

#include "fuzz/oracle/oracle.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ATTEMPTS 200
#define PAUSE_NS 5000000L
#define FOLDER   "/sys/kernel/debug/extfrag/"

static const char *const index_names[MM_ORACLE_INDEXES] = {"extfrag_index", "unusable_index"};

void mm_oracle_extfrag_free(struct mm_oracle_extfrag *in)
{
	int i;

	mm_proc_free(&in->before);
	mm_proc_free(&in->after);
	for (i = 0; i < MM_ORACLE_INDEXES; i++)
		free((char *)in->index[i].bytes);
	memset(in, 0, sizeof(*in));
}

static int load_buddyinfo(struct mm_proc *p, struct mm_error *e)
{
	struct mm_proc_text t;
	int err = mm_proc_load(&t, "/proc/buddyinfo", e);

	if (err)
		return err;
	err = mm_proc_parse(p, MM_PROC_BUDDYINFO, &t, e);
	free((char *)t.bytes);
	return err;
}

static int load_once(struct mm_oracle_extfrag *in, struct mm_error *e)
{
	static const char *const paths[MM_ORACLE_INDEXES] = {FOLDER "extfrag_index",
							     FOLDER "unusable_index"};
	int err;
	int i;

	memset(in, 0, sizeof(*in));
	err = load_buddyinfo(&in->before, e);
	for (i = 0; i < MM_ORACLE_INDEXES && !err; i++)
		err = mm_proc_load(&in->index[i], paths[i], e);
	return err ? err : load_buddyinfo(&in->after, e);
}

/* Line n of a text, without its end; its length. */
static size_t line_of(const struct mm_proc_text *t, size_t n, const char **line)
{
	const char *at = t->bytes;
	const char *end = t->bytes + t->len;
	const char *stop;

	for (; n > 0 && at < end; n--) {
		stop = memchr(at, '\n', (size_t)(end - at));
		at = stop ? stop + 1 : end;
	}
	stop = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
	*line = at;
	return (size_t)((stop ? stop : end) - at);
}

/* The line as the kernel would print it. */
static void our_line(const struct mm_proc_free *row, unsigned int nr_orders, int which, char *buf,
		     size_t len)
{
	size_t at = (size_t)snprintf(buf, len, "Node %u, zone %8s ", row->node, row->zone);
	unsigned int o;

	for (o = 0; o < nr_orders && at < len; o++) {
		struct mm_extfrag f = mm_extfrag_count(row->blocks, nr_orders, o);
		int index = which ? (int)mm_extfrag_unusable(&f, o) : mm_extfrag_index(&f, o);

		at += (size_t)snprintf(buf + at, len - at, which ? "%d.%03d " : "%2d.%03d ",
				       index / 1000, index % 1000);
	}
}

static bool stood_still(const struct mm_oracle_extfrag *in, size_t row)
{
	const struct mm_proc_frees *a = &in->before.u.buddyinfo;
	const struct mm_proc_frees *b = &in->after.u.buddyinfo;

	return a->nr == b->nr && a->nr_orders == b->nr_orders &&
	       memcmp(a->row[row].blocks, b->row[row].blocks, sizeof(a->row[row].blocks)) == 0;
}

/* A line without "Node 0, zone   Normal ", as far as there is room. */
static void cut(char *to, size_t size, const char *line, size_t len)
{
	const size_t head = 22;

	if (len > head) {
		line += head;
		len -= head;
	}
	len = len < size - 1 ? len : size - 1;
	memcpy(to, line, len);
	to[len] = '\0';
}

static void compare_line(const struct mm_oracle_extfrag *in, size_t row, int which,
			 mm_oracle_row_fn fn, void *env, struct mm_oracle_result *r)
{
	const struct mm_proc_frees *f = &in->before.u.buddyinfo;
	struct mm_oracle_row out = {.node = f->row[row].node, .zone = f->row[row].zone};
	const char *line;
	size_t len = line_of(&in->index[which], row, &line);
	char ours[512];

	our_line(&f->row[row], f->nr_orders, which, ours, sizeof(ours));
	out.equal = strlen(ours) == len && memcmp(ours, line, len) == 0;
	(void)snprintf(out.item, sizeof(out.item), "%s", index_names[which]);
	cut(out.ours, sizeof(out.ours), ours, strlen(ours));
	cut(out.kernels, sizeof(out.kernels), line, len);
	r->compared++;
	r->differ += !out.equal;
	if (fn)
		fn(env, &out);
}

void mm_oracle_extfrag_compare(const struct mm_oracle_extfrag *in, uint64_t *done,
			       mm_oracle_row_fn fn, void *env, struct mm_oracle_result *r)
{
	size_t row;
	int which;

	for (row = 0; row < in->before.u.buddyinfo.nr && row < 64; row++) {
		if ((*done >> row & 1) || !stood_still(in, row))
			continue;
		*done |= (uint64_t)1 << row;
		for (which = 0; which < MM_ORACLE_INDEXES; which++)
			compare_line(in, row, which, fn, env, r);
	}
}

int mm_oracle_extfrag_run(mm_oracle_row_fn fn, void *env, struct mm_oracle_result *r,
			  struct mm_error *e)
{
	const struct timespec pause = {0, PAUSE_NS};
	struct mm_oracle_extfrag in;
	uint64_t done = 0;
	size_t zones = 0;
	int i;

	for (i = 0; i < ATTEMPTS; i++) {
		int err = load_once(&in, e);

		if (!err) {
			zones = in.before.u.buddyinfo.nr;
			mm_oracle_extfrag_compare(&in, &done, fn, env, r);
		}
		mm_oracle_extfrag_free(&in);
		if (err)
			return err;
		if (zones >= 64 || done == ((uint64_t)1 << zones) - 1)
			break;
		(void)nanosleep(&pause, NULL);
	}
	for (i = 0; i < (int)zones && i < 64; i++)
		r->skipped += !(done >> i & 1);
	if (r->skipped)
		r->reason[0].why = "its blocks never stood still";
	r->reason[0].nr = r->skipped;
	return 0;
}
