#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/tests/refusals.sh WORK: each refusal of the module system, provoked on a
# fresh tree and on one that was configured and built before. The second is the
# one that is easily lost.
set -u
# shellcheck source=cmake/tests/toy.sh
source "$(dirname "$0")/toy.sh"

work=$(mkdir -p "$1" && cd "$1" && pwd)
rm -rf "$work"
mkdir -p "$work"
log=$work/log
passed=0
failed=0

configure() { # TREE BUILD [-D...]
	cmake -S "$1" -B "$2" -DTOY_LANGUAGES=NONE "${@:3}" >"$log" 2>&1
}

build() { # BUILD
	cmake --build "$1" >"$log" 2>&1
}

verdict() { # NAME WHEN STATUS WANTED...: the run failed and said all of WANTED
	local name=$1 when=$2 status=$3 want
	shift 3
	if [ "$status" -eq 0 ]; then
		echo "NOT REFUSED ($when): $name"
		failed=$((failed + 1))
		return
	fi
	for want in "$@"; do
		if ! grep -qF -- "$want" "$log"; then
			echo "REFUSED WITH ANOTHER TEXT ($when): $name: wanted \"$want\", got:"
			sed 's/^/    /' "$log"
			failed=$((failed + 1))
			return
		fi
	done
	passed=$((passed + 1))
}

# refuse NAME CHANGE WANTED...: CHANGE is shell text run in the tree. Without
# it the tree is sound, with it the tree must be refused in these words.
refuse() {
	local name=$1 change=$2 tree=$work/tree
	shift 2
	rm -rf "$tree" "$work/fresh"
	cp -a "$work/base" "$tree"
	(cd "$tree" && eval "$change")
	configure "$tree" "$work/fresh"
	verdict "$name" "fresh tree" $? "$@"

	for generator in "${asked[@]}"; do
		restore "$generator"
		(cd "$tree" && eval "$change")
		build "$work/built"
		verdict "$name" "configured tree, $generator" $? "$@"
		if [ ${#asked[@]} -gt 1 ]; then
			build "$work/built"
			verdict "$name" "configured tree again, $generator" $? "$@"
		fi
	done
}

# The same with every generator, and once more after the failed build, for one change of each kind that a build must
# notice: a file gone, a file new, a file, a module line or the lock changed.
refuse_with_all() {
	asked=("${generators[@]}")
	refuse "$@"
	asked=("${generators[0]}")
}

# Put back the sound tree and its build, both at the places CMake remembers.
restore() { # GENERATOR
	rm -rf "$work/tree" "$work/built"
	cp -a "$work/base" "$work/tree"
	cp -a "$work/built-$1" "$work/built"
}

accepted() { # NAME STATUS
	if [ "$2" -eq 0 ]; then
		passed=$((passed + 1))
	else
		echo "REFUSED WRONGLY: $1"
		sed 's/^/    /' "$log"
		failed=$((failed + 1))
	fi
}

accept() { # NAME CHANGE: a change that must go through, also when built before
	local name=$1
	restore "${generators[0]}"
	(cd "$work/tree" && eval "$2")
	build "$work/built"
	accepted "$name" $?
}

edit() { # FILE SED-EXPRESSION: a change to CMakeLists.txt or a lock
	sed -i "$2" "$1"
}

add_include() { # FILE INCLUDE
	sed -i "1i /* first line */\n#include $2" "$1"
}

# Both generators look for new files and changed ones in ways of their own.
generators=("Unix Makefiles")
if command -v ninja >/dev/null; then
	generators=(Ninja "Unix Makefiles")
fi
asked=("${generators[0]}")
(make_toy "$work/base") || exit 1
for generator in "${generators[@]}"; do
	rm -rf "$work/tree" "$work/built"
	cp -a "$work/base" "$work/tree"
	if ! configure "$work/tree" "$work/built" -G "$generator" || ! build "$work/built"; then
		echo "the sound tree is refused:"
		cat "$log"
		exit 1
	fi
	mv "$work/built" "$work/built-$generator"
done

# ---- parts ----
refuse "no contract" 'rm include/mm/ram.h' \
	"CMakeLists.txt:7: module ram: contract missing: include/mm/ram.h" 'EXEMPT contract "reason"'
refuse_with_all "no code" 'rm ref/sim/ram.c' \
	"CMakeLists.txt:7: module ram: code missing: ref/sim/ram.c" 'EXEMPT code "reason"'
refuse "no checks" 'rm invariants/sim/ram_inv.c' \
	"CMakeLists.txt:7: module ram: checks missing: invariants/sim/ram_inv.c" 'EXEMPT checks "reason"'
refuse "no properties" 'rm invariants/sim/ram_prop.c' \
	"module ram: properties missing: invariants/sim/ram_prop.c" 'EXEMPT properties "reason"'
refuse "no operations" 'rm fuzz/sim/ram_ops.c' \
	"module ram: operations missing: fuzz/sim/ram_ops.c" 'EXEMPT operations "reason"'
refuse "no benchmark" 'rm bench/sim/ram_bench.c' \
	"module ram: benchmark missing: bench/sim/ram_bench.c" 'EXEMPT benchmark "reason"'
refuse_with_all "no seed trace" 'rm corpus/sim/ram/seed/*.ops' \
	"module ram: traces missing: corpus/sim/ram/seed/" 'EXEMPT traces "reason"'
refuse "a new module has nothing" 'edit CMakeLists.txt "11a mm_module(pcp LAYER phys USES zone)"' \
	"CMakeLists.txt:12: module pcp: contract missing: include/mm/pcp.h"

# ---- orphans ----
refuse "orphan contract" 'echo >include/mm/ghost.h' \
	"include/mm/ghost.h:1: orphan: there is no module ghost" "add mm_module(ghost LAYER"
refuse_with_all "orphan code" 'echo >ref/phys/ghost.c' \
	"ref/phys/ghost.c:1: orphan: there is no module ghost" "add mm_module(ghost LAYER phys"
refuse_with_all "orphan in a new layer folder" 'mkdir ref/virt; echo >ref/virt/ghost.c' \
	"ref/virt/ghost.c:1: orphan: there is no module ghost"
refuse "orphan check" 'echo >invariants/phys/ghost_inv.c' "invariants/phys/ghost_inv.c:1: orphan"
refuse "orphan beside a model" 'echo >invariants/phys/zone/names.c' "invariants/phys/zone/names.c:1: orphan"
refuse "orphan model" 'mkdir invariants/phys/ghost; echo >invariants/phys/ghost/model.c' \
	"invariants/phys/ghost/model.c:1: orphan: there is no module ghost"
refuse "orphan operations" 'echo >fuzz/phys/ghost_ops.c' "fuzz/phys/ghost_ops.c:1: orphan"
refuse "orphan benchmark" 'echo >bench/phys/ghost_bench.c' "bench/phys/ghost_bench.c:1: orphan"
refuse "orphan trace" 'mkdir -p corpus/phys/ghost/seed; echo >corpus/phys/ghost/seed/a.ops' \
	"corpus/phys/ghost/seed/a.ops:1: orphan"
refuse "stray file beside traces" 'echo >corpus/phys/zone/seed/a.txt' \
	"corpus/phys/zone/seed/a.txt:1: orphan: no module has a part of this name or place"
refuse "stray file at the top" 'echo >ref/helpers.c' "ref/helpers.c:1: orphan"
refuse "header beside single-file code" 'echo >ref/sim/ram.h' "ref/sim/ram.h:1: orphan"
refuse "unknown harness folder" 'mkdir fuzz/triage; echo >fuzz/triage/a.c' \
	"fuzz/triage/a.c:1: orphan" "MM_FREE_FOLDERS"
refuse "file in another layer" 'mkdir ref/lib -p; echo >ref/lib/zone.c' \
	"ref/lib/zone.c:1: orphan: module zone is in layer phys, not lib"
refuse "line deleted, files left" 'edit CMakeLists.txt "/mm_module(zone/d"' "there is no module zone"

# ---- includes ----
refuse "code includes what is not in USES" 'add_include ref/phys/page/page.c "\"mm/ram.h\""' \
	'ref/phys/page/page.c:2: #include "mm/ram.h": ram is not in the USES of page' \
	"mm_module(page LAYER phys USES ... ram)"
refuse "contract includes what is not in USES" 'add_include include/mm/page.h "\"mm/list.h\""' \
	'include/mm/page.h:2: #include "mm/list.h": list is not in the USES of page'
refuse "in angle brackets" 'add_include ref/phys/page/page.c "<mm/ram.h>"' "#include <mm/ram.h>: ram is not in"
refuse "oddly spaced" 'printf "  #\tinclude\t\"mm/ram.h\" // [;\n" >>ref/phys/page/page.c' \
	'#include "mm/ram.h": ram is not in'
refuse "USES is not inherited" 'add_include ref/sim/clock.c "\"mm/list.h\""' \
	"list is not in the USES of clock"
refuse_with_all "upward include in code" 'add_include ref/sim/ram.c "\"mm/zone.h\""' \
	'ref/sim/ram.c:2: #include "mm/zone.h": upward include: zone is in phys, above sim' "upcalls.h"
refuse "upward include in a contract" 'add_include include/mm/list.h "\"mm/ram.h\""' \
	"include/mm/list.h:2" "upward include: ram is in sim, above lib"
for part in invariants/sim/ram_inv.c invariants/sim/ram_prop.c fuzz/sim/ram_ops.c bench/sim/ram_bench.c; do
	refuse "upward include in $part" "add_include $part '\"mm/page.h\"'" \
		"$part:2" "upward include: page is in phys, above sim"
done
refuse "upward include of a model" \
	'add_include invariants/sim/ram_prop.c "\"invariants/phys/zone_model.h\""' "upward include: zone"
refuse "later module of the same layer" 'add_include ref/phys/page/page.c "\"mm/zone.h\""' \
	"zone is not in the USES of page"
refuse "unknown header" 'add_include ref/sim/ram.c "\"mm/ghost.h\""' \
	"ghost is neither a core header nor a module"
refuse "core includes a module" 'add_include include/mm/ctx.h "\"mm/list.h\""' \
	"include/mm/ctx.h:2" "core headers include only core headers"
refuse "core code includes the harness" 'add_include ref/core/boot.c "\"invariants/engine/prop.h\""' \
	"ref/core/boot.c:2" "contracts and code include only contracts"
refuse "climbing path" 'add_include ref/sim/ram.c "\"../../include/mm/zone.h\""' "a path that climbs"
refuse "path around the contract" 'add_include invariants/sim/ram_inv.c "\"include/mm/zone.h\""' \
	"code is reached through its contract"
refuse "code includes the harness" 'add_include ref/sim/ram.c "\"invariants/engine/prop.h\""' \
	"contracts and code include only contracts"

# ---- module lines ----
refuse_with_all "USES of a later module" 'edit CMakeLists.txt "s/(page LAYER phys/& USES zone/"' \
	"CMakeLists.txt:10: module page: USES zone, which comes later (CMakeLists.txt:11)"
refuse "USES of a module of a higher layer" 'edit CMakeLists.txt "s/(ram LAYER sim/& USES page/"' \
	"module ram: USES page, which comes later"
refuse "USES of an unknown module" 'edit CMakeLists.txt "s/(ram LAYER sim/& USES ghost/"' \
	"CMakeLists.txt:7: module ram: USES ghost, and there is no such module"
refuse "USES of itself" 'edit CMakeLists.txt "s/(ram LAYER sim/& USES ram/"' "USES itself"
refuse "USES of core" 'edit CMakeLists.txt "s/(ram LAYER sim/& USES ctx/"' "a core header"
refuse "unknown layer" 'edit CMakeLists.txt "s/(ram LAYER sim/(ram LAYER hardware/"' "LAYER is \"hardware\""
refuse "no layer" 'edit CMakeLists.txt "s/(list LAYER lib/(list/"' "module list: LAYER is \"\""
refuse "lines out of layer order" 'edit CMakeLists.txt "11a mm_module(late LAYER lib)"' \
	"CMakeLists.txt:12: module late: layer lib comes after zone of layer phys"
refuse "a layer's name" 'edit CMakeLists.txt "11a mm_module(virt LAYER phys)"' \
	"module virt: bears the name of a layer"
refuse "a core header's name" 'edit CMakeLists.txt "11a mm_module(ctx LAYER phys)"' \
	"include/mm/ctx.h is a core header"
refuse "a part's name" 'edit CMakeLists.txt "11a mm_module(zone_ops LAYER phys)"' "the ending is that of"
refuse "not a name" 'edit CMakeLists.txt "11a mm_module(Zone LAYER phys)"' "not a name"
refuse "duplicate" 'edit CMakeLists.txt "11a mm_module(page LAYER phys)"' \
	"CMakeLists.txt:12: module page: declared twice"
refuse "unknown word" 'edit CMakeLists.txt "s/(ram LAYER sim/(ram WITH clock LAYER sim/"' \
	"do not know what to do with: WITH"
refuse "missing core header" 'rm include/mm/ops.h' "core header include/mm/ops.h is missing"

# ---- exemptions ----
refuse "EXEMPT without reason at the end" 'edit CMakeLists.txt "s/ list page)/ list page EXEMPT benchmark)/"' \
	"module zone: EXEMPT benchmark has no reason"
refuse "EXEMPT with an empty reason" 'edit CMakeLists.txt "s/ list page)/ list page EXEMPT benchmark \"\")/"' \
	"module zone: EXEMPT benchmark has no reason"
refuse "EXEMPT with a blank reason" 'edit CMakeLists.txt "s/ list page)/ list page EXEMPT benchmark \"  \")/"' \
	"module zone: EXEMPT benchmark has no reason"
refuse "EXEMPT with a part as reason" \
	'edit CMakeLists.txt "s/ list page)/ list page EXEMPT benchmark traces \"why\")/"' \
	"module zone: EXEMPT benchmark has no reason"
refuse "EXEMPT of no part" 'edit CMakeLists.txt "s/ list page)/ list page EXEMPT bench \"slow\")/"' \
	'EXEMPT names no part: "bench"'
refuse "EXEMPT twice" 'edit CMakeLists.txt "s/checks \"holds nothing\"/& checks \"really\"/"' \
	"EXEMPT checks stands twice"
refuse "EXEMPT of a part that is there" 'edit CMakeLists.txt "s/ list page)/ list page EXEMPT checks \"x\")/"' \
	"EXEMPT checks, but it has invariants/phys/zone_inv.c"
refuse "an exemption that is not in the lock" \
	'rm bench/phys/zone_bench.c; edit CMakeLists.txt "s/ list page)/ list page EXEMPT benchmark \"slow\")/"' \
	"CMakeLists.txt:11: module zone" "cmake/exempt.lock does not allow: zone benchmark" \
	"add to cmake/exempt.lock:"
refuse_with_all "the lock loses a line" 'edit cmake/exempt.lock "/clock checks/d"' "does not allow: clock checks"
refuse "the lock keeps an old line" 'echo "zone benchmark" >>cmake/exempt.lock' \
	'cmake/exempt.lock:3: "zone benchmark" is exempted no more'

# ---- what must go through ----
accept "checks, operations and benchmarks see lower layers without USES" \
	'for f in invariants/phys/page_inv.c invariants/phys/page_prop.c fuzz/phys/page_ops.c bench/phys/page_bench.c; do
		add_include $f "\"mm/ram.h\""
		add_include $f "\"mm/zone.h\""
	done
	add_include invariants/phys/page_prop.c "\"invariants/phys/zone_model.h\""'
accept "the harness and core code see every contract" \
	'add_include ref/core/boot.c "\"mm/zone.h\""; mkdir -p invariants/cross; printf "#include \"mm/zone.h\"\n#include \"mm/list.h\"\n" >invariants/cross/a.c'
accept "READMEs, dot files, recordings and targets belong to no module" \
	'mkdir -p fuzz/targets corpus/recordings; touch ref/phys/README.md ref/phys/.zone.c.swp \
		fuzz/targets/a.target corpus/recordings/a.txt.gz fuzz/optable.lock corpus/phys/zone/README.md'
accept "a module deleted with all its files" \
	'edit CMakeLists.txt "/mm_module(zone/d"; rm -r include/mm/zone.h ref/phys/zone.c invariants/phys/zone* \
		fuzz/phys/zone* bench/phys/zone* corpus/phys/zone'

# ---- leaving modules out ----
without() { # NAME MODULES [WANTED...]: refused with WANTED, or accepted when there is none
	local name=$1 modules=$2
	shift 2
	rm -rf "$work/fresh"
	configure "$work/base" "$work/fresh" "-DMM_WITHOUT=$modules"
	local status=$?
	if [ $# -gt 0 ]; then
		verdict "$name" "MM_WITHOUT=$modules" $status "$@"
	else
		accepted "$name" $status
	fi
}
without "a module nobody uses" zone
without "two modules" "zone;page"
without "an exempted module" clock
without "a used module" page "module zone: USES page, which MM_WITHOUT leaves out"
without "an unknown module" ghost "MM_WITHOUT: there is no module ghost"
add_include "$work/base/fuzz/phys/zone_ops.c" '"mm/clock.h"'
without "a module that operations include" clock \
	'fuzz/phys/zone_ops.c:2: #include "mm/clock.h": MM_WITHOUT leaves clock out'
mkdir -p "$work/base/fuzz/command"
echo '#include "mm/zone.h"' >"$work/base/fuzz/command/show.c"
without "a module that the harness includes" zone \
	'fuzz/command/show.c:1: #include "mm/zone.h": MM_WITHOUT leaves zone out'

# ---- the table of exemptions ----
if grep -qxF '| sim | clock | benchmark | one addition; no more |' "$work/built-${generators[0]}/gen/exempt.md"; then
	passed=$((passed + 1))
else
	echo "gen/exempt.md lacks its row:"
	cat "$work/built-${generators[0]}/gen/exempt.md"
	failed=$((failed + 1))
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
