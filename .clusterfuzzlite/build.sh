#!/bin/bash
# SPDX-License-Identifier: MIT
# The same build as for OSS-Fuzz.
set -eu
exec bash -eux "$SRC/mmref/fuzz/oss-fuzz/build.sh"
