/* SPDX-License-Identifier: MIT */
/*
 * proc_try: printing goes to memory, and bytes are compared, not lines.
 */
#include "invariants/engine/proc_try.h"

#include <stdlib.h>
#include <string.h>

bool mm_proc_try_parse(struct mm_prop_run *p, struct mm_proc *v, enum mm_proc_kind kind,
		       const struct mm_proc_text *t)
{
	struct mm_error e = {0};
	char why[400];

	p->checks++;
	if (!mm_proc_parse(v, kind, t, &e))
		return true;
	prop_fail(p, __FILE__, __LINE__, "%s", mm_error_text(&e, why, sizeof(why)));
	return false;
}

bool mm_proc_try_same(const struct mm_proc *v, const struct mm_proc_text *t)
{
	char *bytes = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&bytes, &len);
	bool same;

	if (!out)
		return false;
	mm_proc_print(v, out);
	same = fclose(out) == 0 && len == t->len && memcmp(bytes, t->bytes, len) == 0;
	free(bytes);
	return same;
}

bool mm_proc_try(struct mm_prop_run *p, struct mm_proc *v, enum mm_proc_kind kind,
		 const struct mm_proc_text *t)
{
	if (!mm_proc_try_parse(p, v, kind, t))
		return false;
	if (mm_proc_try_same(v, t))
		return true;
	prop_fail(p, __FILE__, __LINE__, "%s: prints other bytes than were parsed", t->file);
	mm_proc_free(v);
	return false;
}
