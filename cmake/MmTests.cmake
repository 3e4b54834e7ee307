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
#   fuzz-smoke     each fuzz target for a fixed number of inputs; what the engine
#                  sees into, and that it uses our mutations
#   build          what does not depend on the build: its own refusals, on toy
#                  trees, planted source, READMEs                 (also: slow)
#   record         mmref record, ended in every way there is     (also: slow)
#   services/…     what fuzzing services and other hosts do with the tree: their
#                  checks of our build, their files, AFL++ on two hosts
#   install        what is installed, used from outside of the tree (also: build)
#   long           minutes each; `./run test full` runs them     (also: slow)
#   once           what commands say, which no compiler changes: in the dev build, and
#                  in all of them with `./run test full`         (also: slow)
#
# A test that cannot run here is not added, and configuring says why.
include_guard()

# mm_test(NAME LABELS a b COMMAND ...): run from the source tree, so that what
# is printed names files as git does.
function(mm_test name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LABELS;COMMAND")
	add_test(NAME "${name}" COMMAND ${arg_COMMAND} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
		COMMAND_EXPAND_LISTS)
	set_tests_properties("${name}" PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 600)
endfunction()

function(mm_skip what why)
	message(STATUS "test ${what}: skipped: ${why}")
endfunction()

function(mm_add_tests)
	mm_test_traces(seed traces)
	mm_test_traces(regress regress)
	mm_test_recordings()
	mm_test_sweeps()
	mm_test(command/bad-input LABELS prop slow once COMMAND bash cmake/tests/command.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/command")
	mm_test(command/corpus LABELS prop slow once COMMAND bash cmake/tests/corpus.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/corpus")
	mm_test(command/proc-readers LABELS prop COMMAND bash cmake/tests/proc_readers.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/proc-readers")
	mm_test(command/manual LABELS prop slow once COMMAND bash cmake/tests/manual.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/manual")
	mm_test(flow LABELS flow COMMAND bash cmake/tests/flow.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/flow")
	mm_test_oracle()
	mm_test_properties()
	mm_test_theft()
	mm_test_headers()
	mm_test_text()
	mm_test_source()
	mm_test_benchmarks()
	mm_test_fuzz_targets()
	mm_test_mutations()
	mm_test_build_system()
	mm_test_mutants()
	mm_test_shrinking()
	mm_test_services()
	mm_test_determinism()
	mm_test_triage()
	mm_start_longest_first()
endfunction()

# ctest knows durations only from a run before. Seconds on two CPUs, roughly.
function(mm_start_longest_first)
	set(seconds command/triage-clang-14 120 tidy/readme 100 command/shrink 90 tidy/source-planted 70
		build/toy_build 60 build/refusals 60 command/sweep-planted 50 determinism/planted 50
		build/install 45 command/record 40 command/manual 30 services/workflows 30)
	while(seconds)
		list(POP_FRONT seconds name cost)
		if(TEST "${name}")
			set_tests_properties("${name}" PROPERTIES COST ${cost})
		endif()
	endwhile()
endfunction()

function(mm_test_traces folder part)
	mm_modules_with(names ${part})
	foreach(name IN LISTS names)
		mm_get(layer ${name} LAYER)
		mm_test(${folder}/${layer}/${name} LABELS ${folder}
			COMMAND mmref-cli check corpus/${layer}/${name}/${folder})
	endforeach()
endfunction()

# Each allocation of each seed trace fails once. A layer is named when it has traces.
function(mm_test_sweeps)
	foreach(layer sim early phys)
		mm_test(sweep/${layer} LABELS seed COMMAND mmref-cli sweep corpus/${layer})
	endforeach()
	mm_test(command/sweep LABELS prop slow once COMMAND bash cmake/tests/sweep.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/sweep")
	mm_test(command/sweep-planted LABELS build slow COMMAND bash cmake/tests/sweep.sh planted
		"${CMAKE_BINARY_DIR}/sweep-planted")
endfunction()

# Recordings of real kernels: imported, replayed, judged. Those too large to ship
# lie in the folder that MM_RECORDINGS (environment) names.
function(mm_test_recordings)
	mm_test(recordings LABELS seed slow COMMAND bash cmake/tests/recordings.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/recordings")
endfunction()

# A real kernel's numbers. No sweep while the running kernel is compared.
function(mm_test_oracle)
	mm_test(command/oracle LABELS prop COMMAND bash cmake/tests/oracle.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/oracle")
	mm_test(command/oracle-linux LABELS prop COMMAND bash cmake/tests/oracle_linux.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/oracle-linux")
	mm_test(command/oracle-sweep LABELS prop slow once COMMAND bash cmake/tests/oracle_sweep.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/oracle-sweep")
	mm_test(command/record LABELS record slow once COMMAND bash cmake/tests/record.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/record")
	set_tests_properties(command/oracle command/oracle-linux command/oracle-sweep command/record PROPERTIES
		RESOURCE_LOCK sysctl)
	mm_test(command/doctor LABELS prop slow once COMMAND bash cmake/tests/doctor.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/doctor")
endfunction()

# Modules with operations have traces to hold under, also those without properties.
function(mm_test_properties)
	if(NOT TARGET mmref-prop)
		mm_skip(prop "${MM_THEFT_MISSING}")
		return()
	endif()
	mm_modules_with(names properties)
	mm_suites(suites)
	foreach(name IN LISTS names suites)
		mm_test(prop/${name} LABELS prop COMMAND mmref-prop ${name})
	endforeach()
	mm_test(command/properties LABELS prop slow once COMMAND bash cmake/tests/properties.sh
		"$<TARGET_FILE:mmref-prop-toy>" "${CMAKE_BINARY_DIR}/properties")
endfunction()

# The property engine: suites that hold for any engine behind <theft.h>, those of
# ours alone, and the first ones over a libtheft of the system.
function(mm_test_theft)
	if(MM_THEFT_MISSING)
		mm_skip(prop/theft "${MM_THEFT_MISSING}")
	else()
		mm_test(prop/theft LABELS prop COMMAND theft-suites)
	endif()
	if(TARGET property-suites)
		mm_test(prop/property LABELS prop
			COMMAND property-suites defects effort challenge options kept reports)
		# a child per call of the property, and shrinking calls often
		mm_test(prop/property-child LABELS prop slow COMMAND property-suites child)
	else()
		mm_skip(prop/property "MM_THEFT is ${MM_THEFT}: these are tests of the bundled engine")
	endif()
	if(TARGET property-rapidcheck)
		mm_test(prop/rapidcheck LABELS prop slow COMMAND property-rapidcheck)
	else()
		mm_skip(prop/rapidcheck "${MM_RAPIDCHECK_MISSING}")
	endif()
	find_program(MM_PKG_CONFIG NAMES pkgconf pkg-config)
	if(MM_PKG_CONFIG)
		mm_test(build/theft LABELS build slow
			COMMAND bash cmake/tests/theft.sh "${CMAKE_BINARY_DIR}/theft-test")
	else()
		mm_skip(build/theft "found no pkg-config")
	endif()
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
	set(slow slow)
	if(name STREQUAL gcc-c11)
		set(slow) # one of them is quick enough for the quick run
	endif()
	mm_test("header/${name}" LABELS header ${slow} COMMAND "${CMAKE_COMMAND}"
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
			COMMAND bash cmake/tests/fuzz_smoke.sh ${MM_ENGINE} ${target}
				"$<TARGET_FILE:fuzz_${target}>" "$<TARGET_FILE:mmref-cli>"
				"${CMAKE_BINARY_DIR}/fuzz-smoke/${target}")
	endforeach()
	if(TARGET fuzz_properties)
		mm_test(fuzz-smoke/properties LABELS fuzz-smoke slow
			COMMAND bash cmake/tests/fuzz_properties.sh ${MM_ENGINE} "$<TARGET_FILE:fuzz_properties>"
				"${CMAKE_BINARY_DIR}/fuzz-smoke/properties")
	endif()
endfunction()

# What each engine sees into, and that it uses our mutations.
function(mm_test_mutations)
	if(MM_ENGINE STREQUAL "none")
		mm_skip(fuzz-mutate "MM_ENGINE is none: the fuzz and the afl preset have an engine")
		return()
	endif()
	mm_test(fuzz-mutate/instrumented LABELS fuzz-smoke slow COMMAND bash cmake/tests/instrumented.sh
		"${CMAKE_NM}" "$<TARGET_FILE:mmref>" "$<TARGET_FILE:mmref-trace>" "$<TARGET_FILE:mmref-mutate>"
		"$<TARGET_FILE:mmref-checks>" -- "$<TARGET_OBJECTS:fuzz_buddy>")
	set(mutator)
	if(MM_ENGINE STREQUAL "afl")
		find_program(MM_AFL_FUZZ afl-fuzz NO_CACHE)
		if(NOT MM_AFL_FUZZ)
			mm_skip(fuzz-mutate/engine "found no afl-fuzz")
			return()
		endif()
		set(mutator "$<TARGET_FILE:mmref-afl-mutator>")
	endif()
	mm_test(fuzz-mutate/engine LABELS fuzz-smoke slow COMMAND bash cmake/tests/mutate.sh ${MM_ENGINE}
		"$<TARGET_FILE:fuzz_buddy>" "${CMAKE_BINARY_DIR}/fuzz-mutate" ${mutator})
endfunction()

function(mm_test_build_system)
	foreach(name refusals toy_build planted)
		mm_test(build/${name} LABELS build slow
			COMMAND bash cmake/tests/${name}.sh "${CMAKE_BINARY_DIR}/toy/${name}")
	endforeach()
	mm_test(build/install LABELS install build slow
		COMMAND bash cmake/tests/install.sh "${CMAKE_BINARY_DIR}/install-test")
endfunction()

# Generator and driver of mutants; the drivers on toys, which are built here.
function(mm_test_mutants)
	mm_test(command/bugs LABELS build slow
		COMMAND bash cmake/tests/bugs_toy.sh "${CMAKE_BINARY_DIR}/bugs-toy")
	mm_test(mutants/generator LABELS prop slow once COMMAND bash cmake/tests/mutants.sh
		"$<TARGET_FILE:mmref-mutants>" "${CMAKE_BINARY_DIR}/mutants-test")
	mm_test(mutants/toy LABELS build slow long
		COMMAND bash cmake/tests/mutants_toy.sh "${CMAKE_BINARY_DIR}/mutants-toy")
	set_tests_properties(mutants/toy PROPERTIES TIMEOUT 1800)
endfunction()

# Bugs planted in a copy of the tree, which is built here: not the build's own.
function(mm_test_shrinking)
	mm_test(command/shrink LABELS build slow
		COMMAND bash cmake/tests/shrink.sh "${CMAKE_BINARY_DIR}/shrink")
	set_tests_properties(command/shrink PROPERTIES TIMEOUT 900)
endfunction()

# What fuzzing services and other hosts do with the tree, as far as it can be tried
# without them.
function(mm_test_services)
	find_program(MM_YQ yq NO_CACHE)
	if(MM_YQ)
		mm_test(services/workflows LABELS tidy slow once COMMAND bash cmake/tests/workflows.sh
			"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/workflows")
		set_tests_properties(services/workflows PROPERTIES TIMEOUT 900)
	else()
		mm_skip(services/workflows "found no yq, which reads YAML (apt-get install yq)")
	endif()
	mm_test(services/campaign LABELS build slow
		COMMAND bash cmake/tests/campaign.sh "${CMAKE_BINARY_DIR}/campaign")
	mm_test(services/simulate LABELS build slow long
		COMMAND bash cmake/tests/simulate.sh "${CMAKE_BINARY_DIR}/simulate")
	set_tests_properties(services/campaign PROPERTIES TIMEOUT 900)
	set_tests_properties(services/simulate PROPERTIES TIMEOUT 1800)
endfunction()

# One trace, one machine; and that the comparison sees what differs.
function(mm_test_determinism)
	mm_test(determinism LABELS seed slow COMMAND bash cmake/tests/determinism.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/determinism")
	mm_test(determinism/planted LABELS build slow COMMAND bash cmake/tests/determinism.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/determinism-planted" planted)
endfunction()

# Twenty faults in a copy of the tree, forty inputs each; with the other compiler,
# where only what frames are called differs, five, which is what takes no minutes.
function(mm_test_triage)
	mm_test(command/triage-input LABELS prop slow once COMMAND bash cmake/tests/triage_input.sh
		"$<TARGET_FILE:mmref-cli>" "${CMAKE_BINARY_DIR}/triage-input")
	set(inputs 40)
	set(long long)
	foreach(compiler gcc clang-14)
		find_program(MM_TRIAGE_COMPILER ${compiler} NO_CACHE)
		if(MM_TRIAGE_COMPILER)
			mm_test(command/triage-${compiler} LABELS build slow ${long} COMMAND bash
				cmake/tests/triage.sh "${CMAKE_BINARY_DIR}/triage-${compiler}" ${compiler} ${inputs})
			set_tests_properties(command/triage-${compiler} PROPERTIES TIMEOUT 900)
		else()
			mm_skip(command/triage-${compiler} "found no ${compiler}")
		endif()
		set(inputs 5)
		set(long)
		unset(MM_TRIAGE_COMPILER)
	endforeach()
endfunction()
