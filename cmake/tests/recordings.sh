#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# recordings.sh MMREF SCRATCH: every recording imports, and its trace replays
# with every claim checked: what succeeded in the kernel succeeds here, on a
# fresh machine and on a reset one, with one digest. Text recordings (ftrace,
# perf script) are counted a second time by awk, which knows nothing of C. With and
# without lists per CPU the same requests succeed, order by order.
set -eu
mmref=$1
scratch=$2
failed=0
mkdir -p "$scratch"

recordings=(corpus/recordings/*.txt.gz)
if [ -n "${MM_RECORDINGS:-}" ]; then
	recordings+=("$MM_RECORDINGS"/*.txt.gz)
else
	echo "skipped: larger recordings: MM_RECORDINGS names no folder"
fi

# counted FILE: allocations, frees, foreign frees; a failed allocation has no frame.
counted() {
	zcat "$1" | awk '
	{ event = "" }
	match($0, /: +(kmem:)?mm_page_(alloc|free): /) {
		event = substr($0, RSTART, RLENGTH)
		match($0, / pfn=[^ ]+/)
		pfn = substr($0, RSTART + 5, RLENGTH - 5)
	}
	event ~ /mm_page_alloc/ { allocs++; if (pfn != "0" && pfn != "0x0") live[pfn] = 1 }
	event ~ /mm_page_free/ { frees++; if (pfn in live) delete live[pfn]; else foreign++ }
	END { print allocs + 0, frees + 0, foreign + 0 }'
}

# imported LOG: the same from what the import says.
imported() {
	awk -F'[:, ]+' '/^allocations: / { allocs = $2; frees = $4 } /^foreign frees/ { foreign = $NF }
	END { print allocs, frees, foreign }' "$1"
}

# same WHAT GOT EXPECTED
same() {
	[ "$2" = "$3" ] && return
	echo "$1: allocations, frees, foreign frees are $2, expected $3"
	failed=1
}

# answers TRACE MACHINE: what a run of it allocated, freed and was refused, and how
# much it held.
answers() {
	"$mmref" run --quiet --check --summary -m "$2" "$1" >"$scratch/answers" ||
		{ cat "$scratch/answers"; exit 1; }
	sed -n '/^operations/,/^use/p' "$scratch/answers"
}

# both_ways TRACE: the same answers with lists per CPU and without.
both_ways() {
	local machine on off
	machine=$(sed -n 's/^machine //p' "$1")
	case $machine in
	*pcp=on*) ;;
	*) echo "$1: its machine has no pcp=on: $machine"; failed=1; return ;;
	esac
	on=$(answers "$1" "$machine")
	off=$(answers "$1" "${machine/pcp=on/pcp=off}")
	if [ -z "$on" ] || [ "$on" != "$off" ]; then
		printf '%s: pcp=on and pcp=off answer differently\n%s\n%s\n' "$1" "$on" "$off"
		failed=1
	fi
}

# scaled TRACE: on a machine of 1 TiB, 8 nodes and 64 CPUs, whose sections come when
# they are needed, everything succeeds as well, with the same digest as with all checked
# (once, for the shortest).
scaled() {
	local machine="ram=1T nodes=8 cpus=64 profile=x86-64" plain
	"$mmref" run --quiet --summary -m "$machine" "$1" >"$scratch/scaled" ||
		{ cat "$scratch/scaled"; exit 1; }
	if grep -E '^ +failed' "$scratch/scaled" | grep -q '[1-9]'; then
		echo "$1: requests fail on 1 TiB"
		failed=1
	fi
	case $1 in *perf-script.ops) ;; *) return ;; esac
	plain=$(grep '^digest' "$scratch/scaled")
	"$mmref" run --quiet --check --summary -m "$machine" "$1" >"$scratch/scaled" ||
		{ cat "$scratch/scaled"; exit 1; }
	if [ "$plain" != "$(grep '^digest' "$scratch/scaled")" ]; then
		echo "$1: on 1 TiB, checked and unchecked, two digests"
		failed=1
	fi
}

for recording in "${recordings[@]}"; do
	name=$(basename "$recording" .txt.gz)
	trace=$scratch/$name.ops
	"$mmref" import "$recording" -o "$trace" 2>"$trace.log" || { cat "$trace.log"; exit 1; }
	sed -n 's/^foreign frees.*: /foreign frees: /p' "$trace.log"
	case $name in
	*.ftrace | *.perf-script) same "$name" "$(imported "$trace.log")" "$(counted "$recording")" ;;
	esac
	case $name in
	gcc_hello.ftrace) same "$name" "$(imported "$trace.log")" "10702 1610 37" ;;
	git_version.perf-script) same "$name" "$(imported "$trace.log")" "994 103 44" ;;
	esac
	"$mmref" check -v "$trace"
	both_ways "$trace"
	scaled "$trace"
done
exit $failed
