// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * random.c - xoshiro256** by Blackman and Vigna, seeded by splitmix64
 *
 * Both algorithms are in the public domain (prng.di.unimi.it). The C library's generators differ
 * between systems, and a seed must name a run on all of them.
 */
#include "packet.h"

static uint64_t rotate(uint64_t value, int bits)
{
	return value << bits | value >> (64 - bits);
}

static uint64_t splitmix(uint64_t *state)
{
	uint64_t value = *state += 0x9e3779b97f4a7c15;

	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
	value = (value ^ value >> 27) * 0x94d049bb133111eb;
	return value ^ value >> 31;
}

void opn_random_seed(struct opn_random *random, uint64_t seed, uint64_t stream)
{
	uint64_t state = stream;

	/* Mixed before it meets the seed: seed 1 stream 2 is not seed 2 stream 1, nor seed 3. */
	state = splitmix(&state) ^ seed;
	for (int i = 0; i < 4; i++)
		random->state[i] = splitmix(&state);
}

uint64_t opn_random_next(struct opn_random *random)
{
	uint64_t *s = random->state;
	uint64_t result = rotate(s[1] * 5, 7) * 9, shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate(s[3], 45);
	return result;
}

/* Lemire's method: the high half of a product, without the few values that would favour some. */
uint32_t opn_random_below(struct opn_random *random, uint32_t bound)
{
	uint64_t product;

	if (!bound)
		return 0;
	do
		product = (opn_random_next(random) >> 32) * bound;
	while ((uint32_t)product < bound && (uint32_t)product < -bound % bound);
	return product >> 32;
}
