// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_buildfile.c - names and flags reach the compiler as they are, through make and a shell
 *
 * The compiler is a script that writes its arguments down, so that make itself is the judge.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "buildfile.h"
#include "unit.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Writes every argument on a line of "args", and makes the file behind -o. */
static void write_compiler(const char *name)
{
	write_file(name, "#!/bin/sh\n"
			 "printf '%s\\n' \"$@\" >>args\n"
			 "for last; do :; done\n"
			 ": >\"$last\"\n");
	ck_assert_int_eq(chmod(name, 0755), 0);
}

static void write_makefile(const struct opn_build_info *info)
{
	char *text;

	ck_assert_int_eq(opn_buildfile_make(info, diags, &text), 0);
	write_file("Makefile", text);
	free(text);
}

static void make(const char *target)
{
	int status = run(LIST("make", "-s", target));
	char *log = read_file("log");

	ck_assert_msg(!status, "make: %s", log);
	free(log);
}

static const char *const hostile[] = {
	"plain",
	"-Dname=\"quoted text\"",
	"-Dname='single'",
	"-Dname=$(shell touch pwned)",
	"-Dname=$HOME `touch pwned` $$ ${x}",
	"-Dname=a#b",
	"-Dname=\\#\\\\",
	"-Dname=a;touch pwned",
	"-Dname=*?[a-z]~{1,2}",
	"-Dname=a\tb",
	"-Dname=\xc3\xa9\xff",
	"",
	"-Dname=%<>&|()!",
	"-Dname=trailing\\",
	"=",
	"@x",
};

START_TEST(flags_reach_the_compiler)
{
	const char *const flags[] = { "-O2", hostile[_i], NULL };
	const char *const *const lists[] = { flags };
	const struct opn_build_unit unit = { "u.bpf.c", lists, 1 };
	const struct opn_build_info info = { .units = &unit, .unit_count = 1, .compiler = "./cc" };
	char wanted[300], *args;

	write_compiler("cc");
	write_file("u.bpf.c", "");
	write_makefile(&info);
	make("all");
	args = read_file("args");
	snprintf(wanted, sizeof(wanted), "-O2\n%s\n-c\nu.bpf.c\n-o\nu.bpf.o\n", hostile[_i]);
	ck_assert_str_eq(args, wanted);
	free(args);
	ck_assert(exists("u.bpf.o"));
	ck_assert(!exists("pwned"));
}
END_TEST

static const struct {
	const char *source, *object;
} names[] = {
	{ "u.c", "u.o" },
	{ "u.bpf.c", "u.bpf.o" },
	{ "a b.c", "a b.o" },
	{ "a'b.c", "a'b.o" },
	{ "a\"b.c", "a\"b.o" },
	{ "a#b.c", "a#b.o" },
	{ "a$b.c", "a$b.o" },
	{ "$(touch pwned).c", "$(touch pwned).o" },
	{ "a:b.c", "a:b.o" },
	{ "a&b.c", "a&b.o" },
	{ "a`touch pwned`.c", "a`touch pwned`.o" },
	{ "a,(b){c}!@^+.c", "a,(b){c}!@^+.o" },
	{ "\xc3\xa9.c", "\xc3\xa9.o" },
	{ "d/u.c", "d/u.o" },
};

START_TEST(names_pass_through_make)
{
	const char *const *const lists[] = { LIST("-O2") };
	const struct opn_build_unit unit = { names[_i].source, lists, 1 };
	const struct opn_build_info info = { .units = &unit, .unit_count = 1, .compiler = "./cc" };
	char wanted[300], *args;

	ck_assert_int_eq(mkdir("d", 0700), 0);
	write_compiler("cc");
	write_file(names[_i].source, "");
	write_makefile(&info);
	make("all");
	args = read_file("args");
	snprintf(wanted, sizeof(wanted), "-O2\n-c\n%s\n-o\n%s\n", names[_i].source,
		 names[_i].object);
	ck_assert_str_eq(args, wanted);
	free(args);
	ck_assert(exists(names[_i].object));
	/* it is up to date, and make knows that */
	make("all");
	args = read_file("args");
	ck_assert_str_eq(args, wanted);
	free(args);
	make("clean");
	ck_assert(!exists(names[_i].object));
	ck_assert(exists(names[_i].source));
	ck_assert(!exists("pwned"));
}
END_TEST

START_TEST(a_name_is_no_option)
{
	const char *const *const lists[] = { LIST("-O2") };
	const struct opn_build_unit unit = { "-x.c", lists, 1 };
	const struct opn_build_info info = { .units = &unit, .unit_count = 1, .compiler = "./cc" };
	char *args;

	write_compiler("cc");
	write_file("./-x.c", "");
	write_makefile(&info);
	make("all");
	args = read_file("args");
	ck_assert_str_eq(args, "-O2\n-c\n./-x.c\n-o\n./-x.o\n");
	free(args);
	make("clean");
	ck_assert(!exists("./-x.o"));
}
END_TEST

static const char *const bad_names[] = { "a\nb.c", "a\tb.c", "a%b.c", "a\\b.c", "a*.c",	 "~a.c",
					 "a=b.c",  "a;b.c",  "a|b.c", "",	"../a.c" };

START_TEST(names_that_make_cannot_say_are_refused)
{
	const char *const *const lists[] = { LIST("-O2") };
	const struct opn_build_unit unit = { bad_names[_i], lists, 1 };
	const struct opn_build_info info = { .units = &unit, .unit_count = 1 };
	char *text;

	ck_assert_int_ne(opn_buildfile_make(&info, diags, &text), 0);
	ck_assert_ptr_null(text);
	ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_OUTPUT_FAILED), 1);
}
END_TEST

START_TEST(flags_with_line_breaks_are_refused)
{
	const char *const *const lists[] = { LIST("-Dx=a\nall:\n\ttouch pwned") };
	const struct opn_build_unit unit = { "u.c", lists, 1 };
	const struct opn_build_info info = { .units = &unit, .unit_count = 1 };
	char *text;

	ck_assert_int_ne(opn_buildfile_make(&info, diags, &text), 0);
	ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_OUTPUT_FAILED), 1);
}
END_TEST

static const char *const roots[] = {
	".",	  "../p",   "../a b/p", "../it's \"it\"",      "../$HOME",
	"../a#b", "../\\#", "../a\\b",	"../$(touch pwned)`x`"
};

START_TEST(the_root_replaces_its_mark)
{
	const char *const *const lists[] = { LIST("-I@ROOT@/in c", "-include", "@ROOT@/x.h",
						  "-DA=@ROOT@:@ROOT@") };
	const struct opn_build_unit unit = { "u.c", lists, 1 };
	const struct opn_build_info info = {
		.units = &unit, .unit_count = 1, .compiler = "./cc", .root = roots[_i]
	};
	char wanted[300], *args;

	write_compiler("cc");
	write_file("u.c", "");
	write_makefile(&info);
	make("all");
	args = read_file("args");
	snprintf(wanted, sizeof(wanted),
		 "-I%s/in c\n-include\n%s/x.h\n-DA=%s:%s\n-c\nu.c\n-o\nu.o\n", roots[_i], roots[_i],
		 roots[_i], roots[_i]);
	ck_assert_str_eq(args, wanted);
	free(args);
	ck_assert(!exists("pwned"));
}
END_TEST

START_TEST(variants_have_objects_of_their_own)
{
	const char *const *const two[] = { LIST("-DA"), LIST("-DB") };
	const char *const *const one[] = { LIST("-DC") };
	const struct opn_build_unit units[] = { { "u.bpf.c", two, 2 }, { "v.c", one, 1 } };
	const struct opn_build_info info = { .units = units, .unit_count = 2, .compiler = "./cc" };

	write_compiler("cc");
	write_file("u.bpf.c", "");
	write_file("v.c", "");
	write_makefile(&info);
	make("all");
	ck_assert(exists("u.bpf.o"));
	ck_assert(exists("u.2.bpf.o"));
	ck_assert(exists("v.o"));
	make("clean");
	ck_assert(!exists("u.2.bpf.o"));
}
END_TEST

START_TEST(the_compiler_can_be_chosen)
{
	const char *const *const lists[] = { LIST("-O2") };
	const struct opn_build_unit unit = { "u.c", lists, 1 };
	const struct opn_build_info info = { .units = &unit, .unit_count = 1 };

	write_compiler("other cc");
	write_file("u.c", "");
	write_makefile(&info);
	ck_assert_int_eq(run(LIST("make", "-s", "CLANG='./other cc'", "EXTRA_CFLAGS=-Wall")), 0);
	ck_assert(exists("u.o"));
}
END_TEST

START_TEST(the_database_has_an_entry_per_variant)
{
	const char *const *const lists[] = { LIST("-I@ROOT@/include", "-DX=\"y z\""), LIST("-DB") };
	const struct opn_build_unit unit = { "u.bpf.c", lists, 2 };
	const struct opn_build_info info = { .units = &unit, .unit_count = 1, .root = "../p" };
	json_t *root, *arguments;
	char *text;

	ck_assert_int_eq(opn_buildfile_commands(&info, diags, &text), 0);
	root = json_loads(text, 0, NULL);
	free(text);
	ck_assert_uint_eq(json_array_size(root), 2);
	arguments = json_object_get(json_array_get(root, 0), "arguments");
	ck_assert_str_eq(json_string_value(json_array_get(arguments, 0)), "clang");
	ck_assert_str_eq(json_string_value(json_array_get(arguments, 1)), "-I../p/include");
	ck_assert_str_eq(json_string_value(json_array_get(arguments, 2)), "-DX=\"y z\"");
	ck_assert_str_eq(json_string_value(json_array_get(arguments, 6)), "u.bpf.o");
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(root, 1), "file")),
			 "u.bpf.c");
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(root, 1), "directory")),
			 ".");
	json_decref(root);
}
END_TEST

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

Suite *buildfile_suite(void)
{
	Suite *suite = suite_create("buildfile");
	TCase *tcase = folder_case("buildfile");

	tcase_add_loop_test(tcase, flags_reach_the_compiler, 0, COUNT(hostile));
	tcase_add_loop_test(tcase, names_pass_through_make, 0, COUNT(names));
	tcase_add_test(tcase, a_name_is_no_option);
	tcase_add_loop_test(tcase, names_that_make_cannot_say_are_refused, 0, COUNT(bad_names));
	tcase_add_test(tcase, flags_with_line_breaks_are_refused);
	tcase_add_loop_test(tcase, the_root_replaces_its_mark, 0, COUNT(roots));
	tcase_add_test(tcase, variants_have_objects_of_their_own);
	tcase_add_test(tcase, the_compiler_can_be_chosen);
	tcase_add_test(tcase, the_database_has_an_entry_per_variant);
	suite_add_tcase(suite, tcase);
	return suite;
}
