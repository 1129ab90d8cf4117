# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Man pages and shell completion of each tool, made from what the built tool says of itself.
#
# The one line that a man page begins with is that of the source's head comment; of a command of
# opened, that of the table of commands.
find_program(OPENED_HELP2MAN help2man)
if(NOT OPENED_HELP2MAN)
  message(STATUS "no help2man: no man pages")
endif()

set(OPN_DOCUMENTS ${CMAKE_CURRENT_BINARY_DIR}/documents)
file(MAKE_DIRECTORY ${OPN_DOCUMENTS}/bash ${OPN_DOCUMENTS}/zsh ${OPN_DOCUMENTS}/man)
set(OPN_MADE)

# Sets OUT to what a tool is called.
function(opn_tool_name tool out)
  get_target_property(name ${tool} OUTPUT_NAME)
  if(NOT name)
    set(name ${tool})
  endif()
  set(${out} ${name} PARENT_SCOPE)
endfunction()

# The page NAME, of what "TOOL WORD... --help" prints.
function(opn_add_man name tool head)
  if(NOT OPENED_HELP2MAN)
    return()
  endif()
  set(man ${OPN_DOCUMENTS}/man/${name}.1)
  # argp indents the titles of its groups; help2man knows them at the start of a line.
  file(GENERATE OUTPUT ${OPN_DOCUMENTS}/help/${name} CONTENT
"#!/bin/sh
'$<TARGET_FILE:${tool}>' ${ARGN} \"$@\" | sed -E -e 's/^ ([A-Z].*:)$/\\1/' -e 's/^Exit status: /*Exit status*\\n/'
" FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  add_custom_command(OUTPUT ${man}
    COMMAND ${OPENED_HELP2MAN} --no-info --section=1 --name=${head}
            --version-string=${PROJECT_VERSION} --source=opened --manual=OPENED
            --include=${OPN_DOCUMENTS}/also.h2m --output=${man} ${OPN_DOCUMENTS}/help/${name}
    DEPENDS ${tool} ${OPN_DOCUMENTS}/also.h2m VERBATIM)
  install(FILES ${man} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tools)
  list(APPEND OPN_MADE ${man})
  set(OPN_MADE ${OPN_MADE} PARENT_SCOPE)
endfunction()

set(OPN_ALSO)
foreach(tool IN LISTS OPN_TOOLS)
  opn_tool_name(${tool} name)
  string(APPEND OPN_ALSO ".BR ${name} (1),\n")
endforeach()
file(GENERATE OUTPUT ${OPN_DOCUMENTS}/also.h2m CONTENT
  "[see also]\n${OPN_ALSO}.BR clang (1),\n.BR bpftool (8)\n")

foreach(tool IN LISTS OPN_TOOLS)
  opn_tool_name(${tool} name)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${name}.c)
  file(STRINGS ${source} head REGEX "^ [*] ${name}[.]c - " LIMIT_COUNT 1)
  string(REGEX REPLACE "^ [*] ${name}[.]c - " "" head "${head}")
  if(NOT head)
    message(FATAL_ERROR "${source} does not say what it is")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  opn_add_man(${name} ${tool} "${head}")
  set(bash ${OPN_DOCUMENTS}/bash/${name})
  set(zsh ${OPN_DOCUMENTS}/zsh/_${name})
  add_custom_command(OUTPUT ${bash} ${zsh}
    COMMAND ${CMAKE_COMMAND} -E env OPENED_HOOKDEFS=${CMAKE_SOURCE_DIR}/hookdefs
            $<TARGET_FILE:${tool}> --completion=bash > ${bash}
    COMMAND ${CMAKE_COMMAND} -E env OPENED_HOOKDEFS=${CMAKE_SOURCE_DIR}/hookdefs
            $<TARGET_FILE:${tool}> --completion=zsh > ${zsh}
    DEPENDS ${tool} VERBATIM)
  list(APPEND OPN_MADE ${bash} ${zsh})
  install(FILES ${bash} COMPONENT tools
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${zsh} COMPONENT tools DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
endforeach()

# { "run", "do what a spec says", opened_run_command }
file(STRINGS opened.c rows REGEX "^\t{ \"[a-z]+\", \".*\", opened_[a-z]+_command },$")
foreach(row IN LISTS rows)
  string(REGEX REPLACE "^\t{ \"([a-z]+)\".*" "\\1" command "${row}")
  string(REGEX REPLACE "^\t{ \"[a-z]+\", \"(.*)\", opened_.*" "\\1" head "${row}")
  string(REPLACE "\" OPENED_SPEC \"" "opened.yaml" head "${head}")
  # a semicolon would make a list of it
  string(REPLACE ";" "," head "${head}")
  opn_add_man(opened-${command} opened-driver "${head}" ${command})
endforeach()
if(NOT rows)
  message(FATAL_ERROR "opened.c has no table of commands")
endif()
add_custom_target(opened-documents ALL DEPENDS ${OPN_MADE})
