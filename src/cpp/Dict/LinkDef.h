// The classes and functions of libTorchMVA.so that the `root` prompt and PyROOT see. Everything is off, then an
// allow-list; `-` because none of them goes through ROOT I/O. A test fails when the list grows past its budget.
#ifdef __CLING__

#pragma link off all globals;
#pragma link off all classes;
#pragma link off all functions;
#pragma link C++ nestedclasses;

#pragma link C++ namespace TorchMVA;
#pragma link C++ namespace TorchMVA::Experimental;

#pragma link C++ class TorchMVA::Factory-;
#pragma link C++ class TorchMVA::DataLoader-;
#pragma link C++ class TorchMVA::Envelope-;
#pragma link C++ class TorchMVA::CrossValidation-;
#pragma link C++ class TorchMVA::CrossValidationResult-;
#pragma link C++ class TorchMVA::CvSplit-;
#pragma link C++ class TorchMVA::CvSplitKFolds-;
#pragma link C++ class TorchMVA::OptionMap-;
#pragma link C++ class TorchMVA::Reader-;
#pragma link C++ class TorchMVA::IMethod-;
#pragma link C++ class TorchMVA::MethodBase-;
#pragma link C++ class TorchMVA::PyMethodBase-;
#pragma link C++ class TorchMVA::Configurable-;
#pragma link C++ class TorchMVA::DataSetInfo-;
#pragma link C++ class TorchMVA::DataSet-;
#pragma link C++ class TorchMVA::Event-;
#pragma link C++ class TorchMVA::VariableInfo-;
#pragma link C++ class TorchMVA::ClassInfo-;
#pragma link C++ class TorchMVA::Types-;
#pragma link C++ class TorchMVA::Config-;
#pragma link C++ class TorchMVA::Tools-;
#pragma link C++ class TorchMVA::Error-;
#pragma link C++ class TorchMVA::ROCCurve-;
#pragma link C++ class TorchMVA::PDF-;
#pragma link C++ class TorchMVA::Ranking-;
#pragma link C++ class TorchMVA::Network-;
#pragma link C++ class TorchMVA::Experimental::RReader-;
#pragma link C++ class TorchMVA::Experimental::FileApplier-;

#pragma link C++ enum TorchMVA::EErrorCode;

#pragma link C++ function TorchMVA::Experimental::Define;
#pragma link C++ function TorchMVA::gConfig;
#pragma link C++ function TorchMVA::gTools;
#pragma link C++ function TorchMVA::Python_Executable;
#pragma link C++ function TorchMVA::OptionPages;
#pragma link C++ function TorchMVA::OptionsOf;
#pragma link C++ function TorchMVA::OptionHelp;
#pragma link C++ function TorchMVA::OptionReference;
#pragma link C++ function TorchMVA::TMVAGui;
#pragma link C++ function TorchMVA::TMVARegGui;
#pragma link C++ function TorchMVA::TMVAMultiClassGui;
#pragma link C++ function TorchMVA::variables;
#pragma link C++ function TorchMVA::correlations;
#pragma link C++ function TorchMVA::correlationscatters;
#pragma link C++ function TorchMVA::mvas;
#pragma link C++ function TorchMVA::mvaeffs;
#pragma link C++ function TorchMVA::efficiencies;
#pragma link C++ function TorchMVA::deviations;
#pragma link C++ function TorchMVA::mvasMulticlass;
#pragma link C++ function TorchMVA::trainingcurves;

#endif
