/* SPDX-License-Identifier: MIT */
/*
 * trail_rows: each kind of event in words, with the function that takes the step.
 *
 * A new kind needs a row here; the compiler says so.  Functions are those that
 * decide, not those that send; cmake/tests/flow.sh looks for them.
 */
#include "mm/aspace.h"
#include "mm/buddy.h"
#include "mm/failpoint.h"
#include "mm/machine.h"
#include "mm/memblock.h"
#include "mm/page_ext.h"
#include "mm/pcp.h"
#include "mm/task.h"
#include "mm/watermark.h"

#include "fuzz/trace/trail.h"

#include <inttypes.h>
#include <string.h>

#define B(kind) MM_EV_BIT(MM_EV_##kind)

struct name {
	char s[24];
};

/* "Normal", "1/Normal" on node 1 of several. */
static struct name zone_name(const struct mm_machine *m, uint64_t z)
{
	const char *type = mm_gfp_zone_name((enum mm_zone_type)(z % MM_NR_ZONES));
	struct name n;

	if (m->desc.nr_nodes > 1)
		(void)snprintf(n.s, sizeof(n.s), "%u/%s", (unsigned int)(z / MM_NR_ZONES) & 0xff,
			       type);
	else
		(void)snprintf(n.s, sizeof(n.s), "%s", type);
	return n;
}

/* Zone number z, the first when there is none such. */
static const struct zone *zone_at(const struct mm_machine *m, uint64_t z)
{
	return &m->zones[z < (uint64_t)m->nr_zones ? z : 0];
}

static const char *type_name(uint64_t type)
{
	return type < MM_MIGRATE_TYPES ? mm_gfp_migratetype_name((enum mm_migratetype)type) : "?";
}

static const char *list_type(uint64_t list)
{
	const uint64_t low = (uint64_t)(MM_PCP_LOW_LISTS);

	if (list >= low)
		return list == low ? "huge" : "huge Movable";
	return type_name(list % MM_MIGRATE_PCPTYPES);
}

/* ---- asking and taking ---- */

static void say_alloc(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	char gfp[120];

	(void)mm_gfp_print((uint32_t)f[2], gfp, sizeof(gfp));
	(void)snprintf(buf, len, "order %" PRIu64 " for %s: pfn %" PRIu64 " of zone %s", f[1], gfp,
		       f[0], zone_name(m, f[5]).s);
}

static void say_failed(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	char gfp[120];

	(void)m;
	(void)mm_gfp_print((uint32_t)f[1], gfp, sizeof(gfp));
	(void)snprintf(buf, len, "order %" PRIu64 " for %s: none%s", f[0], gfp,
		       f[4] ? ", it was told to fail" : "");
}

static void say_from(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "from node %" PRIu64 " on, nodes 0x%" PRIx64, f[0], f[1]);
}

static void say_mems(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "CPU %" PRIu64 " is held to nodes 0x%" PRIx64 "%s", f[0], f[1],
		       f[1] ? "" : ": all");
}

static void say_grow(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)snprintf(buf, len,
		       "section %" PRIu64 " is made ready for zone %s: pfn %" PRIu64 " to %" PRIu64,
		       f[0], zone_name(m, f[3]).s, f[1], f[2] - 1);
}

static void say_section(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "%" PRIu64 " frames from pfn %" PRIu64 " %s%s", f[2], f[1],
		       f[0] ? "come" : "go", f[3] ? ": refused" : "");
}

static void say_ext_store(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "pfn %" PRIu64 ", client %s: 0x%" PRIx64, f[0],
		       f[1] < MM_PAGE_EXT_CLIENTS ? mm_page_ext_name((enum mm_page_ext_client)f[1])
						  : "?",
		       f[2]);
}

static void say_task(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	char flags[120];

	(void)m;
	(void)mm_task_print((uint32_t)f[1], flags, sizeof(flags));
	(void)snprintf(buf, len, "the task is %s now", flags);
}

static void say_split(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "pfn %" PRIu64 " of order %" PRIu64 " becomes single pages", f[0],
		       f[1]);
}

static void say_bulk(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)snprintf(buf, len, "zone %s leaves %" PRIu64 " after all of them: %" PRIu64 " slots",
		       zone_name(m, f[0]).s, f[3], f[2]);
}

static void say_bulk_end(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "%" PRIu64 " slots are filled", f[0]);
}

static void say_bulk_none(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	if (f[0] < (uint64_t)MM_ZONES_MAX)
		(void)snprintf(buf, len, "lists of zone %s are locked: one page is to do",
			       zone_name(m, f[0]).s);
	else
		(void)snprintf(buf, len, "no zone has room for all %" PRIu64 ": one page is to do",
			       f[1]);
}

static void say_frag(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len,
		       "%" PRIu64 " bytes of the chunk at pfn %" PRIu64 ", offset %" PRIu64, f[2],
		       f[0], f[1]);
}

static void say_frag_put(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "%" PRIu64 " references to the chunk at pfn %" PRIu64 " go", f[2],
		       f[0]);
}

static void say_slowpath(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "no zone is above its low mark%s%s%s",
		       f[2] & MM_ALLOC_KSWAPD ? ": wake kswapd" : "",
		       f[2] & MM_ALLOC_MIN_RESERVE ? ", dip below min" : "",
		       f[2] & MM_ALLOC_NON_BLOCK ? ", no waiting" : "");
}

/* "low", by what the zone's marks are; the one the request is held to otherwise. */
static const char *mark_name(const struct mm_machine *m, const uint64_t *f)
{
	static const char *const names[] = {"min", "low", "high", "promo"};
	const struct zone *z = zone_at(m, f[0]);

	if (f[2] == mm_zone_wmark(z, MM_WMARK_HIGH))
		return "high";
	return names[f[3] & MM_ALLOC_WMARK_MASK];
}

static void say_watermark(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	if (f[3] & MM_ALLOC_NO_WATERMARKS)
		(void)snprintf(buf, len, "zone %s, no watermark asked: %" PRIu64 " free",
			       zone_name(m, f[0]).s, f[5]);
	else if (f[5] > f[2])
		(void)snprintf(buf, len, "zone %s watermark %s ok: %" PRIu64 " free > %" PRIu64,
			       zone_name(m, f[0]).s, mark_name(m, f), f[5], f[2]);
	else
		(void)snprintf(buf, len,
			       "zone %s watermark %s ok in part: %" PRIu64 " free, mark %" PRIu64,
			       zone_name(m, f[0]).s, mark_name(m, f), f[5], f[2]);
}

static void say_refused(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	uint64_t keep = f[2];

	/* what lower zones keep from requests that could be served above them */
	if (f[4] < MM_NR_ZONES)
		keep += zone_at(m, f[0])->lowmem_reserve[f[4]];
	(void)snprintf(buf, len,
		       "zone %s watermark %s refuses: %" PRIu64 " free, %" PRIu64 " to keep%s",
		       zone_name(m, f[0]).s, mark_name(m, f), f[5], keep,
		       f[5] > keep + ((uint64_t)1 << f[1]) - 1 ? ", no such block" : "");
}

static void say_zone_locked(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	int n;

	(void)m;
	n = snprintf(buf, len, "%s block of order %" PRIu64 " at pfn %" PRIu64, type_name(f[2]),
		     f[3], f[0]);
	if (n < 0 || (size_t)n >= len || f[3] == f[1])
		return;
	if (f[3] == f[1] + 1)
		(void)snprintf(buf + n, len - (size_t)n, ", split: order %" PRIu64 " goes back",
			       f[1]);
	else
		(void)snprintf(buf + n, len - (size_t)n,
			       ", split: orders %" PRIu64 " to %" PRIu64 " go back", f[3] - 1,
			       f[1]);
}

static void say_extfrag(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "%s has none: order %" PRIu64 " of %s, %s", type_name(f[3]), f[2],
		       type_name(f[4]), f[5] ? "pageblock claimed" : "block only");
}

/* ---- shortage ---- */

static void say_sysctl(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "%s is %" PRIu64, mm_sysctl_name((size_t)f[0]), f[1]);
}

static void say_boost(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)snprintf(buf, len, "marks of zone %s: %" PRIu64 " more than usual, were %" PRIu64,
		       zone_name(m, f[0]).s, f[2], f[1]);
}

static void say_wake(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)snprintf(buf, len, "kswapd of zone %s's node is told: %s", zone_name(m, f[0]).s,
		       f[3] ? "boosted" : "below low");
}

static void say_kswapd_wake(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)snprintf(buf, len, "node %" PRIu64 ": order %" PRIu64 ", zones up to %s", f[0], f[1],
		       zone_name(m, f[0] * MM_NR_ZONES + f[2] % MM_NR_ZONES).s);
}

static void say_kswapd_round(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len,
		       "node %" PRIu64 "%s, priority %" PRIu64 ", %" PRIu64 " of boost to work off",
		       f[0], f[3] ? "" : " is not balanced", f[1], f[2]);
}

static void say_kswapd_sleep(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "node %" PRIu64 ": %" PRIu64 " pages are freed, %s", f[0], f[1],
		       f[2] ? "sleeps" : "goes on");
}

static void say_reclaim_begin(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	char gfp[120];

	(void)m;
	(void)mm_gfp_print((uint32_t)f[1], gfp, sizeof(gfp));
	(void)snprintf(buf, len, "for order %" PRIu64 " of %s", f[0], gfp);
}

static void say_reclaim_end(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "%" PRIu64 " pages are freed", f[0]);
}

static void say_retry_zone(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)snprintf(buf, len,
		       "zone %s, %" PRIu64 " cached of %" PRIu64 " that could be free: %s",
		       zone_name(m, f[0]).s, f[2], f[3], f[5] ? "once more" : "no help");
}

static void say_node_reclaim(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	static const char *const answers[] = {"not for this request", "nothing to give up",
					      "not enough", "enough"};

	(void)snprintf(buf, len, "node of zone %s, %" PRIu64 " pages are given up: %s",
		       zone_name(m, f[0]).s, f[5], f[4] < 4 ? answers[f[4]] : "?");
}

static void say_node_dirty(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "node %" PRIu64 ": %" PRIu64 " of %" PRIu64 " pages are dirty%s",
		       f[0], f[1], f[2], f[3] ? "" : ", too many");
}

static void say_threshold(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)snprintf(buf, len, "zone %s: CPUs hold back up to %" PRIu64 ", were %" PRIu64,
		       zone_name(m, f[0]).s, f[2], f[1]);
}

static void say_cache_add(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "pfn %" PRIu64 " is the newest of the cache", f[0]);
}

static void say_cache_del(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "pfn %" PRIu64 " leaves the cache", f[0]);
}

/* ---- lists per CPU ---- */

static void say_pcp_take(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "CPU %" PRIu64 ", %s list of order %" PRIu64 ": pfn %" PRIu64,
		       f[4], list_type(f[2]), f[1], f[0]);
}

static void say_pcp_add(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(
		buf, len,
		"CPU %" PRIu64 ", %s list of order %" PRIu64 ": pfn %" PRIu64 " to its %s end",
		f[4], list_type(f[2]), f[1], f[0],
		f[5] == MM_PCP_ADDED_REFILL || f[5] == MM_PCP_ADDED_FREED_COLD ? "cold" : "hot");
}

static void say_pcp_refill(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)snprintf(buf, len, "empty: %" PRIu64 " of %" PRIu64 " blocks from zone %s", f[4],
		       f[3], zone_name(m, f[0]).s);
}

static void say_pcp_drain(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)snprintf(buf, len, "pfn %" PRIu64 " of order %" PRIu64 " back to zone %s as %s", f[0],
		       f[1], zone_name(m, f[3]).s, type_name(f[2]));
}

static void say_pcp_bulk_free(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	static const char *const causes[] = {"too much on the lists", "drain", "old"};

	(void)snprintf(buf, len,
		       "CPU %" PRIu64 ", zone %s, %s: %" PRIu64 " pages back, %" PRIu64 " wanted",
		       f[1], zone_name(m, f[0]).s, f[4] < 3 ? causes[f[4]] : "?", f[3], f[2]);
}

static void say_pcp_contended(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)snprintf(buf, len, "CPU %" PRIu64 ", zone %s: the lock of its lists is taken", f[1],
		       zone_name(m, f[0]).s);
}

static void say_pcp_decay(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)snprintf(buf, len, "CPU %" PRIu64 ", zone %s: lists shrink with time", f[1],
		       zone_name(m, f[0]).s);
}

static void say_vmstat_fold(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "CPU %" PRIu64 ": its counters are added to the zones'", f[0]);
}

/* ---- giving back ---- */

static void say_free(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	static const char *const where[] = {
		[MM_PCP_FREED_TO_ZONE] = "to the zone",
		[MM_PCP_FREED_TO_LIST] = "to the CPU's list",
		[MM_PCP_FREED_PAST_LIST] = "past the CPU's list to the zone",
		[MM_PCP_FREED_UNLISTED] = "?",
		[MM_PCP_FREED_ISOLATED] = "to the zone, where it is isolated",
	};

	(void)m;
	(void)snprintf(buf, len, "pfn %" PRIu64 " of order %" PRIu64 " goes %s", f[0], f[1],
		       f[3] <= MM_PCP_FREED_ISOLATED ? where[f[3]] : "?");
}

static void say_merge(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "with its buddy: pfn %" PRIu64 " of order %" PRIu64, f[0], f[1]);
}

static void say_bad_page(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "bad page: pfn %" PRIu64 " of order %" PRIu64 "%s", f[0], f[1],
		       f[2] ? " is dropped" : "");
}

/* ---- contents of frames, memory before there are frames ---- */

static void say_ram_write(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "pfn %" PRIu64 ", offset %" PRIu64 ": 0x%" PRIx64, f[0], f[1],
		       f[2]);
}

static void say_ram_fill(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	if (f[2])
		(void)snprintf(buf, len, "%" PRIu64 " frames from pfn %" PRIu64 " are 0x%" PRIx64,
			       f[1], f[0], f[2]);
	else
		(void)snprintf(buf, len, "%" PRIu64 " frames from pfn %" PRIu64 " are zero", f[1],
			       f[0]);
}

static void say_poison(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len,
		       "pfn %" PRIu64 " changed while free, bytes %" PRIu64 "-%" PRIu64 "%s", f[0],
		       f[1], f[2], f[3] ? ", one bit" : "");
}

static void say_memblock_change(const struct mm_machine *m, const uint64_t *f, char *buf,
				size_t len)
{
	static const char *const what[] = {"add",   "remove",    "reserve",     "free",
					   "mark",  "clear",     "set node of", "cap to",
					   "limit", "limit map", "trim"};

	(void)m;
	(void)snprintf(buf, len, "%s base 0x%" PRIx64 " size 0x%" PRIx64 "%s",
		       f[0] < sizeof(what) / sizeof(what[0]) ? what[f[0]] : "?", f[1], f[2],
		       f[5] ? ": refused" : "");
}

static void say_memblock_alloc(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len,
		       "size 0x%" PRIx64 " align 0x%" PRIx64 " in 0x%" PRIx64 "-0x%" PRIx64
		       ": %s0x%" PRIx64,
		       f[0], f[1], f[2], f[3], f[5] ? "" : "none, ", f[5]);
}

static void say_memblock_grow(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "table %s of %" PRIu64 " is full: twice as many at 0x%" PRIx64,
		       f[0] == MM_MEMBLOCK_MEMORY ? "memory" : "reserved", f[1], f[2]);
}

static void say_pageblock(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	static const char *const why[] = {
		[MM_BUDDY_RESERVE] = "reserved",
		[MM_BUDDY_UNRESERVE] = "no longer reserved",
		[MM_BUDDY_ISOLATE] = "isolated",
		[MM_BUDDY_UNISOLATE] = "no longer isolated",
		[MM_BUDDY_OTHER] = "for a reason of its own",
	};

	(void)snprintf(buf, len, "pageblock of pfn %" PRIu64 " in zone %s: %s to %s, %s", f[0],
		       zone_name(m, f[3]).s, mm_gfp_migratetype_name((enum mm_migratetype)f[1]),
		       mm_gfp_migratetype_name((enum mm_migratetype)f[2]), why[f[4]]);
}

static void say_guard(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "pfn %" PRIu64 " of order %" PRIu64 " %s", f[0], f[1],
		       f[3] ? "stays away, as a guard" : "was a guard, and is free");
}

static void say_fault_write(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	char name[64];

	(void)m;
	if (f[0] == MM_FAILPOINT_NTH) {
		(void)snprintf(buf, len, "fail point %" PRIu64 " from here fails%s", f[2],
			       f[2] ? "" : ": none");
	} else if (f[0] == MM_FAILPOINT_CONCERN) {
		(void)snprintf(buf, len, "task-filter concerns the task%s", f[2] ? "" : " no more");
	} else {
		mm_failpoint_file_name((size_t)f[1] % mm_failpoint_files(), name, sizeof(name));
		(void)snprintf(buf, len, "%s is %" PRId64 "%s", name, (int64_t)f[2],
			       f[3] ? ": refused" : "");
	}
}

static void say_fault_ask(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	static const char *const answers[] = {"passes", "fails", "fails, as the run wants it"};

	(void)m;
	(void)snprintf(buf, len, "fail point%s: %s", f[3] && !f[4] ? ", left out" : "",
		       f[5] < 3 ? answers[f[5]] : "?");
}

static void say_isolate(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)snprintf(buf, len, "%s pageblock of pfn %" PRIu64 " in zone %s: %s",
		       f[1] ? "give back" : "isolate", f[0], zone_name(m, f[3]).s,
		       f[2] ? "refused" : "done");
}

static void say_cold(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, f[0] ? "pfn %" PRIu64 " is cold" : "a cold page is wanted", f[1]);
}

static void say_cpu_change(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	(void)snprintf(buf, len, "CPU %" PRIu64 " is %s", f[0], f[1] ? "online" : "offline");
}

/* ---- address spaces ---- */

static const char *const calls[MM_CALL_NR] = {"mmap", "munmap", "mprotect", "brk", "touch", "exit"};

/* "rw-" of PROT_... */
static void print_rights(uint64_t prot, char buf[4])
{
	(void)snprintf(buf, 4, "%c%c%c", prot & 1 ? 'r' : '-', prot & 2 ? 'w' : '-',
		       prot & 4 ? 'x' : '-');
}

static void say_enter(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	static const char *const accesses[] = {"read", "write", "execute"};
	char rights[4];

	(void)m;
	print_rights(f[4], rights);
	switch (f[0] % MM_CALL_NR) {
	case MM_CALL_MMAP:
		(void)snprintf(buf, len,
			       "asked for 0x%" PRIx64 ", %" PRIu64 " bytes, %s, flags 0x%" PRIx64,
			       f[2], f[3], rights, f[5]);
		break;
	case MM_CALL_MPROTECT:
		(void)snprintf(buf, len, "%s for 0x%" PRIx64 ", %" PRIu64 " bytes", rights, f[2],
			       f[3]);
		break;
	case MM_CALL_BRK:
		(void)snprintf(buf, len, "the heap is to end at 0x%" PRIx64, f[2]);
		break;
	case MM_CALL_TOUCH:
		(void)snprintf(buf, len, "%s 0x%" PRIx64, f[4] < 3 ? accesses[f[4]] : "?", f[2]);
		break;
	case MM_CALL_EXIT:
		(void)snprintf(buf, len, "process %" PRIu64 " ends", f[1]);
		break;
	default:
		(void)snprintf(buf, len, "0x%" PRIx64 ", %" PRIu64 " bytes", f[2], f[3]);
		break;
	}
}

static void say_file(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	(void)m;
	if (f[0])
		(void)snprintf(buf, len, "of file %" PRIu64 ", from byte %" PRIu64 " on", f[0] - 1,
			       f[1]);
	else
		(void)snprintf(buf, len, "of no file");
}

static void say_exit(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	static const char *const ends[] = {"allowed", "nothing is mapped there", "not allowed",
					   "beyond the end of the file", "no memory"};
	const char *call = calls[f[0] % MM_CALL_NR];

	(void)m;
	if (f[3])
		(void)snprintf(buf, len, "%s: -%s", call, mm_err_name((int)(int64_t)f[3]));
	else if (f[0] == MM_CALL_MMAP || f[0] == MM_CALL_BRK)
		(void)snprintf(buf, len, "%s: 0x%" PRIx64, call, f[2]);
	else if (f[0] == MM_CALL_TOUCH)
		(void)snprintf(buf, len, "%s: %s", call, f[2] < 5 ? ends[f[2]] : "?");
	else
		(void)snprintf(buf, len, "%s: done", call);
}

static void say_merge_vma(const struct mm_machine *m, const uint64_t *f, char *buf, size_t len)
{
	static const char *const how[] = {"a VMA of its own for", "the VMA before takes over",
					  "the VMA after takes over",
					  "VMAs before and after join over"};

	(void)m;
	(void)snprintf(buf, len, "%s 0x%" PRIx64 "-0x%" PRIx64, how[f[0] % 4], f[1], f[2]);
}

/* ---- the table ---- */

/* What may happen on the way to a block. */
#define OF_A_REQUEST                                                                               \
	(B(mm_page_alloc_from) | B(mm_zone_grow) | B(mm_zone_watermark) | B(mm_zone_refused) |     \
	 B(mm_page_alloc_slowpath) | B(mm_pcp_take) | B(mm_pcp_refill) |                           \
	 B(mm_page_alloc_zone_locked) | B(mm_page_alloc_extfrag) | B(mm_pcp_contended) |           \
	 B(mm_bad_page) | B(mm_ram_fill) | B(mm_page_poison) | B(mm_pcp_bulk_free) |               \
	 B(mm_fault_ask) | B(mm_page_alloc_wake) | B(mm_pageblock_move) |                          \
	 B(mm_vmscan_direct_reclaim_begin) | B(mm_vmscan_direct_reclaim_end) |                     \
	 B(reclaim_retry_zone) | B(mm_node_reclaim) | B(mm_node_dirty_ok))

#define PAGE_ALLOC "ref/phys/page_alloc/page_alloc.c"
#define PCP        "ref/phys/pcp/lists.c"
#define PCP_PARTS  "ref/phys/pcp/parts.h"
#define PCP_DRAIN  "ref/phys/pcp/drain.c"
#define BUDDY      "ref/phys/buddy/buddy.c"
#define FALLBACK   "ref/phys/buddy/fallback.c"
#define KSWAPD     "ref/phys/kswapd.c"
#define SLOW       "ref/phys/page_alloc/slow.c"
#define MEMBLOCK   "ref/early/memblock/"

#define ROW(kind, ...) [MM_EV_##kind] = {MM_EV_##kind, __VA_ARGS__}

/* clang-format off */
static const struct mm_trail_row rows[] = {
	ROW(mm_page_alloc, "mm_page_alloc_get", PAGE_ALLOC, OF_A_REQUEST, B(mm_pageblock_move),
	    say_alloc),
	ROW(mm_page_alloc_failed, "mm_page_alloc_get", PAGE_ALLOC, OF_A_REQUEST, 0, say_failed),
	ROW(mm_page_alloc_from, "mm_page_alloc_node", PAGE_ALLOC, 0, 0, say_from),
	ROW(mm_zone_grow, "mm_page_alloc_grow", "ref/phys/page_alloc/handover.c", 0, 0, say_grow),
	ROW(mm_section_change, "change", "ref/early/sparse.c", 0, 0, say_section),
	ROW(mm_page_ext_store, "mm_page_ext_store", "ref/early/page_ext.c", 0, 0, say_ext_store),
	ROW(mm_task_flags, "mm_task_set", "ref/sim/task.c", 0, 0, say_task),
	ROW(mm_page_split, "mm_page_alloc_split", "ref/phys/page_alloc/api.c", 0, 0, say_split),
	ROW(mm_page_bulk, "fill_from_list", "ref/phys/page_alloc/bulk.c", 0, 0, say_bulk),
	ROW(mm_page_bulk_end, "fill_from_list", "ref/phys/page_alloc/bulk.c", 0, 0, say_bulk_end),
	ROW(mm_page_bulk_none, "fill_from_list", "ref/phys/page_alloc/bulk.c", 0, 0, say_bulk_none),
	ROW(mm_page_frag, "mm_page_frag_get", "ref/phys/page_frag.c", 0, 0, say_frag),
	ROW(mm_page_frag_put, "mm_page_frag_put", "ref/phys/page_frag.c", 0, B(mm_page_free),
	    say_frag_put),
	ROW(mm_cpuset_mems, "mm_page_alloc_set_mems", "ref/phys/page_alloc/nodes.c", 0, 0, say_mems),
	ROW(mm_page_alloc_slowpath, "slow_path", PAGE_ALLOC, 0, 0, say_slowpath),
	ROW(mm_zone_watermark, "zone_has_enough", PAGE_ALLOC, 0, 0, say_watermark),
	ROW(mm_zone_refused, "zone_has_enough", PAGE_ALLOC, 0, 0, say_refused),
	ROW(mm_page_alloc_zone_locked, "mm_buddy_take", BUDDY,
	    B(mm_page_alloc_extfrag) | B(mm_zone_boost),
	    B(mm_pcp_add), say_zone_locked),
	ROW(mm_page_alloc_extfrag, "mm_buddy_take_fallback", FALLBACK, 0, 0, say_extfrag),
	ROW(mm_pcp_take, "mm_pcp_get", PCP, B(mm_pcp_refill), 0, say_pcp_take),
	ROW(mm_pcp_refill, "refill", PCP, B(mm_page_alloc_zone_locked) | B(mm_pcp_add), 0,
	    say_pcp_refill),
	ROW(mm_pcp_add, "mm_pcp_list", PCP_PARTS, 0, 0, say_pcp_add),
	ROW(mm_page_pcpu_drain, "mm_pcp_give_back_one", PCP_DRAIN, 0, B(mm_buddy_merge), say_pcp_drain),
	ROW(mm_pcp_bulk_free, "mm_pcp_bulk_free", PCP_DRAIN, B(mm_page_pcpu_drain), 0, say_pcp_bulk_free),
	ROW(mm_pcp_contended, "mm_pcp_contended", PCP, 0, 0, say_pcp_contended),
	ROW(mm_pcp_decay, "decay_zone", PCP_DRAIN, 0, B(mm_page_pcpu_drain) | B(mm_pcp_bulk_free),
	    say_pcp_decay),
	ROW(mm_vmstat_fold, "mm_vmstat_fold", "ref/phys/vmstat.c", 0, 0, say_vmstat_fold),
	ROW(mm_page_cold, "mm_page_alloc_get_cold", "ref/phys/page_alloc/cold.c", 0, 0, say_cold),
	ROW(mm_cpu_change, "mm_cpu_hotplug_offline", "ref/phys/cpu_hotplug.c", 0,
	    B(mm_page_pcpu_drain) | B(mm_pcp_bulk_free) | B(mm_vmstat_fold), say_cpu_change),
	ROW(mm_page_free, "free_last", PAGE_ALLOC, B(mm_pcp_contended),
	    B(mm_pcp_add) | B(mm_page_pcpu_drain) | B(mm_pcp_bulk_free) | B(mm_buddy_merge),
	    say_free),
	ROW(mm_pageblock_move, "mm_buddy_move", "ref/phys/buddy/move.c", 0, B(mm_buddy_merge),
	    say_pageblock),
	ROW(mm_isolate, "locked", "ref/phys/isolate.c", B(mm_pageblock_move) | B(mm_buddy_merge), 0,
	    say_isolate),
	ROW(mm_buddy_merge, "put_one", BUDDY, 0, 0, say_merge),
	ROW(mm_bad_page, "bad_page", PAGE_ALLOC, 0, 0, say_bad_page),
	ROW(mm_sysctl, "mm_page_alloc_sysctl", PAGE_ALLOC, 0, B(mm_page_pcpu_drain), say_sysctl),
	ROW(mm_zone_boost, "mm_boost_step", "ref/phys/boost.c", 0, 0, say_boost),
	ROW(mm_page_alloc_wake, "wake", "ref/phys/page_alloc/wake.c", 0, 0, say_wake),
	ROW(mm_vmscan_kswapd_wake, "begin", KSWAPD, 0, 0, say_kswapd_wake),
	ROW(mm_kswapd_round, "round_of", KSWAPD, 0, 0, say_kswapd_round),
	ROW(mm_vmscan_kswapd_sleep, "end", KSWAPD, B(mm_zone_boost), 0, say_kswapd_sleep),
	ROW(mm_vmscan_direct_reclaim_begin, "reclaim", SLOW, 0, 0, say_reclaim_begin),
	ROW(mm_vmscan_direct_reclaim_end, "reclaim", SLOW, 0, 0, say_reclaim_end),
	ROW(reclaim_retry_zone, "worth_a_round", SLOW, 0, 0, say_retry_zone),
	ROW(mm_node_reclaim, "mm_page_alloc_reclaim_near", "ref/phys/page_alloc/near.c",
	    B(mm_cache_del), 0, say_node_reclaim),
	ROW(mm_node_dirty_ok, "mm_node_dirty_ok", "ref/phys/node_dirty.c", 0, 0, say_node_dirty),
	ROW(mm_vmstat_threshold, "mm_vmstat_set_pressure", "ref/phys/vmstat.c", 0, 0,
	    say_threshold),
	ROW(mm_cache_add, "mm_clean_cache_add", "ref/phys/clean_cache.c", 0, 0, say_cache_add),
	ROW(mm_cache_del, "give_up", "ref/phys/clean_cache.c", 0, 0, say_cache_del),
	ROW(mm_ram_write, "mm_ram_write", "ref/sim/ram.c", 0, 0, say_ram_write),
	ROW(mm_ram_fill, "mm_ram_fill", "ref/sim/ram.c", 0, 0, say_ram_fill),
	ROW(mm_page_poison, "check_frame", "ref/phys/page_poison.c", 0, 0, say_poison),
	ROW(mm_memblock_change, "announce", MEMBLOCK "memblock.c", 0, 0, say_memblock_change),
	ROW(mm_memblock_alloc, "take", MEMBLOCK "find.c", 0,
	    B(mm_memblock_change) | B(mm_memblock_grow), say_memblock_alloc),
	ROW(mm_guard, "mm_buddy_guard", "ref/phys/buddy/guard.c", 0, 0, say_guard),
	ROW(mm_fault_write, "mm_failpoint_write", "ref/sim/failpoint.c", 0, 0, say_fault_write),
	ROW(mm_fault_ask, "mm_failpoint_should_fail", "ref/sim/failpoint.c", 0, 0, say_fault_ask),
	ROW(mm_sys_enter, "mm_aspace_enter", "ref/virt/aspace.c", 0, 0, say_enter),
	ROW(mm_sys_file, "mm_mmap", "ref/virt/mmap.c", 0, 0, say_file),
	ROW(mm_sys_exit, "mm_aspace_answer", "ref/virt/aspace.c",
	    B(mm_sys_enter) | B(mm_sys_file) | B(mm_vma_merge), 0, say_exit),
	ROW(mm_vma_merge, "announce", "ref/virt/vma/merge.c", 0, 0, say_merge_vma),
	ROW(mm_memblock_grow, "plan", MEMBLOCK "grow.c", 0, 0, say_memblock_grow),
};
/* clang-format on */

_Static_assert(sizeof(rows) / sizeof(rows[0]) == MM_EV_NR, "a row per kind of event");

const struct mm_trail_row *mm_trail_row(enum mm_event_kind kind)
{
	return &rows[kind];
}
