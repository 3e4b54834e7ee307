#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# instrumented.sh NM LIBRARY... -- OBJECT...: what the fuzz engine sees into.
#
# Of the libraries, what is compiled from ref/ and the operations must count
# coverage; decoder, mutator, checks and the harness (the objects) must not: an
# engine would learn our decoder instead of memory management.
set -euo pipefail
if [ $# -lt 4 ]; then
	echo "usage: instrumented.sh NM LIBRARY... -- OBJECT..." >&2
	exit 2
fi
nm=$1
shift
# LIBRARY MEMBER TYPE NAME of each symbol, members of objects by their own name.
symbols() { # LIBRARY... -- OBJECT...
	local file
	for file in "$@"; do
		[ "$file" != -- ] || continue
		[ -e "$file" ] || { echo "no file $file" >&2; return 1; }
		# no symbols, as in an empty registry, is no error
		"$nm" -A "$file" 2>/dev/null | awk -v "library=$(basename "$file")" '{
			n = split($1, part, ":")
			member = part[n] ~ /\.o$/ ? part[n] : part[n - 1]
			sub(/.*\//, "", member)
			print library, member, $(NF - 1), $NF }'
	done
}

symbols "$@" | awk '
	# must an engine see into it?
	function wanted(library, member) {
		if (library == "libmmref.a")
			return member != "registry_ref.c.o"
		return library == "libmmref-trace.a" && member ~ /_ops\.c\.o$/ && member != "registry_ops.c.o"
	}
	{
		key = $1 ": " $2
		library[key] = $1; member[key] = $2
		# SanitizerCoverage and the map of AFL++, however they are called
		if ($4 ~ /__sancov|__sanitizer_cov|__afl_area|sancov\.module/)
			counts[key] = 1
		if ($3 ~ /^[Tt]$/)
			code[key] = 1
	}
	END {
		for (key in library) {
			# a file without functions has nothing to count
			if (!(key in code))
				continue
			if (wanted(library[key], member[key])) {
				seen++
				if (!(key in counts)) {
					print key " counts no coverage: the engine is blind to it"
					failed = 1
				}
			} else {
				blind++
				if (key in counts) {
					print key " counts coverage: the engine would learn it"
					failed = 1
				}
			}
		}
		print seen " files of the reference and its operations count, " blind " others do not"
		if (seen < 40 || blind < 20) {
			print "too few: the libraries have other names or members by now"
			failed = 1
		}
		exit failed
	}'
