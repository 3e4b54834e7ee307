/* SPDX-License-Identifier: MIT */
/*
 * input: where sizes and settings come from: a saved copy, or the running
 * kernel.
 *
 * A running kernel moves.  Zones grow while memory is still being initialised,
 * a sysctl may be written, and kswapd lowers thresholds while it works.  So
 * zoneinfo is read, then the sysctls, then zoneinfo again; if it moved, or if
 * something differs, all of it is read anew after a pause.  What still differs
 * at the last attempt does.
 */
#include "fuzz/oracle/oracle.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ATTEMPTS 5
#define PAUSE_NS 50000000L

static int parse_zoneinfo(struct mm_oracle_input *in, struct mm_error *e)
{
	struct mm_proc_text t;
	int err = mm_proc_load(&t, in->path, e);

	if (err)
		return err;
	err = mm_proc_parse(&in->zoneinfo, MM_PROC_ZONEINFO, &t, e);
	free((char *)t.bytes);
	return err;
}

/* CPUs of the nodes, as far as zoneinfo tells: of a single node all of them. */
static void cpus_of_one_node(struct mm_oracle_input *in)
{
	const struct mm_proc_zoneinfo *v = &in->zoneinfo.u.zoneinfo;
	unsigned int node = v->nr_zones ? v->zone[0].node : 0;
	size_t i;

	for (i = 0; i < v->nr_zones; i++) {
		if (v->zone[i].node != node)
			return;
		if (v->zone[i].nr_pagesets)
			in->cpus.nr[node % MM_PROC_NODES_MAX] =
				(unsigned int)v->zone[i].nr_pagesets;
	}
	in->cpus.known[node % MM_PROC_NODES_MAX] = true;
}

/* A ratio belongs to a zone by its place among the node's zones. */
static int ratios_fit(const struct mm_oracle_input *in, const char *file, struct mm_error *e)
{
	const struct mm_oracle_setting *s = &in->settings.s[MM_ORACLE_LOWMEM_RESERVE_RATIO];
	const struct mm_proc_zoneinfo *v = &in->zoneinfo.u.zoneinfo;
	unsigned int zones = 0;
	size_t i;

	for (i = 0; i < v->nr_zones && v->zone[i].node == v->zone[0].node; i++)
		zones++;
	if (!s->nr || s->nr == zones || s->nr + 1 == zones)
		return 0;
	if (e)
		e->file = file;
	return mm_error_set(e, -MM_EINVAL, s->line, 1,
			    "lowmem_reserve_ratio: found %u numbers, expected one for each of the "
			    "%u zones that zoneinfo has",
			    s->nr, zones);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* in->path = folder/name */
static void name_file(struct mm_oracle_input *in, const char *folder, const char *name)
{
	size_t len = strlen(folder);

	while (len > 1 && folder[len - 1] == '/')
		len--;
	(void)snprintf(in->path, sizeof(in->path), "%.*s/%s", (int)len, folder, name);
}

static int saved_settings(struct mm_oracle_input *in, struct mm_error *e)
{
	struct mm_proc_text t;
	int err;

	if (access(in->path, F_OK))
		return 0;
	err = mm_proc_load(&t, in->path, e);
	if (err)
		return err;
	err = mm_oracle_settings_parse(&in->settings, &t, e);
	free((char *)t.bytes);
	return err ? err : ratios_fit(in, in->path, e);
}

int mm_oracle_saved(struct mm_oracle_input *in, const char *path, struct mm_error *e)
{
	bool folder = is_folder(path);
	int err;

	memset(in, 0, sizeof(*in));
	if (folder)
		name_file(in, path, "zoneinfo");
	else
		(void)snprintf(in->path, sizeof(in->path), "%s",
			       strcmp(path, "-") == 0 ? "/dev/stdin" : path);
	err = parse_zoneinfo(in, e);
	if (err)
		return err;
	if (folder) {
		name_file(in, path, "sysctl");
		err = saved_settings(in, e);
	}
	if (err) {
		mm_oracle_input_free(in);
		return err;
	}
	cpus_of_one_node(in);
	mm_oracle_derive(in);
	return 0;
}

/* ---- the running kernel ---- */

/* "0-3,8,10-11"; 0 for a node without CPUs, -1 for what is no such list. */
static int count_cpus(const char *list)
{
	int n = 0;

	while (*list && *list != '\n') {
		char *rest;
		long first = strtol(list, &rest, 10);
		long last = first;

		if (rest == list)
			return -1;
		if (*rest == '-')
			last = strtol(rest + 1, &rest, 10);
		if (last < first || last - first > MM_PROC_CPUS_MAX)
			return -1;
		n += (int)(last - first) + 1;
		list = *rest == ',' ? rest + 1 : rest;
	}
	return n;
}

/* What the system says of each node; one it does not name stays unknown. */
static void cpus_of_nodes(struct mm_oracle_input *in)
{
	unsigned int i;

	cpus_of_one_node(in);
	for (i = 0; i < MM_PROC_NODES_MAX; i++) {
		char path[80];
		char list[4096] = "";
		FILE *f;
		int n = -1;

		(void)snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/cpulist", i);
		f = fopen(path, "r");
		if (!f)
			continue;
		if (fgets(list, (int)sizeof(list), f))
			n = count_cpus(list);
		(void)fclose(f);
		if (n < 0)
			continue;
		in->cpus.known[i] = true;
		in->cpus.nr[i] = (unsigned int)n;
	}
}

static int running_settings(struct mm_oracle_input *in, struct mm_error *e)
{
	int i;

	for (i = 0; i < MM_ORACLE_NR_SYSCTLS; i++) {
		struct mm_proc_text t;
		int err;

		name_file(in, "/proc/sys/vm", mm_oracle_sysctl_name((enum mm_oracle_sysctl)i));
		err = mm_proc_load(&t, in->path, e);
		if (err)
			return err;
		err = mm_oracle_setting_parse(&in->settings, (enum mm_oracle_sysctl)i, &t, e);
		free((char *)t.bytes);
		if (err)
			return err;
	}
	return 0;
}

int mm_oracle_running(struct mm_oracle_input *in, struct mm_error *e)
{
	int err;

	memset(in, 0, sizeof(*in));
	err = running_settings(in, e);
	if (!err) {
		(void)snprintf(in->path, sizeof(in->path), "/proc/zoneinfo");
		err = parse_zoneinfo(in, e);
	}
	if (!err)
		err = ratios_fit(in, "/proc/sys/vm/lowmem_reserve_ratio", e);
	if (err) {
		mm_oracle_input_free(in);
		return err == -MM_ENOMEM ? err : -MM_ENODEV;
	}
	cpus_of_nodes(in);
	return 0;
}

/* Did sizes, marks or protection move between two readings? */
static bool moved(const struct mm_proc_zoneinfo *a, const struct mm_proc_zoneinfo *b)
{
	size_t i;
	int k;

	if (a->nr_zones != b->nr_zones)
		return true;
	for (i = 0; i < a->nr_zones; i++) {
		const struct mm_proc_zone *x = &a->zone[i];
		const struct mm_proc_zone *y = &b->zone[i];

		if (x->pages[MM_PROC_MANAGED] != y->pages[MM_PROC_MANAGED] ||
		    memcmp(x->protection, y->protection, sizeof(x->protection)) != 0)
			return true;
		for (k = MM_PROC_MIN; k <= MM_PROC_PROMO; k++) {
			if (mm_oracle_kernel_mark(x, (enum mm_proc_pages)k) !=
			    mm_oracle_kernel_mark(y, (enum mm_proc_pages)k))
				return true;
		}
	}
	return false;
}

/* 1: settled; 0: it moved or differs. */
static int attempt(struct mm_oracle_input *in, struct mm_error *e)
{
	struct mm_oracle_result r = {0};
	struct mm_oracle_input before;
	int err;

	memset(&before, 0, sizeof(before));
	(void)snprintf(before.path, sizeof(before.path), "/proc/zoneinfo");
	err = parse_zoneinfo(&before, e);
	if (err) {
		memcpy(in->path, before.path, sizeof(in->path));
		e->file = in->path;
		return err == -MM_ENOMEM ? err : -MM_ENODEV;
	}
	err = mm_oracle_running(in, e);
	/* in the settled state nothing differs; else another attempt shows */
	if (!err && !moved(&before.zoneinfo.u.zoneinfo, &in->zoneinfo.u.zoneinfo)) {
		mm_oracle_compare(in, NULL, NULL, &r);
		err = r.differ == 0;
	}
	mm_oracle_input_free(&before);
	return err;
}

int mm_oracle_settled(struct mm_oracle_input *in, struct mm_error *e)
{
	const struct timespec pause = {0, PAUSE_NS};
	int i;

	for (i = 1;; i++) {
		int done = attempt(in, e);

		if (done < 0)
			return done;
		if (done || i == ATTEMPTS)
			return 0;
		mm_oracle_input_free(in);
		(void)nanosleep(&pause, NULL);
	}
}
