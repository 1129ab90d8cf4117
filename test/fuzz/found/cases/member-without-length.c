struct packet {
	struct ethhdr eth;
	__u8 tail [6: = ];
} __attribute__((packed));
struct packet p = { .eth.h_proto = 8, .tail = { 1 } };
