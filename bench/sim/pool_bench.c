/* SPDX-License-Identifier: MIT */
/*
 * Question: what does an object of a machine cost, given out zeroed and taken
 * back? Most of it is the zeroing, hence the sizes; the floor is a LIFO
 * (floor/list_pair).
 */
#include "mm/pool.h"

#include "bench/gbench.h"

#define MACHINE   "ram=4M max_order=6 pageblock_order=3"
#define PER_CHUNK 32

static const int64_t sizes[] = {64, 512};

static struct mm_machine *machine;
static struct mm_ctx ctx;
static struct mm_pool *pools[2];

static void setup(struct bench_state *s)
{
	struct mm_error e = {NULL, 0, 0, ""};
	size_t i = bench_arg(s, 0) == sizes[1];

	if (!machine)
		machine = mm_boot(MACHINE, &e);
	if (!machine) {
		bench_skip(s, e.text);
		return;
	}
	mm_ctx_init(&ctx, machine, 0);
	if (!pools[i])
		pools[i] = mm_pool_create(&ctx, "bench", (size_t)sizes[i], PER_CHUNK);
	bench_set_data(s, pools[i]);
	bench_require(s, pools[i] != NULL, "the arena has no room for a pool");
}

/* A dirtied object comes back zeroed, the one put last first. */
static bool check(struct bench_state *s, struct mm_pool *p)
{
	unsigned char *obj = mm_pool_get(&ctx, p);
	unsigned char any = 0;

	if (!obj) {
		bench_fail(s, "no object");
		return false;
	}
	for (size_t i = 0; i < p->size; i++)
		obj[i] = 0xa5;
	mm_pool_put(&ctx, p, obj);
	if (mm_pool_get(&ctx, p) != obj) {
		bench_fail(s, "another object than the last put");
		return false;
	}
	for (size_t i = 0; i < p->size; i++)
		any |= obj[i];
	mm_pool_put(&ctx, p, obj);
	return bench_require(s, any == 0, "the object is not zeroed");
}

static void get_put(struct bench_state *s)
{
	struct mm_pool *p = bench_data(s);

	if (bench_first_run(s) && !check(s, p))
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		void *obj = mm_pool_get(&ctx, p);

		BENCH_USE(obj);
		mm_pool_put(&ctx, p, obj);
	}
	bench_require(s, p->nr_used == 0 && p->nr_free == PER_CHUNK, "not all objects are back");
}

/* clang-format off */
const struct bench_def mm_pool_benches[] = {
	{.name = "pool/get_put", .fn = get_put, .setup = setup,
	 .arg_names = {"size"}, .args = sizes, .nr_args = 2},
	{.name = NULL},
};
/* clang-format on */
