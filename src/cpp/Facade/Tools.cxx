#include "TorchMVA/Tools.hxx"

#include "TorchMVA/Core/Logger.hxx"
#include "TorchMVA/Version.hxx"

#include "TROOT.h"

namespace TorchMVA {

Tools &Tools::Instance()
{
   static Tools instance;
   return instance;
}

Tools &gTools()
{
   return Tools::Instance();
}

std::vector<TString> Tools::SplitString(const TString &text, char separator) const
{
   std::vector<TString> pieces;
   if (text.IsNull())
      return pieces;
   Ssiz_t start = 0;
   for (Ssiz_t end; (end = text.Index(separator, start)) != kNPOS; start = end + 1)
      pieces.push_back(text(start, end - start));
   pieces.push_back(text(start, text.Length() - start));
   return pieces;
}

void Tools::TMVAVersionMessage() const
{
   Logger("TorchMVA").Info(std::string("TorchMVA ") + TORCHMVA_VERSION_STRING + " with ROOT " + gROOT->GetVersion());
}

void Tools::TMVAWelcomeMessage() const
{
   Logger("TorchMVA").Info("TMVA's PyTorch interface for ROOT");
   TMVAVersionMessage();
}

} // namespace TorchMVA
