# SPDX-License-Identifier: MIT
#
# What ctest runs, by label:
#
#   seed regress   mmref check on each module's traces, and on recordings
#   prop           mmref-prop, module by module
#   flow           the .trail beside a trace is what mmref trail prints
#   header         every contract alone and twice, C11 and C++17, gcc and clang
#   tidy           the source checks (invariants/source), and the format
#   bench-smoke    each benchmark for a moment
#   fuzz-smoke     each fuzz target for a fixed number of inputs
#   build          what does not depend on the build: its own refusals, on toy
#                  trees, planted source, READMEs                 (also: slow)
#   record         mmref record, ended in every way there is     (also: slow)
#   install        what is installed, used from outside of the tree (also: build)
#
# A test that cannot run here is not added, and configuring says why.
include_guard()

# mm_test(NAME LABELS a b COMMAND ...): run from the source tree, so that what
# is printed names files as git does.
function(mm_test name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LABELS;COMMAND")
	add_test(NAME "${name}" COMMAND ${arg_COMMAND} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
	set_tests_properties("${name}" PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 300)
endfunction()

function(mm_skip what why)
	message(STATUS "test ${what}: skipped: ${why}")
endfunction()

function(mm_add_tests)
	mm_test_traces(seed traces)
	mm_test_traces(regress regress)
	mm_test_recordings()
	mm_test(command/bad-input LABELS prop COMMAND bash cmake/tests/command.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/command")
	mm_test(command/proc-readers LABELS prop COMMAND bash cmake/tests/proc_readers.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/proc-readers")
	mm_test(command/manual LABELS prop slow COMMAND bash cmake/tests/manual.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/manual")
	mm_test(flow LABELS flow COMMAND bash cmake/tests/flow.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/flow")
	mm_test_oracle()
	mm_test_properties()
	mm_test_headers()
	mm_test_text()
	mm_test_source()
	mm_test_benchmarks()
	mm_test_fuzz_targets()
	mm_test_build_system()
	mm_test_shrinking()
	mm_test_triage()
endfunction()

function(mm_test_traces folder part)
	mm_modules_with(names ${part})
	foreach(name IN LISTS names)
		mm_get(layer ${name} LAYER)
		mm_test(${folder}/${layer}/${name} LABELS ${folder}
			COMMAND mmref-cli check corpus/${layer}/${name}/${folder})
	endforeach()
endfunction()

# Recordings of real kernels: imported, replayed, judged. Those too large to ship
# lie in the folder that MM_RECORDINGS (environment) names.
function(mm_test_recordings)
	mm_test(recordings LABELS seed COMMAND bash cmake/tests/recordings.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/recordings")
endfunction()

# A real kernel's numbers. No sweep while the running kernel is compared.
function(mm_test_oracle)
	mm_test(command/oracle LABELS prop COMMAND bash cmake/tests/oracle.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/oracle")
	mm_test(command/oracle-sweep LABELS prop slow COMMAND bash cmake/tests/oracle_sweep.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/oracle-sweep")
	mm_test(command/record LABELS record slow COMMAND bash cmake/tests/record.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/record")
	set_tests_properties(command/oracle command/oracle-sweep command/record PROPERTIES
		RESOURCE_LOCK sysctl)
	mm_test(command/doctor LABELS prop slow COMMAND bash cmake/tests/doctor.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/doctor")
endfunction()

function(mm_test_properties)
	mm_modules_with(names properties)
	mm_suites(suites)
	foreach(name IN LISTS names suites)
		mm_test(prop/${name} LABELS prop COMMAND mmref-prop ${name})
	endforeach()
endfunction()

function(mm_test_headers)
	mm_test_header(gcc-c11 c c11 gcc)
	mm_test_header(gcc-c++17 cc c++17 g++)
	mm_test_header(clang-c11 c c11 clang-14 clang)
	mm_test_header(clang-c++17 cc c++17 clang++-14 clang++)
endfunction()

function(mm_test_header name language dialect)
	find_program(MM_HEADER_COMPILER NAMES ${ARGN} NO_CACHE)
	if(NOT MM_HEADER_COMPILER)
		mm_skip("header/${name}" "found none of ${ARGN}")
		return()
	endif()
	mm_test("header/${name}" LABELS header COMMAND "${CMAKE_COMMAND}"
		"-DCOMPILER=${MM_HEADER_COMPILER}" -DLANGUAGE=${language} -DDIALECT=${dialect}
		"-DROOT=${CMAKE_SOURCE_DIR}" "-DSCRATCH=${CMAKE_BINARY_DIR}/header-${name}"
		-P "${CMAKE_SOURCE_DIR}/cmake/MmHeaderCheck.cmake")
endfunction()

function(mm_test_text)
	find_program(MM_CLANG_FORMAT clang-format-14)
	if(MM_CLANG_FORMAT)
		mm_test(tidy/format LABELS tidy COMMAND bash cmake/format.sh check)
	else()
		mm_skip(tidy/format "found no clang-format-14")
	endif()
endfunction()

# The source checks; what they say of bad sources; and READMEs at their word.
# Rules on symbols look at the library of this build, and skip what an
# instrumented one cannot show. The other two do not depend on the build.
function(mm_test_source)
	mm_test(tidy/source LABELS tidy COMMAND bash invariants/source/check.sh
		--nm "${CMAKE_NM}" --library "$<TARGET_FILE:mmref>")
	mm_test(tidy/source-planted LABELS tidy build slow COMMAND bash invariants/source/planted.sh
		"${CMAKE_BINARY_DIR}/source-planted")
	find_program(MM_GIT git NO_CACHE)
	if(MM_GIT)
		mm_test(tidy/readme LABELS tidy build slow COMMAND bash invariants/source/readme.sh
			"${CMAKE_BINARY_DIR}/readme")
	else()
		mm_skip(tidy/readme "found no git, which the README uses")
	endif()
endfunction()

function(mm_test_benchmarks)
	if(TARGET mmref-bench)
		mm_test(bench-smoke LABELS bench-smoke slow COMMAND mmref-bench --smoke)
	else()
		mm_skip(bench-smoke "${MM_BENCH_MISSING}")
	endif()
endfunction()

function(mm_test_fuzz_targets)
	mm_fuzz_targets(targets)
	foreach(target IN LISTS targets)
		mm_test(fuzz-smoke/${target} LABELS fuzz-smoke
			COMMAND bash cmake/tests/fuzz_smoke.sh ${MM_ENGINE} "$<TARGET_FILE:fuzz_${target}>"
				"${CMAKE_BINARY_DIR}/fuzz-smoke/${target}")
	endforeach()
endfunction()

function(mm_test_build_system)
	foreach(name refusals toy_build planted)
		mm_test(build/${name} LABELS build slow
			COMMAND bash cmake/tests/${name}.sh "${CMAKE_BINARY_DIR}/toy/${name}")
	endforeach()
	mm_test(build/install LABELS install build slow
		COMMAND bash cmake/tests/install.sh "${CMAKE_BINARY_DIR}/install-test")
endfunction()

# Bugs planted in a copy of the tree, which is built here: not the build's own.
function(mm_test_shrinking)
	mm_test(command/shrink LABELS build slow
		COMMAND bash cmake/tests/shrink.sh "${CMAKE_BINARY_DIR}/shrink")
	set_tests_properties(command/shrink PROPERTIES TIMEOUT 900)
endfunction()

# Twenty faults in a copy of the tree, forty inputs each, with either compiler.
function(mm_test_triage)
	mm_test(command/triage-input LABELS prop slow COMMAND bash cmake/tests/triage_input.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/triage-input")
	foreach(compiler gcc clang-14)
		find_program(MM_TRIAGE_COMPILER ${compiler} NO_CACHE)
		if(MM_TRIAGE_COMPILER)
			mm_test(command/triage-${compiler} LABELS build slow COMMAND bash
				cmake/tests/triage.sh "${CMAKE_BINARY_DIR}/triage-${compiler}" ${compiler})
			set_tests_properties(command/triage-${compiler} PROPERTIES TIMEOUT 900)
		else()
			mm_skip(command/triage-${compiler} "found no ${compiler}")
		endif()
		unset(MM_TRIAGE_COMPILER)
	endforeach()
endfunction()
