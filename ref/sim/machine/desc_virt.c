/* SPDX-License-Identifier: MIT */
/* desc: fields about processes and their address spaces. */
#include "desc.h"

/* As on x86-64 with four levels: the last page is left out. */
#define TASK_SIZE (((uint64_t)1 << 47) - MM_PAGE_SIZE)
#define START_BRK ((uint64_t)0x555555560000)

/* What mappings leave to the stack, whose limit may be raised.  Kernel: MIN_GAP. */
#define STACK_ROOM ((uint64_t)128 << 20)

#define VMAS_DEFAULT  1024
#define FILES_DEFAULT 64

/* KiB. */
#define ADMIN_RESERVE_MAX ((uint64_t)8 << 10)
#define USER_RESERVE_MAX  ((uint64_t)128 << 10)

void mm_machine_desc_virt_defaults(struct mm_machine_desc *d)
{
	d->vmas = VMAS_DEFAULT;
	d->files = FILES_DEFAULT;
	d->task_size = TASK_SIZE;
	d->start_brk = START_BRK;
	d->sysctl.overcommit_ratio = 50;
	d->sysctl.max_map_count = 65530;
	d->sysctl.mmap_min_addr = 65536;
	d->sysctl.stack_guard_gap = 256;
}

int mm_machine_desc_read_virt(struct mm_machine_desc_reader *r)
{
	uint64_t v = 0;
	int err = mm_machine_desc_ranged(r, &v);

	if (err)
		return err;
	if (r->field == F_PROCS)
		r->d->procs = (uint32_t)v;
	else if (r->field == F_VMAS)
		r->d->vmas = (uint32_t)v;
	else
		r->d->files = (uint32_t)v;
	return 0;
}

int mm_machine_desc_read_address(struct mm_machine_desc_reader *r)
{
	uint64_t *to = r->field == F_TASK_SIZE   ? &r->d->task_size
		       : r->field == F_MMAP_BASE ? &r->d->mmap_base
						 : &r->d->start_brk;

	if (!mm_machine_size_parse(r->val, r->len, to) || (*to & (MM_PAGE_SIZE - 1)))
		return mm_machine_desc_refuse(r, "no address of a page");
	return 0;
}

/* Kernel: init_admin_reserve, init_user_reserve; of all RAM, not of what is free. */
static void set_reserves(struct mm_machine_desc_reader *r)
{
	struct mm_machine_desc *d = r->d;
	uint64_t kib = 0;
	int i;

	for (i = 0; i < d->nr_ram; i++)
		kib += (d->ram[i].end - d->ram[i].start) * (MM_PAGE_SIZE / 1024);
	if (!r->at[F_ADMIN_RESERVE_KBYTES].line)
		d->sysctl.admin_reserve_kbytes =
			kib / 32 < ADMIN_RESERVE_MAX ? kib / 32 : ADMIN_RESERVE_MAX;
	if (!r->at[F_USER_RESERVE_KBYTES].line)
		d->sysctl.user_reserve_kbytes =
			kib / 32 < USER_RESERVE_MAX ? kib / 32 : USER_RESERVE_MAX;
}

int mm_machine_desc_check_virt(struct mm_machine_desc_reader *r)
{
	struct mm_machine_desc *d = r->d;

	set_reserves(r);
	if (!r->at[F_MMAP_BASE].line)
		d->mmap_base = d->bottom_up ? d->task_size / 3 & ~(MM_PAGE_SIZE - 1)
					    : d->task_size - STACK_ROOM -
						      d->sysctl.stack_guard_gap * MM_PAGE_SIZE;
	if (d->mmap_base > d->task_size || d->start_brk > d->task_size)
		return mm_machine_desc_refuse_at(
			r, d->mmap_base > d->task_size ? F_MMAP_BASE : F_START_BRK,
			"beyond task_size");
	return 0;
}
