/* SPDX-License-Identifier: MIT */
/*
 * err: errors as the kernel numbers them, and the message a bad input gets.
 *
 * A function that can fail returns 0 or a negative MM_E... whose value equals
 * Linux's on every host.  Text that came from outside (a trace, a machine
 * description) is refused with a struct mm_error: place, reason, what to do.
 * MM_PRE guards C callers only; a trace that reaches one is a finding.
 */
#ifndef MM_ERR_H
#define MM_ERR_H

#include <stddef.h>

#if defined(__GNUC__)
#define MM_MUST_USE          __attribute__((warn_unused_result))
#define MM_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define MM_MUST_USE
#define MM_PRINTF(fmt, args)
#endif

/* For branches of the fast path that are taken only when somebody looks on. */
#if defined(__GNUC__)
#define MM_UNLIKELY(cond) __builtin_expect(!!(cond), 0)
#define MM_LIKELY(cond)   __builtin_expect(!!(cond), 1)
#define MM_ALWAYS_INLINE  inline __attribute__((always_inline))
#else
#define MM_UNLIKELY(cond) (cond)
#define MM_LIKELY(cond)   (cond)
#define MM_ALWAYS_INLINE  inline
#endif

#define MM_EPERM      1
#define MM_ENOENT     2
#define MM_ESRCH      3
#define MM_EIO        5
#define MM_E2BIG      7
#define MM_EBADF      9
#define MM_EAGAIN     11
#define MM_ENOMEM     12
#define MM_EACCES     13
#define MM_EFAULT     14
#define MM_EBUSY      16
#define MM_EEXIST     17
#define MM_ENODEV     19
#define MM_EINVAL     22
#define MM_ENFILE     23
#define MM_ENOSPC     28
#define MM_ERANGE     34
#define MM_EOVERFLOW  75
#define MM_EOPNOTSUPP 95

/* "ENOMEM" for 12 or -12; "E?" for a number this table does not know. */
const char *mm_err_name(int err);

/* The number for "ENOMEM" or "-ENOMEM" (positive), 0 when unknown. */
int mm_err_find(const char *name);

/*
 * Why an input was refused.  line and col count from 1; 0 means "no place".
 * file is borrowed from the caller and may be NULL.
 */
struct mm_error {
	const char *file;
	int line;
	int col;
	char text[240];
};

/* Fill e (when not NULL) and return err, so that callers can `return` it. */
int mm_error_set(struct mm_error *e, int err, int line, int col, const char *fmt, ...)
	MM_PRINTF(5, 6);

/* "file:line:col: text" without what is unknown, cut to len; returns buf. */
const char *mm_error_text(const struct mm_error *e, char *buf, size_t len);

/* Caller error in C: print the expression and its place, then abort. */
#if defined(__cplusplus)
[[noreturn]]
#else
_Noreturn
#endif
void mm_pre_failed(const char *expr, const char *file, int line);

#define MM_PRE(expr) ((expr) ? (void)0 : mm_pre_failed(#expr, __FILE__, __LINE__))

#endif
