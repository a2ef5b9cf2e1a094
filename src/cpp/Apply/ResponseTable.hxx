#ifndef TORCHMVA_APPLY_RESPONSETABLE_HXX
#define TORCHMVA_APPLY_RESPONSETABLE_HXX

#include "ResponseSource.hxx"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Responses by the values of their inputs. Rows are told apart by 96 bits made of theirs: with 10^9 different rows the
/// probability that any two of them are taken for one is 10^-11.
///
/// Threads: Insert any number; Find any number, without a lock, once nothing is inserted any more.
class ResponseTable {
public:
   ResponseTable(std::size_t nVariables, std::size_t nSpectators, std::size_t nResponses);

   /// Keeps the responses of all rows, where there are none yet.
   void Insert(const InputRows &rows, const float *responses);
   /// The responses of one row; nullptr if there are none. `variables` and `spectators` as in InputRows.
   const std::uint32_t *Find(const float *variables, const double *spectators) const;
   std::size_t Size() const;

private:
   struct Key {
      std::uint64_t fHash; ///< never 0
      std::uint32_t fCheck;
   };
   /// One part of the table: records one after another, of which those with a hash of 0 are free.
   struct Part {
      std::mutex fMutex;
      std::vector<std::uint32_t> fRecords;
      std::size_t fCapacity = 0; ///< a power of 2
      std::size_t fSize = 0;
   };
   static constexpr int kPartBits = 6;

   Key MakeKey(const float *variables, const double *spectators) const;
   /// The record of a key, or the free one where it belongs.
   std::size_t Locate(const Part &part, const Key &key) const;
   void Grow(Part &part) const;

   std::size_t fNVariables;
   std::size_t fNSpectators;
   std::size_t fNResponses;
   std::size_t fWidth; ///< of a record: hash (2), check (1), responses
   std::array<Part, 1 << kPartBits> fParts;
};

} // namespace Internal
} // namespace TorchMVA

#endif
