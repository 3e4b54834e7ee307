#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/tests/fuzz_properties.sh ENGINE PROGRAM WORK: properties as a fuzz target
# for a moment, bounded by inputs; from the root of the tree, whose corpus some
# properties read.
set -eu
if [ $# -ne 3 ]; then
	echo "usage: fuzz_properties.sh none|libfuzzer|afl PROGRAM WORK" >&2
	exit 2
fi
engine=$1 program=$(realpath "$2") work=$3
rm -rf "$work"
mkdir -p "$work/inputs" "$work/named"
named="bitmap.ranges_follow_a_byte_array maple.follows_sorted_ranges maple.spanning_stores_leave_whole_trees"

# The property that the first two bytes choose, then draws.
make_inputs() {
	local i
	for ((i = 0; i < 40; i++)); do
		printf '%b' "$(printf '\\x%02x\\x00' "$i")" >"$work/inputs/$(printf %03d $i)"
		head -c $((i * 7)) "$program" | tail -c 200 >>"$work/inputs/$(printf %03d $i)"
	done
	cp "$work"/inputs/0* "$work/named/"
}

make_inputs
case $engine in
libfuzzer)
	"$program" -runs=40 -seed=1 -max_len=64 -artifact_prefix="$work/" "$work/inputs"
	for name in $named; do
		MM_PROPERTY=$name "$program" -runs=300 -seed=1 -max_len=256 -artifact_prefix="$work/" "$work/named"
	done
	;;
none)
	"$program" "$work/inputs"
	for name in $named; do
		MM_PROPERTY=$name "$program" "$work/named"
	done
	;;
afl)
	"$program" "$work"/inputs/*
	for name in $named; do
		MM_PROPERTY=$name "$program" "$work"/named/*
	done
	;;
*)
	echo "fuzz_properties.sh: unknown engine $engine" >&2
	exit 2
	;;
esac

status=0
MM_PROPERTY=no.such "$program" "$work/inputs/000" >"$work/log" 2>&1 || status=$?
if [ $status -eq 0 ] || ! grep -q 'MM_PROPERTY=no.such: no property is called so' "$work/log"; then
	echo "a property that does not exist: status $status" >&2
	cat "$work/log" >&2
	exit 1
fi
