#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/tests/fuzz_smoke.sh ENGINE TARGET PROGRAM MMREF WORK: a fuzz target for a
# moment, bounded by inputs and never by time, so that it does the same everywhere.
# With libFuzzer the target's floors are judged: features after a fixed number of
# executions from its seeds, and executions against a yardstick.
set -eu
if [ $# -ne 5 ]; then
	echo "usage: fuzz_smoke.sh none|libfuzzer|afl TARGET PROGRAM MMREF WORK" >&2
	exit 2
fi
engine=$1 target=$2 program=$3 mmref=$4 work=$5
data=fuzz/targets/$target.target
runs=10000 # of which the floors in fuzz/targets/*.target speak
rm -rf "$work"
mkdir -p "$work/seeds" "$work/inputs"

# shellcheck source=cmake/tests/still.sh
. cmake/tests/still.sh

make_seeds() {
	"$mmref" corpus seed "$target" "$work/seeds" >"$work/seed.log" || {
		tail -n 5 "$work/seed.log"
		echo "$target: no seeds: corpus/ needs a trace that it can express"
		return 1
	}
	tail -n 1 "$work/seed.log"
}

floor_of() { # KIND
	local floor
	floor=$(sed -n "s/^floor $1 \([0-9]*\)$/\1/p" "$data")
	if [ "${floor:-0}" -eq 0 ]; then
		echo "$data: no line \"floor $1 N\"" >&2
		return 1
	fi
	echo "$floor"
}

# A target whose operations are not instrumented reports a handful of features
# however long it runs; one that lost a machine or a module reports fewer.
judge_features() {
	local floor features
	floor=$(floor_of features)
	# Where code lies has a small part in what libFuzzer does, the order of files too.
	printf "%s," "$work/seeds"/* | sed "s/,\$//" >"$work/list"
	still "$program" -runs=$runs -seed=1 -max_len=512 \
		-artifact_prefix="$work/" "-seed_inputs=@$work/list" >"$work/log" 2>&1 || {
		cat "$work/log"
		return 1
	}
	features=$(sed -n 's/^#[0-9]*\tDONE .* ft: \([0-9]*\) .*/\1/p' "$work/log")
	echo "features $target: ${features:-0} after $runs executions (floor $floor)"
	if [ "${features:-0}" -lt "$floor" ]; then
		echo "fewer than the floor in $data: is it instrumented, does it draw less than before?"
		return 1
	fi
}

judge_speed() {
	floor_of execs >/dev/null
	"$mmref" corpus speed "$target" "$work/seeds"
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

make_seeds
case $engine in
libfuzzer)
	judge_features
	judge_speed
	;;
none)
	make_inputs
	"$program" "$work/seeds" "$work/inputs"
	;;
afl)
	# AFL++'s own driver replays files that are named one by one.
	make_inputs
	"$program" "$work/seeds"/* "$work/inputs"/*
	;;
*)
	echo "fuzz_smoke.sh: unknown engine $engine" >&2
	exit 2
	;;
esac
