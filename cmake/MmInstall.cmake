# SPDX-License-Identifier: MIT
#
# What `cmake --install` puts down: the library, its contracts, a CMake package
# (find_package(mmref), target mmref::mmref), a pkg-config file, the command.
include_guard()

function(mm_add_install)
	include(GNUInstallDirs)
	include(CMakePackageConfigHelpers)
	set(package "${CMAKE_INSTALL_LIBDIR}/cmake/mmref")

	install(TARGETS mmref EXPORT mmref ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
	install(TARGETS mmref-cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
	install(DIRECTORY include/mm DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h")

	# The export file is the whole package: the library needs nothing else.
	install(EXPORT mmref FILE mmref-config.cmake NAMESPACE mmref:: DESTINATION "${package}")
	write_basic_package_version_file("${MM_GEN}/mmref-config-version.cmake" COMPATIBILITY SameMinorVersion)
	install(FILES "${MM_GEN}/mmref-config-version.cmake" DESTINATION "${package}")

	file(CONFIGURE OUTPUT "${MM_GEN}/mmref.pc" @ONLY CONTENT
"prefix=@CMAKE_INSTALL_PREFIX@
Name: mmref
Description: @PROJECT_DESCRIPTION@
Version: @PROJECT_VERSION@
Cflags: -I\${prefix}/@CMAKE_INSTALL_INCLUDEDIR@
Libs: -L\${prefix}/@CMAKE_INSTALL_LIBDIR@ -lmmref
")
	install(FILES "${MM_GEN}/mmref.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endfunction()
