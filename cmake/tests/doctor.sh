#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# doctor.sh MMREF SCRATCH: each line has a verdict with what was found, what it
# serves and what mends it; --json says the same, an object per line.
set -u
mmref=$1
scratch=$2
failed=0
mkdir -p "$scratch"

fail() {
	echo "$*"
	failed=1
}

"$mmref" doctor >"$scratch/text" 2>"$scratch/err" || fail "doctor: status $?"
"$mmref" doctor --json >"$scratch/json" 2>>"$scratch/err" || fail "doctor --json: status $?"
[ -s "$scratch/err" ] && fail "it complains: $(cat "$scratch/err")"
"$mmref" doctor --nonsense >"$scratch/out" 2>&1
[ $? -eq 2 ] || fail "doctor --nonsense: not refused"

awk -F' [|] ' '{
	split($1, word, / +/)
	if (NF != 3 || word[1] !~ /^(ok|limited|missing)$/ ||
	    word[2] !~ /^[a-z0-9+_-]+$/ || word[3] == "" ||
	    $2 == "" || $3 == "" || ($3 == "nothing to do") != (word[1] == "ok")) {
		print "doctor, line " FNR ": " $0
		bad = 1
	}
}
END { exit bad || NR < 20 }' "$scratch/text" || fail "not 20 lines of three parts"

# Strict: five texts under their names, and nothing between them.
text='"([^"\\]|\\["\\]|\\u[0-9a-f]{4})*"'
line="^\{\"type\":\"doctor\",\"version\":1,\"data\":\{\"name\":$text,"
line+="\"verdict\":\"(ok|limited|missing)\","
line+="\"found\":$text,\"serves\":$text,\"mend\":$text\}\}\$"
grep -nvE "$line" "$scratch/json" && fail "doctor --json: these lines are not as documented"
names() { sed -n 's/.*"name":"\([^"]*\)".*/\1/p' "$scratch/json"; }
[ "$(names)" = "$(awk '{ print $2 }' "$scratch/text")" ] || fail "--json has other entries"
[ -z "$(names | sort | uniq -d)" ] || fail "an entry twice"

# What is not there is missing, and named with what mends it; tools come and go
# with PATH, so an empty one makes them all go.
mkdir -p "$scratch/bin"
for tool in sh sed head cat id grep; do
	ln -sf "$(command -v $tool)" "$scratch/bin/$tool"
done
PATH=$scratch/bin "$mmref" doctor >"$scratch/text" || fail "doctor without tools: status $?"
for tool in gcc clang cmake ninja afl++ clang-format; do
	grep -qE "^missing +${tool/++/\\+\\+} .* \| apt-get install [a-z]" "$scratch/text" ||
		fail "without tools: $(grep " $tool " "$scratch/text")"
done
exit $failed
