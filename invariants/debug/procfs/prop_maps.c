/* SPDX-License-Identifier: MIT */
/*
 * procfs properties: maps of a process, to the letter and read back, and beside those of
 * the kernel that the properties run on.
 */
#include "mm/aspace.h"
#include "mm/brk.h"
#include "mm/file.h"
#include "mm/mmap.h"
#include "mm/mprotect.h"
#include "mm/munmap.h"
#include "mm/process.h"
#include "mm/procfs.h"

#include "fuzz/import/proc.h"
#include "invariants/debug/procfs/prop.h"
#include "invariants/engine/proc_try.h"

#include <stdlib.h>
#include <string.h>

#if defined(__linux__) && defined(__x86_64__)
#include <sys/mman.h>
#define HOST_IS_LIKE_US 1
#else
#define HOST_IS_LIKE_US 0
#endif

#define MACHINE "machine ram=4M max_order=6 pageblock_order=3 procs=2 vmas=256 files=16"
#define PAGE    ((uint64_t)MM_PAGE_SIZE)

typedef void (*render_fn)(const struct mm_machine *m, uint64_t pid, FILE *out);

/* NULL when host memory is gone. */
static char *text_of(render_fn render, const struct mm_machine *m, uint64_t pid)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	render(m, pid, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* ---- to the letter ---- */

static const char maps[] =
	"00010000-00011000 r--p 00000000 00:00 0 \n"
	"00020000-00022000 rw-p 00000000 00:00 0                                  [heap]\n"
	"100000000000-100000003000 rw-s 00000000 00:01 3                          "
	"/dev/zero (deleted)\n"
	"100000010000-100000011000 rw-s 00005000 00:01 1                          "
	"/memfd:0 (deleted)\n"
	"100000020000-100000022000 ---p 00000000 00:00 0 \n"
	"100000030000-100000031000 r-xp 7ffffffff000 08:01 2                      /file/1\n";

static const char *const smaps[] = {
	"00010000-00011000 r--p 00000000 00:00 0 \n"
	"Size:                  4 kB\n"
	"KernelPageSize:        4 kB\n"
	"MMUPageSize:           4 kB\n"
	"VmFlags: rd mr mw me \n",
	"[heap]\n"
	"Size:                  8 kB\n"
	"KernelPageSize:        4 kB\n"
	"MMUPageSize:           4 kB\n"
	"VmFlags: rd wr mr mw me ac \n",
	"VmFlags: rd wr sh mr mw me ms \n",
	"VmFlags: rd ex mr mw me \n",
};

static void map(struct mm_prop_run *p, struct mm_ctx *x, struct mm_struct *mm,
		const struct mm_mmap_request *q)
{
	uint64_t addr;

	PROP(p, mm_mmap(x, mm, q, &addr) == 0 && addr == q->addr, "mmap at 0x%llx",
	     (unsigned long long)q->addr);
}

/* One of each kind: as the saved copy of 6.18 has them. */
static void fill(struct mm_prop_run *p, struct mm_ctx *x, struct mm_struct *mm)
{
	const uint32_t anon = MM_MAP_ANONYMOUS | MM_MAP_FIXED;
	struct mm_file *memory =
		mm_file_create(x, 256, MM_FILE_READ | MM_FILE_WRITE | MM_FILE_SHMEM);
	struct mm_file *file = mm_file_create(x, 1, MM_FILE_READ);
	const struct mm_mmap_request q[] = {
		{0x10000, PAGE, MM_PROT_READ, MM_MAP_PRIVATE | anon, NULL, 0},
		{0x100000000000, 3 * PAGE, MM_PROT_READ | MM_PROT_WRITE, MM_MAP_SHARED | anon, NULL,
		 0},
		{0x100000010000, PAGE, MM_PROT_READ | MM_PROT_WRITE, MM_MAP_SHARED | MM_MAP_FIXED,
		 memory, 0x5000},
		{0x100000020000, 2 * PAGE, 0, MM_MAP_PRIVATE | anon, NULL, 0},
		{0x100000030000, PAGE, MM_PROT_READ | MM_PROT_EXEC, MM_MAP_PRIVATE | MM_MAP_FIXED,
		 file, 0x7ffffffff000},
	};
	size_t i;

	for (i = 0; i < sizeof(q) / sizeof(q[0]); i++)
		map(p, x, mm, &q[i]);
	PROP(p, mm_brk(x, mm, 0x21001) == 0x21001, "brk");
}

static struct mm_struct *spawn(struct mm_prop_run *p, struct mm_ctx *x)
{
	struct mm_process *proc = mm_process_create(x);

	if (proc && mm_aspace_create(x, proc) == 0)
		return proc->mm;
	prop_fail(p, __FILE__, __LINE__, "no process");
	return NULL;
}

void procfs_maps_to_the_letter(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(MACHINE " start_brk=0x20000", NULL);
	struct mm_struct *mm;
	struct mm_ctx x;
	char *text;
	size_t i;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	mm = spawn(p, &x);
	if (mm)
		fill(p, &x, mm);
	text = text_of(mm_procfs_maps, m, 0);
	PROP(p, text && strcmp(text, maps) == 0, "not what Linux prints:\n%s", text);
	free(text);
	text = text_of(mm_procfs_smaps, m, 0);
	for (i = 0; i < sizeof(smaps) / sizeof(smaps[0]); i++)
		PROP(p, text && strstr(text, smaps[i]), "no lines\n%sin\n%s", smaps[i], text);
	free(text);
	/* one that does not live, and one that is none */
	for (i = 1; i < 3; i++) {
		text = text_of(mm_procfs_maps, m, i);
		PROP(p, text && !*text, "process %zu has mapped\n%s", i, text);
		free(text);
	}
	mm_machine_destroy(m);
}

/* ---- read back ---- */

static void check_map(struct mm_prop_run *p, const struct mm_proc_map *r,
		      const struct vm_area_struct *vma)
{
	PROP(p,
	     r->start == vma->vm_start && r->end == vma->vm_end &&
		     r->offset == (vma->vm_file ? vma->vm_pgoff * PAGE : 0),
	     "0x%llx-0x%llx is mapped, it says 0x%llx-0x%llx", (unsigned long long)vma->vm_start,
	     (unsigned long long)vma->vm_end, (unsigned long long)r->start,
	     (unsigned long long)r->end);
	PROP(p,
	     (r->rights[0] == 'r') == (vma->vm_flags & 1) &&
		     (r->rights[1] == 'w') == (vma->vm_flags >> 1 & 1) &&
		     (r->rights[2] == 'x') == (vma->vm_flags >> 2 & 1) &&
		     (r->rights[3] == 's') == (vma->vm_flags >> 7 & 1),
	     "0x%llx: flags 0x%llx, it says %s", (unsigned long long)r->start,
	     (unsigned long long)vma->vm_flags, r->rights);
	PROP(p, (r->inode != 0) == (vma->vm_file != NULL) && (!r->inode || r->name[0] == '/'),
	     "0x%llx: inode %llu, name \"%s\"", (unsigned long long)r->start,
	     (unsigned long long)r->inode, r->name);
}

static void check_process(struct mm_prop_run *p, const struct mm_machine *m, uint64_t pid)
{
	const struct mm_struct *mm = mm_process_at(m, pid)->mm;
	char *text = text_of(mm_procfs_maps, m, pid);
	const struct mm_proc_text t = {"maps", text, text ? strlen(text) : 0};
	const struct vm_area_struct *vma = mm ? mm_aspace_find(mm, 0) : NULL;
	struct mm_proc v;
	size_t i;

	if (!text || !mm_proc_try(p, &v, MM_PROC_MAPS, &t)) {
		free(text);
		return;
	}
	for (i = 0; i < v.u.maps.nr && vma; i++) {
		check_map(p, &v.u.maps.map[i], vma);
		vma = mm_aspace_next(mm, vma);
	}
	if (i != v.u.maps.nr || vma || (mm && (int)i != mm->map_count))
		prop_fail(p, __FILE__, __LINE__, "%zu mappings of process %llu, there are %d", i,
			  (unsigned long long)pid, mm ? mm->map_count : 0);
	mm_proc_free(&v);
	free(text);
}

/* Any call in a window of 64 pages; what it answers is no matter. */
static void call_any(struct mm_prop_run *p, struct mm_ctx *x, struct mm_struct *mm,
		     struct mm_file *f)
{
	static const uint32_t types[] = {MM_MAP_PRIVATE, MM_MAP_SHARED,
					 MM_MAP_PRIVATE | MM_MAP_ANONYMOUS,
					 MM_MAP_SHARED | MM_MAP_ANONYMOUS};
	struct mm_mmap_request q = {.addr = mm->start_brk, .flags = MM_MAP_FIXED, .file = f};
	uint64_t addr;

	q.addr += prop_below(p, 64) * PAGE;
	q.len = (1 + prop_below(p, 8)) * PAGE;
	q.prot = (uint32_t)prop_below(p, 8);
	q.flags |= types[prop_below(p, 4)];
	q.offset = prop_below(p, 1 << 20) * PAGE;
	switch (prop_below(p, 6)) {
	case 0:
		p->checks += mm_munmap(x, mm, q.addr, q.len) == 0;
		break;
	case 1:
		p->checks += mm_mprotect(x, mm, q.addr, q.len, q.prot) == 0;
		break;
	case 2:
		p->checks += mm_brk(x, mm, q.addr + q.len - 1) != 0;
		break;
	default:
		p->checks += mm_mmap(x, mm, &q, &addr) == 0;
		break;
	}
}

void procfs_used_processes_read_back(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(MACHINE, NULL);
	struct mm_file *f[2];
	struct mm_struct *mm[2];
	struct mm_ctx x;
	int i;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	mm[0] = spawn(p, &x);
	mm[1] = spawn(p, &x);
	f[0] = mm_file_create(&x, 9, MM_FILE_READ | MM_FILE_WRITE);
	f[1] = mm_file_create(&x, 9, MM_FILE_READ | MM_FILE_WRITE | MM_FILE_SHMEM);
	for (i = 0; i < 60 && mm[0] && mm[1] && f[0] && f[1]; i++) {
		struct mm_struct *one = mm[prop_below(p, 2)];

		call_any(p, &x, one, f[prop_below(p, 2)]);
	}
	for (i = 0; i < 2 && !p->failures; i++)
		check_process(p, m, (uint64_t)i);
	mm_machine_destroy(m);
}

/* ---- the host ---- */

/* Its maps; false: this host has none, or those of an emulator. */
static bool load_own(struct mm_proc_text *t)
{
	struct mm_error e = {0};

	return HOST_IS_LIKE_US && mm_proc_load(t, "/proc/self/maps", &e) == 0;
}

void procfs_own_maps_come_back(struct mm_prop_run *p)
{
	struct mm_proc_text t;
	struct mm_proc v;

	if (!load_own(&t))
		return;
	if (mm_proc_try(p, &v, MM_PROC_MAPS, &t)) {
		if (v.u.maps.nr < 5)
			prop_fail(p, __FILE__, __LINE__, "only %zu mappings", v.u.maps.nr);
		mm_proc_free(&v);
	}
	free((char *)t.bytes);
}

#if HOST_IS_LIKE_US

/* Where neither programs nor sanitizers have anything. */
#define WINDOW ((uint64_t)0x200000000000)
#define PAGES  8

static const int rights[PAGES] = {
	PROT_READ, PROT_READ,  PROT_NONE, PROT_READ | PROT_WRITE,
	PROT_NONE, PROT_WRITE, PROT_READ, PROT_READ | PROT_EXEC,
};

/* Page by page, leaving out the fifth. */
static bool map_host(void)
{
	int i;

	for (i = 0; i < PAGES; i++) {
		/* an address, as a number: it is nobody's memory yet */
		void *at = (void *)(uintptr_t)(WINDOW + (uint64_t)i * PAGE); // NOLINT
		void *got =
			i == 4 ? at
			       : mmap(at, (size_t)PAGE, rights[i],
				      MAP_PRIVATE | MAP_ANONYMOUS | MM_MAP_FIXED_NOREPLACE, -1, 0);

		if (got != at) {
			if (got != MAP_FAILED)
				(void)munmap(got, (size_t)PAGE);
			return false;
		}
	}
	return true;
}

static void map_ours(struct mm_prop_run *p, struct mm_ctx *x, struct mm_struct *mm)
{
	int i;

	for (i = 0; i < PAGES; i++) {
		const struct mm_mmap_request q = {WINDOW + (uint64_t)i * PAGE,
						  PAGE,
						  (uint32_t)rights[i],
						  MM_MAP_PRIVATE | MM_MAP_ANONYMOUS |
							  MM_MAP_FIXED_NOREPLACE,
						  NULL,
						  0};

		if (i != 4)
			map(p, x, mm, &q);
	}
}

static void compare(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(MACHINE, NULL);
	struct mm_proc_text t;
	struct mm_struct *mm;
	struct mm_ctx x;
	char *text;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	mm = spawn(p, &x);
	if (mm)
		map_ours(p, &x, mm);
	text = text_of(mm_procfs_maps, m, 0);
	if (text && load_own(&t)) {
		size_t len = strlen(text);
		size_t i = 0;

		while (i + len <= t.len && memcmp(t.bytes + i, text, len) != 0)
			i++;
		if (i + len > t.len)
			prop_fail(p, __FILE__, __LINE__, "the host has not\n%sbut\n%.*s", text,
				  (int)t.len, t.bytes);
		free((char *)t.bytes);
	}
	free(text);
	mm_machine_destroy(m);
}

void procfs_the_host_prints_the_same_lines(struct mm_prop_run *p)
{
	void *at = (void *)(uintptr_t)WINDOW; // NOLINT

	if (map_host())
		compare(p);
	(void)munmap(at, (size_t)(PAGES * PAGE));
}

#else

void procfs_the_host_prints_the_same_lines(struct mm_prop_run *p)
{
	p->checks++;
}

#endif
