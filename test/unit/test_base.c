// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_base.c - memory, text, paths, files
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "unit.h"

static void count_call(void *data)
{
	++*(int *)data;
}

START_TEST(arena_gives_zeroed_aligned_memory)
{
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	unsigned char *last = NULL;

	for (size_t size = 1; size < 200000; size = size * 3 + 1) {
		unsigned char *memory = opn_arena_alloc(arena, size);

		ck_assert_ptr_nonnull(memory);
		ck_assert_uint_eq((uintptr_t)memory % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			ck_assert_uint_eq(memory[i], 0);
		memset(memory, 0xff, size);
		ck_assert_ptr_ne(memory, last);
		last = memory;
	}
	ck_assert_str_eq(opn_arena_printf(arena, "%s-%d", "a", 7), "a-7");
	ck_assert_str_eq(opn_arena_strndup(arena, "abcdef", 3), "abc");
	ck_assert_ptr_null(opn_arena_strdup(arena, NULL));
	opn_arena_free(arena);
}
END_TEST

START_TEST(arena_tells_its_owner_without_memory)
{
	int calls = 0;
	struct opn_arena *arena = opn_arena_new(count_call, &calls);

	ck_assert_ptr_null(opn_arena_alloc(arena, SIZE_MAX));
	ck_assert_ptr_null(opn_arena_array(arena, SIZE_MAX / 2, 3));
	ck_assert_int_eq(calls, 2);
	ck_assert_ptr_nonnull(opn_arena_alloc(arena, 1));
	opn_arena_free(arena);
}
END_TEST

START_TEST(buffer_grows_and_is_taken)
{
	struct opn_buf buf = { 0 };
	char *text;

	for (int i = 0; i < 1000; i++)
		opn_buf_printf(&buf, "%03d", i);
	opn_buf_putc(&buf, '.');
	ck_assert_uint_eq(buf.length, 3001);
	text = opn_buf_take(&buf);
	ck_assert_str_eq(text + 2994, "998999.");
	free(text);
	text = opn_buf_take(&buf);
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

START_TEST(buffer_remembers_failure)
{
	struct opn_buf buf = { 0 };

	opn_buf_puts(&buf, "a");
	opn_buf_add(&buf, "", SIZE_MAX - 1);
	opn_buf_puts(&buf, "b");
	ck_assert(buf.failed);
	ck_assert_ptr_null(opn_buf_take(&buf));
	ck_assert(!buf.failed);
}
END_TEST

/* Vectors of draft-eastlake-fnv: the empty string, "a", "foobar". */
START_TEST(hash_is_fnv_1a)
{
	char hex[OPN_HASH_SIZE];

	ck_assert_uint_eq(opn_hash("", 0), 0xcbf29ce484222325u);
	ck_assert_uint_eq(opn_hash("a", 1), 0xaf63dc4c8601ec8cu);
	opn_hash_hex("foobar", 6, hex);
	ck_assert_str_eq(hex, "85944171f73967e8");
}
END_TEST

START_TEST(suggest_finds_the_nearest_word)
{
	static const char *const words[] = { "section", "verdict", "arguments", "name", NULL };

	ck_assert_str_eq(opn_suggest("sectoin", words), "section");
	ck_assert_str_eq(opn_suggest("Verdict", words), "verdict");
	ck_assert_str_eq(opn_suggest("argument", words), "arguments");
	ck_assert_ptr_null(opn_suggest("frobnicate", words));
	ck_assert_ptr_null(opn_suggest("", words));
	ck_assert_ptr_null(opn_suggest("x", words));
}
END_TEST

START_TEST(utf8_knows_what_is_valid)
{
	ck_assert_uint_eq(opn_utf8_length("a", 1), 1);
	ck_assert_uint_eq(opn_utf8_length("\xc3\xa9", 2), 2);
	ck_assert_uint_eq(opn_utf8_length("\xe2\x82\xac", 3), 3);
	ck_assert_uint_eq(opn_utf8_length("\xf0\x9f\x98\x80", 4), 4);
	ck_assert_uint_eq(opn_utf8_length("\xc3\xa9", 1), 0);
	ck_assert_uint_eq(opn_utf8_length("\xc0\xaf", 2), 0);
	ck_assert_uint_eq(opn_utf8_length("\xe0\x80\xaf", 3), 0);
	ck_assert_uint_eq(opn_utf8_length("\xed\xa0\x80", 3), 0);
	ck_assert_uint_eq(opn_utf8_length("\xf4\x90\x80\x80", 4), 0);
	ck_assert_uint_eq(opn_utf8_length("\xff", 1), 0);
	ck_assert_uint_eq(opn_utf8_length("", 0), 0);
}
END_TEST

Suite *base_suite(void)
{
	Suite *suite = suite_create("base");
	TCase *tcase = tcase_create("base");

	tcase_add_test(tcase, arena_gives_zeroed_aligned_memory);
	tcase_add_test(tcase, arena_tells_its_owner_without_memory);
	tcase_add_test(tcase, buffer_grows_and_is_taken);
	tcase_add_test(tcase, buffer_remembers_failure);
	tcase_add_test(tcase, hash_is_fnv_1a);
	tcase_add_test(tcase, suggest_finds_the_nearest_word);
	tcase_add_test(tcase, utf8_knows_what_is_valid);
	suite_add_tcase(suite, tcase);
	return suite;
}

/* ---- paths ---- */

static const struct {
	const char *path, *normal;
} normals[] = {
	{ "a/./b/../c", "a/c" },
	{ "", "." },
	{ ".", "." },
	{ "a/..", "." },
	{ "../a", "../a" },
	{ "a/../../b", "../b" },
	{ "../../a/..", "../.." },
	{ "a//b///", "a/b" },
	{ "/", "/" },
	{ "//", "/" },
	{ "/..", "/" },
	{ "/a/../..", "/" },
	{ "/a/./b/", "/a/b" },
	{ "..a/b..", "..a/b.." },
	{ ".../x", ".../x" },
};

START_TEST(path_is_normalised)
{
	struct opn_arena *arena = opn_arena_new(NULL, NULL);

	ck_assert_str_eq(opn_path_normalize(arena, normals[_i].path), normals[_i].normal);
	opn_arena_free(arena);
}
END_TEST

static const struct {
	const char *from, *to, *relative;
} relatives[] = {
	{ "/a/b", "/a/b/c", "c" },   { "/a/b", "/a/c", "../c" },
	{ "/a/b", "/a/b", "." },     { "/a/b", "/a", ".." },
	{ "/", "/a/b", "a/b" },	     { "/a", "/", ".." },
	{ "/", "/", "." },	     { "/a/b", "/a/bc", "../bc" },
	{ "/a/bc", "/a/b", "../b" }, { "/a/./b/", "/x/../y", "../../y" },
};

START_TEST(path_is_made_relative)
{
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	const char *relative = opn_path_relative(arena, relatives[_i].from, relatives[_i].to);

	ck_assert_str_eq(relative, relatives[_i].relative);
	/* and leads there */
	ck_assert_str_eq(opn_path_join(arena, relatives[_i].from, relative),
			 opn_path_normalize(arena, relatives[_i].to));
	opn_arena_free(arena);
}
END_TEST

START_TEST(path_inside_is_by_component)
{
	ck_assert(opn_path_inside("/a", "/a"));
	ck_assert(opn_path_inside("/a", "/a/b"));
	ck_assert(!opn_path_inside("/a", "/ab"));
	ck_assert(!opn_path_inside("/a/b", "/a"));
	ck_assert(opn_path_inside("/", "/x"));
	ck_assert(opn_path_inside(".", "x/y"));
	ck_assert(!opn_path_inside(".", "../x"));
	ck_assert(!opn_path_inside(".", "/x"));
}
END_TEST

START_TEST(path_contained_refuses_ways_out)
{
	static const char *const bad[] = { "",	   "/a",    "..",  "../a", "a/..", "a/../b",
					   "a//b", "a/./b", "./a", "a/",   "." };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!opn_path_contained(bad[i]), "%s", bad[i]);
	ck_assert(opn_path_contained("a"));
	ck_assert(opn_path_contained("a/..b/...c"));
}
END_TEST

Suite *path_suite(void)
{
	Suite *suite = suite_create("path");
	TCase *tcase = tcase_create("path");

	tcase_add_loop_test(tcase, path_is_normalised, 0, sizeof(normals) / sizeof(normals[0]));
	tcase_add_loop_test(tcase, path_is_made_relative, 0,
			    sizeof(relatives) / sizeof(relatives[0]));
	tcase_add_test(tcase, path_inside_is_by_component);
	tcase_add_test(tcase, path_contained_refuses_ways_out);
	suite_add_tcase(suite, tcase);
	return suite;
}

/* ---- files ---- */

START_TEST(file_reads_only_regular_files)
{
	size_t length;
	char *text;

	write_bytes("f", "a\0b", 3);
	ck_assert_int_eq(opn_file_read("f", 3, &text, &length), 0);
	ck_assert_uint_eq(length, 3);
	ck_assert_mem_eq(text, "a\0b\0", 4);
	free(text);
	ck_assert_int_eq(opn_file_read("f", 2, &text, &length), -EFBIG);
	ck_assert_int_eq(opn_file_read("missing", 0, &text, &length), -ENOENT);
	ck_assert_int_eq(opn_file_read(".", 0, &text, &length), -EISDIR);
	ck_assert_int_eq(mkfifo("pipe", 0600), 0);
	ck_assert_int_eq(opn_file_read("pipe", 0, &text, &length), -EINVAL);
	ck_assert_int_eq(opn_file_read("/dev/zero", 0, &text, &length), -EINVAL);
	/* a size of 0 that is none */
	ck_assert_int_eq(opn_file_read("/proc/self/status", 0, &text, &length), 0);
	ck_assert_uint_gt(length, 100);
	free(text);
}
END_TEST

START_TEST(file_is_replaced_as_a_whole)
{
	char *text;

	write_file("f", "old");
	ck_assert_int_eq(symlink("f", "link"), 0);
	ck_assert_int_eq(opn_file_write("link", "new text", 8), 0);
	text = read_file("f");
	ck_assert_str_eq(text, "new text");
	free(text);
	ck_assert_int_eq(opn_file_write("missing/f", "x", 1), -ENOENT);
	ck_assert_int_eq(opn_file_write("/dev/full", "x", 1), -ENOSPC);
	ck_assert_int_eq(opn_file_write("/dev/null", "x", 1), 0);
	ck_assert_int_eq(mkdir("d", 0700), 0);
	ck_assert_int_lt(opn_file_write("d", "x", 1), 0);
	/* f, link, d: no temporary is left */
	ck_assert_uint_eq(count_entries("."), 3);
}
END_TEST

START_TEST(file_has_the_permissions_of_any_new_file)
{
	mode_t old = umask(027);
	struct stat st;

	ck_assert_int_eq(opn_file_write("f", "x", 1), 0);
	umask(old);
	ck_assert_int_eq(stat("f", &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0640);
}
END_TEST

Suite *file_suite(void)
{
	Suite *suite = suite_create("file");
	TCase *tcase = folder_case("file");

	tcase_add_test(tcase, file_reads_only_regular_files);
	tcase_add_test(tcase, file_is_replaced_as_a_whole);
	tcase_add_test(tcase, file_has_the_permissions_of_any_new_file);
	suite_add_tcase(suite, tcase);
	return suite;
}
