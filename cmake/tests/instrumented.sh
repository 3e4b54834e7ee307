#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# instrumented.sh NM LIBRARY... -- OBJECT...: what the fuzz engine sees into.
#
# Of the libraries, what is compiled from ref/ and the operations must count
# coverage; decoder, mutator, checks and the harness (the objects) must not: an
# engine would learn our decoder instead of memory management.
set -eu
if [ $# -lt 4 ]; then
	echo "usage: instrumented.sh NM LIBRARY... -- OBJECT..." >&2
	exit 2
fi
nm=$1
shift
failed=0
seen=0
blind=0

# SanitizerCoverage's counters and AFL++'s map, however they are called.
counts() { # FILE-OF-SYMBOLS
	grep -qE '__sancov|__sanitizer_cov|__afl_area|sancov\.module' "$1"
}

# Members of a library by name: is it one that must be seen into?
must_count() { # LIBRARY MEMBER
	case $(basename "$1") in
	libmmref.a) [ "$2" != registry_ref.c.o ] ;;
	libmmref-trace.a) case $2 in *_ops.c.o) [ "$2" != registry_ops.c.o ] ;; *) false ;; esac ;;
	*) false ;;
	esac
}

judge() { # LIBRARY MEMBER SYMBOLS
	if must_count "$1" "$2"; then
		seen=$((seen + 1))
		# a file that has no function has nothing to count
		if grep -q ' [Tt] ' "$3" && ! counts "$3"; then
			echo "$1: $2 counts no coverage: the engine is blind to it"
			failed=1
		fi
	elif [ "$(basename "$1")" != libmmref.a ] && [ "$2" != registry_ops.c.o ]; then
		blind=$((blind + 1))
		if counts "$3"; then
			echo "$1: $2 counts coverage: the engine would learn it"
			failed=1
		fi
	fi
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	rm -f "$scratch"/*
	# LIBRARY:MEMBER:ADDRESS TYPE NAME
	[ -e "$1" ] || { echo "no library $1"; exit 1; }
	"$nm" -A "$1" 2>/dev/null | awk -v "to=$scratch" '{
		n = split($1, part, ":"); member = part[n] ~ /\.o$/ ? part[n] : part[n - 1]
		print " " $0 >(to "/" member) }'
	for member in "$scratch"/*; do
		judge "$1" "$(basename "$member")" "$member"
	done
	shift
done
[ $# -eq 0 ] || shift
for object in "$@"; do
	"$nm" "$object" >"$scratch/symbols"
	judge "$object" "$(basename "$object")" "$scratch/symbols"
done
echo "$seen files of the reference and its operations count, $blind others do not"
if [ "$seen" -lt 40 ] || [ "$blind" -lt 20 ]; then
	echo "too few: the libraries have other names or members by now"
	failed=1
fi
exit $failed
