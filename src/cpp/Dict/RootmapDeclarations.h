class TString;
namespace TorchMVA { class Config; Config &gConfig(); class Tools; Tools &gTools(); TString Python_Executable(); }
namespace TMVA = TorchMVA;
