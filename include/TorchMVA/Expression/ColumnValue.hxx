#ifndef TORCHMVA_EXPRESSION_COLUMNVALUE_HXX
#define TORCHMVA_EXPRESSION_COLUMNVALUE_HXX

#include <cstddef>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace TorchMVA {
namespace Internal {

/// How to read the values of a column of some type. Not for users: the interpreter compiles ColumnTypeOf for the types
/// of a data frame's columns.
struct ColumnType {
   enum class EKind {
      kNumber,
      kNumbers, ///< a collection of numbers
      kTable,   ///< a collection of collections of numbers
      kObjects, ///< a collection of something else
      kText,    ///< a string
      kOther
   };
   EKind fKind = EKind::kOther;
   double (*fNumber)(const void *value) = nullptr;
   std::size_t (*fSize)(const void *value) = nullptr;
   double (*fElement)(const void *value, std::size_t i) = nullptr;
   std::size_t (*fRowSize)(const void *value, std::size_t row) = nullptr;
   double (*fCell)(const void *value, std::size_t row, std::size_t i) = nullptr;
   std::string_view (*fText)(const void *value) = nullptr; ///< also of a collection of characters: up to a 0
   /// The first whole number that a double does not hold, empty if there is none; nullptr: there can be none.
   std::string (*fFindRounded)(const void *value) = nullptr;
};

/// The value of a column in an entry.
struct ColumnValue {
   const void *fValue = nullptr;
   const ColumnType *fType = nullptr;

   double Number() const { return fType->fNumber(fValue); }
   std::size_t Size() const { return fType->fSize(fValue); }
   double Element(std::size_t i) const { return fType->fElement(fValue, i); }
};

template <typename T>
using ElementOf_t = std::decay_t<decltype(*std::begin(std::declval<const T &>()))>;
template <typename T, typename = void>
struct IsCollection : std::false_type {};
template <typename T>
struct IsCollection<T, std::void_t<ElementOf_t<T>, typename std::iterator_traits<decltype(std::begin(
                                                      std::declval<const T &>()))>::difference_type>> : std::true_type {
};
/// What holds the characters of a branch `name/C`.
template <typename T, typename = void>
struct HasCharacters : std::false_type {};
template <typename T>
struct HasCharacters<T, std::enable_if_t<std::is_same_v<decltype(std::declval<const T &>().data()), const char *>>>
   : std::true_type {};
template <typename T>
constexpr bool kIsNumber = std::is_arithmetic_v<T> || (std::is_enum_v<T> && std::is_convertible_v<T, double>);

/// A whole number as it is, if it has more digits than a double; else nothing.
template <typename T>
std::string TextIfRounded(T value)
{
   constexpr int digits = std::numeric_limits<double>::digits;
   auto size = static_cast<std::make_unsigned_t<T>>(value < 0 ? -static_cast<std::make_unsigned_t<T>>(value) : value);
   if (size >> digits == 0)
      return "";
   while (size % 2 == 0)
      size /= 2;
   return size >> digits == 0 ? "" : std::to_string(value);
}
template <typename T>
constexpr bool kMayBeRounded =
   std::is_integral_v<T> && std::numeric_limits<T>::digits > std::numeric_limits<double>::digits;

template <typename T>
std::size_t SizeOf(const T &values)
{
   return static_cast<std::size_t>(std::distance(std::begin(values), std::end(values)));
}

/// Element of a collection that need not have an operator [].
template <typename T>
ElementOf_t<T> ElementOf(const T &values, std::size_t i)
{
   return *std::next(std::begin(values), static_cast<std::ptrdiff_t>(i));
}

template <typename T>
ColumnType MakeColumnType()
{
   ColumnType type;
   using EKind = ColumnType::EKind;
   if constexpr (kIsNumber<T>) {
      type.fKind = EKind::kNumber;
      type.fNumber = [](const void *value) { return static_cast<double>(*static_cast<const T *>(value)); };
      if constexpr (kMayBeRounded<T>)
         type.fFindRounded = [](const void *value) { return TextIfRounded(*static_cast<const T *>(value)); };
   } else if constexpr (std::is_same_v<T, std::string>) {
      type.fKind = EKind::kText;
      type.fText = [](const void *value) { return std::string_view(static_cast<const T *>(value)->c_str()); };
   } else if constexpr (IsCollection<T>::value) {
      type.fKind = EKind::kObjects;
      type.fSize = [](const void *value) { return SizeOf(*static_cast<const T *>(value)); };
      if constexpr (kIsNumber<ElementOf_t<T>>) {
         type.fKind = EKind::kNumbers;
         type.fElement = [](const void *value, std::size_t i) {
            return static_cast<double>(ElementOf(*static_cast<const T *>(value), i));
         };
         if constexpr (kMayBeRounded<ElementOf_t<T>>) {
            type.fFindRounded = [](const void *value) {
               std::string number;
               for (const ElementOf_t<T> element : *static_cast<const T *>(value)) {
                  if (number.empty())
                     number = TextIfRounded(element);
               }
               return number;
            };
         }
         if constexpr (HasCharacters<T>::value) {
            type.fText = [](const void *value) {
               const auto &characters = *static_cast<const T *>(value);
               const std::string_view all(characters.data(), characters.size());
               return all.substr(0, all.find('\0'));
            };
         }
      } else if constexpr (IsCollection<ElementOf_t<T>>::value && !std::is_same_v<ElementOf_t<T>, std::string>) {
         if constexpr (kIsNumber<ElementOf_t<ElementOf_t<T>>>) {
            type.fKind = EKind::kTable;
            type.fRowSize = [](const void *value, std::size_t row) {
               return SizeOf(*std::next(std::begin(*static_cast<const T *>(value)), row));
            };
            type.fCell = [](const void *value, std::size_t row, std::size_t i) {
               const auto &cells = *std::next(std::begin(*static_cast<const T *>(value)), row);
               return static_cast<double>(ElementOf(cells, i));
            };
         }
      }
   }
   return type;
}

template <typename T>
const ColumnType &ColumnTypeOf()
{
   static const ColumnType type = MakeColumnType<T>();
   return type;
}

} // namespace Internal
} // namespace TorchMVA

#endif
