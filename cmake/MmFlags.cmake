# SPDX-License-Identifier: MIT
#
# Options and flags. Flags are properties of our targets, never global, so that
# a project that embeds the library keeps its own.
include_guard()

set(MM_ENGINE none CACHE STRING "fuzz engine: none (file replay) | libfuzzer | afl | external")
set(MM_SANITIZE "" CACHE STRING "comma-separated -fsanitize= names; coverage adds llvm-cov flags")
set(MM_THEFT bundled CACHE STRING "engine of the property suites: bundled | system (a libtheft found by pkg-config)")
set(MM_WITHOUT "" CACHE STRING "modules to leave out, separated by ;")
option(MM_BENCH "build mmref-bench when libbenchmark is there" ON)
option(MM_WERROR "warnings are errors" ON)

set_property(CACHE MM_THEFT PROPERTY STRINGS bundled system)
set_property(CACHE MM_ENGINE PROPERTY STRINGS none libfuzzer afl external)

# What a fuzzing service calls the engine it links: a flag, or an archive. Its other
# flags come as CFLAGS and CXXFLAGS, which CMake takes by itself.
set(LIB_FUZZING_ENGINE "$ENV{LIB_FUZZING_ENGINE}" CACHE STRING "engine of MM_ENGINE=external")

set(MM_WARNINGS -pedantic -Wall -Wextra -Wshadow -Wconversion -Wvla -Wundef
	-Wimplicit-fallthrough -Wswitch-enum -Wunreachable-code
	$<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
	$<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>)

function(mm_refuse_bad_options)
	if(NOT MM_ENGINE MATCHES "^(none|libfuzzer|afl|external)$")
		mm_refuse("MM_ENGINE" "\"${MM_ENGINE}\" is no engine" "use none, libfuzzer, afl or external")
	endif()
	if(NOT MM_THEFT MATCHES "^(bundled|system)$")
		mm_refuse("MM_THEFT" "\"${MM_THEFT}\" is no property engine" "use bundled or system")
	endif()
	if(MM_ENGINE STREQUAL "libfuzzer" AND NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
		mm_refuse("MM_ENGINE" "libfuzzer needs clang, not ${CMAKE_C_COMPILER_ID}"
			"configure with -DCMAKE_C_COMPILER=clang-14")
	endif()
	if(MM_ENGINE STREQUAL "afl" AND NOT CMAKE_C_COMPILER MATCHES "afl-")
		mm_refuse("MM_ENGINE" "afl needs an AFL++ compiler, not ${CMAKE_C_COMPILER}"
			"configure with -DCMAKE_C_COMPILER=afl-clang-fast\n(afl-gcc-fast of Debian 12 does not start)")
	endif()
	mm_refuse_bad_external()
	if(MM_SANITIZE MATCHES "coverage" AND NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
		mm_refuse("MM_SANITIZE" "coverage needs clang, not ${CMAKE_C_COMPILER_ID}"
			"configure with -DCMAKE_C_COMPILER=clang-14")
	endif()
endfunction()

function(mm_refuse_bad_external)
	if(NOT MM_ENGINE STREQUAL "external")
		return()
	endif()
	if(LIB_FUZZING_ENGINE STREQUAL "")
		mm_refuse("MM_ENGINE" "external, and the environment has no LIB_FUZZING_ENGINE"
			"set it to what links the engine: -fsanitize=fuzzer, or the path of an archive")
	endif()
	if(NOT LIB_FUZZING_ENGINE MATCHES "^-" AND NOT EXISTS "${LIB_FUZZING_ENGINE}")
		mm_refuse("LIB_FUZZING_ENGINE" "there is no ${LIB_FUZZING_ENGINE}" "name a flag or an archive that exists")
	endif()
	if(MM_SANITIZE)
		mm_refuse("MM_SANITIZE" "external takes its sanitizers from CFLAGS" "leave MM_SANITIZE empty")
	endif()
endfunction()

# Compile and link flags of MM_SANITIZE.
function(mm_sanitize_flags out)
	string(REPLACE "," ";" names "${MM_SANITIZE}")
	set(flags)
	if("coverage" IN_LIST names)
		list(REMOVE_ITEM names coverage)
		list(APPEND flags -fprofile-instr-generate -fcoverage-mapping)
	endif()
	if(names)
		list(JOIN names "," joined)
		# UBSan goes on after a report unless told not to, and then exits 0.
		list(APPEND flags "-fsanitize=${joined}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
	endif()
	set(${out} "${flags}" PARENT_SCOPE)
endfunction()

# mm_flags(TARGET [INSTRUMENT] [PLAIN]): INSTRUMENT lets the fuzz engine see the
# target's branches. The library and the operations need it, or the fuzzer learns
# nothing; decoder, mutator and harness must not have it, or it learns our decoder.
# PLAIN: without sanitizers too, for what is loaded into a program that has none.
function(mm_flags target)
	cmake_parse_arguments(PARSE_ARGV 1 arg "INSTRUMENT;PLAIN" "" "")
	set_target_properties(${target} PROPERTIES
		C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
		CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
	target_compile_definitions(${target} PRIVATE _DEFAULT_SOURCE)
	mm_sanitize_flags(sanitize)
	if(arg_PLAIN)
		set(sanitize)
	endif()
	# Reports and messages name files as git does, wherever the tree lies, and also
	# when a compiler cache (CCACHE_BASEDIR) passes the compiler relative names.
	file(RELATIVE_PATH to_source "${CMAKE_BINARY_DIR}" "${CMAKE_SOURCE_DIR}")
	target_compile_options(${target} PRIVATE ${MM_WARNINGS} ${sanitize}
		"-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=" "-fmacro-prefix-map=${to_source}=")
	target_link_options(${target} PRIVATE ${sanitize})
	if(MM_WERROR)
		target_compile_options(${target} PRIVATE -Werror)
	endif()
	# UBSan in claims, models and decoder doubles what an input costs. What is
	# searched keeps it; the rest runs under it in the dev and clang builds.
	if(NOT MM_ENGINE STREQUAL "none" AND NOT arg_INSTRUMENT AND sanitize MATCHES "undefined")
		target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
	endif()
	mm_engine_flags(${target} "${arg_INSTRUMENT}")
endfunction()

# Hooks on comparisons cost a third of a run, most of it in hashing the digest,
# and found no features: operations hold no magic values.
function(mm_engine_flags target instrument)
	if(MM_ENGINE STREQUAL "libfuzzer")
		if(instrument)
			target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link
				-fno-sanitize-coverage=trace-cmp)
		endif()
		# Programs without the fuzzer's main still need its counters' runtime.
		target_link_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
	elseif(MM_ENGINE STREQUAL "external" AND instrument AND CMAKE_C_COMPILER_ID MATCHES "Clang")
		target_compile_options(${target} PRIVATE -fno-sanitize-coverage=trace-cmp)
	elseif(MM_ENGINE MATCHES "^(afl|external)$" AND NOT instrument)
		mm_not_instrumented(${target})
	endif()
endfunction()

# Everything is instrumented there, by CFLAGS or by the compiler's own pass: take
# it away again. Sanitizers and coverage reports of sources stay.
function(mm_not_instrumented target)
	if(CMAKE_C_COMPILER MATCHES "afl-")
		target_compile_options(${target} PRIVATE --afl-noopt)
	endif()
	if(CMAKE_C_COMPILER_ID MATCHES "Clang")
		target_compile_options(${target} PRIVATE -fno-sanitize=fuzzer-no-link
			-fno-sanitize-coverage=func,bb,edge,trace-pc,trace-pc-guard,inline-8bit-counters
			-fno-sanitize-coverage=pc-table,trace-cmp,indirect-calls,stack-depth)
	endif()
endfunction()
