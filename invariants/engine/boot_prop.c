/* SPDX-License-Identifier: MIT */
/* boot properties: a machine whose arena is too small ends where it runs out. */
#include "mm/ctx.h"
#include "mm/machine.h"

#include "invariants/engine/prop.h"

#define HOOKS_MAX 64

static struct mm_machine *created(struct mm_ctx *x, const char *description)
{
	struct mm_machine_desc desc;
	struct mm_machine *m;

	if (mm_machine_desc_parse(&desc, description, NULL))
		return NULL;
	m = mm_machine_create(&desc, NULL);
	if (m)
		mm_ctx_init(x, m, 0);
	return m;
}

/* All hooks before this one have all they ask for, this one what is left up to end; what
 * it says, and in *used where it stopped. */
static int boot_up_to(const char *description, int hook, size_t end, size_t *used)
{
	struct mm_ctx x;
	struct mm_machine *m = created(&x, description);
	int err = m ? 0 : -MM_ENOSPC;
	int i;

	for (i = 0; i < hook && !err; i++)
		err = mm_boot_hooks[i].boot(&x);
	if (!err) {
		m->arena.size = end;
		err = mm_boot_hooks[hook].boot(&x);
		*used = m->arena.used;
	}
	mm_machine_destroy(m);
	return err;
}

/* From its last piece of memory back to its first: each is missed, and said to be. */
static void miss_each(struct mm_prop_run *p, const char *description, int hook, size_t start,
		      size_t end)
{
	while (end > start) {
		size_t used = end;
		int err = boot_up_to(description, hook, end - 1, &used);

		PROP(p, err == -MM_ENOMEM, "%s: %s with %zu of its bytes: %d", description,
		     mm_boot_hooks[hook].module, end - 1 - start, err);
		PROP(p, used < end, "%s: %s used more than there was", description,
		     mm_boot_hooks[hook].module);
		end = used;
	}
}

static void who_gets_no_memory_says_so(struct mm_prop_run *p)
{
	static const char *const machines[] = {
		"ram=1M max_order=5 pageblock_order=3 cpus=2 pcp=on page_owner=on",
		"ram=1M-3M,4M-5M section=1M deferred=on max_order=5 pageblock_order=3 nodes=2",
	};
	size_t at[HOOKS_MAX + 1];
	struct mm_machine *m;
	struct mm_ctx x;
	size_t i;
	int n;

	for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		m = created(&x, machines[i]);
		PROP(p, m, "%s is not created", machines[i]);
		at[0] = m->arena.used;
		for (n = 0; n < HOOKS_MAX && mm_boot_hooks[n].boot; n++) {
			PROP(p, mm_boot_hooks[n].boot(&x) == 0, "%s does not boot", machines[i]);
			at[n + 1] = m->arena.used;
		}
		mm_machine_destroy(m);
		while (n-- > 0)
			miss_each(p, machines[i], n, at[n], at[n + 1]);
	}
}

const struct mm_prop mm_boot_props[] = {
	{"boot.who_gets_no_memory_says_so", who_gets_no_memory_says_so, 1},
	{NULL, NULL, 0},
};
