#ifndef TORCHMVA_DATA_VALUENOTES_HXX
#define TORCHMVA_DATA_VALUENOTES_HXX

#include "RtypesCore.h"
#include "TorchMVA/Core/Logger.hxx"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// What was strange about the values of a data set, collected over all its sources while they are read. Notes may be
/// taken in several threads.
class ValueNotes {
public:
   /// `what` (such as "variable 'x' in tree 'T'") is NaN or infinite in an event that the cuts keep.
   void NoteBad(const std::string &what, Long64_t entry);
   /// The same in `n` events that the cut removed.
   void NoteRemoved(const std::string &what, Long64_t n);
   /// An array has more elements than were declared.
   void NoteSurplus(const std::string &what, Int_t found, Int_t declared);

   /// A branch or column has whole numbers that a double does not hold: the text of the warning. The first one stays.
   void NoteRounded(const std::string &column, const std::string &text);

   /// Warns of what is harmless.
   void Warn(const Logger &log) const;
   /// Throws Error (kData) if any event that the cuts keep had a NaN or infinite value.
   void RequireFinite() const;

private:
   /// Bad values of one column of one source.
   struct BadColumn {
      Long64_t fCount = 0;
      std::vector<Long64_t> fFirstEntries;
   };

   std::mutex fMutex;
   std::map<std::string, BadColumn> fBad;
   std::map<std::string, Long64_t> fRemoved;
   std::map<std::string, std::string> fSurplus;
   std::map<std::string, std::string> fRounded;
};

} // namespace Internal
} // namespace TorchMVA

#endif
