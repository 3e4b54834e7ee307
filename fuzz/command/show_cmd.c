/* SPDX-License-Identifier: MIT */
/*
 * show_cmd: `mmref show` prints a machine, fresh or after a trace, in the
 * layouts of the kernel's own files.
 */
#include "mm/failpoint.h"
#include "mm/memblock.h"
#include "mm/page_owner.h"
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
};

#define NR_VIEWS (sizeof(views) / sizeof(views[0]))

static int show(size_t view, const char *machine, const char *path)
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
		views[view].print(s.m, stdout);
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
};

static const struct command_option options[] = {
	OPTION_TEXT("m", "MACHINE", WORD_MACHINE, struct show_args, machine,
		    "this machine, not the trace's"),
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
	struct show_args a = {NULL, NULL, NULL};
	size_t view = 0;
	int status = form_parse(&show_form, &a, argc, argv);

	if (status)
		return status;
	while (strcmp(views[view].name, a.view) != 0)
		view++;
	return show(view, a.machine, a.trace);
}
