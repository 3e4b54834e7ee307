/* SPDX-License-Identifier: MIT */
/*
 * code: one C file as tokens, functions and statements.
 *
 *     text --> tokens --> brackets paired --> functions --> statements
 *
 * Comments and preprocessor lines (with what they go on to) are passed over:
 * what a macro stands for is not seen, its use is a call like any other.  No
 * types are known; what needs one goes by how names are written here (house
 * style: no typedefs but those that end in _t).  A guess that fails gives a
 * mutant that does not compile, and such a one counts nowhere.
 */
#ifndef MUTANTS_CODE_H
#define MUTANTS_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOWHERE SIZE_MAX /* no such token */

enum token_kind { TOKEN_NAME, TOKEN_NUMBER, TOKEN_TEXT, TOKEN_MARK };

struct token {
	enum token_kind kind;
	size_t at;
	size_t len;
	unsigned int line;   /* from 1 */
	unsigned int column; /* from 1, in bytes */
	size_t mate;         /* the other bracket; NOWHERE */
	size_t function;     /* in whose body it is; NOWHERE */
};

struct function {
	size_t name;
	size_t open; /* of the parameters; its mate closes them */
	size_t body; /* of the braces */
};

enum statement_kind {
	STATEMENT_DECLARATION,
	STATEMENT_CALL,
	STATEMENT_ASSIGNMENT,
	STATEMENT_STEP, /* i++ or --i */
	STATEMENT_RETURN,
	STATEMENT_JUMP, /* break, continue */
	STATEMENT_OTHER
};

/* One that ends with a semicolon; heads of for, while and if are none. */
struct statement {
	enum statement_kind kind;
	size_t first;
	size_t end;   /* the semicolon */
	size_t key;   /* CALL: the name called; ASSIGNMENT, STEP: the operator */
	size_t block; /* the brace it lies in */
};

struct code {
	const char *path;
	char *text;
	size_t len;
	struct token *tokens;
	size_t nr_tokens;
	struct function *functions;
	size_t nr_functions;
	struct statement *statements;
	size_t nr_statements;
};

/* Stop the program with a status and a sentence. */
_Noreturn void give_up(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A vector with room for one more; never NULL. */
void *grown(void *vector, size_t nr, size_t size);

/* Reads the file, or gives up with status 3. */
void code_read(struct code *c, const char *path);
void code_free(struct code *c);

/* Steps of code_read: tokens.c, then structure.c. */
void code_tokenise(struct code *c);
void code_structure(struct code *c);

bool token_is(const struct code *c, size_t i, const char *text);
/* Is it one of these, each with a blank before and behind? */
bool token_among(const struct code *c, size_t i, const char *texts);
/* Does a part of the name, as _ divides it, stand in this list? */
bool token_has_word(const struct code *c, size_t i, const char *words);
bool token_ends(const struct code *c, size_t i, const char *ending);
/* The same run of tokens at a and b? */
bool runs_equal(const struct code *c, size_t a, size_t a_end, size_t b, size_t b_end);
bool tokens_equal(const struct code *c, size_t a, size_t b);

/* Does the token begin a type, as far as names tell? */
bool token_begins_type(const struct code *c, size_t i);
/* The bracket that opens the cast which close ends; NOWHERE: it is none. */
size_t cast_open(const struct code *c, size_t close);
/* Does an operator at i stand between two operands? */
bool token_is_binary(const struct code *c, size_t i);
/* Last token of the operand that begins at i: a number, a call, a path x->y[z],
 * something in brackets, each with casts and signs before it. */
size_t operand_end(const struct code *c, size_t i);
/* Is name a token of the function at or after its parameters, before i? */
bool name_known(const struct code *c, size_t i, const char *name);
/* Does statement s lie in the body of a loop? */
bool in_loop(const struct code *c, size_t token);

#endif
