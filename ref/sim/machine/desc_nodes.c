/* SPDX-License-Identifier: MIT */
/*
 * desc_nodes: which RAM and which CPUs a node has, how far nodes are from each
 * other, and which RAM may become zone Movable.
 *
 * Kernel: numa=fake=N, ACPI's SRAT and SLIT, kernelcore=, movablecore=,
 *   movable_node (Documentation/admin-guide/kernel-parameters, 6.12).
 */
#include "desc.h"

#include <string.h>

/* The next of the parts that sep separates; *len is what is left of s. */
static bool next_part(const char **s, size_t *len, char sep, const char **part, size_t *part_len)
{
	const char *stop;

	if (!*s)
		return false;
	stop = memchr(*s, sep, *len);
	*part = *s;
	*part_len = stop ? (size_t)(stop - *s) : *len;
	*len -= stop ? *part_len + 1 : *part_len;
	*s = stop ? stop + 1 : NULL;
	return true;
}

static int node_ranges(struct mm_machine_desc_reader *r, const char *s, size_t len, int nid)
{
	struct mm_machine_desc_ranges one;
	int err;
	int i;

	if (len == 4 && memcmp(s, "none", 4) == 0)
		return 0;
	err = mm_machine_desc_ranges_read(r, s, len, &one);
	if (err)
		return err;
	for (i = 0; i < one.nr; i++) {
		if (r->node.nr == MM_RANGES_GIVEN_MAX)
			return mm_machine_desc_refuse(r, "more than 16 ranges");
		r->node.r[r->node.nr] = one.r[i];
		r->node.r[r->node.nr++].nid = (uint8_t)nid;
	}
	return 0;
}

int mm_machine_desc_read_nodes(struct mm_machine_desc_reader *r)
{
	const char *s = r->val;
	size_t len = r->len;
	const char *part;
	size_t part_len;
	uint64_t n;
	int nid = 0;

	if (mm_machine_desc_number(s, len, &n)) {
		if (n < 1 || n > MM_NODES_MAX)
			return mm_machine_desc_refuse(r, "not 1 .. 16 nodes");
		r->d->nr_nodes = (int)n;
		return 0;
	}
	while (next_part(&s, &len, '/', &part, &part_len)) {
		int err;

		if (nid == MM_NODES_MAX)
			return mm_machine_desc_refuse(r, "not 1 .. 16 nodes");
		err = node_ranges(r, part, part_len, nid++);
		if (err)
			return err;
	}
	if (!r->node.nr)
		return mm_machine_desc_refuse(r, "no node has RAM");
	r->d->nr_nodes = nid;
	return 0;
}

int mm_machine_desc_read_distance(struct mm_machine_desc_reader *r)
{
	const char *s = r->val;
	size_t len = r->len;
	const char *row;
	size_t row_len;
	int from;

	for (from = 0; next_part(&s, &len, '/', &row, &row_len); from++) {
		const char *at = row;
		const char *part;
		size_t part_len;
		int to;

		for (to = 0; next_part(&at, &row_len, ',', &part, &part_len); to++) {
			uint64_t v;

			if (from == MM_NODES_MAX || to == MM_NODES_MAX)
				return mm_machine_desc_refuse(r, "more rows or columns than nodes");
			if (!mm_machine_desc_number(part, part_len, &v) || v < MM_DISTANCE_LOCAL ||
			    v > 255)
				return mm_machine_desc_refuse(r, "not a distance, 10 .. 255");
			r->d->distance[from][to] = (uint8_t)v;
			r->distances[from] = to + 1;
		}
	}
	r->nr_distances = from;
	return 0;
}

int mm_machine_desc_read_cpu_nodes(struct mm_machine_desc_reader *r)
{
	const char *s = r->val;
	size_t len = r->len;
	const char *part;
	size_t part_len;

	while (next_part(&s, &len, ',', &part, &part_len)) {
		uint64_t v;

		if (r->nr_cpu_nodes == MM_CPUS_MAX)
			return mm_machine_desc_refuse(r, "more numbers than CPUs");
		if (!mm_machine_desc_number(part, part_len, &v) || v >= MM_NODES_MAX)
			return mm_machine_desc_refuse(r, "not a node, 0 .. 15");
		r->d->cpu_node[r->nr_cpu_nodes++] = (uint8_t)v;
	}
	return 0;
}

int mm_machine_desc_read_core(struct mm_machine_desc_reader *r)
{
	struct mm_core *core = r->field == F_KERNELCORE ? &r->d->kernelcore : &r->d->movablecore;

	core->given = true;
	if (r->field == F_KERNELCORE && mm_machine_desc_is(r, "mirror")) {
		r->d->kernelcore_mirror = true;
		return 0;
	}
	if (r->len && r->val[r->len - 1] == '%') {
		uint64_t v;

		if (!mm_machine_desc_number(r->val, r->len - 1, &v) || v > 100)
			return mm_machine_desc_refuse(r, "not a part of RAM, 0% .. 100%");
		core->percent = (unsigned int)v;
		return 0;
	}
	return mm_machine_desc_pages(r, r->val, r->len, &core->pages);
}

/* ---- after all fields ---- */

/* Cut the range that at lies inside in two. */
static int cut_ram(struct mm_machine_desc_reader *r, enum mm_machine_desc_field f, uint64_t at)
{
	struct mm_machine_desc *d = r->d;
	int i;

	for (i = 0; i < d->nr_ram; i++) {
		if (at <= d->ram[i].start || at >= d->ram[i].end)
			continue;
		if (d->nr_ram == MM_RAM_RANGES_MAX)
			return mm_machine_desc_refuse_at(r, f, "RAM falls into too many ranges");
		memmove(&d->ram[i + 1], &d->ram[i], (size_t)(d->nr_ram - i) * sizeof(d->ram[0]));
		d->nr_ram++;
		d->ram[i].end = at;
		d->ram[i + 1].start = at;
		return 0;
	}
	return 0;
}

static int cut_at_ranges(struct mm_machine_desc_reader *r, enum mm_machine_desc_field f,
			 const struct mm_machine_desc_ranges *at)
{
	int err = 0;
	int i;

	for (i = 0; i < at->nr && !err; i++) {
		err = cut_ram(r, f, at->r[i].start);
		if (!err)
			err = cut_ram(r, f, at->r[i].end);
	}
	return err;
}

static int flag_ram(struct mm_machine_desc_reader *r, enum mm_machine_desc_field f,
		    const struct mm_machine_desc_ranges *of, uint8_t flag)
{
	int err = cut_at_ranges(r, f, of);
	int i;
	int k;

	for (i = 0; i < r->d->nr_ram && !err; i++) {
		for (k = 0; k < of->nr; k++) {
			if (r->d->ram[i].start >= of->r[k].start &&
			    r->d->ram[i].end <= of->r[k].end)
				r->d->ram[i].flags |= flag;
		}
	}
	return err;
}

static int give_ranges(struct mm_machine_desc_reader *r)
{
	struct mm_machine_desc *d = r->d;
	int err = cut_at_ranges(r, F_NODES, &r->node);
	int i;
	int k;

	for (i = 0; i < r->node.nr && !err; i++) {
		for (k = 0; k < i; k++) {
			if (r->node.r[i].start < r->node.r[k].end &&
			    r->node.r[k].start < r->node.r[i].end)
				return mm_machine_desc_refuse_at(r, F_NODES, "two nodes share RAM");
		}
	}
	for (i = 0; i < d->nr_ram && !err; i++) {
		for (k = 0; k < r->node.nr; k++) {
			if (d->ram[i].start >= r->node.r[k].start &&
			    d->ram[i].end <= r->node.r[k].end)
				break;
		}
		if (k == r->node.nr)
			return mm_machine_desc_refuse_at(r, F_NODES, "some RAM belongs to no node");
		d->ram[i].nid = r->node.r[k].nid;
	}
	return err;
}

/* Frames that must be of one node, because one block may hold them. */
static uint64_t grain(const struct mm_machine_desc *d)
{
	return (uint64_t)1 << d->max_order;
}

/* Kernel: numa=fake=N, which splits what RAM there is. */
static int split_evenly(struct mm_machine_desc_reader *r)
{
	struct mm_machine_desc *d = r->d;
	uint64_t total = 0;
	uint64_t share;
	uint64_t left;
	int nid = 0;
	int err;
	int i;

	if (d->nr_nodes == 1)
		return 0;
	for (i = 0; i < d->nr_ram; i++)
		total += d->ram[i].end - d->ram[i].start;
	share = total / (uint64_t)d->nr_nodes & ~(grain(d) - 1);
	if (!share)
		return mm_machine_desc_refuse_at(r, F_NODES,
						 "less than a block of max_order for each");
	left = share;
	for (i = 0; i < d->nr_ram; i++) {
		uint64_t end = (d->ram[i].start + left + grain(d) - 1) & ~(grain(d) - 1);

		d->ram[i].nid = (uint8_t)nid;
		if (nid == d->nr_nodes - 1)
			continue;
		if (end >= d->ram[i].end) {
			left -= d->ram[i].end - d->ram[i].start < left
					? d->ram[i].end - d->ram[i].start
					: left;
		} else {
			err = cut_ram(r, F_NODES, end);
			if (err)
				return err;
			left = 0;
		}
		if (!left) {
			left = share;
			nid++;
		}
	}
	return nid == d->nr_nodes - 1
		       ? 0
		       : mm_machine_desc_refuse_at(r, F_NODES,
						   "less than a block of max_order for each");
}

/* No block lies on both sides of a border between nodes or kinds of RAM. */
static int check_borders(struct mm_machine_desc_reader *r)
{
	const struct mm_machine_desc *d = r->d;
	int i;

	for (i = 1; i < d->nr_ram; i++) {
		const struct mm_range *a = &d->ram[i - 1];
		const struct mm_range *b = &d->ram[i];

		if (a->nid == b->nid && a->flags == b->flags)
			continue;
		if ((a->end - 1) / grain(d) == b->start / grain(d))
			return mm_machine_desc_refuse_at(
				r,
				a->nid != b->nid                        ? F_NODES
				: (a->flags ^ b->flags) & MM_RAM_MIRROR ? F_MIRROR
									: F_HOTPLUG,
				"a border lies inside an aligned block of max_order");
	}
	return 0;
}

static int fill_distances(struct mm_machine_desc_reader *r)
{
	struct mm_machine_desc *d = r->d;
	int i;
	int k;

	for (i = 0; i < d->nr_nodes && r->at[F_DISTANCE].line; i++) {
		if (r->nr_distances != d->nr_nodes || r->distances[i] != d->nr_nodes)
			return mm_machine_desc_refuse_at(r, F_DISTANCE,
							 "not a row and a column per node");
	}
	for (i = 0; i < d->nr_nodes; i++) {
		for (k = 0; k < d->nr_nodes; k++) {
			if (!r->at[F_DISTANCE].line)
				d->distance[i][k] = i == k ? MM_DISTANCE_LOCAL : MM_DISTANCE_REMOTE;
			/* Kernel: such a table is dropped with a warning */
			if (i == k && d->distance[i][k] != MM_DISTANCE_LOCAL)
				return mm_machine_desc_refuse_at(
					r, F_DISTANCE, "a node's distance to itself is not 10");
			if (i > k && d->distance[i][k] != d->distance[k][i])
				return mm_machine_desc_refuse_at(r, F_DISTANCE,
								 "not the same there and back");
		}
	}
	return 0;
}

static int place_cpus(struct mm_machine_desc_reader *r)
{
	struct mm_machine_desc *d = r->d;
	int cpu;

	if (r->at[F_CPU_NODES].line && r->nr_cpu_nodes != d->cpus)
		return mm_machine_desc_refuse_at(r, F_CPU_NODES, "not a number per CPU");
	for (cpu = 0; cpu < d->cpus; cpu++) {
		if (!r->at[F_CPU_NODES].line)
			d->cpu_node[cpu] = (uint8_t)(cpu * d->nr_nodes / d->cpus);
		if (d->cpu_node[cpu] >= d->nr_nodes)
			return mm_machine_desc_refuse_at(r, F_CPU_NODES,
							 "a node the machine does not have");
	}
	return 0;
}

int mm_machine_desc_check_nodes(struct mm_machine_desc_reader *r)
{
	int err;

	err = flag_ram(r, F_HOTPLUG, &r->hotplug, MM_RAM_HOTPLUG);
	if (!err)
		err = flag_ram(r, F_MIRROR, &r->mirror, MM_RAM_MIRROR);
	if (!err)
		err = r->node.nr ? give_ranges(r) : split_evenly(r);
	if (!err)
		err = check_borders(r);
	if (!err)
		err = fill_distances(r);
	return err ? err : place_cpus(r);
}
