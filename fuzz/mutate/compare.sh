#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# fuzz/mutate/compare.sh: how many executions does a fuzzer need to find a bug, with
# the engine's own mutations and with ours?
#
# The bugs are those patches of corpus/bugs that say how many operations the
# shortest trace has that shows them ("Operations: N"). Each is planted in a copy
# of the working tree, build/mutation/tree; the target that it names is built for
# both engines, without sanitizers, because executions are counted and not time.
# Then each engine runs twice with each seed, from an empty corpus (AFL++: from one
# operation), until it finds the bug or its budget is spent.
#
# Every run is a line in build/mutation/results; a run that is there is not done
# again, so a comparison that was stopped goes on where it was.
# Exit: 0 in each column ours needs at most half, 1 it does not, 2 usage,
# 4 unsupported here.
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

usage() {
	cat <<'END'
usage: fuzz/mutate/compare.sh [--seeds "S ..."] [--runs N] [--engine NAME] [--table] [BUG ...]

  --seeds "S ..."  default: "1 2 3 4 5 6 7 8 9 10"
  --runs N         executions per run at most (default: 100000)
  --engine NAME    libfuzzer or afl (default: both)
  --table          run nothing, print what is in build/mutation/results
  --fresh          forget earlier results

Columns: the bug; operations of the shortest known trace; for each engine the median
executions with its own mutations and with ours (in parentheses least and most over
the seeds; > where the budget was spent), and the second as a share of the first.
END
}

work=$PWD/build/mutation
tree=$work/tree
results=$work/results
jobs=${JOBS:-$(nproc)}

say() { printf '== %s\n' "$*" >&2; }

die() { # STATUS TEXT
	printf 'compare: %s\n' "$2" >&2
	exit "$1"
}

# shellcheck source=fuzz/command/planted.sh
. fuzz/command/planted.sh

# ---- bugs -----------------------------------------------------------------------

all_bugs() {
	local patch
	for patch in corpus/bugs/*.patch; do
		[ -z "$(head_of "$patch" Operations)" ] || basename "$patch" .patch
	done
}

# ---- building -------------------------------------------------------------------

logged() { # COMMAND...
	"$@" >"$work/log" 2>&1 || {
		tail -n 20 "$work/log" >&2
		die 1 "failed: $*"
	}
}

configure() { # ENGINE
	local compiler=clang-14
	if command -v ninja >/dev/null; then
		export CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja}
	fi
	[ "$1" = libfuzzer ] || compiler=afl-clang-fast
	logged cmake -S "$tree" -B "$work/build-$1" -DCMAKE_C_COMPILER=$compiler "-DMM_ENGINE=$1" \
		-DCMAKE_BUILD_TYPE=Release "-DCMAKE_C_FLAGS_RELEASE=-O2 -g1" -DMM_BENCH=OFF
	if [ "$1" = afl ]; then
		logged cmake --build "$work/build-afl" --parallel "$jobs" --target mmref-afl-mutator
	fi
}

program_of() { # BUG ENGINE
	printf '%s/bin/%s-%s' "$work" "$1" "$2"
}

# The program of a bug for each engine, the tree then as it was. A run that was
# stopped meanwhile leaves the patch to the next one's sync_folder.
build_bug() { # BUG
	local engine target
	target=$(target_of "corpus/bugs/$1.patch")
	logged git apply --directory="${tree#"$PWD"/}" "corpus/bugs/$1.patch"
	mkdir -p "$work/bin"
	for engine in $engines; do
		logged cmake --build "$work/build-$engine" --parallel "$jobs" --target "fuzz_$target"
		cp "$work/build-$engine/fuzz_$target" "$(program_of "$1" "$engine")"
	done
	sync_folder . "$tree"
}

# ---- runs ------------------------------------------------------------------------

# Both leave "EXECUTIONS found|spent".
run_libfuzzer() { # BUG MODE SEED FOLDER
	local status=0 executions
	MM_MUTATE=$2 "$(program_of "$1" libfuzzer)" "-seed=$3" "-runs=$runs" -print_final_stats=1 \
		"-artifact_prefix=$4/" >"$4/log" 2>&1 </dev/null || status=$?
	executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$4/log")
	case $status in
	0) echo "${executions:-0} spent" ;;
	77) echo "${executions:-0} found" ;;
	*) return 1 ;;
	esac
}

run_afl() { # BUG MODE SEED FOLDER
	local stats=$4/out/default/fuzzer_stats
	mkdir -p "$4/in"
	printf '\x83' >"$4/in/one"
	if [ "$2" = on ]; then
		export AFL_CUSTOM_MUTATOR_LIBRARY=$work/build-afl/mmref-afl-mutator.so
		export AFL_CUSTOM_MUTATOR_ONLY=1
	fi
	MM_TARGET=$(target_of "corpus/bugs/$1.patch") AFL_BENCH_UNTIL_CRASH=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 \
		AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
		afl-fuzz -s "$3" -E "$runs" -V 3600 -i "$4/in" -o "$4/out" \
		-- "$(program_of "$1" afl)" >"$4/log" 2>&1 </dev/null || return 1
	[ -s "$stats" ] || return 1
	awk '$1 == "execs_done" { n = $3 } $1 == "saved_crashes" { c = $3 }
		END { print n, c + 0 ? "found" : "spent" }' "$stats"
}

one_run() { # BUG ENGINE MODE SEED
	local folder="$work/runs/$1-$2-$3-$4" said
	rm -rf "$folder"
	mkdir -p "$folder"
	said=$("run_$2" "$1" "$3" "$4" "$folder") || {
		tail -n 5 "$folder/log" >&2
		say "$1: $2 with seed $4 did not run: $folder/log"
		return 0
	}
	echo "$1 $2 $3 $4 $said" >>"$results"
	rm -rf "$folder"
}

# A run that is there with another budget and spent it is done again.
is_done() { # BUG ENGINE MODE SEED
	awk -v "key=$1 $2 $3 $4" -v "runs=$runs" '
		$1 " " $2 " " $3 " " $4 == key && ($6 == "found" || $5 >= runs) { found = 1 }
		END { exit !found }' "$results"
}

run_bug() { # BUG
	local engine mode seed
	for seed in $seeds; do
		for engine in $engines; do
			for mode in off on; do
				is_done "$1" "$engine" "$mode" "$seed" && continue
				while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
					wait -n || true
				done
				one_run "$1" "$engine" "$mode" "$seed" &
			done
		done
	done
}

# ---- the table ---------------------------------------------------------------------

# Results to one line for each bug; status 1 where ours needs more than half.
print_table() {
	local bug
	for bug in $bugs; do
		echo "bug $bug $(head_of "corpus/bugs/$bug.patch" Operations)"
	done | awk -v "engines=$engines" -v "seeds=$seeds" '
	function median(key,   n, i, k, t, v, c) {
		n = split(runs[key], v, " ")
		for (i = 2; i <= n; i++)
			for (k = i; k > 1 && v[k - 1] + 0 > v[k] + 0; k--) {
				t = v[k]; v[k] = v[k - 1]; v[k - 1] = t
			}
		if (!n)
			return ""
		least = v[1]; most = v[n]
		return v[int((n + 1) / 2)]
	}
	function show(x) { return (x ~ /s$/ ? ">" : "") x + 0 }
	function cell(key,   m) {
		m = median(key)
		value = m + 0; spent = m ~ /s$/
		return m == "" ? "-" : show(m) " (" show(least) " .. " show(most) ")"
	}
	FILENAME != "-" {
		if (index(" " seeds " ", " " $4 " "))
			last[$1 " " $2 " " $3 " " $4] = $5 ($6 == "spent" ? "s" : "f")
		next
	}
	!collected++ {
		for (key in last) {
			split(key, part, " ")
			at = part[1] " " part[2] " " part[3]
			runs[at] = runs[at] " " last[key]
		}
		n = split(engines, engine, " ")
		printf "%-52s %3s", "bug", "ops"
		for (i = 1; i <= n; i++)
			printf "  %-30s %-30s %6s", engine[i], "ours", "share"
		print ""
	}
	{
		printf "%-52s %3s", $2, $3
		for (i = 1; i <= n; i++) {
			a = cell($2 " " engine[i] " off"); plain = value; plain_spent = spent
			b = cell($2 " " engine[i] " on")
			share = plain && b != "-" ? value / plain : 0
			known = a != "-" && b != "-"
			if (!known || spent || share > 0.5)
				missed = 1
			printf "  %-30s %-30s %6s", a, b,
				known ? sprintf("%s%5.2f", plain_spent ? "<" : " ", share) : "-"
		}
		print ""
	}
	END { exit missed }' "$results" -
}

# ---- arguments ----------------------------------------------------------------------

seeds='1 2 3 4 5 6 7 8 9 10'
runs=100000
engines='libfuzzer afl'
table=no
fresh=no
bugs=
while [ $# -gt 0 ]; do
	case $1 in
	--table) table=yes ;;
	--fresh) fresh=yes ;;
	--seeds | --runs)
		[ $# -gt 1 ] || { usage >&2; die 2 "$1 takes a value"; }
		case $2 in
		'' | *[!0-9\ ]*) die 2 "$1: not a number: $2" ;;
		esac
		if [ "$1" = --seeds ]; then seeds=$2; else runs=$2; fi
		shift
		;;
	--engine)
		case ${2:-} in
		libfuzzer | afl) engines=$2 ;;
		*) die 2 "--engine: expected libfuzzer or afl, found ${2:-nothing}" ;;
		esac
		shift
		;;
	-h | --help) usage; exit 0 ;;
	-*) usage >&2; die 2 "unknown option $1" ;;
	*)
		[ -e "corpus/bugs/$(basename "$1" .patch).patch" ] || die 2 "there is no corpus/bugs/$1.patch"
		bugs="$bugs $(basename "$1" .patch)"
		;;
	esac
	shift
done
bugs=${bugs:-$(all_bugs)}
[ -n "$bugs" ] || die 4 "no patch in corpus/bugs says Operations:"
for bug in $bugs; do
	[ -n "$(head_of "corpus/bugs/$bug.patch" Operations)" ] ||
		die 2 "corpus/bugs/$bug.patch does not say Operations:"
done

mkdir -p "$work"
[ "$fresh" = no ] || rm -f "$results"
touch "$results"
if [ "$table" = yes ]; then
	print_table
	exit
fi
exec 9>"$work/lock"
flock -n 9 || die 4 "another comparison holds $work/lock"
case $engines in
*afl*) command -v afl-fuzz >/dev/null || die 4 "there is no afl-fuzz: apt-get install afl++, or --engine libfuzzer" ;;
esac
sync_folder . "$tree"
for engine in $engines; do
	say "building for $engine"
	configure "$engine"
done
for bug in $bugs; do
	say "$bug"
	build_bug "$bug"
	run_bug "$bug"
done
wait
print_table
