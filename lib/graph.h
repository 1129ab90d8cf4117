/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * graph.h - a unit's dependency graph, for eyes (DOT) and for programs (JSON)
 *
 * Nodes are the unit's functions, maps, types, macros and globals; a name that only an edge knows
 * (a helper, a kfunc, a system header's type) becomes a node of kind "external".
 */
#ifndef OPN_GRAPH_H
#define OPN_GRAPH_H

#include "unit.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The text, which the caller frees; NULL without memory. */
char *opn_graph_dot(const struct opn_unit *unit);
char *opn_graph_json(const struct opn_unit *unit);

#ifdef __cplusplus
}
#endif

#endif
