/* SPDX-License-Identifier: MIT */
/*
 * page_ext: parts of records, one after the other for the clients that are on.
 */
#include "mm/page_ext.h"

#include "mm/rng.h"
#include "mm/sparse.h"

#include <string.h>

static const struct {
	const char *name;
	size_t size;
	bool flags; /* needs the shared flags */
} clients[MM_PAGE_EXT_CLIENTS] = {
	[MM_PAGE_EXT_FLAGS] = {"flags", 8, false},
	/* order, reason, mask, two handles, two times, command and four ids */
	[MM_PAGE_EXT_OWNER] = {"owner", 64, true},
	[MM_PAGE_EXT_IDLE] = {"idle", 0, true},
	/* how often it is mapped as anonymous memory, and as a file's */
	[MM_PAGE_EXT_TABLE_CHECK] = {"table_check", 8, false},
};

const char *mm_page_ext_name(enum mm_page_ext_client c)
{
	return clients[c].name;
}

size_t mm_page_ext_part(enum mm_page_ext_client c)
{
	return clients[c].size;
}

static bool is_on(const struct mm_machine *m, enum mm_page_ext_client c)
{
	int i;

	if (c != MM_PAGE_EXT_FLAGS)
		return (m->desc.page_ext >> c & 1) != 0;
	for (i = 0; i < MM_PAGE_EXT_CLIENTS; i++) {
		if ((m->desc.page_ext >> i & 1) && clients[i].flags)
			return true;
	}
	return false;
}

size_t mm_page_ext_offset(const struct mm_machine *m, enum mm_page_ext_client c)
{
	size_t at = 0;
	int i;

	if (!is_on(m, c))
		return SIZE_MAX;
	for (i = 0; i < (int)c; i++) {
		if (is_on(m, (enum mm_page_ext_client)i))
			at += clients[i].size;
	}
	return at;
}

size_t mm_page_ext_size(const struct mm_machine *m)
{
	size_t size = 0;
	int i;

	for (i = 0; i < MM_PAGE_EXT_CLIENTS; i++) {
		if (is_on(m, (enum mm_page_ext_client)i))
			size += clients[i].size;
	}
	return size;
}

int mm_page_ext_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	size_t size = mm_page_ext_size(m);

	if (!size)
		return 0;
	m->page_ext = mm_machine_alloc_frames(m, (unsigned int)(8 * size), 0);
	return m->page_ext ? 0 : -MM_ENOMEM;
}

static unsigned char *record(const struct mm_machine *m, uint64_t pfn)
{
	if (!m->page_ext || pfn >= m->max_pfn || !mm_sparse_valid(m, pfn) ||
	    !mm_sparse_ready(m, pfn))
		return NULL;
	return m->page_ext + pfn * mm_page_ext_size(m);
}

void *mm_page_ext_of(const struct mm_machine *m, uint64_t pfn, enum mm_page_ext_client c)
{
	unsigned char *r = record(m, pfn);
	size_t at = mm_page_ext_offset(m, c);

	return r && at != SIZE_MAX && clients[c].size ? r + at : NULL;
}

int mm_page_ext_store(struct mm_ctx *x, uint64_t pfn, enum mm_page_ext_client c, uint64_t value)
{
	unsigned char *part = mm_page_ext_of(x->m, pfn, c);
	int i;

	if (!part)
		return -MM_ENODEV;
	/* a client that lives: its records are its own */
	if (x->m->desc.page_owner && (c == MM_PAGE_EXT_OWNER || c == MM_PAGE_EXT_FLAGS))
		return -MM_EBUSY;
	/* low byte first on every host: the digest sees bytes */
	for (i = 0; i < 8; i++)
		part[i] = (unsigned char)(value >> (8 * i));
	mm_event(x, MM_EV_mm_page_ext_store, pfn, c, value);
	mm_touch(x, MM_OBJ_FRAME, pfn);
	return 0;
}

uint64_t mm_page_ext_hash(const struct mm_machine *m, uint64_t pfn)
{
	const unsigned char *r = m->page_ext ? record(m, pfn) : NULL;
	size_t size = mm_page_ext_size(m);
	uint64_t h = 0;
	size_t i;

	for (i = 0; r && i < size; i++) {
		if (r[i])
			h = mm_hash64_step(h + i, r[i]);
	}
	return h;
}
