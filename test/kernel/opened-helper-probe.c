/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened-helper-probe - which helpers may be called, asked of the running kernel's verifier
 *
 * opened-helper-probe TYPE[:ATTACH-TYPE]...
 *
 * For each argument (BPF_PROG_TYPE_XDP, BPF_PROG_TYPE_SK_LOOKUP:BPF_SK_LOOKUP) and each helper that
 * the kernel knows one line: the argument, the helper's name and number, "yes", "gpl" (yes, for
 * programs under a licence that is compatible) or "no". All names and numbers are those of the
 * kernel's BTF, so that it does not matter how old the headers are.
 *
 * libbpf_probe_bpf_helper() of libbpf 1.1 says yes to everything on kernels since 6.12: it does not
 * know that kernel/bpf/verifier.c: check_helper_call() has changed the words of its refusal.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <linux/bpf.h>

#define LOG_SIZE 4096

enum answer {
	ANSWER_NO,
	ANSWER_GPL,
	ANSWER_YES,
	ANSWER_NONE, /* the verifier was not reached */
};

static const char *const answers[] = {
	[ANSWER_NO] = "no",
	[ANSWER_GPL] = "gpl",
	[ANSWER_YES] = "yes",
};

/* Both spellings: the first two up to Linux 6.10. */
static const char *const refusals[] = {
	"unknown func",
	"invalid func",
	"program of this type cannot use helper",
};

/* The value of an enumerator, or -ENOENT. */
static int enumerator(const struct btf *btf, const char *type, const char *name)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_ENUM);
	const struct btf_type *t = id < 0 ? NULL : btf__type_by_id(btf, id);

	for (int i = 0; t && i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_enum(t)[i].name_off), name))
			return btf_enum(t)[i].val;
	fprintf(stderr, "opened-helper-probe: the kernel has no %s of 'enum %s'\n", name, type);
	return -ENOENT;
}

/* Loads a program that does nothing but call the helper. Its arguments are not set, so that almost
 * all are refused; what counts is whether it is for the call itself. */
static enum answer load_call(int type, int attach, int helper, const char *licence, char *log)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = helper },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .log_buf = log, .log_size = LOG_SIZE,
		    .log_level = 1, .expected_attach_type = attach);
	int fd;

	log[0] = '\0';
	fd = bpf_prog_load(type, NULL, licence, insns, sizeof(insns) / sizeof(insns[0]), &options);
	if (fd >= 0) {
		close(fd);
		return ANSWER_YES;
	}
	/* A full log is refused with -ENOSPC after the verdict: what it says still holds. */
	if (!log[0])
		return ANSWER_NONE;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (strstr(log, refusals[i]))
			return ANSWER_NO;
	return strstr(log, "cannot call GPL-restricted function") ? ANSWER_GPL : ANSWER_YES;
}

static enum answer probe(int type, int attach, int helper, char *log)
{
	enum answer answer = load_call(type, attach, helper, "GPL", log);

	return answer == ANSWER_YES ? load_call(type, attach, helper, "Proprietary", log) : answer;
}

static int probe_all(const struct btf *btf, char *argument, char *log)
{
	const struct btf_type *helpers;
	char *colon = strchr(argument, ':');
	int type, attach = 0;

	if (colon)
		*colon = '\0';
	type = enumerator(btf, "bpf_prog_type", argument);
	if (colon)
		attach = enumerator(btf, "bpf_attach_type", colon + 1);
	if (type < 0 || attach < 0)
		return -ENOENT;
	if (colon)
		*colon = ':';
	helpers = btf__type_by_id(btf, btf__find_by_name_kind(btf, "bpf_func_id", BTF_KIND_ENUM));
	for (int i = 0; i < btf_vlen(helpers); i++) {
		const char *name = btf__name_by_offset(btf, btf_enum(helpers)[i].name_off);
		int helper = btf_enum(helpers)[i].val;
		enum answer answer;

		/* The ends of the list. */
		if (!helper || strncmp(name, "BPF_FUNC_", strlen("BPF_FUNC_")))
			continue;
		answer = probe(type, attach, helper, log);
		if (answer == ANSWER_NONE) {
			fprintf(stderr, "opened-helper-probe: %s: %s\n", argument, strerror(errno));
			return -EINVAL;
		}
		printf("%s\t%s\t%d\t%s\n", argument, name + strlen("BPF_FUNC_"), helper,
		       answers[answer]);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct btf *btf = btf__load_vmlinux_btf();
	char *log = malloc(LOG_SIZE);
	int err = 0;

	if (!btf || !log || btf__find_by_name_kind(btf, "bpf_func_id", BTF_KIND_ENUM) < 0) {
		fprintf(stderr, "opened-helper-probe: the kernel does not tell its types\n");
		err = -ENOENT;
	}
	for (int i = 1; !err && i < argc; i++)
		err = probe_all(btf, argv[i], log);
	free(log);
	btf__free(btf);
	if (fflush(stdout))
		err = -errno;
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
