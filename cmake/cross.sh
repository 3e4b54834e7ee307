#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/cross.sh zlib ARCH
# cmake/cross.sh compare NATIVE ARCH...
#
# zlib: the static zlib of another architecture, to build/sysroot/ARCH. Debian has
# no package of it for cross compilers, so the architecture's own is unpacked; the
# lists of packages go to build/apt, and nothing of the system changes.
#
# compare: what the builds in build/ARCH say, run by qemu-user, is what the build
# in NATIVE says, byte for byte: digests of all traces and of the recordings'
# traces, the traces that recordings and bytes become, what is shown of machines,
# and all properties with the number of checks they made.
#
# Exit: 0 ok, 1 something differs, 2 usage, 4 not possible here.
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=build/cross

die() { # STATUS TEXT
	printf 'cross: %s\n' "$2" >&2
	exit "$1"
}

say() { printf '   %s\n' "$*"; }

# ---- zlib --------------------------------------------------------------------------

fetch_zlib() { # ARCH
	local arch=$1 root=build/sysroot/$1 apt=$PWD/build/apt/$1 log=build/apt/$1.log options
	[ -e "$root/.complete" ] && return
	command -v apt-get >/dev/null || die 4 "zlib for $arch: this is no Debian; put libz.a and zlib.h below $root/usr"
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$root"
	options=(-o "APT::Architecture=$arch" -o "APT::Architectures=$arch" -o "Dir::State::lists=$apt/lists"
		-o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=)
	rm -f "$apt"/*.deb
	say "fetching zlib1g-dev for $arch"
	# The second may do even if a source has nothing for this architecture.
	apt-get "${options[@]}" update >"$log" 2>&1 || true
	(cd "$apt" && apt-get "${options[@]}" download "zlib1g-dev:$arch") >>"$log" 2>&1 ||
		die 4 "zlib for $arch cannot be fetched (whole log: $log): $(tail -n 1 "$log")"
	dpkg-deb -x "$apt"/zlib1g-dev_*.deb "$root"
	: >"$root/.complete"
}

# ---- asking all ----------------------------------------------------------------------

native=
archs=()
corpus=() # traces
questions=0
differ=0

emulator() { # ARCH
	case $1 in
	arm64) echo qemu-aarch64 ;;
	s390x) echo qemu-s390x ;;
	*) die 2 "no architecture $1: arm64 s390x" ;;
	esac
}

# judge WHAT ARCH: are the two answers the same?
judge() {
	if cmp -s "$work/native.$1" "$work/$2.$1"; then
		return
	fi
	printf '%s: %s differs from %s:\n' "$2" "$1" "$native"
	diff "$work/native.$1" "$work/$2.$1" | head -n 10 || true
	differ=$((differ + 1))
}

# ask NAME WORD...: mmref WORD... by all builds: output and status
ask() {
	local name=$1 arch status=0
	shift
	"$native/mmref" "$@" >"$work/native.$name" 2>"$work/err" || status=$?
	echo "status $status" >>"$work/native.$name"
	[ "$status" -eq 0 ] || die 1 "$native/mmref $*: status $status: $(tail -n 1 "$work/err")"
	for arch in "${archs[@]}"; do
		status=0
		"$(emulator "$arch")" "build/$arch/mmref" "$@" >"$work/$arch.$name" 2>"$work/err" || status=$?
		echo "status $status" >>"$work/$arch.$name"
		judge "$name" "$arch"
	done
	questions=$((questions + 1))
}

# The emulated machines are what they are taken for: bytes of a number, and char.
check_hosts() {
	local arch said
	cat >"$work/host.c" <<-'HOST'
		#include <stdio.h>
		#include <string.h>
		int main(void)
		{
			unsigned int word = 0x01020304;
			unsigned char bytes[4];
			memcpy(bytes, &word, 4);
			printf("first byte %d, char %s, long %d\n", bytes[0], (char)-1 < 0 ? "signed" : "unsigned",
			       (int)sizeof(long));
			return 0;
		}
	HOST
	for arch in "${archs[@]}"; do
		# as MmCross.cmake makes its name
		"$(sed -n 's/^set(CMAKE_SYSTEM_PROCESSOR \(.*\))/\1/p' "cmake/$arch.cmake")-linux-gnu-gcc" -static -o "$work/host" "$work/host.c"
		said=$("$(emulator "$arch")" "$work/host")
		say "$arch: $said"
		case $arch:$said in
		arm64:'first byte 4, char unsigned, long 8' | s390x:'first byte 1, char unsigned, long 8') ;;
		*) die 1 "$arch is not what it should be: nothing would be shown" ;;
		esac
	done
}

# The same bytes on every machine: a multiplicative generator in awk.
write_bytes() {
	LC_ALL=C awk 'BEGIN { x = 1; for (i = 0; i < 50000; i++) { x = (x * 16807) % 2147483647
		printf "%c%c%c%c", x % 256, int(x / 256) % 256, int(x / 65536) % 256, int(x / 4096) % 256 } }' \
		>"$work/bytes"
}

ask_recordings() {
	local recording name
	for recording in corpus/recordings/*.txt.gz; do
		name=$(basename "$recording" .txt.gz)
		ask "import-$name" import "$recording" -o -
		sed '$d' "$work/native.import-$name" >"$work/$name.ops"
		traces+=("$work/$name.ops")
	done
	ask recordings check -v "${traces[@]}"
}

# The whole address space of an arena is asked for at once, most of it never used.
spanning_terabytes() {
	grep -rlE '^machine .*([0-9]T|[0-9]{7,}M)' corpus --include='*.ops'
}

ask_all() {
	local target view traces=()
	mapfile -t corpus < <(find corpus -name '*.ops' | sort | grep -vxFf <(spanning_terabytes))
	say "skipped: $(spanning_terabytes | wc -l) traces of machines that span terabytes: qemu keeps a record of each page"
	ask corpus check -v "${corpus[@]}"
	ask_recordings
	for target in fuzz/targets/*.target; do
		target=$(basename "$target" .target)
		ask "bytes-$target" run --bytes "$target" "$work/bytes"
	done
	for view in buddyinfo pagetypeinfo zoneinfo vmstat unusable_index extfrag_index memblock; do
		ask "show-$view" show "$view" "${traces[0]}"
	done
	ask oracle oracle zoneinfo --json --from corpus/recordings/proc/linux-6.18-2cpu-24g
	for topic in ops machine facts claims targets --man; do
		ask "help$topic" help "$topic"
	done
}

# Pages of 64 KiB under our 4 KiB frames, as some arm64 kernels have them.
ask_large_pages() {
	[[ " ${archs[*]} " = *' arm64 '* ]] || return 0
	local status=0
	qemu-aarch64 -p 65536 build/arm64/mmref check -v "${corpus[@]}" >"$work/arm64.corpus" 2>&1 || status=$?
	echo "status $status" >>"$work/arm64.corpus"
	judge corpus arm64
	questions=$((questions + 1))
}

# ---- properties -------------------------------------------------------------------------

# Without the time each took.
properties() { # NAME COMMAND...
	local status=0
	"${@:2}" >"$work/props" 2>&1 || status=$?
	{
		sed -E 's/ +[0-9]+ ms$//' "$work/props"
		echo "status $status"
	} >"$work/$1.properties"
}

compare_properties() {
	local arch start names
	# what they read is the emulator's there
	local of_host='^procfs\.(own_maps_come_back|the_host_prints_the_same_lines)$'
	say "skipped: properties on the machines that span terabytes (--near), on both sides"
	say "skipped: $("$native/mmref-prop" --list | grep -cE "$of_host") properties that read the host's /proc, on both sides"
	mapfile -t names < <("$native/mmref-prop" --list | grep -vE "$of_host")
	properties native "$native/mmref-prop" --near "${names[@]}"
	tail -n 1 "$work/native.properties" | grep -qx 'status 0' || die 1 "$native/mmref-prop fails"
	for arch in "${archs[@]}"; do
		start=$SECONDS
		properties "$arch" "$(emulator "$arch")" "build/$arch/mmref-prop" --near "${names[@]}"
		judge properties "$arch"
		say "$arch: $(sed -n '/ properties, /p' "$work/$arch.properties"), $((SECONDS - start)) s"
	done
	questions=$((questions + 1))
}

# A comparison that sees nothing is worse than none.
check_the_check() {
	local arch=${archs[0]}
	cp "$work/native.corpus" "$work/native.planted"
	sed '1s/0x\(.\)/0x\1f/' "$work/$arch.corpus" >"$work/$arch.planted"
	judge planted "$arch" >"$work/err"
	[ "$differ" -eq 1 ] || die 1 "the planted digest passed: the comparison sees nothing"
	differ=0
}

compare() { # NATIVE ARCH...
	native=$1
	shift
	archs=("$@")
	rm -rf "$work"
	mkdir -p "$work"
	check_hosts
	write_bytes
	ask_all
	[ "$differ" -ne 0 ] || check_the_check
	ask_large_pages
	say "$(sed -n 's/^\([0-9]* traces, .*\): ok/\1/p' "$work/native.corpus"); recordings: $(
		sed -n 's/^\([0-9]* traces, .*\): ok/\1/p' "$work/native.recordings"), $SECONDS s"
	[ -z "${MM_RECORDINGS:-}" ] || say "skipped: recordings of $MM_RECORDINGS: too long for an emulator"
	compare_properties
	[ "$differ" -eq 0 ] || die 1 "$differ answers differ"
	say "$questions questions, ${#archs[@]} architectures: the same answers"
}

case ${1:-}:$# in
zlib:2) fetch_zlib "$2" ;;
compare:[3-9]) compare "${@:2}" ;;
*)
	sed -n 's/^# \(cmake\/cross.sh .*\)/usage: \1/p' "$0" >&2
	exit 2
	;;
esac
