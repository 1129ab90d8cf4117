/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * prove_compile.h - the object that the prover judges, for who wants to see it
 *
 * A test holds it against the bytes of clang -c: a proof about another object
 * is none.
 */
#ifndef OPN_PROVE_COMPILE_H
#define OPN_PROVE_COMPILE_H

#include <stddef.h>

#include "rewriters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Compiles the source as the prover does. Returns 0 and bytes for the caller to
 * free(), -EINVAL when it does not compile (Clang's errors are reported, unless diags
 * is NULL), or -ENOMEM. */
int opn_prove_object(const struct opn_command *command, struct opn_diags *diags, void **bytes,
                     size_t *size);

/* A file that is not what is on disk. */
struct opn_text {
  const char *path; /* absolute */
  const char *text;
};

/* The same with some files' texts given. diags may be NULL. */
int opn_prove_object_of(const struct opn_command *command, const struct opn_text *texts,
                        size_t count, struct opn_diags *diags, void **bytes, size_t *size);

#ifdef __cplusplus
}
#endif

#endif
