#ifndef TORCHMVA_CORE_OPTIONTABLE_HXX
#define TORCHMVA_CORE_OPTIONTABLE_HXX

#include "RtypesCore.h"
#include "TString.h"
#include "TorchMVA/Core/Configurable.hxx"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// The declared options of one Configurable: name, bound variable, default, allowed values, description.
class OptionTable {
public:
   static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
   static constexpr std::size_t kAll = kNone;
   /// The variable, or one element of the array, that an option sets; not owned.
   using Reference_t = std::variant<Bool_t *, Int_t *, UInt_t *, Float_t *, Double_t *, TString *>;
   /// What one token of an option string asks for.
   struct Assignment {
      std::size_t fOption;
      std::string fValue;
      std::size_t fElement = kAll; ///< of an array
   };

   /// One reference for an ordinary option, one an element for an array.
   void Declare(std::vector<Reference_t> references, bool isArray, const std::string &name,
                const std::string &description);
   void AddAllowed(const std::string &value);
   void Clear() { fOptions.clear(); }
   std::vector<OptionInfo> GetInfos() const;
   bool IsSet(const std::string &name) const;

   /// Parses and applies a whole option string, or throws Error (kOption) and applies nothing. `owner` is for the
   /// message. A number that is blank stays as it is. Returns the warnings about repeated options.
   std::vector<std::string> Parse(const std::string &text, const std::string &owner);
   /// Sets one option by name; an array from as many values as it has elements, separated by blanks.
   void Set(const std::string &name, const std::string &value, const std::string &owner);

private:
   using Value_t = std::variant<Bool_t, Int_t, UInt_t, Float_t, Double_t, TString>;
   struct Option {
      std::vector<Reference_t> fReferences;
      bool fIsArray = false;
      std::string fName;
      std::string fDescription;
      std::string fDefault;
      std::vector<std::string> fAllowed;
      bool fIsSet = false;
   };

   std::size_t Find(const std::string &name) const;
   std::size_t FindAllowed(const std::string &value) const;
   std::vector<std::string> GetNames() const;
   static bool IsBool(const Option &option);
   static bool IsNumber(const Option &option);
   static std::string Values(const Option &option);
   /// Understands one token; option kNone if nobody knows it.
   Assignment Interpret(const std::string &token, const std::string &owner) const;
   /// "name[i]=value" of a declared array; throws if `name` is declared and has no such element.
   Assignment InterpretElement(const std::string &name, const std::string &value, const std::string &owner) const;
   std::string DescribeUnknown(const std::string &token) const;
   Value_t Convert(const Option &option, const std::string &value, const std::string &owner) const;
   static void Assign(Option &option, std::size_t element, const Value_t &value);

   std::vector<Option> fOptions;
};

/// Text without the blanks around it.
std::string Trim(const std::string &text);
/// Text to value; false if the text is no such value. Blanks around it are ignored.
bool ParseBool(const std::string &text, Bool_t &value);
bool ParseDouble(const std::string &text, Double_t &value);
/// Of a number that std::from_chars calls out of range: whether it is too small, rather than too large.
bool IsTinyNumber(const char *begin, const char *end);
/// Accepts "800", "800.0" and "8e2" but not "800.5" or what does not fit.
bool ParseInteger(const std::string &text, Long64_t low, Long64_t high, Long64_t &value);

} // namespace Internal
} // namespace TorchMVA

#endif
