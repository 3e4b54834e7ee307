# SPDX-License-Identifier: MIT
# Lines and parameters of functions, of C as .clang-format makes it (body
# between a { and a } in column 1) and of the shell (`name() {` to such a }).

FNR == 1 {
	start = 0
	head = ""
}

file !~ /\.(c|h|cc)$/ {
	if (/^[a-z_0-9]+\(\) \{/) {
		start = FNR
		name = $1
		sub(/\(.*/, "", name)
	} else if (/^\}/ && start)
		close_function()
	next
}

/^\{$/ && head != "" {
	start = FNR
	judge_head()
	head = ""
	next
}

/^\}/ && start {
	close_function()
	next
}

!start {
	if (/^[a-zA-Z_]/) {
		head = $0
		head_line = FNR
	} else if (/^[ \t]/ && head != "")
		head = head " " $0
	else
		head = ""
	if (/;[ \t]*$/ || /= \{$/)
		head = ""
}

function close_function() {
	if (FNR - start - 1 > 60)
		warn(file ":" start, name "() has " FNR - start - 1 " lines, aim at 60; give a part of it a name")
	start = 0
}

# Commas one level deep; a pointer to a function counts as one parameter.
function judge_head(    i, c, depth, commas) {
	name = head
	sub(/\(.*/, "", name)
	sub(/.*[ *]/, "", name)
	for (i = index(head, "("); i <= length(head); i++) {
		c = substr(head, i, 1)
		if (c == "(")
			depth++
		else if (c == ")" && --depth == 0)
			break
		else if (c == "," && depth == 1)
			commas++
	}
	if (commas + 1 > 6)
		warn(file ":" head_line, name "() has " commas + 1 " parameters, aim at 6; make the request a struct")
}
