#ifndef TORCHMVA_CORE_OPTIONMAP_HXX
#define TORCHMVA_CORE_OPTIONMAP_HXX

#include "TString.h"

#include <map>

namespace TorchMVA {

/// Named texts, such as type, title and options of a method that was booked: what TMVA's Envelope::GetMethods gives.
class OptionMap {
public:
   Bool_t IsEmpty() const { return fValues.empty(); }
   Bool_t HasKey(const TString &key) const { return fValues.count(key) > 0; }
   void SetValue(const TString &key, const TString &value) { fValues[key] = value; }
   /// The text as a TString or std::string. Throws Error (kArgument) with the known keys for one that is not there.
   template <class T>
   T GetValue(const TString &key) const
   {
      return T(Find(key).Data());
   }
   /// `key: value` lines.
   void Print() const;

private:
   const TString &Find(const TString &key) const;
   std::map<TString, TString> fValues;
};

} // namespace TorchMVA

#endif
