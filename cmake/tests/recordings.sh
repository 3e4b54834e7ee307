#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# recordings.sh MMREF SCRATCH: every recording imports, and its trace replays
# with every claim checked: what succeeded in the kernel succeeds here, on a
# fresh machine and on a reset one, with one digest.
set -eu
mmref=$1
scratch=$2
mkdir -p "$scratch"

recordings=(corpus/recordings/*.txt.gz)
if [ -n "${MM_RECORDINGS:-}" ]; then
	recordings+=("$MM_RECORDINGS"/*.txt.gz)
else
	echo "skipped: larger recordings: MM_RECORDINGS names no folder"
fi
for recording in "${recordings[@]}"; do
	trace=$scratch/$(basename "$recording" .txt.gz).ops
	"$mmref" import "$recording" -o "$trace" 2>"$trace.log" || { cat "$trace.log"; exit 1; }
	sed -n 's/^foreign frees.*: /foreign frees: /p' "$trace.log"
	"$mmref" check -v "$trace"
done
