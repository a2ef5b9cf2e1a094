#include "PyTorch/PythonApi.hxx"

#include <dlfcn.h>

namespace TorchMVA {
namespace Internal {

namespace {

template <typename F>
bool Find(void *handle, const char *name, F &function, std::string &missing)
{
   function = reinterpret_cast<F>(dlsym(handle, name));
   if (!function && missing.empty())
      missing = name;
   return function != nullptr;
}

} // namespace

bool PythonApi::Resolve(void *handle, std::string &missing)
{
   missing.clear();
#define TORCHMVA_FIND(NAME) Find(handle, #NAME, NAME, missing)
   TORCHMVA_FIND(Py_IsInitialized);
   TORCHMVA_FIND(Py_GetVersion);
   TORCHMVA_FIND(Py_SetProgramName);
   TORCHMVA_FIND(Py_DecodeLocale);
   TORCHMVA_FIND(Py_InitializeEx);
   TORCHMVA_FIND(PyEval_SaveThread);
   TORCHMVA_FIND(PyGILState_Ensure);
   TORCHMVA_FIND(PyGILState_Release);
   TORCHMVA_FIND(PyImport_ImportModule);
   TORCHMVA_FIND(PyObject_GetAttrString);
   TORCHMVA_FIND(PyObject_CallFunctionObjArgs);
   TORCHMVA_FIND(PyObject_Str);
   TORCHMVA_FIND(PyUnicode_AsUTF8);
   TORCHMVA_FIND(PyUnicode_FromString);
   TORCHMVA_FIND(PyUnicode_DecodeFSDefault);
   TORCHMVA_FIND(PyUnicode_Join);
   TORCHMVA_FIND(PySys_GetObject);
   TORCHMVA_FIND(PyList_Append);
   TORCHMVA_FIND(PyErr_Fetch);
   TORCHMVA_FIND(PyErr_NormalizeException);
   TORCHMVA_FIND(PyErr_Clear);
   TORCHMVA_FIND(PyErr_CheckSignals);
   TORCHMVA_FIND(Py_DecRef);
#undef TORCHMVA_FIND
   return missing.empty();
}

} // namespace Internal
} // namespace TorchMVA
