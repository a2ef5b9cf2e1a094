# How the libraries of TorchMVA are built; used by the top CMakeLists.txt only.

include_guard(GLOBAL)

# The sources of modules: src/cpp/<Module>/*.cxx. With CMAKE_UNITY_BUILD those of one module are compiled together, which
# takes a third of the time, because ROOT's headers are read once and not once for each source.
function(torchmva_sources result)
  set(sources)
  foreach(module IN LISTS ARGN)
    file(GLOB module_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/cpp/${module}/*.cxx")
    set_source_files_properties(${module_sources} PROPERTIES UNITY_GROUP ${module})
    list(APPEND sources ${module_sources})
  endforeach()
  set(${result} "${sources}" PARENT_SCOPE)
endfunction()

# The kernels of networks: each file for one instruction set, chosen at run time. No contraction: the same expression
# must give the same bits wherever it stands; Fma() asks for it.
function(torchmva_kernel_flags)
  set(folder "${PROJECT_SOURCE_DIR}/src/cpp/Network")
  set(flags -O3 -ffp-contract=off)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    set(avx2 -mavx2 -mfma)
    set(avx512 -mavx512f -mavx2 -mfma -Wno-uninitialized -Wno-maybe-uninitialized) # GCC warns of its own header
  endif()
  set_source_files_properties("${folder}/WindowLayers.cxx" "${folder}/ConvolutionLayer.cxx" PROPERTIES COMPILE_OPTIONS "${flags}")
  set_source_files_properties("${folder}/KernelsBaseline.cxx" PROPERTIES COMPILE_OPTIONS "${flags}")
  set_source_files_properties("${folder}/KernelsAvx2.cxx" PROPERTIES COMPILE_OPTIONS "${flags};${avx2}")
  set_source_files_properties("${folder}/KernelsAvx512.cxx" PROPERTIES COMPILE_OPTIONS "${flags};${avx512}")
endfunction()

function(torchmva_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
  if(TORCHMVA_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# What every shared object of ours has in common.
function(torchmva_common_settings target)
  target_compile_features(${target} PUBLIC cxx_std_17)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF UNITY_BUILD_MODE GROUP)
  # __FILE__ and debug information without folders of this machine
  target_compile_options(${target} PRIVATE
    "-ffile-prefix-map=${PROJECT_SOURCE_DIR}/="
    "-ffile-prefix-map=${PROJECT_BINARY_DIR}/="
    "-ffile-prefix-map=${TORCHMVA_ROOT_INCLUDE_DIR}/=")
  target_link_options(${target} PRIVATE -Wl,--enable-new-dtags)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "SHARED_LIBRARY" AND NOT TORCHMVA_SANITIZE) # a module's Python symbols come from the process
    target_link_options(${target} PRIVATE -Wl,--no-undefined)
  endif()
  torchmva_warnings(${target})
  if(TORCHMVA_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${TORCHMVA_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${TORCHMVA_SANITIZE})
  endif()
endfunction()

# torchmva_add_library(<name> MODULES ... LIBRARIES ... PRIVATE_LIBRARIES ... LINKDEF <file> HEADERS ...
#                      [DECLARATIONS <file>])
function(torchmva_add_library name)
  cmake_parse_arguments(arg "" "LINKDEF;DECLARATIONS" "MODULES;LIBRARIES;PRIVATE_LIBRARIES;HEADERS" ${ARGN})
  torchmva_sources(sources ${arg_MODULES})
  add_library(${name} SHARED ${sources})
  target_include_directories(${name}
    PUBLIC
      "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
      "$<BUILD_INTERFACE:${TORCHMVA_PACKAGE_DIR}/include>"
      "$<INSTALL_INTERFACE:torchmva/include>"
    PRIVATE
      "${PROJECT_SOURCE_DIR}/src/cpp")
  target_link_libraries(${name} PUBLIC ${arg_LIBRARIES} PRIVATE ${arg_PRIVATE_LIBRARIES})
  torchmva_common_settings(${name})
  set_target_properties(${name} PROPERTIES
    LIBRARY_OUTPUT_DIRECTORY "${TORCHMVA_PACKAGE_DIR}/lib"
    # beside each other; and in site-packages, beside the `root` wheel
    INSTALL_RPATH "$ORIGIN;$ORIGIN/../../ROOT/lib")

  if(arg_DECLARATIONS)
    set(declarations DECLARATIONS "${PROJECT_SOURCE_DIR}/${arg_DECLARATIONS}")
  endif()
  torchmva_dictionary(${name} LINKDEF "${PROJECT_SOURCE_DIR}/${arg_LINKDEF}" HEADERS ${arg_HEADERS} ${declarations})
  get_property(dictionary TARGET ${name} PROPERTY TORCHMVA_DICTIONARY_FILES)
  install(FILES ${dictionary} DESTINATION torchmva/lib)
  install(TARGETS ${name} EXPORT TorchMVATargets LIBRARY DESTINATION torchmva/lib)
endfunction()
