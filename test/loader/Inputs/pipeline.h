/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * pipeline.h - what the programs of a small pipeline and its tables share
 *
 * VARIANT: which of the shapes; REVERSED: the stages have each other's numbers; PREFIX: of all
 * names in the kernel, so that a test can list its own.
 */
#ifndef PIPELINE_H
#define PIPELINE_H

#define LINKED 1 /* XDP, stages are subprograms */
#define TAIL   2 /* XDP, stages are in slots */
#define TC     3 /* tc ingress, stages are subprograms */
#define EACH   4 /* tc ingress, each stage is attached */
#define TWO    5 /* XDP, tc ingress, tc egress */

#ifndef VARIANT
#define VARIANT LINKED
#endif
#ifndef PREFIX
#define PREFIX ol_
#endif
#ifndef VERSION
#define VERSION 1
#endif

#define PASTE_(a, b) a##b
#define PASTE(a, b)  PASTE_(a, b)
#define NAME(name)   PASTE(PREFIX, name)
#define TEXT_(text)  #text
#define TEXT(text)   TEXT_(text)

#define HAS_XDP	    (VARIANT == LINKED || VARIANT == TAIL || VARIANT == TWO)
#define HAS_TC	    (VARIANT == TC || VARIANT == EACH || VARIANT == TWO)
#define HAS_SLOTS   (VARIANT == TAIL)
#define HAS_RUNNING (VARIANT == EACH || VARIANT == TWO)

#define STAGES 2
#ifdef REVERSED
#define MARK 1
#define WALL 0
#else
#define MARK 0
#define WALL 1
#endif
#define XDP_VERDICTS 5
#define TC_VERDICTS  3

#endif
