/* SPDX-License-Identifier: MIT */
/*
 * corpus_upgrade: inputs as the present tables write them.
 *
 * Mutation leaves bytes that mean nothing: data too much, operations that the
 * target does not draw, codes that nobody has.  Decoding drops them, encoding
 * writes what is left, and inputs that were different bytes turn out the same.
 * Text (*.ops) in the folder is judged as text: canonical where a person left
 * nothing in it that canonical text cannot hold.
 */
#include "fuzz/command/corpus.h"

#include <stdlib.h>
#include <string.h>

struct upgrade {
	const struct corpus_args *a;
	const char *folder; /* to fill */
	struct corpus kept; /* bytes of what is in it; paths are not its own */
	size_t changed, empty, twice, texts;
};

static bool is_text(const struct corpus_input *in)
{
	size_t len = strlen(in->name);

	return len > 4 && strcmp(in->name + len - 4, ".ops") == 0;
}

/* ---- text ---- */

/* Comments, beyond the line of the version, and expectations are a person's. */
static bool has_words(const struct mm_trace *t, const struct corpus_input *in)
{
	static const char version[] = "# mmref 1\n";
	const char *s = (const char *)in->bytes;

	if (in->len >= strlen(version) && memcmp(s, version, strlen(version)) == 0)
		s += strlen(version);
	return t->nr_expects || strchr(s, '#') != NULL;
}

/* Fields that a machine no longer has are refused by booting it. */
static int judge_machine(const struct mm_trace *t)
{
	struct session s;
	int status = session_open(&s, t, NULL, false);

	if (!status)
		session_close(&s);
	return status;
}

static int upgrade_text(struct upgrade *u, const struct corpus_input *in)
{
	struct mm_trace t;
	char *text = NULL;
	size_t len = 0;
	FILE *f;
	int status;

	mm_trace_init(&t);
	status = load_trace(&t, in->path, NULL);
	if (!status)
		status = judge_machine(&t);
	if (!status && has_words(&t, in)) {
		status = corpus_write(u->folder, in->name, in->bytes, in->len);
	} else if (!status) {
		f = open_memstream(&text, &len);
		status = STATUS_OUR_FAULT;
		if (f && fputs("# mmref 1\n", f) >= 0 && !mm_trace_print(&t, f) && !fclose(f))
			status = corpus_write(u->folder, in->name, text, len);
		if (!status)
			u->changed += len != in->len || memcmp(text, in->bytes, len) != 0;
		free(text);
	}
	u->texts++;
	mm_trace_free(&t);
	return status;
}

/* ---- bytes ---- */

static bool is_new(struct upgrade *u, uint8_t *bytes, size_t len)
{
	struct corpus *c = &u->kept;
	size_t i;

	for (i = 0; i < c->nr; i++) {
		if (c->in[i].len == len && memcmp(c->in[i].bytes, bytes, len) == 0)
			return false;
	}
	c->in[c->nr].bytes = bytes;
	c->in[c->nr++].len = len;
	return true;
}

static int upgrade_bytes(struct upgrade *u, const struct corpus_input *in)
{
	struct mm_trace t;
	uint8_t *bytes = NULL;
	size_t len = 0;
	int status = STATUS_OK;

	mm_trace_init(&t);
	mm_trace_decode(&t, in->bytes, in->len, &u->a->t);
	if (t.oom || mm_trace_encode(&t, &u->a->t, &bytes, &len)) {
		status = STATUS_OUR_FAULT;
	} else if (!t.nr) {
		u->empty++;
	} else if (!is_new(u, bytes, len)) {
		u->twice++;
	} else {
		u->changed += len != in->len || memcmp(bytes, in->bytes, len) != 0;
		status = corpus_write(u->folder, in->name, bytes, len);
		bytes = NULL; /* kept */
	}
	free(bytes);
	mm_trace_free(&t);
	return status;
}

/* ---- all ---- */

static int upgrade_all(struct upgrade *u, const struct corpus *c)
{
	int worst = STATUS_OK;
	size_t i;

	u->kept.in = calloc(c->nr, sizeof(*u->kept.in));
	if (!u->kept.in)
		return STATUS_OUR_FAULT;
	/* all complaints in one call: a person will mend them by hand */
	for (i = 0; i < c->nr; i++) {
		int status = is_text(&c->in[i]) ? upgrade_text(u, &c->in[i])
						: upgrade_bytes(u, &c->in[i]);

		worst = status ? status : worst;
	}
	return worst;
}

int corpus_upgrade(const struct corpus_args *a)
{
	struct upgrade u = {.a = a};
	struct corpus c = {NULL, 0, 0};
	char new[4096];
	int status = corpus_load(&c, a->paths.word[0]);

	if (!status)
		status = corpus_begin(a->paths.word[0], new, sizeof(new));
	u.folder = new;
	if (!status) {
		status = upgrade_all(&u, &c);
		if (!status)
			status = corpus_commit(a->paths.word[0]);
		else
			(void)corpus_remove(new);
	}
	if (!status)
		(void)printf("corpus upgrade %s: %zu inputs: %zu written anew, %zu as they were; "
			     "dropped: %zu without operations, %zu alike; %zu texts\n",
			     a->target, c.nr, u.changed, u.kept.nr + u.texts - u.changed, u.empty,
			     u.twice, u.texts);
	else
		(void)fprintf(stderr, "mmref: %s is as it was\n", a->paths.word[0]);
	corpus_free(&u.kept);
	corpus_free(&c);
	return status;
}
