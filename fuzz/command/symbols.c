/* SPDX-License-Identifier: MIT */
/*
 * symbols: the program's own ELF file, mapped once.
 *
 *     segments       lowest address --> what "relative to its start" means
 *     .symtab        functions: address, size, name
 */
#include "fuzz/command/symbols.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__linux__) && defined(__ELF__)
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct function {
	uintptr_t at;
	uintptr_t size;
	const char *name; /* in the mapped file */
};

struct table {
	bool tried;
	struct function *functions; /* by address, then by name */
	size_t nr;
	uintptr_t start; /* lowest address the linker gave */
};

/* Read once per process; it describes the program and never changes. */
static struct table table;

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): libc wants it so */
static int by_address(const void *a, const void *b)
{
	const struct function *x = a;
	const struct function *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return strcmp(x->name, y->name);
}

static const unsigned char *map_program(size_t *size)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *all = MAP_FAILED;

	if (fd >= 0 && !fstat(fd, &st) && st.st_size >= (off_t)sizeof(ElfW(Ehdr))) {
		*size = (size_t)st.st_size;
		all = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	if (fd >= 0)
		(void)close(fd);
	return all == MAP_FAILED ? NULL : all;
}

static uintptr_t lowest_address(const unsigned char *file)
{
	const ElfW(Ehdr) *e = (const void *)file;
	const ElfW(Phdr) *p = (const void *)(file + e->e_phoff);
	uintptr_t lowest = UINTPTR_MAX;
	int i;

	for (i = 0; i < e->e_phnum; i++) {
		if (p[i].p_type == PT_LOAD && p[i].p_vaddr < lowest)
			lowest = p[i].p_vaddr;
	}
	return lowest;
}

static void read_symbols(const unsigned char *file, const ElfW(Shdr) * s, const char *names)
{
	const ElfW(Sym) *sym = (const void *)(file + s->sh_offset);
	size_t nr = s->sh_size / sizeof(*sym);
	size_t i;

	table.functions = malloc((nr + 1) * sizeof(*table.functions));
	if (!table.functions)
		return;
	for (i = 0; i < nr; i++) {
		/* the type has the same place in both classes of files */
		if (ELF64_ST_TYPE(sym[i].st_info) != STT_FUNC || !sym[i].st_size)
			continue;
		table.functions[table.nr++] =
			(struct function){sym[i].st_value, sym[i].st_size, names + sym[i].st_name};
	}
	if (table.nr)
		qsort(table.functions, table.nr, sizeof(*table.functions), by_address);
}

static void load(void)
{
	const unsigned char *file;
	const ElfW(Ehdr) * e;
	const ElfW(Shdr) * s;
	size_t size = 0;
	int i;

	table.tried = true;
	file = map_program(&size);
	if (!file)
		return;
	e = (const void *)file;
	if (e->e_shoff + (size_t)e->e_shnum * sizeof(*s) > size)
		return;
	table.start = lowest_address(file);
	s = (const void *)(file + e->e_shoff);
	for (i = 0; i < e->e_shnum; i++) {
		if (s[i].sh_type == SHT_SYMTAB && s[i].sh_link < e->e_shnum)
			read_symbols(file, &s[i], (const char *)file + s[s[i].sh_link].sh_offset);
	}
}

/* The first of the last functions that begin at or before an address. */
static const struct function *at_or_before(uintptr_t at)
{
	size_t low = 0;
	size_t high = table.nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table.functions[middle].at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	while (low > 1 && table.functions[low - 2].at == table.functions[low - 1].at)
		low--;
	return &table.functions[low - 1];
}

bool symbols_function(uintptr_t at, char *name, size_t len)
{
	const struct function *f;

	if (!table.tried)
		load();
	f = at_or_before(at + table.start);
	if (!f || at + table.start - f->at >= f->size)
		return false;
	(void)snprintf(name, len, "%.*s", (int)strcspn(f->name, "."), f->name);
	return true;
}

#else

bool symbols_function(uintptr_t at, char *name, size_t len)
{
	(void)at;
	(void)name;
	(void)len;
	return false;
}

#endif
