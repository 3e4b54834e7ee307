/* SPDX-License-Identifier: MIT */
/*
 * corpus_speed: executions of a target against a yardstick in the same process.
 *
 * Seconds differ from host to host and from moment to moment.  So the same number
 * of bytes is hashed in between, in this build, and what is judged is how many
 * executions take as long as 10000 such pieces, in CPU time, each at its best of
 * several rounds: whatever slows both drops out.
 */
#include "fuzz/command/corpus.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 7

/* A piece of the yardstick: as long as an execution or so. */
#define PIECE_WORDS 4096
#define PIECES      64

/* Inputs from a fixed seed beside those of the folder, of so many operations. */
#define RANDOM_NR  256
#define RANDOM_OPS 32
#define INPUT_MAX  1024

struct speed {
	struct mm_exec *x;
	const struct corpus *c;
	uint64_t words[PIECE_WORDS];
	double piece; /* seconds of each, the least so far; 0: none */
	double execution;
};

static void hash_pieces(struct speed *s)
{
	size_t n;
	size_t i;

	for (n = 0; n < PIECES; n++) {
		/* each word needs the one before: nothing can be left out */
		for (i = 1; i < PIECE_WORDS; i++)
			s->words[i] = mm_hash64(s->words[i] ^ s->words[i - 1]);
		s->words[0] = s->words[PIECE_WORDS - 1];
	}
}

static bool run_input(struct speed *s, const uint8_t *bytes, size_t len)
{
	const struct mm_run *r = mm_exec_input(s->x, bytes, len, false);

	if (r && r->finding && r->finding != MM_FINDING_STOP) {
		(void)report_finding(r, r->trace);
		return false;
	}
	return r != NULL;
}

/* How many inputs ran; 0: one failed. */
static size_t run_inputs(struct speed *s)
{
	uint8_t buf[INPUT_MAX];
	size_t i;

	for (i = 0; i < s->c->nr; i++) {
		if (!run_input(s, s->c->in[i].bytes, s->c->in[i].len))
			return 0;
	}
	for (i = 0; i < RANDOM_NR; i++) {
		struct mm_rng rng;

		mm_rng_init(&rng, mm_hash64(i + 1));
		if (!run_input(s, buf, mm_exec_random(s->x, &rng, RANDOM_OPS, buf, sizeof(buf))))
			return 0;
	}
	return s->c->nr + RANDOM_NR;
}

static void keep_least(double *least, double seconds)
{
	if (*least <= 0 || seconds < *least)
		*least = seconds;
}

static int measure(struct speed *s)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		double start = cpu_seconds();
		double between;
		size_t n;

		hash_pieces(s);
		between = cpu_seconds();
		n = run_inputs(s);
		if (!n)
			return STATUS_FINDING;
		keep_least(&s->piece, (between - start) / PIECES);
		keep_least(&s->execution, (cpu_seconds() - between) / (double)n);
	}
	return s->piece > 0 && s->execution > 0 ? STATUS_OK : STATUS_OUR_FAULT;
}

static int judge(const struct corpus_args *a, const struct speed *s)
{
	uint64_t ratio = (uint64_t)(10000 * s->piece / s->execution);
	/* other builds are as fast as their flags, of which no floor knows */
	bool slow = MM_HAVE_LIBFUZZER && ratio < a->t.floor_execs;
	const char *verdict = !MM_HAVE_LIBFUZZER ? "not judged: the floor is for the fuzz build"
			      : slow             ? "too slow"
						 : "ok";

	(void)printf("corpus speed %s: %.0f executions per CPU second, %" PRIu64
		     " in the time of 10000 pieces (floor %" PRIu32 "): %s\n",
		     a->target, 1 / s->execution, ratio, a->t.floor_execs, verdict);
	return slow ? STATUS_FINDING : STATUS_OK;
}

int corpus_speed(const struct corpus_args *a)
{
	struct mm_error e = {NULL, 0, 0, ""};
	struct speed *s = calloc(1, sizeof(*s));
	struct corpus c = {NULL, 0, 0};
	int status = corpus_load(&c, a->paths.word[0]);

	if (!status) {
		status = STATUS_OUR_FAULT;
		if (s)
			s->x = mm_exec_create(a->target, &e);
		if (s && s->x) {
			s->c = &c;
			status = measure(s);
			if (!status)
				status = judge(a, s);
		}
	}
	if (s)
		mm_exec_destroy(s->x);
	free(s);
	corpus_free(&c);
	return status;
}
