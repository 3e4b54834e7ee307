# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016,SC2034
# Sourced by planted.sh: links, commands.

add() { # LINE of README.md
	echo "$1" >>README.md
}

refused "README.md:8: links: the link to gone.md is dead" <<<'add "see [it](gone.md)"'
refused "README.md:8: links: the link to ../README.md is dead" <<<'add "see [it](../README.md)"'
refused "README.md:8: links: corpus/README.md has no heading for #gone" \
	<<<'add "see [it](corpus/README.md#gone)"'
refused "README.md:8: links: README.md has no heading for #gone" <<<'add "see [it](#gone)"'
refused "README.md:8: links: the link to gone.md is dead" <<<'add "[it]: gone.md"'
refused "corpus/README.md:5: links: the link to README.txt is dead" \
	<<<'sed -i "s/..\/README.md/README.txt/" corpus/README.md'
refused "README.md:8: links: fuzz/gone.c does not exist" <<<'add "see \`fuzz/gone.c\`"'
refused "README.md:8: links: corpus/gone does not exist" <<<'add "see \`mmref check corpus/gone\`"'
refused "README.md:8: links: no file is called gone.c" <<<'add "see \`gone.c\`"'
make_tree "$work/tree"
(
	cd "$work/tree" || exit 1
	add "see [it](https://example.org/gone.md), [here](corpus#), [top](#a-tree)"
	add "\`fuzz/LAYER/NAME_ops.c\`, \`zone.c:2\`, \`corpus/phys/\`, \`ref/*/gone.c\`, \`mm/page_alloc.c\`"
	add '```'
	add "[it](gone.md) in a block"
	add '```'
)
sed -i 's/, \[here\](corpus#)/, [here](corpus)/' "$work/tree/README.md"
expect "links and paths that may stand" 0 "0 findings"

refused "README.md:8: commands: ./run has no word bild" <<<'add "type \`./run bild\`"'
refused "invariants/source/commands.txt:5: commands: no README has the command \"./run test\"" \
	<<<'printf "\ncommand  ./run test\nreason   x\n" >>invariants/source/commands.txt'

# ---- what readme.sh says ----

readme() { # WHAT STATUS WANTED
	local got=0
	bash "$here/readme.sh" "$work/readme" "$work/tree" >"$log" 2>&1 || got=$?
	if [ "$got" -eq "$2" ] && grep -qF -- "$3" "$log"; then
		pass
	else
		fail "$1: status $got, wanted $2 and \"$3\""
	fi
}

block() { # COMMAND [OUTPUT]
	printf '\n```sh\n%s\n```\n' "$1"
	if [ $# -gt 1 ]; then
		printf '```\n%s\n```\n' "$2"
	fi
}

make_tree "$work/tree"
readme "an exception" 0 "readme: 1 commands run, 0 findings"
block 'alias say=echo; n=7' >>"$work/tree/README.md"
block 'say "page $n"; say 12 of 0xff' 'page 3
4 of 0x1' >>"$work/tree/README.md"
readme "an alias, a variable, other numbers" 0 "readme: 3 commands run, 0 findings"
block 'echo page; echo zone' 'zone
page' >>"$work/tree/README.md"
readme "another order" 1 'README.md:22: readme: "echo page; echo zone" does not print a line as "page"'
make_tree "$work/tree"
block 'true
ls gone' >>"$work/tree/README.md"
readme "a command that fails" 1 'README.md:11: readme: "ls gone" ended with 2, not 0'
make_tree "$work/tree"
printf '\ncommand  true\nstatus   1\nreason   so be it\n' >>"$work/tree/invariants/source/commands.txt"
block true >>"$work/tree/README.md"
readme "a command that should fail" 1 '"true" ended with 0, not 1'
printf '# None\n' >"$work/tree/README.md"
readme "no command at all" 4 "nothing was checked"
