/* SPDX-License-Identifier: MIT */
/*
 * kmem: from events on frames to operations on handles.
 *
 * A frame is live from its mm_page_alloc to its mm_page_free.  The recorder
 * came late and the kernel has frees without a tracepoint, so two things do
 * not pair up:
 *
 *     F of a frame not live    allocated before the start: counted, no line
 *     A of a frame live        its free was not seen: `free aOLD` is written
 *                              in front, on the CPU of the new allocation
 *
 * The second keeps the model honest: it never holds more than the kernel
 * did, and each handle is freed at most once.  A free gives back the order its
 * handle was made with, whatever order the recording has there.
 *
 * mm_page_free_batched repeats a page that mm_page_free reported before, and
 * zone_locked and pcpu_drain tell how per-CPU lists were filled and emptied:
 * they are counted and become no operation.
 */
#include "mm/gfp.h"
#include "mm/machine.h"

#include "fuzz/import/frames.h"
#include "fuzz/import/gfps.h"
#include "fuzz/import/import.h"
#include "fuzz/import/line.h"
#include "fuzz/import/reader.h"
#include "fuzz/import/writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT  "# kernel-trace kmem v"
#define COMMAND ". cmd: "
#define COLUMNS "# columns: dt_us cpu pid EV "

/* The machine: at least this much, and never tighter than 3/2 of the peak. */
#define RAM_MIB_MIN     256
#define MAX_ORDER_MIN   10
#define PAGEBLOCK_ORDER 9
#define FRAMES_PER_MIB  ((uint64_t)1 << (20 - MM_PAGE_SHIFT))

/* A live block in one word: handle above, order below. */
#define ORDER_BITS 4

struct import {
	struct mm_import_stats *st;
	struct mm_import_reader reader;
	struct mm_import_writer writer;
	struct mm_import_frames live;
	struct mm_import_gfps gfps;
	struct mm_import_event ev;
	struct mm_error *e;
};

static void note_odd(const struct import *im, struct mm_import_odd *odd)
{
	if (!odd->count++)
		odd->line = im->reader.line;
}

/* ---- header ---- */

/* Text from outside that goes into a comment: one line of plain ASCII. */
static void take_text(char *to, const char *s, size_t len)
{
	size_t i;

	if (len >= MM_IMPORT_COMMAND_MAX)
		len = MM_IMPORT_COMMAND_MAX - 1;
	for (i = 0; i < len; i++) {
		unsigned char b = (unsigned char)s[i];

		to[i] = s[i];
		if (b < 0x20 || b >= 0x7f)
			to[i] = '?';
	}
	to[len] = '\0';
}

static int read_first_line(struct import *im)
{
	const size_t at = sizeof(FORMAT) - 1;
	const size_t cmd = sizeof(COMMAND) - 1;
	const char *s;
	size_t len;
	int got = mm_import_reader_begins(&im->reader, FORMAT, im->e);

	if (got < 0)
		return got;
	if (!got) {
		im->reader.line = 1;
		return mm_import_reader_refuse(&im->reader, im->e, -MM_EINVAL, 1,
					       "not a recording: its first line begins '%s1%s'",
					       FORMAT, COMMAND);
	}
	got = mm_import_reader_next(&im->reader, &s, &len, im->e);
	if (got < 0)
		return got;
	if (len <= at || s[at] != '1' || (len > at + 1 && s[at + 1] != '.'))
		return mm_import_reader_refuse(&im->reader, im->e, -MM_EINVAL, at + 1,
					       "unknown version of the format, this reads v1");
	if (len < at + 1 + cmd || memcmp(s + at + 1, COMMAND, cmd) != 0)
		return mm_import_reader_refuse(&im->reader, im->e, -MM_EINVAL, at + 2,
					       "the recorded command should follow as '%s'",
					       COMMAND);
	take_text(im->st->command, s + at + 1 + cmd, len - at - 1 - cmd);
	return 0;
}

static int read_header(struct import *im)
{
	const size_t len_wanted = sizeof(COLUMNS) - 1;
	const char *s;
	size_t len;
	int got = read_first_line(im);

	if (got)
		return got;
	got = mm_import_reader_next(&im->reader, &s, &len, im->e);
	if (got < 0)
		return got;
	if (!got || len < len_wanted || memcmp(s, COLUMNS, len_wanted) != 0) {
		im->reader.line = 2;
		return mm_import_reader_refuse(&im->reader, im->e, -MM_EINVAL, 1,
					       "the second line should begin '%s'", COLUMNS);
	}
	return 0;
}

/* ---- events ---- */

static int lookup_gfp(struct import *im, struct mm_import_gfp_row **row)
{
	uint64_t recorded = im->ev.arg[MM_IMPORT_ARG_GFP];
	uint64_t unknown = 0;
	int err = mm_import_gfps_get(&im->gfps, recorded, row, &unknown);

	if (!err)
		return 0;
	if (err == -MM_ENOMEM)
		return mm_import_reader_refuse(&im->reader, im->e, err, 0, "no memory for it");
	if (!unknown)
		return mm_import_reader_refuse(&im->reader, im->e, err, im->ev.last_col,
					       "more than %d different GFP masks",
					       MM_IMPORT_GFPS_MAX);
	return mm_import_reader_refuse(&im->reader, im->e, err, im->ev.last_col,
				       "gfp '%" PRIx64 "' has bit 0x%" PRIx64
				       ", which names no flag in 6.18",
				       recorded, unknown & (~unknown + 1));
}

static int free_handle(struct import *im, uint64_t block)
{
	struct mm_import_stats *st = im->st;

	st->ops_free++;
	st->live_handles--;
	st->live_frames -= (uint64_t)1 << (block & ((1 << ORDER_BITS) - 1));
	return mm_import_writer_free(&im->writer, block >> ORDER_BITS, im->ev.cpu, im->e);
}

/* The handle of a new block; ends the older one of a frame believed live. */
static int make_handle(struct import *im, unsigned int order)
{
	struct mm_import_stats *st = im->st;
	uint64_t pfn = im->ev.arg[MM_IMPORT_ARG_PFN];
	uint64_t block = ++st->ops_alloc << ORDER_BITS | order;
	uint64_t *place = mm_import_frames_find_mut(&im->live, pfn);
	int err = 0;

	if (place) {
		note_odd(im, &st->restarted);
		err = free_handle(im, *place);
	} else {
		place = mm_import_frames_add(&im->live, pfn);
	}
	if (!place)
		return mm_import_reader_refuse(&im->reader, im->e, -MM_ENOMEM, 0,
					       "no memory for %" PRIu64 " live blocks",
					       st->live_handles);
	*place = block;
	st->live_handles++;
	st->live_frames += (uint64_t)1 << order;
	if (st->live_frames > st->peak_frames)
		st->peak_frames = st->live_frames;
	return err;
}

static int do_alloc(struct import *im)
{
	struct mm_import_stats *st = im->st;
	unsigned int order = (unsigned int)im->ev.arg[MM_IMPORT_ARG_ORDER];
	struct mm_import_gfp_row *row;
	struct mm_import_alloc a;
	int err = lookup_gfp(im, &row);

	if (err)
		return err;
	row->count++;
	st->allocs[order]++;
	if (im->ev.arg[MM_IMPORT_ARG_MIGRATETYPE] != mm_gfp_migratetype(row->gfp))
		note_odd(im, &st->migratetype_differs);
	err = make_handle(im, order);
	if (err)
		return err;
	a = (struct mm_import_alloc){st->ops_alloc, order, im->ev.cpu, row->text, row->len};
	return mm_import_writer_alloc(&im->writer, &a, im->e);
}

static int do_free(struct import *im)
{
	struct mm_import_stats *st = im->st;
	uint64_t order = im->ev.arg[MM_IMPORT_ARG_ORDER];
	uint64_t block;

	st->frees[order]++;
	if (!mm_import_frames_take(&im->live, im->ev.arg[MM_IMPORT_ARG_PFN], &block)) {
		st->foreign_frees++;
		return 0;
	}
	if ((block & ((1 << ORDER_BITS) - 1)) != order)
		note_odd(im, &st->order_differs);
	return free_handle(im, block);
}

static int count_event(struct import *im)
{
	struct mm_import_stats *st = im->st;
	const struct mm_import_event *ev = &im->ev;

	if (ev->dt_us > UINT64_MAX - st->duration_us)
		return mm_import_reader_refuse(&im->reader, im->e, -MM_EINVAL, 1,
					       "dt_us: the times add up to more than 2^64 us");
	st->duration_us += ev->dt_us;
	st->events[ev->kind]++;
	if (ev->cpu > st->highest_cpu)
		st->highest_cpu = ev->cpu;
	if (ev->kind != MM_IMPORT_ALLOC && ev->kind != MM_IMPORT_FREE)
		return 0;
	if (ev->arg[MM_IMPORT_ARG_ORDER] > st->highest_order)
		st->highest_order = (unsigned int)ev->arg[MM_IMPORT_ARG_ORDER];
	return ev->kind == MM_IMPORT_ALLOC ? do_alloc(im) : do_free(im);
}

static int read_events(struct import *im)
{
	struct mm_import_complaint why;
	const char *s;
	size_t len;
	int got;

	while ((got = mm_import_reader_next(&im->reader, &s, &len, im->e)) == 1) {
		int err;

		if (len && s[0] == '#') {
			im->st->comments++;
			continue;
		}
		if (!mm_import_line_parse(s, len, &im->ev, &why))
			return mm_import_reader_refuse(&im->reader, im->e, -MM_EINVAL, why.col,
						       "%s", why.text);
		err = count_event(im);
		if (err)
			return err;
	}
	if (got == 0 && im->reader.line == 2 + im->st->comments)
		return mm_import_reader_refuse(&im->reader, im->e, -MM_EINVAL, 0,
					       "the recording ends after its header");
	return got;
}

/* ---- the trace ---- */

static int choose_machine(struct import *im)
{
	struct mm_import_stats *st = im->st;
	const uint64_t mib_max = MM_SPANNED_MAX / FRAMES_PER_MIB;

	st->ram_mib = RAM_MIB_MIN;
	while (st->ram_mib < mib_max && st->ram_mib * FRAMES_PER_MIB * 2 < st->peak_frames * 3)
		st->ram_mib *= 2;
	if (st->ram_mib * FRAMES_PER_MIB * 2 < st->peak_frames * 3)
		return mm_import_reader_refuse(&im->reader, im->e, -MM_EINVAL, 0,
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

static int write_trace(struct import *im, FILE *out)
{
	const struct mm_import_stats *st = im->st;
	const char *slash = strrchr(im->reader.name, '/');
	const char *name = slash ? slash + 1 : im->reader.name;
	char source[MM_IMPORT_COMMAND_MAX];
	int err;

	take_text(source, name, strlen(name));
	errno = 0;
	if (fprintf(out, "# mmref 1\n# imported from %s\n", source) < 0 ||
	    mm_import_stats_print(st, "# ", out) ||
	    fprintf(out, "machine ram=%" PRIu64 "M max_order=%u pageblock_order=%d cpus=%u\n",
		    st->ram_mib, st->max_order, PAGEBLOCK_ORDER, st->cpus) < 0)
		return output_failed(im->e);
	err = mm_import_writer_copy(&im->writer, out, im->e);
	if (err)
		return err;
	errno = 0;
	if (fflush(out) || ferror(out))
		return output_failed(im->e);
	return 0;
}

static int import_all(struct import *im, FILE *out)
{
	int err;

	if (out) {
		err = mm_import_writer_open(&im->writer, im->e);
		if (err)
			return err;
	}
	err = read_header(im);
	if (err)
		return err;
	err = read_events(im);
	im->st->lines = im->reader.line;
	mm_import_gfps_top(&im->gfps, im->st);
	if (err)
		return err;
	err = choose_machine(im);
	if (err || !out)
		return err;
	return write_trace(im, out);
}

int mm_import_kmem(const char *path, FILE *out, const struct mm_import_options *o,
		   struct mm_import_stats *st, struct mm_error *e)
{
	struct mm_import_stats own;
	struct import *im;
	int err;

	if (!st)
		st = &own;
	memset(st, 0, sizeof(*st));
	im = calloc(1, sizeof(*im));
	if (!im) {
		if (e)
			e->file = path;
		return mm_error_set(e, -MM_ENOMEM, 0, 0, "no memory to import it");
	}
	im->st = st;
	im->e = e;
	err = mm_import_reader_open(&im->reader, path, o, e);
	if (!err) {
		err = import_all(im, out);
		mm_import_reader_close(&im->reader);
	}
	mm_import_writer_close(&im->writer);
	mm_import_frames_fini(&im->live);
	mm_import_gfps_fini(&im->gfps);
	free(im);
	return err;
}
