/* SPDX-License-Identifier: MIT */
/*
 * ram: a sparse store.  A frame is filled with its pattern when it is first
 * written in part; zeroing a whole frame skips that.  Reset forgets contents
 * by forgetting the written bits: no byte of the store is copied.
 */
#include "mm/ram.h"

#include "mm/bitmap.h"
#include "mm/rng.h"

#include <string.h>

unsigned int mm_ram_unit(const struct mm_machine *m)
{
	static const unsigned int unit[] = {0, 64, (unsigned int)MM_PAGE_SIZE};

	return unit[m->desc.contents];
}

static unsigned char *frame_bytes(const struct mm_machine *m, pfn_t pfn)
{
	return m->contents.base + pfn_raw(pfn) * mm_ram_unit(m);
}

/* Index of the kept byte that stands for a byte of the frame. */
static unsigned int slot_of(const struct mm_machine *m, uint64_t offset)
{
	return (unsigned int)(offset * mm_ram_unit(m) / MM_PAGE_SIZE);
}

/* What a byte nobody wrote reads as: never 0, unless all memory was zeroed, or written to
 * at boot. */
static uint8_t pattern(const struct mm_machine *m, pfn_t pfn, unsigned int slot)
{
	if (m->contents_rules & MM_POISON)
		return MM_PAGE_POISON;
	if (m->contents_rules & MM_INIT_ON_FREE)
		return 0;
	return (uint8_t)(mm_hash64(
				 mm_hash64_step(m->desc.seed, pfn_raw(pfn) * MM_PAGE_SIZE + slot)) |
			 1);
}

static void fill_pattern(const struct mm_machine *m, pfn_t pfn, unsigned char *b)
{
	unsigned int i;

	for (i = 0; i < mm_ram_unit(m); i++)
		b[i] = pattern(m, pfn, i);
}

uint8_t mm_ram_read(const struct mm_machine *m, pfn_t pfn, uint64_t offset)
{
	unsigned int slot = slot_of(m, offset);

	MM_PRE(pfn_raw(pfn) < m->max_pfn && offset < MM_PAGE_SIZE);
	if (!mm_ram_unit(m))
		return 0;
	if (!mm_bitmap_test(m->written, pfn_raw(pfn)))
		return pattern(m, pfn, slot);
	return frame_bytes(m, pfn)[slot];
}

void mm_ram_read_all(const struct mm_machine *m, pfn_t pfn, uint8_t *bytes)
{
	MM_PRE(pfn_raw(pfn) < m->max_pfn);
	if (mm_bitmap_test(m->written, pfn_raw(pfn)))
		memcpy(bytes, frame_bytes(m, pfn), mm_ram_unit(m));
	else
		fill_pattern(m, pfn, bytes);
}

void mm_ram_write(struct mm_ctx *x, pfn_t pfn, uint64_t offset, uint8_t value)
{
	struct mm_machine *m = x->m;

	MM_PRE(pfn_raw(pfn) < m->max_pfn && offset < MM_PAGE_SIZE);
	if (!mm_ram_unit(m))
		return;
	mm_event(x, MM_EV_mm_ram_write, pfn_raw(pfn), offset, value);
	if (!mm_bitmap_test(m->written, pfn_raw(pfn))) {
		fill_pattern(m, pfn, frame_bytes(m, pfn));
		mm_bitmap_set(m->written, pfn_raw(pfn));
	}
	frame_bytes(m, pfn)[slot_of(m, offset)] = value;
	mm_touch(x, MM_OBJ_FRAME, pfn_raw(pfn));
}

void mm_ram_fill(struct mm_ctx *x, pfn_t pfn, uint64_t n, uint8_t value)
{
	struct mm_machine *m = x->m;
	uint64_t i;

	if (!mm_ram_unit(m))
		return;
	mm_event(x, MM_EV_mm_ram_fill, pfn_raw(pfn), n, value);
	memset(frame_bytes(m, pfn), value, (size_t)(n * mm_ram_unit(m)));
	mm_bitmap_set_range(m->written, pfn_raw(pfn), n);
	for (i = 0; x->touched && i < n; i++)
		mm_touch(x, MM_OBJ_FRAME, pfn_raw(pfn) + i);
}

bool mm_ram_is_zero(const struct mm_machine *m, pfn_t pfn)
{
	unsigned int unit = mm_ram_unit(m);
	const unsigned char *b;
	unsigned int i;

	if (!unit)
		return true;
	if (!mm_bitmap_test(m->written, pfn_raw(pfn)))
		return m->contents_rules & MM_INIT_ON_FREE;
	b = frame_bytes(m, pfn);
	for (i = 0; i < unit; i += 8) {
		uint64_t w;

		memcpy(&w, b + i, sizeof(w));
		if (w)
			return false;
	}
	return true;
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the first, then the last */
bool mm_ram_differs(const struct mm_machine *m, pfn_t pfn, uint8_t value, uint64_t *first,
		    uint64_t *last)
{
	unsigned int unit = mm_ram_unit(m);
	unsigned char b[MM_PAGE_SIZE];
	unsigned int from = 0;
	unsigned int to = unit;

	if (!unit)
		return false;
	mm_ram_read_all(m, pfn, b);
	/* each is what the next one is, and the first is value */
	if (b[0] == value && memcmp(b, b + 1, unit - 1) == 0)
		return false;
	while (b[from] == value)
		from++;
	while (b[to - 1] == value)
		to--;
	*first = from * (MM_PAGE_SIZE / unit);
	*last = to * (MM_PAGE_SIZE / unit) - 1;
	return true;
}

/* Byte by byte, so that both byte orders give one hash; compilers make one load of it. */
static uint64_t word_at(const unsigned char *b)
{
	return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
	       (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
	       (uint64_t)b[7] << 56;
}

uint64_t mm_ram_hash(const struct mm_machine *m, pfn_t pfn)
{
	unsigned int unit = mm_ram_unit(m);
	const unsigned char *b;
	uint64_t h = 1;
	unsigned int i;

	if (!unit || !mm_bitmap_test(m->written, pfn_raw(pfn)))
		return 0;
	b = frame_bytes(m, pfn);
	for (i = 0; i < unit; i += 8)
		h = mm_hash64_step(h, word_at(b + i));
	return mm_hash64(h);
}

int mm_ram_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;

	m->written = mm_machine_alloc_frames(m, 1, 0);
	if (!m->written)
		return -MM_ENOMEM;
	if (!mm_ram_unit(m))
		return 0;
	return mm_arena_init(&m->contents, (size_t)m->max_pfn * mm_ram_unit(m));
}
