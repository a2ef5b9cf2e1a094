#ifndef TORCHMVA_METHOD_ABSENTMETHODS_HXX
#define TORCHMVA_METHOD_ABSENTMETHODS_HXX

// Methods of TMVA that do not exist here, but whose headers and classes macros name without always using them. Such a
// macro compiles. No object of these classes can exist: booking them throws Error (kMethod), Reader::FindCutsMVA gives
// nullptr, a dynamic_cast to them too.

#include "TCut.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Method/MethodBase.hxx"

#include <vector>

namespace TorchMVA {

namespace Internal {

/// Throws Error (kMethod).
[[noreturn]] inline void ThrowAbsentMethod(const char *name, const char *call)
{
   throw Error(EErrorCode::kMethod,
               std::string("method type \"") + name + "\" does not exist here, nor does " + call + " of it",
               {{"method", name}, {"caller", call}});
}

} // namespace Internal

/// Rectangular cuts (kCuts). Every call throws Error (kMethod).
class MethodCuts : public MethodBase {
public:
   MethodCuts() = delete;
   Double_t GetCuts(Double_t, std::vector<Double_t> &, std::vector<Double_t> &) const { Throw("GetCuts"); }
   Double_t GetCuts(Double_t, Double_t *, Double_t *) const { Throw("GetCuts"); }
   void PrintCuts(Double_t) const { Throw("PrintCuts"); }
   void SetTestSignalEfficiency(Double_t) { Throw("SetTestSignalEfficiency"); }

private:
   [[noreturn]] static void Throw(const char *call) { Internal::ThrowAbsentMethod("Cuts", call); }
};

/// One method for each region of the events (kCategory). Every call throws Error (kMethod).
class MethodCategory : public MethodBase {
public:
   MethodCategory() = delete;
   IMethod *AddMethod(const TCut &, const TString &, Types::EMVA, const TString &, const TString &)
   {
      Internal::ThrowAbsentMethod("Category", "AddMethod");
   }
};

/// TMVA's own networks (kDL); kPyTorch is what there is.
class MethodDL : public MethodBase {
public:
   MethodDL() = delete;
};

} // namespace TorchMVA

#endif
