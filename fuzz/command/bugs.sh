#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# fuzz/command/bugs.sh: does the harness see the bugs of corpus/bugs, and for what
# they are?
#
# One at a time they are planted in a copy of the working tree, build/bugs/tree,
# which is built as the fuzz preset is. First the traces in corpus/ are judged.
# When they are content (or with --fuzz), the fuzzers start from nothing, with the
# target that the patch names ("Target: NAME"; default buddy). A bug that no operation
# can bring to light names the property that does ("Property: NAME") and is not fuzzed.
#
#     sync tree -> apply patch -> build -> check corpus -> fuzz -> sync tree
#                                                       -> or property
#
# A bug is seen when a claim falls that the patch names ("Claim: ID, ID"), in a
# finding that the tree without the bug does not have. Anything else that happens
# may be an alarm about something else.
# The copy is kept: the next run compiles only what changed.
# Exit: 0 all bugs were seen, 1 one was not (or its patch is of no use any more),
# 2 usage, 3 bad input, 4 unsupported here, 130 and 143 stopped by a signal.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

usage() {
	cat <<'END'
usage: ./run bugs [--fuzz] [--blind] [--seeds "S ..."] [--runs N] [--resume] [NAME ...]
       ./run bugs --list

Plants each bug of corpus/bugs (or those named) and says which claim saw it.

  --fuzz          fuzz also what the corpus saw
  --blind         a second column: the engine that learns nothing
  --seeds "S ..." of the fuzzers (default: "1 2 3")
  --runs N        inputs per seed at most (default: 1000000)
  --resume        keep what build/bugs/results.tsv has of the same source
  --list          names and titles

Columns: the bug; the claim that fell (or how the process died); inputs until
then, as median, least and most over the seeds, - when the fuzzer was not asked;
the seconds that the median takes on this host at the target's floor of
executions, where its file has one; the trace that showed it, or the seeds.
END
}

work=build/bugs
tree=$work/tree
scratch=$work/scratch # where findings are kept; each run starts without any
log=$work/log
results=$work/results.tsv
planted= # the patch in the tree
unseen=0

say() { printf '== %s\n' "$*" >&2; }

die() { # STATUS TEXT
	printf 'bugs: %s\n' "$2" >&2
	exit "$1"
}

# shellcheck source=fuzz/command/planted.sh
. "$here/planted.sh"

clean_up() {
	stop_child
	rm -rf "$scratch"
	if [ -n "$planted" ]; then
		planted=
		sync_folder . "$tree"
	fi
}

# ---- what patches say ----

property_of() { head_of "$1" Property; } # PATCH

# The claims of a patch, a blank around each.
claims_of() { # PATCH
	printf ' %s ' "$(head_of "$1" Claim | sed 's/, */ /g')"
}

build() { # PROGRAM...
	cmake --build "$tree/build/fuzz" --parallel "${JOBS:-$(nproc)}" --target "$@" >"$log" 2>&1
}

# Programs that only some bugs need are linked when one asks for them.
build_or_die() { # PROGRAM
	if ! build "$1"; then
		cat "$log" >&2
		die 1 "$name: $1 does not build"
	fi
}

# ---- the ways to see a bug; claim and where are set ----

# What a run says is the bug when a claim of the patch is among it. Otherwise
# it is kept in `other`.
is_the_bug() { # STATUS
	local named wanted
	wanted=$(claims_of "$planted")
	for named in $(claims_named); do
		case $wanted in
		*" $named "*)
			claim=$named
			return 0
			;;
		esac
	done
	other=$(claim_of "$1")
	if [ "$1" -eq 124 ]; then
		other=hang
	fi
	case $wanted in
	*" $other "*)
		claim=$other
		return 0
		;;
	esac
	return 1
}

# Does the tree without the bug have this finding too?
is_false_alarm() {
	local trace
	for trace in "$scratch"/.mmref-fail/*/trace.ops; do
		[ -e "$trace" ] || return 1
		if ! "$work/mmref-without" check "$trace" >"$log.without" 2>&1 </dev/null; then
			cat "$log.without" >&2
			say "$name: the tree without the bug has this finding too: $trace"
			return 0
		fi
	done
	return 1
}

seen_by_corpus() {
	local status=0
	# a bug may also make a trace run for ever
	run_logged timeout 300 ../tree/build/fuzz/mmref check ../tree/corpus || status=$?
	if [ "$status" -eq 0 ] || ! is_the_bug "$status"; then
		return 1
	fi
	where=$(trace_of)
	where=${where:-corpus}
}

seen_by_property() { # PROPERTY
	local status=0
	build_or_die mmref-prop
	run_logged timeout 300 ../tree/build/fuzz/mmref-prop "$1" || status=$?
	case $status in
	0) return 1 ;;
	2 | 4)
		cat "$log" >&2
		die 1 "$name: mmref-prop $1 says status $status"
		;;
	esac
	claim=$1
	where=mmref-prop
}

# One seed of an engine: `found` is the number of inputs until the bug was seen,
# `runs` + 1 when it was not, 0 when a crash took the count with it.
fuzz_seed() { # ENGINE TARGET SEED
	local status=0 claim_before=$claim
	say "$name: $1 on $2, seed $3"
	found=$((runs + 1))
	run_logged ../tree/build/fuzz/mmref fuzz "$2" --no-shrink --runs "$runs" --seed "$3" \
		--engine "$1" --ignore-stored || status=$?
	case $status in
	0) return 1 ;;
	2 | 4 | 5)
		cat "$log" >&2
		die 1 "$name: mmref fuzz says status $status"
		;;
	esac
	if ! is_the_bug "$status"; then
		return 1
	fi
	if is_false_alarm; then
		claim=$claim_before
		return 1
	fi
	found=$(sed -n 's/^found after \([0-9]*\) executions.*/\1/p' "$log" | head -n 1)
	found=${found:-0}
}

# All seeds of one engine; `counts` are left, one line each.
seen_by_fuzzing() { # ENGINE
	local seed found target seeds_found=''
	counts=
	target=$(target_of "$planted")
	build_or_die "fuzz_$target"
	for seed in $seeds; do
		if fuzz_seed "$1" "$target" "$seed"; then
			seeds_found="$seeds_found $seed"
		fi
		counts="$counts$found
"
	done
	if [ -z "$seeds_found" ]; then
		return 1
	fi
	if [ -z "$where" ]; then
		where="$1 on $target, seed$seeds_found"
	fi
}

# "MEDIAN (LEAST-MOST)" of numbers, one per line; the lower middle of an even count.
spread() { # LINES
	printf '%s' "$1" | sort -n | awk -v "runs=$runs" '
		function text(v) { return v == 0 ? "crash" : v > runs ? ">" runs : v }
		{ v[NR] = $1 }
		END {
			printf "%s", text(v[int((NR + 1) / 2)])
			if (NR > 1)
				printf " (%s-%s)", text(v[1]), text(v[NR])
		}'
}

# A floor counts executions by a yardstick of this host's: how many are that in a
# second? Asked once for each target, of the tree without bugs.
floor_per_second() { # TARGET
	local floor seeds_of=$work/seeds/$1
	floor=$(sed -n 's/^floor execs \([0-9]\{1,\}\)$/\1/p' "fuzz/targets/$1.target" | head -n 1)
	if [ ! -e "$seeds_of.speed" ]; then
		mkdir -p "$seeds_of"
		"$work/mmref-without" corpus seed "$1" "$seeds_of" >"$log" 2>&1
		"$work/mmref-without" corpus speed "$1" "$seeds_of" >"$seeds_of.speed" 2>"$log" || true
	fi
	sed -n 's/.*: \([0-9]*\) executions per CPU second, \([0-9]*\) in the time of .*/\1 \2/p' "$seeds_of.speed" |
		awk -v "floor=${floor:-0}" '$2 > 0 { print $1 * floor / $2 }'
}

# The seconds that so many inputs take at the floor of the target.
seconds() { # SPREAD TARGET
	local rate=0
	case $1 in
	[0-9]*) rate=$(floor_per_second "$2") ;;
	esac
	printf '%s' "$1" | awk -v "rate=${rate:-0}" '
		/^[0-9]/ && rate > 0 { printf "%.1f", $1 / rate; next }
		{ printf "-" }'
}

# ---- one bug ----

row() { # NAME CLAIM EXECUTIONS SECONDS BLIND WHERE
	if [ "$blind" = yes ]; then
		printf '%-52s %-26s %-24s %7s %-24s %s\n' "$@"
	else
		printf '%-52s %-26s %-24s %7s %s\n' "$1" "$2" "$3" "$4" "$6"
	fi
}

# A row for the reader, and one that --resume reads: the same, after a verdict.
conclude() { # VERDICT NAME CLAIM EXECUTIONS SECONDS BLIND WHERE
	if [ "$1" != seen ]; then
		unseen=$((unseen + 1))
	fi
	row "${@:2}"
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$@" >>"$results"
}

# By the corpus, or by what the patch names; claim, where and the counts are set.
look_for_bug() { # PROPERTY
	if [ -n "$1" ]; then
		seen_by_corpus || seen_by_property "$1" || true
	elif ! seen_by_corpus || [ "$fuzz" = yes ]; then
		seen_by_fuzzing libfuzzer || true
		executions=$(spread "$counts")
		if [ "$blind" = yes ]; then
			seen_by_fuzzing blind || true
			blind_executions=$(spread "$counts")
		fi
	fi
}

one_bug() { # NAME
	local claim='' other='' where='' counts='' executions=- blind_executions=-
	name=$1
	planted=corpus/bugs/$name.patch
	if ! git apply --directory="$tree" "$planted" >"$log" 2>&1; then
		cat "$log" >&2
		conclude unseen "$name" "PATCH DOES NOT APPLY" - - - -
		return
	fi
	if ! build mmref-cli; then
		cat "$log" >&2
		conclude unseen "$name" "DOES NOT BUILD" - - - -
		return
	fi
	look_for_bug "$(property_of "$planted")"
	if [ -n "$claim" ]; then
		conclude seen "$name" "$claim" "$executions" \
			"$(seconds "$executions" "$(target_of "$planted")")" "$blind_executions" "$where"
	else
		conclude unseen "$name" "NOT SEEN${other:+, ONLY $other}" "$executions" - \
			"$blind_executions" -
	fi
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
resume=no
seeds='1 2 3'
runs=1000000
names=
while [ $# -gt 0 ]; do
	case $1 in
	--fuzz) fuzz=yes ;;
	--blind) blind=yes ;;
	--resume) resume=yes ;;
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
	[ -e "fuzz/targets/$target.target" ] || die 3 "$name: there is no fuzz target $target"
	[ -n "$(head_of "corpus/bugs/$name.patch" Claim)" ] ||
		die 3 "corpus/bugs/$name.patch: has no \"Claim:\" line, so anything would do; name the claim that has to fall"
done

# ---- the run ----

mkdir -p "$work"
exec 9>"$work/lock"
flock -n 9 || die 4 "another run holds $work/lock"
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "building the tree without bugs in $tree"
sync_folder . "$tree"
configure_tree "$tree" fuzz
build mmref-cli || { cat "$log" >&2; die 1 "the tree does not build"; }
cp "$tree/build/fuzz/mmref" "$work/mmref-without"
rm -rf "$work/seeds"
if ! run_logged ../tree/build/fuzz/mmref check ../tree/corpus; then
	cat "$log" >&2
	die 1 "the corpus has a finding without any bug planted: nothing can be told from it"
fi
for name in $names; do
	property=$(property_of "corpus/bugs/$name.patch")
	[ -n "$property" ] || continue
	build_or_die mmref-prop
	if ! run_logged timeout 300 ../tree/build/fuzz/mmref-prop "$property"; then
		cat "$log" >&2
		die 1 "$property does not hold without any bug planted: nothing can be told from it"
	fi
done

# What was said of the same source, asked in the same way, holds.
print=$( (hash_files . && echo "$fuzz $blind $seeds $runs") |
	sha256sum | cut -c 1-16)
if [ "$resume" = yes ] && [ -e "$results" ]; then
	read -r _ _ before <"$results"
	[ "$before" = "$print" ] ||
		die 3 "$results is of another source or other options: run without --resume"
else
	printf '# source %s\n' "$print" >"$results"
fi

row bug claim executions seconds blind "seen by"
nr=0
total=$(echo "$names" | wc -w)
for name in $names; do
	nr=$((nr + 1))
	if IFS=$'\t' read -r -a kept < <(awk -F '\t' -v "n=$name" 'NF == 7 && $2 == n' "$results"); then
		[ "${kept[0]}" = seen ] || unseen=$((unseen + 1))
		row "${kept[@]:1}"
		continue
	fi
	say "$nr of $total: $name"
	one_bug "$name"
	planted=
	sync_folder . "$tree"
done
say "$((nr - unseen)) of $nr bugs were seen"
[ "$unseen" -eq 0 ]
