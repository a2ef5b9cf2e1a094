# Gives the imported targets ROOT::<Library> and ROOT::rootcling.
#
#   include(TorchMVAFindROOT)
#   torchmva_find_root(COMPONENTS Core Tree ...)
#
# ROOT's own CMake package is used where it works. The one inside the `root` wheel does not: its targets
# point at a folder that exists on nobody's machine, so there the targets are made here, from what is
# installed. The wheel is looked for in TORCHMVA_ROOT_DIR (a folder with include/ and lib/), then beside the
# torchmva package that this file is installed in, then in the site-packages of the Python interpreter.
#
# Sets in the caller's scope: TORCHMVA_ROOT_VERSION, TORCHMVA_ROOT_INCLUDE_DIR, TORCHMVA_ROOT_LIBRARY_DIR, and
# TORCHMVA_ROOT_PACKAGE, the version of the `root` package, which is empty for another ROOT.

include_guard(GLOBAL)

# The folder of this file, which is inside a package once it is installed.
set(_TORCHMVA_FIND_ROOT_DIR "${CMAKE_CURRENT_LIST_DIR}")

# Whether `dir` looks like an installation of ROOT.
function(_torchmva_is_root dir result)
  if(EXISTS "${dir}/include/ROOT/RVersion.hxx" AND EXISTS "${dir}/lib")
    set(${result} TRUE PARENT_SCOPE)
  else()
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

# Looks for ROOT's own CMake package, in a process of its own: targets once made, even broken ones, stay.
function(_torchmva_find_own_config result)
  set(${result} "" PARENT_SCOPE)
  find_path(TORCHMVA_ROOT_CONFIG_DIR NAMES ROOTConfig.cmake
    HINTS "${ROOT_DIR}" "$ENV{ROOT_DIR}" ENV ROOTSYS
    PATH_SUFFIXES cmake share/root/cmake share/cmake lib/cmake/ROOT lib64/cmake/ROOT lib/root/cmake
    DOC "folder of ROOT's own ROOTConfig.cmake")
  mark_as_advanced(TORCHMVA_ROOT_CONFIG_DIR)
  if(NOT TORCHMVA_ROOT_CONFIG_DIR)
    return()
  endif()
  file(GLOB targets "${TORCHMVA_ROOT_CONFIG_DIR}/ROOTConfig-targets*.cmake")
  foreach(file IN LISTS targets)
    file(STRINGS "${file}" broken REGEX "mock_site_packages" LIMIT_COUNT 1)
    if(broken)
      return()
    endif()
  endforeach()
  set(${result} "${TORCHMVA_ROOT_CONFIG_DIR}" PARENT_SCOPE)
endfunction()

# Looks for the folder `ROOT` of the wheel, without importing it.
function(_torchmva_find_wheel result)
  set(candidates "${TORCHMVA_ROOT_DIR}" "$ENV{TORCHMVA_ROOT_DIR}")
  # torchmva/lib/cmake/TorchMVA -> site-packages/ROOT
  if(EXISTS "${_TORCHMVA_FIND_ROOT_DIR}/../../../_version.py")
    list(APPEND candidates "${_TORCHMVA_FIND_ROOT_DIR}/../../../../ROOT")
  endif()
  foreach(candidate IN LISTS candidates)
    if(candidate)
      _torchmva_is_root("${candidate}" found)
      if(found)
        get_filename_component(candidate "${candidate}" REALPATH)
        set(${result} "${candidate}" PARENT_SCOPE)
        return()
      endif()
    endif()
  endforeach()

  set(python "${Python_EXECUTABLE}")
  if(NOT python)
    find_program(TORCHMVA_PYTHON_EXECUTABLE NAMES python3 python)
    mark_as_advanced(TORCHMVA_PYTHON_EXECUTABLE)
    set(python "${TORCHMVA_PYTHON_EXECUTABLE}")
  endif()
  set(${result} "" PARENT_SCOPE)
  if(python)
    execute_process(
      COMMAND "${python}" -c
              "from importlib.util import find_spec; s = find_spec('ROOT'); print(s.submodule_search_locations[0] if s else '')"
      OUTPUT_VARIABLE wheel OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    _torchmva_is_root("${wheel}" found)
    if(wheel AND found)
      set(${result} "${wheel}" PARENT_SCOPE)
    endif()
  endif()
endfunction()

function(_torchmva_root_version include_dir result)
  file(STRINGS "${include_dir}/ROOT/RVersion.hxx" lines REGEX "#define ROOT_VERSION_(MAJOR|MINOR|PATCH)")
  string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*PATCH ([0-9]+).*" "\\1.\\2.\\3" version "${lines}")
  set(${result} "${version}" PARENT_SCOPE)
endfunction()

# The version of the `root` package whose folder `ROOT` this is.
function(_torchmva_root_package root result)
  set(${result} "" PARENT_SCOPE)
  file(GLOB metadata "${root}/../root-*.dist-info/METADATA")
  foreach(file IN LISTS metadata)
    file(STRINGS "${file}" line REGEX "^Version: " LIMIT_COUNT 1)
    string(REGEX REPLACE "^Version: *" "" version "${line}")
    set(${result} "${version}" PARENT_SCOPE)
  endforeach()
endfunction()

macro(torchmva_find_root)
  cmake_parse_arguments(_tmva_root "" "" "COMPONENTS" ${ARGN})
  _torchmva_find_own_config(_tmva_root_config)
  set(TORCHMVA_ROOT_PACKAGE "")
  if(_tmva_root_config AND NOT TORCHMVA_ROOT_DIR)
    find_package(ROOT CONFIG REQUIRED COMPONENTS ${_tmva_root_COMPONENTS} PATHS "${_tmva_root_config}" NO_DEFAULT_PATH)
    get_target_property(TORCHMVA_ROOT_INCLUDE_DIR ROOT::Core INTERFACE_INCLUDE_DIRECTORIES)
    list(GET TORCHMVA_ROOT_INCLUDE_DIR 0 TORCHMVA_ROOT_INCLUDE_DIR)
    set(TORCHMVA_ROOT_LIBRARY_DIR "${ROOT_LIBRARY_DIR}")
  else()
    _torchmva_find_wheel(_tmva_root_dir)
    if(NOT _tmva_root_dir)
      message(FATAL_ERROR
        "TorchMVA needs ROOT: neither a working ROOTConfig.cmake nor the `root` package of the Python interpreter "
        "was found. Install it (pip install root), put its Python first in PATH, set ROOT_DIR to the folder of "
        "ROOTConfig.cmake, or TORCHMVA_ROOT_DIR to a folder that holds ROOT's include/ and lib/.")
    endif()
    set(TORCHMVA_ROOT_INCLUDE_DIR "${_tmva_root_dir}/include")
    set(TORCHMVA_ROOT_LIBRARY_DIR "${_tmva_root_dir}/lib")
    _torchmva_make_root_targets("${_tmva_root_dir}" ${_tmva_root_COMPONENTS})
    _torchmva_root_package("${_tmva_root_dir}" TORCHMVA_ROOT_PACKAGE)
  endif()
  _torchmva_root_version("${TORCHMVA_ROOT_INCLUDE_DIR}" TORCHMVA_ROOT_VERSION)
endmacro()

function(_torchmva_make_root_targets root)
  # the libraries that the wheel brings for ROOT's own use, which the linker wants to see, too
  set(link_options "-pthread")
  get_filename_component(bundled "${root}/../root.libs" ABSOLUTE)
  if(EXISTS "${bundled}")
    list(APPEND link_options "LINKER:-rpath-link,${bundled}")
  endif()
  file(GLOB libraries "${root}/lib/lib*.so")
  foreach(library IN LISTS libraries)
    get_filename_component(name "${library}" NAME_WE)
    string(REGEX REPLACE "^lib" "" name "${name}")
    if(NOT TARGET ROOT::${name})
      add_library(ROOT::${name} SHARED IMPORTED)
      set_target_properties(ROOT::${name} PROPERTIES
        IMPORTED_LOCATION "${library}"
        INTERFACE_COMPILE_FEATURES cxx_std_17
        INTERFACE_INCLUDE_DIRECTORIES "${root}/include"
        INTERFACE_LINK_OPTIONS "${link_options}")
      if(NOT name STREQUAL "Core")
        set_target_properties(ROOT::${name} PROPERTIES INTERFACE_LINK_LIBRARIES ROOT::Core)
      endif()
    endif()
  endforeach()
  foreach(program rootcling root.exe)
    if(EXISTS "${root}/bin/${program}" AND NOT TARGET ROOT::${program})
      add_executable(ROOT::${program} IMPORTED)
      set_target_properties(ROOT::${program} PROPERTIES IMPORTED_LOCATION "${root}/bin/${program}")
    endif()
  endforeach()
  foreach(component IN LISTS ARGN)
    if(NOT TARGET ROOT::${component})
      message(FATAL_ERROR "TorchMVA: the ROOT in ${root} has no library ${component}")
    endif()
  endforeach()
endfunction()
