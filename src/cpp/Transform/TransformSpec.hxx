#ifndef TORCHMVA_TRANSFORM_TRANSFORMSPEC_HXX
#define TORCHMVA_TRANSFORM_TRANSFORMSPEC_HXX

#include "TransformStep.hxx"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// The steps of a chain such as "D,G", "N(_V0_,_T_)_Signal" or "G+D":
///
///     chain := step { ("," | "+") step }             separators outside of parentheses
///     step  := name [ "(" sel { "," sel } ")" ] [ "_" class ]
///     name  := I|Ident|Identity | D|Deco|Decorrelate | P|PCA | N|Norm|Normalise|Normalize | U|Uniform | G|Gauss
///     class := name of a class | AllClasses
///     sel   := _V_ | _T_ | _S_ | _V<i>_ | _T<i>_ | _S<i>_ | label
///
/// "" and "None" give no step. Throws Error (kOption) that names the chain, the part that is wrong and what is known.
std::vector<StepSpec> ParseTransformSpec(const std::string &spec, const TransformContext &context);

/// The spelling of a step, e.g. "N(_V0_)_Signal".
std::string FormatStepSpec(const StepSpec &step, const TransformContext &context);

/// Fills labels and expressions of the slots.
void FillNames(StepSpec &step, const TransformContext &context);

} // namespace Internal
} // namespace TorchMVA

#endif
