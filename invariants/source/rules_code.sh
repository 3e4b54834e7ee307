# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
# Rules on code and its words.

# ---- claims ---------------------------------------------------------------------

# Statically what `mmref-prop claims` demands of a run, and that the contract
# promises it. The checker's claims belong to no module: its header has them.
rule_claims() {
	over '^(include/mm/[^/]*|invariants/(.*_inv|.*_prop|[a-z]+/[a-z0-9_]+/(inv|prop)[a-z0-9_]*|engine/checker))\.[ch]$' "$(<"$here/claims.awk")"
}

# ---- formulas -------------------------------------------------------------------

rule_formulas() {
	over '^(invariants/cross/README\.md|include/mm/[^/]*\.h|invariants/(.*_prop|[a-z]+/[a-z0-9_]+/prop[a-z0-9_]*)\.c)$' "$(<"$here/formulas.awk")"
}

# ---- words ------------------------------------------------------------------------

# Each line of words.txt: an expression in quotes, and what to do instead.
rule_words() {
	over '\.(c|h|cc|sh|awk|cmake|md|ops|patch|target|lock)$|^(run|CMakeLists\.txt|CMakePresets\.json)$' '
	BEGIN {
		while ((getline line < WORDS) > 0) {
			if (line !~ /^"/)
				continue
			todo = line
			sub(/^"[^"]*" +/, "", todo)
			split(line, f, "\"")
			expression[++nr] = f[2]
			instead[nr] = todo
		}
	}
	{
		for (i = 1; i <= nr; i++)
			if (match($0, expression[i])) {
				word = substr($0, RSTART, RLENGTH)
				gsub(/^[^A-Za-z\/]+|[^A-Za-z0-9]+$/, "", word)
				refuse(file ":" FNR, file, "\"" word "\"; " instead[i])
			}
	}' -v "WORDS=$here/words.txt"
}

rule_licence() {
	over '\.(c|h|cc|sh|awk|cmake)$|^(run|\.ci/.*|CMakeLists\.txt)$' '
	function close_file() {
		if (last != "" && !found)
			refuse(last ":1", last, "names no licence; write SPDX-License-Identifier: MIT in line 1 or 2")
	}
	FNR == 1 { close_file(); last = file; found = 0 }
	FNR <= 3 && /SPDX-License-Identifier: MIT/ { found = 1 }
	END { close_file() }'
}

# A typedef of a struct hides what it is. A typed id keeps two numbers apart; a
# function type keeps a declaration readable.
rule_typedefs() {
	over '\.(c|h|cc)$' '
	/^[ \t]*typedef / {
		if (/\(/ || (file == "include/mm/types.h" && /^typedef struct \{$/))
			next
		refuse(file ":" FNR, file, "a typedef; write struct or enum out (only typed ids in include/mm/types.h and function types have one)")
	}'
}

# ---- draws ---------------------------------------------------------------------------

rule_draws() {
	over '^(ref|fuzz|invariants|bench)/.*\.(c|h|cc)$' "$(<"$here/draws.awk")"
}

# ---- the host -----------------------------------------------------------------------

# Machines are values: memory is an arena, time and chance are simulated. The
# arena itself is mapped, so mmap is not on the list. Comments may speak of all.
rule_host() {
	over '^(ref|include)/.*\.[ch]$' '
	BEGIN {
		memory = "memory comes from an arena or a pool"
		time = "time is the machine'\''s clock"
		chance = "chance is mm_rng"
		threads = "CPUs take turns, locks are mm_lock"
		n = split("malloc calloc realloc free strdup aligned_alloc posix_memalign", names, " ")
		for (i = 1; i <= n; i++) todo[names[i]] = memory
		n = split("time clock gettimeofday clock_gettime nanosleep usleep sleep", names, " ")
		for (i = 1; i <= n; i++) todo[names[i]] = time
		n = split("rand srand random srandom rand_r drand48 getrandom", names, " ")
		for (i = 1; i <= n; i++) todo[names[i]] = chance
		todo["getenv"] = "what a machine depends on is in its description"
	}
	FNR == 1 { in_comment = 0 }
	{
		code = $0
		if (in_comment) {
			if (!sub(/^.*\*\//, "", code))
				next
			in_comment = 0
		}
		gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
		gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", code)
		if (sub(/\/\*.*$/, "", code))
			in_comment = 1
		while (match(code, /[A-Za-z_][A-Za-z0-9_]* *\(/)) {
			name = substr(code, RSTART, RLENGTH)
			sub(/ *\($/, "", name)
			before = RSTART > 1 ? substr(code, RSTART - 1, 1) : ""
			code = substr(code, RSTART + RLENGTH)
			# Members (v->free) are not the host.
			if (before == "." || before == ">")
				continue
			if (name in todo)
				refuse(file ":" FNR, file, name "() of the host; " todo[name])
			else if (name ~ /^pthread_/)
				refuse(file ":" FNR, file, name "() of the host; " threads)
		}
	}'
}

# ---- names of files -----------------------------------------------------------------

rule_filenames() {
	local path stem word
	grep -E '\.(c|h|cc|sh|awk|cmake)$' "$work/files" >"$work/named" || true
	looked "$(wc -l <"$work/named")"
	while IFS= read -r path; do
		stem=${path##*/}
		stem=${stem%.*}
		for word in ${stem//[_-]/ }; do
			case $word in
			util | utils | misc | common | internal | helper | helpers)
				refuse "$path:1" "$path" "\"$word\" names nothing; call the file after what it does" ;;
			[0-9]*)
				refuse "$path:1" "$path" "\"$word\" says nothing; call the file after what it does" ;;
			esac
		done
	done <"$work/named"
}
