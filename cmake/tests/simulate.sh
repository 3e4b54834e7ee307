#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/tests/simulate.sh WORK: what a fuzzing service would refuse, refused here
# first. A copy of the tree with one target is built as a service would, and passes;
# then it is built again with a mistake, one at a time, and each is named with what
# to do.
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
if [ $# -ne 1 ]; then
	echo "usage: simulate.sh WORK" >&2
	exit 2
fi
mkdir -p "$1"
work=$(cd "$1" && pwd -P)
tree=$work/tree
log=$work/log
passed=0
failed=0
rm -rf "$tree"

for tool in clang-14 clang++-14 objdump zip unzip; do
	if ! command -v $tool >/dev/null; then
		echo "skipped: there is no $tool"
		exit 0
	fi
done

copy_tree() {
	mkdir -p "$tree/fuzz/targets"
	bash "$root/invariants/source/check.sh" --root "$root" --files |
		grep -v '^fuzz/targets/.*\.target$' | tar -C "$root" -cf - -T - | tar -C "$tree" -xf -
	cp "$root/fuzz/targets/buddy.target" "$tree/fuzz/targets/"
}

# Files in which mistakes are made, as they were: the tree itself may be edited
# while this runs.
mistaken='fuzz/oss-fuzz/build.sh fuzz/targets/harness.c cmake/MmTargets.cmake'

keep_sound() {
	local file
	for file in $mistaken; do
		cp "$tree/$file" "$work/sound-$(basename "$file")"
	done
}

restore() {
	local file
	for file in $mistaken; do
		cp "$work/sound-$(basename "$file")" "$tree/$file"
	done
}

simulate() {
	bash "$root/fuzz/oss-fuzz/simulate.sh" --work "$work/box" --tree "$tree" libfuzzer address >"$log" 2>&1
}

# refused WHAT WANTED...: after the mistake was made in the tree.
refused() {
	local what=$1 got=0 wanted missing=
	shift
	simulate || got=$?
	for wanted in "$@"; do
		grep -qF -- "$wanted" "$log" || missing=$wanted
	done
	if [ $got -ne 1 ]; then
		echo "FAILED: $what: status $got, wanted 1"
	elif [ -n "$missing" ]; then
		echo "FAILED: $what: wanted \"$missing\""
	elif ! grep -q '^    To do: ' "$log"; then
		echo "FAILED: $what: not said what to do"
	else
		passed=$((passed + 1))
		restore
		return
	fi
	sed 's/^/    /' "$log"
	failed=$((failed + 1))
	restore
}

script=$tree/fuzz/oss-fuzz/build.sh
copy_tree
keep_sound
if simulate && grep -q '^   fuzz_buddy: [0-9]* seeds, [0-9]* edges' "$log"; then
	grep '^   ' "$log"
	passed=$((passed + 1))
else
	echo "FAILED: the tree as it is"
	cat "$log"
	exit 1
fi

cat >>"$script" <<'END'
printf '#include <stddef.h>\nint LLVMFuzzerTestOneInput(const char *d, size_t n) { return n > 3 && *d ? 0 * *d : 0; }\n' >"$WORK/sliver.c"
$CC $CFLAGS -Wno-missing-prototypes -c "$WORK/sliver.c" -o "$WORK/sliver.o"
$CXX $CXXFLAGS "$WORK/sliver.o" $LIB_FUZZING_ENGINE -o "$OUT/fuzz_buddy"
END
refused "a sliver of the library" "edges are instrumented, at least 100 are wanted" \
	"calls of __asan, at least 1000 are wanted"

sed -i 's/^	copy = malloc(size ? size : 1);/	if (size > 2 \&\& data[0] == 88 \&\& data[1] == 89)\n		abort();\n&/' \
	"$tree/fuzz/targets/harness.c"
printf 'printf XYZ >"$WORK/x"\nzip -q -j "$OUT/fuzz_buddy_seed_corpus.zip" "$WORK/x"\n' >>"$script"
refused "a seed that crashes" "BAD fuzz_buddy_seed_corpus.zip: a seed crashes the target"

printf 'cp "$OUT/fuzz_buddy" "$OUT/fuzz_old"\necho nonsense >>"$OUT/fuzz_buddy.options"\n' >>"$script"
refused "a stray target, a bad option" "BAD fuzz_old: is stray" '"nonsense" is neither a section nor a key = value'

printf 'rm "$OUT"/*_seed_corpus.zip\n' >>"$script"
refused "no seeds" "BAD fuzz_buddy: has no fuzz_buddy_seed_corpus.zip"

sed -i '/PRIVATE "${LIB_FUZZING_ENGINE}")/d' "$tree/cmake/MmTargets.cmake"
refused "not linked with the engine" "BAD build.sh: it failed" 'link targets with $LIB_FUZZING_ENGINE'

printf 'CFLAGS="$CFLAGS -fsanitize=undefined"\n' >>"$script"
sed -i 's/^	mm_flags(mmref-mutate)/	mm_flags(mmref-mutate INSTRUMENT)/' "$tree/cmake/MmTargets.cmake"
refused "flags of our own, and the mutator in the engine's sight" "names a sanitizer or an engine itself" \
	"fuzz/mutate/mutate.c.o: the engine sees it"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
