#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# invariants/source/readme.sh WORK [ROOT]: what READMEs tell to type works.
#
# The tree is copied, and each README's commands run there, in order and in one
# shell, as a reader would. The output shown beneath a command must be among its
# lines, in order, whatever the numbers. commands.txt declares the exceptions.
#
#     README.md --commands.awk--> commands --commands.txt--> run --> compare
#
# Exit: 0 ok, 1 a command or its output differs, 2 usage, 4 no command found.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
	echo "usage: readme.sh WORK [ROOT]" >&2
	exit 2
fi
source_tree=$(cd "${2:-$here/../..}" && pwd -P)
mkdir -p "$1"
work=$(cd "$1" && pwd -P)
tree=$work/tree
commands=0
differ=0

# ---- the copy ---------------------------------------------------------------

# git apply in a folder of a repository skips what the repository ignores, so
# that git must not look above the copy.
export GIT_CEILING_DIRECTORIES=$work

copy_tree() {
	rm -rf "$tree"
	mkdir -p "$tree"
	bash "$here/check.sh" --root "$source_tree" --files >"$work/files"
	(cd "$source_tree" && xargs -d '\n' cp -P --parents -t "$tree" <"$work/files")
}

# ---- what commands.txt says ----------------------------------------------------

# The value of KEY in the paragraph of COMMAND; nothing when there is none.
exception() { # COMMAND KEY
	[ -f "$tree/invariants/source/commands.txt" ] || return 0
	COMMAND=$1 awk -v "key=$2" '
		$1 == "command" {
			text = $0
			sub(/^command +/, "", text)
			mine = text == ENVIRON["COMMAND"]
		}
		/^$/ { mine = 0 }
		mine && $1 == key { sub(/^[a-z]+ +/, ""); print }' \
		"$tree/invariants/source/commands.txt"
}

# ---- running --------------------------------------------------------------------

say_differs() { # PLACE TEXT
	printf '%s: readme: %s\n' "$1" "$2"
	sed 's/^/    /' "$work/out" | tail -n 30
	differ=$((differ + 1))
}

# Runs in this shell, so that aliases and variables last.
run_command() { # PLACE COMMAND
	local want instead reason
	want=$(exception "$2" status)
	instead=$(exception "$2" instead)
	reason=$(exception "$2" reason)
	printf '%s: %s\n' "$1" "$2"
	if [ -n "$instead$want" ]; then
		printf '    %s%s\n' "${instead:+runs instead: $instead: }" "${reason:?$2: an exception without a reason}"
	fi
	commands=$((commands + 1))
	set +eu
	eval "${instead:-$2}" >"$work/out" 2>&1 </dev/null
	local got=$?
	set -eu
	if [ "$got" -ne "${want:-0}" ]; then
		say_differs "$1" "\"$2\" ended with $got, not ${want:-0}; mend the README, or commands.txt"
	fi
}

# Numbers, also within words, become N; blanks one blank.
plain() {
	sed -E 's/0x[0-9a-f]+/N/g; s/[0-9]+(\.[0-9]+)?/N/g; s/[[:blank:]]+/ /g; s/ $//'
}

# The lines shown for the last command: are they in its output, in order?
compare_shown() { # PLACE COMMAND
	local filter missing
	[ -s "$work/shown" ] || return 0
	filter=$(exception "$2" compare)
	grep -E -- "${filter:-^}" "$work/shown" | plain >"$work/want" || true
	if [ ! -s "$work/want" ]; then
		say_differs "$1" "nothing of the output shown is compared; mend \"compare\" in commands.txt"
		return
	fi
	missing=$(plain <"$work/out" | awk 'NR == FNR { want[++n] = $0; next }
		$0 == want[at + 1] { at++ }
		END { if (at < n) print want[at + 1] }' "$work/want" -)
	if [ -n "$missing" ]; then
		say_differs "$1" "\"$2\" does not print a line as \"$missing\"; show what it prints"
	fi
}

run_readme() { # PATH
	local place kind text last_place='' last=
	: >"$work/shown"
	while IFS=$'\t' read -r -u 3 place kind text; do
		if [ "$kind" = shown ]; then
			printf '%s\n' "$text" >>"$work/shown"
			continue
		fi
		compare_shown "$last_place" "$last"
		: >"$work/shown"
		run_command "$place" "$text"
		last_place=$place
		last=$text
	done 3< <(awk -f "$here/commands.awk" "./$1")
	compare_shown "$last_place" "$last"
}

copy_tree
cd "$tree"
shopt -s expand_aliases
while IFS= read -r -u 4 readme; do
	run_readme "$readme"
done 4< <(grep '\.md$' "$work/files")
rm -rf "$tree"
if [ "$commands" -eq 0 ]; then
	echo "readme: found no command: nothing was checked"
	exit 4
fi
echo "readme: $commands commands run, $differ findings"
[ "$differ" -eq 0 ]
