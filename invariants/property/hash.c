/* SPDX-License-Identifier: MIT */
/*
 * hash: FNV-1a with 64 bits (Fowler, Noll, Vo).
 */
#include <theft.h>

#define FNV_START 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

void theft_hash_init(struct theft_hasher *h)
{
	h->accum = FNV_START;
}

void theft_hash_sink(struct theft_hasher *h, const uint8_t *data, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++)
		h->accum = (h->accum ^ data[i]) * FNV_PRIME;
}

/* The hasher is ready for another sequence. */
theft_hash theft_hash_done(struct theft_hasher *h)
{
	theft_hash hash = h->accum;

	theft_hash_init(h);
	return hash;
}

theft_hash theft_hash_onepass(const uint8_t *data, size_t bytes)
{
	struct theft_hasher h;

	theft_hash_init(&h);
	theft_hash_sink(&h, data, bytes);
	return theft_hash_done(&h);
}
