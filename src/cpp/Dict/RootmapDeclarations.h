// All classes of LinkDef.h, and every enum of the namespace, with its type, that is not `enum class`. Cling loads the library in
// the middle of the first header that declares a class of the list; an enum that is new to it in that header would end the process
// when cling takes back a macro with a mistake. An enum that is declared here is not new.
// The name TMVA is declared here, and by headers only where this was not read: see TMVA/Namespace.h.
// ROOT's tutorials ask for R__HAS_PYMVA before they book PyTorch.
class TString;
namespace TorchMVA { class ClassInfo; class Config; class Configurable; class CrossValidation; class CrossValidationResult; class CvSplit; class CvSplitKFolds; class DataLoader; class DataSet; class DataSetInfo; class Envelope; class Error; class Event; class Factory; class IMethod; class MethodBase; class Network; class OptionMap; class PDF; class PyMethodBase; class ROCCurve; class Ranking; class Reader; class Tools; class Types; class VariableInfo; enum class EErrorCode : int; enum EMsgType : int; enum VIType : int; enum HistType : int; }
namespace TorchMVA { Config &gConfig(); Tools &gTools(); TString Python_Executable(); void TMVAGui(const char *); void TMVAGui(const char *, TString); void TMVARegGui(const char *); void TMVARegGui(const char *, TString); void TMVAMultiClassGui(const char *); void TMVAMultiClassGui(const char *, TString); }
namespace TorchMVA { void variables(TString, TString); void correlations(TString, TString); void correlationscatters(TString, TString); void mvas(TString, TString); void mvaeffs(TString, TString); void efficiencies(TString, TString); void deviations(TString, TString); void mvasMulticlass(TString, TString); void trainingcurves(TString, TString); }
namespace TorchMVA { namespace Experimental { class FileApplier; class RReader; } }
#define TMVA_NAMESPACE_H
namespace TMVA = TorchMVA;
#define R__HAS_PYMVA
