/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * extract_prove.c - prove a unit before it is written
 *
 * The unit's files go to a private temporary folder and are compiled there with the unit's own
 * flags, once per command of the source: what is proved is the very text that will be written. A
 * unit that differs, or that cannot be proved, is refused.
 */
#include "extract.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT_MARK "@ROOT@"

static int write_all(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t written = write(fd, text, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		length -= (size_t)written;
	}
	return 0;
}

/* Makes the folders above path. */
static int make_folders(const char *base, const char *path)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		char *folder = opn_cli_format("%s/%.*s", base, (int)(slash - path), path);
		int error = mkdir(folder, 0700) && errno != EEXIST ? -errno : 0;

		free(folder);
		if (error)
			return error;
	}
	return 0;
}

static int write_file(const char *base, const struct opn_unit_file *file)
{
	int error, fd;
	char *path;

	if (!opn_path_contained(file->path))
		return -EINVAL;
	error = make_folders(base, file->path);
	if (error)
		return error;
	path = opn_cli_format("%s/%s", base, file->path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	free(path);
	if (fd < 0)
		return -errno;
	error = write_all(fd, file->text, file->length);
	if (close(fd) && !error)
		error = -errno;
	return error;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static void remove_folder(const char *folder)
{
	nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* A private folder with the unit's files, or NULL (reported). Allocated. */
static char *make_private_folder(const struct opn_unit *unit, struct opn_diags *diags)
{
	const char *temporary = getenv("TMPDIR");
	char *folder;
	int error = 0;

	if (!temporary || *temporary != '/')
		temporary = "/tmp";
	folder = opn_cli_format("%s/opened-XXXXXX", temporary);
	if (!mkdtemp(folder)) {
		opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, folder, strerror(errno));
		free(folder);
		return NULL;
	}
	for (size_t i = 0; !error && i < unit->file_count; i++) {
		error = write_file(folder, &unit->files[i]);
		if (error)
			opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, unit->files[i].path,
				 strerror(-error));
	}
	if (!error)
		return folder;
	remove_folder(folder);
	free(folder);
	return NULL;
}

/* A flag with the root's mark replaced by the root. */
static const char *rooted_flag(struct opn_arena *arena, const char *flag, const char *root)
{
	const char *mark = strstr(flag, ROOT_MARK);

	if (!mark)
		return flag;
	return opn_arena_printf(arena, "%.*s%s%s", (int)(mark - flag), flag, root,
				mark + strlen(ROOT_MARK));
}

/* The command that compiles the unit's source in folder, from one list of its flags. */
static struct opn_command unit_command(struct opn_arena *arena, const struct opn_unit *unit,
				       const char *const *flags, const char *folder,
				       const char *root, const char *compiler)
{
	size_t count = 0;
	const char **argv;
	char *file;

	while (flags[count])
		count++;
	argv = opn_arena_array(arena, count + 3, sizeof(*argv));
	file = opn_arena_printf(arena, "%s/%s", folder, unit->files[0].path);
	argv[0] = compiler;
	for (size_t i = 0; i < count; i++)
		argv[i + 1] = rooted_flag(arena, flags[i], root);
	argv[count + 1] = file;
	return (struct opn_command){ .file = file,
				     .directory = opn_arena_strdup(arena, folder),
				     .argv = argv };
}

/* A place's file as products may show it: relative to folder when it is below it. */
static void relate_place(struct opn_arena *arena, struct opn_loc *place, const char *folder)
{
	if (place->file && *place->file == '/' && opn_path_inside(folder, place->file))
		place->file = opn_path_relative(arena, folder, place->file);
	else
		place->file = opn_arena_strdup(arena, place->file);
}

static void keep_proof(struct opn_arena *arena, struct opn_proof *to, const struct opn_proof *from,
		       const char *root, const char *folder)
{
	*to = *from;
	for (size_t i = 0; i < OPN_PROOF_LEVELS; i++) {
		struct opn_proof_level *level = &to->level[i];

		level->detail = opn_arena_strdup(arena, level->detail);
		relate_place(arena, &level->original, root);
		relate_place(arena, &level->unit, folder);
	}
}

/* Shows the unit's line by its text: the file itself is gone when this is printed. */
static void note_unit_line(struct opn_diags *diags, const struct opn_unit *unit, unsigned int line)
{
	const char *text = unit->files[0].text;
	size_t length;

	for (unsigned int i = 1; i < line; i++) {
		text = strchr(text, '\n');
		if (!text)
			return;
		text++;
	}
	text += strspn(text, " \t");
	length = strcspn(text, "\n");
	opn_diag_note(diags, OPN_NOWHERE, "line %u of the unit: %.*s", line, (int)length, text);
}

static bool is_refused(const struct opn_proof_level *level)
{
	return level->status == OPN_PROOF_DIFFERS || level->status == OPN_PROOF_ERROR;
}

static const char *detail_of(const struct opn_proof_level *level)
{
	return level->detail ? level->detail : "no more is known";
}

/* Notes what belongs to one of several commands of the source. */
static void note_variant(struct opn_diags *diags, const struct extract_source *source,
			 size_t variant)
{
	if (source->command_count > 1)
		opn_diag_note(diags, OPN_NOWHERE, "with compile command %zu of %zu", variant + 1,
			      source->command_count);
}

/* The first difference is the error; what other levels say follows from it, most of the time. */
static void report_refusal(struct opn_diags *diags, const struct opn_unit *unit,
			   const struct opn_proof *proof, size_t first)
{
	const struct opn_proof_level *level = &proof->level[first];

	opn_diag(diags,
		 level->status == OPN_PROOF_ERROR ? OPN_DIAG_PROOF_FAILED : OPN_DIAG_PROOF_DIFFERS,
		 level->original, unit->name, detail_of(level));
	if (level->unit.line)
		note_unit_line(diags, unit, level->unit.line);
	opn_diag_note(diags, OPN_NOWHERE, "proof level %zu, %s; the unit is not written", first + 1,
		      opn_proof_level_name(first));
	for (size_t i = first + 1; i < OPN_PROOF_LEVELS; i++) {
		if (is_refused(&proof->level[i]))
			opn_diag_note(diags, OPN_NOWHERE, "proof level %zu, %s: %s", i + 1,
				      opn_proof_level_name(i), detail_of(&proof->level[i]));
	}
}

static bool is_told(const struct opn_proof *proof, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (proof->level[i].status == OPN_PROOF_EXPLAINED &&
		    !strcmp(detail_of(&proof->level[i]), detail_of(&proof->level[index])))
			return true;
	}
	return false;
}

/* One warning for all levels that have an explanation; most share it. */
static bool report_explanation(struct opn_diags *diags, const struct opn_unit *unit,
			       const struct opn_proof *proof)
{
	const struct opn_proof_level *first = NULL;
	struct opn_buf details = { 0 }, levels = { 0 };
	char *detail_text, *level_text;

	for (size_t i = 0; i < OPN_PROOF_LEVELS; i++) {
		const struct opn_proof_level *level = &proof->level[i];

		if (level->status != OPN_PROOF_EXPLAINED)
			continue;
		if (!first)
			first = level;
		if (!is_told(proof, i))
			opn_buf_printf(&details, "%s%s", details.length ? ", " : "",
				       detail_of(level));
		opn_buf_printf(&levels, "%s%zu (%s)", levels.length ? ", " : "", i + 1,
			       opn_proof_level_name(i));
	}
	if (!first)
		return false;
	detail_text = opn_buf_take(&details);
	level_text = opn_buf_take(&levels);
	if (!detail_text || !level_text)
		opn_cli_no_memory(NULL);
	opn_diag(diags, OPN_DIAG_PROOF_EXPLAINED, first->original, unit->name, detail_text);
	if (first->unit.line)
		note_unit_line(diags, unit, first->unit.line);
	opn_diag_note(diags, OPN_NOWHERE, "proof level %s", level_text);
	free(detail_text);
	free(level_text);
	return true;
}

/* Reports a proof; whether the unit may be written. */
static bool report_proof(struct extract_source *source, const struct opn_unit *unit,
			 const struct opn_proof *proof, size_t variant)
{
	for (size_t i = 0; i < OPN_PROOF_LEVELS; i++) {
		if (is_refused(&proof->level[i])) {
			report_refusal(source->diags, unit, proof, i);
			note_variant(source->diags, source, variant);
			return false;
		}
	}
	if (report_explanation(source->diags, unit, proof))
		note_variant(source->diags, source, variant);
	return true;
}

static bool prove_variant(const struct extract_run *run, struct extract_source *source,
			  struct opn_prover *prover, struct extract_unit *unit, size_t variant,
			  const char *folder)
{
	struct opn_prove_options options = {
		.function = unit->unit->name,
		.entry = unit->unit->entry,
		.entry_text = unit->unit->entry_text,
		.load = run->options->load,
	};
	const struct opn_command *original = &source->commands[variant];
	const char *const *flags = unit->unit->flags[unit->unit->variants[variant]];
	struct opn_command command = unit_command(source->arena, unit->unit, flags, folder,
						  run->root, original->argv[0]);
	struct opn_proof proof = { 0 };
	struct opn_proof *kept;

	if (opn_prove(prover, original, &command, &options, source->diags, &proof))
		return false;
	kept = &unit->proofs[unit->proof_count++];
	keep_proof(source->arena, kept, &proof, run->root, folder);
	return report_proof(source, unit->unit, kept, variant);
}

void extract_prove(const struct extract_run *run, struct extract_source *source,
		   struct opn_prover *prover, struct extract_unit *unit)
{
	char *folder = make_private_folder(unit->unit, source->diags);

	if (!folder) {
		unit->refused = true;
		return;
	}
	unit->proofs = opn_arena_array(source->arena, source->command_count, sizeof(*unit->proofs));
	for (size_t i = 0; i < unit->unit->variant_count; i++) {
		if (unit->unit->variants[i] == OPN_NO_VARIANT)
			continue; /* this command does not compile the function */
		if (!prove_variant(run, source, prover, unit, i, folder))
			unit->refused = true;
	}
	remove_folder(folder);
	free(folder);
}
