#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/symbols.sh NM LIBRARY: what the reference library may not contain:
#  * writable data: all state hangs off struct mm_machine, so that many
#    machines live in one process and a reset forgets nothing;
#  * a global name that does not start with mm_.
# Only plain builds can be judged: sanitizers add data of their own.
set -eu
if [ $# -ne 2 ]; then
	echo "usage: cmake/symbols.sh NM LIBRARY" >&2
	exit 2
fi
nm=$1 library=$2

# Rows "library:object:name | value | class | type | size | line | section".
# The section decides: a const table of pointers lies in .data.rel.ro, which is
# written by the loader only.
symbols=$("$nm" -A --format=sysv --defined-only "$library" | grep '|' | tr -d ' ' |
	sed 's/^[^:]*:\([^:]*\):/\1|/')
if [ -z "$symbols" ]; then
	echo "symbols: $library defines nothing: nothing was checked" >&2
	exit 1
fi
bad=$(printf '%s\n' "$symbols" | awk -F'|' '
	$8 ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ && $8 !~ /^\.data\.rel\.ro/ {
		print $1 ": " $2 ": writable data; make it const or a member of the machine"
	}
	$4 ~ /^[A-Z]$/ && $2 !~ /^mm_/ {
		print $1 ": " $2 ": a global name without mm_; make it static or rename it"
	}')
if [ -n "$bad" ]; then
	printf '%s\n' "$bad" >&2
	exit 1
fi
echo "symbols: $(printf '%s\n' "$symbols" | wc -l) symbols, no writable data, all global names start with mm_"
