# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# opened-functions.cmake - extraction and transformation as steps of other people's builds
#
#   opened_extract(NAME SOURCE FILE FUNCTIONS NAME...
#                  FLAGS FLAG... | DATABASE DIR
#                  [ENTRY HOOK] [PROVE] [OUTPUT_DIRECTORY DIR] [OPTIONS OPTION...])
#   opened_transform(NAME SOURCE FILE TO HOOK
#                    FLAGS FLAG... | DATABASE DIR
#                    [FUNCTIONS NAME...] [TREE ROOT] [OUTPUT_DIRECTORY DIR] [OPTIONS OPTION...])
#
# Each makes a target NAME and sets NAME_SOURCES to what comes out: a unit for each function, or the
# rewritten source. They come into OUTPUT_DIRECTORY, a folder of their own
# (CMAKE_CURRENT_BINARY_DIR/NAME), and are made again when a header changes that the source reads.
# TREE: other files of the project change too; all of them, which are below ROOT, come out.
# Paths are relative to the current source folder.
cmake_policy(PUSH)
cmake_policy(VERSION 3.21)

if(NOT DEFINED OPENED_EXTRACT)
  set(OPENED_EXTRACT ${OPENED_BINDIR}/opened-extract)
endif()
if(NOT DEFINED OPENED_TRANSFORM)
  set(OPENED_TRANSFORM ${OPENED_BINDIR}/opened-transform)
endif()

# Sets source, output and flags in the caller's scope.
macro(_opened_common name)
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${name}: unknown arguments: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT ARG_SOURCE)
    message(FATAL_ERROR "${name}: no SOURCE")
  endif()
  if(DEFINED ARG_FLAGS AND DEFINED ARG_DATABASE OR NOT DEFINED ARG_FLAGS AND NOT DEFINED ARG_DATABASE)
    message(FATAL_ERROR "${name}: FLAGS or DATABASE says how SOURCE is compiled")
  endif()
  cmake_path(ABSOLUTE_PATH ARG_SOURCE NORMALIZE OUTPUT_VARIABLE source)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${name})
  if(ARG_OUTPUT_DIRECTORY)
    cmake_path(ABSOLUTE_PATH ARG_OUTPUT_DIRECTORY BASE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
      NORMALIZE OUTPUT_VARIABLE output)
  endif()
  set(flags)
  set(database)
  if(DEFINED ARG_DATABASE)
    cmake_path(ABSOLUTE_PATH ARG_DATABASE NORMALIZE OUTPUT_VARIABLE database)
    set(database -p ${database})
  else()
    set(flags -- ${ARG_FLAGS})
  endif()
endmacro()

function(opened_extract name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "PROVE" "SOURCE;DATABASE;ENTRY;OUTPUT_DIRECTORY"
    "FUNCTIONS;FLAGS;OPTIONS")
  _opened_common(${name})
  if(NOT ARG_FUNCTIONS)
    message(FATAL_ERROR "${name}: no FUNCTIONS")
  endif()
  set(wanted)
  set(units)
  set(manifests)
  foreach(function IN LISTS ARG_FUNCTIONS)
    list(APPEND wanted --function=${function})
    list(APPEND units ${output}/${function}.bpf.c)
    list(APPEND manifests ${output}/${function}.json)
  endforeach()
  if(ARG_ENTRY)
    list(APPEND wanted --entry=${ARG_ENTRY})
  endif()
  if(ARG_PROVE)
    list(APPEND wanted --prove)
  endif()
  cmake_path(GET output PARENT_PATH parent)
  file(MAKE_DIRECTORY ${parent})
  add_custom_command(OUTPUT ${units} BYPRODUCTS ${manifests}
    COMMAND ${OPENED_EXTRACT} ${wanted} ${ARG_OPTIONS} ${database} --depfile=${output}.d -o ${output}
            ${source} ${flags}
    DEPENDS ${source} ${OPENED_EXTRACT} DEPFILE ${output}.d
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    COMMENT "Extracting from ${ARG_SOURCE}" VERBATIM)
  add_custom_target(${name} ALL DEPENDS ${units})
  set(${name}_SOURCES ${units} PARENT_SCOPE)
endfunction()

function(opened_transform name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "SOURCE;DATABASE;TO;TREE;OUTPUT_DIRECTORY"
    "FUNCTIONS;FLAGS;OPTIONS")
  _opened_common(${name})
  if(NOT ARG_TO)
    message(FATAL_ERROR "${name}: no hook: TO")
  endif()
  set(wanted --to=${ARG_TO})
  foreach(function IN LISTS ARG_FUNCTIONS)
    list(APPEND wanted --function=${function})
  endforeach()
  cmake_path(GET output PARENT_PATH parent)
  if(ARG_TREE)
    cmake_path(ABSOLUTE_PATH ARG_TREE NORMALIZE OUTPUT_VARIABLE root)
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${root} OUTPUT_VARIABLE place)
    set(result ${output}/${place})
    set(target ${output})
    file(MAKE_DIRECTORY ${parent})
  else()
    set(root ${CMAKE_CURRENT_SOURCE_DIR})
    cmake_path(GET source FILENAME place)
    set(result ${output}/${place})
    set(target ${result})
    file(MAKE_DIRECTORY ${output})
  endif()
  add_custom_command(OUTPUT ${result}
    COMMAND ${OPENED_TRANSFORM} ${wanted} ${ARG_OPTIONS} ${database} --depfile=${output}.d
            -o ${target} ${source} ${flags}
    DEPENDS ${source} ${OPENED_TRANSFORM} DEPFILE ${output}.d
    WORKING_DIRECTORY ${root}
    COMMENT "Rewriting ${ARG_SOURCE} for ${ARG_TO}" VERBATIM)
  add_custom_target(${name} ALL DEPENDS ${result})
  set(${name}_SOURCES ${result} PARENT_SCOPE)
endfunction()

cmake_policy(POP)
