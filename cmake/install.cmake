# SPDX-License-Identifier: BSD-3-Clause
# `cmake --install`: the program, and a package for programs with native agents.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(tutti_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/tutti")
set(tutti_include_dir "${CMAKE_INSTALL_INCLUDEDIR}/tutti")

install(TARGETS tutti RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS tutti_messages tutti_config tutti_actors tutti_runtime
                tutti_stress tutti_cli tutti_library
        EXPORT tutti-targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT tutti-targets NAMESPACE tutti:: DESTINATION ${tutti_cmake_dir})

# The headers keep their paths, since they include each other by these; users
# have <tutti/native.hpp> and <tutti/actor.hpp>.
install(DIRECTORY messages DESTINATION ${tutti_include_dir}
        FILES_MATCHING PATTERN "*.hpp" PATTERN "messages/json" EXCLUDE)
install(FILES runtime/native/native.hpp runtime/native/values.hpp
              runtime/native/actor.hpp
        DESTINATION ${tutti_include_dir}/runtime/native)
foreach(name IN ITEMS native actor)
  file(CONFIGURE OUTPUT generated/tutti/${name}.hpp @ONLY CONTENT
"// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include \"runtime/native/${name}.hpp\" // IWYU pragma: export
")
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/generated/tutti/${name}.hpp"
          DESTINATION ${tutti_include_dir})
endforeach()

set(TUTTI_CAF_VERSION 0.17.6)
configure_package_config_file(cmake/tutti-config.cmake.in
  generated/tutti-config.cmake INSTALL_DESTINATION ${tutti_cmake_dir})
write_basic_package_version_file(
  "${CMAKE_CURRENT_BINARY_DIR}/generated/tutti-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES cmake/FindCAF.cmake
              "${CMAKE_CURRENT_BINARY_DIR}/generated/tutti-config.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/generated/tutti-config-version.cmake"
        DESTINATION ${tutti_cmake_dir})
