#include "FrameRow.hxx"

#include "FrameExpression.hxx"
#include "SafeNames.hxx"
#include "TInterpreter.h"
#include "TorchMVA/Core/Error.hxx"

#include <mutex>

namespace TorchMVA {
namespace Internal {

namespace {

/// The functions that the interpreter compiles for the types of the columns.
constexpr const char *kPacking = R"cpp(
#include "ROOT/RVec.hxx"
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
namespace TorchMVAFrame {
template <typename T>
using Element_t = std::decay_t<decltype(*std::begin(std::declval<const T &>()))>;
template <typename T>
constexpr bool IsNumber = std::is_arithmetic_v<T> || (std::is_enum_v<T> && std::is_convertible_v<T, double>);
template <typename T, typename = void>
struct IsNumbers : std::false_type {};
template <typename T>
struct IsNumbers<T, std::void_t<Element_t<T>>>
   : std::bool_constant<IsNumber<Element_t<T>> && !std::is_convertible_v<T, std::string_view>> {};
template <typename T>
double Size(const T &value)
{
   if constexpr (IsNumbers<T>::value)
      return std::distance(std::begin(value), std::end(value));
   return 1;
}
template <typename T>
void Append(ROOT::RVecD &row, const T &value)
{
   if constexpr (IsNumber<T>) {
      row.push_back(-1);
      row.push_back(static_cast<double>(value));
   } else if constexpr (IsNumbers<T>::value) {
      row.push_back(Size(value));
      for (const auto &element : value)
         row.push_back(static_cast<double>(element));
   } else {
      row.push_back(-2);
   }
}
template <typename... T>
ROOT::RVecD Row(const T &...values)
{
   ROOT::RVecD row;
   row.reserve(2 * sizeof...(T));
   (Append(row, values), ...);
   return row;
}
}
)cpp";

void DeclarePacking()
{
   static std::once_flag once;
   std::call_once(once, [] {
      if (!gInterpreter->Declare(kPacking))
         throw Error(EErrorCode::kInternal, "the interpreter refused the functions that read data frames");
   });
}

bool IsCollection(ROOT::RDF::RNode &node, const std::string &column)
{
   return node.GetColumnType(column).find('<') != std::string::npos;
}

} // namespace

FrameRow::FrameRow(const ROOT::RDF::RNode &frame, const std::vector<ColumnSpec> &columns, const std::string &cut,
                   const std::string &place)
   : fNode(frame), fCandidates(frame), fColumn("torchmva_row")
{
   DeclarePacking();
   int next = 0;
   const auto define = [&](const std::string &expression, const std::string &what) {
      return ColumnOf(fNode, expression, "torchmva_" + std::to_string(next++), what, place);
   };
   std::string arguments;
   for (const auto &column : columns) {
      const std::string name = define(column.fExpression, column.Describe());
      arguments += (arguments.empty() ? "" : ", ") + name;
      const bool isVariable = column.fKind == ColumnSpec::EKind::kVariable && column.fArraySize == 0;
      if (isVariable && fSizeColumn.empty() && IsCollection(fNode, name)) {
         fSizeColumn = "torchmva_size";
         fNode = fNode.Define(fSizeColumn, WithSafeNames(fNode, "TorchMVAFrame::Size(" + name + ")"));
      }
   }
   const std::string cutColumn = cut.empty() ? "" : define(cut, "cut");
   fCandidates = fNode;
   if (!cut.empty()) {
      // What the cut removes is not evaluated, so that it can guard the other expressions.
      fHasCut = fNode.GetColumnType(cutColumn) != "bool" && fNode.GetColumnType(cutColumn) != "Bool_t";
      if (fHasCut)
         arguments += ", " + cutColumn;
      else
         fNode = fNode.Filter(cutColumn);
   }
   fNode = fNode.Define(fColumn, WithSafeNames(fNode, "TorchMVAFrame::Row(" + arguments + ")"));
}

} // namespace Internal
} // namespace TorchMVA
