#include "OptionTable.hxx"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace TorchMVA {
namespace Internal {

std::string Trim(const std::string &text)
{
   const auto first = text.find_first_not_of(" \t\n");
   if (first == std::string::npos)
      return "";
   return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

bool ParseBool(const std::string &text, Bool_t &value)
{
   TString t(Trim(text).c_str());
   t.ToLower();
   if (t == "1" || t == "true" || t == "ktrue" || t == "t") {
      value = kTRUE;
      return true;
   }
   if (t == "0" || t == "false" || t == "kfalse" || t == "f") {
      value = kFALSE;
      return true;
   }
   return false;
}

bool IsTinyNumber(const char *begin, const char *end)
{
   const char *const mark = std::find_if(begin, end, [](char c) { return c == 'e' || c == 'E'; });
   const char *const point = std::find(begin, mark, '.');
   const char *const first = std::find_if(begin, mark, [](char c) { return c >= '1' && c <= '9'; });
   long long exponent = 0;
   if (mark != end) {
      const char *digits = mark + 1 + (mark + 1 != end && mark[1] == '+');
      if (std::from_chars(digits, end, exponent).ec == std::errc::result_out_of_range)
         return *digits == '-';
   }
   return exponent + (point - first) < 0; // of about 10 to that power
}

bool ParseDouble(const std::string &text, Double_t &value)
{
   // Not strtod: the point is a point whatever the user's locale says.
   std::string t = Trim(text);
   if (t.size() > 1 && t[0] == '+' && t[1] != '-')
      t.erase(0, 1);
   const auto result = std::from_chars(t.data(), t.data() + t.size(), value);
   const bool isTiny = result.ec == std::errc::result_out_of_range && IsTinyNumber(t.data(), result.ptr);
   if (isTiny)
      value = 0;
   return !t.empty() && (result.ec == std::errc() || isTiny) && result.ptr == t.data() + t.size();
}

bool ParseInteger(const std::string &text, Long64_t low, Long64_t high, Long64_t &value)
{
   Double_t number = 0;
   if (!ParseDouble(text, number) || !(number >= double(low) && number <= double(high)) || std::floor(number) != number)
      return false;
   value = static_cast<Long64_t>(number);
   return true;
}

} // namespace Internal
} // namespace TorchMVA
