#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# oracle_sweep.sh MMREF SCRATCH: a sweep of the running kernel's settings finds
# no difference and leaves none: at its end, when its worker is killed, at each
# signal, and when the parent itself is killed. Writes to /proc/sys/vm, so it
# runs only where somebody asked for it: MM_SWEEP=1 (./run test full does).
set -u
mmref=$1
scratch=$2
failed=0
names="min_free_kbytes watermark_scale_factor lowmem_reserve_ratio percpu_pagelist_high_fraction"
mkdir -p "$scratch"

if [ "${MM_SWEEP:-0}" != 1 ]; then
	echo "skipped: a sweep writes to /proc/sys/vm: MM_SWEEP=1, or ./run test full"
	exit 0
fi

settings() {
	local name
	for name in $names; do
		echo "$name $(cat /proc/sys/vm/"$name")"
	done
}

fail() {
	echo "$*"
	cat "$scratch/out" "$scratch/err"
	failed=1
}

before=$(settings)
# A last resort of the test's own, for a sweep that does not restore.
put_back() {
	local name value
	[ "$(settings)" = "$before" ] && return
	echo "$before" | while read -r name value; do
		echo "$value" >/proc/sys/vm/"$name"
	done
}
trap put_back EXIT

unchanged() { # AFTER-WHAT
	[ "$(settings)" = "$before" ] && return
	fail "after $1: settings were not restored:"
	settings
	put_back
}

"$mmref" oracle zoneinfo --sweep >"$scratch/out" 2>"$scratch/err"
status=$?
if [ $status -eq 4 ]; then
	echo "skipped: $(cat "$scratch/err")"
	exit 0
fi
tail -n 1 "$scratch/out"
[ $status -eq 0 ] || fail "sweep: status $status"
[ "$(grep -c ' of 20: ' "$scratch/out")" -eq 20 ] || fail "sweep: not 20 settings"
grep -q '^restored: all four' "$scratch/out" || fail "sweep: does not say that it restored"
unchanged "a sweep"

# In the background, until the settings are no longer what they were.
start() {
	"$mmref" oracle zoneinfo --sweep --pause 300 >"$scratch/out" 2>"$scratch/err" &
	parent=$!
	worker=
	local i
	for ((i = 0; i < 200; i++)); do
		worker=$(sed -n 's/^sweep: worker \([0-9]*\);.*/\1/p' "$scratch/err")
		[ -n "$worker" ] && [ "$(settings)" != "$before" ] && return
		sleep 0.05
	done
	fail "a sweep in the background changed nothing"
}

for signal in KILL SEGV; do
	start
	kill -$signal "$worker"
	wait "$parent"
	status=$?
	[ $status -eq 5 ] || fail "worker ended by $signal: status $status, expected 5"
	grep -q 'the worker died of' "$scratch/err" || fail "worker ended by $signal: not said"
	grep -q '^restored: all four' "$scratch/out" || fail "worker ended by $signal: restored?"
	unchanged "the worker's SIG$signal"
done

# Bash starts background jobs with SIGINT ignored; a sweep takes it even so.
for signal in TERM HUP INT; do
	start
	kill -$signal "$parent"
	wait "$parent" 2>/dev/null
	status=$?
	[ $status -gt 128 ] || fail "SIG$signal: status $status, expected the signal's"
	grep -q '^restored: all four' "$scratch/out" || fail "SIG$signal: not restored"
	kill -0 "$worker" 2>/dev/null && fail "SIG$signal: the worker lives"
	unchanged "SIG$signal"
done

# Two at a time would restore each other's settings.
start
"$mmref" oracle zoneinfo --sweep >"$scratch/second" 2>&1
[ $? -eq 4 ] && grep -q 'another sweep' "$scratch/second" || fail "a second sweep was not refused"
kill -TERM "$parent"
wait "$parent" 2>/dev/null
unchanged "a second sweep"

# Nobody can block SIGKILL: then the worker notices, and restores.
start
kill -KILL "$parent"
wait "$parent" 2>/dev/null
for ((i = 0; i < 100; i++)); do
	kill -0 "$worker" 2>/dev/null || break
	sleep 0.1
done
unchanged "the parent's SIGKILL"

# A reader that goes away does not end a sweep half-way.
"$mmref" oracle zoneinfo --sweep 2>"$scratch/err" | head -n 1 >"$scratch/out"
unchanged "a closed pipe"
exit $failed
