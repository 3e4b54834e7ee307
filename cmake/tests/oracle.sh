#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# oracle.sh MMREF SCRATCH: a saved copy is explained to the last number, planted
# differences are named, bad input has its place, and so is the running kernel,
# or it is said why not.
set -u
mmref=$1
scratch=$2
saved=corpus/recordings/proc/linux-6.18-2cpu-24g
failed=0
rm -rf "$scratch"
mkdir -p "$scratch/copy"

fail() {
	echo "$*"
	failed=1
}

# expect STATUS REGEX ARG...: of `mmref oracle zoneinfo ARG...`, either stream.
expect() {
	local want=$1 says=$2 got
	shift 2
	"$mmref" oracle zoneinfo "$@" >"$scratch/out" 2>&1 </dev/null
	got=$?
	if [ "$got" -ne "$want" ] || ! grep -qE -- "$says" "$scratch/out"; then
		fail "oracle zoneinfo $*: status $got, expected $want; it says (expected: $says):"
		tail -n 5 "$scratch/out"
	fi
}

expect 0 '^49 values compared, 0 differ, 0 not compared$' --from $saved
expect 0 '^49 values compared, 0 differ, 0 not compared$' --from $saved/
expect 0 'min_free_kbytes=67584 \(derived\)' --from $saved/zoneinfo
expect 0 '^32 values compared, 0 differ, 17 not compared \(lowmem_reserve_ratio is not known: 5; percpu' \
	--from $saved/zoneinfo

# planted ZONE ITEM EXPRESSION: sed from the zone's line on, its first hit only.
planted() {
	cp $saved/zoneinfo $saved/sysctl "$scratch/copy"
	sed -i "/zone *$1\$/,\${$3;ta;b;:a;n;ba}" "$scratch/copy/zoneinfo"
	cmp -s $saved/zoneinfo "$scratch/copy/zoneinfo" && fail "$1 $2: nothing was planted"
	expect 1 "^ 0 $1 +$2 .*DIFFERS\$" --from "$scratch/copy"
	grep -q '^49 values compared, 1 differ,' "$scratch/out" || fail "$1 $2: not one difference"
}

planted Normal min "s/\(  min  *\)[0-9]*$/\\17/"
planted DMA32 low "s/\(  low  *\)[0-9]*$/\\17/"
planted DMA high "s/\(  high  *\)[0-9]*$/\\17/"
planted Movable promo "s/\(  promo  *\)[0-9]*$/\\17/"
planted DMA protection "s/\(protection: (0, \)[0-9]*/\\17/"
planted DMA32 'cpu 0 batch' "s/\(  batch:  *\)[0-9]*$/\\17/"
planted Normal 'cpu 0 high_min' "s/\(  high_min: \)[0-9]*$/\\17/"
planted Normal 'cpu 0 high_max' "s/\(  high_max: \)[0-9]*$/\\17/"
planted DMA 'cpu 0 threshold' "s/\(threshold: \)[0-9]*$/\\17/"

# A setting that is wrong shows in what follows from it.
cp $saved/zoneinfo "$scratch/copy"
sed 's/high_fraction = 0/high_fraction = 8/' $saved/sysctl >"$scratch/copy/sysctl"
expect 1 '^49 values compared, 6 differ' --from "$scratch/copy"
sed '/high_fraction/d' $saved/sysctl >"$scratch/copy/sysctl"
expect 0 '^37 values compared, 0 differ, 12 not compared' --from "$scratch/copy"

rm "$scratch/copy/sysctl"
expect 0 '^32 values compared, 0 differ, 17 not compared' --from "$scratch/copy"
cp $saved/sysctl "$scratch/copy"

echo 'vm.lowmem_reserve_ratio = 256 256 x' >"$scratch/copy/sysctl"
expect 3 'copy/sysctl:1:35: found .x' --from "$scratch/copy"
printf 'vm.swappiness = 60\nvm.lowmem_reserve_ratio = 256 256\n' >"$scratch/copy/sysctl"
expect 3 'copy/sysctl:2:1: .*found 2 numbers, expected one for each of the 5 zones' --from "$scratch/copy"
cp $saved/sysctl "$scratch/copy"
sed '20s/.*/nonsense/' $saved/zoneinfo >"$scratch/copy/zoneinfo"
expect 3 'copy/zoneinfo:20:1: found' --from "$scratch/copy"
head -c 3000 $saved/zoneinfo >"$scratch/copy/zoneinfo"
expect 3 'copy/zoneinfo:[0-9]+:[0-9]+: found' --from "$scratch/copy"
expect 3 'missing.*: cannot be read' --from "$scratch/missing"
expect 3 'zoneinfo: cannot be read' --from cmake
expect 3 '"type":"error".*"status":3,"file":' --json --from "$scratch/missing"
expect 2 'usage: mmref oracle' --from
expect 2 'usage: mmref oracle' --nonsense

# Fragmentation: nothing differs, or it is said which file cannot be read.
"$mmref" oracle extfrag >"$scratch/out" 2>&1 </dev/null
got=$?
case $got in
0) grep -qE '^[0-9]+ values compared, 0 differ' "$scratch/out" || fail "oracle extfrag: no summary" ;;
4)
	grep -qE '/sys/kernel/debug/extfrag|/proc/buddyinfo' "$scratch/out" ||
		fail "oracle extfrag: skipped without a reason"
	echo "oracle extfrag: skipped: $(head -n 1 "$scratch/out")"
	;;
*) fail "oracle extfrag: status $got: $(tail -n 3 "$scratch/out")" ;;
esac
"$mmref" oracle extfrag --sweep >/dev/null 2>&1
[ $? -eq 2 ] || fail "oracle extfrag --sweep: is no usage error"
expect 2 'sweep or --from' --sweep --from $saved
expect 2 'expected 0 to 60000' --pause x
"$mmref" oracle meminfo >/dev/null 2>&1
[ $? -eq 2 ] || fail "oracle meminfo: not refused"

"$mmref" oracle zoneinfo --from - <$saved/zoneinfo >"$scratch/out" ||
	fail "from standard input: status $?"

# Every line of the log is one object in the envelope.
expect 0 '^\{"type":"summary","version":1,"data":\{"compared":49,"differ":0,"skipped":0\}\}$' \
	--json --from $saved
odd=$(grep -cvE '^\{"type":"[a-z]+","version":1,"data":\{.*\}\}$' "$scratch/out")
[ "$odd" -eq 0 ] || fail "--json: $odd lines without envelope"
[ "$(grep -c '"equal":true' "$scratch/out")" -eq 49 ] || fail "--json: not 49 comparisons"

# The running kernel.
"$mmref" oracle zoneinfo >"$scratch/out" 2>&1
case $? in
0) tail -n 1 "$scratch/out" ;;
4) echo "skipped: running kernel: $(cat "$scratch/out")" ;;
*)
	fail "the running kernel differs:"
	grep -v 'equal$' "$scratch/out"
	;;
esac

# Without the right to write, a sweep says so.
if [ "$(id -u)" -ne 0 ]; then
	expect 4 '/proc/sys/vm: .*root' --sweep
elif command -v setpriv >/dev/null && setpriv --reuid 65534 test -x "$mmref"; then
	setpriv --reuid 65534 "$mmref" oracle zoneinfo --sweep >"$scratch/out" 2>&1
	[ $? -eq 4 ] && grep -q '/proc/sys/vm: .*root' "$scratch/out" ||
		fail "a sweep by nobody: $(cat "$scratch/out")"
fi
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
	unshare -m sh -c "mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys &&
		exec '$mmref' oracle zoneinfo --sweep" >"$scratch/out" 2>&1
	[ $? -eq 4 ] && grep -q '/proc/sys/vm: .*[Rr]ead-only' "$scratch/out" ||
		fail "a sweep of a read-only /proc/sys: $(cat "$scratch/out")"
fi

# hidden FILE REGEX: what is missing is named.
hidden() {
	unshare -m sh -c "mount --bind /dev/null '$1' && exec '$mmref' oracle zoneinfo" \
		>"$scratch/out" 2>&1
	[ $? -eq 4 ] && grep -q "$2" "$scratch/out" || fail "without $1: $(cat "$scratch/out")"
}
if [ "$(id -u)" -eq 0 ] && unshare -m mount --bind /dev/null /proc/zoneinfo 2>/dev/null; then
	hidden /proc/zoneinfo '/proc/zoneinfo:1:1: found the end of the file'
	hidden /proc/sys/vm/lowmem_reserve_ratio '/proc/sys/vm/lowmem_reserve_ratio:1:1: found'
fi
exit $failed
