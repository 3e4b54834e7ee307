# SPDX-License-Identifier: MIT
# Commands in Markdown, and the output shown for them. Rows (| is a tab):
#
#     README.md:28|command|mmref run $T      a line of a ```sh block
#     README.md:11|command|./run             a paragraph begins **`./run`**
#     README.md:14|shown|found after 3214    the next block without a name,
#                                            before the next heading
#
# Blocks of another kind (```c, or with anything in between) are only read.

FNR == 1 {
	block = ""
	pending = 0
}

{
	place = substr(FILENAME, 3) ":" FNR
}

/^ *```/ {
	if (block != "") {
		block = ""
	} else if (/^```sh$/) {
		block = "sh"
		pending = 0
	} else if (/^```$/ && pending) {
		block = "shown"
		pending = 0
	} else {
		block = "other"
	}
	next
}

block == "sh" {
	if (/^ *(#|$)/)
		next
	text = $0
	sub(/[ \t]+# .*$/, "", text)
	print place "\tcommand\t" text
	pending = 1
}

block == "shown" {
	print place "\tshown\t" $0
}

block == "" && /^\*\*`[^`]+`\*\*/ {
	text = $0
	sub(/^\*\*`/, "", text)
	sub(/`.*/, "", text)
	print place "\tcommand\t" text
	pending = 1
}

block == "" && /^#/ {
	pending = 0
}
