#include "TorchMVA/Core/Logger.hxx"

#include "Core/Text.hxx"

#include "TError.h"
#include "TorchMVA/Core/Config.hxx"

#include <sstream>

namespace TorchMVA {

namespace {
constexpr std::size_t kSourceWidth = 25;

std::string SourceField(const std::string &source)
{
   if (source.size() > kSourceWidth)
      return source.substr(0, kSourceWidth - 3) + "...";
   return source + std::string(kSourceWidth - source.size(), ' ');
}

/// Without colour the level is spelled out, as in TMVA.
const char *LevelPrefix(EMsgType type)
{
   if (gConfig().UseColor())
      return "";
   switch (type) {
   case kHEADER: return "<HEADER> ";
   case kVERBOSE: return "<VERBOSE> ";
   case kDEBUG: return "<DEBUG> ";
   default: return "";
   }
}
} // namespace

Logger::Logger(const std::string &source, EMsgType threshold) : fSource(source), fThreshold(threshold) {}

void Logger::Header(const std::string &text) const
{
   Write(kHEADER, text);
}
void Logger::Info(const std::string &text) const
{
   Write(kINFO, text);
}
void Logger::Verbose(const std::string &text) const
{
   Write(kVERBOSE, text);
}
void Logger::Debug(const std::string &text) const
{
   Write(kDEBUG, text);
}
void Logger::Warning(const std::string &text) const
{
   Write(kWARNING, text);
}
void Logger::Error(const std::string &text) const
{
   Write(kERROR, text);
}

void Logger::Write(EMsgType type, const std::string &text) const
{
   if (type < fThreshold)
      return;
   if (type == kWARNING || type == kERROR) {
      // PyROOT makes Python warnings of these, and Python takes UTF-8 only
      const std::string location = Internal::AsUtf8("TorchMVA" + (fSource.empty() ? "" : "::" + fSource));
      const std::string message = Internal::AsUtf8(text);
      if (type == kWARNING)
         ::Warning(location.c_str(), "%s", message.c_str());
      else
         ::Error(location.c_str(), "%s", message.c_str());
      return;
   }
   if (gConfig().IsSilent())
      return;
   // The name only stands in header lines; the lines below it are its own.
   const bool isColored = type == kDEBUG && gConfig().UseColor();
   const std::string prefix = (isColored ? "\033[34m" : "") + std::string(LevelPrefix(type)) +
                              SourceField(type == kHEADER ? fSource : "") + ": ";
   std::istringstream lines(text);
   std::string line;
   do {
      line.clear();
      std::getline(lines, line);
      Printf("%s%s%s", prefix.c_str(), line.c_str(), isColored ? "\033[0m" : "");
   } while (!lines.eof());
}

} // namespace TorchMVA
