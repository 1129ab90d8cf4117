// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_diag.c - the printer, the counts, and the files for other programs
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

static struct opn_loc at(const char *file, unsigned int line, unsigned int column,
			 unsigned int length)
{
	return (struct opn_loc){ file, line, column, length };
}

START_TEST(print_looks_like_clang)
{
	write_file("a.c", "int a;\nint main(void) { return frob(1); }\n");
	ck_assert_int_eq(
		opn_diag(diags, OPN_DIAG_FUNCTION_MISSING, at("a.c", 2, 25, 4), "frob", "a.c"),
		-EINVAL);
	opn_diag_note(diags, at("a.c", 1, 5, 1), "%s is near", "a");
	opn_diag_note(diags, OPN_NOWHERE, "and nowhere");
	expect_printed("a.c:2:25: error: no function 'frob' in 'a.c' [-Wopened-function-missing]\n"
		       "    2 | int main(void) { return frob(1); }\n"
		       "      |                         ^~~~\n"
		       "a.c:1:5: note: a is near\n"
		       "    1 | int a;\n"
		       "      |     ^\n"
		       "note: and nowhere\n"
		       "1 error generated.\n");
}
END_TEST

START_TEST(print_aligns_tabs_and_utf8)
{
	/* columns count bytes: a tab and two bytes of e acute, three of a wide character */
	write_file("t.c", "\tx\ty;\n\xc3\xa9 = b;\n\xe4\xb8\xad = c;\n\xff = d;\n");
	opn_diag(diags, OPN_DIAG_PROGRAMS_NONE, at("t.c", 1, 4, 1), "t.c");
	expect_printed("t.c:1:4: error: no eBPF program in 't.c' [-Wopened-programs-none]\n"
		       "    1 |         x       y;\n"
		       "      |                 ^\n"
		       "1 error generated.\n");
	opn_diag(diags, OPN_DIAG_PROGRAMS_NONE, at("t.c", 2, 6, 1), "t.c");
	opn_diag(diags, OPN_DIAG_PROGRAMS_NONE, at("t.c", 3, 7, 1), "t.c");
	opn_diag(diags, OPN_DIAG_PROGRAMS_NONE, at("t.c", 4, 5, 1), "t.c");
	expect_printed("t.c:2:6: error: no eBPF program in 't.c' [-Wopened-programs-none]\n"
		       "    2 | \xc3\xa9 = b;\n"
		       "      |     ^\n"
		       "t.c:3:7: error: no eBPF program in 't.c' [-Wopened-programs-none]\n"
		       "    3 | \xe4\xb8\xad = c;\n"
		       "      |      ^\n"
		       "t.c:4:5: error: no eBPF program in 't.c' [-Wopened-programs-none]\n"
		       "    4 | <FF> = d;\n"
		       "      |        ^\n"
		       "3 errors generated.\n");
}
END_TEST

START_TEST(print_covers_a_tab_with_tildes)
{
	write_file("t.c", "a\tb;\n");
	opn_diag(diags, OPN_DIAG_PROGRAMS_NONE, at("t.c", 1, 1, 3), "t.c");
	expect_printed("t.c:1:1: error: no eBPF program in 't.c' [-Wopened-programs-none]\n"
		       "    1 | a       b;\n"
		       "      | ^~~~~~~~~\n"
		       "1 error generated.\n");
}
END_TEST

START_TEST(print_shows_control_characters)
{
	write_file("e.c", "x \033[31m \xe2\x80\xae y\r\n");
	opn_diag(diags, OPN_DIAG_FUNCTION_MISSING, at("e.c", 1, 13, 1), "\033]0;t\a", "a\nb");
	expect_printed("e.c:1:13: error: no function '<U+001B>]0;t<U+0007>' in 'a<U+000A>b' "
		       "[-Wopened-function-missing]\n"
		       "    1 | x <U+001B>[31m <U+202E> y\n"
		       "      |                         ^\n"
		       "1 error generated.\n");
}
END_TEST

START_TEST(print_survives_places_that_are_not_there)
{
	write_file("s.c", "one\n");
	opn_diag(diags, OPN_DIAG_PROGRAMS_NONE, at("missing.c", 1, 1, 1), "x");
	opn_diag(diags, OPN_DIAG_PROGRAMS_NONE, at("s.c", 99, 1, 1), "x");
	opn_diag(diags, OPN_DIAG_PROGRAMS_NONE, at("s.c", 1, 99, 7), "x");
	opn_diag(diags, OPN_DIAG_PROGRAMS_NONE, at("/dev/zero", 1, 1, 1), "x");
	opn_diag(diags, OPN_DIAG_PROGRAMS_NONE, at("s.c", 0, 0, 0), "x");
	expect_printed("missing.c:1:1: error: no eBPF program in 'x' [-Wopened-programs-none]\n"
		       "s.c:99:1: error: no eBPF program in 'x' [-Wopened-programs-none]\n"
		       "s.c:1:99: error: no eBPF program in 'x' [-Wopened-programs-none]\n"
		       "    1 | one\n"
		       "      |    ^\n"
		       "/dev/zero:1:1: error: no eBPF program in 'x' [-Wopened-programs-none]\n"
		       "s.c: error: no eBPF program in 'x' [-Wopened-programs-none]\n"
		       "5 errors generated.\n");
}
END_TEST

START_TEST(print_cuts_a_long_line_around_its_caret)
{
	char line[3001];
	char *text, *caret, *shown;

	memset(line, 'x', 3000);
	line[1500] = 'Y';
	line[3000] = '\0';
	write_file("l.c", line);
	opn_diag(diags, OPN_DIAG_PROGRAMS_NONE, at("l.c", 1, 1501, 1), "x");
	text = printed(false, false);
	ck_assert_uint_lt(strlen(text), 600);
	shown = strchr(text, '\n') + 1;
	caret = strchr(shown, '\n') + 1;
	ck_assert_int_eq(shown[strchr(caret, '^') - caret], 'Y');
	ck_assert_ptr_nonnull(strstr(shown, "| ...x"));
	ck_assert_ptr_nonnull(strstr(shown, "x...\n"));
	free(text);
}
END_TEST

START_TEST(print_has_clangs_colours)
{
	char *text;

	write_file("a.c", "int a;\n");
	opn_diag(diags, OPN_DIAG_LICENSE_MISSING, at("a.c", 1, 5, 1), "a");
	opn_diag_note(diags, OPN_NOWHERE, "n");
	text = printed(true, false);
	ck_assert_str_eq(text,
			 "\033[1ma.c:1:5: \033[0m\033[0;1;35mwarning: \033[0m\033[1m'a' names no "
			 "licence: no SPDX line in a contributing file and no variable in section "
			 "'license' [-Wopened-license-missing]\033[0m\n"
			 "    1 | int a;\n"
			 "      |     \033[0;1;32m^\033[0m\n"
			 "\033[0;1;36mnote: \033[0mn\n"
			 "1 warning generated.\n");
	free(text);
}
END_TEST

START_TEST(print_leaves_warnings_out_when_quiet)
{
	char *text;

	ck_assert_int_eq(opn_diag(diags, OPN_DIAG_LICENSE_MISSING, OPN_NOWHERE, "a"), 0);
	opn_diag_note(diags, OPN_NOWHERE, "of the warning");
	opn_diag(diags, OPN_DIAG_USAGE, OPN_NOWHERE, "u");
	text = printed(false, true);
	ck_assert_str_eq(text, "error: u [-Wopened-usage]\n1 error generated.\n");
	free(text);
	text = printed(false, false);
	ck_assert_ptr_nonnull(strstr(text, "note: of the warning\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n1 warning and 1 error generated.\n"));
	free(text);
}
END_TEST

START_TEST(foreign_diagnostics_pass_through)
{
	opn_diag_foreign(diags, OPN_SEV_ERROR, at("a.c", 1, 1, 1), "bad", NULL,
			 "a.c:1:1: error: bad\n    1 | \tint\033;\n      | ^\n");
	opn_diag_foreign(diags, OPN_SEV_NOTE, at("a.c", 2, 1, 1), "why", NULL,
			 "a.c:2:1: note: why\n");
	opn_diag_foreign(diags, OPN_SEV_WARNING, OPN_NOWHERE, "unused", "-Wunused", NULL);
	ck_assert_uint_eq(opn_diags_count(diags, OPN_SEV_NOTE), 1);
	ck_assert_int_eq(opn_diags_status(diags), 1);
	expect_printed("a.c:1:1: error: bad\n    1 | \tint<U+001B>;\n      | ^\n"
		       "a.c:2:1: note: why\n"
		       "warning: unused [-Wunused]\n"
		       "1 warning and 1 error generated.\n");
}
END_TEST

START_TEST(status_is_the_largest_of_the_errors)
{
	ck_assert_int_eq(opn_diags_status(diags), 0);
	opn_diag(diags, OPN_DIAG_LICENSE_MISSING, OPN_NOWHERE, "a");
	ck_assert_int_eq(opn_diags_status(diags), 0);
	opn_diag(diags, OPN_DIAG_FUNCTION_MISSING, OPN_NOWHERE, "a", "b");
	ck_assert_int_eq(opn_diags_status(diags), 1);
	opn_diag(diags, OPN_DIAG_FUNCTION_AMBIGUOUS, OPN_NOWHERE, "a", (size_t)2);
	ck_assert_int_eq(opn_diags_status(diags), 3);
	opn_diag(diags, OPN_DIAG_USAGE, OPN_NOWHERE, "a");
	ck_assert_int_eq(opn_diags_status(diags), 3);
	opn_diag(diags, OPN_DIAG_INTERNAL, OPN_NOWHERE, "a");
	ck_assert_int_eq(opn_diags_status(diags), 70);
	ck_assert_uint_eq(opn_diags_count(diags, OPN_SEV_ERROR), 4);
	ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_USAGE), 1);
}
END_TEST

START_TEST(lists_are_joined_in_order)
{
	struct opn_diags *other = opn_diags_new();

	opn_diag(diags, OPN_DIAG_USAGE, OPN_NOWHERE, "1");
	opn_diag(other, OPN_DIAG_USAGE, OPN_NOWHERE, "2");
	opn_diag_note(other, OPN_NOWHERE, "n");
	opn_diags_move(diags, other);
	ck_assert_int_eq(opn_diags_status(other), 0);
	opn_diag(other, OPN_DIAG_USAGE, OPN_NOWHERE, "3");
	opn_diags_move(diags, other);
	opn_diags_free(other);
	expect_printed("error: 1 [-Wopened-usage]\nerror: 2 [-Wopened-usage]\nnote: n\n"
		       "error: 3 [-Wopened-usage]\n3 errors generated.\n");
}
END_TEST

START_TEST(root_is_where_files_are)
{
	ck_assert_int_eq(mkdir("p", 0700), 0);
	write_file("p/a.c", "int a;\n");
	opn_diags_set_root(diags, "p");
	opn_diag(diags, OPN_DIAG_USAGE, at("a.c", 1, 5, 1), "u");
	expect_printed("a.c:1:5: error: u [-Wopened-usage]\n    1 | int a;\n      |     ^\n"
		       "1 error generated.\n");
}
END_TEST

/* Every row has a flag of its own that begins alike, and a status that main() may return. */
START_TEST(table_is_sane)
{
	for (int i = 0; i < OPN_DIAG_COUNT; i++) {
		const char *flag = opn_diag_flag((enum opn_diag_id)i);

		ck_assert_msg(!strncmp(flag, "opened-", 7) && flag[7], "%s", flag);
		ck_assert_uint_eq(strspn(flag, "abcdefghijklmnopqrstuvwxyz0123456789-"),
				  strlen(flag));
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(flag, opn_diag_flag((enum opn_diag_id)j));
	}
}
END_TEST

Suite *diag_suite(void)
{
	Suite *suite = suite_create("diag");
	TCase *tcase = folder_case("diag");

	tcase_add_test(tcase, print_looks_like_clang);
	tcase_add_test(tcase, print_aligns_tabs_and_utf8);
	tcase_add_test(tcase, print_covers_a_tab_with_tildes);
	tcase_add_test(tcase, print_shows_control_characters);
	tcase_add_test(tcase, print_survives_places_that_are_not_there);
	tcase_add_test(tcase, print_cuts_a_long_line_around_its_caret);
	tcase_add_test(tcase, print_has_clangs_colours);
	tcase_add_test(tcase, print_leaves_warnings_out_when_quiet);
	tcase_add_test(tcase, foreign_diagnostics_pass_through);
	tcase_add_test(tcase, status_is_the_largest_of_the_errors);
	tcase_add_test(tcase, lists_are_joined_in_order);
	tcase_add_test(tcase, root_is_where_files_are);
	tcase_add_test(tcase, table_is_sane);
	suite_add_tcase(suite, tcase);
	return suite;
}

/* ---- files for other programs ---- */

static json_t *written(enum opn_diag_format format)
{
	json_t *root;

	ck_assert_int_eq(opn_diags_write(diags, "out", format, "opened-test"), 0);
	root = json_load_file("out", JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(root);
	return root;
}

/* Two diagnostics, one with a place in a line of UTF-8 and a note, one of another tool. */
static void report_two(void)
{
	write_file("a b.c", "\xc3\xa9\xc3\xa9 frob\n");
	opn_diag(diags, OPN_DIAG_FUNCTION_MISSING, at("a b.c", 1, 6, 4), "fr\xff", "a b.c");
	opn_diag_note(diags, OPN_NOWHERE, "why");
	opn_diag_foreign(diags, OPN_SEV_WARNING, at("/usr/x.h", 3, 0, 0), "unused", "-Wunused",
			 NULL);
}

static const char *text_at(json_t *value, const char *key)
{
	return json_string_value(json_object_get(value, key));
}

START_TEST(json_says_it_all)
{
	json_t *root, *first, *second, *note;

	report_two();
	root = written(OPN_DIAG_JSON);
	ck_assert_int_eq(json_integer_value(json_object_get(root, "version")), 1);
	ck_assert_str_eq(text_at(root, "tool"), "opened-test");
	ck_assert_uint_eq(json_array_size(json_object_get(root, "diagnostics")), 2);
	first = json_array_get(json_object_get(root, "diagnostics"), 0);
	second = json_array_get(json_object_get(root, "diagnostics"), 1);
	ck_assert_str_eq(text_at(first, "severity"), "error");
	ck_assert_str_eq(text_at(first, "flag"), "opened-function-missing");
	ck_assert_str_eq(text_at(first, "message"), "no function 'fr\xef\xbf\xbd' in 'a b.c'");
	ck_assert_str_eq(text_at(first, "file"), "a b.c");
	ck_assert_int_eq(json_integer_value(json_object_get(first, "column")), 6);
	note = json_array_get(json_object_get(first, "notes"), 0);
	ck_assert_str_eq(text_at(note, "message"), "why");
	ck_assert_str_eq(text_at(second, "flag"), "unused");
	ck_assert_ptr_null(json_object_get(second, "column"));
	json_decref(root);
}
END_TEST

START_TEST(sarif_is_as_the_standard_wants)
{
	json_t *root, *run_, *result, *place, *region, *rules, *rule;
	size_t index;

	report_two();
	root = written(OPN_DIAG_SARIF);
	ck_assert_str_eq(text_at(root, "version"), "2.1.0");
	run_ = json_array_get(json_object_get(root, "runs"), 0);
	rules = json_object_get(json_object_get(json_object_get(run_, "tool"), "driver"), "rules");
	ck_assert_uint_eq(json_array_size(rules), OPN_DIAG_COUNT);
	json_array_foreach(rules, index, rule)
	{
		ck_assert_ptr_nonnull(text_at(rule, "id"));
		ck_assert_ptr_null(
			strchr(text_at(json_object_get(rule, "shortDescription"), "text"), '%'));
	}
	result = json_array_get(json_object_get(run_, "results"), 0);
	ck_assert_str_eq(text_at(result, "level"), "error");
	rule = json_array_get(rules,
			      (size_t)json_integer_value(json_object_get(result, "ruleIndex")));
	ck_assert_str_eq(text_at(result, "ruleId"), text_at(rule, "id"));
	place = json_object_get(json_array_get(json_object_get(result, "locations"), 0),
				"physicalLocation");
	ck_assert_str_eq(text_at(json_object_get(place, "artifactLocation"), "uri"), "a%20b.c");
	region = json_object_get(place, "region");
	/* characters, not bytes: the sixth byte is the fourth character */
	ck_assert_int_eq(json_integer_value(json_object_get(region, "startColumn")), 4);
	ck_assert_int_eq(json_integer_value(json_object_get(region, "endColumn")), 8);
	ck_assert_uint_eq(json_array_size(json_object_get(result, "relatedLocations")), 1);
	result = json_array_get(json_object_get(run_, "results"), 1);
	ck_assert_str_eq(text_at(result, "ruleId"), "clang-diagnostic-unused");
	json_decref(root);
}
END_TEST

START_TEST(paths_below_the_root_are_relative)
{
	char *here = getcwd(NULL, 0), path[200];
	json_t *root;

	snprintf(path, sizeof(path), "%s/sub/a.c", here);
	opn_diag(diags, OPN_DIAG_USAGE, at(path, 1, 1, 1), "u");
	root = written(OPN_DIAG_JSON);
	ck_assert_str_eq(text_at(json_array_get(json_object_get(root, "diagnostics"), 0), "file"),
			 "sub/a.c");
	json_decref(root);
	free(here);
}
END_TEST

START_TEST(a_failure_leaves_the_old_file)
{
	opn_diag(diags, OPN_DIAG_USAGE, OPN_NOWHERE, "u");
	ck_assert_int_eq(opn_diags_write(diags, "no/out", OPN_DIAG_JSON, "t"), -ENOENT);
	ck_assert_int_eq(opn_diags_write(diags, "/dev/full", OPN_DIAG_SARIF, "t"), -ENOSPC);
	ck_assert_uint_eq(count_entries("."), 0);
}
END_TEST

Suite *diag_write_suite(void)
{
	Suite *suite = suite_create("diag-write");
	TCase *tcase = folder_case("diag-write");

	tcase_add_test(tcase, json_says_it_all);
	tcase_add_test(tcase, sarif_is_as_the_standard_wants);
	tcase_add_test(tcase, paths_below_the_root_are_relative);
	tcase_add_test(tcase, a_failure_leaves_the_old_file);
	suite_add_tcase(suite, tcase);
	return suite;
}
