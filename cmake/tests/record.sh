#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# record.sh MMREF SCRATCH: what `mmref record` writes is imported and checked without
# a finding, describes this machine, names nobody, and tells what was lost; and
# whatever ends it, no instance of tracefs and no process is left.
set -u
mmref=$1
scratch=$2
failed=0
rm -rf "$scratch"
mkdir -p "$scratch"
cd "$scratch" || exit 1
scratch=$PWD

fail() {
	echo "$*"
	failed=1
}

# instances: of tracefs, wherever it is; nothing without the right to see them.
instances() {
	if [ -d /sys/kernel/tracing/instances ]; then
		ls /sys/kernel/tracing/instances
	else
		unshare -m sh -c 'mount -t tracefs tracefs /sys/kernel/tracing && ls /sys/kernel/tracing/instances'
	fi 2>/dev/null
}

# left WHAT PID: nothing may be there of the recorder PID, give it 10 s.
left() {
	local i
	for ((i = 0; i < 100; i++)); do
		if ! instances | grep -qx "mmref-$2" && ! pgrep -f "record -o $scratch" >/dev/null &&
			! pgrep -f "sleep 98765.$$" >/dev/null; then
			return
		fi
		sleep 0.1
	done
	fail "$1: left behind: $(instances | tr '\n' ' ') $(pgrep -af "record -o $scratch|sleep 98765.$$")"
	for i in $(pgrep -f "^sleep 98765\.$$\$"); do kill -KILL "$i"; done
}

# record NAME WORDS...: in the background, to NAME; its pid is $recorder.
record() {
	local name=$1
	shift
	env --default-signal=INT,QUIT "$mmref" record -o "$scratch/$name" "$@" >"$name.out" 2>"$name.err" &
	recorder=$!
}

# ends NAME STATUS: as it should, and cleanly.
ends() {
	local status
	wait "$recorder" 2>/dev/null
	status=$?
	[ $status -eq "$2" ] || fail "$1: status $status, expected $2: $(tail -n 5 "$1.err")"
	left "$1" "$recorder"
}

said() { # NAME REGEX
	grep -qE "$2" "$1.err" || fail "$1: does not say $2: $(cat "$1.err")"
}

meta() { # NAME LINE
	grep -qxE "$2" "$1/meta" || fail "$1: meta has no $2: $(cat "$1/meta" 2>&1)"
}

# ---- refused before anything is made ------------------------------------------------

# refused NAME STATUS REGEX WORDS...: and no folder.
refused() {
	local name=$1 status=$2 says=$3
	shift 3
	record "$name" "$@"
	ends "$name" "$status"
	said "$name" "$says"
	[ ! -e "$name" ] || fail "$name: refused, and left a folder"
}

refused no-command 2 'record which command\?.*' --events
refused two-kinds 2 'one of --events, --strace and --both' --events --strace -- true
refused no-buffer 2 'a buffer has at least 1 KiB' --buffer 0 -- true
refused big-buffer 2 'expected 0 to 4194304' --buffer 4194305 -- true
refused system-calls 2 'strace records none' --system --strace -- true
refused not-there 3 'no-such-program: the command is not there' -- no-such-program
refused no-program 3 './t: the command is not there, or cannot' -- ./t
mkdir full && touch full/file
record full -- true
ends full 3
said full 'not an empty folder.*-o'
[ "$(ls full)" = file ] || fail "full: was written to"
"$mmref" record -o "$scratch/no/where" -- true 2>no-where.err
[ $? -eq 3 ] || fail "no folder to make it in: not refused"
said no-where 'no/where: No such file or directory'

# ---- system calls --------------------------------------------------------------------

secret=secret-name-$$
mkdir "$secret"
cp "$(command -v ls)" "$secret/x-$secret" # as a process: its first 15 bytes
names() { # NAME: are there any of what it read?
	local file
	for file in "$1"/* "$1"/after/*; do
		[ -d "$file" ] && continue
		if { zcat -f "$file" || cat "$file"; } 2>/dev/null | grep -qE "secret|$scratch|/usr|libc"; then
			fail "$1: $file has names in it"
		fi
	done
}

if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	record calls --strace -- "$secret/x-$secret" -R "$secret"
	ends calls 0
	grep -q "x-$secret" calls.out || fail "calls: standard output was not passed on"
	zcat calls/strace.txt.gz >calls.txt || fail "calls: not a whole gzip file"
	for call in execve mmap munmap brk mprotect exit_group; do
		grep -qE "^[0-9]+ +[0-9:.]+ $call\(" calls.txt || fail "calls: no $call"
	done
	grep -q '+++ exited with 0 +++' calls.txt || fail "calls: the end is missing"
	grep -qE 'execve\("s-[0-9]+", \["s-1", "s-2", "s-3"\]' calls.txt || fail "calls: no numbers for names"
	meta calls 'command: s-1 s-2 s-3'
	names calls
	record clear --strace --clear-names -- "$secret/x-$secret" -R "$secret"
	ends clear 0
	zcat clear/strace.txt.gz | grep -q "execve(\"$secret/x-$secret\"" || fail "clear: no names"
	meta clear "command: $secret/x-$secret -R $secret"

	# The words are as they were, however odd, and so are status and input.
	record odd --strace -- sh -c 'cat; printf "%s|" "$@"; exit 7' sh 'a  b' '' -x -- "\"q\""
	ends odd 0
	[ "$(cat odd.out)" = 'a  b||-x|--|"q"|' ] || fail "odd: words were changed: $(cat odd.out)"
	meta odd 'command-ended: status 7'
	said odd 'command ended: status 7'
	echo typed | "$mmref" record -o "$scratch/input" --strace -- cat >input.out 2>/dev/null
	[ "$(cat input.out)" = typed ] || fail "input: was not passed on"
	zcat odd/strace.txt.gz | tail -n 1 | grep -q 'exited with 7' || fail "odd: the end is missing"

	# One that outlives the command is not waited for.
	record stays --strace -- sh -c "sleep 98765.$$ & echo \$!"
	wait "$recorder" || fail "stays: status $?"
	kill "$(cat stays.out)" || fail "stays: what the command left was ended with it"
	left stays "$recorder"
else
	echo "skipped: system calls: no strace, or it may not trace (apt-get install strace)"
fi

# Nothing can be had: said, status 4, and the command does not run.
mkdir bin
ln -s "$(command -v touch)" bin/touch
PATH=$scratch/bin "$mmref" record --strace -o "$scratch/none" -- touch ran 2>none.err
[ $? -eq 4 ] || fail "without strace: not status 4"
said none 'there is no program strace: apt-get install strace'
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 777 "$scratch"
	setpriv --reuid=65534 --regid=65534 --clear-groups "$mmref" record --events \
		-o "$scratch/none" -- touch ran 2>none.err
	status=$?
	case $status in
	4) said none 'no events: page events are shown to root only: sudo mmref record' ;;
	126 | 127) echo "skipped: another user: cannot reach $mmref" ;;
	*) fail "as another user: status $status, expected 4: $(cat none.err)" ;;
	esac
fi
{ [ -e none ] || [ -e ran ]; } && fail "nothing can be recorded: the command ran, or left a folder"

# ---- page events -----------------------------------------------------------------------

record try --events -- true
wait "$recorder"
if [ $? -eq 4 ]; then
	echo "skipped: page events: $(head -n 1 try.err)"
	exit $failed
fi
left try "$recorder"

# What one records is imported as it is, and the model serves it.
echo 'int main(void) { return 0; }' >tiny.c
work() {
	if command -v gcc >/dev/null; then
		echo gcc -c tiny.c -o tiny.o
	else
		echo ls -R /usr/include
	fi
}
judged() { # NAME
	"$mmref" import "$1/events.txt.gz" -o "$1/events.ops" 2>"$1.import" ||
		fail "$1: not imported: $(cat "$1.import")"
	"$mmref" check "$1/events.ops" >"$1.check" 2>&1 || fail "$1: $(cat "$1.check")"
	grep -q 'migratetype differs from GFP: 0' "$1.import" || fail "$1: $(cat "$1.import")"
}
next() { sed -n 's/^next: mmref import \(.*\) && mmref check .*/\1/p' "$1.err"; }
for way in --events --both --system; do
	# shellcheck disable=SC2046
	record "run$way" $way -- $(work)
	ends "run$way" 0
	judged "run$way"
	grep -q 'events lost: 0 ' "run$way.import" || fail "run$way: lost: $(cat "run$way.err")"
	[ "$(next "run$way")" = "$scratch/run$way/events.txt.gz -o $scratch/run$way/events.ops" ] ||
		fail "run$way: does not say what is next"
	allocs=$(sed -n 's/^event-mm_page_alloc: //p' "run$way/meta")
	[ "${allocs:-0}" -gt 100 ] || fail "run$way: only ${allocs:-0} allocations"
	grep -q "^allocations: $allocs," "run$way.import" || fail "run$way: import counts others"
	echo "$way: $(sed -n 's/^events: //p' "run$way.err")"
done
if [ -e run--both/strace.txt.gz ]; then
	zcat run--both/strace.txt.gz | grep -q ' mmap(' || fail "--both: no system calls"
fi

# The machine it ran on: sizes to the page, marks by formula; the copies go together.
sizes() { # of zones that have pages
	awk '/^Node/ { zone = $4 }
		/^ +(spanned|present|managed) / { v[$1] = $2 }
		/^ +start_pfn:/ { print zone, $2, v["spanned"], v["present"], v["managed"] }'
}
"$mmref" show zoneinfo -m run--events/machine >shown || fail "the machine does not boot"
"$mmref" show zones -m run--events/machine >/dev/null || fail "the machine has no zones"
sizes <run--events/zoneinfo >sizes.kernel
sizes <shown >sizes.ours
[ -s sizes.kernel ] && diff sizes.kernel sizes.ours || fail "sizes of zones differ from zoneinfo"
agreed=0 # zoneinfo may be copied while the kernel is about to change it
for try in 1 2 3; do
	[ $try -eq 1 ] || { record "again$try" --events -- true && ends "again$try" 0; }
	"$mmref" oracle zoneinfo --from "$([ $try -eq 1 ] && echo run--events || echo again$try)" >oracle.out &&
		agreed=1 && break
done
[ $agreed -eq 1 ] || fail "oracle: $(grep DIFFERS oracle.out)"
for file in zoneinfo buddyinfo vmstat; do
	[ -s "run--events/after/$file" ] || fail "no copy of $file afterwards"
done

# Names: none, of a process neither; the same one the same number.
record who --both -- "$secret/x-$secret" -R "$secret"
ends who 0
names who
zcat who/events.txt.gz | grep -qE '^ +c-[0-9]+-[0-9]+ +\[' || fail "who: no numbers for names"
record whose --events --clear-names -- "$secret/x-$secret" -R "$secret"
ends whose 0
zcat whose/events.txt.gz | grep -qE '^ *x-secret-name-[0-9]*-[0-9]+ +\[' || fail "whose: no names"
# A process that calls itself like an event.
if command -v python3 >/dev/null; then
	record liar --events -- python3 -c "
import ctypes, mmap
for name in b'a-1 [000] secret', b'secret\nsecret', b'x\x1b-2 [1] secre':
    ctypes.CDLL(None).prctl(15, name, 0, 0, 0)
    m = mmap.mmap(-1, 1 << 20); m.write(b'x' * (1 << 20))"
	ends liar 0
	zcat liar/events.txt.gz | grep -aq secre && fail "liar: a name was let through"
	judged liar
fi

# A buffer that is too small: told at the end, in meta, and by import.
record lost --events --buffer 4 -- sh -c 'kill -STOP $PPID; ls -R /usr/include /usr/lib >/dev/null;
	ls -R /usr/include >/dev/null; kill -CONT $PPID'
ends lost 0
lost=$(sed -n 's/^lost: \([0-9]*\) events.*overrun.*/\1/p' lost.err)
[ "${lost:-0}" -gt 0 ] || fail "lost: nothing, with a buffer of 4 KiB: $(cat lost.err)"
meta lost "events-lost: $lost"
judged lost
grep -qE "events lost: $lost " lost.import || fail "lost: import says $(grep 'events lost' lost.import)"
echo "lost of a buffer of 4 KiB: $lost"

# ---- whatever ends it --------------------------------------------------------------------

# whole NAME: its files are complete
whole() {
	zcat "$1/events.txt.gz" | head -n 1 | grep -q '^# tracer: nop' || fail "$1: no header"
	gzip -t "$1/events.txt.gz" || fail "$1: events are cut"
	[ ! -e "$1/strace.txt.gz" ] || gzip -t "$1/strace.txt.gz" || fail "$1: strace is cut"
	[ -s "$1/after/zoneinfo" ] || fail "$1: no copies from afterwards"
}

# Until the command runs and the instance is there.
started() {
	local i
	for ((i = 0; i < 100; i++)); do
		pgrep -f "^sleep 98765.$$" >/dev/null && instances | grep -qx "mmref-$recorder" && return
		sleep 0.05
	done
	fail "$1: did not start: $(cat "$1.err")"
}

record killed --both -- sh -c 'kill -KILL $$'
ends killed 0
whole killed
meta killed 'command-ended: killed by signal 9'

for signal in INT TERM HUP QUIT; do
	record "by-$signal" --both -- sleep "98765.$$"
	started "by-$signal"
	kill -$signal "$recorder"
	ends "by-$signal" $((128 + $(kill -l $signal)))
	whole "by-$signal"
	meta "by-$signal" "ended-by: signal $(kill -l $signal) to the recorder"
	meta "by-$signal" "command-ended: killed by signal $(kill -l $signal)"
done

record deaf --events -- sh -c "trap '' TERM; sleep 98765.$$ & echo \$!; wait; wait; wait"
started deaf
kill -TERM "$recorder"
wait "$recorder" 2>/dev/null
[ $? -eq 143 ] || fail "deaf: not ended by its signal"
meta deaf 'command-ended: killed by signal 9'
kill -KILL "$(cat deaf.out)" || fail "deaf: what the command left was ended with it"
left deaf "$recorder"

record slow --both --max-seconds 1 -- sleep "98765.$$"
ends slow 0
whole slow
meta slow 'ended-by: --max-seconds'
said slow 'killed by signal 15 \(--max-seconds\)'

# What nobody can catch, and a crash: the guard cleans up, the command is told.
for signal in KILL SEGV ABRT; do
	record "by-$signal" --both -- sleep "98765.$$"
	started "by-$signal"
	kill -$signal "$recorder"
	wait "$recorder" 2>/dev/null && fail "by-$signal: status 0"
	left "by-$signal" "$recorder"
done

# The guard itself: then the recorder removes the instance.
record unguarded --events -- sleep "98765.$$"
started unguarded
kill -KILL "$(pgrep -P "$recorder" -f "record -o")"
kill -TERM "$recorder"
ends unguarded 143
whole unguarded

# Somebody holds the instance: said, with what to do.
record held --events -- sleep "98765.$$"
started held
hold() {
	[ -d /sys/kernel/tracing/instances ] || mount -t tracefs tracefs /sys/kernel/tracing
	exec 3<"/sys/kernel/tracing/instances/$1/trace" && kill -TERM "$2"
	while kill -0 "$2"; do sleep 0.1; done
	exec 3<&-
	rmdir "/sys/kernel/tracing/instances/$1"
}
export -f hold
unshare -m bash -c "hold mmref-$recorder $recorder" 2>/dev/null
wait "$recorder" 2>/dev/null
said held "the instance is still there; by hand: rmdir .*mmref-$recorder"
left held "$recorder"

# A program that cannot be executed after all.
printf '#!/no/such/interpreter\n' >odd-program
chmod +x odd-program
record interpreter --events -- ./odd-program
ends interpreter 3
said interpreter 'odd-program: No such file'

# Ctrl-C at a terminal reaches the command once, from the terminal.
if command -v python3 >/dev/null; then
	python3 - "$mmref" "$scratch/typed" "98765.$$" <<-'END'
		import os, pty, sys, time
		mmref, to, seconds = sys.argv[1:]
		pid, fd = pty.fork()
		if pid == 0:
		    os.execv(mmref, [mmref, "record", "-o", to, "--events", "--", "sh", "-c",
		        "trap 'echo once >>%s.once' INT; sleep %s; sleep 0.3" % (to, seconds)])
		time.sleep(1.5)
		os.write(fd, b"\x03")
		try:
		    while os.read(fd, 1000):
		        pass
		except OSError:
		    pass
		status = os.waitpid(pid, 0)[1]
		sys.exit(0 if os.WIFSIGNALED(status) and os.WTERMSIG(status) == 2 else 1)
	END
	[ $? -eq 0 ] || fail "typed: not ended by SIGINT"
	[ "$(cat typed.once)" = once ] || fail "typed: the command heard $(wc -l <typed.once) times"
	meta typed 'command-ended: status 0'
	left typed 0
fi

# A disk that is full: told, and the command is not disturbed.
if mkdir small && mount -t tmpfs -o size=64k tmpfs small 2>/dev/null; then
	"$mmref" record -o "$scratch/small/disk" --system -- sh -c 'ls -R /usr >/dev/null; echo done' \
		>disk.out 2>disk.err
	status=$?
	umount small
	[ $status -eq 3 ] || fail "disk: status $status, expected 3"
	said disk 'small/disk: No space left on device'
	[ "$(cat disk.out)" = "done" ] || fail "disk: the command did not end"
else
	echo "skipped: full disk: cannot mount a tmpfs"
fi
exit $failed
