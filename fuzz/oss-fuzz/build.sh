#!/bin/bash
# SPDX-License-Identifier: MIT
# What OSS-Fuzz and ClusterFuzzLite run, as `bash -eux`, to fill $OUT. Flags,
# compiler and engine are theirs: CC CXX CFLAGS CXXFLAGS LIB_FUZZING_ENGINE, which
# CMake takes from the environment (MM_ENGINE=external in cmake/MmFlags.cmake).
#
#     fuzz/targets/NAME.target --> $OUT/fuzz_NAME, fuzz_NAME_seed_corpus.zip,
#                                  fuzz_NAME.options, fuzz_NAME.dict
#
# simulate.sh beside it holds the result against their rules.
set -eu
cd "$SRC/mmref"
build=$WORK/mmref-$FUZZING_ENGINE-$SANITIZER

# The command that makes seeds and dictionaries is built with their flags too: it
# must neither look for leaks, which takes rights that a container may lack, nor
# write a profile.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 LLVM_PROFILE_FILE=/dev/null

# No build type: it would add flags to theirs. Warnings of compilers that we have
# not met must not end the fuzzing.
cmake -S . -B "$build" -DMM_ENGINE=external -DMM_BENCH=OFF -DMM_WERROR=OFF
names=()
programs=()
for target in fuzz/targets/*.target; do
	name=fuzz_$(basename "$target" .target)
	names+=("$name")
	programs+=(--target "$name")
done
cmake --build "$build" --parallel "$(nproc)" --target mmref-cli "${programs[@]}"

for name in "${names[@]}"; do
	cp "$build/$name" "$OUT/"
	cp fuzz/oss-fuzz/options "$OUT/$name.options"
	if [ -e "$build/${name#fuzz_}.dict" ]; then
		cp "$build/${name#fuzz_}.dict" "$OUT/$name.dict"
	fi
	seeds=$WORK/seeds/$name
	rm -rf "$seeds" "$OUT/${name}_seed_corpus.zip"
	mkdir -p "$seeds"
	"$build/mmref" corpus seed "${name#fuzz_}" "$seeds"
	# The same traces give the same archive.
	find "$seeds" -type f -exec touch -d @315532800 {} +
	(cd "$seeds" && find . -type f | LC_ALL=C sort | zip -q -X -@ "$OUT/${name}_seed_corpus.zip")
done
