/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * live_observer.h - the program that records what the stack would have been given
 */
#ifndef OPN_VERIFY_LIVE_OBSERVER_H
#define OPN_VERIFY_LIVE_OBSERVER_H

#include <stdint.h>

#include "observer.h"

struct opn_observer;

/* Loads the observer and attaches it to the egress of an interface. Returns 0 or -errno; the caller
 * frees *out. */
int opn_observer_open(unsigned int ifindex, struct opn_observer **out);
void opn_observer_free(struct opn_observer *observer);

/* A program that lets everything pass, for the other end of a veth; gone with the observer. */
int opn_observer_attach_peer(struct opn_observer *observer, unsigned int ifindex);

typedef void opn_observer_record(void *context, const struct opn_seen *seen, const uint8_t *bytes);

/* Gives all records that are there to record(). Returns how many, or -errno. */
int opn_observer_drain(struct opn_observer *observer, opn_observer_record *record, void *context);
/* Readable when there are records; owned by the observer. */
int opn_observer_fd(const struct opn_observer *observer);

/* Reads the counts since the last opn_observer_restart(). Return 0 or -errno. */
int opn_observer_counts(const struct opn_observer *observer, uint64_t counts[OPN_SEEN_COUNTS]);
int opn_observer_restart(struct opn_observer *observer);

#endif
