/* SPDX-License-Identifier: MIT */
/*
 * ram model: a byte map of contents.
 *
 * Before a frame is first written the model reads it whole; from then on it
 * applies every write to its own copy.  After the operation, and for all such
 * frames in a sweep, machine and copy must agree.
 */
#include "mm/ram.h"

#include "mm/bitmap.h"
#include "mm/check.h"

#include "invariants/engine/frames.h"

#include <string.h>

/* Frames written by one operation that are compared at once; the sweep
 * compares the others. */
#define RECENT_MAX 8

struct model {
	uint64_t *known; /* bit per frame: copied */
	size_t known_bytes;
	uint8_t *copy; /* unit bytes per frame */
	unsigned int unit;
	unsigned int nr_recent;
	uint64_t recent[RECENT_MAX];
};

static size_t words(const struct mm_machine *m)
{
	return mm_bitmap_words(m->max_pfn) * sizeof(uint64_t);
}

/* 0: machines too large to copy go without the model. */
static unsigned int model_unit(const struct mm_machine *m)
{
	return mm_frames_kept(m) * mm_ram_unit(m) > (uint64_t)8 << 20 ? 0 : mm_ram_unit(m);
}

static bool has_unit(const struct mm_machine *m)
{
	return model_unit(m) != 0;
}

static size_t model_size(const struct mm_machine *m)
{
	return sizeof(struct model) + words(m) + (size_t)m->max_pfn * model_unit(m);
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;

	md->known = (uint64_t *)(void *)(md + 1);
	md->copy = (uint8_t *)(md + 1) + words(m);
	md->unit = model_unit(m);
	md->nr_recent = 0;
	md->known_bytes = words(m);
}

static void model_reset(void *state)
{
	struct model *md = state;

	memset(md->known, 0, md->known_bytes);
	md->nr_recent = 0;
}

static uint64_t offset_of(const struct model *md, unsigned int slot)
{
	return slot * (MM_PAGE_SIZE / md->unit);
}

static void learn(struct model *md, const struct mm_machine *m, uint64_t pfn)
{
	if (mm_bitmap_test(md->known, pfn))
		return;
	mm_bitmap_set(md->known, pfn);
	mm_ram_read_all(m, pfn_of(pfn), md->copy + pfn * md->unit);
}

static void note(struct model *md, uint64_t pfn)
{
	if (md->nr_recent < RECENT_MAX)
		md->recent[md->nr_recent++] = pfn;
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;
	uint64_t pfn = ev->f[0];
	uint64_t i;

	(void)r;
	if (ev->kind == MM_EV_mm_ram_write) {
		learn(md, m, pfn);
		md->copy[pfn * md->unit + ev->f[1] * md->unit / MM_PAGE_SIZE] = (uint8_t)ev->f[2];
		note(md, pfn);
		return;
	}
	/* that they are so now is judged where it was asked for */
	for (i = 0; i < ev->f[1]; i++) {
		mm_bitmap_set(md->known, pfn + i);
		memset(md->copy + (pfn + i) * md->unit, (int)ev->f[2], md->unit);
	}
}

static void compare(const struct model *md, struct mm_report *r, const struct mm_machine *m,
		    uint64_t pfn)
{
	const uint8_t *want = md->copy + pfn * md->unit;
	uint8_t have[MM_PAGE_SIZE];
	unsigned int i;

	mm_ram_read_all(m, pfn_of(pfn), have);
	for (i = 0; i + 1 < md->unit && have[i] == want[i];)
		i++;
	MM_CHECK(r, "ram.read_your_write", have[i] == want[i],
		 "pfn %llu offset %llu holds 0x%02x, 0x%02x was written", (unsigned long long)pfn,
		 (unsigned long long)offset_of(md, i), have[i], want[i]);
}

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct model *md = state;

	while (md->nr_recent)
		compare(md, r, m, md->recent[--md->nr_recent]);
}

static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	uint64_t pfn;

	for (pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, 0); pfn < m->max_pfn;
	     pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, pfn + 1)) {
		if (mm_bitmap_test(md->known, pfn))
			compare(md, r, m, pfn);
	}
}

const struct mm_model mm_ram_model = {
	.name = "ram",
	.events = MM_EV_BIT(MM_EV_mm_ram_write) | MM_EV_BIT(MM_EV_mm_ram_fill),
	/* what is compared is what was written */
	.objects = MM_OBJ_BIT(MM_OBJ_EVENT),
	.quiet = MM_EV_BIT(MM_EV_mm_ram_fill),
	.concerns = has_unit,
	.size = model_size,
	.boot = model_boot,
	.reset = model_reset,
	.on_event = model_event,
	.after_op = model_after_op,
	.sweep = model_sweep,
};
