/* SPDX-License-Identifier: MIT */
/*
 * mmref-bench-compare: did the code become slower?
 *
 *	mmref-bench-compare RUN.json                      medians and spreads
 *	mmref-bench-compare OLD.json NEW.json [OLD NEW]…  and a verdict per row
 *
 * A verdict needs three things. The runs of a row must agree well enough that a
 * change of the size asked about (--threshold) could be seen: else it is NOISY,
 * or same if the fastest runs agree, because other load only ever adds time. The
 * medians and the fastest runs must differ by more than that, and nearly every
 * new run must be slower than every old one. And the change must be larger than
 * that of the floor rows, and by the threshold larger than that of the middle
 * one: when the machine becomes slower, code that nobody touched does so too.
 * Then, and only then, a row is SLOWER.
 *
 *	old  ···|··|······              new/old of the medians  = ratio
 *	new            ···|··|···       pairs where new > old   = above
 *	floor rows                      lowest, middle, highest ratio
 */

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	EXIT_OK = 0,
	EXIT_SLOWER = 1,
	EXIT_USAGE = 2,
	EXIT_BAD_INPUT = 3, /* also: not the same machine */
	EXIT_NOTHING = 4,   /* no row in both */
	EXIT_FAULT = 5,
};

/* With fewer runs a side has no spread to speak of. */
#define RUNS_MIN 3

/* A difference that no timer resolves, whatever its share. */
#define RESOLUTION_NS 0.05

/* The share of pairs (old, new) that must point the same way. */
#define PAIRS_MIN 0.95

#define UNIT_ROW "floor/list_ref_pair"

/* The runs of one row on one side, in ns, sorted once all are read. */
struct runs {
	double *ns;
	size_t nr;
	size_t capacity;
	char *error; /* what the row reported instead of a time, or NULL */
};

enum side {
	OLD,
	NEW,
	NR_SIDES,
};

enum verdict {
	SAME,
	FASTER,
	NOISY,
	SLOWER,
	FAILED,
	NO_VERDICT, /* the row is missing or was skipped on a side */
	NR_VERDICTS,
};

struct row {
	char *name;
	double order; /* place in the suite; a shuffled run's file has another */
	struct runs runs[NR_SIDES];
};

struct table {
	struct row *rows;
	size_t nr;
	size_t capacity;
	json_t *context; /* of the first file */
	double threshold;
	bool force;
};

/*
 * How far the floor rows moved, as new/old, without the outermost tenth at either
 * end; 1 if there are none.
 */
struct drift {
	double lowest;
	double middle;
	double highest;
};

static void *grow(void *p, size_t *capacity, size_t size)
{
	*capacity = *capacity ? *capacity * 2 : 16;
	p = realloc(p, *capacity * size);
	if (!p) {
		fprintf(stderr, "mmref-bench-compare: out of memory\n");
		exit(EXIT_FAULT);
	}
	return p;
}

static char *copy_text(const char *text)
{
	char *copy = strdup(text);

	if (!copy) {
		fprintf(stderr, "mmref-bench-compare: out of memory\n");
		exit(EXIT_FAULT);
	}
	return copy;
}

static bool bad(const char *path, const char *why)
{
	fprintf(stderr, "mmref-bench-compare: %s: %s\n", path, why);
	return false;
}

/* Reading. */

static struct row *find_row(struct table *t, const char *name)
{
	for (size_t i = 0; i < t->nr; i++) {
		if (strcmp(t->rows[i].name, name) == 0)
			return &t->rows[i];
	}
	if (t->nr == t->capacity)
		t->rows = grow(t->rows, &t->capacity, sizeof(*t->rows));
	memset(&t->rows[t->nr], 0, sizeof(*t->rows));
	t->rows[t->nr].name = copy_text(name);
	return &t->rows[t->nr++];
}

static void add_run(struct runs *r, double ns)
{
	if (r->nr == r->capacity)
		r->ns = grow(r->ns, &r->capacity, sizeof(*r->ns));
	r->ns[r->nr++] = ns;
}

static double ns_per_unit(const char *unit)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};

	for (size_t i = 0; unit && i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(unit, units[i].name) == 0)
			return units[i].ns;
	}
	return 0;
}

static double order_of(const json_t *b)
{
	return json_number_value(json_object_get(b, "family_index")) * 1e6 +
	       json_number_value(json_object_get(b, "per_family_instance_index"));
}

static bool load_run(struct table *t, const char *path, enum side side, const json_t *b, size_t *nr)
{
	const char *name = json_string_value(json_object_get(b, "run_name"));
	const char *type = json_string_value(json_object_get(b, "run_type"));
	const char *error = json_string_value(json_object_get(b, "error_message"));
	double unit = ns_per_unit(json_string_value(json_object_get(b, "time_unit")));
	struct row *row;
	struct runs *r;
	const json_t *time;
	bool real;

	if (!name)
		name = json_string_value(json_object_get(b, "name"));
	if (!name)
		return bad(path, "a row without a name");
	if (type && strcmp(type, "iteration") != 0)
		return true;
	(*nr)++;
	row = find_row(t, name);
	row->order = order_of(b);
	r = &row->runs[side];
	if (json_is_true(json_object_get(b, "error_occurred"))) {
		if (!r->error)
			r->error = copy_text(error ? error : "an error without a message");
		return true;
	}
	real = strstr(name, "/real_time") || strstr(name, "/manual_time");
	time = json_object_get(b, real ? "real_time" : "cpu_time");
	if (!json_is_number(time) || unit == 0 || !isfinite(json_number_value(time)) ||
	    json_number_value(time) < 0) {
		fprintf(stderr, "mmref-bench-compare: %s: %s: no usable %s\n", path, name,
			real ? "real_time" : "cpu_time");
		return false;
	}
	add_run(r, json_number_value(time) * unit);
	return true;
}

static bool load_file(struct table *t, const char *path, enum side side, json_t **context)
{
	json_error_t error;
	json_t *root = json_load_file(path, 0, &error);
	const json_t *benchmarks;
	const json_t *b;
	size_t nr = 0;
	size_t i;
	bool ok = true;

	if (!root) {
		if (error.line > 0)
			fprintf(stderr, "mmref-bench-compare: %s:%d:%d: %s\n", path, error.line,
				error.column, error.text);
		else
			bad(path, error.text);
		return false;
	}
	*context = json_incref(json_object_get(root, "context"));
	benchmarks = json_object_get(root, "benchmarks");
	if (!json_is_object(*context) || !json_is_array(benchmarks))
		ok = bad(path, "not the JSON output of mmref-bench: no context or no benchmarks");
	json_array_foreach(benchmarks, i, b) ok = ok && load_run(t, path, side, b, &nr);
	if (ok && nr == 0)
		ok = bad(path, "no single runs in it (aggregates only?), nothing to compare");
	json_decref(root);
	return ok;
}

/* The machine. */

static char *text_of(const json_t *context, const char *key)
{
	const json_t *value = json_object_get(context, key);

	if (!value)
		return copy_text("unknown");
	return json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
}

/* Prints a line and returns false if both say something else about key. */
static bool agree(const json_t *old, const json_t *new, const char *key, const char *what)
{
	char *a = text_of(old, key);
	char *b = text_of(new, key);
	bool same = a && b && strcmp(a, b) == 0;

	if (!same)
		fprintf(stderr, "%s: %s is %s in old, %s in new\n", what, key, a ? a : "?",
			b ? b : "?");
	free(a);
	free(b);
	return same;
}

static bool same_machine(const struct table *t, const json_t *old, const json_t *new,
			 const char *path)
{
	static const char *const machine[] = {"host_name", "cpu_model", "num_cpus", "caches"};
	static const char *const note[] = {"kernel", "compiler", "build", "cpu_scaling_enabled"};
	bool same = true;

	for (size_t i = 0; i < sizeof(machine) / sizeof(machine[0]); i++) {
		if (!agree(old, new, machine[i], "another machine"))
			same = false;
	}
	for (size_t i = 0; i < sizeof(note) / sizeof(note[0]); i++)
		(void)agree(old, new, note[i], "note");
	if (!json_object_get(old, "host_name") || !json_object_get(new, "host_name"))
		same = bad(path, "does not say on which machine it was made");
	if (same)
		return true;
	if (t->force) {
		fprintf(stderr, "compared all the same (--force): "
				"the verdicts say nothing about the code\n");
		return true;
	}
	return bad(path, "not from the same machine as the first file: times of different "
			 "machines do not compare (--force does it all the same)");
}

static void note_load(const json_t *context, const char *path)
{
	double load = json_number_value(json_array_get(json_object_get(context, "load_avg"), 0));
	double cpus = json_number_value(json_object_get(context, "num_cpus"));

	if (cpus > 0 && load > cpus)
		fprintf(stderr, "note: %s: the machine was busy, load %.1f on %.0f CPUs\n", path,
			load, cpus);
}

static bool load_all(struct table *t, char **paths, int nr)
{
	for (int i = 0; i < nr; i++) {
		enum side side = i % 2 ? NEW : OLD;
		json_t *context = NULL;
		bool ok = load_file(t, paths[i], side, &context);

		if (ok)
			note_load(context, paths[i]);
		if (ok && i > 0)
			ok = same_machine(t, t->context, context, paths[i]);
		if (ok && i == 0)
			t->context = json_incref(context);
		json_decref(context);
		if (!ok)
			return false;
	}
	return true;
}

/* Statistics. */

static int compare_values(double x, double y)
{
	return (x > y) - (x < y);
}

static int compare_rows(const struct row *x, const struct row *y)
{
	int order = compare_values(x->order, y->order);

	return order != 0 ? order : strcmp(x->name, y->name);
}

static int by_value(const void *a, const void *b)
{
	return compare_values(*(const double *)a, *(const double *)b);
}

static int by_order(const void *a, const void *b)
{
	return compare_rows((const struct row *)a, (const struct row *)b);
}

static double median(const double *sorted, size_t nr)
{
	if (nr == 0)
		return 0;
	return (sorted[(nr - 1) / 2] + sorted[nr / 2]) / 2;
}

static double median_of(const struct runs *r)
{
	return median(r->ns, r->nr);
}

/*
 * How far the median itself may be off, as a share of it: 1.25 sigma / sqrt(n),
 * and sigma from the median distance, which one wild run does not move.
 */
static double uncertainty(const struct runs *r)
{
	double m = median_of(r);
	double *distance = calloc(r->nr + 1, sizeof(*distance));
	double sigma;

	if (!distance) {
		fprintf(stderr, "mmref-bench-compare: out of memory\n");
		exit(EXIT_FAULT);
	}
	for (size_t i = 0; i < r->nr; i++)
		distance[i] = fabs(r->ns[i] - m);
	qsort(distance, r->nr, sizeof(*distance), by_value);
	sigma = 1.4826 * median(distance, r->nr);
	free(distance);
	return m > 0 ? 1.25 * sigma / sqrt((double)r->nr) / m : 0;
}

/* The share of pairs in which new is the larger one; ties count half. */
static double share_above(const struct runs *old, const struct runs *new)
{
	double above = 0;

	for (size_t i = 0; i < old->nr; i++) {
		for (size_t j = 0; j < new->nr; j++) {
			if (new->ns[j] > old->ns[i])
				above += 1;
			else if (new->ns[j] == old->ns[i])
				above += 0.5;
		}
	}
	return above / (double)(old->nr * new->nr);
}

static bool has_ratio(const struct row *row)
{
	return row->runs[OLD].nr >= RUNS_MIN && row->runs[NEW].nr >= RUNS_MIN &&
	       median_of(&row->runs[OLD]) > 0;
}

static double ratio_of(const struct row *row)
{
	return median_of(&row->runs[NEW]) / median_of(&row->runs[OLD]);
}

static bool is_floor(const struct row *row)
{
	return strncmp(row->name, "floor/", 6) == 0;
}

static bool is_noisy(const struct table *t, const struct row *row)
{
	return uncertainty(&row->runs[OLD]) + uncertainty(&row->runs[NEW]) > t->threshold;
}

/* What the quiet floor rows did, without the row that is to be judged. */
static struct drift drift_without(const struct table *t, const struct row *judged)
{
	struct drift d = {1, 1, 1};
	double *ratios = calloc(t->nr + 1, sizeof(*ratios));
	size_t nr = 0;

	if (!ratios) {
		fprintf(stderr, "mmref-bench-compare: out of memory\n");
		exit(EXIT_FAULT);
	}
	for (size_t i = 0; i < t->nr; i++) {
		const struct row *row = &t->rows[i];

		if (row != judged && is_floor(row) && has_ratio(row) && !is_noisy(t, row))
			ratios[nr++] = ratio_of(row);
	}
	if (nr > 0) {
		qsort(ratios, nr, sizeof(*ratios), by_value);
		d.lowest = ratios[nr / 10];
		d.middle = median(ratios, nr);
		d.highest = ratios[nr - 1 - nr / 10];
	}
	free(ratios);
	return d;
}

static bool within(const struct table *t, double ratio)
{
	return ratio <= 1 + t->threshold && ratio * (1 + t->threshold) >= 1;
}

/* The verdict on times that exist on both sides, and why if it is NOISY. */
static enum verdict judge_times(const struct table *t, const struct row *row, const char **why)
{
	const struct runs *old = &row->runs[OLD];
	const struct runs *new = &row->runs[NEW];
	struct drift d = drift_without(t, row);
	double above = share_above(old, new);
	double limit = 1 + t->threshold;
	double ratio;
	bool fastest_agree;

	*why = "fewer than 3 runs on a side, repeat";
	if (!has_ratio(row))
		return NOISY;
	*why = NULL;
	ratio = ratio_of(row);
	fastest_agree = within(t, new->ns[0] / old->ns[0]);
	if (fabs(median_of(new) - median_of(old)) < RESOLUTION_NS)
		return SAME;
	if (is_noisy(t, row) && fastest_agree)
		return SAME;
	*why = "its runs differ too much";
	if (is_noisy(t, row))
		return NOISY;
	*why = NULL;
	if (within(t, within(t, d.middle) ? ratio : ratio / d.middle))
		return SAME;
	if (!fastest_agree && above >= PAIRS_MIN && ratio > limit * d.middle && ratio > d.highest)
		return SLOWER;
	if (!fastest_agree && above <= 1 - PAIRS_MIN && ratio * limit < d.middle &&
	    ratio < d.lowest)
		return FASTER;
	*why = "a floor row moved as much";
	if (ratio > d.highest || ratio < d.lowest)
		*why = fastest_agree ? "the fastest runs agree" : "old and new overlap";
	return NOISY;
}

static enum verdict judge(const struct table *t, const struct row *row, const char **why)
{
	const struct runs *old = &row->runs[OLD];
	const struct runs *new = &row->runs[NEW];

	if (new->error && strncmp(new->error, "skipped:", 8) != 0) {
		*why = new->error;
		return FAILED;
	}
	if (old->error || new->error) {
		*why = new->error ? new->error : old->error;
		return NO_VERDICT;
	}
	if (old->nr == 0 || new->nr == 0) {
		*why = old->nr == 0 ? "only in new" : "only in old";
		return NO_VERDICT;
	}
	return judge_times(t, row, why);
}

/* Printing. */

static void print_runs(const struct runs *r)
{
	char text[64] = "-";

	if (r->nr > 0)
		(void)snprintf(text, sizeof(text), "%.4g (%.4g-%.4g)", median_of(r), r->ns[0],
			       r->ns[r->nr - 1]);
	printf("  %-26s", text);
}

static double unit_of(const struct table *t, enum side side)
{
	for (size_t i = 0; i < t->nr; i++) {
		if (strcmp(t->rows[i].name, UNIT_ROW) == 0)
			return median_of(&t->rows[i].runs[side]);
	}
	return 0;
}

static void print_in_floors(const struct table *t, const struct runs *r, enum side side)
{
	double unit = unit_of(t, side);

	if (unit > 0 && r->nr > 0)
		printf("  %8.2f", median_of(r) / unit);
	else
		printf("  %8s", "-");
}

static int name_width(const struct table *t)
{
	size_t width = 3;

	for (size_t i = 0; i < t->nr; i++) {
		if (strlen(t->rows[i].name) > width)
			width = strlen(t->rows[i].name);
	}
	return (int)width;
}

static int print_one(const struct table *t)
{
	int width = name_width(t);

	printf("%-*s  %-26s  %8s  %s\n", width, "row", "ns: median (min-max)", "x floor", "runs");
	for (size_t i = 0; i < t->nr; i++) {
		const struct runs *r = &t->rows[i].runs[OLD];

		printf("%-*s", width, t->rows[i].name);
		print_runs(r);
		print_in_floors(t, r, OLD);
		printf("  %zu%s%s\n", r->nr, r->error ? "  " : "", r->error ? r->error : "");
	}
	return EXIT_OK;
}

static void print_drift(const struct table *t)
{
	struct drift d = drift_without(t, NULL);
	bool any = false;

	for (size_t i = 0; i < t->nr; i++)
		any = any || (is_floor(&t->rows[i]) && has_ratio(&t->rows[i]));
	if (any)
		printf("floor rows: new/old %.2f (%.2f-%.2f)\n", d.middle, d.lowest, d.highest);
	else
		printf("floor rows: none in both files: a slower machine looks like slower code\n");
}

static void print_row(const struct table *t, const struct row *row, int width, enum verdict verdict,
		      const char *why)
{
	static const char *const names[NR_VERDICTS] = {
		[SAME] = "same",     [FASTER] = "faster", [NOISY] = "NOISY",
		[SLOWER] = "SLOWER", [FAILED] = "FAILED", [NO_VERDICT] = "-",
	};

	printf("%-*s", width, row->name);
	print_runs(&row->runs[OLD]);
	print_runs(&row->runs[NEW]);
	if (has_ratio(row))
		printf("  %7.3f", ratio_of(row));
	else
		printf("  %7s", "-");
	print_in_floors(t, &row->runs[NEW], NEW);
	printf("  %s%s%s\n", names[verdict], why ? ": " : "", why ? why : "");
}

static int print_two(const struct table *t)
{
	size_t count[NR_VERDICTS] = {0};
	int width = name_width(t);

	print_drift(t);
	printf("%-*s  %-26s  %-26s  %7s  %8s  %s\n", width, "row", "old ns: median (min-max)",
	       "new ns: median (min-max)", "new/old", "x floor", "verdict");
	for (size_t i = 0; i < t->nr; i++) {
		const char *why = NULL;
		enum verdict verdict = judge(t, &t->rows[i], &why);

		count[verdict]++;
		print_row(t, &t->rows[i], width, verdict, why);
	}
	printf("%zu rows, threshold %.0f %%: %zu SLOWER, %zu NOISY, %zu same, %zu faster, "
	       "%zu FAILED, %zu without verdict\n",
	       t->nr, t->threshold * 100, count[SLOWER], count[NOISY], count[SAME], count[FASTER],
	       count[FAILED], count[NO_VERDICT]);
	if (count[SLOWER] + count[FAILED] > 0)
		return EXIT_SLOWER;
	if (count[NO_VERDICT] == t->nr) {
		fprintf(stderr, "mmref-bench-compare: no row has times in both\n");
		return EXIT_NOTHING;
	}
	return EXIT_OK;
}

static void sort_all(struct table *t)
{
	if (t->nr > 0)
		qsort(t->rows, t->nr, sizeof(*t->rows), by_order);
	for (size_t i = 0; i < t->nr; i++) {
		for (int side = OLD; side < NR_SIDES; side++) {
			struct runs *r = &t->rows[i].runs[side];

			if (r->nr > 0)
				qsort(r->ns, r->nr, sizeof(*r->ns), by_value);
		}
	}
}

static void table_fini(struct table *t)
{
	for (size_t i = 0; i < t->nr; i++) {
		free(t->rows[i].name);
		for (int side = OLD; side < NR_SIDES; side++) {
			free(t->rows[i].runs[side].ns);
			free(t->rows[i].runs[side].error);
		}
	}
	free(t->rows);
	json_decref(t->context);
}

static void print_help(void)
{
	printf("usage: mmref-bench-compare [--threshold=PERCENT] [--force] OLD.json NEW.json ...\n"
	       "       mmref-bench-compare RUN.json\n"
	       "Compares the JSON output of mmref-bench; more files are further runs, OLD and NEW\n"
	       "in turn. One file alone: its medians, spreads and ratios to the floor.\n"
	       "  --threshold=PERCENT  smallest change that counts, default 10\n"
	       "  --force              compare runs of different machines\n"
	       "verdicts: SLOWER, NOISY (cannot tell), same, faster\n"
	       "exit status: 0 nothing slower, 1 SLOWER or a row failed its check, 2 usage,\n"
	       "             3 bad input or different machines, 4 nothing in both files\n");
}

static bool take_threshold(struct table *t, const char *arg)
{
	const char *text = arg + strlen("--threshold=");
	char *end;
	double percent = strtod(text, &end);

	if (end == text || *end != '\0' || !(percent >= 1 && percent <= 1000))
		return bad(arg, "a number of percent from 1 to 1000 is wanted");
	t->threshold = percent / 100;
	return true;
}

static bool take_option(struct table *t, const char *arg)
{
	if (strncmp(arg, "--threshold=", strlen("--threshold=")) == 0)
		return take_threshold(t, arg);
	if (strcmp(arg, "--force") != 0)
		return bad(arg, "unknown option, see mmref-bench-compare --help");
	t->force = true;
	return true;
}

/* Takes the options out of argv; returns the number of paths or -1. */
static int take_options(int argc, char **argv, struct table *t)
{
	int nr = 0;

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-')
			argv[nr++] = argv[i];
		else if (!take_option(t, argv[i]))
			return -1;
	}
	if (nr != 1 && (nr == 0 || nr % 2 != 0)) {
		fprintf(stderr, "mmref-bench-compare: one file, or pairs of old and new, "
				"are wanted\n");
		return -1;
	}
	return nr;
}

int main(int argc, char **argv)
{
	struct table t = {.threshold = 0.10};
	int status = EXIT_BAD_INPUT;
	int nr;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			print_help();
			return EXIT_OK;
		}
	}
	nr = take_options(argc, argv, &t);
	if (nr < 0)
		return EXIT_USAGE;
	if (load_all(&t, argv, nr)) {
		sort_all(&t);
		status = nr == 1 ? print_one(&t) : print_two(&t);
	}
	table_fini(&t);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		bad("standard output", strerror(errno));
		return EXIT_BAD_INPUT;
	}
	return status;
}
