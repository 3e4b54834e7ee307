/* SPDX-License-Identifier: MIT */
/*
 * desc: from `ram=4M max_order=6 ...` to a struct mm_machine_desc.
 *
 * One grammar serves the `machine` line of a trace and a file of its own.
 * Fields are a table: name, reader, range, default, unit.  After the fields
 * are read, what they say together is checked (limits in order, ranges
 * disjoint and inside the zones), each complaint at the field it concerns.
 */
#include "mm/machine.h"

#include <stdio.h>
#include <string.h>

/*
 * A machine below this size is made to show one thing: its free lists are exact
 * unless per-CPU lists are asked for.
 */
#define PCP_FRAMES_MIN ((uint64_t)1 << (26 - MM_PAGE_SHIFT))

/* Order of a huge page where pages are 4 KiB.  Kernel: HPAGE_PMD_ORDER. */
#define THP_ORDER 9

/* Where a field stood, for complaints about fields together. */
struct place {
	int line;
	int col;
};

enum field {
	F_RAM,
	F_HOLE,
	F_RESERVED,
	F_DMA,
	F_DMA32,
	F_NORMAL,
	F_HIGHMEM,
	F_MAX_ORDER,
	F_PAGEBLOCK_ORDER,
	F_CPUS,
	F_CONTENTS,
	F_SEED,
	F_KERNEL,
	F_PCP,
	F_THP,
	F_CACHE,
	F_INIT_ON_ALLOC,
	F_INIT_ON_FREE,
	F_MIN_FREE_KBYTES,
	F_WATERMARK_SCALE_FACTOR,
	F_LOWMEM_RESERVE_RATIO,
	F_NR
};

struct reader {
	struct mm_machine_desc *d;
	struct mm_error *e;
	struct place at[F_NR]; /* line 0: field not given */
	struct mm_range hole[MM_RAM_RANGES_MAX];
	int nr_hole;
	struct place here; /* the field being read */
	enum field field;
	const char *val;
	size_t len;
};

struct field_def {
	const char *name;
	int (*read)(struct reader *r);
	uint64_t min;
	uint64_t max;
	const char *form; /* for help and complaints */
	const char *help;
};

static const struct field_def *field_def(enum field f);

static int refuse(const struct reader *r, const char *why)
{
	return mm_error_set(r->e, -MM_EINVAL, r->here.line, r->here.col,
			    "machine: %s=%.*s: %s; expected %s", field_def(r->field)->name,
			    (int)(r->len < 40 ? r->len : 40), r->val, why,
			    field_def(r->field)->form);
}

/* A complaint about field f after all were read. */
static int refuse_at(const struct reader *r, enum field f, const char *why)
{
	struct place p = r->at[f].line ? r->at[f] : r->at[F_RAM];

	return mm_error_set(r->e, -MM_EINVAL, p.line, p.col, "machine: %s: %s", field_def(f)->name,
			    why);
}

static bool read_number(const char *s, size_t len, uint64_t *out)
{
	uint64_t base = 10;
	uint64_t v = 0;
	size_t i = 0;

	if (len > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		i = 2;
	}
	if (i == len)
		return false;
	for (; i < len; i++) {
		uint64_t digit;

		if (s[i] >= '0' && s[i] <= '9')
			digit = (uint64_t)(s[i] - '0');
		else if (s[i] >= 'a' && s[i] <= 'f')
			digit = (uint64_t)(s[i] - 'a') + 10;
		else if (s[i] >= 'A' && s[i] <= 'F')
			digit = (uint64_t)(s[i] - 'A') + 10;
		else
			return false;
		if (digit >= base || v > (UINT64_MAX - digit) / base)
			return false;
		v = v * base + digit;
	}
	*out = v;
	return true;
}

bool mm_machine_size_parse(const char *s, size_t len, uint64_t *bytes)
{
	static const char suffix[] = "KMGT";
	uint64_t unit = 1;
	const char *k;

	if (len && s[len - 1] == 'p') {
		unit = MM_PAGE_SIZE;
		len--;
	} else if (len) {
		k = strchr(suffix, s[len - 1]);
		if (k && *k) {
			unit = (uint64_t)1 << (10 * (k - suffix + 1));
			len--;
		}
	}
	if (!read_number(s, len, bytes) || *bytes > UINT64_MAX / unit)
		return false;
	*bytes *= unit;
	return true;
}

static int read_pages(struct reader *r, const char *s, size_t len, uint64_t *pages)
{
	uint64_t bytes;

	if (!mm_machine_size_parse(s, len, &bytes))
		return refuse(r, "not a size that fits 64 bits");
	if (bytes % MM_PAGE_SIZE)
		return refuse(r, "not a multiple of the page size, 4K");
	*pages = bytes / MM_PAGE_SIZE;
	if (*pages > MM_SPANNED_MAX)
		return refuse(r, "more than the 64G a machine may span");
	return 0;
}

/* START-END[,START-END...] or one SIZE, which starts at 0. */
static int read_ranges(struct reader *r, struct mm_range *to, int *nr)
{
	const char *s = r->val;
	const char *end = r->val + r->len;

	*nr = 0;
	while (s <= end) {
		const char *comma = memchr(s, ',', (size_t)(end - s));
		const char *stop = comma ? comma : end;
		const char *dash = memchr(s, '-', (size_t)(stop - s));
		struct mm_range range = {0, 0};
		int err = 0;

		if (*nr == MM_RAM_RANGES_MAX)
			return refuse(r, "more than 16 ranges");
		if (dash)
			err = read_pages(r, s, (size_t)(dash - s), &range.start);
		s = dash ? dash + 1 : s;
		if (!err)
			err = read_pages(r, s, (size_t)(stop - s), &range.end);
		if (err)
			return err;
		if (range.start >= range.end)
			return refuse(r, "an empty or backward range");
		if (*nr && range.start < to[*nr - 1].end)
			return refuse(r, "ranges overlap or do not ascend");
		to[(*nr)++] = range;
		s = stop + 1;
	}
	return 0;
}

static int read_ram(struct reader *r)
{
	return read_ranges(r, r->d->ram, &r->d->nr_ram);
}

static int read_hole(struct reader *r)
{
	return read_ranges(r, r->hole, &r->nr_hole);
}

static int read_reserved(struct reader *r)
{
	return read_ranges(r, r->d->reserved, &r->d->nr_reserved);
}

static int read_zone_end(struct reader *r)
{
	return read_pages(r, r->val, r->len,
			  &r->d->zone_end[MM_ZONE_DMA + (int)(r->field - F_DMA)]);
}

static int read_ranged(struct reader *r, uint64_t *v)
{
	const struct field_def *def = field_def(r->field);

	if (!read_number(r->val, r->len, v))
		return refuse(r, "not a number");
	if (*v < def->min || *v > def->max)
		return refuse(r, "out of range");
	return 0;
}

static int read_plain(struct reader *r)
{
	uint64_t v = 0;
	int err = read_ranged(r, &v);

	if (err)
		return err;
	switch (r->field) {
	case F_MAX_ORDER:
		r->d->max_order = (unsigned int)v;
		break;
	case F_PAGEBLOCK_ORDER:
		r->d->pageblock_order = (unsigned int)v;
		break;
	case F_CPUS:
		r->d->cpus = (int)v;
		break;
	case F_SEED:
		r->d->seed = v;
		break;
	case F_MIN_FREE_KBYTES:
		r->d->sysctl.min_free_kbytes = v;
		break;
	case F_WATERMARK_SCALE_FACTOR:
		r->d->sysctl.watermark_scale_factor = v;
		break;
	case F_RAM:
	case F_HOLE:
	case F_RESERVED:
	case F_DMA:
	case F_DMA32:
	case F_NORMAL:
	case F_HIGHMEM:
	case F_CONTENTS:
	case F_KERNEL:
	case F_PCP:
	case F_THP:
	case F_CACHE:
	case F_INIT_ON_ALLOC:
	case F_INIT_ON_FREE:
	case F_LOWMEM_RESERVE_RATIO:
	case F_NR:
		break;
	}
	return 0;
}

static bool val_is(const struct reader *r, const char *word)
{
	return strlen(word) == r->len && memcmp(r->val, word, r->len) == 0;
}

static int read_contents(struct reader *r)
{
	static const char *const words[] = {"none", "tag", "full"};
	int i;

	for (i = 0; i < 3; i++) {
		if (val_is(r, words[i])) {
			r->d->contents = (enum mm_contents)i;
			return 0;
		}
	}
	return refuse(r, "unknown kind of contents");
}

static int read_kernel(struct reader *r)
{
	return val_is(r, "6.12") ? 0 : refuse(r, "only this release is modelled");
}

static int read_switch(struct reader *r, bool *on)
{
	*on = val_is(r, "on");
	return *on || val_is(r, "off") ? 0 : refuse(r, "neither on nor off");
}

static int read_pcp(struct reader *r)
{
	return read_switch(r, &r->d->pcp);
}

static int read_init_on_alloc(struct reader *r)
{
	return read_switch(r, &r->d->init_on_alloc);
}

static int read_init_on_free(struct reader *r)
{
	return read_switch(r, &r->d->init_on_free);
}

static int read_thp(struct reader *r)
{
	uint64_t v = 0;

	r->d->thp_order = 0;
	if (val_is(r, "none"))
		return 0;
	if (read_ranged(r, &v))
		return -MM_EINVAL;
	r->d->thp_order = (unsigned int)v;
	return 0;
}

static int read_cache(struct reader *r)
{
	if (!mm_machine_size_parse(r->val, r->len, &r->d->cache_slice))
		return refuse(r, "not a size that fits 64 bits");
	return 0;
}

/* DMA/DMA32/Normal/HighMem/Movable, as the sysctl's vector; fewer are fine. */
static int read_ratio(struct reader *r)
{
	const char *s = r->val;
	const char *end = r->val + r->len;
	int z;

	for (z = 0; s <= end; z++) {
		const char *slash = memchr(s, '/', (size_t)(end - s));
		const char *stop = slash ? slash : end;
		uint64_t v;

		if (z == MM_NR_ZONES)
			return refuse(r, "more numbers than zones");
		if (!read_number(s, (size_t)(stop - s), &v) || v > UINT32_MAX)
			return refuse(r, "not a number that fits 32 bits");
		r->d->sysctl.lowmem_reserve_ratio[z] = v;
		s = stop + 1;
	}
	return 0;
}

static const struct field_def field_defs[F_NR] = {
	{"ram", read_ram, 0, 0, "SIZE or START-END[,START-END...]",
	 "RAM, at most 16 ranges inside 64G; no default"},
	{"hole", read_hole, 0, 0, "START-END[,START-END...]", "frames that are not there; none"},
	{"reserved", read_reserved, 0, 0, "START-END[,START-END...]",
	 "present but never free, as what the boot loader took; none"},
	{"dma", read_zone_end, 0, 0, "SIZE", "address where ZONE_DMA ends; 0: no such zone"},
	{"dma32", read_zone_end, 0, 0, "SIZE", "address where ZONE_DMA32 ends; 0: none"},
	{"normal", read_zone_end, 0, 0, "SIZE", "address where ZONE_NORMAL ends; end of RAM"},
	{"highmem", read_zone_end, 0, 0, "SIZE",
	 "address where ZONE_HIGHMEM ends, the rest is Movable; end of RAM"},
	{"max_order", read_plain, 0, MM_ORDER_LIMIT, "0 .. 14", "largest block order; 10"},
	{"pageblock_order", read_plain, 0, MM_ORDER_LIMIT, "0 .. max_order",
	 "order of a pageblock; the smaller of 9 and max_order"},
	{"cpus", read_plain, 1, MM_CPUS_MAX, "1 .. 64", "CPUs; 1"},
	{"contents", read_contents, 0, 0, "none, tag or full",
	 "bytes of frames: not kept, one byte stands for 64, all 4096; tag"},
	{"seed", read_plain, 0, UINT64_MAX, "a 64-bit number", "of contents never written; 1"},
	{"kernel", read_kernel, 0, 0, "6.12", "release whose rules hold; 6.12"},
	{"pcp", read_pcp, 0, 0, "on or off", "per-CPU page lists and counters; on from 64M of RAM"},
	{"thp", read_thp, MM_PCP_COSTLY_ORDER + 1, MM_ORDER_LIMIT, "none or 4 .. max_order",
	 "order of huge pages, which per-CPU lists keep too; 9 or none"},
	{"cache", read_cache, 0, 0, "SIZE",
	 "data cache per CPU, which decides how long freed blocks stay; 0"},
	{"init_on_alloc", read_init_on_alloc, 0, 0, "on or off",
	 "zero each block that is handed out; off"},
	{"init_on_free", read_init_on_free, 0, 0, "on or off",
	 "zero each block that is taken back, and all memory at boot; off"},
	{"min_free_kbytes", read_plain, 0, (uint64_t)MM_SPANNED_MAX * 4, "KiB, at most all RAM",
	 "0: by the kernel's formula; 0"},
	{"watermark_scale_factor", read_plain, 1, 3000, "1 .. 3000",
	 "distance of watermarks in 1/10000 of managed; 10"},
	{"lowmem_reserve_ratio", read_ratio, 0, 0, "N/N/N/N/N",
	 "per zone from DMA up, 0: none; 256/256/32/0/0"},
};

static const struct field_def *field_def(enum field f)
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

static int read_field(struct reader *r, const char *word, size_t len)
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
	r->field = (enum field)f;
	r->at[f] = r->here;
	r->val = eq + 1;
	r->len = len - name - 1;
	return field_defs[f].read(r);
}

/* Past blanks, line ends and comments; r->here follows. */
static const char *skip_blanks(struct reader *r, const char *s)
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
			r->here = (struct place){r->here.line + 1, 1};
	}
}

static int read_fields(struct reader *r, const char *text)
{
	const char *s;
	bool first = true;

	r->here = (struct place){1, 1};
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

/* Take the holes out of the RAM ranges. */
static int cut_holes(struct reader *r)
{
	struct mm_machine_desc *d = r->d;
	int h;
	int i;

	for (h = 0; h < r->nr_hole; h++) {
		struct mm_range hole = r->hole[h];

		for (i = 0; i < d->nr_ram; i++) {
			if (hole.start >= d->ram[i].start && hole.end <= d->ram[i].end)
				break;
		}
		if (i == d->nr_ram)
			return refuse_at(r, F_HOLE, "a hole lies outside RAM or on its edge");
		if (hole.start == d->ram[i].start) {
			d->ram[i].start = hole.end;
		} else if (hole.end == d->ram[i].end) {
			d->ram[i].end = hole.start;
		} else {
			if (d->nr_ram == MM_RAM_RANGES_MAX)
				return refuse_at(r, F_HOLE,
						 "holes cut RAM into more than 16 ranges");
			memmove(&d->ram[i + 1], &d->ram[i],
				(size_t)(d->nr_ram - i) * sizeof(d->ram[0]));
			d->nr_ram++;
			d->ram[i].end = hole.start;
			d->ram[i + 1].start = hole.end;
			continue;
		}
		if (d->ram[i].start == d->ram[i].end) {
			memmove(&d->ram[i], &d->ram[i + 1],
				(size_t)(d->nr_ram - i - 1) * sizeof(d->ram[0]));
			d->nr_ram--;
		}
	}
	return d->nr_ram ? 0 : refuse_at(r, F_HOLE, "holes leave no RAM");
}

static int check_zones(struct reader *r)
{
	struct mm_machine_desc *d = r->d;
	uint64_t end = d->ram[d->nr_ram - 1].end;
	uint64_t below = 0;
	int z;

	if (!r->at[F_NORMAL].line)
		d->zone_end[MM_ZONE_NORMAL] =
			r->at[F_HIGHMEM].line ? d->zone_end[MM_ZONE_HIGHMEM] : end;
	if (!r->at[F_HIGHMEM].line)
		d->zone_end[MM_ZONE_HIGHMEM] =
			r->at[F_NORMAL].line ? d->zone_end[MM_ZONE_NORMAL] : end;
	d->zone_end[MM_ZONE_MOVABLE] = end;
	for (z = 0; z < MM_NR_ZONES; z++) {
		bool absent = z <= MM_ZONE_DMA32 && d->zone_end[z] == 0;

		if (!absent && d->zone_end[z] > end)
			d->zone_end[z] = end;
		if (!absent && d->zone_end[z] < below)
			return refuse_at(r, (enum field)(F_DMA + (z < MM_ZONE_MOVABLE ? z : 3)),
					 "zone limits are out of order: dma <= dma32 <= normal <= "
					 "highmem");
		if (absent)
			d->zone_end[z] = below;
		below = d->zone_end[z];
	}
	return 0;
}

static int check_reserved(struct reader *r)
{
	const struct mm_machine_desc *d = r->d;
	int i;
	int k;

	for (i = 0; i < d->nr_reserved; i++) {
		for (k = 0; k < d->nr_ram; k++) {
			if (d->reserved[i].start >= d->ram[k].start &&
			    d->reserved[i].end <= d->ram[k].end)
				break;
		}
		if (k == d->nr_ram)
			return refuse_at(r, F_RESERVED, "a reserved range lies outside RAM");
	}
	return 0;
}

/* What follows from the size of the machine when it is not said. */
static int check_pcp(struct reader *r)
{
	struct mm_machine_desc *d = r->d;

	if (!r->at[F_PCP].line)
		d->pcp = d->ram[d->nr_ram - 1].end >= PCP_FRAMES_MIN;
	if (d->thp_order > d->max_order)
		return refuse_at(r, F_THP, "larger than max_order");
	if (!r->at[F_THP].line && d->max_order >= THP_ORDER && d->pageblock_order >= THP_ORDER)
		d->thp_order = THP_ORDER;
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
	d->sysctl.watermark_scale_factor = 10;
	memcpy(d->sysctl.lowmem_reserve_ratio, ratio, sizeof(ratio));
}

int mm_machine_desc_parse(struct mm_machine_desc *d, const char *text, struct mm_error *e)
{
	struct reader r = {.d = d, .e = e};
	int err;

	set_defaults(d);
	err = read_fields(&r, text);
	if (err)
		return err;
	if (!d->nr_ram)
		return mm_error_set(e, -MM_EINVAL, 1, 1,
				    "machine: ram= is missing; for example: ram=4M");
	if (!r.at[F_PAGEBLOCK_ORDER].line)
		d->pageblock_order = d->max_order < 9 ? d->max_order : 9;
	if (d->pageblock_order > d->max_order)
		return refuse_at(&r, F_PAGEBLOCK_ORDER, "larger than max_order");
	err = cut_holes(&r);
	if (!err)
		err = check_zones(&r);
	if (!err)
		err = check_pcp(&r);
	return err ? err : check_reserved(&r);
}
