# SPDX-License-Identifier: MIT
# Assembly without what does not run: texts, names of files, numbers of labels.
/^[ \t]*\.(string|ascii|asciz|file|ident|loc|size)/ { next }
{
	line = $0
	out = ""
	while (match(line, /\.L[A-Z]*[0-9]+/)) {
		label = substr(line, RSTART, RLENGTH)
		if (!(label in number))
			number[label] = ++nr
		out = out substr(line, 1, RSTART - 1) "L" number[label]
		line = substr(line, RSTART + RLENGTH)
	}
	print out line
}
