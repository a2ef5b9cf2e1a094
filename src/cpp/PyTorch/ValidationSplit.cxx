#include "PyTorch/ValidationSplit.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <cmath>
#include <locale>
#include <numeric>
#include <sstream>

namespace TorchMVA {
namespace Internal {

namespace {

std::string Trimmed(const std::string &text)
{
   const char *const blanks = " \t\r\n";
   const std::size_t first = text.find_first_not_of(blanks);
   return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// A finite number that fills the whole text, whatever the locale of the process is.
bool ParseNumber(const std::string &text, double &value)
{
   std::istringstream stream(text);
   stream.imbue(std::locale::classic());
   return (stream >> value) && stream.peek() == std::istringstream::traits_type::eof() && std::isfinite(value);
}

/// What a text says: a number of events, or a part of all of them from 0 to 1.
struct ValidationSize {
   double fNumber = 0;
   bool fIsPart = false;
};

[[noreturn]] void FailOnSize(const std::string &text, const std::string &problem)
{
   throw Error(EErrorCode::kOption, "Validation size \"" + text + "\" is " + problem, {{"option", "ValidationSize"}});
}

ValidationSize ParseSize(const std::string &text)
{
   const std::string trimmed = Trimmed(text);
   const bool isPercent = !trimmed.empty() && trimmed.back() == '%';
   const std::string digits = isPercent ? Trimmed(trimmed.substr(0, trimmed.size() - 1)) : trimmed;
   ValidationSize size;
   if (!ParseNumber(digits, size.fNumber))
      throw Error(EErrorCode::kOption, "Cannot parse number \"" + text + "\"", {{"option", "ValidationSize"}});
   if (size.fNumber < 0)
      FailOnSize(text, "negative.");
   size.fIsPart = isPercent || size.fNumber < 1;
   if (isPercent)
      size.fNumber /= 100;
   return size;
}

/// Validation events per class: nValidation shared out in proportion, corrected so that both sides have every class.
std::vector<Long64_t> ShareOut(const std::vector<Long64_t> &counts, Long64_t n, Long64_t nValidation)
{
   std::vector<Long64_t> shares(counts.size());
   std::vector<std::pair<double, std::size_t>> remainders;
   for (std::size_t c = 0; c < counts.size(); ++c) {
      const double exact = double(nValidation) * double(counts[c]) / double(n);
      shares[c] = Long64_t(exact);
      remainders.emplace_back(shares[c] - exact, c); // largest remainder first after sorting
   }
   std::sort(remainders.begin(), remainders.end());
   Long64_t left = nValidation - std::accumulate(shares.begin(), shares.end(), Long64_t(0));
   for (std::size_t i = 0; left > 0 && i < remainders.size(); ++i, --left)
      ++shares[remainders[i].second];

   auto richest = [&](auto spare) {
      return std::max_element(counts.begin(), counts.end(),
                              [&](const Long64_t &a, const Long64_t &b) {
                                 return spare(&a - counts.data()) < spare(&b - counts.data());
                              }) -
             counts.begin();
   };
   for (std::size_t c = 0; c < counts.size(); ++c) {
      if (counts[c] < 2)
         continue;
      if (shares[c] == 0) {
         const auto giver = richest([&](std::size_t k) { return shares[k]; });
         if (shares[giver] > 1) {
            --shares[giver];
            ++shares[c];
         }
      } else if (shares[c] == counts[c]) {
         const auto taker = richest([&](std::size_t k) { return counts[k] - shares[k]; });
         if (counts[taker] - shares[taker] > 1) {
            ++shares[taker];
            --shares[c];
         }
      }
   }
   return shares;
}

} // namespace

void CheckValidationSize(const std::string &text)
{
   const ValidationSize size = ParseSize(text);
   if (size.fNumber == 0)
      FailOnSize(text, "zero.");
   if (size.fIsPart && size.fNumber >= 1)
      FailOnSize(text, "larger than or equal in size to training set.");
}

Long64_t ParseValidationSize(const std::string &text, Long64_t nTraining)
{
   const ValidationSize parsed = ParseSize(text);
   // 0.29 * 100 is 28.999999999999996: what was written means 29
   const double size = std::floor((parsed.fIsPart ? double(nTraining) * parsed.fNumber : parsed.fNumber) * (1 + 1e-12));
   if (size == 0)
      FailOnSize(text, "zero.");
   if (size >= double(nTraining))
      FailOnSize(text, "larger than or equal in size to training set (size=\"" + std::to_string(nTraining) + "\").");
   return Long64_t(size);
}

ValidationRows ChooseValidationRows(const int *classes, Long64_t n, unsigned nClasses, Long64_t nValidation)
{
   std::vector<Long64_t> counts(nClasses, 0);
   std::vector<Long64_t> tail(nClasses, 0);
   for (Long64_t i = 0; i < n; ++i) {
      ++counts.at(classes[i]);
      if (i >= n - nValidation)
         ++tail[classes[i]];
   }
   bool isComplete = true;
   for (unsigned c = 0; c < nClasses; ++c)
      isComplete = isComplete && (counts[c] < 2 || (tail[c] > 0 && tail[c] < counts[c]));
   if (isComplete)
      return {};

   const std::vector<Long64_t> shares = ShareOut(counts, n, nValidation);
   if (shares == tail)
      return {}; // too few events to do better
   std::vector<Long64_t> toTraining(nClasses);
   for (unsigned c = 0; c < nClasses; ++c)
      toTraining[c] = counts[c] - shares[c];
   ValidationRows rows;
   rows.fTraining.reserve(n - nValidation);
   rows.fValidation.reserve(nValidation);
   for (Long64_t i = 0; i < n; ++i)
      (toTraining[classes[i]]-- > 0 ? rows.fTraining : rows.fValidation).push_back(i);
   return rows;
}

} // namespace Internal
} // namespace TorchMVA
