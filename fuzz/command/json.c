/* SPDX-License-Identifier: MIT */
/*
 * json: results for programs, one object per line in one envelope.  Names are
 * ours and need no escaping; texts may be anything.
 */
#include "fuzz/command/command.h"

#include <inttypes.h>
#include <string.h>

static void string(FILE *out, const char *text)
{
	const char *c;

	(void)putc('"', out);
	for (c = text; *c; c++) {
		unsigned char b = (unsigned char)*c;

		if (b == '"' || b == '\\')
			(void)fprintf(out, "\\%c", b);
		else if (b < 0x20 || b >= 0x7f)
			/* a byte of unknown encoding stays legal that way */
			(void)fprintf(out, "\\u%04x", b);
		else
			(void)putc(b, out);
	}
	(void)putc('"', out);
}

struct json json_begin_to(FILE *out, const char *type)
{
	(void)fprintf(out, "{\"type\":\"%s\",\"version\":1,\"data\":{", type);
	return (struct json){out, 0};
}

struct json json_begin(const char *type)
{
	return json_begin_to(stdout, type);
}

static void member(struct json *j, const char *name)
{
	(void)fprintf(j->out, "%s\"%s\":", j->members++ ? "," : "", name);
}

void json_text(struct json *j, const char *name, const char *text)
{
	member(j, name);
	string(j->out, text);
}

void json_number(struct json *j, const char *name, uint64_t v)
{
	member(j, name);
	(void)fprintf(j->out, "%" PRIu64, v);
}

void json_bool(struct json *j, const char *name, bool v)
{
	member(j, name);
	(void)fprintf(j->out, "%s", v ? "true" : "false");
}

void json_end(struct json *j)
{
	j->members = 0;
	(void)fprintf(j->out, "}}\n");
}
