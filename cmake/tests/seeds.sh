#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# seeds.sh: every operation stands in at least one seed trace, and no two
# traces have one name.
set -eu
status=0
for operation in $(sed -n 's/^[0-9]* \([a-z_0-9]*\).*/\1/p' fuzz/optable.lock); do
	case $operation in nop | machine | lit) continue ;; esac
	if ! grep -rqE "^([A-Za-z_0-9]+ *= *)?$operation( |\$)" corpus/*/*/seed; then
		echo "$operation: no seed trace uses it: write corpus/LAYER/MODULE/seed/WHAT-IT-SHOWS.ops"
		status=1
	fi
done
twice=$(find corpus -name '*.ops' -printf '%f\n' | sort | uniq -d)
if [ -n "$twice" ]; then
	echo "two traces are called $twice"
	status=1
fi
exit $status
