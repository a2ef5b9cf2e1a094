#ifndef TORCHMVA_TRANSFORM_NUMBERLIST_HXX
#define TORCHMVA_TRANSFORM_NUMBERLIST_HXX

#include "TorchMVA/Core/Xml.hxx"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Numbers separated by blanks, in scientific notation with as many digits as T needs to read back to the same bits.
/// Independent of the locale. T: float, double.
template <typename T>
std::string FormatNumbers(const std::vector<T> &numbers);

/// The content of an element: exactly `expected` finite numbers; those too small for T are 0. Throws Error (kWeightFile).
template <typename T>
std::vector<T> ParseNumbers(const XmlNode &node, std::size_t expected);

/// The attribute as a count in [low, high]. Throws Error (kWeightFile): a file's numbers are not to be trusted.
long long CountAttribute(const XmlNode &node, const std::string &name, long long low, long long high);

/// The attribute as a finite number. Throws Error (kWeightFile).
double FiniteAttribute(const XmlNode &node, const std::string &name);

/// The same in single precision.
float FloatAttribute(const XmlNode &node, const std::string &name);

/// Throws Error (kWeightFile) unless the attributes of a `<PDF>`, and the elements inside, are known.
void RequireKnownPdf(const XmlNode &pdf);

/// Error (kWeightFile) with file and element.
[[noreturn]] void FailReading(const XmlNode &node, const std::string &message);

} // namespace Internal
} // namespace TorchMVA

#endif
