/* SPDX-License-Identifier: MIT */
/*
 * oracle_cmd: `mmref oracle zoneinfo` prints what the formulas say beside what
 * a kernel says, `mmref oracle extfrag` the same of indexes of fragmentation.
 * `mmref oracle linux` is in oracle_linux.c.
 */
#include "fuzz/command/command.h"
#include "fuzz/command/form.h"
#include "fuzz/command/oracle_linux.h"
#include "fuzz/oracle/oracle.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	const char *what;
	const char *from; /* NULL: the running kernel */
	bool sweep;
	bool json;
	uint64_t pause_ms;

	/* of linux */
	const char *trace;
	const char *record;
	uint64_t seconds;
	uint64_t ops;
	uint64_t seed;
	uint64_t jobs;
};

static const struct command_option rows[] = {
	OPTION_TEXT("from", "FOLDER|FILE", WORD_FILE, struct options, from,
		    "a saved copy, not the running kernel"),
	OPTION_FLAG("sweep", struct options, sweep,
		    "as root: write 20 settings to /proc/sys/vm, compare after each"),
	OPTION_NUMBER("pause", "MS", struct options, pause_ms, 60000,
		      "wait so many milliseconds after each setting"),
	OPTION_NUMBER("fuzz", "SECONDS", struct options, seconds, 0,
		      "linux: generated operations for so long"),
	OPTION_NUMBER("ops", "N", struct options, ops, 0,
		      "linux: so many generated operations; 20000"),
	OPTION_NUMBER("seed", "N", struct options, seed, 0, "linux: of the first trace; 1"),
	OPTION_NUMBER("jobs", "N", struct options, jobs, 256,
		      "linux: traces at a time, each on a CPU of its own; as many as there are"),
	OPTION_TEXT("record", "LOG", WORD_FILE, struct options, record,
		    "linux: write what the kernel answers, for --from LOG"),
	OPTION_FLAG("json", struct options, json, "an object per line"),
	OPTION_END,
};

static const struct command_word words[] = {
	{"zoneinfo|extfrag|linux", WORD_LISTED, false, false, FORM_TEXT(struct options, what),
	 "what is to be compared? there are: zoneinfo extfrag linux", "zoneinfo extfrag linux"},
	WORD_MAYBE("TRACE", WORD_TRACE, struct options, trace),
	WORD_END,
};

const struct command_form oracle_form = {
	rows, words,
	"FOLDER: zoneinfo and sysctl (lines vm.NAME = VALUE); FILE: a zoneinfo; neither: the\n"
	"running kernel.  --sweep writes back what was there, whatever happens.  extfrag: of the\n"
	"running kernel only, and as root: /sys/kernel/debug/extfrag from /proc/buddyinfo.\n"
	"linux: TRACE, or generated operations, as system calls of a process of its own and in\n"
	"the reference, compared after each.  A difference is made small and kept as a trace.\n"
	"It ends with 4 where the kernel hides what is compared.  --from LOG: what a kernel\n"
	"answered once.\n",
	"mmref oracle zoneinfo\nhold the running kernel's marks against the formulas\n"
	"mmref oracle linux --fuzz 60\ncompare address spaces with the running kernel's\n"};

/* ---- printing ---- */

static void json_row(const struct mm_oracle_row *row)
{
	struct json j = json_begin("comparison");
	json_number(&j, "node", row->node);
	json_text(&j, "zone", row->zone);
	json_text(&j, "item", row->item);
	if (row->skipped) {
		json_text(&j, "skipped", row->skipped);
	} else {
		json_text(&j, "ours", row->ours);
		json_text(&j, "kernel", row->kernels);
		json_bool(&j, "equal", row->equal);
	}
	json_end(&j);
}

static void text_row(const struct mm_oracle_row *row)
{
	(void)printf("%2u %-8s %-14s ", row->node, row->zone, row->item);
	if (row->skipped)
		(void)printf("not compared: %s\n", row->skipped);
	else
		(void)printf("%29s %29s  %s\n", row->ours, row->kernels,
			     row->equal ? "equal" : "DIFFERS");
}

static void print_row(void *env, const struct mm_oracle_row *row)
{
	const struct options *o = env;

	if (o->json)
		json_row(row);
	else if (!o->sweep || !row->equal)
		text_row(row);
}

/* A setting as `name=value`, and how we know it. */
static void one_setting(struct json *j, const struct mm_oracle_settings *s, enum mm_oracle_sysctl i)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return;
	mm_oracle_setting_print(s, i, out);
	if (fclose(out) == 0 && j)
		json_text(j, mm_oracle_sysctl_name(i), strchr(text, '=') + 1);
	else
		(void)printf(" %s%s", text, s->s[i].derived ? " (derived)" : "");
	free(text);
}

static void settings(const struct options *o, const struct mm_oracle_settings *s, unsigned int nr)
{
	struct json j = {0};
	int i;

	if (o->json) {
		j = json_begin("settings");
		json_number(&j, "number", nr);
	} else if (nr) {
		(void)printf("%2u of %d:", nr, MM_ORACLE_SWEEP_NR);
	} else {
		(void)printf("settings:");
	}
	for (i = 0; i < MM_ORACLE_NR_SYSCTLS; i++)
		one_setting(o->json ? &j : NULL, s, (enum mm_oracle_sysctl)i);
	if (o->json)
		json_end(&j);
	else
		(void)printf("\n");
}

static void heading(const struct options *o)
{
	if (!o->json && !o->sweep)
		(void)printf("\n%-11s %-14s %29s %29s\n", "zone", "item", "ours", "kernel's");
}

static void not_compared(const struct options *o)
{
	if (!o->json)
		(void)printf("\nnever compared, because they follow the load: boost; count and "
			     "high of lists per CPU\n");
}

static void summary(const struct options *o, const struct mm_oracle_result *r)
{
	int i;

	if (o->json) {
		struct json j = json_begin("summary");
		json_number(&j, "compared", r->compared);
		json_number(&j, "differ", r->differ);
		json_number(&j, "skipped", r->skipped);
		json_end(&j);
		return;
	}
	(void)printf("%lu values compared, %lu differ, %lu not compared", r->compared, r->differ,
		     r->skipped);
	for (i = 0; i < MM_ORACLE_REASONS_MAX && r->reason[i].why; i++)
		(void)printf("%s%s: %lu", i ? "; " : " (", r->reason[i].why, r->reason[i].nr);
	(void)printf("%s\n", r->skipped ? ")" : "");
}

/* On standard error, and in the log of --json. */
static int refused(const struct options *o, const struct mm_error *e, int status)
{
	(void)bad_input(e);
	if (o->json) {
		struct json j = json_begin("error");
		json_number(&j, "status", (uint64_t)status);
		if (e->file)
			json_text(&j, "file", e->file);
		json_number(&j, "line", (uint64_t)e->line);
		json_number(&j, "column", (uint64_t)e->col);
		json_text(&j, "text", e->text);
		json_end(&j);
	}
	return status;
}

/* ---- doing ---- */

/* The formulas are of 4 KiB pages. */
static bool other_pages(struct mm_error *e)
{
	long size = sysconf(_SC_PAGESIZE);

	if (size == 4096)
		return false;
	e->file = "/proc/zoneinfo";
	(void)mm_error_set(e, -MM_ENODEV, 0, 0, "pages of %ld bytes here; the formulas are of 4096",
			   size);
	return true;
}

static int once(const struct options *o)
{
	struct mm_oracle_result r = {0};
	struct mm_oracle_input in;
	struct mm_error e = {0};
	int err;

	if (!o->from && other_pages(&e))
		return refused(o, &e, STATUS_NOTHING);
	err = o->from ? mm_oracle_saved(&in, o->from, &e) : mm_oracle_settled(&in, &e);
	if (err == -MM_ENOMEM)
		return refused(o, &e, STATUS_OUR_FAULT);
	if (err)
		return refused(o, &e, o->from ? STATUS_BAD_INPUT : STATUS_NOTHING);
	settings(o, &in.settings, 0);
	heading(o);
	mm_oracle_compare(&in, print_row, (void *)o, &r);
	not_compared(o);
	summary(o, &r);
	mm_oracle_input_free(&in);
	return r.differ ? STATUS_FINDING : STATUS_OK;
}

/* Fragmentation, from the running kernel's blocks. */
static int fragmentation(const struct options *o)
{
	struct mm_oracle_result r = {0};
	struct mm_error e = {0};
	int err;

	heading(o);
	err = mm_oracle_extfrag_run(print_row, (void *)o, &r, &e);
	if (err)
		return refused(o, &e, err == -MM_ENOMEM ? STATUS_OUR_FAULT : STATUS_NOTHING);
	summary(o, &r);
	return r.differ ? STATUS_FINDING : STATUS_OK;
}

static void begin_setting(void *env, unsigned int i, const struct mm_oracle_settings *s)
{
	settings(env, s, i + 1);
}

static void say_restored(const struct options *o, const struct mm_oracle_swept *swept)
{
	if (o->json) {
		struct json j = json_begin("restored");
		json_bool(&j, "restored", swept->restored);
		json_end(&j);
	} else if (swept->restored) {
		(void)printf("restored: all four settings read back as they were\n");
	}
	if (!swept->restored)
		(void)fprintf(stderr, "mmref: NOT restored; write them by hand, as said above\n");
}

static int sweep(const struct options *o)
{
	const struct mm_oracle_sweep s = {(unsigned int)o->pause_ms, begin_setting, print_row,
					  (void *)o};
	struct mm_oracle_swept swept;
	struct mm_error e = {0};

	if (other_pages(&e))
		return refused(o, &e, STATUS_NOTHING);
	swept = mm_oracle_sweep_run(&s, &e);
	if (!swept.changed)
		return refused(o, &e, STATUS_NOTHING);
	not_compared(o);
	say_restored(o, &swept);
	summary(o, &swept.r);
	if (swept.end == MM_ORACLE_SWEEP_SIGNAL) {
		(void)fflush(stdout);
		(void)signal(swept.signal, SIG_DFL);
		(void)raise(swept.signal);
	}
	if (swept.end != MM_ORACLE_SWEPT)
		return refused(o, &e, STATUS_OUR_FAULT);
	if (!swept.restored)
		return STATUS_OUR_FAULT;
	return swept.r.differ ? STATUS_FINDING : STATUS_OK;
}

/* The same of operations. */
static int compare_linux(const struct options *o)
{
	const struct oracle_linux_args a = {o->trace, o->from, o->record, o->seconds,
					    o->ops,   o->seed, o->jobs,   o->json};

	if (o->sweep)
		return usage_error("oracle", "--sweep is of zoneinfo");
	if ((o->trace != NULL) + (o->from != NULL) + (o->seconds || o->record) > 1 ||
	    ((o->trace || o->from) && o->ops))
		return usage_error("oracle", "linux: a TRACE, or --from LOG, or generated ones");
	return oracle_linux(&a);
}

int command_oracle(int argc, char **argv)
{
	struct options o = {.seed = 1};
	int status = form_parse(&oracle_form, &o, argc, argv);

	if (status)
		return status;
	if (strcmp(o.what, "linux") == 0)
		return compare_linux(&o);
	if (o.trace || o.record || o.seconds || o.ops || o.jobs)
		return usage_error("oracle",
				   "TRACE, --fuzz, --ops, --jobs and --record are of linux");
	if (o.sweep && o.from)
		return usage_error("oracle", "a saved copy takes no settings: --sweep or --from");
	if (strcmp(o.what, "extfrag") == 0) {
		if (o.sweep || o.from)
			return usage_error("oracle", "extfrag: of the running kernel, as it is");
		return fragmentation(&o);
	}
	return o.sweep ? sweep(&o) : once(&o);
}
