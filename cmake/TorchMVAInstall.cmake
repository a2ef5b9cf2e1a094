# The tree of the wheel: everything lies under torchmva/.

include_guard(GLOBAL)
include(CMakePackageConfigHelpers)

# --- Python ---------------------------------------------------------------------------------------------------

configure_file("${PROJECT_SOURCE_DIR}/cmake/_version.py.in" "${TORCHMVA_PACKAGE_DIR}/_version.py" @ONLY)

# The same files in the build folder, for the C++ tests that start Python.
file(GLOB_RECURSE python_files CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/src/python/torchmva"
  "${PROJECT_SOURCE_DIR}/src/python/torchmva/*.py" "${PROJECT_SOURCE_DIR}/src/python/torchmva/py.typed")
foreach(file IN LISTS python_files)
  get_filename_component(folder "${TORCHMVA_PACKAGE_DIR}/${file}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/src/python/torchmva/${file}" "${TORCHMVA_PACKAGE_DIR}/${file}" SYMBOLIC)
endforeach()

install(DIRECTORY "${PROJECT_SOURCE_DIR}/src/python/torchmva/" DESTINATION torchmva
  FILES_MATCHING PATTERN "*.py" PATTERN "*.pyi" PATTERN "py.typed"
  PATTERN "__pycache__" EXCLUDE PATTERN ".mypy_cache" EXCLUDE PATTERN ".ruff_cache" EXCLUDE)
install(FILES "${TORCHMVA_PACKAGE_DIR}/_version.py" DESTINATION torchmva)

# --- headers --------------------------------------------------------------------------------------------------

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/TorchMVA" DESTINATION torchmva/include
  FILES_MATCHING PATTERN "*.hxx")
if(EXISTS "${PROJECT_SOURCE_DIR}/include/TMVA")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/TMVA" DESTINATION torchmva/include
  FILES_MATCHING PATTERN "*.h" PATTERN "*.hxx")
endif()
install(FILES "${PROJECT_BINARY_DIR}/include/TorchMVA/Version.hxx" DESTINATION torchmva/include/TorchMVA)

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
if(TARGET TorchMVA)
install(EXPORT TorchMVATargets NAMESPACE TorchMVA:: DESTINATION "${cmake_dir}")
endif()
