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
	install(DIRECTORY include/mm DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h")
	install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")

	# The export file is the whole package: the library needs nothing else.
	install(EXPORT mmref FILE mmref-config.cmake NAMESPACE mmref:: DESTINATION "${package}")
	write_basic_package_version_file("${MM_GEN}/mmref-config-version.cmake" COMPATIBILITY SameMinorVersion)
	install(FILES "${MM_GEN}/mmref-config-version.cmake" DESTINATION "${package}")
	mm_install_pkgconfig()
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
