#ifndef TORCHMVA_METHOD_FISHERDISCRIMINANT_HXX
#define TORCHMVA_METHOD_FISHERDISCRIMINANT_HXX

#include "TMatrixDSym.h"
#include "TorchMVA/Core/Matrix.hxx"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Weighted figures of signal and background that Fisher's discriminant is made of.
struct FisherMoments {
   double fSumSignal = 0;               ///< sum of weights
   double fSumBackground = 0;           ///< sum of weights
   std::vector<double> fMeanSignal;     ///< one a variable
   std::vector<double> fMeanBackground; ///< one a variable
   TMatrixDSym fWithin;                 ///< covariance of the signal plus covariance of the background
   TMatrixDSym fBetween;                ///< scatter of the two means around the common mean, per weight
};

/// `weights`: one a row, null: all 1. Rows whose class is neither of the
/// two are left out. Throws Error (kData) if a class has no positive sum of weights or a figure is not finite.
FisherMoments ComputeFisherMoments(MatrixView<const float> rows, const float *weights, const int *classes,
                                   int signalClass, int backgroundClass);

/// F_0, F_1, ..., F_n: F_k = sqrt(N_S N_B)/(N_S + N_B) sum_l (M^-1)_kl (m_S - m_B)_l with M = within (Fisher) or
/// within + between (Mahalanobis), F_0 = -1/2 sum_k F_k (m_S + m_B)_k. `names` of the variables are for the messages:
/// warns through Logger `source` if |det M| < 1e-23; throws Error (kData) if M is singular.
std::vector<double> ComputeFisherCoefficients(const FisherMoments &moments, bool isMahalanobis,
                                              const std::vector<std::string> &names, const std::string &source);

/// B_kk / (W + B)_kk of each variable; 0 for a constant one.
std::vector<double> ComputeDiscriminatingPower(const FisherMoments &moments);

} // namespace Internal
} // namespace TorchMVA

#endif
