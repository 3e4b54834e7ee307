/* SPDX-License-Identifier: MIT */
/*
 * task: flags of who acts.  A scope remembers only what it added, so scopes of one
 * kind nest to any depth without a count.
 */
#include "mm/task.h"

#include <stdio.h>
#include <string.h>

/* Bit i is called names[i]. */
static const char *const names[] = {"MEMALLOC", "NOIO",   "NOFS",    "PIN",
				    "RT",       "VICTIM", "HARDIRQ", "SOFTIRQ"};

#define NR_NAMES (sizeof(names) / sizeof(names[0]))

uint32_t mm_task_enter(struct mm_ctx *x, uint32_t flags)
{
	uint32_t before = x->task_flags;
	uint32_t added = flags & ~before;

	MM_PRE(!(flags & ~MM_TASK_SCOPES));
	x->task_flags = before | flags;
	mm_event(x, MM_EV_mm_task_flags, before, x->task_flags, MM_TASK_ENTER, flags, added);
	return added;
}

void mm_task_exit(struct mm_ctx *x, uint32_t saved)
{
	uint32_t before = x->task_flags;

	MM_PRE(!(saved & ~MM_TASK_SCOPES));
	x->task_flags = before & ~saved;
	mm_event(x, MM_EV_mm_task_flags, before, x->task_flags, MM_TASK_EXIT, saved);
}

void mm_task_set(struct mm_ctx *x, uint32_t flags)
{
	uint32_t before = x->task_flags;

	MM_PRE(!(flags & (MM_TASK_SCOPES | ~MM_TASK_ALL)));
	x->task_flags = (before & MM_TASK_SCOPES) | flags;
	mm_event(x, MM_EV_mm_task_flags, before, x->task_flags, MM_TASK_SET, flags);
}

size_t mm_task_print(uint32_t flags, char *buf, size_t len)
{
	size_t at = 0;
	size_t i;

	for (i = 0; i < NR_NAMES; i++) {
		size_t room = at < len ? len - at : 0;

		if (flags >> i & 1)
			at += (size_t)snprintf(room ? buf + at : NULL, room, "%s%s", at ? "|" : "",
					       names[i]);
	}
	return at ? at : (size_t)snprintf(buf, len, "0");
}

static bool find_name(const char *s, size_t len, uint32_t *flag)
{
	size_t i;

	for (i = 0; i < NR_NAMES; i++) {
		if (strlen(names[i]) == len && memcmp(s, names[i], len) == 0) {
			*flag = 1u << i;
			return true;
		}
	}
	return false;
}

int mm_task_parse(const char *s, size_t len, uint32_t *out)
{
	uint32_t flags = 0;
	size_t start = 0;

	if (len == 1 && s[0] == '0') {
		*out = 0;
		return 0;
	}
	while (start <= len) {
		const char *bar = start < len ? memchr(s + start, '|', len - start) : NULL;
		size_t end = bar ? (size_t)(bar - s) : len;
		uint32_t flag = 0;

		if (!find_name(s + start, end - start, &flag))
			return -MM_EINVAL;
		flags |= flag;
		start = end + 1;
	}
	*out = flags;
	return 0;
}
