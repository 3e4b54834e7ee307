/* SPDX-License-Identifier: MIT */
/*
 * gbench: Google Benchmark for suites written in C.
 *
 * A suite is an array of rows, `const struct bench_def mm_NAME_benches[]`, that
 * ends with an all-zero row. A row's function is called once per run with a
 * number of iterations that libbenchmark chose, and loops in one of two forms:
 *
 *	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
 *		... one iteration ...
 *	}
 *
 *	for (uint64_t left = bench_begin(s), k; left != 0; left -= k) {
 *		k = left < BATCH ? left : BATCH;
 *		... k iterations ...
 *		bench_pause(s);
 *		... clean up, not timed ...
 *		bench_resume(s);
 *	}
 *	bench_end(s);
 *
 * Both cost two calls per run and a counter in a register: a call per iteration
 * would cost 1.3 ns, more than some of the things that are measured here.
 * Pause plus resume costs about 300 ns, hence the second form.
 * The clock runs from bench_begin() to bench_end(). A `break` before the end is
 * an error that fails the row; to stop early call bench_skip() or bench_fail()
 * and return.
 */
#ifndef BENCH_GBENCH_H
#define BENCH_GBENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_ARGS_MAX    4
#define BENCH_THREADS_MAX 8

/*
 * The compiler must assume that the pointer or integer P is used here, and that
 * everything it could point to is read and written: without it stores are
 * deleted and a get and its put cancel out. Costs no instruction.
 */
#define BENCH_USE(p) __asm__ volatile("" : : "r"(p) : "memory")

struct bench_state;

/* How a counter is presented; the values are libbenchmark's. */
enum bench_counter_flags {
	BENCH_SUM = 0,              /* as it is, summed over threads */
	BENCH_RATE = 1,             /* per second */
	BENCH_PER_THREAD = 2,       /* divided by the number of threads */
	BENCH_TIMES_ITERATIONS = 4, /* multiplied by the iterations */
	BENCH_PER_ITERATION = 8,    /* divided by the iterations */
	BENCH_INVERT = 16,          /* one over the result, applied last */
	BENCH_KILO_1024 = 32,       /* printed with Ki, Mi instead of k, M */
};

/* What the time grows like, fitted over the rows of one definition. */
enum bench_complexity {
	BENCH_O_NONE,
	BENCH_O_1,
	BENCH_O_N,
	BENCH_O_N2,
	BENCH_O_N3,
	BENCH_O_LOG_N,
	BENCH_O_N_LOG_N,
	BENCH_O_AUTO,
};

enum bench_unit {
	BENCH_NS,
	BENCH_US,
	BENCH_MS,
	BENCH_S,
};

enum bench_clock {
	BENCH_THREAD_CPU,  /* CPU time of the threads of the loop */
	BENCH_PROCESS_CPU, /* CPU time of the whole process */
	BENCH_REAL_TIME,   /* wall clock decides how long to run */
	BENCH_MANUAL_TIME, /* the row says, with bench_iteration_time() */
};

/*
 * Values of one argument. step > 0: lo, lo + step … up to hi. Otherwise lo, the
 * powers of mult (0 means 8) in between, hi.
 */
struct bench_range {
	int64_t lo;
	int64_t hi;
	int step;
	int mult;
};

/*
 * One definition, which gives one row per combination of arguments and thread
 * count, named `module/op/param:value`. Only name and fn are required; all
 * other members are optional and zero means libbenchmark's default.
 */
struct bench_def {
	const char *name; /* "module/op", lower case, digits, '_' */
	void (*fn)(struct bench_state *s);

	/*
	 * Names of the arguments, as many as there are. The values are nr_args
	 * rows in args, each with one value per name, or one range per name
	 * (all combinations), or both.
	 */
	const char *arg_names[BENCH_ARGS_MAX];
	const int64_t *args;
	size_t nr_args;
	struct bench_range ranges[BENCH_ARGS_MAX];

	int threads[BENCH_THREADS_MAX]; /* e.g. {1, 2}; ends at the first 0 */

	/*
	 * Called once per run, whatever the number of threads: before any of
	 * them begins its loop, and after the last one has left fn. Not timed.
	 * teardown follows also when setup called bench_skip() or bench_fail().
	 */
	void (*setup)(struct bench_state *s);
	void (*teardown)(struct bench_state *s);

	enum bench_unit unit;
	enum bench_clock clock;
	enum bench_complexity complexity;
	int repetitions;
	double (*complexity_fn)(int64_t n); /* instead of complexity */
	int64_t iterations;                 /* exactly so many per run */
	double min_seconds;
	double warmup_seconds;
};

/* The loop: see the top of this file. bench_end() always returns 0. */
uint64_t bench_begin(struct bench_state *s);
int bench_end(struct bench_state *s);

/* Stop and start this thread's clock inside the loop. */
void bench_pause(struct bench_state *s);
void bench_resume(struct bench_state *s);

/* The time of one iteration, for BENCH_MANUAL_TIME. */
void bench_iteration_time(struct bench_state *s, double seconds);

/*
 * This row cannot be measured here (not a failure), or its own result was wrong
 * (mmref-bench will exit 1). Neither leaves the function: return after it.
 * bench_require() is bench_fail() unless ok, and returns ok.
 */
void bench_skip(struct bench_state *s, const char *why);
void bench_fail(struct bench_state *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool bench_require(struct bench_state *s, bool ok, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* True in thread 0 the first time this row runs: the moment for its check. */
bool bench_first_run(const struct bench_state *s);

/* mmref-bench --smoke: nobody reads the times, a setup may use less memory. */
bool bench_is_smoke(const struct bench_state *s);

/* Iterations of this run, argument number I, this thread, all threads. */
uint64_t bench_iterations(const struct bench_state *s);
int64_t bench_arg(const struct bench_state *s, size_t i);
int bench_thread(const struct bench_state *s);
int bench_threads(const struct bench_state *s);

/* What setup hands to fn and teardown; NULL at the start of each run. */
void bench_set_data(struct bench_state *s, void *data);
void *bench_data(const struct bench_state *s);

/* Reported with the row; call after the loop. flags: bench_counter_flags. */
void bench_counter(struct bench_state *s, const char *name, double value, unsigned flags);
void bench_items(struct bench_state *s, uint64_t items);
void bench_bytes(struct bench_state *s, uint64_t bytes);
void bench_label(struct bench_state *s, const char *text);
void bench_complexity_n(struct bench_state *s, int64_t n);

/* All suites: the modules' (a generated NULL-terminated list), the floor. */
extern const struct bench_def *const mm_all_benches[];
extern const struct bench_def mm_floor_benches[];

/*
 * For bench_main.c. bench_init() takes libbenchmark's options out of argv (help
 * prints the rest of the help text); bench_register() returns false with a line
 * on stderr if a definition is wrong, and with smoke leaves out what would make
 * a row run longer; bench_run() returns how many rows ran; bench_failures()
 * prints the rows that failed and returns their number.
 */
void bench_init(int *argc, char **argv, void (*help)(void));
bool bench_register(const struct bench_def *defs, bool smoke);
size_t bench_run(void);
size_t bench_failures(void);

#ifdef __cplusplus
}
#endif

#endif
