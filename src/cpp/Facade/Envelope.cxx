#include "TorchMVA/Envelope.hxx"

#include "FactoryBooking.hxx"
#include "FileNames.hxx"
#include "TROOT.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Output/OutputFile.hxx"

#include <algorithm>

namespace TorchMVA {

Envelope::Envelope(const TString &name, DataLoader *loader, TFile *file, const TString &options)
   : Configurable(name, options), fColor(!gROOT->IsBatch()), fDataLoader(nullptr), fFile(file)
{
   SetDataLoader(loader);
   DeclareOptionRef(fVerbose, "V", "Verbose output");
   DeclareOptionRef(fVerboseLevel, "VerboseLevel", "Log threshold");
   for (const char *level : {"Debug", "Verbose", "Info"})
      AddPreDefVal(level);
   DeclareOptionRef(fColor, "Color", "Coloured output");
   DeclareOptionRef(fSilent, "Silent", "No output but warnings and errors");
   DeclareOptionRef(fDrawProgressBar, "DrawProgressBar", "Show the progress of training");
   DeclareOptionRef(fModelPersistence, "ModelPersistence", "Write weight files, and read methods back from them");
   DeclareOptionRef(fJobs, "Jobs", "Jobs at a time; more than 1 warns, and one is used");
}

Envelope::~Envelope() = default;

void Envelope::SetDataLoader(DataLoader *loader)
{
   if (!loader)
      throw Error(EErrorCode::kArgument, "expected a data loader, found a null pointer", {{"caller", GetName()}});
   fDataLoader = loader;
}

void Envelope::BookMethod(TString methodTypeName, TString title, TString options)
{
   Internal::RequireFileName(title, "title", GetName());
   Types::Instance().GetMethodType(methodTypeName); // throws for a name that nobody knows
   for (const auto &method : fMethods) {
      const TString other = method.GetValue<TString>("MethodTitle");
      if (NameInTree(other.Data()) == NameInTree(title.Data()))
         throw Error(EErrorCode::kState,
                     other == title ? "a method of this title is already booked"
                                    : "two methods would have the same name in output files",
                     {{"method", title.Data()}, {"other method", other.Data()}, {"caller", GetName()}});
   }
   OptionMap method;
   method.SetValue("MethodName", methodTypeName);
   method.SetValue("MethodTitle", title);
   method.SetValue("MethodOptions", options);
   fMethods.push_back(method);
}

void Envelope::BookMethod(Types::EMVA type, TString title, TString options)
{
   BookMethod(Types::Instance().GetMethodName(type), title, options);
}

Bool_t Envelope::HasMethod(TString methodTypeName, TString title) const
{
   return std::any_of(fMethods.begin(), fMethods.end(), [&](const OptionMap &method) {
      return method.GetValue<TString>("MethodName") == methodTypeName &&
             method.GetValue<TString>("MethodTitle") == title;
   });
}

} // namespace TorchMVA
