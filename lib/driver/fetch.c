// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * fetch.c - a revision of somebody's repository, by git
 *
 * The address and the revision are text from a spec: they stand behind "--", helpers that run
 * commands ("ext::") are off, no hook runs, no submodule and no filter is followed, nobody is
 * asked for a password. A cached revision is never touched again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/process.h"
#include "driver/tree.h"

#define GIT                                                                                        \
	"git", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never", "-c",               \
		"protocol.https.allow=always", "-c", "protocol.ssh.allow=always", "-c",            \
		"protocol.git.allow=always", "-c", "protocol.file.allow=always", "-c",             \
		"core.fsmonitor=false", "-c", "core.symlinks=true", "-c",                          \
		"advice.detachedHead=false"

static char *const quiet[] = { "GIT_TERMINAL_PROMPT=0", "GIT_LFS_SKIP_SMUDGE=1",
			       "GIT_ASKPASS=true",	"LC_ALL=C",
			       "GIT_CONFIG_NOSYSTEM=1", NULL };

static int git(const char *folder, struct opn_buf *out, const char *const *words)
{
	static const char *const first[] = { GIT };
	const char *argv[64];
	size_t used = 0;

	for (size_t i = 0; i < sizeof(first) / sizeof(*first); i++)
		argv[used++] = first[i];
	while (*words)
		argv[used++] = *words++;
	argv[used] = NULL;
	return opn_process_run((char *const *)argv, folder, quiet, out);
}

#define RUN(folder, out, ...) git(folder, out, (const char *const[]){ __VA_ARGS__, NULL })

/* The last line that says something, for the user. */
static const char *last_line(struct opn_buf *out, struct opn_arena *arena)
{
	char *line, *end;

	if (!out->data || !out->length)
		return "git said nothing";
	for (end = out->data + out->length; end > out->data && end[-1] == '\n'; end--)
		;
	*end = '\0';
	line = strrchr(out->data, '\n');
	return opn_arena_strdup(arena, line ? line + 1 : out->data);
}

/* The whole hash of what is checked out; NULL: nothing is. */
static const char *head(const char *folder, struct opn_arena *arena)
{
	struct opn_buf out = { 0 };
	const char *hash = NULL;

	if (!RUN(folder, &out, "rev-parse", "--verify", "-q", "HEAD^{commit}") && out.length > 40)
		hash = opn_arena_strndup(arena, out.data, strcspn(out.data, "\n"));
	opn_buf_free(&out);
	return hash;
}

static int fetch_into(const struct opn_spec_unit *unit, const char *folder, struct opn_buf *out)
{
	const char *commit = unit->revision;
	char named[80];
	int status = RUN(folder, out, "init", "-q");

	if (status)
		return status;
	/* A server may give one commit alone, when it is asked by its whole name; else all is
	 * fetched. */
	if (strlen(commit) < 40 ||
	    RUN(folder, NULL, "fetch", "-q", "--no-tags", "--no-recurse-submodules", "--depth=1",
		"--", unit->repository, commit))
		status = RUN(folder, out, "fetch", "-q", "--no-recurse-submodules", "--",
			     unit->repository, "+refs/heads/*:refs/remotes/origin/*",
			     "+refs/tags/*:refs/tags/*");
	if (status)
		return status;
	snprintf(named, sizeof(named), "%s^{commit}", commit);
	return RUN(folder, out, "checkout", "-q", "--detach", named);
}

int opn_tree_fetch(const struct opn_spec_unit *unit, const char *cache, struct opn_arena *arena,
		   struct opn_diags *diags, const char **root, const char **revision)
{
	char hash[OPN_HASH_SIZE];
	const char *folder, *trial;
	struct opn_buf out = { 0 };
	int status;

	opn_hash_hex(unit->repository, strlen(unit->repository), hash);
	folder = opn_arena_printf(arena, "%s/%s-%s", cache, hash, unit->revision);
	trial = opn_arena_printf(arena, "%s" OPN_TEMPORARY_PREFIX "%d", folder, (int)getpid());
	if (!folder || !trial)
		return -ENOMEM;
	*root = folder;
	if (!access(folder, F_OK)) {
		*revision = head(folder, arena);
		if (*revision)
			return 0;
	}
	/* Of a home that has no cache yet. */
	mkdir(opn_path_join(arena, cache, ".."), 0777);
	if (mkdir(cache, 0777) && errno != EEXIST)
		return opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, cache, strerror(errno));
	if (mkdir(trial, 0777))
		return opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, trial, strerror(errno));
	status = fetch_into(unit, trial, &out);
	*revision = status ? NULL : head(trial, arena);
	/* Another run may have been faster: its revision is the same. */
	if (*revision && rename(trial, folder) && access(folder, F_OK))
		status = -errno;
	opn_tree_remove(trial);
	if (!*revision || status)
		status = opn_diag(diags, OPN_DIAG_SOURCE_FETCH, unit->source_loc, unit->revision,
				  unit->repository,
				  status < 0 ? strerror(-status) : last_line(&out, arena));
	opn_buf_free(&out);
	return status;
}
