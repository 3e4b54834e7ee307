/* SPDX-License-Identifier: MIT */
/*
 * boot: from a description to a machine one can use.  Modules boot in the
 * order of the module list, low layers first; the image is taken last, so a
 * reset never runs a boot hook again.
 */
#include "mm/machine.h"

#include <string.h>

void mm_ctx_init(struct mm_ctx *x, struct mm_machine *m, int cpu)
{
	memset(x, 0, sizeof(*x));
	x->m = m;
	x->cpu = cpu;
	x->events = mm_event_mask(m);
}

struct mm_machine *mm_boot(const char *description, struct mm_error *e)
{
	const struct mm_boot_hook *hook;
	struct mm_machine_desc desc;
	struct mm_machine *m;
	struct mm_ctx x;

	if (mm_machine_desc_parse(&desc, description, e))
		return NULL;
	m = mm_machine_create(&desc, e);
	if (!m)
		return NULL;
	mm_ctx_init(&x, m, 0);
	for (hook = mm_boot_hooks; hook->boot; hook++) {
		int err = hook->boot(&x);

		if (err) {
			(void)mm_error_set(e, err, 0, 0, "machine: %s does not boot: %s",
					   hook->module, mm_err_name(err));
			mm_machine_destroy(m);
			return NULL;
		}
	}
	if (mm_machine_image(m)) {
		(void)mm_error_set(e, -MM_ENOMEM, 0, 0, "machine: no host memory for the image");
		mm_machine_destroy(m);
		return NULL;
	}
	return m;
}
