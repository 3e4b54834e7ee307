/* SPDX-License-Identifier: MIT */
/*
 * session: from events on frames to operations on handles.
 *
 * A frame is live from its mm_page_alloc to its mm_page_free.  The recorder
 * came late and the kernel has frees without a tracepoint, so two things do
 * not pair up:
 *
 *     free of a frame not live    allocated before the start: counted, no line
 *     alloc of a frame live       its free was not seen: `free aOLD` is written
 *                                 in front, on the CPU of the new allocation
 *
 * The second keeps the model honest: it never holds more than the kernel
 * did, and each handle is freed at most once.  A free gives back the order its
 * handle was made with, whatever order the recording has there.
 *
 * mm_page_free_batched repeats a page that mm_page_free reported before, and
 * zone_locked and pcpu_drain tell how per-CPU lists were filled and emptied:
 * they are counted and become no operation.
 */
#include "fuzz/import/session.h"

#include "mm/gfp.h"
#include "mm/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* The machine: at least this much, and never tighter than 3/2 of the peak. */
#define RAM_MIB_MIN     256
#define MAX_ORDER_MIN   10
#define PAGEBLOCK_ORDER 9
#define FRAMES_PER_MIB  ((uint64_t)1 << (20 - MM_PAGE_SHIFT))

/* A live block in one word: handle above, order below. */
#define ORDER_BITS 4

int mm_import_session_refuse(struct mm_import_session *s, const struct mm_import_complaint *c)
{
	return mm_import_reader_refuse(&s->reader, s->e, -MM_EINVAL, c->col, "%s", c->text);
}

int mm_import_session_refuse_at(struct mm_import_session *s, const struct mm_import_cursor *at,
				const char *text)
{
	const struct mm_import_field here = {at->p, 0};

	(void)mm_import_line_complain(at, here, "%s", text);
	return mm_import_session_refuse(s, at->c);
}

/* ---- events ---- */

static void note_odd(const struct mm_import_session *s, struct mm_import_odd *odd)
{
	if (!odd->count++)
		odd->line = s->reader.line;
}

static int free_handle(struct mm_import_session *s, uint64_t block, unsigned int cpu)
{
	struct mm_import_stats *st = s->st;

	st->ops_free++;
	st->live_handles--;
	st->live_frames -= (uint64_t)1 << (block & ((1 << ORDER_BITS) - 1));
	return mm_import_writer_free(&s->writer, block >> ORDER_BITS, cpu, s->e);
}

/* The handle of a new block; ends the older one of a frame believed live. */
static int make_handle(struct mm_import_session *s, const struct mm_import_event *ev)
{
	struct mm_import_stats *st = s->st;
	uint64_t order = ev->arg[MM_IMPORT_ARG_ORDER];
	uint64_t pfn = ev->arg[MM_IMPORT_ARG_PFN];
	uint64_t block = ++st->ops_alloc << ORDER_BITS | order;
	uint64_t *place = mm_import_frames_find_mut(&s->live, pfn);
	int err = 0;

	if (place) {
		note_odd(s, &st->restarted);
		err = free_handle(s, *place, ev->cpu);
	} else {
		place = mm_import_frames_add(&s->live, pfn);
	}
	if (!place)
		return mm_import_reader_refuse(&s->reader, s->e, -MM_ENOMEM, 0,
					       "no memory for %" PRIu64 " live blocks",
					       st->live_handles);
	*place = block;
	st->live_handles++;
	st->live_frames += (uint64_t)1 << order;
	if (st->live_frames > st->peak_frames)
		st->peak_frames = st->live_frames;
	return err;
}

static int do_alloc(struct mm_import_session *s, const struct mm_import_event *ev)
{
	struct mm_import_stats *st = s->st;
	unsigned int order = (unsigned int)ev->arg[MM_IMPORT_ARG_ORDER];
	struct mm_import_gfp_row *row;
	struct mm_import_alloc a;
	int err = mm_import_gfps_get(&s->gfps, ev->gfp, &row);

	if (err == -MM_ENOMEM)
		return mm_import_reader_refuse(&s->reader, s->e, err, 0, "no memory for it");
	if (err)
		return mm_import_reader_refuse(&s->reader, s->e, err, ev->gfp_col,
					       "more than %d different GFP masks",
					       MM_IMPORT_GFPS_MAX);
	row->count++;
	st->allocs[order]++;
	if (ev->arg[MM_IMPORT_ARG_MIGRATETYPE] != mm_gfp_migratetype(row->gfp))
		note_odd(s, &st->migratetype_differs);
	err = make_handle(s, ev);
	if (err)
		return err;
	a = (struct mm_import_alloc){st->ops_alloc, order, ev->cpu, row->text, row->len};
	return mm_import_writer_alloc(&s->writer, &a, s->e);
}

static int do_free(struct mm_import_session *s, const struct mm_import_event *ev)
{
	struct mm_import_stats *st = s->st;
	uint64_t order = ev->arg[MM_IMPORT_ARG_ORDER];
	uint64_t block;

	st->frees[order]++;
	if (!mm_import_frames_take(&s->live, ev->arg[MM_IMPORT_ARG_PFN], &block)) {
		st->foreign_frees++;
		return 0;
	}
	if ((block & ((1 << ORDER_BITS) - 1)) != order)
		note_odd(s, &st->order_differs);
	return free_handle(s, block, ev->cpu);
}

int mm_import_session_event(struct mm_import_session *s, const struct mm_import_event *ev)
{
	struct mm_import_stats *st = s->st;

	st->events[ev->kind]++;
	if (ev->cpu > st->highest_cpu)
		st->highest_cpu = ev->cpu;
	if (ev->kind != MM_IMPORT_ALLOC && ev->kind != MM_IMPORT_FREE)
		return 0;
	if (ev->failed) {
		st->failed_allocs++;
		return 0;
	}
	if (ev->arg[MM_IMPORT_ARG_ORDER] > st->highest_order)
		st->highest_order = (unsigned int)ev->arg[MM_IMPORT_ARG_ORDER];
	return ev->kind == MM_IMPORT_ALLOC ? do_alloc(s, ev) : do_free(s, ev);
}

static struct mm_import_other *find_other(struct mm_import_stats *st, struct mm_import_field name)
{
	size_t i;

	for (i = 0; i < st->nr_others; i++) {
		const char *have = st->others[i].name;

		if (strncmp(have, name.s, name.len) == 0 && !have[name.len])
			return &st->others[i];
	}
	return NULL;
}

void mm_import_session_other(struct mm_import_session *s, struct mm_import_field name,
			     unsigned int cpu)
{
	struct mm_import_stats *st = s->st;
	struct mm_import_other *o = NULL;

	if (cpu > st->highest_cpu)
		st->highest_cpu = cpu;
	if (name.len < MM_IMPORT_NAME_MAX)
		o = find_other(st, name);
	if (!o && name.len < MM_IMPORT_NAME_MAX && st->nr_others < MM_IMPORT_OTHERS) {
		o = &st->others[st->nr_others++];
		mm_import_session_take(o->name, sizeof(o->name), name.s, name.len);
	}
	if (o)
		o->count++;
	else
		st->more_others++;
}

void mm_import_session_take(char *to, size_t size, const char *s, size_t len)
{
	size_t i;

	if (len >= size)
		len = size - 1;
	for (i = 0; i < len; i++) {
		unsigned char b = (unsigned char)s[i];

		to[i] = s[i];
		if (b < 0x20 || b >= 0x7f)
			to[i] = '?';
	}
	to[len] = '\0';
}

/* ---- the trace ---- */

static int choose_machine(struct mm_import_session *s)
{
	struct mm_import_stats *st = s->st;
	const uint64_t mib_max = MM_SPANNED_MAX / FRAMES_PER_MIB;

	st->ram_mib = RAM_MIB_MIN;
	while (st->ram_mib < mib_max && st->ram_mib * FRAMES_PER_MIB * 2 < st->peak_frames * 3)
		st->ram_mib *= 2;
	if (st->ram_mib * FRAMES_PER_MIB * 2 < st->peak_frames * 3)
		return mm_import_reader_refuse(&s->reader, s->e, -MM_EINVAL, 0,
					       "%" PRIu64 " frames live at once do not fit the "
					       "largest machine (%" PRIu64 " MiB)",
					       st->peak_frames, mib_max);
	st->max_order = st->highest_order > MAX_ORDER_MIN ? st->highest_order : MAX_ORDER_MIN;
	st->cpus = st->highest_cpu + 1;
	return 0;
}

static int output_failed(struct mm_error *e)
{
	const char *why = errno ? strerror(errno) : "unknown reason";

	if (e)
		e->file = NULL;
	return mm_error_set(e, -MM_EIO, 0, 0, "cannot write the trace: %s", why);
}

static int write_trace(struct mm_import_session *s, FILE *out)
{
	const struct mm_import_stats *st = s->st;
	const char *slash = strrchr(s->reader.name, '/');
	const char *name = slash ? slash + 1 : s->reader.name;
	char source[MM_IMPORT_COMMAND_MAX];
	int err;

	mm_import_session_take(source, sizeof(source), name, strlen(name));
	errno = 0;
	if (fprintf(out, "# mmref 1\n# imported from %s\n", source) < 0 ||
	    mm_import_stats_print(st, "# ", out) ||
	    fprintf(out,
		    "machine ram=%" PRIu64 "M max_order=%u pageblock_order=%d cpus=%u pcp=on\n",
		    st->ram_mib, st->max_order, PAGEBLOCK_ORDER, st->cpus) < 0)
		return output_failed(s->e);
	err = mm_import_writer_copy(&s->writer, out, s->e);
	if (err)
		return err;
	errno = 0;
	if (fflush(out) || ferror(out))
		return output_failed(s->e);
	return 0;
}

int mm_import_session_finish(struct mm_import_session *s, FILE *out)
{
	int err = choose_machine(s);

	if (err || !out)
		return err;
	return write_trace(s, out);
}
