#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# bugs_toy.sh WORK: `run bugs` on a toy with bugs of each fate: seen by the corpus,
# by the fuzzer, by a property, only by another claim, only by a finding that the
# toy without the bug has too, by nothing. Then the same again from what was kept.
set -eu
if [ $# -ne 1 ]; then
	echo "usage: bugs_toy.sh WORK" >&2
	exit 2
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
rm -rf "$1"
mkdir -p "$1/toy"
cd "$1/toy"
# git apply in a folder of a repository skips what the repository ignores.
GIT_CEILING_DIRECTORIES=$(cd .. && pwd -P)
export GIT_CEILING_DIRECTORIES JOBS=1
failed=0

fail() { # TEXT
	printf 'FAILED: %s\n' "$1" >&2
	failed=1
}

put() { # PATH, text from stdin
	mkdir -p "$(dirname "$1")"
	cat >"$1"
}

# A bug: what toy.h says instead of 0, and lines of the patch's head.
bug() { # NAME NUMBER LINE...
	{
		printf 'A toy with a bug\n\nSource: invented\nExpect: it shows\n'
		printf '%s\n' "${@:3}" ''
		printf -- '--- a/toy.h\n+++ b/toy.h\n@@ -1 +1 @@\n-#define BUG 0\n+#define BUG %s\n' "$2"
	} | put "corpus/bugs/$1.patch"
}

make_toy() {
	mkdir -p fuzz/command
	cp "$root"/fuzz/command/bugs.sh "$root"/fuzz/command/planted.sh fuzz/command
	printf '# toy\nfloor execs 100\n' | put fuzz/targets/buddy.target
	put corpus/seed.ops <<<'# toy'
	put toy.h <<<'#define BUG 0'
	put CMakePresets.json <<-'END'
		{ "version": 6, "configurePresets": [ { "name": "fuzz", "binaryDir": "${sourceDir}/build/fuzz" } ] }
	END
	put CMakeLists.txt <<-'END'
		cmake_minimum_required(VERSION 3.25)
		project(toy C)
		foreach(name mmref mmref-prop fuzz_buddy)
			add_executable(${name} judge.c)
		endforeach()
		add_custom_target(mmref-cli DEPENDS mmref)
	END
	# mmref check PATH, mmref corpus WORD, mmref fuzz buddy ... --seed S ..., mmref-prop NAME
	put judge.c <<-'END'
		#include <stdio.h>
		#include <string.h>
		#include <sys/stat.h>
		#include "toy.h"
		static int found(int after, const char *claim, const char *trace)
		{
			FILE *f;
			mkdir(".mmref-fail", 0777);
			mkdir(".mmref-fail/it", 0777);
			f = fopen(".mmref-fail/it/trace.ops", "w");
			fputs(trace, f);
			fclose(f);
			printf("found after %d executions\ntrace: @1: step\n  %s: it fell\n", after, claim);
			return 1;
		}
		static int check(const char *path)
		{
			char text[16] = "";
			FILE *f = fopen(path, "r");
			if (f && fgets(text, sizeof(text), f) && strcmp(text, "alarm") == 0)
				return 1;
			if (BUG != 1 && BUG != 2)
				return 0;
			printf("a/seed.ops:1: @1: step\n  toy.%s: it fell\n", BUG == 1 ? "sum" : "other");
			return 1;
		}
		int main(int argc, char **argv)
		{
			int seed;
			if (strstr(argv[0], "mmref-prop"))
				return BUG == 3;
			/* at the floor of 100: 400 in a second */
			if (strcmp(argv[1], "corpus") == 0)
				return printf("corpus speed buddy: 2000 executions per CPU second, 500 in the time of 10000 pieces\n") < 0;
			if (strcmp(argv[1], "check") == 0)
				return check(argv[2]);
			seed = argv[7][0] - '0';
			if (BUG == 4)
				return found(100 * seed, "toy.sum", "step");
			return BUG == 5 ? found(7, "toy.sum", "alarm") : 0;
		}
	END
	bug by-the-corpus 1 'Claim: toy.late, toy.sum'
	bug by-another-claim 2 'Claim: toy.sum'
	bug by-a-property 3 'Claim: toy.holds' 'Property: toy.holds'
	bug by-the-fuzzer 4 'Claim: toy.sum'
	bug by-an-alarm 5 'Claim: toy.sum'
	bug by-nothing 6 'Claim: toy.sum'
}

bugs() { bash fuzz/command/bugs.sh --runs 1000 "$@"; }

# row NAME EXPRESSION: what was printed of a bug.
row() {
	grep -Eq "^$1 +$2" ../out || fail "$1: \"$(grep "^$1 " ../out)\", not \"$2\""
}

make_toy
status=0
bugs >../out 2>../err || status=$?
[ "$status" -eq 1 ] || fail "bugs that are not seen: status $status, not 1: $(tail -n 3 ../err)"
row by-the-corpus 'toy.sum +- +- +seed.ops'
row by-another-claim 'NOT SEEN, ONLY toy.other +>1000'
row by-a-property 'toy.holds +- +- +mmref-prop'
row by-the-fuzzer 'toy.sum +200 \(100-300\) +0.5 +libfuzzer on buddy, seed 1 2 3'
row by-an-alarm 'NOT SEEN'
row by-nothing 'NOT SEEN +>1000'
grep -q 'by-an-alarm: the tree without the bug has this finding too' ../err || fail "a false alarm is not told"
grep -q '3 of 6 bugs were seen' ../err || fail "$(tail -n 1 ../err)"
cmp toy.h build/bugs/tree/toy.h || fail "a bug was left in the tree"

cp ../out ../whole
sed -i '/by-nothing/d' build/bugs/results.tsv
status=0
bugs --resume >../out 2>../err || status=$?
[ "$status" -eq 1 ] || fail "resumed: status $status, not 1"
cmp ../whole ../out || fail "resumed, another table"
[ "$(grep -c ' of 6: ' ../err)" -eq 1 ] || fail "what was judged was judged again"
status=0
bugs --resume --fuzz >../out 2>&1 || status=$?
[ "$status" -eq 3 ] || fail "resumed with other options: status $status, not 3"
bugs by-the-corpus by-the-fuzzer >../out 2>&1 || fail "two that are seen: status $?"

bug by-the-corpus 1 'Target: buddy'
status=0
bugs by-the-corpus >../out 2>&1 || status=$?
[ "$status" -eq 3 ] || fail "no claim: status $status, not 3"
grep -q 'by-the-corpus.patch: has no "Claim:" line' ../out || fail "no claim: $(tail -n 1 ../out)"

[ "$failed" -eq 0 ] && echo "bugs of a toy: ok"
exit "$failed"
