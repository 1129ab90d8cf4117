// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * cases_pcap.c - frames of a capture
 *
 * libpcap reads both formats and both precisions. It bounds a frame by the file's snap length, so
 * that a lying length costs an error and no memory. A capture that breaks off has told something
 * up to there: its whole frames are used, and the user is told.
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "cases.h"

/* Frames that are left out, by reason. */
struct left_out {
	size_t cut, empty, long_ones;
};

static void report_left_out(const char *path, const struct left_out *out, struct opn_diags *diags)
{
	struct opn_loc place = { path, 0, 0, 0 };

	if (out->cut)
		opn_diag(diags, OPN_DIAG_CAPTURE_SKIPPED, place, out->cut,
			 "they were cut by a snap length");
	if (out->empty)
		opn_diag(diags, OPN_DIAG_CAPTURE_SKIPPED, place, out->empty, "they are empty");
	if (out->long_ones)
		opn_diag(diags, OPN_DIAG_CAPTURE_SKIPPED, place, out->long_ones,
			 "they are longer than a jumbo frame");
}

/* Adds one frame. Returns 0, or -E2BIG when no more fits. */
static int add_frame(struct opn_cases *cases, const char *path, size_t number,
		     const struct pcap_pkthdr *header, const u_char *data, struct left_out *out)
{
	struct opn_case *new;
	char name[280];

	if (header->caplen < header->len) {
		out->cut++;
		return 0;
	}
	if (!header->caplen) {
		out->empty++;
		return 0;
	}
	if (header->caplen > OPN_PACKET_MAX) {
		out->long_ones++;
		return 0;
	}
	snprintf(name, sizeof(name), "%.255s:%zu", opn_path_basename(path), number);
	new = opn_cases_add(cases, name);
	if (!new)
		return -E2BIG;
	if (!opn_cases_copy(cases, &new->packet, data, header->caplen)) {
		cases->count--;
		return -E2BIG;
	}
	return 0;
}

/* Reads frames until the end, the limit, or an error of the file, which comes as a text. */
static const char *read_frames(struct opn_cases *cases, const char *path, size_t limit,
			       pcap_t *pcap, size_t *number, struct left_out *out, bool *limited)
{
	const struct pcap_pkthdr *header;
	const u_char *data;
	int status;

	while ((status = pcap_next_ex(pcap, (struct pcap_pkthdr **)&header, &data)) == 1) {
		if ((limit && *number >= limit) ||
		    add_frame(cases, path, *number + 1, header, data, out)) {
			*limited = true;
			return NULL;
		}
		++*number;
	}
	return status == PCAP_ERROR ? pcap_geterr(pcap) : NULL;
}

static int check_link(const char *path, pcap_t *pcap, struct opn_diags *diags)
{
	int link = pcap_datalink(pcap);
	const char *name = pcap_datalink_val_to_name(link);
	char text[96];

	if (link == DLT_EN10MB)
		return 0;
	snprintf(text, sizeof(text), "its frames are of link type %s (%d), not Ethernet",
		 name ? name : "unknown", link);
	return opn_diag(diags, OPN_DIAG_CAPTURE_INVALID, OPN_NOWHERE, path, text);
}

static int read_capture(struct opn_cases *cases, const char *path, size_t limit, pcap_t *pcap,
			struct opn_diags *diags)
{
	struct opn_loc place = { path, 0, 0, 0 };
	struct left_out out = { 0 };
	size_t before = cases->count, number = 0;
	bool limited = false;
	const char *broken;
	int err = check_link(path, pcap, diags);

	if (err)
		return err;
	broken = read_frames(cases, path, limit, pcap, &number, &out, &limited);
	if (broken && !number)
		return opn_diag(diags, OPN_DIAG_CAPTURE_INVALID, OPN_NOWHERE, path, broken);
	if (broken)
		opn_diag(diags, OPN_DIAG_CAPTURE_TRUNCATED, place, number, broken);
	report_left_out(path, &out, diags);
	if (limited)
		opn_diag(diags, OPN_DIAG_CASES_LIMITED, place, number);
	if (cases->count == before && !limited)
		return opn_diag(diags, OPN_DIAG_CASES_NONE, OPN_NOWHERE, path);
	return 0;
}

int opn_cases_read_pcap(struct opn_cases *cases, const char *path, size_t limit,
			struct opn_diags *diags)
{
	FILE *file = fopen(path, "rbe"); /* libpcap would take "-" for standard input */
	char message[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap;
	int err;

	if (!file) {
		err = -errno;
		opn_diag(diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, path, strerror(-err));
		return err;
	}
	pcap = pcap_fopen_offline(file, message);
	if (!pcap) {
		fclose(file);
		return opn_diag(diags, OPN_DIAG_CAPTURE_INVALID, OPN_NOWHERE, path, message);
	}
	/* NOLINTNEXTLINE(clang-analyzer-unix.Stream): pcap_close() closes the file */
	err = read_capture(cases, path, limit, pcap, diags);
	pcap_close(pcap);
	return err;
}
