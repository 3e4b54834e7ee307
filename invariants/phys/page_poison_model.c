/* SPDX-License-Identifier: MIT */
/*
 * page_poison model: which frames are free, and what each of them must hold.
 *
 * A free frame holds one value in all its bytes until somebody writes to it; from then
 * on the model has a copy, and applies what is written. So it knows what there is to
 * report when the frame is handed out.
 */
#include "mm/page_poison.h"

#include "mm/check.h"
#include "mm/gfp.h"

#include "invariants/engine/frames.h"

#include <string.h>

/* What is known of a frame. */
#define FREE    0x1u
#define WRITTEN 0x2u /* since it is free: the copy says what it holds */
#define TOLD    0x4u /* reported, and on its way out */

struct model {
	unsigned int unit; /* bytes kept of a frame */
	uint8_t value;     /* of each byte of a free frame */
	bool poison;
	uint64_t frames;
	uint8_t *state;
	uint8_t *at_boot; /* state, as it was */
	uint8_t *copy;    /* unit bytes a frame */
};

/* 0: machines too large to copy go without the model. */
static unsigned int model_unit(const struct mm_machine *m)
{
	return mm_frames_kept(m) * mm_ram_unit(m) > (uint64_t)8 << 20 ? 0 : mm_ram_unit(m);
}

static bool has_rule(const struct mm_machine *m)
{
	return (m->desc.page_poison || m->desc.init_on_free) && model_unit(m);
}

static size_t model_size(const struct mm_machine *m)
{
	return sizeof(struct model) + (size_t)m->max_pfn * (2 + model_unit(m));
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;
	uint64_t pfn;

	md->unit = model_unit(m);
	md->poison = m->desc.page_poison;
	md->value = md->poison ? 0xaa : 0;
	md->frames = m->max_pfn;
	md->state = (uint8_t *)(md + 1);
	md->at_boot = md->state + md->frames;
	md->copy = md->at_boot + md->frames;
	for (pfn = 0; !m->desc.deferred && pfn < md->frames; pfn++)
		md->at_boot[pfn] = mm_frames_is_free_at_boot(m, pfn) ? FREE : 0;
	if (!m->desc.deferred)
		memcpy(md->state, md->at_boot, (size_t)md->frames);
}

static void model_reset(void *state)
{
	struct model *md = state;

	memcpy(md->state, md->at_boot, (size_t)md->frames);
}

static uint64_t span(const struct model *md)
{
	return MM_PAGE_SIZE / md->unit;
}

/* What a byte of a free frame is due to be. */
static uint8_t due(const struct model *md, uint64_t pfn, unsigned int slot)
{
	return md->state[pfn] & WRITTEN ? md->copy[pfn * md->unit + slot] : md->value;
}

static void check_content(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			  uint64_t pfn)
{
	uint8_t have[MM_PAGE_SIZE];
	unsigned int i;

	mm_ram_read_all(m, pfn_of(pfn), have);
	for (i = 0; i < md->unit; i++) {
		if (have[i] == due(md, pfn, i))
			continue;
		MM_CHECK(r, "poison.free_content", false,
			 "free pfn %llu holds 0x%02x at %llu, and should 0x%02x",
			 (unsigned long long)pfn, have[i], (unsigned long long)(i * span(md)),
			 due(md, pfn, i));
		return;
	}
	r->checks++;
}

/* ---- what there is to report ---- */

struct change {
	unsigned int nr; /* slots that are not the pattern */
	unsigned int first;
	unsigned int last;
	unsigned int bits; /* that differ */
};

static unsigned int bits_of(unsigned int v)
{
	unsigned int n = 0;

	for (; v; v >>= 1)
		n += v & 1;
	return n;
}

static struct change change_of(const struct model *md, uint64_t pfn)
{
	struct change c = {0, 0, 0, 0};
	unsigned int i;

	for (i = 0; (md->state[pfn] & WRITTEN) && i < md->unit; i++) {
		unsigned int d = (unsigned int)due(md, pfn, i) ^ md->value;

		if (!d)
			continue;
		c.first = c.nr++ ? c.first : i;
		c.last = i;
		c.bits += bits_of(d);
	}
	return c;
}

static void on_report(struct model *md, struct mm_report *r, const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];
	struct change c = change_of(md, pfn);

	MM_CHECK(r, "poison.report",
		 md->poison && (md->state[pfn] & FREE) && !(md->state[pfn] & TOLD) && c.nr &&
			 ev->f[1] == c.first * span(md) &&
			 ev->f[2] == (c.last + 1) * span(md) - 1 &&
			 (ev->f[3] != 0) == (c.bits == 1 && span(md) == 1),
		 "pfn %llu: bytes %llu-%llu are reported%s; %u changed, %u bits of them",
		 (unsigned long long)pfn, (unsigned long long)ev->f[1],
		 (unsigned long long)ev->f[2], ev->f[3] ? " as one bit" : "", c.nr, c.bits);
	md->state[pfn] |= TOLD;
}

/* ---- frames become free, and are no longer ---- */

static void on_alloc(struct model *md, struct mm_report *r, const struct mm_machine *m,
		     const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];
	uint64_t end = pfn + ((uint64_t)1 << ev->f[1]);

	for (; pfn < end; pfn++) {
		MM_CHECK(r, "poison.report",
			 !md->poison || !change_of(md, pfn).nr || (md->state[pfn] & TOLD),
			 "pfn %llu was changed and is handed out without a word",
			 (unsigned long long)pfn);
		/* where frees zero, a page is zero that nobody wrote to */
		if (!md->poison)
			MM_CHECK(r, "alloc.init_state",
				 (md->state[pfn] & WRITTEN) || mm_ram_is_zero(m, pfn_of(pfn)),
				 "pfn %llu is not zero, and should be", (unsigned long long)pfn);
		/* zeroing was asked for, or what was free is still there */
		if (md->poison && !(ev->f[2] & MM_GFP_ZERO))
			check_content(md, r, m, pfn);
		md->state[pfn] = 0;
	}
}

static void on_free(struct model *md, struct mm_report *r, const struct mm_machine *m,
		    const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];
	uint64_t end = pfn + ((uint64_t)1 << ev->f[1]);

	for (; pfn < end; pfn++) {
		md->state[pfn] = FREE;
		if (md->poison)
			check_content(md, r, m, pfn);
	}
}

static void on_write(struct model *md, const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];
	uint8_t *copy = md->copy + pfn * md->unit;

	if (!(md->state[pfn] & FREE))
		return;
	if (!(md->state[pfn] & WRITTEN))
		memset(copy, md->value, md->unit);
	md->state[pfn] |= WRITTEN;
	copy[ev->f[1] / span(md)] = (uint8_t)ev->f[2];
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;
	uint64_t pfn;

	switch ((int)ev->kind) {
	case MM_EV_mm_page_alloc:
		on_alloc(md, r, m, ev);
		break;
	case MM_EV_mm_page_free:
		on_free(md, r, m, ev);
		break;
	case MM_EV_mm_page_poison:
		on_report(md, r, ev);
		break;
	case MM_EV_mm_ram_write:
		on_write(md, ev);
		break;
	case MM_EV_mm_zone_grow:
		for (pfn = ev->f[1]; pfn < ev->f[2]; pfn++)
			md->state[pfn] = mm_frames_is_free_at_boot(m, pfn) ? FREE : 0;
		break;
	default: /* dropped for good */
		if (ev->f[2])
			memset(md->state + ev->f[0], 0, (size_t)1 << ev->f[1]);
	}
}

static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	uint64_t pfn;

	for (pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, 0); pfn < md->frames;
	     pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, pfn + 1)) {
		if (md->state[pfn] & FREE)
			check_content(md, r, m, pfn);
	}
}

const struct mm_model mm_page_poison_model = {
	.name = "page_poison",
	.events = MM_EV_BIT(MM_EV_mm_page_alloc) | MM_EV_BIT(MM_EV_mm_page_free) |
		  MM_EV_BIT(MM_EV_mm_page_poison) | MM_EV_BIT(MM_EV_mm_ram_write) |
		  MM_EV_BIT(MM_EV_mm_zone_grow) | MM_EV_BIT(MM_EV_mm_bad_page),
	/* what is free is compared when it becomes so, and in sweeps */
	.objects = MM_OBJ_BIT(MM_OBJ_EVENT),
	.concerns = has_rule,
	.size = model_size,
	.boot = model_boot,
	.reset = model_reset,
	.on_event = model_event,
	.sweep = model_sweep,
};
