#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# mutants_toy.sh WORK: `run mutants` on a toy of which it is known what sees which
# mistake: its corpus, its own suite, another suite, its fuzzer, time, the compiler,
# nothing. Then stopped and resumed, with the same result.
#
# The toy has the folders, the preset and the programs that mutants.sh expects,
# and they judge one file of code.
set -eu
if [ $# -ne 1 ]; then
	echo "usage: mutants_toy.sh WORK" >&2
	exit 2
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
rm -rf "$1"
mkdir -p "$1/toy"
cd "$1/toy"
failed=0
export JOBS=1 MM_MUTANTS_SECONDS=1

fail() { # TEXT
	printf 'FAILED: %s\n' "$1" >&2
	failed=1
}

put() { # PATH, text from stdin
	mkdir -p "$(dirname "$1")"
	cat >"$1"
}

make_toy() {
	mkdir -p fuzz/mutants fuzz/command fuzz/targets include/mm ref/lib corpus
	cp "$root"/fuzz/mutants/* fuzz/mutants
	cp "$root/fuzz/command/planted.sh" fuzz/command
	cp "$root"/include/mm/rng.h include/mm
	cp "$root/ref/lib/rng.c" ref/lib
	put fuzz/targets/toy.target <<<'# toy'
	put corpus/seed.ops <<<'# toy'
	put CMakePresets.json <<-'END'
		{ "version": 6, "configurePresets": [ { "name": "fuzz", "binaryDir": "${sourceDir}/build/fuzz",
		  "cacheVariables": { "CMAKE_C_COMPILER": "cc" } } ] }
	END
	put CMakeLists.txt <<-'END'
		cmake_minimum_required(VERSION 3.25)
		project(toy C)
		set(CMAKE_C_STANDARD 11)
		add_library(toy ref/phys/toy.c)
		foreach(name mmref mmref-prop fuzz_toy)
			add_executable(${name} judge.c)
			target_link_libraries(${name} toy)
		endforeach()
		add_custom_target(mmref-cli DEPENDS mmref)
	END
	# One number per function; what is written wrong is seen by who calls it.
	put ref/phys/toy.c <<-'END'
		int by_corpus(int a, int b);
		int by_own(int a);
		int by_other(int a);
		int by_fuzz(int a);
		int by_nobody(int a);
		int in_time(int n);

		int by_corpus(int a, int b)
		{
			return a + b;
		}

		int by_own(int a)
		{
			return a << 1;
		}

		int by_other(int a)
		{
			return a % 7;
		}

		int by_fuzz(int a)
		{
			return a / 3;
		}

		int by_nobody(int a)
		{
			enum { FOUR = 4 };
			_Static_assert(FOUR == 4, "four is four");
			switch (a) {
			case 8:
				return a * 1;
			case 9:
				return a & 5;
			default:
				return a;
			}
		}

		int in_time(int n)
		{
			volatile unsigned long left = (unsigned long)n;
			while (left)
				left -= 2;
			return (int)left;
		}
	END
	# mmref check, mmref fuzz, mmref-prop toy, mmref-prop
	put judge.c <<-'END'
		#include <stdio.h>
		#include <string.h>
		#include <time.h>
		int by_corpus(int a, int b);
		int by_own(int a);
		int by_other(int a);
		int by_fuzz(int a);
		int in_time(int n);
		static int bad(const char *claim)
		{
			printf("seed.ops:1: @1: step\n  %s: it fell\n", claim);
			fprintf(stderr, "judge.c:1: %s, seed 0x1: it fell\n", claim);
			return 1;
		}
		int main(int argc, char **argv)
		{
			int prop = strstr(argv[0], "mmref-prop") != NULL;
			if (!prop && strcmp(argv[1], "check") == 0)
				return by_corpus(3, 2) != 5 || in_time(4) != 0 ? bad("toy.sum") : 0;
			if (!prop)
				return by_fuzz(9) != 3 ? bad("toy.third") : 0;
			if (argc > 1)
				return by_own(3) != 6 ? bad("toy.double") : 0;
			/* longer than the least limit, and no hang */
			while (clock() < 3 * CLOCKS_PER_SEC)
				;
			return by_other(9) != 2 ? bad("other.rest") : 0;
		}
	END
}

mutants() { bash fuzz/mutants/mutants.sh "$@"; }

# verdict ID WANTED: verdict, killer, and what it said.
verdict() {
	local got
	got=$(awk -F '\t' -v "id=ref/phys/toy.c:$1" '$1 == id { print $4, $5, $6 }' \
		build/mutants/results.tsv)
	[ "$got" = "$2" ] || fail "$1: \"$got\", not \"$2\""
}

# What does not depend on the time it took.
verdicts() {
	grep -v '^#' build/mutants/results.tsv | cut -f 1-6 | LC_ALL=C sort
}

make_toy

# ---- each way to be seen, and not to be ----

mutants --n 1000 --jobs 2 ref/phys >../out 2>../err || fail "status $?: $(tail -n 5 ../err)"
verdict 10:10:arithmetic "killed corpus toy.sum"
verdict 15:10:arithmetic "killed property toy.double"
verdict 20:10:arithmetic "killed property other.rest"
verdict 25:10:arithmetic "killed fuzz toy.third"
verdict 36:10:arithmetic "survived - -"
verdict 34:10:arithmetic "equal - -"
verdict 33:6:constant "uncompilable - -"
verdict 30:15:constant 'killed compiler "four is four"'
verdict 46:1:advance "killed timeout hang in corpus"
[ "$(wc -l <build/mutants/queue)" -eq "$(verdicts | wc -l)" ] || fail "not every mutant was judged"
grep -q '^score [0-9.]* %: ' ../out || fail "no score"
grep -q '^ref/phys/toy.c:36:10:arithmetic: ' ../out || fail "a survivor is not shown"
grep -q '^+.*return a | 5;' ../out || fail "a survivor's line is not shown"
awk '/^score/ { gsub(/[():]/, ""); exit !($10 + 0 < $2 + 0 && $2 + 0 < $12 + 0) }' ../out || fail "bounds: $(grep ^score ../out)"
git -C "$root" diff --quiet --no-index "$PWD/ref" "$PWD/build/mutants/1/ref" ||
	fail "a mutant was left in the tree"

# ---- stopped, and resumed ----

# The first twelve of the draw are those of a draw of twelve.
mutants --list --n 12 ref/phys | cut -f 1 | LC_ALL=C sort >../twelve
verdicts | LC_ALL=C join -t "$(printf "\t")" ../twelve - >../whole
setsid bash fuzz/mutants/mutants.sh --n 12 ref/phys >../out 2>../err &
pid=$!
while [ "$(verdicts | wc -l)" -lt 4 ] || [ "$(verdicts | wc -l)" -ge "$(wc -l <../whole)" ]; do
	kill -0 "$pid" 2>/dev/null || break
	sleep 0.2
done
kill -TERM "$pid" 2>/dev/null || true
status=0
wait "$pid" || status=$?
[ "$status" -eq 143 ] || fail "stopped: status $status, not 143"
sleep 1
! pgrep -f "$PWD/build/mutants" >/dev/null || fail "stopped, but something runs on"
part=$(verdicts | wc -l)
[ "$part" -lt "$(wc -l <../whole)" ] || fail "stopped too late to show anything"
printf 'ref/phys/toy.c:10:10:arith' >>build/mutants/results.tsv # cut off
mutants --n 12 --resume ref/phys >../out 2>../err || fail "resumed: status $?"
[ "$(grep -c ' min left: ' ../err)" -eq $(($(wc -l <../whole) - part)) ] || fail "what was judged was judged again"
verdicts | diff ../whole - || fail "resumed, the verdicts are others"
status=0
mutants --n 12 --resume --runs 7 ref/phys >../out 2>&1 || status=$?
[ "$status" -eq 3 ] || fail "resumed with other options: status $status, not 3"

# ---- one, and bad input ----

mutants --only ref/phys/toy.c:10:10:arithmetic >../out 2>/dev/null || fail "--only: status $?"
grep -q 'toy.sum: it fell' ../out || fail "--only does not print what was said"
status=0
mutants ref/gone >../out 2>&1 || status=$?
[ "$status" -eq 3 ] || fail "a folder that is not there: status $status, not 3"
status=0
mutants --n many >../out 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "no number: status $status, not 2"
sed -i 's/a + b/a + b + 1/' ref/phys/toy.c
status=0
mutants --n 3 ref/phys >../out 2>&1 || status=$?
[ "$status" -eq 1 ] || fail "a tree that fails by itself: status $status, not 1"
grep -q 'without any mutant' ../out || fail "a tree that fails by itself: $(tail -n 1 ../out)"

[ "$failed" -eq 0 ] && echo "mutants of a toy: ok"
exit "$failed"
