# SPDX-License-Identifier: MIT
#
# cmake -DCOMPILER=gcc -DLANGUAGE=c -DDIALECT=c11 -DROOT=tree -DSCRATCH=path -P MmHeaderCheck.cmake
#
# Every include/mm/*.h compiles alone, and included twice, without a warning.
# The list is read from the folder, so no header can be forgotten.

file(GLOB headers "${ROOT}/include/mm/*.h")
if(NOT headers)
	message(FATAL_ERROR " no header in ${ROOT}/include/mm: nothing was checked")
endif()

set(warnings -pedantic -Wall -Wextra -Wshadow -Wconversion -Wundef -Werror)
if(LANGUAGE STREQUAL "c")
	list(APPEND warnings -Wstrict-prototypes -Wmissing-prototypes)
endif()

set(source "${SCRATCH}.${LANGUAGE}")
set(bad 0)
foreach(header IN LISTS headers)
	get_filename_component(name "${header}" NAME)
	# The last line keeps -pedantic from complaining of an empty file.
	file(WRITE "${source}" "#include \"mm/${name}\"\n#include \"mm/${name}\"\nextern int mm_header_check;\n")
	execute_process(COMMAND "${COMPILER}" -std=${DIALECT} ${warnings} -fsyntax-only
			-I "${ROOT}/include" "${source}"
		RESULT_VARIABLE status ERROR_VARIABLE text OUTPUT_VARIABLE text)
	if(NOT status EQUAL 0)
		message("include/mm/${name}: not clean alone or twice with ${COMPILER} -std=${DIALECT}\n${text}")
		math(EXPR bad "${bad} + 1")
	endif()
endforeach()
file(REMOVE "${source}")

list(LENGTH headers count)
if(bad)
	message(FATAL_ERROR "${bad} of ${count} headers are not clean")
endif()
message(STATUS "${count} headers clean with ${COMPILER} -std=${DIALECT}")
