/* SPDX-License-Identifier: MIT */
/* file properties: who has one, and how many there are; plantings. */
#include "mm/file.h"

#include "mm/pool.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

#define FILES 5

/* As many as were described, each with a number of its own, and again after they went. */
static void the_table_is_full_and_empty(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6 procs=1 files=5", NULL);
	struct mm_file *f[FILES];
	struct mm_ctx x;
	int round;
	int i;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < FILES; i++) {
			f[i] = mm_file_create(&x, (uint64_t)i, MM_FILE_READ);
			PROP(p,
			     f[i] && mm_file_at(m, mm_file_id(m, f[i])) == f[i] &&
				     f[i]->pages == (uint64_t)i && f[i]->refs == 1,
			     "file %d", i);
		}
		PROP(p, !mm_file_create(&x, 1, MM_FILE_READ), "a file too many");
		mm_file_get(&x, f[2]);
		for (i = 0; i < FILES; i++)
			PROP(p, mm_file_put(&x, f[i]) == (i != 2), "file %d", i);
		PROP(p, m->files->nr_used == 1 && mm_file_put(&x, f[2]), "the last reference");
		PROP(p, !mm_file_at(m, 2) && !mm_file_at(m, FILES), "a file that is none");
	}
	mm_machine_destroy(m);
}

static struct mm_file *first(struct mm_victim *v)
{
	mm_touch(v->x, MM_OBJ_FILE, 0);
	return mm_file_at(v->m, 0);
}

static void references_nobody_has(struct mm_victim *v)
{
	first(v)->refs += 2;
}

static void more_writers_than_vmas(struct mm_victim *v)
{
	first(v)->i_mmap_writable = 9;
}

static void a_vma_that_is_in_no_tree(struct mm_victim *v)
{
	first(v)->nr_vmas++;
}

static const struct mm_plant plants[] = {
	{"vma.file_refs", references_nobody_has, NULL, false},
	{"vma.file_refs", more_writers_than_vmas, NULL, false},
	{"vma.i_mmap_tree", a_vma_that_is_in_no_tree, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_virt(p, plants);
}

const struct mm_prop mm_file_props[] = {
	{"file.the_table_is_full_and_empty", the_table_is_full_and_empty, 1},
	{"file." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
