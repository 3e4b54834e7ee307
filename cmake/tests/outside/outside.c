/* SPDX-License-Identifier: MIT */
/*
 * outside: the library in thirty lines.  A machine from its description, blocks
 * taken and given back, and what /proc/buddyinfo would say.
 */
#include "mm/gfp.h"
#include "mm/machine.h"
#include "mm/page.h"
#include "mm/page_alloc.h"
#include "mm/procfs.h"

#include <stdlib.h>

static int refuse(const struct mm_error *e)
{
	char text[256];

	(void)fprintf(stderr, "outside: %s\n", mm_error_text(e, text, sizeof(text)));
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct mm_error e = {"description", 0, 0, ""};
	struct mm_machine *m = mm_boot(argc > 1 ? argv[1] : "ram=64M dma=16M cpus=2", &e);
	struct page *page;
	struct mm_ctx x;

	if (!m)
		return refuse(&e);
	mm_ctx_init(&x, m, 0);
	(void)printf("free %lld frames\n", (long long)m->vm_stat[MM_NR_FREE_PAGES]);

	page = mm_page_alloc_get(&x, 3, MM_GFP_KERNEL);
	if (!page)
		return EXIT_FAILURE;
	(void)printf("free %lld frames, a block of 8 is taken\n",
		     (long long)m->vm_stat[MM_NR_FREE_PAGES]);
	mm_procfs_buddyinfo(m, stdout);

	mm_page_alloc_put(&x, page, 3);
	mm_machine_destroy(m);
	return EXIT_SUCCESS;
}
