#ifndef TORCHMVA_SRC_APPLY_LOADMETHOD_HXX
#define TORCHMVA_SRC_APPLY_LOADMETHOD_HXX

#include "TorchMVA/Core/Logger.hxx"
#include "TorchMVA/Method/MethodBase.hxx"

#include <memory>
#include <string>

namespace TorchMVA {

class XmlNode;

namespace Internal {

/// Response of an event that has a NaN among its variables, as in TMVA. Infinities are numbers: they reach the method.
constexpr Float_t kNaNResponse = -999;

/// The method type of an opened weight file, e.g. "PyTorch". Throws Error (kWeightFile) if it is none.
std::string MethodType(const XmlNode &root);

/// How the reading side wants a method.
struct LoadSettings {
   EMsgType fMinLogType = kWARNING;
   Types::EEngine fEngine = Types::kAutoEngine;
   bool fAllowUserCode = false; ///< code that the weight file names may run
};

/// The method of an opened weight file, ready to evaluate. `info` holds the variables that the reading side declared,
/// or none; it must live as long as the method.
/// Throws Error (kWeightFile, kMethod).
std::unique_ptr<MethodBase> LoadMethod(const XmlNode &root, const TString &weightFile, DataSetInfo &info,
                                       const LoadSettings &settings);

} // namespace Internal
} // namespace TorchMVA

#endif
