# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016,SC2034
# Sourced by planted.sh: symbols, options, exceptions.

# The tree's own code does not compile; objects of the same names will do.
make_library() { # C-TEXT of ref/phys/zone.c
	printf '%s\n' "/* SPDX-License-Identifier: MIT */" "$1" >ref/phys/zone.c
	mkdir -p "$work/objects"
	rm -f "$work/objects"/*
	"${CC:-cc}" -c "${@:2}" -o "$work/objects/zone.c.o" ref/phys/zone.c
	ar rcs "$work/objects/lib.a" "$work/objects/zone.c.o"
}

if command -v "${CC:-cc}" >/dev/null && command -v nm >/dev/null; then
	library=(--library "$work/objects/lib.a")
	refused "ref/phys/zone.c:2: data: mm_zone_count is writable data" <<-'TEXT'
		make_library 'int mm_zone_count = 1;'
	TEXT
	refused "ref/phys/zone.c:2: names: zone_count is global" <<-'TEXT'
		make_library 'const int zone_count = 1;'
	TEXT
	refused "ref/phys/zone.c:2: names: mm_page_count is global" <<-'TEXT'
		make_library 'const int mm_page_count = 1;'
	TEXT
	make_tree "$work/tree"
	(cd "$work/tree" && make_library 'const int mm_zone_count = 1;')
	expect "a clean library" 0 "19 rules, 0 skipped: 0 findings" "${library[@]}"
	if (cd "$work/tree" && make_library 'int mm_zone_f(int *p) { return p[1]; }' \
		-fsanitize=address) 2>/dev/null; then
		expect "an instrumented library" 0 "is instrumented" "${library[@]}"
	fi
	(cd "$work/objects" && rm lib.a && ar rcs lib.a)
	expect "a library of nothing" 4 "names: looked at nothing" "${library[@]}" names
	library=()
else
	echo "symbols: skipped: found no C compiler or no nm"
fi

refused "cmake/MmFlags.cmake:5: options: MM_FAST is set by no preset" <<-'TEXT'
	printf 'set(MM_FAST "" CACHE STRING "x")\nif(MM_FAST)\nendif()\n' >>cmake/MmFlags.cmake
TEXT
refused "cmake/MmFlags.cmake:5: options: MM_FAST is used in no expression" <<-'TEXT'
	echo 'set(MM_FAST "" CACHE STRING "x")' >>cmake/MmFlags.cmake
	echo 'cmake -DMM_FAST=1' >>run
TEXT
refused "CMakePresets.json:2: options: MM_SLOW is no option" <<-'TEXT'
	echo '{ "MM_SLOW": "ON" }' >>CMakePresets.json
TEXT
refused "cmake/MmTests.cmake:2: options: MM_BENCH is declared outside" <<-'TEXT'
	printf '# SPDX-License-Identifier: MIT\noption(MM_BENCH "x" ON)\n' >cmake/MmTests.cmake
TEXT
refused "cmake/MmFlags.cmake:19: options: MM_H is one option too many, 8 are allowed" <<-'TEXT'
	for o in A B C D E F G H; do
		printf 'option(MM_%s "x" ON)\nif(MM_%s)\n' $o $o >>cmake/MmFlags.cmake
		echo "cmake -DMM_$o=1" >>run
	done
TEXT

allow() { # LINE
	echo "$1" >>invariants/source/allowed.txt
}
refused "invariants/source/allowed.txt:1: allowed: links gone.md excuses nothing" <<-'TEXT'
	allow "links gone.md 2026-01-02 it was there"
TEXT
refused "invariants/source/allowed.txt:1: allowed: no entry" <<-'TEXT'
	allow "links gone.md it was there"
TEXT
refused "invariants/source/allowed.txt:1: allowed: there is no rule lynx" <<-'TEXT'
	allow "lynx gone.md 2026-01-02 it was there"
TEXT
make_tree "$work/tree"
(
	cd "$work/tree" || exit 1
	echo "see [it](gone.md)" >>README.md
	allow "links gone.md 2026-01-02 it was there"
)
expect "an exception is counted" 0 "0 findings, 0 over a limit; 1 exceptions, used 1 times"
