/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* kinds.h - what frames are counted as; user space reads the map by it */
#ifndef CENSUS_KINDS_H
#define CENSUS_KINDS_H

enum census_kind {
	CENSUS_SHORT,
	CENSUS_OTHER,
	CENSUS_IPV4,
	CENSUS_IPV6,
	CENSUS_KINDS,
};

#endif
