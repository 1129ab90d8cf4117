// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * emit_l3af.c - L3AF's payloads of a pipeline, and its package
 *
 * A payload is for one host, whose daemon compares "host_name" with its own. Each hook is one
 * program of one of the daemon's chains; it is loaded alone, so hooks share no maps there.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "deploy.h"
#include "json.h"
#include "output.h"

static json_t *program_json(const struct opn_composition *composition,
			    const struct opn_deploy *deploy, const struct opn_composed_hook *hook,
			    const struct opn_deploy_way *way)
{
	json_t *object = json_object();

	object = opn_json_set(object, "name", opn_json_string(composition->name));
	object = opn_json_set(object, "seq_id", json_integer(deploy->sequence));
	object = opn_json_set(object, "artifact", json_sprintf("%s.tar.gz", composition->name));
	object = opn_json_set(object, "map_name", opn_json_string(hook->handover));
	object = opn_json_set(object, "version", opn_json_string(deploy->version));
	/* The programs need nobody in user space. */
	object = opn_json_set(object, "user_program_daemon", json_false());
	object = opn_json_set(object, "admin_status", opn_json_string("enabled"));
	object = opn_json_set(object, "prog_type", opn_json_string(way->type));
	object = opn_json_set(object, "cfg_version", json_integer(1));
	if (deploy->repository)
		object = opn_json_set(object, "ebpf_package_repo_url",
				      opn_json_string(deploy->repository));
	object = opn_json_set(object, "object_file", json_sprintf("%s.bpf.o", composition->name));
	object = opn_json_set(object, "entry_function_name", opn_json_string(hook->program));
	object = opn_json_set(object, "map_args", json_array());
	return opn_json_set(object, "monitor_maps", json_array());
}

static json_t *lists_json(const struct opn_composition *composition,
			  const struct opn_deploy_engine *engine, const struct opn_deploy *deploy)
{
	json_t *object = json_object();

	for (size_t w = 0; w < engine->way_count; w++) {
		const struct opn_deploy_way *way = &engine->ways[w];
		json_t *list = json_array();

		for (size_t h = 0; h < composition->hook_count; h++) {
			if (!strcmp(composition->hooks[h].place->name, way->place))
				list = opn_json_append(list,
						       program_json(composition, deploy,
								    &composition->hooks[h], way));
		}
		object = opn_json_set(object, way->list, list);
	}
	return object;
}

char *opn_emit_l3af(const struct opn_composition *composition,
		    const struct opn_deploy_engine *engine, const struct opn_deploy *deploy,
		    const char *host)
{
	json_t *list = json_array();

	for (size_t i = 0; i < deploy->host_count; i++) {
		const struct opn_deploy_host *wanted = &deploy->hosts[i];
		json_t *object;

		if (strcmp(wanted->name, host))
			continue;
		object = opn_json_set(json_object(), "host_name", opn_json_string(host));
		object = opn_json_set(object, "iface",
				      opn_json_string(wanted->interface ?: composition->interface));
		if (wanted->address)
			object = opn_json_set(object, "ipv4_address",
					      opn_json_string(wanted->address));
		object = opn_json_set(object, "bpf_programs",
				      lists_json(composition, engine, deploy));
		list = opn_json_append(list, object);
	}
	return opn_json_text(list);
}

/* The daemon looks for REPOSITORY/NAME/VERSION/CODENAME/ARTIFACT, which holds a folder of the
 * artifact's name up to its first dot. */
char *opn_emit_l3af_makefile(const struct opn_composition *composition,
			     const struct opn_deploy *deploy)
{
	const char *name = composition->name;
	struct opn_buf buf = { 0 };

	opn_buf_printf(&buf,
		       "# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause\n"
		       "# " OPN_OUTPUT_COMPOSED " %s\n\n"
		       "# what L3AF fetches: put l3af/%s into its package repository\n"
		       "# RELEASE: code name of the hosts' distribution\n",
		       composition->version, name);
	if (deploy->release)
		opn_buf_printf(&buf, "RELEASE ?= %s\n", deploy->release);
	else
		opn_buf_puts(&buf, "RELEASE ?= $(shell . /etc/os-release && echo "
				   "$$VERSION_CODENAME)\n");
	opn_buf_printf(&buf,
		       "PACKAGE := l3af/%s/%s/$(RELEASE)\n\n"
		       "package: $(PACKAGE)/%s.tar.gz\n\n"
		       "$(PACKAGE)/%s.tar.gz: %s.bpf.o\n"
		       "\trm -rf $(PACKAGE)/%s\n"
		       "\tmkdir -p $(PACKAGE)/%s\n"
		       "\tcp $< $(PACKAGE)/%s\n"
		       "\ttar -C $(PACKAGE) --format=ustar --sort=name --mtime=@0 --owner=0 "
		       "--group=0 --numeric-owner --mode=u=rwX,go=rX -cf - %s | gzip -9n > $@\n"
		       "\trm -r $(PACKAGE)/%s\n\n"
		       "clean: clean-package\n"
		       "clean-package:\n"
		       "\trm -rf l3af/%s\n\n"
		       ".PHONY: package clean-package\n",
		       name, deploy->version, name, name, name, name, name, name, name, name, name);
	return opn_buf_take(&buf);
}
