// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * verify_kernel.c - the same question on another kernel: this tool again, inside a virtual machine
 *
 * The machine is vm.sh's business (test/vm): no disk, no network, files go in, the console comes
 * out. The inputs go in under names of ours, so that no name of the user's reaches a shell; what
 * the tool there wrote comes back on the console between marks.
 */
#include "tools/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output.h"

#define INPUT_LIMIT ((size_t)256 << 20)
#define MARK	    "\n@@FILE "

/* A word list for vm.sh and a script for the guest, both growing. */
struct machine {
	struct verify_run *run;
	struct opn_words words;
	struct opn_buf script;
	unsigned int files;
	int error;
};

static void add_word(struct machine *machine, const char *word)
{
	opn_words_add(&machine->words, opn_arena_strdup(machine->run->arena, word));
}

/* As one word of the guest's shell. */
static void add_quoted(struct machine *machine, const char *text)
{
	opn_buf_puts(&machine->script, " '");
	for (; *text; text++) {
		if (*text == '\'')
			opn_buf_puts(&machine->script, "'\\''");
		else
			opn_buf_putc(&machine->script, *text);
	}
	opn_buf_putc(&machine->script, '\'');
}

/* Writes a file into the scratch folder, from where it goes into the guest under this name. */
static void add_text(struct machine *machine, const char *text, size_t length, const char *name)
{
	struct verify_run *run = machine->run;
	const char *copy = opn_arena_printf(run->arena, "%s/%s", run->scratch, name);

	if (!machine->error && opn_file_write(copy, text, length))
		machine->error = opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, copy,
					  strerror(errno));
	add_word(machine, "-f");
	add_word(machine, copy);
}

static void add_file(struct machine *machine, const char *path, const char *name)
{
	struct verify_run *run = machine->run;
	char *text = NULL;
	size_t length = 0;
	int error = machine->error ?: opn_file_read(path, INPUT_LIMIT, &text, &length);

	if (!machine->error && error)
		machine->error = opn_diag(run->diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, path,
					  strerror(-error));
	add_text(machine, text, length, name);
	free(text);
}

/* An object that a list of stages names. */
static const char *add_object(void *data, const char *object)
{
	struct machine *machine = data;
	const char *name =
		opn_arena_printf(machine->run->arena, "stage-%u.bpf.o", machine->files++);

	add_file(machine, object, name);
	return name;
}

static void add_stages(struct machine *machine, const struct opn_chain_spec *stages,
		       const char *name)
{
	const char *text = opn_chain_text(stages, add_object, machine, machine->run->arena);

	add_text(machine, text, strlen(text), name);
	add_quoted(machine, name);
}

static void add_program(struct machine *machine, int index)
{
	const struct opn_verify_side *side = &machine->run->side[index];
	const char *name = index ? "second.bpf.o" : "first.bpf.o";

	if (side->stages) {
		add_stages(machine, side->stages, index ? "second.yaml" : "first.yaml");
		return;
	}
	add_file(machine, side->object, name);
	add_quoted(machine, side->program ? opn_arena_printf(machine->run->arena, "%s:%s", name,
							     side->program)
					  : name);
}

/* Files that an option names, each under a name of ours with the ending that it had. */
static void add_files(struct machine *machine, const char *option, const struct opn_words *words)
{
	for (size_t i = 0; i < words->count; i++) {
		const char *ending = strrchr(opn_path_basename(words->word[i]), '.');
		const char *name = opn_arena_printf(machine->run->arena, "input-%u%s",
						    machine->files++, ending ? ending : "");

		add_file(machine, words->word[i], name);
		opn_buf_printf(&machine->script, " --%s", option);
		add_quoted(machine, name);
	}
}

static void write_script(struct machine *machine)
{
	const struct verify_options *options = machine->run->options;

	opn_buf_puts(&machine->script, "OPENED_HOOKDEFS=/t/hookdefs opened-verify");
	add_program(machine, 0);
	add_program(machine, 1);
	if (options->from)
		opn_buf_printf(&machine->script, " --from=%s", options->from);
	if (options->to)
		opn_buf_printf(&machine->script, " --to=%s", options->to);
	opn_buf_printf(&machine->script, " --generate=%llu --seed=%llu",
		       (unsigned long long)options->generate, (unsigned long long)options->seed);
	if (options->cli.jobs > 1)
		opn_buf_printf(&machine->script, " -j%u", options->cli.jobs);
	if (options->without_shapes)
		opn_buf_puts(&machine->script, " --no-shapes");
	if (options->live)
		opn_buf_printf(&machine->script, " --live=%s",
			       options->device == OPN_LIVE_VETH ? "veth" : "tap");
	if (options->unmarked)
		opn_buf_puts(&machine->script, " --unmarked");
	for (size_t i = 0; i < options->transfers.count; i++) {
		opn_buf_puts(&machine->script, " --transfer");
		add_quoted(machine, options->transfers.word[i]);
	}
	if (options->cli.verbose)
		opn_buf_puts(&machine->script, " -v");
	for (size_t i = 0; i < options->renames.count; i++) {
		opn_buf_puts(&machine->script, " --rename-map");
		add_quoted(machine, options->renames.word[i]);
	}
	for (size_t i = 0; i < options->ignore.count; i++) {
		opn_buf_puts(&machine->script, " --ignore-map");
		add_quoted(machine, options->ignore.word[i]);
	}
	add_files(machine, "packets", &options->packets);
	add_files(machine, "cases", &options->cases);
	add_files(machine, "maps", &options->maps);
	opn_buf_puts(
		&machine->script,
		" --report=r.json --report=r.html >out 2>err\nstatus=$?\n"
		"for file in out err r.json r.html; do echo; echo \"@@FILE $file\"; "
		"[ ! -f $file ] || cat $file; done\necho; echo \"@@FILE end\"\nexit $status\n");
}

/* Runs vm.sh; its standard output goes to the caller. Returns its exit status, or -errno. */
static int run_machine(struct machine *machine, struct opn_buf *out)
{
	char block[65536];
	int ends[2], status;
	ssize_t count;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	child = fork();
	if (child < 0) {
		close(ends[0]);
		close(ends[1]);
		return -errno;
	}
	if (!child) {
		dup2(ends[1], STDOUT_FILENO);
		execv(machine->words.word[0], machine->words.word);
		_exit(127);
	}
	close(ends[1]);
	while ((count = read(ends[0], block, sizeof(block))) > 0 || (count < 0 && errno == EINTR)) {
		if (count > 0)
			opn_buf_add(out, block, (size_t)count);
	}
	close(ends[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The text of a file as the console has it, or NULL. */
static char *take_file(struct machine *machine, const char *console, const char *name)
{
	const char *mark = opn_arena_printf(machine->run->arena, MARK "%s\n", name);
	const char *start = strstr(console, mark), *end;

	if (!start)
		return NULL;
	start += strlen(mark);
	end = strstr(start, MARK);
	return end ? opn_arena_strndup(machine->run->arena, start, (size_t)(end - start)) : NULL;
}

static int write_reports(struct machine *machine, const char *console)
{
	struct verify_run *run = machine->run;
	const struct opn_words *reports = &run->options->reports;
	int error = 0;

	for (size_t i = 0; i < reports->count; i++) {
		const char *ending = strrchr(reports->word[i], '.');
		char *text = take_file(machine, console,
				       ending && !strcmp(ending, ".html") ? "r.html" : "r.json");

		if (text && *text)
			error = opn_output_file(reports->word[i], "opened-verify",
						run->options->cli.force, text, strlen(text),
						run->diags)
					?: error;
	}
	return error;
}

static int tell(struct machine *machine, const char *console, int status)
{
	const char *out = take_file(machine, console, "out"),
		   *err = take_file(machine, console, "err");

	if (!out || !err)
		return opn_diag(machine->run->diags, OPN_DIAG_KERNEL_UNUSABLE, OPN_NOWHERE,
				machine->run->options->kernel,
				status == 124 ? "time was up"
					      : "the machine did not come that far");
	fputs(err, stderr);
	if (fputs(out, stdout) == EOF || fflush(stdout))
		return opn_diag(machine->run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE,
				"the standard output", strerror(errno));
	machine->run->remote_status = status;
	return write_reports(machine, console);
}

/*
 * Megabytes for the machine: half of what is free here, since maps of millions of entries are
 * held twice. A machine takes them as it needs them.
 */
static int memory_for_machine(void)
{
	long free_pages = sysconf(_SC_AVPHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	long half = free_pages > 0 && page > 0 ? free_pages / 2 / (1024 * 1024 / page) : 0;

	return half < 1024 ? 1024 : half > 8192 ? 8192 : (int)half;
}

static void describe_machine(struct machine *machine, char *program)
{
	static const char *const modules[] = {
		"veth",	       "tun",	    "dummy",	      "cls_bpf",
		"sch_ingress", "nf_tables", "nft_fwd_netdev", "nft_dup_netdev",
	};
	struct verify_run *run = machine->run;
	char *folder = opn_cli_hookdefs(&run->options->cli);
	char self[4096];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[length < 0 ? 0 : length] = '\0';
	add_word(machine, program);
	add_word(machine, "-k");
	add_word(machine, run->options->kernel);
	add_word(machine, "-r");
	add_word(machine, opn_arena_printf(run->arena, "%d", memory_for_machine()));
	add_word(machine, "-t");
	add_word(machine, "3600");
	add_word(machine, "-b");
	add_word(machine, self);
	add_word(machine, "-f");
	add_word(machine, opn_arena_printf(run->arena, "%s:/t/hookdefs", folder));
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		add_word(machine, "-m");
		add_word(machine, modules[i]);
	}
	free(folder);
}

int verify_on_kernel(struct verify_run *run)
{
	struct machine machine = { .run = run };
	struct opn_buf console = { 0 };
	char *program = opn_cli_machine(), *text;
	const char *script;
	int status, error = verify_make_scratch(run);

	if (!program)
		return opn_diag(run->diags, OPN_DIAG_KERNEL_UNUSABLE, OPN_NOWHERE,
				run->options->kernel, "vm.sh is not installed");
	describe_machine(&machine, program);
	free(program);
	if (!error)
		write_script(&machine);
	error = error ?: machine.error;
	script = opn_arena_printf(run->arena, "%s/script", run->scratch);
	text = opn_buf_take(&machine.script);
	if (!error && (!text || opn_file_write(script, text, strlen(text))))
		error = opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, script,
				 strerror(errno));
	free(text);
	if (error)
		return error;
	add_word(&machine, "-s");
	add_word(&machine, script);
	status = run_machine(&machine, &console);
	text = opn_buf_take(&console);
	error = tell(&machine, text ? text : "", status);
	free(text);
	free(machine.words.word);
	return error;
}
