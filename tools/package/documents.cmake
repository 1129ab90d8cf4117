# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Man pages and shell completion of each tool, made from what the built tool says of itself.
#
# The one line that a man page begins with is that of the source's head comment.
find_program(OPENED_HELP2MAN help2man)
if(NOT OPENED_HELP2MAN)
  message(STATUS "no help2man: no man pages")
endif()

set(OPN_DOCUMENTS ${CMAKE_CURRENT_BINARY_DIR}/documents)
set(OPN_ALSO)
foreach(tool IN LISTS OPN_TOOLS)
  string(APPEND OPN_ALSO ".BR ${tool} (1),\n")
endforeach()
file(GENERATE OUTPUT ${OPN_DOCUMENTS}/also.h2m CONTENT
  "[see also]\n${OPN_ALSO}.BR clang (1),\n.BR bpftool (8)\n")

set(OPN_MADE)
foreach(tool IN LISTS OPN_TOOLS)
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${tool}.c)
  file(STRINGS ${source} head REGEX "^ [*] ${tool}[.]c - " LIMIT_COUNT 1)
  string(REGEX REPLACE "^ [*] ${tool}[.]c - " "" head "${head}")
  if(NOT head)
    message(FATAL_ERROR "${source} does not say what it is")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  set(bash ${OPN_DOCUMENTS}/bash/${tool})
  set(zsh ${OPN_DOCUMENTS}/zsh/_${tool})
  file(MAKE_DIRECTORY ${OPN_DOCUMENTS}/bash ${OPN_DOCUMENTS}/zsh ${OPN_DOCUMENTS}/man)
  add_custom_command(OUTPUT ${bash} ${zsh}
    COMMAND ${tool} --hookdefs=${CMAKE_SOURCE_DIR}/hookdefs --completion=bash > ${bash}
    COMMAND ${tool} --hookdefs=${CMAKE_SOURCE_DIR}/hookdefs --completion=zsh > ${zsh}
    DEPENDS ${tool} VERBATIM)
  list(APPEND OPN_MADE ${bash} ${zsh})
  if(OPENED_HELP2MAN)
    set(man ${OPN_DOCUMENTS}/man/${tool}.1)
    # argp indents the titles of its groups; help2man knows them at the start of a line.
    file(GENERATE OUTPUT ${OPN_DOCUMENTS}/help/${tool} CONTENT
"#!/bin/sh
'$<TARGET_FILE:${tool}>' \"$@\" | sed -E -e 's/^ ([A-Z].*:)$/\\1/' -e 's/^Exit status: /*Exit status*\\n/'
" FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
    add_custom_command(OUTPUT ${man}
      COMMAND ${OPENED_HELP2MAN} --no-info --section=1 --name=${head}
              --version-string=${PROJECT_VERSION} --source=opened --manual=OPENED
              --include=${OPN_DOCUMENTS}/also.h2m --output=${man} ${OPN_DOCUMENTS}/help/${tool}
      DEPENDS ${tool} ${OPN_DOCUMENTS}/also.h2m VERBATIM)
    list(APPEND OPN_MADE ${man})
    install(FILES ${man} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tools)
  endif()
  install(FILES ${bash} COMPONENT tools
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${zsh} COMPONENT tools DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
endforeach()
add_custom_target(opened-documents ALL DEPENDS ${OPN_MADE})
