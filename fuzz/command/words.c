/* SPDX-License-Identifier: MIT */
/*
 * words: what there is of each kind of word: targets, claims, views, topics.
 */
#include "fuzz/command/command.h"
#include "fuzz/command/form.h"
#include "fuzz/trace/embedded.h"

#include <string.h>

/* The words of a text, between blanks. */
static void put_listed(const char *listed, void (*put)(void *env, const char *, const char *),
		       void *env)
{
	char word[64];

	while (*listed) {
		size_t len = strcspn(listed, " ");

		(void)snprintf(word, sizeof(word), "%.*s", (int)len, listed);
		put(env, word, NULL);
		listed += len + (listed[len] == ' ');
	}
}

static void put_claims(void (*put)(void *env, const char *, const char *), void *env)
{
	const struct mm_inv *inv;
	size_t i;

	for (i = 0; mm_all_invs[i]; i++) {
		for (inv = mm_all_invs[i]; inv->id; inv++) {
			/* a claim on several kinds of object has a row for each */
			if (inv == mm_all_invs[i] || strcmp(inv[-1].id, inv->id) != 0)
				put(env, inv->id, inv->claim);
		}
	}
	for (inv = mm_checker_invs; inv->id; inv++)
		put(env, inv->id, inv->claim);
}

static void put_topics(void (*put)(void *env, const char *, const char *), void *env)
{
	size_t i;

	for (i = 0; help_topics[i].name; i++)
		put(env, help_topics[i].name, help_topics[i].line);
	for (i = 0; subcommands[i].name; i++)
		put(env, subcommands[i].name, subcommands[i].line);
	put_claims(put, env);
}

void word_list(enum word_kind kind, const char *listed,
	       void (*put)(void *env, const char *name, const char *text), void *env)
{
	size_t i;

	switch (kind) {
	case WORD_LISTED:
		put_listed(listed, put, env);
		break;
	case WORD_VIEW:
		for (i = 0; show_view_name(i); i++)
			put(env, show_view_name(i), NULL);
		break;
	case WORD_TARGET:
		for (i = 0; mm_embedded_targets[i].name; i++)
			put(env, mm_embedded_targets[i].name, NULL);
		break;
	case WORD_CLAIM:
		put_claims(put, env);
		break;
	case WORD_TOPIC:
		put_topics(put, env);
		break;
	case WORD_FLAG:
	case WORD_NUMBER:
	case WORD_FILE:
	case WORD_TRACE:
	case WORD_MACHINE:
		break;
	}
}

struct search {
	const char *word;
	bool found;
};

static void compare(void *env, const char *name, const char *text)
{
	struct search *s = env;

	(void)text;
	s->found = s->found || strcmp(s->word, name) == 0;
}

bool word_is_listed(enum word_kind kind, const char *listed, const char *name)
{
	struct search s = {name, false};

	word_list(kind, listed, compare, &s);
	return s.found;
}
