/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * letterbox-to-doorbell.h - letters' ways with those who ring
 */
#ifndef LETTERBOX_TO_DOORBELL_H
#define LETTERBOX_TO_DOORBELL_H

#ifndef OPN_BELL_LET_IN
#define OPN_BELL_LET_IN 2
#endif

static inline int opn_bell_weight(const struct bell *bell)
{
	return bell->bags * 10;
}

static inline unsigned int opn_bell_dice(void)
{
	return 4;
}

static inline int opn_bell_answer(int verdict)
{
	return verdict ? OPN_BELL_LET_IN : -1;
}

#endif
