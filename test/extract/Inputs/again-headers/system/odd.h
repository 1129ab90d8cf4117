/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef ODD_H
#define ODD_H
#include <kinds.h>
#ifndef always
#define always inline
#endif
#endif
