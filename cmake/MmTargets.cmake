# SPDX-License-Identifier: MIT
#
# Libraries and programs out of the files that the modules have.
#
#   mmref          library: ref/ and the boot list; needs nothing but libc
#   mmref-checks   library: invariants, models, the engine, cross checks
#   mmref-trace    library: operations, the trace language, targets
#   mmref-mutate   library: inputs that become others, operation by operation
#   mmref-import   library: readers of recordings and of /proc (zlib)
#   mmref-oracle   library: a real kernel's numbers held against the formulas
#   mmref-record   library: a command run and recorded
#   mmref-theft    library: the property engine, or what a libtheft lacks of it
#   mmref-props    library: all properties, and what runs them
#   mmref-subject  the process that `mmref oracle linux` compares with, beside it
#   mmref-cli      the command, build/.../mmref
#   mmref-prop     all properties in one program
#   theft-suites, property-suites   tests of the property engine
#   mmref-mutants  lists what could be written wrong in a file of C
#   mmref-bench    all benchmarks in one program; mmref-bench-compare beside it
#   mmref-afl-mutator.so   the mutator for afl-fuzz, in builds for AFL++
#   fuzz_NAME      one program per fuzz/targets/NAME.target; fuzz_properties for all properties
include_guard()

function(mm_add_targets)
	mm_write_registries()
	mm_library_ref()
	mm_library_checks()
	mm_library_trace()
	mm_library_mutate()
	mm_library_import()
	mm_library_oracle()
	mm_library_record()
	mm_library_theft()
	mm_library_props()
	mm_program_command()
	mm_program_subject()
	mm_program_prop()
	mm_programs_suites()
	mm_program_mutants()
	mm_program_bench()
	mm_programs_fuzz()
	mm_module_afl()
endfunction()

# Harness files of folders; the build looks again each time.
function(mm_harness_files out)
	set(patterns)
	foreach(folder IN LISTS ARGN)
		list(APPEND patterns "${CMAKE_SOURCE_DIR}/${folder}/*.c")
	endforeach()
	file(GLOB files CONFIGURE_DEPENDS ${patterns})
	set(${out} "${files}" PARENT_SCOPE)
endfunction()

function(mm_library_ref)
	mm_files(files code)
	mm_harness_files(core ref/core)
	add_library(mmref STATIC ${core} ${files} "${MM_GEN}/registry_ref.c")
	add_library(mmref::mmref ALIAS mmref)
	target_include_directories(mmref PUBLIC
		"$<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
	mm_flags(mmref INSTRUMENT)
endfunction()

function(mm_library_checks)
	mm_files(checks checks)
	mm_files(models model)
	list(FILTER models INCLUDE REGEX "\\.c$")
	mm_harness_files(engine invariants/engine invariants/cross)
	mm_suite_files(suites)
	mm_runner_files(runner)
	list(REMOVE_ITEM engine ${suites} ${runner} "${CMAKE_SOURCE_DIR}/invariants/engine/prop_main.c")
	add_library(mmref-checks STATIC ${checks} ${models} ${engine}
		"${MM_GEN}/registry_checks.c")
	target_include_directories(mmref-checks PUBLIC "${CMAKE_SOURCE_DIR}")
	target_link_libraries(mmref-checks PUBLIC mmref)
	mm_flags(mmref-checks)
endfunction()

# Operations are compiled apart because the fuzzer must see into them, and must
# not see into the decoder beside them.
function(mm_library_trace)
	mm_files(operations operations)
	mm_harness_files(trace fuzz/trace)
	add_library(mmref-ops OBJECT ${operations} "${MM_GEN}/registry_ops.c")
	target_link_libraries(mmref-ops PUBLIC mmref-checks)
	mm_flags(mmref-ops INSTRUMENT)
	add_library(mmref-trace STATIC $<TARGET_OBJECTS:mmref-ops> ${trace} "${MM_GEN}/embedded.c")
	target_link_libraries(mmref-trace PUBLIC mmref-checks)
	mm_flags(mmref-trace)
endfunction()

# What the engines call lies in a file of its own, for the engine that is built.
function(mm_library_mutate)
	mm_harness_files(mutate fuzz/mutate)
	list(FILTER mutate EXCLUDE REGEX "/(libfuzzer|afl)\\.c$")
	add_library(mmref-mutate STATIC ${mutate})
	target_link_libraries(mmref-mutate PUBLIC mmref-trace)
	mm_flags(mmref-mutate)
endfunction()

# afl-fuzz loads the mutator into itself: all it needs, compiled once more without
# sanitizers and instrumentation.
function(mm_module_afl)
	if(NOT MM_ENGINE STREQUAL "afl")
		return()
	endif()
	set(sources "${CMAKE_SOURCE_DIR}/fuzz/mutate/afl.c")
	foreach(library mmref mmref-checks mmref-ops mmref-trace mmref-mutate)
		get_target_property(files ${library} SOURCES)
		list(FILTER files EXCLUDE REGEX "TARGET_OBJECTS")
		list(APPEND sources ${files})
	endforeach()
	add_library(mmref-afl-mutator MODULE ${sources})
	set_target_properties(mmref-afl-mutator PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden)
	target_include_directories(mmref-afl-mutator PRIVATE
		"${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/include")
	mm_flags(mmref-afl-mutator PLAIN)
	# No main of the compiler's that would ask for AFL++'s runtime.
	target_link_options(mmref-afl-mutator PRIVATE --afl-noopt)
endfunction()

function(mm_library_import)
	find_package(ZLIB REQUIRED)
	mm_harness_files(import fuzz/import)
	add_library(mmref-import STATIC ${import})
	target_link_libraries(mmref-import PUBLIC mmref-trace ZLIB::ZLIB)
	mm_flags(mmref-import)
endfunction()

function(mm_library_oracle)
	mm_harness_files(oracle fuzz/oracle fuzz/oracle/live)
	add_library(mmref-oracle STATIC ${oracle})
	target_link_libraries(mmref-oracle PUBLIC mmref-import)
	target_compile_definitions(mmref-oracle PRIVATE _GNU_SOURCE) # memfd_create, O_TMPFILE
	mm_flags(mmref-oracle)
endfunction()

# The process whose address space is compared: no library, no sanitizer, nothing where
# the window is, and a last segment that ends where its heap is to begin.
function(mm_program_subject)
	if(MM_ENGINE STREQUAL "external" OR CMAKE_C_FLAGS MATCHES "-fsanitize")
		message(STATUS "mmref-subject: skipped: flags from outside may need a library")
		return()
	endif()
	if(NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64" OR NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
		message(STATUS "mmref-subject: skipped: its few instructions are of x86-64 Linux")
		return()
	endif()
	add_executable(mmref-subject fuzz/oracle/subject/subject.c)
	target_include_directories(mmref-subject PRIVATE "${CMAKE_SOURCE_DIR}")
	target_compile_definitions(mmref-subject PRIVATE _GNU_SOURCE) # REG_EFL, MAP_STACK
	mm_flags(mmref-subject PLAIN)
	if(CMAKE_C_COMPILER MATCHES "afl-")
		target_compile_options(mmref-subject PRIVATE --afl-noopt)
		target_link_options(mmref-subject PRIVATE --afl-noopt)
	endif()
	target_compile_options(mmref-subject PRIVATE -O1 -ffreestanding -fno-builtin -fno-pic -fno-pie
		-fno-stack-protector -fcf-protection=none)
	if(MM_ENGINE STREQUAL "libfuzzer")
		target_link_options(mmref-subject PRIVATE -fno-sanitize=fuzzer-no-link)
	endif()
	target_link_options(mmref-subject PRIVATE -static -nostdlib -nostartfiles
		-Wl,--build-id=none -Wl,-z,noexecstack "-Wl,--section-start=.heapmark=0x100000040000")
	add_dependencies(mmref-cli mmref-subject)
endfunction()

function(mm_library_record)
	mm_harness_files(record fuzz/record)
	add_library(mmref-record STATIC ${record})
	target_link_libraries(mmref-record PUBLIC mmref-import)
	target_compile_definitions(mmref-record PRIVATE _GNU_SOURCE) # pipe2, tdestroy
	mm_flags(mmref-record)
endfunction()

# Suites include <theft.h> and link this, whichever engine it is. The headers of
# bundled are found by those who link it alone, never installed: another libtheft
# of the system keeps its own.
function(mm_library_theft)
	mm_harness_files(engine invariants/property)
	if(MM_THEFT_MISSING)
		message(STATUS "mmref-theft: skipped: ${MM_THEFT_MISSING}")
		return()
	elseif(MM_THEFT STREQUAL "system")
		list(FILTER engine INCLUDE REGEX "/(libtheft|cover|report|report_tap|report_junit)\\.c$")
		add_library(mmref-theft STATIC ${engine})
		target_link_libraries(mmref-theft PUBLIC PkgConfig::MM_LIBTHEFT m)
	else()
		list(FILTER engine EXCLUDE REGEX "/libtheft\\.c$")
		add_library(mmref-theft STATIC ${engine})
		target_include_directories(mmref-theft PUBLIC "${CMAKE_SOURCE_DIR}/invariants/property/include")
		target_link_libraries(mmref-theft PUBLIC m)
	endif()
	target_include_directories(mmref-theft PUBLIC "${CMAKE_SOURCE_DIR}")
	mm_flags(mmref-theft)
endfunction()

function(mm_program_command)
	mm_harness_files(command fuzz/command)
	add_executable(mmref-cli ${command})
	set_target_properties(mmref-cli PROPERTIES OUTPUT_NAME mmref)
	target_link_libraries(mmref-cli PRIVATE mmref-oracle mmref-record)
	target_compile_definitions(mmref-cli PRIVATE "MM_VERSION=\"${PROJECT_VERSION}\"")
	if(MM_ENGINE STREQUAL "libfuzzer")
		target_compile_definitions(mmref-cli PRIVATE MM_HAVE_LIBFUZZER=1)
	else()
		target_compile_definitions(mmref-cli PRIVATE MM_HAVE_LIBFUZZER=0)
	endif()
	mm_flags(mmref-cli)
	mm_dictionaries()
endfunction()

# NAME.dict beside fuzz_NAME, for engines that take one.
function(mm_dictionaries)
	if(MM_ENGINE STREQUAL "none")
		return()
	endif()
	mm_fuzz_targets(targets)
	foreach(target IN LISTS targets)
		add_custom_command(TARGET mmref-cli POST_BUILD
			COMMAND mmref-cli corpus dict ${target} -o "${CMAKE_BINARY_DIR}/${target}.dict" VERBATIM)
	endforeach()
endfunction()

# What runs properties, for mmref-prop and for the fuzzer.
function(mm_runner_files out)
	mm_harness_files(runner invariants/engine)
	list(FILTER runner INCLUDE REGEX "/prop_[a-z]*\\.c$")
	list(REMOVE_ITEM runner "${CMAKE_SOURCE_DIR}/invariants/engine/prop_main.c")
	set(${out} "${runner}" PARENT_SCOPE)
endfunction()

# Nothing without an engine: mm_library_theft has said why.
function(mm_library_props)
	if(NOT TARGET mmref-theft)
		return()
	endif()
	mm_files(properties properties)
	mm_suite_files(suites)
	mm_runner_files(runner)
	add_library(mmref-props STATIC ${properties} ${suites} ${runner} "${MM_GEN}/registry_props.c")
	target_link_libraries(mmref-props PUBLIC mmref-oracle mmref-record mmref-mutate mmref-theft)
	mm_flags(mmref-props)
endfunction()

# The front end on properties that fail; the lists that are generated stay in the
# library.
function(mm_program_prop_toy)
	if(EXISTS "${CMAKE_SOURCE_DIR}/cmake/tests/properties/toy.c")
		add_executable(mmref-prop-toy "${CMAKE_SOURCE_DIR}/invariants/engine/prop_main.c"
			"${CMAKE_SOURCE_DIR}/cmake/tests/properties/toy.c")
		target_link_libraries(mmref-prop-toy PRIVATE mmref-props)
		mm_flags(mmref-prop-toy)
	endif()
endfunction()

function(mm_program_prop)
	if(TARGET mmref-props)
		add_executable(mmref-prop "${CMAKE_SOURCE_DIR}/invariants/engine/prop_main.c")
		target_link_libraries(mmref-prop PRIVATE mmref-props)
		mm_flags(mmref-prop)
		mm_program_prop_toy()
	endif()
endfunction()

# The engine's own tests: those that hold for any engine behind <theft.h>, and
# those of what ours does besides.
function(mm_programs_suites)
	set(folder "${CMAKE_SOURCE_DIR}/invariants/property/suites")
	mm_harness_files(files invariants/property/suites)
	set(theft ${files})
	list(FILTER theft INCLUDE REGEX "/theft_[a-z]+\\.c$")
	list(FILTER files INCLUDE REGEX "/property_[a-z]+\\.c$")
	if(MM_THEFT_MISSING)
		return()
	endif()
	# Compiled once: clang-tidy 14 takes va_list for uninitialized in the second
	# of two compilations of a file.
	add_library(mmref-suite STATIC "${folder}/suite.c")
	target_link_libraries(mmref-suite PUBLIC mmref-theft)
	mm_flags(mmref-suite)
	add_executable(theft-suites ${theft})
	target_link_libraries(theft-suites PRIVATE mmref-suite m)
	mm_flags(theft-suites)
	if(MM_THEFT STREQUAL "bundled")
		add_executable(property-suites ${files})
		target_link_libraries(property-suites PRIVATE mmref-suite)
		mm_flags(property-suites)
		mm_program_rapidcheck()
	endif()
endfunction()

# Another property library looks at the engine's tapes and passes from outside.
function(mm_program_rapidcheck)
	if(MM_RAPIDCHECK_MISSING)
		message(STATUS "property-rapidcheck: skipped: ${MM_RAPIDCHECK_MISSING}")
		return()
	endif()
	add_executable(property-rapidcheck "${CMAKE_SOURCE_DIR}/invariants/property/suites/rapidcheck.cc")
	target_include_directories(property-rapidcheck SYSTEM PRIVATE "${MM_RAPIDCHECK_INCLUDE}")
	target_link_libraries(property-rapidcheck PRIVATE mmref-theft "${MM_RAPIDCHECK}")
	mm_flags(property-rapidcheck)
endfunction()

# Not of the machine: it only reads text.
function(mm_program_mutants)
	mm_harness_files(mutants fuzz/mutants)
	add_executable(mmref-mutants ${mutants})
	target_include_directories(mmref-mutants PRIVATE "${CMAKE_SOURCE_DIR}")
	target_link_libraries(mmref-mutants PRIVATE mmref)
	mm_flags(mmref-mutants)
endfunction()

# A macro, because enable_language works for the whole project and says so by
# refusing to run inside a function.
macro(mm_find_benchmark)
	set(MM_BENCH_MISSING)
	if(NOT MM_BENCH)
		set(MM_BENCH_MISSING "MM_BENCH is OFF")
	else()
		include(CheckLanguage)
		check_language(CXX)
		if(CMAKE_CXX_COMPILER)
			enable_language(CXX)
			find_package(benchmark QUIET)
			if(NOT benchmark_FOUND)
				set(MM_BENCH_MISSING "libbenchmark is not installed (apt-get install libbenchmark-dev)")
			endif()
		else()
			set(MM_BENCH_MISSING "there is no C++ compiler, and libbenchmark is C++")
		endif()
	endif()
endmacro()

# After mm_find_benchmark, which may have enabled C++.
macro(mm_find_rapidcheck)
	set(MM_RAPIDCHECK_MISSING)
	find_library(MM_RAPIDCHECK rapidcheck)
	find_path(MM_RAPIDCHECK_INCLUDE rapidcheck.h)
	if(NOT MM_RAPIDCHECK OR NOT MM_RAPIDCHECK_INCLUDE)
		set(MM_RAPIDCHECK_MISSING "no RapidCheck (apt-get install librapidcheck-dev)")
	elseif(NOT CMAKE_CXX_COMPILER_LOADED)
		set(MM_RAPIDCHECK_MISSING "no C++ in this build (MM_BENCH=OFF, or no compiler), and RapidCheck is C++")
	elseif(MM_ENGINE STREQUAL "afl" OR MM_SANITIZE MATCHES "memory|thread")
		set(MM_RAPIDCHECK_MISSING "RapidCheck of the system is not instrumented")
	endif()
endmacro()

# A macro, because imported targets belong to the folder that finds them.
macro(mm_find_theft)
	set(MM_THEFT_MISSING)
	if(MM_THEFT STREQUAL "system")
		find_package(PkgConfig QUIET)
		if(PkgConfig_FOUND)
			pkg_check_modules(MM_LIBTHEFT QUIET IMPORTED_TARGET libtheft)
		endif()
		if(NOT MM_LIBTHEFT_FOUND)
			set(MM_THEFT_MISSING "no libtheft: pkg-config finds none (MM_THEFT=bundled needs none)")
		endif()
	endif()
endmacro()

function(mm_program_bench)
	if(MM_BENCH_MISSING)
		message(STATUS "mmref-bench: skipped: ${MM_BENCH_MISSING}")
		return()
	endif()
	mm_files(benches benchmark)
	add_executable(mmref-bench ${benches} bench/floor_bench.c bench/gbench.cc bench/bench_main.c
		"${MM_GEN}/registry_bench.c")
	target_link_libraries(mmref-bench PRIVATE mmref-import benchmark::benchmark)
	mm_flags(mmref-bench)
	mm_program_bench_compare()
endfunction()

function(mm_program_bench_compare)
	find_library(MM_JANSSON jansson)
	find_path(MM_JANSSON_INCLUDE jansson.h)
	if(NOT MM_JANSSON OR NOT MM_JANSSON_INCLUDE)
		message(STATUS "mmref-bench-compare: skipped: jansson is not installed (apt-get install libjansson-dev)")
		return()
	endif()
	add_executable(mmref-bench-compare bench/compare.c)
	target_include_directories(mmref-bench-compare SYSTEM PRIVATE "${MM_JANSSON_INCLUDE}")
	target_link_libraries(mmref-bench-compare PRIVATE "${MM_JANSSON}" m)
	mm_flags(mmref-bench-compare)
endfunction()

# Services link with the C++ compiler, which knows where their engine's libraries
# are. A macro for the same reason.
macro(mm_find_engine)
	if(MM_ENGINE STREQUAL "external")
		enable_language(CXX)
	endif()
endmacro()

# One source for all targets, one for all properties.
function(mm_programs_fuzz)
	mm_fuzz_targets(targets)
	foreach(target IN LISTS targets)
		add_executable(fuzz_${target} "${CMAKE_SOURCE_DIR}/fuzz/targets/harness.c")
		target_compile_definitions(fuzz_${target} PRIVATE "MM_TARGET=\"${target}\"")
		target_link_libraries(fuzz_${target} PRIVATE mmref-trace)
		mm_flags(fuzz_${target})
		mm_link_mutator(fuzz_${target})
		mm_link_engine(fuzz_${target})
	endforeach()
	if(TARGET mmref-props)
		add_executable(fuzz_properties "${CMAKE_SOURCE_DIR}/fuzz/targets/properties.c")
		target_link_libraries(fuzz_properties PRIVATE mmref-props)
		mm_flags(fuzz_properties)
		mm_link_engine(fuzz_properties)
	endif()
endfunction()

# Without an engine a main replays files.
function(mm_link_engine program)
	if(MM_ENGINE STREQUAL "none")
		target_sources(${program} PRIVATE "${CMAKE_SOURCE_DIR}/fuzz/targets/replay_main.c")
	elseif(MM_ENGINE STREQUAL "external")
		set_target_properties(${program} PROPERTIES LINKER_LANGUAGE CXX)
		# Last, so that an archive finds the entry which it calls.
		target_link_libraries(${program} PRIVATE "${LIB_FUZZING_ENGINE}")
	else()
		# AFL++'s compiler takes the same flag for its own driver.
		target_link_options(${program} PRIVATE -fsanitize=fuzzer)
	endif()
endfunction()

# libFuzzer, whoever links it, takes the mutator of traces along.
function(mm_link_mutator program)
	if(MM_ENGINE STREQUAL "libfuzzer" OR
	   (MM_ENGINE STREQUAL "external" AND LIB_FUZZING_ENGINE STREQUAL "-fsanitize=fuzzer"))
		target_sources(${program} PRIVATE "${CMAKE_SOURCE_DIR}/fuzz/mutate/libfuzzer.c")
		target_link_libraries(${program} PRIVATE mmref-mutate)
	endif()
endfunction()
