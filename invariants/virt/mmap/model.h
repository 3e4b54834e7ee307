/* SPDX-License-Identifier: MIT */
/*
 * mmap model: what its files share.
 *
 *     pages     what is mapped where, as calls have made it: runs of like pages,
 *               which are no VMAs: how VMAs are cut and joined is not asked for
 *     before    VMAs and totals when the call under way began: limits count VMAs, and
 *               mprotect goes from one to the next
 *     due       what the call must answer, worked out from both when it has ended
 */
#ifndef MMAP_MODEL_H
#define MMAP_MODEL_H

#include "mm/aspace.h"
#include "mm/check.h"
#include "mm/process.h"

#define NO_FILE 0u
/* Of shared anonymous memory: it becomes known when it is seen. */
#define NEW_FILE UINT32_MAX

struct mmap_area {
	uint64_t pid;
	uint64_t start; /* bytes */
	uint64_t end;
	uint64_t flags;
	uint64_t pgoff; /* of start */
	uint32_t file;  /* its number plus one; NO_FILE */

	/* of VMAs only */
	uint32_t id; /* in their table */
	const struct anon_vma *anon;
	bool one_link; /* on its chain */
};

/* By process and address. */
struct mmap_areas {
	struct mmap_area *at;
	size_t nr;
};

/* A VMA as it was when VMAs were gathered last, without what follows from the rest. */
struct mmap_look {
	const struct mm_process *owner; /* NULL: there was none of that id */
	uint64_t start;
	uint64_t end;
	uint64_t flags;
	uint64_t pgoff;
	const struct mm_file *file;
	const struct anon_vma *anon;
	const struct mm_list *next; /* on its chain */
	const struct mm_list *prev;
};

/* What was gathered last, so that only what is otherwise now has to be put in its place. */
struct mmap_gathered {
	struct mmap_look *look;  /* by id */
	struct mmap_areas areas; /* one of the model's */
	uint32_t *other;         /* ids of VMAs that are otherwise now */
	bool *is_other;          /* by id; all false between times */
};

struct mmap_call {
	bool open; /* it began, and has not ended */
	uint64_t call;
	uint64_t pid;
	uint64_t addr;
	uint64_t len;
	uint32_t prot;
	uint32_t flags;
	uint32_t file;
	uint64_t offset;
};

/* What a call finds, besides VMAs. */
struct mmap_totals {
	uint64_t total_vm;
	uint64_t data_vm;
	uint64_t locked_vm;
	uint64_t map_count;
	uint64_t def_flags;
	uint64_t ram; /* pages of zones */
	int64_t committed;
	bool short_of_vmas; /* the table is as good as full */
	bool short_of_files;
};

/* What it must answer. */
struct mmap_due {
	int err;
	uint64_t answer;
	bool may_want; /* for memory: it gets so far that it needs some */
	bool grows;    /* touch: a stack must grow */
	bool own;      /* touch: its page will be the VMA's own */
};

struct mmap_model {
	struct mmap_areas pages;
	struct mmap_areas spare; /* where the next state of pages is made */
	struct mmap_areas before;
	struct mmap_areas now;
	bool now_holds; /* nothing was called since it was gathered */
	bool has_ended; /* a call did, and now is of then */
	bool agree;     /* pages and now did, and neither has changed */
	struct mmap_gathered gathered;
	/* parts of VMAs that mprotect changes, in order, with what they become; or what
	 * else becomes of the call */
	struct mmap_areas parts;
	uint64_t brk[MM_PROCS_MAX]; /* 0: it never moved */

	struct mmap_call call;
	struct mmap_totals totals;
	bool failed_points; /* fail points did, during the call */
	bool failed;        /* the last call of the operation had an error */
};

/* ---- areas (model_areas.c) ---- */

/* as becomes all VMAs of the machine, by the table of objects.  Has one changed? */
bool mm_mmap_areas_gather(struct mmap_model *md, const struct mm_machine *m, struct mmap_areas *as);
/* How many a process has, and the first of them, which one that has none has not. */
size_t mm_mmap_areas_of(const struct mmap_areas *as, uint64_t pid, const struct mmap_area **first);
/* The first of a process that ends above addr; NULL. */
const struct mmap_area *mm_mmap_areas_above(const struct mmap_areas *as, uint64_t pid,
					    uint64_t addr);
/* The last that ends at or below addr; NULL. */
const struct mmap_area *mm_mmap_areas_below(const struct mmap_areas *as, uint64_t pid,
					    uint64_t addr);
/* The one that has addr; NULL. */
const struct mmap_area *mm_mmap_areas_at(const struct mmap_areas *as, uint64_t pid, uint64_t addr);
/* Does one have a byte of [start, end)? */
bool mm_mmap_areas_any(const struct mmap_areas *as, uint64_t pid, uint64_t start, uint64_t end);
/* Bytes of [start, end) that are mapped with all these flags. */
uint64_t mm_mmap_areas_bytes(const struct mmap_areas *as, uint64_t pid, uint64_t start,
			     uint64_t end, uint64_t flags);
/* [start, end) of a process has nothing any more, or what put says, whose bounds are these. */
void mm_mmap_areas_replace(struct mmap_model *md, uint64_t pid, uint64_t start, uint64_t end,
			   const struct mmap_area *put);
/* Is each page as the model has it?  id: the claim that says so. */
void mm_mmap_areas_compare(const struct mmap_areas *due, const struct mmap_areas *seen,
			   struct mm_report *r, const char *id);

/* ---- what may be (model_limits.c) ---- */

bool mm_mmap_may_expand(const struct mmap_model *md, const struct mm_process *p, uint64_t flags,
			uint64_t pages);
bool mm_mmap_may_lock(const struct mmap_model *md, const struct mm_process *p, uint64_t bytes);
/* Are there so many pages to promise? */
bool mm_mmap_may_promise(const struct mmap_model *md, const struct mm_machine *m, uint64_t pages);
/* Is [start, end) a hole in the midst of a VMA, and there are too many? */
bool mm_mmap_no_hole(const struct mmap_model *md, const struct mm_machine *m, uint64_t start,
		     uint64_t end);
/* Does the stack at a leave [.., end) free, and the gap below it? */
bool mm_mmap_keeps_clear(const struct mm_machine *m, const struct mmap_area *a, uint64_t end);
/* Where a mapping of len bytes goes that wishes for hint.  -MM_ENOMEM. */
int mm_mmap_place(const struct mmap_model *md, const struct mm_machine *m, uint64_t hint,
		  uint64_t len, uint64_t *addr);
/* May it be there? */
int mm_mmap_place_ok(const struct mmap_model *md, const struct mm_machine *m, uint64_t addr,
		     uint64_t len);

/* ---- what must be (model_map.c, model_calls.c): due, and parts what becomes of it ---- */

void mm_mmap_due_mmap(struct mmap_model *md, const struct mm_machine *m, struct mmap_due *d);
void mm_mmap_due_munmap(struct mmap_model *md, const struct mm_machine *m, struct mmap_due *d);
void mm_mmap_due_mprotect(struct mmap_model *md, const struct mm_machine *m, struct mmap_due *d);
void mm_mmap_due_brk(struct mmap_model *md, const struct mm_machine *m, struct mmap_due *d);
void mm_mmap_due_touch(struct mmap_model *md, const struct mm_machine *m, struct mmap_due *d);

static inline uint64_t mmap_page_align(uint64_t bytes)
{
	return (bytes + MM_PAGE_SIZE - 1) & ~(MM_PAGE_SIZE - 1);
}

static inline uint64_t mmap_brk(const struct mmap_model *md, const struct mm_machine *m,
				uint64_t pid)
{
	return md->brk[pid] ? md->brk[pid] : m->desc.start_brk;
}

/* [start, end) becomes as put says, and is unmapped where put is NULL. */
static inline void mmap_part(struct mmap_model *md, uint64_t start, uint64_t end,
			     const struct mmap_area *put)
{
	struct mmap_area *a = &md->parts.at[md->parts.nr++];

	*a = put ? *put : (struct mmap_area){.pid = md->call.pid};
	a->start = start;
	a->end = end;
}

#endif
