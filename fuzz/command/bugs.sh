#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# fuzz/command/bugs.sh: does the harness see the bugs of corpus/bugs?
#
# One at a time they are planted in a copy of the working tree, build/bugs/tree,
# which is built as the fuzz preset is. First the traces in corpus/ are judged.
# When they are content (or with --fuzz), the fuzzers start from nothing, with the
# target that the patch names ("Target: NAME"; default buddy).
#
#     sync tree -> apply patch -> build -> check corpus -> fuzz -> sync tree
#
# The copy is kept: the next run compiles only what changed.
# Exit: 0 all bugs were seen, 1 one was not (or its patch is of no use any more),
# 2 usage, 4 unsupported here, 130 and 143 stopped by a signal.
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

usage() {
	cat <<'END'
usage: ./run bugs [--fuzz] [--blind] [--seeds "S ..."] [--runs N] [NAME ...]
       ./run bugs --list

Plants each bug of corpus/bugs (or those named) and says which claim saw it.

  --fuzz          fuzz also what the corpus saw
  --blind         a second column: the engine that learns nothing
  --seeds "S ..." of the fuzzers (default: "1 2 3")
  --runs N        inputs per seed at most (default: 1000000)
  --list          names and titles

Columns: the bug; the claim that fell (or how the process died); inputs until
then, as the median over the seeds, - when the fuzzer was not asked; the trace
that showed it, or the seeds.
END
}

work=build/bugs
tree=$work/tree
scratch=$work/scratch # where findings are kept; each run starts without any
log=$work/log
child=                # process group of the program that runs
planted=              # the patch in the tree
unseen=0

say() { printf '== %s\n' "$*" >&2; }

die() { # STATUS TEXT
	printf 'bugs: %s\n' "$2" >&2
	exit "$1"
}

# ---- being stopped ----

stop_child() {
	if [ -n "$child" ]; then
		kill -TERM -- "-$child" 2>/dev/null || true
		wait "$child" 2>/dev/null || true
		child=
	fi
}

clean_up() {
	stop_child
	rm -rf "$scratch"
	if [ -n "$planted" ]; then
		planted=
		sync_tree
	fi
}

# Run a program in the scratch folder, what it says to the log; its status is
# the result. It gets a process group of its own, so that its children can be
# stopped with it, and runs in the background, because a shell takes no signal
# while it waits for a program in the foreground.
run_logged() { # COMMAND...
	local status=0
	rm -rf "$scratch"
	mkdir -p "$scratch"
	(cd "$scratch" && exec setsid "$@") >"$log" 2>&1 </dev/null &
	child=$!
	wait "$child" || status=$?
	child=
	return "$status"
}

# ---- the tree ----

list_files() {
	git -c core.quotePath=off ls-files --cached --others --exclude-standard | sort -u
}

# Make the tree equal to the working tree. Equal files are left alone; others get
# a new time with their new content, so that a build always sees the change.
sync_tree() {
	local file
	mkdir -p "$tree"
	list_files >"$work/files"
	while read -r file; do
		if [ -f "$file" ] && ! cmp -s "$file" "$tree/$file"; then
			mkdir -p "$tree/$(dirname "$file")"
			cp "$file" "$tree/$file"
		fi
	done <"$work/files"
	(cd "$tree" && find . -path ./build -prune -o -type f -print) | sed 's|^\./||' | sort |
		comm -13 "$work/files" - |
		while read -r file; do
			rm -f "$tree/$file"
		done
}

configure() {
	if command -v ninja >/dev/null; then
		export CMAKE_GENERATOR="${CMAKE_GENERATOR:-Ninja}"
	fi
	if ! (cd "$tree" && cmake --preset fuzz) >"$log" 2>&1; then
		cat "$log" >&2
		die 1 "the fuzz preset does not configure"
	fi
}

build() {
	local programs
	mapfile -t programs < <(fuzz_programs)
	cmake --build "$tree/build/fuzz" --parallel "${JOBS:-$(nproc)}" \
		--target mmref-cli "${programs[@]}" >"$log" 2>&1
}

# The fuzz target of a patch.
target_of() { # PATCH
	local target
	target=$(sed -n '/^--- /q;s/^Target: \([a-z0-9_]*\)$/\1/p' "$1" | head -n 1)
	printf '%s' "${target:-buddy}"
}

# The programs of all targets that the bugs of this run name.
fuzz_programs() {
	local bug
	for bug in $names; do
		printf 'fuzz_%s\n' "$(target_of "corpus/bugs/$bug.patch")"
	done | sort -u
}

# ---- reading what was said ----

# The claim a finding names, else how the process died.
claim_of() { # STATUS
	local claim
	claim=$({
		sed -n 's/^finding: \([a-z0-9_.]*\) .*/\1/p' "$log"
		# FILE:LINE: @POSITION: OPERATION, and below it CLAIM: SENTENCE
		sed -n '/: @[0-9]*: /{n;s/^  \([a-z0-9_.]*\): .*/\1/p;}' "$log"
		sed -n 's/.*caller error: .*/MM_PRE/p' "$log"
		sed -n 's/.*ERROR: AddressSanitizer: \([A-Za-z-]*\).*/ASan \1/p' "$log"
		sed -n 's/.*runtime error: .*/UBSan/p' "$log"
		sed -n 's/.*the process died (\(.*\)) at$/\1/p' "$log"
	} | head -n 1)
	printf '%s' "${claim:-status $1}"
}

# The first trace that was complained about.
trace_of() {
	sed -n 's|^\(.*/\)\{0,1\}\([^/]*\.ops\):[0-9]*: @[0-9]*: .*|\2|p' "$log" | head -n 1
}

# ---- the two ways to see a bug; claim and where are set ----

seen_by_corpus() {
	local status=0
	# a bug may also make a trace run for ever
	run_logged timeout 300 ../tree/build/fuzz/mmref check ../tree/corpus || status=$?
	if [ "$status" -eq 0 ]; then
		return 1
	fi
	claim=$(claim_of "$status")
	if [ "$status" -eq 124 ]; then
		claim=hang
	fi
	where=$(trace_of)
	where=${where:-corpus}
}

# All seeds of one engine; the median of the inputs until a finding is left in
# `executions`.
seen_by_fuzzing() { # ENGINE
	local seed status found target counts='' seeds_found=''
	target=$(target_of "$planted")
	for seed in $seeds; do
		say "$name: $1 on $target, seed $seed"
		status=0
		run_logged ../tree/build/fuzz/mmref fuzz "$target" --no-shrink --runs "$runs" --seed "$seed" \
			--engine "$1" --ignore-stored || status=$?
		case $status in
		0) found=$((runs + 1)) ;;
		2 | 4 | 5)
			cat "$log" >&2
			die 1 "$name: mmref fuzz says status $status"
			;;
		*)
			found=$(sed -n 's/^found after \([0-9]*\) executions.*/\1/p' "$log" | head -n 1)
			# a crash takes the blind engine's count with it
			found=${found:-0}
			seeds_found="$seeds_found $seed"
			if [ -z "$claim" ]; then
				claim=$(claim_of "$status")
			fi
			;;
		esac
		counts="$counts$found
"
	done
	executions=$(median "$counts")
	if [ -z "$seeds_found" ]; then
		return 1
	fi
	if [ -z "$where" ]; then
		where="$1 on $target, seed$seeds_found"
	fi
}

# The middle of the numbers, one per line; the lower one of an even count.
median() { # LINES
	local middle
	middle=$(printf '%s' "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')
	case $middle in
	0) printf crash ;;
	$((runs + 1))) printf '>%s' "$runs" ;;
	*) printf '%s' "$middle" ;;
	esac
}

# ---- one bug ----

row() { # NAME CLAIM EXECUTIONS BLIND WHERE
	if [ "$blind" = yes ]; then
		printf '%-52s %-26s %10s %10s  %s\n' "$@"
	else
		printf '%-52s %-26s %10s  %s\n' "$1" "$2" "$3" "$5"
	fi
}

one_bug() { # NAME
	local claim='' where='' executions=- blind_executions=-
	name=$1
	planted=corpus/bugs/$name.patch
	if ! git apply --directory="$tree" "$planted" >"$log" 2>&1; then
		cat "$log" >&2
		unseen=$((unseen + 1))
		row "$name" "PATCH DOES NOT APPLY" - - -
		return
	fi
	if ! build; then
		cat "$log" >&2
		unseen=$((unseen + 1))
		row "$name" "DOES NOT BUILD" - - -
		return
	fi
	if ! seen_by_corpus || [ "$fuzz" = yes ]; then
		seen_by_fuzzing libfuzzer || true
		if [ "$blind" = yes ]; then
			fuzzed=$executions
			seen_by_fuzzing blind || true
			blind_executions=$executions
			executions=$fuzzed
		fi
	fi
	if [ -z "$claim" ]; then
		unseen=$((unseen + 1))
	fi
	row "$name" "${claim:-NOT SEEN}" "$executions" "$blind_executions" "${where:--}"
}

all_names() {
	local patch
	for patch in corpus/bugs/*.patch; do
		[ ! -e "$patch" ] || basename "$patch" .patch
	done
}

list() {
	for name in $(all_names); do
		printf '%-52s %s\n' "$name" "$(head -n 1 "corpus/bugs/$name.patch")"
	done
}

# ---- arguments ----

fuzz=no
blind=no
seeds='1 2 3'
runs=1000000
names=
while [ $# -gt 0 ]; do
	case $1 in
	--fuzz) fuzz=yes ;;
	--blind) blind=yes ;;
	--seeds | --runs)
		[ $# -gt 1 ] || { usage >&2; die 2 "$1 takes a value"; }
		case $2 in
		'' | *[!0-9\ ]*) die 2 "$1: not a number: $2" ;;
		esac
		if [ "$1" = --seeds ]; then seeds=$2; else runs=$2; fi
		shift
		;;
	--list) list; exit 0 ;;
	-h | --help) usage; exit 0 ;;
	-*) usage >&2; die 2 "unknown option $1" ;;
	*)
		[ -e "corpus/bugs/$(basename "$1" .patch).patch" ] || die 2 "there is no corpus/bugs/$1.patch"
		names="$names $(basename "$1" .patch)"
		;;
	esac
	shift
done
names=${names:-$(all_names)}
[ -n "$names" ] || die 4 "corpus/bugs holds no patch"

for name in $names; do
	target=$(target_of "corpus/bugs/$name.patch")
	[ -e "fuzz/targets/$target.target" ] || die 2 "$name: there is no fuzz target $target"
done

# ---- the run ----

mkdir -p "$work"
exec 9>"$work/lock"
flock -n 9 || die 4 "another run holds $work/lock"
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "building the tree without bugs in $tree"
sync_tree
configure
build || { cat "$log" >&2; die 1 "the tree does not build"; }
if ! run_logged ../tree/build/fuzz/mmref check ../tree/corpus; then
	cat "$log" >&2
	die 1 "the corpus has a finding without any bug planted: nothing can be told from it"
fi

row bug claim executions blind "seen by"
nr=0
total=$(echo "$names" | wc -w)
for name in $names; do
	nr=$((nr + 1))
	say "$nr of $total: $name"
	one_bug "$name"
	planted=
	sync_tree
done
say "$((nr - unseen)) of $nr bugs were seen"
[ "$unseen" -eq 0 ]
