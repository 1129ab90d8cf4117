// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program_invalid.c - why libbpf does not open an object
 *
 * Of an object without BTF that declares maps it says that there is no such file (libbpf.c:
 * bpf_object__init_user_btf_maps()). What else it says is told as it is.
 */
#include <string.h>

#include "object.h"
#include "program_invalid.h"

static bool wants_btf(const void *data, size_t size)
{
	struct opn_object *object;
	bool wants;

	if (opn_object_open(data, size, &object))
		return false;
	wants = !object->btf && opn_object_section(object, ".maps");
	opn_object_free(object);
	return wants;
}

int opn_program_invalid(const char *path, const void *data, size_t size, int error,
			struct opn_diags *diags)
{
	if (wants_btf(data, size))
		return opn_diag(diags, OPN_DIAG_OBJECT_INVALID, OPN_NOWHERE, path,
				"it declares maps, and has no BTF that describes them; compile it "
				"with -g");
	return opn_diag(diags, OPN_DIAG_OBJECT_INVALID, OPN_NOWHERE, path, strerror(error));
}
