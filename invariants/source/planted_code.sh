# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016,SC2034
# Sourced by planted.sh: claims, formulas, words, licence, typedefs, host, filenames.

new_claim='	{"zone.new", "x", MM_OBJ_ZONE, check, false},'
new_plant='	{"zone.new", harm, NULL, false},'
new_promise=' *   zone.new   x'

refused "invariants/phys/zone_inv.c:3: claims: zone.new is in no planting" <<-'TEXT'
	sed -i "2a\\$new_claim" invariants/phys/zone_inv.c
	sed -i "6a\\$new_promise" include/mm/zone.h
TEXT
refused "invariants/phys/zone_inv.c:3: claims: zone.new is not promised" <<-'TEXT'
	sed -i "2a\\$new_claim" invariants/phys/zone_inv.c
	sed -i "2a\\$new_plant" invariants/phys/zone_prop.c
TEXT
refused "invariants/phys/zone_prop.c:3: claims: zone.new is planted and in no table" \
	<<<'sed -i "2a\\$new_plant" invariants/phys/zone_prop.c'
refused "include/mm/zone.h:7: claims: zone.new is promised and in no table" \
	<<<'sed -i "6a\\$new_promise" include/mm/zone.h'
refused "invariants/sim/ram_inv.c:3: claims: zone.sound is claimed twice" <<-'TEXT'
	mkdir invariants/sim
	sed s/mm_zone_invs/mm_ram_invs/ invariants/phys/zone_inv.c >invariants/sim/ram_inv.c
	mv invariants/phys/zone_inv.c invariants/phys/a_inv.c
TEXT

table=invariants/cross/README.md
refused "$table:30: formulas: formula 31 stands where 30 is due" <<<"sed -i '30s/30/31/' $table"
refused "$table:1: formulas: 29 formulas" <<<"sed -i '30d' $table"
refused "$table:30: formulas: formula 30 has no function or no property" <<<"sed -i '30s/not modelled: too large/later/' $table"
refused "$table:30: formulas: formula 30 has no function or no property" <<<"sed -i '30s/not modelled: too large/\`zone.size_is_a_size\`/' $table"
refused "$table:1: formulas: mm_zone_sizes() is in no contract" <<<"sed -i '1s/mm_zone_size/&s/' $table"
refused "$table:2: formulas: zone.other is no property" <<<"sed -i '2s/| | .*/| \`mm_zone_size\` | \`zone.other\` |/' $table"
refused "invariants/cross/formula_prop.c:4: formulas: zone.more is in no row" \
	<<<'sed -i "3a\\	{\"zone.more\", more, 1}," invariants/cross/formula_prop.c'

# The words are cut in two, or this file would be refused.
word() { # WORD
	printf '/* %s: mend it */\n' "$1" >>ref/phys/zone.c
}
refused "ref/phys/zone.c:6: words: \"TO""DO\"" <<<'word TO""DO'
refused "ref/phys/zone.c:6: words: \"FIX""ME\"" <<<'word FIX""ME'
refused "ref/phys/zone.c:6: words: \"iss""ue\"" <<<'word "iss""ue #12"'
refused "ref/phys/zone.c:6: words: \"assis""tant\"" <<<'word assis""tant'
refused "ref/phys/zone.c:6: words: \"previous sess""ion\"" <<<'word "previous sess""ion"'
refused "ref/phys/zone.c:6: words: \"/wo""rk/m\"" <<<'word "/wo""rk/main"'
make_tree "$work/tree"
(cd "$work/tree" && word "a session of a task, an issue of XXXXXX, a model") # as traces may say
expect "words that may stand" 0 "0 findings"

refused "ref/phys/zone.c:1: licence: names no licence" <<<'sed -i "1s/.*//" ref/phys/zone.c'
refused "invariants/phys/zone_prop.c:1: licence: names no licence" \
	<<<'sed -i "1s/.*//" invariants/phys/zone_prop.c'

# draws LINE: a function that draws in that statement, after one that it may call.
draws() {
	printf 'static int one(void)\n{\n\treturn prop_below(p, 2);\n}\nvoid two(void)\n{\n\t%s\n}\n' "$1" >>ref/phys/zone.c
}
drawn="ref/phys/zone.c:12: draws: two draws in no order"
refused "$drawn" <<<'draws "f(one(), one());"'
refused "$drawn" <<<'draws "x = one() << prop_below(p, 3);"'
refused "$drawn" <<<'draws "int x[] = {one(), 3, g(one())};"'
refused "$drawn" <<<'draws "x[one()] = f(one() ? 1 : 2);"'
refused "$drawn" <<<'draws "f(one() && y, (z ? one() : 0) + 1);"'
make_tree "$work/tree"
(
	cd "$work/tree" || exit 1
	draws "if (one() && one()) x = one() ? one() : f(prop_below(p, one()));"
	draws "for (i = one(); i < one(); i++) { one(); f(one(), \"one(one())\"); } /* one() + one() */"
)
expect "draws in an order" 0 "0 findings"

refused "ref/phys/zone.c:6: typedefs: a typedef" <<<'echo "typedef int number;" >>ref/phys/zone.c'
make_tree "$work/tree"
(
	cd "$work/tree" || exit 1
	echo "typedef int (*mm_zone_fn)(void);" >>include/mm/zone.h
	printf '/* SPDX-License-Identifier: MIT */\ntypedef struct {\n\tint n;\n} pfn_t;\n' >include/mm/types.h
)
expect "typedefs that may stand" 0 "0 findings"

call() { # NAME
	printf 'int mm_zone_f(void)\n{\n\treturn %s(1);\n}\n' "$1" >>ref/phys/zone.c
}
refused "ref/phys/zone.c:8: host: malloc() of the host; memory" <<<'call malloc'
refused "ref/phys/zone.c:8: host: time() of the host; time" <<<'call time'
refused "ref/phys/zone.c:8: host: rand() of the host; chance" <<<'call rand'
refused "ref/phys/zone.c:8: host: pthread_self() of the host; CPUs" <<<'call pthread_self'
make_tree "$work/tree"
printf '/* free(x) as\n * malloc(1) in time(0) */ int x;\nconst char *s = "rand()";\n' >>"$work/tree/ref/phys/zone.c"
expect "calls in comments and strings" 0 "0 findings"

refused "fuzz/phys/zone_util.c:1: filenames: \"util\" names nothing" <<-'TEXT'
	mkdir fuzz/phys
	echo '/* SPDX-License-Identifier: MIT */' >fuzz/phys/zone_util.c
TEXT
refused "fuzz/helpers.h:1: filenames: \"helpers\" names nothing" \
	<<<'echo "/* SPDX-License-Identifier: MIT */" >fuzz/helpers.h'
