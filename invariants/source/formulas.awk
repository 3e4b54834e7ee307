# SPDX-License-Identifier: MIT
# Formulas: the table of invariants/cross/README.md, contracts, properties.
# A row of the table is "| N | formula | `function`... | `property`... |",
# or "| N | formula | | not modelled: why |".

function names(text, out,    n) {
	n = 0
	while (match(text, /`[a-z0-9_.]+`/)) {
		out[++n] = substr(text, RSTART + 1, RLENGTH - 2)
		text = substr(text, RSTART + RLENGTH)
	}
	return n
}

FNR == 1 {
	rows = 0
}

file ~ /\.md$/ && /^\| [0-9]+ \|/ {
	nr++
	rows_seen++
	split($0, f, "|")
	place = file ":" FNR
	if (f[2] + 0 != nr) {
		refuse(place, nr, "formula " f[2] + 0 " stands where " nr " is due; write each number once, in order")
		nr = f[2] + 0
	}
	functions = names(f[4], word)
	for (i = 1; i <= functions; i++) {
		function_at[nr, i] = word[i]
		at[nr, i] = place
	}
	count[nr] = functions
	properties = names(f[5], word)
	for (i = 1; i <= properties; i++)
		named_at[word[i]] = place
	if (!functions != !properties || (!functions && f[5] !~ /^ not modelled: ./))
		refuse(place, nr, "formula " nr " has no function or no property; name both, or write \"not modelled: \" and why")
}

file ~ /\.h$/ {
	text = $0
	while (match(text, /mm_[a-z0-9_]+\(/)) {
		declared[substr(text, RSTART, RLENGTH - 1)] = 1
		text = substr(text, RSTART + RLENGTH)
	}
}

/struct mm_prop mm_[a-z0-9_]*_props\[\] = \{/ {
	rows = 1
	own = file ~ /\/formula_prop\.c$/
}

/^\};/ {
	rows = 0
}

rows && match($0, /^\t?\{"[a-z0-9_.]+"/) {
	name = substr($0, 1, RLENGTH - 1)
	sub(/^.*"/, "", name)
	row_of[name] = 1
	if (own && name !~ /^formula\./)
		own_at[name] = file ":" FNR
}

END {
	if (rows_seen != 30)
		refuse("invariants/cross/README.md:1", "30", rows_seen + 0 " formulas; the table has 30")
	for (n = 1; n <= nr; n++)
		for (i = 1; i <= count[n]; i++)
			if (!(function_at[n, i] in declared))
				refuse(at[n, i], function_at[n, i], function_at[n, i] "() is in no contract; name the function that has the formula")
	for (name in named_at)
		if (!(name in row_of))
			refuse(named_at[name], name, name " is no property; name the row that judges the formula")
	for (name in own_at)
		if (!(name in named_at))
			refuse(own_at[name], name, name " is in no row of invariants/cross/README.md; say which formula it judges")
}
