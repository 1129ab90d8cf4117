// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * traffic.c - sends frames, and counts those that arrive beside the pipeline
 *
 * usage: opened-traffic SENDER COUNT OBSERVER.o RECEIVER xdp|tc [COMMAND...]
 *        opened-traffic SENDER COUNT
 *
 * An observer counts before (xdp) or behind (tc) the pipeline under test at RECEIVER, so that
 * frames that the cable loses do not count. COMMAND is run again and again until all are sent;
 * how often it was, and how many frames arrived, is printed as two numbers. It ends when all frames
 * have had the time to arrive.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define TCX_INGRESS  46
#define PAUSE_EVERY  64
#define IN_FLIGHT_US (300 * 1000)

static int fail(const char *what)
{
	fprintf(stderr, "opened-traffic: %s: %s\n", what, strerror(errno));
	return 2;
}

/* To one address, of a protocol that nobody answers. */
static int send_frames(const char *interface, long count)
{
	unsigned char frame[64] = { 2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 0x88, 0xb5 };
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_ifindex = (int)if_nametoindex(interface) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || !to.sll_ifindex)
		return fail(interface);
	for (long i = 0; i < count; i++) {
		while (sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)) <
		       0) {
			if (errno != ENOBUFS)
				return fail("send");
			usleep(100);
		}
		if (i % PAUSE_EVERY == 0)
			usleep(1);
	}
	close(fd);
	return 0;
}

static int repeat(char **command)
{
	pid_t child = fork();
	int status;

	if (!child) {
		execvp(command[0], command);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || status) {
		fprintf(stderr, "opened-traffic: '%s' failed\n", command[0]);
		return 2;
	}
	return 0;
}

/* Where the kernel has no tcx: a filter, which goes with the interface. */
static int observe_by_filter(int interface, int program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = interface, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = program);
	int error = bpf_tc_hook_create(&hook);

	return error && error != -EEXIST ? error : bpf_tc_attach(&hook, &opts);
}

static int observe(const char *path, const char *interface, const char *where, int *map)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;
	bool is_tc = !strcmp(where, "tc");
	int interface_index = (int)if_nametoindex(interface), link;

	if (!object || bpf_object__load(object))
		return -1;
	program = bpf_object__find_program_by_name(object, is_tc ? "see_tc" : "see_xdp");
	*map = bpf_object__find_map_fd_by_name(object, "arrived");
	if (!program || *map < 0)
		return -1;
	link = bpf_link_create(bpf_program__fd(program), interface_index,
			       is_tc ? TCX_INGRESS : BPF_XDP, NULL);
	return link < 0 && is_tc && errno == EINVAL
		       ? observe_by_filter(interface_index, bpf_program__fd(program))
		       : link;
}

int main(int argc, char **argv)
{
	unsigned long long arrived = 0;
	int map = -1, key = 0, status, error = 0;
	long count, runs = 0;
	pid_t sender;

	if (argc != 3 && argc < 7) {
		fputs("usage: opened-traffic SENDER COUNT [OBSERVER RECEIVER xdp|tc COMMAND...]\n",
		      stderr);
		return 2;
	}
	count = strtol(argv[2], NULL, 10);
	if (argc == 3) {
		status = send_frames(argv[1], count);
		/* the other end takes them in its own time, and what comes next counts */
		usleep(IN_FLIGHT_US);
		return status;
	}
	if (observe(argv[3], argv[4], argv[5], &map) < 0)
		return fail("observer");
	sender = fork();
	if (!sender)
		_exit(send_frames(argv[1], count));
	while (!error && !waitpid(sender, &status, WNOHANG)) {
		error = repeat(argv + 6);
		runs++;
	}
	if (error || status)
		return 2;
	usleep(IN_FLIGHT_US);
	if (bpf_map_lookup_elem(map, &key, &arrived))
		return fail("map");
	printf("%ld %llu\n", runs, arrived);
	return 0;
}
