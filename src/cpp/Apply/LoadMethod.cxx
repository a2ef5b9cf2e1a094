#include "LoadMethod.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Method/ClassifierFactory.hxx"

namespace TorchMVA {

std::string Internal::MethodType(const XmlNode &root)
{
   if (root.Name() != "MethodSetup")
      throw Error(EErrorCode::kWeightFile,
                  "this is no weight file: expected the element <MethodSetup>, found <" + root.Name() + ">",
                  {{"file", root.Document()->Path()}});
   const std::string method = root.Attribute("Method");
   return method.substr(0, method.find("::"));
}

std::unique_ptr<MethodBase> Internal::LoadMethod(const XmlNode &root, const TString &weightFile, DataSetInfo &info,
                                                 const LoadSettings &settings)
{
   const std::string type = MethodType(root);
   std::unique_ptr<IMethod> created(ClassifierFactory::Instance().Create(type, info, weightFile));
   std::unique_ptr<MethodBase> loaded(dynamic_cast<MethodBase *>(created.get()));
   if (!loaded)
      throw Error(EErrorCode::kMethod, "method type \"" + type + "\" is no MethodBase",
                  {{"file", root.Document()->Path()}});
   created.release();
   loaded->SetMinLogType(settings.fMinLogType);
   loaded->SetEngine(settings.fEngine);
   loaded->SetAllowUserCode(settings.fAllowUserCode);
   loaded->SetupMethod();
   loaded->ReadStateFromXML(root);
   loaded->CheckSetup();
   return loaded;
}

} // namespace TorchMVA
