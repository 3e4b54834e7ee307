#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# sweep.sh MMREF SCRATCH: what mmref sweep says and ends with.
# sweep.sh planted WORK: a bug that a trace shows only when one of its allocations
# fails is planted in a copy of the tree: check passes the trace, sweep does not, and
# what it keeps fails in check.
set -eu
if [ $# -ne 2 ]; then
	echo "usage: sweep.sh MMREF|planted SCRATCH" >&2
	exit 2
fi
mkdir -p "$2"
work=$(cd "$2" && pwd -P)
seeds=$PWD/corpus/phys
failed=0

wrong() {
	echo "sweep: $1"
	failed=1
}

# STATUS PATTERN ARGUMENT...: ends so, and says a line like that.
expect() {
	local status=0 want=$1 pattern=$2
	shift 2
	(cd "$work" && "$mmref" sweep "$@") >"$work/out" 2>&1 </dev/null || status=$?
	if [ "$status" -ne "$want" ]; then
		wrong "$*: status $status, not $want"
		cat "$work/out"
	elif ! grep -qE "$pattern" "$work/out"; then
		wrong "$*: no line like: $pattern"
		cat "$work/out"
	fi
}

says() {
	cat >"$work/one.ops" <<-'END'
		a = alloc order=1 gfp=KERNEL
		b = alloc order=0 gfp=KERNEL|NOFAIL
		c = alloc order=0 gfp=ATOMIC
		free a
	END
	expect 0 '^1 traces, 2 of 2 fail points told to fail, 2 operations .*: ok$' one.ops
	expect 0 '^one.ops: ok, 2 of 2' -v one.ops
	expect 0 ' 1 of 2 fail points told' --nth 2 one.ops
	expect 0 ' 1 of 2 fail points told' --max 1 one.ops
	expect 0 ' 1 of 2 fail points told' -m 'ram=64M cpus=2' --max 1 one.ops
	expect 4 'no fail point' --nth 3 one.ops
	expect 4 'no trace' "$work/empty"
	expect 2 'usage: mmref sweep' --nth
	expect 2 'usage: mmref sweep'
	expect 3 'cannot be read' missing.ops
	# without our doing: as check says it
	echo 'tick n=1 ! -ENOMEM' >"$work/wrong.ops"
	expect 1 '^  expect: result is ok, expected -ENOMEM$' wrong.ops
	grep -q '^replay: mmref check wrong.ops$' "$work/out" || wrong "no replay with check"
	mkfifo "$work/pipe"
	(cat "$work/one.ops" >"$work/pipe") &
	expect 0 ' 2 of 2 fail points told' pipe
	rm "$work/pipe"
}

# The copy is built without sanitizers: what is planted breaks a claim.
plant() {
	local tree=$work/tree bug=corpus/bugs/a-cut-page-is-taken-for-a-chunk.patch
	export GIT_CEILING_DIRECTORIES=$work
	sync_folder . "$tree"
	(cd "$tree" && git apply "$bug")
	if [ ! -d "$work/build" ]; then
		cmake -S "$tree" -B "$work/build" -DCMAKE_BUILD_TYPE=Release \
			-DCMAKE_C_FLAGS_RELEASE=-O1 -DMM_BENCH=OFF >"$work/log" 2>&1 || say_log
	fi
	cmake --build "$work/build" --target mmref-cli --parallel 2 >"$work/log" 2>&1 || say_log
}

say_log() {
	tail -n 20 "$work/log"
	exit 1
}

sees() {
	local trace=$seeds/page_frag/seed/a-chunk-is-cut-from-its-end.ops kept
	"$mmref" check "$trace" >"$work/out" 2>&1 || wrong "check fails without any failure"
	expect 1 '^  frag\.[a-z]*: ' "$trace"
	grep -q "^replay: mmref sweep --nth 1 $trace\$" "$work/out" || wrong "no replay"
	grep -q '^  with fail point 1 told to fail, in .*: @0: ' "$work/out" || wrong "no place"
	expect 1 '^  frag\.[a-z]*: ' --nth 1 "$trace"
	kept=$(sed -n 's/^kept: \([^,]*\), which fails in .mmref check. too$/\1/p' "$work/out")
	[ -n "$kept" ] || wrong "nothing kept that check refuses"
	if (cd "$work" && "$mmref" check "$kept" >/dev/null 2>&1); then
		wrong "$kept passes"
	fi
}

rm -rf "$work/.mmref-fail" "$work/empty" "$work/pipe"
mkdir "$work/empty"
if [ "$1" = planted ]; then
	# shellcheck source=fuzz/command/planted.sh
	. fuzz/command/planted.sh
	plant
	mmref=$work/build/mmref
	sees
else
	mmref=$(cd "$(dirname "$1")" && pwd -P)/$(basename "$1")
	says
fi
exit $failed
