namespace TorchMVA { class Config; Config &gConfig(); class Tools; Tools &gTools(); }
namespace TMVA = TorchMVA;
