# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
# Rules on what is built: the library's symbols, the options.

# ---- symbols ------------------------------------------------------------------

# Rows "object|name|value|class|type|size|line|section". The section decides: a
# const table of pointers lies in .data.rel.ro, which only the loader writes.
list_symbols() {
	"$nm" -A --format=sysv --defined-only "$library" | { grep '|' || true; } | tr -d ' ' |
		sed 's/^[^:]*:\([^:]*\):/\1|/'
}

# Sanitizers, coverage and fuzz engines put data of their own into objects.
is_instrumented() {
	"$nm" "$library" | grep -E -c ' _*(asan|ubsan|sanitizer|sancov|covrec|profc|llvm_profile|gcov|afl)_' >/dev/null
}

# Where a symbol comes from: "boot.c.o" and a name --> ref/core/boot.c:12.
# Objects in an archive have no folder; if two files share a name, the first
# that defines the symbol is taken.
place_of_symbol() { # OBJECT NAME
	local stem=${1%.c.o} path line
	while IFS= read -r path; do
		line=$(grep -n -m 1 -E "^[a-z].*[ *]$2([^a-z0-9_]|\$)" "$path" || true)
		if [ -n "$line" ]; then
			printf '%s:%s\n' "$path" "${line%%:*}"
			return
		fi
	done < <(grep -E "^ref/.*/$stem\.c\$" "$work/files" || true)
	printf 'gen/%s.c:1\n' "$stem"
}

rule_data() {
	local object name place
	if [ -z "$library" ]; then
		skip "no --library was given"
		return
	fi
	if is_instrumented; then
		skip "$library is instrumented, and its data not only ours: use a plain build (preset release)"
		return
	fi
	list_symbols >"$work/symbols"
	looked "$(wc -l <"$work/symbols")"
	awk -F'|' '$8 ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ && $8 !~ /^\.data\.rel\.ro/ { print $1, $2 }' \
		"$work/symbols" >"$work/writable"
	while read -r object name; do
		place=$(place_of_symbol "$object" "$name")
		refuse "$place" "${place%:*}:$name" "$name is writable data; make it const or a member of the machine"
	done <"$work/writable"
}

# Which module an object belongs to: ref/LAYER/NAME.c, ref/LAYER/NAME/*.c. Core
# files and generated ones have no module; there the file's name is the prefix.
list_owners() {
	sed -n -e 's|^ref/[a-z]*/\([a-z0-9_]*\)\.c$|\1.c.o \1|p' \
		-e 's|^ref/[a-z]*/\([a-z0-9_]*\)/\([a-z0-9_]*\)\.c$|\2.c.o \1|p' "$work/files"
}

rule_names() {
	local object name owner place
	if [ -z "$library" ]; then
		skip "no --library was given"
		return
	fi
	list_owners >"$work/owners"
	# Names that begin with two underscores are the compiler's.
	list_symbols | awk -F'|' '$4 ~ /^[A-Z]$/ && $2 !~ /^__/ { print $1, $2 }' >"$work/globals"
	looked "$(wc -l <"$work/globals")"
	awk 'NR == FNR { owners[$1] = owners[$1] " " $2; next }
		{
			n = split($1 in owners ? owners[$1] : substr($1, 1, length($1) - 4), mine, " ")
			for (i = 1; i <= n; i++)
				if ($2 == "mm_" mine[i] || index($2, "mm_" mine[i] "_") == 1)
					next
			print $1, $2, mine[1]
		}' "$work/owners" "$work/globals" >"$work/foreign"
	while read -r object name owner; do
		place=$(place_of_symbol "$object" "$name")
		refuse "$place" "${place%:*}:$name" "$name is global and not named mm_${owner}_...; make it static or rename it"
	done <"$work/foreign"
}

# ---- options ----------------------------------------------------------------------

options_max=8

# Set: by a preset, by `run`, or by the build's own tests. Asked: in an
# expression of the cmake code outside the line that declares it.
rule_options() {
	over '^(cmake/[^/]*\.cmake|CMakeLists\.txt|CMakePresets\.json|run|cmake/tests/.*\.sh)$' '
	function declare(name) {
		if (file != "cmake/MmFlags.cmake")
			refuse(file ":" FNR, name, name " is declared outside cmake/MmFlags.cmake; move it there")
		else if (!(name in place)) {
			place[name] = file ":" FNR
			if (++nr > MAX)
				refuse(place[name], name, name " is one option too many, " MAX " are allowed; do without, or delete one that nobody sets")
		}
	}
	function note_sets(text,    name) {
		while (match(text, /("MM_[A-Z_]+" *:|-DMM_[A-Z_]+=)/)) {
			name = substr(text, RSTART, RLENGTH)
			gsub(/^"|^-D|["=: ]+$/, "", name)
			is_set[name] = 1
			if (!(name in set_at))
				set_at[name] = file ":" FNR
			text = substr(text, RSTART + RLENGTH)
		}
	}
	/^[ \t]*#/ { next }
	/^option\(MM_/ || /^set\(MM_[A-Z_]+ .*CACHE / {
		name = $0
		gsub(/^[a-z]+\(|[ )].*/, "", name)
		declare(name)
		next
	}
	/^set_property\(CACHE / { next }
	file ~ /^(cmake\/[^\/]*\.cmake|CMakeLists\.txt)$/ {
		text = $0
		while (match(text, /MM_[A-Z_]+/)) {
			name = substr(text, RSTART, RLENGTH)
			before = substr(text, 1, RSTART - 1)
			if (before ~ /\$\{$/ || before ~ /(if\(|NOT |AND |OR )$/)
				asked[name] = 1
			text = substr(text, RSTART + RLENGTH)
		}
		next
	}
	{ note_sets($0) }
	END {
		for (name in place) {
			if (!(name in is_set))
				refuse(place[name], name, name " is set by no preset, by ./run or cmake/tests; exercise it or delete it")
			if (!(name in asked))
				refuse(place[name], name, name " is used in no expression; delete it")
		}
		for (name in is_set)
			if (!(name in place))
				refuse(set_at[name], name, name " is no option; mend the name or delete the setting")
	}' -v "MAX=$options_max"
}
