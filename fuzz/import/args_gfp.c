/* SPDX-License-Identifier: MIT */
/*
 * args_gfp: the names that kernels print for GFP masks.
 *
 * A name means what it means in 6.18.  Two kinds of name are older: those that
 * were renamed or folded into others, which are read as their successors, and
 * those whose place was taken by something that says less or more, which are
 * refused: a wrong guess would silently change zones and reserves.
 */
#include "mm/gfp.h"

#include "fuzz/import/args.h"

#include <string.h>

#define TRANSHUGE_LIGHT                                                                            \
	((MM_GFP_HIGHUSER_MOVABLE | MM_GFP_COMP | MM_GFP_NOMEMALLOC | MM_GFP_NOWARN) &             \
	 ~MM_GFP_RECLAIM)

#define NO_COUNTERPART_OF_WAIT                                                                     \
	"kernels before 4.4, where it also said whether kswapd is woken; record on a newer one"

static const struct {
	const char *name;
	uint32_t gfp;
} names[] = {
	{"GFP_TRANSHUGE", TRANSHUGE_LIGHT | MM_GFP_DIRECT_RECLAIM},
	{"GFP_TRANSHUGE_LIGHT", TRANSHUGE_LIGHT},
	{"GFP_HIGHUSER_MOVABLE", MM_GFP_HIGHUSER_MOVABLE},
	{"GFP_HIGHUSER", MM_GFP_HIGHUSER},
	{"GFP_USER", MM_GFP_USER},
	{"GFP_KERNEL_ACCOUNT", MM_GFP_KERNEL | MM_GFP_ACCOUNT},
	{"GFP_KERNEL", MM_GFP_KERNEL},
	{"GFP_NOFS", MM_GFP_NOFS},
	{"GFP_NOIO", MM_GFP_NOIO},
	{"GFP_ATOMIC", MM_GFP_ATOMIC},
	{"GFP_NOWAIT", MM_GFP_NOWAIT},
	{"GFP_DMA", MM_GFP_DMA},
	{"GFP_DMA32", MM_GFP_DMA32},
	{"__GFP_DMA", MM_GFP_DMA},
	{"__GFP_HIGHMEM", MM_GFP_HIGHMEM},
	{"__GFP_DMA32", MM_GFP_DMA32},
	{"__GFP_MOVABLE", MM_GFP_MOVABLE},
	{"__GFP_RECLAIMABLE", MM_GFP_RECLAIMABLE},
	{"__GFP_HIGH", MM_GFP_HIGH},
	{"__GFP_IO", MM_GFP_IO},
	{"__GFP_FS", MM_GFP_FS},
	{"__GFP_ZERO", MM_GFP_ZERO},
	{"__GFP_RECLAIM", MM_GFP_RECLAIM},
	{"__GFP_DIRECT_RECLAIM", MM_GFP_DIRECT_RECLAIM},
	{"__GFP_KSWAPD_RECLAIM", MM_GFP_KSWAPD_RECLAIM},
	{"__GFP_WRITE", MM_GFP_WRITE},
	{"__GFP_NOWARN", MM_GFP_NOWARN},
	{"__GFP_RETRY_MAYFAIL", MM_GFP_RETRY_MAYFAIL},
	{"__GFP_NOFAIL", MM_GFP_NOFAIL},
	{"__GFP_NORETRY", MM_GFP_NORETRY},
	{"__GFP_MEMALLOC", MM_GFP_MEMALLOC},
	{"__GFP_COMP", MM_GFP_COMP},
	{"__GFP_NOMEMALLOC", MM_GFP_NOMEMALLOC},
	{"__GFP_HARDWALL", MM_GFP_HARDWALL},
	{"__GFP_THISNODE", MM_GFP_THISNODE},
	{"__GFP_ACCOUNT", MM_GFP_ACCOUNT},
	{"__GFP_ZEROTAGS", MM_GFP_ZEROTAGS},
	{"__GFP_NO_OBJ_EXT", MM_GFP_NO_OBJ_EXT},
	/* until 6.2; HIGH without DIRECT_RECLAIM says it now */
	{"__GFP_ATOMIC", MM_GFP_HIGH},
	/* until 4.13 */
	{"__GFP_REPEAT", MM_GFP_RETRY_MAYFAIL},
	{"GFP_TEMPORARY", MM_GFP_KERNEL | MM_GFP_RECLAIMABLE},
	{"none", 0},
	{"(none)", 0},
	{"0", 0},
	{"0x0", 0},
};

static const struct {
	const char *name;
	const char *why;
} refused[] = {
	{"__GFP_WAIT", NO_COUNTERPART_OF_WAIT},
	{"GFP_WAIT", NO_COUNTERPART_OF_WAIT},
	{"__GFP_NO_KSWAPD", NO_COUNTERPART_OF_WAIT},
	{"GFP_NO_KSWAPD", NO_COUNTERPART_OF_WAIT},
	{"GFP_IOFS", NO_COUNTERPART_OF_WAIT},
	{"GFP_THISNODE",
	 "kernels before 4.6, where it meant one flag or three; record on a newer one"},
	{"__GFP_NOACCOUNT", "4.1 to 4.4, where all else was accounted; record on a newer one"},
};

#define MM_IMPORT_HINT(name, text) text,
static const char *const hint_names[] = {MM_IMPORT_HINTS(MM_IMPORT_HINT)};
#undef MM_IMPORT_HINT

static bool refuse(const struct mm_import_cursor *at, struct mm_import_field f)
{
	char q[MM_IMPORT_QUOTE_MAX];
	size_t i;

	(void)mm_import_line_quote(q, f.s, f.len);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (mm_import_line_is(f, refused[i].name))
			return mm_import_line_complain(at, f, "GFP name %s is of %s", q,
						       refused[i].why);
	}
	if (f.len && f.s[0] >= '0' && f.s[0] <= '9')
		return mm_import_line_complain(at, f,
					       "GFP bits %s have no name, and numbers mean another "
					       "flag in each kernel; record with one that names "
					       "them, or replace them by names",
					       q);
	return mm_import_line_complain(at, f,
				       "unknown GFP name %s; replace it in the recording by the "
				       "names of 6.18 that ask for the same",
				       q);
}

static bool add_name(const struct mm_import_cursor *at, struct mm_import_field f, uint32_t *gfp,
		     uint64_t hints[MM_IMPORT_HINT_NR])
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (mm_import_line_is(f, names[i].name)) {
			*gfp |= names[i].gfp;
			return true;
		}
	}
	for (i = 0; i < MM_IMPORT_HINT_NR; i++) {
		if (mm_import_line_is(f, hint_names[i])) {
			hints[i]++;
			return true;
		}
	}
	return refuse(at, f);
}

bool mm_import_args_gfp(const struct mm_import_cursor *at, struct mm_import_field f, uint32_t *gfp,
			uint64_t hints[MM_IMPORT_HINT_NR])
{
	const char *end = f.s + f.len;
	const char *p = f.s;

	*gfp = 0;
	for (;;) {
		const char *bar = memchr(p, '|', (size_t)(end - p));
		struct mm_import_field one = {p, (size_t)((bar ? bar : end) - p)};

		if (!add_name(at, one, gfp, hints))
			return false;
		if (!bar)
			return true;
		p = bar + 1;
	}
}
