// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_random.c - pseudo-random numbers, and the dictionary that is drawn from
 */
#include <errno.h>
#include <string.h>

#include "packet_stack.h"
#include "unit.h"

/* The reference output of xoshiro256** for this state, as other implementations test it. */
START_TEST(random_is_the_published_algorithm)
{
	static const uint64_t expected[] = { 11520,
					     0,
					     1509978240,
					     1215971899390074240,
					     1216172134540287360,
					     607988272756665600,
					     16172922978634559625u,
					     8476171486693032832,
					     10595114339597558777u,
					     2904607092377533576 };
	struct opn_random random = { { 1, 2, 3, 4 } };

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		ck_assert_uint_eq(opn_random_next(&random), expected[i]);
}
END_TEST

START_TEST(random_streams_are_independent_and_repeat)
{
	struct opn_random one, two;

	opn_random_seed(&one, 7, 3);
	opn_random_seed(&two, 7, 3);
	for (int i = 0; i < 100; i++)
		ck_assert_uint_eq(opn_random_next(&one), opn_random_next(&two));
	for (uint64_t seed = 0; seed < 20; seed++) {
		for (uint64_t stream = 0; stream < 20; stream++) {
			int equal = 0;

			if (seed == 7 && stream == 3)
				continue;
			opn_random_seed(&one, 7, 3);
			opn_random_seed(&two, seed, stream);
			for (int i = 0; i < 100; i++)
				equal += opn_random_next(&one) == opn_random_next(&two);
			ck_assert_int_eq(equal, 0);
		}
	}
}
END_TEST

START_TEST(random_below_is_uniform)
{
	static const uint32_t bounds[] = { 1, 2, 3, 7, 10, 100 };
	int thirds = 0;
	struct opn_random random;

	opn_random_seed(&random, 1, 0);
	ck_assert_uint_eq(opn_random_below(&random, 0), 0);
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		uint32_t counts[100] = { 0 }, bound = bounds[i];

		for (uint32_t j = 0; j < 1000 * bound; j++) {
			uint32_t value = opn_random_below(&random, bound);

			ck_assert_uint_lt(value, bound);
			counts[value]++;
		}
		/* 1000 expected, deviation 32: five of these. */
		for (uint32_t j = 0; j < bound; j++) {
			ck_assert_uint_ge(counts[j], 840);
			ck_assert_uint_le(counts[j], 1160);
		}
	}
	/* Where the product alone would give every third value twice as often. */
	for (int j = 0; j < 30000; j++)
		thirds += opn_random_below(&random, 0xc0000000) % 3 == 0;
	ck_assert(thirds > 9500 && thirds < 10500);
}
END_TEST

static bool has_word(const struct opn_dictionary *dictionary, const char *bytes, size_t size)
{
	for (size_t i = 0; i < dictionary->count; i++) {
		if (dictionary->words[i].size == size &&
		    !memcmp(dictionary->words[i].bytes, bytes, size))
			return true;
	}
	return false;
}

START_TEST(dictionary_keeps_words_once_in_order)
{
	struct opn_dictionary dictionary = { 0 };
	char bytes[OPN_WORD_MAX + 1] = "abcdefghijklmnop";

	for (int i = 0; i < 3; i++) {
		for (size_t size = 1; size <= OPN_WORD_MAX; size++)
			ck_assert_int_eq(opn_dictionary_add(&dictionary, bytes, size), 0);
	}
	ck_assert_uint_eq(dictionary.count, OPN_WORD_MAX);
	for (size_t i = 0; i < OPN_WORD_MAX; i++) {
		ck_assert_uint_eq(dictionary.words[i].size, i + 1);
		ck_assert_mem_eq(dictionary.words[i].bytes, bytes, i + 1);
	}
	ck_assert_int_eq(opn_dictionary_add(&dictionary, bytes, 0), -EINVAL);
	ck_assert_int_eq(opn_dictionary_add(&dictionary, bytes, OPN_WORD_MAX + 1), -EINVAL);
	/* A word and the same with a zero behind it are two. */
	ck_assert_int_eq(opn_dictionary_add(&dictionary, "a\0", 2), 0);
	ck_assert_uint_eq(dictionary.count, OPN_WORD_MAX + 1);
	opn_dictionary_free(&dictionary);
	ck_assert_ptr_null(dictionary.words);
	opn_dictionary_free(&dictionary);
}
END_TEST

START_TEST(dictionary_holds_many_words)
{
	struct opn_dictionary dictionary = { 0 };

	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 100000; i++)
			ck_assert_int_eq(opn_dictionary_add(&dictionary, &i, sizeof(i)), 0);
		ck_assert_uint_eq(dictionary.count, 100000);
	}
	for (uint32_t i = 0; i < 100000; i++)
		ck_assert_mem_eq(dictionary.words[i].bytes, &i, sizeof(i));
	opn_dictionary_free(&dictionary);
}
END_TEST

START_TEST(dictionary_numbers_come_in_all_widths_and_orders)
{
	struct opn_dictionary dictionary = { 0 };

	ck_assert_int_eq(opn_dictionary_add_number(&dictionary, 0x1f90), 0);
	ck_assert(has_word(&dictionary, "\x1f\x90", 2));
	ck_assert(has_word(&dictionary, "\x90\x1f", 2));
	ck_assert(has_word(&dictionary, "\x1f\x8f", 2));
	ck_assert(has_word(&dictionary, "\x1f\x91", 2));
	ck_assert(has_word(&dictionary, "\0\0\x1f\x90", 4));
	ck_assert(has_word(&dictionary, "\x90\x1f\0\0", 4));
	ck_assert(has_word(&dictionary, "\0\0\0\0\0\0\x1f\x90", 8));
	ck_assert(has_word(&dictionary, "\x91\x1f\0\0\0\0\0\0", 8));
	ck_assert(!has_word(&dictionary, "\x90", 1));
	ck_assert_uint_eq(dictionary.count, 3 * 2 * 3);
	opn_dictionary_free(&dictionary);
	/* A negative number fits into what its sign fits into. */
	ck_assert_int_eq(opn_dictionary_add_number(&dictionary, -2), 0);
	ck_assert(has_word(&dictionary, "\xfe", 1));
	ck_assert(has_word(&dictionary, "\xff\xff\xff\xfe", 4));
	opn_dictionary_free(&dictionary);
}
END_TEST

START_TEST(dictionary_words_are_picked_by_size)
{
	struct opn_dictionary dictionary = { 0 };
	struct opn_random random;
	int seen[4] = { 0 };

	opn_random_seed(&random, 1, 0);
	ck_assert_ptr_null(opn_dictionary_pick(NULL, &random, 4));
	ck_assert_ptr_null(opn_dictionary_pick(&dictionary, &random, 4));
	for (int i = 0; i < 4; i++) {
		uint8_t bytes[4] = { i };

		ck_assert_int_eq(opn_dictionary_add(&dictionary, bytes, 4), 0);
		ck_assert_int_eq(opn_dictionary_add(&dictionary, bytes, 3), 0);
	}
	ck_assert_ptr_null(opn_dictionary_pick(&dictionary, &random, 2));
	for (int i = 0; i < 4000; i++) {
		const struct opn_word *word = opn_dictionary_pick(&dictionary, &random, 4);

		ck_assert_uint_eq(word->size, 4);
		seen[word->bytes[0]]++;
	}
	for (int i = 0; i < 4; i++)
		ck_assert(seen[i] > 800 && seen[i] < 1200);
	opn_dictionary_free(&dictionary);
}
END_TEST

Suite *random_suite(void)
{
	Suite *suite = suite_create("random");
	TCase *numbers = tcase_create("numbers"), *words = tcase_create("words");

	tcase_add_test(numbers, random_is_the_published_algorithm);
	tcase_add_test(numbers, random_streams_are_independent_and_repeat);
	tcase_add_test(numbers, random_below_is_uniform);
	suite_add_tcase(suite, numbers);
	tcase_set_timeout(words, 60);
	tcase_add_test(words, dictionary_keeps_words_once_in_order);
	tcase_add_test(words, dictionary_holds_many_words);
	tcase_add_test(words, dictionary_numbers_come_in_all_widths_and_orders);
	tcase_add_test(words, dictionary_words_are_picked_by_size);
	suite_add_tcase(suite, words);
	return suite;
}
