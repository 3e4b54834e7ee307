#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# proc_readers.sh MMREF SCRATCH: what people's scripts read out of /proc, read
# out of a saved copy (whose answers are known) and out of ours. Only awk.
set -u
mmref=$1
scratch=$2
saved=corpus/recordings/proc/linux-6.18-2cpu-24g
failed=0
mkdir -p "$scratch"

# In pages; MemAvailable is reckoned from these two.
low_sum() { awk '$1 == "low" { low += $2 } END { print low }' "$1"; }
free_sum() { awk '/pages free/ { n += $3 } END { print n }' "$1"; }
# The zone a counter belongs to is the last one named.
free_of() { awk -v zone="$2" '/^Node/ { z = $4 } /nr_free_pages / && z == zone { print $2 }' "$1"; }
zones() { awk -F'[ ,]+' '/^Node/ { printf "%s%s", sep, $4; sep = " " } END { print "" }' "$1"; }
populated() { awk '/^Node/ { z = $4 } $1 == "present" && $2 > 0 { printf "%s ", z }' "$1"; }
cpus() { awk '/^Node/ { z = $4 } $1 == "cpu:" && z == "Normal" { n++ } END { print n }' "$1"; }
protection() { sed -n 's/.*protection: (\(.*\))$/\1/p' "$1" | awk -F', ' '{ print NF }' | uniq; }
# Free pages by order: columns 5 and up of buddyinfo, order 0 first.
buddy_pages() { awk '{ for (i = 5; i <= NF; i++) n += $i * 2 ^ (i - 5) } END { print n }' "$1"; }
type_pages() {
	awk '/type +[A-Z]/ && /^Node/ { for (i = 7; i <= NF; i++) n += $i * 2 ^ (i - 7) }
		END { print n }' "$1"
}
# KiB of all lines of maps, or of those with such rights; names, each once.
mapped() {
	local range rights rest sum=0
	while read -r range rights rest; do
		case $rights in ${2:-*}) sum=$((sum + 16#${range#*-} - 16#${range%-*})) ;; esac
	done <"$1"
	echo $((sum / 1024))
}
names() { awk 'NF > 5 { print $6 }' "$1" | uniq | tr '\n' ' '; }
value() { awk -v name="$2" '$1 == name { print $2 }' "$1"; }
odd_lines() { awk 'NF != 2 || $2 !~ /^[0-9]+$/' "$1" | wc -l; }

same() { # WHAT GOT EXPECTED
	if [ "$2" != "$3" ]; then
		echo "$1: \"$2\", expected \"$3\""
		failed=1
	fi
}

same "saved: low" "$(low_sum $saved/zoneinfo)" 21150
same "saved: free" "$(free_sum $saved/zoneinfo)" 2009371
same "saved: free, again" "$(value $saved/vmstat nr_free_pages)" 2009371
same "saved: DMA32" "$(free_of $saved/zoneinfo DMA32)" 772791
same "saved: populated" "$(populated $saved/zoneinfo)" "DMA DMA32 Normal "
same "saved: zones" "$(zones $saved/zoneinfo)" "DMA DMA32 Normal Movable Device"
same "saved: CPUs" "$(cpus $saved/zoneinfo)" 2
same "saved: protection" "$(protection $saved/zoneinfo)" 5
same "saved: buddyinfo and pagetypeinfo" "$(buddy_pages $saved/buddyinfo)" \
	"$(type_pages $saved/pagetypeinfo)"
same "saved: mapped" "$(mapped $saved/maps)" 1024
same "saved: mapped to execute" "$(mapped $saved/maps '??x?')" 496
same "saved: names" "$(names $saved/maps)" "/tmp/example [heap] /dev/zero /memfd:3 \
/usr/lib/locale/C.utf8/LC_CTYPE [vvar] [vvar_vclock] [vdso] [stack] [vsyscall] "
same "saved: odd lines of vmstat" "$(odd_lines $saved/vmstat)" 0

trace=$scratch/used.ops
printf 'machine ram=64M dma=16M dma32=32M cpus=3\nalloc order=5\n' >"$trace"
for view in zoneinfo buddyinfo pagetypeinfo vmstat; do
	"$mmref" show $view "$trace" >"$scratch/$view" || failed=1
done
free=$(value "$scratch/vmstat" nr_free_pages)
same "ours: free" "$(free_sum "$scratch/zoneinfo")" "$free"
same "ours: buddyinfo" "$(buddy_pages "$scratch/buddyinfo")" "$free"
same "ours: pagetypeinfo" "$(type_pages "$scratch/pagetypeinfo")" "$free"
same "ours: free, once allocated" "$free" $((16384 - 32))
same "ours: zones" "$(zones "$scratch/zoneinfo")" "DMA DMA32 Normal Movable"
same "ours: populated" "$(populated "$scratch/zoneinfo")" "DMA DMA32 Normal "
same "ours: Normal" "$(free_of "$scratch/zoneinfo" Normal)" $((8192 - 32))
same "ours: CPUs" "$(cpus "$scratch/zoneinfo")" 3
same "ours: protection" "$(protection "$scratch/zoneinfo")" 4
same "ours: odd lines of vmstat" "$(odd_lines "$scratch/vmstat")" 0
[ "$(low_sum "$scratch/zoneinfo")" -gt 0 ] || { echo "ours: no low watermarks"; failed=1; }
trace=corpus/virt/mprotect/seed/rights-of-the-middle-split-a-mapping-twice.ops
"$mmref" show maps $trace >"$scratch/maps" || failed=1
same "ours: mapped" "$(mapped "$scratch/maps")" 20
same "ours: mapped to write" "$(mapped "$scratch/maps" '?w??')" 16
"$mmref" show smaps --pid 0 $trace >"$scratch/smaps" || failed=1
same "ours: sizes" "$(awk '$1 == "Size:" { n += $2 } END { print n }' "$scratch/smaps")" 20
exit $failed
