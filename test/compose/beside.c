// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * beside.c - a program that is loaded already beside programs that are run one after another
 *
 * usage: beside ID PACKETS SEED FINAL PROGRAM:VERDICTS...
 *
 * ID is what runs at an interface, with all that replaces its functions. A PROGRAM is a pin; the
 * next one runs behind it after a verdict of the mask VERDICTS, with the packet that it left, and
 * behind the last one the verdict is FINAL. Each packet goes both ways, and verdict, length and
 * bytes must be the same. Prints how often each PROGRAM had which verdict, then "same" or the first
 * difference. The packets are what test/compose/Inputs/fused tell apart: type, version, TTL, TOS,
 * length, the group bit of the address; and frames too short for that.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#define MOST	 16
#define VERDICTS 5
#define SIZE	 2048

struct packet {
	unsigned char bytes[SIZE];
	uint32_t length, verdict;
};

struct stage {
	int fd;
	unsigned long mask;
	unsigned long count[VERDICTS + 1];
};

static uint64_t next_number(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return *seed >> 33;
}

static void make_packet(struct packet *packet, uint64_t *seed)
{
	static const uint16_t lengths[] = { 14, 33, 34, 60, 1514, 1515, 1600 };
	static const unsigned char ttls[] = { 0, 1, 2, 3, 4, 64 };
	unsigned char *ip = packet->bytes + 14;

	packet->length = lengths[next_number(seed) % 7];
	for (size_t i = 0; i < packet->length; i++)
		packet->bytes[i] = (unsigned char)next_number(seed);
	packet->bytes[12] = next_number(seed) % 8 ? 0x08 : 0x86;
	packet->bytes[13] = next_number(seed) % 8 ? 0x00 : 0xdd;
	ip[0] = next_number(seed) % 8 ? 0x45 : 0x65;
	ip[1] = next_number(seed) % 4 ? 4 : 0;
	ip[8] = ttls[next_number(seed) % 6];
}

static int run(int fd, struct packet *packet)
{
	static unsigned char out[SIZE];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet->bytes,
		    .data_size_in = packet->length, .data_out = out, .data_size_out = sizeof(out),
		    .repeat = 1);

	if (bpf_prog_test_run_opts(fd, &opts))
		return -errno;
	packet->length = opts.data_size_out;
	packet->verdict = opts.retval;
	memcpy(packet->bytes, out, packet->length);
	return 0;
}

static int run_stages(struct stage *stages, size_t count, uint32_t final, struct packet *packet)
{
	for (size_t s = 0; s < count; s++) {
		int error = run(stages[s].fd, packet);
		uint32_t verdict = packet->verdict;

		if (error)
			return error;
		stages[s].count[verdict < VERDICTS ? verdict : VERDICTS]++;
		if (verdict >= VERDICTS || !(stages[s].mask & 1ul << verdict))
			return 0;
	}
	packet->verdict = final;
	return 0;
}

static int fail(const char *what, int error)
{
	fprintf(stderr, "beside: %s: %s\n", what, strerror(error));
	return 2;
}

int main(int argc, char **argv)
{
	struct stage stages[MOST] = { 0 };
	size_t count = argc > 5 ? (size_t)argc - 5 : 0;
	uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 0) : 0;
	int fd, status = 0;

	if (!count || count > MOST)
		return fail("usage", EINVAL);
	fd = bpf_prog_get_fd_by_id((uint32_t)atol(argv[1]));
	if (fd < 0)
		return fail(argv[1], errno);
	for (size_t s = 0; s < count; s++) {
		char *mask = strchr(argv[s + 5], ':');

		if (!mask)
			return fail(argv[s + 5], EINVAL);
		*mask++ = '\0';
		stages[s].mask = strtoul(mask, NULL, 0);
		stages[s].fd = bpf_obj_get(argv[s + 5]);
		if (stages[s].fd < 0)
			return fail(argv[s + 5], errno);
	}
	for (long p = 0; p < atol(argv[2]) && !status; p++) {
		struct packet sent, left, right;
		int error;

		make_packet(&sent, &seed);
		left = right = sent;
		error = run(fd, &left);
		if (!error)
			error = run_stages(stages, count, (uint32_t)atol(argv[4]), &right);
		if (error)
			return fail("test run", -error);
		status = left.verdict != right.verdict || left.length != right.length ||
			 memcmp(left.bytes, right.bytes, left.length);
		if (status)
			printf("different: packet %ld, %u bytes: verdict %u, %u bytes; one after "
			       "another %u, %u bytes\n",
			       p, sent.length, left.verdict, left.length, right.verdict,
			       right.length);
	}
	if (status)
		return status;
	for (size_t s = 0; s < count; s++) {
		printf("stage %zu:", s);
		for (size_t v = 0; v <= VERDICTS; v++)
			printf(" %lu", stages[s].count[v]);
		putchar('\n');
	}
	printf("same: %s packets\n", argv[2]);
	return 0;
}
