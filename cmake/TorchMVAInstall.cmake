# The tree of the wheel: everything lies under torchmva/.

include_guard(GLOBAL)
include(CMakePackageConfigHelpers)

# --- Python ---------------------------------------------------------------------------------------------------

configure_file("${PROJECT_SOURCE_DIR}/cmake/_version.py.in" "${TORCHMVA_PACKAGE_DIR}/_version.py" @ONLY)

# The build folder has links to the same files, so that it can be used as the installed package is.
function(torchmva_link_files from to)
  foreach(pattern IN LISTS ARGN)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE "${from}" "${from}/${pattern}")
    foreach(file IN LISTS files)
      get_filename_component(folder "${to}/${file}" DIRECTORY)
      file(MAKE_DIRECTORY "${folder}")
      file(CREATE_LINK "${from}/${file}" "${to}/${file}" SYMBOLIC)
    endforeach()
  endforeach()
endfunction()
torchmva_link_files("${PROJECT_SOURCE_DIR}/src/python/torchmva" "${TORCHMVA_PACKAGE_DIR}" "*.py" "py.typed")
torchmva_link_files("${PROJECT_SOURCE_DIR}/include" "${TORCHMVA_PACKAGE_DIR}/include" "*.h" "*.hxx")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/src/python/torchmva/" DESTINATION torchmva
  FILES_MATCHING PATTERN "*.py" PATTERN "*.pyi" PATTERN "py.typed"
  PATTERN "__pycache__" EXCLUDE PATTERN ".mypy_cache" EXCLUDE PATTERN ".ruff_cache" EXCLUDE)
install(FILES "${TORCHMVA_PACKAGE_DIR}/_version.py" DESTINATION torchmva)

# --- headers --------------------------------------------------------------------------------------------------

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/TorchMVA" DESTINATION torchmva/include
  FILES_MATCHING PATTERN "*.hxx")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/TMVA" DESTINATION torchmva/include
  FILES_MATCHING PATTERN "*.h" PATTERN "*.hxx")
install(FILES "${TORCHMVA_PACKAGE_DIR}/include/TorchMVA/Version.hxx" DESTINATION torchmva/include/TorchMVA)

# --- the CMake package ----------------------------------------------------------------------------------------

set(cmake_dir "torchmva/lib/cmake/TorchMVA")
string(REGEX REPLACE "^([0-9]+\\.[0-9]+).*" "\\1" TORCHMVA_ROOT_MAJOR_MINOR "${TORCHMVA_ROOT_VERSION}")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/TorchMVAConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/TorchMVAConfig.cmake" INSTALL_DESTINATION "${cmake_dir}"
  NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/TorchMVAConfigVersion.cmake" COMPATIBILITY SameMajorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/TorchMVAConfig.cmake"
  "${PROJECT_BINARY_DIR}/TorchMVAConfigVersion.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/TorchMVAFindROOT.cmake"
  DESTINATION "${cmake_dir}")
install(EXPORT TorchMVATargets NAMESPACE TorchMVA:: DESTINATION "${cmake_dir}")
