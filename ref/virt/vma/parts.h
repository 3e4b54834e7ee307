/* SPDX-License-Identifier: MIT */
/* What the files of vma share. */
#ifndef REF_VIRT_VMA_PARTS_H
#define REF_VIRT_VMA_PARTS_H

#include "mm/vma.h"

/* Other bounds and page offset, in every tree but that of the address space. */
void mm_vma_set_bounds(struct mm_ctx *x, struct vm_area_struct *vma, uint64_t start, uint64_t end);

#endif
