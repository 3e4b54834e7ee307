/* SPDX-License-Identifier: MIT */
/*
 * record: what must hold of a recording whoever makes it: a description made of
 * zoneinfo gives the same zones again, lines pass as they are or not at all, and
 * no name is in what passes.
 */
#include "fuzz/record/record.h"

#include "mm/machine.h"
#include "mm/zone.h"

#include "fuzz/record/events.h"
#include "fuzz/record/host.h"
#include "fuzz/record/strace.h"
#include "invariants/engine/proc_machine.h"
#include "invariants/engine/prop.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the machine ---- */

/* Where zoneinfo has these; the CPUs of a node do not matter for sizes. */
static struct mm_record_host *host_of(const struct mm_proc *v, const struct mm_machine *m)
{
	struct mm_record_host *h = calloc(1, sizeof(*h));
	int c;

	if (!h)
		return NULL;
	h->zoneinfo = v->u.zoneinfo;
	h->max_order = m->desc.max_order;
	h->pageblock_order = m->desc.pageblock_order;
	h->min_free_kbytes = m->sysctl.min_free_kbytes;
	h->watermark_scale_factor = m->sysctl.watermark_scale_factor;
	for (c = 0; c < m->desc.cpus; c++)
		h->cpu_node[h->nr_cpus++] = m->desc.cpu_node[c];
	return h;
}

/* What the firmware would say: some ranges, cut as it likes. */
static void tell_ram(struct mm_record_host *h, const struct mm_machine *m)
{
	int i;

	for (i = 0; i < m->desc.nr_ram; i++) {
		h->ram[h->nr_ram].start = m->desc.ram[i].start;
		h->ram[h->nr_ram++].end = m->desc.ram[i].end;
	}
}

static void same_zones(struct mm_prop_run *p, const struct mm_machine *a,
		       const struct mm_machine *b)
{
	int i;

	PROP(p, a->nr_zones == b->nr_zones, "%d zones became %d", a->nr_zones, b->nr_zones);
	for (i = 0; i < a->nr_zones; i++) {
		const struct zone *x = &a->zones[i];
		const struct zone *y = &b->zones[i];

		if (!x->present && !y->present)
			continue;
		PROP(p, x->start_pfn == y->start_pfn && x->spanned == y->spanned,
		     "zone %d: its span", i);
		PROP(p, x->present == y->present, "zone %d: %llu present became %llu", i,
		     (unsigned long long)x->present, (unsigned long long)y->present);
		PROP(p, x->managed == y->managed, "zone %d: %llu managed became %llu", i,
		     (unsigned long long)x->managed, (unsigned long long)y->managed);
	}
}

static void comes_back(struct mm_prop_run *p, const struct mm_machine *m, bool firmware)
{
	char why[MM_RECORD_WHY_MAX] = "";
	struct mm_error e = {0};
	struct mm_machine *again;
	struct mm_record_host *h;
	struct mm_proc v;
	char *text = NULL;
	size_t len = 0;
	FILE *out;
	bool ok;

	if (!mm_proc_try_printed(p, &v, MM_PROC_ZONEINFO, m))
		return;
	h = host_of(&v, m);
	out = open_memstream(&text, &len);
	if (h && firmware)
		tell_ram(h, m);
	ok = h && out && mm_record_describe(h, out, why);
	if (out)
		(void)fclose(out);
	again = ok ? mm_boot(text, &e) : NULL;
	p->checks++;
	if (again)
		same_zones(p, m, again);
	else
		prop_fail(p, __FILE__, __LINE__, "%s%s\n%s", why, e.text, ok ? text : "");
	if (again)
		mm_machine_destroy(again);
	mm_proc_free(&v);
	free(text);
	free(h);
}

/* Holes, reserved pages, zones and nodes as machines have them, in small. */
static void describe_any(struct mm_prop_run *p, char *text, size_t size)
{
	static const char *const zones[] = {"", "dma=1M", "dma=1M dma32=4M", "dma32=4M",
					    "dma=1M dma32=4M normal=12M highmem=12M"};
	static const char *const nodes[] = {"", "nodes=2", "nodes=3 cpus=5"};
	unsigned int pages = 2048 + (unsigned int)prop_below(p, 4096);
	unsigned int hole = 16 + (unsigned int)prop_below(p, 1500);
	unsigned int reserved = (unsigned int)prop_below(p, 12);
	const char *zone = zones[prop_below(p, 5)];
	const char *node = nodes[prop_below(p, 3)];

	/* RAM from the second page on, as on a PC; Movable is of one node */
	if (strstr(zone, "highmem"))
		node = "";
	(void)snprintf(text, size,
		       "ram=0x1000-%up hole=%up-%up reserved=%up-%up max_order=6 "
		       "pageblock_order=4 %s %s",
		       pages, hole, hole + 1 + (unsigned int)prop_below(p, 400), 2u, 3 + reserved,
		       zone, node);
}

static void zoneinfo_gives_the_same_zones(struct mm_prop_run *p)
{
	struct mm_error e = {0};
	struct mm_machine *m;
	char text[256];
	char why[400];

	describe_any(p, text, sizeof(text));
	m = mm_boot(text, &e);
	PROP(p, m, "%s: %s", text, mm_error_text(&e, why, sizeof(why)));
	comes_back(p, m, false);
	comes_back(p, m, true);
	mm_machine_destroy(m);
}

static void what_cannot_be_told_is_refused(struct mm_prop_run *p)
{
	static struct mm_proc_zone zone[2] = {{.name = "DMA", .nr_protection = 1},
					      {.name = "Device", .nr_protection = 1}};
	static struct mm_record_host h;
	char why[MM_RECORD_WHY_MAX] = "";

	PROP(p, !mm_record_describe(&h, stderr, why) && strstr(why, "no zone has pages"),
	     "no zones: %s", why);
	h.zoneinfo.zone = zone;
	h.zoneinfo.nr_zones = 2;
	zone[0].pages[MM_PROC_SPANNED] = zone[0].pages[MM_PROC_PRESENT] = 64;
	zone[1].pages[MM_PROC_SPANNED] = zone[1].pages[MM_PROC_PRESENT] = 64;
	PROP(p, !mm_record_describe(&h, stderr, why) && strstr(why, "zone Device"), "Device: %s",
	     why);
}

/* ---- lines ---- */

struct sunk {
	struct mm_record_sink sink;
	char path[64];
};

static bool sink_open(struct mm_prop_run *p, struct sunk *s)
{
	static const char template[] = "/tmp/mmref-record-prop-XXXXXX";
	int fd;

	memset(s, 0, sizeof(*s));
	memcpy(s->path, template, sizeof(template));
	fd = mkstemp(s->path);
	if (fd < 0 || close(fd) || !mm_record_sink_open(&s->sink, "/tmp", s->path + 5)) {
		prop_fail(p, __FILE__, __LINE__, "%s cannot be written", s->path);
		return false;
	}
	return true;
}

/* What was written, unpacked, as text; malloc'ed. */
static char *sink_text(struct sunk *s, size_t size)
{
	char *text = calloc(1, size);
	gzFile gz;

	mm_record_sink_close(&s->sink);
	gz = gzopen(s->path, "rb");
	if (gz && text)
		(void)gzread(gz, text, (unsigned int)size - 1);
	if (gz)
		(void)gzclose(gz);
	(void)unlink(s->path);
	return text;
}

#define EVENT "-123     [001] d..1.  41.000001: mm_page_free: page=1 pfn=0x1 order=0"

/* 15 bytes of anything a task may call itself, the word among them. */
static void any_task(struct mm_prop_run *p, char task[17])
{
	static const char bytes[] = "a-1 [0]:.\x01\t\x7f";
	int i;

	for (i = 0; i < 16; i++)
		task[i] = bytes[prop_below(p, sizeof(bytes) - 1)];
	task[0] = ' ';
	memcpy(task + 1 + prop_below(p, 10), "secret", 6);
	task[16] = '\0';
}

static void no_task_passes(struct mm_prop_run *p)
{
	struct mm_record_names names = {NULL, 0};
	struct mm_record_events *ev = calloc(1, sizeof(*ev));
	struct mm_record_event_text t = {ev, &names, NULL};
	char line[200];
	char task[17];
	struct sunk s;
	char *text;
	int i;

	if (!ev || !sink_open(p, &s)) {
		free(ev);
		return;
	}
	t.sink = &s.sink;
	for (i = 0; i < 100; i++) {
		any_task(p, task);
		(void)snprintf(line, sizeof(line), "%s%s", task, EVENT);
		mm_record_event_line(&t, line, strlen(line));
	}
	text = sink_text(&s, 65536);
	p->checks++;
	if (!text || ev->total != 100 || ev->withheld || strstr(text, "secret") ||
	    !strstr(text, " c-1" EVENT "\n"))
		prop_fail(p, __FILE__, __LINE__, "of 100 events %llu: %.200s",
			  (unsigned long long)ev->total, text ? text : "");
	mm_record_names_fini(&names);
	free(text);
	free(ev);
}

/* A line that is cut anywhere, or whose layout is another, does not pass. */
static void only_events_pass(struct mm_prop_run *p)
{
	static const char *const bad[] = {
		"secret",
		"   secret-123     [001] d..1.  41.000001: mm_page_free: page=1 pfn=0x1 order=0",
		"            gcc-123     [x01] d..1.  41.000001: mm_page_free: secret=1",
		"            gcc-123     [001] d..1.  41.000001: secret: mm_page_free: 1",
		"            gcc-123     [001] d..1.  41.000001: mm_page_free secret",
		"            gcc-123     [001] d..1.  41.000001: mm_page_free: secret\x1b",
		"CPU:0 [LOST secret EVENTS]",
		"CPU:0 [LOST 1 EVENTS] secret",
	};
	struct mm_record_names names = {NULL, 0};
	struct mm_record_events *ev = calloc(1, sizeof(*ev));
	struct mm_record_event_text t = {ev, &names, NULL};
	const size_t nr = sizeof(bad) / sizeof(bad[0]);
	size_t i;

	for (i = 0; ev && i < nr; i++)
		mm_record_event_line(&t, bad[i], strlen(bad[i]));
	p->checks++;
	if (!ev || ev->withheld != nr || ev->total || ev->notices)
		prop_fail(p, __FILE__, __LINE__, "of %zu bad lines %llu were withheld", nr,
			  (unsigned long long)(ev ? ev->withheld : 0));
	if (ev)
		mm_record_event_line(&t, "CPU:3 [LOST 12 EVENTS]", 22);
	p->checks++;
	if (!ev || ev->notices != 1 || ev->reported != 12)
		prop_fail(p, __FILE__, __LINE__, "a notice of loss was not read");
	mm_record_names_fini(&names);
	free(ev);
}

static void texts_of_calls_become_numbers(struct mm_prop_run *p)
{
	static const char *const lines[][2] = {
		{"1 execve(\"/secret\", [\"a\\\"secret\", \"\"], 0x7f /* 9 vars */) = 0",
		 "1 execve(\"s-1\", [\"s-2\", \"s-3\"], 0x7f /* 9 vars */) = 0\n"},
		{"1 memfd_create(\"/secret\"..., 0) = 3", "1 memfd_create(\"s-1\"..., 0) = 3\n"},
		{"1 execve(\"secret\\\\\", 0) = \"sec", "1 execve(\"s-4\", 0) = \"s-5\"\n"},
		{"1 brk(NULL) = 0x1000 <0.1>", "1 brk(NULL) = 0x1000 <0.1>\n"},
		{"", "\n"},
	};
	struct mm_record_names names = {NULL, 0};
	struct mm_record_strace_text t = {&names, NULL, 0, 0};
	char want[1024] = "";
	size_t at = 0;
	struct sunk s;
	char *text;
	size_t i;

	if (!sink_open(p, &s))
		return;
	t.sink = &s.sink;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		mm_record_strace_line(&t, lines[i][0], strlen(lines[i][0]));
		at += (size_t)snprintf(want + at, sizeof(want) - at, "%s", lines[i][1]);
	}
	text = sink_text(&s, 4096);
	p->checks++;
	if (!text || strcmp(text, want) != 0 || t.withheld != 1)
		prop_fail(p, __FILE__, __LINE__, "calls became: %s", text ? text : "");
	mm_record_names_fini(&names);
	free(text);
}

const struct mm_prop mm_record_props[] = {
	{"record.zoneinfo_gives_the_same_zones", zoneinfo_gives_the_same_zones, 40},
	{"record.what_cannot_be_told_is_refused", what_cannot_be_told_is_refused, 1},
	{"record.no_task_passes", no_task_passes, 5},
	{"record.only_events_pass", only_events_pass, 1},
	{"record.texts_of_calls_become_numbers", texts_of_calls_become_numbers, 1},
	{NULL, NULL, 0},
};
