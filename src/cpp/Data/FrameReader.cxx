#include "FrameReader.hxx"

#include "Core/RootErrors.hxx"
#include "FrameCollector.hxx"
#include "FrameRow.hxx"
#include "FrameTree.hxx"
#include "TChain.h"
#include "TChainElement.h"
#include "TFile.h"

#include <numeric>

namespace TorchMVA {
namespace Internal {

namespace {

/// The files of a data frame that reads a chain with several threads: ROOT's numbers of entries mean nothing then.
std::vector<std::string> FilesOf(const ROOT::RDF::RNode &node)
{
   std::vector<std::string> files;
   TTree *tree = TreeOf(node);
   if (!tree || node.GetNSlots() == 1)
      return files;
   if (auto *chain = dynamic_cast<TChain *>(tree)) {
      for (TObject *element : *chain->GetListOfFiles())
         files.emplace_back(element->GetTitle());
   } else {
      const TFile *file = tree->GetCurrentFile();
      files.emplace_back(file ? file->GetName() : "");
   }
   return files;
}

} // namespace

FrameReader::FrameReader(const SourceInput &input, const DataSetInfo &info, const ClassInfo &cls,
                         const std::string &cut)
   : EventSource(cut), fInput(input), fInfo(info), fColumns(MakeColumns(info, cls))
{
}

FrameReader::~FrameReader() = default;

EventCounts FrameReader::Count()
{
   FrameRow row(*fInput.fFrame, fColumns, Cut(), fInput.Describe());
   FrameLayout layout{fColumns, row.fHasCut, FilesOf(row.fNode), fInput.Describe()};
   EventCounts counts;
   const RootErrors errors;
   try {
      auto events = row.fNode.Book<ROOT::RVecD, ULong64_t>(
         FrameCollector(std::move(layout), fInfo, row.fNode.GetNSlots()), {row.fColumn, "rdfentry_"});
      // booked before the first result is asked for: one event loop for both
      if (row.fSizeColumn.empty()) {
         auto candidates = row.fCandidates.Count();
         fEvents = events.GetSharedPtr();
         counts.fCandidates = *candidates;
      } else {
         auto candidates = row.fCandidates.Sum<double>(row.fSizeColumn);
         fEvents = events.GetSharedPtr();
         counts.fCandidates = static_cast<Long64_t>(*candidates);
      }
   } catch (const Error &) {
      throw;
   } catch (const std::exception &error) {
      const std::string first = errors.First();
      throw Error(EErrorCode::kData,
                  "cannot read the " + fInput.Describe() + ": " + error.what() + (first.empty() ? "" : ": " + first),
                  {{"class", fInput.fClass.Data()}});
   }
   errors.Throw("cannot read the " + fInput.Describe(), {{"class", fInput.fClass.Data()}});
   if (fEvents->fError)
      throw Error(*fEvents->fError);
   for (const auto &wholeNumbers : row.fWholeNumbers)
      fRounded.merge(wholeNumbers->Found());
   counts.fEntries = counts.fEntriesOfTree = fEvents->fEntries;
   counts.fEntriesWithoutEvent = fEvents->fWithoutEvent;
   if (row.fSizeColumn.empty())
      counts.fCandidates -= counts.fEntriesWithoutEvent;
   for (std::size_t c = 0; c < fColumns.size(); ++c) {
      if (fEvents->fEmpty[c].fEntries == 0)
         continue;
      counts.fMissing.push_back(fEvents->fEmpty[c]);
      counts.fMissing.back().fWhat = fColumns[c].Describe() + " '" + fColumns[c].fExpression + "'";
   }
   counts.fPassed = std::accumulate(fEvents->fParts.begin(), fEvents->fParts.end(), Long64_t(0),
                                    [](Long64_t n, const auto &part) { return n + part.fBlock.fRows; });
   return counts;
}

void FrameReader::Stream(EventSink &sink)
{
   FrameRow row(*fInput.fFrame, fColumns, Cut(), fInput.Describe(), EMissing::kNaN);
   if (!row.fSizeColumn.empty())
      throw Error(EErrorCode::kExpression, "a variable is an array, so that an entry is no single event",
                  {{"where", fInput.Describe()}});
   if (row.fNode.GetNSlots() != 1)
      throw Error(EErrorCode::kState, "events can be handed over as they come without implicit multi-threading only");
   FrameLayout layout{fColumns, row.fHasCut, {}, fInput.Describe(), &sink};
   auto events =
      row.fNode.Book<ROOT::RVecD, ULong64_t>(FrameCollector(std::move(layout), fInfo, 1), {row.fColumn, "rdfentry_"});
   const auto done = events.GetSharedPtr();
   for (std::size_t c = 0; c < fColumns.size(); ++c) {
      if (done->fSurplus[c] > 0)
         sink.NoteSurplus(fColumns[c], done->fSurplus[c]);
   }
}

void FrameReader::Read(EventSink &sink)
{
   for (std::size_t c = 0; c < fColumns.size(); ++c) {
      if (fEvents->fSurplus[c] > 0)
         sink.NoteSurplus(fColumns[c], fEvents->fSurplus[c]);
      if (fEvents->fRemoved[c] > 0)
         sink.NoteRemoved(fColumns[c], fEvents->fRemoved[c]);
   }
   for (const auto &[column, number] : fRounded)
      sink.NoteRounded(column, DescribeRounded(column, "", number));
   for (const ValueSamples &samples : fEvents->fSamples)
      sink.NoteSamples(samples);
   Long64_t first = 0;
   for (auto &part : fEvents->fParts) {
      part.fBlock.fFirst = first;
      first += part.fBlock.fRows;
      sink.Put(part.fBlock);
      part.fBlock = RowBlock(0, 0, 0, 0); // its memory is not needed twice
   }
   fEvents.reset();
}

} // namespace Internal
} // namespace TorchMVA
