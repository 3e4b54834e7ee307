/* SPDX-License-Identifier: MIT */
/*
 * Question: what is the least that handing out a page frame can cost here, on
 * this machine and at this hour? Every figure of a run is read against these.
 *
 * Four imaginary allocators with nothing but the cost that cannot be avoided:
 *
 *	array              LIFO of 32-bit frame numbers in an array
 *	list               LIFO threaded through 64-byte page structs; the
 *	                   reference count is a plain store
 *	list_ref           list, and the count is dropped by one locked
 *	                   instruction: the floor that the bars refer to
 *	list_trylock_ref   list_ref, and both sides take and drop a trylock
 *
 * under the first two workloads of every allocator suite: a, a pair of get and
 * put; b, get half of all frames, or put them back in the same order, in
 * reverse and at random. gib is the size of the memory that the page structs
 * stand for: at 1 they fill 16 MiB, at 16 they fill 256 MiB.
 *
 * floor/empty_loop is the cost of the loop itself.
 *
 *	head ──> page 7 ──> page 6 ──> …     get takes the head, put adds one
 */
#include "bench/gbench.h"

#include <stdlib.h>
#include <sys/mman.h>

#define PAGES_PER_GIB       (UINT64_C(1) << 18)
#define SMOKE_PAGES_PER_GIB (UINT64_C(1) << 10)
#define LARGE_GIB           16
#define HUGE_PAGE_BYTES     (UINT64_C(1) << 21)

struct floor_page {
	uint64_t flags;
	struct floor_page *next; /* in the list of free pages */
	int32_t refcount;
	uint32_t mark; /* by the check: how often handed out */
	uint64_t unused[5];
};

_Static_assert(sizeof(struct floor_page) == 64, "a page struct is one cache line");

/* What a CPU owns: both LIFOs hold all pages, a workload uses one of them. */
struct floor_cpu {
	struct floor_page *head;
	uint64_t list_count;
	uint32_t *stack;
	uint64_t stack_count;
	uint32_t lock;
};

struct floor {
	struct floor_cpu cpu;

	/* Set once. */
	struct floor_page *pages;
	uint64_t nr_pages;
	uintptr_t *held; /* what a bulk workload has got, nr_held */
	uint64_t nr_held;

	bool shuffled; /* the list is not in address order any more */
};

/* What an allocator hands out: a page's address or its number. */
typedef uintptr_t floor_get_fn(struct floor *f);
typedef void floor_put_fn(struct floor *f, uintptr_t got);

/*
 * A real allocator would refill an empty LIFO and go elsewhere when the lock is
 * taken; here both cannot happen, so only the branch is there.
 */
#define FLOOR_INLINE static inline __attribute__((always_inline))

FLOOR_INLINE uintptr_t array_get(struct floor *f)
{
	struct floor_cpu *cpu = &f->cpu;

	if (cpu->stack_count == 0)
		__builtin_trap();
	return cpu->stack[--cpu->stack_count];
}

FLOOR_INLINE void array_put(struct floor *f, uintptr_t got)
{
	struct floor_cpu *cpu = &f->cpu;

	cpu->stack[cpu->stack_count++] = (uint32_t)got;
}

FLOOR_INLINE struct floor_page *list_pop(struct floor_cpu *cpu)
{
	struct floor_page *page = cpu->head;

	if (!page)
		__builtin_trap();
	cpu->head = page->next;
	cpu->list_count--;
	page->refcount = 1;
	return page;
}

FLOOR_INLINE void list_push(struct floor_cpu *cpu, struct floor_page *page)
{
	page->next = cpu->head;
	cpu->head = page;
	cpu->list_count++;
}

FLOOR_INLINE uintptr_t list_get(struct floor *f)
{
	return (uintptr_t)list_pop(&f->cpu);
}

FLOOR_INLINE void list_put(struct floor *f, uintptr_t got)
{
	struct floor_page *page = (struct floor_page *)got;

	page->refcount = 0;
	list_push(&f->cpu, page);
}

FLOOR_INLINE bool drop_ref(struct floor_page *page)
{
	return __atomic_sub_fetch(&page->refcount, 1, __ATOMIC_ACQ_REL) == 0;
}

FLOOR_INLINE uintptr_t list_ref_get(struct floor *f)
{
	return list_get(f);
}

FLOOR_INLINE void list_ref_put(struct floor *f, uintptr_t got)
{
	struct floor_page *page = (struct floor_page *)got;

	if (drop_ref(page))
		list_push(&f->cpu, page);
}

FLOOR_INLINE bool try_lock(struct floor_cpu *cpu)
{
	uint32_t unlocked = 0;

	return __atomic_compare_exchange_n(&cpu->lock, &unlocked, 1, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

FLOOR_INLINE void unlock(struct floor_cpu *cpu)
{
	__atomic_store_n(&cpu->lock, 0, __ATOMIC_RELEASE);
}

FLOOR_INLINE uintptr_t list_trylock_ref_get(struct floor *f)
{
	uintptr_t got;

	if (!try_lock(&f->cpu))
		__builtin_trap();
	got = list_get(f);
	unlock(&f->cpu);
	return got;
}

FLOOR_INLINE void list_trylock_ref_put(struct floor *f, uintptr_t got)
{
	struct floor_page *page = (struct floor_page *)got;

	if (!drop_ref(page))
		return;
	if (!try_lock(&f->cpu))
		__builtin_trap();
	list_push(&f->cpu, page);
	unlock(&f->cpu);
}

/*
 * Memory for the page structs, on huge pages where the host gives them, so that
 * the random rows count cache misses and not also those of the TLB.
 */
static void *map_memory(uint64_t bytes)
{
	void *p = aligned_alloc(HUGE_PAGE_BYTES,
				(bytes + HUGE_PAGE_BYTES - 1) & ~(HUGE_PAGE_BYTES - 1));

	if (p)
		(void)madvise(p, bytes, MADV_HUGEPAGE);
	return p;
}

/* All pages free; both LIFOs give the lowest address first. */
static void relink(struct floor *f)
{
	struct floor_cpu *cpu = &f->cpu;

	for (uint64_t i = 0; i < f->nr_pages; i++) {
		f->pages[i].next = i + 1 < f->nr_pages ? &f->pages[i + 1] : NULL;
		f->pages[i].refcount = 0;
		f->pages[i].mark = 0;
		cpu->stack[i] = (uint32_t)(f->nr_pages - 1 - i);
	}
	cpu->head = f->pages;
	cpu->list_count = f->nr_pages;
	cpu->stack_count = f->nr_pages;
	cpu->lock = 0;
	f->shuffled = false;
}

static bool floor_init(struct floor *f, uint64_t nr_pages)
{
	f->nr_pages = nr_pages;
	f->nr_held = nr_pages / 2;
	f->pages = map_memory(nr_pages * sizeof(*f->pages));
	f->held = map_memory(f->nr_held * sizeof(*f->held));
	f->cpu.stack = map_memory(nr_pages * sizeof(*f->cpu.stack));
	if (!f->pages || !f->held || !f->cpu.stack) {
		free(f->pages);
		free(f->held);
		free(f->cpu.stack);
		f->nr_pages = 0;
		return false;
	}
	relink(f);
	return true;
}

/*
 * One floor per size for the whole process: to make the large one costs more
 * than to measure on it, and libbenchmark calls a row several times.
 */
static struct floor *floor_of(uint64_t gib, bool smoke)
{
	static struct floor small;
	static struct floor large;
	struct floor *f = gib > 1 ? &large : &small;
	uint64_t nr_pages = gib * PAGES_PER_GIB;

	if (smoke)
		nr_pages = gib * SMOKE_PAGES_PER_GIB;
	if (f->nr_pages == 0 && !floor_init(f, nr_pages))
		return NULL;
	return f;
}

static void setup(struct bench_state *s)
{
	struct floor *f = floor_of(bench_arg(s, 0) > 1 ? LARGE_GIB : 1, bench_is_smoke(s));

	bench_set_data(s, f);
	if (!f)
		bench_skip(s, "no memory for the page structs");
	else if (f->shuffled)
		relink(f);
}

static void reverse(struct floor *f)
{
	for (uint64_t i = 0, j = f->nr_held - 1; i < j; i++, j--) {
		uintptr_t got = f->held[i];

		f->held[i] = f->held[j];
		f->held[j] = got;
	}
}

static void shuffle(struct floor *f)
{
	uint64_t x = UINT64_C(0x9e3779b97f4a7c15);

	f->shuffled = true;
	for (uint64_t i = f->nr_held; i > 1; i--) {
		uint64_t j;
		uintptr_t got;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		j = x % i;
		got = f->held[i - 1];
		f->held[i - 1] = f->held[j];
		f->held[j] = got;
	}
}

static void keep_order(struct floor *f)
{
	f->shuffled = true;
}

/* The page of what was handed out, or NULL if it is none of ours. */
static struct floor_page *page_of(const struct floor *f, uintptr_t got)
{
	uintptr_t first = (uintptr_t)f->pages;
	uintptr_t i = got;

	if (got >= first) {
		if ((got - first) % sizeof(struct floor_page) != 0)
			return NULL;
		i = (got - first) / sizeof(struct floor_page);
	}
	return i < f->nr_pages ? &f->pages[i] : NULL;
}

/*
 * The row's own check, once and not timed: half of the pages are got, all of
 * them different, put back, and every page is then free exactly once.
 */
static bool check(struct bench_state *s, floor_get_fn *get, floor_put_fn *put)
{
	struct floor *f = bench_data(s);
	const struct floor_cpu *cpu = &f->cpu;
	uint64_t wrong = 0;
	uint64_t nr = 0;

	for (uint64_t i = 0; i < f->nr_held; i++) {
		struct floor_page *page;

		f->held[i] = get(f);
		page = page_of(f, f->held[i]);
		if (!page) {
			bench_fail(s, "got something that is no page");
			return false;
		}
		wrong += page->mark++ != 0;
	}
	for (uint64_t i = f->nr_held; i-- > 0;) {
		struct floor_page *page = page_of(f, f->held[i]);

		if (page)
			page->mark = 0;
		put(f, f->held[i]);
	}
	for (struct floor_page *p = cpu->head; p && nr <= f->nr_pages; p = p->next) {
		wrong += p->refcount != 0;
		nr++;
	}
	return bench_require(s, wrong == 0, "a page was handed out twice") &&
	       bench_require(s, nr == f->nr_pages, "the list lost or gained pages") &&
	       bench_require(s, cpu->list_count == nr && cpu->stack_count == nr,
			     "the count is not what the LIFO holds");
}

/* After each run: all pages are back. */
static void check_count(struct bench_state *s)
{
	const struct floor *f = bench_data(s);

	bench_require(s,
		      f->cpu.list_count == f->nr_pages && f->cpu.stack_count == f->nr_pages &&
			      f->cpu.lock == 0,
		      "not all pages came back");
	bench_items(s, bench_iterations(s));
}

FLOOR_INLINE void pair(struct bench_state *s, floor_get_fn *get, floor_put_fn *put)
{
	struct floor *f = bench_data(s);

	if (bench_first_run(s) && !check(s, get, put))
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		uintptr_t got = get(f);

		BENCH_USE(got);
		put(f, got);
		BENCH_USE(f);
	}
	check_count(s);
}

FLOOR_INLINE void get_many(struct floor *f, uint64_t nr, floor_get_fn *get)
{
	for (uint64_t i = 0; i < nr; i++) {
		f->held[i] = get(f);
		BENCH_USE(f);
	}
}

FLOOR_INLINE void put_many(struct floor *f, uint64_t nr, floor_put_fn *put)
{
	for (uint64_t i = 0; i < nr; i++) {
		put(f, f->held[i]);
		BENCH_USE(f);
	}
}

FLOOR_INLINE void bulk_get(struct bench_state *s, floor_get_fn *get, floor_put_fn *put)
{
	struct floor *f = bench_data(s);

	if (bench_first_run(s) && !check(s, get, put))
		return;
	for (uint64_t left = bench_begin(s), k; left != 0; left -= k) {
		k = left < f->nr_held ? left : f->nr_held;
		get_many(f, k, get);
		bench_pause(s);
		for (uint64_t i = k; i-- > 0;)
			put(f, f->held[i]);
		bench_resume(s);
	}
	bench_end(s);
	check_count(s);
}

/*
 * The order is made for a whole batch, also when the last one is shorter: what
 * is left of it is put back untimed.
 */
FLOOR_INLINE void bulk_put(struct bench_state *s, floor_get_fn *get, floor_put_fn *put,
			   void (*order)(struct floor *f))
{
	struct floor *f = bench_data(s);

	if (bench_first_run(s) && !check(s, get, put))
		return;
	for (uint64_t left = bench_begin(s), k; left != 0; left -= k) {
		bench_pause(s);
		k = left < f->nr_held ? left : f->nr_held;
		get_many(f, f->nr_held, get);
		order(f);
		bench_resume(s);
		put_many(f, k, put);
		bench_pause(s);
		for (uint64_t i = k; i < f->nr_held; i++)
			put(f, f->held[i]);
		bench_resume(s);
	}
	bench_end(s);
	check_count(s);
}

static void empty_loop(struct bench_state *s)
{
	uint64_t turns = 0;

	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		turns++;
		BENCH_USE(turns);
	}
	bench_require(s, turns == bench_iterations(s), "the loop did not turn as often");
}

#define FLOOR_FUNCTIONS(kind)                                                                      \
	static void kind##_pair(struct bench_state *s)                                             \
	{                                                                                          \
		pair(s, kind##_get, kind##_put);                                                   \
	}                                                                                          \
	static void kind##_bulk_get(struct bench_state *s)                                         \
	{                                                                                          \
		bulk_get(s, kind##_get, kind##_put);                                               \
	}                                                                                          \
	static void kind##_put_same(struct bench_state *s)                                         \
	{                                                                                          \
		bulk_put(s, kind##_get, kind##_put, keep_order);                                   \
	}                                                                                          \
	static void kind##_put_reverse(struct bench_state *s)                                      \
	{                                                                                          \
		bulk_put(s, kind##_get, kind##_put, reverse);                                      \
	}                                                                                          \
	static void kind##_put_random(struct bench_state *s)                                       \
	{                                                                                          \
		bulk_put(s, kind##_get, kind##_put, shuffle);                                      \
	}

FLOOR_FUNCTIONS(array)
FLOOR_FUNCTIONS(list)
FLOOR_FUNCTIONS(list_ref)
FLOOR_FUNCTIONS(list_trylock_ref)

static const int64_t small_and_large[] = {1, LARGE_GIB};

#define FLOOR_BULK_ROW(function)                                                                   \
	{                                                                                          \
		.name = "floor/" #function, .fn = (function), .setup = setup,                      \
		.arg_names = {"gib"}, .args = small_and_large, .nr_args = 2,                       \
	}

#define FLOOR_ROWS(kind)                                                                           \
	{.name = "floor/" #kind "_pair", .fn = kind##_pair, .setup = setup},                       \
		FLOOR_BULK_ROW(kind##_bulk_get), FLOOR_BULK_ROW(kind##_put_same),                  \
		FLOOR_BULK_ROW(kind##_put_reverse), FLOOR_BULK_ROW(kind##_put_random)

const struct bench_def mm_floor_benches[] = {
	{.name = "floor/empty_loop", .fn = empty_loop},
	FLOOR_ROWS(array),
	FLOOR_ROWS(list),
	FLOOR_ROWS(list_ref),
	FLOOR_ROWS(list_trylock_ref),
	{.name = NULL},
};
