/* SPDX-License-Identifier: MIT */
/*
 * gfp: decoding a request mask, and its spelling in text.
 *
 * The kernel packs the zone choice into a shifted table; here it is a switch
 * over the four zone bits, which says the same and can be read.  Text prefers
 * combinations (KERNEL, HIGHUSER_MOVABLE) because that is how people and
 * trace output name a mask.
 */
#include "mm/gfp.h"

#include <stdio.h>
#include <string.h>

struct gfp_name {
	const char *name;
	uint32_t mask;
};

/* Largest first, so that printing takes the widest combination that fits. */
static const struct gfp_name combos[] = {
	{"TRANSHUGE", 0x1c24cau},
	{"TRANSHUGE_LIGHT", 0x1c20cau},
	{"HIGHUSER_MOVABLE", MM_GFP_HIGHUSER_MOVABLE},
	{"HIGHUSER", MM_GFP_HIGHUSER},
	{"USER", MM_GFP_USER},
	{"KERNEL_ACCOUNT", MM_GFP_KERNEL | MM_GFP_ACCOUNT},
	{"KERNEL", MM_GFP_KERNEL},
	{"NOFS", MM_GFP_NOFS},
	{"NOIO", MM_GFP_NOIO},
	{"ATOMIC", MM_GFP_ATOMIC},
	{"NOWAIT", MM_GFP_NOWAIT},
};

static const struct gfp_name bits[] = {
	{"DMA", MM_GFP_DMA},
	{"HIGHMEM", MM_GFP_HIGHMEM},
	{"DMA32", MM_GFP_DMA32},
	{"MOVABLE", MM_GFP_MOVABLE},
	{"RECLAIMABLE", MM_GFP_RECLAIMABLE},
	{"HIGH", MM_GFP_HIGH},
	{"IO", MM_GFP_IO},
	{"FS", MM_GFP_FS},
	{"ZERO", MM_GFP_ZERO},
	{"DIRECT_RECLAIM", MM_GFP_DIRECT_RECLAIM},
	{"KSWAPD_RECLAIM", MM_GFP_KSWAPD_RECLAIM},
	{"WRITE", MM_GFP_WRITE},
	{"NOWARN", MM_GFP_NOWARN},
	{"RETRY_MAYFAIL", MM_GFP_RETRY_MAYFAIL},
	{"NOFAIL", MM_GFP_NOFAIL},
	{"NORETRY", MM_GFP_NORETRY},
	{"MEMALLOC", MM_GFP_MEMALLOC},
	{"COMP", MM_GFP_COMP},
	{"NOMEMALLOC", MM_GFP_NOMEMALLOC},
	{"HARDWALL", MM_GFP_HARDWALL},
	{"THISNODE", MM_GFP_THISNODE},
	{"ACCOUNT", MM_GFP_ACCOUNT},
	{"ZEROTAGS", MM_GFP_ZEROTAGS},
	{"NO_OBJ_EXT", MM_GFP_NO_OBJ_EXT},
};

#define NR_COMBOS (sizeof(combos) / sizeof(combos[0]))
#define NR_BITS   (sizeof(bits) / sizeof(bits[0]))

static bool name_is(const char *s, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(s, name, len) == 0;
}

static bool find_name(const char *s, size_t len, uint32_t *mask)
{
	size_t i;

	if (len > 6 && memcmp(s, "__GFP_", 6) == 0) {
		s += 6;
		len -= 6;
	} else if (len > 4 && memcmp(s, "GFP_", 4) == 0) {
		s += 4;
		len -= 4;
		/* GFP_DMA and __GFP_DMA are the same bit */
	}
	for (i = 0; i < NR_COMBOS; i++) {
		if (name_is(s, len, combos[i].name)) {
			*mask = combos[i].mask;
			return true;
		}
	}
	for (i = 0; i < NR_BITS; i++) {
		if (name_is(s, len, bits[i].name)) {
			*mask = bits[i].mask;
			return true;
		}
	}
	return false;
}

static bool parse_hex(const char *s, size_t len, uint32_t *mask)
{
	uint32_t v = 0;
	uint32_t known = 0;
	size_t i;

	if (len < 3 || len > 10)
		return false;
	for (i = 2; i < len; i++) {
		const char *digits = "0123456789abcdef";
		const char *d = strchr(digits, s[i] >= 'A' && s[i] <= 'F' ? s[i] + 32 : s[i]);

		if (!d || !s[i])
			return false;
		v = v << 4 | (uint32_t)(d - digits);
	}
	for (i = 0; i < NR_BITS; i++)
		known |= bits[i].mask;
	*mask = v;
	return !(v & ~known);
}

int mm_gfp_parse(const char *s, size_t len, uint32_t *out)
{
	uint32_t gfp = 0;
	size_t start = 0;

	if (len == 1 && s[0] == '0') {
		*out = 0;
		return 0;
	}
	while (start <= len) {
		const char *bar = start < len ? memchr(s + start, '|', len - start) : NULL;
		size_t end = bar ? (size_t)(bar - s) : len;
		uint32_t mask;
		bool ok;

		if (end - start > 2 && s[start] == '0' && s[start + 1] == 'x')
			ok = parse_hex(s + start, end - start, &mask);
		else
			ok = find_name(s + start, end - start, &mask);
		if (!ok)
			return -MM_EINVAL;
		gfp |= mask;
		start = end + 1;
	}
	*out = gfp;
	return 0;
}

/* Append a name, and a bar before all but the first; returns the new length,
 * which goes on counting when buf is full. */
static size_t append(char *buf, size_t len, size_t at, const char *name)
{
	size_t room = at < len ? len - at : 0;

	return at + (size_t)snprintf(room ? buf + at : NULL, room, "%s%s", at ? "|" : "", name);
}

size_t mm_gfp_print(uint32_t gfp, char *buf, size_t len)
{
	size_t at = 0;
	size_t i;

	for (i = 0; i < NR_COMBOS; i++) {
		if ((gfp & combos[i].mask) == combos[i].mask) {
			at = append(buf, len, at, combos[i].name);
			gfp &= ~combos[i].mask;
			break;
		}
	}
	for (i = 0; i < NR_BITS; i++) {
		if (gfp & bits[i].mask)
			at = append(buf, len, at, bits[i].name);
	}
	return at ? at : append(buf, len, at, "0");
}

const char *mm_gfp_migratetype_name(enum mm_migratetype t)
{
	static const char *const names[MM_MIGRATE_TYPES] = {"Unmovable",  "Movable", "Reclaimable",
							    "HighAtomic", "CMA",     "Isolate"};

	return names[t];
}

const char *mm_gfp_zone_name(enum mm_zone_type z)
{
	static const char *const names[MM_NR_ZONES] = {"DMA", "DMA32", "Normal", "HighMem",
						       "Movable"};

	return names[z];
}
