# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced: where a program's code and memory lie is by chance, and has a part in what
# libFuzzer keeps and in mistakes that hash an address.

can_be_still() {
	setarch "$(uname -m)" -R true 2>/dev/null
}

# still COMMAND...: at fixed addresses, where the host lets us
still() {
	if can_be_still; then
		setarch "$(uname -m)" -R "$@"
	else
		"$@"
	fi
}
