/* SPDX-License-Identifier: MIT */
/*
 * arg_virt: addresses, lengths, and masks of bits that have names.
 *
 * Addresses in bytes are pages of one small stretch, so that mappings meet; some are at no
 * page, and some are where limits lie.  Masks have a raw bit for each thing that decides
 * something: raw 0 is the plainest request, each further bit one wish more.
 */
#include "fuzz/trace/arg_virt.h"

#include "mm/file.h"
#include "mm/mmap.h"
#include "mm/ops.h"
#include "mm/process.h"
#include "mm/vm_fault.h"

#include "fuzz/trace/arg.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NR(a) (sizeof(a) / sizeof((a)[0]))

/* ---- masks in text ---- */

struct bit {
	uint64_t bits;
	const char *name;
};

static void print_bits(uint64_t value, const struct bit *table, size_t nr, char *buf, size_t len)
{
	size_t at = 0;
	size_t i;

	buf[0] = '\0';
	if (!value)
		(void)snprintf(buf, len, "NONE");
	for (i = 0; i < nr && at < len; i++) {
		if ((value & table[i].bits) != table[i].bits)
			continue;
		at += (size_t)snprintf(buf + at, len - at, at ? "|%s" : "%s", table[i].name);
		value &= ~table[i].bits;
	}
	if (value && at < len)
		(void)snprintf(buf + at, len - at, at ? "|0x%" PRIx64 : "0x%" PRIx64, value);
}

static bool parse_one(const struct bit *table, size_t nr, const char *s, size_t len, uint64_t *bits)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (strlen(table[i].name) == len && memcmp(table[i].name, s, len) == 0) {
			*bits = table[i].bits;
			return true;
		}
	}
	*bits = 0;
	if (len == 4 && memcmp(s, "NONE", 4) == 0)
		return true;
	return mm_arg_number(s, len, bits) && *bits <= UINT32_MAX;
}

static bool parse_bits(const struct bit *table, size_t nr, const char *s, size_t len,
		       uint64_t *value)
{
	const char *end = s + len;

	*value = 0;
	for (;;) {
		const char *bar = memchr(s, '|', (size_t)(end - s));
		uint64_t bits;

		if (!parse_one(table, nr, s, (size_t)((bar ? bar : end) - s), &bits))
			return false;
		*value |= bits;
		if (!bar)
			return true;
		s = bar + 1;
	}
}

uint64_t mm_arg_word32(uint64_t value)
{
	return value & UINT32_MAX;
}

/* ---- masks in bytes: bit i of a raw number is bits[i], and zero is raw 0 ---- */

struct mask {
	const uint64_t *bits; /* do not overlap, so that each is there or is not */
	size_t nr;
	uint64_t zero;
};

static uint64_t mask_from_raw(const struct mask *m, unsigned int raw)
{
	uint64_t value = m->zero;
	size_t i;

	for (i = 0; i < m->nr; i++) {
		if (raw >> i & 1)
			value ^= m->bits[i];
	}
	return value;
}

static bool mask_to_raw(const struct mask *m, uint64_t value, unsigned int *raw)
{
	size_t i;

	*raw = 0;
	for (i = 0; i < m->nr; i++) {
		if ((value ^ m->zero) & m->bits[i])
			*raw |= 1u << i;
	}
	return mask_from_raw(m, *raw) == value;
}

/* ---- addresses ---- */

/* In steps of the stretch: at pages first, then beside them. */
static const uint64_t beside[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 0x123, 0xfff};

static const uint64_t limits[] = {
	4096,
	65536,
	UINT64_MAX,
	UINT64_MAX - 4095,
	((uint64_t)1 << 47) - 4096,
	((uint64_t)1 << 47) - 8192,
	(uint64_t)1 << 63,
	1,
};

uint64_t mm_arg_addr_from_raw(unsigned int raw)
{
	unsigned int step;

	if (!raw)
		return 0;
	raw--;
	step = raw / MM_ARG_ADDR_PAGES;
	if (step >= NR(beside))
		return limits[raw % NR(limits)];
	return MM_ARG_ADDR_BASE + (uint64_t)(raw % MM_ARG_ADDR_PAGES) * 4096 + beside[step];
}

bool mm_arg_addr_to_raw(uint64_t value, unsigned int *raw)
{
	uint64_t page = (value - MM_ARG_ADDR_BASE) / 4096;
	unsigned int i;

	*raw = 0;
	if (!value)
		return true;
	for (i = 0; i < NR(beside) && value >= MM_ARG_ADDR_BASE && page < MM_ARG_ADDR_PAGES; i++) {
		*raw = 1 + i * MM_ARG_ADDR_PAGES + (unsigned int)page;
		if (mm_arg_addr_from_raw(*raw) == value)
			return true;
	}
	for (i = 0; i < NR(limits); i++) {
		*raw = 1 + NR(beside) * MM_ARG_ADDR_PAGES + i;
		if (mm_arg_addr_from_raw(*raw) == value)
			return true;
	}
	return false;
}

void mm_arg_addr_print(uint64_t value, char *buf, size_t len)
{
	(void)snprintf(buf, len, "0x%" PRIx64, value);
}

/* ---- lengths ---- */

#define LEN_PAGES 1024u

static const uint64_t lens[] = {
	1,
	4095,
	4097,
	UINT64_MAX,
	UINT64_MAX - 4095,
	UINT64_MAX - 8191,
	(uint64_t)1 << 47,
	((uint64_t)1 << 47) - 4096,
	(uint64_t)INT64_MAX & ~(uint64_t)4095,
	(uint64_t)1 << 63,
	(uint64_t)1 << 40,
	8191,
	12289,
};

uint64_t mm_arg_len_from_raw(unsigned int raw)
{
	return raw < LEN_PAGES ? (uint64_t)raw * 4096 : lens[(raw - LEN_PAGES) % NR(lens)];
}

bool mm_arg_len_to_raw(uint64_t value, unsigned int *raw)
{
	unsigned int i;

	*raw = (unsigned int)(value / 4096);
	if (value < (uint64_t)LEN_PAGES * 4096 && value % 4096 == 0)
		return true;
	for (i = 0; i < NR(lens); i++) {
		*raw = LEN_PAGES + i;
		if (lens[i] == value)
			return true;
	}
	return false;
}

/* ---- rights ---- */

static const struct bit prots[] = {
	{MM_PROT_READ, "READ"}, {MM_PROT_WRITE, "WRITE"},         {MM_PROT_EXEC, "EXEC"},
	{0x8, "SEM"},           {MM_PROT_GROWSDOWN, "GROWSDOWN"}, {MM_PROT_GROWSUP, "GROWSUP"},
};

static const uint64_t prot_bits[] = {
	MM_PROT_READ,      MM_PROT_WRITE, MM_PROT_EXEC,    0,    0,
	MM_PROT_GROWSDOWN, 0x8,           MM_PROT_GROWSUP, 0x10,
};

static const struct mask prot_mask = {prot_bits, NR(prot_bits), MM_PROT_READ | MM_PROT_WRITE};

uint64_t mm_arg_prot_from_raw(unsigned int raw)
{
	return mask_from_raw(&prot_mask, raw);
}

bool mm_arg_prot_to_raw(uint64_t value, unsigned int *raw)
{
	return mask_to_raw(&prot_mask, value, raw);
}

void mm_arg_prot_print(uint64_t value, char *buf, size_t len)
{
	print_bits(value, prots, NR(prots), buf, len);
}

bool mm_arg_prot_parse(const char *s, size_t len, uint64_t *value)
{
	return parse_bits(prots, NR(prots), s, len, value);
}

/* ---- flags of mmap ---- */

static const struct bit maps[] = {
	{MM_MAP_SHARED_VALIDATE, "SHARED_VALIDATE"},
	{MM_MAP_SHARED, "SHARED"},
	{MM_MAP_PRIVATE, "PRIVATE"},
	{MM_MAP_ANONYMOUS, "ANONYMOUS"},
	{MM_MAP_FIXED, "FIXED"},
	{MM_MAP_FIXED_NOREPLACE, "FIXED_NOREPLACE"},
	{MM_MAP_GROWSDOWN, "GROWSDOWN"},
	{MM_MAP_DENYWRITE, "DENYWRITE"},
	{MM_MAP_EXECUTABLE, "EXECUTABLE"},
	{MM_MAP_LOCKED, "LOCKED"},
	{MM_MAP_NORESERVE, "NORESERVE"},
	{MM_MAP_POPULATE, "POPULATE"},
	{MM_MAP_NONBLOCK, "NONBLOCK"},
	{MM_MAP_STACK, "STACK"},
};

static const uint64_t map_bits[] = {
	MM_MAP_FIXED,        MM_MAP_PRIVATE | MM_MAP_SHARED,
	MM_MAP_ANONYMOUS,    MM_MAP_FIXED_NOREPLACE,
	MM_MAP_NORESERVE,    MM_MAP_POPULATE,
	MM_MAP_LOCKED,       MM_MAP_GROWSDOWN,
	MM_MAP_STACK,        MM_MAP_NONBLOCK,
	0x800000 /* none */, 4 /* a type that is none */,
};

#define MAP_ZERO (MM_MAP_PRIVATE | MM_MAP_ANONYMOUS)

static const struct mask map_mask = {map_bits, NR(map_bits), MAP_ZERO};

/* The highest raw bits make MAP_SHARED_VALIDATE of MAP_SHARED, and no type of either. */
#define RAW_VALIDATE (1u << NR(map_bits))
#define RAW_NO_TYPE  (2u << NR(map_bits))

uint64_t mm_arg_map_from_raw(unsigned int raw)
{
	uint64_t value = mask_from_raw(&map_mask, raw);

	if (raw & RAW_VALIDATE)
		value |= MM_MAP_SHARED_VALIDATE;
	if (raw & RAW_NO_TYPE)
		value &= ~(uint64_t)MM_MAP_SHARED_VALIDATE;
	return value;
}

bool mm_arg_map_to_raw(uint64_t value, unsigned int *raw)
{
	uint64_t type = value & MM_MAP_SHARED_VALIDATE;
	uint64_t plain = value;

	if (type != MM_MAP_SHARED)
		plain = (value & ~(uint64_t)MM_MAP_SHARED_VALIDATE) | MM_MAP_PRIVATE;
	if (!mask_to_raw(&map_mask, plain, raw))
		return false;
	if (type == MM_MAP_SHARED_VALIDATE)
		*raw |= RAW_VALIDATE;
	if (!type)
		*raw |= RAW_NO_TYPE;
	return mm_arg_map_from_raw(*raw) == value;
}

void mm_arg_map_print(uint64_t value, char *buf, size_t len)
{
	print_bits(value, maps, NR(maps), buf, len);
}

bool mm_arg_map_parse(const char *s, size_t len, uint64_t *value)
{
	return parse_bits(maps, NR(maps), s, len, value);
}

/* ---- one of a few words ---- */

static bool parse_word(const char *const *words, size_t nr, const char *s, size_t len,
		       uint64_t *value)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (strlen(words[i]) == len && memcmp(words[i], s, len) == 0) {
			*value = i;
			return true;
		}
	}
	return false;
}

static const char *const accesses[] = {"read", "write", "exec"};

uint64_t mm_arg_access_settle(uint64_t value)
{
	return value % NR(accesses);
}

uint64_t mm_arg_access_from_raw(unsigned int raw)
{
	return mm_arg_access_settle(raw);
}

void mm_arg_access_print(uint64_t value, char *buf, size_t len)
{
	(void)snprintf(buf, len, "%s", accesses[mm_arg_access_settle(value)]);
}

bool mm_arg_access_parse(const char *s, size_t len, uint64_t *value)
{
	return parse_word(accesses, NR(accesses), s, len, value);
}

static const char *const rlimits[] = {"DATA", "STACK", "MEMLOCK", "AS"};

_Static_assert(NR(rlimits) == MM_NR_RLIMITS, "a word per limit");

uint64_t mm_arg_rlimit_settle(uint64_t value)
{
	return value % NR(rlimits);
}

void mm_arg_rlimit_print(uint64_t value, char *buf, size_t len)
{
	(void)snprintf(buf, len, "%s", rlimits[mm_arg_rlimit_settle(value)]);
}

bool mm_arg_rlimit_parse(const char *s, size_t len, uint64_t *value)
{
	return parse_word(rlimits, NR(rlimits), s, len, value);
}

/* ---- files and rights of processes ---- */

static const struct bit modes[] = {
	{MM_FILE_READ, "READ"},     {MM_FILE_WRITE, "WRITE"},   {MM_FILE_APPEND, "APPEND"},
	{MM_FILE_NOEXEC, "NOEXEC"}, {MM_FILE_NOMMAP, "NOMMAP"}, {MM_FILE_SHMEM, "SHMEM"},
};

static const uint64_t mode_bits[] = {
	MM_FILE_SHMEM, MM_FILE_WRITE, MM_FILE_READ, MM_FILE_NOEXEC, MM_FILE_APPEND, MM_FILE_NOMMAP,
};

static const struct mask mode_mask = {mode_bits, NR(mode_bits), MM_FILE_READ | MM_FILE_WRITE};

#define MODES (MM_FILE_ALL & ~MM_FILE_ANON)

uint64_t mm_arg_mode_settle(uint64_t value)
{
	return value & MODES;
}

uint64_t mm_arg_mode_from_raw(unsigned int raw)
{
	return mask_from_raw(&mode_mask, raw);
}

bool mm_arg_mode_to_raw(uint64_t value, unsigned int *raw)
{
	return mask_to_raw(&mode_mask, value, raw);
}

void mm_arg_mode_print(uint64_t value, char *buf, size_t len)
{
	print_bits(value, modes, NR(modes), buf, len);
}

bool mm_arg_mode_parse(const char *s, size_t len, uint64_t *value)
{
	return parse_bits(modes, NR(modes), s, len, value) && *value == mm_arg_mode_settle(*value);
}

static const struct bit caps[] = {
	{MM_CAP_IPC_LOCK, "IPC_LOCK"},
	{MM_CAP_SYS_RAWIO, "SYS_RAWIO"},
	{MM_CAP_SYS_ADMIN, "SYS_ADMIN"},
};

uint64_t mm_arg_caps_settle(uint64_t value)
{
	return value & MM_CAP_ALL;
}

void mm_arg_caps_print(uint64_t value, char *buf, size_t len)
{
	print_bits(value, caps, NR(caps), buf, len);
}

bool mm_arg_caps_parse(const char *s, size_t len, uint64_t *value)
{
	return parse_bits(caps, NR(caps), s, len, value) && *value == mm_arg_caps_settle(*value);
}
