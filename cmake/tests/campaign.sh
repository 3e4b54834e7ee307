#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cmake/tests/campaign.sh WORK: two campaigns of AFL++, as on two hosts, in two folders
# with one shared. What only the first was given to begin with arrives in the queue of
# the second; both end without leaving a process, and go on from what they had.
# The target is a toy, so that nothing but the campaign is judged; events are waited for.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
campaign=$here/../../fuzz/afl/campaign.sh
if [ $# -ne 1 ]; then
	echo "usage: campaign.sh WORK" >&2
	exit 2
fi
rm -rf "$1"
mkdir -p "$1/build" "$1/seeds-a" "$1/seeds-b"
work=$(cd "$1" && pwd -P)
log=$work/log

# shellcheck source=cmake/tests/verdicts.sh
. "$here/verdicts.sh"
limit=60

fail() { # WHAT: with the log of what ran last, and of both hosts
	echo "FAILED: $1"
	tail -n 20 "$log" "$work"/host-*.log 2>/dev/null | sed 's/^/    /'
	failed=$((failed + 1))
}

# Up to two minutes, because machines are busy; mostly a few seconds.
await() { # WHAT COMMAND...
	local what=$1 tries=0
	shift
	until "$@" >/dev/null 2>&1; do
		sleep 0.5
		tries=$((tries + 1))
		if [ $tries -gt 240 ]; then
			fail "$what: not within two minutes"
			return 1
		fi
	done
	pass
}

# Programs that have the folder of this test among their words.
left_over() {
	local file
	for file in /proc/[0-9]*/cmdline; do
		{ tr '\0' ' ' <"$file"; } 2>/dev/null | grep -E "^afl-fuzz .*$work|^$work/build/fuzz_" || true
	done
}

start_host() { # NAME
	bash "$campaign" start buddy --build "$work/build" --out "$work/out-$1" --seeds "$work/seeds-$1" \
		--shared "$work/shared" --host "host-$1" --instances 1 --every-seconds 2 >"$work/host-$1.log" 2>&1 &
}

stop_host() { # NAME
	run "host $1 ends" 0 'stopped' bash "$campaign" stop --out "$work/out-$1"
}

end_test() {
	local name
	for name in a b; do
		bash "$campaign" stop --out "$work/out-$name" >/dev/null 2>&1
	done
	wait
}
trap end_test EXIT
trap 'exit 1' INT TERM

# ---- wrong input -------------------------------------------------------------
bash=$(command -v bash)
run "no word" 2 'expected start, status or stop' bash "$campaign"
run "no target" 2 'which target\? .*buddy' bash "$campaign" start
run "an unknown option" 2 'unknown option --nope' bash "$campaign" start buddy --nope 1
run "a number that is none" 2 '"two" is no number' bash "$campaign" start buddy --instances two
run "a host that is no name" 2 'is no name for a folder' bash "$campaign" start buddy --host ../b
run "status of nothing" 3 'no such folder' bash "$campaign" status --out "$work/none"
mkdir -p "$work/tools"
for tool in dirname realpath nproc uname cat; do
	ln -sf "$(command -v $tool)" "$work/tools/"
done
run "no AFL++" 4 'apt-get install .*afl\+\+' env PATH="$work/tools" "$bash" "$campaign" start buddy
if ! command -v afl-fuzz >/dev/null || ! command -v afl-clang-fast >/dev/null; then
	echo "two hosts: skipped: there is no AFL++ (apt-get install --no-install-recommends afl++)"
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
	exit
fi
run "a program that is not there" 3 'fuzz_buddy is not there: ./run build afl' \
	bash "$campaign" start buddy --build "$work/build"

# ---- a toy: each byte of the word opens a branch -----------------------------
cat >"$work/toy.c" <<'END'
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
static volatile int reached;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char word[] = "reclaim kswapd compaction";
	size_t n = 0;

	while (n < size && n < sizeof(word) - 1 && data[n] == (uint8_t)word[n])
		n++;
	if (n > 6)
		reached = 1;
	if (n > 13)
		reached = 2;
	if (n > 24)
		reached = 3;
	return 0;
}
END
run "building the toy" 0 '' env AFL_QUIET=1 afl-clang-fast -O1 -fsanitize=fuzzer "$work/toy.c" \
	-o "$work/build/fuzz_buddy"
printf 'reclaim kswapd compaction' >"$work/seeds-a/the-word"
printf 'x' >"$work/seeds-b/nothing"
mkdir "$work/seeds-none"
run "no seeds" 3 'holds no file to begin with' bash "$campaign" start buddy --build "$work/build" \
	--out "$work/out-none" --seeds "$work/seeds-none"

# ---- two hosts ---------------------------------------------------------------
queued() { # HOST PATTERN
	find "$work/out-$1/host-$1-main/queue" -name "$2" | grep -q .
}
shared_by_a() {
	find "$work/shared/buddy/host-a/queue" -name 'id:*' | grep -q .
}
start_host a
await "the first host gives its queue to the others" shared_by_a
start_host b
await "what the first host knows arrives at the second" queued b '*sync:host-a-main*'
if find "$work/out-b/host-b-main/queue" -name '*sync:host-a-main*' -exec cmp -s {} "$work/seeds-a/the-word" \; -print |
	grep -q .; then
	pass
else
	fail "the first host's seed is not what arrived"
fi
run "a second campaign in the same folder" 1 'runs in .* already' bash "$campaign" start buddy \
	--build "$work/build" --out "$work/out-b" --seeds "$work/seeds-b"
await "both report" test -e "$work/out-b/host-b-main/fuzzer_stats" -a -e "$work/out-a/host-a-main/fuzzer_stats"
run "status" 0 '^host-b-main +[0-9]+' bash "$campaign" status --out "$work/out-b"
stop_host a
stop_host b
if [ -z "$(left_over)" ]; then pass; else fail "processes were left: $(left_over)"; fi

# ---- again, and ended by a signal --------------------------------------------
# AFL++ leaves out of a queue it takes up again what covers nothing another file does not,
# so that not the files are compared but what they reach.
edges() { # FOLDER FILE
	afl-showmap -q -e -C -m none -i "$1" -o "$2" -- "$work/build/fuzz_buddy" >/dev/null 2>&1
	sort -u -o "$2" "$2"
}
has_what_it_had() {
	edges "$work/out-b/host-b-main/queue" "$work/edges-now" && [ -z "$(comm -23 "$work/edges-before" "$work/edges-now")" ]
}
edges "$work/out-b/host-b-main/queue" "$work/edges-before"
if [ -s "$work/edges-before" ]; then pass; else fail "the queue of the second host reaches nothing"; fi
start_host b
pid=$!
await "the second host goes on" grep -q 'All set and ready to roll' "$work/out-b/host-b-main.log"
await "it has what it had" has_what_it_had
kill -TERM $pid
await "a signal ends it" sh -c "! kill -0 $pid"
if [ -z "$(left_over)" ]; then pass; else fail "processes were left after a signal: $(left_over)"; fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
