#ifndef TORCHMVA_EVALUATE_RESPONSECHECK_HXX
#define TORCHMVA_EVALUATE_RESPONSECHECK_HXX

#include "RtypesCore.h"
#include "TorchMVA/Core/Error.hxx"

#include <cmath>
#include <string>

namespace TorchMVA {
namespace Internal {

/// Throws Error (kData) unless the value is finite; `what` is "response", "weight", ...
inline void RequireFinite(double value, const char *what, Long64_t event)
{
   if (!std::isfinite(value))
      throw Error(EErrorCode::kData,
                  std::string("expected a finite ") + what + " for every event, found " + std::to_string(value),
                  {{"event", std::to_string(event)}});
}

/// Throws Error (kData) unless a class has events whose weights sum to a positive number.
inline void RequirePositiveSum(double sum, const char *what)
{
   if (!(sum > 0))
      throw Error(EErrorCode::kData, std::string("expected ") + what +
                                        " events with a positive sum of weights, found a sum of " +
                                        std::to_string(sum));
}

} // namespace Internal
} // namespace TorchMVA

#endif
