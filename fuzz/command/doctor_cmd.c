/* SPDX-License-Identifier: MIT */
/*
 * doctor_cmd: `mmref doctor` says what works on this machine, what each thing
 * is for, and what mends it.  It changes nothing, and what is missing is no
 * failure of the command.
 *
 *     limited  core_pattern  |/usr/bin/apport | preset afl ... | echo core ...
 *     verdict  name          found            | serves         | mend
 */
#include "fuzz/command/command.h"
#include "fuzz/command/doctor.h"
#include "fuzz/command/form.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static const char *verdict_of(int status)
{
	if (!WIFEXITED(status))
		return "missing";
	if (WEXITSTATUS(status) == 0)
		return "ok";
	return WEXITSTATUS(status) == 2 ? "limited" : "missing";
}

/* The first line that a look prints, without what would break ours. */
static const char *look(const struct complaint *c, char *found, int size)
{
	FILE *f = popen(c->look, "r");
	char more[256];
	size_t i;

	found[0] = '\0';
	if (!f)
		return NULL;
	if (!fgets(found, size, f))
		found[0] = '\0';
	/* read to its end: a writer that is cut off counts as failed */
	while (fgets(more, (int)sizeof(more), f))
		;
	found[strcspn(found, "\n")] = '\0';
	for (i = 0; found[i]; i++) {
		if ((unsigned char)found[i] < 0x20 || (unsigned char)found[i] >= 0x7f)
			found[i] = '?';
	}
	return verdict_of(pclose(f));
}

static void say(const struct complaint *c, const char *verdict, const char *found, bool json)
{
	bool ok = strcmp(verdict, "ok") == 0;

	if (!json) {
		(void)printf("%-8s %-17s %s | %s | %s\n", verdict, c->name, *found ? found : "none",
			     c->serves, ok ? "nothing to do" : c->mend);
	} else {
		struct json j = json_begin("doctor");

		json_text(&j, "name", c->name);
		json_text(&j, "verdict", verdict);
		json_text(&j, "found", found);
		json_text(&j, "serves", c->serves);
		json_text(&j, "mend", ok ? "" : c->mend);
		json_end(&j);
	}
	(void)fflush(stdout);
}

static int examine(const struct complaint *c, bool json)
{
	for (; c->name; c++) {
		char found[160];
		const char *verdict = look(c, found, (int)sizeof(found));

		if (!verdict) {
			(void)fprintf(stderr, "mmref doctor: no process for sh\n");
			return STATUS_OUR_FAULT;
		}
		say(c, verdict, found, json);
	}
	return STATUS_OK;
}

struct doctor_args {
	bool json;
};

static const struct command_option options[] = {
	OPTION_FLAG("json", struct doctor_args, json, "an object per line"),
	OPTION_END,
};

static const struct command_word words[] = {
	WORD_END,
};

const struct command_form doctor_form = {
	options, words,
	"A line reads: VERDICT NAME FOUND | SERVES | MEND.  It changes nothing, and what is\n"
	"missing is no failure of the command.\n",
	"mmref doctor | grep -v '^ok'\nwhat does not work here, and what mends it\n"};

int command_doctor(int argc, char **argv)
{
	struct doctor_args a = {false};
	int status = form_parse(&doctor_form, &a, argc, argv);

	if (!status)
		status = examine(doctor_tools, a.json);
	return status ? status : examine(doctor_kernel, a.json);
}
