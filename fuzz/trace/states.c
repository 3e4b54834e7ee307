/* SPDX-License-Identifier: MIT */
/*
 * states: a listener that counts.
 *
 *     mm_zone_watermark, mm_zone_refused   a CPU looks at a zone: the fill of its lists
 *     mm_page_alloc_extfrag                the block is another type's
 *     mm_page_alloc, ..._failed            the request ends: one state
 *     mm_page_free                         one state, before the lists change
 */
#include "fuzz/trace/states.h"

#include "mm/gfp.h"
#include "mm/migratetype.h"
#include "mm/page.h"
#include "mm/pcp.h"
#include "mm/zone.h"

#include <inttypes.h>

/* A kernel's orders: what is larger only other configurations have. */
#define ORDER_MAX (MM_STATES_HUGE - 1)

static const char *const fill_names[MM_FILL_NR] = {"no list", "empty", "batch", "some", "high"};
static const char *const type_names[MM_STATES_TYPES] = {"Unmovable", "Movable", "Reclaimable"};

/* ---- counting ---- */

static enum mm_fill fill_of(const struct zone *z, int cpu)
{
	const struct per_cpu_pages *pcp = &z->pageset[cpu];

	if (!pcp->count)
		return MM_FILL_EMPTY;
	if (pcp->count <= pcp->batch)
		return MM_FILL_BATCH;
	return pcp->count < pcp->high ? MM_FILL_SOME : MM_FILL_HIGH;
}

/* The row of an order, and the fill that counts for it. */
static unsigned int row_of(const struct mm_machine *m, uint64_t order, enum mm_fill *fill)
{
	if (!mm_pcp_allowed(m, (unsigned int)order))
		*fill = MM_FILL_NONE;
	else if (order > MM_PCP_COSTLY_ORDER)
		return MM_STATES_HUGE;
	return (unsigned int)order;
}

static void count_request(struct mm_states_watch *w, const struct mm_event *ev, uint64_t order,
			  uint64_t type)
{
	enum mm_fill fill = w->fill[ev->cpu];
	unsigned int row;

	if (order <= ORDER_MAX && type < MM_STATES_TYPES) {
		row = row_of(w->m, order, &fill);
		w->states->alloc[row][type][fill][w->origin]++;
	}
	w->origin = MM_ORIGIN_OWN;
}

static void count_free(struct mm_states_watch *w, const struct mm_event *ev)
{
	uint64_t pfn = ev->f[0];
	uint64_t order = ev->f[1];
	enum mm_fill fill = fill_of(&w->m->zones[w->m->memmap[pfn].zone], ev->cpu);
	enum mm_migratetype type = mm_migratetype_get(w->m, pfn);
	unsigned int row;

	if (order <= ORDER_MAX && (int)type < MM_STATES_TYPES) {
		row = row_of(w->m, order, &fill);
		w->states->free[row][type][fill]++;
	}
}

static void on_event(void *env, const struct mm_event *ev)
{
	struct mm_states_watch *w = env;

	switch ((int)ev->kind) {
	case MM_EV_mm_zone_watermark:
	case MM_EV_mm_zone_refused:
		w->fill[ev->cpu] = fill_of(&w->m->zones[ev->f[0]], ev->cpu);
		break;
	case MM_EV_mm_page_alloc_extfrag:
		w->origin = ev->f[5] ? MM_ORIGIN_CLAIMED : MM_ORIGIN_STOLEN;
		break;
	case MM_EV_mm_page_alloc:
		count_request(w, ev, ev->f[1], ev->f[3]);
		break;
	case MM_EV_mm_page_alloc_failed:
		w->origin = MM_ORIGIN_FAILED;
		count_request(w, ev, ev->f[0], mm_migratetype_of_gfp(w->m, (uint32_t)ev->f[1]));
		break;
	case MM_EV_mm_page_free:
		count_free(w, ev);
		break;
	default:
		break;
	}
}

int mm_states_watch(struct mm_states_watch *w, struct mm_states *states, struct mm_machine *m)
{
	struct mm_listener l = {
		.mask = MM_EV_BIT(MM_EV_mm_zone_watermark) | MM_EV_BIT(MM_EV_mm_zone_refused) |
			MM_EV_BIT(MM_EV_mm_page_alloc_extfrag) | MM_EV_BIT(MM_EV_mm_page_alloc) |
			MM_EV_BIT(MM_EV_mm_page_alloc_failed) | MM_EV_BIT(MM_EV_mm_page_free),
		.on_event = on_event,
		.env = w,
	};

	*w = (struct mm_states_watch){.states = states, .m = m};
	return mm_event_listen(m, &l);
}

void mm_states_unwatch(struct mm_states_watch *w, struct mm_machine *m)
{
	mm_event_unlisten(m, w);
}

/* ---- reading ---- */

bool mm_states_possible(unsigned int order, enum mm_fill fill)
{
	if (order == MM_STATES_HUGE)
		return fill != MM_FILL_NONE;
	return order <= MM_PCP_COSTLY_ORDER || fill == MM_FILL_NONE;
}

/* States of one row, an order, or huge, and a fill, that were met. */
static uint64_t met_in_row(const struct mm_states *s, unsigned int order, enum mm_fill fill)
{
	uint64_t met = 0;
	int type;
	int origin;

	for (type = 0; type < MM_STATES_TYPES; type++) {
		for (origin = 0; origin < MM_ORIGIN_NR; origin++)
			met += s->alloc[order][type][fill][origin] != 0;
		met += s->free[order][type][fill] != 0;
	}
	return met;
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a part and its whole */
void mm_states_count(const struct mm_states *s, uint64_t *met, uint64_t *possible)
{
	unsigned int order;
	int fill;

	*met = 0;
	*possible = 0;
	for (order = 0; order < MM_STATES_ORDERS; order++) {
		for (fill = 0; fill < MM_FILL_NR; fill++) {
			if (!mm_states_possible(order, (enum mm_fill)fill))
				continue;
			*met += met_in_row(s, order, (enum mm_fill)fill);
			*possible += (uint64_t)MM_STATES_TYPES * (MM_ORIGIN_NR + 1);
		}
	}
}

/* At most four characters: "-" is never, "12k" thousands. */
static void print_number(uint64_t n, FILE *out)
{
	static const char units[] = " kMGT";
	int unit = 0;

	for (; n >= 1000 && units[unit + 1]; n /= 1000)
		unit++;
	if (!n)
		(void)fprintf(out, "    -");
	else if (unit)
		(void)fprintf(out, " %3" PRIu64 "%c", n, units[unit]);
	else
		(void)fprintf(out, " %4" PRIu64, n);
}

static void print_row(const struct mm_states *s, unsigned int order, enum mm_fill fill, FILE *out)
{
	int type;
	int origin;

	if (order == MM_STATES_HUGE)
		(void)fprintf(out, " huge  %-8s", fill_names[fill]);
	else
		(void)fprintf(out, "%5u  %-8s", order, fill_names[fill]);
	for (type = 0; type < MM_STATES_TYPES; type++) {
		(void)fputs(" |", out);
		for (origin = 0; origin < MM_ORIGIN_NR; origin++)
			print_number(s->alloc[order][type][fill][origin], out);
		print_number(s->free[order][type][fill], out);
	}
	(void)fputc('\n', out);
}

void mm_states_print(const struct mm_states *s, FILE *out)
{
	unsigned int order;
	int fill;
	int type;

	(void)fprintf(out, "%-15s", "");
	for (type = 0; type < MM_STATES_TYPES; type++)
		(void)fprintf(out, " | %-24s", type_names[type]);
	(void)fprintf(out, "\norder  %-8s", "lists");
	for (type = 0; type < MM_STATES_TYPES; type++)
		(void)fprintf(out, " |  own stol claim fail free");
	(void)fputc('\n', out);
	for (order = 0; order < MM_STATES_ORDERS; order++) {
		for (fill = 0; fill < MM_FILL_NR; fill++) {
			if (mm_states_possible(order, (enum mm_fill)fill))
				print_row(s, order, (enum mm_fill)fill, out);
		}
	}
}
