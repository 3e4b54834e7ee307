#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# fuzz/mutants/mutants.sh: how many small mistakes in the reference do the checks see?
#
#     working tree --> source (a copy that stays) --> tree of each job
#     mutant --> same code at -O2?  equal, counted nowhere
#            --> build              does not compile, counted nowhere
#            --> corpus --> own suites --> fuzz --> all suites      the first to
#                fail kills it, cheap ones first; what runs too long is killed by time
#
# Each job has a tree and a build of its own in build/mutants; one mutant costs a
# compilation, a link, and what judges it. A line per judged mutant is appended to
# build/mutants/results.tsv, so that --resume can go on where a run was stopped.
# Exit: 0 the mutants were judged, 1 the tree has a finding without any, 2 usage,
# 3 bad input, 4 nothing to judge, 130 and 143 stopped by a signal.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cd "$here/../.."

usage() {
	cat <<'END'
usage: ./run mutants [--n N] [--seed S] [--jobs J] [--resume] [--own-suites]
                     [--runs N] [PATH ...]
       ./run mutants --list [--n N] [--seed S] [PATH ...]
       ./run mutants --operators [PATH ...]
       ./run mutants --show ID | --only ID

Writes small mistakes into a copy of the tree, one at a time, and says which of
them the checks see. PATH is a file of C or a folder (default: ref/phys ref/early).

  --n N          so many mutants (default: 100)
  --seed S       which ones (default: 1); the first of more are those of fewer
  --jobs J       at the same time, each with a tree of its own (default: JOBS, or 1)
  --resume       keep what build/mutants/results.tsv has of the same source
  --own-suites   only the property suites of the mutant's own module: faster
  --runs N       inputs for the fuzzer (default: 20000)
  --list         only print the mutants: id, function, operator, before, after
  --operators    only count them by operator
  --show ID      only print the lines before and after
  --only ID      judge this one and print all that was said about it
END
}

work=${MM_MUTANTS:-build/mutants} # a test has its own
mkdir -p "$work"
work=$(cd "$work" && pwd -P)
source=$work/source
results=$work/results.tsv
scratch=$work/scratch
log=$work/log
workers=

say() { printf '== %s\n' "$*" >&2; }

die() { # STATUS TEXT
	printf 'mutants: %s\n' "$2" >&2
	exit "$1"
}

# shellcheck source=fuzz/command/planted.sh
. "$here/../command/planted.sh"

# ---- arguments ----

n=100
seed=1
jobs=${JOBS:-1}
resume=no
own=no
runs=20000
word=judge
id=
paths=()

number() { # OPTION VALUE
	case $2 in
	'' | *[!0-9]*) die 2 "$1: not a number: $2" ;;
	esac
}

while [ $# -gt 0 ]; do
	case $1 in
	--n | --seed | --jobs | --runs)
		[ $# -gt 1 ] || { usage >&2; die 2 "$1 takes a value"; }
		number "$1" "$2"
		case $1 in
		--n) n=$2 ;;
		--seed) seed=$2 ;;
		--jobs) jobs=$2 ;;
		--runs) runs=$2 ;;
		esac
		shift
		;;
	--show | --only)
		[ $# -gt 1 ] || { usage >&2; die 2 "$1 takes an id"; }
		word=${1#--}
		id=$2
		shift
		;;
	--list | --operators) word=${1#--} ;;
	--resume) resume=yes ;;
	--own-suites) own=yes ;;
	-h | --help) usage; exit 0 ;;
	-*) usage >&2; die 2 "unknown option $1" ;;
	*) paths+=("${1%/}") ;;
	esac
	shift
done
[ ${#paths[@]} -gt 0 ] || paths=(ref/phys ref/early)
[ "$n" -gt 0 ] && [ "$jobs" -gt 0 ] || die 2 "--n and --jobs begin at 1"
# An id has its path in it.
check_paths() {
	local path
	for path in "${paths[@]}"; do
		case $path in
		/* | *..*) die 2 "$path: name it from the root of the tree, as ref/phys" ;;
		esac
		[ -e "$path" ] || die 3 "$path: there is no such file or folder"
	done
}
[ -n "$id" ] || check_paths

# ---- the source and the first tree ----

exec 9>"$work/lock"
flock -n 9 || die 4 "another run holds $work/lock"

clean_up() {
	local worker
	trap '' INT TERM
	for worker in $workers; do
		kill -TERM "$worker" 2>/dev/null || true
	done
	stop_child
	wait
	rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

patience=${MM_MUTANTS_SECONDS:-10} # of computing, beyond several times what is usual
preset=fuzz # so that the fuzzer learns; its programs judge traces as well

targets_of_build() {
	local target
	printf '%s\n' mmref-cli mmref-prop
	for target in "$source"/fuzz/targets/*.target; do
		printf 'fuzz_%s\n' "$(basename "$target" .target)"
	done
}

# A tree as the working tree is, built. What only warns is a mutant all the same.
make_tree() { # JOB
	local tree=$work/$1 targets
	mapfile -t targets < <(targets_of_build)
	sync_folder "$source" "$tree"
	# once: a mutant changes nothing that the build is configured by, and each would ask
	configure_tree "$tree" "$preset" -DMM_WERROR=OFF -DCMAKE_C_FLAGS=-w \
		-DCMAKE_SUPPRESS_REGENERATION=ON
	run_logged cmake --build "$tree/build/$preset" --parallel "${JOBS:-$(nproc)}" \
		--target "${targets[@]}" ||
		{ tail -n 40 "$log" >&2; die 1 "the tree does not build"; }
}

# The generator, of the source as it is: quick to build by hand, and so free of
# what a mutant does to the first tree.
make_generator() {
	${CC:-cc} -std=c11 -D_DEFAULT_SOURCE -O1 -I "$source" -I "$source/include" \
		-o "$work/mmref-mutants" "$source"/fuzz/mutants/*.c "$source/ref/lib/rng.c" ||
		die 1 "the generator does not build"
}

generate() { # ARG...: at the root of the source
	(cd "$source" && exec "$work/mmref-mutants" "$@")
}

sync_folder . "$source"
make_generator

case $word in
list)
	generate list --n "$n" --seed "$seed" "${paths[@]}"
	exit 0
	;;
operators)
	generate operators "${paths[@]}"
	exit 0
	;;
show)
	generate show "$id"
	exit 0
	;;
only)
	generate show "$id"
	printf '%s\t-\t-\t-\t-\n' "$id" >"$work/queue"
	results=$work/only.tsv
	jobs=1
	;;
judge)
	generate list --n "$n" --seed "$seed" "${paths[@]}" >"$work/queue" ||
		die 4 "nothing to judge in ${paths[*]}"
	;;
esac

# ---- what was judged before ----

# All that can change a verdict: the source, and what was asked of it.
print_of_source() {
	hash_files "$source" |
		{ cat; printf '%s %s\n' "$own" "$runs"; } | sha256sum | cut -c 1-16
}

print=$(print_of_source)
if [ "$word" = judge ] && [ "$resume" = yes ] && [ -e "$results" ]; then
	read -r _ _ before <"$results"
	[ "$before" = "$print" ] ||
		die 3 "$results is of another source or other options ($before, now $print): run without --resume"
	# a line that was cut off by a crash has too few fields
	awk -F '\t' 'NR == 1 || NF == 7' "$results" >"$results.new"
	mv "$results.new" "$results"
else
	[ ! -e "$results" ] || mv "$results" "$results.old"
	printf '# source %s\n' "$print" >"$results"
fi
awk -F '\t' 'NR == FNR { seen[$1] = 1; next } !($1 in seen) { print $1 }' \
	"$results" "$work/queue" >"$work/todo"

# ---- judging one ----

tree= # of this job
# Seconds that each kind of check may compute; judge_nothing sets them.
limit_corpus=1200
limit_all=1200
declare -A limit_own=()  # of each module
declare -A limit_fuzz=() # of each target

# The module that a file belongs to, as its suite is called.
module_of() { # FILE
	case $1 in
	include/mm/*) basename "$1" .h ;;
	*) printf '%s' "$1" | sed -e 's|^[^/]*/[^/]*/||' -e 's|/.*||' -e 's|\.[ch]$||' ;;
	esac
}

# Whose machines have what the file is about.
target_of_file() { # FILE
	local target file=$1
	case $file in
	# a contract goes with what it is about
	include/mm/*.h)
		if compgen -G "$source/ref/virt/$(module_of "$file")*" >/dev/null; then
			file=ref/virt/header
		fi
		;;
	esac
	case $file in
	ref/virt/*) target=vma ;;
	ref/early/memblock/* | include/mm/memblock.h) target=memblock ;;
	ref/early/*) target=boot ;;
	ref/phys/buddy/* | include/mm/buddy.h | include/mm/migratetype.h) target=fallback ;;
	ref/phys/watermark.c | include/mm/watermark.h) target=watermark ;;
	*) target=page_alloc ;;
	esac
	[ -e "$source/fuzz/targets/$target.target" ] ||
		target=$(basename "$(find "$source/fuzz/targets" -name '*.target' | sort | head -n 1)" .target)
	printf '%s' "$target"
}

# What the compiler makes of a file, without names of labels and without texts,
# where an assertion quotes its condition.
code_of() { # TREE FILE
	local file=$2 files
	files=("$file")
	case $file in
	*.h) mapfile -t files < <(cd "$1" && find ref -name '*.c' | LC_ALL=C sort) ;;
	esac
	(cd "$1" && for file in "${files[@]}"; do
		"${CC:-cc}" -std=c11 -D_DEFAULT_SOURCE -O2 -w -Iinclude -I. -S -o - "$file" || exit 1
	done) | awk -f "$here/code.awk"
}

# Run a check with a limit on computing, since a machine may be slow but not
# patient; status 124: it ran too long.
check() { # LIMIT COMMAND...
	local status=0
	run_logged bash -c 'ulimit -c 0 -t "$0"; exec timeout 3600 "$@"' "$@" || status=$?
	# SIGXCPU, or the SIGKILL that comes after it
	if [ "$status" -eq 152 ] || [ "$status" -eq 137 ] || grep -qs 'CPU time limit' "$log"; then
		status=124
	fi
	return "$status"
}

# verdict, killer and what it said are set by each way to see a mutant.
verdict= killer= what=

killed() { # BY STATUS
	verdict=killed
	killer=$1
	what=$(claim_of "$2")
	if [ "$2" -eq 124 ]; then
		killer=timeout
		what="hang in $1"
	fi
}

killed_by_corpus() {
	local status=0
	check "$limit_corpus" "$tree/build/$preset/mmref" check "$tree/corpus" || status=$?
	[ "$status" -ne 0 ] || return 1
	killed corpus "$status"
}

killed_by_suites() { # LIMIT [SUITE]
	local status=0
	# some read recordings, at the root of the tree
	check "$1" bash -c 'ln -s "$0/corpus" corpus && exec "$@"' "$tree" \
		"$tree/build/$preset/mmref-prop" "${@:2}" || status=$?
	# 4: there is no such suite
	[ "$status" -ne 0 ] && [ "$status" -ne 4 ] || return 1
	killed property "$status"
	if [ "$killer" = property ]; then
		what=$(property_that_failed)
		what=${what:-$(claim_of "$status")}
	fi
}

# As mmref-prop names it: where it failed, in the table, or when the process died.
property_that_failed() {
	sed -n -e 's/.*:[0-9][0-9]*: \([a-z0-9_]*\.[a-z0-9_]*\), seed .*/\1/p' \
		-e 's/^\([a-z0-9_]*\.[a-z0-9_]*\) *FAILED.*/\1/p' \
		-e 's/.*the process died in \([a-z0-9_.]*\).*/\1/p' "$log" | head -n 1
}

killed_by_fuzz() { # FILE
	local status=0
	local target
	target=$(target_of_file "$1")
	check "${limit_fuzz[$target]:-1200}" "$tree/build/$preset/mmref" fuzz "$target" --no-shrink --runs "$runs" \
		--seed 1 --ignore-stored || status=$?
	[ "$status" -ne 0 ] || return 1
	# the limit ends the program that mmref waits for: it stops, and has found nothing
	! grep -qsx 'found after [0-9]* executions: *' "$log" || status=124
	killed fuzz "$status"
}

compiles() { # TARGET...
	run_logged cmake --build "$tree/build/$preset" --parallel 1 --target "$@" && return 0
	verdict=uncompilable
	killer=-
	what=-
	# an assertion of the compiler's is a check like any other
	if grep -q 'static.assert' "$log"; then
		verdict=killed
		killer=compiler
		what=$(sed -n 's/.*static.assert[^:]*: *//p' "$log" | head -n 1)
	fi
	return 1
}

# Is the code another one at all?
differs() { # FILE
	local base
	base=$work/code/$(printf '%s' "$1" | tr / _)
	mkdir -p "$work/code"
	if [ ! -e "$base" ]; then
		code_of "$source" "$1" >"$base.$tree_nr" 2>/dev/null || true
		mv "$base.$tree_nr" "$base"
	fi
	code_of "$tree" "$1" >"$work/code.$tree_nr" 2>/dev/null || return 0
	! cmp -s "$base" "$work/code.$tree_nr"
}

judge() { # ID
	local file=${1%:*:*:*} module
	module=$(module_of "$file")
	verdict=survived
	killer=-
	what=-
	(cd "$source" && exec "$work/mmref-mutants" apply "$1") >"$work/mutated.$tree_nr"
	cp "$work/mutated.$tree_nr" "$tree/$file"
	if ! differs "$file"; then
		verdict=equal
	elif compiles mmref-cli && ! killed_by_corpus && compiles mmref-prop; then
		killed_by_suites "${limit_own[$module]:-1200}" "$module" ||
			{ compiles "fuzz_$(target_of_file "$file")" && killed_by_fuzz "$file"; } ||
			{ [ "$own" = no ] && killed_by_suites "$limit_all"; } || true
	fi
	cp "$source/$file" "$tree/$file"
}

# ---- judging all ----

# The next id of the list, for whoever asks first.
next_id() {
	(
		flock 8
		head -n 1 "$work/todo"
		sed -i 1d "$work/todo"
	) 8>"$work/todo.lock"
}

record() { # ID SECONDS
	local row
	row=$(awk -F '\t' -v "id=$1" '$1 == id { print $2 "\t" $3 }' "$work/queue" | head -n 1)
	(
		flock 8
		printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$row" "$verdict" "$killer" "${what:--}" "$2" \
			>>"$results"
		progress "$1"
	) 8>"$work/todo.lock"
}

progress() { # ID
	local done_now left minutes
	done_now=$(($(wc -l <"$results") - 1 - before_run))
	left=$((total - before_run - done_now))
	minutes=$(((SECONDS - started) * left / done_now / 60))
	say "$((before_run + done_now)) of $total, $minutes min left: $1: $verdict${killer:+ ($killer: $what)}"
}

worker() { # NR
	local id before
	tree_nr=$1
	tree=$work/$1
	scratch=$work/scratch.$1
	log=$work/log.$1
	trap 'stop_child; rm -rf "$scratch"; exit 143' TERM INT
	trap - EXIT
	while id=$(next_id) && [ -n "$id" ]; do
		before=$SECONDS
		judge "$id"
		record "$id" $((SECONDS - before))
		[ "$word" != only ] || cat "$log"
	done
	rm -rf "$scratch"
}

# One file of the list for each module, or for each target.
files_by() { # FUNCTION
	local file
	sed 's/:.*//' "$work/todo" | sort -u | while read -r file; do
		printf '%s %s\n' "$("$1" "$file")" "$file"
	done | sort -u -k 1,1 | cut -d ' ' -f 2
}

# What all children have computed so far, in hundredths of a second, to $spent. The
# children of a subshell, as of a pipe, would be others.
spent=0
look_at_time() {
	times >"$work/times"
	spent=$(awk 'END { for (i = 1; i <= 2; i++) { split($i, t, /[ms]/); s += t[1] * 60 + t[2] }
		printf "%d", 100 * s }' "$work/times")
}

# How long a kind of check may compute, $limit: so many times what it did since before.
set_limit() { # TIMES BEFORE
	look_at_time
	limit=$((patience + $1 * (spent - $2) / 100))
}

# Without any mutant everything has to pass, and how long that takes says when
# something hangs: several times that long.
judge_nothing() {
	local file before limit
	tree=$work/1
	say "judging the tree without mutants"
	look_at_time
	before=$spent
	! killed_by_corpus || no_verdict
	set_limit 10 "$before"
	limit_corpus=$limit
	while read -r file; do
		before=$spent
		! killed_by_suites 1200 "$(module_of "$file")" || no_verdict
		set_limit 4 "$before"
		limit_own[$(module_of "$file")]=$limit
	done < <(files_by module_of)
	while read -r file; do
		before=$spent
		! killed_by_fuzz "$file" || no_verdict
		set_limit 4 "$before"
		limit_fuzz[$(target_of_file "$file")]=$limit
	done < <(files_by target_of_file)
	[ "$own" = no ] || return 0
	before=$spent
	! killed_by_suites 1200 || no_verdict
	set_limit 4 "$before"
	limit_all=$limit
}

no_verdict() {
	tail -n 20 "$log" >&2
	die 1 "without any mutant: $killer: $what: nothing can be told from it"
}

total=$(wc -l <"$work/queue")
before_run=$(($(wc -l <"$results") - 1))
if [ -s "$work/todo" ]; then
	rm -rf "$work/code"
	for job in $(seq "$jobs"); do
		say "building tree $job of $jobs"
		make_tree "$job"
	done
	judge_nothing
	started=$SECONDS
	for job in $(seq "$jobs"); do
		worker "$job" &
		workers="$workers $!"
	done
	for job in $workers; do
		wait "$job"
	done
	workers=
fi

# ---- what came out ----

if [ "$word" = only ]; then
	tail -n +2 "$results"
	exit 0
fi
awk -F '\t' 'NR == FNR { wanted[$1] = 1; next } $1 in wanted' "$work/queue" "$results" |
	awk -f "$here/summary.awk"
awk -F '\t' 'NR == FNR { wanted[$1] = 1; next } ($1 in wanted) && $4 == "survived" { print $1 }' \
	"$work/queue" "$results" | while read -r id; do
	printf '\n'
	generate show "$id"
done
say "each verdict: $results"
