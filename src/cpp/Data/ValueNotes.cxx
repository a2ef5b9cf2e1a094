#include "ValueNotes.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <algorithm>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr std::size_t kListedEntries = 5;

std::string Events(Long64_t n)
{
   return std::to_string(n) + (n == 1 ? " event" : " events");
}

} // namespace

void ValueNotes::NoteBad(const std::string &what, Long64_t entry)
{
   // Several threads read different parts of a tree: the first entries are not those noted first.
   const std::lock_guard<std::mutex> lock(fMutex);
   auto &bad = fBad[what];
   ++bad.fCount;
   auto &entries = bad.fFirstEntries;
   entries.insert(std::upper_bound(entries.begin(), entries.end(), entry), entry);
   if (entries.size() > kListedEntries)
      entries.pop_back();
}

void ValueNotes::NoteRemoved(const std::string &what, Long64_t n)
{
   const std::lock_guard<std::mutex> lock(fMutex);
   fRemoved[what] += n;
}

void ValueNotes::NoteSurplus(const std::string &what, Int_t found, Int_t declared)
{
   const std::lock_guard<std::mutex> lock(fMutex);
   fSurplus.emplace(what, "expected " + std::to_string(declared) +
                             " elements as declared by AddVariablesArray, found " + std::to_string(found) +
                             ": the surplus is ignored");
}

void ValueNotes::NoteRounded(const std::string &column, const std::string &text)
{
   const std::lock_guard<std::mutex> lock(fMutex);
   fRounded.emplace(column, text);
}

void ValueNotes::Warn(const Logger &log) const
{
   for (const auto &item : fRounded)
      log.Warning(item.second);
   for (const auto &item : fSurplus)
      log.Warning(item.first + ": " + item.second);
   for (const auto &item : fRemoved)
      log.Warning("NaN or infinite values in " + item.first + ": " + Events(item.second) +
                  ", which were all removed by the specified cut, continuing");
}

void ValueNotes::RequireFinite() const
{
   if (fBad.empty())
      return;
   Error::Context_t context;
   for (const auto &item : fBad) {
      const auto &bad = item.second;
      std::string entries;
      for (const auto entry : bad.fFirstEntries)
         entries += (entries.empty() ? "" : ", ") + std::to_string(entry);
      context.emplace_back(item.first, Events(bad.fCount) + " (entries " + entries +
                                          (bad.fCount > Long64_t(bad.fFirstEntries.size()) ? ", ...)" : ")"));
   }
   const auto &first = context.front();
   throw Error(EErrorCode::kData,
               "expected finite numbers in all events that pass the cuts, found NaN or infinite values in " +
                  first.first + ": " + first.second + (context.size() > 1 ? ", and more below" : ""),
               context);
}

} // namespace Internal
} // namespace TorchMVA
