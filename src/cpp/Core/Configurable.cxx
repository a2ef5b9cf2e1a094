#include "TorchMVA/Core/Configurable.hxx"

#include "OptionTable.hxx"

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
   fTable->Declare(&ref, name.Data(), description.Data());
}
void Configurable::DeclareOptionRef(Int_t &ref, const TString &name, const TString &description)
{
   fTable->Declare(&ref, name.Data(), description.Data());
}
void Configurable::DeclareOptionRef(UInt_t &ref, const TString &name, const TString &description)
{
   fTable->Declare(&ref, name.Data(), description.Data());
}
void Configurable::DeclareOptionRef(Float_t &ref, const TString &name, const TString &description)
{
   fTable->Declare(&ref, name.Data(), description.Data());
}
void Configurable::DeclareOptionRef(Double_t &ref, const TString &name, const TString &description)
{
   fTable->Declare(&ref, name.Data(), description.Data());
}
void Configurable::DeclareOptionRef(TString &ref, const TString &name, const TString &description)
{
   fTable->Declare(&ref, name.Data(), description.Data());
}

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
