#ifndef TORCHMVA_CORE_CONFIGURABLE_HXX
#define TORCHMVA_CORE_CONFIGURABLE_HXX

#include "RtypesCore.h"
#include "TString.h"
#include "TorchMVA/Core/Logger.hxx"

#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {

namespace Internal {
class OptionTable;
}

/// One declared option as other modules see it (weight files, help pages).
struct OptionInfo {
   std::string fName;
   std::string fType;                 ///< "Bool", "Int", "UInt", "Float", "Double", "String"
   std::string fValue;                ///< current value as written in a weight file ("True", "0.5", "D,G", "1 2 3")
   std::string fDefault;              ///< value at declaration
   std::vector<std::string> fAllowed; ///< predefined values, empty = any
   std::string fDescription;
   bool fIsSet = false;   ///< set by the user ("modified")
   std::size_t fSize = 0; ///< elements of an array option, whose values are separated by blanks; 0: no array
};

/// Something with an option string in TMVA's grammar (`name=value:!flag:flag`).
///
/// Options are declared once, with reference, default, allowed values and description; parser, weight file, help and
/// documentation come from that one table. Not copyable: the table refers to members. Not thread safe.
class Configurable {
public:
   explicit Configurable(const TString &name = "", const TString &options = "");
   virtual ~Configurable();
   Configurable(const Configurable &) = delete;
   Configurable &operator=(const Configurable &) = delete;

   virtual const char *GetName() const { return fName; }
   void SetName(const char *name) { fName = name; }
   const TString &GetOptions() const { return fOptions; }
   void SetOptions(const TString &options) { fOptions = options; }
   /// Name of the file that gConfig().SetWriteOptionsReference(kTRUE) asks for: `optionInfo/<name>.optref`.
   const TString &GetConfigName() const { return fConfigName.IsNull() ? fName : fConfigName; }
   void SetConfigName(const TString &name) { fConfigName = name; }
   /// Declared options in order of declaration.
   std::vector<OptionInfo> GetOptionInfos() const;

protected:
   /// Declares an option bound to a member; its present value is the default.
   void DeclareOptionRef(Bool_t &ref, const TString &name, const TString &description = "");
   void DeclareOptionRef(Int_t &ref, const TString &name, const TString &description = "");
   void DeclareOptionRef(UInt_t &ref, const TString &name, const TString &description = "");
   void DeclareOptionRef(Float_t &ref, const TString &name, const TString &description = "");
   void DeclareOptionRef(Double_t &ref, const TString &name, const TString &description = "");
   void DeclareOptionRef(TString &ref, const TString &name, const TString &description = "");
   /// An array of `size` elements from `first` on, which must stay where they are: `name=value` sets all of them,
   /// `name[i]=value` one. T is one of the types above.
   template <typename T>
   void DeclareOptionRef(T *first, Int_t size, const TString &name, const TString &description = "");
   /// Adds an allowed value to the option declared last.
   void AddPreDefVal(const TString &value);
   /// Forgets all declared options (their members keep their values).
   void ClearOptions();

   /// Parses the whole option string. Throws Error (kOption) that names the option, the value and, for an unknown
   /// option, the nearest declared names; nothing is changed then. A repeated option warns and the last one wins.
   /// With gConfig().WriteOptionsReference() the table of options is then written to a file (Error kFile).
   void ParseOptions();
   /// Sets one option from a weight file, an array from its values separated by blanks; same errors.
   void SetOption(const std::string &name, const std::string &value);
   bool IsOptionSet(const TString &name) const;

   Logger fLogger; //!

private:
   void WriteOptionsReference() const;
   TString fName;
   TString fConfigName;
   TString fOptions;
   std::unique_ptr<Internal::OptionTable> fTable; //!
};

} // namespace TorchMVA

#endif
