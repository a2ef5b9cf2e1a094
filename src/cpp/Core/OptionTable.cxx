#include "OptionTable.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/NearestName.hxx"

#include <limits>
#include <map>
#include <sstream>

namespace TorchMVA {
namespace Internal {

namespace {

bool SameName(const std::string &a, const std::string &b)
{
   return TString(a).CompareTo(b.c_str(), TString::kIgnoreCase) == 0;
}

std::string FormatNumber(double value)
{
   std::ostringstream out;
   out.imbue(std::locale::classic());
   out << value; // six digits, as TMVA's weight files have
   return out.str();
}

std::string Format(const OptionTable::Reference_t &reference)
{
   struct Formatter {
      std::string operator()(const Bool_t *v) const { return *v ? "True" : "False"; }
      std::string operator()(const Int_t *v) const { return std::to_string(*v); }
      std::string operator()(const UInt_t *v) const { return std::to_string(*v); }
      std::string operator()(const Float_t *v) const { return FormatNumber(*v); }
      std::string operator()(const Double_t *v) const { return FormatNumber(*v); }
      std::string operator()(const TString *v) const { return v->Data(); }
   };
   return std::visit(Formatter(), reference);
}

const char *TypeName(const OptionTable::Reference_t &reference)
{
   static const char *const names[] = {"Bool", "Int", "UInt", "Float", "Double", "String"};
   return names[reference.index()];
}

std::string Join(const std::vector<std::string> &items)
{
   std::string text;
   for (const auto &item : items)
      text += (text.empty() ? "" : ", ") + item;
   return text;
}

std::vector<std::string> SplitTokens(const std::string &text)
{
   std::vector<std::string> tokens;
   std::istringstream in(text);
   for (std::string token; std::getline(in, token, ':');) {
      if (!token.empty())
         tokens.push_back(token);
   }
   return tokens;
}

[[noreturn]] void ThrowBadValue(const std::string &owner, const std::string &name, const std::string &value,
                                const std::string &expected)
{
   throw Error(EErrorCode::kOption,
               "option '" + name + "' of " + owner + ": expected " + expected + ", found '" + value + "'",
               {{"option", name}, {"value", value}});
}

} // namespace

void OptionTable::Declare(Reference_t reference, const std::string &name, const std::string &description)
{
   Option option{reference, name, description, Format(reference), {}, false};
   const auto existing = Find(name);
   if (existing == kNone)
      fOptions.push_back(option);
   else
      fOptions[existing] = option; // a derived class declares a base class's option anew
}

void OptionTable::AddAllowed(const std::string &value)
{
   if (fOptions.empty())
      throw Error(EErrorCode::kState, "AddPreDefVal('" + value + "') needs a declared option before it");
   fOptions.back().fAllowed.push_back(value);
}

std::vector<OptionInfo> OptionTable::GetInfos() const
{
   std::vector<OptionInfo> infos;
   for (const auto &o : fOptions)
      infos.push_back(
         {o.fName, TypeName(o.fReference), Format(o.fReference), o.fDefault, o.fAllowed, o.fDescription, o.fIsSet});
   return infos;
}

bool OptionTable::IsSet(const std::string &name) const
{
   const auto i = Find(name);
   return i != kNone && fOptions[i].fIsSet;
}

std::size_t OptionTable::Find(const std::string &name) const
{
   for (std::size_t i = 0; i < fOptions.size(); ++i) {
      if (SameName(fOptions[i].fName, name))
         return i;
   }
   return kNone;
}

std::size_t OptionTable::FindAllowed(const std::string &value) const
{
   for (std::size_t i = 0; i < fOptions.size(); ++i) {
      for (const auto &allowed : fOptions[i].fAllowed) {
         if (SameName(allowed, value))
            return i;
      }
   }
   return kNone;
}

std::vector<std::string> OptionTable::GetNames() const
{
   std::vector<std::string> names;
   for (const auto &option : fOptions)
      names.push_back(option.fName);
   return names;
}

bool OptionTable::IsBool(const Option &option)
{
   return std::holds_alternative<Bool_t *>(option.fReference);
}

OptionTable::Assignment OptionTable::Interpret(const std::string &token, const std::string &owner) const
{
   const auto equal = token.find('=');
   if (equal != std::string::npos)
      return {Find(token.substr(0, equal)), token.substr(equal + 1)};
   if (token[0] == '!') {
      const auto i = Find(token.substr(1));
      if (i != kNone && !IsBool(fOptions[i]))
         throw Error(EErrorCode::kOption, "option '" + fOptions[i].fName + "' of " + owner + " is no flag (type " +
                                             TypeName(fOptions[i].fReference) + "): expected '" + fOptions[i].fName +
                                             "=value', found '" + token + "'");
      return {i, "False"};
   }
   const auto i = Find(token);
   if (i != kNone && IsBool(fOptions[i]))
      return {i, "True"};
   return {FindAllowed(token), token};
}

std::string OptionTable::DescribeUnknown(const std::string &token) const
{
   const auto equal = token.find('=');
   const std::string name = token.substr(token[0] == '!' ? 1 : 0, equal - (token[0] == '!' ? 1 : 0));
   const auto known = Find(name);
   if (known != kNone) {
      const auto &option = fOptions[known];
      return "'" + token + "': expected '" + option.fName + "=value'" + (IsBool(option) ? " or a bare flag" : "");
   }
   auto candidates = GetNames();
   if (equal == std::string::npos) {
      for (const auto &option : fOptions)
         candidates.insert(candidates.end(), option.fAllowed.begin(), option.fAllowed.end());
   }
   return "'" + token + "'" + DidYouMean(name, candidates);
}

OptionTable::Value_t OptionTable::Convert(const Option &option, const std::string &text, const std::string &owner) const
{
   std::string value = text;
   if (!option.fAllowed.empty()) {
      bool found = false;
      for (const auto &allowed : option.fAllowed) {
         if (!found && SameName(allowed, value)) {
            value = allowed;
            found = true;
         }
      }
      if (!found)
         ThrowBadValue(owner, option.fName, text,
                       "one of " + Join(option.fAllowed) + DidYouMean(text, option.fAllowed));
   }
   const std::string type = TypeName(option.fReference);
   if (type == "String")
      return TString(value);
   if (type == "Bool") {
      Bool_t flag = kFALSE;
      if (!ParseBool(value, flag))
         ThrowBadValue(owner, option.fName, text, "True or False");
      return flag;
   }
   Long64_t integer = 0;
   if (type == "Int") {
      if (!ParseInteger(value, std::numeric_limits<Int_t>::min(), std::numeric_limits<Int_t>::max(), integer))
         ThrowBadValue(owner, option.fName, text, "an integer");
      return static_cast<Int_t>(integer);
   }
   if (type == "UInt") {
      if (!ParseInteger(value, 0, std::numeric_limits<UInt_t>::max(), integer))
         ThrowBadValue(owner, option.fName, text, "a non-negative integer");
      return static_cast<UInt_t>(integer);
   }
   Double_t number = 0;
   if (!ParseDouble(value, number))
      ThrowBadValue(owner, option.fName, text, "a number");
   if (type == "Float")
      return static_cast<Float_t>(number);
   return number;
}

void OptionTable::Assign(Option &option, const Value_t &value)
{
   std::visit([&value](auto *target) { *target = std::get<std::remove_reference_t<decltype(*target)>>(value); },
              option.fReference);
   option.fIsSet = true;
}

std::vector<std::string> OptionTable::Parse(const std::string &text, const std::string &owner)
{
   std::vector<Assignment> assignments;
   std::vector<std::string> unknown;
   for (const auto &token : SplitTokens(text)) {
      const auto assignment = Interpret(token, owner);
      if (assignment.fOption == kNone)
         unknown.push_back(DescribeUnknown(token));
      else
         assignments.push_back(assignment);
   }
   if (!unknown.empty())
      throw Error(EErrorCode::kOption,
                  (unknown.size() == 1 ? "unknown option of " : "unknown options of ") + owner + ": " + Join(unknown),
                  {{"options", text}, {"known", Join(GetNames())}});
   std::vector<Value_t> values;
   for (const auto &a : assignments)
      values.push_back(Convert(fOptions[a.fOption], a.fValue, owner));

   std::vector<std::string> warnings;
   std::map<std::size_t, std::string> seen;
   for (std::size_t i = 0; i < assignments.size(); ++i) {
      auto &option = fOptions[assignments[i].fOption];
      const auto first = seen.emplace(assignments[i].fOption, assignments[i].fValue);
      if (!first.second) {
         warnings.push_back("Value for option " + option.fName + " was previously set to " + first.first->second +
                            ", now " + assignments[i].fValue);
         first.first->second = assignments[i].fValue;
      }
      Assign(option, values[i]);
   }
   return warnings;
}

void OptionTable::Set(const std::string &name, const std::string &value, const std::string &owner)
{
   const auto i = Find(name);
   if (i == kNone)
      throw Error(EErrorCode::kOption, "unknown option of " + owner + ": '" + name + "'" + DidYouMean(name, GetNames()),
                  {{"known", Join(GetNames())}});
   Assign(fOptions[i], Convert(fOptions[i], value, owner));
}

} // namespace Internal
} // namespace TorchMVA
