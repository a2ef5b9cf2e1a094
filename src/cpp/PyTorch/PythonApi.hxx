#ifndef TORCHMVA_SRC_PYTORCH_PYTHONAPI_HXX
#define TORCHMVA_SRC_PYTORCH_PYTHONAPI_HXX

#include <cstddef>
#include <string>

struct TorchMVAPyObject; // stands for PyObject, whose layout is nobody's business here

namespace TorchMVA {
namespace Internal {

/// The few functions of Python's stable interface that starting it and importing one module takes, found at run time:
/// the library has no undefined Python symbol and loads where there is no Python.
struct PythonApi {
   using Object_t = TorchMVAPyObject;

   int (*Py_IsInitialized)() = nullptr;
   const char *(*Py_GetVersion)() = nullptr;
   void (*Py_SetProgramName)(const wchar_t *) = nullptr;
   wchar_t *(*Py_DecodeLocale)(const char *, std::size_t *) = nullptr;
   void (*Py_InitializeEx)(int) = nullptr;
   void *(*PyEval_SaveThread)() = nullptr;
   int (*PyGILState_Ensure)() = nullptr;
   void (*PyGILState_Release)(int) = nullptr;
   Object_t *(*PyImport_ImportModule)(const char *) = nullptr;
   Object_t *(*PyObject_GetAttrString)(Object_t *, const char *) = nullptr;
   Object_t *(*PyObject_CallFunctionObjArgs)(Object_t *, ...) = nullptr;
   Object_t *(*PyObject_Str)(Object_t *) = nullptr;
   const char *(*PyUnicode_AsUTF8)(Object_t *) = nullptr;
   Object_t *(*PyUnicode_FromString)(const char *) = nullptr;
   Object_t *(*PyUnicode_DecodeFSDefault)(const char *) = nullptr;
   Object_t *(*PyUnicode_Join)(Object_t *, Object_t *) = nullptr;
   Object_t *(*PySys_GetObject)(const char *) = nullptr;
   int (*PyList_Append)(Object_t *, Object_t *) = nullptr;
   void (*PyErr_Fetch)(Object_t **, Object_t **, Object_t **) = nullptr;
   void (*PyErr_NormalizeException)(Object_t **, Object_t **, Object_t **) = nullptr;
   void (*PyErr_Clear)() = nullptr;
   int (*PyErr_CheckSignals)() = nullptr;
   void (*Py_DecRef)(Object_t *) = nullptr;

   /// Looks everything up in `handle` (RTLD_DEFAULT: what the process has). False with the name of the first missing
   /// function in `missing`.
   bool Resolve(void *handle, std::string &missing);
};

} // namespace Internal
} // namespace TorchMVA

#endif
