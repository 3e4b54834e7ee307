#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/tests/install.sh WORK: what is installed works by itself.  The tree is
# built plainly and installed; a project outside of it builds against the prefix
# by find_package and by pkg-config, the command runs from elsewhere, and all of it
# once more when the prefix has been moved.
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
if [ $# -ne 1 ]; then
	echo "usage: install.sh WORK" >&2
	exit 2
fi
mkdir -p "$1"
work=$(cd "$1" && pwd -P)
log=$work/log
build=$work/build
rm -rf "$work/prefix" "$work/moved" "$work/staged" "$work/elsewhere" "$work"/outside*
mkdir -p "$work/elsewhere"

# shellcheck source=cmake/tests/verdicts.sh
. "$root/cmake/tests/verdicts.sh"

# ---- building and installing ---------------------------------------------------

if command -v ninja >/dev/null; then
	export CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja}
fi
unset DESTDIR CMAKE_PREFIX_PATH PKG_CONFIG_PATH MAKEFLAGS
run "configuring" 0 'Generating done' cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release \
	-DCMAKE_C_FLAGS_RELEASE=-O1 -DMM_BENCH=OFF
run "building" 0 '' cmake --build "$build" -j2 --target mmref mmref-cli
run "installing" 0 'bin/mmref' cmake --install "$build" --prefix "$work/prefix"
run "installing to a staging folder" 0 'bin/mmref' \
	env "DESTDIR=$work/staged" cmake --install "$build" --prefix /usr
[ "$failed" -eq 0 ] || exit 1

# The same files, whatever the prefix; the staging folder stands in none of them.
(cd "$work/prefix" && find . -type f | sort) >"$work/files"
(cd "$work/staged/usr" && find . -type f | sort) >"$work/files-staged"
run "DESTDIR has the same files" 0 '' diff "$work/files" "$work/files-staged"
run "nothing beside DESTDIR's prefix" 0 '^usr$' ls "$work/staged"
for name in bin/mmref include/mm/machine.h share/doc/mmref/LICENSE share/man/man1/mmref.1 \
	share/bash-completion/completions/mmref share/zsh/site-functions/_mmref \
	share/fish/vendor_completions.d/mmref.fish; do
	run "$name is installed" 0 '' test -f "$work/prefix/$name"
done
run "the manual page is the command's" 0 '' \
	bash -c '"$1/bin/mmref" help --man | cmp - "$1/share/man/man1/mmref.1"' - "$work/prefix"
run "all contracts are installed" 0 '' diff -r "$root/include/mm" "$work/prefix/include/mm"

# no_path FOLDER PATH: no file of FOLDER holds PATH.
no_path() {
	! grep -rlF -- "$2" "$1"
}
for path in "$root" "$work" "$build"; do
	run "no file names $path" 0 '' no_path "$work/prefix" "$path"
	run "no staged file names $path" 0 '' no_path "$work/staged" "$path"
done
# The same question with an answer: a file of the build does name the tree.
run "the search for paths finds one" 1 'CMakeCache.txt' no_path "$build" "$root"

# ---- from outside ----------------------------------------------------------------

# use PREFIX NAME: all that is asked of an installed tree.
use() {
	local prefix=$1 name=$2 at=$work/outside-$2
	run "$name: find_package" 0 'Generating done' \
		cmake -S "$root/cmake/tests/outside" -B "$at" "-DCMAKE_PREFIX_PATH=$prefix"
	run "$name: building against it" 0 '' cmake --build "$at"
	run "$name: the program" 0 '^free [0-9]+ frames, a block of 8 is taken' "$at/outside"
	run "$name: the program's buddyinfo" 0 '^Node 0, zone +Normal +[0-9]' "$at/outside"
	run "$name: the program in C++" 0 '^digest 0x[0-9a-f]{16}$' "$at/outside-cxx"
	run "$name: a bad description" 1 'description:1:8: .*cpus=0: out of range' "$at/outside" 'ram=4M cpus=0'
	use_pkgconfig "$prefix" "$name"
	use_contracts "$prefix" "$name"
	use_command "$prefix" "$name"
}

use_pkgconfig() { # PREFIX NAME
	local pc flags
	pc=$(find "$1" -name mmref.pc)
	if ! command -v pkg-config >/dev/null; then
		echo "$2: pkg-config: skipped: there is none (apt-get install pkgconf)"
		return
	fi
	flags=$(PKG_CONFIG_PATH=$(dirname "$pc") pkg-config --cflags --libs mmref)
	# shellcheck disable=SC2086 # the flags are words
	run "$2: cc with $flags" 0 '' \
		cc -std=c11 -o "$work/outside-pc" "$root/cmake/tests/outside/outside.c" $flags
	run "$2: the program of pkg-config" 0 '^free [0-9]+ frames' "$work/outside-pc"
	run "$2: pkg-config: the version" 0 '^[0-9]+\.[0-9]+\.[0-9]+$' \
		env "PKG_CONFIG_PATH=$(dirname "$pc")" pkg-config --modversion mmref
	run "$2: pkg-config: a later version" 1 "mmref >= 99" \
		env "PKG_CONFIG_PATH=$(dirname "$pc")" pkg-config --print-errors 'mmref >= 99'
}

# Each contract alone, and nothing but the prefix to find it in.
use_contracts() { # PREFIX NAME
	run "$2: contracts alone in C" 0 'headers clean' cmake -DCOMPILER=cc -DLANGUAGE=c -DDIALECT=c11 \
		"-DROOT=$1" "-DSCRATCH=$work/contract" -P "$root/cmake/MmHeaderCheck.cmake"
	run "$2: contracts alone in C++" 0 'headers clean' cmake -DCOMPILER=c++ -DLANGUAGE=cc \
		-DDIALECT=c++17 "-DROOT=$1" "-DSCRATCH=$work/contract" -P "$root/cmake/MmHeaderCheck.cmake"
}

# Far from the tree, in a folder of its own: targets, operations and help are
# inside the command, so it needs no file.
use_command() { # PREFIX NAME
	local mmref=$1/bin/mmref trace
	trace=$root/corpus/sim/ram/seed
	cd "$work/elsewhere" || exit 1
	run "$2: mmref check" 0 'operations, [0-9]+ checks: ok' "$mmref" check "$trace"
	run "$2: mmref help targets" 0 '^buddy: the page allocator' "$mmref" help targets
	run "$2: mmref fuzz" 0 'engine blind, seed 1, 200 executions' "$mmref" fuzz buddy --runs 200
	run "$2: mmref fuzz by an engine that is not there" 4 'no libFuzzer program for buddy' \
		"$mmref" fuzz buddy --engine libfuzzer
	run "$2: mmref import" 0 '^allocations: ' \
		"$mmref" import "$root/corpus/recordings/gcc_c.txt.gz" -o "$work/elsewhere/gcc_c.ops"
	run "$2: mmref run" 0 '^digest' "$mmref" run --quiet --summary "$work/elsewhere/gcc_c.ops"
	run "$2: mmref oracle" 0 ' 0 differ' \
		"$mmref" oracle zoneinfo --from "$root/corpus/recordings/proc/linux-6.18-2cpu-24g"
	cd "$root" || exit 1
}

use "$work/prefix" prefix

# Moved: what was built against the old place is gone, what is built now works.
mv "$work/prefix" "$work/moved"
use "$work/moved" moved
use "$work/staged/usr" staged

# ---- versions ----------------------------------------------------------------------

# version WANTED STATUS REGEX: find_package(mmref WANTED)
version() {
	mkdir -p "$work/outside-version"
	printf 'cmake_minimum_required(VERSION 3.25)\nproject(v C)\nfind_package(mmref %s REQUIRED)\n' "$1" \
		>"$work/outside-version/CMakeLists.txt"
	run "find_package(mmref $1)" "$2" "$3" cmake -S "$work/outside-version" \
		-B "$work/outside-version/build" "-DCMAKE_PREFIX_PATH=$work/moved"
}

has=$(sed -n 's/^project(mmref VERSION \([0-9.]*\) .*/\1/p' "$root/CMakeLists.txt")
version "$has" 0 'Generating done'
version "$has EXACT" 0 'Generating done'
version 99 1 'requested version "99"'
grep -q "version: $has" "$log" && pass || fail "the refusal does not say which version there is"
version 0.0.1 1 'requested version "0.0.1"'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
