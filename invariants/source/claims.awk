# SPDX-License-Identifier: MIT
# Claims: tables `mm_NAME_invs[]`, plantings `struct mm_plant ...[]`, and what
# headers promise under "Invariants:" (the checker: "Claims of its own").

FNR == 1 {
	table = ""
	planting = promising = 0
}

/^[a-z].*mm_[a-z0-9_]*_invs\[\] = \{/ {
	table = $0
	sub(/_invs\[\].*/, "", table)
	sub(/.*mm_/, "", table)
}

/struct mm_plant [a-z_]*\[\] = \{/ {
	planting = 1
}

# Ids that fall as well are planted too.
table != "" || planting {
	text = $0
	while (match(text, /"[a-z_]+(\.[a-z0-9_]+)?( [a-z_]+\.[a-z0-9_]+)*"/)) {
		literal = substr(text, RSTART + 1, RLENGTH - 2)
		first = substr(text, 1, RSTART - 1) ~ /\{$/
		text = substr(text, RSTART + RLENGTH)
		if (planting) {
			n = split(literal, ids, " ")
			for (i = 1; i <= n; i++) {
				planted[ids[i]] = 1
				if (!(ids[i] in planted_at))
					planted_at[ids[i]] = file ":" FNR
			}
		} else if (first) {
			if (literal in claimed_at && owner[literal] != table)
				refuse(file ":" FNR, literal, literal " is claimed twice, first at " claimed_at[literal] "; choose another id")
			else if (!(literal in claimed_at)) {
				claimed_at[literal] = file ":" FNR
				owner[literal] = table
			}
		}
	}
}

/^\};/ {
	table = ""
	planting = 0
}

# A promise is "ID   sentence" or "ID, ID   where else" behind the heading, up
# to the next heading or the end of the comment. Ids without a dot stand apart,
# or any word of a sentence would be one.
file ~ /\.h$/ && /^ \* (Invariants|Claims of its own.*):/ {
	promising = 1
	next
}

promising && (/^ \*\// || /^ \* [A-Z][a-z]+:/) {
	promising = 0
}

promising && /^ \*   [a-z_]+(\.[a-z0-9_]+(,| )|  )/ {
	for (i = 2; i <= NF; i++) {
		promise($i)
		if ($i !~ /,$/)
			break
	}
}

function promise(id,    module) {
	sub(/,$/, "", id)
	module = file
	gsub(/.*\/|\.h$/, "", module)
	promised[module, id] = 1
	if (!(id in promised_at))
		promised_at[id] = file ":" FNR
}

function header_of(module) {
	return module == "checker" ? "invariants/engine/checker.h" : "include/mm/" module ".h"
}

END {
	for (id in claimed_at) {
		if (!(id in planted))
			refuse(claimed_at[id], id, id " is in no planting; add to a _prop.c a corruption that makes it report")
		prefix = id
		sub(/\..*/, "", prefix)
		if (!((owner[id], id) in promised) && !((prefix, id) in promised))
			refuse(claimed_at[id], id, id " is not promised; add a line under Invariants: in " header_of(owner[id]))
	}
	for (id in planted)
		if (!(id in claimed_at))
			refuse(planted_at[id], id, id " is planted and in no table of claims; mend the id")
	for (id in promised_at)
		if (!(id in claimed_at))
			refuse(promised_at[id], id, id " is promised and in no table of claims; claim it or take the line out")
}
