/* SPDX-License-Identifier: MIT */
/*
 * event: one table of what modules announce, named after the kernel's
 * tracepoints where there is one.  Counters, checks and printers read it; no
 * module calls a reader by name.  With no listener an event is one mask test.
 *
 * Kernel: include/trace/events/kmem.h, vmscan.h, oom.h (6.12).  mm_buddy_*, mm_zone_*,
 * mm_page_alloc_failed, mm_page_alloc_from, mm_page_alloc_slowpath, mm_cpuset_mems,
 * mm_bad_page, mm_pcp_*, mm_vmstat_fold, mm_cpu_change, mm_page_cold, mm_memblock_*, mm_section_change,
 * mm_page_ext_store, mm_ram_*, mm_task_flags, mm_page_split, mm_page_bulk*,
 * mm_page_frag*, mm_pageblock_move, mm_guard, mm_fault_*, mm_sysctl, mm_zone_boost,
 * mm_page_alloc_wake, mm_kswapd_round, mm_node_reclaim,
 * mm_node_dirty_ok, mm_vmstat_threshold, mm_page_poison, mm_sys_*, mm_vma_* and mm_cache_* have no tracepoint there; ours carry a
 * decision's inputs so that a check can redo it and a reader can follow.  A row each in
 * fuzz/trace/trail_rows.c says them in words.
 * A request's "gfp" has the mask it was served under in its low half, and the one
 * it came with in its high half.
 */
#ifndef MM_EVENT_H
#define MM_EVENT_H

#include "mm/ctx.h"
#include "mm/err.h"

#include <stdint.h>

/* E(name, up to six field names): all fields are 64-bit, pfn is a raw pfn. */
#define MM_EVENT_TABLE(E)                                                                          \
	E(mm_page_alloc, "pfn", "order", "gfp", "migratetype", "alloc_flags", "zone")              \
	E(mm_page_alloc_failed, "order", "gfp", "alloc_flags", "highest_zone", "injected", "")     \
	E(mm_page_alloc_from, "nid", "nodemask", "", "", "", "")                                   \
	E(mm_cpuset_mems, "cpu", "mems", "", "", "", "")                                           \
	E(mm_page_free, "pfn", "order", "mapping", "pcp", "", "")                                  \
	E(mm_page_alloc_zone_locked, "pfn", "order", "migratetype", "from_order", "zone", "")      \
	E(mm_page_pcpu_drain, "pfn", "order", "migratetype", "zone", "cpu", "list")                \
	E(mm_pcp_add, "pfn", "order", "list", "zone", "cpu", "how")                                \
	E(mm_pcp_take, "pfn", "order", "list", "zone", "cpu", "how")                               \
	E(mm_pcp_contended, "zone", "cpu", "", "", "", "")                                         \
	E(mm_pcp_decay, "zone", "cpu", "", "", "", "")                                             \
	E(mm_vmstat_fold, "cpu", "", "", "", "", "")                                               \
	E(mm_cpu_change, "cpu", "online", "", "", "", "")                                          \
	E(mm_page_cold, "put", "pfn", "gfp", "", "", "")                                           \
	E(mm_pcp_refill, "zone", "order", "migratetype", "wanted", "got", "bulk")                  \
	E(mm_pcp_bulk_free, "zone", "cpu", "wanted", "freed", "cause", "")                         \
	E(mm_page_alloc_extfrag, "pfn", "alloc_order", "fallback_order", "alloc_migratetype",      \
	  "fallback_migratetype", "change_ownership")                                              \
	E(mm_zone_watermark, "zone", "order", "mark", "alloc_flags", "highest_zone", "free_pages") \
	E(mm_buddy_merge, "pfn", "order", "migratetype", "", "", "")                               \
	E(mm_bad_page, "pfn", "order", "dropped", "", "", "")                                      \
	E(mm_memblock_change, "what", "base", "size", "with", "flags", "err")                      \
	E(mm_memblock_alloc, "size", "align", "min", "max", "how", "found")                        \
	E(mm_memblock_grow, "type", "max", "place", "avoid", "avoid_size", "")                     \
	E(mm_section_change, "add", "pfn", "pages", "err", "", "")                                 \
	E(mm_zone_grow, "section", "start", "end", "zone", "", "")                                 \
	E(mm_page_ext_store, "pfn", "client", "value", "", "", "")                                 \
	E(mm_ram_write, "pfn", "offset", "value", "", "", "")                                      \
	E(mm_ram_fill, "pfn", "frames", "value", "", "", "")                                       \
	E(mm_zone_refused, "zone", "order", "mark", "alloc_flags", "highest_zone", "free_pages")   \
	E(mm_page_alloc_slowpath, "order", "gfp", "alloc_flags", "highest_zone", "", "")           \
	E(mm_task_flags, "before", "after", "what", "by", "saved", "")                             \
	E(mm_page_split, "pfn", "order", "size", "", "", "")                                       \
	E(mm_page_bulk, "zone", "pages", "empty", "mark", "highest_zone", "gfp")                   \
	E(mm_page_bulk_end, "got", "", "", "", "", "")                                             \
	E(mm_page_bulk_none, "zone", "pages", "gfp", "", "", "")                                   \
	E(mm_page_frag, "pfn", "offset", "size", "align", "pfmemalloc", "bias")                    \
	E(mm_page_frag_put, "pfn", "what", "count", "", "", "")                                    \
	E(mm_pageblock_move, "pfn", "before", "after", "zone", "why", "")                          \
	E(mm_isolate, "pfn", "undo", "err", "zone", "", "")                                        \
	E(mm_guard, "pfn", "order", "zone", "set", "before", "after")                              \
	E(mm_fault_write, "what", "file", "value", "err", "", "")                                  \
	E(mm_fault_ask, "site", "request", "size", "left_out", "nth", "answer")                    \
	E(mm_sysctl, "sysctl", "value", "", "", "", "")                                            \
	E(mm_zone_boost, "zone", "before", "boost", "cap", "", "")                                 \
	E(mm_page_alloc_wake, "zone", "order", "highest_zone", "boost", "", "")                    \
	E(mm_vmscan_kswapd_wake, "nid", "order", "highest_zone", "", "", "")                       \
	E(mm_kswapd_round, "nid", "priority", "boost_left", "balanced", "", "")                    \
	E(mm_vmscan_kswapd_sleep, "nid", "freed", "asleep", "", "", "")                            \
	E(mm_vmscan_direct_reclaim_begin, "order", "gfp", "", "", "", "")                          \
	E(mm_vmscan_direct_reclaim_end, "freed", "", "", "", "", "")                               \
	E(reclaim_retry_zone, "zone", "order", "cached", "available", "no_progress", "ok")         \
	E(mm_cache_add, "pfn", "", "", "", "", "")                                                 \
	E(mm_cache_del, "pfn", "highest_zone", "", "", "", "")                                     \
	E(mm_node_reclaim, "zone", "order", "gfp", "preferred", "answer", "freed")                 \
	E(mm_node_dirty_ok, "nid", "dirty", "limit", "ok", "", "")                                 \
	E(mm_vmstat_threshold, "zone", "before", "after", "", "", "")                              \
	E(mm_page_poison, "pfn", "first", "last", "single_bit", "", "")                            \
	E(mm_sys_enter, "call", "pid", "addr", "len", "prot", "flags")                             \
	E(mm_sys_file, "file", "offset", "", "", "", "")                                           \
	E(mm_sys_exit, "call", "pid", "answer", "err", "", "")                                     \
	E(mm_vma_merge, "how", "start", "end", "existing", "pid", "")

#define MM_EVENT_ENUM(name, a, b, c, d, e, f) MM_EV_##name,
enum mm_event_kind { MM_EVENT_TABLE(MM_EVENT_ENUM) MM_EV_NR };
#undef MM_EVENT_ENUM

#define MM_EV_BIT(kind) ((uint64_t)1 << (kind))
#define MM_EVENT_FIELDS 6

struct mm_event {
	enum mm_event_kind kind;
	int cpu;
	uint64_t f[MM_EVENT_FIELDS]; /* in the order of the table */
};

/* A reader: called for each event whose bit is in mask; must not change m. */
struct mm_listener {
	uint64_t mask;
	void (*on_event)(void *env, const struct mm_event *ev);
	void *env;
};

#define MM_LISTENERS_MAX 4

const char *mm_event_name(enum mm_event_kind kind);
/* Field names of a kind, "" after the last. */
const char *const *mm_event_fields(enum mm_event_kind kind);

/*
 * Listeners are the run's, not the machine's: they survive a reset.  Contexts
 * made before must take the mask again (x->events = mm_event_mask(m)).
 * -MM_ENOSPC when all MM_LISTENERS_MAX are in use.
 */
int mm_event_listen(struct mm_machine *m, const struct mm_listener *l);
void mm_event_unlisten(struct mm_machine *m, const void *env);
uint64_t mm_event_mask(const struct mm_machine *m);

void mm_event_send(const struct mm_ctx *x, const struct mm_event *ev);

/* mm_event(x, MM_EV_mm_page_free, pfn, order): C sources only. */
#define mm_event(x, kind, ...)                                                                     \
	do {                                                                                       \
		if (MM_UNLIKELY((x)->events & MM_EV_BIT(kind)))                                    \
			mm_event_send((x),                                                         \
				      &(const struct mm_event){(kind), (x)->cpu, {__VA_ARGS__}});  \
	} while (0)

#endif
