# SPDX-License-Identifier: MIT
# Rows of the rules in, text and status out. KNOWN and RUN are the rules there
# are and those that ran, each between blanks.
#
# allowed.txt: RULE KEY DATE REASON. A key that ends in * is a beginning. An
# entry that excuses nothing must go, so that the list only grows on purpose.

BEGIN {
	FS = "\t"
	allow_file = "invariants/source/allowed.txt"
	read_allowed()
}

function read_allowed(    line, number, f, n) {
	while ((getline line < allow_file) > 0) {
		number++
		if (line ~ /^(#.*)?$/)
			continue
		n = split(line, f, / +/)
		if (n < 6 || f[3] !~ /^20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]$/)
			finding(allow_file ":" number, "allowed", "no entry; write: RULE KEY YYYY-MM-DD and a reason of some words")
		else if (!index(KNOWN, " " f[1] " "))
			finding(allow_file ":" number, "allowed", "there is no rule " f[1] "; check.sh --list prints them")
		else {
			allowed++
			allow_line[allowed] = number
			allow_rule[allowed] = f[1]
			allow_key[allowed] = f[2]
		}
	}
}

function finding(place, rule, text) {
	print place ": " rule ": " text
	refusals++
}

function is_allowed(rule, key,    i, want, n) {
	for (i = 1; i <= allowed; i++) {
		want = allow_key[i]
		n = length(want)
		if (allow_rule[i] != rule)
			continue
		if (key == want || (want ~ /\*$/ && index(key, substr(want, 1, n - 1)) == 1)) {
			allow_used[i]++
			return 1
		}
	}
	return 0
}

$2 == "refuse" {
	saw[$1] += 0
	if (is_allowed($1, $4))
		excused++
	else
		finding($3, $1, $5)
}

$2 == "warn" {
	print $3 ": " $1 ": warning: " $5
	warnings++
}

$2 == "looked" {
	saw[$1] += $3
}

$2 == "skip" {
	print $1 ": skipped: " $5
	skipped[$1] = 1
	nr_skipped++
}

END {
	n = split(RUN, ran, " ")
	for (i = 1; i <= n; i++) {
		if (saw[ran[i]] == 0 && !(ran[i] in skipped)) {
			print ran[i] ": looked at nothing: a rule that checks nothing; mend the rule or the call"
			empty++
		}
	}
	for (i = 1; i <= allowed; i++) {
		if (index(RUN, " " allow_rule[i] " ") && !(allow_rule[i] in skipped) && !allow_used[i])
			finding(allow_file ":" allow_line[i], "allowed", \
				allow_rule[i] " " allow_key[i] " excuses nothing; delete the line")
	}
	printf "source: %d rules, %d skipped: %d findings, %d over a limit; %d exceptions, used %d times\n", \
		n, nr_skipped, refusals, warnings, allowed, excused
	if (refusals)
		exit 1
	if (empty || nr_skipped == n)
		exit 4
}
