#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/tests/toy_build.sh WORK: the toy tree compiled and run: the generated
# lists, flags and engines, the file-replay main, and an installed package.
set -u
# shellcheck source=cmake/tests/toy.sh
source "$(dirname "$0")/toy.sh"

rm -rf "$1"
work=$(mkdir -p "$1" && cd "$1" && pwd)
log=$work/log

# shellcheck source=cmake/tests/verdicts.sh
source "$here/verdicts.sh"
match=F

configure() { # BUILD [-D...]
	local build=$1
	shift
	cmake -S "$work/tree" -B "$work/$build" -DTOY_LANGUAGES=C -DMM_BENCH=OFF "$@"
}

build_all() { # BUILD [-D...]
	local build=$1
	configure "$@" >"$log" 2>&1 && cmake --build "$work/$build" -j2 >"$log" 2>&1
}

toy_harness() {
	cp "$here/../../fuzz/targets/replay_main.c" "$here/../../fuzz/trace/embedded.h" "$here/../../LICENSE" .
	put invariants/engine/prop.h <<-'END'
		struct mm_prop {
			const char *name;
		};
		extern const struct mm_prop *const mm_all_props[];
	END
	put invariants/engine/prop_stateful.h <<-'END'
		#include "invariants/engine/prop.h"
		struct mm_stateful {
			const char *module;
		};
		extern const struct mm_stateful *const mm_all_stateful[];
	END
	put invariants/engine/prop_main.c <<-'END'
		#include <stdio.h>
		#include "invariants/engine/prop_stateful.h"
		int main(void)
		{
			for (int i = 0; mm_all_props[i]; i++)
				printf("prop %s\n", mm_all_props[i]->name);
			for (int i = 0; mm_all_stateful[i]; i++)
				printf("stateful %s\n", mm_all_stateful[i]->module);
			return 0;
		}
	END
	mkdir -p fuzz/trace fuzz/targets fuzz/import fuzz/oracle/subject fuzz/record fuzz/mutants
	put fuzz/mutate/mutate.c <<<$'int toy_mutate(void);\nint toy_mutate(void)\n{\n\treturn 1;\n}'
	put fuzz/mutate/libfuzzer.c <<<'extern int toy_mutator;'
	mv embedded.h fuzz/trace/
	mv replay_main.c fuzz/targets/
	put fuzz/mutants/main.c <<<$'int main(void)\n{\n\treturn 0;\n}'
	put fuzz/oracle/subject/subject.c <<<$'void _start(void);\nvoid _start(void)\n{\n\tfor (;;)\n\t\t;\n}'
	put fuzz/oracle/oracle.c <<<$'int toy_oracle(void);\nint toy_oracle(void)\n{\n\treturn 1;\n}'
	put fuzz/record/record.c <<<$'int toy_record(void);\nint toy_record(void)\n{\n\treturn 1;\n}'
	put fuzz/import/import.c <<<$'int toy_import(void);\nint toy_import(void)\n{\n\treturn 1;\n}'
	mkdir -p invariants/property/include invariants/property/suites
	put invariants/property/engine.c <<<$'int toy_theft(void);\nint toy_theft(void)\n{\n\treturn 1;\n}'
	put invariants/property/libtheft.c <<<$'#error "of MM_THEFT=system"'
	put invariants/property/suites/suite.c <<<$'int toy_theft(void);\nint main(void)\n{\n\treturn !toy_theft();\n}'
	put invariants/property/suites/theft_toy.c <<<$'int toy_suite(void);\nint toy_suite(void)\n{\n\treturn 1;\n}'
	cp invariants/property/suites/theft_toy.c invariants/property/suites/property_toy.c
	# A property suite of the harness, with a helper that only it may pull in.
	put invariants/engine/import_prop.c <<-'END'
		#include "invariants/engine/prop_stateful.h"
		extern const struct mm_prop mm_import_props[];
		int toy_helper(void);
		extern const struct mm_stateful mm_ram_stateful;
		const struct mm_prop mm_import_props[] = {{"import.holds"}, {0}};
		const struct mm_stateful mm_ram_stateful = {"ram"};
	END
	put invariants/engine/import_help.c <<-'END'
		int toy_helper(void);
		int toy_import(void);
		int toy_helper(void)
		{
			return toy_import();
		}
	END
	put fuzz/trace/decode.c <<-'END'
		int toy_decode(int byte);
		int toy_decode(int byte)
		{
			return byte > 3 ? byte * 2 : byte;
		}
	END
	put fuzz/command/main.c <<-'END'
		#include <stdio.h>
		#include "fuzz/trace/embedded.h"
		#include "mm/check.h"
		#include "mm/ctx.h"
		#include "mm/ops.h"
		int mm_boot_all(struct mm_ctx *x);
		int main(int argc, char **argv)
		{
			struct mm_ctx x = {0};
			if (argc > 1)
				return fputs(argv[1][0] == 'l' ? mm_embedded_optable_lock :
						mm_embedded_targets[0].text, stdout) < 0;
			printf("booted %d\n", mm_boot_all(&x));
			for (int i = 0; mm_boot_hooks[i].module; i++)
				printf("boot %s\n", mm_boot_hooks[i].module);
			for (int i = 0; mm_all_invs[i]; i++)
				printf("inv %s %s\n", mm_all_inv_modules[i], mm_all_invs[i]->id);
			for (int i = 0; mm_all_models[i]; i++)
				printf("model %s\n", mm_all_models[i]->name);
			for (int i = 0; mm_all_optables[i]; i++)
				printf("ops %s\n", mm_all_optables[i]->module);
			for (int i = 0; mm_embedded_targets[i].name; i++)
				printf("target %s\n", mm_embedded_targets[i].name);
			return 0;
		}
	END
	put fuzz/targets/properties.c <<-'END'
		#include <stddef.h>
		#include <stdint.h>
		int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
		int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
		{
			return data && size ? 0 : -1;
		}
	END
	put fuzz/targets/harness.c <<-'END'
		#include <limits.h>
		#include <stdint.h>
		#include <string.h>
		#include "mm/zone.h"
		int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
		int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
		{
			int big = INT_MAX;
			if (size == 5 && memcmp(data, "over", 4) == 0)
				big = data[size];
			if (size == 5 && memcmp(data, "wrap", 4) == 0)
				big += mm_zone_value();
			return big > 0 && mm_zone_value() && strlen(MM_TARGET) == 3 ? 0 : -1;
		}
	END
	# More than the 4095 bytes of a string literal, and bytes that are not ASCII.
	for ((i = 0; i < 300; i++)); do
		printf 'line %d "quoted" \\ ?""?/ \xc3\xa9 $<x> ${y} @z@ ;[]\n' $i
	done >fuzz/optable.lock
	printf 'machine ram=4M\n' >fuzz/targets/toy.target
}

(make_toy "$work/tree" && toy_harness) || exit 1

# ---- gcc, sanitizers, file replay ----
san=-DMM_SANITIZE=address,undefined
if build_all gcc -DCMAKE_C_COMPILER=gcc $san; then pass; else fail "gcc build"; fi
put "$work/wanted" <<'END'
booted 2
boot ram
boot page
inv list list.sound
inv ram ram.sound
inv page page.sound
inv zone zone.sound
model zone
ops list
ops ram
ops clock
ops page
ops zone
target toy
END
"$work/gcc/mmref" >"$log"
if cmp -s "$work/wanted" "$log"; then pass; else fail "the generated lists"; fi
run "the property list" 0 "prop clock.holds" "$work/gcc/mmref-prop"
run "the harness's own properties" 0 "prop import.holds" "$work/gcc/mmref-prop"
run "a stateful row" 0 "stateful ram" "$work/gcc/mmref-prop"
"$work/gcc/mmref" lock >"$log"
if cmp -s "$work/tree/fuzz/optable.lock" "$log"; then pass; else fail "embedded optable.lock"; fi
run "an embedded target" 0 "machine ram=4M" "$work/gcc/mmref" target
grep '^CMAKE_C_FLAGS:' "$work/gcc/CMakeCache.txt" >"$log"
if [ "$(cat "$log")" = "CMAKE_C_FLAGS:STRING=" ]; then pass; else fail "flags are global"; fi

# A changed target travels at the next build.
printf 'machine ram=8M\n' >"$work/tree/fuzz/targets/toy.target"
cmake --build "$work/gcc" >"$log" 2>&1
run "a changed target" 0 "machine ram=8M" "$work/gcc/mmref" target

inputs=$work/inputs
mkdir -p "$inputs/deeper" "$work/empty"
: >"$inputs/empty"
printf 'abc' >"$inputs/abc"
printf 'over.' >"$work/over"
printf 'wrap.' >"$work/wrap"
fuzz=$work/gcc/fuzz_toy
run "replay of a folder and a file" 0 "3 inputs replayed" "$fuzz" "$inputs" "$inputs/abc"
run "replay names files" 0 "$inputs/abc" "$fuzz" --verbose -- "$inputs"
run "replay help" 0 "usage:" "$fuzz" --help
run "replay of nothing" 4 "nothing run: no file or folder was given" "$fuzz"
run "replay of an empty folder" 4 "nothing run: the folders given hold no files" "$fuzz" "$work/empty"
run "replay of a missing file" 3 "$work/none: No such file or directory" "$fuzz" "$work/none"
run "replay with an unknown option" 2 "unknown option -runs=1" "$fuzz" -runs=1
run "a read past the input is seen" 1 "heap-buffer-overflow" "$fuzz" "$work/over"
run "undefined behaviour ends the run" 1 "signed integer overflow" "$fuzz" "$work/wrap"

# ---- leaving out, warnings, options ----
if build_all without -DCMAKE_C_COMPILER=gcc -DMM_WITHOUT=clock; then pass; else fail "without clock"; fi
"$work/without/mmref" >"$log"
if grep -q clock "$log"; then fail "clock is left out and still listed"; else pass; fi
symbols() {
	bash "$here/../../invariants/source/check.sh" --root "$work/tree" \
		--library "$work/without/libmmref.a" data names
}
put "$work/tree/invariants/source/allowed.txt" <<-END
	names gen/registry_ref.c:mm_boot_hooks 2026-11-25 the list that boot.c walks
END
run "plain objects are clean" 0 "2 rules, 0 skipped: 0 findings" symbols
sed -i '1i int mm_loose;\nint loose(int a, unsigned b);\nint loose(int a, unsigned b) { return a < b; }' \
	"$work/tree/ref/phys/zone.c"
run "a warning breaks the build" bad "sign-compare" cmake --build "$work/gcc"
if build_all without -DMM_WERROR=OFF; then pass; else fail "MM_WERROR=OFF"; fi
run "writable data is seen" 1 "ref/phys/zone.c:1: data: mm_loose is writable data" symbols
run "a foreign name is seen" 1 "ref/phys/zone.c:2: names: loose is global" symbols
sed -i '1,3d' "$work/tree/ref/phys/zone.c"
run "an unknown engine" 1 'MM_ENGINE: "other" is no engine' configure bad -DMM_ENGINE=other
run "an unknown property engine" 1 'MM_THEFT: "other" is no property engine' \
	configure bad -DMM_ENGINE=none -DMM_THEFT=other
run "libfuzzer with gcc" 1 "libfuzzer needs clang, not GNU" \
	configure bad -DMM_THEFT=bundled -DMM_ENGINE=libfuzzer -DCMAKE_C_COMPILER=gcc
run "afl with gcc" 1 "afl needs an AFL++ compiler" configure bad -DMM_ENGINE=afl
run "coverage with gcc" 1 "coverage needs clang, not GNU" \
	configure bad -DMM_ENGINE=none -DMM_SANITIZE=coverage

run "external without an engine" 1 "external, and the environment has no LIB_FUZZING_ENGINE" \
	configure bad -DMM_ENGINE=external -DLIB_FUZZING_ENGINE= -DMM_SANITIZE=
run "external with an archive that is not there" 1 "there is no /nowhere/engine.a" \
	configure bad -DMM_ENGINE=external -DLIB_FUZZING_ENGINE=/nowhere/engine.a
run "external with sanitizers of our own" 1 "external takes its sanitizers from CFLAGS" \
	configure bad -DMM_ENGINE=external -DLIB_FUZZING_ENGINE=-fsanitize=fuzzer $san

# ---- clang and libFuzzer ----
clang=$(command -v clang-14 || command -v clang)
if [ -z "$clang" ]; then
	echo "libfuzzer: skipped: found no clang"
elif build_all libfuzzer "-DCMAKE_C_COMPILER=$clang" -DMM_ENGINE=libfuzzer $san; then
	pass
	run "libFuzzer runs the target" 0 "Done 100 runs" "$work/libfuzzer/fuzz_toy" -runs=100 -seed=1
	run "programs without the fuzzer's main" 0 "booted 2" "$work/libfuzzer/mmref"
	nm -A "$work"/libfuzzer/libmmref*.a >"$log"
	for object in zone.c.o zone_ops.c.o; do
		if grep -q "$object:.*__sancov" "$log"; then pass; else fail "$object is not instrumented"; fi
	done
	if grep -q "decode.c.o:.*__sancov" "$log"; then
		fail "the decoder is instrumented"
	else
		pass
	fi
else
	fail "libfuzzer build"
fi

# ---- flags and engine from the environment, as services give them ----
external=(-DMM_ENGINE=external "-DCMAKE_C_COMPILER=$clang" "-DCMAKE_CXX_COMPILER=${clang/clang/clang++}"
	"-DCMAKE_C_FLAGS=-fsanitize=address,fuzzer-no-link" "-DCMAKE_CXX_FLAGS=-fsanitize=address,fuzzer-no-link"
	-DLIB_FUZZING_ENGINE=-fsanitize=fuzzer)
if [ -z "$clang" ]; then
	echo "external: skipped: found no clang"
elif build_all external "${external[@]}"; then
	pass
	run "the engine given links and runs" 0 "Done 100 runs" "$work/external/fuzz_toy" -runs=100 -seed=1
	nm -A "$work"/external/libmmref*.a >"$log"
	for object in zone.c.o zone_ops.c.o; do
		if grep -q "$object:.*__sancov" "$log"; then pass; else fail "$object is not instrumented"; fi
	done
	if grep -q "decode.c.o:.*__sancov" "$log"; then
		fail "the decoder is instrumented by the flags given"
	else
		pass
	fi
else
	fail "external build"
fi

# ---- installing ----
if cmake --install "$work/without" --prefix "$work/prefix" >"$log" 2>&1; then pass; else fail "install"; fi
put "$work/user/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(user C)
find_package(mmref 0.1 REQUIRED)
add_executable(user user.c)
target_link_libraries(user mmref::mmref)
END
put "$work/user/user.c" <<'END'
#include "mm/zone.h"
int main(void)
{
	return mm_zone_value() - 1;
}
END
if cmake -S "$work/user" -B "$work/user/build" "-DCMAKE_PREFIX_PATH=$work/prefix" >"$log" 2>&1 &&
	cmake --build "$work/user/build" >"$log" 2>&1 && "$work/user/build/user"; then
	pass
else
	fail "a project that uses the installed package"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
