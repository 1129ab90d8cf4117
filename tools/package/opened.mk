# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# opened.mk - extraction and transformation as rules of other people's Makefiles (GNU make 4.3)
#
#   include $(shell pkg-config --variable=fragment opened-tools)
#   $(eval $(call opened_extract,units,bpf/a.bpf.c,one two,-target bpf -O2 -g -Iinclude))
#   $(eval $(call opened_transform,tc/one.bpf.c,units/one.bpf.c,tc,-target bpf -O2 -g))
#
# opened_extract: folder, source, functions, flags. Makes FOLDER/FUNCTION.bpf.c of each function; a
# folder is for one call.
# opened_transform: result, source, hook, flags.
# Both make again what depends on a header that has changed. More options stand in
# OPENED_EXTRACT_OPTIONS and OPENED_TRANSFORM_OPTIONS. Without flags compile_commands.json is looked
# for.
OPENED_EXTRACT ?= opened-extract
OPENED_TRANSFORM ?= opened-transform
OPENED_EXTRACT_OPTIONS ?=
OPENED_TRANSFORM_OPTIONS ?=

define opened_extract
$(foreach opened_f,$(3),$(1)/$(opened_f).bpf.c) &: $(2)
	@mkdir -p $(dir $(1))
	$$(OPENED_EXTRACT) $$(OPENED_EXTRACT_OPTIONS) $(foreach opened_f,$(3),--function=$(opened_f)) --depfile=$(1).d -o $(1) $(2) $(if $(4),-- $(4))
-include $(1).d
endef

define opened_transform
$(1): $(2)
	@mkdir -p $(dir $(1))
	$$(OPENED_TRANSFORM) $$(OPENED_TRANSFORM_OPTIONS) --to=$(3) --depfile=$(1).d -o $(1) $(2) $(if $(4),-- $(4))
-include $(1).d
endef
