#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# mutate.sh ENGINE PROGRAM WORK [MUTATOR]: does the engine use our mutations, and is
# what they do the seed's alone? Bounded by executions.
#
# libfuzzer: the same seed twice gives the same run; MM_MUTATE=off another.
# afl: one process takes many inputs, from shared memory, made by our library.
set -eu
if [ $# -lt 3 ]; then
	echo "usage: mutate.sh libfuzzer|afl PROGRAM WORK [MUTATOR]" >&2
	exit 2
fi
engine=$1 program=$2 work=$3 mutator=${4:-}
rm -rf "$work"
mkdir -p "$work"

wrong() {
	echo "mutate.sh: $*"
	exit 1
}

# ---- libFuzzer -------------------------------------------------------------------

# shellcheck source=cmake/tests/still.sh
. cmake/tests/still.sh

# What a run of 3000 executions ended with, but for times and memory.
libfuzzer_run() { # MODE
	MM_MUTATE=$1 still "$program" -runs=3000 -seed=7 "-artifact_prefix=$work/" >"$work/log" 2>&1 || {
		cat "$work/log"
		wrong "MM_MUTATE=$1: status not 0"
	}
	sed -n 's|^#[0-9]*\tDONE *\(.* corp: [^ ]*\).*|\1|p' "$work/log"
}

test_libfuzzer() {
	local status=0 first again off
	first=$(libfuzzer_run on)
	again=$(libfuzzer_run on)
	off=$(libfuzzer_run off)
	echo "ours:     $first"
	echo "engine's: $off"
	[ -n "$first" ] || wrong "libFuzzer does not say how it ended"
	if ! can_be_still; then
		echo "skipped: one seed, one run: addresses cannot be fixed here (setarch -R)"
	elif [ "$first" != "$again" ]; then
		wrong "the same seed gave: $again"
	fi
	[ "$first" != "$off" ] || wrong "MM_MUTATE=off changes nothing"
	MM_MUTATE=of "$program" -runs=10 >"$work/log" 2>&1 || status=$?
	[ "$status" -eq 2 ] || wrong "MM_MUTATE=of: status $status, not 2"
	grep -q 'MM_MUTATE: expected on, or off' "$work/log" || wrong "MM_MUTATE=of: says something else"
}

# ---- AFL++ -----------------------------------------------------------------------

afl_run() { # OUT: the rest of the environment is the caller's
	AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
		AFL_NO_COLOR=1 AFL_CUSTOM_MUTATOR_LIBRARY=$mutator AFL_CUSTOM_MUTATOR_ONLY=1 \
		afl-fuzz -s 7 -E 2000 -V 120 -i "$work/in" -o "$work/$1" -- "$program" \
		>"$work/log" 2>&1 </dev/null
}

afl_says() { # TEXT
	grep -q "$1" "$work/log" || {
		cat "$work/log"
		wrong "afl-fuzz does not say: $1"
	}
}

test_afl() {
	local found
	mkdir -p "$work/in"
	printf '\x83' >"$work/in/one"
	MM_TARGET=buddy afl_run out || {
		cat "$work/log"
		wrong "afl-fuzz: status not 0"
	}
	afl_says 'Persistent mode binary detected'
	afl_says 'Using SHARED MEMORY FUZZING feature'
	afl_says 'Custom mutator .* installed successfully'
	found=$(awk '$1 == "corpus_count" { print $3 }' "$work/out/default/fuzzer_stats")
	echo "persistent, shared memory, our mutations: corpus $found"
	# ours alone find more in no time, or they do not arrive
	[ "${found:-0}" -ge 20 ] || wrong "corpus of ${found:-0} after 2000 executions, at least 20 wanted"
	if MM_TARGET=nowhere afl_run bad; then
		wrong "MM_TARGET=nowhere: accepted"
	fi
	afl_says 'no target "nowhere"'
}

case $engine in
libfuzzer) test_libfuzzer ;;
afl) test_afl ;;
*)
	echo "mutate.sh: unknown engine $engine" >&2
	exit 2
	;;
esac
