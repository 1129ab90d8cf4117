/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef NUMBERS_H
#define NUMBERS_H
typedef unsigned int number;
#endif
