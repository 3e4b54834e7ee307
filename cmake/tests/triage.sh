#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# triage.sh WORK COMPILER [N]: twenty faults are planted in a copy of the tree, each is
# met by N (forty) different inputs, and `mmref triage` has to make twenty buckets of
# N of them.
#
#     copy of the tree, faults in operations and modules --> build, ASan + UBSan
#     N inputs a fault: random operations | what triggers it | random operations
#         as libFuzzer, AFL++, mmref and people leave them
#     harmless ones, empty ones, a megabyte of random bytes
#            |  mmref triage
#            v
#     20 buckets of N, none mixed, nothing lost; traces of at most three operations,
#     which give the same buckets once more; the same report for the same folder
set -eu
if [ $# -lt 2 ] || [ $# -gt 3 ]; then
	echo "usage: triage.sh WORK COMPILER [N]" >&2
	exit 2
fi
mkdir -p "$1"
work=$(cd "$1" && pwd -P)
compiler=$2
tree=$work/tree
mmref=$work/build/mmref
inputs=${3:-40}
failed=0
export GIT_CEILING_DIRECTORIES=$work

wrong() {
	printf 'wrong: %s\n' "$*"
	failed=1
}

say_log() {
	tail -n 20 "$work/log"
	exit 1
}

# shellcheck source=fuzz/command/planted.sh
. fuzz/command/planted.sh

# ---- the tree -----------------------------------------------------------------

# before FILE FUNCTION CALL: text from standard input before the function, and CALL
# first of all in it.
before() {
	cat >"$work/planted"
	awk -v "name=$2(" -v "call=$3" -v "text=$work/planted" '
		index($0, name) && /^[a-z].*[^;]$/ && !done {
			while ((getline line < text) > 0) print line
			inside = done = 1
		}
		{ print }
		inside && /^{/ { print "\t" call; inside = 0 }
		END { exit !done }' "$tree/$1" >"$work/planted.c" || wrong "$1 has no $2"
	cp "$work/planted.c" "$tree/$1"
}

plant() {
	before fuzz/sim/ram_ops.c op_poke 'planted_poke(r, op->arg[2]);' <<'END'
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
void planted_claim(struct mm_run *r, int which);
#define PLANTED __attribute__((noinline)) static

PLANTED int planted_deep(volatile int *depth)
{
	volatile int room[64];

	room[*depth % 64] = ++*depth;
	return planted_deep(depth) + room[*depth % 64];
}

PLANTED void planted_heap(size_t at, int gone)
{
	volatile char *volatile bytes = malloc(8);

	if (gone)
		free((void *)bytes);
	bytes[at] = 1;
	if (!gone)
		free((void *)bytes);
}

PLANTED void planted_poke(struct mm_run *r, uint64_t value)
{
	volatile int depth = 0;

	if (value == 201)
		planted_claim(r, 1);
	if (value == 207)
		*(volatile int *)(uintptr_t)(value - 199) = 1;
	if (value == 211)
		planted_heap(8 + value - 211, 0);
	if (value == 212)
		planted_heap(value - 212, 1);
	if (value == 217)
		planted_deep(&depth);
	if (value == 220 && !unlink("third"))
		abort();
	if (value == 220 && rename("second", "third"))
		fclose(fopen("second", "w"));
	if (value == 218)
		kill(getpid(), SIGKILL);
}
END
	before fuzz/sim/ram_ops.c op_peek 'planted_peek(op->arg[1]);' <"$work/planted_peek"
	before ref/sim/ram.c mm_ram_write 'planted_write(value);' <<'END'
__attribute__((noinline)) static void planted_write(unsigned int value)
{
	if (value == 208)
		*(volatile int *)(uintptr_t)(value - 200) = 1;
}
END
	before fuzz/sim/clock_ops.c op_tick 'planted_tick(r, op->arg[0]);' <<'END'
void planted_claim(struct mm_run *r, int which);

__attribute__((noinline)) static void planted_tick(struct mm_run *r, uint64_t n)
{
	static const int table[4];
	volatile uint64_t at = n;
	volatile int sum = 0;

	if (n == 702)
		planted_claim(r, 2);
	if (n == 710)
		sum += table[at];
	for (; n == 715;)
		sum = 1;
}
END
	before fuzz/phys/page_alloc_ops.c op_set_mapping \
		'planted_mapping(r, mm_run_handle(r, op->arg[0]), op->arg[1]);' <<'END'
#include <stdlib.h>
void planted_claim(struct mm_run *r, int which);

void planted_claim(struct mm_run *r, int which)
{
	struct mm_machine *m = mm_run_machine(r);
	struct zone *z = &m->zones[MM_ZONE_NORMAL];

	if (which == 1)
		z->free_area[0].nr_free++;
	if (which == 2) {
		z->vm_stat[MM_NR_FREE_PAGES]++;
		m->vm_stat[MM_NR_FREE_PAGES]++;
	}
	if (which == 5) {
		m->memmap[9].private_data ^= 1;
		mm_page_touch(mm_run_ctx(r, 0), &m->memmap[9]);
		return;
	}
	mm_touch(mm_run_ctx(r, 0), MM_OBJ_ZONE, MM_ZONE_NORMAL);
}

__attribute__((noinline)) static void planted_mapping(struct mm_run *r, const struct mm_handle *h,
						      uint64_t value)
{
	struct page *page = &mm_run_machine(r)->memmap[h->value];

	MM_PRE(value != 713);
	if (value == 719)
		exit(0);
	if (value == 703) {
		page->refcount += 5;
		mm_page_touch(mm_run_ctx(r, 0), page);
	}
}
END
	before fuzz/phys/page_alloc_ops.c op_set_private 'planted_private(r, op->arg[2]);' <<'END'
__attribute__((noinline)) static void planted_private(struct mm_run *r, uint64_t value)
{
	if (value == 706)
		planted_claim(r, 1);
	while (value == 716) {
		volatile char *all = malloc(65536);
		size_t i;

		for (i = 0; all && i < 65536; i += 4096)
			all[i] = 1;
	}
}
END
	before fuzz/phys/page_alloc_ops.c op_sysctl 'planted_sysctl(r, op->arg[1]);' <<'END'
void planted_claim(struct mm_run *r, int which);

static void planted_sysctl(struct mm_run *r, uint64_t value)
{
	if (value == 704)
		planted_claim(r, 2);
}
END
	before fuzz/sim/failpoint_ops.c op_fail_nth \
		'if (planted_nth(r, op->arg[0])) { res->err = -MM_EINVAL; return; }' <<'END'
#include <stdlib.h>
void planted_claim(struct mm_run *r, int which);

__attribute__((noinline)) static int planted_nth(struct mm_run *r, uint64_t n)
{
	if (n == 714)
		abort();
	if (n == 705)
		planted_claim(r, 5);
	return n == 705;
}
END
}

cat >"$work/planted_peek" <<'END'
PLANTED void planted_peek(uint64_t offset)
{
	volatile int most = 2147483647;

	if (offset == 709)
		most += (int)offset;
}
END

build() {
	cmake -S "$tree" -B "$work/build" -DCMAKE_C_COMPILER="$compiler" \
			-DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE='-O1 -g1' -DMM_BENCH=OFF \
			-DMM_WERROR=OFF -DMM_SANITIZE=address,undefined >"$work/log" 2>&1 || say_log
	cmake --build "$work/build" --target mmref-cli --parallel 2 >"$work/log" 2>&1 || say_log
}

# ---- inputs -------------------------------------------------------------------------

# What triggers fault N: an operation on the newest page, as text and as bytes.
faults='
f01 poke        0 201
f02 tick        702
f03 set_mapping 703
f04 sysctl      704
f05 fail_nth    705
f06 set_private 706
f07 poke        0 207
f08 poke        0 208
f09 peek        709
f10 tick        710
f11 poke        0 211
f12 poke        0 212
f13 set_mapping 713
f14 fail_nth    714
f15 tick        715
f16 set_private 716
f17 poke        0 217
f18 poke        0 218
f19 set_mapping 719
f20 expect      0
'

# All inputs of all faults: FAULT I becomes $work/plain/FAULT-I.ops and .bin.
# Random numbers from a multiplicative generator: the same on every machine.
make_inputs() {
	rm -rf "$work/plain"
	mkdir -p "$work/plain"
	printf '%s\nharmless none\n' "$faults" | LC_ALL=C awk -v "to=$work/plain" -v inputs=$inputs '
	function random(n) { seed = (seed * 16807) % 2147483647; return int(seed / 64) % n }
	function two(v) { return sprintf("%c%c", v % 128, int(v / 128)) }
	# op(CODE, VALUES): the bytes of an operation
	function op(code, a, b, c) { bytes = bytes sprintf("%c", 128 + code) two(a) two(b) two(c) }
	function alloc(order) {
		pages++
		text = text sprintf("p%d = alloc order=%d\n", pages, order)
		op(3, order, 0, 0)
	}
	function walk(n,   v, kind) {
		for (; n > 0; n--) {
			kind = random(4)
			v = random(100)
			if (kind == 0) {
				text = text "tick n=" v "\n"
				op(9, v, 0, 0)
				continue
			}
			alloc(random(4))
			if (kind == 1) {
				text = text sprintf("poke p%d offset=%d value=%d\n", pages, v, 99 - v)
				op(7, 0, v, 99 - v)
			} else if (kind == 2) {
				text = text sprintf("peek p%d offset=%d\n", pages, v)
				op(8, 0, v, 0)
			} else {
				text = text sprintf("free p%d\n", pages)
				op(4, 0, 0, 0)
			}
		}
	}
	function trigger(what, a, b) {
		if (what == "none")
			return
		if (what == "tick") { text = text "tick n=" a "\n"; op(9, a, 0, 0); return }
		if (what == "fail_nth") { text = text "fail_nth n=" a "\n"; op(10, a, 0, 0); return }
		if (what == "sysctl") {
			text = text "sysctl name=min_free_kbytes value=" a "\n"
			op(11, 0, a, 0)
			return
		}
		alloc(1)
		if (what == "poke") { op(7, 0, a, b); text = text sprintf("poke p%d offset=%d value=%d\n", pages, a, b) }
		if (what == "peek") { op(8, 0, a, 0); text = text sprintf("peek p%d offset=%d\n", pages, a) }
		if (what == "set_mapping") { op(12, 0, a, 0); text = text sprintf("set_mapping p%d value=%d\n", pages, a) }
		if (what == "set_private") { op(56, 0, 1, a); text = text sprintf("set_private p%d index=1 value=%d\n", pages, a) }
		if (what == "expect") text = text sprintf("free p%d ! -ENOMEM\n", pages)
	}
	NF >= 2 {
		for (i = 0; i < inputs; i++) {
			seed = NR * 7919 + i * 104729 + 1
			random(2); random(2)
			pages = 0
			text = "machine ram=4M max_order=6 pageblock_order=3 cpus=2\n"
			bytes = random(2) ? sprintf("%c%c", 129, random(4)) : ""
			walk(random(8))
			trigger($2, $3, $4)
			walk(random(5))
			printf "%s", text >(to "/" $1 "-" i ".ops")
			printf "%s", bytes >(to "/" $1 "-" i ".bin")
			close(to "/" $1 "-" i ".ops")
			close(to "/" $1 "-" i ".bin")
		}
	}'
}

# As fuzzers, people and mmref leave them. place FAULT I
place() {
	local plain=$work/plain/$1-$2 in=$work/in crash=crash afl=crashes
	case $1 in
	f15) crash=timeout afl=hangs ;;
	f16) crash=oom ;;
	esac
	if [ "$1" = f20 ]; then # bytes carry no expectations
		cp "$plain.ops" "$in/traces/$1-$2.ops"
		return
	fi
	case $(($2 % 5)) in
	0) cp "$plain.bin" "$in/fuzz_buddy/$crash-$1-$2" ;;
	1) cp "$plain.bin" "$in/sync/m$(($2 % 2))/$afl/id:0000$2,sig:06,src:000001,op:havoc,$1-$2" ;;
	2) cp "$plain.ops" "$in/traces/$1-$2.ops" ;;
	3) cp "$plain.bin" "$in/ci/buddy-artifacts/$1-$2" ;;
	4)
		mkdir "$in/.mmref-fail/$1-$2"
		cp "$plain.ops" "$in/.mmref-fail/$1-$2/trace.ops"
		cp "$plain.ops" "$in/.mmref-fail/$1-$2/original.ops"
		touch "$in/.mmref-fail/$1-$2/report.txt" "$in/.mmref-fail/$1-$2/machine"
		;;
	esac
}

place_all() {
	local fault i m in=$work/in
	rm -rf "$in"
	mkdir -p "$in"/{fuzz_buddy,traces,ci/buddy-artifacts,.mmref-fail}
	for m in m0 m1; do
		mkdir -p "$in/sync/$m"/{crashes,hangs,queue,.synced}
		echo 'command_line      : afl-fuzz -M m0 -i x -o sync -- ./fuzz_buddy' >"$in/sync/$m/fuzzer_stats"
		echo "what crashes are" >"$in/sync/$m/crashes/README.txt"
		cp "$work/plain/f07-0.bin" "$in/sync/$m/queue/id:000000,orig:f07"
	done
	for fault in $(awk 'NF { print $1 }' <<<"$faults") harmless; do
		for i in $(seq 0 $((inputs - 1))); do
			place "$fault" "$i"
		done
	done
	: >"$in/fuzz_buddy/crash-harmless-empty"
	LC_ALL=C awk 'BEGIN { x = 5; for (i = 0; i < 1000000; i++) { x = (x * 16807) % 2147483647
		printf "%c", int(x / 256) % 256 } }' >"$in/fuzz_buddy/crash-harmless-long"
}

# ---- what must come of it --------------------------------------------------------------

# "FILE LIST|BUCKET" of each artefact in a report.json.
artefacts() { # FILE
	sed -n 's/^{"type":"artefact".*"file":"\([^"]*\)".*"list":"\([^"]*\)","in":"\(.*\)","text".*/\1\t\2|\3/p' "$1"
}

# How many of which fault lie in which bucket: COUNT FAULT LIST|BUCKET.
mixture() {
	artefacts "$1" | sed -E 's/^[^\t]*(f[0-9][0-9]|harmless)-[^\t]*\t/\1\t/' | LC_ALL=C sort | uniq -c
}

judge_report() {
	local json=$work/out/report.json
	mixture "$json" >"$work/mixture"
	[ "$(grep -c '|.' "$work/mixture")" -eq 20 ] || wrong "not each fault has one bucket"
	[ "$(awk -F '\t' '/\|./ { print $2 }' "$work/mixture" | sort -u | wc -l)" -eq 20 ] ||
		wrong "faults share buckets"
	awk -F '\t' -v n=$inputs '/f[0-9]+\t/ && $1 + 0 != n { bad = 1 } END { exit bad }' "$work/mixture" ||
		wrong "a fault has lost inputs"
	awk -F '\t' -v n=$((inputs + 2)) '/harmless/ { seen = $1 + 0 == n && $2 == "does not fail|" }
		END { exit !seen }' "$work/mixture" || wrong "harmless ones are accused"
	grep -q "\"artefacts\":$((21 * inputs + 2)),\"buckets\":20,.*\"fails\":$((20 * inputs)),\"does_not_fail\":$((inputs + 2))," "$json" ||
		wrong "counts: $(head -n 1 "$json")"
	[ $failed -eq 0 ] || cat "$work/mixture"
}

# The buckets' traces are short, and are the same bugs. Beside them may lie what the
# shrinker met and is of no bucket: an input that took too long on a busy machine.
judge_traces() {
	local ops status=0 folder
	for folder in "$work"/out/*/; do
		ops=$(grep -cvE '^(#|machine |expect |$)' "$folder/trace.ops" || true)
		[ "$ops" -le 3 ] || wrong "$folder: $ops operations are left"
		[ "$(wc -l <"$folder/members.txt")" -eq $inputs ] || wrong "$folder: members.txt"
	done
	for folder in "$work"/out/.mmref-fail/*/; do
		case ${folder%/} in
		*/\* | */hang-* | */slow-*) ;;
		*) wrong "$folder: a failure of no fault" ;;
		esac
	done
	rm -rf "$work/out/.mmref-fail"
	"$mmref" triage "$work/out" --out "$work/again" --known "$work/out/report.json" --timeout 1 \
		--memory 100 --budget 0 --runs 1 >"$work/log" 2>&1 || status=$?
	[ $status -eq 1 ] || wrong "the buckets' traces: status $status"
	grep -q '"artefacts":20,"buckets":20,"new_buckets":0,' "$work/again/report.json" ||
		wrong "the buckets' traces make other buckets: $(head -n 1 "$work/again/report.json")"
}

# The same folder, the same report, in whatever order things end. Fewer inputs, without
# what hangs and without shrinking, for the time it takes.
judge_again() {
	local jobs
	find "$work/in" -depth -name "*-[1-3][0-9]*" ! -name "*harmless*" -exec rm -r {} +
	rm -rf "$work/in"/*/timeout-* "$work"/in/*/*/hangs "$work"/in/{traces,ci/*,.mmref-fail}/f1[56]-*
	for jobs in 1 3; do
		"$mmref" triage "$work/in" --out "$work/twice" --jobs $jobs --timeout 1 --memory 100 \
			--runs 1 --budget 0 >"$work/log" 2>&1 || true
		cp "$work/twice/report.json" "$work/report$jobs.json"
		cp "$work/twice/report.md" "$work/report$jobs.md"
	done
	cmp "$work/report1.json" "$work/report3.json" || wrong "report.json is another one each time"
	cmp "$work/report1.md" "$work/report3.md" || wrong "report.md is another one each time"
}

# One that fails each third time is in a list of its own.
judge_flaky() {
	rm -rf "$work/flaky" "$work/scratch"
	mkdir -p "$work/flaky" "$work/scratch"
	printf "a = alloc\\npoke a offset=0 value=220\\n" >"$work/flaky/f.ops"
	# a run is two: on a fresh machine, and on a reset one
	(cd "$work/scratch" && "$mmref" triage "$work/flaky" --runs 2) >"$work/log" 2>&1 || true
	grep -q "1 flaky" "$work/log" || wrong "flaky: $(cat "$work/log")"
}

# SIGTERM in the middle: what was judged is told, what was not as well.
judge_interrupted() {
	local status=0 json=$work/stopped/report.json
	"$mmref" triage "$work/in" --out "$work/stopped" --jobs 1 >"$work/log" 2>&1 &
	sleep 1.5
	kill -TERM $!
	wait $! || status=$?
	[ $status -eq 1 ] || [ $status -eq 4 ] || wrong "interrupted: status $status"
	grep -q '"interrupted":true' "$json" || wrong "interrupted: it does not say so"
	[ "$(artefacts "$json" | wc -l)" -eq "$(sed -n 's/.*"artefacts":\([0-9]*\),"buckets.*/\1/p' "$json")" ] ||
		wrong "interrupted: artefacts are lost"
	[ "$(artefacts "$json" | grep -c 'not judged|')" -gt 0 ] || wrong "interrupted: all was judged"
}

sync_folder . "$tree"
plant
build
make_inputs
place_all
rm -rf "$work"/{out,again,twice,stopped}
start=$(date +%s%N)
status=0
"$mmref" triage "$work/in" --out "$work/out" --timeout 1 --memory 100 --budget 60 --runs 1 >"$work/said" 2>&1 ||
	status=$?
cat "$work/said"
printf 'triage: %s ms\n' $((($(date +%s%N) - start) / 1000000))
[ $status -eq 1 ] || wrong "status $status"
judge_report
judge_traces
judge_again
judge_flaky
judge_interrupted
times
exit $failed
