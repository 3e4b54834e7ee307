/* SPDX-License-Identifier: MIT */
/*
 * gfp properties: names and numbers of 6.18 as its recordings came with them,
 * the way from masks to text and back, and the kernel's packed zone table.
 */
#include "mm/gfp.h"

#include "invariants/engine/prop.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX 512

/* clang-format off */
static const struct {
	const char *name; /* without __GFP_ */
	uint32_t mask;
} bits[] = {
	{"DMA", 0x1}, {"HIGHMEM", 0x2}, {"DMA32", 0x4}, {"MOVABLE", 0x8}, {"RECLAIMABLE", 0x10},
	{"HIGH", 0x20}, {"IO", 0x40}, {"FS", 0x80}, {"ZERO", 0x100}, {"DIRECT_RECLAIM", 0x400},
	{"KSWAPD_RECLAIM", 0x800}, {"WRITE", 0x1000}, {"NOWARN", 0x2000}, {"RETRY_MAYFAIL", 0x4000},
	{"NOFAIL", 0x8000}, {"NORETRY", 0x10000}, {"MEMALLOC", 0x20000}, {"COMP", 0x40000},
	{"NOMEMALLOC", 0x80000}, {"HARDWALL", 0x100000}, {"THISNODE", 0x200000},
	{"ACCOUNT", 0x400000}, {"ZEROTAGS", 0x800000}, {"NO_OBJ_EXT", 0x1000000},
};

static const struct {
	const char *name; /* without GFP_ */
	uint32_t mask;
} combos[] = {
	{"TRANSHUGE", 0x1c24ca}, {"TRANSHUGE_LIGHT", 0x1c20ca}, {"HIGHUSER_MOVABLE", 0x100cca},
	{"HIGHUSER", 0x100cc2}, {"USER", 0x100cc0}, {"KERNEL_ACCOUNT", 0x400cc0}, {"KERNEL", 0xcc0},
	{"NOFS", 0xc40}, {"ATOMIC", 0x820}, {"NOIO", 0xc00}, {"NOWAIT", 0x2800},
};
/* clang-format on */

#define NR_BITS   (sizeof(bits) / sizeof(bits[0]))
#define NR_COMBOS (sizeof(combos) / sizeof(combos[0]))

/* The n-th of all masks that the names can spell. */
static uint32_t spread(uint32_t n)
{
	uint32_t mask = 0;
	size_t i;

	for (i = 0; i < NR_BITS; i++)
		mask |= n >> i & 1 ? bits[i].mask : 0;
	return mask;
}

static bool parses_to(const char *text, uint32_t want)
{
	uint32_t got = ~want;

	return mm_gfp_parse(text, strlen(text), &got) == 0 && got == want;
}

static void names_mean_their_numbers(struct mm_prop_run *p)
{
	char text[TEXT_MAX];
	size_t i;

	for (i = 0; i < NR_BITS; i++) {
		(void)snprintf(text, sizeof(text), "__GFP_%s", bits[i].name);
		PROP(p, parses_to(text, bits[i].mask) && parses_to(text + 6, bits[i].mask),
		     "%s is not 0x%x", text, bits[i].mask);
		(void)mm_gfp_print(bits[i].mask, text, sizeof(text));
		PROP(p, strcmp(text, bits[i].name) == 0, "0x%x prints as %s", bits[i].mask, text);
	}
	for (i = 0; i < NR_COMBOS; i++) {
		(void)snprintf(text, sizeof(text), "GFP_%s", combos[i].name);
		PROP(p, parses_to(text, combos[i].mask) && parses_to(text + 4, combos[i].mask),
		     "%s is not 0x%x", text, combos[i].mask);
		(void)mm_gfp_print(combos[i].mask, text, sizeof(text));
		PROP(p, strcmp(text, combos[i].name) == 0, "0x%x prints as %s", combos[i].mask,
		     text);
	}
	PROP(p,
	     parses_to("GFP_KERNEL|__GFP_ZERO", 0xdc0) && parses_to("KERNEL|ZERO", 0xdc0) &&
		     parses_to("0xdc0", 0xdc0) && parses_to("0xFf", 0xff) &&
		     parses_to("0xA", 0xa) && parses_to("0xDC0|0x1", 0xdc1) &&
		     parses_to("GFP_DMA|GFP_DMA32", 5) && parses_to("0", 0),
	     "a way to write a mask is not taken");
}

static void check_round_trip(struct mm_prop_run *p, uint32_t mask)
{
	char text[TEXT_MAX];
	size_t len = mm_gfp_print(mask, text, sizeof(text));

	PROP(p, len == strlen(text), "0x%x: length %zu of \"%s\"", mask, len, text);
	PROP(p, parses_to(text, mask), "0x%x prints as %s, which is another mask", mask, text);
}

/* Every mask, a slice of 2^12 of them per seed; 4096 seeds see all. */
static void masks_come_back_from_text(struct mm_prop_run *p)
{
	uint32_t slice = (uint32_t)prop_below(p, 4096) << 12;
	uint32_t i;

	for (i = 0; i < 4096; i++) {
		check_round_trip(p, spread(slice | i));
		check_round_trip(p, spread(i << 12 | slice >> 12));
	}
}

/* All combinations, with every pair of further bits put in and taken out. */
static void masks_near_combinations_come_back(struct mm_prop_run *p)
{
	size_t c;
	size_t i;
	size_t k;

	for (c = 0; c < NR_COMBOS; c++) {
		for (i = 0; i < NR_BITS; i++) {
			for (k = 0; k <= i; k++)
				check_round_trip(p, combos[c].mask ^ bits[i].mask ^ bits[k].mask);
		}
	}
}

static void short_buffers_are_kept(struct mm_prop_run *p)
{
	uint32_t mask = spread((uint32_t)prop_below(p, 1u << NR_BITS));
	char whole[TEXT_MAX];
	size_t len = mm_gfp_print(mask, whole, sizeof(whole));
	char text[TEXT_MAX];
	size_t cut;

	for (cut = 0; cut <= len + 1; cut++) {
		/* what lies beyond must not be written */
		memset(text, '#', sizeof(text));
		PROP(p, mm_gfp_print(mask, cut ? text : NULL, cut) == len, "cut to %zu: length",
		     cut);
		PROP(p, text[cut] == '#' && text[cut + 1] == '#', "cut to %zu: overrun", cut);
		PROP(p,
		     !cut || (strlen(text) == (cut <= len ? cut - 1 : len) &&
			      strncmp(text, whole, cut - 1) == 0),
		     "cut to %zu of \"%s\"", cut, whole);
	}
}

static void bad_masks_are_refused(struct mm_prop_run *p)
{
	static const char *const bad[] = {"",
					  "|",
					  "KERNEL|",
					  "|KERNEL",
					  "KERNEL||ZERO",
					  "kernel",
					  "KERNELS",
					  "GFP_",
					  "__GFP_",
					  "GFP__KERNEL",
					  "KERNEL ",
					  " KERNEL",
					  "0x",
					  "0x200",
					  "0x2000000",
					  "0xg",
					  "0x123456789",
					  "123",
					  "-1",
					  "KERNEL|0x200",
					  "KERNEL,ZERO",
					  "0x-1",
					  "MOVABLE\n"};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint32_t out = 0x1234;

		PROP(p, mm_gfp_parse(bad[i], strlen(bad[i]), &out) == -MM_EINVAL,
		     "\"%s\" is taken for 0x%x", bad[i], out);
		PROP(p, out == 0x1234, "\"%s\" is refused, and stored as 0x%x", bad[i], out);
	}
}

static void any_text_is_judged(struct mm_prop_run *p)
{
	static const char odd[] = "KERNLZOMVABDIHGFP_|0x19ac ";
	size_t len = prop_below(p, 24);
	char text[24];
	char *at = text + sizeof(text) - len;
	uint32_t out = 7;
	size_t i;
	int err;

	/* at the end of the array, so that reading on shows */
	for (i = 0; i < len; i++) {
		at[i] = odd[prop_below(p, sizeof(odd) - 1)];
		if (prop_below(p, 8) == 0)
			at[i] = (char)prop_below(p, 128);
	}
	err = mm_gfp_parse(at, len, &out);
	PROP(p, err == 0 || (err == -MM_EINVAL && out == 7), "neither taken nor refused");
	PROP(p, err || !(out & ~spread(UINT32_MAX >> (32 - NR_BITS))), "0x%x has no names", out);
}

/* ---- decoding ---- */

/* GFP_ZONE_TABLE of include/linux/gfp.h: three bits per combination of the four
 * zone bits, and GFP_ZONE_BAD: the combinations that contradict themselves. */
static bool kernel_zone(uint32_t gfp, enum mm_zone_type *zone)
{
	static const enum mm_zone_type table[16] = {
		[0x0] = MM_ZONE_NORMAL,  [0x1] = MM_ZONE_DMA,    [0x2] = MM_ZONE_HIGHMEM,
		[0x4] = MM_ZONE_DMA32,   [0x8] = MM_ZONE_NORMAL, [0x9] = MM_ZONE_DMA,
		[0xa] = MM_ZONE_MOVABLE, [0xc] = MM_ZONE_DMA32,
	};
	const unsigned int bad = 1u << 0x3 | 1u << 0x5 | 1u << 0x6 | 1u << 0x7 | 1u << 0xb |
				 1u << 0xd | 1u << 0xe | 1u << 0xf;

	*zone = table[gfp & 0xf];
	return !(bad >> (gfp & 0xf) & 1);
}

static void zones_follow_the_kernels_table(struct mm_prop_run *p)
{
	uint32_t low;
	int i;

	for (low = 0; low < 16; low++) {
		for (i = 0; i < 20; i++) {
			uint32_t gfp = low | ((uint32_t)prop_bits(p, 64) & ~0xfu);
			enum mm_zone_type want;
			enum mm_zone_type have = MM_NR_ZONES;
			bool good = kernel_zone(gfp, &want);

			PROP(p, mm_gfp_zone(gfp, &have) == good, "0x%x contradicts itself or not",
			     gfp);
			PROP(p, !good || have == want, "0x%x: zone %d, not %d", gfp, (int)have,
			     (int)want);
		}
	}
}

/* gfp_migratetype(): the two bits, shifted down, are the type. */
static void types_are_two_bits(struct mm_prop_run *p)
{
	int i;

	for (i = 0; i < 500; i++) {
		uint32_t gfp = (uint32_t)prop_bits(p, 64);
		uint32_t shifted = (gfp & 0x18) >> 3;

		/* both bits: the kernel warns; Unmovable here */
		PROP(p, (uint32_t)mm_gfp_migratetype(gfp) == (shifted == 3 ? 0 : shifted),
		     "0x%x: type %d", gfp, (int)mm_gfp_migratetype(gfp));
	}
	PROP(p,
	     strcmp(mm_gfp_migratetype_name(MM_MIGRATE_HIGHATOMIC), "HighAtomic") == 0 &&
		     strcmp(mm_gfp_migratetype_name(MM_MIGRATE_ISOLATE), "Isolate") == 0 &&
		     strcmp(mm_gfp_zone_name(MM_ZONE_DMA32), "DMA32") == 0 &&
		     strcmp(mm_gfp_zone_name(MM_ZONE_MOVABLE), "Movable") == 0,
	     "a name is not the kernel's");
}

const struct mm_prop mm_gfp_props[] = {
	{"gfp.names_mean_their_numbers", names_mean_their_numbers, 1},
	{"gfp.masks_come_back_from_text", masks_come_back_from_text, 8},
	{"gfp.masks_near_combinations_come_back", masks_near_combinations_come_back, 1},
	{"gfp.short_buffers_are_kept", short_buffers_are_kept, 20},
	{"gfp.bad_masks_are_refused", bad_masks_are_refused, 1},
	{"gfp.any_text_is_judged", any_text_is_judged, 2000},
	{"gfp.zones_follow_the_kernels_table", zones_follow_the_kernels_table, 1},
	{"gfp.types_are_two_bits", types_are_two_bits, 1},
	{NULL, NULL, 0},
};
