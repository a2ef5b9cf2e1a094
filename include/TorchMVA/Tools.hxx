#ifndef TORCHMVA_TOOLS_HXX
#define TORCHMVA_TOOLS_HXX

#include "TString.h"

#include <vector>

namespace TorchMVA {

class Logger;

/// TMVA's toolbox, as far as macros use it.
class Tools {
public:
   static Tools &Instance();
   /// Splits at a separator; empty pieces are kept, an empty text gives none.
   std::vector<TString> SplitString(const TString &text, char separator) const;
   /// Prints name and version of TorchMVA.
   void TMVAVersionMessage() const;
   void TMVAWelcomeMessage() const;

private:
   Tools() = default;
};

/// The same as Tools::Instance().
Tools &gTools();

} // namespace TorchMVA

#endif
