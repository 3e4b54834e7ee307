/* SPDX-License-Identifier: MIT */
/*
 * mmap model: an address space is an array of pages, and a call changes some of them.
 *
 *     a call begins --> VMAs and totals are noted
 *     it ends       --> what must it answer?  It did: pages become what that means
 *     afterwards    --> VMAs, by the table of objects, show each page as it is here
 *
 * How VMAs are joined is no part of it, but for three rules that need only look at them
 * before and after: where the call tried, none that touch could be one (vma.merged_maximal);
 * no page has lost its anon_vma (anon_vma.kept); who is touched first takes that of a
 * neighbour that it could be one with, but for rights (anon_vma.lent).
 *
 * Memory can be refused where a call needs some: then it may fail, and all is as it was.
 */
#include "mm/mmap.h"

#include "mm/failpoint.h"
#include "mm/file.h"
#include "mm/pool.h"
#include "mm/vm_fault.h"
#include "mm/zone.h"

#include "mmap/model.h"

/* A call makes two VMAs by splitting and one of its own, and maps no more areas. */
#define SLACK 8
/* The file of shared anonymous memory. */
#define OWN_MODE (MM_FILE_READ | MM_FILE_WRITE | MM_FILE_SHMEM | MM_FILE_ANON)

static const char *const answer_claim[MM_CALL_NR] = {
	[MM_CALL_MMAP] = "mmap.answer",         [MM_CALL_MUNMAP] = "munmap.answer",
	[MM_CALL_MPROTECT] = "mprotect.answer", [MM_CALL_BRK] = "brk.answer",
	[MM_CALL_TOUCH] = "touch.answer",       [MM_CALL_EXIT] = "munmap.answer",
};

static size_t areas_max(const struct mm_machine *m)
{
	return (size_t)m->desc.vmas + SLACK;
}

static bool model_concerns(const struct mm_machine *m)
{
	return m->desc.procs > 0;
}

static size_t model_size(const struct mm_machine *m)
{
	return sizeof(struct mmap_model) +
	       areas_max(m) * (5 * sizeof(struct mmap_area) + sizeof(struct mmap_look) +
			       sizeof(uint32_t) + sizeof(bool));
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct mmap_model *md = state;
	struct mmap_area *at = (struct mmap_area *)(void *)(md + 1);

	md->pages.at = at;
	md->spare.at = at + areas_max(m);
	md->before.at = at + 2 * areas_max(m);
	md->now.at = at + 3 * areas_max(m);
	md->parts.at = at + 4 * areas_max(m);
	md->gathered.areas = md->now;
	md->gathered.look = (struct mmap_look *)(void *)(at + 5 * areas_max(m));
	md->gathered.other = (uint32_t *)(void *)(md->gathered.look + areas_max(m));
	md->gathered.is_other = (bool *)(void *)(md->gathered.other + areas_max(m));
}

static void model_reset(void *state)
{
	struct mmap_model *md = state;
	int i;

	md->pages.nr = 0;
	md->agree = false;
	for (i = 0; i < MM_PROCS_MAX; i++)
		md->brk[i] = 0;
	md->call.open = false;
	md->now_holds = false;
	md->has_ended = false;
	md->failed = false;
}

/* ---- a call begins ---- */

static uint64_t ram_of(const struct mm_machine *m)
{
	uint64_t pages = 0;
	int z;

	for (z = 0; z < m->nr_zones; z++)
		pages += m->zones[z].managed;
	return pages;
}

static void on_enter(struct mmap_model *md, const struct mm_machine *m, const struct mm_event *ev)
{
	const struct mm_struct *mm = m->processes[ev->f[1]].mm;

	md->call = (struct mmap_call){
		.open = true,
		.call = ev->f[0],
		.pid = ev->f[1],
		.addr = ev->f[2],
		.len = ev->f[3],
		.prot = (uint32_t)ev->f[4],
		.flags = (uint32_t)ev->f[5],
	};
	md->totals = (struct mmap_totals){
		.total_vm = mm->total_vm,
		.data_vm = mm->data_vm,
		.locked_vm = mm->locked_vm,
		.map_count = (uint64_t)mm->map_count,
		.def_flags = mm->def_flags,
		.ram = ram_of(m),
		.committed = m->vm_committed_as,
		.short_of_vmas = m->vmas->nr_free < 3,
		.short_of_files = m->files && !m->files->nr_free,
	};
	md->failed_points = false;
	if (md->now_holds) {
		const struct mmap_areas spare = md->before;

		md->before = md->now;
		md->now = spare;
	} else {
		(void)mm_mmap_areas_gather(md, m, &md->before);
	}
	md->now_holds = false;
}

/* ---- memory that was refused ---- */

static bool was_short(const struct mmap_model *md)
{
	return md->failed_points || md->totals.short_of_vmas;
}

/* Does mprotect have to split, where there may be too many VMAs for that? */
static bool may_be_many(const struct mmap_model *md, const struct mm_machine *m)
{
	const struct mmap_areas *p = &md->parts;
	const struct mmap_area *a;

	if (!p->nr || md->totals.map_count + 1 < m->sysctl.max_map_count)
		return false;
	a = mm_mmap_areas_at(&md->before, md->call.pid, p->at[0].start);
	if (a && a->start < p->at[0].start)
		return true;
	a = mm_mmap_areas_at(&md->before, md->call.pid, p->at[p->nr - 1].end);
	return a && a->start < p->at[p->nr - 1].end;
}

static bool may_fail(const struct mmap_model *md, const struct mm_machine *m,
		     const struct mmap_due *d)
{
	if (!d->may_want)
		return false;
	if (md->call.call == MM_CALL_MMAP && md->parts.nr && md->parts.at[0].file == NEW_FILE &&
	    md->totals.short_of_files)
		return true;
	return was_short(md) || (md->call.call == MM_CALL_MPROTECT && may_be_many(md, m));
}

/* mprotect went as far as it got: which parts have what they were to get? */
static void forget_undone(struct mmap_model *md)
{
	size_t i;

	for (i = 0; i < md->parts.nr; i++) {
		const struct mmap_area *want = &md->parts.at[i];
		const struct mmap_area *have =
			mm_mmap_areas_at(&md->now, md->call.pid, want->start);

		if (!have || have->flags != want->flags)
			break;
	}
	md->parts.nr = i;
}

/* ---- answers ---- */

static void check_error(struct mmap_model *md, struct mm_report *r, const struct mm_machine *m,
			const struct mmap_due *d, int err)
{
	bool refused = err == -MM_ENOMEM && err != d->err && may_fail(md, m, d);

	MM_CHECK(r, answer_claim[md->call.call], err == d->err || refused,
		 "process %llu, 0x%llx, %llu bytes: error %d; due: %d",
		 (unsigned long long)md->call.pid, (unsigned long long)md->call.addr,
		 (unsigned long long)md->call.len, -err, -d->err);
	if (md->call.call == MM_CALL_MPROTECT) {
		if (err == -MM_ENOMEM && may_fail(md, m, d))
			forget_undone(md);
	} else if (err) {
		md->parts.nr = 0;
	}
}

static void check_place(const struct mmap_model *md, struct mm_report *r, const struct mmap_due *d,
			uint64_t answer)
{
	bool told = (md->call.flags & (MM_MAP_FIXED | MM_MAP_FIXED_NOREPLACE)) != 0;

	MM_CHECK(r, told ? "mmap.answer" : "vma.unmapped_area", answer == d->answer,
		 "process %llu: %llu bytes, wished for at 0x%llx, at 0x%llx; due: 0x%llx",
		 (unsigned long long)md->call.pid, (unsigned long long)md->call.len,
		 (unsigned long long)md->call.addr, (unsigned long long)answer,
		 (unsigned long long)d->answer);
}

static void check_brk(struct mmap_model *md, struct mm_report *r, const struct mm_machine *m,
		      const struct mmap_due *d, uint64_t answer)
{
	uint64_t pid = md->call.pid;
	uint64_t old = mmap_brk(md, m, pid);
	bool refused = answer == old && answer != d->answer && may_fail(md, m, d);

	MM_CHECK(r, "brk.answer", answer == d->answer || refused,
		 "process %llu: brk 0x%llx answers 0x%llx, it was 0x%llx; due: 0x%llx",
		 (unsigned long long)pid, (unsigned long long)md->call.addr,
		 (unsigned long long)answer, (unsigned long long)old,
		 (unsigned long long)d->answer);
	if (answer == old)
		md->parts.nr = 0;
	md->brk[pid] = answer;
}

/* ---- first touches ---- */

/* Does high go on where low ends, with the same flags but for those that may differ? */
static bool goes_on(const struct mmap_area *low, const struct mmap_area *high, uint64_t may_differ)
{
	return low->end == high->start && low->file == high->file &&
	       !((low->flags ^ high->flags) & ~may_differ) &&
	       low->pgoff + (low->end - low->start) / MM_PAGE_SIZE == high->pgoff;
}

/* Would b lend a its anon_vma? */
static bool lends(const struct mmap_area *a, const struct mmap_area *b)
{
	const struct mmap_area *low = a < b ? a : b;
	const struct mmap_area *high = a < b ? b : a;

	return b->pid == a->pid && b->anon && b->one_link && goes_on(low, high, MM_VM_ACCESS);
}

/* v is of before the touch; now it has an anon_vma. */
static void check_lent(const struct mmap_model *md, struct mm_report *r, const struct mmap_area *v,
		       const struct anon_vma *anon)
{
	const struct mmap_area *first = md->before.at;
	const struct mmap_area *end = first + md->before.nr;
	const struct mmap_area *from = v + 1 < end && lends(v, v + 1) ? v + 1
				       : v > first && lends(v, v - 1) ? v - 1
								      : NULL;
	const struct mmap_area *a;

	for (a = first; a < end && !from && a->anon != anon;)
		a++;
	MM_CHECK(r, "anon_vma.lent", from ? from->anon == anon : a == end,
		 "process %llu, 0x%llx-0x%llx: its anon_vma is %s", (unsigned long long)v->pid,
		 (unsigned long long)v->start, (unsigned long long)v->end,
		 from ? "not the neighbour's" : "another VMA's");
}

static void check_touch(struct mmap_model *md, struct mm_report *r, const struct mm_machine *m,
			const struct mmap_due *d, uint64_t answer)
{
	const struct mmap_area *v = mm_mmap_areas_at(&md->now, md->call.pid, md->call.addr);
	const struct mmap_area *was = mm_mmap_areas_at(&md->before, md->call.pid, md->call.addr);
	bool stayed = d->grows && answer == MM_FAULT_SEGV_MAPERR && may_fail(md, m, d);
	bool oom = d->own && answer == MM_FAULT_OOM && may_fail(md, m, d);

	MM_CHECK(r, "touch.answer", answer == d->answer || stayed || oom,
		 "process %llu, 0x%llx, access %u: outcome %llu; due: %llu",
		 (unsigned long long)md->call.pid, (unsigned long long)md->call.addr, md->call.prot,
		 (unsigned long long)answer, (unsigned long long)d->answer);
	if (stayed)
		md->parts.nr = 0;
	MM_CHECK(r, "touch.answer", !d->own || stayed || oom || (v && v->anon),
		 "process %llu, 0x%llx: a page of its own, and the VMA has no anon_vma",
		 (unsigned long long)md->call.pid, (unsigned long long)md->call.addr);
	if (was && !was->anon && v && v->anon)
		check_lent(md, r, was, v->anon);
}

/* What is to be there at once is in the VMA's own memory, if it is to be private. */
static void check_populated(const struct mmap_model *md, struct mm_report *r,
			    const struct mm_machine *m)
{
	const struct mmap_area *a = &md->parts.at[0];
	const struct mmap_area *v = mm_mmap_areas_at(&md->now, a->pid, a->start);
	uint32_t how = md->call.flags & (MM_MAP_POPULATE | MM_MAP_NONBLOCK);
	bool own = (a->flags & MM_VM_WRITE) ||
		   ((a->flags & MM_VM_ACCESS) && a->file == NO_FILE && m->desc.read_prepares);

	if (how != MM_MAP_POPULATE && !(a->flags & MM_VM_LOCKED))
		return;
	MM_CHECK(r, "mmap.answer",
		 !own || (a->flags & MM_VM_SHARED) || was_short(md) || (v && v->anon),
		 "process %llu, 0x%llx: populated, and the VMA has no anon_vma",
		 (unsigned long long)a->pid, (unsigned long long)a->start);
}

/* Private locked memory that may be written to now, and could not, has pages of its own. */
static void check_locked(const struct mmap_model *md, struct mm_report *r)
{
	const uint64_t which = MM_VM_WRITE | MM_VM_SHARED | MM_VM_LOCKED;
	size_t i;

	for (i = 0; i < md->parts.nr && !was_short(md); i++) {
		const struct mmap_area *a = &md->parts.at[i];
		const struct mmap_area *was = mm_mmap_areas_at(&md->before, a->pid, a->start);
		const struct mmap_area *v = mm_mmap_areas_at(&md->now, a->pid, a->start);

		if (!was || (was->flags & which) != MM_VM_LOCKED || !(a->flags & MM_VM_WRITE))
			continue;
		MM_CHECK(r, "mprotect.answer", v && v->anon,
			 "process %llu, 0x%llx: locked and writable, and the VMA has no anon_vma",
			 (unsigned long long)a->pid, (unsigned long long)a->start);
	}
}

/* ---- files of shared anonymous memory ---- */

static bool in_use(const struct mmap_areas *as, uint32_t file)
{
	size_t i;

	for (i = 0; i < as->nr; i++) {
		if (as->at[i].file == file)
			return true;
	}
	return false;
}

/* It has to be a file of its own, of that size. */
static void learn_file(struct mmap_model *md, struct mm_report *r, const struct mm_machine *m)
{
	struct mmap_area *a = &md->parts.at[0];
	const struct mmap_area *v = mm_mmap_areas_at(&md->now, a->pid, a->start);
	const struct mm_file *f = v && v->file ? mm_file_at(m, v->file - 1) : NULL;

	mm_mmap_areas_replace(md, a->pid, a->start, a->end, NULL);
	MM_CHECK(r, "mmap.answer",
		 f && f->mode == OWN_MODE && f->pages == (a->end - a->start) / MM_PAGE_SIZE &&
			 !in_use(&md->pages, v->file),
		 "process %llu, 0x%llx: shared memory that is no file of its own",
		 (unsigned long long)a->pid, (unsigned long long)a->start);
	a->file = v ? v->file : NO_FILE;
}

/* ---- VMAs before and after ---- */

/* Could a, which the call made or changed, and b be one? */
static bool could_be_one(const struct mm_machine *m, const struct mmap_area *low,
			 const struct mmap_area *high, bool low_is_made)
{
	const struct mmap_area *made = low_is_made ? low : high;
	const struct mmap_area *other = low_is_made ? high : low;

	if (!goes_on(low, high, 0))
		return false;
	if (made->anon == other->anon)
		return true;
	if (!made->anon)
		return other->one_link;
	/* up to 6.15 who has none takes none over from what changes */
	return !other->anon && m->desc.merge_unfaulted && made->one_link;
}

static void check_border(const struct mmap_model *md, struct mm_report *r,
			 const struct mm_machine *m, uint64_t at, bool low_is_made)
{
	const struct mmap_area *high = mm_mmap_areas_at(&md->now, md->call.pid, at);
	const struct mmap_area *low = mm_mmap_areas_below(&md->now, md->call.pid, at);

	if (!low || !high || low->end != at || high->start != at)
		return;
	MM_CHECK(r, "vma.merged_maximal", !could_be_one(m, low, high, low_is_made),
		 "process %llu: VMAs 0x%llx-0x%llx-0x%llx could be one",
		 (unsigned long long)md->call.pid, (unsigned long long)low->start,
		 (unsigned long long)at, (unsigned long long)high->end);
}

/* Joining was tried at both ends of what changed; a heap grows onto what is before it, and
 * begins on its own.  Where there was no memory for it, new mappings go on without, and
 * mprotect ends before the part that it was about. */
static void check_merged(const struct mmap_model *md, struct mm_report *r,
			 const struct mm_machine *m)
{
	size_t i;

	if ((was_short(md) && md->call.call != MM_CALL_MPROTECT) || md->call.call == MM_CALL_TOUCH)
		return;
	for (i = 0; i < md->parts.nr; i++) {
		const struct mmap_area *a = &md->parts.at[i];

		if (!a->flags)
			continue;
		if (md->call.call != MM_CALL_BRK || a->start > m->desc.start_brk)
			check_border(md, r, m, a->start, false);
		/* between two that changed it is the second that tried */
		if (md->call.call != MM_CALL_BRK && (i + 1 == md->parts.nr || a[1].start != a->end))
			check_border(md, r, m, a->end, true);
	}
}

static bool is_new(const struct mmap_model *md, uint64_t start, uint64_t end)
{
	return md->call.call == MM_CALL_MMAP && md->parts.nr && md->parts.at[0].start <= start &&
	       end <= md->parts.at[0].end;
}

/* Pages that a had before the call, and are there now, v being the first that may have some. */
static void check_kept_by(const struct mmap_model *md, struct mm_report *r,
			  const struct mmap_area *a, const struct mmap_area *v)
{
	const struct mmap_area *last = md->now.at + md->now.nr;

	for (; v < last && v->pid == a->pid && v->start < a->end; v++) {
		uint64_t start = v->start > a->start ? v->start : a->start;
		uint64_t end = v->end < a->end ? v->end : a->end;

		MM_CHECK(r, "anon_vma.kept", v->anon == a->anon || is_new(md, start, end),
			 "process %llu, 0x%llx-0x%llx: it had an anon_vma, and has %s",
			 (unsigned long long)a->pid, (unsigned long long)start,
			 (unsigned long long)end, v->anon ? "another" : "none");
	}
}

static void check_kept(const struct mmap_model *md, struct mm_report *r)
{
	const struct mmap_area *v = md->now.at;
	const struct mmap_area *last = v + md->now.nr;
	size_t i;

	for (i = 0; i < md->before.nr; i++) {
		const struct mmap_area *a = &md->before.at[i];

		while (v < last && (v->pid < a->pid || (v->pid == a->pid && v->end <= a->start)))
			v++;
		if (a->anon)
			check_kept_by(md, r, a, v);
	}
}

/* Whoever splits a VMA for other rights asks first whether there are too many. */
static void check_count(const struct mmap_model *md, struct mm_report *r,
			const struct mm_machine *m)
{
	const struct mmap_area *first;
	size_t before = mm_mmap_areas_of(&md->before, md->call.pid, &first);
	size_t now = mm_mmap_areas_of(&md->now, md->call.pid, &first);

	MM_CHECK(r, "mprotect.answer", now <= before || now <= m->sysctl.max_map_count,
		 "process %llu: %zu VMAs, there were %zu, and may be %llu",
		 (unsigned long long)md->call.pid, now, before,
		 (unsigned long long)m->sysctl.max_map_count);
}

/* ---- a call ends ---- */

static void apply(struct mmap_model *md, struct mm_report *r, const struct mm_machine *m)
{
	size_t i;

	if (md->parts.nr && md->parts.at[0].file == NEW_FILE)
		learn_file(md, r, m);
	for (i = 0; i < md->parts.nr; i++) {
		const struct mmap_area *a = &md->parts.at[i];

		mm_mmap_areas_replace(md, a->pid, a->start, a->end, a->flags ? a : NULL);
	}
}

static void judge(struct mmap_model *md, struct mm_report *r, const struct mm_machine *m,
		  uint64_t answer, int err)
{
	struct mmap_due d = {0};

	switch ((enum mm_call)md->call.call) {
	case MM_CALL_MMAP:
		mm_mmap_due_mmap(md, m, &d);
		check_error(md, r, m, &d, err);
		if (!err && !d.err)
			check_place(md, r, &d, answer);
		MM_CHECK(r, "mmap.answer", !err || !answer,
			 "process %llu: it fails, and answers 0x%llx",
			 (unsigned long long)md->call.pid, (unsigned long long)answer);
		if (!err && md->parts.nr)
			check_populated(md, r, m);
		break;
	case MM_CALL_MUNMAP:
		mm_mmap_due_munmap(md, m, &d);
		check_error(md, r, m, &d, err);
		break;
	case MM_CALL_MPROTECT:
		mm_mmap_due_mprotect(md, m, &d);
		check_error(md, r, m, &d, err);
		check_count(md, r, m);
		check_locked(md, r);
		break;
	case MM_CALL_BRK:
		mm_mmap_due_brk(md, m, &d);
		check_brk(md, r, m, &d, answer);
		break;
	case MM_CALL_TOUCH:
		mm_mmap_due_touch(md, m, &d);
		check_touch(md, r, m, &d, answer);
		break;
	case MM_CALL_EXIT:
		mmap_part(md, 0, UINT64_MAX, NULL);
		md->brk[md->call.pid] = 0;
		break;
	case MM_CALL_NR:
		break;
	}
}

static void on_exit(struct mmap_model *md, struct mm_report *r, const struct mm_machine *m,
		    const struct mm_event *ev)
{
	uint64_t failures = r->failures;
	int err = (int)(int64_t)ev->f[3];
	bool changed;

	md->call.open = false;
	md->failed = err && md->call.call != MM_CALL_MPROTECT;
	md->parts.nr = 0;
	changed = mm_mmap_areas_gather(md, m, &md->now);
	md->has_ended = true;
	judge(md, r, m, ev->f[2], err);
	if (r->failures != failures)
		return;
	apply(md, r, m);
	check_merged(md, r, m);
	if (changed)
		check_kept(md, r);
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct mmap_model *md = state;

	if (ev->kind == MM_EV_mm_sys_enter) {
		on_enter(md, m, ev);
	} else if (!md->call.open) {
		return;
	} else if (ev->kind == MM_EV_mm_sys_exit) {
		on_exit(md, r, m, ev);
	} else if (ev->kind == MM_EV_mm_sys_file) {
		md->call.file = (uint32_t)ev->f[0];
		md->call.offset = ev->f[1];
	} else {
		md->failed_points |= ev->f[5] != MM_FAILPOINT_PASSED;
	}
}

/* ---- afterwards ---- */

static void check_breaks(const struct mmap_model *md, struct mm_report *r,
			 const struct mm_machine *m)
{
	uint64_t pid;

	for (pid = 0; pid < m->desc.procs; pid++) {
		const struct mm_struct *mm = m->processes[pid].mm;

		MM_CHECK(r, "mm.brk", !mm || mm->brk == mmap_brk(md, m, pid),
			 "process %llu: the heap ends at 0x%llx, brk answered 0x%llx",
			 (unsigned long long)pid, (unsigned long long)(mm ? mm->brk : 0),
			 (unsigned long long)mmap_brk(md, m, pid));
	}
}

static void compare(struct mmap_model *md, struct mm_report *r, const struct mm_machine *m)
{
	uint64_t failures = r->failures;

	if (!md->agree)
		mm_mmap_areas_compare(&md->pages, &md->now, r,
				      md->failed ? "op.atomicity_on_failure" : "mmap.pages");
	md->agree = r->failures == failures;
	check_breaks(md, r, m);
	md->now_holds = true;
	md->has_ended = false;
	md->failed = false;
}

/* The end of a call is announced when all is done.  Should something change after that, a
 * sweep sees it, or the end of the next call. */
static void model_after(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct mmap_model *md = state;

	if (!md->has_ended)
		(void)mm_mmap_areas_gather(md, m, &md->now);
	compare(md, r, m);
}

static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct mmap_model *md = state;

	(void)mm_mmap_areas_gather(md, m, &md->now);
	compare(md, r, m);
}

const struct mm_model mm_mmap_model = {
	.name = "mmap",
	.events = MM_EV_BIT(MM_EV_mm_sys_enter) | MM_EV_BIT(MM_EV_mm_sys_file) |
		  MM_EV_BIT(MM_EV_mm_sys_exit) | MM_EV_BIT(MM_EV_mm_fault_ask),
	.objects = MM_OBJ_BIT(MM_OBJ_VMA) | MM_OBJ_BIT(MM_OBJ_MM) | MM_OBJ_BIT(MM_OBJ_PROCESS) |
		   MM_OBJ_BIT(MM_OBJ_FILE),
	.quiet = MM_EV_BIT(MM_EV_mm_fault_ask),
	.concerns = model_concerns,
	.size = model_size,
	.boot = model_boot,
	.reset = model_reset,
	.on_event = model_event,
	.after_op = model_after,
	.sweep = model_sweep,
};
