#include "TorchMVA/Core/NearestName.hxx"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace TorchMVA {
namespace Internal {

namespace {
/// Names longer than this are cut: a distance between whole formulas helps nobody and costs the square of the length.
constexpr std::size_t kMaxLength = 200;

std::string Lower(std::string s)
{
   s.resize(std::min(s.size(), kMaxLength));
   std::transform(s.begin(), s.end(), s.begin(), [](unsigned char c) { return std::tolower(c); });
   return s;
}
} // namespace

std::size_t EditDistance(const std::string &first, const std::string &second)
{
   const std::string a = Lower(first);
   const std::string b = Lower(second);
   std::vector<std::size_t> row(b.size() + 1);
   std::iota(row.begin(), row.end(), std::size_t(0));
   for (std::size_t i = 1; i <= a.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= b.size(); ++j) {
         const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
         diagonal = row[j];
         row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
      }
   }
   return row[b.size()];
}

std::vector<std::string> NearestNames(const std::string &name, const std::vector<std::string> &candidates,
                                      std::size_t n)
{
   std::vector<std::pair<std::size_t, std::string>> near;
   for (const auto &candidate : candidates) {
      const std::size_t distance = EditDistance(name, candidate);
      const std::size_t limit = std::max<std::size_t>(1, std::min(name.size(), candidate.size()) / 2);
      if (distance <= limit)
         near.emplace_back(distance, candidate);
   }
   std::stable_sort(near.begin(), near.end(), [](const auto &x, const auto &y) { return x.first < y.first; });
   std::vector<std::string> result;
   for (const auto &item : near) {
      if (result.size() < n && std::find(result.begin(), result.end(), item.second) == result.end())
         result.push_back(item.second);
   }
   return result;
}

std::string DidYouMean(const std::string &name, const std::vector<std::string> &candidates)
{
   const auto near = NearestNames(name, candidates, 2);
   if (near.empty())
      return "";
   std::string text = " (did you mean '" + near[0] + "'";
   if (near.size() > 1)
      text += " or '" + near[1] + "'";
   return text + "?)";
}

} // namespace Internal
} // namespace TorchMVA
