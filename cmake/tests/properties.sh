#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/tests/properties.sh PROGRAM WORK: the front end of mmref-prop, on
# properties whose smallest failure is known (properties/toy.c).
set -eu
if [ $# -ne 2 ]; then
	echo "usage: properties.sh PROGRAM WORK" >&2
	exit 2
fi
program=$(realpath "$1") work=$2
rm -rf "$work"
mkdir -p "$work"
cd "$work"
bad=0

# Status, and lines (fixed texts) that standard output and error must have.
expect() { # STATUS TEXTS -- ARGUMENTS...
	local status=0 wanted=$1 texts=()
	shift
	while [ "$1" != -- ]; do
		texts+=("$1")
		shift
	done
	shift
	"$program" "$@" >log 2>&1 || status=$?
	if [ "$status" -ne "$wanted" ]; then
		echo "$*: status $status, expected $wanted" >&2
		cat log >&2
		bad=1
	fi
	for text in "${texts[@]}"; do
		grep -qF -- "$text" log || {
			echo "$*: does not say: $text" >&2
			cat log >&2
			bad=1
		}
	done
}

last_line_repeats() {
	local line status=0
	line=$(tail -n 1 log)
	case $line in
	'replay: '*) ;;
	*)
		echo "the last line does not repeat: $line" >&2
		bad=1
		return
		;;
	esac
	bash -c "${line#replay: }" >log 2>&1 || status=$?
	if [ "$status" -eq 0 ]; then
		echo "does not fail: $line" >&2
		bad=1
	fi
}

expect 0 'toy.holds' 'runs 200' '1 properties, 200 runs, 200 checks: ok' -- toy.holds
expect 0 'at least 20: a number below 500' -- --cover toy.holds
expect 0 'runs 3 ' -- --runs 3 toy.holds
expect 0 'seed 0x0000000000000007' -- --seed 7 toy.holds
MM_PROPERTY_SEED=9 expect 0 'seed 0x0000000000000009' -- toy.holds
MM_PROPERTY_SEED=nine expect 2 'MM_PROPERTY_SEED=nine: expected a number' -- toy.holds
expect 0 'toy.holds' 'toy.crash' -- --list
expect 0 'runs 2 checks 98304' 'toy.insists' -- --runs 2 toy.long_run toy.insists

# shrunk, kept, replayed first, forgotten
expect 1 'smallest: 100 is large' 'rm .mmref-fail/properties/toy.large_number.failure' \
	'draws:' -- toy.large_number
last_line_repeats
expect 1 'kept failure: 100 is large' -- toy.large_number
rm .mmref-fail/properties/toy.large_number.failure
expect 1 'seed 0x' -- toy.large_number
expect 1 'smallest: 100 is large' -- --failures none toy.large_number
expect 1 'smallest: 5000 is large' -- --failures elsewhere toy.two_failures
expect 1 'too rare: a zero' -- toy.rare
last_line_repeats
expect 1 'flaky' -- --failures none toy.flaky

# a crash ends the run with its seed; in children it is shrunk
status=0
{ "$program" --failures none toy.crash >log 2>&1; } 2>/dev/null || status=$?
if [ "$status" -eq 0 ] || ! grep -q 'the process died in toy.crash; --fork shrinks it' log; then
	echo "toy.crash: status $status" >&2
	cat log >&2
	bad=1
fi
last_line_repeats
expect 1 'smallest: the process' ' draws: ' -- --fork --failures none toy.crash
grep -q '3 draws: [0-9]* [0-9]* 100$' log || {
	echo "toy.crash: not the smallest" >&2
	cat log >&2
	bad=1
}

# a fuzzer's bytes: one draw of 10 bits is two of them
printf '\x00\x00' >zero
expect 0 'ok' -- --bytes toy.holds zero
printf '\x01\x00\x0f\xff\xff' >large
expect 1 '65535 is large' -- --bytes toy.large_number large
last_line_repeats

# reports
expect 1 'TAP version 13' 'not ok' '1..2' -- --failures none --tap --junit out.xml toy.holds toy.large
grep -q '<testsuite name="mmref-prop" tests="2" failures="1"' out.xml || bad=1

# wrong input
expect 2 'unknown or incomplete option --sed' -- --sed 1
expect 2 'unknown or incomplete option --runs' -- --runs 0
expect 2 'unknown or incomplete option --seed' -- --seed
expect 4 'is called "toy.nothing"' -- toy.holds toy.nothing
expect 4 'is called "nothing"' -- --bytes nothing zero
expect 3 'none: No such file' -- --bytes toy.holds none
expect 2 'takes a property and one file' -- --bytes toy.holds
expect 3 'no/where.xml: No such file' -- --junit no/where.xml toy.holds

[ $bad -eq 0 ] && echo "the front end of mmref-prop: ok"
exit $bad
