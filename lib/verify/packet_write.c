// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * packet_write.c - packets written out: as a capture, as a hex dump, as a C test case
 *
 * The C case stands alone: it needs libbpf and an object, nothing of ours, so that who gets it can
 * run it before reading anything else. Its text has the licence of what we emit.
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "cases.h"

#define SNAP_LENGTH 65535
#define ROW_BYTES   16
#define C_ROW_BYTES 12

static int dump(pcap_t *pcap, FILE *file, const struct opn_packet *packets, size_t count)
{
	pcap_dumper_t *dumper = pcap_dump_fopen(pcap, file);
	int err;

	if (!dumper) {
		fclose(file);
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		/* one microsecond apart, so that equal packets give equal files */
		struct pcap_pkthdr header = {
			.ts = { .tv_sec = (time_t)(i / 1000000), .tv_usec = (long)(i % 1000000) },
			.caplen = packets[i].length,
			.len = packets[i].length,
		};

		pcap_dump((u_char *)dumper, &header, packets[i].data);
	}
	err = pcap_dump_flush(dumper) ? -ENOMEM : 0;
	pcap_dump_close(dumper);
	return err;
}

int opn_pcap_text(const struct opn_packet *packets, size_t count, char **out, size_t *length)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, SNAP_LENGTH);
	FILE *file;
	int err = -ENOMEM;

	*out = NULL;
	if (!pcap)
		return err;
	file = open_memstream(out, length);
	if (file)
		err = dump(pcap, file, packets, count);
	pcap_close(pcap);
	if (err) {
		free(*out);
		*out = NULL;
	}
	return err;
}

char *opn_packet_hex(const uint8_t *data, uint32_t length)
{
	struct opn_buf buf = { 0 };

	opn_buf_puts(&buf, "");
	for (uint32_t at = 0; at < length; at += ROW_BYTES) {
		opn_buf_printf(&buf, "%04x ", at);
		for (uint32_t i = at; i < length && i < at + ROW_BYTES; i++)
			opn_buf_printf(&buf, " %02x", data[i]);
		opn_buf_putc(&buf, '\n');
	}
	return opn_buf_take(&buf);
}

#define OPN_TEXT(name, text) static const char name[] = text;
#include "packet_case.def"
#undef OPN_TEXT

/* A string literal; '?' in octal too, or two of them could begin a trigraph. */
static void add_string(struct opn_buf *buf, const char *text)
{
	opn_buf_putc(buf, '"');
	for (; *text; text++) {
		if ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
		    (*text >= '0' && *text <= '9') || *text == '_' || *text == '.')
			opn_buf_putc(buf, *text);
		else
			opn_buf_printf(buf, "\\%03o", (unsigned char)*text);
	}
	opn_buf_putc(buf, '"');
}

static void add_array(struct opn_buf *buf, const char *name, const struct opn_packet *packet)
{
	opn_buf_printf(buf, "static const unsigned char %s[] = {", name);
	for (uint32_t i = 0; i < packet->length; i++)
		opn_buf_printf(buf, i % C_ROW_BYTES ? " 0x%02x," : "\n\t0x%02x,", packet->data[i]);
	opn_buf_puts(buf, "\n};\n");
}

char *opn_packet_c_case(const char *program, const struct opn_packet *in, uint32_t verdict,
			const struct opn_packet *out)
{
	bool has_output = out && out->data && out->length;
	struct opn_buf buf = { 0 };

	opn_buf_puts(&buf, c_head);
	opn_buf_puts(&buf, "static const char program_name[] = ");
	add_string(&buf, program);
	opn_buf_printf(&buf, ";\nstatic const unsigned int verdict = %uu;\n", verdict);
	add_array(&buf, "packet", in);
	if (has_output)
		add_array(&buf, "output", out);
	opn_buf_puts(&buf, c_main);
	if (has_output)
		opn_buf_puts(&buf, c_output);
	opn_buf_puts(&buf, c_tail);
	return opn_buf_take(&buf);
}
