#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# command.sh MMREF SCRATCH: bad input gets one clear line with place and reason,
# the documented exit status, and no crash.
set -u
mmref=$1
scratch=$2
failed=0
count=0
rm -rf "$scratch"
mkdir -p "$scratch"
root=$PWD
cd "$scratch" || exit 1

# expect STATUS REGEX COMMAND...: what it says on standard error matches.
expect() {
	local want=$1 says=$2 got
	shift 2
	count=$((count + 1))
	"$@" >out 2>err </dev/null
	got=$?
	if [ "$got" -ne "$want" ] || { [ -n "$says" ] && ! grep -qE "$says" err; }; then
		echo "$*: status $got, expected $want; it says (expected: $says):"
		head -n 5 err
		failed=1
	fi
}

machine() { # REGEX DESCRIPTION
	expect 3 "$1" "$mmref" show buddyinfo -m "$2"
}

machine '1:[0-9]+: .*overlap' 'ram=0-2M,1M-3M'
machine '1:8: .*cpus=0: out of range; expected 1' 'ram=4M cpus=0'
machine '1:1: .*more than the 64T' 'ram=1152921504606846976'
machine 'zone limits are out of order' 'ram=4M dma=2M dma32=1M'
machine 'no field "foo=1"' 'ram=4M foo=1'
machine 'ram= is missing' 'cpus=2 max_order=6'
machine 'given twice' 'ram=4M ram=4M'

printf 'alloc order=0\nalocate order=0\n' >unknown.ops
expect 3 'unknown.ops:2:1: found "alocate", expected an operation' "$mmref" run unknown.ops
printf '# a\nmachine ram=4M cpus=0\nalloc\n' >machine.ops
expect 3 'machine.ops:2:16: .*cpus=0' "$mmref" check machine.ops
printf 'a = alloc ! -ENOMEM\n' >wrong.ops
expect 1 'replay: mmref check wrong.ops' "$mmref" check wrong.ops
expect 3 'missing.ops: cannot be read' "$mmref" check missing.ops
expect 3 'missing.gz: cannot' "$mmref" import missing.gz
expect 3 'the file is empty' "$mmref" import /dev/null
expect 2 'usage' "$mmref" run
expect 2 'no subcommand' "$mmref" nonsense
expect 2 'no target' "$mmref" fuzz nonsense
expect 2 'there are: buddyinfo pagetypeinfo zoneinfo vmstat unusable_index extfrag_index memblock' \
	"$mmref" show nonsense

expect 2 'zoneinfo is of no process' "$mmref" show zoneinfo --pid 0
printf 'machine ram=4M procs=3 vmas=9\na = spawn\nb = spawn\nmmap b - len=1p prot=READ flags=PRIVATE|ANONYMOUS\n' >maps.ops
expect 0 '' "$mmref" show maps maps.ops
[ "$(grep -c '^==> /proc/[01]/maps <==$' out)" -eq 2 ] || { echo "maps of two processes: $(cat out)"; failed=1; }
expect 0 '' "$mmref" show maps --pid 1 maps.ops
grep -qE '^[0-9a-f]+-[0-9a-f]+ r--p 00000000 00:00 0 $' out || { echo "maps of one: $(cat out)"; failed=1; }
expect 0 '' "$mmref" show maps --pid 7 maps.ops
[ ! -s out ] || { echo "maps of none: $(cat out)"; failed=1; }

# A recording is refused before anything is made; ended in all ways: record.sh.
expect 2 'record which command' "$mmref" record
expect 2 'one of --events, --strace and --both' "$mmref" record --events --strace -- true
expect 2 'a buffer has at least 1 KiB' "$mmref" record --buffer 0 -- true
expect 2 'max-seconds x: expected 0 to' "$mmref" record --max-seconds x -- true
expect 3 'no-such-program: the command is not there' "$mmref" record -o rec -- no-such-program
expect 3 './unknown.ops: the command is not there' "$mmref" record -o rec -- ./unknown.ops
if [ -e rec ] || [ -e mmref-record ]; then
	echo "a refused recording left a folder behind"
	failed=1
fi

# shrink and trail refuse what check refuses, and say what is no failure.
expect 2 'no trace given' "$mmref" shrink
expect 2 'budget soon: it takes a number' "$mmref" shrink --budget soon wrong.ops
expect 2 'one word too many' "$mmref" shrink wrong.ops wrong.ops
expect 3 'missing.ops: cannot be read|cannot read' "$mmref" shrink missing.ops
expect 3 'unknown.ops:2:1: found "alocate", expected an operation' "$mmref" shrink unknown.ops
expect 3 'machine.ops:2:16: .*cpus=0' "$mmref" shrink machine.ops
expect 3 'm:1:8: .*cpus=0' "$mmref" shrink -m 'ram=4M cpus=0' wrong.ops
expect 2 'no target' "$mmref" shrink --bytes nonsense wrong.ops
printf 'a = alloc ! ok\n' >right.ops
expect 4 'right.ops: does not fail' "$mmref" shrink right.ops
printf 'b = alloc order=3 ! ok\na = alloc ! -ENOMEM\nfree b ! ok\n' >longer.ops
expect 0 'replay: mmref check short.ops' "$mmref" shrink longer.ops -o short.ops
expect 1 'short.ops:[0-9]*: @0: a = alloc' "$mmref" check short.ops
expect 0 '3 operations to 1,' sh -c "'$mmref' shrink longer.ops | '$mmref' shrink -"
expect 1 'result is ok, expected -ENOMEM' sh -c "'$mmref' shrink longer.ops | '$mmref' check -"
expect 0 'shrunk: .*budget spent' "$mmref" shrink --budget 0 longer.ops
expect 3 'nowhere/short.ops: cannot be written' "$mmref" shrink longer.ops -o nowhere/short.ops
expect 1 'kept: ' "$mmref" check longer.ops
expect 0 'replay: mmref check .mmref-fail/expect-alloc/trace.ops' "$mmref" shrink .mmref-fail/expect-alloc
expect 0 '' test -f .mmref-fail/expect-alloc/original.ops
# What somebody judged is no finding of a search; what a search found is judged first.
expect 0 '' "$mmref" fuzz buddy --engine blind --runs 50
printf 'buddy\n' >.mmref-fail/expect-alloc/target
expect 1 'still there' "$mmref" fuzz buddy --engine blind --runs 50
expect 0 '' "$mmref" fuzz buddy --engine blind --runs 50 --ignore-stored
expect 2 'no trace given' "$mmref" trail
expect 2 'it takes a number' "$mmref" trail --op last right.ops
expect 3 'unknown.ops:2:1: found' "$mmref" trail unknown.ops
expect 3 'machine.ops:2:16: .*cpus=0' "$mmref" trail machine.ops
expect 3 'right.ops: @7: no such operation' "$mmref" trail --op 7 right.ops
expect 3 'right.ops:9: no operation was run there' "$mmref" trail right.ops:9
expect 3 'missing.ops: cannot' "$mmref" trail missing.ops
mkdir empty
expect 4 'no trace' "$mmref" check empty

head -c 100000 "$root/corpus/recordings/git_log.txt.gz" >cut.gz
expect 3 'cut.gz:[0-9]+:[0-9]+: .*cut' "$mmref" import cut.gz -o cut.ops
if ls cut.ops* >/dev/null 2>&1; then
	echo "a refused recording left a trace behind"
	failed=1
fi

# Text recordings: what is refused has its place, what it begins like is said.
event='sh-7 [001] ..... 4.000001: mm_page_free: page=1 pfn=0x1 order=0'
zcat "$root/corpus/recordings/gcc_hello.ftrace.txt.gz" | head -c 100000 >cut.ftrace.txt
expect 3 'cut.ftrace.txt:[0-9]+:[0-9]+: .*cut' "$mmref" import cut.ftrace.txt -o cut.ops
printf '%s\n%s\n' "$event" "${event/0x1/0x1g}" >pfn.txt
expect 3 'pfn.txt:2:55: pfn is .1g.' "$mmref" import pfn.txt -o cut.ops
printf '%s\n' "${event/001/064}" >cpu.txt
expect 3 'cpu.txt:1:7: cpu .064. is too big, at most 63' "$mmref" import cpu.txt -o cut.ops
printf '%s migratetype=0 gfp_flags=GFP_KERNEL|__GFP_BOO\n' "${event/free/alloc}" >gfp.txt
expect 3 "gfp.txt:1:101: unknown GFP name '__GFP_BOO'" "$mmref" import gfp.txt -o cut.ops
printf 'sh 7 [001] 4.0: kmem:mm_page_free: page=1 pfn=x order=0\n' >perf.txt
expect 3 'perf.txt:1:47: pfn is' "$mmref" import perf.txt -o cut.ops
if ls cut.ops* >/dev/null 2>&1; then
	echo "a refused text recording left a trace behind"
	failed=1
fi
printf '%s\n' "$event" >event.txt
expect 0 'format: ftrace text' "$mmref" import event.txt
expect 0 'format: ftrace text' sh -c "gzip <event.txt | '$mmref' import - -o -"
expect 3 'event.txt:1:1: no event of perf script' "$mmref" import --format perf event.txt
expect 2 'unknown format' "$mmref" import --format nonsense event.txt
expect 3 'one begins .# kernel-trace.*# tracer: .*perf script' "$mmref" import unknown.ops

# The same million bytes on every machine: a multiplicative generator in awk.
LC_ALL=C awk 'BEGIN { x = 1; for (i = 0; i < 250000; i++) { x = (x * 16807) % 2147483647
	printf "%c%c%c%c", x % 256, int(x / 256) % 256, int(x / 65536) % 256, int(x / 4096) % 256 } }' >random
expect 3 'random:[0-9]+:[0-9]+: found' "$mmref" run random
expect 0 '' "$mmref" check --bytes buddy random
expect 3 'not a recording' "$mmref" import random

if [ -c /dev/full ]; then
	expect 3 'disk full' sh -c "'$mmref' trail right.ops >/dev/full"
	expect 3 'disk full' sh -c "'$mmref' shrink longer.ops >/dev/full"
	expect 3 'No space left' "$mmref" import "$root/corpus/recordings/gcc_c.txt.gz" -o /dev/full
	expect 3 'disk full' sh -c "'$mmref' help ops >/dev/full"
else
	echo "skipped: full disk: there is no /dev/full"
fi
echo "$count commands"
exit $failed
