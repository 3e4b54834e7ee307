/* SPDX-License-Identifier: MIT */
/*
 * command: what the subcommands of mmref share: exit statuses, sessions (a
 * machine with its run), findings and progress.
 */
#ifndef MM_COMMAND_H
#define MM_COMMAND_H

#include "fuzz/trace/run.h"

#include <stdio.h>
#include <sys/types.h>

/* Exit statuses, the same for all subcommands. */
enum status {
	STATUS_OK = 0,
	STATUS_FINDING = 1,
	STATUS_USAGE = 2,
	STATUS_BAD_INPUT = 3,
	STATUS_NOTHING = 4,
	STATUS_OUR_FAULT = 5
};

struct command_form;

struct subcommand {
	const char *name;
	int (*main)(int argc, char **argv); /* argv[0] is the subcommand */
	const char *line;                   /* one line of help */
	const struct command_form *form;    /* its words and options: form.h */
};

extern const struct subcommand subcommands[];
const struct subcommand *subcommand_find(const char *name); /* NULL: there is none */

int command_help(int argc, char **argv);
int command_run(int argc, char **argv);
int command_check(int argc, char **argv);
int command_fuzz(int argc, char **argv);
int command_import(int argc, char **argv);
int command_show(int argc, char **argv);
int command_states(int argc, char **argv);
int command_oracle(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_record(int argc, char **argv);
int command_shrink(int argc, char **argv);
int command_trail(int argc, char **argv);
int command_corpus(int argc, char **argv);
int command_triage(int argc, char **argv);
int command_sweep(int argc, char **argv);

extern const struct command_form help_form;
extern const struct command_form run_form;
extern const struct command_form check_form;
extern const struct command_form sweep_form;
extern const struct command_form fuzz_form;
extern const struct command_form shrink_form;
extern const struct command_form trail_form;
extern const struct command_form triage_form;
extern const struct command_form import_form;
extern const struct command_form show_form;
extern const struct command_form states_form;
extern const struct command_form oracle_form;
extern const struct command_form doctor_form;
extern const struct command_form record_form;
extern const struct command_form corpus_form;

/* What `mmref help` explains beside subcommands; the last has no name. */
struct help_topic {
	const char *name;
	void (*print)(void);
	const char *line;
};

extern const struct help_topic help_topics[];
/* What `mmref` itself takes. */
void usage(FILE *out);
/* What a subcommand takes. */
void help_subcommand(const struct subcommand *s, FILE *out);
/* Views of `mmref show` in order, NULL after the last. */
const char *show_view_name(size_t i);

/* "usage: mmref ..." of a subcommand on standard error; STATUS_USAGE. */
int usage_error(const char *name, const char *fmt, ...) MM_PRINTF(2, 3);
/* A refused input on standard error; STATUS_BAD_INPUT. */
int bad_input(const struct mm_error *e);
/* Close standard output; what could not be written is STATUS_BAD_INPUT. */
int finish_output(int status);

/* ---- sessions: a machine, its checker and its run ---- */

/* What a trace without a machine line runs on: the first of the target. */
#define SMALL_MACHINE "ram=4M max_order=6 pageblock_order=3 cpus=2"

struct session {
	struct mm_machine *m;
	struct mm_checker *checker;
	struct mm_run *run;
	char *description;
};

/*
 * Boot the machine that the trace names, else `machine`, else the small one.
 * Place of a complaint: the trace's machine line.  STATUS_OK or what to exit.
 */
int session_open(struct session *s, const struct mm_trace *t, const char *machine, bool check);
void session_close(struct session *s);
/* Description from a literal "ram=..." or a file that holds one; malloc'ed. */
char *machine_argument(const char *arg, struct mm_error *e);
/* A trace from text, or with target from bytes: all of them, or as many operations as
 * the target runs.  0, or what mm_trace_load says; complaint in e. */
int read_trace(struct mm_trace *t, const char *path, const char *target, bool as_fuzzed,
	       struct mm_error *e);
/* The same, all of it, with the complaint on standard error. */
int load_trace(struct mm_trace *t, const char *path, const char *target);
/* All bytes of a file, and a NUL after them; NULL and e when it cannot be read. */
char *read_file(const char *path, size_t *len, struct mm_error *e);
/* What to do with each trace that is named. */
struct trace_walk {
	void (*each)(void *env, const char *path);
	void *env;
	bool any_name; /* in folders all files, not *.ops alone */
};

/* A file, or the files below a folder in name order.  STATUS_OK, or
 * STATUS_BAD_INPUT after a complaint about a folder. */
int each_trace(const char *path, const struct trace_walk *w);
/* Options as `mmref check` uses them. */
struct mm_run_options judge_all_options(void);
/*
 * Judge a trace on the fresh machine of a session and again after a reset: both
 * must end in the same digest.  STATUS_OK, STATUS_FINDING (which one: s->run) or
 * STATUS_OUR_FAULT.
 */
int session_judge(struct session *s, const struct mm_trace *t, uint64_t *digest);

/* The engine's program for a target: fuzz_TARGET beside this one. */
bool engine_program(const char *target, char *path, size_t len);

/* ---- findings ---- */

/*
 * Print what was found and where, keep it under .mmref-fail/, end with the
 * command that replays it.  STATUS_FINDING.
 */
int report_finding(const struct mm_run *r, const struct mm_trace *t);
/* "FILE:LINE: @POS: OPERATION"; line 0: that of the operation. */
void finding_moment(const struct mm_run *r, size_t pos, uint32_t line, FILE *out);
/* "check": subcommand and options that replay what is reported from here on. */
void finding_replays(const char *words);
/* What is kept from here on was found by a search of this target. */
void finding_of_search(const char *target);
/* Did a search find what lies in this folder, or was it a trace that somebody judged? */
bool finding_is_searched(const char *folder);
/* Findings that are reported from here on are shrunk for so many s; 0: not. */
void finding_shrinks(double seconds);

/* Where a child that is forked from here on and dies says which trace it kept;
 * empty: it did not die.  NULL when the host refuses. */
const char *finding_share(void);
/* Shrink a trace that was kept, in place; the original stays as original.ops. */
void shrink_kept(const char *trace, double seconds);

/* A finding to keep: what it fails with, at which kind of operation. */
struct kept {
	const char *id;
	const char *op;
	const struct mm_trace *trace; /* with its machine */
	const char *report;
	uint64_t digest;
	bool trail; /* write trail.txt, in a child */
};

/*
 * Keep it under .mmref-fail/ID-OP/, unless that has one already; trace is the
 * name of its trace.  0, or -MM_EIO after a complaint.
 */
int finding_keep(const struct kept *k, char *trace, size_t len);
/* The trail of the last operations of a finding, as FOLDER/trail.txt. */
void finding_save_trail(const char *folder, const struct mm_trace *t);
/* Put text into FOLDER/NAME.  0 or -MM_EIO. */
int finding_save_text(const char *folder, const char *name, const char *text);
/* What to print when the process dies: the trace being run. */
void death_watch(const struct mm_run *r);
void death_install(void);
/* In a child: it dies of what it dies of, and a parent sees that. */
void death_uninstall(void);
/* Die by SIGALRM, reported as a hang, when not called again in so many s; 0: off. */
void death_timeout(unsigned int seconds);
/* "SIGSEGV"; "timeout" for SIGALRM, "signal" for one that no crash has. */
const char *signal_word(int sig);

/* ---- children ---- */

/* Fork with nothing in buffers that both would write; below 0 after a complaint. */
pid_t child_fork(void);
/* Wait for one; its wait status, STATUS_OUR_FAULT's when there is none (pid < 0). */
int child_wait(pid_t pid);

/* ---- progress ---- */

struct progress {
	const char *what;
	double start;
	double last;
	bool tty;
	bool shown;
};

void progress_start(struct progress *p, const char *what);
/* done of total (0: unknown); prints rarely. */
void progress_step(struct progress *p, uint64_t done, uint64_t total);
/* Is it time to print?  Then the caller prints a line of its own: */
bool progress_due(struct progress *p);
void progress_line(struct progress *p, const char *fmt, ...) MM_PRINTF(2, 3);
void progress_end(struct progress *p);
double wall_seconds(void);
double cpu_seconds(void);

/* ---- --json: lines of {"type":TYPE,"version":1,"data":{...}} ---- */

struct json {
	FILE *out;
	unsigned int members; /* so far */
};

struct json json_begin(const char *type); /* on standard output */
struct json json_begin_to(FILE *out, const char *type);
void json_text(struct json *j, const char *name, const char *text);
void json_number(struct json *j, const char *name, uint64_t v);
void json_bool(struct json *j, const char *name, bool v);
void json_end(struct json *j);

/* ---- summary of a run ---- */

void print_summary(const struct mm_run *r, double seconds, FILE *out);

#endif
