#include "Bridge/RowPredictor.hxx"

#include <pybind11/numpy.h>

#include <cstring>

namespace py = pybind11;

namespace TorchMVA {
namespace Internal {

namespace {

py::str Interned(const char *text)
{
   return py::reinterpret_steal<py::str>(PyUnicode_InternFromString(text));
}

py::object Call(PyObject *object, const py::str &method)
{
   return py::reinterpret_steal<py::object>(PyObject_CallMethodNoArgs(object, method.ptr()));
}

} // namespace

RowPredictor::RowPredictor(const py::object &session, const py::object &function, int nVariables, int nOutputs)
   : fSession(session), fFunction(function),
     fInferenceMode(py::module_::import("torch").attr("_C").attr("_InferenceMode")),
     fFloat32(py::module_::import("torch").attr("float32")), fNumel(Interned("numel")), fDtype(Interned("dtype")),
     fIsContiguous(Interned("is_contiguous")), fIsCpu(Interned("is_cpu")), fDataPtr(Interned("data_ptr")),
     fNVariables(nVariables), fNOutputs(nOutputs)
{
   for (const py::handle check : session.attr("single_row_checks")())
      fChecks.push_back({check.attr("__getitem__")(0), check.attr("__getitem__")(1)});
}

/// The expected values are single objects of Python or torch (False, 0, a type), so their addresses say it.
bool RowPredictor::IsAsUsual() const
{
   for (const Check &check : fChecks) {
      const auto found = py::reinterpret_steal<py::object>(PyObject_CallNoArgs(check.fFunction.ptr()));
      if (found.ptr() != check.fExpected.ptr())
         return false;
   }
   return true;
}

RowPredictor::Slot RowPredictor::TakeSlot()
{
   if (!fSlots.empty()) {
      Slot slot = std::move(fSlots.back());
      fSlots.pop_back();
      return slot;
   }
   const py::tuple made = fSession.attr("row_slot")();
   Slot slot;
   slot.fTensor = made[1]; // keeps the array and its memory
   slot.fData = static_cast<float *>(py::cast<py::array>(made[0]).mutable_data());
   return slot;
}

bool RowPredictor::ReadOutput(PyObject *result, float *outputs) const
{
   const py::object numel = Call(result, fNumel);
   if (!numel || PyLong_AsLong(numel.ptr()) != fNOutputs)
      return false;
   const auto dtype = py::reinterpret_steal<py::object>(PyObject_GetAttr(result, fDtype.ptr()));
   const auto isCpu = py::reinterpret_steal<py::object>(PyObject_GetAttr(result, fIsCpu.ptr()));
   if (dtype.ptr() != fFloat32.ptr() || isCpu.ptr() != Py_True || Call(result, fIsContiguous).ptr() != Py_True)
      return false;
   const py::object address = Call(result, fDataPtr);
   const void *data = address ? PyLong_AsVoidPtr(address.ptr()) : nullptr;
   if (!data)
      return false;
   std::memcpy(outputs, data, fNOutputs * sizeof(float));
   return true;
}

bool RowPredictor::Predict(const float *row, float *outputs)
{
   if (!IsAsUsual()) {
      PyErr_Clear();
      return false;
   }
   Slot slot = TakeSlot();
   std::memcpy(slot.fData, row, fNVariables * sizeof(float));
   bool done = false;
   {
      // inference mode until the guard object dies, which is at the end of this block
      const auto guard = py::reinterpret_steal<py::object>(PyObject_CallOneArg(fInferenceMode.ptr(), Py_True));
      if (guard) {
         const auto result =
            py::reinterpret_steal<py::object>(PyObject_CallOneArg(fFunction.ptr(), slot.fTensor.ptr()));
         done = result && ReadOutput(result.ptr(), outputs);
      }
   }
   fSlots.push_back(std::move(slot));
   if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_KeyboardInterrupt))
      throw py::error_already_set();
   PyErr_Clear(); // the general way says better what is wrong
   return done;
}

} // namespace Internal
} // namespace TorchMVA
