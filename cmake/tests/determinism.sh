#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# determinism.sh PROGRAM WORK [planted]: the same trace gives the same machine, bit for bit.
#
#     every trace of the corpus, every recording
#        |        twice in one process, on a fresh machine and on a reset one   (mmref check)
#        |        again in the same process, after all others
#        |        in another process: in reverse order, at other addresses, on memory that
#        v        is not zero, with other environment, from another folder
#     one digest
#
# planted: instead, three mistakes are planted in a copy of the tree, one for each way
# to differ; a check that they pass would check nothing.
set -euo pipefail
if [ $# -lt 2 ] || [ "${3:-planted}" != planted ]; then
	echo "usage: determinism.sh PROGRAM WORK [planted]" >&2
	exit 2
fi
root=$PWD
program=$(realpath "$1")
mode=${3:-}
rm -rf "$2/said"
mkdir -p "$2/said" "$2/elsewhere"
work=$(realpath "$2")
log=$work/log

die() { # STATUS TEXT
	printf 'determinism: %s\n' "$2"
	exit "$1"
}

. fuzz/command/planted.sh
. cmake/tests/still.sh

# ---- asking ----

# digests FILE: "TRACE DIGEST" for each line of a check, the folder left out.
digests() {
	sed -n 's|^\(.*/\)\{0,1\}\([^/]*\): ok, .* digest \(0x[0-9a-f]*\)$|\2 \3|p' "$1"
}

# ask NAME COMMAND...: what it says of the traces, as digests
ask() {
	local name=$1 status=0
	shift
	"$@" >"$work/said/$name.log" 2>&1 || status=$?
	if [ "$status" -ne 0 ]; then
		tail -n 5 "$work/said/$name.log"
		die 1 "$*: status $status"
	fi
	digests "$work/said/$name.log" >"$work/said/$name"
}

# same NAME: are its digests those of the first process?
same() {
	if ! cmp -s <(sort "$work/said/first") <(sort "$work/said/$1"); then
		diff <(sort "$work/said/first") <(sort "$work/said/$1") | grep '^[<>]' | head -n 6
		return 1
	fi
}

# ---- all ways ----

# compare PROGRAM TRACE...: 0 when every way gives the same digests
compare() {
	local mmref=$1 reversed=() trace differ=0
	shift
	for trace in "$@"; do
		reversed=("$trace" "${reversed[@]}")
	done
	ask first "$mmref" check -v "$@"
	[ "$(wc -l <"$work/said/first")" -eq $# ] ||
		die 1 "$(wc -l <"$work/said/first") digests of $# traces: two have one name?"
	# once more behind themselves: the second half has to be the first
	ask twice "$mmref" check -v "$@" "$@"
	tail -n $# "$work/said/twice" >"$work/said/again"
	# glibc and the sanitizers each have a way to fill what malloc gives
	(cd "$work/elsewhere" && export MALLOC_PERTURB_=90 LONG_ENVIRONMENT="$(printf '%05000d' 0)" \
		ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}max_malloc_fill_size=1048576:malloc_fill_byte=90" &&
		ask other still "$mmref" check -v "${reversed[@]}") || exit 1
	same again || { echo "  differ when they come again in one process"; differ=1; }
	same other || { echo "  differ in another process"; differ=1; }
	return $differ
}

# Recordings are long: they are judged elsewhere, and here run unjudged, which also
# shows that judging changes nothing.
compare_recordings() {
	local recording name way
	for recording in corpus/recordings/*.txt.gz; do
		name=$(basename "$recording" .txt.gz)
		"$program" import "$recording" -o "$work/$name.ops" >"$log" 2>&1 || die 1 "$recording: not imported"
		for way in "$program" "still $program"; do
			$way run --quiet --summary "$work/$name.ops" 2>/dev/null | sed -n 's/^digest *//p'
		done | sort | uniq -c >"$work/said/$name"
		if ! grep -q '^ *2 0x[0-9a-f]\{16\}$' "$work/said/$name"; then
			cat "$work/said/$name"
			die 1 "$recording: two processes, two digests"
		fi
	done
}

# ---- planted ----

# NAME, the line it goes below, the line
planted='
host-address	uint64_t h = m->digest	h ^= (uintptr_t)m >> 12;
process-history	uint64_t h = m->digest	static uint64_t parts; h ^= ++parts >> 20;
stale-memory	uint64_t h = m->digest	volatile char *p = malloc(512); h ^= (uint64_t)p[300]; free((void *)p);
'

plant_and_compare() {
	local name below line tree=$work/tree
	sync_folder "$root" "$tree"
	[ -d "$work/build" ] || cmake -S "$tree" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DMM_WERROR=OFF \
		-DCMAKE_C_FLAGS_RELEASE=-O1 -DMM_BENCH=OFF >"$log" 2>&1 || die 1 "the copy does not configure: $log"
	while IFS=$'\t' read -r name below line; do
		[ -n "$name" ] || continue
		awk -v "below=$below" -v "line=$line" '{ print } index($0, below) { print line; n++ }
			NR == 1 { print "#include <stdlib.h>" } END { exit n != 1 }' ref/sim/machine/digest.c \
			>"$tree/ref/sim/machine/digest.c" || die 1 "$name: no single line has \"$below\""
		cmake --build "$work/build" --target mmref-cli --parallel 2 >"$log" 2>&1 || {
			tail -n 5 "$log"
			die 1 "$name: the copy does not build"
		}
		# what a fresh and a reset machine already tell apart is found, too
		if (compare "$work/build/mmref" "${traces[@]}") >"$work/planted.log" 2>&1; then
			die 1 "planted $name, and all digests were the same: nothing is shown"
		fi
		echo "planted $name: seen"
	done <<<"$planted"
}

mapfile -t traces < <(find "$root/corpus" -path '*/seed/*.ops' -o -path '*/regress/*.ops' | LC_ALL=C sort)
if [ "$mode" = planted ]; then
	plant_and_compare
	exit 0
fi
compare "$program" "${traces[@]}" || die 1 "one trace, two machines: see above"
compare_recordings
echo "${#traces[@]} traces, $(find corpus/recordings -name '*.txt.gz' | wc -l) recordings: one digest each"
