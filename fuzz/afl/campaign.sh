#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# campaign.sh: AFL++ on all CPUs of a host, and between hosts by a shared folder.
#
#     host A                                   host B
#     OUT/A-main  -M <--sync--> A-s1 .. -S     OUT/B-main  -M <--sync--> B-s1 .. -S
#        | queue every N minutes                 |
#        +--> SHARED/TARGET/A/queue    SHARED/TARGET/B/queue <--+
#                  read by B as OUT/A-main/queue, and the other way round
#
# AFL++ does the rest: instances of one OUT import each other's queues, and the copy
# of another host's main looks like one more of them. Names bear the host, so that
# nothing is written over.
#
# Exit: 0 ok, 1 no instance came up, or is running, 2 usage, 3 bad input, 4 a tool
# is missing.
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

usage() {
	cat <<'END'
usage: bash fuzz/afl/campaign.sh start TARGET [OPTION...]
       bash fuzz/afl/campaign.sh status|stop [--out FOLDER]

  start   fuzz until stop, a signal or --seconds; stays in the foreground and goes on
          with what --out holds from a campaign before
  status  what each instance has done
  stop    end the campaign that runs in --out, and all its instances

  --out FOLDER      queues and crashes of this host (default: build/afl-out)
  --build FOLDER    programs of preset afl: fuzz_TARGET; where there are, mmref-afl-mutator.so
                    and, built with AFL_LLVM_CMPLOG=1, FOLDER-cmplog/fuzz_TARGET
                    (default: build/afl)
  --plain FOLDER    the same without sanitizers, for all but one of the instances
                    (default: FOLDER-plain if it is there, else --build for all)
  --instances N     one main, N-1 secondaries (default: number of CPUs)
  --seeds FOLDER    first inputs (default: mmref corpus seed, from --build)
  --shared FOLDER   folder that all hosts see (NFS, or kept alike by rsync)
  --host NAME       name of this host there (default: its host name)
  --every MINUTES   how often queues are exchanged (default: 30); with --every-seconds N, in seconds
  --foreign FOLDER  a libFuzzer corpus that the main imports; may be given again
  --seconds N       end by itself
END
}

say() { printf '== %s\n' "$*"; }

die() { # STATUS TEXT
	printf 'campaign: %s\n' "$2" >&2
	exit "$1"
}

# ---- the command line --------------------------------------------------------

out=$root/build/afl-out
build=$root/build/afl
plain=
instances=$(nproc)
seeds=
shared=
host=$(uname -n)
every=1800
foreign=()
seconds=0

number() { # OPTION TEXT
	[[ $2 =~ ^[0-9]{1,6}$ ]] && [ "$2" -gt 0 ] || die 2 "$1: \"$2\" is no number above 0"
}

parse_options() {
	while [ $# -gt 0 ]; do
		[ $# -gt 1 ] || die 2 "$1 needs a value"
		case $1 in
		--out) out=$2 ;;
		--build) build=$2 ;;
		--plain) plain=$2 ;;
		--instances) number "$1" "$2"; instances=$2 ;;
		--seeds) seeds=$2 ;;
		--shared) shared=$2 ;;
		--host) host=$2 ;;
		--every) number "$1" "$2"; every=$((60 * $2)) ;;
		--every-seconds) number "$1" "$2"; every=$2 ;;
		--foreign) foreign+=(-F "$2") ;;
		--seconds) number "$1" "$2"; seconds=$2 ;;
		*)
			usage >&2
			die 2 "unknown option $1"
			;;
		esac
		shift 2
	done
	[[ $host =~ ^[A-Za-z0-9_.-]+$ ]] || die 2 "--host: \"$host\" is no name for a folder"
}

check_start() {
	local tool
	for tool in afl-fuzz afl-whatsup; do
		command -v "$tool" >/dev/null || die 4 "there is no $tool: apt-get install --no-install-recommends afl++"
	done
	[ -x "$build/fuzz_$target" ] || die 3 "$build/fuzz_$target is not there: ./run build afl; targets: $(targets)"
	[ -z "$seeds" ] || [ -d "$seeds" ] || die 3 "--seeds: $seeds: no such folder"
	[ -z "$shared" ] || mkdir -p "$shared" || die 3 "--shared: $shared cannot be made"
	if [ -z "$plain" ]; then
		plain=$build-plain
		[ -x "$plain/fuzz_$target" ] || plain=$build
	fi
	[ -x "$plain/fuzz_$target" ] || die 3 "--plain: $plain/fuzz_$target is not there"
	mkdir -p "$out"
	out=$(cd "$out" && pwd -P)
	! is_running || die 1 "a campaign runs in $out already (process $(cat "$out/campaign.pid")): stop it first"
}

targets() {
	(cd "$root/fuzz/targets" && for name in *.target; do printf '%s ' "${name%.target}"; done)
}

is_running() {
	local pid
	pid=$(cat "$out/campaign.pid" 2>/dev/null) || return 1
	# A number used again by somebody else is not ours.
	[ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q 'campaign\.sh start'
}

# ---- the instances -----------------------------------------------------------

# What AFL++ asks of a host and cannot have everywhere: cores of its own, a
# governor, a core_pattern that is no pipe (systemd's, apport's). A crash is then
# seen late and not lost.
settle() {
	export AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1
	export AFL_AUTORESUME=1 AFL_IMPORT_FIRST=1 AFL_FORKSRV_INIT_TMOUT=60000
	# Minutes between imports from the others of this OUT.
	export AFL_SYNC_TIME=$((every / 60 > 5 ? 5 : every / 60 > 0 ? every / 60 : 1))
	export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=1:symbolize=0:detect_odr_violation=0}
	export UBSAN_OPTIONS=${UBSAN_OPTIONS:-abort_on_error=1:symbolize=0:halt_on_error=1}
	unset AFL_CUSTOM_MUTATOR_LIBRARY AFL_CUSTOM_MUTATOR_ONLY
}

make_seeds() {
	if [ -z "$seeds" ]; then
		seeds=$out/seeds
		if [ ! -d "$seeds" ]; then
			"$build/mmref" corpus seed "$target" "$seeds" >"$out/seeds.log" 2>&1 ||
				{ cat "$out/seeds.log" >&2; die 3 "$build/mmref corpus seed $target failed"; }
		fi
	fi
	[ -n "$(find "$seeds" -type f -print -quit)" ] || die 3 "$seeds holds no file to begin with"
}

# One is the mutator's alone, one has sanitizers, one compares (cmplog); the schedules go round.
schedules=(fast explore coe lin rare)
pids=()

launch() { # INDEX
	local name schedule=${schedules[$1 % 5]} program=$plain/fuzz_$target arguments=() mutator=
	name=$host-s$1
	case $1 in
	0)
		name=$host-main
		arguments=(-M "$name" "${foreign[@]}")
		;;
	*) arguments=(-S "$name" -p "$schedule") ;;
	esac
	case $1 in
	1) program=$build/fuzz_$target ;;
	2)
		if [ -x "$build-cmplog/fuzz_$target" ]; then
			arguments+=(-c "$build-cmplog/fuzz_$target")
		fi
		;;
	3)
		if [ -e "$build/mmref-afl-mutator.so" ]; then
			mutator=$build/mmref-afl-mutator.so
		fi
		;;
	esac
	[ "$instances" -gt 1 ] || program=$build/fuzz_$target
	(
		if [ -n "$mutator" ]; then
			export AFL_CUSTOM_MUTATOR_LIBRARY=$mutator AFL_CUSTOM_MUTATOR_ONLY=1 MM_TARGET=$target
		fi
		# A group of its own goes when afl-fuzz is told to; its target goes with it.
		exec afl-fuzz -m none -t 5000+ -i "$seeds" -o "$out" "${arguments[@]}" -- "$program"
	) >"$out/$name.log" 2>&1 </dev/null &
	pids+=($!)
	say "$name: ${program#"$root/"}${mutator:+, the mutator alone} (process $!)"
}

# ---- between hosts -----------------------------------------------------------

# A file is complete under its name: copied beside, then renamed.
copy_new() { # FROM TO
	local file
	mkdir -p "$2"
	find "$1" -maxdepth 1 -type f -name 'id:*' -printf '%f\n' | while read -r file; do
		[ ! -e "$2/$file" ] || continue
		cp "$1/$file" "$2/.new.$host" && mv "$2/.new.$host" "$2/$file"
	done
}

exchange() {
	local other
	[ -n "$shared" ] || return 0
	if [ -d "$out/$host-main/queue" ]; then
		copy_new "$out/$host-main/queue" "$shared/$target/$host/queue"
	fi
	for other in "$shared/$target"/*/queue; do
		other=$(basename "$(dirname "$other")")
		if [ "$other" != "$host" ] && [ "$other" != '*' ]; then
			copy_new "$shared/$target/$other/queue" "$out/$other-main/queue"
		fi
	done
}

# ---- a campaign's life -------------------------------------------------------

alive() { # how many instances run
	local pid n=0
	for pid in "${pids[@]}"; do
		if kill -0 "$pid" 2>/dev/null; then
			n=$((n + 1))
		fi
	done
	echo $n
}

# SIGTERM lets afl-fuzz write what it knows and take its target along; what does not
# go within 20 s is killed, with its children.
end_all() {
	local pid tries=0
	trap '' INT TERM HUP
	for pid in "${pids[@]}"; do
		kill -TERM "$pid" 2>/dev/null || true
	done
	while [ "$(alive)" -gt 0 ] && [ $tries -lt 100 ]; do
		sleep 0.2
		tries=$((tries + 1))
	done
	for pid in "${pids[@]}"; do
		if kill -0 "$pid" 2>/dev/null; then
			pkill -KILL -P "$pid" 2>/dev/null || true
			kill -KILL "$pid" 2>/dev/null || true
		fi
	done
	wait
	exchange
	rm -f "$out/campaign.pid"
}

start() {
	local i began=$SECONDS last=$SECONDS
	check_start
	make_seeds
	settle
	echo $$ >"$out/campaign.pid"
	trap 'end_all; say "stopped"; exit 0' INT TERM HUP
	trap 'end_all' EXIT
	exchange
	for ((i = 0; i < instances; i++)); do
		launch "$i"
	done
	say "fuzzing $target in $out; end it with: bash fuzz/afl/campaign.sh stop --out $out"
	while [ "$(alive)" -gt 0 ]; do
		# wait, unlike sleep alone, lets a signal through at once
		sleep 1 &
		wait $! || true
		if [ $((SECONDS - last)) -ge "$every" ]; then
			exchange
			last=$SECONDS
		fi
		if [ "$seconds" -gt 0 ] && [ $((SECONDS - began)) -ge "$seconds" ]; then
			say "$seconds s have passed"
			exit 0
		fi
	done
	tail -n 5 "$out/$host"-*.log >&2
	die 1 "no instance runs any more: the logs are $out/$host-*.log"
}

status() {
	local stats=()
	[ -d "$out" ] || die 3 "--out: $out: no such folder"
	mapfile -t stats < <(find "$out" -mindepth 2 -maxdepth 2 -name fuzzer_stats | LC_ALL=C sort)
	[ ${#stats[@]} -gt 0 ] || die 1 "$out: no instance has reported yet"
	if is_running; then
		say "running, process $(cat "$out/campaign.pid")"
	else
		say "not running"
	fi
	awk -F ' *: *' '
		BEGIN {
			row = "%-20s %12s %8s %8s %8s %8s\n"
			printf row, "instance", "executions", "per s", "queue", "imported", "crashes"
		}
		function print_last() {
			if (name)
				printf row, name, v["execs_done"], v["execs_per_sec"], v["corpus_count"],
					v["corpus_imported"], v["saved_crashes"]
		}
		FNR == 1 {
			print_last()
			name = FILENAME
			sub(/\/fuzzer_stats$/, "", name)
			sub(/.*\//, "", name)
		}
		{ v[$1] = $2 }
		END { print_last() }' "${stats[@]}"
}

stop() {
	local pid tries=0
	[ -d "$out" ] || die 3 "--out: $out: no such folder"
	is_running || die 1 "no campaign runs in $out"
	pid=$(cat "$out/campaign.pid")
	kill -TERM "$pid"
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.2
		tries=$((tries + 1))
		[ $tries -lt 200 ] || die 1 "process $pid does not end"
	done
	say "stopped"
}

word=${1:-}
case $word in
-h | --help | help) usage; exit 0 ;;
start)
	target=${2:-}
	[[ -n $target && $target != -* ]] || die 2 "start: which target? $(targets)"
	shift 2
	parse_options "$@"
	start
	;;
status | stop)
	shift
	parse_options "$@"
	"$word"
	;;
*)
	usage >&2
	die 2 "expected start, status or stop, not \"$word\""
	;;
esac
