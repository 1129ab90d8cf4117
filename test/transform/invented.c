/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * invented - two hooks that no kernel has, and the way from one to the other: tables and a shim are
 * enough, no line of C or C++ knows of them. The result runs in a process of its own.
 *
 * RUN: rm -rf %t && mkdir %t && cp -r %root/hookdefs %t/hookdefs && cp -r %S/Inputs/invented/hookdefs %t/ && cp %S/Inputs/invented/house.h %t
 * RUN: cd %t && sed '/^\/\/ /,$d' %s > invented.c && export OPENED_HOOKDEFS=$PWD/hookdefs
 * RUN: %schema-check %root/hookdefs/schema/hook.schema.json hookdefs/letterbox.yaml hookdefs/doorbell.yaml
 * RUN: %schema-check %root/hookdefs/schema/pair.schema.json hookdefs/letterbox-to-doorbell.yaml
 *
 * RUN: %status 0 %opened-transform --to=doorbell -f front -f both -o out invented.c -- -target bpf -O2 -g && %FileCheck %s < out/invented.c
 * RUN: %clang -target bpf -O2 -g -Wall -Werror -c out/invented.c -o out.o
 * RUN: %clang -Wall -Werror -DRUN out/invented.c -o house && ./house
 * RUN: %status 0 %opened-transform --to=doorbell --pass=ok -f front -f both -o ok invented.c -- -target bpf -O2 -g && %clang -Wall -Werror -DRUN -DLET_IN=1 ok/invented.c -o ok/house && ok/house
 *
 * What the tables say no to; what they do not say; and the helper table, where a helper is for hooks.
 * RUN: %status 1 %opened-transform --to=doorbell -o none invented.c -- -target bpf -O2 -g 2>&1 | %FileCheck %s --check-prefix=NO
 * RUN: sed -i '/bpf_ktime_get_ns:/,/hooks/s/\[xdp,/[xdp, doorbell,/' hookdefs/helpers.yaml && %status 0 %opened-transform --to=doorbell -f clock -o clock invented.c -- -target bpf -O2 -g && grep -q 'bpf_ktime_get_ns()' clock/invented.c
 * RUN: %status 0 %opened-transform --check invented.c -- -target bpf -O2 -g | %FileCheck %s --check-prefix=CHECKED
 * RUN: %status 2 %opened-transform --to=doorbell --fidelity=exact -o none invented.c -- -target bpf -O2 -g 2>&1 | %FileCheck %s --check-prefix=CHOICE
 * RUN: %status 1 %opened-transform --to=letterbox -o none invented.c -- -target bpf -O2 -g 2>&1 | %FileCheck %s --check-prefix=BACK
 * RUN: %not ls none
 */

#include "house.h"

#define SEC(name) __attribute__((section(name), used))

static int heavy(struct letter *letter)
{
	return letter->weight > 20;
}

SEC("letterbox/front")
int front(struct letter *letter)
{
	if (letter->sender == 7 || bpf_get_prandom_u32() > 5)
		return 0;
	return !heavy(letter);
}

SEC("letterbox")
int both(struct letter *letter)
{
	return front(letter) && letter->note;
}

SEC("letterbox/back")
int back(struct letter *letter)
{
	return 0;
}

SEC("letterbox")
int stamped(struct letter *letter)
{
	letter->note = 1;
	bpf_trace_printk("", 1);
	return letter->stamp;
}

SEC("letterbox")
int clock(struct letter *letter)
{
	return bpf_ktime_get_ns() > 3;
}

#ifdef RUN
#ifndef LET_IN
#define LET_IN 2
#endif
int main(void)
{
	struct bell light = { .bags = 2, .visitor = 1, .note = 1 }, loaded = { .bags = 3, .visitor = 1 };
	struct bell known = { .bags = 0, .visitor = 7, .note = 1 }, quiet = { .bags = 2, .visitor = 1 };

	return !(front((void *)&light) == LET_IN && front((void *)&loaded) == -1 &&
		 front((void *)&known) == -1 && both((void *)&light) == LET_IN &&
		 both((void *)&quiet) == -1);
}
#endif

// CHECK: #define SEC(name)
// CHECK: #include "letterbox-to-doorbell.h"
// CHECK: static int heavy(struct bell *letter)
// CHECK: return opn_bell_weight(letter) > 20;
// CHECK: int front_letter_body(struct bell *letter)
// CHECK: if (letter->visitor == 7 || opn_bell_dice() > 5)
// CHECK: __attribute__((section("doorbell/front"), used))
// CHECK-NEXT: int front(struct bell *bell)
// CHECK-NEXT: {
// CHECK-NEXT: return opn_bell_answer(front_letter_body(bell));
// CHECK: return front_letter_body(letter) && letter->note;
// CHECK: SEC("letterbox/back")
// CHECK-NEXT: int back(struct letter *letter)
//
// NO-DAG: error: section 'letterbox/back' cannot be rewritten for hook 'doorbell': a back door has no bell [-Wopened-transform-rejected]
// NO-DAG: note: knock
// NO-DAG: error: a store to field 'note' loses something at hook 'doorbell': what is written on a visitor does not stay [-Wopened-transform-lossy]
// NO-DAG: error: field 'stamp' cannot be rewritten for hook 'doorbell': nobody who rings has a stamp [-Wopened-transform-rejected]
// NO-DAG: error: call of 'bpf_trace_printk' cannot be rewritten for hook 'doorbell': neighbours hear it [-Wopened-transform-rejected]
// NO-DAG: error: call of 'bpf_ktime_get_ns' cannot be rewritten for hook 'doorbell': programs there may not call it, and no rule says what does the same [-Wopened-transform-rejected]
// NO: 5 errors generated.
//
// CHECKED: "program": "front",
// CHECKED: "to": "doorbell",
// CHECKED-NEXT: "verdict": "exact under conditions",
// CHECKED: "program": "back",
// CHECKED: "verdict": "infeasible",
// CHECKED: "program": "clock",
// CHECKED: "verdict": "exact",
//
// CHOICE: error: --fidelity=exact has no meaning from 'letterbox' to 'doorbell' [-Wopened-usage]
// BACK: error: no table says how code of hook 'any' becomes code of hook 'letterbox' [-Wopened-pair-unknown]
