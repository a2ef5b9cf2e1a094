// All classes of LinkDef.h, and no enum that is not `enum class`: else cling loads the library in the middle of the first header that declares one.
class TString;
namespace TorchMVA { class ClassInfo; class Config; class Configurable; class CrossValidation; class CrossValidationResult; class CvSplit; class CvSplitKFolds; class DataLoader; class DataSet; class DataSetInfo; class Envelope; class Error; class Event; class Factory; class IMethod; class MethodBase; class OptionMap; class PDF; class PyMethodBase; class ROCCurve; class Ranking; class Reader; class Tools; class Types; class VariableInfo; enum class EErrorCode : int; enum VIType : int; enum HistType : int; }
namespace TorchMVA { Config &gConfig(); Tools &gTools(); TString Python_Executable(); void TMVAGui(const char *); void TMVAGui(const char *, TString); void TMVARegGui(const char *); void TMVARegGui(const char *, TString); void TMVAMultiClassGui(const char *); void TMVAMultiClassGui(const char *, TString); }
namespace TorchMVA { void variables(TString, TString); void correlations(TString, TString); void correlationscatters(TString, TString); void mvas(TString, TString); void mvaeffs(TString, TString); void efficiencies(TString, TString); void deviations(TString, TString); void mvasMulticlass(TString, TString); }
namespace TorchMVA { namespace Experimental { class RReader; } }
namespace TMVA = TorchMVA;
