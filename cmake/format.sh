#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/format.sh check|fix: clang-format over every C and C++ file git knows;
# without git, over all but those in build/.
# The version is exact, because each one formats a little differently.
# Exit: 0 clean, 1 not formatted, 2 usage, 4 no clang-format 14 here.
set -eu
cd "$(dirname "$0")/.."

want=14
mode=${1:-check}

find_tool() {
	for tool in clang-format-$want clang-format; do
		if "$tool" --version 2>/dev/null | grep -q "version $want\."; then
			echo "$tool"
			return
		fi
	done
	echo "format: skipped: there is no clang-format $want (apt-get install clang-format-$want)" >&2
	exit 4
}

list_files() {
	if ! git rev-parse --git-dir >/dev/null 2>&1; then
		find . -path ./build -prune -o -type f \( -name '*.[ch]' -o -name '*.cc' \) -print0
		return
	fi
	git ls-files -z --cached --others --exclude-standard -- '*.c' '*.h' '*.cc' |
		while IFS= read -r -d '' file; do
			[ -e "$file" ] && printf '%s\0' "$file"
		done
}

# A check that passes everything is worse than none.
check_the_check() {
	if printf 'int  main( ){return 0;}\n' |
		"$tool" --dry-run --Werror --assume-filename=planted.c >/dev/null 2>&1; then
		echo "format: the planted bad line passed: .clang-format is not in force" >&2
		exit 1
	fi
}

# clang-format treats a macro as a loop only when .clang-format names it.
check_loop_macros() {
	local bad=0 macro
	for macro in $(list_files | xargs -0 sed -n \
		's/^#define \(mm_for_each[a-z0-9_]*\)(.*/\1/p' | sort -u); do
		if ! grep -q "^  - $macro\$" .clang-format; then
			echo ".clang-format: add to ForEachMacros:   - $macro" >&2
			bad=1
		fi
	done
	return $bad
}

tool=$(find_tool)
count=$(list_files | tr -cd '\0' | wc -c)
if [ "$count" -eq 0 ]; then
	echo "format: found no file to check" >&2
	exit 1
fi
case $mode in
check)
	check_the_check
	status=0
	check_loop_macros || status=1
	list_files | xargs -0 "$tool" --dry-run --Werror || status=1
	if [ $status -ne 0 ]; then
		echo "format: not clean; mend with: ./run format fix" >&2
		exit 1
	fi
	echo "format: $count files clean"
	;;
fix)
	list_files | xargs -0 "$tool" -i
	echo "format: $count files formatted"
	;;
*)
	echo "usage: cmake/format.sh check|fix" >&2
	exit 2
	;;
esac
