# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
# Limits: aims that keep a file readable on paper. They warn and never refuse,
# because splitting a thought in two for a number is worse than the number.

rule_size() {
	over '\.(c|h|cc|sh|awk|cmake|md)$|^run$' '
	function close_file() {
		if (last == "")
			return
		if (last ~ /\.md$/) {
			if (lines > 140)
				warn(last ":" lines, "a README of " lines " lines, aim at 140 (2 pages); move detail to where it belongs")
		} else if (last ~ /^include\/.*\.h$/ && lines > 200)
			warn(last ":" lines, "a contract of " lines " lines, aim at 200; move private types to the code")
		else if (lines > 600)
			warn(last ":" lines, "a file of " lines " lines, aim at 600; split it where its story does")
	}
	FNR == 1 { close_file(); last = file }
	{ lines = FNR }
	END { close_file() }'
}

rule_functions() {
	over '\.(c|h|cc|sh)$|^run$' "$(<"$here/functions.awk")"
}

# Columns, tabs to multiples of 8; bytes that continue a character do not count.
# One warning per file and kind, at the widest line. Strings are not broken (one
# searches for what was printed), and lines that draw a rule are no sentences.
rule_width() {
	over '\.(c|h|cc|sh|awk|cmake)$|^(run|CMakeLists\.txt)$' "$(<"$here/width.awk")"
}
