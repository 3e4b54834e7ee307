#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/coverage.sh: which lines and branches of each module the corpus, the
# properties and fuzzing reach, and which states of the allocator.
#
#     corpus/        --> mmref check, states --> profile/corpus      \
#     all properties --> mmref-prop          --> profile/properties   > lines by module, floors, HTML
#     inputs         --> mmref fuzz, states  --> profile/fuzz        /
#
# The inputs are random ones of every target under a fixed seed, and with --corpora
# those that fuzzers have gathered.  Exit: 0 every floor is held, 1 one is not,
# 2 usage, 3 bad input.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
	cat <<'END_USAGE'
usage: ./run coverage [--runs N] [--corpora FOLDER]

  --runs N            random inputs of each target (default: 50000)
  --corpora FOLDER    also the inputs in FOLDER/TARGET, as fuzzers have gathered them

Prints a line per module with what each source reaches and the floors it promises
(cmake/coverage.lock), the sums of ref/early and ref/phys, lines of theirs that are not
reached and have no reason (cmake/coverage_reasons.lock), and the states of the
allocator. HTML: build/cov/html.
END_USAGE
}

say() { printf '== %s\n' "$*"; }

die() { # STATUS TEXT
	printf 'coverage: %s\n' "$2" >&2
	exit "$1"
}

build=build/cov
out=$build/coverage
lock=cmake/coverage.lock
reasons=cmake/coverage_reasons.lock
runs=50000
corpora=
failed=0

# ---- running ----

# sourced NAME COMMAND...: the command's profile belongs to source NAME.
sourced() {
	local name=$1 status=0
	shift
	# %m: all processes of one program add to one file; %1: and do so at once
	LLVM_PROFILE_FILE=$PWD/$out/profile/$name/%1m.profraw "$@" >"$out/log" 2>&1 </dev/null || status=$?
	if [ "$status" -ne 0 ]; then
		tail -n 20 "$out/log" >&2
		die 1 "$* ended with status $status"
	fi
}

run_corpus() {
	say "corpus: $(find corpus -name '*.ops' | wc -l) traces and the recordings"
	local recording
	sourced corpus $build/mmref check corpus
	for recording in corpus/recordings/*.txt.gz; do
		sourced import $build/mmref import "$recording" -o "$out/recording.ops"
		sourced corpus $build/mmref check "$out/recording.ops"
	done
	rm -rf "$out/profile/import"
}

run_properties() {
	say "properties: $($build/mmref-prop --list | wc -l)"
	sourced properties $build/mmref-prop
}

run_fuzz() {
	local target
	for target in $targets; do
		say "fuzz: $target, $runs random inputs${corpora:+ and $corpora/$target}"
		sourced fuzz $build/mmref fuzz "$target" --runs "$runs" --seed 1 --engine blind \
			--ignore-stored
		if [ -n "$corpora" ] && [ -d "$corpora/$target" ]; then
			sourced fuzz "$build/fuzz_$target" "$corpora/$target"
		fi
	done
}

# ---- lines ----

# merge SOURCE...: what they reached, in $out/merged.profdata
merge() {
	local source profiles=()
	for source in "$@"; do
		profiles+=("$out/profile/$source"/*.profraw)
	done
	llvm-profdata-14 merge -sparse "${profiles[@]}" -o "$out/merged.profdata"
}

# cov WORD ARG...: llvm-cov on the program that has all of the reference. It warns
# of functions that other programs have in another shape: their main.
cov() {
	local word=$1
	shift
	llvm-cov-14 "$word" -instr-profile="$out/merged.profdata" "$@" 2>"$out/log" || {
		cat "$out/log" >&2
		die 1 "llvm-cov $word failed"
	}
}

# A line per file of the reference: "FILE LINES MISSED BRANCHES MISSED". Columns
# come in threes: regions, functions, lines, branches.
report() { # SOURCE...
	merge "$@"
	cov report -use-color=false "$build/mmref" >"$out/report"
	awk '$1 ~ /^(ref|include)\/.*\.[ch]$/ { print $1, $8, $9, $11, $12 }' "$out/report" >"$out/files"
	[ -s "$out/files" ] || die 1 "$out/report has no file of ref/ or include/"
	cat "$out/files"
}

# by_module: the same, summed over the files of a module
by_module() {
	awk '{
		n = split($1, part, "/")
		name = part[n]
		sub(/\.[ch]$/, "", name)
		# ref/LAYER/NAME/FILE.c belongs to NAME, include/mm/NAME.h and ref/LAYER/NAME.c too
		for (i = 1; i < n; i++)
			if (part[i] == "ref" && n - i == 3)
				name = part[n - 1]
		for (i = 1; i < n; i++)
			if (part[i] == "core")
				name = "core"
		lines[name] += $2; lost[name] += $3; branches[name] += $4; unmet[name] += $5
	}
	END { for (name in lines) print name, lines[name], lost[name], branches[name], unmet[name] }' |
		LC_ALL=C sort
}

# One table of the three sources and their sum, with the floors.
table() {
	local source
	for source in corpus properties fuzz; do
		report "$source" | by_module >"$out/$source.modules"
	done
	report corpus properties fuzz | by_module >"$out/all.modules"
	awk '
	function percent(lost, all) { return all ? 100 * (all - lost) / all : 100 }
	FILENAME ~ /lock$/ {
		if ($0 !~ /^#/ && NF == 3 && $1 != "states" && $3 !~ /\//) { floor[$3] = $1; floor_b[$3] = $2 }
		next
	}
	FILENAME !~ /all.modules$/ {
		source = FILENAME; sub(/.*\//, "", source); sub(/\..*/, "", source)
		part[source, $1] = percent($3, $2)
		next
	}
	FNR == 1 {
		printf "%-12s %6s %7s %7s %7s %7s %6s   %8s %7s %6s\n", "module", "lines", "corpus", "props", "fuzz",
			"all", "floor", "branches", "all", "floor"
	}
	!$2 { next } # types and declarations
	{
		seen[$1] = 1
		all = percent($3, $2); all_b = percent($5, $4)
		mark = ""
		if (!($1 in floor)) { mark = " no floor in cmake/coverage.lock"; bad = 1 }
		else if (all + 0.05 < floor[$1] || all_b + 0.05 < floor_b[$1]) { mark = " BELOW ITS FLOOR"; bad = 1 }
		else if (all > floor[$1] + 2 || all_b > floor_b[$1] + 4) mark = " (raise its floor)"
		printf "%-12s %6d %6.1f%% %6.1f%% %6.1f%% %6.1f%% %5.1f%%   %8d %6.1f%% %5.1f%%%s\n", $1, $2, part["corpus", $1],
			part["properties", $1], part["fuzz", $1], all, floor[$1], $4, all_b, floor_b[$1], mark
		lines += $2; lost += $3; branches += $4; unmet += $5
	}
	END {
		printf "%-12s %6d %31.1f%% %16d %8.1f%%\n", "all", lines, percent(lost, lines), branches, percent(unmet, branches)
		for (name in floor)
			if (!(name in seen)) { printf "%s has a floor in cmake/coverage.lock and no code\n", name; bad = 1 }
		exit bad
	}' "$lock" "$out"/{corpus,properties,fuzz,all}.modules || failed=1
}

# The folders that promise a sum, after table: of all three sources.
folders() {
	awk '
	FILENAME ~ /lock$/ {
		if ($0 !~ /^#/ && NF == 3 && $3 ~ /\//) { floor[$3] = $1; floor_b[$3] = $2 }
		next
	}
	{
		for (name in floor)
			if (index($1, name "/") == 1) {
				lines[name] += $2; lost[name] += $3; branches[name] += $4; unmet[name] += $5
			}
	}
	END {
		for (name in floor) {
			if (!lines[name]) { printf "%s has a floor in cmake/coverage.lock and no code\n", name; bad = 1; continue }
			all = 100 * (lines[name] - lost[name]) / lines[name]
			all_b = branches[name] ? 100 * (branches[name] - unmet[name]) / branches[name] : 100
			mark = all < floor[name] || all_b < floor_b[name] ? " BELOW ITS FLOOR" : ""
			if (mark != "") bad = 1
			printf "%-12s %6d %30.2f%% %5.1f%%   %8d %6.2f%% %5.1f%%%s\n", name, lines[name], all,
				floor[name], branches[name], all_b, floor_b[name], mark
		}
		exit bad
	}' "$lock" "$out/files" | LC_ALL=C sort || failed=1
}

# "FILE FUNCTION LINE" of each line of the folders with a floor that is not reached. A
# line belongs to the function that begins last before it.
missed_of_folders() {
	awk -F '[:,]' '
	/^SF:/ { file = $2; n = 0 }
	/^FN:/ { start[n] = $2; name[n] = $NF; n++ }
	/^DA:/ && $3 == 0 {
		who = "-"; best = 0
		for (i = 0; i < n; i++)
			if (start[i] + 0 <= $2 + 0 && start[i] + 0 > best) { best = start[i] + 0; who = name[i] }
		print file, who, $2
	}' "$out/lcov" | awk '
	FILENAME ~ /lock$/ { if ($0 !~ /^#/ && NF == 3 && $3 ~ /\//) folder[$3] = 1; next }
	{ for (name in folder) if (index($1, name "/") == 1) print }' "$lock" -
}

# Each of them has a reason, and each reason a line that is not reached.
judge_reasons() {
	missed_of_folders >"$out/missed.functions"
	awk '
	FILENAME ~ /lock$/ {
		if ($0 ~ /^#/ || NF == 0) next
		if (NF < 4) { printf "%s:%d: not FILE FUNCTION LINES REASON\n", FILENAME, FNR; bad = 1; next }
		most[$1 " " $2] = $3
		next
	}
	{ lines[$1 " " $2]++; at[$1 " " $2] = at[$1 " " $2] " " $3 }
	END {
		for (f in lines) {
			if (!(f in most)) { printf "%s: not reached, and no reason: lines%s\n", f, at[f]; bad = 1 }
			else if (lines[f] > most[f]) { printf "%s: the reason is for %d lines, not reached are%s\n", f, most[f], at[f]; bad = 1 }
		}
		for (f in most)
			if (!(f in lines)) { printf "%s: all of it is reached, or it is gone: take its reason out\n", f; bad = 1 }
		exit bad
	}' "$reasons" "$out/missed.functions" | LC_ALL=C sort || failed=1
	say "$(grep -cv '^#' "$reasons") functions have lines that are not reached, and a reason: $reasons"
}

# Lines that nothing reaches, as FILE:LINE, for who wants to know which.
list_missed() {
	cov show -format=html -show-branches=count -output-dir=$build/html "$build/mmref" >/dev/null
	cov export -format=lcov "$build/mmref" |
		sed -e "s|^SF:.*/\\.\\./\\.\\./|SF:|" -e "s|^SF:$PWD/|SF:|" >"$out/lcov"
	awk -F '[:,]' '/^SF:/ { file = $2 } /^DA:/ && $3 == 0 && file ~ /^(ref|include)\// { print file ":" $2 }' \
		"$out/lcov" >"$out/missed"
	say "$(wc -l <"$out/missed") lines are not reached: $out/missed, HTML: $build/html/index.html"
}

# ---- states ----

# The floor of one source of states.
states_floor() { # SOURCE
	sed -n "s/^states $1 \([0-9]*\)$/\1/p" $lock
}

# states SOURCE ARG...: the table of `mmref states`, and its floor
states() {
	local source=$1 floor
	shift
	floor=$(states_floor "$source")
	[ -n "$floor" ] || die 3 "$lock has no line \"states $source N\""
	"$build/mmref" states "$@" --min "$floor" >"$out/states.$source" 2>"$out/log" || {
		cat "$out/log" >&2
		failed=1
	}
	say "states, $source: $(tail -n 1 "$out/states.$source") (at least $floor; table: $out/states.$source)"
}

# ---- arguments ----

while [ $# -gt 0 ]; do
	case $1 in
	--runs | --corpora)
		[ $# -gt 1 ] || { usage >&2; die 2 "$1 takes a value"; }
		case $1:$2 in
		--runs:*[!0-9]* | --runs:) die 2 "--runs: not a number: $2" ;;
		--runs:*) runs=$2 ;;
		*) corpora=$2 ;;
		esac
		shift
		;;
	-h | --help) usage; exit 0 ;;
	*) usage >&2; die 2 "unknown argument $1" ;;
	esac
	shift
done
[ -z "$corpora" ] || [ -d "$corpora" ] || die 3 "$corpora is no folder; it holds a folder per target"
targets=$(for file in fuzz/targets/*.target; do basename "$file" .target; done)
if [ -n "$corpora" ]; then
	for target in "$corpora"/*; do
		[ -e "fuzz/targets/$(basename "$target").target" ] ||
			die 3 "$target: no target is called so; there are: $(echo $targets)"
	done
fi

# ---- the run ----

rm -rf "$out"
mkdir -p "$out"
run_corpus
run_properties
run_fuzz
table
folders
list_missed
judge_reasons
states corpus corpus
states fuzz corpus --blind "$(echo $targets | tr ' ' ',')" --runs "$runs"
if [ "$failed" -ne 0 ]; then
	die 1 "a floor is not held: see the lines marked above"
fi
say "every floor of $lock is held"
