/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * composition.h - a pipeline: which stages run where and in which order, and what became of them
 *
 * Read from the key "compose" of a spec, or made of units on the command line; filled with the
 * stages' texts by who can read C; emitted as a folder. Plain data; all of it in one arena.
 */
#ifndef OPN_COMPOSE_COMPOSITION_H
#define OPN_COMPOSE_COMPOSITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base.h"
#include "diag.h"
#include "pair.h"
#include "place.h"
#include "unit.h"
#include "yaml_read.h"

struct opn_composed_stage {
	const char *name;   /* as written: "acl-v2" */
	const char *id;	    /* the same as a C identifier: "acl_v2" */
	struct opn_loc loc; /* in the spec, or nowhere */

	/* What was asked for. */
	const char *unit;	  /* as written in the spec, or NULL */
	const char *source;	  /* path, as seen from the current folder */
	bool made;		  /* source is what was made of a unit of the spec */
	const char *program;	  /* NULL: the only one of the source */
	const char *database;	  /* folder of the compile database, or NULL: looked for */
	const char *const *flags; /* instead of a database, NULL-terminated; or NULL */
	unsigned int variant; /* which of the source's compile commands, from 1; 0: the only one */
	const struct opn_pair_choice *choices; /* of the pair that it is transformed by */
	size_t choice_count;
	const struct opn_pair_choice *brought; /* of the pair that it was transformed by before */
	size_t brought_count;
	const struct opn_verdict_row *const *continues; /* NULL: the hook's default */
	size_t continue_count;

	/* What was found. */
	const char *from;     /* the hook that it was written for */
	const char *section;  /* that it was written for: "xdp.frags" */
	const char *origin;   /* "bpf/acl.bpf.c: edge_acl" */
	const char *license;  /* NULL: none */
	const char *body;     /* name of the function that was the program */
	const char *function; /* what runs it: a function of the dispatcher's, or a program */
	const char *path;     /* in the product: "stages/acl.bpf.c" */
	const char *text;
	const char *const
		*build_flags; /* as in struct opn_unit, "@ROOT@" is the product's folder */
	const struct opn_map *maps;
	size_t map_count;
	const char *const *helpers; /* that it or what it needs calls */
	const char *const *kfuncs;  /* the same of kfuncs */
	const char *const *untyped; /* as in struct opn_stage_facts, these four */
	const char *const *lock_sections;
	const char *const *listed, *const *records;
	const char *const *macros; /* that its text defines */
	const char *const *writes; /* "iphdr.ttl": as in struct opn_stage_facts */
	const long long *returns;
	size_t return_count;
	bool returns_known;
	const char *const *renames; /* from, to, from, to: its symbols' names; NULL-terminated */
	const char *moves;  /* a helper that it calls and that may move the packet, or NULL */
	bool lacks_context; /* its text does not define the hook's */
	bool leaves; /* it may give the packet to another program, and then does not return */
	const struct opn_map *note; /* whose element it is given as an argument, or NULL */
	size_t note_size;

	/* Of a stage that stands in one source with others: the record and function that find
	 * headers for it, NULL: it does that itself; whether the function is called before it;
	 * why it parses itself or anew, or NULL. */
	const char *parse;
	bool parses;
	const char *parse_why;
	struct opn_loc parse_loc;
};

struct opn_composed_hook {
	const struct opn_place *place;
	struct opn_loc loc;
	const char *id; /* "tc_ingress" */
	enum opn_mechanism mechanism;
	const char *why;     /* of the mechanism that "auto" chose, or NULL: it was asked for */
	const char *program; /* the dispatcher, or NULL: every stage is attached */
	const char *section; /* of the programs that are emitted */
	const struct opn_verdict_row *next; /* what is returned behind the last stage */
	const char *handover; /* array whose one program is called behind the last stage, or NULL */
	/* The map through which stages tell each other of a packet, NULL: they do not; what is to
	 * carry it, as asked for, and what does: NULL is the dispatcher's stack. */
	const char *note, *note_carrier;
	struct opn_loc note_loc;
	const struct opn_carrier *carrier;
	const char *note_type;
	size_t note_size;
	bool hands_on;	   /* another place takes it from the packet */
	bool drop_missing; /* what becomes of packets that find a slot empty; else they pass */
	struct opn_composed_stage *stages;
	size_t stage_count;
	/* All stages in one source: its path in the product, the stages' text, and how it is
	 * compiled; else NULL. */
	const char *path, *text;
	const char *const *build_flags;
};

/* A map whose pin has another name than it. */
struct opn_composed_pin {
	const char *map, *name;
};

struct opn_composition {
	const char *name;      /* an identifier */
	const char *interface; /* that `attach` takes when none is given, or NULL */
	bool counts;	       /* per-stage counters are emitted */
	/* Another loader is to have it too: it sets no variable, so programs run at once, and
	 * deploy.mk says how they are packed. */
	bool elsewhere;
	const char *const *share; /* maps that stages share on purpose, NULL-terminated */
	struct opn_composed_hook *hooks;
	size_t hook_count;
	const char *license; /* of the object */
	const struct opn_composed_pin *pins;
	size_t pin_count;
	const char *version; /* of the tool */
};

/* What was made of a unit of the spec; the last of a list has no unit. */
struct opn_unit_source {
	const char *unit, *program; /* program NULL: whichever the stage means */
	const char *source;	    /* as seen from the current folder */
};

/* Opens a spec and checks its keys and its version. Reports and returns -errno; while out->text is
 * not NULL it can be read on, so that all mistakes are told at once, and the caller frees it. */
int opn_spec_open(const char *path, struct opn_arena *arena, struct opn_diags *diags,
		  struct opn_yaml *out);
/* The folder that the spec's paths are seen from. */
const char *opn_spec_folder(const struct opn_yaml *yaml);

/* The key "compose" of an open spec, and of one at path. units: NULL, or stages of these names are
 * not paths. Report every mistake and return -errno. */
int opn_composition_from(struct opn_yaml *yaml, const struct opn_places *places,
			 const struct opn_unit_source *units, struct opn_composition *out);
int opn_composition_read(const char *path, const struct opn_places *places,
			 const struct opn_unit_source *units, struct opn_arena *arena,
			 struct opn_diags *diags, struct opn_composition *out);

/* What a stage or spec is called when nobody says it: "bpf/acl.bpf.c" is "acl". */
const char *opn_stage_default_name(struct opn_arena *arena, const char *source);

/* A name as a C identifier: what cannot stand in one becomes '_'. */
const char *opn_identifier(struct opn_arena *arena, const char *name);

/* The verdicts after which the stage behind this one runs. */
const struct opn_verdict_row *const *opn_stage_continues(const struct opn_composed_hook *hook,
							 const struct opn_composed_stage *stage,
							 size_t *count);

/* Verdict values between the smallest and the largest of a hook, which have a counter each. */
struct opn_counted {
	int first;
	size_t count;
};
struct opn_counted opn_counted_verdicts(const struct opn_composed_hook *hook);

/* Names that the dispatcher defines, NULL-terminated: no stage may have them. */
const char *const *opn_composition_symbols(const struct opn_composition *composition,
					   struct opn_arena *arena);

/* Names that the one source of all stages of a hook has besides theirs, NULL-terminated. */
const char *const *opn_hook_symbols(const struct opn_composition *composition,
				    const struct opn_composed_hook *hook, struct opn_arena *arena);

/* The stage's own text, where it leaves by a tail call and its body is a function around that; in
 * the arena. */
char *opn_stage_inlined(const struct opn_composed_stage *stage, struct opn_arena *arena);

/* Whether a stage has to be called, not copied into what goes on to the next one: a tail call
 * leaves the function that makes it. Of linked stages the dispatcher calls each. */
bool opn_stage_is_apart(const struct opn_composed_hook *hook,
			const struct opn_composed_stage *stage);

/* What stands behind a stage's text: the function that the mechanism needs. program: other code
 * names the program, so it stays one, under this name; NULL: it does not. */
char *opn_stage_wrapper(const struct opn_composition *composition,
			const struct opn_composed_hook *hook,
			const struct opn_composed_stage *stage, const char *program);

/* What speaks against the pipeline, and what its author should know: reported before anything is
 * emitted. Returns 0 or -errno. */
int opn_composition_check(const struct opn_composition *composition, struct opn_diags *diags);

/* What carries what stages tell each other of a packet, with the hook's mechanism; and whether it
 * can, when the stages are known. Report and return -errno. */
int opn_metadata_choose(struct opn_composed_hook *hook, struct opn_diags *diags);
int opn_metadata_check(struct opn_composition *composition, struct opn_diags *diags);
const char *opn_metadata_carrier(const struct opn_composed_hook *hook);
/* Its code: the functions, a program's variable, and what stands where a pipeline begins, before
 * and behind a stage that is a program of its own, and where the pipeline ends. */
void opn_metadata_lines(struct opn_buf *buf, const char *text);
void opn_metadata_functions(struct opn_buf *buf, const struct opn_composed_hook *hook);
void opn_metadata_declare(struct opn_buf *buf, const struct opn_composed_hook *hook);
void opn_metadata_begin(struct opn_buf *buf, const struct opn_composed_hook *hook);
void opn_metadata_take(struct opn_buf *buf, const struct opn_composed_hook *hook);
void opn_metadata_give(struct opn_buf *buf, const struct opn_composed_hook *hook);
void opn_metadata_end(struct opn_buf *buf, const struct opn_composed_hook *hook,
		      const char *indent);

/* The licence of an object that holds all stages in *out; NULL stays where it cannot be had
 * (reported). */
int opn_composition_license(const struct opn_composition *composition, struct opn_diags *diags,
			    const char **out);

/* A stranger's words: as a string of C, inside a comment of C, in a table of Markdown. */
void opn_emit_string(struct opn_buf *buf, const char *text);
/* A string that is no value (an attribute's), where the compiler takes no escapes of numbers: a
 * control character is a question mark. */
void opn_emit_label(struct opn_buf *buf, const char *text);
void opn_emit_comment(struct opn_buf *buf, const char *text);
void opn_emit_cell(struct opn_buf *buf, const char *text);

/* The files of the product, allocated; NULL without memory. */
char *opn_emit_dispatcher(const struct opn_composition *composition);
char *opn_emit_fused(const struct opn_composition *composition,
		     const struct opn_composed_hook *hook);
char *opn_emit_header(const struct opn_composition *composition);
char *opn_emit_loader(const struct opn_composition *composition);
/* sources: of the loader's runtime, each with a blank before it. */
char *opn_emit_makefile(const struct opn_composition *composition, const char *sources);
char *opn_emit_readme(const struct opn_composition *composition);
/* A hook of it as a side of opened-verify: FILE.yaml of verify.md. */
char *opn_emit_verify(const struct opn_composition *composition,
		      const struct opn_composed_hook *hook);
char *opn_emit_graph(const struct opn_composition *composition); /* DOT */
char *opn_emit_manifest(const struct opn_composition *composition);

/* The word that a stage has for a choice, asked for or brought; NULL: none. */
const char *opn_stage_word(const struct opn_composed_stage *stage, const char *choice);
/* The first word of the choice that no stage of the composition has, for a choice in which stages
 * must differ; NULL: all are taken. */
const char *opn_composition_free_word(const struct opn_composition *composition,
				      const struct opn_pair_option *option);
/* The list with one choice more, in the arena; NULL without memory. */
const struct opn_pair_choice *opn_choices_with(struct opn_arena *arena,
					       const struct opn_pair_choice *choices, size_t count,
					       const char *name, const char *word);

/* Whether programs look at a switch before they do anything: with several places to attach to. */
bool opn_composition_switched(const struct opn_composition *composition);
/* What a stage does about its headers, in words, allocated; NULL without memory. */
char *opn_stage_parse_text(const struct opn_composed_stage *stage);
/* Whether each stage of the hook is a program, not a function of the dispatcher. */
bool opn_hook_has_programs(const struct opn_composed_hook *hook);

/* Whether the hook's mechanism can be attached this way: where each stage is attached, all are by
 * the same. */
/* Whether any hook's stages are components of somebody else's dispatcher. */
bool opn_composition_shares(const struct opn_composition *composition);
bool opn_hook_takes_way(const struct opn_composed_hook *hook, const struct opn_place_way *way);

#endif
