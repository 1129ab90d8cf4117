// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_output.c - all of a product or nothing, and never over a stranger's file
 */
#include <fcntl.h>
#include <jansson.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "output.h"
#include "unit.h"

#define MARK "made by the test"

/* Writes path, text pairs into the folder. Returns what the transaction returns. */
static int put(const char *target, int force, ...)
{
	struct opn_output *output;
	const char *path, *text;
	va_list arguments;
	int error = opn_output_begin(target, true, MARK, force, diags, &output);

	if (error)
		return error;
	va_start(arguments, force);
	while (!error && (path = va_arg(arguments, const char *))) {
		text = va_arg(arguments, const char *);
		error = opn_output_add(output, path, text, strlen(text));
	}
	va_end(arguments);
	if (error) {
		opn_output_abort(output);
		return error;
	}
	return opn_output_commit(output);
}

static void expect_file(const char *path, const char *text)
{
	char *actual = read_file(path);

	ck_assert_str_eq(actual, text);
	free(actual);
}

static bool reported(enum opn_diag_id id)
{
	bool found =
		opn_diags_count_id(diags, id) == 1 && opn_diags_count(diags, OPN_SEV_ERROR) == 1;

	forget_diags();
	return found;
}

START_TEST(a_new_folder_appears_whole)
{
	struct opn_output *output;

	ck_assert_int_eq(opn_output_begin("out", true, MARK, false, diags, &output), 0);
	ck_assert_int_eq(opn_output_add(output, "a.c", "a", 1), 0);
	ck_assert_int_eq(opn_output_add(output, "d/e/b.h", "b", 1), 0);
	ck_assert(!exists("out"));
	ck_assert_int_eq(opn_output_commit(output), 0);
	expect_file("out/a.c", "a");
	expect_file("out/d/e/b.h", "b");
	/* a.c, d and the list; nothing is left beside the folder */
	ck_assert_uint_eq(count_entries("out"), 3);
	ck_assert_uint_eq(count_entries("."), 1);
}
END_TEST

START_TEST(abort_leaves_nothing)
{
	struct opn_output *output;

	ck_assert_int_eq(opn_output_begin("out", true, MARK, false, diags, &output), 0);
	ck_assert_int_eq(opn_output_add(output, "d/a.c", "a", 1), 0);
	opn_output_abort(output);
	ck_assert_int_eq(opn_output_begin("f", false, MARK, false, diags, &output), 0);
	ck_assert_int_eq(opn_output_add(output, NULL, "a", 1), 0);
	opn_output_abort(output);
	opn_output_abort(NULL);
	ck_assert_uint_eq(count_entries("."), 0);
}
END_TEST

START_TEST(the_list_names_our_files)
{
	json_t *root;

	ck_assert_int_eq(put("out", false, "b", "2", "a", "1", NULL), 0);
	root = json_load_file("out/" OPN_OUTPUT_LIST, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(root);
	ck_assert_uint_eq(json_object_size(json_object_get(root, "files")), 2);
	ck_assert_ptr_nonnull(json_object_get(json_object_get(root, "files"), "a"));
	json_decref(root);
}
END_TEST

START_TEST(equal_files_keep_their_times)
{
	struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	struct stat st;

	ck_assert_int_eq(put("out", false, "a", "1", "b", "1", NULL), 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, "out/a", old, 0), 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, "out/b", old, 0), 0);
	ck_assert_int_eq(put("out", false, "a", "1", "b", "2", NULL), 0);
	ck_assert_int_eq(stat("out/a", &st), 0);
	ck_assert_int_eq(st.st_mtime, 1000);
	ck_assert_int_eq(stat("out/b", &st), 0);
	ck_assert_int_ne(st.st_mtime, 1000);
	expect_file("out/b", "2");
}
END_TEST

START_TEST(stale_files_go)
{
	ck_assert_int_eq(put("out", false, "a", "1", "d/e/b", "2", "c", "3", NULL), 0);
	write_file("out/mine.txt", "the user's");
	ck_assert_int_eq(unlink("out/c"), 0);
	ck_assert_int_eq(put("out", false, "a", "1", NULL), 0);
	ck_assert(!exists("out/d"));
	expect_file("out/mine.txt", "the user's");
	/* a, mine.txt, the list */
	ck_assert_uint_eq(count_entries("out"), 3);
}
END_TEST

START_TEST(a_foreign_folder_is_refused)
{
	ck_assert_int_eq(mkdir("out", 0700), 0);
	ck_assert_int_eq(put("out", false, "a", "1", NULL), 0); /* empty: nobody's */
	ck_assert_int_eq(unlink("out/" OPN_OUTPUT_LIST), 0);
	ck_assert_int_ne(put("out", false, "b", "1", NULL), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FOREIGN));
	ck_assert(!exists("out/b"));
	ck_assert_int_eq(put("out", true, "b", "1", NULL), 0);
	expect_file("out/b", "1");
	expect_file("out/a", "1");
}
END_TEST

START_TEST(empty_folders_are_nobodys)
{
	ck_assert_int_eq(mkdir("out", 0700), 0);
	ck_assert_int_eq(mkdir("out/a", 0700), 0);
	ck_assert_int_eq(mkdir("out/a/b", 0700), 0);
	ck_assert_int_eq(put("out", false, "a/b/c", "1", NULL), 0);
	expect_file("out/a/b/c", "1");

	ck_assert_int_eq(mkdir("held", 0700), 0);
	ck_assert_int_eq(mkdir("held/a", 0700), 0);
	write_file("held/a/mine", "");
	ck_assert_int_ne(put("held", false, "b", "1", NULL), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FOREIGN));
	/* what a link leads to is not looked at */
	ck_assert_int_eq(mkdir("linked", 0700), 0);
	ck_assert_int_eq(symlink("..", "linked/up"), 0);
	ck_assert_int_ne(put("linked", false, "b", "1", NULL), 0);
}
END_TEST

START_TEST(a_foreign_file_is_refused)
{
	ck_assert_int_eq(put("out", false, "a", "1", NULL), 0);
	write_file("out/b", "the user's");
	/* equal bytes: nothing of the user's would be lost */
	ck_assert_int_eq(put("out", false, "a", "1", "b", "the user's", NULL), 0);
	ck_assert_int_eq(unlink("out/b"), 0);
	ck_assert_int_eq(put("out", false, "a", "1", NULL), 0);
	write_file("out/b", "the user's");
	ck_assert_int_ne(put("out", false, "a", "2", "b", "2", NULL), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FOREIGN));
	expect_file("out/a", "1");
	expect_file("out/b", "the user's");
	ck_assert_int_eq(put("out", true, "a", "2", "b", "2", NULL), 0);
	expect_file("out/b", "2");
}
END_TEST

START_TEST(an_edited_file_is_refused)
{
	ck_assert_int_eq(put("out", false, "a", "1", "b", "1", NULL), 0);
	write_file("out/a", "edited");
	ck_assert_int_ne(put("out", false, "b", "2", "a", "2", NULL), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FOREIGN));
	/* not removed either */
	ck_assert_int_ne(put("out", false, "b", "2", NULL), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FOREIGN));
	expect_file("out/a", "edited");
	expect_file("out/b", "1");
	ck_assert_uint_eq(count_entries("out"), 3);
	ck_assert_int_eq(put("out", true, "b", "2", NULL), 0);
	ck_assert(!exists("out/a"));
}
END_TEST

START_TEST(a_hostile_list_is_not_believed)
{
	write_file("victim", "v");
	ck_assert_int_eq(mkdir("out", 0700), 0);
	/* the hash is right, the name leads out */
	write_file("out/" OPN_OUTPUT_LIST,
		   "{\"version\": 1, \"files\": {\"../victim\": \"af63eb4c8601fe51\"}}");
	ck_assert_int_ne(put("out", false, "a", "1", NULL), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FOREIGN));
	ck_assert_int_eq(put("out", true, "a", "1", NULL), 0);
	expect_file("victim", "v");
	write_file("out/" OPN_OUTPUT_LIST, "not json");
	ck_assert_int_ne(put("out", false, "a", "2", NULL), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FOREIGN));
}
END_TEST

START_TEST(a_listed_link_out_is_not_followed)
{
	ck_assert_int_eq(mkdir("away", 0700), 0);
	write_file("away/x", "v");
	ck_assert_int_eq(put("out", false, "a", "1", NULL), 0);
	ck_assert_int_eq(symlink("../away", "out/d"), 0);
	/* hash of "v" */
	write_file("out/" OPN_OUTPUT_LIST,
		   "{\"version\": 1, \"files\": {\"d/x\": \"af63eb4c8601fe51\"}}");
	ck_assert_int_eq(put("out", true, "a", "2", NULL), 0);
	expect_file("away/x", "v");
}
END_TEST

START_TEST(paths_that_lead_out_are_refused)
{
	static const char *const paths[] = { "../x", "/tmp/x", "a/../../x",	"a/../x", "./x",
					     "",     "a//x",   OPN_OUTPUT_LIST, "x\xff" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		ck_assert_int_ne(put("out", true, "ok", "1", paths[i], "1", NULL), 0);
		ck_assert_msg(reported(OPN_DIAG_OUTPUT_FAILED), "%s", paths[i]);
		ck_assert_uint_eq(count_entries("."), 0);
	}
	ck_assert_int_ne(put("out", true, "twice", "1", "twice", "2", NULL), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FAILED));
}
END_TEST

START_TEST(links_that_lead_out_are_refused)
{
	ck_assert_int_eq(mkdir("away", 0700), 0);
	ck_assert_int_eq(put("out", false, "a", "1", NULL), 0);
	ck_assert_int_eq(symlink("../away", "out/d"), 0);
	for (int force = 0; force < 2; force++) {
		ck_assert_int_ne(put("out", force, "a", "2", "d/x", "1", NULL), 0);
		ck_assert(reported(OPN_DIAG_OUTPUT_FAILED));
	}
	ck_assert_uint_eq(count_entries("away"), 0);
	/* the file itself is a link: replaced when forced, never followed */
	write_file("victim", "v");
	ck_assert_int_eq(symlink("../victim", "out/l"), 0);
	ck_assert_int_ne(put("out", false, "a", "1", "l", "1", NULL), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FOREIGN));
	ck_assert_int_eq(put("out", true, "a", "1", "l", "1", NULL), 0);
	expect_file("victim", "v");
	expect_file("out/l", "1");
}
END_TEST

/* A link that appears between the check and the commit. */
START_TEST(a_late_link_is_not_followed)
{
	struct opn_output *output;

	ck_assert_int_eq(mkdir("away", 0700), 0);
	ck_assert_int_eq(put("out", false, "a", "1", NULL), 0);
	ck_assert_int_eq(opn_output_begin("out", true, MARK, false, diags, &output), 0);
	ck_assert_int_eq(opn_output_add(output, "a", "2", 1), 0);
	ck_assert_int_eq(opn_output_add(output, "d/x", "1", 1), 0);
	ck_assert_int_eq(symlink("../away", "out/d"), 0);
	ck_assert_int_ne(opn_output_commit(output), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FAILED));
	ck_assert_uint_eq(count_entries("away"), 0);
	expect_file("out/a", "1");
}
END_TEST

/* The last rename fails: everything before it is undone. */
START_TEST(a_failed_commit_is_undone)
{
	struct opn_output *output;
	char *list;

	ck_assert_int_eq(put("out", false, "a", "1", "gone", "1", NULL), 0);
	list = read_file("out/" OPN_OUTPUT_LIST);
	ck_assert_int_eq(opn_output_begin("out", true, MARK, false, diags, &output), 0);
	ck_assert_int_eq(opn_output_add(output, "a", "2", 1), 0);
	ck_assert_int_eq(opn_output_add(output, "new/b", "2", 1), 0);
	ck_assert_int_eq(opn_output_add(output, "z/c", "2", 1), 0);
	write_file("out/z", "in the way of a folder");
	ck_assert_int_ne(opn_output_commit(output), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FAILED));
	expect_file("out/a", "1");
	expect_file("out/gone", "1");
	expect_file("out/" OPN_OUTPUT_LIST, list);
	ck_assert(!exists("out/new"));
	/* a, gone, the list, z */
	ck_assert_uint_eq(count_entries("out"), 4);
	free(list);
}
END_TEST

START_TEST(two_runs_for_one_new_folder_do_not_mix)
{
	struct opn_output *output;

	ck_assert_int_eq(opn_output_begin("out", true, MARK, false, diags, &output), 0);
	ck_assert_int_eq(opn_output_add(output, "a", "1", 1), 0);
	ck_assert_int_eq(put("out", false, "b", "2", NULL), 0);
	ck_assert_int_ne(opn_output_commit(output), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FAILED));
	ck_assert(!exists("out/a"));
	expect_file("out/b", "2");
	ck_assert_uint_eq(count_entries("."), 1);
}
END_TEST

/* What a run leaves that is killed before it can rename or remove. */
START_TEST(folders_of_killed_runs_go)
{
	static const char *const kept[] = { ".opened-tmp-0123456789abcde", ".opened-tmp-notes",
					    ".opened-tmp-0123456789abcdef0",
					    ".opened-tmp-0123456789ABCDEF" };
	int parent = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), alive;
	char name[OPN_TEMPORARY_SIZE];

	ck_assert_int_eq(mkdir(".opened-tmp-0123456789abcdef", 0755), 0);
	ck_assert_int_eq(mkdir(".opened-tmp-0123456789abcdef/stages", 0755), 0);
	write_file(".opened-tmp-0123456789abcdef/stages/a", "half");
	write_file("mine", "mine");
	ck_assert_int_eq(symlink("../mine", ".opened-tmp-0123456789abcdef/out"), 0);
	ck_assert_int_eq(put("out", 0, "a", "text", NULL), 0);
	ck_assert_int_eq(mkdir("out/.opened-tmp-00112233445566aa", 0755), 0);
	write_file("out/.opened-tmp-00112233445566aa/0", "half");
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		ck_assert_int_eq(mkdir(kept[i], 0755), 0);
	write_file(".opened-tmp-aaaaaaaaaaaaaaaa", "a file");
	ck_assert_int_eq(symlink("out", ".opened-tmp-bbbbbbbbbbbbbbbb"), 0);
	alive = opn_temporary_create(parent, true, name);
	ck_assert_int_ge(alive, 0);

	ck_assert_int_eq(put("out", 0, "a", "text", NULL), 0);
	ck_assert_int_ne(access(".opened-tmp-0123456789abcdef", F_OK), 0);
	ck_assert_int_ne(access("out/.opened-tmp-00112233445566aa", F_OK), 0);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		ck_assert_int_eq(access(kept[i], F_OK), 0);
	expect_file("mine", "mine");
	expect_file("out/a", "text");
	expect_file(".opened-tmp-aaaaaaaaaaaaaaaa", "a file");
	ck_assert_int_eq(access(".opened-tmp-bbbbbbbbbbbbbbbb", F_OK), 0);
	ck_assert_int_eq(access(name, F_OK), 0);

	close(alive);
	opn_temporary_sweep(parent);
	ck_assert_int_ne(access(name, F_OK), 0);
	close(parent);
}
END_TEST

START_TEST(a_single_file_needs_our_mark)
{
	ck_assert_int_eq(opn_output_file("f", MARK, false, "/* " MARK " */", 22, diags), 0);
	ck_assert_int_eq(opn_output_file("f", MARK, false, "plain", 5, diags), 0);
	ck_assert_int_ne(opn_output_file("f", MARK, false, "again", 5, diags), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FOREIGN));
	expect_file("f", "plain");
	ck_assert_int_ne(opn_output_file("f", NULL, false, "again", 5, diags), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FOREIGN));
	ck_assert_int_eq(opn_output_file("f", MARK, true, "again", 5, diags), 0);
	expect_file("f", "again");
	write_file("empty", "");
	ck_assert_int_eq(opn_output_file("empty", MARK, false, "x", 1, diags), 0);
	ck_assert_uint_eq(count_entries("."), 2);
}
END_TEST

START_TEST(the_mark_counts_in_the_first_4_kib_only)
{
	char *text = malloc(5000);

	memset(text, ' ', 5000);
	memcpy(text + 4096, MARK, strlen(MARK));
	text[4999] = '\0';
	write_file("late", text);
	memcpy(text + 4096 - strlen(MARK), MARK, strlen(MARK));
	write_file("early", text);
	free(text);
	ck_assert_int_ne(opn_output_file("late", MARK, false, "x", 1, diags), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FOREIGN));
	ck_assert_int_eq(opn_output_file("early", MARK, false, "x", 1, diags), 0);
}
END_TEST

START_TEST(a_single_file_goes_where_a_link_leads)
{
	struct stat st;

	ck_assert_int_eq(mkdir("d", 0700), 0);
	write_file("d/f", MARK);
	ck_assert_int_eq(symlink("d/f", "link"), 0);
	ck_assert_int_eq(opn_output_file("link", MARK, false, "x", 1, diags), 0);
	expect_file("d/f", "x");
	ck_assert_int_eq(lstat("link", &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_uint_eq(count_entries("d"), 1);
}
END_TEST

START_TEST(targets_that_cannot_be_written)
{
	static const char *const targets[] = { "", "no/f", "d", "/dev/full" };

	ck_assert_int_eq(mkdir("d", 0700), 0);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		ck_assert_int_ne(opn_output_file(targets[i], MARK, true, "x", 1, diags), 0);
		ck_assert_msg(reported(OPN_DIAG_OUTPUT_FAILED), "%s", targets[i]);
	}
	write_file("f", "x");
	ck_assert_int_ne(put("f", true, "a", "1", NULL), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FAILED));
	ck_assert_int_eq(opn_output_file("/dev/null", MARK, false, "x", 1, diags), 0);
	/* a folder is where a file is to be */
	ck_assert_int_eq(put("out", false, "a", "1", NULL), 0);
	ck_assert_int_eq(mkdir("out/b", 0700), 0);
	ck_assert_int_ne(put("out", true, "a", "2", "b", "1", NULL), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FAILED));
	expect_file("out/a", "1");
}
END_TEST

/* A file system of 32 KiB in a mount namespace of its own; only root may have one. */
static bool mount_small_disk(void)
{
	if (geteuid() || unshare(CLONE_NEWNS))
		return false;
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mkdir("disk", 0700), 0);
	ck_assert_int_eq(mount("tmpfs", "disk", "tmpfs", 0, "size=32k"), 0);
	return true;
}

START_TEST(a_full_disk_leaves_the_old_content)
{
	enum { LARGE = 128 * 1024 };
	struct opn_output *output;
	char *large;

	if (!mount_small_disk())
		return;
	large = malloc(LARGE + 1);
	memset(large, 'x', LARGE);
	large[LARGE] = '\0';
	ck_assert_int_eq(put("disk/out", false, "a", "1", NULL), 0);
	ck_assert_int_ne(put("disk/out", false, "a", "2", "b", large, NULL), 0);
	ck_assert_int_eq(opn_diags_status(diags), 1);
	expect_printed("error: cannot write 'disk/out/b': No space left on device "
		       "[-Wopened-output-failed]\n1 error generated.\n");
	expect_file("disk/out/a", "1");
	ck_assert_uint_eq(count_entries("disk/out"), 2);
	/* a new folder, and a single file */
	ck_assert_int_ne(put("disk/new", false, "a", "2", "b", large, NULL), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FAILED));
	write_file("disk/f", MARK);
	ck_assert_int_eq(opn_output_begin("disk/f", false, MARK, false, diags, &output), 0);
	ck_assert_int_ne(opn_output_add(output, NULL, large, LARGE), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FAILED));
	opn_output_abort(output);
	expect_file("disk/f", MARK);
	ck_assert_uint_eq(count_entries("disk"), 2);
	free(large);
	ck_assert_int_eq(umount("disk"), 0);
}
END_TEST

START_TEST(a_read_only_disk_is_reported)
{
	if (!mount_small_disk())
		return;
	ck_assert_int_eq(put("disk/out", false, "a", "1", NULL), 0);
	ck_assert_int_eq(mount(NULL, "disk", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	ck_assert_int_ne(put("disk/out", false, "a", "2", NULL), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FAILED));
	ck_assert_int_eq(put("disk/out", false, "a", "1", NULL), 0); /* nothing to write */
	ck_assert_int_ne(put("disk/new", false, "a", "1", NULL), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FAILED));
	expect_file("disk/out/a", "1");
	ck_assert_int_eq(umount("disk"), 0);
}
END_TEST

START_TEST(a_folder_without_permission_is_reported)
{
	if (!geteuid() && seteuid(65534))
		return;
	ck_assert_int_ne(opn_output_file("/etc/opened-test", MARK, false, "x", 1, diags), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FAILED));
	ck_assert_int_ne(put("/etc/opened-test", false, "a", "1", NULL), 0);
	ck_assert(reported(OPN_DIAG_OUTPUT_FAILED));
	ck_assert_int_eq(seteuid(getuid()), 0);
}
END_TEST

Suite *output_suite(void)
{
	Suite *suite = suite_create("output");
	TCase *tcase = folder_case("output");

	tcase_add_test(tcase, a_new_folder_appears_whole);
	tcase_add_test(tcase, abort_leaves_nothing);
	tcase_add_test(tcase, the_list_names_our_files);
	tcase_add_test(tcase, equal_files_keep_their_times);
	tcase_add_test(tcase, stale_files_go);
	tcase_add_test(tcase, a_foreign_folder_is_refused);
	tcase_add_test(tcase, a_foreign_file_is_refused);
	tcase_add_test(tcase, empty_folders_are_nobodys);
	tcase_add_test(tcase, an_edited_file_is_refused);
	tcase_add_test(tcase, a_hostile_list_is_not_believed);
	tcase_add_test(tcase, a_listed_link_out_is_not_followed);
	tcase_add_test(tcase, paths_that_lead_out_are_refused);
	tcase_add_test(tcase, links_that_lead_out_are_refused);
	tcase_add_test(tcase, a_late_link_is_not_followed);
	tcase_add_test(tcase, a_failed_commit_is_undone);
	tcase_add_test(tcase, two_runs_for_one_new_folder_do_not_mix);
	tcase_add_test(tcase, folders_of_killed_runs_go);
	tcase_add_test(tcase, a_single_file_needs_our_mark);
	tcase_add_test(tcase, the_mark_counts_in_the_first_4_kib_only);
	tcase_add_test(tcase, a_single_file_goes_where_a_link_leads);
	tcase_add_test(tcase, targets_that_cannot_be_written);
	tcase_add_test(tcase, a_full_disk_leaves_the_old_content);
	tcase_add_test(tcase, a_read_only_disk_is_reported);
	tcase_add_test(tcase, a_folder_without_permission_is_reported);
	suite_add_tcase(suite, tcase);
	return suite;
}
