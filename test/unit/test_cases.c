// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_cases.c - captures: whole, cut short, lying; text of bytes; hostile test sources
 *
 * Sources and JSON have goldens (test/verify/cases-*.test); here is what needs files made byte by
 * byte, and very many of them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "unit.h"

static struct opn_cases cases;

static void forget_cases(void)
{
	opn_arena_free(cases.arena);
	cases = (struct opn_cases){ .arena = opn_arena_new(NULL, NULL) };
	ck_assert_ptr_nonnull(cases.arena);
}

static void free_cases(void)
{
	opn_arena_free(cases.arena);
	cases.arena = NULL;
}

/* ---- captures, byte by byte ---- */

/* A file that is being put together. */
struct file {
	unsigned char data[16384];
	size_t length;
	bool big; /* big-endian */
};

static void put(struct file *file, uint64_t value, unsigned int size)
{
	for (unsigned int i = 0; i < size; i++)
		file->data[file->length++] =
			(unsigned char)(value >> 8 * (file->big ? size - 1 - i : i));
}

static void put_zeros(struct file *file, size_t size)
{
	memset(file->data + file->length, 0, size);
	file->length += size;
}

static void put_header(struct file *file, uint32_t magic, uint32_t snap, uint32_t link)
{
	put(file, magic, 4);
	put(file, 2, 2);
	put(file, 4, 2);
	put(file, 0, 8);
	put(file, snap, 4);
	put(file, link, 4);
}

static void put_frame(struct file *file, uint32_t captured, uint32_t length)
{
	put(file, 1, 4);
	put(file, 999999999, 4);
	put(file, captured, 4);
	put(file, length, 4);
	put_zeros(file, captured);
}

static int read_made(const struct file *file, size_t limit)
{
	forget_cases();
	write_bytes("x.pcap", file->data, file->length);
	return opn_cases_read_pcap(&cases, "x.pcap", limit, diags);
}

START_TEST(capture_of_every_kind)
{
	static const struct {
		uint32_t magic;
		bool big;
	} kinds[] = { { 0xa1b2c3d4, false },
		      { 0xa1b2c3d4, true },
		      { 0xa1b23c4d, false },
		      { 0xa1b23c4d, true } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct file file = { .big = kinds[i].big };

		put_header(&file, kinds[i].magic, 65535, 1);
		put_frame(&file, 60, 60);
		put_frame(&file, 14, 14);
		ck_assert_int_eq(read_made(&file, 0), 0);
		expect_printed("");
		ck_assert_uint_eq(cases.count, 2);
		ck_assert_str_eq(cases.list[1].name, "x.pcap:2");
		ck_assert_uint_eq(cases.list[0].packet.length, 60);
		ck_assert_uint_eq(cases.list[1].packet.length, 14);
		ck_assert(!cases.list[0].has_verdict && !cases.list[0].has_output);
	}
}
END_TEST

/* Section header, one interface, one enhanced packet. */
static void put_pcapng(struct file *file, uint32_t link, uint32_t captured)
{
	uint32_t padded = (captured + 3) & ~3u;

	put(file, 0x0a0d0d0a, 4);
	put(file, 28, 4);
	put(file, 0x1a2b3c4d, 4);
	put(file, 1, 2);
	put(file, 0, 2);
	put(file, UINT64_MAX, 8);
	put(file, 28, 4);
	put(file, 1, 4);
	put(file, 20, 4);
	put(file, link, 2);
	put(file, 0, 2);
	put(file, 65535, 4);
	put(file, 20, 4);
	put(file, 6, 4);
	put(file, 32 + padded, 4);
	put(file, 0, 4);
	put(file, 0, 8);
	put(file, captured, 4);
	put(file, captured, 4);
	put_zeros(file, padded);
	put(file, 32 + padded, 4);
}

START_TEST(capture_of_the_new_format)
{
	struct file file = { .big = false };

	put_pcapng(&file, 1, 61);
	ck_assert_int_eq(read_made(&file, 0), 0);
	ck_assert_uint_eq(cases.count, 1);
	ck_assert_uint_eq(cases.list[0].packet.length, 61);
	expect_printed("");
}
END_TEST

START_TEST(capture_cut_anywhere)
{
	struct file file = { .big = false };
	size_t ends[3];

	put_header(&file, 0xa1b2c3d4, 65535, 1);
	for (size_t i = 0; i < 3; i++) {
		put_frame(&file, 20, 20);
		ends[i] = file.length;
	}
	for (size_t length = 0; length < ends[2]; length++) {
		struct file cut = file;
		size_t whole = 0;
		int err;

		cut.length = length;
		while (length >= ends[whole])
			whole++;
		err = read_made(&cut, 0);
		ck_assert_uint_eq(cases.count, whole);
		if (!whole) {
			ck_assert_int_eq(err, -EINVAL);
			ck_assert_int_eq(opn_diags_status(diags), 2);
		} else {
			ck_assert_int_eq(err, 0);
			ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_CAPTURE_TRUNCATED),
					  length > ends[whole - 1]);
		}
		forget_diags();
	}
}
END_TEST

START_TEST(capture_says_where_it_breaks_off)
{
	struct file file = { .big = false };

	put_header(&file, 0xa1b2c3d4, 65535, 1);
	put_frame(&file, 20, 20);
	put_frame(&file, 20, 20);
	file.length -= 7;
	ck_assert_int_eq(read_made(&file, 0), 0);
	expect_printed("x.pcap: warning: this capture breaks off after 1 frames: truncated dump "
		       "file; tried to read 20 captured bytes, only got 13 "
		       "[-Wopened-capture-truncated]\n1 warning generated.\n");
}
END_TEST

START_TEST(capture_frames_left_out)
{
	struct file file = { .big = false };

	put_header(&file, 0xa1b2c3d4, 65535, 1);
	put_frame(&file, 0, 0);
	put_frame(&file, 60, 1500);
	put_frame(&file, 60, 1501);
	put_frame(&file, OPN_PACKET_MAX + 1, OPN_PACKET_MAX + 1);
	put_frame(&file, 33, 33);
	ck_assert_int_eq(read_made(&file, 0), 0);
	ck_assert_uint_eq(cases.count, 1);
	ck_assert_str_eq(cases.list[0].name, "x.pcap:5");
	expect_printed("x.pcap: warning: 2 frames of this capture are left out: they were cut by a "
		       "snap length [-Wopened-capture-skipped]\n"
		       "x.pcap: warning: 1 frames of this capture are left out: they are empty "
		       "[-Wopened-capture-skipped]\n"
		       "x.pcap: warning: 1 frames of this capture are left out: they are longer "
		       "than a jumbo frame [-Wopened-capture-skipped]\n"
		       "3 warnings generated.\n");
}
END_TEST

START_TEST(capture_limited)
{
	struct file file = { .big = false };

	put_header(&file, 0xa1b2c3d4, 65535, 1);
	for (int i = 0; i < 3; i++)
		put_frame(&file, 20, 20);
	ck_assert_int_eq(read_made(&file, 3), 0);
	ck_assert_uint_eq(cases.count, 3);
	expect_printed("");
	ck_assert_int_eq(read_made(&file, 2), 0);
	ck_assert_uint_eq(cases.count, 2);
	expect_printed("x.pcap: warning: only the first 2 packets of this file are used "
		       "[-Wopened-cases-limited]\n1 warning generated.\n");
	/* what other files filled up counts as well */
	forget_cases();
	cases.bytes = OPN_CASES_BYTES_MAX - 45;
	ck_assert_int_eq(opn_cases_read_pcap(&cases, "x.pcap", 0, diags), 0);
	ck_assert_uint_eq(cases.count, 2);
	ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_CASES_LIMITED), 1);
}
END_TEST

START_TEST(capture_refused)
{
	struct file file = { .big = false };

	put_header(&file, 0xa1b2c3d4, 65535, 101);
	put_frame(&file, 20, 20);
	ck_assert_int_eq(read_made(&file, 0), -EINVAL);
	expect_printed("error: cannot use the capture 'x.pcap': its frames are of link type RAW "
		       "(12), not Ethernet [-Wopened-capture-invalid]\n1 error generated.\n");
	file = (struct file){ .big = false };
	put_pcapng(&file, 113, 20);
	ck_assert_int_eq(read_made(&file, 0), -EINVAL);
	expect_printed("error: cannot use the capture 'x.pcap': its frames are of link type "
		       "LINUX_SLL (113), not Ethernet [-Wopened-capture-invalid]\n"
		       "1 error generated.\n");
	file = (struct file){ .big = false };
	put_header(&file, 0xa1b2c3d4, 65535, 1);
	ck_assert_int_eq(read_made(&file, 0), -EINVAL);
	expect_printed("error: no packet in 'x.pcap' [-Wopened-cases-none]\n1 error generated.\n");
	/* a frame of 4 GiB costs an error, no memory */
	put(&file, 0, 8);
	put(&file, 0xfffffff0, 4);
	put(&file, 0xfffffff0, 4);
	ck_assert_int_eq(read_made(&file, 0), -EINVAL);
	ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_CAPTURE_INVALID), 1);
	forget_diags();
	write_file("x.pcap", "this is no capture at all, but a text that is long enough");
	ck_assert_int_eq(opn_cases_read_pcap(&cases, "x.pcap", 0, diags), -EINVAL);
	expect_printed("error: cannot use the capture 'x.pcap': unknown file format "
		       "[-Wopened-capture-invalid]\n1 error generated.\n");
	ck_assert_int_eq(opn_cases_read_pcap(&cases, "absent.pcap", 0, diags), -ENOENT);
	expect_printed("error: cannot read 'absent.pcap': No such file or directory "
		       "[-Wopened-input-unreadable]\n1 error generated.\n");
	/* "-" is a file's name, not standard input */
	ck_assert_int_eq(opn_cases_read_pcap(&cases, "-", 0, diags), -ENOENT);
	ck_assert_uint_eq(cases.count, 0);
}
END_TEST

START_TEST(capture_with_any_byte_changed)
{
	struct file good = { .big = false }, other = { .big = false };

	put_header(&good, 0xa1b2c3d4, 65535, 1);
	put_frame(&good, 20, 20);
	put_frame(&good, 30, 30);
	put_pcapng(&other, 1, 20);
	for (size_t i = 0; i < good.length + other.length; i++) {
		struct file bad = i < good.length ? good : other;
		size_t at = i < good.length ? i : i - good.length;

		bad.data[at] ^= (unsigned char)(1 + i * 37 % 255);
		if (!read_made(&bad, 0))
			ck_assert_uint_le(cases.count, 2);
		forget_diags();
	}
}
END_TEST

/* ---- writing ---- */

START_TEST(packets_written_are_read_back)
{
	uint8_t data[2][64];
	struct opn_packet packets[2] = { { data[0], 64 }, { data[1], 15 } };
	size_t length, again_length;
	char *text, *again;

	for (int i = 0; i < 64; i++) {
		data[0][i] = (uint8_t)(i * 3);
		data[1][i] = (uint8_t)(255 - i);
	}
	ck_assert_int_eq(opn_pcap_text(packets, 2, &text, &length), 0);
	ck_assert_int_eq(opn_pcap_text(packets, 2, &again, &again_length), 0);
	ck_assert_uint_eq(length, again_length);
	ck_assert_mem_eq(text, again, length);
	write_bytes("w.pcap", text, length);
	free(text);
	free(again);
	forget_cases();
	ck_assert_int_eq(opn_cases_read_pcap(&cases, "w.pcap", 0, diags), 0);
	ck_assert_uint_eq(cases.count, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_uint_eq(cases.list[i].packet.length, packets[i].length);
		ck_assert_mem_eq(cases.list[i].packet.data, packets[i].data, packets[i].length);
	}
}
END_TEST

START_TEST(packets_as_hex)
{
	uint8_t data[17] = { 0xff, 1, [16] = 0x80 };
	char *text = opn_packet_hex(data, sizeof(data));

	ck_assert_str_eq(text, "0000  ff 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"
			       "0010  80\n");
	free(text);
	text = opn_packet_hex(data, 0);
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

/* ---- bytes as text ---- */

static const struct {
	const char *text;
	int hex, base64; /* how many bytes, -1: none */
} texts[] = {
	{ "", 0, 0 },		{ "00", 1, 1 },		{ "0", -1, -1 },
	{ "000", -1, 2 },	{ "0xff,0x0a", 2, -1 }, { "ff:0a-0b 0c\t\r\n0d", 5, -1 },
	{ "0x", -1, 1 },	{ "f g", -1, 1 },	{ "QUI=", -1, 2 },
	{ "QUJD", -1, 3 },	{ "QQ==", -1, 1 },	{ "QQ", -1, 1 },
	{ "QQ=", -1, -1 },	{ "Q===", -1, -1 },	{ "QQ==QQ==", -1, -1 },
	{ "QU\nJD", -1, 3 },	{ "____", -1, 3 },	{ "Q*JD", -1, -1 },
	{ "\xff\xff", -1, -1 },
};

START_TEST(bytes_from_text)
{
	forget_cases();
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t length = strlen(texts[i].text);
		uint8_t *data;

		ck_assert_msg(opn_bytes_of_hex(cases.arena, texts[i].text, length, &data) ==
				      (texts[i].hex < 0 ? SIZE_MAX : (size_t)texts[i].hex),
			      "hex '%s'", texts[i].text);
		ck_assert_msg(opn_bytes_of_base64(cases.arena, texts[i].text, length, &data) ==
				      (texts[i].base64 < 0 ? SIZE_MAX : (size_t)texts[i].base64),
			      "base64 '%s'", texts[i].text);
	}
}
END_TEST

START_TEST(bytes_are_right)
{
	uint8_t *data;

	forget_cases();
	ck_assert_uint_eq(opn_bytes_of_hex(cases.arena, "0aFf", 4, &data), 2);
	ck_assert_mem_eq(data, "\x0a\xff", 2);
	ck_assert_uint_eq(opn_bytes_of_base64(cases.arena, "AP+/", 4, &data), 3);
	ck_assert_mem_eq(data, "\x00\xff\xbf", 3);
	ck_assert_uint_eq(opn_bytes_of_base64(cases.arena, "AP8", 3, &data), 2);
	ck_assert_mem_eq(data, "\x00\xff", 2);
}
END_TEST

/* ---- hostile sources ---- */

#define INPUTS OPN_TEST_HOOKDEFS "/../test/verify/Inputs/cases/"

static const char *const sources[] = { "bytes.c", "headers.c", "tables.h", "table.go", "table.py" };

static void read_text(const char *name, const char *text, size_t length)
{
	forget_cases();
	write_bytes(name, text, length);
	if (opn_cases_read_source(&cases, name, diags))
		ck_assert_int_eq(opn_diags_status(diags), 2);
	else
		ck_assert_uint_gt(cases.count, 0);
	for (size_t i = 0; i < cases.count; i++) {
		ck_assert_uint_ge(cases.list[i].packet.length, 14);
		ck_assert_uint_le(cases.list[i].packet.length, OPN_PACKET_MAX);
	}
	forget_diags();
}

START_TEST(source_cut_anywhere)
{
	const char *name = sources[_i];
	char path[512];
	char *text;
	size_t length;

	snprintf(path, sizeof(path), "%s%s", INPUTS, name);
	ck_assert_int_eq(opn_file_read(path, 0, &text, &length), 0);
	for (size_t cut = 0; cut <= length; cut += 1 + cut % 3)
		read_text(name, text, cut);
	free(text);
}
END_TEST

START_TEST(source_with_any_byte_changed)
{
	static const char bytes[] = "{}[]()\"'`\\,;=.:#/*<\n0-\xff";
	const char *name = sources[_i];
	char path[512];
	char *text;
	size_t length;

	snprintf(path, sizeof(path), "%s%s", INPUTS, name);
	ck_assert_int_eq(opn_file_read(path, 0, &text, &length), 0);
	for (size_t i = 0; i < length; i++) {
		char old = text[i];

		text[i] = bytes[(i * 7) % (sizeof(bytes))]; /* the NUL as well */
		read_text(name, text, length);
		text[i] = old;
	}
	free(text);
}
END_TEST

START_TEST(source_adds_to_what_was_there)
{
	forget_cases();
	ck_assert_int_eq(opn_cases_read_source(&cases, INPUTS "table.py", diags), 0);
	ck_assert_uint_eq(cases.count, 7);
	ck_assert_int_eq(opn_cases_read_source(&cases, INPUTS "tables.h", diags), 0);
	ck_assert_uint_eq(cases.count, 12);
	ck_assert_str_eq(cases.list[0].name, "table.py:8: plain");
	ck_assert_str_eq(cases.list[7].name, "tables.h:10: packet to UDP based v4 VIP");
	/* without names of verdicts nothing is expected, and it is said */
	ck_assert(!cases.list[7].has_verdict && cases.list[7].has_output);
	ck_assert_uint_gt(opn_diags_count_id(diags, OPN_DIAG_CASE_VERDICT_UNKNOWN), 1);
	/* one that cannot be taken leaves the list as it was */
	cases.bytes = OPN_CASES_BYTES_MAX;
	ck_assert_int_eq(opn_cases_read_source(&cases, INPUTS "table.py", diags), -EINVAL);
	ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_CASES_INVALID), 1);
	ck_assert_uint_eq(cases.count, 12);
}
END_TEST

Suite *cases_suite(void)
{
	const int source_count = (int)(sizeof(sources) / sizeof(sources[0]));
	Suite *suite = suite_create("cases");
	TCase *tcase = folder_case("cases");

	tcase_add_checked_fixture(tcase, NULL, free_cases);
	tcase_set_timeout(tcase, 240);
	tcase_add_test(tcase, capture_of_every_kind);
	tcase_add_test(tcase, capture_of_the_new_format);
	tcase_add_test(tcase, capture_cut_anywhere);
	tcase_add_test(tcase, capture_says_where_it_breaks_off);
	tcase_add_test(tcase, capture_frames_left_out);
	tcase_add_test(tcase, capture_limited);
	tcase_add_test(tcase, capture_refused);
	tcase_add_test(tcase, capture_with_any_byte_changed);
	tcase_add_test(tcase, packets_written_are_read_back);
	tcase_add_test(tcase, packets_as_hex);
	tcase_add_test(tcase, bytes_from_text);
	tcase_add_test(tcase, bytes_are_right);
	tcase_add_loop_test(tcase, source_cut_anywhere, 0, source_count);
	tcase_add_loop_test(tcase, source_with_any_byte_changed, 0, source_count);
	tcase_add_test(tcase, source_adds_to_what_was_there);
	suite_add_tcase(suite, tcase);
	return suite;
}
