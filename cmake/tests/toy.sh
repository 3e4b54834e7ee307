# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced by the tests here: makes a whole tree of tiny modules around a copy of
# the real cmake/ folder, so that each refusal can be provoked.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# The same generator whoever calls.
if command -v ninja >/dev/null; then
	export CMAKE_GENERATOR=Ninja
else
	export CMAKE_GENERATOR="Unix Makefiles"
fi

# put PATH: write standard input to PATH, making its folder.
put() {
	mkdir -p "$(dirname "$1")"
	cat >"$1"
}

# toy_module NAME LAYER [INCLUDE...]: all parts of a module.
toy_module() {
	local name=$1 layer=$2 include
	shift 2
	{
		printf '#ifndef MM_%s_H\n#define MM_%s_H\n#include "mm/ctx.h"\n' "${name^^}" "${name^^}"
		for include in "$@"; do
			printf '#include "mm/%s.h"\n' "$include"
		done
		printf 'int mm_%s_value(void);\nint mm_%s_boot(struct mm_ctx *x);\n#endif\n' "$name" "$name"
	} | put "include/mm/$name.h"
	put "ref/$layer/$name.c" <<-END
		#include "mm/$name.h"
		int mm_${name}_value(void)
		{
			return 1;
		}
		int mm_${name}_boot(struct mm_ctx *x)
		{
			x->booted++;
			return 0;
		}
	END
	put "invariants/$layer/${name}_inv.c" <<-END
		#include "mm/check.h"
		#include "mm/$name.h"
		extern const struct mm_inv mm_${name}_invs[];
		const struct mm_inv mm_${name}_invs[] = {{"$name.sound"}, {0}};
	END
	put "invariants/$layer/${name}_prop.c" <<-END
		#include "invariants/engine/prop.h"
		#include "mm/$name.h"
		extern const struct mm_prop mm_${name}_props[];
		const struct mm_prop mm_${name}_props[] = {{"$name.holds"}, {0}};
	END
	put "fuzz/$layer/${name}_ops.c" <<-END
		#include "mm/$name.h"
		#include "mm/ops.h"
		extern const struct mm_optable mm_${name}_optable;
		const struct mm_optable mm_${name}_optable = {"$name"};
		int mm_${name}_op(int n);
		int mm_${name}_op(int n)
		{
			return n > 1 ? mm_${name}_value() : 0;
		}
	END
	put "bench/$layer/${name}_bench.c" <<-END
		#include "bench/gbench.h"
		extern const struct bench_def mm_${name}_benches[];
		const struct bench_def mm_${name}_benches[] = {{"$name/op"}, {0}};
	END
	echo "# mmref 1" | put "corpus/$layer/$name/seed/it-does-something.ops"
}

# The tree has list (lib), ram (sim), page and zone (phys, zone USES list page)
# and clock, which nothing uses and which has two exemptions.
make_toy() {
	mkdir -p "$1"
	cd "$1" || exit 1
	mkdir cmake
	cp "$here"/../*.cmake "$here"/../*.sh cmake/
	toy_cmake_lists
	toy_core
	toy_module list lib
	toy_module ram sim
	toy_module clock sim
	toy_module page phys
	toy_module zone phys list page
	rm invariants/sim/clock_inv.c bench/sim/clock_bench.c
	printf 'clock checks\nclock benchmark\n' | put cmake/exempt.lock
	# A model, in two files, and a folder as code: optional shapes of a module.
	put invariants/phys/zone_model.h <<<'#include "mm/zone.h"'
	put invariants/phys/zone/model.h <<<'extern const char zone_model_name[];'
	put invariants/phys/zone/model_name.c <<-'END'
		#include "invariants/phys/zone/model.h"
		const char zone_model_name[] = "zone";
	END
	put invariants/phys/zone_model.c <<-'END'
		#include "invariants/phys/zone_model.h"
		#include "invariants/phys/zone/model.h"
		#include "mm/check.h"
		extern const struct mm_model mm_zone_model;
		const struct mm_model mm_zone_model = {zone_model_name};
	END
	mkdir ref/phys/page
	mv ref/phys/page.c ref/phys/page/page.c
	echo 'extern int mm_page_private;' >ref/phys/page/private.h
	sed -i '1i #include "private.h"' ref/phys/page/page.c
	echo "# what lies here" | put corpus/phys/README.md
}

toy_cmake_lists() {
	put CMakeLists.txt <<-'END'
		cmake_minimum_required(VERSION 3.25)
		project(toy VERSION 0.1.0 LANGUAGES ${TOY_LANGUAGES})
		include(cmake/MmModule.cmake)
		mm_core(ctx check ops)
		# mm_module(ghost LAYER lib) is only spoken of
		mm_module(list LAYER lib)
		mm_module(ram LAYER sim BOOT)
		mm_module(clock LAYER sim USES ram
			EXEMPT checks "holds nothing" benchmark "one addition; no more")
		mm_module(page LAYER phys BOOT)
		mm_module(zone LAYER phys USES list page)
		mm_modules_done()
		if(TOY_LANGUAGES STREQUAL "NONE")
			add_custom_target(toy ALL)
			return()
		endif()
		include(cmake/MmFlags.cmake)
		include(cmake/MmRegistry.cmake)
		include(cmake/MmTargets.cmake)
		include(cmake/MmInstall.cmake)
		mm_refuse_bad_options()
		mm_find_benchmark()
		mm_find_theft()
		set(MM_RAPIDCHECK_MISSING "toys have no C++")
		mm_find_engine()
		mm_add_targets()
		mm_add_install()
	END
}

toy_core() {
	put include/mm/ctx.h <<-'END'
		#ifndef MM_CTX_H
		#define MM_CTX_H
		struct mm_ctx {
			int booted;
		};
		struct mm_boot_hook {
			const char *module;
			int (*boot)(struct mm_ctx *x);
		};
		extern const struct mm_boot_hook mm_boot_hooks[];
		#endif
	END
	put include/mm/check.h <<-'END'
		#ifndef MM_CHECK_H
		#define MM_CHECK_H
		struct mm_inv {
			const char *id;
		};
		struct mm_model {
			const char *name;
		};
		extern const struct mm_inv *const mm_all_invs[];
		extern const char *const mm_all_inv_modules[];
		extern const struct mm_model *const mm_all_models[];
		#endif
	END
	put include/mm/ops.h <<-'END'
		#ifndef MM_OPS_H
		#define MM_OPS_H
		struct mm_optable {
			const char *module;
		};
		extern const struct mm_optable *const mm_all_optables[];
		#endif
	END
	put ref/core/boot.c <<-'END'
		#include "mm/ctx.h"
		int mm_boot_all(struct mm_ctx *x);
		int mm_boot_all(struct mm_ctx *x)
		{
			for (int i = 0; mm_boot_hooks[i].boot; i++)
				mm_boot_hooks[i].boot(x);
			return x->booted;
		}
	END
}
