/* SPDX-License-Identifier: MIT */
/*
 * triage_json: report.json, an object per line, and reading buckets back from one.
 *
 *     triage     what was looked at, and the counts
 *     bucket     a bucket each, most members first
 *     artefact   an artefact each, by name: its list, and its bucket if it fails
 */
#include "fuzz/command/triage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void print_counts(const struct triage *t, FILE *out)
{
	static const char *const names[LIST_NR] = {"not_judged",  "fails",   "does_not_fail",
						   "flaky",       "refused", "unreadable",
						   "unattributed"};
	struct json j = json_begin_to(out, "triage");
	size_t fresh = 0;
	size_t i;

	for (i = 0; i < t->nr_buckets; i++)
		fresh += t->buckets[i].fresh;
	json_text(&j, "folder", t->a.folder);
	json_number(&j, "artefacts", triage_total(t));
	json_number(&j, "buckets", t->nr_buckets);
	json_number(&j, "new_buckets", fresh);
	for (i = 0; i < LIST_NR; i++)
		json_number(&j, names[i], triage_count(t, (enum triage_list)i));
	json_number(&j, "passed_over", t->passed_over);
	json_bool(&j, "interrupted", t->interrupted);
	json_end(&j);
}

static void print_bucket(const struct triage *t, size_t i, FILE *out)
{
	const struct bucket *b = &t->buckets[i];
	const struct kept_bucket *k = &t->kept[i];
	const struct outcome *o = &t->outcomes[b->members[0]];
	struct json j = json_begin_to(out, "bucket");
	char trace[4096];

	(void)snprintf(trace, sizeof(trace), "%s/%s/trace.ops", t->out, b->name);
	json_text(&j, "bucket", b->key);
	json_text(&j, "name", b->name);
	json_number(&j, "artefacts", b->nr);
	json_bool(&j, "new", b->fresh);
	json_text(&j, "text", o->text);
	json_text(&j, "operation", o->op);
	json_text(&j, "trace", k->written ? trace : "");
	json_number(&j, "operations", k->written ? k->ops : o->ops);
	json_bool(&j, "shrunk", k->shrunk);
	json_text(&j, "note", k->note);
	json_end(&j);
}

static void print_artefact(const struct triage *t, size_t i, FILE *out)
{
	const struct artefact *a = &t->artefacts[i];
	const struct outcome *o = &t->outcomes[i];
	struct json j = json_begin_to(out, "artefact");

	json_text(&j, "file", a->name);
	json_text(&j, "origin", a->origin);
	json_text(&j, "target", strcmp(a->target, "?") == 0 ? "" : a->target);
	json_text(&j, "list", triage_list_name(o->list));
	json_text(&j, "in", o->list == LIST_FAILS ? o->bucket : "");
	json_text(&j, "text", o->text);
	json_end(&j);
}

void triage_print_json(const struct triage *t, FILE *out)
{
	size_t i;

	print_counts(t, out);
	for (i = 0; i < t->nr_buckets; i++)
		print_bucket(t, i, out);
	for (i = 0; i < t->nr; i++) {
		if (!t->artefacts[i].known)
			print_artefact(t, i, out);
	}
}

/* ---- reading ---- */

/* The text of a member as json.c writes it, from behind its quote. */
static void unescape(const char *from, char *to, size_t len)
{
	size_t at = 0;

	while (*from && *from != '"' && at + 1 < len) {
		if (from[0] == '\\' && from[1] == 'u' && strlen(from) >= 6) {
			char hex[5] = {from[2], from[3], from[4], from[5], '\0'};

			to[at++] = (char)strtoul(hex, NULL, 16);
			from += 6;
		} else {
			from += from[0] == '\\' && from[1];
			to[at++] = *from++;
		}
	}
	to[at] = '\0';
}

static int add_known(struct triage *t, const char *line)
{
	static const char start[] = "{\"type\":\"bucket\",\"version\":1,\"data\":{\"bucket\":\"";
	char key[sizeof(((struct outcome *)0)->bucket)];
	char **more;

	if (strncmp(line, start, strlen(start)) != 0)
		return STATUS_OK;
	unescape(line + strlen(start), key, sizeof(key));
	more = realloc(t->known, (t->nr_known + 1) * sizeof(*more));
	if (!more)
		return STATUS_OUR_FAULT;
	t->known = more;
	t->known[t->nr_known] = strdup(key);
	return t->known[t->nr_known++] ? STATUS_OK : STATUS_OUR_FAULT;
}

int triage_read_json(struct triage *t, const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	int status = STATUS_OK;
	bool ours = false;

	if (!f) {
		(void)fprintf(stderr, "mmref triage: --known %s: %s\n", path, strerror(errno));
		return STATUS_BAD_INPUT;
	}
	while (!status && getline(&line, &cap, f) >= 0) {
		ours |= strncmp(line, "{\"type\":\"triage\",\"version\":1,", 29) == 0;
		if (!ours)
			break;
		status = add_known(t, line);
	}
	free(line);
	(void)fclose(f);
	if (ours || status)
		return status;
	(void)fprintf(stderr,
		      "mmref triage: --known %s:1:1: expected the report.json of a triage, or a "
		      "folder\n",
		      path);
	return STATUS_BAD_INPUT;
}
