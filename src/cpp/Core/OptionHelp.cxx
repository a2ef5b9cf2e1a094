#include "TorchMVA/Core/OptionHelp.hxx"

#include <algorithm>
#include <array>
#include <sstream>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr std::size_t kNColumns = 5;
using Row = std::array<std::string, kNColumns>;

const Row kHeadings = {"option", "type", "default", "allowed", "meaning"};
/// Longest line of a cell; longer cells go on below.
constexpr std::array<std::size_t, kNColumns> kWidths = {30, 10, 16, 26, 60};

Row MakeRow(const OptionInfo &option)
{
   std::string allowed;
   for (const auto &value : option.fAllowed)
      allowed += (allowed.empty() ? "" : ", ") + value;
   const std::string size = option.fSize > 0 ? "[" + std::to_string(option.fSize) + "]" : "";
   return {option.fName, option.fType + size, option.fDefault.empty() ? "\"\"" : option.fDefault, allowed,
           option.fDescription};
}

/// Lines of at most `width` characters, broken at blanks where there are some.
std::vector<std::string> Wrap(const std::string &text, std::size_t width)
{
   std::vector<std::string> lines{""};
   std::istringstream words(text);
   for (std::string word; words >> word;) {
      if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width)
         lines.emplace_back();
      lines.back() += (lines.back().empty() ? "" : " ") + word;
   }
   return lines;
}

void AppendRow(std::string &table, const Row &row, const std::array<std::size_t, kNColumns> &widths)
{
   std::array<std::vector<std::string>, kNColumns> cells;
   std::size_t nLines = 0;
   for (std::size_t c = 0; c < kNColumns; ++c) {
      cells[c] = Wrap(row[c], kWidths[c]);
      nLines = std::max(nLines, cells[c].size());
   }
   for (std::size_t l = 0; l < nLines; ++l) {
      std::string line;
      for (std::size_t c = 0; c < kNColumns; ++c) {
         std::string text = l < cells[c].size() ? cells[c][l] : "";
         text.resize(std::max(text.size(), widths[c]), ' ');
         line += (c == 0 ? "" : "  ") + text;
      }
      line.erase(line.find_last_not_of(' ') + 1);
      table += (table.empty() ? "" : "\n") + line;
   }
}

std::string Escape(const std::string &text)
{
   std::string escaped;
   for (const char c : text)
      escaped += c == '|' ? "\\|" : c == '<' ? "&lt;" : std::string(1, c);
   return escaped;
}

} // namespace

std::string FormatOptionTable(const std::vector<OptionInfo> &options)
{
   std::vector<Row> rows{kHeadings};
   for (const auto &option : options)
      rows.push_back(MakeRow(option));
   std::array<std::size_t, kNColumns> widths{};
   for (const auto &row : rows) {
      for (std::size_t c = 0; c < kNColumns; ++c) {
         for (const auto &line : Wrap(row[c], kWidths[c]))
            widths[c] = std::max(widths[c], line.size());
      }
   }
   Row rule;
   for (std::size_t c = 0; c < kNColumns; ++c)
      rule[c] = std::string(widths[c], '-');
   rows.insert(rows.begin() + 1, rule);
   std::string table;
   for (const auto &row : rows)
      AppendRow(table, row, widths);
   return table;
}

std::string FormatOptionMarkdown(const std::vector<OptionInfo> &options)
{
   std::string table;
   for (const auto &heading : kHeadings)
      table += "| " + heading + " ";
   table += "|\n| --- | --- | --- | --- | --- |";
   for (const auto &option : options) {
      const Row row = MakeRow(option);
      table +=
         "\n| `" + row[0] + "` | " + row[1] + " | `" + row[2] + "` | " + Escape(row[3]) + " | " + Escape(row[4]) + " |";
   }
   return table;
}

} // namespace Internal
} // namespace TorchMVA
