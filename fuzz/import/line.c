/* SPDX-License-Identifier: MIT */
/*
 * line: a table says which columns follow which event letter; one loop reads
 * them.  A column is a number with a base and a largest value, or a word.
 */
#include "fuzz/import/line.h"

#include "mm/gfp.h"
#include "mm/machine.h"

#include <stdarg.h>
#include <string.h>

#define COL_END                                                                                    \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}
#define COL_PFN                                                                                    \
	{                                                                                          \
		"pfn", 16, MM_IMPORT_PFN_MAX                                                       \
	}
#define COL_ORDER(name)                                                                            \
	{                                                                                          \
		name, 10, MM_ORDER_LIMIT                                                           \
	}
#define COL_MT(name)                                                                               \
	{                                                                                          \
		name, 10, MM_MIGRATE_TYPES - 1                                                     \
	}
#define COL_GFP                                                                                    \
	{                                                                                          \
		"gfp", 16, UINT32_MAX                                                              \
	}
#define COL_BOOL(name)                                                                             \
	{                                                                                          \
		name, 10, 1                                                                        \
	}
#define COL_NUMBER(name)                                                                           \
	{                                                                                          \
		name, 10, UINT64_MAX                                                               \
	}
#define COL_ADDRESS(name)                                                                          \
	{                                                                                          \
		name, 16, UINT64_MAX                                                               \
	}
#define COL_WORD(name)                                                                             \
	{                                                                                          \
		name, 0, 0                                                                         \
	}

static const struct mm_import_column common[] = {
	COL_NUMBER("dt_us"),
	{"cpu", 10, MM_CPUS_MAX - 1},
	{"pid", 10, INT32_MAX},
};

static const struct mm_import_column columns[MM_IMPORT_KIND_NR][MM_IMPORT_ARGS_MAX + 1] = {
	[MM_IMPORT_ALLOC] = {COL_PFN, COL_ORDER("order"), COL_MT("mt"), COL_GFP, COL_END},
	[MM_IMPORT_FREE] = {COL_PFN, COL_ORDER("order"), COL_END},
	[MM_IMPORT_BATCHED] = {COL_PFN, COL_END},
	[MM_IMPORT_EXTFRAG] = {COL_PFN, COL_ORDER("aorder"), COL_ORDER("forder"), COL_MT("amt"),
			       COL_MT("fmt"), COL_BOOL("chown"), COL_END},
	[MM_IMPORT_LOCKED] = {COL_PFN, COL_ORDER("order"), COL_MT("mt"), COL_BOOL("pcprefill"),
			      COL_END},
	[MM_IMPORT_DRAIN] = {COL_PFN, COL_ORDER("order"), COL_MT("mt"), COL_END},
	[MM_IMPORT_KMALLOC] = {COL_NUMBER("id"), COL_NUMBER("req"), COL_NUMBER("alloc"), COL_GFP,
			       COL_ADDRESS("site"), COL_END},
	[MM_IMPORT_KFREE] = {COL_NUMBER("id"), COL_END},
	[MM_IMPORT_CACHE_ALLOC] = {COL_NUMBER("id"), COL_WORD("name"), COL_NUMBER("req"),
				   COL_NUMBER("alloc"), COL_GFP, COL_BOOL("acct"), COL_END},
	[MM_IMPORT_CACHE_FREE] = {COL_NUMBER("id"), COL_WORD("name"), COL_END},
};

#define MM_IMPORT_LETTER(name, letter, event) letter,
static const char letters[] = {MM_IMPORT_KINDS(MM_IMPORT_LETTER) '\0'};
#undef MM_IMPORT_LETTER

#define MM_IMPORT_EVENT(name, letter, event) event,
static const char *const kind_names[] = {MM_IMPORT_KINDS(MM_IMPORT_EVENT)};
#undef MM_IMPORT_EVENT

/*
 * The recorder's kernel (6.18) numbered its flags so.  Ours are named through
 * MM_GFP_*, so that a later renumbering of gfp.h cannot change what an old
 * recording means.
 */
static const struct {
	uint32_t recorded;
	uint32_t gfp;
} gfp_bits[] = {
	{0x1, MM_GFP_DMA},
	{0x2, MM_GFP_HIGHMEM},
	{0x4, MM_GFP_DMA32},
	{0x8, MM_GFP_MOVABLE},
	{0x10, MM_GFP_RECLAIMABLE},
	{0x20, MM_GFP_HIGH},
	{0x40, MM_GFP_IO},
	{0x80, MM_GFP_FS},
	{0x100, MM_GFP_ZERO},
	{0x400, MM_GFP_DIRECT_RECLAIM},
	{0x800, MM_GFP_KSWAPD_RECLAIM},
	{0x1000, MM_GFP_WRITE},
	{0x2000, MM_GFP_NOWARN},
	{0x4000, MM_GFP_RETRY_MAYFAIL},
	{0x8000, MM_GFP_NOFAIL},
	{0x10000, MM_GFP_NORETRY},
	{0x20000, MM_GFP_MEMALLOC},
	{0x40000, MM_GFP_COMP},
	{0x80000, MM_GFP_NOMEMALLOC},
	{0x100000, MM_GFP_HARDWALL},
	{0x200000, MM_GFP_THISNODE},
	{0x400000, MM_GFP_ACCOUNT},
	{0x800000, MM_GFP_ZEROTAGS},
	{0x1000000, MM_GFP_NO_OBJ_EXT},
};

char mm_import_kind_letter(enum mm_import_kind k)
{
	return letters[k];
}

const char *mm_import_kind_name(enum mm_import_kind k)
{
	return kind_names[k];
}

bool mm_import_line_gfp(uint64_t recorded, uint32_t *gfp, uint64_t *unknown)
{
	size_t i;

	*gfp = 0;
	for (i = 0; i < sizeof(gfp_bits) / sizeof(gfp_bits[0]); i++) {
		if (recorded & gfp_bits[i].recorded)
			*gfp |= gfp_bits[i].gfp;
		recorded &= ~(uint64_t)gfp_bits[i].recorded;
	}
	*unknown = recorded;
	return !recorded;
}

const char *mm_import_line_quote(char buf[MM_IMPORT_QUOTE_MAX], const char *s, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	size_t shown = len > 24 ? 24 : len;
	char *p = buf;
	size_t i;

	*p++ = '\'';
	for (i = 0; i < shown; i++) {
		unsigned char b = (unsigned char)s[i];

		if (b >= 0x20 && b < 0x7f) {
			*p++ = s[i];
			continue;
		}
		*p++ = '\\';
		*p++ = 'x';
		*p++ = hex[b >> 4];
		*p++ = hex[b & 15];
	}
	*p++ = '\'';
	memcpy(p, len > shown ? "..." : "\0\0\0", 4);
	return buf;
}

bool mm_import_line_is(struct mm_import_field f, const char *word)
{
	return strlen(word) == f.len && memcmp(f.s, word, f.len) == 0;
}

bool mm_import_line_complain(const struct mm_import_cursor *at, struct mm_import_field where,
			     const char *fmt, ...)
{
	va_list ap;

	at->c->col = (size_t)(where.s - at->start) + 1;
	va_start(ap, fmt);
	(void)vsnprintf(at->c->text, sizeof(at->c->text), fmt, ap);
	va_end(ap);
	return false;
}

static struct mm_import_field here(const struct mm_import_cursor *at)
{
	return (struct mm_import_field){at->p, 0};
}

/* The next field and the space behind it; a field may be empty. */
static struct mm_import_field next_field(struct mm_import_cursor *at)
{
	struct mm_import_field f = {at->p, 0};

	while (at->p < at->end && *at->p != ' ')
		at->p++;
	f.len = (size_t)(at->p - f.s);
	if (at->p < at->end)
		at->p++;
	return f;
}

static unsigned int digit_of(char ch)
{
	if (ch >= '0' && ch <= '9')
		return (unsigned int)(ch - '0');
	if (ch >= 'a' && ch <= 'f')
		return (unsigned int)(ch - 'a') + 10;
	return 16;
}

static bool not_a_number(const struct mm_import_cursor *at, const struct mm_import_column *col,
			 struct mm_import_field f)
{
	char q[MM_IMPORT_QUOTE_MAX];

	return mm_import_line_complain(at, f, "%s is %s, wanted is a %s number", col->name,
				       mm_import_line_quote(q, f.s, f.len),
				       col->base == 16 ? "hexadecimal (0-9, a-f)" : "decimal");
}

static bool too_big(const struct mm_import_cursor *at, const struct mm_import_column *col,
		    struct mm_import_field f)
{
	char q[MM_IMPORT_QUOTE_MAX];

	(void)mm_import_line_quote(q, f.s, f.len);
	if (col->base == 16)
		return mm_import_line_complain(at, f, "%s %s is too big, at most %llx is possible",
					       col->name, q, (unsigned long long)col->max);
	return mm_import_line_complain(at, f, "%s %s is too big, at most %llu is possible",
				       col->name, q, (unsigned long long)col->max);
}

bool mm_import_line_number(const struct mm_import_cursor *at, const struct mm_import_column *col,
			   struct mm_import_field f, uint64_t *out)
{
	uint64_t limit = col->max / col->base;
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < f.len; i++) {
		unsigned int d = digit_of(f.s[i]);

		if (d >= col->base)
			return not_a_number(at, col, f);
		if (d > col->max || v > limit || v * col->base > col->max - d)
			return too_big(at, col, f);
		v = v * col->base + d;
	}
	*out = v;
	return true;
}

static bool read_column(struct mm_import_cursor *at, const struct mm_import_column *col,
			uint64_t *out)
{
	struct mm_import_field f;

	if (at->p == at->end)
		return mm_import_line_complain(at, here(at), "the line ends where %s should be",
					       col->name);
	f = next_field(at);
	if (!f.len)
		return mm_import_line_complain(at, f, "%s is missing before this space", col->name);
	if (!col->base) {
		*out = 0;
		return true;
	}
	return mm_import_line_number(at, col, f, out);
}

static bool read_letter(struct mm_import_cursor *at, enum mm_import_kind *kind)
{
	char q[MM_IMPORT_QUOTE_MAX];
	struct mm_import_field f = next_field(at);
	const char *letter = NULL;

	if (!f.len)
		return mm_import_line_complain(at, f, "the event letter is missing here");
	if (f.len == 1)
		letter = memchr(letters, f.s[0], MM_IMPORT_KIND_NR);
	if (!letter)
		return mm_import_line_complain(at, f, "unknown event %s, known are %s",
					       mm_import_line_quote(q, f.s, f.len), letters);
	*kind = (enum mm_import_kind)(letter - letters);
	return true;
}

bool mm_import_line_parse(const char *s, size_t len, struct mm_import_event *ev,
			  struct mm_import_complaint *c)
{
	struct mm_import_cursor at = {s, s, s + len, c};
	const struct mm_import_column *col;
	uint64_t v[3] = {0};
	size_t i;

	memset(ev, 0, sizeof(*ev));
	if (!len)
		return mm_import_line_complain(
			&at, here(&at), "empty line, wanted is an event: dt_us cpu pid EV ...");
	for (i = 0; i < 3; i++) {
		if (!read_column(&at, &common[i], &v[i]))
			return false;
	}
	ev->dt_us = v[0];
	ev->cpu = (unsigned int)v[1];
	if (!read_letter(&at, &ev->kind))
		return false;
	for (i = 0, col = columns[ev->kind]; col[i].name; i++) {
		ev->gfp_col = (size_t)(at.p - s) + 1; /* the last one is right */
		if (!read_column(&at, &col[i], &ev->arg[i]))
			return false;
	}
	if (at.p != at.end || at.p[-1] == ' ')
		return mm_import_line_complain(&at, here(&at), "surplus text after %s",
					       col[i - 1].name);
	return true;
}
