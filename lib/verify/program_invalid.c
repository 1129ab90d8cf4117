// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program_invalid.c - why libbpf does not open an object
 *
 * Of an object without BTF that declares maps it says that there is no such file (libbpf.c:
 * bpf_object__init_user_btf_maps()), of one that is not linked yet as much (collect_externs()).
 * What else it says is told as it is.
 */
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>
#include <elf.h>

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

static bool is_extern_of_kernel(const struct btf *btf, const char *name)
{
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *section = btf__type_by_id(btf, id);
		const struct btf_var_secinfo *var = btf_var_secinfos(section);
		const char *title = btf__name_by_offset(btf, section->name_off);

		if (!btf_is_datasec(section) ||
		    (strcmp(title, ".ksyms") && strcmp(title, ".kconfig")))
			continue;
		for (unsigned int i = 0; i < btf_vlen(section); i++) {
			const struct btf_type *type = btf__type_by_id(btf, var[i].type);

			if (!strcmp(btf__name_by_offset(btf, type->name_off), name))
				return true;
		}
	}
	return false;
}

/* What another object has to define. Kept in out; false: nothing. */
static bool is_not_whole(const void *data, size_t size, char *out, size_t length)
{
	struct opn_object *object;
	bool found = false;

	if (opn_object_open(data, size, &object))
		return false;
	for (size_t i = 1; object->btf && !found && i < object->symbol_count; i++) {
		const struct opn_symbol *symbol = &object->symbols[i];

		found = !symbol->section && symbol->name && *symbol->name &&
			symbol->binding == STB_GLOBAL &&
			!is_extern_of_kernel(object->btf, symbol->name);
		if (found)
			snprintf(out, length,
				 "it only declares '%s'; link it with the object that defines it "
				 "(bpftool gen object)",
				 symbol->name);
	}
	opn_object_free(object);
	return found;
}

int opn_program_invalid(const char *path, const void *data, size_t size, int error,
			struct opn_diags *diags)
{
	char why[512];

	if (wants_btf(data, size))
		return opn_diag(diags, OPN_DIAG_OBJECT_INVALID, OPN_NOWHERE, path,
				"it declares maps, and has no BTF that describes them; compile it "
				"with -g");
	if (is_not_whole(data, size, why, sizeof(why)))
		return opn_diag(diags, OPN_DIAG_OBJECT_INVALID, OPN_NOWHERE, path, why);
	return opn_diag(diags, OPN_DIAG_OBJECT_INVALID, OPN_NOWHERE, path, strerror(error));
}
