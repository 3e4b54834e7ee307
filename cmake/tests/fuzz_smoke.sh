#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/tests/fuzz_smoke.sh ENGINE PROGRAM WORK: a fuzz target for a moment,
# bounded by inputs and never by time, so that it does the same everywhere.
set -eu
if [ $# -ne 3 ]; then
	echo "usage: fuzz_smoke.sh none|libfuzzer|afl PROGRAM WORK" >&2
	exit 2
fi
engine=$1 program=$2 work=$3
rm -rf "$work"
mkdir -p "$work/inputs"

# A target whose operations are not instrumented reports a handful of features
# however long it runs; a sound one has hundreds within a second.
features_min=100

run_libfuzzer() {
	local features
	"$program" -runs=20000 -seed=1 -max_len=512 -artifact_prefix="$work/" "$work/inputs" \
		>"$work/log" 2>&1 || {
		cat "$work/log"
		return 1
	}
	tail -n 3 "$work/log"
	features=$(sed -n 's/^#[0-9]*\tDONE .* ft: \([0-9]*\) .*/\1/p' "$work/log")
	if [ "${features:-0}" -lt $features_min ]; then
		echo "only ${features:-0} features in 20000 inputs (at least $features_min): is it instrumented?"
		return 1
	fi
}

# 200 inputs of 0 to 398 bytes from a fixed generator: every byte string is a
# trace. Half of them have an operation byte (>= 0x80) at every third place.
make_inputs() {
	local state=1 i k text byte
	for ((i = 0; i < 200; i++)); do
		text=
		for ((k = 0; k < 2 * i; k++)); do
			state=$(((state * 1103515245 + 12345) & 0x7fffffff))
			byte=$(((state >> 16) & 255))
			if ((i % 2)); then
				byte=$((k % 3 ? byte & 127 : 128 | byte & 15))
			fi
			printf -v byte '\\x%02x' $byte
			text+=$byte
		done
		printf '%b' "$text" >"$work/inputs/$(printf %03d $i)"
	done
}

case $engine in
libfuzzer)
	run_libfuzzer
	;;
none)
	make_inputs
	"$program" "$work/inputs"
	;;
afl)
	# AFL++'s own driver replays files that are named one by one.
	make_inputs
	"$program" "$work"/inputs/*
	;;
*)
	echo "fuzz_smoke.sh: unknown engine $engine" >&2
	exit 2
	;;
esac
