/* SPDX-License-Identifier: MIT */
/*
 * doctor_kernel: privileges, and what the running kernel shows of itself.  The
 * sources of recordings and of comparisons with a real kernel.
 */
#include "fuzz/command/doctor.h"

#include <stddef.h>

#define TRACEFS                                                                                    \
	"t=; for d in /sys/kernel/tracing /sys/kernel/debug/tracing; do "                          \
	"if [ -z \"$t\" ] && [ -d $d/events ]; then t=$d; fi; done; "                              \
	"[ -n \"$t\" ] || { echo 'not mounted, or not readable'; exit 1; }; "

#define READABLE(file)                                                                             \
	"if ! [ -e " file " ]; then echo 'no " file "'; exit 1; fi; "                              \
	"if head -c 1 " file " 2>/dev/null | grep -q .; then echo readable; else "                 \
	"echo 'not readable by this user, or empty'; exit 1; fi"

const struct complaint doctor_kernel[] = {
	{"root", "mmref oracle zoneinfo --sweep, recording, pagetypeinfo",
	 "u=$(id -u); echo \"user $u\"; [ \"$u\" = 0 ]", "sudo mmref ..."},
	{"cap_sys_admin", "tracefs, mounting, /proc/kpageflags",
	 "c=$(sed -n 's/^CapEff:[^0-9a-f]*//p' /proc/self/status 2>/dev/null); "
	 "[ -n \"$c\" ] || { echo 'no /proc/self/status'; exit 1; }; echo \"CapEff $c\"; "
	 "[ $((0x$c >> 21 & 1)) = 1 ]",
	 "sudo, or start the container with --cap-add SYS_ADMIN"},
	{"zoneinfo", "mmref oracle zoneinfo", READABLE("/proc/zoneinfo"),
	 "mount -t proc proc /proc (a sandbox may hide it)"},
	{"sysctl-readable", "mmref oracle zoneinfo",
	 "for n in min_free_kbytes watermark_scale_factor lowmem_reserve_ratio "
	 "percpu_pagelist_high_fraction; do cat /proc/sys/vm/$n >/dev/null 2>&1 || "
	 "{ echo \"no vm.$n\"; exit 1; }; done; echo 'all four'",
	 "a kernel from 5.14 on"},
	{"sysctl-writable", "mmref oracle zoneinfo --sweep",
	 /* opening for appending writes nothing */
	 "if (: >>/proc/sys/vm/min_free_kbytes) 2>/dev/null; then echo writable; else "
	 "echo 'read-only, or not root'; exit 1; fi",
	 "sudo; in a container: mount -o remount,rw /proc/sys"},
	{"pagetypeinfo", "comparing free lists by type", READABLE("/proc/pagetypeinfo"),
	 "sudo (only root reads it)"},
	{"tracefs", "recordings for mmref import", TRACEFS "echo \"$t\"",
	 "mount -t tracefs tracefs /sys/kernel/tracing"},
	{"kmem-events", "recordings for mmref import",
	 TRACEFS "n=0; for e in \"$t\"/events/kmem/mm_page_*; do if [ -d \"$e\" ]; then "
		 "n=$((n + 1)); fi; done; echo \"$n events of pages\"; [ $n -gt 0 ]",
	 "as root: mount -t tracefs tracefs /sys/kernel/tracing (needs CONFIG_FTRACE)"},
	{"record", "mmref record: page events (root), memory system calls (strace)",
	 "e=; if [ \"$(id -u)\" = 0 ] && grep -qw tracefs /proc/filesystems 2>/dev/null; then "
	 "e=events; fi; s=; if command -v strace >/dev/null; then s=strace; fi; "
	 "[ -n \"$e$s\" ] || { echo 'neither events nor strace'; exit 1; }; "
	 "echo \"${e:-no events}, ${s:-no strace}\"; [ -n \"$e\" ] && [ -n \"$s\" ] || exit 2",
	 "sudo mmref record ...; apt-get install strace"},
	{"thp", "recordings with huge pages",
	 "f=/sys/kernel/mm/transparent_hugepage/enabled; cat $f 2>/dev/null || "
	 "{ echo none; exit 1; }; if grep -q '\\[never\\]' $f; then exit 2; fi",
	 "echo madvise >/sys/kernel/mm/transparent_hugepage/enabled"},
	{"damon", "quiet recordings: without a scheme that reclaims behind one's back",
	 "d=/sys/kernel/mm/damon/admin/kdamonds; "
	 "[ -d $d ] || { echo 'not configured: nothing disturbs'; exit 0; }; "
	 "for s in $d/*/state; do if [ -e \"$s\" ] && [ \"$(cat \"$s\")\" = on ]; then "
	 "echo \"at work: $s\"; exit 2; fi; done; "
	 "if [ \"$(cat /sys/module/damon_reclaim/parameters/enabled 2>/dev/null)\" = Y ]; then "
	 "echo 'damon_reclaim is at work'; exit 2; fi; echo 'configured, at rest'",
	 "echo off >/sys/kernel/mm/damon/admin/kdamonds/0/state"},
	{"lockdown", "debugfs: extfrag and unusable index of a real kernel",
	 "f=/sys/kernel/security/lockdown; "
	 "if ! [ -r $f ]; then echo 'no lockdown file: not in force, or not to be told'; exit 0; fi; "
	 "cat $f; grep -q '\\[none\\]' $f || exit 2",
	 "boot with lockdown=none"},
	{"core_pattern", "preset afl: crashes are seen at once",
	 "p=$(cat /proc/sys/kernel/core_pattern 2>/dev/null); echo \"$p\"; "
	 "case $p in '|'*) exit 2 ;; esac",
	 "echo core >/proc/sys/kernel/core_pattern, or AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1"},
	{NULL, NULL, NULL, NULL},
};
