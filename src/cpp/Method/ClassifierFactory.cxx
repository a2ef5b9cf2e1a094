#include "TorchMVA/Method/ClassifierFactory.hxx"

#include "MethodPlugins.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"
#include "TorchMVA/Core/NearestName.hxx"
#include "TorchMVA/Method/IMethod.hxx"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>

namespace TorchMVA {

namespace {

namespace fs = std::filesystem;

const std::string kPluginPrefix = "libTorchMVA";
const std::string kPluginSuffix = ".so";

/// Folder of the library that this code is in; plugins lie beside it.
fs::path LibraryFolder()
{
   Dl_info info;
   if (dladdr(reinterpret_cast<const void *>(&LibraryFolder), &info) == 0 || info.dli_fname == nullptr)
      return {};
   return fs::absolute(info.dli_fname).parent_path();
}

fs::path PluginPath(const std::string &type)
{
   return LibraryFolder() / (kPluginPrefix + type + kPluginSuffix);
}

std::vector<std::string> PluginTypes()
{
   std::vector<std::string> types;
   std::error_code ignored;
   for (const auto &entry : fs::directory_iterator(LibraryFolder(), ignored)) {
      const std::string name = entry.path().filename().string();
      const auto fixed = kPluginPrefix.size() + kPluginSuffix.size();
      if (name.size() > fixed && name.rfind(kPluginPrefix, 0) == 0 && entry.path().extension() == kPluginSuffix)
         types.push_back(name.substr(kPluginPrefix.size(), name.size() - fixed));
   }
   return types;
}

} // namespace

ClassifierFactory &ClassifierFactory::Instance()
{
   static ClassifierFactory instance;
   return instance;
}

Bool_t ClassifierFactory::Register(const std::string &name, Creator creator)
{
   const std::lock_guard<std::recursive_mutex> lock(fMutex);
   if (!fCreators.emplace(name, creator).second) {
      Logger("ClassifierFactory").Warning("Method type \"" + name + "\" is already registered; the first one stays");
      return kFALSE;
   }
   return kTRUE;
}

Bool_t ClassifierFactory::Unregister(const std::string &name)
{
   const std::lock_guard<std::recursive_mutex> lock(fMutex);
   return fCreators.erase(name) > 0;
}

ClassifierFactory::Creator ClassifierFactory::Lookup(const std::string &name) const
{
   const std::lock_guard<std::recursive_mutex> lock(fMutex);
   const auto found = fCreators.find(name);
   return found == fCreators.end() ? nullptr : found->second;
}

void ClassifierFactory::LoadPlugin(const std::string &name)
{
   const fs::path plugin = PluginPath(name);
   std::error_code ignored;
   if (Lookup(name) || !fs::exists(plugin, ignored))
      return;
   // Not under the lock: the library's REGISTER_METHOD calls Register, possibly while ROOT holds locks of its own.
   if (!dlopen(plugin.c_str(), RTLD_NOW | RTLD_GLOBAL)) {
      const char *reason = dlerror();
      throw Error(EErrorCode::kMethod, "the library of method \"" + name + "\" cannot be loaded",
                  {{"library", plugin.string()}, {"reason", reason ? reason : "unknown"}});
   }
}

ClassifierFactory::Creator ClassifierFactory::Find(const std::string &name)
{
   if (name == "Plugins")
      return Internal::CreatePlugin;
   LoadPlugin(name);
   if (const Creator creator = Lookup(name))
      return creator;
   const auto names = List();
   std::string known;
   for (const auto &type : names)
      known += (known.empty() ? "" : ", ") + type;
   throw Error(EErrorCode::kMethod,
               "method type \"" + name + "\" does not exist here; available: " + known +
                  Internal::DidYouMean(name, names),
               {{"method", name}});
}

IMethod *ClassifierFactory::Create(const std::string &name, const TString &job, const TString &title, DataSetInfo &info,
                                   const TString &options)
{
   return Find(name)(job, title, info, options);
}

IMethod *ClassifierFactory::Create(const std::string &name, DataSetInfo &info, const TString &weightFile)
{
   return Find(name)("", "", info, weightFile);
}

std::vector<std::string> ClassifierFactory::List() const
{
   std::vector<std::string> names = PluginTypes();
   {
      const std::lock_guard<std::recursive_mutex> lock(fMutex);
      for (const auto &entry : fCreators)
         if (entry.first != "CrossValidation") // made by the class CrossValidation only
            names.push_back(entry.first);
   }
   std::sort(names.begin(), names.end());
   names.erase(std::unique(names.begin(), names.end()), names.end());
   return names;
}

void ClassifierFactory::Print() const
{
   const Logger log("ClassifierFactory");
   for (const auto &name : List())
      log.Info(name);
}

} // namespace TorchMVA
