#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/tests/fuzz_properties.sh ENGINE PROGRAM WORK: properties as a fuzz target
# for a moment, bounded by inputs.
set -eu
if [ $# -ne 3 ]; then
	echo "usage: fuzz_properties.sh none|libfuzzer|afl PROGRAM WORK" >&2
	exit 2
fi
engine=$1 program=$(realpath "$2") work=$3
rm -rf "$work"
mkdir -p "$work/inputs" "$work/named"
cd "$work"

# The property that the first two bytes choose, then draws.
make_inputs() {
	local i
	for ((i = 0; i < 40; i++)); do
		printf '%b' "$(printf '\\x%02x\\x00' "$i")" >"inputs/$(printf %03d $i)"
		head -c $((i * 7)) "$program" | tail -c 200 >>"inputs/$(printf %03d $i)"
	done
	cp inputs/0* named/
}

make_inputs
case $engine in
libfuzzer)
	"$program" -runs=40 -seed=1 -max_len=64 -artifact_prefix=./ inputs
	MM_PROPERTY=bitmap.ranges_follow_a_byte_array "$program" -runs=300 -seed=1 -max_len=256 named
	;;
none)
	"$program" inputs
	MM_PROPERTY=bitmap.ranges_follow_a_byte_array "$program" named
	;;
afl)
	"$program" inputs/*
	MM_PROPERTY=bitmap.ranges_follow_a_byte_array "$program" named/*
	;;
*)
	echo "fuzz_properties.sh: unknown engine $engine" >&2
	exit 2
	;;
esac

status=0
MM_PROPERTY=no.such "$program" inputs/000 >log 2>&1 || status=$?
if [ $status -eq 0 ] || ! grep -q 'MM_PROPERTY=no.such: no property is called so' log; then
	echo "a property that does not exist: status $status" >&2
	cat log >&2
	exit 1
fi
