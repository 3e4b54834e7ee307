#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# manual.sh MMREF SCRATCH: help, the manual page and the completions tell of the
# same subcommands and options, and those are what the command takes: bash completes
# them at the right places, and what they lack is refused.
set -u
mmref=$1
scratch=$2
failed=0
count=0
rm -rf "$scratch"
mkdir -p "$scratch/deep.d"
root=$PWD

fail() {
	echo "$*"
	failed=1
}

# ---- one list of subcommands and options -----------------------------------------

mapfile -t commands < <(sed -n 's/^\t{"\([a-z]*\)", command_[a-z]*,.*/\1/p' fuzz/command/main.c)
[ ${#commands[@]} -ge 8 ] || fail "main.c: found only the subcommands ${commands[*]}"

"$mmref" help --man >"$scratch/mmref.1" || fail "help --man: status $?"
for shell in bash zsh fish; do
	"$mmref" help --completion $shell >"$scratch/$shell" || fail "help --completion $shell: status $?"
done
sed 's/\\-/-/g; s/\\f[BIR]//g' "$scratch/mmref.1" >"$scratch/page"

# options COMMAND: as help prints them.
options() {
	"$mmref" help "$1" | sed -n 's/^  \(-[^ ]*\)\( [^ ]*\)\{0,1\} .*/\1\2/p'
}

# section COMMAND: what the page says of its options.
section() {
	awk -v "head=.SS mmref $1" '/^\.S[SH]/ { mine = $0 == head } mine' "$scratch/page"
}

# known COMMAND OPTION [ARGUMENT]: in page and scripts, and taken.
known() {
	local kind=-l said
	count=$((count + 1))
	[ ${#2} -gt 2 ] || kind=-s
	section "$1" | grep -qxF -- "$2${3:+ $3}" || fail "mmref.1 does not tell of mmref $1 $2"
	grep -qE -- "^\s+$1\) kind='.* $2[ ']" "$scratch/bash" || fail "bash: no $1 $2"
	grep -qE -- "^\s+$1\) kind='.* $2[ ']" "$scratch/zsh" || fail "zsh: no $1 $2"
	grep -qE -- "_from $1' $kind ${2##*-}[ ]|_from $1' $kind ${2#--} " "$scratch/fish" ||
		fail "fish: no $1 $2"
	# After a word that is refused, so that nothing begins.
	said=$("$mmref" "$1" "$2" ${3:+0} --nonsense 2>&1)
	[[ $said == *"option --nonsense"* || ($said != *" option "* && $said == *"there are:"*) ]] ||
		fail "mmref $1 $2: not taken: $said"
}

for command in "${commands[@]}"; do
	grep -qxF "mmref $command" <(sed -n 's/^\.SS //p' "$scratch/page") || fail "mmref.1: no $command"
	"$mmref" help | grep -q "^  $command " || fail "help: no $command"
	cmp -s <("$mmref" help "$command") <("$mmref" "$command" --help) || fail "$command --help differs"
	"$mmref" "$command" --nonsense >"$scratch/out" 2>&1
	[ $? -eq 2 ] || fail "$command --nonsense: not refused"
	while read -r option argument; do
		known "$command" "$option" "$argument"
	done < <(options "$command")
done
[ "$count" -ge 20 ] || fail "found only $count options"

# Tables are the only readers of a command line. by_hand FILE...: other ones
by_hand() {
	grep -nE 'argv *\[ *[a-z0-9+]|argv \+|argv\+\+|\+\+argv|getopt|optarg' "$@"
}
if by_hand fuzz/command/*_cmd.c; then
	fail "a subcommand reads its words by hand; give it a form (fuzz/command/form.h)"
fi
echo 'if (strcmp(argv[i], "--x") == 0)' >"$scratch/planted_cmd.c"
by_hand "$scratch/planted_cmd.c" >"$scratch/out" || fail "a planted reader of words was not seen"

# ---- the page as a page ------------------------------------------------------------

for name in NAME SYNOPSIS DESCRIPTION COMMANDS OPTIONS FILES 'EXIT STATUS' ENVIRONMENT EXAMPLES 'SEE ALSO'; do
	grep -qxF ".SH $name" "$scratch/page" || fail "mmref.1: no section $name"
done

# lint NAME COMMAND...: silent for the page, not for a page with a mistake.
lint() {
	local name=$1
	shift
	if ! command -v "$1" >/dev/null; then
		echo "skipped: $name: there is no $1 (apt-get install groff-base)"
		return
	fi
	"$@" "$scratch/mmref.1" >"$scratch/lint" 2>&1
	[ -s "$scratch/lint" ] && fail "$name: $(head -n 5 "$scratch/lint")"
	{ cat "$scratch/mmref.1"; printf '.nonsense\n'; } >"$scratch/planted.1"
	"$@" "$scratch/planted.1" >"$scratch/lint" 2>&1
	[ -s "$scratch/lint" ] || fail "$name: the planted mistake passed"
}

lint groff groff -man -ww -z -Tutf8
command -v mandoc >/dev/null && lint mandoc mandoc -T lint -W warning
cmp -s <("$mmref" help --man) "$scratch/mmref.1" || fail "the page is another one each time"

# ---- bash at the keyboard -------------------------------------------------------------

touch "$scratch/one.ops" "$scratch/two words.ops" "$scratch/other.txt"
cat >"$scratch/drive.sh" <<'DRIVE'
source ../bash || exit 1
[ "$(complete -p mmref)" = 'complete -F _mmref_complete mmref' ] || echo 'not registered'
COMP_WORDS=(mmref "$@")
COMP_CWORD=$#
_mmref_complete mmref "${@: -1}" ""
printf '%s\n' "${COMPREPLY[@]}" | sort
DRIVE

# completes WANTED WORD...: what bash offers for the last word, sorted, in one line
completes() {
	local wanted=$1 got
	shift
	count=$((count + 1))
	got=$(cd "$scratch/deep.d" && bash --norc --noprofile ../drive.sh "$@" 2>&1 | paste -sd ' ')
	[ "$got" = "$wanted" ] || fail "mmref $*: bash offers \"$got\", expected \"$wanted\""
}

# Where names of files are asked for, in a folder of their own.
touch "$scratch/deep.d/a.ops" "$scratch/deep.d/b c.ops" "$scratch/deep.d/d.txt"
mkdir "$scratch/deep.d/more"

targets=$("$mmref" help targets | sed -n 's|^\([a-z_]*\): .*|\1|p' | sort | paste -sd ' ')
claims=$("$mmref" help claims | awk '$1 ~ /^buddy\.n/ { print $1 }' | sort | paste -sd ' ')
[ -n "$targets" ] && [ -n "$claims" ] || fail "no targets, or no claims buddy.n*"
all=$(printf '%s\n' "${commands[@]}" --help --version | sort | paste -sd ' ')
completes "$all" ''
completes 'check corpus' c
completes '--help --version' --
for command in "${commands[@]}"; do
	list=$({ options "$command" | sed 's/ .*//'; echo --help; } | sort | paste -sd ' ')
	completes "$list" "$command" -
done
completes '--seconds --seed' fuzz buddy --se
completes "$targets" fuzz ''
completes "$targets" fuzz --seed 7 --ignore-stored ''
completes '' fuzz buddy ''
completes '' fuzz --seconds ''
completes 'blind libfuzzer' fuzz buddy --engine ''
completes 'blind' fuzz --engine b
completes "$targets" check --bytes ''
completes 'a.ops b c.ops more' run ''
completes 'a.ops' run --bytes buddy a
completes 'a.ops b c.ops more' check a.ops ''
completes '' run a.ops ''
completes 'a.ops b c.ops d.txt more' run -m ''
completes 'a.ops b c.ops d.txt more' import -o ''
completes 'ftrace kmem perf' import x --format ''
completes 'vmstat' show v
completes 'a.ops' show -m d.txt vmstat a
completes 'extfrag linux zoneinfo' oracle ''
completes 'bash fish zsh' help --completion ''
completes "$claims" help buddy.n
completes 'targets' help tar
"$mmref" help "${claims%% *}" | grep -q "^  ${claims%% *} " || fail "help ${claims%% *}: not explained"

# Other shells, as far as they are here.
for shell in zsh fish; do
	if command -v $shell >/dev/null; then
		$shell -n "$scratch/$shell" || fail "$shell does not read its script"
	else
		echo "skipped: reading the script of $shell: there is no $shell"
	fi
done
if command -v fish >/dev/null; then
	# fish_offers WANTED LINE
	fish_offers() {
		local got
		got=$(fish --no-config -c "source $scratch/fish; complete -C '$2'" | cut -f 1 | sort | paste -sd ' ')
		count=$((count + 1))
		[ "$got" = "$1" ] || fail "$2: fish offers \"$got\", expected \"$1\""
	}
	fish_offers "$targets" 'mmref fuzz '
	fish_offers 'blind libfuzzer' 'mmref fuzz buddy --engine '
	fish_offers '--seconds --seed' 'mmref fuzz buddy --se'
fi
cd "$root" || exit 1
echo "$count options and places"
exit $failed
