/* SPDX-License-Identifier: MIT */
/*
 * theft_fork: properties in a child that crash, exit, hang, or do not.
 */
#include "invariants/property/suites/theft_tables.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct theft_run_config forking(theft_propfun1 *fn)
{
	struct theft_run_config cfg = suite_quiet("forks");

	cfg.prop1 = fn;
	cfg.type_info[0] = &suite_u32;
	cfg.trials = 1;
	cfg.fork.enable = true;
	return cfg;
}

static void run_to(struct suite_run *s, const struct theft_run_config *cfg,
		   enum theft_run_res wanted, const char *what)
{
	enum theft_run_res res = theft_run(cfg);

	CHECK(s, res == wanted, "%s: %s", what, theft_run_res_str(res));
}

/* ---- results ---- */

static enum theft_trial_res skips(struct theft *t, void *a)
{
	(void)t;
	(void)a;
	return THEFT_TRIAL_SKIP;
}

static enum theft_trial_res errs(struct theft *t, void *a)
{
	(void)t;
	(void)a;
	return THEFT_TRIAL_ERROR;
}

static void test_results(struct suite_run *s)
{
	struct theft_run_config cfg = forking(suite_passes);

	run_to(s, &cfg, THEFT_RUN_PASS, "passes");
	cfg.prop1 = suite_fails;
	run_to(s, &cfg, THEFT_RUN_FAIL, "fails");
	cfg.prop1 = skips;
	run_to(s, &cfg, THEFT_RUN_SKIP, "skips");
	cfg.prop1 = errs;
	run_to(s, &cfg, THEFT_RUN_ERROR, "errs");
}

static enum theft_trial_res dies(struct theft *t, void *a)
{
	(void)t;
	(void)a;
	/* a sanitizer or a debugger would have its say about a real crash */
	(void)raise(SIGKILL);
	return THEFT_TRIAL_PASS;
}

static enum theft_trial_res aborts(struct theft *t, void *a)
{
	const struct rlimit no_core = {0, 0};

	(void)t;
	(void)a;
	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)signal(SIGABRT, SIG_DFL);
	abort();
}

static enum theft_trial_res exits_0(struct theft *t, void *a)
{
	(void)t;
	(void)a;
	_exit(0);
}

static enum theft_trial_res exits_3(struct theft *t, void *a)
{
	(void)t;
	(void)a;
	_exit(3);
}

static void test_deaths(struct suite_run *s)
{
	struct theft_run_config cfg = forking(dies);

	run_to(s, &cfg, THEFT_RUN_FAIL, "killed");
	cfg.prop1 = aborts;
	run_to(s, &cfg, THEFT_RUN_FAIL, "aborted");
	cfg.prop1 = exits_0;
	run_to(s, &cfg, THEFT_RUN_FAIL, "ended without a result");
	cfg.prop1 = exits_3;
	run_to(s, &cfg, THEFT_RUN_FAIL, "ended with 3");
}

/* ---- time ---- */

static void on_signal_exit(int sig)
{
	(void)sig;
	_exit(0);
}

static void on_signal_exit_1(int sig)
{
	(void)sig;
	_exit(1);
}

static void hang(void)
{
	for (;;)
		(void)pause();
}

static enum theft_trial_res hangs(struct theft *t, void *a)
{
	(void)t;
	(void)a;
	hang();
	return THEFT_TRIAL_PASS;
}

static enum theft_trial_res hangs_until_asked(struct theft *t, void *a)
{
	(void)t;
	(void)a;
	(void)signal(SIGTERM, on_signal_exit);
	hang();
	return THEFT_TRIAL_FAIL;
}

static enum theft_trial_res hangs_until_usr1(struct theft *t, void *a)
{
	(void)t;
	(void)a;
	(void)signal(SIGUSR1, on_signal_exit);
	hang();
	return THEFT_TRIAL_FAIL;
}

static enum theft_trial_res hangs_and_complains(struct theft *t, void *a)
{
	(void)t;
	(void)a;
	(void)signal(SIGTERM, on_signal_exit_1);
	hang();
	return THEFT_TRIAL_PASS;
}

static enum theft_trial_res hangs_and_ignores(struct theft *t, void *a)
{
	(void)t;
	(void)a;
	(void)signal(SIGTERM, SIG_IGN);
	hang();
	return THEFT_TRIAL_PASS;
}

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_timeouts(struct suite_run *s)
{
	struct theft_run_config cfg = forking(hangs);

	cfg.fork.timeout = 20;
	run_to(s, &cfg, THEFT_RUN_FAIL, "dies of the signal");
	/* long enough for a loaded host to install the handler before it comes */
	cfg.fork.timeout = 250;
	cfg.fork.exit_timeout = 5000;
	cfg.prop1 = hangs_until_asked;
	run_to(s, &cfg, THEFT_RUN_PASS, "exits with 0 when asked");
	cfg.prop1 = hangs_and_complains;
	run_to(s, &cfg, THEFT_RUN_FAIL, "exits with 1 when asked");
	cfg.prop1 = hangs_until_usr1;
	cfg.fork.signal = SIGUSR1;
	run_to(s, &cfg, THEFT_RUN_PASS, "another signal");
}

static void test_kill(struct suite_run *s)
{
	struct theft_run_config cfg = forking(hangs_and_ignores);
	double start = seconds();

	cfg.fork.timeout = 50;
	cfg.fork.exit_timeout = 30;
	run_to(s, &cfg, THEFT_RUN_FAIL, "ignores the signal");
	CHECK(s, seconds() - start >= 0.07, "it was not given its time");
	CHECK(s, waitpid(-1, NULL, WNOHANG) < 0, "the child was not waited for");
}

static enum theft_trial_res takes_10_ms(struct theft *t, void *a)
{
	const struct timespec pause = {.tv_nsec = 10000000};

	(void)t;
	(void)a;
	(void)nanosleep(&pause, NULL);
	return THEFT_TRIAL_PASS;
}

static void test_in_time(struct suite_run *s)
{
	struct theft_run_config cfg = forking(takes_10_ms);

	run_to(s, &cfg, THEFT_RUN_PASS, "no timeout");
	cfg.fork.timeout = 10000;
	run_to(s, &cfg, THEFT_RUN_PASS, "timeout far away");
}

/* ---- the hook ---- */

struct hook_env {
	pid_t host;
	enum theft_hook_fork_post_res answer;
};

static enum theft_hook_fork_post_res in_child(const struct theft_hook_fork_post_info *info,
					      void *env)
{
	const struct hook_env *e = env;

	if (getpid() == e->host || info->arity != 1 || !info->args || !info->args[0])
		_exit(1);
	return e->answer;
}

static void test_hook(struct suite_run *s)
{
	struct theft_run_config cfg = forking(suite_passes);
	struct hook_env env = {getpid(), THEFT_HOOK_FORK_POST_CONTINUE};

	cfg.hooks.fork_post = in_child;
	cfg.hooks.env = &env;
	run_to(s, &cfg, THEFT_RUN_PASS, "continue");
	env.answer = THEFT_HOOK_FORK_POST_ERROR;
	run_to(s, &cfg, THEFT_RUN_ERROR, "error");
	/* without fork there is nobody to call it in */
	cfg.fork.enable = false;
	run_to(s, &cfg, THEFT_RUN_PASS, "no fork");
}

/* ---- shrinking ---- */

static enum theft_trial_res crashes_from_1000(struct theft *t, void *a)
{
	(void)t;
	if (*(uint32_t *)a >= 1000)
		_exit(7);
	return THEFT_TRIAL_PASS;
}

static enum theft_hook_counterexample_res keep(const struct theft_hook_counterexample_info *info,
					       void *env)
{
	*(uint32_t *)env = *(uint32_t *)info->args[0];
	return THEFT_HOOK_COUNTEREXAMPLE_CONTINUE;
}

static void test_shrinks(struct suite_run *s)
{
	struct theft_run_config cfg = forking(crashes_from_1000);
	uint32_t least = 0;

	cfg.type_info[0] = &suite_auto_u32;
	cfg.hooks.counterexample = keep;
	cfg.hooks.env = &least;
	run_to(s, &cfg, THEFT_RUN_FAIL, "crashes");
	CHECK(s, least == 1000, "shrunk to %u", least);
}

const struct suite_test theft_fork_tests[] = {
	{"fork.results_come_back", test_results},
	{"fork.a_child_that_dies_fails", test_deaths},
	{"fork.timeout_asks_the_child_to_end", test_timeouts},
	{"fork.one_that_does_not_listen_is_killed", test_kill},
	{"fork.one_that_is_in_time_is_let_alone", test_in_time},
	{"fork.hook_in_the_child", test_hook},
	{"fork.crashes_shrink", test_shrinks},
	{NULL, NULL},
};
