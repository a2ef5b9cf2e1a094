#ifndef TORCHMVA_METHOD_METHODPLUGINS_HXX
#define TORCHMVA_METHOD_METHODPLUGINS_HXX

#include "TString.h"

namespace TorchMVA {

class DataSetInfo;
class IMethod;

namespace Internal {

/// The creator of the type Plugins, which is no method but ROOT's plugin manager: the class is that of the handler of
/// "TMVA@@MethodBase" whose regular expression matches the title or, to read a weight file, `<job>_<title>`.
/// Throws Error (kMethod).
IMethod *CreatePlugin(const TString &job, const TString &title, DataSetInfo &info, const TString &option);

} // namespace Internal
} // namespace TorchMVA

#endif
