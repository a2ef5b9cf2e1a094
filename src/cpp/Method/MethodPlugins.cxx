// Methods of type Plugins: ROOT's plugin manager chooses the class by the method's title (docs/add-a-method.md).

#include "MethodPlugins.hxx"

#include "TClass.h"
#include "TError.h"
#include "TPluginManager.h"
#include "TROOT.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Method/MethodBase.hxx"

#include <filesystem>
#include <memory>

namespace TorchMVA {

namespace {

constexpr const char *kBase = "TMVA@@MethodBase";

/// Name of a weight file without folder and extension: `<job>_<title>`.
std::string StemOf(const TString &weightFile)
{
   const std::string name = std::filesystem::path(weightFile.Data()).filename().string();
   return name.substr(0, name.find(".weights"));
}

/// The handler whose regular expression matches, with its library loaded.
TPluginHandler &RequireHandler(const std::string &name)
{
   TPluginHandler *const handler = gROOT->GetPluginManager()->FindHandler(kBase, name.c_str());
   if (!handler)
      throw Error(
         EErrorCode::kMethod,
         "expected a plugin for methods of this title: gPluginMgr->AddHandler(\"" + std::string(kBase) +
            "\", \"<regular expression of titles>\", \"<class>\", \"<library>\", \"<constructor>\"); found none",
         {{"title", name}});
   if (handler->LoadPlugin() != 0)
      throw Error(EErrorCode::kMethod, "the library of the plugin cannot be loaded",
                  {{"title", name}, {"class", handler->GetClass()}});
   return *handler;
}

/// ExecPlugin gives the address of an object of the handler's class.
std::unique_ptr<MethodBase> ToMethod(Longptr_t address, const TPluginHandler &handler, const std::string &name)
{
   TClass *const type = TClass::GetClass(handler.GetClass());
   void *const object = reinterpret_cast<void *>(address);
   if (object && type) {
      static TClass *const base = TClass::GetClass("TorchMVA::MethodBase");
      if (void *const method = type->DynamicCast(base, object)) {
         std::unique_ptr<MethodBase> made(static_cast<MethodBase *>(method));
         // What is booked as a plugin is found as one when its weight file is read, maybe in another process.
         made->SetMethodType(Types::kPlugins);
         return made;
      }
      type->Destructor(object);
   }
   throw Error(EErrorCode::kMethod,
               "the plugin made no method: expected a class derived from TorchMVA::MethodBase and the constructor "
               "(TString, TString, TorchMVA::DataSetInfo &, TString)",
               {{"title", name}, {"class", handler.GetClass()}});
}

std::unique_ptr<MethodBase> CreateForTraining(TString job, TString title, DataSetInfo &info, TString options)
{
   TPluginHandler &handler = RequireHandler(title.Data());
   return ToMethod(handler.ExecPlugin(4, &job, &title, &info, &options), handler, title.Data());
}

/// A handler for weight files, whose constructor takes (DataSetInfo &, TString), comes first, as in TMVA. Where there is
/// only the one for training, its method reads the file as well.
std::unique_ptr<MethodBase> CreateForApplication(DataSetInfo &info, TString weightFile)
{
   const std::string stem = StemOf(weightFile);
   if (stem.empty())
      throw Error(EErrorCode::kMethod, "a plugin is chosen by the name of the weight file: expected one, found a text");
   TPluginHandler &handler = RequireHandler(stem);
   Longptr_t made = 0;
   {
      struct QuietErrors { // a handler says what its constructor takes only by refusing
         const Int_t fBefore = gErrorIgnoreLevel;
         QuietErrors() { gErrorIgnoreLevel = kFatal; }
         ~QuietErrors() { gErrorIgnoreLevel = fBefore; }
      } quiet;
      made = handler.ExecPlugin(2, &info, &weightFile);
   }
   if (made)
      return ToMethod(made, handler, stem);
   TString none;
   auto method = ToMethod(handler.ExecPlugin(4, &none, &none, &info, &none), handler, stem);
   method->SetWeightFileName(weightFile);
   return method;
}

} // namespace

IMethod *Internal::CreatePlugin(const TString &job, const TString &title, DataSetInfo &info, const TString &option)
{
   return (job.IsNull() && title.IsNull() ? CreateForApplication(info, option)
                                          : CreateForTraining(job, title, info, option))
      .release();
}

} // namespace TorchMVA
