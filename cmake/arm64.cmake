# SPDX-License-Identifier: MIT
#
# Toolchain of preset arm64.
set(MM_CROSS_PRESET arm64)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
include("${CMAKE_CURRENT_LIST_DIR}/MmCross.cmake")
