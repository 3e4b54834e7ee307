# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016,SC2034
# Sourced by planted.sh: limits warn, at the place, and do not fail.

lines() { # NUMBER FILE: that many more lines
	yes "${3:-int x;}" | head -n "$1" >>"$2" || true
}

warned "README.md:148: size: warning: a README of 148 lines" <<<'lines 141 README.md text'
warned "include/mm/zone.h:208: size: warning: a contract of 208 lines" <<<'lines 200 include/mm/zone.h'
warned "ref/phys/zone.c:605: size: warning: a file of 605 lines" <<<'lines 600 ref/phys/zone.c'
warned "ref/phys/zone.c:7: functions: warning: mm_zone_long() has 61 lines" <<-'TEXT'
	printf 'int mm_zone_long(void)\n{\n' >>ref/phys/zone.c
	lines 61 ref/phys/zone.c "	x++;"
	echo '}' >>ref/phys/zone.c
TEXT
warned "run:6: functions: warning: long() has 61 lines" <<-'TEXT'
	echo 'long() {' >>run
	lines 61 run "	true"
	echo '}' >>run
TEXT
warned "ref/phys/zone.c:6: functions: warning: mm_zone_many() has 7 parameters" <<-'TEXT'
	printf 'int mm_zone_many(int a, int b, int c, int d,\n\t\tint e, int f, int (*g)(int, int))\n{\n}\n' \
		>>ref/phys/zone.c
TEXT
warned "ref/phys/zone.c:6: width: warning: comments over 80 columns: 1, the widest here: 82" \
	<<<'printf "\t/* %068d */\n" 0 >>ref/phys/zone.c'
warned "ref/phys/zone.c:6: width: warning: lines over 100 columns: 1, the widest here: 101" \
	<<<'printf "\tx = %088d;\n" 0 >>ref/phys/zone.c'
make_tree "$work/tree"
(
	cd "$work/tree" || exit 1
	printf '/* %s */\n' "$(printf 'ä%.0s' {1..60})" >>ref/phys/zone.c
	printf '\tf("%0120d");\n' 0 >>ref/phys/zone.c
)
expect "umlauts have one column, strings are not broken" 0 "0 over a limit"
