/* SPDX-License-Identifier: MIT */
/*
 * machine: life cycle, settings and outcomes.
 *
 * The struct sits at the start of its own arena, so the image holds it too.
 * A reset copies the image over everything and then puts back the few fields
 * that belong to the run: listeners and upcalls.
 */
#include "mm/machine.h"

#include "mm/rng.h"

#include <string.h>

/* struct page, digest parts, page table of pageblocks and a fixed part; a record of
 * page_ext where there is one. */
#define BYTES_PER_FRAME 96
#define BYTES_PAGE_EXT  80
#define BYTES_FIXED     ((size_t)3 << 20)
/* Objects of a VMA, with room for its links and its share of a tree. */
#define BYTES_PER_VMA  1024
#define BYTES_PER_FILE 256

_Static_assert(MM_ZONES_MAX == MM_NODES_MAX * MM_NR_ZONES, "a zone of each kind");

static const struct mm_upcalls no_upcalls;

struct sysctl_def {
	const char *name;
	size_t offset; /* in struct mm_sysctl */
	uint64_t min;
	uint64_t max;
};

#define RATIO(z)                                                                                   \
	{                                                                                          \
		"lowmem_reserve_ratio[" #z "]",                                                    \
			offsetof(struct mm_sysctl, lowmem_reserve_ratio) + (z) * sizeof(uint64_t), \
			0, INT32_MAX                                                               \
	}

static const struct sysctl_def sysctls[] = {
	{"min_free_kbytes", offsetof(struct mm_sysctl, min_free_kbytes), 0, INT32_MAX},
	{"watermark_scale_factor", offsetof(struct mm_sysctl, watermark_scale_factor), 1, 3000},
	RATIO(0),
	RATIO(1),
	RATIO(2),
	RATIO(3),
	RATIO(4),
	{"percpu_pagelist_high_fraction", offsetof(struct mm_sysctl, percpu_pagelist_high_fraction),
	 0, INT32_MAX},
	{"watermark_boost_factor", offsetof(struct mm_sysctl, watermark_boost_factor), 0,
	 INT32_MAX},
	{"zone_reclaim_mode", offsetof(struct mm_sysctl, zone_reclaim_mode), 0, INT32_MAX},
	{"min_unmapped_ratio", offsetof(struct mm_sysctl, min_unmapped_ratio), 0, 100},
	{"dirty_ratio", offsetof(struct mm_sysctl, dirty_ratio), 0, 100},
	{"overcommit_memory", offsetof(struct mm_sysctl, overcommit_memory), 0, 2},
	{"overcommit_ratio", offsetof(struct mm_sysctl, overcommit_ratio), 0, INT32_MAX},
	{"overcommit_kbytes", offsetof(struct mm_sysctl, overcommit_kbytes), 0, INT64_MAX},
	{"admin_reserve_kbytes", offsetof(struct mm_sysctl, admin_reserve_kbytes), 0, INT64_MAX},
	{"user_reserve_kbytes", offsetof(struct mm_sysctl, user_reserve_kbytes), 0, INT64_MAX},
	{"max_map_count", offsetof(struct mm_sysctl, max_map_count), 0, INT32_MAX},
	{"mmap_min_addr", offsetof(struct mm_sysctl, mmap_min_addr), 0, INT64_MAX},
};

/* Kernel: MIN_PERCPU_PAGELIST_HIGH_FRACTION; 0 is allowed too. */
#define HIGH_FRACTION_MIN 8

static bool in_a_gap(size_t i, uint64_t value)
{
	return sysctls[i].offset == offsetof(struct mm_sysctl, percpu_pagelist_high_fraction) &&
	       value && value < HIGH_FRACTION_MIN;
}

int mm_machine_nr_online(const struct mm_machine *m)
{
	int n = 0;
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++)
		n += mm_machine_cpu_online(m, cpu);
	return n;
}

size_t mm_sysctl_count(void)
{
	return sizeof(sysctls) / sizeof(sysctls[0]);
}

bool mm_sysctl_moves_marks(size_t i)
{
	return sysctls[i].offset == offsetof(struct mm_sysctl, min_free_kbytes) ||
	       sysctls[i].offset == offsetof(struct mm_sysctl, watermark_scale_factor);
}

const char *mm_sysctl_name(size_t i)
{
	return sysctls[i].name;
}

uint64_t mm_sysctl_max(size_t i)
{
	return sysctls[i].max;
}

int mm_sysctl_find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < mm_sysctl_count(); i++) {
		if (strlen(sysctls[i].name) == len && memcmp(sysctls[i].name, name, len) == 0)
			return (int)i;
	}
	return -1;
}

uint64_t mm_sysctl_get(const struct mm_machine *m, size_t i)
{
	uint64_t v;

	memcpy(&v, (const char *)&m->sysctl + sysctls[i].offset, sizeof(v));
	return v;
}

int mm_sysctl_store(struct mm_ctx *x, size_t i, uint64_t value)
{
	if (i >= mm_sysctl_count() || value < sysctls[i].min || value > sysctls[i].max ||
	    in_a_gap(i, value))
		return -MM_EINVAL;
	memcpy((char *)&x->m->sysctl + sysctls[i].offset, &value, sizeof(value));
	mm_touch(x, MM_OBJ_SETTINGS, 0);
	return 0;
}

static uint64_t machine_count(const struct mm_machine *m)
{
	(void)m;
	return 1;
}

static uint64_t machine_hash(const struct mm_machine *m, uint64_t id)
{
	uint64_t h = mm_hash64_step(mm_hash64_step(id, m->clock_ns), m->jiffies);

	h = mm_hash64_step(h, (uint64_t)m->vm_stat[MM_NR_FREE_PAGES]);
	if (m->vm_stat[MM_NR_FREE_CMA] | m->vm_stat[MM_NR_ZONE_CACHE])
		h = mm_hash64_step(h, (uint64_t)m->vm_stat[MM_NR_FREE_CMA] << 32 ^
					      (uint64_t)m->vm_stat[MM_NR_ZONE_CACHE]);
	if (m->vm_committed_as)
		h = mm_hash64_step(h, (uint64_t)m->vm_committed_lost << 32 ^
					      (uint64_t)m->vm_committed_as);
	return h;
}

static const struct mm_kind_ops machine_kind = {"machine", machine_count, machine_hash, NULL};

/* Kernel: mem_debugging_and_hardening_init. */
static uint8_t contents_rules(const struct mm_machine_desc *d)
{
	if (d->page_poison)
		return MM_POISON;
	return (uint8_t)((d->init_on_alloc ? MM_INIT_ON_ALLOC : 0) |
			 (d->init_on_free ? MM_INIT_ON_FREE : 0));
}

struct mm_machine *mm_machine_create(const struct mm_machine_desc *d, struct mm_error *e)
{
	uint64_t frames = d->ram[d->nr_ram - 1].end;
	uint64_t per_frame = BYTES_PER_FRAME + (d->page_ext ? BYTES_PAGE_EXT : 0);
	uint64_t size = BYTES_FIXED + frames * per_frame +
			(d->procs ? (uint64_t)d->vmas * BYTES_PER_VMA : 0) +
			(uint64_t)d->files * BYTES_PER_FILE;
	struct mm_arena arena;
	struct mm_machine *m;

	if (mm_arena_init(&arena, (size_t)size)) {
		(void)mm_error_set(e, -MM_ENOMEM, 0, 0,
				   "machine: the host refuses %llu MiB of address space",
				   (unsigned long long)(size >> 20));
		return NULL;
	}
	m = mm_arena_alloc(&arena, sizeof(*m), 64);
	MM_PRE(m);
	m->arena = arena;
	m->desc = *d;
	m->max_pfn = frames;
	m->sysctl = d->sysctl;
	m->upcalls = &no_upcalls;
	m->gfp_allowed_mask = UINT32_MAX;
	m->contents_rules = contents_rules(d);
	if (mm_machine_kind_set(m, MM_OBJ_MACHINE, &machine_kind)) {
		(void)mm_error_set(e, -MM_ENOMEM, 0, 0, "machine: arena too small");
		mm_machine_destroy(m);
		return NULL;
	}
	return m;
}

void mm_machine_destroy(struct mm_machine *m)
{
	struct mm_arena arena;

	if (!m)
		return;
	/* whoever gets these addresses next must not find our poison there */
	if (m->before_copy)
		m->before_copy(m);
	arena = m->arena;
	mm_arena_fini(&m->contents);
	mm_arena_fini(&arena);
}

void *mm_machine_alloc(struct mm_machine *m, size_t size, size_t align)
{
	return mm_arena_alloc(&m->arena, size, align);
}

/* Elements that stand for the first n frames. */
static size_t elements(uint64_t n, unsigned int order)
{
	return n ? (size_t)((n - 1) >> order) + 1 : 0;
}

void *mm_machine_alloc_frames(struct mm_machine *m, unsigned int bits, unsigned int order)
{
	size_t size = (elements(m->max_pfn, order) * bits + 63) / 64 * 8;
	void *p;

	if (!m->desc.deferred)
		return mm_machine_alloc(m, size, 64);
	if (m->nr_frame_arrays == MM_FRAME_ARRAYS_MAX)
		return NULL;
	/* what of it a section has shares no host page with its neighbours where it can */
	p = mm_arena_reserve(&m->arena, size, 4096);
	if (p)
		m->frame_array[m->nr_frame_arrays++] = (struct mm_frame_array){p, bits, order};
	return p;
}

int mm_machine_populate(struct mm_machine *m, uint64_t start, uint64_t end)
{
	int i;

	for (i = 0; i < m->nr_frame_arrays; i++) {
		const struct mm_frame_array *a = &m->frame_array[i];
		size_t first = (size_t)(start >> a->order) * a->bits / 8;
		size_t last = (elements(end, a->order) * a->bits + 63) / 64 * 8;
		int err = mm_arena_populate(&m->arena, a->base + first, last - first);

		if (err)
			return err;
	}
	return 0;
}

int mm_machine_image(struct mm_machine *m)
{
	int err;

	mm_machine_digest_rebuild(m);
	if (m->before_copy)
		m->before_copy(m);
	err = mm_arena_image(&m->arena);
	if (m->after_copy)
		m->after_copy(m);
	return err;
}

void mm_machine_reset(struct mm_machine *m)
{
	const struct mm_upcalls *upcalls = m->upcalls;
	struct mm_failpoint_watch *watch = m->fault_watch;
	struct mm_arena arena = m->arena;
	struct mm_listener listeners[MM_LISTENERS_MAX];

	memcpy(listeners, m->listeners, sizeof(listeners));
	if (m->before_copy)
		m->before_copy(m);
	mm_arena_reset(&arena);
	m->arena = arena; /* the image was taken before there was one */
	m->upcalls = upcalls;
	m->fault_watch = watch;
	if (watch)
		m->fault_armed |= MM_FAULT_WATCHED;
	memcpy(m->listeners, listeners, sizeof(listeners));
	if (m->after_copy)
		m->after_copy(m);
}

void mm_machine_outcome(struct mm_ctx *x, enum mm_outcome o, uint64_t object)
{
	x->m->outcomes[o]++;
	x->m->outcome_object[o] = object;
	x->m->nr_outcomes++;
	x->m->last_outcome = o;
}

const char *mm_machine_outcome_name(enum mm_outcome o)
{
	static const char *const names[MM_OUTCOME_NR] = {
		"bad_page",       "warn_order",     "bad_zone",          "nofail_stall",
		"warn_nofail",    "stale_use",      "warn_overlap",      "memblock_full",
		"atomic_sleep",   "warn_gfp",       "memory_corruption", "single_bit_error",
		"SIGSEGV_MAPERR", "SIGSEGV_ACCERR", "SIGBUS_ADRERR"};

	return names[o];
}
