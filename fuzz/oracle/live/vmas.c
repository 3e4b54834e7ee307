/* SPDX-License-Identifier: MIT */
/*
 * vmas: what is mapped in the window, as the kernel says it and as the reference has it.
 */
#include "mm/rng.h"
#include "mm/vma.h"

#include "fuzz/oracle/live/live.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Kernel: struct procmap_query (include/uapi/linux/fs.h, from 6.11). */
struct procmap_query {
	uint64_t size;
	uint64_t query_flags;
	uint64_t query_addr;
	uint64_t vma_start;
	uint64_t vma_end;
	uint64_t vma_flags;
	uint64_t vma_page_size;
	uint64_t vma_offset;
	uint64_t inode;
	uint32_t dev_major;
	uint32_t dev_minor;
	uint32_t vma_name_size;
	uint32_t build_id_size;
	uint64_t vma_name_addr;
	uint64_t build_id_addr;
};

#define PROCMAP_QUERY_NR     _IOWR('f', 17, struct procmap_query)
#define COVERING_OR_NEXT_VMA 0x10
#define QUERY_RIGHTS         0xf /* readable, writable, executable, shared: as VM_... */
#define PROC_TEXT_MAX        ((size_t)1 << 20)

/* ---- the kernel's ---- */

static int list_by_query(const struct mm_live_subject *s, struct mm_live_list *l)
{
	uint64_t addr = MM_LIVE_BASE;

	while (addr < MM_LIVE_END && l->nr < MM_LIVE_VMAS_MAX) {
		struct procmap_query q = {
			.size = sizeof(q), .query_flags = COVERING_OR_NEXT_VMA, .query_addr = addr};

		if (ioctl(s->maps, PROCMAP_QUERY_NR, &q))
			return -MM_EIO;
		if (q.vma_start >= MM_LIVE_END)
			break;
		l->v[l->nr++] = (struct mm_live_vma){q.vma_start, q.vma_end,
						     q.vma_flags & QUERY_RIGHTS, q.vma_offset, 0};
		addr = q.vma_end;
	}
	return 0;
}

/* All of a file of /proc that is small enough; NULL. */
static char *read_all(int fd)
{
	static char text[PROC_TEXT_MAX];
	size_t at = 0;
	ssize_t got;

	if (lseek(fd, 0, SEEK_SET))
		return NULL;
	while ((got = read(fd, text + at, sizeof(text) - at - 1)) > 0)
		at += (size_t)got;
	text[at] = '\0';
	return got < 0 ? NULL : text;
}

/* The number in hexadecimal digits at *at, which goes on behind it. */
static uint64_t take_hex(const char **at)
{
	uint64_t value = 0;

	for (;; (*at)++) {
		unsigned int digit = (unsigned char)**at;

		if (digit - '0' <= 9)
			value = value << 4 | (digit - '0');
		else if (digit - 'a' <= 5)
			value = value << 4 | (digit - 'a' + 10);
		else
			return value;
	}
}

/* "100000000000-100000001000 rw-p 00000000 ..." */
static bool parse_line(const char *at, struct mm_live_vma *v)
{
	*v = (struct mm_live_vma){0};
	v->start = take_hex(&at);
	if (*at != '-')
		return false;
	at++;
	v->end = take_hex(&at);
	if (*at != ' ' || strnlen(at, 6) < 6)
		return false;
	v->rights = (at[1] == 'r' ? MM_VM_READ : 0) | (at[2] == 'w' ? MM_VM_WRITE : 0) |
		    (at[3] == 'x' ? MM_VM_EXEC : 0) | (at[4] == 's' ? MM_VM_SHARED : 0);
	at += 6;
	v->offset = take_hex(&at);
	return true;
}

static uint64_t parse_flags(const char *at)
{
	static const struct {
		char name[3];
		uint64_t bit;
	} flags[] = {
		{"rd", MM_VM_READ},       {"wr", MM_VM_WRITE},    {"ex", MM_VM_EXEC},
		{"sh", MM_VM_SHARED},     {"mr", MM_VM_MAYREAD},  {"mw", MM_VM_MAYWRITE},
		{"me", MM_VM_MAYEXEC},    {"ms", MM_VM_MAYSHARE}, {"gd", MM_VM_GROWSDOWN},
		{"lo", MM_VM_LOCKED},     {"ac", MM_VM_ACCOUNT},  {"nr", MM_VM_NORESERVE},
		{"nh", MM_VM_NOHUGEPAGE},
	};
	uint64_t value = 0;
	size_t i;

	for (;;) {
		while (*at == ' ')
			at++;
		if (*at == '\n' || !*at || !at[1])
			return value;
		for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
			if (at[0] == flags[i].name[0] && at[1] == flags[i].name[1])
				value |= flags[i].bit;
		}
		at += 2;
	}
}

/* A line of maps or smaps.  False: the window ends before it. */
static bool take_line(const char *line, struct mm_live_list *l, bool *inside)
{
	struct mm_live_vma v;

	if (*line == 'V' && *inside && strncmp(line, "VmFlags:", 8) == 0) {
		l->v[l->nr - 1].flags = parse_flags(line + 8);
		return true;
	}
	/* names of other lines begin with a capital letter */
	if ((*line >= 'A' && *line <= 'Z') || !parse_line(line, &v))
		return true;
	*inside = v.start < MM_LIVE_END && v.end > MM_LIVE_BASE && l->nr < MM_LIVE_VMAS_MAX;
	if (*inside)
		l->v[l->nr++] = v;
	return v.start < MM_LIVE_END;
}

/* maps or smaps, up to the end of the window; those of the latter carry flags. */
static int list_by_text(int fd, struct mm_live_list *l)
{
	char text[8192];
	bool inside = false;
	off_t at = 0;

	for (;;) {
		ssize_t got = pread(fd, text, sizeof(text) - 1, at);
		const char *line = text;
		const char *end;

		if (got < 0)
			return -MM_EIO;
		text[got] = '\0';
		for (end = strchr(line, '\n'); end; end = strchr(line, '\n')) {
			if (!take_line(line, l, &inside))
				return 0;
			line = end + 1;
		}
		if (line == text)
			return got ? -MM_EIO : 0;
		at += line - text;
	}
}

int mm_live_list_kernel(struct mm_live_subject *s, struct mm_live_list *l, bool flags)
{
	l->nr = 0;
	l->has_flags = flags;
	if (flags)
		return list_by_text(s->smaps, l);
	return s->procmap ? list_by_query(s, l) : list_by_text(s->maps, l);
}

static uint64_t pages_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, 10) / (MM_PAGE_SIZE / 1024) : 0;
}

int mm_live_totals(struct mm_live_subject *s, struct mm_live_totals *t)
{
	const char *text = read_all(s->status);

	if (!text)
		return -MM_EIO;
	t->total = pages_of(text, "VmSize:") - s->base.total;
	t->data = pages_of(text, "VmData:") - s->base.data;
	t->stack = pages_of(text, "VmStk:") - s->base.stack;
	t->locked = pages_of(text, "VmLck:") - s->base.locked;
	return 0;
}

/* ---- the reference's ---- */

void mm_live_list_ref(struct mm_live_list *l, const struct mm_struct *mm)
{
	const struct vm_area_struct *vma;

	l->nr = 0;
	l->has_flags = true;
	for (vma = mm_aspace_find_in(mm, MM_LIVE_BASE, MM_LIVE_END);
	     vma && vma->vm_start < MM_LIVE_END && l->nr < MM_LIVE_VMAS_MAX;
	     vma = mm_aspace_next(mm, vma)) {
		uint64_t rights = vma->vm_flags & MM_VM_ACCESS;

		if (vma->vm_flags & MM_VM_MAYSHARE)
			rights |= MM_VM_SHARED;
		l->v[l->nr++] = (struct mm_live_vma){
			vma->vm_start, vma->vm_end, rights,
			vma->vm_file ? vma->vm_pgoff << MM_PAGE_SHIFT : 0, vma->vm_flags};
	}
}

/* ---- both ---- */

bool mm_live_list_equal(const struct mm_live_list *a, const struct mm_live_list *b)
{
	bool flags = a->has_flags && b->has_flags;
	unsigned int i;

	if (a->nr != b->nr)
		return false;
	for (i = 0; i < a->nr; i++) {
		const struct mm_live_vma *v = &a->v[i];
		const struct mm_live_vma *w = &b->v[i];

		if (v->start != w->start || v->end != w->end || v->rights != w->rights ||
		    v->offset != w->offset || (flags && v->flags != w->flags))
			return false;
	}
	return true;
}

uint64_t mm_live_list_hash(const struct mm_live_list *l)
{
	uint64_t h = l->nr;
	unsigned int i;

	for (i = 0; i < l->nr; i++) {
		h = mm_hash64_step(h, l->v[i].start);
		h = mm_hash64_step(h, l->v[i].end);
		h = mm_hash64_step(h, l->v[i].rights);
		h = mm_hash64_step(h, l->v[i].offset);
	}
	return mm_hash64(h);
}

void mm_live_list_line(const struct mm_live_list *l, unsigned int i, char *buf, size_t len)
{
	const struct mm_live_vma *v = &l->v[i];
	size_t at;

	buf[0] = '\0';
	if (i >= l->nr)
		return;
	at = (size_t)snprintf(buf, len, "%3d..%-3d %c%c%c%c 0x%" PRIx64,
			      (int)((int64_t)(v->start - MM_LIVE_BASE) >> MM_PAGE_SHIFT),
			      (int)((int64_t)(v->end - MM_LIVE_BASE) >> MM_PAGE_SHIFT) - 1,
			      v->rights & MM_VM_READ ? 'r' : '-',
			      v->rights & MM_VM_WRITE ? 'w' : '-',
			      v->rights & MM_VM_EXEC ? 'x' : '-',
			      v->rights & MM_VM_SHARED ? 's' : 'p', v->offset);
	if (l->has_flags && at < len)
		(void)snprintf(buf + at, len - at, " %" PRIx64, v->flags);
}
