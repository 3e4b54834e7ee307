/* SPDX-License-Identifier: MIT */
/*
 * event: the names of the table, and handing an event to its readers.
 */
#include "mm/event.h"

#include "mm/machine.h"

#define NAME_ROW(name, a, b, c, d, e, f) #name,
static const char *const event_names[MM_EV_NR] = {MM_EVENT_TABLE(NAME_ROW)};

#define FIELD_ROW(name, a, b, c, d, e, f) {a, b, c, d, e, f},
static const char *const event_fields[MM_EV_NR][MM_EVENT_FIELDS] = {MM_EVENT_TABLE(FIELD_ROW)};

_Static_assert((int)MM_EV_NR <= 64, "one mask bit per kind of event");

const char *mm_event_name(enum mm_event_kind kind)
{
	return event_names[kind];
}

const char *const *mm_event_fields(enum mm_event_kind kind)
{
	return event_fields[kind];
}

int mm_event_listen(struct mm_machine *m, const struct mm_listener *l)
{
	int i;

	for (i = 0; i < MM_LISTENERS_MAX; i++) {
		if (!m->listeners[i].on_event) {
			m->listeners[i] = *l;
			return 0;
		}
	}
	return -MM_ENOSPC;
}

void mm_event_unlisten(struct mm_machine *m, const void *env)
{
	int i;

	for (i = 0; i < MM_LISTENERS_MAX; i++) {
		if (m->listeners[i].env == env)
			m->listeners[i] = (struct mm_listener){0, NULL, NULL};
	}
}

uint64_t mm_event_mask(const struct mm_machine *m)
{
	uint64_t mask = 0;
	int i;

	for (i = 0; i < MM_LISTENERS_MAX; i++)
		mask |= m->listeners[i].mask;
	return mask;
}

void mm_event_send(const struct mm_ctx *x, const struct mm_event *ev)
{
	const struct mm_listener *l = x->m->listeners;
	int i;

	for (i = 0; i < MM_LISTENERS_MAX; i++, l++) {
		if (l->mask & MM_EV_BIT(ev->kind))
			l->on_event(l->env, ev);
	}
}
