# A ROOT dictionary that can be moved: no path of the machine that built it ends up in the library.
#
#   torchmva_dictionary(<target> LINKDEF <file> HEADERS <header as users include it>... [DECLARATIONS <file>])
#
# DECLARATIONS are added to the rootmap. Adds the generated source to <target> and puts <target>'s .rootmap and _rdict.pcm beside the library.
# rootcling is called directly: ROOT's macro stores include paths and asks for C++ modules.

include_guard(GLOBAL)

function(torchmva_dictionary target)
  cmake_parse_arguments(arg "" "LINKDEF;DECLARATIONS" "HEADERS" ${ARGN})
  get_target_property(folder ${target} LIBRARY_OUTPUT_DIRECTORY)
  set(library "lib${target}")
  set(source "${CMAKE_CURRENT_BINARY_DIR}/dictionary/G__${target}.cxx")
  set(pcm "${folder}/${library}_rdict.pcm")
  set(rootmap "${folder}/${library}.rootmap")
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/dictionary" "${folder}")

  # the headers, and whatever of ours they include in turn
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/TorchMVA/*.hxx")

  add_custom_command(
    OUTPUT "${source}" "${pcm}" "${rootmap}"
    COMMAND ROOT::rootcling -f "${source}" -s "${library}.so"
            -rml "${library}.so" -rmf "${rootmap}" -noIncludePaths
            -I${PROJECT_SOURCE_DIR}/include -I${TORCHMVA_PACKAGE_DIR}/include
            ${arg_HEADERS} "${arg_LINKDEF}"
    COMMAND "${CMAKE_COMMAND}" -DSOURCE=${source} -DROOTMAP=${rootmap} -DDECLARATIONS=${arg_DECLARATIONS}
            -DBUILD_DIR=${PROJECT_BINARY_DIR}
            -DSOURCE_DIR=${PROJECT_SOURCE_DIR} -P "${PROJECT_SOURCE_DIR}/cmake/FinishDictionary.cmake"
    DEPENDS "${arg_LINKDEF}" ${arg_DECLARATIONS} ${headers}
            "${PROJECT_SOURCE_DIR}/cmake/FinishDictionary.cmake" "${PROJECT_SOURCE_DIR}/cmake/IncludeFolder.cxx.in"
    WORKING_DIRECTORY "${folder}" # so that the file in -s gets a name without folders, which is stored in it
    COMMENT "Generating the dictionary of ${library}.so"
    VERBATIM)

  set_source_files_properties("${source}" PROPERTIES
    COMPILE_OPTIONS "-w" SKIP_LINTING ON SKIP_PRECOMPILE_HEADERS ON)
  target_sources(${target} PRIVATE "${source}")
  set_property(TARGET ${target} PROPERTY TORCHMVA_DICTIONARY_FILES "${pcm}" "${rootmap}")
endfunction()
