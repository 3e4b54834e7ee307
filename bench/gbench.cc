// SPDX-License-Identifier: MIT
/*
 * The one C++ file: bench/gbench.h over libbenchmark.
 *
 * libbenchmark drives a loop by calls to State::KeepRunningBatch(n). The first
 * call with n = max_iterations starts the clock and grants all iterations at
 * once; the second finds none left and stops it. bench_begin() and bench_end()
 * are these two calls, so the loop itself is the C compiler's.
 *
 * Its setup and teardown hooks get no closure and cannot know whose they are,
 * so they are done here: each run calls the function exactly once per thread,
 * and no thread passes bench_begin() before all have arrived there. Hence the
 * first to enter does the setup while the others wait for the lock, and the last
 * to leave does the teardown.
 */
#include "bench/gbench.h"

#include <benchmark/benchmark.h>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <sys/utsname.h>
#include <vector>

using benchmark::Counter;

static_assert(BENCH_RATE == static_cast<int>(Counter::kIsRate), "counter flag");
static_assert(BENCH_PER_THREAD == static_cast<int>(Counter::kAvgThreads), "counter flag");
static_assert(BENCH_TIMES_ITERATIONS == static_cast<int>(Counter::kIsIterationInvariant), "flag");
static_assert(BENCH_PER_ITERATION == static_cast<int>(Counter::kAvgIterations), "counter flag");
static_assert(BENCH_O_AUTO == static_cast<int>(benchmark::oAuto), "complexity");
static_assert(BENCH_S == static_cast<int>(benchmark::kSecond), "unit");

namespace
{

/* A registered definition and what the threads of one run of it share. */
struct family {
	const struct bench_def *def = nullptr;
	bool smoke = false;
	std::mutex lock;
	int entered = 0;
	int left = 0;
	bool first_run = false;
	void *data = nullptr;
	std::string stopped; /* by setup, with this message */
	std::set<std::vector<int64_t>> seen;
};

/* Every row that failed, once: its name and what was wrong first. */
struct failure_log {
	std::mutex lock;
	std::vector<std::pair<std::string, std::string>> list;
};

std::vector<std::unique_ptr<family>> &families()
{
	static std::vector<std::unique_ptr<family>> all;
	return all;
}

failure_log &failures()
{
	static failure_log log;
	return log;
}

} // namespace

struct bench_state {
	benchmark::State &st;
	struct family &fam;
	size_t nr_args;
	bool begun = false;
	bool ended = false;
	bool paused = false;
	bool stopped = false;
	std::string why;

	bench_state(benchmark::State &state, struct family &f) : st(state), fam(f), nr_args(0)
	{
		while (nr_args < BENCH_ARGS_MAX && fam.def->arg_names[nr_args])
			nr_args++;
	}
};

namespace
{

/* The name up to the arguments: what a filter can ask for in any version. */
std::string row_name(const struct bench_state &s)
{
	std::string name = s.fam.def->name;

	for (size_t i = 0; i < s.nr_args; i++)
		name += std::string("/") + s.fam.def->arg_names[i] + ":" +
			std::to_string(s.st.range(i));
	return name;
}

void stop(struct bench_state &s, const std::string &why)
{
	if (s.stopped)
		return;
	s.stopped = true;
	s.why = why;
	s.st.SkipWithError(why.c_str());
}

void fail(struct bench_state &s, const std::string &what)
{
	failure_log &log = failures();
	const std::string name = row_name(s);

	stop(s, "FAILED: " + what);
	const std::lock_guard<std::mutex> guard(log.lock);
	for (const auto &f : log.list) {
		if (f.first == name)
			return;
	}
	log.list.emplace_back(name,
			      s.st.threads() > 1
				      ? what + " (" + std::to_string(s.st.threads()) + " threads)"
				      : what);
}

std::string format_text(const char *format, va_list ap)
{
	char text[512];

	(void)std::vsnprintf(text, sizeof(text), format, ap);
	return text;
}

void enter(struct bench_state &s)
{
	struct family &fam = s.fam;
	const std::lock_guard<std::mutex> guard(fam.lock);

	if (fam.entered++ > 0)
		return;
	std::vector<int64_t> key{s.st.threads()};
	for (size_t i = 0; i < s.nr_args; i++)
		key.push_back(s.st.range(i));
	fam.first_run = fam.seen.insert(key).second;
	fam.data = nullptr;
	fam.stopped.clear();
	if (fam.def->setup)
		fam.def->setup(&s);
	if (s.stopped)
		fam.stopped = s.why;
}

void leave(struct bench_state &s)
{
	struct family &fam = s.fam;
	const std::lock_guard<std::mutex> guard(fam.lock);

	if (++fam.left < s.st.threads())
		return;
	if (fam.def->teardown)
		fam.def->teardown(&s);
	fam.entered = 0;
	fam.left = 0;
}

void run_family(struct family &fam, benchmark::State &st)
{
	struct bench_state s(st, fam);

	enter(s);
	if (!fam.stopped.empty())
		stop(s, fam.stopped);
	else
		fam.def->fn(&s);
	if (!s.stopped && !s.begun)
		fail(s, "returned without a loop: bench_begin() was never called");
	else if (!s.stopped && !s.ended)
		fail(s, "left its loop before bench_end(): break is not allowed, see bench_skip()");
	leave(s);
}

bool bad_def(const struct bench_def *def, const char *why)
{
	std::fprintf(stderr, "mmref-bench: definition '%s': %s\n", def->name, why);
	return false;
}

/* "module/op", each part [a-z][a-z0-9_]*; and the part alone for arguments. */
bool is_word(const char *p, const char *end)
{
	if (p == end || *p < 'a' || *p > 'z')
		return false;
	for (; p != end; p++) {
		if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '_'))
			return false;
	}
	return true;
}

bool is_name(const char *name)
{
	const char *slash = std::strchr(name, '/');

	return slash && is_word(name, slash) && is_word(slash + 1, name + std::strlen(name));
}

bool has_ranges(const struct bench_def *def)
{
	return def->ranges[0].lo != 0 || def->ranges[0].hi != 0;
}

bool check_def(const struct bench_def *def)
{
	size_t nr = 0;

	if (!is_name(def->name))
		return bad_def(def, "the name is not module/op in lower case");
	if (!def->fn)
		return bad_def(def, "no function");
	for (const auto &fam : families()) {
		if (std::strcmp(fam->def->name, def->name) == 0)
			return bad_def(def, "defined twice");
	}
	for (; nr < BENCH_ARGS_MAX && def->arg_names[nr]; nr++) {
		const char *name = def->arg_names[nr];
		const struct bench_range &range = def->ranges[nr];

		if (!is_word(name, name + std::strlen(name)))
			return bad_def(def, "an argument's name is not one word in lower case");
		if (range.lo > range.hi || range.step < 0 || range.mult < 0 || range.mult == 1)
			return bad_def(def, "a range is not lo <= hi, step >= 0, mult 0 or > 1");
	}
	if (nr == 0 && (def->nr_args || has_ranges(def)))
		return bad_def(def, "arguments without arg_names");
	if (nr > 0 && !def->nr_args && !has_ranges(def))
		return bad_def(def, "arg_names without args or ranges");
	if (def->nr_args && !def->args)
		return bad_def(def, "nr_args without args");
	for (size_t i = 0; i < BENCH_THREADS_MAX; i++) {
		if (def->threads[i] < 0)
			return bad_def(def, "a negative number of threads");
	}
	if (def->iterations > 0 && def->min_seconds > 0)
		return bad_def(def, "iterations and min_seconds exclude each other");
	return true;
}

template <class B> void add_args(B *b, const struct bench_def *def)
{
	std::vector<std::string> names;
	std::vector<std::vector<int64_t>> values;

	for (size_t i = 0; i < BENCH_ARGS_MAX && def->arg_names[i]; i++)
		names.emplace_back(def->arg_names[i]);
	if (names.empty())
		return;
	b->ArgNames(names);
	for (size_t i = 0; i < def->nr_args; i++) {
		const int64_t *row = def->args + i * names.size();

		b->Args(std::vector<int64_t>(row, row + names.size()));
	}
	if (!has_ranges(def))
		return;
	for (size_t i = 0; i < names.size(); i++) {
		const struct bench_range &r = def->ranges[i];

		values.push_back(r.step > 0
					 ? benchmark::CreateDenseRange(r.lo, r.hi, r.step)
					 : benchmark::CreateRange(r.lo, r.hi, r.mult ? r.mult : 8));
	}
	b->ArgsProduct(values);
}

template <class B> void add_times(B *b, const struct bench_def *def, bool smoke)
{
	if (def->iterations > 0)
		b->Iterations(def->iterations);
	if (!smoke && def->min_seconds > 0)
		b->MinTime(def->min_seconds);
	if (!smoke && def->warmup_seconds > 0)
		b->MinWarmUpTime(def->warmup_seconds);
	if (!smoke && def->repetitions > 0)
		b->Repetitions(def->repetitions);
	if (def->clock == BENCH_PROCESS_CPU)
		b->MeasureProcessCPUTime();
	if (def->clock == BENCH_REAL_TIME)
		b->UseRealTime();
	if (def->clock == BENCH_MANUAL_TIME)
		b->UseManualTime();
}

void add_family(const struct bench_def *def, bool smoke)
{
	families().push_back(std::make_unique<family>());
	struct family *fam = families().back().get();

	fam->def = def;
	fam->smoke = smoke;
	auto *b = benchmark::RegisterBenchmark(
		def->name, [fam](benchmark::State &st) { run_family(*fam, st); });
	add_args(b, def);
	add_times(b, def, smoke);
	for (size_t i = 0; i < BENCH_THREADS_MAX && def->threads[i]; i++)
		b->Threads(def->threads[i]);
	b->Unit(static_cast<benchmark::TimeUnit>(def->unit));
	if (def->complexity_fn)
		b->Complexity(def->complexity_fn);
	else if (def->complexity != BENCH_O_NONE)
		b->Complexity(static_cast<benchmark::BigO>(def->complexity));
}

/* "AMD EPYC, family 25, model 17, stepping 1": the name alone says little. */
std::string cpu_model()
{
	std::ifstream info("/proc/cpuinfo");
	std::string line, name = "unknown", rest;

	while (std::getline(info, line) && !line.empty()) {
		const size_t colon = line.find(": ");
		const std::string key = line.substr(0, line.find('\t'));

		if (colon == std::string::npos)
			continue;
		if (key == "model name")
			name = line.substr(colon + 2);
		else if (key == "cpu family")
			rest += ", family " + line.substr(colon + 2);
		else if (key == "model" || key == "stepping")
			rest += ", " + key + " " + line.substr(colon + 2);
	}
	return name + rest;
}

std::string compiler()
{
#ifdef __clang__
	return __VERSION__;
#else
	return std::string("gcc ") + __VERSION__;
#endif
}

std::string build_kind()
{
	std::string kind;

#ifdef __OPTIMIZE__
	kind = "optimised";
#else
	kind = "not optimised";
#endif
#ifdef __SANITIZE_ADDRESS__
	kind += ", asan";
#endif
#ifdef __SANITIZE_THREAD__
	kind += ", tsan";
#endif
	return kind;
}

/* What a comparison must know and libbenchmark does not write by itself. */
void add_context()
{
	struct utsname un;

	benchmark::AddCustomContext("cpu_model", cpu_model());
	benchmark::AddCustomContext("compiler", compiler());
	benchmark::AddCustomContext("build", build_kind());
	if (uname(&un) == 0)
		benchmark::AddCustomContext("kernel", std::string(un.sysname) + " " + un.release +
							      " " + un.machine);
}

} // namespace

uint64_t bench_begin(struct bench_state *s)
{
	if (s->begun) {
		fail(*s, "bench_begin() twice in one run");
		return 0;
	}
	s->begun = true;
	if (!s->st.KeepRunningBatch(s->st.max_iterations)) {
		s->ended = true;
		return 0;
	}
	return static_cast<uint64_t>(s->st.max_iterations);
}

int bench_end(struct bench_state *s)
{
	if (s->ended || !s->begun)
		return 0;
	bench_resume(s);
	s->ended = true;
	s->st.KeepRunningBatch(s->st.max_iterations);
	return 0;
}

void bench_pause(struct bench_state *s)
{
	if (!s->begun || s->ended || s->stopped)
		return;
	if (s->paused) {
		fail(*s, "bench_pause() twice without bench_resume(): the times mean nothing");
		return;
	}
	s->st.PauseTiming();
	s->paused = true;
}

void bench_resume(struct bench_state *s)
{
	if (!s->paused || s->stopped)
		return;
	s->paused = false;
	s->st.ResumeTiming();
}

void bench_iteration_time(struct bench_state *s, double seconds)
{
	s->st.SetIterationTime(seconds);
}

void bench_skip(struct bench_state *s, const char *why)
{
	stop(*s, std::string("skipped: ") + why);
}

void bench_fail(struct bench_state *s, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fail(*s, format_text(format, ap));
	va_end(ap);
}

bool bench_require(struct bench_state *s, bool ok, const char *format, ...)
{
	va_list ap;

	if (ok)
		return true;
	va_start(ap, format);
	fail(*s, format_text(format, ap));
	va_end(ap);
	return false;
}

bool bench_first_run(const struct bench_state *s)
{
	return s->fam.first_run && s->st.thread_index() == 0;
}

bool bench_is_smoke(const struct bench_state *s)
{
	return s->fam.smoke;
}

uint64_t bench_iterations(const struct bench_state *s)
{
	return static_cast<uint64_t>(s->st.max_iterations);
}

int64_t bench_arg(const struct bench_state *s, size_t i)
{
	return i < s->nr_args ? s->st.range(i) : 0;
}

int bench_thread(const struct bench_state *s)
{
	return s->st.thread_index();
}

int bench_threads(const struct bench_state *s)
{
	return s->st.threads();
}

void bench_set_data(struct bench_state *s, void *data)
{
	s->fam.data = data;
}

void *bench_data(const struct bench_state *s)
{
	return s->fam.data;
}

void bench_counter(struct bench_state *s, const char *name, double value, unsigned flags)
{
	int f = static_cast<int>(flags & (BENCH_RATE | BENCH_PER_THREAD | BENCH_TIMES_ITERATIONS |
					  BENCH_PER_ITERATION));

	/* libbenchmark writes NaN, which is no JSON, as the spread of zeroes */
	if (value == 0)
		return;
	if (flags & BENCH_INVERT)
		f |= static_cast<int>(Counter::kInvert);
	s->st.counters[name] =
		Counter(value, static_cast<Counter::Flags>(f),
			flags & BENCH_KILO_1024 ? Counter::kIs1024 : Counter::kIs1000);
}

void bench_items(struct bench_state *s, uint64_t items)
{
	s->st.SetItemsProcessed(static_cast<int64_t>(items));
}

void bench_bytes(struct bench_state *s, uint64_t bytes)
{
	s->st.SetBytesProcessed(static_cast<int64_t>(bytes));
}

void bench_label(struct bench_state *s, const char *text)
{
	s->st.SetLabel(text);
}

void bench_complexity_n(struct bench_state *s, int64_t n)
{
	s->st.SetComplexityN(n);
}

void bench_init(int *argc, char **argv, void (*help)(void))
{
	benchmark::Initialize(argc, argv, help);
	add_context();
}

bool bench_register(const struct bench_def *defs, bool smoke)
{
	for (; defs->name; defs++) {
		if (!check_def(defs))
			return false;
		add_family(defs, smoke);
	}
	return true;
}

size_t bench_run(void)
{
	const size_t nr = benchmark::RunSpecifiedBenchmarks();

	benchmark::Shutdown();
	return nr;
}

size_t bench_failures(void)
{
	failure_log &log = failures();

	for (const auto &f : log.list)
		std::fprintf(stderr, "mmref-bench: %s: %s\n", f.first.c_str(), f.second.c_str());
	if (!log.list.empty())
		std::fprintf(stderr, "replay: mmref-bench '--benchmark_filter=^%s(/|$)'\n",
			     log.list[0].first.c_str());
	return log.list.size();
}
