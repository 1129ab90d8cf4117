/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Lists of byte values, one with names of constants; strings of escapes; calls; what is no packet. */
#include <linux/if_ether.h>

#define TYPE_HIGH 0x86
#define TYPE_LOW  0xdd

static const unsigned char udp_packet[] = {
	0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x08, 0x00, /* Ethernet */
	0x45, 'E', 010, 0b1,
};

static const int primes[] = { 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53 };
static const char *const text = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
static const char *const digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

struct case_of_mine {
	const char *name;
	unsigned char packet[64];
	int length, expected;
};

static int run(const char *name, const char *bytes, int verdict);

int main(void)
{
	unsigned char frame[20] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, TYPE_HIGH, TYPE_LOW, 0x60 };
	struct case_of_mine cases[] = {
		{ "first", { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 6, 1 }, 15, XDP_DROP },
		{
			.name = "second, \"quoted\"",
			.packet = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ETH_P_IP >> 8, ETH_P_IP & 0xff, 2 },
			.expected = XDP_PASS,
		},
	};

	(void)frame;
	return run("called", "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02"
			     "\x08\x00" "\x45\x00" "tail", XDP_TX);
}
