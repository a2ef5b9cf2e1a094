#ifndef TMVA_NAMESPACE_H
#define TMVA_NAMESPACE_H

// Once for the interpreter, which knows the name from the rootmap: cling forgets a name altogether when it takes back a macro
// with a mistake that has declared it again.
namespace TorchMVA {
}
namespace TMVA = TorchMVA;

#endif
