/* SPDX-License-Identifier: MIT */
/*
 * probe: what the running kernel does, found out by doing it.  Releases say little: rules
 * are carried to others, and some kernels are not Linux.
 */
#include "mm/rng.h"

#include "fuzz/oracle/live/live.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define CAP_BIT_SYS_RAWIO 17

/* Kernel: FSOPEN_CLOEXEC, FSCONFIG_CMD_CREATE, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOEXEC. */
#define FSOPEN_CLOEXEC_BIT  1
#define FSCONFIG_CREATE_CMD 6
#define FSMOUNT_CLOEXEC_BIT 1
#define MOUNT_NOEXEC_BIT    8

#define PLACE (MM_LIVE_BASE + 16 * MM_PAGE_SIZE) /* where it is tried */

/* ---- files ---- */

/* First line of a file without its end; "" when it cannot be read. */
static const char *first_line(const char *path, char *buf, size_t len)
{
	FILE *f = fopen(path, "r");

	buf[0] = '\0';
	if (!f)
		return buf;
	if (!fgets(buf, (int)len, f))
		buf[0] = '\0';
	(void)fclose(f);
	buf[strcspn(buf, "\n")] = '\0';
	return buf;
}

static bool read_number(const char *path, uint64_t *value)
{
	char line[64];
	char *end;

	(void)first_line(path, line, sizeof(line));
	*value = strtoull(line, &end, 10);
	return end != line;
}

static bool cpu_has(const char *flag)
{
	char line[8192];
	FILE *f = fopen("/proc/cpuinfo", "r");
	const char *at = NULL;
	size_t len = strlen(flag);

	while (f && !at && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "flags", 5) != 0)
			continue;
		for (at = strstr(line, flag); at; at = strstr(at + 1, flag)) {
			if (at[-1] == ' ' && (at[len] == ' ' || at[len] == '\n'))
				break;
		}
		break;
	}
	if (f)
		(void)fclose(f);
	return at != NULL;
}

/* A value that only the boot line has. */
static uint64_t boot_number(const char *name, uint64_t otherwise)
{
	char line[4096];
	const char *at = strstr(first_line("/proc/cmdline", line, sizeof(line)), name);

	return at ? strtoull(at + strlen(name), NULL, 10) : otherwise;
}

static uint64_t permitted_caps(void)
{
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");
	uint64_t caps = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "CapPrm:", 7) == 0)
			caps = strtoull(line + 7, NULL, 16);
	}
	if (f)
		(void)fclose(f);
	return caps;
}

static void find_sandbox(char *buf, size_t len)
{
	char line[512];

	buf[0] = '\0';
	if (strstr(first_line("/proc/version", line, sizeof(line)), "gVisor"))
		(void)snprintf(buf, len, "gVisor");
	else if (access("/.dockerenv", F_OK) == 0)
		(void)snprintf(buf, len, "a Docker container");
	else if (access("/run/.containerenv", F_OK) == 0)
		(void)snprintf(buf, len, "a Podman container");
}

/* A mount of our own that nobody else sees; -1: not allowed. */
static int mount_noexec(void)
{
#if defined(SYS_fsopen) && defined(SYS_fsmount)
	int fs = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC_BIT);
	int fd = -1;

	if (fs < 0)
		return -1;
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CREATE_CMD, NULL, NULL, 0) == 0)
		fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC_BIT, MOUNT_NOEXEC_BIT);
	(void)close(fs);
	return fd;
#else
	return -1;
#endif
}

static void find_noexec(char *buf, size_t len)
{
	static const char *const folders[] = {"/dev/shm", "/run",      "/tmp",
					      "/var/tmp", "/run/lock", NULL};
	struct statvfs v;
	int i;

	buf[0] = '\0';
	for (i = 0; folders[i]; i++) {
		int fd;

		if (statvfs(folders[i], &v) || !(v.f_flag & ST_NOEXEC))
			continue;
		fd = open(folders[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		if (fd < 0)
			continue;
		(void)close(fd);
		(void)snprintf(buf, len, "%s", folders[i]);
		return;
	}
	i = mount_noexec();
	if (i >= 0)
		(void)snprintf(buf, len, "/proc/self/fd/%d", i);
}

/* mmref-subject beside this program. */
static int find_subject(struct mm_live_host *h, struct mm_error *e)
{
	ssize_t n = readlink("/proc/self/exe", h->subject, sizeof(h->subject) - 32);
	char *slash;

	h->subject[n > 0 ? n : 0] = '\0';
	slash = strrchr(h->subject, '/');
	if (slash)
		(void)snprintf(slash + 1, 16, "mmref-subject");
	if (slash && access(h->subject, X_OK) == 0)
		return 0;
	e->file = "mmref-subject";
	return mm_error_set(e, -MM_ENODEV, 0, 0, "is not beside mmref: it is built on x86-64 only");
}

/* ---- settings that must stay ---- */

static uint64_t hash_file(const char *path, uint64_t h)
{
	char line[256];
	const char *c = first_line(path, line, sizeof(line));

	for (; *c; c++)
		h = mm_hash64_step(h, (uint64_t)(unsigned char)*c);
	return mm_hash64_step(h, 1);
}

uint64_t mm_live_settings(void)
{
	static const char *const names[] = {
		"vm/admin_reserve_kbytes", "vm/legacy_va_layout",       "vm/max_map_count",
		"vm/mmap_min_addr",        "vm/overcommit_kbytes",      "vm/overcommit_memory",
		"vm/overcommit_ratio",     "vm/user_reserve_kbytes",    "vm/memfd_noexec",
		"vm/nr_hugepages",         "kernel/randomize_va_space", NULL};
	char path[96];
	uint64_t h = 0;
	int i;

	for (i = 0; names[i]; i++) {
		(void)snprintf(path, sizeof(path), "/proc/sys/%s", names[i]);
		h = hash_file(path, h);
	}
	h = hash_file("/sys/kernel/mm/transparent_hugepage/enabled", h);
	return mm_hash64(hash_file("/sys/kernel/mm/transparent_hugepage/shmem_enabled", h));
}

/* ---- trying ---- */

static int64_t map(struct mm_live_subject *s, unsigned int page, int prot, int flags)
{
	const uint64_t args[6] = {PLACE + page * MM_PAGE_SIZE,
				  MM_PAGE_SIZE,
				  (uint64_t)prot,
				  (uint64_t)(MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | flags),
				  UINT64_MAX,
				  0};

	return mm_live_call(s, SYS_mmap, args);
}

static void protect(struct mm_live_subject *s, unsigned int page, int prot)
{
	const uint64_t args[6] = {
		PLACE + page * MM_PAGE_SIZE, MM_PAGE_SIZE, (uint64_t)prot, 0, 0, 0};

	(void)mm_live_call(s, SYS_mprotect, args);
}

static void clear(struct mm_live_subject *s)
{
	const uint64_t args[6] = {PLACE, 16 * MM_PAGE_SIZE, 0, 0, 0, 0};

	(void)mm_live_call(s, SYS_munmap, args);
}

/* Memory that was only read and becomes read-only keeps its promise where reading
 * prepared an anon_vma. */
static int try_read_prepares(struct mm_live_subject *s, struct mm_live_host *h)
{
	struct mm_live_list l = {.nr = 0};

	(void)map(s, 0, PROT_READ | PROT_WRITE, 0);
	mm_live_touch(s, PLACE, 0);
	protect(s, 0, PROT_READ);
	if (mm_live_list_kernel(s, &l, true) || l.nr != 1)
		return -MM_EIO;
	h->read_prepares = (l.v[0].flags & MM_VM_ACCOUNT) != 0;
	clear(s);
	return 0;
}

/* Memory that was written to joins what was not, before it. */
static int try_merge_unfaulted(struct mm_live_subject *s, struct mm_live_host *h)
{
	struct mm_live_list l = {.nr = 0};

	(void)map(s, 0, PROT_READ, MAP_NORESERVE);
	(void)map(s, 1, PROT_READ | PROT_WRITE, MAP_NORESERVE);
	mm_live_touch(s, PLACE + MM_PAGE_SIZE, 1);
	protect(s, 1, PROT_READ);
	if (mm_live_list_kernel(s, &l, false) || !l.nr || l.nr > 2)
		return -MM_EIO;
	h->merge_unfaulted = l.nr == 1;
	clear(s);
	return 0;
}

/* PROCMAP_QUERY must say what maps does. */
static int try_procmap(struct mm_live_subject *s, struct mm_live_host *h)
{
	struct mm_live_list by_query = {.nr = 0};
	struct mm_live_list by_text = {.nr = 0};

	(void)map(s, 0, PROT_READ | PROT_WRITE, 0);
	(void)map(s, 2, PROT_EXEC | PROT_READ, 0);
	s->procmap = false;
	if (mm_live_list_kernel(s, &by_text, false) || by_text.nr != 2)
		return -MM_EIO;
	s->procmap = true;
	h->procmap = !mm_live_list_kernel(s, &by_query, false) &&
		     mm_live_list_equal(&by_query, &by_text);
	s->procmap = h->procmap;
	clear(s);
	return 0;
}

static int try_all(struct mm_live_subject *s, struct mm_live_host *h)
{
	const uint64_t zero[6] = {0};
	struct mm_live_list l = {.nr = 0};

	h->heap = mm_live_call(s, SYS_brk, zero) == (int64_t)MM_LIVE_HEAP;
	if (mm_live_list_kernel(s, &l, false) || l.nr || try_procmap(s, h) ||
	    try_read_prepares(s, h) || try_merge_unfaulted(s, h))
		return -MM_EIO;
	return s->lost ? -MM_EIO : 0;
}

/* ---- all of it ---- */

static int read_settings(struct mm_live_host *h, struct mm_error *e)
{
	uint64_t legacy = 0;

	e->file = "/proc/sys/vm";
	if (!read_number("/proc/sys/vm/mmap_min_addr", &h->mmap_min_addr) ||
	    !read_number("/proc/sys/vm/max_map_count", &h->max_map_count) ||
	    !read_number("/proc/sys/vm/overcommit_memory", &h->overcommit))
		return mm_error_set(e, -MM_ENODEV, 0, 0, "cannot be read: what are the limits?");
	if (h->overcommit == 2)
		return mm_error_set(e, -MM_ENODEV, 0, 0,
				    "overcommit_memory=2: what others were promised decides");
	h->bottom_up = read_number("/proc/sys/vm/legacy_va_layout", &legacy) && legacy;
	h->stack_guard_gap = boot_number("stack_guard_gap=", 256);
	h->permitted = permitted_caps();
	/* who may map what lies lowest, gets it filled */
	h->low = h->permitted >> CAP_BIT_SYS_RAWIO & 1 ? MM_PAGE_SIZE : h->mmap_min_addr;
	if (h->low < MM_PAGE_SIZE)
		h->low = MM_PAGE_SIZE;
	h->pkeys = cpu_has("ospke");
	h->wide = cpu_has("la57");
	return 0;
}

int mm_live_probe(struct mm_live_host *h, struct mm_error *e)
{
	struct mm_live_subject s;
	struct utsname u;
	int err;

	memset(h, 0, sizeof(*h));
	if (uname(&u) == 0)
		(void)snprintf(h->kernel, sizeof(h->kernel), "%s %.60s %.70s", u.sysname, u.release,
			       u.version);
	find_sandbox(h->sandbox, sizeof(h->sandbox));
	e->file = NULL;
	if (sysconf(_SC_PAGESIZE) != MM_PAGE_SIZE)
		return mm_error_set(e, -MM_ENODEV, 0, 0, "pages of 4096 bytes only");
	err = find_subject(h, e);
	if (!err)
		err = read_settings(h, e);
	if (err)
		return err;
	find_noexec(h->noexec, sizeof(h->noexec));
	err = mm_live_start(&s, h, e);
	if (err)
		return err;
	if (try_all(&s, h)) {
		e->file = h->sandbox[0] ? h->sandbox : h->kernel;
		err = mm_error_set(e, -MM_ENODEV, 0, 0, "mappings are not shown, or not as made");
	}
	mm_live_stop(&s);
	return err;
}

static const char *yes(bool v)
{
	return v ? "yes" : "no";
}

void mm_live_host_print(const struct mm_live_host *h, FILE *out)
{
	(void)fprintf(out, "kernel: %s%s%s\n", h->kernel, h->sandbox[0] ? ", in " : "", h->sandbox);
	(void)fprintf(out, "%-44s %s\n", "PROCMAP_QUERY (else /proc/PID/maps)", yes(h->procmap));
	(void)fprintf(out, "%-44s %s\n", "read_prepares: reading prepares an anon_vma",
		      yes(h->read_prepares));
	(void)fprintf(out, "%-44s %s\n", "merge_unfaulted: joins what was never touched",
		      yes(h->merge_unfaulted));
	(void)fprintf(out, "%-44s %s\n", "heaps begin in the window", yes(h->heap));
	(void)fprintf(out, "%-44s %s\n", "protection keys", yes(h->pkeys));
	(void)fprintf(out, "%-44s %s\n", "addresses beyond 47 bits", yes(h->wide));
	(void)fprintf(out, "%-44s %s\n", "a mount without execution",
		      h->noexec[0] ? h->noexec : "none");
	(void)fprintf(out, "%-44s 0x%" PRIx64 "\n", "capabilities", h->permitted);
	(void)fprintf(out,
		      "mmap_min_addr %" PRIu64 ", stack_guard_gap %" PRIu64
		      " pages, max_map_count %" PRIu64 ", overcommit_memory %" PRIu64
		      ", legacy_va_layout %s\n",
		      h->mmap_min_addr, h->stack_guard_gap, h->max_map_count, h->overcommit,
		      h->bottom_up ? "on" : "off");
	(void)fprintf(out, "kernel=host: kernel=%s read_prepares=%s\n",
		      h->merge_unfaulted ? "6.18" : "6.12", h->read_prepares ? "on" : "off");
}

void mm_live_machine(const struct mm_live_host *h, char *buf, size_t len)
{
	(void)snprintf(buf, len,
		       "ram=64M procs=%d vmas=4096 files=4096 task_size=0x%" PRIx64
		       " mmap_base=0x%" PRIx64 " start_brk=0x%" PRIx64 " mmap_min_addr=%" PRIu64
		       " stack_guard_gap=%" PRIu64 " max_map_count=%" PRIu64
		       " overcommit_memory=%" PRIu64 "%s kernel=%s read_prepares=%s",
		       MM_LIVE_PROCS, MM_LIVE_TASK_SIZE,
		       h->bottom_up ? (uint64_t)0x2aaaaaaab000 : (uint64_t)0x7ffff7fff000,
		       (uint64_t)MM_LIVE_HEAP, h->mmap_min_addr, h->stack_guard_gap,
		       h->max_map_count, h->overcommit, h->bottom_up ? " legacy_va_layout=on" : "",
		       h->merge_unfaulted ? "6.18" : "6.12", h->read_prepares ? "on" : "off");
}

void mm_live_switches(const struct mm_live_host *h, struct mm_machine *m)
{
	m->desc.read_prepares = h->read_prepares;
	m->desc.merge_unfaulted = h->merge_unfaulted;
}
