#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# invariants/source/check.sh: what must hold of the source itself.
#
# A rule is a function rule_NAME that writes rows, and a line of `rules` below.
# Rows (tab-separated: rule, kind, place, key, text) are collected first and
# judged once, together with the exceptions of allowed.txt:
#
#     rule_NAME --> rows: refuse warn looked skip --> judge.awk --> text, status
#
# Needs bash, awk, sed, grep, find; git only to leave out ignored files.
# shellcheck disable=SC2034 # nm and library are for the rules
set -eEu -o pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

rules=(
	"data       the library has no writable data (needs --library, plain build)"
	"names      global names begin with their module's prefix (needs --library)"
	"options    each MM_ option is set somewhere and asked somewhere; eight at most"
	"corpus     traces and bugs lie, are called and begin as they should"
	"patches    each bug to plant still applies (needs git) and names a claim"
	"seeds      each operation stands in a seed trace"
	"claims     each claim is planted, and promised in its module's contract"
	"formulas   each formula has a function, and a property that judges it"
	"links      links and paths in Markdown lead somewhere"
	"commands   commands in READMEs are known to the test that runs them"
	"words      no marks of unfinished work, nothing about how the text came to be"
	"licence    each source file names its licence"
	"typedefs   only typed ids and function types have one"
	"draws      a seed means the same with every compiler: no two draws in no order"
	"host       the reference asks the host for nothing"
	"filenames  no file is called after nothing in particular"
	"size       limit: lines of files, headers and READMEs"
	"functions  limit: lines and parameters of functions"
	"width      limit: columns of lines and comments"
)

usage() {
	cat <<'USAGE'
usage: check.sh [--root FOLDER] [--nm NM] [--library LIBRARY] [RULE ...]
       check.sh --list | --files

Checks the tree around this script (or FOLDER) by all rules, or those named.
--list prints the rules, --files what they look at.
Refusals are findings; what is over a limit is printed as a warning only.
Exit: 0 ok, 1 a finding, 2 usage, 4 a rule found nothing to look at, 5 a rule
failed by itself.
USAGE
}

bad_usage() { # TEXT
	printf 'source: %s\n' "$1" >&2
	usage >&2
	exit 2
}

# ---- what rules are made of -------------------------------------------------

rule= # the one that runs
report_awk=$(<"$here/report.awk")

row() { # KIND PLACE KEY TEXT
	printf '%s\t%s\t%s\t%s\t%s\n' "$rule" "$1" "$2" "$3" "$4"
}

refuse() { row refuse "$@"; } # PLACE KEY TEXT
looked() { row looked "$1" - -; }
skip() { row skip - - "$1"; }

# A rule that looked at nothing is an error, so each says how much it saw.
# over PATHS PROGRAM [AWK-ARG...]: an awk program over all files whose path
# matches; report.awk sets `file`, and has refuse() and warn().
over() {
	FILES=$work/files PATHS=$1 awk -v "RULE=$rule" "${@:3}" "$report_awk$2" </dev/null
}

# Modules and their layers, as CMakeLists.txt has them.
list_modules() {
	sed -n 's/^mm_module(\([a-z0-9_]*\) LAYER \([a-z]*\).*/\2\/\1/p' CMakeLists.txt
}

# Paths of the tree. Without git everything that is no product counts.
list_files() {
	local top
	if top=$(git rev-parse --show-toplevel 2>/dev/null) && [ "$top" = "$root" ]; then
		git -c core.quotepath=off ls-files --cached --others --exclude-standard |
			while IFS= read -r path; do
				if [ -e "$path" ]; then printf '%s\n' "$path"; fi
			done
	else
		find . \( -name .git -o -name __pycache__ -o -path ./build -o -path ./.mmref-fail \) \
			-prune -o -type f \
			! -name '*.o' ! -name '*~' ! -name '.*.swp' -printf '%P\n'
	fi | sort -u
}

# ---- the words of the command line -------------------------------------------

root=${here%/*/*}
nm="nm"
library=
only_files=
wanted=()
known=' '
for rule in "${rules[@]}"; do
	known+="${rule%% *} "
done

take_words() {
	while [ $# -gt 0 ]; do
		case $1 in
		--root | --nm | --library)
			[ $# -gt 1 ] || bad_usage "$1: a value is missing"
			take_value "${1#--}" "$2"
			shift
			;;
		--files) only_files=1 ;;
		--list) printf '%s\n' "${rules[@]}"; exit 0 ;;
		-h | --help) usage; exit 0 ;;
		-*) bad_usage "unknown option $1" ;;
		*)
			[[ $known == *" $1 "* ]] || bad_usage "no rule $1; --list prints them"
			wanted+=("$1")
			;;
		esac
		shift
	done
	if [ ${#wanted[@]} -eq 0 ]; then
		read -ra wanted <<<"$known"
	fi
}

take_value() { # OPTION VALUE
	case $1 in
	root)
		[ -f "$2/CMakeLists.txt" ] || bad_usage "--root: no CMakeLists.txt in $2: no tree of ours"
		root=$(cd "$2" && pwd -P)
		;;
	nm) nm=$2 ;;
	library)
		[ -f "$2" ] || bad_usage "--library: no file $2"
		library=$(cd "$(dirname "$2")" && pwd -P)/$(basename "$2")
		;;
	esac
}

# ---- all together ---------------------------------------------------------------

own_fault() {
	printf 'source: rule %s failed by itself\n' "$rule" >&2
	exit 5
}

export LC_ALL=C
for theme in build corpus docs code limits; do
	# shellcheck source=/dev/null
	. "$here/rules_$theme.sh"
done
take_words "$@"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap own_fault ERR
cd "$root"
list_files >"$work/files"
if [ -n "$only_files" ]; then
	cat "$work/files"
	exit 0
fi
for rule in "${wanted[@]}"; do
	"rule_$rule" >>"$work/rows"
done
trap - ERR
awk -v "KNOWN=$known" -v "RUN= ${wanted[*]} " -f "$here/judge.awk" "$work/rows"
