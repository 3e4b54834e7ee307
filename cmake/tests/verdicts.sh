# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Sourced: commands that are run and judged, and the count of both verdicts. The
# caller sets `log`, where what ran last says what it says; `match` to F where what is
# wanted are texts and no expressions; `limit` to seconds where a command may hang.

passed=0
failed=0

pass() {
	passed=$((passed + 1))
}

fail() { # WHAT: with the log of what ran last
	echo "FAILED: $1"
	tail -n 30 "$log" | sed 's/^/    /'
	failed=$((failed + 1))
}

# run WHAT STATUS WANTED COMMAND...: its exit status (or "bad": any but 0), and an
# expression that a line of its output matches
run() {
	local what=$1 status=$2 wanted=$3 got=0
	shift 3
	${limit:+timeout "$limit"} "$@" >"$log" 2>&1 </dev/null || got=$?
	if [ "$status" = bad ] && [ $got -ne 0 ]; then
		status=$got
	fi
	if [ $got -ne "$status" ]; then
		fail "$what: status $got, wanted $status"
	elif [ -n "$wanted" ] && ! grep -q"${match:-E}" -- "$wanted" "$log"; then
		fail "$what: wanted \"$wanted\""
	else
		pass
	fi
}
