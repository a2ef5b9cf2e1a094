#ifndef TORCHMVA_SRC_BRIDGE_ROWPREDICTOR_HXX
#define TORCHMVA_SRC_BRIDGE_ROWPREDICTOR_HXX

#include <pybind11/pybind11.h>

#include <vector>

namespace TorchMVA {
namespace Internal {

/// Runs a model on one row: a tensor on fixed memory goes in, the output is read from its memory. No conversion, no
/// array, hardly any Python around the model. Every call needs the GIL.
class RowPredictor {
public:
   /// `session`: the Python session that makes the input tensors; `function`: its single_row_function().
   RowPredictor(const pybind11::object &session, const pybind11::object &function, int nVariables, int nOutputs);
   /// False, with no Python exception left, if the model failed or its output is not a plain float32 row: then the
   /// general way must be taken, which finds out why.
   bool Predict(const float *row, float *outputs);

private:
   /// An input: while the model runs without the GIL another thread may need one too.
   struct Slot {
      pybind11::object fTensor;
      float *fData = nullptr;
   };
   Slot TakeSlot();
   bool ReadOutput(PyObject *result, float *outputs) const;

   pybind11::object fSession;
   pybind11::object fFunction;
   pybind11::object fInferenceMode;
   pybind11::object fFloat32;
   pybind11::str fNumel, fDtype, fIsContiguous, fIsCpu, fDataPtr;
   std::vector<Slot> fSlots;
   int fNVariables;
   int fNOutputs;
};

} // namespace Internal
} // namespace TorchMVA

#endif
