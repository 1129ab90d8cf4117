/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * program_invalid.h - why libbpf does not open an object
 */
#ifndef OPN_VERIFY_PROGRAM_INVALID_H
#define OPN_VERIFY_PROGRAM_INVALID_H

#include <stddef.h>

#include "diag.h"

/* Reports that libbpf did not open the object with these bytes, for error (an errno). Returns
 * -errno. */
int opn_program_invalid(const char *path, const void *data, size_t size, int error,
			struct opn_diags *diags);

#endif
