// The one class of libTorchMVAPyTorch.so that the `root` prompt and PyROOT see.
#ifdef __CLING__

#pragma link off all globals;
#pragma link off all classes;
#pragma link off all functions;
#pragma link C++ nestedclasses;

#pragma link C++ class TorchMVA::MethodPyTorch-;

#endif
