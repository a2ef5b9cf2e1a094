#include "Core/ExpandPath.hxx"

#include <cctype>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <pwd.h>
#include <system_error>
#include <unistd.h>

namespace TorchMVA {
namespace Internal {

namespace {

/// The home folder of a user, of this one for an empty name; empty if there is no such user.
std::string HomeOf(const std::string &user)
{
   const char *home = user.empty() ? std::getenv("HOME") : nullptr;
   if (home && *home)
      return home;
   const passwd *entry = user.empty() ? ::getpwuid(::getuid()) : ::getpwnam(user.c_str());
   return entry && entry->pw_dir ? entry->pw_dir : "";
}

bool IsVariableChar(char c)
{
   return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

/// The variable that is named after the '$' at `i`, and the position after its name; empty if there is none.
std::string NameAt(const std::string &text, std::size_t i, std::size_t &end)
{
   const bool isBraced = i + 1 < text.size() && text[i + 1] == '{';
   const std::size_t first = i + (isBraced ? 2 : 1);
   std::size_t last = first;
   while (last < text.size() && (isBraced ? text[last] != '}' : IsVariableChar(text[last])))
      ++last;
   if (isBraced && last == text.size())
      return "";
   end = last + (isBraced ? 1 : 0);
   return text.substr(first, last - first);
}

} // namespace

std::string ExpandPath(const std::string &path)
{
   std::string text = path;
   if (!text.empty() && text[0] == '~') {
      const std::size_t slash = text.find('/');
      const std::string home = HomeOf(text.substr(1, slash == std::string::npos ? slash : slash - 1));
      if (!home.empty())
         text = home + (slash == std::string::npos ? "" : text.substr(slash));
   }
   std::error_code ignored; // what cannot be looked at is not there
   if (text.find('$') == std::string::npos || std::filesystem::exists(text, ignored))
      return text;
   std::string result;
   for (std::size_t i = 0; i < text.size();) {
      std::size_t end = i + 1;
      const std::string name = text[i] == '$' ? NameAt(text, i, end) : "";
      const char *value = name.empty() ? nullptr : std::getenv(name.c_str());
      if (value) {
         result += value;
         i = end;
      } else {
         result += text[i++];
      }
   }
   return result;
}

} // namespace Internal
} // namespace TorchMVA
