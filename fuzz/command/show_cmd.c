/* SPDX-License-Identifier: MIT */
/*
 * show_cmd: `mmref show` prints a machine, fresh or after a trace, in the
 * layouts of the kernel's own files.
 */
#include "mm/failpoint.h"
#include "mm/memblock.h"
#include "mm/page_owner.h"
#include "mm/process.h"
#include "mm/procfs.h"
#include "mm/zone.h"

#include "fuzz/command/command.h"
#include "fuzz/command/form.h"

#include <string.h>

static const struct {
	const char *name;
	void (*print)(const struct mm_machine *m, FILE *out);
} views[] = {
	{"buddyinfo", mm_procfs_buddyinfo},
	{"pagetypeinfo", mm_procfs_pagetypeinfo},
	{"zoneinfo", mm_procfs_zoneinfo},
	{"vmstat", mm_procfs_vmstat},
	{"unusable_index", mm_procfs_unusable_index},
	{"extfrag_index", mm_procfs_extfrag_index},
	{"memblock", mm_memblock_dump},
	{"zones", mm_zone_print_boot},
	{"fail_page_alloc", mm_failpoint_print},
	{"page_owner", mm_page_owner_print},
	{"maps", NULL},
	{"smaps", NULL},
};

/* Of one process each; by the name of the view. */
static const struct {
	const char *name;
	void (*print)(const struct mm_machine *m, uint64_t pid, FILE *out);
} process_views[] = {
	{"maps", mm_procfs_maps},
	{"smaps", mm_procfs_smaps},
};

#define EVERY_PROCESS UINT64_MAX

#define NR_VIEWS (sizeof(views) / sizeof(views[0]))

/* One after the other, each below a heading as head(1) makes it. */
static void show_processes(const struct mm_machine *m, const char *view, uint64_t pid)
{
	uint64_t first = pid == EVERY_PROCESS ? 0 : pid;
	uint64_t last = pid == EVERY_PROCESS ? m->desc.procs : pid + 1;
	size_t i = 0;

	while (strcmp(process_views[i].name, view) != 0)
		i++;
	for (pid = first; pid < last && pid < m->desc.procs; pid++) {
		const struct mm_process *p = mm_process_at(m, pid);

		if (!p->alive)
			continue;
		if (last - first > 1)
			printf("%s==> /proc/%llu/%s <==\n", pid ? "\n" : "",
			       (unsigned long long)pid, view);
		process_views[i].print(m, pid, stdout);
	}
}

static int show(size_t view, uint64_t pid, const char *machine, const char *path)
{
	struct mm_run_options o;
	struct mm_trace t;
	struct session s;
	int status = STATUS_OK;

	mm_trace_init(&t);
	memset(&o, 0, sizeof(o));
	if (path)
		status = load_trace(&t, path, NULL);
	if (!status)
		status = session_open(&s, &t, machine, false);
	if (!status) {
		death_watch(s.run);
		if (mm_run_trace(s.run, &t, &o))
			status = STATUS_OUR_FAULT;
		death_watch(NULL);
		if (views[view].print)
			views[view].print(s.m, stdout);
		else
			show_processes(s.m, views[view].name, pid);
		session_close(&s);
	}
	mm_trace_free(&t);
	return status;
}

const char *show_view_name(size_t i)
{
	return i < NR_VIEWS ? views[i].name : NULL;
}

struct show_args {
	const char *view;
	const char *trace;
	const char *machine;
	uint64_t pid;
};

static const struct command_option options[] = {
	OPTION_TEXT("m", "MACHINE", WORD_MACHINE, struct show_args, machine,
		    "this machine, not the trace's"),
	OPTION_NUMBER("pid", "N", struct show_args, pid, UINT32_MAX,
		      "maps and smaps: of this process, not of each"),
	OPTION_END,
};

static const struct command_word words[] = {
	WORD_ONE("VIEW", WORD_VIEW, struct show_args, view, "show what?"),
	WORD_MAYBE("TRACE", WORD_TRACE, struct show_args, trace),
	WORD_END,
};

const struct command_form show_form = {
	options, words, "Without a TRACE the machine is shown as it booted.\n",
	"mmref show zoneinfo -m 'ram=64M dma=16M'\nwhat a machine of 64 MiB begins with\n"};

int command_show(int argc, char **argv)
{
	struct show_args a = {NULL, NULL, NULL, EVERY_PROCESS};
	size_t view = 0;
	int status = form_parse(&show_form, &a, argc, argv);

	if (status)
		return status;
	while (strcmp(views[view].name, a.view) != 0)
		view++;
	if (views[view].print && a.pid != EVERY_PROCESS) {
		(void)fprintf(stderr, "mmref show: %s is of no process: --pid means nothing\n",
			      a.view);
		return STATUS_USAGE;
	}
	return show(view, a.pid, a.machine, a.trace);
}
