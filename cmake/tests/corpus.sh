#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# corpus.sh MMREF SCRATCH: `mmref corpus` on folders that are sound, damaged and
# missing. Inputs that die are in shrink.sh, which builds with planted bugs.
set -u
mmref=$1
scratch=$2
root=$PWD
failed=0
rm -rf "$scratch"
mkdir -p "$scratch"
cd "$scratch" || exit 1

wrong() {
	echo "$*"
	failed=1
}

# expect STATUS REGEX COMMAND...: in what it says on both outputs.
expect() {
	local want=$1 says=$2 got
	shift 2
	"$@" >out 2>&1 </dev/null
	got=$?
	if [ "$got" -ne "$want" ] || { [ -n "$says" ] && ! grep -qE "$says" out; }; then
		wrong "$*: status $got, expected $want; it says (expected: $says): $(tail -n 3 out)"
	fi
}

corpus() { # STATUS REGEX ARG...
	local want=$1 says=$2
	shift 2
	expect "$want" "$says" "$mmref" corpus "$@"
}

same() { # WHAT FILE|FOLDER FILE|FOLDER
	diff -r "$2" "$3" >diff.out 2>&1 || wrong "$1: $2 and $3 differ: $(head -n 3 diff.out)"
}

features() { sed -n 's/.* \([0-9]*\) features .*/\1/p' out; }

# ---- seed ----

seeds() {
	local trace=corpus/phys/buddy/seed/two-buddies-merge-only-when-both-are-free
	corpus 0 'corpus seed all: [1-9][0-9][0-9] of .* traces' seed all one --from "$root/corpus"
	corpus 0 'passed over: no operations' seed all two --from "$root/corpus"
	same "seeds of two calls" one two
	corpus 0 'on machine [1-9], ram=' seed buddy buddy --from "$root/corpus"
	grep -q 'passed over: buddy does not draw memblock_add' out || wrong "nobody passed over"
	# The same machine and operations: the same digest, in text and in bytes.
	expect 0 'digest' "$mmref" check -v "$root/$trace.ops"
	grep -o 'digest.*' out >text
	expect 0 'digest' "$mmref" check -v --bytes buddy "buddy/${trace##*/}"
	grep -o 'digest.*' out >bytes
	same "digests" text bytes
	mkdir none
	corpus 4 'holds no trace' seed buddy out1 --from none
	corpus 3 'missing: cannot be read' seed buddy out2 --from missing
	mkdir broken
	printf 'alloc\nalocate\n' >broken/x.ops
	corpus 3 'broken/x.ops:2:1: found "alocate"' seed buddy out3 --from broken
	corpus 3 'cannot be made' seed buddy nowhere/deep --from broken
}

# ---- upgrade ----

upgrades() {
	mkdir up
	printf '\x83\x01' >up/a-canonical
	printf 'data\x80\x7d\xfe\x83\x01\x00\x00\x00\x00\x00\x05\x05\x90' >up/b-dirty
	printf '\x93\x01' >up/c-not-drawn
	: >up/d-empty
	printf '# mmref 1\n# A person wrote this.\nalloc order=1\n' >up/e-words.ops
	printf 'x = alloc   order=1  gfp=KERNEL\nfree x\n' >up/f-plain.ops
	corpus 0 '6 inputs: 1 written anew, 2 as they were; dropped: 2 without operations, 1 alike; 2 texts' \
		upgrade buddy up
	[ "$(cd up && echo *)" = "a-canonical e-words.ops f-plain.ops" ] || wrong "kept: $(ls up)"
	grep -q 'A person' up/e-words.ops || wrong "a comment is lost"
	printf '# mmref 1\na1 = alloc order=1 gfp=KERNEL\nfree a1\n' >plain
	same "canonical text" plain up/f-plain.ops
	printf '\x83\x01' >canonical
	same "canonical bytes" canonical up/a-canonical
	cp -r up again
	corpus 0 ' 0 written anew, 3 as they were' upgrade buddy again
	same "an upgrade twice" up again
	printf '# mmref 0\nalloc\n' >up/g-old.ops
	printf 'alloc\n# x\nalloc\n' >up/h-fine.ops
	printf '# x\nmachine ram=4M zones=3\nalloc\n' >up/i-field.ops
	rm -r again
	cp -r up again
	corpus 3 'up/g-old.ops:1:' upgrade buddy up
	grep -q 'up/i-field.ops:2:16: machine: no field' out || wrong "no place of a field: $(cat out)"
	grep -q 'up is as it was' out || wrong "nobody says that nothing changed"
	same "a refused upgrade" up again
	[ ! -e up.new ] && [ ! -e up.old ] || wrong "a refused upgrade left something"
}

# ---- merge and min ----

# Many inputs, most of which add nothing.
make_many() {
	local i
	mkdir many
	for i in 1 2 3 4; do
		for file in buddy/*; do
			cp "$file" "many/$i-${file##*/}"
		done
	done
}

# Killed once something is known, it goes on from there and comes to the same end.
killed_and_resumed() {
	local pid
	"$mmref" corpus merge buddy resumed --engine own many >/dev/null 2>&1 &
	pid=$!
	while [ "$(wc -l 2>/dev/null <resumed.control || echo 0)" -lt 5 ] &&
		kill -0 $pid 2>/dev/null; do
		sleep 0.01
	done
	if ! kill -KILL $pid 2>/dev/null; then
		wrong "the merge ended before it could be killed"
		return
	fi
	wait $pid 2>/dev/null
	sleep 0.3 # its child ends with the input at hand
	printf 'F 99999' >>resumed.control # a line that was being written
	: >"resumed/.$(ls merged | head -n 1).part" # and an input
	corpus 0 'engine own, resumed: .* failed: 0' merge buddy resumed --engine own many
	same "a merge resumed" merged resumed
}

merges() {
	local nr before
	corpus 0 'engine own: .* failed: 0' merge buddy merged --engine own many
	before=$(features)
	nr=$(ls merged | wc -l)
	if [ "$nr" -lt 10 ] || [ "$nr" -gt "$(ls buddy | wc -l)" ]; then
		wrong "$nr inputs merged of $(ls buddy | wc -l) that differ"
	fi
	[ ! -e merged.control ] || wrong "merged.control is left"
	corpus 0 'failed: 0' merge buddy merged2 --engine own merged
	[ "$(features)" = "$before" ] || wrong "merged: $(features) features, $before before"
	same "a merge of what was merged" merged merged2
	corpus 3 'merged: not empty' merge buddy merged --engine own many
	killed_and_resumed
}

minimises() {
	local before
	cp -r merged small
	corpus 0 'all kept; failed: 0' min buddy small --tries 40
	before=$(features)
	corpus 0 'failed: 0' merge buddy small2 --engine own small
	[ "$(features)" -ge "$before" ] || wrong "min: $(features) features left of $before"
	[ "$(cat small/* | wc -c)" -lt "$(cat merged/* | wc -c)" ] || wrong "min made nothing smaller"
	[ ! -e small.new ] && [ ! -e small.old ] && [ ! -e small.control ] || wrong "min left something"
	mkdir small.old
	corpus 3 'small.old: an earlier call was interrupted' min buddy small
	rmdir small.old
}

# ---- dict, speed, and words ----

dictionaries() {
	local op
	corpus 0 '' dict all -o all.dict
	if grep -vE '^(#.*|[a-z0-9_]+="(\\x[0-9a-f]{2})+")$' all.dict; then
		wrong "these lines are no entries"
	fi
	sed -n 's/^[0-9]* \([a-z_]*\) .*/\1/p' "$root/fuzz/optable.lock" | while read -r op; do
		grep -q "^$op=" all.dict || echo "$op"
	done >lacking
	[ ! -s lacking ] || wrong "no entry for: $(paste -sd ' ' lacking)"
}

words() {
	corpus 2 'what is to be done' 
	corpus 2 'unknown .* "nonsense"; there are: seed merge' nonsense buddy x
	corpus 2 'no target "nonsense"' seed nonsense x
	corpus 2 'seed: no folder given' seed buddy
	corpus 2 'min: one folder at a time' min buddy a b
	corpus 2 'which folders go into' merge buddy out4
	corpus 2 'dict takes no folder' dict buddy x
	for word in min upgrade speed; do
		corpus 3 'missing: cannot be read as a folder' $word buddy missing
		corpus 4 'none: the folder holds no input' $word buddy none
		corpus 3 'canonical: cannot be read as a folder' $word buddy canonical
	done
	corpus 3 'missing: cannot be read' merge buddy out5 missing
	corpus 4 'none: the folder holds no input' merge buddy out5 none
	mkdir odd deep deep/er
	ln -s nowhere odd/link
	corpus 3 'odd/link: cannot be read' min buddy odd
	corpus 3 'deep/er: a folder inside a corpus' min buddy deep
	corpus 0 'executions per CPU second' speed watermark again
}

seeds
upgrades
make_many
merges
minimises
dictionaries
words
exit $failed
