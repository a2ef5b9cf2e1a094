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
   /// `session`: the Python session that makes the input tensors, with single_row_checks(); `function`: its
   /// single_row_function().
   RowPredictor(const pybind11::object &session, const pybind11::object &function, int nVariables, int nOutputs);
   /// False, with no Python exception left, if the script has set something in torch that would change the output, if
   /// the model failed, or if its output is not a plain float32 row: then the general way must be taken.
   bool Predict(const float *row, float *outputs);

private:
   /// An input: while the model runs without the GIL another thread may need one too.
   struct Slot {
      pybind11::object fTensor;
      float *fData = nullptr;
   };
   /// A function of torch without arguments, and what it must return.
   struct Check {
      pybind11::object fFunction;
      pybind11::object fExpected;
   };
   Slot TakeSlot();
   bool IsAsUsual() const;
   bool ReadOutput(PyObject *result, float *outputs) const;

   pybind11::object fSession;
   pybind11::object fFunction;
   pybind11::object fInferenceMode;
   pybind11::object fFloat32;
   pybind11::str fNumel, fDtype, fIsContiguous, fIsCpu, fDataPtr;
   std::vector<Slot> fSlots;
   std::vector<Check> fChecks;
   int fNVariables;
   int fNOutputs;
};

} // namespace Internal
} // namespace TorchMVA

#endif
