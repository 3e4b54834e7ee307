/* SPDX-License-Identifier: MIT */
/*
 * page_alloc operations.
 *
 * A handle may have been given up before (double free, use after free).  Where
 * its frame is free, the allocator is asked all the same: refusing is its job.
 * Where the frame has a new owner, Linux would free or change that owner's page
 * without noticing; this is recorded and not done, so that the trace goes on.
 *
 * An array of single pages is kept slot by slot, as its callers would.  The pages
 * are chained through their private data, which is their holder's:
 *
 *     handle -> pfn 7 {slot 2, next 9} -> pfn 9 {slot 0, none}      slot 1 is empty
 */
#include "mm/page_alloc.h"

#include "mm/ops.h"

static struct page *page_of(struct mm_run *r, const struct mm_handle *h)
{
	return &mm_run_machine(r)->memmap[h->value];
}

/* Given up, and somebody else's by now? */
static bool is_stale(struct mm_ctx *x, const struct mm_handle *h, const struct page *page)
{
	if (h->state != MM_HANDLE_CONSUMED || page->refcount == 0)
		return false;
	mm_machine_outcome(x, MM_OUTCOME_STALE_USE, h->value);
	return true;
}

static void op_alloc(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[2]);
	uint64_t order = op->arg[0];
	struct page *page;

	if (!x) {
		res->err = -MM_EINVAL;
		return;
	}
	page = mm_page_alloc_get(x, order > UINT8_MAX ? UINT8_MAX : (unsigned int)order,
				 (uint32_t)op->arg[1]);
	mm_run_count_alloc(r, order, page != NULL);
	if (!page) {
		res->err = -MM_ENOMEM;
		return;
	}
	mm_run_make(r, pfn_raw(mm_page_pfn(x->m, page)), (uint8_t)order);
}

static void op_alloc_cold(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);
	struct page *page;

	if (!x) {
		res->err = -MM_EINVAL;
		return;
	}
	page = mm_page_alloc_get_cold(x, (uint32_t)op->arg[0]);
	mm_run_count_alloc(r, 0, page != NULL);
	if (page)
		mm_run_make(r, pfn_raw(mm_page_pfn(x->m, page)), 0);
	else
		res->err = -MM_ENOMEM;
}

static void op_alloc_node(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[4]);
	uint64_t order = op->arg[0];
	struct page *page;

	/* the kernel's alloc_pages_node from a node that is not there is a VM_BUG_ON */
	if (!x || op->arg[2] > (uint64_t)x->m->desc.nr_nodes) {
		res->err = -MM_EINVAL;
		return;
	}
	page = mm_page_alloc_node(x, order > UINT8_MAX ? UINT8_MAX : (unsigned int)order,
				  (uint32_t)op->arg[1], (int)op->arg[2] - 1, (uint32_t)op->arg[3]);
	mm_run_count_alloc(r, order, page != NULL);
	if (!page) {
		res->err = -MM_ENOMEM;
		return;
	}
	mm_run_make(r, pfn_raw(mm_page_pfn(x->m, page)), (uint8_t)order);
}

static void op_cpuset_mems(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);

	res->err = x ? mm_page_alloc_set_mems(x, (uint32_t)op->arg[0]) : -MM_EINVAL;
}

static void free_handle(struct mm_run *r, struct mm_ctx *x, const struct mm_handle *h, bool cold)
{
	struct page *page = page_of(r, h);

	if (is_stale(x, h, page))
		return;
	if (h->state == MM_HANDLE_LIVE)
		mm_run_count_free(r, h->order);
	if (cold && !h->order)
		mm_page_alloc_put_cold(x, page);
	else
		mm_page_alloc_put(x, page, h->order);
}

static void free_or_refuse(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res,
			   bool cold)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);

	if (x)
		free_handle(r, x, mm_run_handle(r, op->arg[0]), cold);
	else
		res->err = -MM_EINVAL;
}

static void op_free(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	free_or_refuse(r, op, res, false);
}

static void op_free_cold(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	free_or_refuse(r, op, res, true);
}

static void op_get(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);

	if (!x || h->state == MM_HANDLE_CONSUMED) {
		/* the kernel's get_page on a page without reference is a VM_BUG_ON */
		res->err = -MM_EINVAL;
		return;
	}
	mm_page_alloc_ref(x, page_of(r, h));
	mm_run_make(r, h->value, h->order);
}

static void op_put(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);

	if (!x)
		res->err = -MM_EINVAL;
	else if (!is_stale(x, h, mm_page_head(page_of(r, h))))
		mm_page_alloc_unref(x, page_of(r, h));
}

static void op_sysctl(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	res->err = mm_page_alloc_sysctl(mm_run_ctx(r, 0), (size_t)op->arg[0], op->arg[1]);
}

static void op_set_mapping(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, 0);
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);

	if (h->state == MM_HANDLE_CONSUMED) {
		res->err = -MM_EINVAL;
		return;
	}
	page_of(r, h)->mapping = op->arg[1];
	mm_page_touch(x, page_of(r, h));
}

/* Of a frame behind the first: of that the fields are the allocator's, or the array's. */
static void op_set_private(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, 0);
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);
	uint64_t i = op->arg[1];

	if (h->state == MM_HANDLE_CONSUMED || (page_of(r, h)->flags & MM_PG_COMP) || !i ||
	    i >= (uint64_t)1 << h->order) {
		res->err = -MM_EINVAL;
		return;
	}
	page_of(r, h)[i].private_data = op->arg[2];
	mm_page_touch(x, page_of(r, h) + i);
}

/* ---- single pages ---- */

/* An array is as large as a page of pointers. */
#define SLOTS_MAX 512

/* The handle of an array with nothing in it, and the end of a chain. */
#define NO_PAGE UINT64_MAX

#define SLOT_BITS 16

static uint64_t slot_of(const struct page *page)
{
	return page->private_data & ((1u << SLOT_BITS) - 1);
}

static uint64_t next_of(const struct page *page)
{
	uint64_t next = page->private_data >> SLOT_BITS;

	return next ? next - 1 : NO_PAGE;
}

/* The page joins the chain that begins at *head. */
static void chain(struct mm_ctx *x, struct page *page, uint64_t slot, uint64_t *head)
{
	page->private_data = (*head == NO_PAGE ? 0 : *head + 1) << SLOT_BITS | slot;
	mm_page_touch(x, page);
	*head = pfn_raw(mm_page_pfn(x->m, page));
}

static void op_split(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);
	uint64_t head = NO_PAGE;
	uint64_t i;

	if (!x || h->state == MM_HANDLE_CONSUMED || (page_of(r, h)->flags & MM_PG_COMP)) {
		/* the kernel's split_page has a VM_BUG_ON for both */
		res->err = -MM_EINVAL;
		return;
	}
	mm_page_alloc_split(x, page_of(r, h));
	for (i = (uint64_t)1 << h->order; i-- > 0;)
		chain(x, page_of(r, h) + i, i, &head);
	mm_run_make(r, head, h->order);
}

/* Take slots below nr off the chain into an array; the others stay on it. */
static void take_slots(struct mm_ctx *x, uint64_t *head, uint64_t nr, struct page **slots)
{
	uint64_t at = *head;

	*head = NO_PAGE;
	while (at != NO_PAGE) {
		struct page *page = &x->m->memmap[at];

		at = next_of(page);
		if (slot_of(page) < nr)
			slots[slot_of(page)] = page;
		else
			chain(x, page, slot_of(page), head);
	}
}

static uint64_t nr_full(struct page *const *slots, uint64_t nr)
{
	uint64_t full = 0;

	while (nr-- > 0)
		full += slots[nr] != NULL;
	return full;
}

/* Fill the empty ones of the first nr slots of a chain; the answer is the kernel's. */
static void fill(struct mm_run *r, struct mm_ctx *x, const uint64_t *nr_and_gfp, uint64_t *head,
		 struct mm_op_result *res)
{
	struct page *slots[SLOTS_MAX] = {NULL};
	uint64_t nr = nr_and_gfp[0];
	uint64_t before;
	uint64_t i;

	take_slots(x, head, nr, slots);
	before = nr_full(slots, nr);
	res->value = mm_page_alloc_bulk(x, (uint32_t)nr_and_gfp[1], (unsigned int)nr, slots);
	res->has_value = true;
	for (i = nr_full(slots, nr); i > before; i--)
		mm_run_count_alloc(r, 0, true);
	for (i = nr; i-- > 0;) {
		if (slots[i])
			chain(x, slots[i], i, head);
	}
}

static void op_bulk(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[2]);
	uint64_t head = NO_PAGE;

	if (!x || op->arg[0] > SLOTS_MAX) {
		res->err = -MM_EINVAL;
		return;
	}
	fill(r, x, op->arg, &head, res);
	mm_run_make(r, head, 0);
}

static void op_bulk_fill(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[3]);
	struct mm_handle *h = mm_run_handle(r, op->arg[0]);

	if (!x || op->arg[1] > SLOTS_MAX || h->state == MM_HANDLE_CONSUMED)
		res->err = -MM_EINVAL;
	else
		fill(r, x, op->arg + 1, &h->value, res);
}

static void free_page_of(struct mm_run *r, struct mm_ctx *x, struct page *page)
{
	mm_run_count_free(r, 0);
	mm_page_alloc_put(x, page, 0);
}

static void op_free_slot(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[2]);
	struct mm_handle *h = mm_run_handle(r, op->arg[0]);
	struct page *before = NULL;
	uint64_t at = h->value;

	if (!x || h->state == MM_HANDLE_CONSUMED) {
		res->err = -MM_EINVAL;
		return;
	}
	while (at != NO_PAGE && slot_of(&x->m->memmap[at]) != op->arg[1]) {
		before = &x->m->memmap[at];
		at = next_of(before);
	}
	if (at == NO_PAGE) {
		res->err = -MM_ENOENT;
		return;
	}
	if (before) {
		uint64_t next = next_of(&x->m->memmap[at]);

		chain(x, before, slot_of(before), &next);
	} else {
		h->value = next_of(&x->m->memmap[at]);
	}
	free_page_of(r, x, &x->m->memmap[at]);
}

static void free_chain(struct mm_run *r, struct mm_ctx *x, uint64_t at)
{
	while (at != NO_PAGE) {
		struct page *page = &x->m->memmap[at];

		at = next_of(page);
		free_page_of(r, x, page);
	}
}

static void op_free_slots(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);

	if (!x || h->state == MM_HANDLE_CONSUMED)
		res->err = -MM_EINVAL;
	else
		free_chain(r, x, h->value);
}

static void give_back_slots(struct mm_run *r, struct mm_handle *h)
{
	free_chain(r, mm_run_ctx(r, 0), h->value);
}

/* ---- exact requests: the first page remembers their size ---- */

static void op_alloc_exact(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[2]);
	struct page *page;
	uint64_t i;

	if (!x) {
		res->err = -MM_EINVAL;
		return;
	}
	page = mm_page_alloc_exact(x, op->arg[0], (uint32_t)op->arg[1]);
	if (!page) {
		mm_run_count_alloc(r, 0, false);
		res->err = -MM_ENOMEM;
		return;
	}
	for (i = 0; i < op->arg[0]; i += MM_PAGE_SIZE)
		mm_run_count_alloc(r, 0, true);
	page->private_data = op->arg[0];
	mm_page_touch(x, page);
	mm_run_make(r, pfn_raw(mm_page_pfn(x->m, page)), 0);
}

static void free_exact(struct mm_run *r, struct mm_ctx *x, const struct mm_handle *h)
{
	struct page *page = page_of(r, h);
	uint64_t size = page->private_data;
	uint64_t i;

	for (i = 0; i < size; i += MM_PAGE_SIZE)
		mm_run_count_free(r, 0);
	mm_page_alloc_exact_free(x, page, size);
}

static void op_free_exact(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[1]);
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);

	if (!x || h->state == MM_HANDLE_CONSUMED)
		res->err = -MM_EINVAL;
	else
		free_exact(r, x, h);
}

static void give_back_exact(struct mm_run *r, struct mm_handle *h)
{
	free_exact(r, mm_run_ctx(r, 0), h);
}

/* ---- other ways in ---- */

static void op_get_tail(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[2]);
	const struct mm_handle *h = mm_run_handle(r, op->arg[0]);
	uint64_t i = op->arg[1];

	if (!x || h->state == MM_HANDLE_CONSUMED || !(page_of(r, h)->flags & MM_PG_COMP) ||
	    i >= (uint64_t)1 << h->order) {
		res->err = -MM_EINVAL;
		return;
	}
	mm_page_alloc_ref(x, page_of(r, h) + i);
	mm_run_make(r, h->value + i, 0);
}

static void op_get_free_pages(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	struct mm_ctx *x = mm_run_ctx(r, op->arg[2]);
	uint64_t order = op->arg[0] > UINT8_MAX ? UINT8_MAX : op->arg[0];
	uint64_t address =
		x ? mm_page_alloc_pages(x, (unsigned int)order, (uint32_t)op->arg[1]) : 0;

	if (x)
		mm_run_count_alloc(r, order, address != 0);
	if (!address)
		res->err = x ? -MM_ENOMEM : -MM_EINVAL;
	else
		mm_run_make(r, pfn_raw(mm_page_pfn(x->m, mm_page_alloc_at(x->m, address))),
			    (uint8_t)order);
}

static void op_gfp_restrict(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res)
{
	if (op->arg[0] & ~(uint64_t)MM_GFP_RESTRICTABLE)
		res->err = -MM_EINVAL;
	else
		mm_page_alloc_restrict(mm_run_ctx(r, 0), (uint32_t)op->arg[0]);
}

static void give_back(struct mm_run *r, struct mm_handle *h)
{
	free_handle(r, mm_run_ctx(r, 0), h, false);
}

static void drop_ref(struct mm_run *r, struct mm_handle *h)
{
	mm_page_alloc_unref(mm_run_ctx(r, 0), page_of(r, h));
}

static void teardown(struct mm_run *r)
{
	mm_run_each_live(r, MM_ARG_PAGE, give_back);
	mm_run_each_live(r, MM_ARG_PAGES, give_back_slots);
	mm_run_each_live(r, MM_ARG_EXACT, give_back_exact);
	mm_run_each_live(r, MM_ARG_REF, drop_ref);
}

/* clang-format off */
static const struct mm_op_def ops[] = {
	{"alloc", MM_ARG_PAGE, op_alloc, "allocate a block of 2^order frames", {
		{"order", MM_ARG_ORDER, MM_ARGF_SHOW},
		{"gfp", MM_ARG_GFP, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{"free", MM_ARG_END, op_free, "drop the reference of an alloc (__free_pages)", {
		{"page", MM_ARG_PAGE, MM_ARGF_CONSUMES},
		{"cpu", MM_ARG_CPU, 0}}},
	{"get", MM_ARG_REF, op_get, "take a further reference (get_page)", {
		{"page", MM_ARG_PAGE, 0},
		{"cpu", MM_ARG_CPU, 0}}},
	{"put", MM_ARG_END, op_put, "drop the reference of a get (put_page)", {
		{"ref", MM_ARG_REF, MM_ARGF_CONSUMES},
		{"cpu", MM_ARG_CPU, 0}}},
	{"split", MM_ARG_PAGES, op_split, "make each frame of a block a page of its own (split_page)", {
		{"page", MM_ARG_PAGE, MM_ARGF_CONSUMES},
		{"cpu", MM_ARG_CPU, 0}}},
	{"alloc_exact", MM_ARG_EXACT, op_alloc_exact, "allocate SIZE bytes in pages, not in orders", {
		{"size", MM_ARG_SIZE, MM_ARGF_SHOW},
		{"gfp", MM_ARG_GFP, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{"free_exact", MM_ARG_END, op_free_exact, "give them back (free_pages_exact)", {
		{"exact", MM_ARG_EXACT, MM_ARGF_CONSUMES},
		{"cpu", MM_ARG_CPU, 0}}},
	{"bulk", MM_ARG_PAGES, op_bulk, "fill an array of NR slots with pages; how many are full", {
		{"nr", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"gfp", MM_ARG_GFP, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{"bulk_fill", MM_ARG_END, op_bulk_fill, "fill the empty ones of the first NR slots again", {
		{"pages", MM_ARG_PAGES, 0},
		{"nr", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"gfp", MM_ARG_GFP, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{"free_slot", MM_ARG_END, op_free_slot, "free the page in one slot of an array", {
		{"pages", MM_ARG_PAGES, 0},
		{"slot", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{"free_slots", MM_ARG_END, op_free_slots, "free the pages of all slots", {
		{"pages", MM_ARG_PAGES, MM_ARGF_CONSUMES},
		{"cpu", MM_ARG_CPU, 0}}},
	{"get_tail", MM_ARG_REF, op_get_tail, "take a reference through a tail of a compound block", {
		{"page", MM_ARG_PAGE, 0},
		{"index", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{"get_free_pages", MM_ARG_PAGE, op_get_free_pages, "allocate by address: never HighMem", {
		{"order", MM_ARG_ORDER, MM_ARGF_SHOW},
		{"gfp", MM_ARG_GFP, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{"gfp_restrict", MM_ARG_END, op_gfp_restrict, "take RECLAIM, IO, FS from all requests; 0: give back", {
		{"gfp", MM_ARG_GFP, MM_ARGF_SHOW}}},
	{"set_mapping", MM_ARG_END, op_set_mapping, "store VALUE in page->mapping, as an owner does", {
		{"page", MM_ARG_PAGE, 0},
		{"value", MM_ARG_COUNT, MM_ARGF_SHOW}}},
	{"set_private", MM_ARG_END, op_set_private, "store VALUE in page->private of an inner frame", {
		{"page", MM_ARG_PAGE, 0},
		{"index", MM_ARG_COUNT, MM_ARGF_SHOW},
		{"value", MM_ARG_COUNT, MM_ARGF_SHOW}}},
	{"sysctl", MM_ARG_END, op_sysctl, "write a sysctl of /proc/sys/vm", {
		{"name", MM_ARG_SYSCTL, MM_ARGF_SHOW},
		{"value", MM_ARG_COUNT, MM_ARGF_SHOW}}},
	{"alloc_node", MM_ARG_PAGE, op_alloc_node, "allocate from a node on, of some nodes only", {
		{"order", MM_ARG_ORDER, MM_ARGF_SHOW},
		{"gfp", MM_ARG_GFP, MM_ARGF_SHOW},
		{"node", MM_ARG_NODE, 0},
		{"nodes", MM_ARG_NODES, 0},
		{"cpu", MM_ARG_CPU, 0}}},
	{"alloc_cold", MM_ARG_PAGE, op_alloc_cold, "a page that nobody will write soon (__GFP_COLD, up to 4.14)", {
		{"gfp", MM_ARG_GFP, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{"free_cold", MM_ARG_END, op_free_cold, "free one whose bytes are in no cache (up to 4.14)", {
		{"page", MM_ARG_PAGE, MM_ARGF_CONSUMES},
		{"cpu", MM_ARG_CPU, 0}}},
	{"cpuset_mems", MM_ARG_END, op_cpuset_mems, "limit the task on a CPU to some nodes", {
		{"nodes", MM_ARG_NODES, MM_ARGF_SHOW},
		{"cpu", MM_ARG_CPU, 0}}},
	{NULL, MM_ARG_END, NULL, NULL, {{NULL, MM_ARG_END, 0}}},
};
/* clang-format on */

const struct mm_optable mm_page_alloc_optable = {"page_alloc", ops, NULL, teardown};
