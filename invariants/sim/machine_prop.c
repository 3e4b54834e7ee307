/* SPDX-License-Identifier: MIT */
/*
 * machine properties: descriptions, refused with their place or meaning what
 * they say; reset, digest and independence of machines under random traces.
 */
#include "mm/machine.h"

#include "mm/lock.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <stdlib.h>
#include <string.h>

#define SMALL "ram=4M max_order=6 pageblock_order=3 cpus=2"

/* ---- bad descriptions ---- */

/* clang-format off */
static const struct {
	const char *text;
	int line, col;
	const char *says;
} refused[] = {
	{"", 1, 1, "ram= is missing"},
	{"machine", 1, 1, "ram= is missing"},
	{"max_order=6 # ram=4M", 1, 1, "ram= is missing"},
	{"ram=", 1, 1, "not a size"},
	{"ram", 1, 1, "no field \"ram\""},
	{"=4M", 1, 1, "no field"},
	{"ram=4M max_order=6 pageblock_order=3 cma=4K-64K", 1, 38,
	 "not whole pageblocks"},
	{"ram=4M max_order=6 pageblock_order=3 cma=3M-5M", 1, 38,
	 "a range lies outside RAM"},
	{"ram=4M max_order=6 pageblock_order=3 reserved=1M-1028K cma=1M-2M", 1, 56,
	 "reserved frames"},
	{"ram=4M max_order=6 pageblock_order=3 deferred=on cma=1M-2M", 1, 50,
	 "by section"},
	{"ram=4M colour=red", 1, 8, "no field \"colour=red\""},
	{"machine machine ram=4M", 1, 9, "no field \"machine\""},
	{"ram=4M\n\n  cpus=2\n\tmax_ordre=3", 4, 2, "no field \"max_ordre=3\""},
	{"ram=4M ram=8M", 1, 8, "twice, first at 1:1"},
	{"ram=4M\nseed=1 cpus=1\nseed=1", 3, 1, "twice, first at 2:1"},
	{"ram=4m", 1, 1, "not a size"},
	{"ram=M", 1, 1, "not a size"},
	{"ram=-4M", 1, 1, "not a size"},
	{"ram=0x", 1, 1, "not a size"},
	{"ram=4MM", 1, 1, "not a size"},
	{"ram=0", 1, 1, "empty or backward"},
	{"ram=5000", 1, 1, "multiple of the page size"},
	{"ram=4M-5001K", 1, 1, "multiple of the page size"},
	{"ram=1152921504606846976", 1, 1, "64T"},
	{"ram=65T", 1, 1, "64T"},
	{"ram=17179869185p", 1, 1, "64T"},
	{"ram=65G deferred=off", 1, 9, "need deferred=on"},
	{"ram=4M deferred=on memmodel=flat", 1, 8, "sparse or vmemmap"},
	{"ram=4M memmodel=dense", 1, 8, "unknown memory model"},
	{"ram=4M section=3M", 1, 8, "power of two"},
	{"ram=4M section=2M", 1, 8, "smaller than a block"},
	{"ram=4M profile=vax", 1, 8, "unknown profile"},
	{"ram=4M memblock_regions=4", 1, 8, "8 .. 128"},
	{"ram=4M memblock_regions=256", 1, 8, "8 .. 128"},
	{"ram=4M memblock_regions=24", 1, 8, "power of two"},
	{"ram=0-1p,2p-3p,4p-5p,6p-7p,8p-9p,10p-11p,12p-13p memblock_regions=8", 1, 50,
	 "two more than there are ranges"},
	{"ram=4M max_order=6 nodes=0", 1, 20, "1 .. 16 nodes"},
	{"ram=4M max_order=6 nodes=17", 1, 20, "1 .. 16 nodes"},
	{"ram=4M nodes=2", 1, 8, "less than a block"},
	{"ram=4M max_order=6 nodes=none", 1, 20, "no node has RAM"},
	{"ram=4M max_order=6 nodes=0-2M/1M-4M", 1, 20, "share RAM"},
	{"ram=4M max_order=6 nodes=0-2M/3M-4M", 1, 20, "belongs to no node"},
	{"ram=4M max_order=6 nodes=0-2M/2M-x", 1, 20, "not a size"},
	{"ram=4M max_order=6 nodes=0-1028K/1028K-4M", 1, 20, "inside an aligned block"},
	{"ram=4M max_order=6 nodes=2 distance=10,20", 1, 28, "row and a column"},
	{"ram=4M max_order=6 nodes=2 distance=10,9/9,10", 1, 28, "10 .. 255"},
	{"ram=4M max_order=6 nodes=2 distance=11,20/20,10", 1, 28, "itself is not 10"},
	{"ram=4M max_order=6 nodes=2 distance=10,20/21,10", 1, 28, "there and back"},
	{"ram=4M cpus=2 cpu_nodes=0", 1, 15, "number per CPU"},
	{"ram=4M cpu_nodes=1", 1, 8, "does not have"},
	{"ram=4M cpu_nodes=16", 1, 8, "0 .. 15"},
	{"ram=4M kernelcore=101%", 1, 8, "0% .. 100%"},
	{"ram=4M kernelcore=most", 1, 8, "not a size"},
	{"ram=4M movablecore=mirror", 1, 8, "not a size"},
	{"ram=4M highmem=2M kernelcore=1M", 1, 19, "already says"},
	{"ram=4M max_order=6 mirror=1028K-2M", 1, 20, "inside an aligned block"},
	{"ram=4M max_order=6 hotplug=1028K-2M", 1, 20, "inside an aligned block"},
	{"ram=18446744073709551616", 1, 1, "64 bits"},
	{"ram=16777216T", 1, 1, "64 bits"},
	{"ram=2M-1M", 1, 1, "empty or backward"},
	{"ram=1M-1M", 1, 1, "empty or backward"},
	{"ram=0-2M,1M-3M", 1, 1, "overlap"},
	{"ram=2M-3M,0-1M", 1, 1, "do not ascend"},
	{"ram=0-2M,", 1, 1, "not a size"},
	{"ram=0-1p,2p-3p,4p-5p,6p-7p,8p-9p,10p-11p,12p-13p,14p-15p,16p-17p,18p-19p,20p-21p,22p-23p,"
	 "24p-25p,26p-27p,28p-29p,30p-31p,32p-33p", 1, 1, "16 ranges"},
	{"ram=4M hole=3M-5M", 1, 8, "outside RAM"},
	{"ram=1M-4M hole=0-2M", 1, 11, "outside RAM"},
	{"ram=4M hole=0-4M", 1, 8, "leave no RAM"},
	{"ram=4M hole=1M-2M,1M-2M", 1, 8, "overlap"},
	{"ram=4M reserved=3M-5M", 1, 8, "outside RAM"},
	{"ram=4M hole=1M-2M reserved=1M-1028K", 1, 19, "outside RAM"},
	{"ram=4M cpus=0", 1, 8, "out of range"},
	{"ram=4M cpus=65", 1, 8, "out of range"},
	{"ram=4M cpus=two", 1, 8, "not a number"},
	{"ram=4M cpus=", 1, 8, "not a number"},
	{"ram=4M max_order=15", 1, 8, "0 .. 14"},
	{"ram=4M max_order=3 pageblock_order=4", 1, 20, "larger than max_order"},
	{"ram=4M pageblock_order=11", 1, 8, "larger than max_order"},
	{"ram=4M dma=2M dma32=1M", 1, 15, "out of order"},
	{"ram=4M dma32=2M normal=1M", 1, 17, "out of order"},
	{"ram=4M normal=3M highmem=2M", 1, 18, "out of order"},
	{"ram=4M dma=1000", 1, 8, "multiple of the page size"},
	{"ram=4M contents=some", 1, 8, "none, tag or full"},
	{"ram=4M kernel=6.13", 1, 8, "6.12"},
	{"ram=4M pcp=maybe", 1, 8, "on or off"},
	{"ram=4M thp=3", 1, 8, "4 .. max_order"},
	{"ram=4M max_order=6 thp=7", 1, 20, "larger than max_order"},
	{"ram=4M cache=much", 1, 8, "SIZE"},
	{"ram=4M watermark_scale_factor=0", 1, 8, "1 .. 3000"},
	{"ram=4M watermark_scale_factor=3001", 1, 8, "1 .. 3000"},
	{"ram=4M min_free_kbytes=2147483648", 1, 8, "0 .. 2147483647"},
	{"ram=4M lowmem_reserve_ratio=1/2/3/4/5/6", 1, 8, "more numbers than zones"},
	{"ram=4M lowmem_reserve_ratio=1//3", 1, 8, "32 bits"},
	{"ram=4M lowmem_reserve_ratio=4294967296", 1, 8, "32 bits"},
	{"ram=4M seed=18446744073709551616", 1, 8, "not a number"},
	{"ram=4M procs=1 task_size=4097", 1, 16, "no address of a page"},
	{"ram=4M procs=1 vmas=many", 1, 16, "not a number"},
	{"ram=4M task_size=1G mmap_base=2G", 1, 21, "beyond task_size"},
	{"ram=4M task_size=1G start_brk=2G", 1, 21, "beyond task_size"},
};
/* clang-format on */

static void bad_descriptions(struct mm_prop_run *p)
{
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct mm_error e = {NULL, 0, 0, ""};
		struct mm_machine_desc d;
		int err = mm_machine_desc_parse(&d, refused[i].text, &e);

		PROP(p, err == -MM_EINVAL, "accepted: %s", refused[i].text);
		PROP(p, e.line == refused[i].line && e.col == refused[i].col,
		     "%d:%d: %s, wanted at %d:%d for: %s", e.line, e.col, e.text, refused[i].line,
		     refused[i].col, refused[i].text);
		PROP(p, strncmp(e.text, "machine: ", 9) == 0 && strstr(e.text, refused[i].says),
		     "\"%s\" does not say \"%s\"", e.text, refused[i].says);
		PROP(p, mm_machine_desc_parse(&d, refused[i].text, NULL) == -MM_EINVAL,
		     "refused only to those who ask why: %s", refused[i].text);
		PROP(p, !mm_boot(refused[i].text, NULL), "booted: %s", refused[i].text);
	}
}

/* ---- good descriptions ---- */

/* clang-format off */
static const struct {
	const char *text;
	uint64_t first[2], last[2]; /* ranges of RAM, in pages */
	int nr_ram;
	uint64_t zone_end[MM_NR_ZONES];
	unsigned int max_order, pageblock_order;
	int cpus;
} accepted[] = {
	{"ram=4M", {0, 1024}, {0, 1024}, 1, {0, 0, 1024, 1024, 1024}, 10, 9, 1},
	{"machine ram=1p", {0, 1}, {0, 1}, 1, {0, 0, 1, 1, 1}, 10, 9, 1},
	{"\tram=0x400000\r\n# comment\nmax_order=0 # more", {0, 1024}, {0, 1024}, 1,
	 {0, 0, 1024, 1024, 1024}, 0, 0, 1},
	{"ram=4M max_order=5 cpus=64", {0, 1024}, {0, 1024}, 1, {0, 0, 1024, 1024, 1024}, 5, 5, 64},
	{"ram=1M-2M,3M-4M", {256, 512}, {768, 1024}, 2, {0, 0, 1024, 1024, 1024}, 10, 9, 1},
	{"ram=4M hole=1M-2M", {0, 256}, {512, 1024}, 2, {0, 0, 1024, 1024, 1024}, 10, 9, 1},
	{"ram=4M hole=0-1M,3M-4M", {256, 768}, {256, 768}, 1, {0, 0, 768, 768, 768}, 10, 9, 1},
	{"ram=0-1M,2M-3M hole=0-1M", {512, 768}, {512, 768}, 1, {0, 0, 768, 768, 768}, 10, 9, 1},
	{"dma=1M ram=4M", {0, 1024}, {0, 1024}, 1, {256, 256, 1024, 1024, 1024}, 10, 9, 1},
	{"ram=4M dma32=8M", {0, 1024}, {0, 1024}, 1, {0, 1024, 1024, 1024, 1024}, 10, 9, 1},
	{"ram=4M dma=1M dma32=0 normal=2M", {0, 1024}, {0, 1024}, 1, {256, 256, 512, 512, 1024},
	 10, 9, 1},
	{"ram=4M highmem=3M", {0, 1024}, {0, 1024}, 1, {0, 0, 768, 768, 1024}, 10, 9, 1},
	{"ram=4M normal=2M highmem=3M", {0, 1024}, {0, 1024}, 1, {0, 0, 512, 768, 1024}, 10, 9, 1},
	{"ram=64G", {0, 16777216}, {0, 16777216}, 1, {0, 0, 16777216, 16777216, 16777216}, 10, 9, 1},
};
/* clang-format on */

static void good_descriptions(struct mm_prop_run *p)
{
	size_t i;

	for (i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		const char *text = accepted[i].text;
		struct mm_error e = {NULL, 0, 0, ""};
		struct mm_machine_desc d;
		const struct mm_range *last;

		PROP(p, mm_machine_desc_parse(&d, text, &e) == 0, "refused: %s: %s", text, e.text);
		last = &d.ram[d.nr_ram - 1];
		PROP(p,
		     d.nr_ram == accepted[i].nr_ram && d.ram[0].start == accepted[i].first[0] &&
			     d.ram[0].end == accepted[i].first[1] &&
			     last->start == accepted[i].last[0] && last->end == accepted[i].last[1],
		     "%s: other RAM", text);
		PROP(p, memcmp(d.zone_end, accepted[i].zone_end, sizeof(d.zone_end)) == 0,
		     "%s: other zones", text);
		PROP(p,
		     d.max_order == accepted[i].max_order &&
			     d.pageblock_order == accepted[i].pageblock_order &&
			     d.cpus == accepted[i].cpus,
		     "%s: other orders or CPUs", text);
	}
}

static void other_fields_are_read(struct mm_prop_run *p)
{
	struct mm_machine_desc d;

	PROP(p,
	     mm_machine_desc_parse(&d,
				   "ram=8M reserved=0-64K,1M-2M contents=full seed=0xFa "
				   "kernel=6.12 pcp=off thp=none",
				   NULL) == 0,
	     "refused");
	PROP(p,
	     d.nr_reserved == 2 && d.reserved[0].end == 16 && d.reserved[1].start == 256 &&
		     d.contents == MM_CONTENTS_FULL && d.seed == 250,
	     "reserved, contents or seed");
	PROP(p, !d.pcp && !d.thp_order && !d.cache_slice, "lists of CPUs on a small machine");
	PROP(p, mm_machine_desc_parse(&d, "ram=64M", NULL) == 0 && d.pcp && d.thp_order == 9,
	     "no lists of CPUs on a large one");
	PROP(p, mm_machine_desc_parse(&d, "ram=16383p", NULL) == 0 && !d.pcp && d.thp_order == 9,
	     "lists of CPUs one page below 64M");
	PROP(p,
	     mm_machine_desc_parse(&d, "ram=4M max_order=6 pcp=on thp=5 cache=64K", NULL) == 0 &&
		     d.pcp && d.thp_order == 5 && d.cache_slice == 65536,
	     "pcp, thp or cache");
	PROP(p, mm_machine_desc_parse(&d, "ram=64M thp=none", NULL) == 0 && !d.thp_order,
	     "huge pages that were declined");
	PROP(p,
	     d.memblock_regions == 128 &&
		     mm_machine_desc_parse(&d, "ram=64M memblock_regions=8", NULL) == 0 &&
		     d.memblock_regions == 8,
	     "room of tables");
}

static void nodes_are_read(struct mm_prop_run *p)
{
	struct mm_machine_desc d;

	PROP(p,
	     mm_machine_desc_parse(&d,
				   "ram=8M nodes=0-1M,4M-8M/none/1M-4M cpus=4 max_order=6 "
				   "hotplug=2M-3M mirror=0-1M kernelcore=30% movablecore=1M",
				   NULL) == 0,
	     "refused");
	PROP(p,
	     d.nr_nodes == 3 && d.nr_ram == 5 && d.ram[0].nid == 0 && d.ram[1].nid == 2 &&
		     d.ram[3].nid == 2 && d.ram[4].nid == 0 && d.ram[4].start == 1024,
	     "%d nodes, %d ranges", d.nr_nodes, d.nr_ram);
	PROP(p,
	     d.ram[0].flags == MM_RAM_MIRROR && !d.ram[1].flags &&
		     d.ram[2].flags == MM_RAM_HOTPLUG && d.ram[2].start == 512,
	     "kinds of RAM");
	PROP(p,
	     d.cpu_node[0] == 0 && d.cpu_node[1] == 0 && d.cpu_node[2] == 1 && d.cpu_node[3] == 2 &&
		     d.distance[0][0] == 10 && d.distance[0][2] == 20,
	     "CPUs or distances that are not given");
	PROP(p, d.kernelcore.percent == 30 && d.movablecore.pages == 256, "what is Movable");
	PROP(p,
	     mm_machine_desc_parse(&d, "ram=0-4M,6M-10M nodes=2 max_order=6", NULL) == 0 &&
		     d.nr_ram == 2 && d.ram[1].nid == 1,
	     "an even split that falls on a hole");
	PROP(p,
	     mm_machine_desc_parse(&d, "ram=1T nodes=8 cpus=64 profile=x86-64", NULL) == 0 &&
		     d.deferred && d.nr_ram == 8 && d.zone_end[MM_ZONE_DMA] == 4096 &&
		     d.zone_end[MM_ZONE_DMA32] == 1048576,
	     "a large machine");
}

static void sysctls_are_read(struct mm_prop_run *p)
{
	struct mm_machine_desc d;

	PROP(p,
	     mm_machine_desc_parse(&d,
				   "ram=8M min_free_kbytes=77 watermark_scale_factor=3000 "
				   "lowmem_reserve_ratio=1/2",
				   NULL) == 0,
	     "refused");
	PROP(p, d.sysctl.min_free_kbytes == 77 && d.sysctl.watermark_scale_factor == 3000,
	     "sysctls");
	PROP(p,
	     d.sysctl.lowmem_reserve_ratio[0] == 1 && d.sysctl.lowmem_reserve_ratio[1] == 2 &&
		     d.sysctl.lowmem_reserve_ratio[2] == 32,
	     "ratios that are given, and those that are not");
}

/* ---- any text ---- */

static void check_sound(struct mm_prop_run *p, const struct mm_machine_desc *d)
{
	uint64_t below = 0;
	int i;

	PROP(p, d->nr_ram > 0 && d->nr_ram <= MM_RAM_RANGES_MAX, "%d ranges", d->nr_ram);
	for (i = 0; i < d->nr_ram; i++) {
		PROP(p, d->ram[i].start >= below && d->ram[i].start < d->ram[i].end, "range %d", i);
		below = d->ram[i].end;
	}
	PROP(p, below <= MM_SPANNED_MAX && d->zone_end[MM_ZONE_MOVABLE] == below, "the end of RAM");
	for (i = 1; i < MM_NR_ZONES; i++)
		PROP(p, d->zone_end[i - 1] <= d->zone_end[i], "limit of zone %d", i);
	PROP(p, d->max_order <= MM_ORDER_LIMIT && d->pageblock_order <= d->max_order, "orders");
	PROP(p, d->cpus >= 1 && d->cpus <= MM_CPUS_MAX, "%d CPUs", d->cpus);
}

static int lines_of(const char *text)
{
	int n = 1;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* Refused with a place in the text, or sound. */
static void judge_text(struct mm_prop_run *p, const char *text)
{
	struct mm_error e = {NULL, 0, 0, ""};
	struct mm_machine_desc d;
	int err = mm_machine_desc_parse(&d, text, &e);

	if (!err) {
		check_sound(p, &d);
		return;
	}
	PROP(p, err == -MM_EINVAL, "refused with %d", err);
	PROP(p,
	     e.line >= 1 && e.line <= lines_of(text) && e.col >= 1 &&
		     (size_t)e.col <= strlen(text) + 1,
	     "refused at %d:%d of \"%s\"", e.line, e.col, text);
	PROP(p, strncmp(e.text, "machine: ", 9) == 0, "refused with \"%s\"", e.text);
}

static void any_bytes_are_judged(struct mm_prop_run *p)
{
	char text[200];
	size_t len = prop_below(p, sizeof(text));
	size_t i;

	for (i = 0; i < len; i++)
		text[i] = (char)(1 + prop_below(p, 255));
	text[len] = '\0';
	judge_text(p, text);
}

/* One small machine in eight: what is accepted boots, and boots healthy. */
static void boot_and_sweep(struct mm_prop_run *p, const char *text)
{
	struct mm_machine_desc d;
	struct mm_walk w;

	if (prop_below(p, 8) || mm_machine_desc_parse(&d, text, NULL) ||
	    d.zone_end[MM_ZONE_MOVABLE] > 8192 || !mm_walk_open(&w, p, text))
		return;
	PROP(p, mm_checker_sweep(w.checker), "%s: %s: %s", text, w.checker->report.first.id,
	     w.checker->report.first.text);
	mm_walk_close(&w);
}

static void damaged_descriptions_are_judged(struct mm_prop_run *p)
{
	static const char odd[] = "0123456789-,/=pKMGTx# \n\tramdholesivuf_\xff";
	char text[MM_WALK_MACHINE_LEN];
	uint64_t n;

	mm_walk_any_machine(p, text, sizeof(text));
	judge_text(p, text);
	boot_and_sweep(p, text);
	for (n = 1 + prop_below(p, 4); n; n--) {
		char c = odd[prop_below(p, sizeof(odd) - 1)];

		text[prop_below(p, strlen(text))] = c;
	}
	judge_text(p, text);
	boot_and_sweep(p, text);
}

static void sizes_have_units(struct mm_prop_run *p)
{
	static const char *const forms[] = {"%llu%c", "0x%llx%c", "0X%llX%c"};
	static const char units[] = "KMGTp";
	static const int shift[] = {10, 20, 30, 40, MM_PAGE_SHIFT};
	uint64_t v = prop_any(p, 64);
	size_t u = prop_below(p, 5);
	bool fits = v <= UINT64_MAX >> shift[u];
	char text[40];
	uint64_t bytes = 0;
	int len;

	len = snprintf(text, sizeof(text), forms[prop_below(p, 3)], (unsigned long long)v,
		       units[u]);
	PROP(p, len > 0 && mm_machine_size_parse(text, (size_t)len, &bytes) == fits,
	     "%s: taken or refused", text);
	PROP(p, !fits || bytes == v << shift[u], "%s is %llu", text, (unsigned long long)bytes);
	/* without its unit, and what follows len is not looked at */
	PROP(p, mm_machine_size_parse(text, (size_t)len - 1, &bytes) && bytes == v, "%s cut", text);
}

/* ---- sysctls ---- */

static void sysctls_are_found_and_bounded(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(SMALL, NULL);
	struct mm_ctx x;
	size_t i;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	PROP(p, mm_sysctl_find("min_free", 8) == -1 && mm_sysctl_find("", 0) == -1,
	     "found nothing");
	PROP(p, mm_sysctl_store(&x, mm_sysctl_count(), 1) == -MM_EINVAL, "one too many");
	for (i = 0; i < mm_sysctl_count(); i++) {
		const char *name = mm_sysctl_name(i);
		uint64_t max = mm_sysctl_max(i);
		/* below 8, fractions are refused */
		uint64_t v = max < 100 ? prop_below(p, max + 1) : 8 + prop_below(p, 93);

		PROP(p, mm_sysctl_find(name, strlen(name)) == (int)i, "%s is not found", name);
		PROP(p, mm_sysctl_store(&x, i, v) == 0 && mm_sysctl_get(m, i) == v, "%s", name);
		PROP(p,
		     mm_sysctl_store(&x, i, UINT64_MAX) == -MM_EINVAL &&
			     mm_sysctl_store(&x, i, max + 1) == -MM_EINVAL,
		     "%s takes anything", name);
		PROP(p, mm_sysctl_get(m, i) == v, "%s changed though refused", name);
		PROP(p, mm_sysctl_store(&x, i, max) == 0 && mm_sysctl_get(m, i) == max,
		     "%s is bounded below what it takes", name);
	}
	mm_machine_destroy(m);
}

/* ---- digest and reset ---- */

/* After each operation, what the touched set kept is what a sweep computes. */
static void digest_follows(struct mm_prop_run *p)
{
	const struct mm_run_options each = {.sweep_every = 1, .atomic = true};
	char machine[MM_WALK_MACHINE_LEN];
	struct mm_trace t;
	struct mm_walk w;

	mm_walk_any_machine(p, machine, sizeof(machine));
	if (!mm_walk_open(&w, p, machine))
		return;
	mm_trace_init(&t);
	mm_walk_trace(p, &t, machine, 60);
	PROP(p, mm_run_trace(w.run, &t, &each) == 0, "no host memory");
	PROP(p, w.run->finding != MM_FINDING_CLAIM, "%s: %s: %s", machine, w.run->claim,
	     w.run->text);
	PROP(p, mm_machine_digest(w.m) == mm_machine_digest_sweep(w.m), "the digest is not kept");
	/* without anybody following, the sweep is still right */
	mm_machine_digest_rebuild(w.m);
	PROP(p, mm_machine_digest(w.m) == mm_machine_digest_sweep(w.m),
	     "the digest is not rebuilt");
	p->checks += w.checker->report.checks;
	mm_trace_free(&t);
	mm_walk_close(&w);
}

static uint64_t digest_after(struct mm_walk *w, const struct mm_trace *t, size_t nr)
{
	const struct mm_run_options o = {.atomic = true};
	struct mm_trace cut = *t;

	cut.nr = nr;
	if (mm_run_trace(w->run, &cut, &o))
		return 0;
	return mm_machine_digest(w->m);
}

/* A machine's history before a reset cannot be told from what comes after. */
static void reset_is_fresh(struct mm_prop_run *p)
{
	const char *machine = mm_walk_machines[prop_below(p, 16)];
	struct mm_trace t;
	struct mm_walk fresh;
	struct mm_walk used;
	size_t nr;

	mm_trace_init(&t);
	mm_walk_trace(p, &t, machine, 200);
	if (!mm_walk_open(&fresh, p, machine) || !mm_walk_open(&used, p, machine))
		return;
	PROP(p, mm_machine_digest(fresh.m) == mm_machine_digest(used.m), "%s boots to two digests",
	     machine);
	for (nr = 0; nr < 4; nr++) {
		(void)digest_after(&used, &t, prop_below(p, t.nr));
		mm_run_reset(used.run);
		PROP(p, mm_checker_fresh(used.checker), "%s: %s", machine,
		     used.checker->report.first.text);
		PROP(p, used.m->nr_outcomes == 0, "an outcome survives a reset");
	}
	PROP(p, digest_after(&fresh, &t, t.nr) == digest_after(&used, &t, t.nr),
	     "%s: a trace goes another way on a reset machine", machine);
	mm_walk_close(&fresh);
	mm_walk_close(&used);
	mm_trace_free(&t);
}

/* Two machines, used in turns: each ends as if it were alone. */
static void machines_are_apart(struct mm_prop_run *p)
{
	const struct mm_run_options o = {.atomic = true};
	struct mm_walk w[2];
	struct mm_walk alone;
	struct mm_trace t;
	size_t i;

	mm_trace_init(&t);
	mm_walk_trace(p, &t, mm_walk_machines[0], 150);
	if (!mm_walk_open(&w[0], p, mm_walk_machines[0]) ||
	    !mm_walk_open(&w[1], p, mm_walk_machines[1]) ||
	    !mm_walk_open(&alone, p, mm_walk_machines[1]))
		return;
	for (i = 0; i < 12; i++) {
		(void)digest_after(&w[1], &t, prop_below(p, t.nr));
		mm_run_reset(w[1].run);
		(void)digest_after(&w[0], &t, prop_below(p, t.nr));
		mm_run_reset(w[0].run);
	}
	PROP(p, mm_run_trace(w[0].run, &t, &o) == 0, "no host memory");
	PROP(p, digest_after(&w[1], &t, t.nr) == digest_after(&alone, &t, t.nr),
	     "a machine is disturbed by another");
	for (i = 0; i < 2; i++) {
		PROP(p, mm_checker_sweep(w[i].checker), "%s", w[i].checker->report.first.text);
		mm_walk_close(&w[i]);
	}
	mm_walk_close(&alone);
	mm_trace_free(&t);
}

/* ---- listeners and outcomes ---- */

static void count_event(void *env, const struct mm_event *ev)
{
	(void)ev;
	++*(int *)env;
}

static void listeners_hear_what_they_ask_for(struct mm_prop_run *p)
{
	static const struct mm_upcalls upcalls;
	struct mm_machine *m = mm_boot(SMALL, NULL);
	int heard[MM_LISTENERS_MAX + 1] = {0};
	struct mm_ctx x;
	int i;

	PROP(p, m, "the machine does not boot");
	for (i = 0; i <= MM_LISTENERS_MAX; i++) {
		struct mm_listener l = {MM_EV_BIT(i), count_event, &heard[i]};

		PROP(p, mm_event_listen(m, &l) == (i < MM_LISTENERS_MAX ? 0 : -MM_ENOSPC),
		     "listener %d", i);
	}
	m->upcalls = &upcalls;
	mm_machine_reset(m);
	PROP(p, m->upcalls == &upcalls, "the run's upcalls do not survive a reset");
	PROP(p, mm_event_mask(m) == (1u << MM_LISTENERS_MAX) - 1, "the mask after a reset");
	mm_event_unlisten(m, &heard[1]);
	mm_ctx_init(&x, m, 0);
	for (i = 0; i <= MM_LISTENERS_MAX; i++)
		mm_event_send(&x, &(const struct mm_event){(enum mm_event_kind)i, 0, {0}});
	for (i = 0; i <= MM_LISTENERS_MAX; i++)
		PROP(p, heard[i] == (i != 1 && i < MM_LISTENERS_MAX), "listener %d heard %d", i,
		     heard[i]);
	mm_machine_destroy(m);
}

static void outcomes_are_a_log(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(SMALL, NULL);
	uint64_t digest = m ? mm_machine_digest(m) : 0;
	struct mm_ctx x;
	int o;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	for (o = 0; o < MM_OUTCOME_NR; o++) {
		mm_machine_outcome(&x, (enum mm_outcome)o, 7 + (uint64_t)o);
		PROP(p,
		     m->outcomes[o] == 1 && m->outcome_object[o] == 7 + (uint64_t)o &&
			     m->last_outcome == (enum mm_outcome)o &&
			     m->nr_outcomes == 1 + (uint64_t)o,
		     "%s is not recorded", mm_machine_outcome_name((enum mm_outcome)o));
	}
	PROP(p, mm_machine_digest_sweep(m) == digest, "a log changes the digest");
	mm_machine_destroy(m);
}

/* ---- plantings ---- */

static void slept_under_a_lock(struct mm_victim *v)
{
	struct mm_lock l;

	mm_lock_init(&l, "planted", MM_LOCK_RANK_ZONE);
	mm_lock_acquire(v->x, &l);
	mm_lock_might_sleep(v->x);
	mm_lock_release(v->x, &l);
	mm_touch(v->x, MM_OBJ_MACHINE, 0);
}

static void never_released(struct mm_victim *v)
{
	struct mm_lock l;

	mm_lock_init(&l, "planted", MM_LOCK_RANK_ZONE);
	mm_lock_acquire(v->x, &l);
	mm_touch(v->x, MM_OBJ_MACHINE, 0);
}

static const struct mm_plant plants[] = {
	{"machine.lock_clean", slept_under_a_lock, NULL, false},
	{"machine.lock_none_held", never_released, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_machine_props[] = {
	{"machine.bad_descriptions_are_refused_at_their_place", bad_descriptions, 1},
	{"machine.good_descriptions_mean_what_they_say", good_descriptions, 1},
	{"machine.other_fields_are_read", other_fields_are_read, 1},
	{"machine.nodes_are_read", nodes_are_read, 1},
	{"machine.sysctls_are_read", sysctls_are_read, 1},
	{"machine.any_bytes_are_judged", any_bytes_are_judged, 3000},
	{"machine.damaged_descriptions_are_judged", damaged_descriptions_are_judged, 3000},
	{"machine.sizes_have_units", sizes_have_units, 1000},
	{"machine.sysctls_are_found_and_bounded", sysctls_are_found_and_bounded, 3},
	{"machine.digest_follows_the_touched_set", digest_follows, 40},
	{"machine.reset_is_fresh", reset_is_fresh, 10},
	{"machine.machines_are_apart", machines_are_apart, 3},
	{"machine.listeners_hear_what_they_ask_for", listeners_hear_what_they_ask_for, 1},
	{"machine.outcomes_are_a_log", outcomes_are_a_log, 1},
	{"machine." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
