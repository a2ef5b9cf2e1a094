#ifndef TORCHMVA_SRC_PYTORCH_VALIDATIONSPLIT_HXX
#define TORCHMVA_SRC_PYTORCH_VALIDATIONSPLIT_HXX

#include "RtypesCore.h"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Number of validation events that `ValidationSize` asks for, of `nTraining` training events: "20%" and fractions
/// below 1 (rounded down), or a number of events. Throws Error (kOption): no number, negative, zero, or not smaller
/// than the sample.
Long64_t ParseValidationSize(const std::string &text, Long64_t nTraining);

/// Throws Error (kOption) for what ParseValidationSize refuses whatever the number of training events is.
void CheckValidationSize(const std::string &text);

/// Row numbers of training and validation events; both empty: validation is the tail.
struct ValidationRows {
   std::vector<Long64_t> fTraining;
   std::vector<Long64_t> fValidation;
   bool IsTail() const { return fValidation.empty(); }
};

/// Decides which of n rows validate. The last `nValidation`, if they and the rest contain every class (or cannot);
/// else the last rows of every class, in proportion to the classes (largest remainders), at least one of each class
/// with two events or more on either side where the numbers allow it. Row numbers ascend.
ValidationRows ChooseValidationRows(const int *classes, Long64_t n, unsigned nClasses, Long64_t nValidation);

} // namespace Internal
} // namespace TorchMVA

#endif
