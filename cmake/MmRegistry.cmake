# SPDX-License-Identifier: MIT
#
# Generated lists: what the modules that are built provide, in module order, so
# that nothing is ever registered by hand. Everything goes to <build>/gen/.
#
#   registry_ref.c      mm_boot_hooks[]                       (modules with BOOT)
#   registry_checks.c   mm_all_invs[], mm_all_inv_modules[], mm_all_models[]
#   registry_props.c    mm_all_props[]              (modules, then the harness),
#                       mm_all_stateful[]           (modules that have a row)
#   registry_ops.c      mm_all_optables[]
#   registry_bench.c    mm_all_benches[]
#   embedded.c          mm_embedded_targets[], mm_embedded_optable_lock[]
include_guard()

set(MM_GEN "${CMAKE_BINARY_DIR}/gen")

function(mm_write_registries)
	mm_write_boot_hooks()
	mm_write_checks()
	mm_write_props()
	mm_write_list(ops "mm/ops.h" operations
		"struct mm_optable" "mm_@NAME@_optable" "&mm_@NAME@_optable" mm_all_optables)
	mm_write_list(bench "bench/gbench.h" benchmark
		"struct bench_def" "mm_@NAME@_benches[]" "mm_@NAME@_benches" mm_all_benches)
	mm_write_embedded()
endfunction()

# Modules that are built and have PART.
function(mm_modules_with out part)
	mm_modules(names)
	set(with)
	foreach(name IN LISTS names)
		mm_get(files ${name} FILES_${part})
		if(files)
			list(APPEND with ${name})
		endif()
	endforeach()
	set(${out} "${with}" PARENT_SCOPE)
endfunction()

function(mm_write_source name header body)
	mm_write("${MM_GEN}/${name}"
		"/* Generated from the mm_module lines of CMakeLists.txt. */\n#include \"${header}\"\n\n${body}")
endfunction()

# One line per name, with @NAME@ replaced in PATTERN.
function(mm_lines out pattern)
	set(lines)
	foreach(name IN LISTS ARGN)
		string(REPLACE "@NAME@" "${name}" line "${pattern}")
		string(APPEND lines "${line}\n")
	endforeach()
	set(${out} "${lines}" PARENT_SCOPE)
endfunction()

# The usual shape: declarations, then a NULL-terminated array of pointers.
function(mm_array out type symbol row array)
	mm_lines(declarations "extern const ${type} ${symbol};" ${ARGN})
	mm_lines(rows "\t${row}," ${ARGN})
	set(${out} "${declarations}\nconst ${type} *const ${array}[] = {\n${rows}\t0,\n};\n" PARENT_SCOPE)
endfunction()

function(mm_write_list file header part type symbol row array)
	mm_modules_with(names ${part})
	mm_array(body "${type}" "${symbol}" "${row}" "${array}" ${names})
	mm_write_source("registry_${file}.c" "${header}" "${body}")
endfunction()

# The harness has property suites too: invariants/engine/NAME_prop.c or
# invariants/cross/NAME_prop.c, with helpers NAME_*.c beside it.
function(mm_suites out)
	file(GLOB files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/invariants/engine/*_prop.c"
		"${CMAKE_SOURCE_DIR}/invariants/cross/*_prop.c")
	list(TRANSFORM files REPLACE "^.*/([^/]*)_prop\\.c$" "\\1")
	set(${out} "${files}" PARENT_SCOPE)
endfunction()

# All C files of those suites: they go into mmref-prop and nowhere else.
function(mm_suite_files out)
	mm_suites(suites)
	set(files)
	foreach(suite IN LISTS suites)
		file(GLOB mine CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/invariants/engine/${suite}_*.c"
			"${CMAKE_SOURCE_DIR}/invariants/cross/${suite}_*.c")
		list(APPEND files ${mine})
	endforeach()
	list(REMOVE_DUPLICATES files)
	set(${out} "${files}" PARENT_SCOPE)
endfunction()

# Modules with a line "const struct mm_stateful mm_NAME_stateful" in a file of properties.
function(mm_stateful_rows out)
	mm_files(files properties)
	mm_suite_files(suites)
	list(TRANSFORM files PREPEND "${CMAKE_SOURCE_DIR}/")
	set(rows)
	foreach(file IN LISTS files suites)
		file(STRINGS "${file}" lines REGEX "^const struct mm_stateful mm_[a-z_]+_stateful")
		list(TRANSFORM lines REPLACE "^.* mm_([a-z_]+)_stateful.*$" "\\1")
		list(APPEND rows ${lines})
	endforeach()
	set(${out} "${rows}" PARENT_SCOPE)
endfunction()

function(mm_write_props)
	mm_modules_with(names properties)
	mm_suites(suites)
	mm_array(body "struct mm_prop" "mm_@NAME@_props[]" "mm_@NAME@_props" mm_all_props ${names} ${suites})
	mm_stateful_rows(stateful)
	mm_array(rows "struct mm_stateful" "mm_@NAME@_stateful" "&mm_@NAME@_stateful" mm_all_stateful
		${stateful})
	mm_write_source(registry_props.c "invariants/engine/prop_stateful.h" "${body}\n${rows}")
endfunction()

function(mm_write_boot_hooks)
	mm_modules(names)
	set(booting)
	foreach(name IN LISTS names)
		mm_get(boot ${name} BOOT)
		if(boot)
			list(APPEND booting ${name})
		endif()
	endforeach()
	mm_lines(declarations "int mm_@NAME@_boot(struct mm_ctx *x);" ${booting})
	mm_lines(rows "\t{\"@NAME@\", mm_@NAME@_boot}," ${booting})
	mm_write_source(registry_ref.c "mm/ctx.h"
		"${declarations}\nconst struct mm_boot_hook mm_boot_hooks[] = {\n${rows}\t{0, 0},\n};\n")
endfunction()

function(mm_write_checks)
	mm_modules_with(names checks)
	mm_array(body "struct mm_inv" "mm_@NAME@_invs[]" "mm_@NAME@_invs" mm_all_invs ${names})
	mm_lines(rows "\t\"@NAME@\"," ${names})
	string(APPEND body "\nconst char *const mm_all_inv_modules[] = {\n${rows}\t0,\n};\n\n")
	mm_modules_with(names model)
	mm_array(models "struct mm_model" "mm_@NAME@_model" "&mm_@NAME@_model" mm_all_models ${names})
	mm_write_source(registry_checks.c "mm/check.h" "${body}${models}")
endfunction()

# A file as a char array. C promises string literals of 4095 bytes only, an
# array has no limit; '\xhh' has type int and the value of a char, so no byte
# is out of range.
function(mm_char_array out symbol file)
	set(bytes)
	if(EXISTS "${file}")
		set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
		file(READ "${file}" hex HEX)
		string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
		string(REGEX REPLACE "(.......'\\\\x0a',)" "\\1\n\t" bytes "${bytes}")
	endif()
	set(${out} "${symbol}[] = {\n\t${bytes}0,\n};\n" PARENT_SCOPE)
endfunction()

# Fuzz targets are data: fuzz/targets/NAME.target.
function(mm_fuzz_targets out)
	file(GLOB files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/fuzz/targets/*.target")
	list(TRANSFORM files REPLACE "^.*/([^/]*)\\.target$" "\\1")
	set(${out} "${files}" PARENT_SCOPE)
endfunction()

function(mm_write_embedded)
	mm_char_array(lock "const char mm_embedded_optable_lock" "${CMAKE_SOURCE_DIR}/fuzz/optable.lock")
	mm_fuzz_targets(targets)
	set(texts)
	set(rows)
	foreach(target IN LISTS targets)
		mm_char_array(text "static const char target_${target}"
			"${CMAKE_SOURCE_DIR}/fuzz/targets/${target}.target")
		string(APPEND texts "${text}\n")
		string(APPEND rows "\t{\"${target}\", target_${target}},\n")
	endforeach()
	mm_write_source(embedded.c "fuzz/trace/embedded.h"
		"${lock}\n${texts}const struct mm_embedded mm_embedded_targets[] = {\n${rows}\t{0, 0},\n};\n")
endfunction()
