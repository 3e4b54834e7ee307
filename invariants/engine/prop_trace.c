/* SPDX-License-Identifier: MIT */
/*
 * prop_trace: judging candidates, and the folder of what is kept.
 */
#include "invariants/engine/prop_trace.h"

#include "fuzz/trace/shrink.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop_draw.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FOLDER     ".mmref-fail"
#define FIRST_WORD "machine "
#define FIRST_LINE "# mmref 1\n"

/* s, of a child that judges one candidate */
#define CHILD_LIMIT 10

/* What came of a candidate; shared with a child. */
struct verdict {
	char claim[64];
	char op[64];
	char text[320];
	bool ended;
};

struct settling {
	struct prop_trace *t;
	struct mm_walk walk; /* of the machine below */
	char machine[MM_TARGET_MACHINE_LEN + 4096];
	bool is_open;
	struct verdict *v;
	double start;
};

bool prop_trace_is_one(const char *text)
{
	return strncmp(text, FIRST_WORD, strlen(FIRST_WORD)) == 0;
}

static double now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* ---- one candidate ---- */

/* Candidates mostly share their machine: it is booted for the first only. */
static bool open_machine(struct settling *s, const char *machine)
{
	struct mm_prop_run p = {.name = ""};

	if (s->is_open && strcmp(s->machine, machine) == 0) {
		mm_run_reset(s->walk.run);
		return true;
	}
	if (s->is_open)
		mm_walk_close(&s->walk);
	s->is_open = strlen(machine) < sizeof(s->machine) && mm_walk_open(&s->walk, &p, machine);
	if (s->is_open)
		memcpy(s->machine, machine, strlen(machine) + 1);
	return s->is_open;
}

static void judge(struct settling *s, const struct mm_trace *t)
{
	const struct mm_run_options o = mm_walk_options();
	struct verdict *v = s->v;
	struct mm_run *r;
	size_t pos;

	v->claim[0] = '\0';
	if (!open_machine(s, t->machine))
		return;
	r = s->walk.run;
	if (mm_run_trace(r, t, &o) || !r->finding || r->finding == MM_FINDING_STOP)
		return;
	pos = r->finding_pos < t->nr ? r->finding_pos : t->nr - 1;
	(void)snprintf(v->claim, sizeof(v->claim), "%s", r->claim);
	(void)snprintf(v->op, sizeof(v->op), "%s",
		       t->nr ? mm_optable_get(t->ops[pos].op)->name : "none");
	(void)snprintf(v->text, sizeof(v->text), "%s", r->text);
}

static void judge_in_child(struct settling *s, const struct mm_trace *t)
{
	int status = 0;
	pid_t child;

	s->v->ended = false;
	s->v->claim[0] = '\0';
	(void)fflush(NULL);
	child = fork();
	if (child == 0) {
		(void)freopen("/dev/null", "w", stderr);
		(void)alarm(CHILD_LIMIT);
		judge(s, t);
		s->v->ended = true;
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || s->v->ended)
		return;
	(void)snprintf(s->v->claim, sizeof(s->v->claim), "died");
	(void)snprintf(s->v->op, sizeof(s->v->op), "%s-%d",
		       WIFSIGNALED(status) ? "signal" : "status",
		       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	(void)snprintf(s->v->text, sizeof(s->v->text), "the process died");
}

static uint64_t fails(void *env, const struct mm_trace *t)
{
	struct settling *s = env;
	uint64_t class = 1;
	const char *c;

	if (s->t->died)
		judge_in_child(s, t);
	else
		judge(s, t);
	for (c = s->v->claim; *c; c++)
		class = prop_mix(class, (unsigned char)*c);
	return s->v->claim[0] ? class : 0;
}

static bool enough(void *env, const struct mm_shrink *e)
{
	const struct settling *s = env;

	(void)e;
	return (now() - s->start) * 1000 >= (double)s->t->max_ms;
}

/* ---- what is kept ---- */

static bool make_folder(const char *path)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return true;
	(void)fprintf(stderr, "mmref-prop: %s: cannot be made: %s\n", path, strerror(errno));
	return false;
}

static bool write_trace(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	bool bad = !f || fputs(FIRST_LINE, f) < 0 || fputs(text, f) < 0;

	if (f && fclose(f))
		bad = true;
	if (bad)
		(void)fprintf(stderr, "mmref-prop: %s: cannot be written: %s\n", path,
			      strerror(errno));
	return !bad;
}

/* The first of its kind stays, as with what `mmref check` and `fuzz` keep. */
static void keep(struct prop_trace *t, const struct verdict *v)
{
	char folder[200];

	t->path[0] = '\0';
	(void)snprintf(folder, sizeof(folder), "%s/%s-%s", FOLDER, v->claim, v->op);
	if (!make_folder(FOLDER) || !make_folder(folder))
		return;
	(void)snprintf(t->path, sizeof(t->path), "%s/trace.ops", folder);
	if (access(t->path, F_OK) != 0 && !write_trace(t->path, t->small))
		t->path[0] = '\0';
}

static char *text_of(const struct mm_trace *t)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	bool bad = !f || mm_trace_print(t, f);

	if (f && fclose(f))
		bad = true;
	if (bad) {
		free(text);
		return NULL;
	}
	return text;
}

static void shrink(struct settling *s, const struct mm_trace *in)
{
	struct mm_shrink engine = {.fails = fails, .enough = enough, .env = s};
	struct mm_trace out;

	mm_trace_init(&out);
	s->start = now();
	if (mm_shrink(&engine, in, &out) == 0 &&
	    (engine.end == MM_SHRINK_DONE || engine.end == MM_SHRINK_STOPPED)) {
		s->t->small = text_of(&out);
		s->t->ops = out.nr;
		/* the last candidate was another one */
		if (s->t->small && fails(s, &out)) {
			(void)snprintf(s->t->claim, sizeof(s->t->claim), "%.60s: %.250s",
				       s->v->claim, s->v->text);
			keep(s->t, s->v);
		}
	}
	mm_trace_free(&out);
}

bool prop_trace_settle(struct prop_trace *t)
{
	struct settling s = {.t = t};
	struct mm_trace in;
	void *page =
		mmap(NULL, sizeof(*s.v), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	t->small = NULL;
	if (page == MAP_FAILED)
		return false;
	s.v = page;
	mm_trace_init(&in);
	if (mm_trace_parse(&in, t->text, strlen(t->text), NULL, NULL) == 0 && in.machine)
		shrink(&s, &in);
	mm_trace_free(&in);
	if (s.is_open)
		mm_walk_close(&s.walk);
	(void)munmap(page, sizeof(*s.v));
	return t->small != NULL;
}
