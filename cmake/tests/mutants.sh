#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# mutants.sh MMREF-MUTANTS WORK: what the generator makes of a planted file, of
# bad ones, and which mutants it draws.
set -eu
if [ $# -ne 2 ]; then
	echo "usage: mutants.sh MMREF-MUTANTS WORK" >&2
	exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
mutants=$(cd "$(dirname "$1")" && pwd -P)/$(basename "$1")
rm -rf "$2"
mkdir -p "$2/include/mm" "$2/ref/phys"
cd "$2"
failed=0

fail() { # TEXT
	printf 'FAILED: %s\n' "$1" >&2
	failed=1
}

# status WANTED TEXT ARG...: how the program ends, and what it says then.
status() {
	local wanted=$1 text=$2 got=0
	shift 2
	"$mutants" "$@" >out 2>&1 || got=$?
	[ "$got" -eq "$wanted" ] || fail "$*: status $got, not $wanted"
	[ -z "$text" ] || grep -qF -- "$text" out || { cat out >&2; fail "$*: does not say \"$text\""; }
}

cat >include/mm/toy.h <<'END'
/* SPDX-License-Identifier: MIT */
#define TOY_SEEN 0x1u
#define TOY_HELD 0x2u
enum toy_mark { TOY_LOW, TOY_HIGH };
struct page *toy_page_head(struct page *page);
struct page *toy_page_last(struct page *page);
uint64_t toy_take(struct toy *t, uint64_t at);
END
cat >ref/phys/toy.c <<'END'
/* SPDX-License-Identifier: MIT */
/* A comment with a < b && c != d, and "a quote'. */
#include "mm/toy.h"

#define TOY_PAIR(a, b) \
	((a) == (b))

// x = y + 1;
static const int table[] = {3};
static const char quote = '"';
static const char *const text = "a /* no comment */ \" && b";

static uint64_t round_down(uint64_t v, uint64_t to)
{
	return v & ~(to - 1);
}

int toy_add(struct toy *t, struct page *page, unsigned int order)
{
	uint64_t pfn = (uint64_t)1 << order;
	enum toy_type type = toy_type_of(t);

	MM_PRE(order < 3 && t);
	page = toy_page_head(page);
	if (!t->left) {
		t->held--;
		mm_event(t, 1);
		return -MM_ENOMEM;
	}
	while (pfn < t->end) {
		pfn += 1 << order;
		if (mm_migratetype_get(t, pfn) == type)
			break;
	}
	t->zone += 1 << order;
	t->node += 1 << order;
	t->high = t->low * 2;
	pfn = round_down(pfn, 8);
	return t->mark == TOY_HIGH || !(t->flags & TOY_SEEN);
}
END

# ---- every mutant of the planted file ----

"$mutants" list ref/phys/toy.c | sed 's/^ref.phys.toy.c:\([0-9]*:[0-9]*\):/\1 /' |
	awk -F '\t' '{ print $1 "\t" $4 "\t" $5 }' >list
diff "$here/mutants_expected.txt" list >&2 || fail "the mutants of the planted file are others"

# Each changes its own line or lines, and no line moves: one of each operator.
"$mutants" list ref/phys/toy.c | awk -F '\t' '{ print $1 >"ids"; if (!seen[$3]++) print $1 >"tried" }'
while read -r id; do
	"$mutants" apply "$id" >applied
	[ "$(wc -l <applied)" -eq "$(wc -l <ref/phys/toy.c)" ] || fail "$id moves lines"
	! cmp -s applied ref/phys/toy.c || fail "$id changes nothing"
done <tried
"$mutants" show "$(head -n 1 ids)" >shown
grep -q '^+' shown || fail "$(head -n 1 ids): shows nothing"
[ "$(sort ids | uniq -d | wc -l)" -eq 0 ] || fail "two mutants share an id"

# ---- drawing ----

"$mutants" list --n 20 --seed 7 ref >first
"$mutants" list --n 20 --seed 7 ref >again
"$mutants" list --n 9 --seed 7 ref >fewer
"$mutants" list --n 20 --seed 8 ref >other
cmp first again || fail "the same seed draws others"
head -n 9 first | cmp - fewer || fail "fewer are not the first of more"
! cmp -s first other || fail "another seed draws the same"
# operators take turns, and each has mutants here
[ "$(head -n 19 first | cut -f 3 | sort -u | wc -l)" -eq 19 ] || fail "an operator was passed over"
"$mutants" list --n 1000 ref | sort | cmp - <("$mutants" list ref | sort) ||
	fail "a sample larger than all is not all"

# ---- bad input ----

status 2 usage
status 2 usage list
status 2 "no number" list --n many ref
status 2 "no id" show toy.c
status 3 "there is no such mutant" show ref/phys/toy.c:1:1:undo
status 3 "No such file" list ref/phys/gone.c
status 3 "is no C file" list include/../first
printf 'int f(void)\n{\n\treturn (1;\n}\n' >ref/phys/bad.c
status 3 "ref/phys/bad.c:4:1: \"}\" closes nothing" list ref/phys/bad.c
printf 'int f(void)\n{\n' >ref/phys/bad.c
status 3 "ref/phys/bad.c:2:1: is never closed" list ref/phys/bad.c
printf 'int x\0;\n' >ref/phys/bad.c
status 3 "is no text" list ref/phys/bad.c
printf '/* not closed' >ref/phys/bad.c
status 4 "" list ref/phys/bad.c
printf '"not closed\n#define X \\' >ref/phys/bad.c
status 4 "" list ref/phys/bad.c
mv include elsewhere
status 3 "start it at the root of the tree" list ref/phys/toy.c

[ "$failed" -eq 0 ] && echo "mutants: ok"
exit "$failed"
