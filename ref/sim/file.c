/* SPDX-License-Identifier: MIT */
/* file: a table of them, and who refers to each. */
#include "mm/file.h"

#include "mm/pool.h"
#include "mm/rng.h"

static void touch(struct mm_ctx *x, const struct mm_file *f)
{
	mm_touch(x, MM_OBJ_FILE, mm_file_id(x->m, f));
}

uint64_t mm_file_id(const struct mm_machine *m, const struct mm_file *f)
{
	return mm_pool_id(m->files, f);
}

struct mm_file *mm_file_at(const struct mm_machine *m, uint64_t id)
{
	return m->files ? mm_pool_at(m->files, id) : NULL;
}

/* ---- digest ---- */

static uint64_t file_count(const struct mm_machine *m)
{
	return mm_pool_max(m->files);
}

static uint64_t file_hash(const struct mm_machine *m, uint64_t id)
{
	const struct mm_file *f = mm_file_at(m, id);
	uint64_t h;

	if (!f)
		return 0;
	h = mm_hash64_step(id, (uint64_t)f->refs << 32 | f->mode);
	h = mm_hash64_step(h, f->pages);
	h = mm_hash64_step(h, (uint64_t)f->i_mmap_writable << 32 | f->nr_vmas);
	return mm_hash64_step(h, f->accounted);
}

static const struct mm_kind_ops file_kind = {"files", file_count, file_hash, NULL};

int mm_file_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;

	if (!m->desc.files)
		return 0;
	m->files = mm_pool_create_table(x, "file", sizeof(struct mm_file), m->desc.files);
	return m->files ? mm_machine_kind_set(m, MM_OBJ_FILE, &file_kind) : -MM_ENOMEM;
}

/* ---- references ---- */

struct mm_file *mm_file_create(struct mm_ctx *x, uint64_t pages, uint32_t mode)
{
	struct mm_file *f = x->m->files ? mm_pool_get(x, x->m->files) : NULL;

	if (!f)
		return NULL;
	f->mode = mode;
	f->pages = pages;
	f->refs = 1;
	mm_interval_tree_init(&f->i_mmap);
	touch(x, f);
	return f;
}

void mm_file_get(struct mm_ctx *x, struct mm_file *f)
{
	MM_PRE(f->refs);
	f->refs++;
	touch(x, f);
}

bool mm_file_put(struct mm_ctx *x, struct mm_file *f)
{
	MM_PRE(f->refs);
	touch(x, f);
	if (--f->refs)
		return false;
	MM_PRE(mm_interval_tree_empty(&f->i_mmap));
	mm_pool_put(x, x->m->files, f);
	return true;
}
