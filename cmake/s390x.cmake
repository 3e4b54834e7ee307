# SPDX-License-Identifier: MIT
#
# Toolchain of preset s390x.
set(MM_CROSS_PRESET s390x)
set(CMAKE_SYSTEM_PROCESSOR s390x)
include("${CMAKE_CURRENT_LIST_DIR}/MmCross.cmake")
