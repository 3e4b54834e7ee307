#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shrink.sh WORK: traces of 200 operations that show planted bugs are shrunk to
# what a search by hand would leave.
#
#     bug --> copy of the tree --> build --> a short trace that shows it
#      |      (blind fuzzing with a fixed seed, or a seed trace of the corpus)
#      v
#     random operations before it, 200 in all, the same claim at the end
#      |  mmref shrink
#      v
#     as many operations as known; without any one or two of them it does not
#     fail in this way; `mmref check` says the same of it
#
# Then deaths: a signal, a caller error, a hang. Times are printed and judged by
# nobody; runs are counted.
set -eu
if [ $# -ne 1 ]; then
	echo "usage: shrink.sh WORK" >&2
	exit 2
fi
mkdir -p "$1"
work=$(cd "$1" && pwd -P)
tree=$work/tree
mmref=$work/build/mmref
ops=200
runs_max=5000
failed=0
shrunk=0
searched=no # whether what a search leaves behind was looked at

# MODULE BUG TARGET MINIMUM [SEED TRACE]
bugs='
page_alloc  pfmemalloc-mark-survives-the-free          buddy       3
buddy       claimed-block-splits-onto-its-old-list     buddy       5 corpus/phys/migratetype/seed/a-claim-needs-half-of-the-pageblock.ops
pcp         bulk-free-counts-blocks-instead-of-pages   page_alloc  5
watermark   watermark-passes-at-equality               buddy       3
memblock    trimmed-bytes-still-count-as-memory        memblock    2
'

# git apply in a folder of a repository skips what the repository ignores.
export GIT_CEILING_DIRECTORIES=$work

# shellcheck source=fuzz/command/planted.sh
. fuzz/command/planted.sh

# ---- the tree -----------------------------------------------------------------

build() {
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

wrong() { # NAME TEXT
	printf '%s: %s\n' "$1" "$2"
	failed=1
}

# ---- traces ----------------------------------------------------------------------

# Random bytes from a multiplicative generator: the same on every machine.
random_bytes() { # SEED COUNT
	LC_ALL=C awk -v "x=$1" -v "n=$2" 'BEGIN { for (i = 0; i < n; i++) {
		x = (x * 16807) % 2147483647; v = int(x / 256) % 256
		# every third a code, else small data
		printf "%c", i % 3 ? v % 8 : 128 + v % 34 } }'
}

# The operations of a trace without results and comments.
operations() { # FILE
	sed -e 's/[[:blank:]]*[!#].*//' -e '/^machine /d' -e '/^expect /d' -e '/^$/d' "$1"
}

# Random operations of a target before those of a trace; its machine.
padded() { # SEED TARGET TRACE
	local here
	here=$(operations "$3" | wc -l)
	random_bytes "$1" 3000 >"$work/bytes"
	echo "# mmref 1"
	sed -n '/^machine /p' "$3"
	# memblock may stop a trace for good, and pages do not touch it
	"$mmref" run --bytes "${2/memblock/buddy}" "$work/bytes" 2>/dev/null >"$work/walk" || true
	operations "$work/walk" | sed -E 's/\ba([0-9]+)\b/w\1/g' |
		head -n $((ops - here)) || true
	operations "$3"
}

# What a check says: "CLAIM @POSITION", or how it died; nothing: no failure.
verdict() { # FILE
	(cd "$work/scratch" && timeout 20 "$mmref" check "$1" 2>&1 </dev/null || true) |
		sed -n -e 's/^[^ ]*: @\([0-9]*\): .*/@\1/p' -e 's/^  \([a-z_]*\.[a-z_]*\): .*/\1/p' |
		tr '\n' ' '
}

# A trace of 200 operations that fails at its end as TRACE fails.
pad() { # TARGET TRACE CLAIM
	local seed got
	for seed in $(seq 1 100); do
		padded "$seed" "$1" "$2" >"$work/long.ops"
		got=$(verdict "$work/long.ops")
		case $got in
		"@$((ops - 1)) $3 " | "@$ops $3 ") return 0 ;;
		esac
	done
	return 1
}

# ---- what must hold of a result ------------------------------------------------------

# The trace without the lines (of operations) given, and without those that use
# what they made.
without() { # FILE LINE...
	local file=$1
	shift
	awk -v "drop=$*" 'BEGIN { n = split(drop, d, " "); for (i = 1; i <= n; i++) gone[d[i]] = 1 }
		{ out = NR in gone; for (i = 1; i <= NF; i++) if (i > 1 && $i in lost) out = 1 }
		out { if ($2 == "=") lost[$1] = 1; next }
		{ print }' "$file"
}

# Nobody can delete one or two operations and keep the failure.
is_minimal() { # NAME FILE CLASS
	local i j lines
	lines=$(grep -nvE '^(#|machine |expect |$)' "$2" | cut -d: -f1)
	for i in $lines; do
		for j in $lines; do
			[ "$j" -ge "$i" ] || continue
			without "$2" "$i" "$j" >"$work/less.ops"
			if "$mmref" shrink --budget 0 "$work/less.ops" 2>&1 >/dev/null |
				grep -qF "fails: $3 "; then
				wrong "$1" "fails without lines $i and $j, too"
			fi
		done
	done
}

# shrink NAME MINIMUM CLASS: long.ops, by the command.
shrink() {
	local start end count runs
	start=$(date +%s%N)
	if ! (cd "$work/scratch" && "$mmref" shrink "$work/long.ops" -o "$work/short.ops") \
		>"$work/out" 2>&1; then
		wrong "$1" "is not shrunk: $(cat "$work/out")"
		return
	fi
	end=$(date +%s%N)
	count=$(operations "$work/short.ops" | wc -l)
	runs=$(sed -n 's/^shrunk: .* \([0-9]*\) runs .*/\1/p' "$work/out")
	printf '%s: %s operations to %s, %s runs, %s ms: %s\n' "$1" $ops "$count" "$runs" \
		$(((end - start) / 1000000)) "$3"
	shrunk=$((shrunk + 1))
	[ "$count" -eq "$2" ] || wrong "$1" "$count operations are left, $2 are known to do"
	[ "$runs" -le $runs_max ] || wrong "$1" "$runs runs, at most $runs_max are fair"
	grep -qF "fails: $3" "$work/out" || wrong "$1" "fails with another class: $(head -n 1 "$work/out")"
	"$mmref" shrink --budget 0 "$work/short.ops" 2>&1 >/dev/null | grep -qF "fails: $3" ||
		wrong "$1" "what is left fails in another way"
	[ "$(tail -n 1 "$work/out")" = "replay: mmref check $work/short.ops" ] ||
		wrong "$1" "the last line is no replay"
}

# ---- bugs ------------------------------------------------------------------------------

fresh_scratch() {
	rm -rf "$work/scratch"
	mkdir -p "$work/scratch"
}

# A short trace that shows the bug that is planted: found.ops.
find_short() { # TARGET TRACE
	fresh_scratch
	if [ -n "$2" ]; then
		cp "$2" "$work/scratch/seed.ops"
		(cd "$work/scratch" && "$mmref" check seed.ops >"$work/log" 2>&1) || true
	else
		(cd "$work/scratch" && "$mmref" fuzz "$1" --engine blind --seed 1 --runs 400000 \
			--no-shrink >"$work/log" 2>&1) || true
	fi
	cat "$work"/scratch/.mmref-fail/*/trace.ops >"$work/found.ops" 2>/dev/null || say_log
}

# What a search found says so, also where a trace that was judged lay before, and is
# judged before the next search.
is_of_search() { # TARGET BUG
	local found=("$work"/scratch/.mmref-fail/*/)
	searched=yes
	[ "$(cat "${found[0]}target")" = "$1" ] || wrong "$2" "no target in ${found[0]}"
	rm "${found[0]}target"
	echo nonsense >"${found[0]}trace.ops"
	(cd "$work/scratch" && "$mmref" fuzz "$1" --engine blind --seed 1 --runs 400000 \
		--no-shrink >"$work/log" 2>&1) || true
	cmp -s "${found[0]}trace.ops" "$work/found.ops" ||
		wrong "$2" "a judged trace was in the way of what a search found"
	(cd "$work/scratch" && "$mmref" fuzz "$1" --engine blind --runs 1 >"$work/log" 2>&1) || true
	grep -q 'still there' "$work/log" ||
		wrong "$2" "what was found is not judged before the next search"
}

one_bug() { # MODULE BUG TARGET MINIMUM TRACE
	local claim class
	find_short "$3" "${5:-}"
	[ "$searched" = yes ] || [ -n "${5:-}" ] || is_of_search "$3" "$2"
	claim=$(verdict "$work/found.ops" | awk '{ print $2 }')
	if [ -z "$claim" ] || ! pad "$3" "$work/found.ops" "$claim"; then
		wrong "$2" "found no trace of $ops operations that shows it ($claim)"
		return
	fi
	class=$("$mmref" shrink --budget 0 "$work/long.ops" 2>&1 >/dev/null |
		sed -n 's/.* fails: \(.*\) (@[0-9]*).*/\1/p')
	shrink "$1 $2" "$4" "$class"
	is_minimal "$1 $2" "$work/short.ops" "$class"
}

plant_bugs() {
	local module bug target minimum trace
	while read -r module bug target minimum trace; do
		[ -n "$module" ] || continue
		(cd "$tree" && git apply "corpus/bugs/$bug.patch")
		build
		one_bug "$module" "$bug" "$target" "$minimum" "$trace"
		(cd "$tree" && git apply -R "corpus/bugs/$bug.patch")
	done <<<"$bugs"
}

# ---- deaths ----------------------------------------------------------------------------

# Poking 77 kills the process: CODE in place of the write.
plant_death() { # NAME CLASS CODE
	cp fuzz/sim/ram_ops.c "$tree/fuzz/sim/ram_ops.c"
	sed -i "s|^\t\tmm_ram_write(x, pfn, offset.*|\t\t{ if (op->arg[2] == 77) $3; }|" \
		"$tree/fuzz/sim/ram_ops.c"
	build
	fresh_scratch
	printf 'machine ram=4M max_order=6 pageblock_order=3\na = alloc order=2\npoke a offset=4K value=77\n' \
		>"$work/found.ops"
	padded 5 buddy "$work/found.ops" >"$work/long.ops"
	shrink "death $1" 2 "$2"
}

# An input that dies takes nothing with it: it is set aside, the others are kept,
# and an input that dies when it is made shorter stays as it was.
survivors() {
	local word
	rm -rf "$work/scratch/traces" "$work/scratch"/in*
	mkdir -p "$work/scratch/traces"
	cp "$work/found.ops" "$work/scratch/traces/deadly.ops"
	cp corpus/phys/buddy/seed/*.ops "$work/scratch/traces"
	(
		cd "$work/scratch"
		"$mmref" corpus seed buddy in --from traces >/dev/null
		cp -r in in2
		for word in "merge buddy out in" "min buddy in2"; do
			if "$mmref" corpus $word >"$work/log" 2>&1 || [ $? -ne 1 ]; then
				echo "corpus $word: does not end as a finding"
			fi
		done
		cmp in/deadly out.failed/deadly
		cmp in/deadly in2.failed/deadly
		if [ -e out/deadly ] || [ -e in2/deadly ]; then echo "a deadly input was kept"; fi
		if ! ls out/* in2/* >/dev/null; then echo "the others were not kept"; fi
	) >"$work/out" 2>&1
	[ ! -s "$work/out" ] || wrong survivors "$(cat "$work/out")"
}

[ -d "$work/build" ] || rm -rf "$tree"
sync_folder . "$tree"
plant_bugs
plant_death "null pointer" "SIGSEGV op_poke" '*(volatile int *)op->arg[3] = 1'
survivors
plant_death "caller error" "SIGABRT fuzz/sim/ram_ops.c:" 'MM_PRE(op->arg[2] != 77)'
plant_death hang "hang in poke" 'for (volatile int i = 0; !i;) continue'
cp fuzz/sim/ram_ops.c "$tree/fuzz/sim/ram_ops.c"
if [ "$shrunk" -ne 8 ]; then
	echo "shrunk $shrunk traces, not 8"
	failed=1
fi
exit $failed
