# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016,SC2034
# A tree in which all rules find something to look at and nothing to say.

put() { # PATH: standard input
	mkdir -p "$(dirname "$1")"
	cat >"$1"
}

# Made once, then copied.
make_tree() { # FOLDER
	rm -rf "$1"
	if [ ! -d "$work/clean" ]; then
		mkdir "$work/clean"
		(cd "$work/clean" && tree_build && tree_code && tree_corpus && tree_docs)
	fi
	cp -R "$work/clean" "$1"
}

tree_build() {
	put CMakeLists.txt <<-'TEXT'
		# SPDX-License-Identifier: MIT
		mm_module(zone LAYER phys)
	TEXT
	put cmake/MmFlags.cmake <<-'TEXT'
		# SPDX-License-Identifier: MIT
		option(MM_BENCH "benchmarks" ON)
		if(MM_BENCH)
		endif()
	TEXT
	put CMakePresets.json <<<'{ "cacheVariables": { "MM_BENCH": "OFF" } }'
	put run <<-'TEXT'
		#!/usr/bin/env bash
		# SPDX-License-Identifier: MIT
		case $word in
		"" | build | test) ;;
		esac
	TEXT
}

tree_code() {
	put include/mm/zone.h <<-'TEXT'
		/* SPDX-License-Identifier: MIT */
		/*
		 * zone: frames.
		 *
		 * Invariants:
		 *   zone.sound   a zone is what it was
		 */
		int mm_zone_size(const struct zone *z, unsigned int order);
	TEXT
	put ref/phys/zone.c <<-'TEXT'
		/* SPDX-License-Identifier: MIT */
		int mm_zone_size(const struct zone *z, unsigned int order)
		{
			return z->free(order); /* not free() */
		}
	TEXT
	put invariants/phys/zone_inv.c <<-'TEXT'
		/* SPDX-License-Identifier: MIT */
		const struct mm_inv mm_zone_invs[] = {
			{"zone.sound", "a zone is what it was", MM_OBJ_ZONE, check, false},
			{NULL, NULL, MM_OBJ_NR, NULL, false},
		};
	TEXT
	put invariants/phys/zone_prop.c <<-'TEXT'
		/* SPDX-License-Identifier: MIT */
		static const struct mm_plant plants[] = {
			{"zone.sound", harm, NULL, false},
			{NULL, NULL, NULL, false},
		};
	TEXT
	put invariants/cross/formula_prop.c <<-'TEXT'
		/* SPDX-License-Identifier: MIT */
		const struct mm_prop mm_formula_props[] = {
			{"zone.size_is_a_size", size, 1},
			{NULL, NULL, 0},
		};
	TEXT
}

tree_corpus() {
	put fuzz/optable.lock <<-'TEXT'
		# codes
		0 nop
		3 alloc order:order -> page
	TEXT
	put corpus/phys/zone/seed/a-zone-gives-one-page.ops <<-'TEXT'
		# mmref 1
		# A zone has pages and gives one.

		machine ram=4M
		a = alloc order=0 ! ok
	TEXT
	put corpus/bugs/the-zone-loses-one-page.patch <<-'TEXT'
		A zone loses one page

		Source: invented
		Expect: a page is gone
		Claim: zone.sound

		--- a/zone.txt
		+++ b/zone.txt
		@@ -1 +1 @@
		-pages
		+pages less one
	TEXT
	put zone.txt <<<pages
}

tree_docs() {
	put README.md <<-'TEXT'
		# A tree

		The [zone](ref/phys/zone.c), `ref/phys/zone.c`, [says](corpus/README.md#what-it-says).

		```sh
		./run build   # all
		```
	TEXT
	put corpus/README.md <<-'TEXT'
		# Corpus

		## What it says

		Nothing; [back](../README.md).
	TEXT
	# thirty formulas, of which the first is there
	{
		printf '| 1 | size | `mm_zone_size` | `zone.size_is_a_size` |\n'
		for n in $(seq 2 30); do
			printf '| %d | more | | not modelled: too large |\n' "$n"
		done
	} | put invariants/cross/README.md
	put invariants/source/commands.txt <<-'TEXT'
		command  ./run build
		instead  true
		reason   there is nothing to build
	TEXT
}
