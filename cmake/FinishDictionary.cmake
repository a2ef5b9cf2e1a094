# Run by torchmva_dictionary after rootcling:
#   cmake -DSOURCE= -DROOTMAP= -DDECLARATIONS= -DBUILD_DIR= -DSOURCE_DIR= -P FinishDictionary.cmake
#
# The declarations go into the one `{ decls }` block that rootcling wrote (a second block would break every
# rootmap). They make `TMVA::Factory` and `TMVA::gConfig()` known in a macro that includes nothing: ROOT's
# autoloading knows classes by itself, but neither namespace aliases nor functions.
#
# Those functions leave the list of names whose first sight makes cling parse all headers (classesHeaders): they are
# declared already, and some are ordinary words (`variables`), met as the name of a parameter in the middle of a header.
#
# The dictionary asks for the headers by names relative to our include folder, which a plain executable's cling does
# not know: the library tells it when it registers, with the folder beside its own.

if(DECLARATIONS)
  file(READ "${ROOTMAP}" rootmap)
  file(READ "${DECLARATIONS}" declarations)
  string(REGEX MATCHALL "{ decls }" blocks "${rootmap}")
  list(LENGTH blocks count)
  if(NOT count EQUAL 1)
    message(FATAL_ERROR "${ROOTMAP}: expected one '{ decls }' block, found ${count}")
  endif()
  # the declarations end where the list of the library's contents begins
  string(FIND "${rootmap}" "\n[ lib" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "${ROOTMAP}: no list of contents found")
  endif()
  string(SUBSTRING "${rootmap}" 0 ${position} head)
  string(SUBSTRING "${rootmap}" ${position} -1 tail)
  string(STRIP "${head}" head)
  file(WRITE "${ROOTMAP}" "${head}\n${declarations}${tail}")
endif()

file(READ "${SOURCE}" source)
set(no_paths "    static const char* includePaths[] = {\nnullptr\n    };")
string(FIND "${source}" "${no_paths}" position)
if(position EQUAL -1)
  message(FATAL_ERROR "${SOURCE}: no empty list of include paths found")
endif()
if(DECLARATIONS)
  string(REGEX MATCHALL "[A-Za-z_]+\\(" functions "${declarations}")
  list(REMOVE_DUPLICATES functions)
  foreach(function IN LISTS functions)
    string(REPLACE "(" "" function "${function}")
    set(entry "\"TorchMVA::${function}\", payloadCode, \"@\",\n")
    string(FIND "${source}" "${entry}" position)
    if(position EQUAL -1)
      message(FATAL_ERROR "${SOURCE}: ${function} is declared in ${DECLARATIONS}, but is not in the dictionary")
    endif()
    string(REPLACE "${entry}" "" source "${source}")
  endforeach()
endif()
file(READ "${CMAKE_CURRENT_LIST_DIR}/IncludeFolder.cxx.in" function)
string(REPLACE "${no_paths}" "    static const char* includePaths[] = { TorchMVAIncludeFolder(), nullptr };"
  source "${source}")
set(source "${function}${source}")
file(WRITE "${SOURCE}" "${source}")
foreach(folder IN ITEMS "${BUILD_DIR}" "${SOURCE_DIR}")
  string(FIND "${source}" "${folder}/" position)
  if(NOT position EQUAL -1)
    message(FATAL_ERROR "${SOURCE}: the dictionary names the folder ${folder}, so the library could not be moved")
  endif()
endforeach()
