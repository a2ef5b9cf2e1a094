#include "TorchMVA/Core/Configurable.hxx"

#include "ExpandPath.hxx"
#include "OptionTable.hxx"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/OptionHelp.hxx"

#include <filesystem>
#include <fstream>

namespace TorchMVA {

Configurable::Configurable(const TString &name, const TString &options)
   : fLogger(name.Data()), fName(name), fOptions(options), fTable(std::make_unique<Internal::OptionTable>())
{
}

Configurable::~Configurable() = default;

std::vector<OptionInfo> Configurable::GetOptionInfos() const
{
   return fTable->GetInfos();
}

void Configurable::DeclareOptionRef(Bool_t &ref, const TString &name, const TString &description)
{
   fTable->Declare({&ref}, false, name.Data(), description.Data());
}
void Configurable::DeclareOptionRef(Int_t &ref, const TString &name, const TString &description)
{
   fTable->Declare({&ref}, false, name.Data(), description.Data());
}
void Configurable::DeclareOptionRef(UInt_t &ref, const TString &name, const TString &description)
{
   fTable->Declare({&ref}, false, name.Data(), description.Data());
}
void Configurable::DeclareOptionRef(Float_t &ref, const TString &name, const TString &description)
{
   fTable->Declare({&ref}, false, name.Data(), description.Data());
}
void Configurable::DeclareOptionRef(Double_t &ref, const TString &name, const TString &description)
{
   fTable->Declare({&ref}, false, name.Data(), description.Data());
}
void Configurable::DeclareOptionRef(TString &ref, const TString &name, const TString &description)
{
   fTable->Declare({&ref}, false, name.Data(), description.Data());
}

template <typename T>
void Configurable::DeclareOptionRef(T *first, Int_t size, const TString &name, const TString &description)
{
   std::vector<Internal::OptionTable::Reference_t> elements;
   for (Int_t i = 0; i < size; ++i)
      elements.push_back(first + i);
   fTable->Declare(std::move(elements), true, name.Data(), description.Data());
}
template void Configurable::DeclareOptionRef(Bool_t *, Int_t, const TString &, const TString &);
template void Configurable::DeclareOptionRef(Int_t *, Int_t, const TString &, const TString &);
template void Configurable::DeclareOptionRef(UInt_t *, Int_t, const TString &, const TString &);
template void Configurable::DeclareOptionRef(Float_t *, Int_t, const TString &, const TString &);
template void Configurable::DeclareOptionRef(Double_t *, Int_t, const TString &, const TString &);
template void Configurable::DeclareOptionRef(TString *, Int_t, const TString &, const TString &);

void Configurable::AddPreDefVal(const TString &value)
{
   fTable->AddAllowed(value.Data());
}

void Configurable::ClearOptions()
{
   fTable->Clear();
}

void Configurable::ParseOptions()
{
   const std::string owner = fName.IsNull() ? std::string("this object") : "'" + std::string(fName) + "'";
   for (const auto &warning : fTable->Parse(fOptions.Data(), owner))
      fLogger.Warning(warning);
   if (gConfig().WriteOptionsReference())
      WriteOptionsReference();
}

void Configurable::WriteOptionsReference() const
{
   const std::filesystem::path folder = Internal::ExpandPath(gConfig().GetIONames().fOptionsReferenceFileDir.Data());
   const std::filesystem::path file = folder / (std::string(GetConfigName()) + ".optref");
   std::error_code failure;
   if (!folder.empty())
      std::filesystem::create_directories(folder, failure);
   std::ofstream out(file);
   out << "Options of " << GetConfigName() << ":\n\n" << Internal::FormatOptionTable(GetOptionInfos()) << '\n';
   out.close();
   if (!out)
      throw Error(EErrorCode::kFile, "the table of options cannot be written", {{"file", file.string()}});
}

void Configurable::SetOption(const std::string &name, const std::string &value)
{
   fTable->Set(name, value, "'" + std::string(fName) + "'");
}

bool Configurable::IsOptionSet(const TString &name) const
{
   return fTable->IsSet(name.Data());
}

} // namespace TorchMVA
