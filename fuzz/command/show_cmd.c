/* SPDX-License-Identifier: MIT */
/*
 * show_cmd: `mmref show` prints a machine, fresh or after a trace, in the
 * layouts of the kernel's own files.
 */
#include "mm/memblock.h"
#include "mm/procfs.h"
#include "mm/zone.h"

#include "fuzz/command/command.h"

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

/* The error that lists what there is. */
static int no_view(const char *name)
{
	char list[160] = "";
	size_t at = 0;
	size_t i;

	for (i = 0; i < NR_VIEWS && at < sizeof(list); i++) {
		int n = snprintf(list + at, sizeof(list) - at, " %s", views[i].name);

		at += n > 0 ? (size_t)n : 0;
	}
	return usage_error("show", "cannot show \"%s\"; views are:%s", name, list);
}

int command_show(int argc, char **argv)
{
	const char *machine = NULL;
	const char *path = NULL;
	size_t view;
	int i;

	if (argc < 2)
		return usage_error("show", "show what?");
	for (view = 0; view < NR_VIEWS && strcmp(views[view].name, argv[1]) != 0; view++)
		;
	if (view == NR_VIEWS)
		return no_view(argv[1]);
	for (i = 2; i < argc; i++) {
		if (strcmp(argv[i], "-m") == 0 && i + 1 < argc)
			machine = argv[++i];
		else if (argv[i][0] == '-' && argv[i][1])
			return usage_error("show", "unknown or incomplete option %s", argv[i]);
		else if (path)
			return usage_error("show", "one trace at a time");
		else
			path = argv[i];
	}
	return show(view, machine, path);
}
