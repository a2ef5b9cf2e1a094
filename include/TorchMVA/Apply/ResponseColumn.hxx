#ifndef TORCHMVA_APPLY_RESPONSECOLUMN_HXX
#define TORCHMVA_APPLY_RESPONSECOLUMN_HXX

#include "ROOT/RDF/RInterface.hxx"
#include "ROOT/RVec.hxx"

#include <array>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Inputs of n events, row-major; `fSpectators` is null unless the responses depend on them.
struct InputRows {
   const float *fVariables = nullptr;
   const double *fSpectators = nullptr;
   std::size_t fN = 0;
};

/// What a column of a data frame asks for responses (Experimental::Define). Not for users: the interpreter compiles the
/// function below for the types of the columns.
class ResponseSource {
public:
   /// Memory of one slot of a data frame for the rows of an event.
   struct alignas(64) Scratch {
      std::vector<float> fVariables;
      std::vector<double> fSpectators;
   };

   ResponseSource(std::size_t nResponses, std::vector<std::string> columns, unsigned nSlots);
   virtual ~ResponseSource();
   /// Writes n x GetNResponses() floats. Called by one thread at a time for each slot.
   virtual void Evaluate(unsigned slot, const InputRows &rows, float *responses) = 0;

   std::size_t GetNResponses() const { return fNResponses; }
   Scratch &GetScratch(unsigned slot) { return fScratch[slot]; }
   /// Throws Error (kArgument): a collection has `found` elements, an earlier one `expected`.
   [[noreturn]] void FailOnLength(std::size_t column, std::size_t expected, std::size_t found) const;

private:
   std::size_t fNResponses;
   std::vector<std::string> fColumns;
   std::vector<Scratch> fScratch;
};

template <typename T>
constexpr bool kIsCollection = !std::is_arithmetic_v<T> && !std::is_enum_v<T>;

/// The inputs of an entry to rows, and these to responses, as DefineSlot takes it: NVariables values first, then
/// spectators. `Result` is float (one response, no collection) or RVec<float>.
template <typename Result, std::size_t NVariables, typename... T>
class ResponseColumn {
   static constexpr std::size_t kNSpectators = sizeof...(T) - NVariables;

public:
   explicit ResponseColumn(std::shared_ptr<ResponseSource> source) : fSource(std::move(source)) {}

   Result operator()(unsigned slot, const T &...values) const
   {
      if constexpr ((kIsCollection<T> || ...))
         return EvaluateElements(slot, values...);
      else
         return EvaluateEntry(slot, values...);
   }

private:
   Result EvaluateEntry(unsigned slot, const T &...values) const
   {
      std::array<float, NVariables> variables;
      std::array<double, kNSpectators + 1> spectators;
      std::size_t column = 0;
      const auto put = [&](const auto &value) {
         if (column < NVariables)
            variables[column] = static_cast<float>(value);
         else
            spectators[column - NVariables] = static_cast<double>(value);
         ++column;
      };
      (put(values), ...);
      const InputRows rows{variables.data(), kNSpectators > 0 ? spectators.data() : nullptr, 1};
      if constexpr (std::is_same_v<Result, float>) {
         float response;
         fSource->Evaluate(slot, rows, &response);
         return response;
      } else {
         Result responses(fSource->GetNResponses());
         fSource->Evaluate(slot, rows, responses.data());
         return responses;
      }
   }

   /// One row an element of the collections.
   Result EvaluateElements(unsigned slot, const T &...values) const
   {
      const std::size_t n = CommonLength(values...);
      auto &scratch = fSource->GetScratch(slot);
      scratch.fVariables.resize(n * NVariables);
      scratch.fSpectators.resize(n * kNSpectators);
      std::size_t column = 0;
      const auto put = [&](const auto &value) {
         if (column < NVariables)
            Fill(value, n, scratch.fVariables.data() + column, NVariables);
         else
            Fill(value, n, scratch.fSpectators.data() + (column - NVariables), kNSpectators);
         ++column;
      };
      (put(values), ...);
      Result responses(n * fSource->GetNResponses());
      const double *spectators = kNSpectators > 0 ? scratch.fSpectators.data() : nullptr;
      if (n > 0)
         fSource->Evaluate(slot, {scratch.fVariables.data(), spectators, n}, responses.data());
      return responses;
   }

   std::size_t CommonLength(const T &...values) const
   {
      std::size_t n = 0, column = 0;
      bool isFirst = true;
      const auto measure = [&](const auto &value) {
         if constexpr (kIsCollection<std::decay_t<decltype(value)>>) {
            const auto size = static_cast<std::size_t>(std::distance(std::begin(value), std::end(value)));
            if (!isFirst && size != n)
               fSource->FailOnLength(column, n, size);
            n = size;
            isFirst = false;
         }
         ++column;
      };
      (measure(values), ...);
      return n;
   }

   template <typename Value, typename Number>
   static void Fill(const Value &value, std::size_t n, Number *column, std::size_t stride)
   {
      if constexpr (kIsCollection<Value>) {
         for (const auto &element : value) {
            *column = static_cast<Number>(element);
            column += stride;
         }
      } else {
         for (std::size_t i = 0; i < n; ++i)
            column[i * stride] = static_cast<Number>(value);
      }
   }

   std::shared_ptr<ResponseSource> fSource;
};

template <typename Result, std::size_t NVariables, typename... T>
ROOT::RDF::RNode DefineResponses(ROOT::RDF::RNode &node, const std::string &name,
                                 const std::vector<std::string> &columns, const std::shared_ptr<ResponseSource> &source)
{
   return node.DefineSlot(name, ResponseColumn<Result, NVariables, T...>(source), columns);
}

} // namespace Internal
} // namespace TorchMVA

#endif
