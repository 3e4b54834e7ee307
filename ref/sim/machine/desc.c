/* SPDX-License-Identifier: MIT */
/*
 * desc: from `ram=4M max_order=6 ...` to a struct mm_machine_desc.
 *
 * One grammar serves the `machine` line of a trace and a file of its own.
 * Fields are a table: name, reader, range, default, unit.  After the fields
 * are read, what they say together is checked (limits in order, ranges
 * disjoint and inside the zones), each complaint at the field it concerns.
 */
#include "desc.h"

#include <stdio.h>
#include <string.h>

/* 128 MiB.  Kernel: SECTION_SIZE_BITS 27 on x86-64 and arm64 with 4 KiB pages. */
#define SECTION_ORDER (27 - MM_PAGE_SHIFT)

static int read_ram(struct mm_machine_desc_reader *r)
{
	struct mm_machine_desc_ranges ram;
	int err = mm_machine_desc_ranges_read(r, r->val, r->len, &ram);

	memcpy(r->d->ram, ram.r, sizeof(ram.r));
	r->d->nr_ram = ram.nr;
	return err;
}

static int read_hole(struct mm_machine_desc_reader *r)
{
	return mm_machine_desc_ranges_read(r, r->val, r->len, &r->hole);
}

static int read_reserved(struct mm_machine_desc_reader *r)
{
	struct mm_machine_desc_ranges reserved;
	int err = mm_machine_desc_ranges_read(r, r->val, r->len, &reserved);

	memcpy(r->d->reserved, reserved.r, sizeof(reserved.r));
	r->d->nr_reserved = reserved.nr;
	return err;
}

static int read_cma(struct mm_machine_desc_reader *r)
{
	struct mm_machine_desc_ranges cma;
	int err = mm_machine_desc_ranges_read(r, r->val, r->len, &cma);

	memcpy(r->d->cma, cma.r, sizeof(cma.r));
	r->d->nr_cma = cma.nr;
	return err;
}

static int read_hotplug(struct mm_machine_desc_reader *r)
{
	return mm_machine_desc_ranges_read(r, r->val, r->len, &r->hotplug);
}

static int read_mirror(struct mm_machine_desc_reader *r)
{
	return mm_machine_desc_ranges_read(r, r->val, r->len, &r->mirror);
}

static int read_zone_end(struct mm_machine_desc_reader *r)
{
	return mm_machine_desc_pages(r, r->val, r->len,
				     &r->d->zone_end[MM_ZONE_DMA + (int)(r->field - F_DMA)]);
}

/* Numbers that are stored as they are. */
static const struct {
	enum mm_machine_desc_field field;
	size_t offset;
} settings[] = {
	{F_MIN_FREE_KBYTES, offsetof(struct mm_sysctl, min_free_kbytes)},
	{F_WATERMARK_SCALE_FACTOR, offsetof(struct mm_sysctl, watermark_scale_factor)},
	{F_WATERMARK_BOOST_FACTOR, offsetof(struct mm_sysctl, watermark_boost_factor)},
	{F_ZONE_RECLAIM_MODE, offsetof(struct mm_sysctl, zone_reclaim_mode)},
	{F_MIN_UNMAPPED_RATIO, offsetof(struct mm_sysctl, min_unmapped_ratio)},
	{F_DIRTY_RATIO, offsetof(struct mm_sysctl, dirty_ratio)},
	{F_OVERCOMMIT_MEMORY, offsetof(struct mm_sysctl, overcommit_memory)},
	{F_OVERCOMMIT_RATIO, offsetof(struct mm_sysctl, overcommit_ratio)},
	{F_OVERCOMMIT_KBYTES, offsetof(struct mm_sysctl, overcommit_kbytes)},
	{F_ADMIN_RESERVE_KBYTES, offsetof(struct mm_sysctl, admin_reserve_kbytes)},
	{F_USER_RESERVE_KBYTES, offsetof(struct mm_sysctl, user_reserve_kbytes)},
	{F_MAX_MAP_COUNT, offsetof(struct mm_sysctl, max_map_count)},
	{F_MMAP_MIN_ADDR, offsetof(struct mm_sysctl, mmap_min_addr)},
	{F_STACK_GUARD_GAP, offsetof(struct mm_sysctl, stack_guard_gap)},
};

static int read_setting(struct mm_machine_desc_reader *r)
{
	uint64_t v = 0;
	int err = mm_machine_desc_ranged(r, &v);
	size_t i = 0;

	if (err)
		return err;
	while (settings[i].field != r->field)
		i++;
	memcpy((char *)&r->d->sysctl + settings[i].offset, &v, sizeof(v));
	return 0;
}

static int read_plain(struct mm_machine_desc_reader *r)
{
	uint64_t v = 0;
	int err = mm_machine_desc_ranged(r, &v);

	if (err)
		return err;
	if (r->field == F_MAX_ORDER)
		r->d->max_order = (unsigned int)v;
	else if (r->field == F_PAGEBLOCK_ORDER)
		r->d->pageblock_order = (unsigned int)v;
	else if (r->field == F_GUARD_MINORDER)
		r->d->guard_minorder = (unsigned int)v;
	else if (r->field == F_CPUS)
		r->d->cpus = (int)v;
	else
		r->d->seed = v;
	return 0;
}

/* Which of words the value is, or a refusal. */
static int read_word(struct mm_machine_desc_reader *r, const char *const *words, const char *why)
{
	int i;

	for (i = 0; words[i]; i++) {
		if (mm_machine_desc_is(r, words[i]))
			return i;
	}
	return mm_machine_desc_refuse(r, why);
}

static int read_contents(struct mm_machine_desc_reader *r)
{
	static const char *const words[] = {"none", "tag", "full", NULL};
	int i = read_word(r, words, "unknown kind of contents");

	if (i >= 0)
		r->d->contents = (enum mm_contents)i;
	return i < 0 ? i : 0;
}

static int read_kernel(struct mm_machine_desc_reader *r)
{
	r->d->merge_unfaulted = mm_machine_desc_is(r, "6.18");
	return r->d->merge_unfaulted || mm_machine_desc_is(r, "6.12")
		       ? 0
		       : mm_machine_desc_refuse(r, "only these releases are modelled");
}

static int read_switch(struct mm_machine_desc_reader *r)
{
	bool *to = r->field == F_PCP                ? &r->d->pcp
		   : r->field == F_DEFERRED         ? &r->d->deferred
		   : r->field == F_INIT_ON_ALLOC    ? &r->d->init_on_alloc
		   : r->field == F_INIT_ON_FREE     ? &r->d->init_on_free
		   : r->field == F_PAGE_POISON      ? &r->d->page_poison
		   : r->field == F_PAGE_OWNER       ? &r->d->page_owner
		   : r->field == F_LEGACY_VA_LAYOUT ? &r->d->bottom_up
		   : r->field == F_READ_PREPARES    ? &r->d->read_prepares
						    : &r->d->movable_node;

	*to = mm_machine_desc_is(r, "on");
	return *to || mm_machine_desc_is(r, "off")
		       ? 0
		       : mm_machine_desc_refuse(r, "neither on nor off");
}

static int read_memmodel(struct mm_machine_desc_reader *r)
{
	static const char *const words[] = {"flat", "sparse", "vmemmap", NULL};
	int i = read_word(r, words, "unknown memory model");

	if (i >= 0)
		r->d->memmodel = (enum mm_memmodel)i;
	return i < 0 ? i : 0;
}

static int read_pcp_lists(struct mm_machine_desc_reader *r)
{
	static const char *const words[] = {"orders", "hot_cold", NULL};
	int i = read_word(r, words, "unknown kind of lists");

	r->d->hot_cold = i == 1;
	return i < 0 ? i : 0;
}

static int read_profile(struct mm_machine_desc_reader *r)
{
	static const char *const words[] = {"none", "x86-64", "arm64", NULL};
	int i = read_word(r, words, "unknown profile");

	if (i >= 0)
		r->d->profile = (enum mm_profile)i;
	return i < 0 ? i : 0;
}

/* Names separated by commas.  Their order is that of enum mm_page_ext_client. */
static int read_page_ext(struct mm_machine_desc_reader *r)
{
	static const char *const names[] = {"owner", "idle", "table_check"};
	const char *s = r->val;
	const char *end = r->val + r->len;

	while (s <= end) {
		const char *comma = memchr(s, ',', (size_t)(end - s));
		const char *stop = comma ? comma : end;
		size_t i;

		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			if (strlen(names[i]) == (size_t)(stop - s) &&
			    memcmp(names[i], s, strlen(names[i])) == 0)
				break;
		}
		if (i == sizeof(names) / sizeof(names[0]))
			return mm_machine_desc_refuse(r, "no client is called so");
		r->d->page_ext |= (uint32_t)1 << (i + 1);
		s = stop + 1;
	}
	return 0;
}

static int read_section(struct mm_machine_desc_reader *r)
{
	uint64_t pages = 0;
	int err = mm_machine_desc_pages(r, r->val, r->len, &pages);

	if (err)
		return err;
	if (!pages || (pages & (pages - 1)))
		return mm_machine_desc_refuse(r, "not a power of two");
	for (r->d->section_order = 0; pages > 1; pages >>= 1)
		r->d->section_order++;
	return 0;
}

static int read_regions(struct mm_machine_desc_reader *r)
{
	uint64_t v = 0;

	if (mm_machine_desc_ranged(r, &v))
		return -MM_EINVAL;
	if (v & (v - 1))
		return mm_machine_desc_refuse(r, "not a power of two");
	r->d->memblock_regions = (unsigned int)v;
	return 0;
}

static int read_thp(struct mm_machine_desc_reader *r)
{
	uint64_t v = 0;

	r->d->thp_order = 0;
	if (mm_machine_desc_is(r, "none"))
		return 0;
	if (mm_machine_desc_ranged(r, &v))
		return -MM_EINVAL;
	r->d->thp_order = (unsigned int)v;
	return 0;
}

static int read_cache(struct mm_machine_desc_reader *r)
{
	if (!mm_machine_size_parse(r->val, r->len, &r->d->cache_slice))
		return mm_machine_desc_refuse(r, "not a size that fits 64 bits");
	return 0;
}

/* DMA/DMA32/Normal/HighMem/Movable, as the sysctl's vector; fewer are fine. */
static int read_ratio(struct mm_machine_desc_reader *r)
{
	const char *s = r->val;
	const char *end = r->val + r->len;
	int z;

	for (z = 0; s <= end; z++) {
		const char *slash = memchr(s, '/', (size_t)(end - s));
		const char *stop = slash ? slash : end;
		uint64_t v;

		if (z == MM_NR_ZONES)
			return mm_machine_desc_refuse(r, "more numbers than zones");
		if (!mm_machine_desc_number(s, (size_t)(stop - s), &v) || v > UINT32_MAX)
			return mm_machine_desc_refuse(r, "not a number that fits 32 bits");
		r->d->sysctl.lowmem_reserve_ratio[z] = v;
		s = stop + 1;
	}
	return 0;
}

static const struct mm_machine_desc_def field_defs[F_NR] = {
	{"ram", read_ram, 0, 0, "SIZE or START-END[,START-END...]",
	 "RAM, at most 16 ranges inside 64T; no default"},
	{"hole", read_hole, 0, 0, "START-END[,START-END...]", "frames that are not there; none"},
	{"reserved", read_reserved, 0, 0, "START-END[,START-END...]",
	 "present but never free, as what the boot loader took; none"},
	{"cma", read_cma, 0, 0, "START-END[,START-END...]",
	 "whole pageblocks that only pages which move may use; none"},
	{"dma", read_zone_end, 0, 0, "SIZE", "address where ZONE_DMA ends; 0: no such zone"},
	{"dma32", read_zone_end, 0, 0, "SIZE", "address where ZONE_DMA32 ends; 0: none"},
	{"normal", read_zone_end, 0, 0, "SIZE", "address where ZONE_NORMAL ends; end of RAM"},
	{"highmem", read_zone_end, 0, 0, "SIZE",
	 "address where ZONE_HIGHMEM ends, the rest is Movable; end of RAM"},
	{"kernelcore", mm_machine_desc_read_core, 0, 0, "SIZE, N% or mirror",
	 "RAM spread over nodes that is not Movable; none: no zone Movable of that kind"},
	{"movablecore", mm_machine_desc_read_core, 0, 0, "SIZE or N%",
	 "RAM spread over nodes that is Movable; none"},
	{"movable_node", read_switch, 0, 0, "on or off",
	 "RAM that can be unplugged is Movable; off"},
	{"hotplug", read_hotplug, 0, 0, "START-END[,START-END...]",
	 "RAM that can be unplugged; none"},
	{"mirror", read_mirror, 0, 0, "START-END[,START-END...]",
	 "RAM that is mirrored, for kernelcore=mirror; none"},
	{"nodes", mm_machine_desc_read_nodes, 0, 0, "N or RANGES/RANGES/none...",
	 "RAM split evenly over N nodes, or what each node has; 1"},
	{"distance", mm_machine_desc_read_distance, 0, 0, "D,D.../D,D.../...",
	 "a row per node, 10 for itself, more for others; 10 and 20"},
	{"cpu_nodes", mm_machine_desc_read_cpu_nodes, 0, 0, "N,N,...",
	 "the node of each CPU; spread over all nodes in blocks"},
	{"memmodel", read_memmodel, 0, 0, "flat, sparse or vmemmap",
	 "where struct pages are and which frames have one; vmemmap"},
	{"section", read_section, 0, 0, "SIZE, a power of two",
	 "unit of memory in sparse and vmemmap; 128M"},
	{"deferred", read_switch, 0, 0, "on or off",
	 "sections get their struct pages when a request needs them; on above 64G"},
	{"profile", read_profile, 0, 0, "none, x86-64 or arm64",
	 "zone limits of an architecture: dma=16M dma32=4G, or dma=4G; none"},
	{"memblock_regions", read_regions, 8, MM_MEMBLOCK_REGIONS, "8 .. 128, a power of two",
	 "that memblock's tables have room for before they grow; 128"},
	{"page_ext", read_page_ext, 0, 0, "owner, idle, table_check",
	 "who has a record beside each struct page; none"},
	{"page_owner", read_switch, 0, 0, "on or off",
	 "record who has each page, in the owner's part of page_ext; off"},
	{"max_order", read_plain, 0, MM_ORDER_LIMIT, "0 .. 14", "largest block order; 10"},
	{"pageblock_order", read_plain, 0, MM_ORDER_LIMIT, "0 .. max_order",
	 "order of a pageblock; the smaller of 9 and max_order"},
	{"debug_guardpage_minorder", read_plain, 0, MM_ORDER_LIMIT / 2, "0 .. max_order / 2",
	 "halves below it that a split leaves are guards; at most pageblock_order; 0"},
	{"cpus", read_plain, 1, MM_CPUS_MAX, "1 .. 64", "CPUs; 1"},
	{"contents", read_contents, 0, 0, "none, tag or full",
	 "bytes of frames: not kept, one byte stands for 64, all 4096; tag"},
	{"seed", read_plain, 0, UINT64_MAX, "a 64-bit number", "of contents never written; 1"},
	{"kernel", read_kernel, 0, 0, "6.12 or 6.18", "release whose rules hold; 6.12"},
	{"pcp", read_switch, 0, 0, "on or off",
	 "per-CPU page lists and counters; on from 64M of RAM"},
	{"pcp_lists", read_pcp_lists, 0, 0, "orders or hot_cold",
	 "hot_cold: single pages only, with a cold end, of fixed length, as up to 4.14; orders"},
	{"thp", read_thp, MM_PCP_COSTLY_ORDER + 1, MM_ORDER_LIMIT, "none or 4 .. max_order",
	 "order of huge pages, which per-CPU lists keep too; 9 or none"},
	{"cache", read_cache, 0, 0, "SIZE",
	 "data cache per CPU, which decides how long freed blocks stay; 0"},
	{"init_on_alloc", read_switch, 0, 0, "on or off",
	 "zero each block that is handed out; off"},
	{"init_on_free", read_switch, 0, 0, "on or off",
	 "zero each block that is taken back, and all memory at boot; off"},
	{"page_poison", read_switch, 0, 0, "on or off",
	 "fill what is free with 0xaa and look for changes, instead of init_on_...; off"},
	{"min_free_kbytes", read_setting, 0, INT32_MAX, "0 .. 2147483647",
	 "KiB, 0: by the kernel's formula; 0"},
	{"watermark_scale_factor", read_setting, 1, 3000, "1 .. 3000",
	 "distance of watermarks in 1/10000 of managed; 10"},
	{"watermark_boost_factor", read_setting, 0, INT32_MAX, "0 .. 2147483647",
	 "what mixing types may add to marks, in 1/10000 of high, 0: nothing; 15000"},
	{"zone_reclaim_mode", read_setting, 0, INT32_MAX, "0 .. 2147483647",
	 "1: rather give up what is cached on a node than go to another; 0"},
	{"min_unmapped_ratio", read_setting, 0, 100, "0 .. 100",
	 "what of each zone stays cached then, in percent; 1"},
	{"dirty_ratio", read_setting, 0, 100, "0 .. 100",
	 "share of a node that may be dirty before pages to be written to are taken elsewhere; 20"},
	{"lowmem_reserve_ratio", read_ratio, 0, 0, "N/N/N/N/N",
	 "per zone from DMA up, 0: none; 256/256/32/0/0"},
	{"procs", mm_machine_desc_read_virt, 0, MM_PROCS_MAX, "0 .. 64",
	 "processes with an address space at the same time; 0"},
	{"vmas", mm_machine_desc_read_virt, 1, MM_VMAS_MAX, "1 .. 16777216",
	 "VMAs of all of them together; 1024"},
	{"files", mm_machine_desc_read_virt, 1, MM_FILES_MAX, "1 .. 65536",
	 "files at the same time, shared anonymous memory too; 64"},
	{"task_size", mm_machine_desc_read_address, 0, 0, "SIZE",
	 "where address spaces end; 0x7ffffffff000"},
	{"mmap_base", mm_machine_desc_read_address, 0, 0, "SIZE",
	 "mappings go below it, or above with legacy_va_layout; task_size less 128M and a gap"},
	{"start_brk", mm_machine_desc_read_address, 0, 0, "SIZE",
	 "where heaps begin; 0x555555560000"},
	{"legacy_va_layout", read_switch, 0, 0, "on or off",
	 "mappings go from mmap_base upwards; off"},
	{"read_prepares", read_switch, 0, 0, "on or off",
	 "reading anonymous memory prepares an anon_vma; off"},
	{"overcommit_memory", read_setting, 0, 2, "0, 1 or 2",
	 "refuse what is more than all memory, nothing, what exceeds the limit; 0"},
	{"overcommit_ratio", read_setting, 0, INT32_MAX, "0 .. 2147483647",
	 "percent of RAM that the limit is; 50"},
	{"overcommit_kbytes", read_setting, 0, INT64_MAX, "KiB",
	 "the limit, 0: the ratio says it; 0"},
	{"admin_reserve_kbytes", read_setting, 0, INT64_MAX, "KiB",
	 "of the limit only for administrators; 3% of RAM, at most 8192"},
	{"user_reserve_kbytes", read_setting, 0, INT64_MAX, "KiB",
	 "what one process leaves of it to others; 3% of RAM, at most 131072"},
	{"max_map_count", read_setting, 0, INT32_MAX, "0 .. 2147483647",
	 "VMAs of one address space; 65530"},
	{"mmap_min_addr", read_setting, 0, INT32_MAX, "bytes", "nothing is mapped below it; 65536"},
	{"stack_guard_gap", read_setting, 0, INT32_MAX, "pages",
	 "what stays free below a stack; 256"},
};

_Static_assert(sizeof(field_defs) / sizeof(field_defs[0]) == F_NR, "a row per field");

const struct mm_machine_desc_def *mm_machine_desc_def(enum mm_machine_desc_field f)
{
	return &field_defs[f];
}

void mm_machine_desc_help(FILE *out)
{
	int f;

	for (f = 0; f < F_NR; f++) {
		(void)fprintf(out, "  %s=%-*s %s\n", field_defs[f].name,
			      (int)(34 - strlen(field_defs[f].name)), field_defs[f].form,
			      field_defs[f].help);
	}
}

static int read_field(struct mm_machine_desc_reader *r, const char *word, size_t len)
{
	const char *eq = memchr(word, '=', len);
	size_t name = eq ? (size_t)(eq - word) : len;
	int f;

	for (f = 0; f < F_NR; f++) {
		if (strlen(field_defs[f].name) == name &&
		    memcmp(field_defs[f].name, word, name) == 0)
			break;
	}
	if (f == F_NR || !eq)
		return mm_error_set(r->e, -MM_EINVAL, r->here.line, r->here.col,
				    "machine: no field \"%.*s\"; `mmref help machine` lists them",
				    (int)(len < 40 ? len : 40), word);
	if (r->at[f].line)
		return mm_error_set(r->e, -MM_EINVAL, r->here.line, r->here.col,
				    "machine: %s is given twice, first at %d:%d",
				    field_defs[f].name, r->at[f].line, r->at[f].col);
	r->field = (enum mm_machine_desc_field)f;
	r->at[f] = r->here;
	r->val = eq + 1;
	r->len = len - name - 1;
	return field_defs[f].read(r);
}

/* Past blanks, line ends and comments; r->here follows. */
static const char *skip_blanks(struct mm_machine_desc_reader *r, const char *s)
{
	for (;; s++) {
		if (*s == '#') {
			size_t len = strcspn(s, "\n");

			s += len;
			r->here.col += (int)len;
		}
		if (!*s || !strchr(" \t\r\n", *s))
			return s;
		r->here.col++;
		if (*s == '\n')
			r->here = (struct mm_machine_desc_place){r->here.line + 1, 1};
	}
}

static int read_fields(struct mm_machine_desc_reader *r, const char *text)
{
	const char *s;
	bool first = true;

	r->here = (struct mm_machine_desc_place){1, 1};
	for (s = skip_blanks(r, text); *s; s = skip_blanks(r, s)) {
		size_t len = strcspn(s, " \t\r\n#");
		bool word = first && len == 7 && memcmp(s, "machine", 7) == 0;
		int err = word ? 0 : read_field(r, s, len);

		if (err)
			return err;
		first = false;
		s += len;
		r->here.col += (int)len;
	}
	return 0;
}

static void set_defaults(struct mm_machine_desc *d)
{
	static const uint64_t ratio[MM_NR_ZONES] = {256, 256, 32, 0, 0};

	memset(d, 0, sizeof(*d));
	d->max_order = 10;
	d->cpus = 1;
	d->contents = MM_CONTENTS_TAG;
	d->seed = 1;
	d->memmodel = MM_MEMMODEL_VMEMMAP;
	d->memblock_regions = MM_MEMBLOCK_REGIONS;
	d->section_order = SECTION_ORDER;
	d->nr_nodes = 1;
	d->sysctl.watermark_scale_factor = 10;
	d->sysctl.watermark_boost_factor = 15000;
	d->sysctl.min_unmapped_ratio = 1;
	d->sysctl.dirty_ratio = 20;
	mm_machine_desc_virt_defaults(d);
	memcpy(d->sysctl.lowmem_reserve_ratio, ratio, sizeof(ratio));
}

int mm_machine_desc_parse(struct mm_machine_desc *d, const char *text, struct mm_error *e)
{
	struct mm_machine_desc_reader r = {.d = d, .e = e};
	int err;

	set_defaults(d);
	err = read_fields(&r, text);
	if (err)
		return err;
	if (!d->nr_ram)
		return mm_error_set(e, -MM_EINVAL, 1, 1,
				    "machine: ram= is missing; for example: ram=4M");
	return mm_machine_desc_check(&r);
}
