/* SPDX-License-Identifier: MIT */
/*
 * slot: the page that the driver and a subject share, and what of a subject's layout
 * both know.  One request at a time; `turn` says whose it is, and is waited for with a
 * futex, so that nobody ever looks at a half written request.
 *
 *     driver: writes a request, turn = SUBJECT, waits for DRIVER
 *     subject: waits for SUBJECT, does it, writes the answer, turn = DRIVER
 */
#ifndef MM_LIVE_SLOT_H
#define MM_LIVE_SLOT_H

#include <stdint.h>

/* File descriptors that a subject is started with. */
#define MM_LIVE_SLOT_FD  3
#define MM_LIVE_FILL_FD  4
#define MM_LIVE_FILES_FD 16 /* and above: files of the trace */

/*
 * A subject's last segment is as long as MARK and ends where its heap begins, so that
 * heaps need no room of their own.  It is unmapped at once.  The kernel counts its length
 * as data of the program: RLIMIT_DATA is held against heap plus data, and a subject has
 * exactly so much other private memory that it comes out even.
 */
#define MM_LIVE_HEAP 0x100000080000u
#define MM_LIVE_MARK 0x40000u

/* Whose turn it is.  A slot of zeroes is the driver's, before there is a subject. */
#define MM_LIVE_DRIVER  0u
#define MM_LIVE_SUBJECT 1u

enum mm_live_request {
	MM_LIVE_CALL,  /* arg[0]: number of a system call, then what it takes */
	MM_LIVE_TOUCH, /* arg[0]: address, arg[1]: read, write, exec as in enum mm_access */
	MM_LIVE_CAPS   /* arg[0]: effective capabilities, arg[1]: permitted ones */
};

struct mm_live_slot {
	uint32_t turn;
	uint32_t request; /* enum mm_live_request */
	uint64_t arg[7];
	int64_t answer; /* below 0: an errno */
	int32_t signal; /* that a touch ended in, 0: none */
	int32_t code;   /* si_code */
};

#endif
