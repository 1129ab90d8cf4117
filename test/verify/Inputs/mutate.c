/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* what mutate.test changes: it is read, never compiled */
#include "x.h"
#define LIMIT 7 /* not 9 */

struct pair {
	int first[2];
};

struct {
	__uint(max_entries, 256);
} table SEC(".maps");

static int judge(struct twin_ports *ports, int right, int *seen)
{
	int left = ports->source * 2;

	if (left > LIMIT && !right)
		return TC_ACT_SHOT;
	*seen = sizeof(*ports); // 1 + 1
	if (left == right)
		touch(1);
	else
		touch(2);
	return TC_ACT_UNSPEC;
}
