/* SPDX-License-Identifier: MIT */
/*
 * page_ext model: a list of what was stored, newest value per frame and client.  A
 * record is the list's, and zero where the list says nothing.
 */
#include "mm/page_ext.h"

#include "mm/check.h"
#include "mm/sparse.h"

/* Further frames are not followed; they are found changed by the digest. */
#define STORED_MAX 64

struct stored {
	uint64_t pfn;
	enum mm_page_ext_client client;
	uint64_t value;
};

struct model {
	unsigned int nr;
	bool full;
	struct stored s[STORED_MAX];
};

static size_t model_size(const struct mm_machine *m)
{
	(void)m;
	return sizeof(struct model);
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;

	(void)m;
	md->nr = 0;
	md->full = false;
}

static void model_reset(void *state)
{
	model_boot(state, NULL);
}

static struct stored *find(struct model *md, uint64_t pfn, enum mm_page_ext_client client)
{
	unsigned int i;

	for (i = 0; i < md->nr; i++) {
		if (md->s[i].pfn == pfn && md->s[i].client == client)
			return &md->s[i];
	}
	return NULL;
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;
	struct stored *s = find(md, ev->f[0], (enum mm_page_ext_client)ev->f[1]);

	(void)r;
	(void)m;
	if (!s && md->nr == STORED_MAX) {
		md->full = true;
		return;
	}
	if (!s)
		s = &md->s[md->nr++];
	*s = (struct stored){ev->f[0], (enum mm_page_ext_client)ev->f[1], ev->f[2]};
}

static uint64_t word_of(const struct mm_machine *m, uint64_t pfn, enum mm_page_ext_client client)
{
	/* parts stand one after the other: flags, owner, table check */
	bool owner = (m->desc.page_ext >> MM_PAGE_EXT_OWNER & 1) != 0;
	bool flags = owner || (m->desc.page_ext >> MM_PAGE_EXT_IDLE & 1);
	bool check = (m->desc.page_ext >> MM_PAGE_EXT_TABLE_CHECK & 1) != 0;
	size_t head = flags ? 8 : 0;
	size_t body = owner ? 64 : 0;
	size_t size = head + body + (check ? 8 : 0);
	size_t at = client == MM_PAGE_EXT_FLAGS   ? 0
		    : client == MM_PAGE_EXT_OWNER ? head
						  : head + body;
	const unsigned char *b = m->page_ext + pfn * size + at;
	uint64_t v = 0;
	int i;

	for (i = 7; i >= 0; i--)
		v = v << 8 | b[i];
	return v;
}

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	unsigned int i;

	for (i = 0; i < md->nr; i++)
		MM_CHECK(r, "page_ext.record",
			 word_of(m, md->s[i].pfn, md->s[i].client) == md->s[i].value,
			 "pfn %llu: client %llu stored %llu and would find %llu",
			 (unsigned long long)md->s[i].pfn, (unsigned long long)md->s[i].client,
			 (unsigned long long)md->s[i].value,
			 (unsigned long long)word_of(m, md->s[i].pfn, md->s[i].client));
}

static bool nobody_stored(struct model *md, const struct mm_machine *m, uint64_t pfn,
			  enum mm_page_ext_client client)
{
	/* what page_owner keeps is its own model's */
	if (m->desc.page_owner && (client == MM_PAGE_EXT_FLAGS || client == MM_PAGE_EXT_OWNER))
		return false;
	return mm_page_ext_of(m, pfn, client) && !find(md, pfn, client);
}

/* Of a frame, what nobody stored is as it began. */
static void check_unstored(struct model *md, struct mm_report *r, const struct mm_machine *m,
			   uint64_t pfn)
{
	int c;

	for (c = 0; c < MM_PAGE_EXT_CLIENTS; c++) {
		if (!nobody_stored(md, m, pfn, (enum mm_page_ext_client)c))
			continue;
		MM_CHECK(r, "page_ext.record", !word_of(m, pfn, (enum mm_page_ext_client)c),
			 "pfn %llu: nobody stored for client %d", (unsigned long long)pfn, c);
	}
}

static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct model *md = state;
	uint64_t pfn;

	for (pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, 0);
	     m->page_ext && !md->full && pfn < m->max_pfn;
	     pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, pfn + 1))
		check_unstored(md, r, m, pfn);
}

const struct mm_model mm_page_ext_model = {
	.name = "page_ext",
	.events = MM_EV_BIT(MM_EV_mm_page_ext_store),
	.size = model_size,
	.boot = model_boot,
	.reset = model_reset,
	.on_event = model_event,
	.after_op = model_after_op,
	.sweep = model_sweep,
};
