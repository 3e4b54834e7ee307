#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# triage_input.sh MMREF SCRATCH: what `mmref triage` says of folders that hold no
# artefacts, wrong ones or strange ones, with its exit statuses; every artefact is in
# a list. What kills a process is in triage.sh.
set -u
mmref=$1
scratch=$2
failed=0
count=0
rm -rf "$scratch"
mkdir -p "$scratch"
cd "$scratch" || exit 1

# expect STATUS REGEX ARG...: what triage says matches.
expect() {
	local want=$1 says=$2 got
	shift 2
	count=$((count + 1))
	"$mmref" triage "$@" >out 2>&1 </dev/null
	got=$?
	if [ $got -ne "$want" ] || ! grep -qE -- "$says" out; then
		echo "triage $*: status $got, expected $want; it says (expected: $says):"
		head -n 5 out
		failed=1
	fi
}

# in_list FILE LIST: of the last report in o.
in_list() {
	count=$((count + 1))
	grep -qE "\"file\":\"$1\".*\"list\":\"$2\"" o/report.json || {
		echo "$1 is not in the list \"$2\":"
		grep -F "\"file\":\"$1\"" o/report.json
		failed=1
	}
}

mkdir empty one
expect 2 'no folder given'
expect 2 'unknown or incomplete option --nonsense' empty --nonsense
expect 2 'at least 1' empty --jobs 0
expect 2 'no target "nonsense"' empty --target nonsense
expect 3 'missing: No such file' missing
expect 4 'empty: holds no artefact' empty
touch empty/README.txt empty/notes.md
expect 4 'holds no artefact' empty
printf 'a = alloc\n' >one/good.ops
expect 3 'is no folder' one/good.ops
expect 3 'good.ops: cannot be written: Not a directory' one --out one/good.ops
mkdir other && touch other/letter
expect 3 'holds other things' one --out other
expect 0 '1 artefacts: 0 in 0 buckets, 1 does not fail' one --out o
expect 0 'does not fail' one --out o
expect 3 'known gone: No such file' one --out o --known gone
expect 3 'good.ops:1:1: expected the report.json' one --out o --known one/good.ops

# Strange ones, and nothing that fails.
mkdir -p odd/buddy odd/.mmref-fail/x
: >odd/buddy/crash-empty
: >odd/no-target
printf 'allok\n' >odd/misspelt.ops
printf 'machine ram=4M cpus=0\nalloc\n' >odd/boots-not.ops
ln -s nowhere odd/crash-dangling
mkfifo odd/pipe
printf 'a = alloc\n' | tee odd/.mmref-fail/x/trace.ops >odd/.mmref-fail/x/original.ops
touch odd/.mmref-fail/x/report.txt
ln -s .. odd/buddy/loop
expect 3 'too deep' odd --out o
rm odd/buddy/loop
expect 3 'no-target: bytes of which target' odd --out o
in_list buddy/crash-empty 'does not fail'
in_list no-target unattributed
in_list misspelt.ops refused
in_list boots-not.ops refused
in_list crash-dangling unreadable
in_list .mmref-fail/x/trace.ops 'does not fail'
grep -q '"artefacts":6,.*"passed_over":3,' o/report.json || { head -n 1 o/report.json; failed=1; }
grep -qF 'odd/misspelt.ops:1:1: found "allok"' o/report.md || { echo "report.md: no place"; failed=1; }
grep -qF 'cpus=0: out of range' o/report.md || { echo "report.md: no reason"; failed=1; }
expect 3 'refused' odd --out o --target buddy
in_list no-target 'does not fail'

# Whose bytes they are.
mkdir -p names/{fuzz_page_alloc_out,afl-memblock,x}/deep names/x/crashes
echo a | tee names/fuzz_page_alloc_out/deep/crash-1 names/afl-memblock/deep/2 \
	names/x/clusterfuzz-testcase-fuzz_boot-3 names/x/crashes/id:000001,sig:06 >/dev/null
echo 'command_line : afl-fuzz -i a -o b -- build/afl/fuzz_buddy' >names/x/fuzzer_stats
expect 0 '3 does not fail' names --out o
mv names/x/clusterfuzz-testcase-fuzz_boot-3 names/
expect 0 '4 does not fail' names --out o
for name in fuzz_page_alloc_out/deep/crash-1=page_alloc afl-memblock/deep/2=memblock \
	clusterfuzz-testcase-fuzz_boot-3=boot x/crashes/id:000001,sig:06=buddy; do
	count=$((count + 1))
	grep -q "\"file\":\"${name%=*}\".*\"target\":\"${name#*=}\"" o/report.json ||
		{ echo "not attributed: $name"; failed=1; }
done

# A failure, which is new once.
mkdir bad
printf 'a = alloc\nfree a ! -ENOMEM\n' >bad/a.ops
printf 'a = alloc\nb = alloc order=1\nfree b ! -EINVAL\n' >bad/b.ops
printf 'a = alloc\npeek a ! -ENOMEM\n' >'bad/c|`d.ops'
expect 1 '2  expectation of the result of free' bad --out o
expect 1 '3 artefacts: 3 in 2 buckets' bad --out o2 --jobs 1 --known o
grep -q '"new_buckets":0,' o2/report.json || { echo "known buckets are new"; failed=1; }
rm 'bad/c|`d.ops'
expect 1 'result of free$' bad --out o2 --known bad
mkdir old && printf 'a = alloc\npeek a ! -ENOMEM\n' >old/x.ops
expect 1 'result of free  \(new\)' bad --out o2 --known old
[ ! -e o2/expectation-of-the-result-of-peek ] || { echo "an old bucket stays"; failed=1; }
"$mmref" check o/expectation-of-the-result-of-free/trace.ops >/dev/null 2>&1
[ $? -eq 1 ] || { echo "a bucket's trace does not fail"; failed=1; }
"$mmref" triage bad --out o2 --known old --json | cmp - o2/report.json || failed=1

echo "$count cases"
exit $failed
