#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# simulate.sh: what a fuzzing service does with build.sh, without the service. It
# is given their variables, a copy of the tree and an empty $OUT; then $OUT is
# judged by their rules (checks.sh), moved to another place first.
#
#     tree --> SRC/mmref --> bash -eux build.sh --> OUT --> checks.sh
#                            their CC, CFLAGS ...
#
# Exit: 0 they would take it, 1 they would not, 2 usage, 4 a tool is missing.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
# shellcheck source=fuzz/oss-fuzz/checks.sh
. "$here/checks.sh"

usage() {
	cat <<'END'
usage: ./run simulate [--work FOLDER] [--tree FOLDER] [ENGINE SANITIZER]

Runs fuzz/oss-fuzz/build.sh as OSS-Fuzz and ClusterFuzzLite would and applies their
checks to what it made. Without ENGINE and SANITIZER all that are known:

  libfuzzer address | undefined | memory | coverage
  afl       address

  --work FOLDER  where it is built (default: build/simulate); the next run compiles
                 only what changed
  --tree FOLDER  the tree that is built (default: this one)
END
}

known='libfuzzer address
libfuzzer undefined
libfuzzer memory
libfuzzer coverage
afl address'

die() { # STATUS TEXT
	printf 'simulate: %s\n' "$2" >&2
	exit "$1"
}

need_tools() {
	local tool missing=() wanted=(clang-14 clang++-14 cmake objdump zip unzip)
	case $1 in
	afl) wanted+=(afl-clang-fast afl-clang-fast++ afl-fuzz afl-showmap) ;;
	esac
	case $2 in
	coverage) wanted+=(llvm-profdata-14 llvm-cov-14) ;;
	esac
	for tool in "${wanted[@]}"; do
		command -v "$tool" >/dev/null || missing+=("$tool")
	done
	[ ${#missing[@]} -eq 0 ] || die 4 "$1 $2: missing: ${missing[*]}; install with:
  apt-get install --no-install-recommends binutils clang-14 cmake libclang-rt-14-dev llvm-14 \\
      unzip zip zlib1g-dev afl++"
}

# ---- the tree ----------------------------------------------------------------

# Only what changed is written, and dated now, so that the next build compiles
# little and all that it must. A line per file: its sum and its name.
copy_tree() { # TREE COPY
	bash "$root/invariants/source/check.sh" --root "$1" --files >"$box/files"
	(cd "$1" && xargs -d '\n' sha1sum) <"$box/files" | LC_ALL=C sort >"$box/wanted"
	(cd "$2" && find . -type f -printf '%P\n' | xargs -r -d '\n' sha1sum) | LC_ALL=C sort >"$box/there"
	LC_ALL=C comm -13 "$box/wanted" "$box/there" | cut -c 43- | (cd "$2" && xargs -r -d '\n' rm)
	LC_ALL=C comm -23 "$box/wanted" "$box/there" | cut -c 43- | tar -C "$1" -cf - -T - | tar -C "$2" -xmf -
}

# ---- their environment -------------------------------------------------------

# As the base image sets them for its own, newer compiler; ours warns of names it
# does not know and goes on.
base_flags='-O1 -fno-omit-frame-pointer -gline-tables-only -Wno-error=incompatible-function-pointer-types
-Wno-error=int-conversion -Wno-error=deprecated-declarations -Wno-error=implicit-function-declaration
-Wno-error=implicit-int -Wno-error=unknown-warning-option -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION'
ubsan_stops=array-bounds,bool,builtin,enum,function,integer-divide-by-zero,null,object-size,return
ubsan_stops+=,returns-nonnull-attribute,shift,signed-integer-overflow,unreachable,vla-bound,vptr

flags_of() { # SANITIZER
	case $1 in
	address) echo "-fsanitize=address -fsanitize-address-use-after-scope" ;;
	memory) echo "-fsanitize=memory -fsanitize-memory-track-origins" ;;
	# Overflow of unsigned numbers is a signal for the engine, not a mistake.
	undefined) echo "-fsanitize=$ubsan_stops,unsigned-integer-overflow -fno-sanitize-recover=$ubsan_stops" ;;
	coverage) echo "-fprofile-instr-generate -fcoverage-mapping -pthread -Wl,--no-as-needed" \
		"-Wl,-ldl -Wl,-lm -Wno-unused-command-line-argument" ;;
	esac
}

# Their images have libc++; where it is not installed the engine takes libstdc++.
standard_library() {
	if echo 'int main() { return 0; }' | clang++-14 -stdlib=libc++ -x c++ - -o "$box/probe" 2>/dev/null; then
		echo -stdlib=libc++
	else
		echo "simulate: -stdlib=libc++ is left out: it is not installed (libc++-14-dev libc++abi-14-dev)" >&2
	fi
}

set_environment() { # ENGINE SANITIZER
	export SRC=$box/src WORK=$box/work OUT=$box/out
	export FUZZING_ENGINE=$1 SANITIZER=$2 ARCHITECTURE=x86_64 FUZZING_LANGUAGE=c
	export UBSAN_OPTIONS=silence_unsigned_overflow=1
	CFLAGS="${base_flags//$'\n'/ } $(flags_of "$2")"
	case $1 in
	libfuzzer)
		export CC=clang-14 CXX=clang++-14 LIB_FUZZING_ENGINE=-fsanitize=fuzzer
		[ "$2" = coverage ] || CFLAGS+=" -fsanitize=fuzzer-no-link"
		;;
	afl)
		export CC=afl-clang-fast CXX=afl-clang-fast++ AFL_QUIET=1
		export ASAN_OPTIONS=detect_leaks=0:symbolize=0:detect_odr_violation=0:abort_on_error=1
		LIB_FUZZING_ENGINE=$box/libFuzzingEngine.a
		cp "$(afl_driver)" "$LIB_FUZZING_ENGINE"
		export LIB_FUZZING_ENGINE
		;;
	esac
	CXXFLAGS="$CFLAGS $(standard_library)"
	export CCC=$CXX CFLAGS CXXFLAGS
	unset LDFLAGS CPPFLAGS
}

afl_driver() {
	local folder
	folder=$(dirname "$(command -v afl-fuzz)")/../lib/afl
	[ -e "$folder/libAFLDriver.a" ] || die 4 "afl: there is no $folder/libAFLDriver.a"
	echo "$folder/libAFLDriver.a"
}

# ---- one engine with one sanitizer -------------------------------------------

simulate() { # ENGINE SANITIZER
	box=$work/$1-$2
	rm -rf "$box.moved" "$box/out"
	mkdir -p "$box/src/mmref" "$box/work" "$box/out"
	copy_tree "$tree" "$box/src/mmref"
	set_environment "$1" "$2"
	echo "== $1 $2: bash -eux fuzz/oss-fuzz/build.sh"
	cp "$SRC/mmref/fuzz/oss-fuzz/build.sh" "$SRC/"
	if ! (cd "$SRC/mmref" && bash -eux "$SRC/build.sh") >"$box/log" 2>&1; then
		tail -n 25 "$box/log"
		bad build.sh "it failed (whole log: $box/log)" "$(build_advice "$box/log")"
		return 1
	fi
	judge "$1" "$2"
}

# All of them in processes of their own: each has its own environment.
simulate_all() {
	local engine sanitizer status=0 got
	while read -r engine sanitizer; do
		got=0
		bash "${BASH_SOURCE[0]}" --work "$work" --tree "$tree" "$engine" "$sanitizer" || got=$?
		[ $got -eq 0 ] || [ $status -eq 1 ] || status=$got
	done <<<"$known"
	exit $status
}

work=$root/build/simulate
tree=$root
while [ $# -gt 0 ]; do
	case $1 in
	--work | --tree)
		[ $# -gt 1 ] || die 2 "$1 needs a folder"
		[ "$1" = --work ] || [ -d "$2" ] || die 3 "$2: no such folder"
		mkdir -p "$2"
		printf -v "${1#--}" '%s' "$(cd "$2" && pwd -P)"
		shift 2
		;;
	-h | --help) usage; exit 0 ;;
	-*) usage >&2; die 2 "unknown option $1" ;;
	*) break ;;
	esac
done
[ -e "$tree/fuzz/oss-fuzz/build.sh" ] || die 3 "$tree: has no fuzz/oss-fuzz/build.sh"
[ $# -gt 0 ] || simulate_all
if [ $# -ne 2 ] || ! grep -qxF "$1 $2" <<<"$known"; then
	usage >&2
	die 2 "not an engine and a sanitizer: $*"
fi
need_tools "$@"
failures=0
simulate "$@" || true
if [ "$failures" -gt 0 ]; then
	echo "simulate $1 $2: $failures found: a service would refuse this"
	exit 1
fi
echo "simulate $1 $2: ok"
