# SPDX-License-Identifier: MIT
#
# The module system: one line per module, and a refusal for everything that
# does not follow from that line.
#
#   mm_core(NAME...)           headers include/mm/NAME.h that belong to no module
#   mm_module(NAME LAYER layer [USES a b ...] [BOOT] [EXEMPT part "reason" ...])
#   mm_modules_done()          finds the files, checks everything, fills the lists
#
# The files of a module follow from its name and layer:
#
#   contract     include/mm/NAME.h
#   code         ref/LAYER/NAME.c, or every file of ref/LAYER/NAME/
#   checks       invariants/LAYER/NAME_inv.c
#   properties   invariants/LAYER/NAME_prop.c
#   operations   fuzz/LAYER/NAME_ops.c
#   benchmark    bench/LAYER/NAME_bench.c
#   traces       corpus/LAYER/NAME/seed/*.ops       (regress/*.ops beside it)
#   model        invariants/LAYER/NAME_model.[ch]   (optional: taken when there)
#
# What is too long for one file goes on in invariants/LAYER/NAME/: model*.c, prop*.c
# and inv*.c there, and headers that only they include.
#
# The scan must also hold on a tree that was configured long ago, so every file
# it reads is a CMAKE_CONFIGURE_DEPENDS and every glob is re-run by the build:
# a new orphan or an upward include breaks the next `cmake --build`.
include_guard()

# Low to high. A file includes only its own layer or lower ones.
set(MM_LAYERS lib sim early phys charge object cache virt reclaim move debug)

# In the order in which a missing one is reported.
set(MM_PARTS contract code checks properties operations benchmark traces)

# What lies in a scanned folder and belongs to no module. The harness sits above
# all layers; its files may include any contract. ref/core is the code of the
# core headers: it boots the modules, so it too may include any contract, but
# nothing else.
set(MM_FREE_FOLDERS
	ref/core
	invariants/engine invariants/cross invariants/source invariants/property
	fuzz/trace fuzz/mutate fuzz/command fuzz/targets fuzz/import fuzz/oracle fuzz/oracle/live fuzz/oracle/subject fuzz/record fuzz/mutants
	bench/expected
	corpus/recordings corpus/bugs)
set(MM_FREE_FILES bench/gbench.h bench/counts.h bench/workload.h bench/spaces.h bench/replay.h bench/gbench.cc bench/bench_main.c
	bench/floor_bench.c bench/compare.c)

# ---- refusing -------------------------------------------------------------

# PLACE is "file:line". The leading blank keeps CMake from re-wrapping the text.
function(mm_refuse place what todo)
	string(REPLACE "\n" "\n " todo "${todo}")
	message(FATAL_ERROR " ${place}: ${what}\n To do: ${todo}\n")
endfunction()

# Number of line breaks in TEXT, plus one.
function(mm_count_lines out text)
	string(REGEX REPLACE "[^\n]" "" breaks "${text}")
	string(LENGTH "${breaks}" n)
	math(EXPR n "${n} + 1")
	set(${out} ${n} PARENT_SCOPE)
endfunction()

# "file:line" of the first place of NEEDLE in FILE (relative to the source tree).
# Only refusals pay for this; the scan itself does not count lines.
function(mm_place_of out file needle)
	file(READ "${CMAKE_SOURCE_DIR}/${file}" text)
	string(FIND "${text}" "${needle}" at)
	string(SUBSTRING "${text}" 0 ${at} head)
	mm_count_lines(line "${head}")
	set(${out} "${file}:${line}" PARENT_SCOPE)
endfunction()

# "CMakeLists.txt:line" of the (last) line that declares module NAME.
function(mm_place_of_module out name)
	file(READ "${CMAKE_SOURCE_DIR}/CMakeLists.txt" text)
	# The greedy head makes it the last one, which is the wrong one of two.
	if("\n${text}" MATCHES "^(.*\n)[ \t]*mm_module\\([ \t\n]*${name}[ \t\n)]")
		string(REGEX REPLACE "^\n" "" head "${CMAKE_MATCH_1}")
		mm_count_lines(line "${head}")
		set(${out} "CMakeLists.txt:${line}" PARENT_SCOPE)
	else()
		set(${out} "CMakeLists.txt" PARENT_SCOPE)
	endif()
endfunction()

function(mm_refuse_module name what todo)
	mm_place_of_module(place "${name}")
	mm_refuse("${place}" "module ${name}: ${what}" "${todo}")
endfunction()

# ---- what is known of a module --------------------------------------------

function(mm_set name key)
	set_property(GLOBAL PROPERTY "mm_${name}_${key}" "${ARGN}")
endfunction()

function(mm_get out name key)
	get_property(value GLOBAL PROPERTY "mm_${name}_${key}")
	set(${out} "${value}" PARENT_SCOPE)
endfunction()

# Declared modules in order, with and without those that MM_WITHOUT leaves out.
function(mm_all_modules out)
	get_property(value GLOBAL PROPERTY mm_modules)
	set(${out} "${value}" PARENT_SCOPE)
endfunction()

function(mm_modules out)
	mm_all_modules(value)
	if(MM_WITHOUT)
		list(REMOVE_ITEM value ${MM_WITHOUT})
	endif()
	set(${out} "${value}" PARENT_SCOPE)
endfunction()

function(mm_core_headers out)
	get_property(value GLOBAL PROPERTY mm_core)
	set(${out} "${value}" PARENT_SCOPE)
endfunction()

# Files of one PART of the modules that are built, in module order.
function(mm_files out part)
	mm_modules(names)
	set(files)
	foreach(name IN LISTS names)
		mm_get(mine ${name} FILES_${part})
		list(APPEND files ${mine})
	endforeach()
	set(${out} "${files}" PARENT_SCOPE)
endfunction()

# True when layer A is above layer B.
function(mm_layer_above out a b)
	list(FIND MM_LAYERS "${a}" ia)
	list(FIND MM_LAYERS "${b}" ib)
	if(ia GREATER ib)
		set(${out} TRUE PARENT_SCOPE)
	else()
		set(${out} FALSE PARENT_SCOPE)
	endif()
endfunction()

# Where PART of NAME has to be, for messages.
function(mm_part_path out name part)
	mm_get(layer ${name} LAYER)
	set(contract "include/mm/${name}.h")
	set(code "ref/${layer}/${name}.c")
	set(checks "invariants/${layer}/${name}_inv.c")
	set(properties "invariants/${layer}/${name}_prop.c")
	set(operations "fuzz/${layer}/${name}_ops.c")
	set(benchmark "bench/${layer}/${name}_bench.c")
	set(traces "corpus/${layer}/${name}/seed/what-it-shows.ops")
	set(${out} "${${part}}" PARENT_SCOPE)
endfunction()

# ---- declaring --------------------------------------------------------------

function(mm_core)
	set_property(GLOBAL PROPERTY mm_core "${ARGN}")
	foreach(name IN LISTS ARGN)
		if(NOT EXISTS "${CMAKE_SOURCE_DIR}/include/mm/${name}.h")
			mm_refuse("CMakeLists.txt" "core header include/mm/${name}.h is missing"
				"write it, or take ${name} out of mm_core(...)")
		endif()
	endforeach()
endfunction()

function(mm_module name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "BOOT" "LAYER" "USES;EXEMPT")
	mm_refuse_bad_name("${name}")
	if(arg_UNPARSED_ARGUMENTS)
		mm_refuse_module("${name}" "do not know what to do with: ${arg_UNPARSED_ARGUMENTS}"
			"mm_module(${name} LAYER layer [USES a b] [BOOT] [EXEMPT part \"reason\"])")
	endif()
	mm_refuse_bad_layer("${name}" "${arg_LAYER}")
	mm_refuse_bad_uses("${name}" "${arg_USES}")
	mm_take_exempt("${name}" "${arg_EXEMPT}")
	mm_set(${name} LAYER ${arg_LAYER})
	mm_set(${name} USES ${arg_USES})
	mm_set(${name} BOOT ${arg_BOOT})
	set_property(GLOBAL APPEND PROPERTY mm_modules ${name})
endfunction()

function(mm_refuse_bad_name name)
	mm_core_headers(core)
	mm_all_modules(known)
	if(NOT name MATCHES "^[a-z][a-z0-9_]*$")
		mm_refuse_module("${name}" "not a name" "use lower case letters, digits and _")
	endif()
	# NAME_inv.c of module NAME would be the code of module NAME_inv.
	if(name MATCHES "_(inv|prop|model|ops|bench)$")
		mm_refuse_module("${name}" "the ending is that of a module's part" "choose another name")
	endif()
	if(name IN_LIST MM_LAYERS)
		mm_refuse_module("${name}" "bears the name of a layer"
			"choose another name; the layers are: ${MM_LAYERS}")
	endif()
	if(name IN_LIST core)
		mm_refuse_module("${name}" "include/mm/${name}.h is a core header"
			"choose another name, or take ${name} out of mm_core(...)")
	endif()
	if(name IN_LIST known)
		mm_refuse_module("${name}" "declared twice" "delete one of its mm_module lines")
	endif()
endfunction()

function(mm_refuse_bad_layer name layer)
	if(NOT layer IN_LIST MM_LAYERS)
		mm_refuse_module("${name}" "LAYER is \"${layer}\"" "use one of: ${MM_LAYERS}")
	endif()
	# Lines in layer order make "USES only earlier ones" imply "no upward use".
	mm_all_modules(known)
	if(known)
		list(GET known -1 last)
		mm_get(last_layer ${last} LAYER)
		mm_layer_above(above "${last_layer}" "${layer}")
		if(above)
			mm_refuse_module("${name}" "layer ${layer} comes after ${last} of layer ${last_layer}"
				"move the line up: modules stand in layer order")
		endif()
	endif()
endfunction()

function(mm_refuse_bad_uses name uses)
	mm_all_modules(known)
	mm_core_headers(core)
	foreach(used IN LISTS uses)
		if(used IN_LIST known)
			continue()
		endif()
		mm_place_of_module(there "${used}")
		if(used STREQUAL name)
			mm_refuse_module("${name}" "USES itself" "take ${used} out of its USES")
		elseif(used IN_LIST core)
			mm_refuse_module("${name}" "USES ${used}, a core header" "take it out: core needs no USES")
		elseif(there MATCHES ":")
			mm_refuse_module("${name}" "USES ${used}, which comes later (${there})"
				"swap the two lines, or reach ${used} through include/mm/upcalls.h or an event")
		else()
			mm_refuse_module("${name}" "USES ${used}, and there is no such module"
				"mend the name, or declare ${used} above this line")
		endif()
	endforeach()
endfunction()

# EXEMPT is a list of pairs: part, reason. Reading it by index keeps a reason
# with a semicolon whole.
function(mm_take_exempt name pairs)
	set(parts)
	list(LENGTH pairs length)
	set(at 0)
	while(at LESS length)
		list(GET pairs ${at} part)
		math(EXPR at "${at} + 1")
		set(reason)
		if(at LESS length)
			list(GET pairs ${at} reason)
		endif()
		math(EXPR at "${at} + 1")
		mm_take_one_exempt("${name}" "${part}" "${reason}" "${parts}")
		list(APPEND parts ${part})
	endwhile()
	mm_set(${name} EXEMPT ${parts})
endfunction()

function(mm_take_one_exempt name part reason before)
	if(NOT part IN_LIST MM_PARTS)
		mm_refuse_module("${name}" "EXEMPT names no part: \"${part}\""
			"use EXEMPT part \"reason\" with a part of: ${MM_PARTS}")
	endif()
	string(STRIP "${reason}" reason)
	if(reason STREQUAL "" OR reason IN_LIST MM_PARTS)
		mm_refuse_module("${name}" "EXEMPT ${part} has no reason"
			"say why the part makes no sense: EXEMPT ${part} \"reason\"")
	endif()
	if(part IN_LIST before)
		mm_refuse_module("${name}" "EXEMPT ${part} stands twice" "delete one of them")
	endif()
	mm_set(${name} REASON_${part} "${reason}")
endfunction()

# ---- checking -----------------------------------------------------------------

function(mm_modules_done)
	mm_refuse_bad_without()
	mm_find_files(files)
	mm_sort_files("${files}")
	mm_refuse_missing_parts()
	mm_refuse_orphans()
	mm_refuse_new_exemptions()
	mm_refuse_bad_includes()
	mm_write_exempt_table()
endfunction()

function(mm_refuse_bad_without)
	mm_all_modules(known)
	foreach(name IN LISTS MM_WITHOUT)
		if(NOT name IN_LIST known)
			mm_refuse("MM_WITHOUT" "there is no module ${name}" "use names of: ${known}")
		endif()
	endforeach()
	mm_modules(built)
	foreach(name IN LISTS built)
		mm_get(uses ${name} USES)
		foreach(used IN LISTS uses)
			if(used IN_LIST MM_WITHOUT)
				mm_refuse_module("${name}" "USES ${used}, which MM_WITHOUT leaves out"
					"leave ${name} out as well, or keep ${used}")
			endif()
		endforeach()
	endforeach()
endfunction()

# Every file that could be part of a module, relative to the source tree.
function(mm_find_files out)
	set(patterns "${CMAKE_SOURCE_DIR}/include/*.h" "${CMAKE_SOURCE_DIR}/corpus/*")
	foreach(top ref invariants fuzz bench)
		foreach(ending c h cc)
			list(APPEND patterns "${CMAKE_SOURCE_DIR}/${top}/*.${ending}")
		endforeach()
	endforeach()
	file(GLOB_RECURSE files LIST_DIRECTORIES false RELATIVE "${CMAKE_SOURCE_DIR}"
		CONFIGURE_DEPENDS ${patterns})
	# READMEs are welcome anywhere; dot files are editors' droppings.
	list(FILTER files EXCLUDE REGEX "(^|/)(README\\.md|\\.[^/]*)$")
	set(${out} "${files}" PARENT_SCOPE)
endfunction()

# File each path under its module and part, the harness or the orphans.
function(mm_sort_files files)
	mm_core_headers(core)
	foreach(path IN LISTS files)
		mm_part_of(name layer part "${path}")
		mm_get(declared_layer "${name}" LAYER)
		if(part STREQUAL "free")
			set_property(GLOBAL APPEND PROPERTY mm_free_files "${path}")
		elseif(part STREQUAL "contract" AND name IN_LIST core)
			continue()
		elseif(part AND declared_layer AND
		       (part STREQUAL "contract" OR layer STREQUAL declared_layer))
			set_property(GLOBAL APPEND PROPERTY "mm_${name}_FILES_${part}" "${path}")
		else()
			set_property(GLOBAL APPEND PROPERTY mm_orphans "${path}")
		endif()
	endforeach()
endfunction()

# Which module, layer and part the path speaks of; all empty when of none.
function(mm_part_of out_name out_layer out_part path)
	set(name)
	set(layer)
	set(part)
	if(path MATCHES "^include/mm/([a-z0-9_]+)\\.h$")
		set(name ${CMAKE_MATCH_1})
		set(part contract)
	elseif(path MATCHES "^([a-z]+/[a-z]+)/" AND CMAKE_MATCH_1 IN_LIST MM_FREE_FOLDERS)
		set(part free)
	elseif(path IN_LIST MM_FREE_FILES)
		set(part free)
	elseif(path MATCHES "^ref/([a-z]+)/([a-z0-9_]+)(\\.c|/.*\\.[ch])$")
		set(layer ${CMAKE_MATCH_1})
		set(name ${CMAKE_MATCH_2})
		set(part code)
	elseif(path MATCHES "^invariants/([a-z]+)/([a-z0-9_]+)_(inv\\.c|prop\\.c|model\\.c|model\\.h)$")
		set(layer ${CMAKE_MATCH_1})
		set(name ${CMAKE_MATCH_2})
		set(ending ${CMAKE_MATCH_3})
		if(ending STREQUAL "inv.c")
			set(part checks)
		elseif(ending STREQUAL "prop.c")
			set(part properties)
		else()
			set(part model)
		endif()
	elseif(path MATCHES "^invariants/([a-z]+)/([a-z0-9_]+)/(inv|prop|model)[a-z0-9_]*\\.[ch]$")
		set(layer ${CMAKE_MATCH_1})
		set(name ${CMAKE_MATCH_2})
		string(REPLACE "inv" "checks" part "${CMAKE_MATCH_3}")
		string(REPLACE "prop" "properties" part "${part}")
	elseif(path MATCHES "^fuzz/([a-z]+)/([a-z0-9_]+)_ops\\.c$")
		set(layer ${CMAKE_MATCH_1})
		set(name ${CMAKE_MATCH_2})
		set(part operations)
	elseif(path MATCHES "^bench/([a-z]+)/([a-z0-9_]+)_bench\\.c$")
		set(layer ${CMAKE_MATCH_1})
		set(name ${CMAKE_MATCH_2})
		set(part benchmark)
	elseif(path MATCHES "^corpus/([a-z]+)/([a-z0-9_]+)/(seed|regress)/[^/]+\\.(ops|trail)$")
		set(layer ${CMAKE_MATCH_1})
		set(name ${CMAKE_MATCH_2})
		if(CMAKE_MATCH_3 STREQUAL "seed")
			set(part traces)
		else()
			set(part regress)
		endif()
	endif()
	set(${out_name} "${name}" PARENT_SCOPE)
	set(${out_layer} "${layer}" PARENT_SCOPE)
	set(${out_part} "${part}" PARENT_SCOPE)
endfunction()

# What must be among the files of a part for the part to be there.
function(mm_has_part out name part)
	mm_get(files ${name} FILES_${part})
	if(part STREQUAL "code")
		list(FILTER files INCLUDE REGEX "\\.c$")
	elseif(part STREQUAL "traces")
		list(FILTER files INCLUDE REGEX "\\.ops$")
	endif()
	if(files)
		set(${out} TRUE PARENT_SCOPE)
	else()
		set(${out} FALSE PARENT_SCOPE)
	endif()
endfunction()

function(mm_refuse_missing_parts)
	mm_all_modules(names)
	foreach(name IN LISTS names)
		mm_get(exempt ${name} EXEMPT)
		foreach(part IN LISTS MM_PARTS)
			mm_has_part(there ${name} ${part})
			mm_part_path(path ${name} ${part})
			if(there AND part IN_LIST exempt)
				mm_refuse_module(${name} "EXEMPT ${part}, but it has ${path}"
					"take EXEMPT ${part} out of its line (and out of cmake/exempt.lock)")
			elseif(NOT there AND NOT part IN_LIST exempt)
				set(todo "write ${path}")
				if(part STREQUAL "code")
					string(APPEND todo " (or files in ref/.../${name}/)")
				endif()
				mm_refuse_module(${name} "${part} missing: ${path}"
					"${todo};\nonly if ${part} make no sense here, put into its line:\n    EXEMPT ${part} \"reason\"")
			endif()
		endforeach()
	endforeach()
endfunction()

function(mm_refuse_orphans)
	get_property(orphans GLOBAL PROPERTY mm_orphans)
	if(NOT orphans)
		return()
	endif()
	list(GET orphans 0 path)
	mm_part_of(name layer part "${path}")
	mm_get(declared_layer "${name}" LAYER)
	if(declared_layer)
		mm_refuse("${path}:1" "orphan: module ${name} is in layer ${declared_layer}, not ${layer}"
			"move the file to its layer's folder")
	elseif(part)
		set(shown_layer "${layer}")
		if(NOT layer)
			set(shown_layer "layer")
		endif()
		mm_refuse("${path}:1" "orphan: there is no module ${name}"
			"add mm_module(${name} LAYER ${shown_layer} ...) to CMakeLists.txt, mend the name,\nor delete the file")
	else()
		mm_refuse("${path}:1" "orphan: no module has a part of this name or place"
			"move or rename it (the parts of a module: head of cmake/MmModule.cmake), or\ndelete it; a new harness folder goes into MM_FREE_FOLDERS there")
	endif()
endfunction()

# ---- exemptions -----------------------------------------------------------------

# cmake/exempt.lock lists "module part" lines. It may only shrink without a
# second thought: a new exemption is refused until somebody writes it there.
function(mm_refuse_new_exemptions)
	set(lock "${CMAKE_SOURCE_DIR}/cmake/exempt.lock")
	set(allowed)
	if(EXISTS "${lock}")
		set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${lock}")
		file(STRINGS "${lock}" allowed REGEX "^[a-z]")
	endif()
	mm_all_modules(names)
	set(new)
	set(used)
	foreach(name IN LISTS names)
		mm_get(parts ${name} EXEMPT)
		foreach(part IN LISTS parts)
			list(APPEND used "${name} ${part}")
			if(NOT "${name} ${part}" IN_LIST allowed)
				list(APPEND new "${name} ${part}")
			endif()
		endforeach()
	endforeach()
	if(new)
		list(GET new 0 first)
		string(REGEX REPLACE " .*" "" name "${first}")
		list(JOIN new "\n    " lines)
		mm_refuse_module(${name} "an exemption that cmake/exempt.lock does not allow: ${first}"
			"write the part; or, if it really makes no sense, add to cmake/exempt.lock:\n    ${lines}")
	endif()
	foreach(line IN LISTS allowed)
		if(NOT line IN_LIST used)
			mm_place_of(place "cmake/exempt.lock" "${line}")
			mm_refuse("${place}" "\"${line}\" is exempted no more" "delete the line, so that it stays so")
		endif()
	endforeach()
endfunction()

function(mm_write_exempt_table)
	set(rows)
	set(count 0)
	mm_all_modules(names)
	foreach(name IN LISTS names)
		mm_get(layer ${name} LAYER)
		mm_get(parts ${name} EXEMPT)
		foreach(part IN LISTS parts)
			mm_get(reason ${name} REASON_${part})
			string(APPEND rows "| ${layer} | ${name} | ${part} | ${reason} |\n")
			math(EXPR count "${count} + 1")
		endforeach()
	endforeach()
	mm_write("${CMAKE_BINARY_DIR}/gen/exempt.md"
		"# Parts that modules do without: ${count}\n\n| layer | module | part | reason |\n|---|---|---|---|\n${rows}")
endfunction()

# Write only when the content changes, so that nothing is rebuilt for nothing.
function(mm_write path content)
	set(old)
	if(EXISTS "${path}")
		file(READ "${path}" old)
	endif()
	if(NOT EXISTS "${path}" OR NOT old STREQUAL content)
		file(WRITE "${path}" "${content}")
	endif()
endfunction()

# ---- includes -----------------------------------------------------------------------

# Includes of one file as written: "mm/zone.h" with its quotes, <stdio.h>.
function(mm_includes_of out path)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${path}")
	file(STRINGS "${CMAKE_SOURCE_DIR}/${path}" lines REGEX "^[ \t]*#[ \t]*include")
	string(REGEX MATCHALL "include[ \t]*[\"<][^\">]*[\">]" found "${lines}")
	list(TRANSFORM found REPLACE "^include[ \t]*" "")
	set(${out} "${found}" PARENT_SCOPE)
endfunction()

function(mm_refuse_include path include what todo)
	mm_place_of(place "${path}" "${include}")
	mm_refuse("${place}" "#include ${include}: ${what}" "${todo}")
endfunction()

function(mm_refuse_bad_includes)
	mm_core_headers(core)
	foreach(name IN LISTS core)
		mm_scan(core "${name}" "include/mm/${name}.h")
	endforeach()
	mm_modules(names)
	foreach(name IN LISTS names)
		foreach(part contract code)
			mm_get(files ${name} FILES_${part})
			mm_scan(closed ${name} ${files})
		endforeach()
		foreach(part checks properties model operations benchmark)
			mm_get(files ${name} FILES_${part})
			mm_scan(open ${name} ${files})
		endforeach()
	endforeach()
	get_property(files GLOBAL PROPERTY mm_free_files)
	list(FILTER files INCLUDE REGEX "\\.(c|h|cc)$")
	foreach(path IN LISTS files)
		if(path MATCHES "^ref/")
			mm_scan(boot "" "${path}")
		else()
			mm_scan(free "" "${path}")
		endif()
	endforeach()
endfunction()

# Who sees what:
#   core     a core header: core headers
#   boot     ref/core: every contract, nothing else
#   closed   a module's contract and code: its USES, nothing else
#   open     the rest of a module: its layer and all lower ones, the harness
#   free     the harness: everything that is built

function(mm_scan view name)
	foreach(path IN LISTS ARGN)
		mm_includes_of(includes "${path}")
		foreach(include IN LISTS includes)
			string(REGEX REPLACE "[\"<>]" "" target "${include}")
			if(target MATCHES "(^|/)\\.\\.(/|$)")
				mm_refuse_include("${path}" "${include}" "a path that climbs"
					"include from a root: \"mm/x.h\", \"invariants/engine/x.h\"")
			elseif(target MATCHES "^mm/([a-z0-9_]+)\\.h$")
				mm_refuse_contract("${view}" "${name}" "${path}" "${include}" "${CMAKE_MATCH_1}")
			elseif(target MATCHES "^invariants/[a-z]+/([a-z0-9_]+)_model\\.h$" AND view STREQUAL "open")
				mm_refuse_contract("${view}" "${name}" "${path}" "${include}" "${CMAKE_MATCH_1}")
			elseif(target MATCHES "^(include|ref)/")
				mm_refuse_include("${path}" "${include}" "code is reached through its contract"
					"include \"mm/NAME.h\"")
			elseif(include MATCHES "^\"" AND view MATCHES "^(core|boot|closed)$")
				mm_refuse_private_include("${view}" "${path}" "${include}" "${target}")
			endif()
		endforeach()
	endforeach()
endfunction()

# A module in a folder of its own may have headers beside its code, nothing else.
function(mm_refuse_private_include view path include target)
	get_filename_component(folder "${path}" DIRECTORY)
	if(view STREQUAL "closed" AND folder MATCHES "^ref/[a-z]+/[a-z0-9_]+" AND
	   NOT target MATCHES "/" AND EXISTS "${CMAKE_SOURCE_DIR}/${folder}/${target}")
		return()
	endif()
	mm_refuse_include("${path}" "${include}" "contracts and code include only contracts"
		"include \"mm/NAME.h\"; what two modules share is a module")
endfunction()

# WANTED is a header's name: may module NAME with this VIEW see it?
function(mm_refuse_contract view name path include wanted)
	mm_core_headers(core)
	if(wanted IN_LIST core OR wanted STREQUAL name)
		return()
	endif()
	mm_get(wanted_layer ${wanted} LAYER)
	if(NOT wanted_layer)
		mm_refuse_include("${path}" "${include}" "${wanted} is neither a core header nor a module"
			"mend the name, or declare it in CMakeLists.txt")
	endif()
	if(wanted IN_LIST MM_WITHOUT)
		mm_refuse_include("${path}" "${include}" "MM_WITHOUT leaves ${wanted} out"
			"keep ${wanted}, or leave out what needs it")
	endif()
	if(view MATCHES "^(boot|free)$")
		return()
	endif()
	if(view STREQUAL "core")
		mm_refuse_include("${path}" "${include}" "core headers include only core headers"
			"forward-declare the struct")
	endif()
	mm_get(layer ${name} LAYER)
	mm_layer_above(above "${wanted_layer}" "${layer}")
	if(above)
		mm_refuse_include("${path}" "${include}"
			"upward include: ${wanted} is in ${wanted_layer}, above ${layer}"
			"low code calls high code only through include/mm/upcalls.h or an event")
	endif()
	mm_get(uses ${name} USES)
	if(view STREQUAL "closed" AND NOT wanted IN_LIST uses)
		mm_refuse_include("${path}" "${include}" "${wanted} is not in the USES of ${name}"
			"add it: mm_module(${name} LAYER ${layer} USES ... ${wanted}), or do without")
	endif()
endfunction()
