#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# workflows.sh MMREF WORK: what GitHub and the fuzzing services read, without them.
# YAML is parsed by yq and held against what their documents ask for: actions, modes,
# inputs, permissions. The shell of the step that sums up a failed run is taken out of
# its file and run on folders of artifacts. Each rule is seen to fail on a planted file.
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
if [ $# -ne 2 ]; then
	echo "usage: workflows.sh MMREF WORK" >&2
	exit 2
fi
mmref=$(realpath "$1")
rm -rf "$2"
mkdir -p "$2"
work=$(cd "$2" && pwd -P)
only=
passed=0
failed=0

pass() {
	passed=$((passed + 1))
}

fail() {
	echo "FAILED: $1"
	failed=$((failed + 1))
}

# ---- rules -------------------------------------------------------------------

# The one slow step, once per file.
parse() { # FILE
	mkdir -p "$(dirname "$work/json/$1")"
	yq . "$tree/$1" >"$work/json/$1" 2>"$work/json/$1.complaint"
}

# want FILE WHAT EXPRESSION: an expression of jq that is true of the file. With `only`
# set rules of other files are left out.
want() {
	[ -z "$only" ] || [ "$only" = "$1" ] || return 0
	if [ ! -e "$work/json/$1" ] && ! parse "$1"; then
		echo "$1: not so: it is YAML"
		sed 's/^/    /' "$work/json/$1.complaint"
		wrong=1
	elif ! jq -e "$3" "$work/json/$1" >/dev/null 2>"$work/complaint"; then
		echo "$1: not so: $2"
		sed 's/^/    /' "$work/complaint"
		wrong=1
	fi
}

sanitizers='["address","undefined","memory"]'
build='google/clusterfuzzlite/actions/build_fuzzers@v1'
run='google/clusterfuzzlite/actions/run_fuzzers@v1'

# Steps that use an action, of all jobs.
uses() { # ACTION
	echo "[.jobs[].steps[] | select(.uses == \"$1\")]"
}

# What the actions know as inputs; a misspelt one is only a warning to GitHub.
inputs='"language","github-token","sanitizer","storage-repo","storage-repo-branch","storage-repo-branch-coverage","dry-run"'
build_inputs="[$inputs,\"upload-build\",\"allowed-broken-targets-percentage\",\"bad-build-check\"]"
run_inputs="[$inputs,\"mode\",\"fuzz-seconds\",\"report-unreproducible-crashes\",\"minimize-crashes\",
	\"parallel-fuzzing\",\"output-sarif\"]"

check_clusterfuzzlite() { # FILE
	want "$1" "permissions are read-all" '.permissions == "read-all"'
	want "$1" "builds with $build, language c" "$(uses "$build") | length > 0 and all(.with.language == \"c\")"
	want "$1" "inputs of build_fuzzers are known ones" "$(uses "$build") | all((.with | keys) - $build_inputs == [])"
	want "$1" "inputs of run_fuzzers are known ones" "$(uses "$run") | all((.with | keys) - $run_inputs == [])"
	want "$1" "run_fuzzers has the token" "$(uses "$run") | all(.with[\"github-token\"] == \"\${{ secrets.GITHUB_TOKEN }}\")"
	want "$1" "other actions are GitHub's own, with a major version" \
		'[.jobs[].steps[].uses // empty | select(startswith("google/clusterfuzzlite/") | not)] | all(test("^actions/[a-z-]+@v[0-9]+$"))'
}

# Each sanitizer of its own, none ended because another failed.
check_matrix() { # FILE
	want "$1" "a job for each of $sanitizers" \
		".jobs | all(.strategy.matrix.sanitizer == $sanitizers and .strategy[\"fail-fast\"] == false)"
	want "$1" "runs are of one group per sanitizer" \
		'.jobs | all(.concurrency.group | contains("matrix.sanitizer"))'
	want "$1" "actions have the sanitizer of the matrix" \
		'[.jobs[].steps[] | select(.uses // "" | startswith("google/")) | .with.sanitizer] | all(. == "${{ matrix.sanitizer }}")'
}

check_mode() { # FILE MODE SECONDS
	want "$1" "run_fuzzers in mode $2 for $3 s" \
		"$(uses "$run") | any(.with.mode == \"$2\" and .with[\"fuzz-seconds\"] == $3)"
}

check_tree() { # TREE: says what is wrong; true if nothing is
	local file folder=.github/workflows
	tree=$1 wrong=
	rm -rf "$work/json"
	for file in pr build batch cron; do
		check_clusterfuzzlite $folder/cflite_$file.yml
	done
	for file in pr build batch; do
		check_matrix $folder/cflite_$file.yml
	done
	want $folder/cflite_pr.yml "it runs for pull requests" '.on | has("pull_request")'
	check_mode $folder/cflite_pr.yml code-change 600
	want $folder/cflite_pr.yml "an old run of the same change is given up" '.jobs.PR.concurrency["cancel-in-progress"]'
	want $folder/cflite_pr.yml "a failed run is summed up" \
		'.jobs.PR.steps[] | select(.id == "summary") | (.if | startswith("failure()")) and (.run | contains("GITHUB_STEP_SUMMARY"))'
	want $folder/cflite_pr.yml "what was found is kept, and nothing found is an error" \
		'.jobs.PR.steps[] | select(.uses == "actions/upload-artifact@v4") | (.if | startswith("failure()")) and .with["if-no-files-found"] == "error"'
	want $folder/cflite_build.yml "it builds main" '.on.push.branches == ["main"]'
	want $folder/cflite_build.yml "it uploads the build" "$(uses "$build") | all(.with[\"upload-build\"] == true)"
	want $folder/cflite_batch.yml "it runs on a schedule" '.on.schedule[0].cron | test("^([0-9*/,-]+ ){4}[0-9*/,-]+$")'
	check_mode $folder/cflite_batch.yml batch 3600
	want $folder/cflite_cron.yml "it runs on a schedule" '.on.schedule[0].cron | test("^([0-9*/,-]+ ){4}[0-9*/,-]+$")'
	check_mode $folder/cflite_cron.yml prune 600
	check_mode $folder/cflite_cron.yml coverage 600
	want $folder/cflite_cron.yml "coverage is built and run with sanitizer coverage" \
		'[.jobs.Coverage.steps[].with.sanitizer] == ["coverage", "coverage"]'
	want $folder/ci.yml "it may only read" '.permissions == {"contents": "read"}'
	want $folder/ci.yml "it runs ./run test and its quick form" \
		'.jobs.test.strategy.matrix.command == ["./run test quick", "bash .ci/run"]'
	want .clusterfuzzlite/project.yaml "language c" '.language == "c"'
	want fuzz/oss-fuzz/project.yaml "sanitizers are those that are simulated" ".sanitizers == $sanitizers"
	want fuzz/oss-fuzz/project.yaml "language, engines, architectures" \
		'.language == "c" and .fuzzing_engines == ["libfuzzer", "afl"] and .architectures == ["x86_64"]'
	want fuzz/oss-fuzz/project.yaml "somebody to write to" '.primary_contact and .main_repo and .homepage'
	[ -z "$wrong" ]
}

# ---- each rule, broken -------------------------------------------------------

# plant FILE SED-EXPRESSION WANTED: the file with a mistake is refused with WANTED.
plant() {
	rm -rf "$work/planted"
	mkdir -p "$work/planted/fuzz/oss-fuzz"
	only=$1
	cp -r "$root/.github" "$root/.clusterfuzzlite" "$work/planted/"
	cp "$root/fuzz/oss-fuzz/project.yaml" "$work/planted/fuzz/oss-fuzz/"
	sed -i "$2" "$work/planted/$1"
	if cmp -s "$work/planted/$1" "$root/$1"; then
		fail "nothing was planted in $1: $2"
	elif check_tree "$work/planted" >"$work/log" || ! grep -qF -- "$1: not so: $3" "$work/log"; then
		fail "$1 with $2: not refused with \"$3\""
		sed 's/^/    /' "$work/log"
	else
		pass
	fi
}

check_planted() {
	local folder=.github/workflows
	plant $folder/cflite_pr.yml 's/mode: code-change/mode: batch/' "run_fuzzers in mode code-change"
	plant $folder/cflite_pr.yml 's/fuzz-seconds:/fuzz-second:/' "inputs of run_fuzzers are known ones"
	plant $folder/cflite_pr.yml 's/actions\/run_fuzzers@v1/actions\/run_fuzzers@v2/' "run_fuzzers in mode"
	plant $folder/cflite_pr.yml '/- memory/d' "a job for each of"
	plant $folder/cflite_pr.yml "s/id: summary/id: sum/" "a failed run is summed up"
	plant $folder/cflite_pr.yml 's/if-no-files-found: error/if-no-files-found: ignore/' "what was found is kept"
	plant $folder/cflite_pr.yml 's/permissions: read-all/permissions: write-all/' "permissions are read-all"
	plant $folder/cflite_build.yml 's/upload-build: true/upload-build: false/' "it uploads the build"
	plant $folder/cflite_batch.yml 's/language: c$/language: rust/' "builds with"
	plant $folder/cflite_batch.yml "s/cron: .*/cron: 'often'/" "it runs on a schedule"
	plant $folder/cflite_cron.yml 's/mode: prune/mode: batch/' "run_fuzzers in mode prune"
	plant $folder/cflite_cron.yml 's/sanitizer: coverage/sanitizer: address/' "coverage is built and run"
	plant $folder/cflite_cron.yml 's/^jobs:/jobs: [/' "it is YAML"
	plant $folder/ci.yml 's/contents: read/contents: write/' "it may only read"
	plant fuzz/oss-fuzz/project.yaml '/- undefined/d' "sanitizers are those that are simulated"
}

# ---- the step that sums up ---------------------------------------------------

# summary WHAT STATUS SUMMARY-HAS: in a workspace as the runner leaves it.
summary() {
	local got=0
	: >"$work/summary.md"
	(cd "$work/space/tree" && env GITHUB_WORKSPACE="$work/space" GITHUB_STEP_SUMMARY="$work/summary.md" \
		SANITIZER=address bash --noprofile --norc -eo pipefail "$work/summary.sh") >"$work/log" 2>&1 || got=$?
	if [ $got -ne "$2" ]; then
		fail "summary, $1: status $got, wanted $2"
	elif ! grep -qF -- "$3" "$work/summary.md"; then
		fail "summary, $1: it has no \"$3\""
	elif [ "$2" -ne 0 ] && ! grep -q '^::error::' "$work/log"; then
		fail "summary, $1: no error is shown on the run's page"
	else
		pass
		return
	fi
	sed 's/^/    /' "$work/log" "$work/summary.md"
}

new_space() {
	rm -rf "$work/space"
	mkdir -p "$work/space/tree/build/triage"
	ln -s "$1" "$work/space/tree/build/triage/mmref"
}

check_summary() {
	yq -r '.jobs.PR.steps[] | select(.id == "summary") | .run' "$root/.github/workflows/cflite_pr.yml" >"$work/summary.sh"
	new_space "$mmref"
	summary "nothing was left" 1 'left nothing in out/artifacts'
	mkdir -p "$work/space/out/artifacts/empty"
	summary "an empty folder was left" 1 'left nothing in out/artifacts'
	# A command that ends without a report.
	printf '#!/bin/sh\nexit 5\n' >"$work/mute"
	chmod +x "$work/mute"
	new_space "$work/mute"
	mkdir -p "$work/space/out/artifacts"
	echo x >"$work/space/out/artifacts/fuzz_buddy-address-crash-0"
	summary "triage fails" 1 'ended with status 5 and wrote no report'
	if ! "$mmref" help triage >/dev/null 2>&1; then
		echo "summary of real artifacts: skipped: this mmref has no triage"
		return
	fi
	# A seed as an artifact: nothing fails, and the report has to say that.
	new_space "$mmref"
	mkdir -p "$work/space/out/artifacts/fuzz_buddy/address"
	"$mmref" corpus seed buddy "$work/seeds" >/dev/null 2>&1
	cp "$(find "$work/seeds" -type f | LC_ALL=C sort | head -n 1)" "$work/space/out/artifacts/fuzz_buddy/address/crash-1"
	summary "an input that fails nowhere" 0 "## Fuzzing with sanitizer address"
	if [ "$(wc -l <"$work/summary.md")" -lt 4 ]; then
		fail "the summary of an input has no report below its head"
	else
		pass
	fi
}

# ---- all of it ---------------------------------------------------------------

if check_tree "$root"; then pass; else fail "the files in the tree"; fi
check_planted
check_summary
for script in fuzz/oss-fuzz/build.sh .clusterfuzzlite/build.sh; do
	if bash -n "$root/$script"; then pass; else fail "$script"; fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
