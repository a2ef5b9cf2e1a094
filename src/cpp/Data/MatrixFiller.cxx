#include "MatrixFiller.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace TorchMVA {
namespace Internal {

namespace {

/// Events whose rows are asked for before they are written: with a random split every row is a cache miss.
constexpr Long64_t kPrefetchDistance = 16;

template <typename T>
bool AllFinite(const T *values, Long64_t n)
{
   // Without a branch, so that the compiler uses vector instructions.
   int bad = 0;
   for (Long64_t i = 0; i < n; ++i)
      bad |= !(std::fabs(values[i]) <= std::numeric_limits<T>::max());
   return bad == 0;
}

template <typename T>
void CopyRow(SharedMatrix<T> &to, Long64_t row, const std::vector<T> &from, Long64_t fromRow)
{
   const auto n = to.Columns();
   std::memcpy(to.Data() + row * n, from.data() + fromRow * n, n * sizeof(T));
}

/// The label, which is the expression if none was given; of an element of an array its name, such as `v[2]`.
std::string NameAsWritten(const VariableInfo &info)
{
   const TString &internal = info.GetInternalName();
   return internal.EndsWith("]") ? internal.Data() : info.GetLabel().Data();
}

} // namespace

MatrixFiller::MatrixFiller(const DataSetInfo &info, std::vector<EventId_t> rows, Long64_t nRows)
   : fVariables(nRows, info.GetNVariables()), fTargets(nRows, info.GetNTargets()),
     fSpectators(nRows, info.GetNSpectators()), fWeights(nRows, 1), fClasses(nRows, 1), fInfo(info),
     fRowOfEvent(std::move(rows)), fNRows(nRows), fSamples(info.GetNVariables() + info.GetNTargets()),
     fEventSamples(fSamples.size())
{
   // In order, so that the many events of weight 1 or class 0 need no write to a random row there.
   std::fill_n(fWeights.Data(), nRows, 1.f);
   std::fill_n(fClasses.Data(), nRows, 0);
}

void MatrixFiller::StartInput(const SourceInput &input, UInt_t cls, const std::string &cut, Long64_t nEvents)
{
   fFirst = fEnd;
   fEnd += nEvents;
   fSourceWeight = input.fWeight;
   fClass = cls;
   fPlace = input.Describe();
   fCut = cut;
}

const EventId_t *MatrixFiller::Rows(Long64_t first, Long64_t n) const
{
   if (fFirst + first + n > fEnd || fEnd > static_cast<Long64_t>(fRowOfEvent.size()))
      throw Error(EErrorCode::kInternal, "a source gave more events when it was read than when they were counted",
                  {{"where", fPlace}});
   return fRowOfEvent.data() + fFirst + first;
}

void MatrixFiller::Prefetch(Long64_t row, bool weight) const
{
   constexpr Long64_t line = 64 / sizeof(float);
   const Long64_t n = fVariables.Columns();
   const float *variables = fVariables.Data() + row * n;
   for (Long64_t j = 0; j < n; j += line)
      __builtin_prefetch(variables + j, 1);
   __builtin_prefetch(variables + n - 1, 1); // rows do not begin at cache lines
   if (weight)
      __builtin_prefetch(fWeights.Data() + row, 1);
   if (fClass != 0)
      __builtin_prefetch(fClasses.Data() + row, 1);
}

void MatrixFiller::Put(const RowBlock &block)
{
   const EventId_t *rows = Rows(block.fFirst, block.fRows);
   const bool finite = AllFinite(block.fVariables.data(), block.fRows * block.fNVariables) &&
                       AllFinite(block.fTargets.data(), block.fRows * block.fNTargets) &&
                       AllFinite(block.fSpectators.data(), block.fRows * block.fNSpectators) &&
                       AllFinite(block.fWeights.data(), block.fRows) && std::isfinite(fSourceWeight);
   if (!finite)
      NoteBadValues(block);
   for (Long64_t i = 0; i < block.fRows; ++i) {
      const Long64_t ahead = i + kPrefetchDistance;
      if (ahead < block.fRows && rows[ahead] < fNRows)
         Prefetch(rows[ahead], block.fWeights[ahead] * fSourceWeight != 1);
      const Long64_t row = rows[i];
      if (row >= fNRows)
         continue;
      CopyRow(fVariables, row, block.fVariables, i);
      if (block.fNTargets > 0)
         CopyRow(fTargets, row, block.fTargets, i);
      if (block.fNSpectators > 0)
         CopyRow(fSpectators, row, block.fSpectators, i);
      const auto weight = static_cast<float>(block.fWeights[i] * fSourceWeight);
      if (weight != 1)
         fWeights.Data()[row] = weight;
      if (fClass != 0)
         fClasses.Data()[row] = fClass;
   }
}

void MatrixFiller::Put(const EventInput &event, UInt_t cls)
{
   RowBlock block(1, fInfo.GetNVariables(), fInfo.GetNTargets(), fInfo.GetNSpectators());
   const std::size_t expected = fInfo.GetNVariables() + fInfo.GetNTargets() + fInfo.GetNSpectators();
   if (event.fValues.size() != expected)
      throw Error(EErrorCode::kData, "expected single events of " + std::to_string(expected) +
                                        " values (variables, targets, spectators), found one of class '" +
                                        event.fClass.Data() + "' with " + std::to_string(event.fValues.size()));
   block.fRows = 1;
   auto value = event.fValues.begin();
   for (auto &x : block.fVariables)
      x = static_cast<float>(*value++);
   for (auto &x : block.fTargets)
      x = static_cast<float>(*value++);
   for (auto &x : block.fSpectators)
      x = *value++;
   block.fWeights[0] = event.fWeight;
   for (std::size_t i = 0; i < fSamples.size(); ++i) {
      if (fEventSamples.Takes(fEnd))
         fEventSamples.Add(i, fEnd, event.fValues[i]);
   }
   fFirst = fEnd++;
   block.fEntries[0] = fFirst;
   fSourceWeight = 1.0;
   fClass = cls;
   fPlace = "the single events of class '" + std::string(event.fClass.Data()) + "'";
   fCut.clear();
   Put(block);
}

std::string MatrixFiller::Place(const std::string &what) const
{
   return what + " in " + fPlace + (fCut.empty() ? "" : " with cut '" + fCut + "'");
}

std::string MatrixFiller::Name(const ColumnSpec &column) const
{
   using EKind = ColumnSpec::EKind;
   const auto &infos = column.fKind == EKind::kVariable ? fInfo.GetVariableInfos()
                       : column.fKind == EKind::kTarget ? fInfo.GetTargetInfos()
                                                        : fInfo.GetSpectatorInfos();
   if (column.fKind == EKind::kWeight)
      return "the event weight";
   return column.Describe() + " '" +
          (column.fArraySize > 0 ? column.fExpression : NameAsWritten(infos[column.fIndex])) + "'";
}

void MatrixFiller::NoteRemoved(const ColumnSpec &column, Long64_t n)
{
   fNotes.NoteRemoved(Place(Name(column)), n);
}

void MatrixFiller::NoteSurplus(const ColumnSpec &column, Int_t found)
{
   fNotes.NoteSurplus(Place(Name(column)), found, column.fArraySize);
}

void MatrixFiller::NoteRounded(const std::string &column, const std::string &text)
{
   fNotes.NoteRounded(column, text);
}

void MatrixFiller::NoteSamples(const ValueSamples &samples)
{
   const std::lock_guard<std::mutex> lock(fMutex);
   for (std::size_t i = 0; i < fSamples.size(); ++i)
      samples.AppendTo(fSamples[i], i);
}

void MatrixFiller::WarnOfLostDigits(const Logger &log) const
{
   for (std::size_t i = 0; i < fSamples.size(); ++i) {
      std::vector<double> numbers = fSamples[i];
      fEventSamples.AppendTo(numbers, i);
      const FloatLoss loss = FindFloatLoss(std::move(numbers));
      if (!loss.IsGrave())
         continue;
      const bool isVariable = i < fInfo.GetNVariables();
      const VariableInfo &info =
         isVariable ? fInfo.GetVariableInfos()[i] : fInfo.GetTargetInfos()[i - fInfo.GetNVariables()];
      const bool isElement = isVariable && fInfo.IsVariableFromArray(static_cast<Int_t>(i));
      const std::string name = isElement ? info.GetInternalName().Data() : info.GetExpression().Data();
      log.Warning(loss.Describe((isVariable ? "Variable '" : "Target '") + name + "'", isElement ? "" : name));
   }
}

void MatrixFiller::NoteBadValues(const RowBlock &block)
{
   const auto check = [&](const auto &values, Int_t columns, const char *what, const std::vector<VariableInfo> &infos) {
      using Value_t = std::decay_t<decltype(values[0])>;
      for (Long64_t i = 0; i < block.fRows; ++i) {
         for (Int_t j = 0; j < columns; ++j) {
            if (!AllFinite<Value_t>(&values[i * columns + j], 1))
               fNotes.NoteBad(Place(std::string(what) + " '" + NameAsWritten(infos[j]) + "'"), block.fEntries[i]);
         }
      }
   };
   check(block.fVariables, block.fNVariables, "variable", fInfo.GetVariableInfos());
   check(block.fTargets, block.fNTargets, "target", fInfo.GetTargetInfos());
   check(block.fSpectators, block.fNSpectators, "spectator", fInfo.GetSpectatorInfos());
   for (Long64_t i = 0; i < block.fRows; ++i) {
      if (!std::isfinite(block.fWeights[i] * fSourceWeight))
         fNotes.NoteBad(Place("the event weight"), block.fEntries[i]);
   }
}

} // namespace Internal
} // namespace TorchMVA
