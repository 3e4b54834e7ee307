#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# oracle_linux.sh MMREF SCRATCH: answers that a kernel once gave are those of the
# reference, planted ones are found, bad logs are refused; then the running kernel
# is asked 20000 times, or it is said why not.
set -u
mmref=$1
scratch=$2
log=corpus/recordings/vma-linux-6.18.golden.gz
failed=0
rm -rf "$scratch"
mkdir -p "$scratch"

fail() {
	echo "$*"
	failed=1
}

# expect STATUS REGEX ARG...: of `mmref oracle linux ARG...`, either stream.
expect() {
	local want=$1 says=$2 got
	shift 2
	(cd "$scratch" && "$mmref" oracle linux "$@") >"$scratch/out" 2>&1 </dev/null
	got=$?
	if [ "$got" -ne "$want" ] || ! grep -qE -- "$says" "$scratch/out"; then
		fail "oracle linux $*: status $got, expected $want; it says (expected: $says):"
		tail -n 5 "$scratch/out"
	fi
}

# ---- a log ----

expect 0 '^[0-9]{4} operations compared in 1 traces, .*: no difference$' --from "$PWD/$log"
expect 0 '"compared":[0-9]{4},.*"differ":0' --json --from "$PWD/$log"
gzip -dc $log >"$scratch/log"
expect 0 ': no difference$' --from log

# planted EXPRESSION CLASS: sed on the log, and what is to be found.
planted() {
	sed -E "$1" "$scratch/log" >"$scratch/planted"
	cmp -s "$scratch/log" "$scratch/planted" && fail "$1: nothing was planted"
	expect 1 "$2" --from planted
}

last=$(grep -cE '^#@ [0-9]+ 0 1000[0-9a-f]+ 0 0 ' "$scratch/log")
[ "$last" -gt 100 ] || fail "the log has $last answers that are addresses"
planted '0,/^(#@ [0-9]+) 0 (1000[0-9a-f]{8}) 0 0/s//\1 0 1\2 0 0/' 'answer of (mmap|brk): reference'
planted '0,/^(#@ [0-9]+) 12 0 /s//\1 0 0 /' 'errno of (mmap|mprotect): reference -ENOMEM, kernel 0x0'
planted '0,/^(#@ [0-9]+ 0 0 11) 1 /s//\1 2 /' 'si_code of touch: reference SIGSEGV code 1, kernel SIGSEGV code 2'
planted '0,/^(#@ [0-9]+ 0 0) 7 /s//\1 11 /' 'signal of touch: reference SIGBUS'
planted 's/^(#@ 200[0-9] .* )[0-9a-f]{3}([0-9a-f]+)$/\1fff\2/' 'VMAs after '
# rules of another release are another kernel's
planted 's/^#@ rules ([01]) 1/#@ rules \1 0/' 'VMAs after '

printf '# mmref 1\np = spawn\n' >"$scratch/none"
expect 3 'no golden log: it has no rules' --from none
{ cat "$scratch/log"; echo "#@ 999999 0 0 0 0 0 0"; } >"$scratch/beyond"
expect 3 'beyond:[0-9]+:4: neither a kernel' --from beyond
head -c 2000 $log >"$scratch/cut.gz"
expect 3 'cut.gz: ' --from cut.gz
expect 3 'cannot be read' --from nowhere
expect 2 'linux: a TRACE, or --from LOG' --from log --ops 5
expect 2 'linux: a TRACE, or --from LOG' log --fuzz 5
expect 2 '--sweep is of zoneinfo' --sweep
expect 2 'jobs' --jobs 257
"$mmref" oracle zoneinfo --ops 5 >"$scratch/out" 2>&1
[ $? -eq 2 ] || fail "oracle zoneinfo --ops: it takes that"

# ---- the running kernel ----

"$mmref" oracle linux --ops 20000 >"$scratch/out" 2>"$scratch/err"
status=$?
if [ $status -eq 4 ]; then
	echo "skipped: the running kernel: $(tail -n 1 "$scratch/err")"
	exit $failed
fi
tail -n 1 "$scratch/out"
if [ $status -ne 0 ]; then
	cat "$scratch/err"
	fail "the running kernel: status $status"
fi
grep -q '^kernel=host: kernel=6' "$scratch/out" || fail "it does not say which rules hold"
# each operation occurred, and each way to become one
for op in spawn exit mmap munmap mprotect brk touch open close setrlimit; do
	grep -qE "^$op +[1-9]" "$scratch/out" || fail "$op never occurred"
done
grep -E '^a (new range|part) became' "$scratch/out" | grep -vE 'range .*none 0' |
	grep -qE ' 0(,|$)' && fail "a way to become one never occurred"

# However many work at it, they compare the same.
for jobs in 1 3; do
	"$mmref" oracle linux --ops 50000 --jobs $jobs --seed 9 2>"$scratch/err" |
		grep -E '^([a-z]+ |a (new range|part) became|touches:)' >"$scratch/jobs.$jobs"
done
[ -s "$scratch/jobs.1" ] && cmp "$scratch/jobs.1" "$scratch/jobs.3" || fail "three jobs count other than one"

# What cannot run is passed over, the rest compared.
cat >"$scratch/mixed.ops" <<'END'
# mmref 1
p = spawn
a = alloc order=0
mmap p - addr=0x100000000000 len=2p prot=READ|WRITE flags=PRIVATE|ANONYMOUS|FIXED
munmap p addr=0x400000 len=1p
touch p addr=0x100000001000 access=write
exit p
touch p addr=0x100000001000 access=write
END
expect 0 '^not compared: 1, no system call of this layer$' mixed.ops
expect 0 '^not compared: 1, reaches outside the window$' mixed.ops
expect 0 '^2 operations compared in 1 traces' mixed.ops
exit $failed
