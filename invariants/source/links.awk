# SPDX-License-Identifier: MIT
# Links, anchors and quoted paths in Markdown. FILES (environment) lists the
# tree's files: what git ignores is not there for anybody else.
#
# All files are read before anything is judged, because a link may go to a
# heading of a file that comes later.

BEGIN {
	while ((getline path < ENVIRON["FILES"]) > 0) {
		exists[path] = exists["."] = 1
		n = split(path, part, "/")
		base[part[n]] = 1
		folder = ""
		for (i = 1; i < n; i++) {
			folder = folder (i > 1 ? "/" : "") part[i]
			exists[folder] = 1
		}
	}
	stands_for = "(^|[/_.-])(NAME|LAYER|MODULE|PRESET|TARGET|THEME|WHAT)([/_.-]|$)"
	bare = "^[A-Za-z_][A-Za-z0-9_-]*[.](c|h|cc|cmake|sh|awk|lock|patch|target)$"
	top = "^(include|ref|invariants|fuzz|corpus|bench|cmake)/"
}

FNR == 1 {
	block = 0
}

/^ *```/ {
	block = !block
	next
}

block {
	next
}

/^#+ / {
	note_heading($0)
}

{
	text = $0
	while (match(text, /\]\([^)]*\)/)) {
		note_link(substr(text, RSTART + 2, RLENGTH - 3))
		text = substr(text, RSTART + RLENGTH)
	}
	if (match($0, /^\[[^]]+\]: *[^ ]+/)) {
		target = substr($0, RSTART, RLENGTH)
		sub(/^\[[^]]+\]: */, "", target)
		note_link(target)
	}
	n = split($0, code, "`")
	for (i = 2; i <= n; i += 2)
		judge_code(code[i])
}

# As forges make them: lower case, punctuation gone, blanks to dashes.
function note_heading(text,    slug) {
	sub(/^#+ +/, "", text)
	sub(/ +#*$/, "", text)
	slug = tolower(text)
	gsub(/[^a-z0-9_ \200-\377-]/, "", slug)
	gsub(/ /, "-", slug)
	if ((file, slug) in heading)
		slug = slug "-" ++again[file, slug]
	heading[file, slug] = 1
}

function note_link(target) {
	sub(/ +"[^"]*"$/, "", target)
	if (target ~ /^[a-z]+:/)
		return
	nr++
	link[nr] = target
	link_file[nr] = file
	link_line[nr] = FNR
}

# Without . and .. parts; "." is the root, "" outside of the tree.
function resolve(from, target,    part, n, i, out, depth) {
	sub(/[^\/]*$/, "", from)
	n = split(from target, part, "/")
	for (i = 1; i <= n; i++) {
		if (part[i] == "" || part[i] == ".")
			continue
		if (part[i] != "..")
			out[++depth] = part[i]
		else if (--depth < 0)
			return ""
	}
	target = "."
	for (i = 1; i <= depth; i++)
		target = (i > 1 ? target "/" : "") out[i]
	return target
}

# Paths in `code`: from a top folder, or the name of a file alone. Words in
# capitals, * and dots stand for something.
function judge_code(text,    token, n, i, t) {
	n = split(text, token, " ")
	for (i = 1; i <= n; i++) {
		t = token[i]
		sub(/:[0-9]+$/, "", t)
		sub(/[,;:]$/, "", t)
		if (t ~ /[^A-Za-z0-9_.\/-]|\.\.\./ || t ~ stands_for)
			continue
		sub(/\/$/, "", t)
		if (t ~ top) {
			if (!(t in exists))
				refuse(file ":" FNR, t, t " does not exist; mend the path")
		} else if (t ~ bare && !(t in base)) {
			refuse(file ":" FNR, t, "no file is called " t "; mend the name")
		}
	}
}

END {
	for (i = 1; i <= nr; i++) {
		target = link[i]
		anchor = ""
		if (index(target, "#")) {
			anchor = substr(target, index(target, "#") + 1)
			target = substr(target, 1, index(target, "#") - 1)
		}
		place = link_file[i] ":" link_line[i]
		path = target == "" ? link_file[i] : resolve(link_file[i], target)
		if (!(path in exists))
			refuse(place, link[i], "the link to " link[i] " is dead; mend it")
		else if (anchor != "" && !((path, anchor) in heading))
			refuse(place, link[i], path " has no heading for #" anchor "; mend the link")
	}
}
