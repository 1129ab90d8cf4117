# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Two packages: the tools, and the library's development files. `cpack -G DEB` and `cpack -G RPM`.
#
# What the tools are linked with is found by dpkg-shlibdeps and by rpm; what they run, or hand to
# Clang, is named here. The packages are for the distribution that they are built on.
set(CPACK_PACKAGE_NAME opened)
set(CPACK_PACKAGE_VENDOR OPENED)
set(CPACK_PACKAGE_CONTACT "The OPENED developers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "extract, transform, compose and prove eBPF programs")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_COMPONENTS_ALL tools development)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENT_TOOLS_DESCRIPTION "The tools, their hook tables, and what builds call.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "The C library that the tools are made of.")

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME opened)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION devel)
# Clang's own headers (stddef.h and the like) are read by every parse.
set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS "libclang-common-${LLVM_VERSION_MAJOR}-dev")
# Units are compiled by clang and make; pipelines have a skeleton that bpftool makes; what programs
# include is libbpf's and the kernel's; graphs are drawn by graphviz.
set(CPACK_DEBIAN_TOOLS_PACKAGE_RECOMMENDS
  "clang-${LLVM_VERSION_MAJOR}, make, bpftool, libbpf-dev, linux-libc-dev, graphviz")
set(CPACK_DEBIAN_TOOLS_PACKAGE_SUGGESTS "libopened-dev, bear, qemu-system-x86")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libopened-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libyaml-dev, libjansson-dev, libbpf-dev, \
libelf-dev, libpcap-dev, libmnl-dev, libnftnl-dev, libarchive-dev, libssl-dev")

set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE
  "Apache-2.0 WITH LLVM-exception AND (GPL-2.0-only OR BSD-2-Clause)")
set(CPACK_RPM_TOOLS_PACKAGE_NAME opened)
set(CPACK_RPM_TOOLS_PACKAGE_REQUIRES clang)
set(CPACK_RPM_TOOLS_PACKAGE_RECOMMENDS "make, bpftool, libbpf-devel, kernel-headers, graphviz")
set(CPACK_RPM_DEVELOPMENT_PACKAGE_NAME opened-devel)
set(CPACK_RPM_DEVELOPMENT_PACKAGE_REQUIRES "libyaml-devel, jansson-devel, libbpf-devel, \
elfutils-libelf-devel, libpcap-devel, libmnl-devel, libnftnl-devel, libarchive-devel, \
openssl-devel")
set(CPACK_GENERATOR DEB)
include(CPack)
