#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/tests/theft.sh WORK: MM_THEFT=system.  A libtheft stands in that is this
# tree's own engine, of which only theft's names can be seen, installed in a folder
# of its own with a pkg-config file.  The suites build and pass against it, what
# it cannot do is said once, and without one configuring says what it skips.
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
if [ $# -ne 1 ]; then
	echo "usage: theft.sh WORK" >&2
	exit 2
fi
mkdir -p "$1"
work=$(cd "$1" && pwd -P)
log=$work/log
prefix=$work/prefix

# shellcheck source=cmake/tests/verdicts.sh
. "$root/cmake/tests/verdicts.sh"

if command -v ninja >/dev/null; then
	export CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja}
fi
unset PKG_CONFIG_PATH MAKEFLAGS MM_PROPERTY_SEED

configure() { # BUILD [-D...]
	local build=$1
	shift
	cmake -S "$root" -B "$work/$build" -DCMAKE_BUILD_TYPE=Debug -DMM_BENCH=OFF "$@"
}

# One object of all, in which nothing but theft_... is global: what goes beyond
# must come from the bridge, or the link fails on two definitions.
install_stand_in() {
	mkdir -p "$prefix/lib/pkgconfig" "$prefix/include" "$work/objects"
	(cd "$work/objects" && ar x "$work/bundled/libmmref-theft.a") || return 1
	ld -r -o "$work/theft.o" "$work"/objects/*.o || return 1
	objcopy --wildcard --keep-global-symbol='theft_*' "$work/theft.o" || return 1
	ar rcs "$prefix/lib/libtheft.a" "$work/theft.o" || return 1
	cp "$root"/invariants/property/include/theft*.h "$prefix/include/"
	cat >"$prefix/lib/pkgconfig/libtheft.pc" <<-END
		prefix=$prefix
		Name: libtheft
		Description: stand-in
		Version: 0.4.5
		Cflags: -I\${prefix}/include
		Libs: -L\${prefix}/lib -ltheft -lm
	END
}

# What mm_property.h promises, asked twice.
beyond_program() {
	cat >"$work/beyond.c" <<-'END'
		#include "invariants/property/mm_property.h"
		#include <stdlib.h>
		static enum theft_alloc_res make(struct theft *t, void *env, void **instance)
		{
			(void)env;
			mm_property_begin(t);
			*instance = calloc(1, 1 + theft_random_bits(t, 3));
			mm_property_end(t);
			return *instance ? THEFT_ALLOC_OK : THEFT_ALLOC_ERROR;
		}
		static enum theft_trial_res holds(struct theft *t, void *a)
		{
			(void)a;
			mm_property_label(t, "any");
			return mm_property_is_shrinking(t) ? THEFT_TRIAL_ERROR : THEFT_TRIAL_PASS;
		}
		int main(void)
		{
			struct theft_type_info type = {.alloc = make, .free = theft_generic_free_cb};
			struct theft_run_config cfg = {.prop1 = holds, .type_info = {&type}, .name = "beyond"};
			struct mm_property_options options = {.max_ms = 1000, .quiet = true};
			struct mm_property_result result;
			int i;
			options.report = mm_property_report_open(MM_PROPERTY_TAP, stdout, "beyond");
			for (i = 0; i < 2; i++)
				if (mm_property_run(&cfg, &options, &result) != THEFT_RUN_PASS)
					return 1;
			if (mm_property_one(&cfg, NULL, 0) != THEFT_TRIAL_SKIP || mm_property_is_bundled())
				return 1;
			return !mm_property_report_close(options.report);
		}
	END
	"${CC:-cc}" -std=c11 -Wall -Wextra -Werror -I"$root" "$work/beyond.c" \
		"$work/system/libmmref-theft.a" -o "$work/beyond" \
		-I"$prefix/include" -L"$prefix/lib" -ltheft -lm
}

rm -rf "$prefix" "$work/objects"
run "configuring bundled" 0 'Generating done' configure bundled
run "building bundled" 0 'libmmref-theft' cmake --build "$work/bundled" -j2 --target mmref-theft --clean-first
run "installing a stand-in" 0 '' install_stand_in

export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
rm -rf "$work/system"
run "configuring system" 0 'prop/property: skipped: MM_THEFT is system' \
	configure system -DMM_THEFT=system
run "building the suites" 0 'theft-suites' cmake --build "$work/system" -j2 --target theft-suites
run "the suites over it" 0 '^[0-9]+ tests, [0-9]+ checks: ok' "$work/system/theft-suites"
run "a program that wants more" 0 '' beyond_program
run "runs with less" 0 '^1\.\.2$' "$work/beyond"
if [ "$(grep -c 'are left out' "$log")" = 1 ]; then pass; else fail "said once"; fi

unset PKG_CONFIG_PATH
export PKG_CONFIG_LIBDIR=$work/nowhere
rm -rf "$work/none"
run "no libtheft" 0 'prop/theft: skipped: no libtheft' configure none -DMM_THEFT=system
run "no test of it" 0 '' ctest --test-dir "$work/none" -N
if grep -q 'prop/theft' "$log"; then fail "a test without a program"; else pass; fi

echo "theft: $passed passed, $failed failed"
[ $failed -eq 0 ]
