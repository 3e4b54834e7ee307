# SPDX-License-Identifier: MIT
# Columns of lines (100) and of comments (80). What is quoted does not count.

function columns(text,    part, n, i, at) {
	gsub(/[\200-\277]/, "", text)
	n = split(text, part, "\t")
	for (i = 1; i < n; i++)
		at += 8 * (1 + int(length(part[i]) / 8))
	return at + length(part[n])
}

function note(kind, width) {
	count[kind]++
	if (width > widest[kind]) {
		widest[kind] = width
		at[kind] = FNR
	}
}

function say(line, what, width) {
	warn(last ":" line, what ", the widest here: " width "; break them")
}

function close_file() {
	if (count["comment"])
		say(at["comment"], "comments over 80 columns: " count["comment"], widest["comment"])
	if (count["line"])
		say(at["line"], "lines over 100 columns: " count["line"], widest["line"])
	split("", count)
	split("", widest)
}

FNR == 1 {
	close_file()
	last = file
	comment = file ~ /\.(c|h|cc)$/ ? "^[ \t]*(/\\*|\\*|//)" : "^[ \t]*#( |$)"
}

length($0) > 50 {
	if ($0 ~ comment) {
		width = columns($0)
		if (width > 80 && !/----------/)
			note("comment", width)
		next
	}
	text = $0
	gsub(/"([^"\\]|\\.)*"|'[^']*'/, "", text)
	if (columns(text) > 100)
		note("line", columns($0))
}

END {
	close_file()
}
