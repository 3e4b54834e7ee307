/* SPDX-License-Identifier: MIT */
/*
 * host: files of /proc and /sys, copied, and read for the description.
 */
#include "fuzz/record/host.h"

#include "mm/machine.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VM    "/proc/sys/vm"
#define NODES "/sys/devices/system/node"

/* ---- copies ---- */

static FILE *open_in(const char *dir, const char *name, const char *how)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return fopen(path, how);
}

static int close_written(FILE *out)
{
	int err = ferror(out) ? EIO : 0;

	errno = 0;
	if (fclose(out) && !err)
		err = errno ? errno : EIO;
	return err;
}

static int copy(const char *dir, const char *name)
{
	FILE *in = open_in("/proc", name, "re");
	char buf[8192];
	FILE *out;
	size_t n;

	if (!in) /* pagetypeinfo is root's, a sandbox hides others */
		return 0;
	out = open_in(dir, name, "we");
	if (!out) {
		int err = errno;

		(void)fclose(in);
		return err;
	}
	while ((n = fread(buf, 1, sizeof(buf), in)) > 0 && fwrite(buf, 1, n, out) == n)
		;
	(void)fclose(in);
	return close_written(out);
}

static int visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* vm.NAME = VALUE, as `sysctl vm` prints them. */
static void copy_sysctls(FILE *out)
{
	struct dirent **d;
	int nr = scandir(VM, &d, visible, alphasort);
	int i;

	for (i = 0; i < nr; i++) {
		FILE *in = open_in(VM, d[i]->d_name, "re");
		char line[512];

		if (in && fgets(line, (int)sizeof(line), in)) {
			line[strcspn(line, "\n")] = '\0';
			(void)fprintf(out, "vm.%s = %s\n", d[i]->d_name, line);
		}
		if (in)
			(void)fclose(in);
		free(d[i]);
	}
	if (nr >= 0)
		free(d);
}

int mm_record_host_save(const char *dir)
{
	static const char *const files[] = {"zoneinfo", "buddyinfo", "pagetypeinfo", "vmstat"};
	FILE *out;
	size_t i;
	int err = 0;

	for (i = 0; i < sizeof(files) / sizeof(files[0]) && !err; i++)
		err = copy(dir, files[i]);
	if (err)
		return err;
	out = open_in(dir, "sysctl", "we");
	if (!out)
		return errno;
	copy_sysctls(out);
	return close_written(out);
}

/* ---- what a description is made of ---- */

/* "  00001000-0009efff : System RAM": whole frames of the top level. */
static void read_ram(struct mm_record_host *h)
{
	FILE *in = fopen("/proc/iomem", "re");
	char line[256];

	while (in && fgets(line, (int)sizeof(line), in)) {
		char *rest;
		uint64_t first = strtoull(line, &rest, 16);
		uint64_t last = *rest == '-' ? strtoull(rest + 1, &rest, 16) : 0;

		if (line[0] == ' ' || strcmp(rest, " : System RAM\n") != 0 || last <= first)
			continue;
		if (h->nr_ram == MM_RECORD_RAM_MAX)
			break;
		h->ram[h->nr_ram].start = (first + MM_PAGE_SIZE - 1) >> MM_PAGE_SHIFT;
		h->ram[h->nr_ram++].end = (last + 1) >> MM_PAGE_SHIFT;
	}
	if (in)
		(void)fclose(in);
}

/* "0-3,8": the CPUs of a node; by number, so that a CPU has its own place. */
static void take_cpus(const char *list, unsigned int node, unsigned int *of)
{
	while (*list >= '0' && *list <= '9') {
		char *rest;
		unsigned long first = strtoul(list, &rest, 10);
		unsigned long last = *rest == '-' ? strtoul(rest + 1, &rest, 10) : first;

		for (; first <= last && first < MM_RECORD_CPUS_MAX; first++)
			of[first] = node + 1;
		list = *rest == ',' ? rest + 1 : rest;
	}
}

static bool read_line(const char *path, char *line, size_t size)
{
	FILE *in = fopen(path, "re");
	bool ok = in && fgets(line, (int)size, in);

	if (ok)
		line[strcspn(line, "\n")] = '\0';
	if (in)
		(void)fclose(in);
	return ok;
}

static void read_nodes(struct mm_record_host *h)
{
	unsigned int of[MM_RECORD_CPUS_MAX] = {0}; /* node + 1 of each CPU in use */
	unsigned int n;
	unsigned int c;
	char path[96];
	char line[1024];

	for (n = 0; n < MM_PROC_NODES_MAX; n++) {
		(void)snprintf(path, sizeof(path), NODES "/node%u/cpulist", n);
		if (read_line(path, line, sizeof(line)))
			take_cpus(line, n, of);
		(void)snprintf(path, sizeof(path), NODES "/node%u/distance", n);
		if (!read_line(path, h->distance[n], sizeof(h->distance[n])))
			h->distance[n][0] = '\0';
	}
	for (c = 0; c < MM_RECORD_CPUS_MAX; c++) {
		if (of[c])
			h->cpu_node[h->nr_cpus++] = (uint8_t)(of[c] - 1);
	}
	/* no NUMA: all CPUs in use are node 0's */
	n = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	if (!h->nr_cpus && n <= MM_RECORD_CPUS_MAX)
		h->nr_cpus = n;
}

static void read_sysctls(struct mm_record_host *h, const char *dir)
{
	FILE *in = open_in(dir, "sysctl", "re");
	char line[600];

	while (in && fgets(line, (int)sizeof(line), in)) {
		char *at = strstr(line, " = ");
		char *rest;

		if (!at)
			continue;
		*at = '\0';
		at += 3;
		if (strcmp(line, "vm.min_free_kbytes") == 0)
			h->min_free_kbytes = strtoull(at, NULL, 10);
		else if (strcmp(line, "vm.watermark_scale_factor") == 0)
			h->watermark_scale_factor = strtoull(at, NULL, 10);
		else if (strcmp(line, "vm.lowmem_reserve_ratio") == 0)
			for (; h->nr_ratios < MM_PROC_ZONES_MAX; at = rest) {
				uint64_t v = strtoull(at, &rest, 10);

				if (rest == at)
					break;
				h->lowmem_reserve_ratio[h->nr_ratios++] = v;
			}
	}
	if (in)
		(void)fclose(in);
}

/* A file of DIR as values; false: not there, or why is said in e. */
static bool parse(struct mm_proc *p, enum mm_proc_kind kind, const char *dir, struct mm_error *e)
{
	char path[4096];
	struct mm_proc_text t;
	int err;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, mm_proc_kind_name(kind));
	if (mm_proc_load(&t, path, e))
		return false;
	err = mm_proc_parse(p, kind, &t, e);
	free((char *)t.bytes);
	return err == 0;
}

static void read_orders(struct mm_record_host *h, const char *dir)
{
	struct mm_error e = {0};
	struct mm_proc p;

	h->max_order = 10;
	if (parse(&p, MM_PROC_BUDDYINFO, dir, &e)) {
		if (p.u.buddyinfo.nr_orders)
			h->max_order = p.u.buddyinfo.nr_orders - 1;
		mm_proc_free(&p);
	}
	h->pageblock_order = h->max_order < 9 ? h->max_order : 9;
	if (parse(&p, MM_PROC_PAGETYPEINFO, dir, &e)) {
		h->pageblock_order = (unsigned int)p.u.pagetypeinfo.block_order;
		mm_proc_free(&p);
	}
}

/* ---- the file ---- */

/* The text, which a machine must be able to be made of; malloc'ed, or NULL. */
static char *describe(const struct mm_record_host *h, char why[MM_RECORD_WHY_MAX])
{
	struct mm_machine_desc *d = malloc(sizeof(*d));
	struct mm_error e = {0};
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	bool ok = out && d && mm_record_describe(h, out, why);

	if (!out || !d)
		(void)snprintf(why, MM_RECORD_WHY_MAX, "no memory");
	if (out)
		(void)fclose(out);
	if (ok && mm_machine_desc_parse(d, text, &e)) {
		(void)snprintf(why, MM_RECORD_WHY_MAX, "%s", e.text);
		ok = false;
	}
	free(d);
	if (!ok) {
		free(text);
		return NULL;
	}
	return text;
}

bool mm_record_host_describe(const char *dir, char why[MM_RECORD_WHY_MAX], int *err)
{
	struct mm_record_host *h = calloc(1, sizeof(*h));
	struct mm_error e = {0};
	struct mm_proc p;
	char *text;
	FILE *out;

	*err = 0;
	if (!h || !parse(&p, MM_PROC_ZONEINFO, dir, &e)) {
		(void)snprintf(why, MM_RECORD_WHY_MAX, "zoneinfo: %s", h ? e.text : "no memory");
		free(h);
		return false;
	}
	h->zoneinfo = p.u.zoneinfo;
	read_ram(h);
	read_nodes(h);
	read_sysctls(h, dir);
	read_orders(h, dir);
	text = describe(h, why);
	mm_proc_free(&p);
	free(h);
	if (!text)
		return false;
	out = open_in(dir, "machine", "we");
	if (out)
		(void)fputs(text, out);
	*err = out ? close_written(out) : errno;
	free(text);
	return true;
}
