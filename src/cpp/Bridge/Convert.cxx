#include "Bridge/Convert.hxx"

#include <pybind11/stl.h>

namespace py = pybind11;
using namespace py::literals;

namespace TorchMVA {
namespace Internal {

namespace {

/// A code by its name without `k`, kInternal if there is none.
EErrorCode CodeNamed(const std::string &name)
{
   for (int code = int(EErrorCode::kOption); code <= int(EErrorCode::kInternal); ++code) {
      if (name == Error::GetCodeName(EErrorCode(code)))
         return EErrorCode(code);
   }
   return EErrorCode::kInternal;
}

} // namespace

bool PythonIsAlive()
{
   if (!Py_IsInitialized())
      return false;
#if PY_VERSION_HEX >= 0x030D0000
   return !Py_IsFinalizing();
#else
   return !_Py_IsFinalizing();
#endif
}

py::str ToText(const std::string &text)
{
   PyObject *made = PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogateescape");
   if (!made)
      throw py::error_already_set();
   return py::reinterpret_steal<py::str>(made);
}

py::list ToTexts(const std::vector<std::string> &texts)
{
   py::list list;
   for (const std::string &text : texts)
      list.append(ToText(text));
   return list;
}

std::string FromText(const py::handle &text)
{
   const auto bytes =
      py::reinterpret_steal<py::bytes>(PyUnicode_AsEncodedString(text.ptr(), "utf-8", "surrogateescape"));
   if (!bytes) { // another lone surrogate, which no byte stands for
      PyErr_Clear();
      const auto escaped =
         py::reinterpret_steal<py::bytes>(PyUnicode_AsEncodedString(text.ptr(), "utf-8", "backslashreplace"));
      if (!escaped)
         throw py::error_already_set();
      return escaped;
   }
   return bytes;
}

py::object ToPython(LogFunction_t log)
{
   // With the GIL held: PyROOT's error handler makes Python warnings of ROOT's without asking for it. Where warnings
   // are errors it leaves an exception behind.
   return py::cpp_function([log = std::move(log)](int type, const py::str &text) {
      log(type, FromText(text));
      if (PyErr_Occurred())
         throw py::error_already_set();
   });
}

py::dict ToPython(const std::vector<OptionInfo> &options)
{
   py::dict values;
   for (const OptionInfo &option : options) {
      if (option.fSize != 0)
         continue;
      const py::str text = ToText(option.fValue);
      py::object value = text;
      if (option.fType == "Bool")
         value = py::bool_(option.fValue == "True");
      else if (option.fType == "Int" || option.fType == "UInt")
         value = py::int_(text);
      else if (option.fType == "Float" || option.fType == "Double")
         value = py::float_(text);
      values[option.fName.c_str()] = value;
   }
   return values;
}

GilHolder::GilHolder()
{
   if (!PythonIsAlive())
      throw Error(EErrorCode::kPython, "Python has ended in this process: PyTorch models cannot be used any more");
   fState = PyGILState_Ensure();
}

Error ToError(py::error_already_set &exception)
{
   try {
      const py::module_ errors = py::module_::import("torchmva._engine.errors");
      py::object value = exception.value();
      if (exception.matches(PyExc_KeyboardInterrupt)) // outside of the user's functions
         value = errors.attr("user_error")("", value);
      if (py::isinstance(value, errors.attr("EngineError"))) {
         Error::Context_t context;
         for (const py::handle pair : value.attr("context"))
            context.emplace_back(FromText(pair.attr("__getitem__")(0)), FromText(pair.attr("__getitem__")(1)));
         return Error(CodeNamed(value.attr("code").cast<std::string>()), FromText(value.attr("message")),
                      std::move(context), FromText(value.attr("traceback_text")));
      }
      const py::object text = errors.attr("traceback_of")(value);
      return Error(EErrorCode::kInternal,
                   "The Python engine failed: " + FromText(exception.type().attr("__name__")) + ": " +
                      FromText(py::str(value)),
                   {}, FromText(text));
   } catch (py::error_already_set &) {
      return Error(EErrorCode::kInternal, std::string("The Python engine failed: ") + exception.what());
   }
}

std::optional<NetworkDescription> ToNetwork(const py::handle &description)
{
   if (description.is_none())
      return std::nullopt;
   NetworkDescription network;
   network.fNInputs = description.attr("n_inputs").cast<int>();
   for (const py::handle operation : description.attr("operations"))
      network.fOperations.push_back({operation.attr("type").cast<std::string>(),
                                     operation.attr("inputs").cast<std::vector<int>>(),
                                     operation.attr("shape").cast<std::vector<int>>(),
                                     operation.attr("attributes").cast<std::map<std::string, std::string>>()});
   const auto parameters = description.attr("parameters").cast<py::array_t<float, py::array::c_style>>();
   network.fParameters.assign(parameters.data(), parameters.data() + parameters.size());
   return network;
}

py::object ToPython(const SearchRequest &search)
{
   return py::module_::import("torchmva._engine.search")
      .attr("Settings")("figure"_a = ToText(search.fFigure), "parameters"_a = ToText(search.fParameters),
                        "n_trials"_a = search.fNTrials, "max_seconds"_a = search.fMaxSeconds, "seed"_a = search.fSeed);
}

} // namespace Internal
} // namespace TorchMVA
