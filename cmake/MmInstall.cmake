# SPDX-License-Identifier: MIT
#
# What `cmake --install` puts down: the library, its contracts, a CMake package
# (find_package(mmref), target mmref::mmref), a pkg-config file, the command with
# its data inside.  Nothing names the place it was installed to or built in, so
# the whole prefix may be moved.
include_guard()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

function(mm_add_install)
	set(package "${CMAKE_INSTALL_LIBDIR}/cmake/mmref")

	install(TARGETS mmref EXPORT mmref ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
	install(TARGETS mmref-cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
	if(TARGET mmref-subject)
		# beside the command, which looks for it there
		install(TARGETS mmref-subject RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
	endif()
	install(DIRECTORY include/mm DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h")
	install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")

	# The export file is the whole package: the library needs nothing else.
	install(EXPORT mmref FILE mmref-config.cmake NAMESPACE mmref:: DESTINATION "${package}")
	write_basic_package_version_file("${MM_GEN}/mmref-config-version.cmake" COMPATIBILITY SameMinorVersion)
	install(FILES "${MM_GEN}/mmref-config-version.cmake" DESTINATION "${package}")
	mm_install_pkgconfig()
	mm_install_manual()
endfunction()

# The prefix is found from where the file lies; full folders, because each of
# them may have been given as an absolute one.
function(mm_install_pkgconfig)
	set(folder "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig")
	foreach(name LIBDIR INCLUDEDIR)
		file(RELATIVE_PATH path "${folder}" "${CMAKE_INSTALL_FULL_${name}}")
		string(REGEX REPLACE "/$" "" path "${path}")
		set(${name} "\${pcfiledir}/${path}")
	endforeach()
	file(RELATIVE_PATH path "${folder}" "${CMAKE_INSTALL_PREFIX}")
	string(REGEX REPLACE "/$" "" path "${path}")
	file(CONFIGURE OUTPUT "${MM_GEN}/mmref.pc" @ONLY CONTENT
"prefix=\${pcfiledir}/${path}
includedir=@INCLUDEDIR@
libdir=@LIBDIR@

Name: mmref
Description: @PROJECT_DESCRIPTION@
Version: @PROJECT_VERSION@
Cflags: -I\${includedir}
Libs: -L\${libdir} -lmmref
")
	install(FILES "${MM_GEN}/mmref.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endfunction()

# The command prints its own manual page and completions.  It does so when it is
# installed, not when it is built: a command that refuses to start (optable.lock)
# has to be built to say why.
function(mm_install_manual)
	if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
		message(STATUS "manual page and completions: skipped: no CMAKE_CROSSCOMPILING_EMULATOR runs the command")
		return()
	endif()
	set(share "${CMAKE_INSTALL_DATADIR}")
	mm_install_printed("--man" mmref.1 "${CMAKE_INSTALL_MANDIR}/man1" mmref.1)
	mm_install_printed("--completion;bash" mmref.bash "${share}/bash-completion/completions" mmref)
	mm_install_printed("--completion;zsh" mmref.zsh "${share}/zsh/site-functions" _mmref)
	mm_install_printed("--completion;fish" mmref.fish "${share}/fish/vendor_completions.d" mmref.fish)
endfunction()

# What `mmref help ARGUMENTS` prints, by way of <build>/gen/FILE.
function(mm_install_printed arguments file destination name)
	install(CODE "
		execute_process(COMMAND $<TARGET_PROPERTY:mmref-cli,CROSSCOMPILING_EMULATOR> \"$<TARGET_FILE:mmref-cli>\" help ${arguments}
			OUTPUT_FILE \"${MM_GEN}/${file}\" COMMAND_ERROR_IS_FATAL ANY)")
	install(FILES "${MM_GEN}/${file}" DESTINATION "${destination}" RENAME "${name}")
endfunction()
