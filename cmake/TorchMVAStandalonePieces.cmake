# The pieces of standalone code (src/cpp/Standalone/Pieces, and InverseNormal.hxx) as text in a source file of the host:
# of each file what stands between its two marks.

include_guard(GLOBAL)

function(torchmva_standalone_pieces result)
  file(GLOB pieces CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/cpp/Standalone/Pieces/*.hxx")
  list(APPEND pieces "${PROJECT_SOURCE_DIR}/src/cpp/Transform/InverseNormal.hxx")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${pieces})
  set(entries)
  foreach(piece IN LISTS pieces)
    get_filename_component(name "${piece}" NAME_WE)
    file(READ "${piece}" text)
    string(FIND "${text}" "// ---- text of standalone headers: from here ----\n" begin)
    string(FIND "${text}" "// ---- text of standalone headers: to here ----\n" end)
    if(begin EQUAL -1 OR end EQUAL -1)
      message(FATAL_ERROR "${piece} lacks the marks of the text of standalone headers")
    endif()
    math(EXPR begin "${begin} + 51") # the length of the mark
    math(EXPR length "${end} - ${begin}")
    string(SUBSTRING "${text}" ${begin} ${length} text)
    string(APPEND entries "   {\"${name}\", R\"TORCHMVA(${text})TORCHMVA\"},\n")
  endforeach()
  set(source "${PROJECT_BINARY_DIR}/StandalonePieces.cxx")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT [[
#include "Standalone/StandaloneCode.hxx"

#include <map>

std::string TorchMVA::Internal::StandalonePiece(const std::string &name)
{
   static const std::map<std::string, std::string> pieces = {
@entries@   };
   const auto found = pieces.find(name);
   return found == pieces.end() ? "" : found->second;
}
]])
  set(${result} "${source}" PARENT_SCOPE)
endfunction()
