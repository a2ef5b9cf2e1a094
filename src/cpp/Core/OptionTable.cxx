#include "OptionTable.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/NearestName.hxx"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iomanip>
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

void OptionTable::Declare(std::vector<Reference_t> references, bool isArray, const std::string &name,
                          const std::string &description)
{
   if (references.empty())
      throw Error(EErrorCode::kState, "option '" + name + "' is declared as an array without elements");
   Option option{std::move(references), isArray, name, description, "", {}, false};
   option.fDefault = Values(option);
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
      infos.push_back({o.fName, TypeName(o.fReferences[0]), Values(o), o.fDefault, o.fAllowed, o.fDescription, o.fIsSet,
                       o.fIsArray ? o.fReferences.size() : 0});
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
   return std::holds_alternative<Bool_t *>(option.fReferences[0]);
}

bool OptionTable::IsNumber(const Option &option)
{
   if (!std::holds_alternative<TString *>(option.fReferences[0]))
      return !IsBool(option);
   // also a text such as "20%"
   Double_t number = 0;
   return ParseDouble(option.fDefault.substr(0, option.fDefault.find('%')), number);
}

std::string OptionTable::Values(const Option &option)
{
   if (!option.fIsArray)
      return Format(option.fReferences[0]);
   std::ostringstream out;
   for (const auto &reference : option.fReferences) {
      const std::string value = Format(reference);
      out << (&reference == option.fReferences.data() ? "" : " ");
      // Blanks separate the values, so a text that has some is quoted.
      if (value.empty() || value.find_first_of(" \t\n\"") != std::string::npos)
         out << std::quoted(value);
      else
         out << value;
   }
   return out.str();
}

OptionTable::Assignment OptionTable::InterpretElement(const std::string &name, const std::string &value,
                                                      const std::string &owner) const
{
   const auto bracket = name.find('[');
   if (bracket == std::string::npos || name.back() != ']')
      return {kNone, value};
   const auto i = Find(name.substr(0, bracket));
   if (i == kNone)
      return {kNone, value};
   const Option &option = fOptions[i];
   if (!option.fIsArray)
      throw Error(EErrorCode::kOption, "option '" + option.fName + "' of " + owner + " is no array: expected '" +
                                          option.fName + "=value', found '" + name + "=" + value + "'");
   const std::string index = name.substr(bracket + 1, name.size() - bracket - 2);
   Long64_t element = 0;
   if (!ParseInteger(index, 0, static_cast<Long64_t>(option.fReferences.size()) - 1, element))
      throw Error(EErrorCode::kOption, "option '" + option.fName + "' of " + owner + ": expected an index from 0 to " +
                                          std::to_string(option.fReferences.size() - 1) + ", found '" + index + "'");
   return {i, value, static_cast<std::size_t>(element)};
}

OptionTable::Assignment OptionTable::Interpret(const std::string &token, const std::string &owner) const
{
   const auto equal = token.find('=');
   if (equal != std::string::npos) {
      const std::string name = token.substr(0, equal), value = token.substr(equal + 1);
      const auto literal = Find(name); // an option may be called "name[0]"
      return literal != kNone ? Assignment{literal, value} : InterpretElement(name, value, owner);
   }
   if (token[0] == '!') {
      const auto i = Find(token.substr(1));
      if (i != kNone && !IsBool(fOptions[i]))
         throw Error(EErrorCode::kOption, "option '" + fOptions[i].fName + "' of " + owner + " is no flag (type " +
                                             TypeName(fOptions[i].fReferences[0]) + "): expected '" +
                                             fOptions[i].fName + "=value', found '" + token + "'");
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
   if (std::all_of(token.begin(), token.end(), [](unsigned char c) { return std::isdigit(c); }))
      return "'" + token + "' (a colon separates options and cannot be in a value)";
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
   const std::string type = TypeName(option.fReferences[0]);
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
   if (type == "Float" && std::isfinite(number) && !std::isfinite(static_cast<Float_t>(number)))
      ThrowBadValue(owner, option.fName, text, "a number that single precision can hold");
   if (type == "Float")
      return static_cast<Float_t>(number);
   return number;
}

void OptionTable::Assign(Option &option, std::size_t element, const Value_t &value)
{
   for (std::size_t i = 0; i < option.fReferences.size(); ++i) {
      if (element == kAll || element == i)
         std::visit([&value](auto *target) { *target = std::get<std::remove_reference_t<decltype(*target)>>(value); },
                    option.fReferences[i]);
   }
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
   // as in TMVA: `nTrain_Signal=` asks for nothing
   const auto isBlank = [this](const Assignment &a) { return IsNumber(fOptions[a.fOption]) && Trim(a.fValue).empty(); };
   assignments.erase(std::remove_if(assignments.begin(), assignments.end(), isBlank), assignments.end());
   std::vector<Value_t> values;
   for (const auto &a : assignments)
      values.push_back(Convert(fOptions[a.fOption], a.fValue, owner));

   std::vector<std::string> warnings;
   std::map<std::pair<std::size_t, std::size_t>, std::string> seen; // option and element
   for (std::size_t i = 0; i < assignments.size(); ++i) {
      auto &option = fOptions[assignments[i].fOption];
      const auto first =
         seen.emplace(std::make_pair(assignments[i].fOption, assignments[i].fElement), assignments[i].fValue);
      if (!first.second) {
         warnings.push_back("Value for option " + option.fName + " was previously set to " + first.first->second +
                            ", now " + assignments[i].fValue);
         first.first->second = assignments[i].fValue;
      }
      Assign(option, assignments[i].fElement, values[i]);
   }
   return warnings;
}

void OptionTable::Set(const std::string &name, const std::string &value, const std::string &owner)
{
   const auto i = Find(name);
   if (i == kNone)
      throw Error(EErrorCode::kOption, "unknown option of " + owner + ": '" + name + "'" + DidYouMean(name, GetNames()),
                  {{"known", Join(GetNames())}});
   Option &option = fOptions[i];
   std::vector<std::string> texts{value};
   if (option.fIsArray) {
      texts.clear();
      std::istringstream in(value);
      for (std::string text; in >> std::quoted(text);)
         texts.push_back(text);
      if (texts.size() != option.fReferences.size())
         ThrowBadValue(owner, name, value, std::to_string(option.fReferences.size()) + " values");
   }
   std::vector<Value_t> values;
   for (const auto &text : texts)
      values.push_back(Convert(option, text, owner));
   for (std::size_t element = 0; element < values.size(); ++element)
      Assign(option, element, values[element]);
}

} // namespace Internal
} // namespace TorchMVA
