#ifndef TORCHMVA_CORE_LOGGER_HXX
#define TORCHMVA_CORE_LOGGER_HXX

#include "TString.h"

#include <string>

namespace TorchMVA {

/// Log thresholds, with TMVA's numbers.
enum EMsgType : int { kDEBUG = 1, kVERBOSE, kINFO, kWARNING, kERROR, kFATAL, kSILENT, kHEADER };

/// Writes TMVA's log lines: a 25-character source field, ": ", text.
///
/// INFO, VERBOSE, DEBUG and HEADER lines go to standard output through ROOT's Printf, WARNING and ERROR through
/// ROOT's error handler (::Warning, ::Error with location "TorchMVA::<source>"), so that gErrorIgnoreLevel and
/// SetErrorHandler work. A log line never ends anything: errors are exceptions (Error).
/// Silent when gConfig().IsSilent() (warnings still pass). Multi-line text: every line gets the prefix.
class Logger {
public:
   explicit Logger(const std::string &source = "", EMsgType threshold = kINFO);
   void SetSource(const std::string &source) { fSource = source; }
   const std::string &GetSource() const { return fSource; }
   void SetMinType(EMsgType threshold) { fThreshold = threshold; }
   EMsgType GetMinType() const { return fThreshold; }

   void Header(const std::string &text) const;
   void Info(const std::string &text) const;
   void Verbose(const std::string &text) const;
   void Debug(const std::string &text) const;
   void Warning(const std::string &text) const;
   void Error(const std::string &text) const;

private:
   void Write(EMsgType type, const std::string &text) const;
   std::string fSource;
   EMsgType fThreshold;
};

} // namespace TorchMVA

#endif
