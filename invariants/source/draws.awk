# SPDX-License-Identifier: MIT
# Two draws that C may make in either order: arguments of one call, operands of one
# operator, members of one initializer. A seed then means other things with another
# compiler. What draws: the functions below, and those of the file that call one.
# Sequenced, and so let be: && || ?: the comma operator, the parts of a statement.

BEGIN {
	n = split("prop_below prop_bits prop_any mm_rng_next mm_rng_below", names, " ")
	for (i = 1; i <= n; i++)
		primitive[names[i]] = 1
	n = split("if while switch for return sizeof", names, " ")
	for (i = 1; i <= n; i++)
		keyword[names[i]] = 1
}

FNR == 1 {
	judge_file()
	last = file
	nr = 0
	in_comment = 0
	interesting = 0
}

{
	code = $0
	if (in_comment) {
		if (!sub(/^.*\*\//, "", code))
			next
		in_comment = 0
	}
	if (code ~ /^[ \t]*#/)
		next
	gsub(/"([^"\\]|\\.)*"/, "0", code)
	gsub(/'([^'\\]|\\.)*'/, "0", code)
	gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", code)
	if (sub(/\/\*.*$/, "", code))
		in_comment = 1
	sub(/\/\/.*$/, "", code)
	while (match(code, /[A-Za-z_][A-Za-z0-9_]*|&&|\|\||[][(){};,?:]/)) {
		token[++nr] = substr(code, RSTART, RLENGTH)
		line[nr] = FNR
		code = substr(code, RSTART + RLENGTH)
		if (token[nr] in primitive)
			interesting = 1
	}
}

END { judge_file() }

function judge_file(    i) {
	if (last == "" || !interesting)
		return
	token[nr + 1] = token[nr + 2] = ""
	find_functions()
	find_drawing()
	for (i = 1; i <= functions; i++)
		scan(first[i] + 1, "}", 0)
}

# Bodies, which begin behind a name and its parameters where no brace is open.
function find_functions(    i, depth, round, name) {
	functions = 0
	for (i = 1; i <= nr; i++) {
		if (depth) {
			depth += (token[i] == "{") - (token[i] == "}")
			if (!depth)
				end[functions] = i
		} else if (token[i] == "(") {
			if (!round++)
				name = token[i - 1]
		} else if (token[i] == ")")
			round--
		else if (token[i] == "{") {
			depth = 1
			called[++functions] = token[i - 1] == ")" ? name : ""
			first[functions] = i
		}
	}
}

function find_drawing(    i, j, more) {
	split("", drawing)
	for (i in primitive)
		drawing[i] = 1
	for (more = 1; more;) {
		more = 0
		for (i = 1; i <= functions; i++)
			for (j = first[i]; j < end[i] && !(called[i] in drawing); j++)
				if (token[j + 1] == "(" && token[j] in drawing)
					more = drawing[called[i]] = 1
	}
}

# An initializer has no statements in it.
function is_block(i,    depth) {
	for (; i <= nr; i++) {
		depth += (token[i] == "{") - (token[i] == "}")
		if (!depth)
			break
		if (token[i] == ";" && depth == 1)
			return 1
	}
	return token[i - 1] == "}" || token[i - 1] == "{"
}

# From token i to the one that closes, whose place is the answer; `list`: commas part
# what has no order. `drew`: whether there was a draw.
function scan(i, close_with, list,    units, member, members, any, t, before, listed) {
	units = member = members = any = 0
	for (; i <= nr && token[i] != close_with; i++) {
		t = token[i]
		if (t == "(" || t == "[" || t == "{") {
			before = token[i - 1]
			listed = t == "(" ? before ~ /^[A-Za-z_]/ && !(before in keyword) : t == "{" && !is_block(i)
			i = scan(i + 1, t == "(" ? ")" : t == "[" ? "]" : "}", listed)
			if (t == "(" && before in drawing)
				drew = 1
			if (drew) {
				any = member = 1
				if (++units == 2)
					tell(i)
			}
			if (before in keyword || (t == "{" && !listed))
				units = 0
		} else if (list && t == ",") {
			if (member && ++members == 2)
				tell(i)
			units = member = 0
		} else if (t ~ /^(,|;|&&|\|\||\?|:)$/)
			units = 0
	}
	if (list && member && units < 2 && ++members == 2)
		tell(i)
	drew = any
	return i
}

function tell(i) {
	refuse(last ":" line[i], last, "two draws in no order; give one a name in a statement before")
}
