// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * live_net.c - a network namespace of our own, with the devices that a live run needs
 */
#include "live_net_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <netinet/in.h>

#include "base.h"

/* Of the two ends of a stream: a network that no test of others should meet (RFC 2544). */
static const uint8_t tested_address[4] = { 198, 18, 0, 1 };
static const uint8_t sender_address[4] = { 198, 18, 0, 2 };
static const uint8_t tested_mac[6] = { 0x02, 0, 0, 0, 0, 0x01 };
static const uint8_t sender_mac[6] = { 0x02, 0, 0, 0, 0, 0x02 };

/* /proc/sys/net is that of the thread that opens it. */
static int set_sysctl(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno; /* a kernel without IPv6 is as quiet */
	error = opn_fd_write(fd, value, strlen(value));
	close(fd);
	return error;
}

/* No router solicitations, no neighbour discovery, no multicast reports. */
static int silence(struct opn_live_net *net)
{
	int error;

	net->doing = "switch automatic traffic off";
	error = set_sysctl("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	return error ?: set_sysctl("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
}

static int open_namespace(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int open_netlink(struct opn_live_net *net)
{
	net->doing = "open netlink sockets";
	net->route = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	net->filter = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!net->route || !net->filter || mnl_socket_bind(net->route, 0, MNL_SOCKET_AUTOPID) ||
	    mnl_socket_bind(net->filter, 0, MNL_SOCKET_AUTOPID))
		return -errno;
	return 0;
}

static int enter(struct opn_live_net *net)
{
	int error;

	net->doing = "create a network namespace";
	if (unshare(CLONE_NEWNET))
		return -errno;
	net->here = open_namespace();
	if (net->here < 0)
		return net->here;
	error = silence(net);
	return error ?: open_netlink(net);
}

int opn_live_net_enter(struct opn_live_net **out)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	(*out)->here = (*out)->there = -1;
	return enter(*out);
}

void opn_live_net_leave(struct opn_live_net *net)
{
	if (!net)
		return;
	if (net->route)
		mnl_socket_close(net->route);
	if (net->filter)
		mnl_socket_close(net->filter);
	if (net->here >= 0)
		close(net->here);
	if (net->there >= 0)
		close(net->there);
	free(net);
}

void opn_live_net_do(struct opn_live_net *net, const char *doing)
{
	net->doing = doing;
}

const char *opn_live_net_doing(const struct opn_live_net *net)
{
	return net ? net->doing : "create a network namespace";
}

int opn_live_net_tap(struct opn_live_net *net, unsigned int ifindex, const uint8_t mac[6],
		     unsigned int mtu)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int error, fd;

	net->doing = "create a TAP device (/dev/net/tun)";
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "tap%u", ifindex);
	if (ioctl(fd, TUNSETIFINDEX, &ifindex) || ioctl(fd, TUNSETIFF, &request)) {
		error = -errno;
		close(fd);
		return error;
	}
	error = opn_live_link_set(net, ifindex, mac, mtu);
	if (error) {
		close(fd);
		return error;
	}
	return fd;
}

int opn_live_net_veth(struct opn_live_net *net, unsigned int ifindex, unsigned int peer,
		      const uint8_t mac[6], const uint8_t peer_mac[6], unsigned int mtu)
{
	int error;

	net->doing = "create a pair of veth devices";
	error = opn_live_link_veth(net, ifindex, peer, -1);
	error = error ?: opn_live_link_set(net, ifindex, mac, mtu);
	return error ?: opn_live_link_set(net, peer, peer_mac, mtu);
}

int opn_live_net_packet_socket(struct opn_live_net *net, unsigned int ifindex)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)ifindex,
	};
	int on = 1, room = 8 << 20, error, fd;

	net->doing = "open a packet socket";
	/* Without a protocol until it is bound, or it sees other devices' packets until then. */
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

/* ---- streams ---- */

/* Runs with the thread in the second namespace, which is set up as the first was. */
static int configure_sender(struct opn_live_net *net, unsigned int ifindex)
{
	struct mnl_socket *ours = net->route;
	int error = silence(net);

	net->doing = "set up the second namespace";
	net->route = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!net->route || mnl_socket_bind(net->route, 0, MNL_SOCKET_AUTOPID))
		error = error ?: -errno;
	error = error ?: opn_live_link_veth(net, ifindex, ifindex, net->here);
	error = error ?: opn_live_link_set(net, ifindex, sender_mac, 1500);
	error = error ?: opn_live_address_add(net, ifindex, sender_address);
	error = error ?: opn_live_neighbour_add(net, ifindex, tested_address, tested_mac);
	if (net->route)
		mnl_socket_close(net->route);
	net->route = ours;
	return error;
}

static int make_sender(struct opn_live_net *net, unsigned int ifindex)
{
	int error;

	net->doing = "create a second network namespace";
	if (unshare(CLONE_NEWNET))
		return -errno;
	net->there = open_namespace();
	error = net->there < 0 ? net->there : configure_sender(net, ifindex);
	if (setns(net->here, CLONE_NEWNET))
		error = error ?: -errno;
	return error;
}

/* Generic receive offload: what arrives is merged into larger packets, as NICs' drivers do it. */
static int merge_received(struct opn_live_net *net, unsigned int ifindex)
{
	struct ethtool_value value = { .cmd = ETHTOOL_SGRO, .data = 1 };
	struct ifreq request = { .ifr_data = (void *)&value };
	int error = 0, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	net->doing = "switch generic receive offload on";
	if (fd < 0)
		return -errno;
	/* Both in <net/if.h>, which cannot be included beside <linux/if.h>. */
	request.ifr_ifindex = (int)ifindex;
	if (ioctl(fd, SIOCGIFNAME, &request))
		error = -errno;
	request.ifr_data = (void *)&value;
	if (!error && ioctl(fd, SIOCETHTOOL, &request))
		error = -errno;
	close(fd);
	return error;
}

int opn_live_net_stream(struct opn_live_net *net, unsigned int ifindex)
{
	int error = make_sender(net, ifindex);

	if (error)
		return error;
	net->doing = "set up the receiver of a stream";
	error = opn_live_link_set(net, ifindex, tested_mac, 1500);
	error = error ?: opn_live_address_add(net, ifindex, tested_address);
	error = error ?: opn_live_neighbour_add(net, ifindex, sender_address, sender_mac);
	return error ?: merge_received(net, ifindex);
}

static int open_stream(uint16_t port, struct sockaddr_in *address)
{
	*address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
	memcpy(&address->sin_addr, tested_address, sizeof(tested_address));
	return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int opn_live_net_listen(struct opn_live_net *net, uint16_t port)
{
	struct sockaddr_in address;
	int on = 1, error, fd = open_stream(port, &address);

	net->doing = "listen for a stream";
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 1)) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

int opn_live_net_connect(struct opn_live_net *net, uint16_t port)
{
	struct sockaddr_in address;
	int error = 0, fd;

	net->doing = "connect a stream";
	/* A socket stays in the namespace in which it was made. */
	if (setns(net->there, CLONE_NEWNET))
		return -errno;
	fd = open_stream(port, &address);
	if (fd < 0)
		error = -errno;
	if (setns(net->here, CLONE_NEWNET))
		error = error ?: -errno;
	if (!error && connect(fd, (struct sockaddr *)&address, sizeof(address)) &&
	    errno != EINPROGRESS)
		error = -errno;
	if (error && fd >= 0)
		close(fd);
	return error ?: fd;
}
