// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * live_link.c - interfaces, addresses and neighbours by rtnetlink
 */
#include <errno.h>
#include <string.h>

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sys/socket.h>

#include "live_net_private.h"

#define MESSAGE_SIZE 1024

int opn_live_net_request(struct mnl_socket *socket, const void *request, size_t size,
			 unsigned int first, unsigned int answers)
{
	char buffer[8192];
	ssize_t length;

	if (mnl_socket_sendto(socket, request, size) < 0)
		return -errno;
	for (unsigned int i = 0; i < answers; i++) {
		length = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
		if (length < 0)
			return -errno;
		if (mnl_cb_run(buffer, length, first + i, mnl_socket_get_portid(socket), NULL,
			       NULL) < 0)
			return -errno;
	}
	return 0;
}

static struct nlmsghdr *begin(struct opn_live_net *net, char *buffer, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	header->nlmsg_seq = ++net->sequence;
	return header;
}

static int finish(struct opn_live_net *net, const struct nlmsghdr *header)
{
	return opn_live_net_request(net->route, header, header->nlmsg_len, header->nlmsg_seq, 1);
}

static struct ifinfomsg *put_link(struct nlmsghdr *header, unsigned int ifindex)
{
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(header, sizeof(*link));

	link->ifi_family = AF_UNSPEC;
	link->ifi_index = (int)ifindex;
	return link;
}

int opn_live_link_set(struct opn_live_net *net, unsigned int ifindex, const uint8_t mac[6],
		      unsigned int mtu)
{
	char buffer[MESSAGE_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *header = begin(net, buffer, RTM_NEWLINK, 0);
	struct ifinfomsg *link = put_link(header, ifindex);

	/* Promiscuous, as a device is that somebody captures from. */
	link->ifi_flags = IFF_UP | IFF_PROMISC;
	link->ifi_change = IFF_UP | IFF_PROMISC;
	mnl_attr_put(header, IFLA_ADDRESS, 6, mac);
	mnl_attr_put_u32(header, IFLA_MTU, mtu);
	return finish(net, header);
}

int opn_live_link_veth(struct opn_live_net *net, unsigned int ifindex, unsigned int peer,
		       int peer_namespace)
{
	char buffer[MESSAGE_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *header = begin(net, buffer, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *info, *data, *other;

	put_link(header, ifindex);
	info = mnl_attr_nest_start(header, IFLA_LINKINFO);
	mnl_attr_put_strz(header, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
	other = mnl_attr_nest_start(header, VETH_INFO_PEER);
	put_link(header, peer);
	if (peer_namespace >= 0)
		mnl_attr_put_u32(header, IFLA_NET_NS_FD, (uint32_t)peer_namespace);
	mnl_attr_nest_end(header, other);
	mnl_attr_nest_end(header, data);
	mnl_attr_nest_end(header, info);
	return finish(net, header);
}

int opn_live_address_add(struct opn_live_net *net, unsigned int ifindex, const uint8_t address[4])
{
	char buffer[MESSAGE_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *header = begin(net, buffer, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
	struct ifaddrmsg *message = mnl_nlmsg_put_extra_header(header, sizeof(*message));

	message->ifa_family = AF_INET;
	message->ifa_prefixlen = 24;
	message->ifa_index = ifindex;
	mnl_attr_put(header, IFA_LOCAL, 4, address);
	mnl_attr_put(header, IFA_ADDRESS, 4, address);
	return finish(net, header);
}

int opn_live_neighbour_add(struct opn_live_net *net, unsigned int ifindex, const uint8_t address[4],
			   const uint8_t mac[6])
{
	char buffer[MESSAGE_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *header = begin(net, buffer, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE);
	struct ndmsg *message = mnl_nlmsg_put_extra_header(header, sizeof(*message));

	message->ndm_family = AF_INET;
	message->ndm_ifindex = (int)ifindex;
	message->ndm_state = NUD_PERMANENT;
	mnl_attr_put(header, NDA_DST, 4, address);
	mnl_attr_put(header, NDA_LLADDR, 6, mac);
	return finish(net, header);
}
