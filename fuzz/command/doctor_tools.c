/* SPDX-License-Identifier: MIT */
/*
 * doctor_tools: compilers, what comes with them, and libraries.  That a file is
 * there says little of a sanitizer, so a program is built with it and run.
 */
#include "fuzz/command/doctor.h"

#include <stddef.h>

/* A folder that goes away, and in it t.c: a program, or a fuzz target. */
#define IN_SCRATCH                                                                                 \
	"d=$(mktemp -d 2>/dev/null) || { echo 'no temporary folder'; exit 1; }; "                  \
	"trap 'rm -rf \"$d\"' EXIT; cd \"$d\" || exit 1; "
#define PROGRAM "echo 'int main(void) { return 0; }' >t.c; "
#define TARGET                                                                                     \
	"echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n);"                        \
	"int LLVMFuzzerTestOneInput(const char *d, unsigned long n)"                               \
	"{ return d && n > 4096; }' >t.c; "
#define CLANG     "c=$(command -v clang-14 || command -v clang) || { echo 'no clang'; exit 1; }; "
#define SANITIZED "-fsanitize=address,undefined t.c -o t 2>/dev/null"

/* Address spaces of more than 28 random bits kill clang 14's runtime now and
 * then, so one good run proves nothing. */
#define MANY_BITS                                                                                  \
	"b=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 28); "                             \
	"if [ \"$b\" -gt 28 ] && $c --version | grep -q 'version 1[0-7]'; then "                   \
	"echo \"builds and runs, but vm.mmap_rnd_bits is $b: may die at start\"; exit 2; fi; "

#define HEADER(lang, name)                                                                         \
	"if echo '#include <" name ">' | ${CC:-cc} -x " lang                                       \
	" -E - >/dev/null 2>&1; then echo " name "; else echo 'no " name "'; exit 1; fi"
#define PROGRAM_LINE(name, how) "p=$(command -v " name ") || { echo none; exit 1; }; $p " how

/* A program for another architecture, built and run. */
#define EMULATED(emulator, compiler)                                                               \
	IN_SCRATCH PROGRAM "p=$(command -v " emulator ") || { echo 'no " emulator "'; exit 1; }; " \
			   "command -v " compiler " >/dev/null || { echo 'no " compiler            \
			   "'; exit 2; }; " compiler                                               \
			   " -static t.c -o t 2>/dev/null || { echo 'does not link'; exit 2; }; "  \
			   "$p ./t 2>/dev/null || { echo 'builds, does not run'; exit 2; }; "      \
			   "$p --version | head -n 1"

const struct complaint doctor_tools[] = {
	{"gcc", "builds: presets release, dev, fuzz's checks",
	 PROGRAM_LINE("gcc", "--version | head -n 1"), "apt-get install build-essential"},
	{"clang", "builds: presets clang, fuzz, cov", CLANG "$c --version | head -n 1",
	 "apt-get install clang-14 llvm-14 libclang-rt-14-dev"},
	{"cmake", "all builds (3.25 or newer)",
	 "v=$(cmake --version 2>/dev/null | sed -n 's/^cmake version //p'); "
	 "[ -n \"$v\" ] || { echo none; exit 1; }; echo \"$v\"; "
	 "printf '3.25\\n%s\\n' \"$v\" | sort -VC || exit 2",
	 "apt-get install cmake"},
	{"ninja", "quicker builds; make does without", PROGRAM_LINE("ninja", "--version"),
	 "apt-get install ninja-build"},
	{"sanitizers-gcc", "preset dev: ASan and UBSan",
	 IN_SCRATCH PROGRAM "gcc " SANITIZED " || { echo 'does not build'; exit 1; }; "
			    "./t 2>/dev/null || { echo 'builds, does not run'; exit 2; }; "
			    "echo 'builds and runs'",
	 "apt-get install build-essential (dies at start: setarch -R COMMAND)"},
	{"sanitizers-clang", "presets clang and fuzz: ASan and UBSan",
	 IN_SCRATCH PROGRAM CLANG "$c " SANITIZED
				  " || { echo 'does not build'; exit 1; }; " MANY_BITS
				  "./t 2>/dev/null || { echo 'builds, does not run'; exit 2; }; "
				  "echo 'builds and runs'",
	 "apt-get install libclang-rt-14-dev; more than 28 bits: sysctl vm.mmap_rnd_bits=28, or "
	 "setarch -R COMMAND (./run does it)"},
	{"libfuzzer", "./run fuzz, mmref fuzz --engine libfuzzer",
	 IN_SCRATCH TARGET CLANG "$c -fsanitize=fuzzer t.c -o t 2>/dev/null || "
				 "{ echo 'does not link'; exit 1; }; echo 'links'",
	 "apt-get install libclang-rt-14-dev"},
	{"afl++", "preset afl", PROGRAM_LINE("afl-clang-fast", "--version 2>&1 | head -n 1"),
	 "apt-get install afl++"},
	{"clang-format", "./run format (14 exactly)", PROGRAM_LINE("clang-format-14", "--version"),
	 "apt-get install clang-format-14"},
	{"clang-tidy", "./run tidy (14 exactly)",
	 PROGRAM_LINE("clang-tidy-14", "--version | grep -i 'version'"),
	 "apt-get install clang-tidy-14"},
	{"zlib", "all builds: compressed recordings", HEADER("c", "zlib.h"),
	 "apt-get install zlib1g-dev"},
	{"libbenchmark", "mmref-bench", HEADER("c++", "benchmark/benchmark.h"),
	 "apt-get install g++ libbenchmark-dev"},
	{"jansson", "mmref-bench-compare", HEADER("c", "jansson.h"),
	 "apt-get install libjansson-dev"},
	{"qemu-arm64", "./run cross: the same digests on arm64",
	 EMULATED("qemu-aarch64", "aarch64-linux-gnu-gcc"),
	 "apt-get install qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross"},
	{"qemu-s390x", "./run cross: the same digests on s390x (big endian)",
	 EMULATED("qemu-s390x", "s390x-linux-gnu-gcc"),
	 "apt-get install qemu-user gcc-s390x-linux-gnu libc6-dev-s390x-cross"},
	{NULL, NULL, NULL, NULL},
};
