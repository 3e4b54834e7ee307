/* SPDX-License-Identifier: MIT */
/*
 * import_bad: recordings that are cut, damaged or no recordings at all are
 * refused with a place and a reason, leave the output untouched, and never
 * crash the importer.
 */
#include "mm/rng.h"

#include "invariants/engine/import_try.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* ---- lines with a known fault ---- */

#define H  IMPORT_HEAD
#define OK "0 0 1 A 1 0 0 cc0\n"

static const struct import_bad_line bad_lines[] = {
	{"", 1, 1, "empty"},
	{"a = alloc order=0\n", 1, 1, "not a recording"},
	{"\x7f\x45LF\x01", 1, 1, "not a recording"},
	{"# kernel-trace kmem v", 1, 22, "cut"},
	{"# kernel-trace kmem v2. cmd: x\n", 1, 22, "version"},
	{"# kernel-trace kmem v12. cmd: x\n", 1, 22, "version"},
	{"# kernel-trace kmem v1. x\n", 1, 23, "command"},
	{"# kernel-trace kmem v1. cmd: x\n", 2, 1, "second line"},
	{"# kernel-trace kmem v1. cmd: x\n" OK, 2, 1, "second line"},
	{H, 2, 0, "ends after its header"},
	{H "# remark\n", 3, 0, "ends after its header"},
	{H "\n", 3, 1, "empty line"},
	{H OK "hello\n", 4, 1, "dt_us is 'hello'"},
	{H OK "0 0 1 A 1 0 0 cc0", 4, 18, "cut"},
	{H OK "0", 4, 2, "cut"},
	{H OK "0 0 1\n", 4, 6, "event letter"},
	{H OK "0 0 1 Q 1 0 0 cc0\n", 4, 7, "unknown event 'Q'"},
	{H OK "0 0 1 AA 1 0 0 cc0\n", 4, 7, "unknown event 'AA'"},
	{H OK "0 0 1  A 1 0 0 cc0\n", 4, 7, "event letter is missing"},
	{H OK "0 0 1 A 1 0 0\n", 4, 14, "gfp should be"},
	{H OK "0 0 1 A 1 0 0 \n", 4, 15, "gfp should be"},
	{H OK "0 0 1 F 1\n", 4, 10, "order should be"},
	{H OK "0 0 1 F\n", 4, 8, "pfn should be"},
	{H OK "0 0 1 F 1 0 \n", 4, 13, "surplus"},
	{H OK "0 0 1 F 1 0 5\n", 4, 13, "surplus"},
	{H OK "0 0 1 F 1  0\n", 4, 11, "order is missing"},
	{H OK "0 0 1 A 1 15 0 cc0\n", 4, 11, "at most 14"},
	{H OK "0 0 1 F 1 99\n", 4, 11, "at most 14"},
	{H OK "0 0 1 F 1 -1\n", 4, 11, "decimal"},
	{H OK "0 0 1 A 1 0 7 cc0\n", 4, 13, "at most 5"},
	{H OK "0 0 1 Z 1 0 1 9\n", 4, 15, "at most 1"},
	{H OK "0 0 1 A 10000000000 0 0 cc0\n", 4, 9, "at most ffffffffff"},
	{H OK "0 0 1 A 1ffffffffffffffff 0 0 cc0\n", 4, 9, "too big"},
	{H OK "0 0 1 A 1G 0 0 cc0\n", 4, 9, "hexadecimal"},
	{H OK "0 0 1 A 1C 0 0 cc0\n", 4, 9, "hexadecimal"},
	{H OK "0 0 1 A 1 0 0 100000cc0\n", 4, 15, "at most ffffffff"},
	{H OK "0 0 1 A 1 0 0 2cc0\n0 0 1 A 2 0 0 2000ec0\n", 5, 15, "bit 0x200,"},
	{H OK "0 0 1 A 1 0 0 6000cc0\n", 4, 15, "bit 0x2000000,"},
	{H OK "0 64 1 A 1 0 0 cc0\n", 4, 3, "at most 63"},
	{H OK "18446744073709551616 0 1 B 1\n", 4, 1, "too big"},
	{H OK "99999999999999999999 0 1 B 1\n", 4, 1, "too big"},
	{H "2 0 1 B 1\n18446744073709551615 0 1 B 1\n", 4, 1, "add up"},
	{H OK "0 0 1 A 1 0 0 cc0\r\n", 4, 15, "'cc0\\x0d'"},
	{H OK "0 0 1 c 3\n", 4, 10, "name should be"},
	{H OK "0 0 1 X 1 2 3 0 1 2\n", 4, 19, "chown '2'"},
	{H OK "0 0 1 M 1 2 3 cc0 xyz\n", 4, 19, "site is 'xyz'"},
};

void mm_import_bad_lines(struct mm_prop_run *p)
{
	mm_import_try_bad_lines(p, bad_lines, sizeof(bad_lines) / sizeof(bad_lines[0]));
}

/* ---- files ---- */

static void check_long_line(struct mm_prop_run *p, struct import_try *t, size_t len)
{
	char *text = malloc(len);

	PROP(p, text, "no host memory");
	memset(text, ' ', len);
	memcpy(text, H, sizeof(H) - 1);
	mm_import_try_bytes(t, text, len);
	free(text);
	mm_import_try_refused(p, t, "long line");
	PROP(p, t->e.line == 3, "long line: line %d", t->e.line);
}

void mm_import_bad_files(struct mm_prop_run *p)
{
	struct import_try t;

	mm_import_try_init(&t);
	mm_import_try_path(&t, "/nonexistent/recording.txt.gz");
	if (t.err != -MM_EIO || t.e.line || !strstr(t.e.text, "cannot open: ") || t.len)
		prop_fail(p, __FILE__, __LINE__, "missing file: %d, %s", t.err, t.e.text);
	mm_import_try_path(&t, "/");
	if (t.err != -MM_EIO || !strstr(t.e.text, "directory") || t.len)
		prop_fail(p, __FILE__, __LINE__, "directory: %d, %s", t.err, t.e.text);
	mm_import_try_bytes(&t, H OK "0 0\0001 F 1 0\n", strlen(H OK) + 13);
	mm_import_try_refused(p, &t, "NUL byte");
	check_long_line(p, &t, 5000);
	check_long_line(p, &t, 300000);
	p->checks += 2;
	mm_import_try_fini(&t);
}

/* ---- a small recording with each kind of line ---- */

#define SMALL_MAX 8192

/* Fill text; the length. */
static size_t make_small(struct mm_rng *rng, char *text)
{
	static const char *const lines[] = {
		"%u 0 15609 A %x 0 1 140dca\n",
		"%u 1 15609 F %x 0\n",
		"%u 1 3 B %x\n",
		"%u 0 12 A %x 3 0 d2800\n",
		"%u 0 12 F %x 3\n",
		"%u 1 7 Z %x 0 1 1\n",
		"%u 0 9 X %x 0 9 1 0 1\n",
		"%u 0 9 D %x 0 2\n",
		"%u 0 8 m %x1\n",
		"%u 0 8 M 1%u 24 32 dc0 81a\n",
		"%u 1 8 C 1%u filp 232 256 cc0 1\n",
		"%u 1 8 c 2%u filp\n",
	};
	size_t len = (size_t)snprintf(text, SMALL_MAX, "%s", H);
	unsigned int i;

	for (i = 0; i < 60; i++) {
		uint64_t which =
			mm_rng_below(rng, 2) ? mm_rng_below(rng, 2) : mm_rng_below(rng, 12);
		unsigned int dt = (unsigned int)mm_rng_below(rng, 30);
		unsigned int n = (unsigned int)mm_rng_below(rng, 10);

		len += (size_t)snprintf(text + len, SMALL_MAX - len, lines[which], dt, n);
	}
	return len;
}

/* Compress text into the scratch file and read the bytes back. */
static size_t make_gzip(struct import_try *t, const char *text, size_t len, char *bytes)
{
	gzFile gz = gzopen(t->path, "wb");
	size_t n = 0;
	FILE *f;

	if (!gz)
		return 0;
	(void)gzwrite(gz, text, (unsigned int)len);
	if (gzclose(gz) != Z_OK)
		return 0;
	f = fopen(t->path, "rb");
	if (f) {
		n = fread(bytes, 1, SMALL_MAX, f);
		(void)fclose(f);
	}
	return n;
}

void mm_import_bad_gzip(struct mm_prop_run *p)
{
	char text[SMALL_MAX];
	char bytes[SMALL_MAX];
	struct import_try plain;
	struct import_try t;
	struct mm_rng rng;
	size_t len;
	size_t n;
	size_t i;

	prop_rng(p, &rng);
	len = make_small(&rng, text);
	mm_import_try_init(&plain);
	mm_import_try_init(&t);
	mm_import_try_bytes(&plain, text, len);
	n = make_gzip(&t, text, len, bytes);
	mm_import_try_path(&t, t.path);
	/* all but the name of the file, which the second line tells */
	if (plain.err || t.err || plain.len != t.len ||
	    strcmp(strstr(plain.text, "# command"), strstr(t.text, "# command")) != 0)
		prop_fail(p, __FILE__, __LINE__, "gzip and plain text give different traces");
	for (i = 0; i < n; i += 1 + (size_t)prop_below(p, 8)) {
		mm_import_try_bytes(&t, bytes, i);
		mm_import_try_refused(p, &t, "cut gzip");
	}
	/* in the checksum, the last 8 bytes: no doubt about the damage */
	bytes[n - 1 - prop_below(p, 8)] ^= 1;
	mm_import_try_bytes(&t, bytes, n);
	mm_import_try_refused(p, &t, "damaged gzip");
	mm_import_try_fini(&t);
	mm_import_try_fini(&plain);
}

/* ---- output ---- */

void mm_import_bad_output(struct mm_prop_run *p)
{
	FILE *full = fopen("/dev/full", "w");
	struct import_try t;
	unsigned int unbuffered;

	if (!full) {
		(void)printf("skipped: no /dev/full here (a full disk is reported)\n");
		return;
	}
	mm_import_try_init(&t);
	for (unbuffered = 0; unbuffered < 2; unbuffered++) {
		if (unbuffered)
			(void)setvbuf(full, NULL, _IONBF, 0);
		clearerr(full);
		(void)mm_import_try_write(&t, H OK, strlen(H OK));
		t.err = mm_import_recording(t.path, full, NULL, &t.st, &t.e);
		p->checks++;
		if (t.err != -MM_EIO || !strstr(t.e.text, "cannot write the trace: No space"))
			prop_fail(p, __FILE__, __LINE__, "full disk: %d, %s", t.err, t.e.text);
	}
	(void)fclose(full);
	mm_import_try_fini(&t);
}

/* ---- mutations ---- */

void mm_import_mutations(struct mm_prop_run *p)
{
	char text[SMALL_MAX];
	char bytes[SMALL_MAX];
	char mutant[SMALL_MAX];
	struct import_try t;
	struct mm_rng rng;
	size_t len;
	size_t n;
	unsigned int i;

	prop_rng(p, &rng);
	len = make_small(&rng, text);
	mm_import_try_init(&t);
	n = make_gzip(&t, text, len, bytes);
	for (i = 0; i < 300 && p->failures == 0; i++) {
		bool gzip = i % 4 == 3;
		size_t size = gzip ? n : len;
		uint64_t times = 1 + mm_rng_below(&rng, 4);

		memcpy(mutant, gzip ? bytes : text, size);
		while (times--)
			size = mm_import_try_mutate(&rng, mutant, size, sizeof(mutant));
		mm_import_try_bytes(&t, mutant, size);
		mm_import_try_mutant(p, &t);
	}
	mm_import_try_fini(&t);
}
