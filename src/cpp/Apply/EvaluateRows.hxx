#ifndef TORCHMVA_SRC_APPLY_EVALUATEROWS_HXX
#define TORCHMVA_SRC_APPLY_EVALUATEROWS_HXX

#include "LoadMethod.hxx"

namespace TorchMVA {
namespace Internal {

/// Whether one of n numbers is a NaN.
bool HasNaN(const float *values, Long64_t n);

/// Responses of n rows of variables (row-major) as everything that applies methods gives them: those of
/// MethodBase::Evaluate(), and kNaNResponse in all responses of a row with a NaN. Returns how many rows have one.
/// Thread safe; nothing is allocated.
Long64_t EvaluateRows(const MethodBase &method, const float *rows, Long64_t n, float *responses,
                      const double *spectators);

} // namespace Internal
} // namespace TorchMVA

#endif
