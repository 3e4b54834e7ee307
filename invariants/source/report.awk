# SPDX-License-Identifier: MIT
# Before each program that check.sh runs over files: reads all whose path
# matches in one process, whatever their number, and writes rows. FILES (a list)
# and PATHS (an expression) come by environment, which keeps backslashes.

function row(kind, place, key, text) {
	gsub(/\t/, " ", key)
	gsub(/\t/, " ", text)
	printf "%s\t%s\t%s\t%s\t%s\n", RULE, kind, place, key, text
}

function refuse(place, key, text) {
	row("refuse", place, key, text)
}

function warn(place, text) {
	row("warn", place, "-", text)
}

# The "./" keeps awk from taking a=b for an assignment.
BEGIN {
	if (ENVIRON["FILES"] != "") {
		while ((getline path < ENVIRON["FILES"]) > 0)
			if (path ~ ENVIRON["PATHS"])
				ARGV[ARGC++] = "./" path
		close(ENVIRON["FILES"])
		row("looked", ARGC - 1, "-", "-")
	}
}

FNR == 1 {
	file = substr(FILENAME, 3)
}
