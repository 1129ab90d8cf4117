// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * verify_net.c - where test runs happen: a namespace of our own, with devices to redirect to
 *
 * Packets of a test run go nowhere, but the slots of a device map take only interfaces that exist.
 * There are several, and the one that packets come from is but one of them, so that a wrong slot
 * shows. They stay down.
 */
#include <errno.h>
#include <sched.h>
#include <sys/param.h>

#include "live_net_private.h"
#include "verify_private.h"

static const unsigned int pairs[][2] = { { 2, 3 }, { 4, 5 } };

#define PAIRS (sizeof(pairs) / sizeof(pairs[0]))

_Static_assert(1 + 2 * PAIRS == OPN_SESSION_INTERFACES, "the loopback, and both ends of each pair");

/* The CPU of this number among those that we may use, beginning with the one that we are on. */
static int choose_cpu(size_t number)
{
	int cpu = sched_getcpu();
	cpu_set_t allowed;

	if (cpu < 0 || sched_getaffinity(0, sizeof(allowed), &allowed))
		return 0;
	for (number %= (size_t)MAX(CPU_COUNT(&allowed), 1); number; number--) {
		do {
			cpu = (cpu + 1) % CPU_SETSIZE;
		} while (!CPU_ISSET(cpu, &allowed));
	}
	return cpu;
}

/* One CPU, so that per-CPU maps and the CPU's number are the same for both programs. */
int opn_session_isolate(size_t worker, struct opn_diags *diags)
{
	int cpu = choose_cpu(worker);
	cpu_set_t one;

	if (unshare(CLONE_NEWNET)) {
		int error = opn_diag(diags, OPN_DIAG_VERIFY_NOT_ALLOWED, OPN_NOWHERE,
				     "make a network namespace", "CAP_SYS_ADMIN");

		opn_diag_note(diags, OPN_NOWHERE, "run it as root");
		return error;
	}
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
	return 0;
}

size_t opn_session_devices(unsigned int ifindexes[OPN_SESSION_INTERFACES])
{
	struct opn_live_net net = { .here = -1, .there = -1 };
	size_t count = 0;

	ifindexes[count++] = OPN_BENCH_INTERFACE;
	net.route = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!net.route)
		return count;
	for (size_t i = 0; i < PAIRS; i++) {
		if ((!i && mnl_socket_bind(net.route, 0, MNL_SOCKET_AUTOPID)) ||
		    opn_live_link_veth(&net, pairs[i][0], pairs[i][1], -1))
			break;
		ifindexes[count++] = pairs[i][0];
		ifindexes[count++] = pairs[i][1];
	}
	mnl_socket_close(net.route);
	return count;
}
