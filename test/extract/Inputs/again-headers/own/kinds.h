/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef KINDS_H
#define KINDS_H
#include <numbers.h>
typedef number kind;
#endif
