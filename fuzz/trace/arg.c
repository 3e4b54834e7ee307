/* SPDX-License-Identifier: MIT */
/*
 * arg: kinds of arguments.
 *
 * Fuzzers choose among few values well and among many badly.  So a raw number
 * goes through a table where a kind has interesting values (masks that real
 * kernels were seen to use, sizes around the boundaries of blocks) and is
 * taken as it is where small numbers are the interesting ones.
 *
 * The tables are part of the meaning of byte corpora, so they are full from the
 * start and do not change.  __GFP_NOFAIL is not in them: what it may not fail
 * at is an endless loop in Linux, and would be half of what a fuzzer finds.
 */
#include "fuzz/trace/arg.h"

#include "mm/failpoint.h"
#include "mm/gfp.h"
#include "mm/machine.h"
#include "mm/task.h"

#include "fuzz/trace/arg_virt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* sizes: below a page as they are, from there through the table */
#define RAW_SIZES 4096u

#define K ((uint64_t)1 << 10)
#define M ((uint64_t)1 << 20)
#define G ((uint64_t)1 << 30)

/* Every bit gfp.h names; 0x200 has no name in 6.18. */
#define GFP_NAMED ((MM_GFP_NO_OBJ_EXT | (MM_GFP_NO_OBJ_EXT - 1)) & ~0x200u)

/* What optimistic callers add: try, do not warn, do not insist. */
#define GFP_TRY  (MM_GFP_NOWARN | MM_GFP_NORETRY | MM_GFP_COMP)
#define GFP_ANON (MM_GFP_HIGHUSER_MOVABLE | MM_GFP_COMP)

/* clang-format off */
static const uint32_t gfps[32] = {
	MM_GFP_KERNEL,
	/* the most common in recordings, most common first */
	GFP_ANON | MM_GFP_ZERO,
	GFP_ANON | MM_GFP_WRITE,
	GFP_ANON,
	MM_GFP_KERNEL | MM_GFP_ACCOUNT | MM_GFP_ZERO | MM_GFP_COMP,
	MM_GFP_HIGHUSER_MOVABLE | GFP_TRY | MM_GFP_WRITE,
	MM_GFP_NOWAIT,
	MM_GFP_NOFS | MM_GFP_HIGHMEM | MM_GFP_MOVABLE | MM_GFP_HARDWALL | GFP_TRY,
	MM_GFP_HIGHUSER | MM_GFP_ACCOUNT,
	MM_GFP_NOFS | MM_GFP_MOVABLE | MM_GFP_HARDWALL | MM_GFP_COMP,
	MM_GFP_NOFS | MM_GFP_RECLAIMABLE | GFP_TRY,
	MM_GFP_KERNEL | MM_GFP_RECLAIMABLE | GFP_TRY,
	MM_GFP_IO | MM_GFP_RECLAIMABLE | MM_GFP_NOMEMALLOC | GFP_TRY,
	MM_GFP_NOWAIT | MM_GFP_NOMEMALLOC | MM_GFP_NORETRY | MM_GFP_COMP,
	MM_GFP_KERNEL | GFP_TRY,
	MM_GFP_ATOMIC | MM_GFP_RECLAIMABLE | GFP_TRY,
	/* rare in recordings, decisive in the allocator: reserves, low zones */
	MM_GFP_ATOMIC,
	MM_GFP_ATOMIC | MM_GFP_NOMEMALLOC,
	MM_GFP_ATOMIC | MM_GFP_MEMALLOC,
	MM_GFP_KERNEL | MM_GFP_MEMALLOC,
	MM_GFP_KERNEL | MM_GFP_HIGH,
	MM_GFP_KERNEL | MM_GFP_DMA,
	MM_GFP_KERNEL | MM_GFP_DMA32,
	MM_GFP_ATOMIC | MM_GFP_DMA,
	MM_GFP_KERNEL | MM_GFP_RECLAIMABLE,
	MM_GFP_KERNEL | MM_GFP_MOVABLE,
	MM_GFP_KERNEL | MM_GFP_RETRY_MAYFAIL,
	MM_GFP_HIGHUSER,
	MM_GFP_NOWAIT | MM_GFP_THISNODE | MM_GFP_NORETRY | MM_GFP_COMP,
	MM_GFP_NOIO,
	MM_GFP_NOFS | MM_GFP_ZERO,
	0,
};

static const uint64_t sizes[32] = {
	4 * K, 8 * K, 16 * K, 32 * K, 64 * K, 128 * K, 256 * K, 512 * K,
	1 * M, 2 * M, 4 * M, 8 * M, 16 * M, 32 * M, 64 * M, 128 * M,
	4 * K + 1, 8 * K - 1, 8 * K + 1, 16 * K - 1, 64 * K - 1, 256 * K - 1, 2 * M - 1, 4 * M - 1,
	12 * K, 3 * M, 1 * G, 4 * G - 1, 4 * G, 1024 * G, (uint64_t)1 << 63, UINT64_MAX,
};

/* clang-format on */

/* A kind is a row of kinds[]; NULL functions mean: a plain number. */
struct kind {
	const char *word;
	const char *expected;
	bool handle;
	bool optional;     /* handle: the operation makes do without */
	unsigned int ceil; /* plain numbers below it are their own raw number */
	uint64_t (*from_raw)(unsigned int raw);
	bool (*to_raw)(uint64_t value, unsigned int *raw);
	uint64_t (*settle)(uint64_t value);
	void (*print)(uint64_t value, char *buf, size_t len);
	bool (*parse)(const char *s, size_t len, uint64_t *value);
};

/* ---- sizes ---- */

static uint64_t size_from_raw(unsigned int raw)
{
	return raw < RAW_SIZES ? raw : sizes[(raw - RAW_SIZES) % (sizeof(sizes) / sizeof(*sizes))];
}

static bool size_to_raw(uint64_t value, unsigned int *raw)
{
	unsigned int i;

	if (value < RAW_SIZES) {
		*raw = (unsigned int)value;
		return true;
	}
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		if (sizes[i] == value) {
			*raw = RAW_SIZES + i;
			return true;
		}
	}
	return false;
}

/* The largest unit that divides the size, so that 4096 reads 4K. */
static void size_print(uint64_t value, char *buf, size_t len)
{
	static const char unit[] = "GMK";
	int i;

	for (i = 0; value && i < 3; i++) {
		int shift = 30 - 10 * i;

		if (!(value & (((uint64_t)1 << shift) - 1))) {
			(void)snprintf(buf, len, "%" PRIu64 "%c", value >> shift, unit[i]);
			return;
		}
	}
	(void)snprintf(buf, len, "%" PRIu64, value);
}

/* ---- GFP masks ---- */

static uint64_t gfp_from_raw(unsigned int raw)
{
	return gfps[raw % (sizeof(gfps) / sizeof(*gfps))];
}

static bool gfp_to_raw(uint64_t value, unsigned int *raw)
{
	unsigned int i;

	for (i = 0; i < sizeof(gfps) / sizeof(*gfps); i++) {
		if (gfps[i] == value) {
			*raw = i;
			return true;
		}
	}
	return false;
}

static uint64_t gfp_settle(uint64_t value)
{
	return value & GFP_NAMED;
}

static void gfp_print(uint64_t value, char *buf, size_t len)
{
	(void)mm_gfp_print((uint32_t)value, buf, len);
}

static bool gfp_parse(const char *s, size_t len, uint64_t *value)
{
	uint32_t gfp;

	if (mm_gfp_parse(s, len, &gfp))
		return false;
	*value = gfp;
	return true;
}

/* ---- sysctls ---- */

static uint64_t sysctl_settle(uint64_t value)
{
	return value % mm_sysctl_count();
}

static uint64_t sysctl_from_raw(unsigned int raw)
{
	return sysctl_settle(raw);
}

static void sysctl_print(uint64_t value, char *buf, size_t len)
{
	(void)snprintf(buf, len, "%s", mm_sysctl_name((size_t)value));
}

static bool sysctl_parse(const char *s, size_t len, uint64_t *value)
{
	int i = mm_sysctl_find(s, len);

	if (i < 0)
		return false;
	*value = (uint64_t)i;
	return true;
}

/* ---- attributes of fault injection ---- */

static uint64_t fault_settle(uint64_t value)
{
	return value % mm_failpoint_files();
}

static uint64_t fault_from_raw(unsigned int raw)
{
	return fault_settle(raw);
}

static void fault_print(uint64_t value, char *buf, size_t len)
{
	mm_failpoint_file_name((size_t)value, buf, len);
}

static bool fault_parse(const char *s, size_t len, uint64_t *value)
{
	int i = mm_failpoint_file_find(s, len);

	if (i < 0)
		return false;
	*value = (uint64_t)i;
	return true;
}

/* ---- numbers with a sign ---- */

/* The upper half of raw numbers are those below 0. */
static uint64_t int_from_raw(unsigned int raw)
{
	return raw < MM_ARG_RAW_NR / 2 ? raw : (uint64_t)raw - MM_ARG_RAW_NR;
}

static bool int_to_raw(uint64_t value, unsigned int *raw)
{
	*raw = (unsigned int)value & (MM_ARG_RAW_NR - 1);
	return int_from_raw(*raw) == value;
}

static void int_print(uint64_t value, char *buf, size_t len)
{
	(void)snprintf(buf, len, "%" PRId64, (int64_t)value);
}

static bool int_parse(const char *s, size_t len, uint64_t *value)
{
	bool below = len && s[0] == '-';

	if (!mm_arg_number(s + below, len - below, value) ||
	    *value > (uint64_t)INT64_MAX + (below ? 1 : 0))
		return false;
	*value = below ? 0 - *value : *value;
	return true;
}

/* ---- nodes ---- */

static void node_print(uint64_t value, char *buf, size_t len)
{
	if (value)
		(void)snprintf(buf, len, "%" PRIu64, value - 1);
	else
		(void)snprintf(buf, len, "local");
}

static bool node_parse(const char *s, size_t len, uint64_t *value)
{
	*value = 0;
	if (len == 5 && memcmp(s, "local", 5) == 0)
		return true;
	if (!mm_arg_number(s, len, value) || *value == UINT64_MAX)
		return false;
	++*value;
	return true;
}

static uint64_t nodes_settle(uint64_t value)
{
	return value & (((uint64_t)1 << MM_NODES_MAX) - 1);
}

/* "0,2-3", as /sys/devices/system/node/online has it. */
static void nodes_print(uint64_t value, char *buf, size_t len)
{
	size_t at = 0;
	unsigned int i = 0;

	if (!value)
		(void)snprintf(buf, len, "all");
	while (value >> i && at < len) {
		unsigned int first;

		while (!(value >> i & 1))
			i++;
		first = i;
		while (value >> (i + 1) & 1)
			i++;
		at += (size_t)snprintf(buf + at, len - at, at ? ",%u" : "%u", first);
		if (i > first && at < len)
			at += (size_t)snprintf(buf + at, len - at, "-%u", i);
		i++;
	}
}

static bool nodes_parse(const char *s, size_t len, uint64_t *value)
{
	const char *end = s + len;

	*value = 0;
	if (len == 3 && memcmp(s, "all", 3) == 0)
		return true;
	for (;;) {
		const char *comma = memchr(s, ',', (size_t)(end - s));
		const char *stop = comma ? comma : end;
		const char *dash = memchr(s, '-', (size_t)(stop - s));
		uint64_t first;
		uint64_t last;

		if (!mm_arg_number(s, (size_t)((dash ? dash : stop) - s), &first))
			return false;
		last = first;
		if (dash && !mm_arg_number(dash + 1, (size_t)(stop - dash - 1), &last))
			return false;
		if (first > last || last >= MM_NODES_MAX)
			return false;
		*value |= (((uint64_t)2 << last) - 1) & ~(((uint64_t)1 << first) - 1);
		if (!comma)
			return true;
		s = comma + 1;
	}
}

/* ---- flags of a task ---- */

static uint64_t task_settle(uint64_t value)
{
	return value & MM_TASK_ALL;
}

static uint64_t task_from_raw(unsigned int raw)
{
	return task_settle(raw);
}

static void task_print(uint64_t value, char *buf, size_t len)
{
	(void)mm_task_print((uint32_t)value, buf, len);
}

static bool task_parse(const char *s, size_t len, uint64_t *value)
{
	uint32_t flags;

	if (mm_task_parse(s, len, &flags))
		return false;
	*value = flags;
	return true;
}

/* clang-format off */
static const struct kind kinds[MM_ARG_KIND_NR] = {
	[MM_ARG_ORDER] = {.word = "order", .ceil = 16,
		.expected = "an order, a number below 2^64"},
	[MM_ARG_GFP] = {.word = "gfp",
		.expected = "a GFP mask such as KERNEL|ZERO or 0xdc0",
		.from_raw = gfp_from_raw, .to_raw = gfp_to_raw, .settle = gfp_settle,
		.print = gfp_print, .parse = gfp_parse},
	[MM_ARG_CPU] = {.word = "cpu", .ceil = 4,
		.expected = "a CPU, a number below 2^64"},
	[MM_ARG_NODE] = {.word = "node", .ceil = 4,
		.expected = "a node, a number below 2^64, or local",
		.print = node_print, .parse = node_parse},
	[MM_ARG_NODES] = {.word = "nodes", .ceil = 8,
		.expected = "nodes 0 .. 15 such as 0,2-3, or all", .settle = nodes_settle,
		.print = nodes_print, .parse = nodes_parse},
	[MM_ARG_COUNT] = {.word = "count", .ceil = MM_ARG_RAW_NR,
		.expected = "a number below 2^64"},
	[MM_ARG_SIZE] = {.word = "size",
		.expected = "a size below 2^64 such as 64, 4K, 2M, 1G or 3p (pages)",
		.from_raw = size_from_raw, .to_raw = size_to_raw,
		.print = size_print, .parse = mm_machine_size_parse},
	[MM_ARG_SYSCTL] = {.word = "sysctl", .ceil = MM_ARG_RAW_NR,
		.expected = "the name of a sysctl",
		.from_raw = sysctl_from_raw, .settle = sysctl_settle,
		.print = sysctl_print, .parse = sysctl_parse},
	[MM_ARG_PAGE] = {.word = "page", .handle = true,
		.expected = "a page handle (a name, or - for none)"},
	[MM_ARG_REF] = {.word = "ref", .handle = true,
		.expected = "a ref handle (a name, or - for none)"},
	[MM_ARG_TASK] = {.word = "task", .ceil = MM_TASK_ALL + 1,
		.expected = "flags of a task such as NOIO|PIN",
		.from_raw = task_from_raw, .settle = task_settle,
		.print = task_print, .parse = task_parse},
	[MM_ARG_SCOPE] = {.word = "scope", .handle = true,
		.expected = "a scope handle (a name, or - for none)"},
	[MM_ARG_PAGES] = {.word = "pages", .handle = true,
		.expected = "a pages handle (a name, or - for none)"},
	[MM_ARG_EXACT] = {.word = "exact", .handle = true,
		.expected = "an exact handle (a name, or - for none)"},
	[MM_ARG_FRAG] = {.word = "frag", .handle = true,
		.expected = "a frag handle (a name, or - for none)"},
	[MM_ARG_FAULT] = {.word = "fault", .ceil = MM_ARG_RAW_NR,
		.expected = "an attribute of fault injection such as fail_page_alloc/times",
		.from_raw = fault_from_raw, .settle = fault_settle,
		.print = fault_print, .parse = fault_parse},
	[MM_ARG_INT] = {.word = "int",
		.expected = "a number of 63 bits, perhaps below 0",
		.from_raw = int_from_raw, .to_raw = int_to_raw,
		.print = int_print, .parse = int_parse},
	[MM_ARG_PROC] = {.word = "proc", .handle = true,
		.expected = "a process handle (a name, or - for none)"},
	[MM_ARG_FILE] = {.word = "file", .handle = true, .optional = true,
		.expected = "a file handle (a name, or - for none)"},
	[MM_ARG_ADDR] = {.word = "addr",
		.expected = "an address below 2^64 such as 0x100000000000",
		.from_raw = mm_arg_addr_from_raw, .to_raw = mm_arg_addr_to_raw,
		.print = mm_arg_addr_print, .parse = mm_machine_size_parse},
	[MM_ARG_LEN] = {.word = "len",
		.expected = "a length below 2^64 such as 4K, 2M or 3p (pages)",
		.from_raw = mm_arg_len_from_raw, .to_raw = mm_arg_len_to_raw,
		.print = size_print, .parse = mm_machine_size_parse},
	[MM_ARG_PROT] = {.word = "prot", .expected = "rights such as READ|WRITE, or NONE",
		.from_raw = mm_arg_prot_from_raw, .to_raw = mm_arg_prot_to_raw,
		.settle = mm_arg_word32, .print = mm_arg_prot_print, .parse = mm_arg_prot_parse},
	[MM_ARG_MAP] = {.word = "map", .expected = "flags such as PRIVATE|ANONYMOUS|FIXED",
		.from_raw = mm_arg_map_from_raw, .to_raw = mm_arg_map_to_raw,
		.settle = mm_arg_word32, .print = mm_arg_map_print, .parse = mm_arg_map_parse},
	[MM_ARG_ACCESS] = {.word = "access", .ceil = 4, .expected = "read, write or exec",
		.from_raw = mm_arg_access_from_raw, .settle = mm_arg_access_settle,
		.print = mm_arg_access_print, .parse = mm_arg_access_parse},
	[MM_ARG_MODE] = {.word = "mode", .ceil = 64,
		.expected = "how a file is open, such as READ|WRITE",
		.from_raw = mm_arg_mode_from_raw, .to_raw = mm_arg_mode_to_raw,
		.settle = mm_arg_mode_settle,
		.print = mm_arg_mode_print, .parse = mm_arg_mode_parse},
	[MM_ARG_RLIMIT] = {.word = "rlimit", .ceil = 4, .expected = "AS, DATA, STACK or MEMLOCK",
		.settle = mm_arg_rlimit_settle,
		.print = mm_arg_rlimit_print, .parse = mm_arg_rlimit_parse},
	[MM_ARG_CAPS] = {.word = "caps", .ceil = 8,
		.expected = "capabilities such as IPC_LOCK|SYS_ADMIN, or NONE",
		.settle = mm_arg_caps_settle,
		.print = mm_arg_caps_print, .parse = mm_arg_caps_parse},
};
/* clang-format on */

const char *mm_arg_word(enum mm_arg_kind kind)
{
	return kinds[kind].word;
}

bool mm_arg_is_handle(enum mm_arg_kind kind)
{
	return kinds[kind].handle;
}

bool mm_arg_is_optional(enum mm_arg_kind kind)
{
	return kinds[kind].optional;
}

const char *mm_arg_expected(enum mm_arg_kind kind)
{
	return kinds[kind].expected;
}

uint64_t mm_arg_from_raw(enum mm_arg_kind kind, unsigned int raw)
{
	const struct kind *k = &kinds[kind];

	return k->from_raw ? k->from_raw(raw) : raw & (k->ceil - 1);
}

uint64_t mm_arg_default(enum mm_arg_kind kind)
{
	return mm_arg_from_raw(kind, 0);
}

bool mm_arg_to_raw(enum mm_arg_kind kind, uint64_t value, unsigned int *raw)
{
	const struct kind *k = &kinds[kind];

	if (k->to_raw)
		return k->to_raw(value, raw);
	if (value >= k->ceil)
		return false;
	*raw = (unsigned int)value;
	return true;
}

uint64_t mm_arg_settle(enum mm_arg_kind kind, uint64_t value)
{
	return kinds[kind].settle ? kinds[kind].settle(value) : value;
}

void mm_arg_print(enum mm_arg_kind kind, uint64_t value, char *buf, size_t len)
{
	if (kinds[kind].print)
		kinds[kind].print(value, buf, len);
	else
		(void)snprintf(buf, len, "%" PRIu64, value);
}

bool mm_arg_number(const char *s, size_t len, uint64_t *value)
{
	/* a size without its suffix */
	if (!len || s[len - 1] == 'p' || (s[len - 1] >= 'G' && s[len - 1] <= 'Z'))
		return false;
	return mm_machine_size_parse(s, len, value);
}

int mm_arg_parse(enum mm_arg_kind kind, const char *s, size_t len, uint64_t *value)
{
	bool ok =
		kinds[kind].parse ? kinds[kind].parse(s, len, value) : mm_arg_number(s, len, value);

	return ok ? 0 : -MM_EINVAL;
}
