/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_doctor.c - opened doctor: what this machine lacks, and the command that mends it
 *
 * Each row is looked at, not concluded from a version: a program is run, a file is opened, a
 * capability is read.
 */
#include "opened.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include <linux/capability.h>
#include <linux/magic.h>

#include "driver/process.h"

#define BTF_PATH "/sys/kernel/btf/vmlinux"
#define BPFFS	 "/sys/fs/bpf"

/* Who needs what is missing. */
enum need {
	NEED_ALWAYS,
	NEED_FETCH,
	NEED_COMPOSE,
	NEED_PROOF,
	NEED_PICTURES,
	NEED_OTHER_KERNELS,
};

static const char *const need_words[] = {
	[NEED_ALWAYS] = "",
	[NEED_FETCH] = "for sources from a 'repository'",
	[NEED_COMPOSE] = "to build pipelines",
	[NEED_PROOF] = "to load, verify and attach",
	[NEED_PICTURES] = "for pictures in reports",
	[NEED_OTHER_KERNELS] = "for other kernels",
};

struct doctor {
	struct opn_arena *arena;
	size_t missing; /* of what is always needed */
};

static const struct argp_child children[] = {
	{ &opn_cli_plain_argp, 0, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->input;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "it takes no argument");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp doctor_argp = {
	NULL,
	parse_option,
	"",
	"Tell what this machine lacks of what the tools need, and the command that mends it.\v"
	"A line begins with 'ok'; with 'missing', of what nothing works without; or with 'absent', "
	"of "
	"what is needed for what the line says.\n\n"
	"Exit status: 0 nothing is missing, 1 something is.",
	children,
	NULL,
	NULL,
};

/* One line: good, with what was found; or not, with the command. */
static void row(struct doctor *doctor, enum need need, const char *what, const char *found,
		const char *mend)
{
	printf("%-8s %-16s %s",
	       found		     ? "ok"
	       : need == NEED_ALWAYS ? "missing"
				     : "absent",
	       what, found ?: "");
	if (!found) {
		doctor->missing += need == NEED_ALWAYS;
		printf("%s%s%s", need_words[need], *need_words[need] && *mend ? "; " : "", mend);
	}
	putchar('\n');
}

/* ---- programs ---- */

static const char *version_of(struct doctor *doctor, const char *program, const char *option)
{
	char *argv[] = { (char *)program, (char *)option, NULL };
	struct opn_buf out = { 0 };
	const char *line = NULL;

	if (opn_process_run(argv, NULL, NULL, &out) >= 0 && out.data)
		line = opn_arena_strndup(doctor->arena, out.data, strcspn(out.data, "\n"));
	opn_buf_free(&out);
	return line;
}

/* Debian's packages; others have them under the same names or near. */
static const struct {
	const char *what;
	const char *names[4];
	const char *option, *package;
	enum need need;
} programs[] = {
	{ "clang",
	  { "clang-" OPN_CLANG_MAJOR, "clang" },
	  "--version",
	  "clang-" OPN_CLANG_MAJOR,
	  NEED_COMPOSE },
	{ "C compiler",
	  { "cc", "gcc", "clang-" OPN_CLANG_MAJOR },
	  "--version",
	  "gcc",
	  NEED_COMPOSE },
	{ "make", { "make" }, "--version", "make", NEED_COMPOSE },
	{ "bpftool", { "bpftool", "/usr/sbin/bpftool" }, "version", "bpftool", NEED_COMPOSE },
	{ "git", { "git" }, "--version", "git", NEED_FETCH },
	{ "diff", { "diff" }, "--version", "diffutils", NEED_PICTURES },
	{ "dot", { "dot" }, "-V", "graphviz", NEED_PICTURES },
	{ "qemu",
	  { "qemu-system-x86_64", "qemu-system-aarch64" },
	  "--version",
	  "qemu-system-x86",
	  NEED_OTHER_KERNELS },
};

static void check_programs(struct doctor *doctor)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		const char *path = opn_process_find(programs[i].names, doctor->arena);
		const char *found = path ? version_of(doctor, path, programs[i].option) : NULL;

		if (!path && programs[i].names[1] && *programs[i].names[1] == '/' &&
		    !access(programs[i].names[1], X_OK))
			found = version_of(doctor, programs[i].names[1], programs[i].option);
		row(doctor, programs[i].need, programs[i].what, found,
		    opn_arena_printf(doctor->arena, "apt-get install %s", programs[i].package));
	}
}

static void check_headers(struct doctor *doctor)
{
	static const char header[] = "/usr/include/bpf/bpf_helpers.h";
	const char *version = opn_arena_printf(doctor->arena, "libbpf %u.%u, headers",
					       libbpf_major_version(), libbpf_minor_version());

	row(doctor, NEED_COMPOSE, "libbpf", access(header, R_OK) ? NULL : version,
	    "apt-get install libbpf-dev");
	row(doctor, NEED_COMPOSE, "libxdp",
	    access("/usr/include/xdp/libxdp.h", R_OK) ? NULL : "headers",
	    "only for the mechanism libxdp: apt-get install libxdp-dev");
}

/* ---- the kernel ---- */

static void check_kernel(struct doctor *doctor)
{
	struct utsname name = { 0 };
	struct statfs fs;

	uname(&name);
	row(doctor, NEED_PROOF, "kernel",
	    opn_arena_printf(doctor->arena, "%s %s", name.release, name.machine), "");
	row(doctor, NEED_PROOF, "BTF", access(BTF_PATH, R_OK) ? NULL : BTF_PATH,
	    "a kernel with CONFIG_DEBUG_INFO_BTF");
	row(doctor, NEED_PROOF, "bpffs",
	    !statfs(BPFFS, &fs) && (unsigned long)fs.f_type == BPF_FS_MAGIC ? BPFFS : NULL,
	    "mount -t bpf bpf " BPFFS);
}

/* The effective capabilities, from /proc/self/status. */
static unsigned long long capabilities(void)
{
	char line[256];
	unsigned long long set = 0;
	FILE *file = fopen("/proc/self/status", "re");

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "CapEff: %llx", &set) == 1)
			break;
	}
	if (file)
		fclose(file);
	return set;
}

static void check_capabilities(struct doctor *doctor)
{
	static const struct {
		const char *name;
		unsigned int bit;
	} wanted[] = {
		{ "CAP_BPF", CAP_BPF },
		{ "CAP_NET_ADMIN", CAP_NET_ADMIN },
		{ "CAP_PERFMON", CAP_PERFMON },
		{ "CAP_SYS_ADMIN", CAP_SYS_ADMIN },
	};
	unsigned long long set = capabilities();

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		row(doctor, NEED_PROOF, wanted[i].name,
		    set & (1ull << wanted[i].bit) ? "held" : NULL, "run it with sudo");
}

static void check_own(struct doctor *doctor, const struct opn_cli *cli)
{
	static const char *const tools[] = { "opened-extract", "opened-transform", "opened-compose",
					     "opened-verify", NULL };
	char *folder = opn_cli_folder(), *tables = opn_cli_hookdefs(cli);

	for (const char *const *tool = tools; *tool; tool++) {
		const char *path = opn_arena_printf(doctor->arena, "%s/%s", folder, *tool);

		row(doctor, NEED_ALWAYS, *tool, access(path, X_OK) ? NULL : path,
		    "install the package again");
	}
	row(doctor, NEED_ALWAYS, "hook tables",
	    access(opn_arena_printf(doctor->arena, "%s/helpers.yaml", tables), R_OK) ? NULL
										     : tables,
	    "install the package again, or --hookdefs=DIR");
	free(folder);
	free(tables);
}

int opened_doctor_command(int argc, char **argv)
{
	struct doctor doctor = { 0 };
	struct opn_cli cli = { 0 };

	opn_cli_parse(&cli, &doctor_argp, argc, argv, &cli);
	doctor.arena = opn_arena_new(opn_cli_no_memory, NULL);
	if (!doctor.arena)
		opn_cli_no_memory(NULL);
	check_own(&doctor, &cli);
	check_programs(&doctor);
	check_headers(&doctor);
	check_kernel(&doctor);
	check_capabilities(&doctor);
	opn_arena_free(doctor.arena);
	return doctor.missing ? OPN_EXIT_REFUSED : OPN_EXIT_DONE;
}
