# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Sourced by whoever plants bugs: a copy of the tree in which something is
# planted, programs run in it that can be stopped, and what they said of it.
#
# A caller of run_logged sets `scratch`, where findings are kept, and `log`, and
# calls stop_child before it ends.

child= # process group of the program that runs

stop_child() {
	if [ -n "$child" ]; then
		kill -TERM -- "-$child" 2>/dev/null || true
		wait "$child" 2>/dev/null || true
		child=
	fi
}

# Run a program in the scratch folder, what it says to the log; its status is
# the result. It gets a process group of its own, so that its children can be
# stopped with it, and runs in the background, because a shell takes no signal
# while it waits for a program in the foreground.
run_logged() { # COMMAND...
	local status=0
	rm -rf "$scratch"
	mkdir -p "$scratch"
	(cd "$scratch" && exec setsid "$@") >"$log" 2>&1 </dev/null &
	child=$!
	wait "$child" || status=$?
	child=
	return "$status"
}

# What git would add, or all of a copy, which no repository knows.
list_files() { # FOLDER
	if [ -e "$1/.git" ]; then
		(cd "$1" && git -c core.quotePath=off ls-files --cached --others --exclude-standard |
			while read -r file; do
				[ ! -f "$file" ] || printf '%s\n' "$file"
			done)
	else
		(cd "$1" && find . -path ./build -prune -o -type f -printf '%P\n')
	fi | LC_ALL=C sort -u
}

# The files of a folder with a hash before each.
hash_files() { # FOLDER
	list_files "$1" | (cd "$1" && LC_ALL=C xargs -r -d '\n' sha256sum) | LC_ALL=C sort
}

# Make one folder equal to another. Equal files are left alone; others get a new
# time with their new content, so that a build always sees the change.
sync_folder() { # FROM TO
	local to
	mkdir -p "$2"
	to=$(cd "$2" && pwd -P)
	hash_files "$1" >"$to.wanted"
	hash_files "$to" >"$to.there"
	# names of what is there in vain, then copies of what is missing or differs
	LC_ALL=C comm -13 <(cut -c 67- "$to.wanted" | LC_ALL=C sort) \
		<(cut -c 67- "$to.there" | LC_ALL=C sort) |
		(cd "$to" && xargs -r -d '\n' rm -f)
	LC_ALL=C comm -23 "$to.wanted" "$to.there" | cut -c 67- |
		(cd "$1" && xargs -r -d '\n' cp --parents -t "$to")
}

# CMake's words only when it refuses.
configure_tree() { # TREE PRESET [CMAKE-ARG...]
	if command -v ninja >/dev/null; then
		export CMAKE_GENERATOR="${CMAKE_GENERATOR:-Ninja}"
	fi
	if ! (cd "$1" && cmake --preset "$2" "${@:3}") >"$log" 2>&1; then
		cat "$log" >&2
		die 1 "the preset $2 does not configure"
	fi
}

# The value of a line above the diff, or nothing.
head_of() { # PATCH WORD
	sed -n "/^--- /q;s/^$2: *\\(.*[^ ]\\) *\$/\\1/p" "$1" | head -n 1
}

# The fuzz target of a patch.
target_of() { # PATCH
	local target
	target=$(head_of "$1" Target)
	printf '%s' "${target:-buddy}"
}

# The claim that a finding names, else how the process died.
claim_of() { # STATUS
	local claim
	claim=$({
		sed -n 's/^finding: \([a-z0-9_.]*\) .*/\1/p' "$log"
		# FILE:LINE: @POSITION: OPERATION, and below it CLAIM: SENTENCE
		sed -n '/: @[0-9]*: /{n;s/^  \([a-z0-9_.]*\): .*/\1/p;}' "$log"
		sed -n 's/.*caller error: .*/MM_PRE/p' "$log"
		sed -n 's/.*ERROR: AddressSanitizer: \([A-Za-z-]*\).*/ASan \1/p' "$log"
		sed -n 's/.*runtime error: .*/UBSan/p' "$log"
		sed -n 's/.*the process died (\(.*\)) at$/\1/p' "$log"
	} | head -n 1)
	printf '%s' "${claim:-status $1}"
}

# All claims that were named, in the order in which they were.
claims_named() {
	{
		sed -n 's/^finding: \([a-z0-9_.]*\) .*/\1/p' "$log"
		sed -n '/: @[0-9]*: /{n;s/^  \([a-z0-9_.]*\): .*/\1/p;}' "$log"
		sed -n 's/.*caller error: .*/MM_PRE/p' "$log"
		sed -n 's/.*ERROR: AddressSanitizer: .*/ASan/p' "$log"
		sed -n 's/.*runtime error: .*/UBSan/p' "$log"
	} | awk '!seen[$0]++'
}

# The first trace that was complained about.
trace_of() {
	sed -n 's|^\(.*/\)\{0,1\}\([^/]*\.ops\):[0-9]*: @[0-9]*: .*|\2|p' "$log" | head -n 1
}
