/* SPDX-License-Identifier: MIT */
/*
 * proc: what must hold of the parser of /proc: a real kernel's files come back
 * to the byte, and a changed byte is either refused with its place or comes
 * back too.
 */
#include "fuzz/import/proc.h"

#include "mm/rng.h"

#include "invariants/engine/proc_try.h"

#include <stdlib.h>
#include <string.h>

/* Where the tree lies; without it, the folder the program runs in. */
#ifndef MM_SOURCE_DIR
#define MM_SOURCE_DIR "."
#endif

#define SAVED MM_SOURCE_DIR "/corpus/recordings/proc/linux-6.18-2cpu-24g/"

/* A saved file; the bytes are the caller's.  False, and p has failed. */
static bool load(struct mm_prop_run *p, struct mm_proc_text *t, enum mm_proc_kind kind)
{
	static const char *const path[MM_PROC_NR_KINDS] = {
		[MM_PROC_ZONEINFO] = SAVED "zoneinfo",
		[MM_PROC_BUDDYINFO] = SAVED "buddyinfo",
		[MM_PROC_PAGETYPEINFO] = SAVED "pagetypeinfo",
		[MM_PROC_VMSTAT] = SAVED "vmstat",
		[MM_PROC_MAPS] = SAVED "maps",
	};
	struct mm_error e = {0};
	char why[400];

	if (!mm_proc_load(t, path[kind], &e))
		return true;
	prop_fail(p, __FILE__, __LINE__, "%s", mm_error_text(&e, why, sizeof(why)));
	return false;
}

static void unload(struct mm_proc_text *t)
{
	free((char *)t->bytes);
	t->bytes = NULL;
}

/* A saved file, parsed; false, and p has failed. */
static bool saved(struct mm_prop_run *p, struct mm_proc *v, enum mm_proc_kind kind)
{
	struct mm_proc_text t;
	bool ok;

	if (!load(p, &t, kind))
		return false;
	ok = mm_proc_try(p, v, kind, &t);
	unload(&t);
	return ok;
}

static void saved_copies_come_back(struct mm_prop_run *p)
{
	struct mm_proc v;
	int kind;

	for (kind = 0; kind < MM_PROC_NR_KINDS; kind++) {
		if (saved(p, &v, (enum mm_proc_kind)kind))
			mm_proc_free(&v);
	}
}

/* ---- values, read off the saved files by eye ---- */

static uint64_t value_of(const struct mm_proc_stats *s, const char *name)
{
	const struct mm_proc_stat *stat = mm_proc_stat_find(s, name);

	return stat ? stat->value : UINT64_MAX;
}

static void check_normal(struct mm_prop_run *p, const struct mm_proc_zoneinfo *info)
{
	static const uint64_t pageset[MM_PROC_NR_PAGESET] = {8386, 8726, 63, 6750, 86016, 28};
	static const uint64_t pages[MM_PROC_NR_PAGES] = {1232740, 0,       10800,   13500,   16200,
							 18900,   5505024, 5505024, 1376256, 0};
	const struct mm_proc_zone *z = mm_proc_zone_find(info, 0, "Normal");

	PROP(p, info->nr_zones == 5 && z && !mm_proc_zone_find(info, 1, "Normal"), "zones");
	PROP(p, memcmp(z->pages, pages, sizeof(pages)) == 0, "Normal: pages");
	PROP(p, z->has == (1u << MM_PROC_NR_PAGES) - 1, "Normal: lines %x", z->has);
	PROP(p, z->nr_protection == 5 && z->start_pfn == 1048576, "Normal: protection, start");
	PROP(p, !z->node_stats.nr && z->stats.nr == 17, "Normal: %zu counters", z->stats.nr);
	PROP(p, value_of(&z->stats, "numa_interleave") == 1132, "Normal: numa_interleave");
	PROP(p, z->nr_pagesets == 2 && z->pageset[1].cpu == 1, "Normal: %zu pagesets",
	     z->nr_pagesets);
	PROP(p, memcmp(z->pageset[1].field, pageset, sizeof(pageset)) == 0, "Normal: pageset");
}

static void zoneinfo_values(struct mm_prop_run *p)
{
	const struct mm_proc_zone *z;
	struct mm_proc v;

	if (!saved(p, &v, MM_PROC_ZONEINFO))
		return;
	check_normal(p, &v.u.zoneinfo);
	z = mm_proc_zone_find(&v.u.zoneinfo, 0, "DMA");
	if (!z || z->node_stats.nr != 51 || value_of(&z->node_stats, "nr_mapped") != 2637 ||
	    z->protection[1] != 3019)
		prop_fail(p, __FILE__, __LINE__, "DMA: node counters or protection");
	z = mm_proc_zone_find(&v.u.zoneinfo, 0, "Device");
	if (!z || z->pages[MM_PROC_PRESENT] || z->stats.nr || z->nr_pagesets)
		prop_fail(p, __FILE__, __LINE__, "Device is not empty");
	mm_proc_free(&v);
}

static void table_values(struct mm_prop_run *p)
{
	const struct mm_proc_pagetypeinfo *t;
	struct mm_proc v;

	if (!saved(p, &v, MM_PROC_BUDDYINFO))
		return;
	if (v.u.buddyinfo.nr != 3 || v.u.buddyinfo.nr_orders != 11 ||
	    v.u.buddyinfo.row[2].blocks[1] != 2198 ||
	    strcmp(v.u.buddyinfo.row[1].zone, "DMA32") != 0)
		prop_fail(p, __FILE__, __LINE__, "buddyinfo: values");
	mm_proc_free(&v);
	if (!saved(p, &v, MM_PROC_PAGETYPEINFO))
		return;
	t = &v.u.pagetypeinfo;
	if (t->block_order != 9 || t->block_pages != 512 || t->free.nr != 15 ||
	    t->free.row[11].blocks[10] != 930 || strcmp(t->free.row[11].type, "Movable") != 0)
		prop_fail(p, __FILE__, __LINE__, "pagetypeinfo: free blocks");
	if (t->blocks.nr_types != 5 || t->blocks.nr != 3 || t->blocks.row[2].count[2] != 169 ||
	    strcmp(t->blocks.type[3], "HighAtomic") != 0 || t->mixed.nr_types)
		prop_fail(p, __FILE__, __LINE__, "pagetypeinfo: pageblocks");
	mm_proc_free(&v);
	if (!saved(p, &v, MM_PROC_VMSTAT))
		return;
	if (v.u.vmstat.nr != 192 || value_of(&v.u.vmstat, "pgfree") != 189704823)
		prop_fail(p, __FILE__, __LINE__, "vmstat: %zu values", v.u.vmstat.nr);
	mm_proc_free(&v);
}

/* ---- other kernels' files ---- */

#define LINES_EMPTY(lines)                                                                         \
	"Node 1, zone  Movable\n  pages free     0\n" lines "        protection: (0, 0)\n"
#define OLD_PAGES                                                                                  \
	"        min      1\n        low      2\n        high     3\n        spanned  4\n"         \
	"        present  0\n        managed  0\n"
#define MIXED_TABLE                                                                                \
	"Page block order: 9\nPages per block:  512\n\n"                                           \
	"Free pages count per migrate type at order       0      1 \n"                             \
	"Node    0, zone   Normal, type      Movable >100000 1000000 \n"                           \
	"\nNumber of blocks type       Movable          CMA \n"                                    \
	"Node 0, zone   Normal            1            0 \n"                                       \
	"\nNumber of mixed blocks      Movable          CMA \n"                                    \
	"Node 0, zone   Normal            0 123456789012345 \n"

static const struct {
	enum mm_proc_kind kind;
	const char *text;
} others[] = {
	{MM_PROC_ZONEINFO, LINES_EMPTY(OLD_PAGES)},
	{MM_PROC_ZONEINFO, LINES_EMPTY("        boost    7\n" OLD_PAGES "        cma      0\n")},
	{MM_PROC_ZONEINFO,
	 "Node 0, zone   Normal\n  per-node stats\n      nr_x         1\n"
	 "      a_name_of_more_than_12 2\n  pages free     1\n        min      1\n"
	 "        low      2\n        high     3\n        spanned  4\n        present  4\n"
	 "        managed  4\n        protection: (0)\n      nr_free_pages 1\n  pagesets\n"
	 "    cpu: 3\n              count:    0\n              high:     0\n"
	 "              batch:    1\n  node_unreclaimable:  1\n  start_pfn:           0\n"},
	{MM_PROC_PAGETYPEINFO, MIXED_TABLE},
	{MM_PROC_BUDDYINFO, "Node 63, zone   Normal 1234567      1 \n"},
	{MM_PROC_VMSTAT, "nr_free_pages 18446744073709551615\nSome_Name2 0\n"},
	/* a process of the kernel; numbers of all widths, and longer than the column */
	{MM_PROC_MAPS, ""},
	{MM_PROC_MAPS, "00000000-00001000 ---p 00000000 00:00 0 \n"
		       "ffffffffffff0000-fffffffffffff000 rwxs fffffffffffff000 103:fffff "
		       "18446744073709551615  a name\n"},
};

static void other_kernels_come_back(struct mm_prop_run *p)
{
	struct mm_proc v;
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const struct mm_proc_text t = {"other", others[i].text, strlen(others[i].text)};

		if (!mm_proc_try(p, &v, others[i].kind, &t))
			continue;
		if (others[i].kind == MM_PROC_PAGETYPEINFO &&
		    (v.u.pagetypeinfo.free.row[0].capped != 1 ||
		     v.u.pagetypeinfo.mixed.row[0].count[1] != 123456789012345))
			prop_fail(p, __FILE__, __LINE__, "capped count or mixed blocks are lost");
		mm_proc_free(&v);
	}
}

/* ---- bad input ---- */

#define ZONE_HEAD "Node 0, zone      DMA\n"
#define BUDDY     "Node 0, zone      DMA      0      1 \n"
#define TYPES_HEAD                                                                                 \
	"Page block order: 9\nPages per block:  512\n\n"                                           \
	"Free pages count per migrate type at order       0      1 \n"

static const struct {
	enum mm_proc_kind kind;
	const char *text;
	int line;
	int col;
	const char *says;
} bad[] = {
	{MM_PROC_VMSTAT, "", 1, 1, "found the end of the file, expected a name"},
	{MM_PROC_VMSTAT, "nr_free_pages 1", 1, 16, "expected the end of the line"},
	{MM_PROC_VMSTAT, "nr_free_pages  1\n", 1, 15,
	 "found ' 1', expected a number without spaces"},
	{MM_PROC_VMSTAT, "a 1\nb 01\n", 2, 3, "found '01', expected a number"},
	{MM_PROC_VMSTAT, "a -1\n", 1, 3, "found '-1', expected a number"},
	{MM_PROC_VMSTAT, "a 1 \n", 1, 4, "expected the end of the line"},
	{MM_PROC_VMSTAT, "a 18446744073709551616\n", 1, 3, "at most 18446744073709551615"},
	{MM_PROC_VMSTAT, "a 1\n\nb 1\n", 2, 1, "found the end of the line, expected a name"},
	{MM_PROC_VMSTAT, "a_name_of_fifty_letters_is_longer_than_any_that_is_known 1\n", 1, 1,
	 "a name of at most 47 bytes"},
	{MM_PROC_BUDDYINFO, BUDDY "Node 0, zone    DMA32      0 \n", 2, 30, "a number"},
	{MM_PROC_BUDDYINFO, BUDDY "Node 0, zone    DMA32      0      1      2 \n", 2, 37,
	 "the end of the line"},
	{MM_PROC_BUDDYINFO, "Node 0, zone     DMA      0 \n", 1, 14, "a name in a column of 8"},
	{MM_PROC_BUDDYINFO, "Node 0, zone      DMA     0 \n", 1, 23, "a number in a column of 6"},
	{MM_PROC_BUDDYINFO, "Node 64, zone      DMA      0 \n", 1, 6, "a number of at most 63"},
	{MM_PROC_BUDDYINFO, "Node 0, zone      DMA >100000 \n", 1, 23, "expected a number"},
	{MM_PROC_BUDDYINFO, "Node 0, Zone      DMA      0 \n", 1, 9, "expected \"zone \""},
	{MM_PROC_PAGETYPEINFO, TYPES_HEAD, 5, 1, "found the end of the file, expected \"Node \""},
	{MM_PROC_PAGETYPEINFO, "Page block order: 9\nPages per block: 512\n", 2, 18, "\" \""},
	{MM_PROC_PAGETYPEINFO,
	 "Page block order: 9\nPages per block:  512\n\nFree pages count per migrate type at order "
	 "      0      2 \n",
	 4, 57, "expected \"1 \""},
	{MM_PROC_ZONEINFO, ZONE_HEAD, 2, 1, "expected \"  pages free     \""},
	{MM_PROC_ZONEINFO, ZONE_HEAD "  per-node stats\n  pages free     1\n", 3, 3,
	 "found 'pages free     1', expected \"    \""},
	{MM_PROC_ZONEINFO, ZONE_HEAD "  per-node stats\n      nr_mapped  1\n", 3, 18,
	 "a name in a column of 12"},
	{MM_PROC_ZONEINFO, LINES_EMPTY("        low      2\n"), 3, 9, "expected \"min      \""},
	{MM_PROC_ZONEINFO, LINES_EMPTY(OLD_PAGES) "      nr_free_pages 0\n", 10, 1,
	 "expected \"Node \""},
	{MM_PROC_MAPS, "1000-00002000 r--p 00000000 00:00 0 \n", 1, 1, "at least 8 digits"},
	{MM_PROC_MAPS, "000001000-00002000 r--p 00000000 00:00 0 \n", 1, 1, "of 8 digits"},
	{MM_PROC_MAPS, "00001000-11112222333344445 r--p 0 00:00 0 \n", 1, 10,
	 "at most ffffffffffffffff"},
	{MM_PROC_MAPS, "00001000-00002000 rw-x 00000000 00:00 0 \n", 1, 22, "one of \"sp\""},
	{MM_PROC_MAPS, "00001000-0000200A r--p 00000000 00:00 0 \n", 1, 10, "at least 8 digits"},
	{MM_PROC_MAPS, "00001000-00002000 r--p 00000000 00:00 0\n", 1, 40, "expected \" \""},
	{MM_PROC_MAPS, "00001000-00002000 r--p 00000000 00:00 0  /file\n", 1, 42,
	 "found '/file', expected \" \""},
	{MM_PROC_MAPS, "00001000-00002000 r--p 00000000 00:00 0 ", 1, 41,
	 "found the end of the file, expected \" \""},
};

static void bad_input_names_its_place(struct mm_prop_run *p)
{
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct mm_proc_text t = {"bad", bad[i].text, strlen(bad[i].text)};
		struct mm_error e = {0};
		struct mm_proc v;
		int err = mm_proc_parse(&v, bad[i].kind, &t, &e);

		PROP(p, err == -MM_EINVAL, "case %zu is taken", i);
		PROP(p, e.file && strcmp(e.file, "bad") == 0, "case %zu: no file", i);
		PROP(p, e.line == bad[i].line && e.col == bad[i].col && strstr(e.text, bad[i].says),
		     "case %zu: %d:%d: %s", i, e.line, e.col, e.text);
	}
}

static void files_that_cannot_be_read(struct mm_prop_run *p)
{
	struct mm_error e = {0};
	struct mm_proc_text t;

	PROP(p, mm_proc_load(&t, "/nonexistent/zoneinfo", &e) == -MM_EIO, "opened nothing");
	PROP(p, strstr(e.text, "cannot be read"), "says \"%s\"", e.text);
	PROP(p, mm_proc_load(&t, ".", &e) == -MM_EIO, "read a folder");
	PROP(p, mm_proc_load(&t, "/dev/zero", &e) == -MM_E2BIG, "read without end");
}

/* ---- a byte changed ---- */

/* Where its complaint may point to: inside the text or at its end. */
static bool place_is_inside(const struct mm_proc_text *t, const struct mm_error *e)
{
	const char *at = t->bytes;
	const char *end = t->bytes + t->len;
	int line;

	for (line = 1; line < e->line && at; line++) {
		at = memchr(at, '\n', (size_t)(end - at));
		at = at ? at + 1 : NULL;
	}
	return at && e->line > 0 && e->col > 0 && e->col - 1 <= end - at && e->text[0];
}

/* Refused with a place, or back to the byte. */
static void check_changed(struct mm_prop_run *p, enum mm_proc_kind kind,
			  const struct mm_proc_text *t)
{
	struct mm_error e = {0};
	struct mm_proc v;
	bool same;

	if (mm_proc_parse(&v, kind, t, &e)) {
		PROP(p, place_is_inside(t, &e), "%s: refused at %d:%d", t->file, e.line, e.col);
		return;
	}
	same = mm_proc_try_same(&v, t);
	mm_proc_free(&v);
	PROP(p, same, "%s: taken, but printed differently:\n%.*s", t->file, (int)t->len, t->bytes);
}

struct change {
	const char *bytes;
	size_t len;
	char *room; /* len + 1 bytes */
	enum mm_proc_kind kind;
};

/* Delete the byte at i, change it to b, insert b in front of it. */
static void check_changes(struct mm_prop_run *p, const struct change *c, size_t i, char b)
{
	struct mm_proc_text t = {"changed", c->room, c->len};

	memcpy(c->room, c->bytes, c->len);
	if (i < c->len) {
		c->room[i] = b;
		check_changed(p, c->kind, &t);
		memmove(c->room + i, c->bytes + i + 1, c->len - i - 1);
		t.len = c->len - 1;
		check_changed(p, c->kind, &t);
	}
	c->room[i] = b;
	memcpy(c->room + i + 1, c->bytes + i, c->len - i);
	t.len = c->len + 1;
	check_changed(p, c->kind, &t);
}

/* A byte that stands in such texts, or any. */
static char likely_byte(struct mm_prop_run *p)
{
	static const char likely[] = "  0123456789\n\n:,()>_azN";
	uint64_t i = prop_below(p, sizeof(likely) + 3);

	if (i < sizeof(likely))
		return likely[i];
	return (char)prop_below(p, 256);
}

static void changes_of(struct mm_prop_run *p, enum mm_proc_kind kind, bool all_bytes)
{
	struct mm_proc_text t;
	struct change c;
	size_t i;
	int b;

	if (!load(p, &t, kind))
		return;
	c = (struct change){t.bytes, t.len, malloc(t.len + 1), kind};
	for (i = 0; i <= t.len && c.room && p->failures == 0; i++) {
		if (!all_bytes)
			check_changes(p, &c, i, likely_byte(p));
		for (b = 0; all_bytes && b < 256; b++)
			check_changes(p, &c, i, (char)b);
	}
	if (!c.room)
		prop_fail(p, __FILE__, __LINE__, "no host memory");
	free(c.room);
	unload(&t);
}

static void every_byte_changed(struct mm_prop_run *p)
{
	int kind;

	for (kind = 0; kind < MM_PROC_NR_KINDS; kind++)
		changes_of(p, (enum mm_proc_kind)kind, false);
}

static void every_byte_to_every_other(struct mm_prop_run *p)
{
	changes_of(p, MM_PROC_BUDDYINFO, true);
}

const struct mm_prop mm_proc_props[] = {
	{"proc.saved_copies_come_back_to_the_byte", saved_copies_come_back, 1},
	{"proc.saved_zoneinfo_has_its_values", zoneinfo_values, 1},
	{"proc.saved_tables_have_their_values", table_values, 1},
	{"proc.files_of_other_kernels_come_back", other_kernels_come_back, 1},
	{"proc.bad_input_names_its_place", bad_input_names_its_place, 1},
	{"proc.files_that_cannot_be_read_say_so", files_that_cannot_be_read, 1},
	{"proc.a_changed_byte_is_refused_or_comes_back", every_byte_changed, 1},
	{"proc.every_change_of_buddyinfo", every_byte_to_every_other, 1},
	{NULL, NULL, 0},
};
