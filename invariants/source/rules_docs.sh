# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
# Rules on Markdown. What READMEs tell to type is run by readme.sh.

rule_links() {
	over '\.md$' "$(<"$here/links.awk")"
}

# Static part of what readme.sh does: commands.txt speaks of commands that
# READMEs have, and `./run WORD` is a word of `run` (a pattern of `case $word`).
rule_commands() {
	over '\.md$' "$run_words$(<"$here/commands.awk")" >"$work/commands"
	sed -n '/^[^	]*	refuse	/p' "$work/commands"
	looked "$(grep -c '	command	' "$work/commands" || true)"
	[ -f invariants/source/commands.txt ] || return 0
	awk -F'\t' -v "RULE=$rule" "$(<"$here/report.awk")$known_commands" \
		"$work/commands" ./invariants/source/commands.txt
}

run_words='
BEGIN {
	while ((getline line < "run") > 0) {
		if (line ~ /^case \$word in$/)
			in_case = 1
		else if (line ~ /^esac$/)
			in_case = 0
		else if (in_case && line ~ /^[^()\t]*\)/) {
			sub(/\).*/, "", line)
			n = split(line, f, /[ |"]+/)
			for (i = 1; i <= n; i++)
				is_word[f[i]] = 1
		}
	}
}
{
	text = $0
	while (match(text, /\.\/run [a-z]+/)) {
		word = substr(text, RSTART + 6, RLENGTH - 6)
		text = substr(text, RSTART + RLENGTH)
		if (!(word in is_word))
			refuse(file ":" FNR, word, "./run has no word " word "; mend the line")
	}
}
'

known_commands='
NR == FNR { if ($2 == "command") has[$3] = 1; next }
/^command / {
	sub(/^command +/, "")
	if (!($0 in has))
		refuse(file ":" FNR, $0, "no README has the command \"" $0 "\"; mend or delete the entry")
}
'
