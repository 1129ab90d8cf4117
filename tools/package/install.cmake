# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The C library for other people's programs, what their builds call, and the packages.
#
# Headers lie flat in include/opened/: they name each other, and no two have one name.
include(CMakePackageConfigHelpers)

set(lib ${PROJECT_SOURCE_DIR}/lib)
set(OPN_PUBLIC_HEADERS)
foreach(name base.h buildfile.h depfile.h diag.h diag.def graph.h hookdef.h manifest.h output.h
    pair.h unit.h yaml_read.h
    compose/composition.h compose/deploy.h compose/oci.h compose/place.h
    verify/cases.h verify/chain.h verify/hook_run.h verify/live.h verify/live_net.h
    verify/packet.h verify/program.h verify/report.h verify/result.h verify/state.h
    verify/verify.h)
  list(APPEND OPN_PUBLIC_HEADERS ${lib}/${name})
endforeach()
install(FILES ${OPN_PUBLIC_HEADERS} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/opened
  COMPONENT development)
install(TARGETS opened EXPORT opened ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  COMPONENT development INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

# What the library is linked with: one list for pkg-config and for CMake.
set(OPN_REQUIRES yaml-0.1 jansson libbpf libelf libpcap libmnl libnftnl libarchive libcrypto)
list(JOIN OPN_REQUIRES " " OPN_REQUIRES_WORDS)
file(RELATIVE_PATH OPN_PREFIX_FROM_PC /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(package/opened.pc.in package/opened.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/package/opened.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)

file(RELATIVE_PATH OPN_PREFIX_FROM_TOOLS_PC /${CMAKE_INSTALL_DATADIR}/pkgconfig /)
configure_file(package/opened-tools.pc.in package/opened-tools.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/package/opened-tools.pc
  DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig COMPONENT tools)

# The functions are of the tools, the library is of the development files: each may be there alone.
set(OPN_CMAKE_DIR ${CMAKE_INSTALL_DATADIR}/cmake/opened)
set(OPN_LIBRARY_CMAKE ${CMAKE_INSTALL_LIBDIR}/cmake/opened-library)
configure_package_config_file(package/opened-config.cmake.in package/opened-config.cmake
  INSTALL_DESTINATION ${OPN_CMAKE_DIR} PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_DATADIR
    OPN_LIBRARY_CMAKE)
write_basic_package_version_file(package/opened-config-version.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/package/opened-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/package/opened-config-version.cmake
  ${CMAKE_CURRENT_SOURCE_DIR}/package/opened-functions.cmake
  DESTINATION ${OPN_CMAKE_DIR} COMPONENT tools)
install(EXPORT opened NAMESPACE opened:: FILE opened-library.cmake
  DESTINATION ${OPN_LIBRARY_CMAKE} COMPONENT development)
install(FILES package/opened.mk DESTINATION ${CMAKE_INSTALL_DATADIR}/opened COMPONENT tools)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT tools)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT tools)
include(package/packages.cmake)
