#ifndef TORCHMVA_APPLY_FRAMEINPUTS_HXX
#define TORCHMVA_APPLY_FRAMEINPUTS_HXX

#include "ROOT/RDF/RInterface.hxx"
#include "TorchMVA/Method/MethodBase.hxx"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// The columns of a data frame that hold the inputs of a method.
struct FrameInputs {
   /// Defines expressions that are no columns on `node`; their names begin with `prefix`. `columns` as in
   /// Experimental::Define. Throws Error (kArgument, kExpression).
   FrameInputs(ROOT::RDF::RNode &node, const MethodBase &method, const std::vector<std::string> &columns,
               const std::string &prefix);

   std::string fPrefix;
   std::size_t fNVariables;
   std::vector<std::string> fColumns; ///< variables, then spectators if the responses depend on them
   std::vector<std::string> fTypes;   ///< as C++ writes them
   bool fHasCollections = false;
};

} // namespace Internal
} // namespace TorchMVA

#endif
