# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
# Rules on corpus/: where traces lie, what they are called, what they say first.

rule_corpus() {
	list_modules >"$work/modules"
	grep '^corpus/' "$work/files" >"$work/corpus" || true
	looked "$(wc -l <"$work/corpus")"
	FILES='' awk -v "RULE=$rule" "$report_awk$corpus_paths" \
		"$work/modules" "$work/corpus"
	# Recordings are compressed, and heads of READMEs free.
	over '^corpus/.*\.ops$' "$corpus_heads"
	over '^corpus/bugs/[^/]*\.patch$' "$bug_heads"
}

# A trace is reached by its file's name alone, so the name says what it shows.
corpus_paths='
function check_slug(slug,    words, n, i) {
	n = split(slug, words, "-")
	if (slug !~ /^[a-z0-9]+(-[a-z0-9]+)*$/)
		bad("\"" slug "\" is not made of words of a-z, 0-9 joined by -; rename it")
	else if (n < 4 || n > 9)
		bad("\"" slug "\" has " n " words; say in 4 to 9 what it shows")
	for (i = 1; i <= n; i++)
		if (words[i] ~ /^[0-9]+$/)
			bad("\"" words[i] "\" says nothing; write a word for it")
	if (slug in seen && seen[slug] != beside)
		bad("the name is that of " seen[slug] " too; say what differs")
	seen[slug] = beside
}
function bad(text) {
	refuse($0 ":1", $0, text)
}
NR == FNR { module[$0] = 1; next }
/^corpus\/([a-z]+\/)?README\.md$/ { next }
/^corpus\/recordings\// && !/\.(ops|trail|patch)$/ { next }
{
	n = split($0, part, "/")
	slug = part[n]
	sub(/\.(ops|trail|patch)$/, "", slug)
	# A trail shares the name of its trace.
	beside = $0
	sub(/\.trail$/, ".ops", beside)
}
/^corpus\/bugs\/[^\/]*\.patch$/ { check_slug(slug); next }
n == 5 && part[4] ~ /^(seed|regress)$/ && part[5] ~ /\.(ops|trail)$/ {
	if (!((part[2] "/" part[3]) in module))
		bad("layer " part[2] " has no module " part[3] "; move it to the module whose behaviour it shows")
	check_slug(slug)
	if (beside != $0)
		trail[$0] = beside
	else
		trace[$0] = 1
	next
}
{ bad("is no trace, recording or bug; corpus/LAYER/MODULE/{seed,regress}/ has .ops and .trail only") }
END {
	for (t in trail)
		if (!(trail[t] in trace))
			refuse(t ":1", t, "has no trace beside it; add " trail[t] " or delete it")
}
'

corpus_heads='
FNR == 1 && $0 != "# mmref 1" {
	refuse(file ":1", file, "does not begin with the version; write \"# mmref 1\"")
}
FNR == 2 && ($0 !~ /^# *[^ ]/ || NF < 4) {
	refuse(file ":2", file, "does not say what it shows; write a comment sentence in line 2")
}
'

bug_heads='
function close_patch() {
	if (last != "" && !source)
		refuse(last ":1", last, "has no \"Source:\" line before the patch; say where the bug comes from")
	if (last != "" && !expect)
		refuse(last ":1", last, "has no \"Expect:\" line before the patch; say what should show it")
}
FNR == 1 {
	close_patch()
	last = file
	source = expect = in_patch = 0
	if (NF < 3 || /^(Source:|Expect:|---|diff )/)
		refuse(file ":1", file, "has no title; write a sentence in line 1")
}
/^--- a\// { in_patch = 1 }
!in_patch && /^Source: [^ ]/ { source = 1 }
!in_patch && /^Expect: [^ ]/ { expect = 1 }
END { close_patch() }
'

# What has to fall when a bug is planted: claims, properties, or the words for how
# a process dies and for an expectation of a trace.
claims_of_bugs='
function close_patch() {
	if (last != "" && !named)
		refuse(last ":1", last, "has no \"Claim:\" line before the patch; name the claim that has to fall, or a few of which one has to")
}
BEGIN { split("expect MM_PRE ASan UBSan hang", words); for (i in words) known[words[i]] = 1 }
# In the table of a module an id may be one word.
/^[a-z].*mm_[a-z0-9_]*_invs\[\] = \{/ { table = 1 }
/^};/ { table = 0 }
table && match($0, /^\t\{"[a-z_]+"/) { known[substr($0, 4, RLENGTH - 4)] = 1 }
file ~ /\.c$/ {
	text = $0
	while (match(text, /\{"[a-z_]+\.[a-z0-9_]+"/)) {
		known[substr(text, RSTART + 2, RLENGTH - 3)] = 1
		text = substr(text, RSTART + RLENGTH)
	}
	next
}
FNR == 1 {
	close_patch()
	last = file
	named = in_patch = 0
}
/^--- a\// { in_patch = 1 }
!in_patch && /^Claim: [^ ]/ {
	named = 1
	line = $0
	sub(/^Claim: */, "", line)
	n = split(line, ids, /, */)
	for (i = 1; i <= n; i++)
		wanted[ids[i]] = wanted[ids[i]] file ":" FNR "\n"
}
END {
	close_patch()
	for (id in wanted)
		if (!(id in known)) {
			n = split(wanted[id], places, "\n")
			for (i = 1; i < n; i++) {
				name = places[i]
				sub(/:[0-9]+$/, "", name)
				refuse(places[i], name, "\"" id "\" is no claim and no property; mmref help claims lists the claims")
			}
		}
}
'

# A patch that applies no more plants nothing. git looks for no repository above
# the tree, where it would skip what that one ignores.
rule_patches() {
	local patch number=0
	over '^(corpus/bugs/[^/]*\.patch|invariants/(.*_inv|.*_prop|[a-z]+/[a-z0-9_]+/(inv|prop)[a-z0-9_]*|engine/checker)\.c)$' "$claims_of_bugs"
	if ! command -v git >/dev/null; then
		skip "found no git to apply them with"
		return
	fi
	while IFS= read -r patch; do
		number=$((number + 1))
		if ! GIT_CEILING_DIRECTORIES=${root%/*} git apply --check "$patch" 2>"$work/why"; then
			refuse "$patch:1" "$patch" "does not apply ($(sed -n '1s/^error: //p' "$work/why")); make it again, or delete it"
		fi
	done < <(grep -E '^corpus/bugs/[^/]*\.patch$' "$work/files" || true)
	looked $number
}

# Structure operations are in every trace, or in none that is read.
rule_seeds() {
	if [ ! -f fuzz/optable.lock ]; then
		return
	fi
	sed -n 's/^[0-9]\{1,\} \([a-z_0-9]\{1,\}\).*/\1/p' fuzz/optable.lock |
		grep -Evx 'nop|machine|lit' >"$work/operations" || true
	looked "$(wc -l <"$work/operations")"
	over '^corpus/[^/]*/[^/]*/seed/[^/]*\.ops$' '
	BEGIN { while ((getline op < OPERATIONS) > 0) unused[op] = 1 }
	!/^#/ {
		op = $0
		sub(/^[A-Za-z_0-9]+ *= */, "", op)
		sub(/ .*/, "", op)
		delete unused[op]
	}
	END {
		while ((getline line < "fuzz/optable.lock") > 0) {
			number++
			split(line, f, " ")
			if (line ~ /^[0-9]/ && f[2] in unused)
				refuse("fuzz/optable.lock:" number, f[2], "no seed trace uses " f[2] "; write corpus/LAYER/MODULE/seed/WHAT-IT-SHOWS.ops")
		}
	}' -v "OPERATIONS=$work/operations"
}
