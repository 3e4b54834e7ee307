/* SPDX-License-Identifier: MIT */
/*
 * manual: the subcommands' tables as a manual page, and as completions of
 * shells.
 */
#ifndef MM_MANUAL_H
#define MM_MANUAL_H

#include <stdio.h>

/* mmref.1, for man. */
void manual_page(FILE *out);
/* A script for bash, zsh or fish. */
void manual_completion(const char *shell, FILE *out);

#endif
