#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/tests/planted.sh WORK: the checks themselves, each on a planted bad
# input: a check that cannot fail checks nothing.
set -u
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$1"
work=$(mkdir -p "$1" && cd "$1" && pwd)
log=$work/log
passed=0
failed=0

# expect WHAT STATUS WANTED COMMAND...
expect() {
	local what=$1 status=$2 wanted=$3
	shift 3
	"$@" >"$log" 2>&1
	local got=$?
	if [ $got -eq "$status" ] && grep -qF -- "$wanted" "$log"; then
		passed=$((passed + 1))
		return
	fi
	echo "FAILED: $what: status $got, wanted $status and \"$wanted\""
	sed 's/^/    /' "$log"
	failed=$((failed + 1))
}

# ---- the header check ----
headers() { # COMPILER LANGUAGE DIALECT
	cmake -DCOMPILER="$1" -DLANGUAGE="$2" -DDIALECT="$3" "-DROOT=$work/tree" \
		"-DSCRATCH=$work/scratch" -P "$here/../MmHeaderCheck.cmake"
}

header() { # NAME: its text on standard input, alone in the folder
	rm -rf "$work/tree"
	mkdir -p "$work/tree/include/mm"
	cat >"$work/tree/include/mm/$1.h"
}

mkdir -p "$work/tree/include/mm"
expect "no header at all" 1 "nothing was checked" headers gcc c c11
for compilers in "gcc g++" "clang-14 clang++-14"; do
	read -r cc cxx <<<"$compilers"
	if ! command -v "$cc" >/dev/null || ! command -v "$cxx" >/dev/null; then
		echo "headers with $compilers: skipped: not found"
		continue
	fi
	header sound <<<$'#ifndef S_H\n#define S_H\n#include <stdint.h>\nstruct s {\n\tuint8_t a;\n};\n#endif'
	expect "a sound header, $cc" 0 "1 headers clean" headers "$cc" c c11
	expect "a sound header, $cxx" 0 "1 headers clean" headers "$cxx" cc c++17
	header twice <<<$'struct s {\n\tint a;\n};'
	expect "no guard, $cc" 1 "include/mm/twice.h: not clean" headers "$cc" c c11
	header alone <<<$'#ifndef A_H\n#define A_H\nuint8_t f(void);\n#endif'
	expect "not alone, $cc" 1 "include/mm/alone.h: not clean" headers "$cc" c c11
	header keyword <<<$'#ifndef K_H\n#define K_H\nstruct s {\n\tint class;\n};\n#endif'
	expect "a C++ keyword in C, $cc" 0 "1 headers clean" headers "$cc" c c11
	expect "a C++ keyword, $cxx" 1 "1 of 1 headers are not clean" headers "$cxx" cc c++17
	header late <<<$'#ifndef L_H\n#define L_H\nenum e : char { A };\n#endif'
	expect "newer than C11, $cc" 1 "include/mm/late.h: not clean" headers "$cc" c c11
done

# ---- the format check ----
if bash "$here/../format.sh" other >"$log" 2>&1 || [ $? -ne 4 ]; then
	mkdir -p "$work/git/cmake"
	cp "$here/../format.sh" "$work/git/cmake/"
	cp "$here/../../.clang-format" "$work/git/"
	cd "$work/git" && git init -q . || exit 1
	expect "no file to format" 1 "found no file to check" bash cmake/format.sh check
	printf 'int a;\n' >good.c
	expect "a formatted file" 0 "1 files clean" bash cmake/format.sh check
	printf 'int  b;\n' >'bad one.c'
	expect "a badly formatted file" 1 "bad one.c:1:" bash cmake/format.sh check
	expect "mending" 0 "2 files formatted" bash cmake/format.sh fix
	expect "mended" 0 "2 files clean" bash cmake/format.sh check
	printf '#define mm_for_each_ghost(g) for (;;)\n' >loop.c
	expect "an unknown loop macro" 1 "mm_for_each_ghost" bash cmake/format.sh check
	rm loop.c
	echo 'DisableFormat: true' >.clang-format
	expect "a .clang-format that does nothing" 1 "planted bad line passed" bash cmake/format.sh check
	expect "an unknown word" 2 "usage:" bash cmake/format.sh other
else
	cat "$log"
fi

# ---- the fuzz smoke test ----
# A libFuzzer that learns nothing looks just like this.
cat >"$work/fuzz_dull" <<'END'
#!/bin/sh
printf '#20000\tDONE   cov: 4 ft: 5 corp: 1/1b exec/s: 0 rss: 29Mb\n'
END
cat >"$work/fuzz_keen" <<'END'
#!/bin/sh
printf '#20000\tDONE   cov: 4 ft: 500000 corp: 1/1b exec/s: 0 rss: 29Mb\n'
END
# A command that makes seeds, and finds every target too slow.
cat >"$work/mmref_slow" <<'END'
#!/bin/sh
[ "$2" = seed ] && echo seed >"$4/one" && exit
echo "corpus speed $3: below its floor"
exit 1
END
# And one whose corpus has nothing for the target.
cat >"$work/mmref_bare" <<'END'
#!/bin/sh
echo "none of the traces"
exit 4
END
chmod +x "$work"/fuzz_* "$work"/mmref_*
smoke() { # ENGINE PROGRAM MMREF
	(cd "$here/../.." && bash cmake/tests/fuzz_smoke.sh "$1" buddy "$work/$2" "$work/$3" "$work/smoke")
}
expect "a target that explores nothing" 1 "buddy: 5 after" smoke libfuzzer fuzz_dull mmref_slow
expect "a target that is slow" 1 "below its floor" smoke libfuzzer fuzz_keen mmref_slow
expect "a target without seeds" 1 "no seeds" smoke libfuzzer fuzz_keen mmref_bare
expect "an unknown engine" 2 "unknown engine" smoke x fuzz_dull mmref_slow

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
