/* SPDX-License-Identifier: MIT */
/*
 * machine: the value everything hangs off.  It is made from one line of
 * description, imaged when booted, reset in one copy, and summed up in one
 * digest.  Many machines can live in one process.
 *
 *     pfn 0        dma=       dma32=        normal=      highmem=     end
 *      |-- DMA -----|-- DMA32 --|-- Normal ---|-- HighMem --|- Movable -|
 *      ram ranges lie anywhere in it; what no range covers is a hole
 *
 * Kernel: arch setup code and free_area_init, in so far as they decide which
 *   frame belongs to which zone; sysctls of mm/page_alloc.c (6.12).
 * Differs: pages are 4 KiB; RAM goes straight to zones (memblock is told as well);
 *   at most 64 TiB are spanned, what x86-64 had until page tables got a fifth level.
 * State: the machine owns its arena; listeners and the upcall table belong to
 *   the run and survive a reset.  Outcomes are a log of the run since the last
 *   reset, not state: they are not in the digest.
 * Invariants:
 *   machine.clock_in_step     jiffies and nanoseconds of the clock agree
 *   machine.lock_clean        no lock rule was broken
 *   machine.lock_none_held    no lock is held between operations
 */
#ifndef MM_MACHINE_H
#define MM_MACHINE_H

#include "mm/arena.h"
#include "mm/ctx.h"
#include "mm/err.h"
#include "mm/event.h"
#include "mm/touched.h"
#include "mm/types.h"
#include "mm/upcalls.h"

#include <stdio.h>

#define MM_RANGES_GIVEN_MAX 16  /* in one field of a description */
#define MM_RAM_RANGES_MAX   48  /* after nodes and kinds of RAM have cut them */
#define MM_MEMBLOCK_REGIONS 128 /* Kernel: INIT_MEMBLOCK_REGIONS, which architectures may set */
#define MM_CPUS_MAX         64
#define MM_NODES_MAX        16
#define MM_SPANNED_MAX      ((uint64_t)1 << 34) /* frames: 64 TiB */
#define MM_PROCS_MAX        64
#define MM_VMAS_MAX         (1u << 24)
#define MM_FILES_MAX        (1u << 16)
#define MM_ZONES_MAX        80 /* MM_NR_ZONES of each node */

/* Kernel: LOCAL_DISTANCE and REMOTE_DISTANCE, in the units of ACPI's SLIT. */
#define MM_DISTANCE_LOCAL  10
#define MM_DISTANCE_REMOTE 20

/* What the bytes of frames are made of.  See ram.h. */
enum mm_contents { MM_CONTENTS_NONE, MM_CONTENTS_TAG, MM_CONTENTS_FULL };

/* What is done to the bytes of blocks.  Poisoning takes the place of both others. */
#define MM_INIT_ON_ALLOC 0x1u
#define MM_INIT_ON_FREE  0x2u
#define MM_POISON        0x4u

/* Which frames have a struct page, and where.  See sparse.h. */
enum mm_memmodel { MM_MEMMODEL_FLAT, MM_MEMMODEL_SPARSE, MM_MEMMODEL_VMEMMAP };

/* Whose zone limits a machine has unless it says its own. */
enum mm_profile { MM_PROFILE_NONE, MM_PROFILE_X86_64, MM_PROFILE_ARM64 };

/* Kinds of RAM. */
#define MM_RAM_HOTPLUG 0x1u /* can be unplugged */
#define MM_RAM_MIRROR  0x2u /* kept twice by the hardware */

/* Frames [start, end). */
struct mm_range {
	uint64_t start;
	uint64_t end;
	uint8_t nid;   /* of RAM: its node */
	uint8_t flags; /* MM_RAM_... */
};

/* How much RAM is to be, or not to be, Movable: a number of pages or a part. */
struct mm_core {
	bool given;
	unsigned int percent; /* of all RAM; 0: pages says it */
	uint64_t pages;
};

/* Values of /proc/sys/vm that this machine has. */
struct mm_sysctl {
	uint64_t min_free_kbytes;                   /* KiB; 0 in a description: by formula */
	uint64_t watermark_scale_factor;            /* 1/10000 of managed, 1 .. 3000 */
	uint64_t watermark_boost_factor;            /* 1/10000 of high; 0: no boost */
	uint64_t lowmem_reserve_ratio[MM_NR_ZONES]; /* 0: no protection */
	uint64_t percpu_pagelist_high_fraction;     /* 0: by the low mark; or >= 8 */
	uint64_t zone_reclaim_mode;                 /* bits, see node_reclaim.h; 0: off */
	uint64_t min_unmapped_ratio;                /* percent of each zone */
	uint64_t dirty_ratio;                       /* percent of what could be dirty */
	uint64_t overcommit_memory;                 /* enum mm_overcommit */
	uint64_t overcommit_ratio;                  /* percent of RAM that mode 2 promises */
	uint64_t overcommit_kbytes;                 /* KiB instead of it; 0: the ratio counts */
	uint64_t admin_reserve_kbytes;              /* KiB of it for administrators */
	uint64_t user_reserve_kbytes;               /* KiB that one process leaves to others */
	uint64_t max_map_count;                     /* VMAs of an address space */
	uint64_t mmap_min_addr;                     /* bytes; nothing is mapped below */
	uint64_t stack_guard_gap;                   /* pages below a stack */
};

/* Bits of zone_reclaim_mode; others mean nothing.  Kernel: RECLAIM_ZONE, RECLAIM_WRITE,
 * RECLAIM_UNMAP. */
#define MM_RECLAIM_ZONE  0x1u
#define MM_RECLAIM_WRITE 0x2u
#define MM_RECLAIM_UNMAP 0x4u

struct mm_machine_desc {
	struct mm_range ram[MM_RAM_RANGES_MAX]; /* ascending, disjoint */
	int nr_ram;
	struct mm_range reserved[MM_RAM_RANGES_MAX]; /* present, never free */
	int nr_reserved;
	struct mm_range cma[MM_RANGES_GIVEN_MAX]; /* whole pageblocks; none: no CMA at all */
	int nr_cma;
	uint64_t zone_end[MM_NR_ZONES]; /* pfn; equal to the one below: empty */
	unsigned int max_order;         /* 0 .. MM_ORDER_LIMIT, default 10 */
	unsigned int pageblock_order;   /* 0 .. max_order, default min(9, max) */
	unsigned int guard_minorder;    /* halves below it become guards; 0: none */
	int cpus;                       /* 1 .. MM_CPUS_MAX, default 1 */
	int nr_nodes;                   /* 1 .. MM_NODES_MAX, some perhaps without RAM */
	uint8_t cpu_node[MM_CPUS_MAX];
	uint8_t distance[MM_NODES_MAX][MM_NODES_MAX];
	struct mm_core kernelcore; /* what zone Movable is cut out of, see zone.h */
	struct mm_core movablecore;
	bool kernelcore_mirror;
	bool movable_node;
	enum mm_memmodel memmodel;  /* default vmemmap */
	unsigned int section_order; /* frames of a section; at least max_order */
	uint32_t page_ext;          /* bit per client of page_ext that is on */
	bool page_owner;            /* records of who has a page; page_ext has the owner's part */
	bool deferred;              /* sections are made ready when needed */
	enum mm_profile profile;
	unsigned int memblock_regions; /* in its tables at first, a power of two; 128 */
	bool pcp;                      /* per-CPU lists and counters, default by size */
	bool hot_cold;                 /* those lists are as they were up to 4.14: see pcp.h */
	unsigned int thp_order;        /* its own lists; 0: none */
	uint64_t cache_slice;          /* bytes of data cache a CPU has to itself */
	enum mm_contents contents;     /* default tag */
	bool init_on_alloc;            /* zero each block handed out, default off */
	bool init_on_free;             /* zero each block taken back, default off */
	bool page_poison;              /* fill each block taken back with a pattern, and look for
				    * it when it is handed out: see page_poison.h; off */
	uint64_t seed;                 /* of unwritten contents, default 1 */

	/* address spaces */
	uint32_t procs;       /* processes at the same time; 0: none, and nothing of this */
	uint32_t vmas;        /* of all of them, at the most */
	uint32_t files;       /* at the same time */
	uint64_t task_size;   /* bytes; where address spaces end */
	uint64_t mmap_base;   /* mappings go below it, or above it when bottom_up */
	uint64_t start_brk;   /* where heaps begin */
	bool bottom_up;       /* Kernel: legacy_va_layout */
	bool read_prepares;   /* reading anonymous memory prepares an anon_vma */
	bool merge_unfaulted; /* memory without anon_vma takes over one from either side, as
			       * from 6.16 on */
	struct mm_sysctl sysctl;
};

/* Things that happen where Linux would BUG, WARN, loop or corrupt. */
enum mm_outcome {
	MM_OUTCOME_BAD_PAGE,      /* bad_page(): reported, the page is dropped */
	MM_OUTCOME_WARN_ORDER,    /* WARN_ON_ONCE_GFP(order > MAX_PAGE_ORDER) */
	MM_OUTCOME_BAD_ZONE,      /* GFP_ZONE_BAD: VM_BUG_ON */
	MM_OUTCOME_NOFAIL_STALL,  /* __GFP_NOFAIL with nothing left: loops */
	MM_OUTCOME_WARN_NOFAIL,   /* __GFP_NOFAIL from who may not wait: fails */
	MM_OUTCOME_STALE_USE,     /* a frame used through a reference given up */
	MM_OUTCOME_WARN_OVERLAP,  /* memory added over memory of another node or kind: WARN */
	MM_OUTCOME_MEMBLOCK_FULL, /* a table of regions cannot grow: panic or BUG */
	MM_OUTCOME_ATOMIC_SLEEP,  /* who may wait asks in an interrupt: might_alloc */
	MM_OUTCOME_WARN_GFP,      /* bits that a call refuses: WARN_ON, and left out */
	MM_OUTCOME_CORRUPTION,    /* somebody wrote to a free page: reported, and handed out */
	MM_OUTCOME_BIT_ERROR,     /* a bit of one is the other: likewise */
	MM_OUTCOME_SEGV_MAPERR,   /* SIGSEGV: nothing is mapped there */
	MM_OUTCOME_SEGV_ACCERR,   /* SIGSEGV: its rights do not allow it */
	MM_OUTCOME_BUS_ADRERR,    /* SIGBUS: beyond the end of the file */
	MM_OUTCOME_NR
};

/* How a kind of object is counted and summed up. */
struct mm_kind_ops {
	const char *name;
	uint64_t (*count)(const struct mm_machine *m);             /* ids are 0 .. count - 1 */
	uint64_t (*hash)(const struct mm_machine *m, uint64_t id); /* 0: it is not there */
	/* where memory comes by section: the first object from id on that is there; NULL:
	 * all are, as they always are elsewhere */
	uint64_t (*next)(const struct mm_machine *m, uint64_t id);
};

/* Memory by frame that is populated section by section. */
#define MM_FRAME_ARRAYS_MAX 6

struct mm_frame_array {
	unsigned char *base;
	unsigned int bits;  /* of an element */
	unsigned int order; /* of the frames it stands for */
};

/* Pages of a node that its files have.  Kernel: NR_FILE_DIRTY, NR_WRITEBACK. */
struct mm_dirty_pages {
	uint64_t dirty;
	uint64_t writeback;
};

struct mm_digest_kind {
	const struct mm_kind_ops *ops;
	uint64_t *cached; /* the part of the sum each object stands for */
};

struct mm_lock_stats {
	uint64_t acquired;
	uint64_t violations;
	int held;         /* by all contexts */
	const char *what; /* first rule broken */
	const char *lock;
};

struct memblock;
struct mm_failpoint;
struct mm_failpoint_watch;
struct mem_section;
struct mm_kswapd;
struct mm_pool;
struct mm_process;
struct mm_clean_cache;
struct page;
struct page_frag_cache;
struct zone;
struct zonelist;

/* Counters that zones have.  Kernel: enum zone_stat_item. */
enum mm_zone_stat {
	MM_NR_FREE_PAGES, /* but for those of Isolate pageblocks */
	MM_NR_FREE_CMA,   /* those of them in CMA pageblocks */
	MM_NR_ZONE_CACHE, /* pages that can be reclaimed.  Kernel: NR_ZONE_INACTIVE_FILE */
	MM_NR_ZONE_STATS
};

/* Bit of fault_armed: the run watches all fail points. */
#define MM_FAULT_WATCHED 0x80000000u

struct mm_machine {
	/* set once */
	struct mm_arena arena;
	struct mm_machine_desc desc;
	uint64_t max_pfn;                   /* frames spanned from 0 */
	struct page *memmap;                /* one per spanned frame, holes too */
	struct zone *zones;                 /* MM_NR_ZONES a node, empty ones have spanned 0 */
	int nr_zones;                       /* MM_NR_ZONES * nodes */
	struct zonelist *zonelists;         /* by node, kind, and highest zone: mm_zone_list_of */
	size_t zonelist_size;               /* bytes of one */
	uint64_t movable_pfn[MM_NODES_MAX]; /* see mm_zone_sizes_movable */
	uint8_t *pageblock;                 /* enum mm_migratetype of each pageblock */
	uint64_t nr_pageblocks;
	bool grouping_off;   /* Kernel: page_group_by_mobility_disabled */
	uint32_t pcp_orders; /* bit per order that has per-CPU lists */

	/* early/sparse: which frames have a struct page, by section */
	struct mem_section **section_root; /* NULL where no section of a root is known */
	uint64_t nr_sections;              /* that the span reaches; 0: flat */
	uint64_t nr_ready;                 /* those made ready since boot began */

	/* page_alloc: HighAtomic pageblocks given up since boot began */
	uint64_t nr_unreserved;

	/* virt/vma: splits, and parts of VMAs that got other flags, since boot began */
	uint64_t nr_vma_changes;

	/* early/page_ext: a record per frame; NULL: no client is on */
	unsigned char *page_ext;
	/* page_alloc: bits that requests may have now; in the digest */
	uint32_t gfp_allowed_mask;
	/* from the description: what but __GFP_ZERO writes to blocks, MM_INIT_..., MM_POISON */
	uint8_t contents_rules;
	/* sim/failpoint: is there anything to ask?  A bit per site whose probability is
	 * not 0, and MM_FAULT_WATCHED */
	uint32_t fault_armed;
	struct mm_failpoint *faults; /* by site */

	/* early/memblock: which memory there is, and which of it was taken at boot */
	struct memblock *memblock;

	/* sim/ram */
	struct mm_arena contents; /* bytes of frames; not in the image */
	uint64_t *written;        /* bit per frame: has it been written? */

	/* phys/page_frag: by CPU */
	struct page_frag_cache *page_frag;

	/* phys/kswapd: by node */
	struct mm_kswapd *kswapd;

	/* phys/clean_cache: by node; pages that it will need itself */
	struct mm_clean_cache *clean_cache;
	uint64_t reclaim_needs;
	uint64_t nr_reclaimed; /* given up or needed so far, on behalf of requests */

	/* phys/node_reclaim: bit per node that a CPU reclaims on.  Kernel:
	 * PGDAT_RECLAIM_LOCKED */
	uint32_t node_reclaim_busy;
	/* phys/node_dirty */
	struct mm_dirty_pages node_dirty[MM_NODES_MAX];

	/* settings and totals that change: in the digest */
	struct mm_sysctl sysctl;
	uint64_t clock_ns;
	uint64_t jiffies;
	uint64_t totalreserve_pages;
	int64_t vm_stat[MM_NR_ZONE_STATS]; /* sums over zones, kept beside them */
	uint64_t *vm_events;               /* by CPU and event: see vmstat.h */
	uint64_t cpus_offline;             /* a bit for each CPU: see cpu_hotplug.h */
	int cpu_coming;                    /* 0, or who came since lists' limits were set */

	/* sim/file, sim/process */
	struct mm_pool *files;
	struct mm_process *processes; /* by pid */

	/* virt */
	struct mm_pool *mms;
	struct mm_pool *vmas;
	struct mm_pool *maple_nodes;
	struct mm_pool *anon_vmas;
	struct mm_pool *anon_vma_chains;
	int64_t vm_committed_as;   /* pages promised: in the digest */
	int64_t vm_committed_lost; /* of them, those that nobody will give back; too */

	/* sim/pool: its pools, and what must be done around copying the arena */
	struct mm_pool *pools;
	void (*before_copy)(struct mm_machine *m);
	void (*after_copy)(struct mm_machine *m);

	/* the run's: survive a reset */
	const struct mm_upcalls *upcalls;       /* never NULL; members may be */
	struct mm_failpoint_watch *fault_watch; /* NULL: nobody sweeps */
	struct mm_listener listeners[MM_LISTENERS_MAX];
	uint64_t outcomes[MM_OUTCOME_NR];
	uint64_t outcome_object[MM_OUTCOME_NR]; /* of the last one */
	uint64_t nr_outcomes;
	enum mm_outcome last_outcome; /* valid when nr_outcomes > 0 */

	/* digest */
	struct mm_frame_array frame_array[MM_FRAME_ARRAYS_MAX];
	int nr_frame_arrays;
	struct mm_digest_kind digest[MM_OBJ_NR];
	uint64_t digest_sum;
	uint64_t digest_hints;   /* the part of it that a failed operation may change */
	uint64_t digest_changed; /* key of the object that followed last */

	struct mm_lock_stats lock;
};

/* Can anything happen on this CPU of the machine?  Kernel: cpu_online. */
static inline bool mm_machine_cpu_online(const struct mm_machine *m, int cpu)
{
	return !(m->cpus_offline >> cpu & 1);
}

/* Kernel: num_online_cpus. */
int mm_machine_nr_online(const struct mm_machine *m);

/*
 * Parse `ram=4M max_order=6 ...` (spaces, tabs and newlines separate fields,
 * # comments to the end of a line, a leading word `machine` is skipped).
 * -MM_EINVAL with field, line and column in e.
 */
int mm_machine_desc_parse(struct mm_machine_desc *d, const char *text,
			  struct mm_error *e) MM_MUST_USE;
/* The fields of a description with unit, range and default, for help. */
void mm_machine_desc_help(FILE *out);
/* "4M", "0x1000", "3G", "2p" (pages): bytes. false when malformed or too big. */
bool mm_machine_size_parse(const char *s, size_t len, uint64_t *bytes);

/* Make an unbooted machine.  NULL and e when host memory is refused. */
struct mm_machine *mm_machine_create(const struct mm_machine_desc *d, struct mm_error *e);
void mm_machine_destroy(struct mm_machine *m);
/* Zeroed memory that lives as long as the machine; NULL when the arena is full. */
void *mm_machine_alloc(struct mm_machine *m, size_t size, size_t align);
/*
 * Zeroed memory of `bits` bits for every 2^order frames, in the order of frames.
 * Where memory comes by section (deferred=on) it costs address space only, and the
 * part of a section may be written when mm_machine_populate has been called for it.
 */
void *mm_machine_alloc_frames(struct mm_machine *m, unsigned int bits, unsigned int order);
/* Frames [start, end) of a section come into use.  -MM_ENOMEM. */
int mm_machine_populate(struct mm_machine *m, uint64_t start, uint64_t end) MM_MUST_USE;
/* Booted: build the digest and take the image.  0 or -MM_ENOMEM. */
int mm_machine_image(struct mm_machine *m) MM_MUST_USE;
/* Back to the image.  Contexts of the run must be made anew. */
void mm_machine_reset(struct mm_machine *m);

/* Register how objects of a kind are summed up; boot hooks call it. */
int mm_machine_kind_set(struct mm_machine *m, enum mm_obj kind, const struct mm_kind_ops *ops);
/* Sections [first, last) can come to be: where memory comes by section, their parts of
 * the digest cost address space only until then.  -MM_ENOMEM. */
int mm_machine_kind_populate(struct mm_machine *m, enum mm_obj kind, uint64_t first,
			     uint64_t last) MM_MUST_USE;
uint64_t mm_machine_kind_count(const struct mm_machine *m, enum mm_obj kind);
/* The first object of a kind from id on that is there; at least the count: none. */
uint64_t mm_machine_kind_next(const struct mm_machine *m, enum mm_obj kind, uint64_t id);

/* The digest as the touched set kept it. */
uint64_t mm_machine_digest(const struct mm_machine *m);
/*
 * The same without hints and statistics (mm_touched_is_hint): what a failed
 * operation must leave as it was.
 */
uint64_t mm_machine_digest_firm(const struct mm_machine *m);
/* Follow what an operation touched. */
void mm_machine_digest_follow(struct mm_machine *m, const struct mm_touched *t);
/* Objects [first, last) of a kind have come to be: take them in.  Only for who
 * follows; a rebuild takes them in anyway. */
void mm_machine_digest_adopt(struct mm_machine *m, enum mm_obj kind, uint64_t first, uint64_t last);
/* The same sum from nothing; changes nothing. */
uint64_t mm_machine_digest_sweep(const struct mm_machine *m);
/* First object whose cached part is stale; false when none is. */
bool mm_machine_digest_stale(const struct mm_machine *m, enum mm_obj *kind, uint64_t *id);
/* Make the cached parts true again, after a run that nobody followed. */
void mm_machine_digest_rebuild(struct mm_machine *m);

/* Record an outcome; emits nothing, changes no state. */
void mm_machine_outcome(struct mm_ctx *x, enum mm_outcome o, uint64_t object);
const char *mm_machine_outcome_name(enum mm_outcome o);

/* sysctls by name, the order that traces use. */
size_t mm_sysctl_count(void);
const char *mm_sysctl_name(size_t i);
/* The largest value it takes. */
uint64_t mm_sysctl_max(size_t i);
/* Do watermarks follow from it? */
bool mm_sysctl_moves_marks(size_t i);
int mm_sysctl_find(const char *name, size_t len);
uint64_t mm_sysctl_get(const struct mm_machine *m, size_t i);
/* Store a value after range checks (-MM_EINVAL); the caller recomputes what
 * depends on it. */
int mm_sysctl_store(struct mm_ctx *x, size_t i, uint64_t value) MM_MUST_USE;

#endif
