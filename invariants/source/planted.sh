#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# invariants/source/planted.sh WORK: each rule on a small tree with one thing
# wrong. Exactly that rule has to report, at the right place; and of the tree
# with nothing wrong, none. A check that cannot fail checks nothing.
set -u
here=$(cd "$(dirname "$0")" && pwd)
if [ $# -ne 1 ]; then
	echo "usage: planted.sh WORK" >&2
	exit 2
fi
rm -rf "$1"
work=$(mkdir -p "$1" && cd "$1" && pwd)
log=$work/log
passed=0
failed=0
# shellcheck source=invariants/source/planted_tree.sh
. "$here/planted_tree.sh"

pass() {
	passed=$((passed + 1))
}

fail() { # WHAT
	echo "FAILED: $1"
	sed 's/^/    /' "$log"
	failed=$((failed + 1))
}

check() { # ARG...: the rules, over the tree
	bash "$here/check.sh" --root "$work/tree" "$@" >"$log" 2>&1
}

expect() { # WHAT STATUS WANTED ARG...
	local what=$1 status=$2 wanted=$3 got=0
	shift 3
	check "$@" || got=$?
	if [ "$got" -eq "$status" ] && grep -qF -- "$wanted" "$log"; then
		pass
	else
		fail "$what: status $got, wanted $status and \"$wanted\""
	fi
}

# alone STATUS WANTED: all rules ran, and the one line on a place is WANTED's.
alone() {
	local status=$1 wanted=$2 got=0
	check "${library[@]}" || got=$?
	if [ "$got" -eq "$status" ] && [ "$(grep -cE '^[^ ]+:[0-9]+: ' "$log")" -eq 1 ] &&
		grep -qE '^[^ ]+:[0-9]+: [a-z]+: .*; .*' "$log" && grep -qF -- "$wanted" "$log"; then
		pass
	else
		fail "status $got, wanted $status and one line, with \"$wanted\""
	fi
}

library=() # the arguments that make rules on symbols run

# refused WANTED / warned WANTED: the tree, changed by the script on standard
# input, is refused, or passes with a warning, at WANTED ("place: rule: words").
refused() {
	make_tree "$work/tree"
	(cd "$work/tree" && set -e && . /dev/stdin) || fail "planting for \"$1\""
	alone 1 "$1"
}

warned() {
	make_tree "$work/tree"
	(cd "$work/tree" && set -e && . /dev/stdin) || fail "planting for \"$1\""
	alone 0 "$1"
}

# ---- the call ----

make_tree "$work/tree"
expect "a tree with nothing wrong" 0 "19 rules, 2 skipped: 0 findings, 0 over a limit"
expect "one rule" 0 "1 rules, 0 skipped: 0 findings" links
expect "the list" 0 "host       the reference" --list
expect "an unknown rule" 2 "no rule linkz" linkz
expect "an unknown option" 2 "unknown option --fast" --fast
expect "an option without its value" 2 "--root: a value is missing" --root
expect "a folder that is not there" 2 "no CMakeLists.txt in $work/none" --root "$work/none"
expect "a library that is not there" 2 "--library: no file" --library "$work/none.a"
expect "only rules that are skipped" 4 "data: skipped: no --library" data
rm "$work/tree/fuzz/optable.lock" "$work/tree"/corpus/phys/zone/seed/*
expect "a rule with nothing to look at" 4 "seeds: looked at nothing" seeds

if command -v git >/dev/null; then
	make_tree "$work/tree"
	(cd "$work/tree" && git init -q . && echo /made/ >.gitignore && mkdir made &&
		echo "[it](gone.md)" >made/README.md)
	expect "what git ignores" 0 "0 findings" links
	rm "$work/tree/.gitignore"
	expect "what git does not ignore" 1 "made/README.md:1: links: the link to gone.md is dead" links
fi

for theme in build corpus code docs limits; do
	# shellcheck source=/dev/null
	. "$here/planted_$theme.sh"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
