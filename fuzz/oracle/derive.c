/* SPDX-License-Identifier: MIT */
/*
 * derive: settings that explain the marks.  Each candidate is put through the
 * formula, and the one that fits most zones is taken; if a zone then still
 * differs, no setting could have made its mark.
 *
 * The sum of the low zones' min marks is min_free_kbytes / 4, less what each
 * zone's division dropped: at most one page per zone.
 */
#include "fuzz/oracle/oracle.h"

/* As a kernel boots. */
#define SCALE_DEFAULT 10
#define SCALE_MAX     3000

/* Low zones whose mark is the formula's. */
static unsigned int fits(const struct mm_oracle_input *in, enum mm_proc_pages mark)
{
	const struct mm_proc_zoneinfo *v = &in->zoneinfo.u.zoneinfo;
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < v->nr_zones; i++) {
		struct mm_oracle_marks m;

		if (!mm_oracle_is_lowmem(&v->zone[i]))
			continue;
		m = mm_oracle_marks_of(in, i);
		n += m.wmark[mark - MM_PROC_MIN] == mm_oracle_kernel_mark(&v->zone[i], mark);
	}
	return n;
}

static void derive_min_free(struct mm_oracle_input *in)
{
	struct mm_oracle_setting *s = &in->settings.s[MM_ORACLE_MIN_FREE_KBYTES];
	const struct mm_proc_zoneinfo *v = &in->zoneinfo.u.zoneinfo;
	unsigned int most = 0;
	uint64_t pages = 0;
	uint64_t best = 0;
	size_t i;

	for (i = 0; i < v->nr_zones; i++) {
		if (mm_oracle_is_lowmem(&v->zone[i]))
			pages += mm_oracle_kernel_mark(&v->zone[i], MM_PROC_MIN);
	}
	s->nr = 1;
	s->derived = true;
	for (i = 0; i <= v->nr_zones; i++) {
		unsigned int n;

		s->v[0] = (pages + i) * 4;
		n = fits(in, MM_PROC_MIN);
		if (n > most || i == 0) {
			most = n;
			best = s->v[0];
		}
	}
	s->v[0] = best;
}

static void derive_scale(struct mm_oracle_input *in)
{
	struct mm_oracle_setting *s = &in->settings.s[MM_ORACLE_WATERMARK_SCALE_FACTOR];
	unsigned int most;
	uint64_t best = SCALE_DEFAULT;
	uint64_t k;

	s->nr = 1;
	s->derived = true;
	s->v[0] = best;
	most = fits(in, MM_PROC_LOW);
	for (k = 1; k <= SCALE_MAX; k++) {
		unsigned int n;

		s->v[0] = k;
		n = fits(in, MM_PROC_LOW);
		if (n > most) {
			most = n;
			best = k;
		}
	}
	s->v[0] = best;
}

void mm_oracle_derive(struct mm_oracle_input *in)
{
	if (!in->settings.s[MM_ORACLE_MIN_FREE_KBYTES].nr)
		derive_min_free(in);
	if (!in->settings.s[MM_ORACLE_WATERMARK_SCALE_FACTOR].nr)
		derive_scale(in);
}
