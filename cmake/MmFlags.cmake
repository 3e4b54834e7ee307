# SPDX-License-Identifier: MIT
#
# Options and flags. Flags are properties of our targets, never global, so that
# a project that embeds the library keeps its own.
include_guard()

set(MM_ENGINE none CACHE STRING "fuzz engine: none (file replay) | libfuzzer | afl")
set(MM_SANITIZE "" CACHE STRING "comma-separated -fsanitize= names; coverage adds llvm-cov flags")
set(MM_WITHOUT "" CACHE STRING "modules to leave out, separated by ;")
option(MM_BENCH "build mmref-bench when libbenchmark is there" ON)
option(MM_WERROR "warnings are errors" ON)

set_property(CACHE MM_ENGINE PROPERTY STRINGS none libfuzzer afl)

set(MM_WARNINGS -pedantic -Wall -Wextra -Wshadow -Wconversion -Wvla -Wundef
	-Wimplicit-fallthrough -Wswitch-enum -Wunreachable-code
	$<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
	$<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>)

function(mm_refuse_bad_options)
	if(NOT MM_ENGINE MATCHES "^(none|libfuzzer|afl)$")
		mm_refuse("MM_ENGINE" "\"${MM_ENGINE}\" is no engine" "use none, libfuzzer or afl")
	endif()
	if(MM_ENGINE STREQUAL "libfuzzer" AND NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
		mm_refuse("MM_ENGINE" "libfuzzer needs clang, not ${CMAKE_C_COMPILER_ID}"
			"configure with -DCMAKE_C_COMPILER=clang-14")
	endif()
	if(MM_ENGINE STREQUAL "afl" AND NOT CMAKE_C_COMPILER MATCHES "afl-")
		mm_refuse("MM_ENGINE" "afl needs an AFL++ compiler, not ${CMAKE_C_COMPILER}"
			"configure with -DCMAKE_C_COMPILER=afl-clang-fast\n(afl-gcc-fast of Debian 12 does not start)")
	endif()
	if(MM_SANITIZE MATCHES "coverage" AND NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
		mm_refuse("MM_SANITIZE" "coverage needs clang, not ${CMAKE_C_COMPILER_ID}"
			"configure with -DCMAKE_C_COMPILER=clang-14")
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

# mm_flags(TARGET [INSTRUMENT]): INSTRUMENT lets the fuzz engine see the target's
# branches. The library and the operations need it, or the fuzzer learns nothing;
# decoder, mutator and harness must not have it, or it learns our decoder.
function(mm_flags target)
	cmake_parse_arguments(PARSE_ARGV 1 arg "INSTRUMENT" "" "")
	set_target_properties(${target} PROPERTIES
		C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
		CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
	target_compile_definitions(${target} PRIVATE _DEFAULT_SOURCE)
	mm_sanitize_flags(sanitize)
	# Reports and messages name files as git does, wherever the tree lies.
	target_compile_options(${target} PRIVATE ${MM_WARNINGS} ${sanitize}
		"-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=")
	target_link_options(${target} PRIVATE ${sanitize})
	if(MM_WERROR)
		target_compile_options(${target} PRIVATE -Werror)
	endif()
	# UBSan in claims, models and decoder doubles what an input costs. What is
	# searched keeps it; the rest runs under it in the dev and clang builds.
	if(NOT MM_ENGINE STREQUAL "none" AND NOT arg_INSTRUMENT AND MM_SANITIZE MATCHES "undefined")
		target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
	endif()
	if(MM_ENGINE STREQUAL "libfuzzer")
		if(arg_INSTRUMENT)
			# Hooks on comparisons cost a third of a run, most of it in hashing
			# the digest, and found no features: operations hold no magic values.
			target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link
				-fno-sanitize-coverage=trace-cmp)
		endif()
		# Programs without the fuzzer's main still need its counters' runtime.
		target_link_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
	endif()
endfunction()
