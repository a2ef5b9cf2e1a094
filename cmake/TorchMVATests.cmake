# C++ tests: one executable per tests/cpp/<Module>/*Tests.cxx; and every public header compiled alone.

include_guard(GLOBAL)
include(GoogleTest)

find_package(GTest REQUIRED)
set(CMAKE_UNITY_BUILD OFF) # a test program has one source; a header that compiles alone must be compiled alone

# Where the folders that a test process needs are.
set(TORCHMVA_TEST_ENVIRONMENT
  "TORCHMVA_TEST_DATA=${PROJECT_SOURCE_DIR}/tests/data"
  "TORCHMVA_PYTHON=${Python_EXECUTABLE}"
  "PYTHONPATH=${PROJECT_BINARY_DIR}"
  "XDG_STATE_HOME=${PROJECT_BINARY_DIR}/tests/state"
  "ROOT_INCLUDE_PATH=${TORCHMVA_PACKAGE_DIR}/include"
  "LD_LIBRARY_PATH=${TORCHMVA_PACKAGE_DIR}/lib:${TORCHMVA_ROOT_LIBRARY_DIR}:$ENV{LD_LIBRARY_PATH}")

# In a header, and not on the command line, the path spoils the compiler's cache for few files only.
configure_file("${PROJECT_SOURCE_DIR}/cmake/TestDataDir.hxx.in" "${PROJECT_BINARY_DIR}/tests/include/TestDataDir.hxx" @ONLY)

file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/cpp/*Tests.cxx")
foreach(source IN LISTS test_sources)
  get_filename_component(name "${source}" NAME_WE)
  get_filename_component(module "${source}" DIRECTORY)
  get_filename_component(module "${module}" NAME)
  set(target "${module}_${name}")
  add_executable(${target} "${source}")
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src/cpp" "${PROJECT_SOURCE_DIR}/tests/cpp"
    "${PROJECT_BINARY_DIR}/tests/include")
  target_link_libraries(${target} PRIVATE
    TorchMVA ROOT::Graf ROOT::Gpad ROOT::XMLIO ROOT::ROOTDataFrame ROOT::ROOTNTuple ROOT::ROOTVecOps GTest::gtest_main)
  if(module STREQUAL "PyTorch")
    target_link_libraries(${target} PRIVATE TorchMVAPyTorch)
  endif()
  torchmva_warnings(${target})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  # DT_RPATH also serves the libraries that ROOT's libraries need
  target_link_options(${target} PRIVATE -Wl,--disable-new-dtags)
  target_compile_options(${target} PRIVATE -O0) # compiling takes longer than running
  if(TORCHMVA_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${TORCHMVA_SANITIZE})
    target_link_options(${target} PRIVATE -fsanitize=${TORCHMVA_SANITIZE})
  endif()
  # One ctest entry for a file: starting ROOT for each case would cost more than the cases.
  add_test(NAME ${module}.${name} COMMAND ${target} --gtest_brief=1)
  set_tests_properties(${module}.${name} PROPERTIES
    TIMEOUT 120
    ENVIRONMENT "${TORCHMVA_TEST_ENVIRONMENT}"
    WORKING_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
endforeach()
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/tests")

# --- every public header compiles alone, with neither Python nor pybind11 nor torch to be found ------------------

file(GLOB_RECURSE public_headers CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/include"
  "${PROJECT_SOURCE_DIR}/include/TorchMVA/*.hxx" "${PROJECT_SOURCE_DIR}/include/TMVA/*.h"
  "${PROJECT_SOURCE_DIR}/include/TMVA/*.hxx")
set(header_sources)
foreach(header IN LISTS public_headers)
  string(MAKE_C_IDENTIFIER "${header}" id)
  set(source "${PROJECT_BINARY_DIR}/headers/${id}.cxx")
  file(CONFIGURE OUTPUT "${source}" CONTENT "#include \"${header}\"\n#include \"${header}\" // twice: guarded\n" @ONLY)
  list(APPEND header_sources "${source}")
endforeach()
add_library(TorchMVAHeadersAlone OBJECT ${header_sources})
target_link_libraries(TorchMVAHeadersAlone PRIVATE TorchMVA)
target_compile_options(TorchMVAHeadersAlone PRIVATE -O0)
torchmva_warnings(TorchMVAHeadersAlone)
