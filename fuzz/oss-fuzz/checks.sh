# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# Sourced by simulate.sh: the rules by which OSS-Fuzz judges a build, applied to
# $OUT. The bounds are those of its bad_build_check.

edges_min=100
calls_min_asan=1000
calls_min_msan=1000
calls_min_ubsan=168
# In builds without that sanitizer; the runtime of another one has some.
calls_max_asan=0
calls_max_msan=3
calls_max_ubsan=200

bad() { # WHERE WHAT TO-DO
	printf 'BAD %s: %s\n    To do: %s\n' "$1" "$2" "$3"
	failures=$((failures + 1))
}

# ---- the build ---------------------------------------------------------------

build_advice() { # LOG
	if grep -Eq "undefined reference to .(main|LLVMFuzzerMutate)'" "$1"; then
		echo 'link targets with $LIB_FUZZING_ENGINE, after the objects: it has the main function'
	elif grep -q 'undefined reference to .LLVMFuzzerTestOneInput' "$1"; then
		echo 'give the linker the object with LLVMFuzzerTestOneInput before $LIB_FUZZING_ENGINE'
	elif grep -q 'not allowed with' "$1"; then
		echo 'take -fsanitize= out of our flags: $CFLAGS has the sanitizer'
	else
		echo 'read the lines above; build.sh must work with the flags it is given'
	fi
}

# What they chose is in CFLAGS; more would be mixed with it in every build.
check_build_script() {
	local line
	while read -r line; do
		bad "build.sh:${line%%:*}" "names a sanitizer or an engine itself" \
			"use \$CFLAGS and \$LIB_FUZZING_ENGINE, which have it"
	done < <(grep -n -- '-fsanitize' "$SRC/build.sh" | grep -v '^[0-9]*:[[:space:]]*#' || true)
}

# Ours, not theirs: an engine that sees our decoder learns our decoder. The objects
# tell, because coverage has sections of its own.
check_instrumented_parts() {
	local object folder
	while read -r object; do
		folder=${object#"$moved"/work/*/CMakeFiles/}
		folder=${folder%%.dir/*}
		case $folder:$(coverage_of "$object") in
		mmref:no | mmref-ops:no)
			bad "${object#*.dir/}" "the engine does not see it" \
				"compile it with \$CFLAGS; mm_flags(... INSTRUMENT)" ;;
		mmref-checks:yes | mmref-trace:yes | mmref-mutate:yes | fuzz_*:yes)
			bad "${object#*.dir/}" "the engine sees it, and would learn our decoder" \
				"take INSTRUMENT out of its mm_flags(...)" ;;
		esac
	done < <(find "$moved/work" -name '*.o' -path '*/CMakeFiles/*')
}

coverage_of() { # OBJECT: yes, no, or nothing where there is no code
	objdump -h "$1" | awk '/ __sancov_/ { found = 1 } $2 == ".text" && $3 !~ /^0+$/ { code = 1 }
		END { print found ? "yes" : code ? "no" : "" }'
}

# ---- what lies in OUT --------------------------------------------------------

# Whatever can be run and holds the name of the entry is a target to them.
find_targets() {
	local file
	find "$out" -type f -executable | LC_ALL=C sort | while read -r file; do
		if grep -q LLVMFuzzerTestOneInput "$file"; then
			basename "$file"
		fi
	done
}

check_names() {
	local name wanted
	wanted=$(cd "$moved/src/mmref/fuzz/targets" && for name in *.target; do echo "fuzz_${name%.target}"; done)
	while read -r name; do
		if ! [[ $name =~ ^[A-Za-z0-9_-]+$ ]]; then
			bad "$name" "is no name for a target" "use letters, digits, _ and -"
		elif ! grep -qxF "$name" <<<"$wanted"; then
			bad "$name" "is stray: it holds LLVMFuzzerTestOneInput, so they would fuzz it" \
				"do not copy it to \$OUT, or add fuzz/targets/${name#fuzz_}.target"
		fi
	done <"$box/targets"
	while read -r name; do
		grep -qxF "$name" "$box/targets" ||
			bad "$name" "is not in \$OUT, or cannot be run" "copy it there: fuzz/targets has ${name#fuzz_}.target"
	done <<<"$wanted"
}

# Their machines have libc and little else. Without libc++ the engine itself needs
# libstdc++.
check_libraries() { # TARGET
	local library allowed='linux-vdso|ld-linux-x86-64|libc|libm|libdl|libpthread|librt|libresolv|libgcc_s'
	[[ $CXXFLAGS == *-stdlib=libc++* ]] || allowed+='|libstdc++'
	ldd "$out/$1" | sed 's/^[[:space:]]*//; s/[[:space:]].*//; s|.*/||' >"$box/libraries"
	while read -r library; do
		bad "$1" "needs $library, which their machines lack" "link it statically"
	done < <(grep -vE "^(${allowed//+/\\+})\.so" "$box/libraries" || true)
}

check_options() { # TARGET
	local file=$out/$1.options line number=0
	if [ ! -e "$file" ]; then
		bad "$1" "has no $1.options" "copy fuzz/oss-fuzz/options beside it"
		return
	fi
	while IFS= read -r line; do
		number=$((number + 1))
		[[ $line =~ ^([#\;].*)?$ ]] || [[ $line =~ ^\[(libfuzzer|asan|msan|ubsan|env)\]$ ]] ||
			[[ $line =~ ^[a-z_]+\ *=\ *[^\ ]+$ ]] ||
			bad "$1.options:$number" "\"$line\" is neither a section nor a key = value" \
				"sections are [libfuzzer], [asan], [msan], [ubsan], [env]"
	done <"$file"
}

# "key = value" of section libfuzzer as options of the program, and the dictionary.
arguments_of() { # TARGET
	if [ -e "$out/$1.options" ]; then
		awk '/^\[/ { mine = $0 == "[libfuzzer]"; next }
			mine && /^[a-z_]+ *=/ { gsub(/ /, ""); print "-" $0 }' "$out/$1.options"
	fi
	if [ -e "$out/$1.dict" ]; then
		echo "-dict=$out/$1.dict"
	fi
}

check_seeds() { # TARGET
	local zip=$out/${1}_seed_corpus.zip
	rm -rf "$box/seeds/$1"
	mkdir -p "$box/seeds/$1"
	if [ ! -e "$zip" ]; then
		bad "$1" "has no ${1}_seed_corpus.zip, so every run starts from nothing" \
			"make it: mmref corpus seed ${1#fuzz_} FOLDER, then zip"
		return
	fi
	if ! unzip -q -o -d "$box/seeds/$1" "$zip" >"$box/run" 2>&1; then
		tail -n 3 "$box/run"
		bad "${1}_seed_corpus.zip" "unzip cannot read it, or it holds nothing" "put the seeds into it"
	fi
}

count_seeds() { # TARGET
	find "$box/seeds/$1" -type f | wc -l
}

# ---- running them ------------------------------------------------------------

# With nothing of ours around it: another folder, no variables, no way back to
# where it was built.
outside() { # COMMAND...
	(cd / && timeout 300 env -i PATH="$PATH" HOME=/nonexistent UBSAN_OPTIONS="${UBSAN_OPTIONS:-}" \
		ASAN_OPTIONS="${ASAN_OPTIONS:-}" LLVM_PROFILE_FILE="${LLVM_PROFILE_FILE:-/dev/null}" \
		AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
		AFL_FORKSRV_INIT_TMOUT=30000 AFL_MAP_SIZE=262144 "$@") >"$box/run" 2>&1 </dev/null
}

check_start() { # TARGET
	local arguments=()
	mapfile -t arguments < <(arguments_of "$1")
	if ! outside "$out/$1" -seed=1337 -runs=4 "${arguments[@]}" || ! grep -q '^Done 4 runs' "$box/run"; then
		tail -n 5 "$box/run"
		bad "$1" "-seed=1337 -runs=4 does not end with \"Done 4 runs\"" \
			'link it with $LIB_FUZZING_ENGINE and no main of its own; mend a bad option or dictionary'
		return 1
	fi
}

check_edges() { # TARGET
	edges=$(sed -n 's/^INFO: Loaded [0-9]* modules.*(\([0-9]*\) inline.*/\1/p' "$box/run")
	if [ "${edges:-0}" -lt $edges_min ]; then
		bad "$1" "${edges:-0} edges are instrumented, at least $edges_min are wanted" \
			'compile the library and the operations with $CFLAGS, and link all of it'
	fi
}

check_seeds_run() { # TARGET
	if ! outside "$out/$1" -rss_limit_mb=2560 -timeout=25 -runs=0 "$box/seeds/$1"; then
		grep -E '^finding:|ERROR:|^SUMMARY|runtime error|^Running:' "$box/run" || tail -n 5 "$box/run"
		bad "${1}_seed_corpus.zip" "a seed crashes the target" \
			"mend what it shows, or take the seed out; mmref check --bytes ${1#fuzz_} FILE"
	fi
}

# ---- the sanitizer in the code -----------------------------------------------

check_calls() { # TARGET: and sets `calls` for the report
	local name count min max
	objdump -d --no-show-raw-insn "$out/$1" | awk '
		match($0, /call +[0-9a-f]+ <__(asan|msan|ubsan)/) {
			split(substr($0, RSTART, RLENGTH), part, "<__")
			n[part[2]]++
		}
		END {
			for (i = split("asan msan ubsan", name, " "); i > 0; i--)
				print name[i], n[name[i]] + 0
		}' >"$box/calls"
	calls=
	while read -r name count; do
		min=calls_min_$name max=calls_max_$name
		if [ "$name" = "$mine" ]; then
			calls=$count
			[ "$count" -ge "${!min}" ] ||
				bad "$1" "$count calls of __$name, at least ${!min} are wanted" \
					'compile the library with $CFLAGS, and link all of it, not a sliver'
		elif [ -n "$mine" ] && [ "$count" -gt "${!max}" ]; then
			bad "$1" "$count calls of __$name in a build with $SANITIZER, at most ${!max} may be" \
				'take -fsanitize= out of our own flags'
		fi
	done <"$box/calls"
}

# ---- coverage, AFL++ ---------------------------------------------------------

check_coverage() { # TARGET
	local profile=$box/profile/$1 lines
	rm -rf "$profile"
	mkdir -p "$profile/merged"
	LLVM_PROFILE_FILE=$profile/%m.profraw outside "$out/$1" -merge=1 -timeout=100 "$profile/merged" "$box/seeds/$1" || {
		tail -n 5 "$box/run"
		bad "$1" "-merge=1 of the seeds failed" "see above"
		return
	}
	if ! llvm-profdata-14 merge -sparse "$profile"/*.profraw -o "$profile/profdata" >"$box/run" 2>&1; then
		tail -n 3 "$box/run"
		bad "$1" "it writes no profile" 'compile and link it with $CFLAGS'
		return
	fi
	llvm-cov-14 export -format=lcov -summary-only -instr-profile="$profile/profdata" "$out/$1" \
		>"$profile/lcov" 2>"$box/run" || true
	lines=$(awk -F: '$1 == "SF" { mine = $2 ~ "/mmref/ref/" } $1 == "LH" && mine { sum += $2 }
		END { print sum + 0 }' "$profile/lcov")
	if [ "$lines" -eq 0 ]; then
		bad "$1" "llvm-cov reports no covered line of ref/" 'compile the library with $CFLAGS'
		return
	fi
	echo "   $1: $(count_seeds "$1") seeds cover $lines lines of ref/"
}

check_afl() { # TARGET
	local tuples
	outside afl-showmap -q -m none -t 30000 -C -i "$box/seeds/$1" -o "$box/map" -- "$out/$1" || true
	tuples=$(wc -l <"$box/map" 2>/dev/null || echo 0)
	if [ "$tuples" -lt $edges_min ]; then
		tail -n 5 "$box/run"
		bad "$1" "AFL++ sees $tuples edges with all seeds, at least $edges_min are wanted" \
			'compile the library with $CC, and link it with $CXX'
	fi
	rm -rf "$box/afl" "$box/one"
	mkdir -p "$box/one"
	echo seed >"$box/one/seed"
	outside timeout -s INT 120 afl-fuzz -m none -t 30000 -E 100 -i "$box/one" -o "$box/afl" -- "$out/$1" || true
	if ! grep -q 'All set and ready to roll' "$box/run"; then
		tail -n 10 "$box/run"
		bad "$1" "afl-fuzz does not start with it" 'link it with $LIB_FUZZING_ENGINE'
	elif ! grep -qi 'persistent mode binary detected' "$box/run"; then
		bad "$1" "it starts a process for each input" 'link it with $LIB_FUZZING_ENGINE and no main of its own'
	fi
	echo "   $1: $(count_seeds "$1") seeds, $tuples edges for AFL++, $calls calls of the sanitizer"
}

# ---- all of it ---------------------------------------------------------------

judge_target() { # ENGINE SANITIZER TARGET
	local edges=
	check_libraries "$3"
	check_options "$3"
	check_seeds "$3"
	check_calls "$3"
	if [ "$1" = afl ]; then
		check_afl "$3"
		return
	fi
	# Without feedback libFuzzer finds no input interesting, so it cannot be started.
	if [ "$2" = coverage ]; then
		check_coverage "$3"
		return
	fi
	check_start "$3" || return 0
	check_edges "$3"
	check_seeds_run "$3"
	echo "   $3: $(count_seeds "$3") seeds, $edges edges, $calls calls of the sanitizer"
}

# The box as a whole moves, so that nothing in OUT can lean on SRC, WORK or OUT.
judge() { # ENGINE SANITIZER
	local name
	moved=$box.moved
	out=$moved/out
	case $2 in
	address) mine=asan ;;
	memory) mine=msan ;;
	undefined) mine=ubsan ;;
	*) mine= ;;
	esac
	check_build_script
	home=$box
	mv "$home" "$moved"
	trap 'mv "$moved" "$home"' EXIT
	box=$moved
	find_targets >"$box/targets"
	[ -s "$box/targets" ] || bad "\$OUT" "holds no target" "copy the programs fuzz_NAME there"
	check_names
	[ "$2" = coverage ] || check_instrumented_parts
	while read -r name; do
		judge_target "$1" "$2" "$name"
	done <"$box/targets"
}
