/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

struct limits {
	__u32 least;
	__u32 most;
};
