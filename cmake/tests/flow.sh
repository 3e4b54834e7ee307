#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# flow.sh MMREF SCRATCH: the way of operations through the code is what the .trail
# beside their trace says, letter by letter; and the functions that trails name
# stand in the files that they name.
set -eu
if [ $# -ne 2 ]; then
	echo "usage: flow.sh MMREF SCRATCH" >&2
	exit 2
fi
mmref=$1
scratch=$2
failed=0
trails=0
kinds=0
mkdir -p "$scratch"

while IFS= read -r trail; do
	trails=$((trails + 1))
	if ! "$mmref" trail "${trail%.trail}.ops" >"$scratch/now"; then
		echo "$trail: its trace does not run"
		failed=1
	elif ! diff -u "$trail" "$scratch/now"; then
		echo "$trail: differs; if it should: $mmref trail ${trail%.trail}.ops >$trail"
		failed=1
	fi
done < <(find corpus -name '*.trail' | LC_ALL=C sort)

# A definition begins a line, in the style of this tree.
while read -r event function file; do
	kinds=$((kinds + 1))
	if [ ! -f "$file" ] || ! grep -qE "^[A-Za-z].*[ *]$function\\(" "$file"; then
		echo "fuzz/trace/trail_rows.c: $event: found no function $function in $file"
		failed=1
	fi
done < <("$mmref" trail --table)
declared=$(grep -cE '^[[:blank:]]E\([a-z]' include/mm/event.h)
if [ "$kinds" -ne "$declared" ]; then
	echo "mmref trail --table has $kinds kinds of events, include/mm/event.h has $declared"
	failed=1
fi

# One operation, by position and by line, and for programs.
trace=corpus/phys/page_alloc/seed/an-allocation-splits-a-block-of-order-ten.ops
line=$(grep -n '^free a' $trace | cut -d: -f1)
"$mmref" trail --op 1 $trace >"$scratch/one"
"$mmref" trail "$trace:$line" | diff "$scratch/one" - || failed=1
"$mmref" trail $trace | sed -n '/^free a/,$p' | diff "$scratch/one" - || failed=1
steps=$("$mmref" trail --json --all $trace | grep -c '^{"type":"step","version":1,"data":{.*}}$')
merges=$("$mmref" trail --json --all $trace | grep -c '"event":"mm_buddy_merge"')
if [ "$merges" -ne 10 ] || [ "$steps" -le "$merges" ]; then
	echo "$trace: $merges joins among $steps steps of --json, not 10"
	failed=1
fi

# A finding has the trail of its last operations.
root=$PWD
rm -rf "$scratch/fail"
mkdir -p "$scratch/fail"
printf 'machine ram=4M\na = alloc ! ok\nfree a ! -ENOMEM\n' >"$scratch/fail/wrong.ops"
(cd "$scratch/fail" && case $mmref in /*) ;; *) mmref=$root/$mmref ;; esac &&
	"$mmref" check wrong.ops >/dev/null 2>&1) || true
if ! grep -q 'free_last' "$scratch/fail/.mmref-fail/expect-free/trail.txt"; then
	echo "a finding has no trail.txt that shows its last operation"
	failed=1
fi
echo "$trails trails, $kinds kinds of steps"
[ "$trails" -ge 2 ] || failed=1
exit $failed
