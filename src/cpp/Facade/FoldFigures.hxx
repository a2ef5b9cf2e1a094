#ifndef TORCHMVA_FACADE_FOLDFIGURES_HXX
#define TORCHMVA_FACADE_FOLDFIGURES_HXX

#include "TorchMVA/CrossValidation/CrossValidationResult.hxx"
#include "TorchMVA/Factory.hxx"

namespace TorchMVA {
namespace Internal {

/// The figures of a classifier that a factory trained and tested. Throws as Factory::GetROCIntegral.
CrossValidationFoldResult ComputeFoldFigures(Factory &factory, MethodBase &method);

} // namespace Internal
} // namespace TorchMVA

#endif
