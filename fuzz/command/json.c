/* SPDX-License-Identifier: MIT */
/*
 * json: results for programs, one object per line in one envelope.  Names are
 * ours and need no escaping; texts may be anything.
 */
#include "fuzz/command/command.h"

#include <inttypes.h>
#include <string.h>

static void string(const char *text)
{
	const char *c;

	(void)putchar('"');
	for (c = text; *c; c++) {
		unsigned char b = (unsigned char)*c;

		if (b == '"' || b == '\\')
			(void)printf("\\%c", b);
		else if (b < 0x20 || b >= 0x7f)
			/* a byte of unknown encoding stays legal that way */
			(void)printf("\\u%04x", b);
		else
			(void)putchar(b);
	}
	(void)putchar('"');
}

struct json json_begin(const char *type)
{
	(void)printf("{\"type\":\"%s\",\"version\":1,\"data\":{", type);
	return (struct json){0};
}

static void member(struct json *j, const char *name)
{
	(void)printf("%s\"%s\":", j->members++ ? "," : "", name);
}

void json_text(struct json *j, const char *name, const char *text)
{
	member(j, name);
	string(text);
}

void json_number(struct json *j, const char *name, uint64_t v)
{
	member(j, name);
	(void)printf("%" PRIu64, v);
}

void json_bool(struct json *j, const char *name, bool v)
{
	member(j, name);
	(void)printf("%s", v ? "true" : "false");
}

void json_end(struct json *j)
{
	j->members = 0;
	(void)printf("}}\n");
}
