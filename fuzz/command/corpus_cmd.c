/* SPDX-License-Identifier: MIT */
/*
 * corpus_cmd: `mmref corpus` makes and tends folders of a fuzzer's inputs.
 */
#include "fuzz/command/corpus.h"

#include <string.h>

static const struct command_option options[] = {
	OPTION_TEXT("from", "FOLDER", WORD_FILE, struct corpus_args, from,
		    "seed: where the traces are; corpus"),
	OPTION_LISTED("engine", "ENGINE", struct corpus_args, engine, "libfuzzer own",
		      "merge: libfuzzer where fuzz_TARGET lies beside mmref, else own"),
	OPTION_NUMBER("tries", "N", struct corpus_args, tries, 0,
		      "min: shorter forms tried of each input; 500, 0 trims none"),
	OPTION_TEXT("o", "FILE", WORD_FILE, struct corpus_args, out,
		    "dict: write it there, not to standard output"),
	OPTION_END,
};

static const struct command_word words[] = {
	{"seed|merge|min|upgrade|dict|speed", WORD_LISTED, false, false,
	 FORM_TEXT(struct corpus_args, what),
	 "what is to be done? seed, merge, min, upgrade, dict or speed",
	 "seed merge min upgrade dict speed"},
	WORD_ONE("TARGET", WORD_TARGET, struct corpus_args, target,
		 "no target given; `mmref help targets` lists them"),
	{"FOLDER", WORD_FILE, true, true, FORM_WORDS(struct corpus_args, paths), NULL, NULL},
	WORD_END,
};

const struct command_form corpus_form = {
	options, words,
	"seed FOLDER: each trace of corpus/ that the target can express, as bytes.\n"
	"merge OUT IN ...: of the inputs in IN those that add something; OUT is new or empty.\n"
	"min FOLDER: fewer and shorter inputs that reach the same.\n"
	"upgrade FOLDER: inputs as the present operation tables write them, none twice.\n"
	"dict: the operations as a dictionary for libFuzzer and AFL++.\n"
	"speed FOLDER: executions of its inputs against a yardstick, judged by the target's\n"
	"floor in the fuzz build.\n"
	"min and upgrade replace the folder when all is done.  Inputs that fail are put into\n"
	"OUT.failed or FOLDER.failed, with exit status 1.  An interrupted merge or min goes on\n"
	"from OUT.control or FOLDER.control.\n",
	"mmref corpus seed buddy inputs\nbegin with the traces of the corpus\n"
	"mmref corpus merge buddy merged inputs others\nkeep what adds something\n"};

static const struct {
	const char *name;
	int (*run)(const struct corpus_args *a);
} parts[] = {
	{"seed", corpus_seed},       {"merge", corpus_merge}, {"min", corpus_min},
	{"upgrade", corpus_upgrade}, {"dict", corpus_dict},   {"speed", corpus_speed},
};

int command_corpus(int argc, char **argv)
{
	struct mm_error e = {NULL, 0, 0, ""};
	struct corpus_args a = {.tries = 500};
	int status = form_parse(&corpus_form, &a, argc, argv);
	size_t i = 0;

	if (status)
		return status;
	if (mm_target_find(a.target, &a.t, &e)) {
		(void)bad_input(&e);
		return STATUS_USAGE;
	}
	if (strcmp(a.what, "dict") == 0 && a.paths.nr)
		return usage_error("corpus", "dict takes no folder");
	if (strcmp(a.what, "dict") != 0 && !a.paths.nr)
		return usage_error("corpus", "%s: no folder given", a.what);
	if (strcmp(a.what, "merge") != 0 && a.paths.nr > 1)
		return usage_error("corpus", "%s: one folder at a time", a.what);
	while (strcmp(parts[i].name, a.what) != 0)
		i++;
	return parts[i].run(&a);
}
