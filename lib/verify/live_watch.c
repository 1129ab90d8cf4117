// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * live_watch.c - the rule that leads packets from netfilter's ingress hook to the observer
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>

#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "live_net_private.h"

#define TABLE "opened"

/* A batch under construction: nf_tables takes changes in transactions only. */
struct batch {
	char buffer[4096];
	struct mnl_nlmsg_batch *messages;
	unsigned int first, count; /* of the messages that are answered */
};

static struct nlmsghdr *add(struct opn_live_net *net, struct batch *batch, uint16_t type)
{
	struct nlmsghdr *header = nftnl_nlmsg_build_hdr(
		mnl_nlmsg_batch_current(batch->messages), type, NFPROTO_NETDEV,
		NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK, ++net->sequence);

	if (!batch->count++)
		batch->first = net->sequence;
	return header;
}

static int add_table(struct opn_live_net *net, struct batch *batch)
{
	struct nftnl_table *table = nftnl_table_alloc();

	if (!table)
		return -ENOMEM;
	nftnl_table_set_str(table, NFTNL_TABLE_NAME, TABLE);
	nftnl_table_nlmsg_build_payload(add(net, batch, NFT_MSG_NEWTABLE), table);
	mnl_nlmsg_batch_next(batch->messages);
	nftnl_table_free(table);
	return 0;
}

static int add_chain(struct opn_live_net *net, struct batch *batch, const char *device)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();

	if (!chain)
		return -ENOMEM;
	nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, TABLE);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, device);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, "filter");
	nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, NF_NETDEV_INGRESS);
	nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, 0);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_DEV, device);
	nftnl_chain_nlmsg_build_payload(add(net, batch, NFT_MSG_NEWCHAIN), chain);
	mnl_nlmsg_batch_next(batch->messages);
	nftnl_chain_free(chain);
	return 0;
}

/* "forward to (or duplicate to) device number OPN_LIVE_WATCH" */
static int add_expressions(struct nftnl_rule *rule, enum opn_live_watch watch)
{
	bool take = watch == OPN_WATCH_TAKE;
	struct nftnl_expr *number = nftnl_expr_alloc("immediate");
	struct nftnl_expr *send = nftnl_expr_alloc(take ? "fwd" : "dup");

	if (!number || !send) {
		free(number);
		free(send);
		return -ENOMEM;
	}
	nftnl_expr_set_u32(number, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
	nftnl_expr_set_u32(number, NFTNL_EXPR_IMM_DATA, OPN_LIVE_WATCH);
	nftnl_rule_add_expr(rule, number);
	nftnl_expr_set_u32(send, take ? NFTNL_EXPR_FWD_SREG_DEV : NFTNL_EXPR_DUP_SREG_DEV,
			   NFT_REG_1);
	nftnl_rule_add_expr(rule, send);
	return 0;
}

static int add_rule(struct opn_live_net *net, struct batch *batch, const char *device,
		    enum opn_live_watch watch)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	int error = rule ? add_expressions(rule, watch) : -ENOMEM;

	if (!error) {
		nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, TABLE);
		nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, device);
		nftnl_rule_nlmsg_build_payload(add(net, batch, NFT_MSG_NEWRULE), rule);
		mnl_nlmsg_batch_next(batch->messages);
	}
	if (rule)
		nftnl_rule_free(rule);
	return error;
}

int opn_live_net_watch(struct opn_live_net *net, unsigned int ifindex, enum opn_live_watch watch)
{
	char device[IF_NAMESIZE];
	struct batch batch = { 0 };
	int error = 0;

	net->doing = "forward from netfilter's ingress hook (nf_tables, nft_fwd_netdev)";
	if (!if_indextoname(ifindex, device))
		return -errno;
	batch.messages = mnl_nlmsg_batch_start(batch.buffer, sizeof(batch.buffer));
	if (!batch.messages)
		return -ENOMEM;
	nftnl_batch_begin(mnl_nlmsg_batch_current(batch.messages), ++net->sequence);
	mnl_nlmsg_batch_next(batch.messages);
	if (!net->has_table)
		error = add_table(net, &batch);
	error = error ?: add_chain(net, &batch, device);
	error = error ?: add_rule(net, &batch, device, watch);
	nftnl_batch_end(mnl_nlmsg_batch_current(batch.messages), ++net->sequence);
	mnl_nlmsg_batch_next(batch.messages);
	if (!error)
		error = opn_live_net_request(net->filter, mnl_nlmsg_batch_head(batch.messages),
					     mnl_nlmsg_batch_size(batch.messages), batch.first,
					     batch.count);
	mnl_nlmsg_batch_stop(batch.messages);
	net->has_table = net->has_table || !error;
	return error;
}
