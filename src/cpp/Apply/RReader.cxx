#include "TorchMVA/RReader.hxx"

#include "Core/ExpandPath.hxx"
#include "EvaluateRows.hxx"
#include "LoadMethod.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"

#include <filesystem>

namespace TorchMVA {
namespace Experimental {

struct RReader::Model {
   std::string fWeightFile;
   std::string fEngine;
   bool fAllowUserCode = false;
   DataSetInfo fInfo{"RReader"};
   std::unique_ptr<MethodBase> fMethod; ///< after fInfo: goes first
};

namespace {

std::vector<std::string> Titles(const std::vector<VariableInfo> &infos)
{
   std::vector<std::string> titles;
   for (const auto &info : infos)
      titles.emplace_back(info.GetTitle().Data());
   return titles;
}

} // namespace

RReader::RReader(const std::string &weightFile, const std::string &engine, bool allowUserCode)
{
   const auto model = std::make_shared<Model>();
   model->fWeightFile = TorchMVA::Internal::ExpandPath(weightFile);
   model->fEngine = engine;
   model->fAllowUserCode = allowUserCode;
   const XmlDocument document = XmlDocument::Read(model->fWeightFile);
   model->fMethod = TorchMVA::Internal::LoadMethod(document.Root(), model->fWeightFile.c_str(), model->fInfo,
                                                   {kWARNING, Types::GetEngine(engine.c_str()), allowUserCode});
   model->fWeightFile = std::filesystem::absolute(model->fWeightFile).string();
   fModel = model;
}

std::vector<float> RReader::Compute(const std::vector<float> &values, const std::vector<double> &spectators) const
{
   const auto require = [this](std::size_t found, std::size_t expected, const char *what) {
      if (found != expected)
         throw Error(EErrorCode::kArgument,
                     "expected " + std::to_string(expected) + " " + what + ", found " + std::to_string(found),
                     {{"method", fModel->fMethod->GetName()}});
   };
   require(values.size(), GetNVariables(), "values");
   if (!spectators.empty())
      require(spectators.size(), GetNSpectators(), "spectators");
   return Compute(values.data(), 1, spectators.empty() ? nullptr : spectators.data());
}

std::vector<float> RReader::Compute(const float *rows, std::size_t nRows, const double *spectators) const
{
   std::vector<float> responses(nRows * GetNResponses());
   Compute(rows, nRows, responses.data(), spectators);
   return responses;
}

void RReader::Compute(const float *rows, std::size_t nRows, float *responses, const double *spectators) const
{
   TorchMVA::Internal::EvaluateRows(*fModel->fMethod, rows, static_cast<Long64_t>(nRows), responses, spectators);
}

std::vector<std::string> RReader::GetVariableNames() const
{
   return Titles(fModel->fInfo.GetVariableInfos());
}

std::vector<std::string> RReader::GetSpectatorNames() const
{
   return Titles(fModel->fInfo.GetSpectatorInfos());
}

std::vector<std::string> RReader::GetClassNames() const
{
   std::vector<std::string> names;
   for (UInt_t i = 0; i < fModel->fInfo.GetNClasses(); ++i)
      names.emplace_back(fModel->fInfo.GetClassInfo(static_cast<Int_t>(i))->GetName());
   return names;
}

std::size_t RReader::GetNVariables() const
{
   return fModel->fInfo.GetNVariables();
}

std::size_t RReader::GetNSpectators() const
{
   return fModel->fInfo.GetNSpectators();
}

std::size_t RReader::GetNResponses() const
{
   return fModel->fMethod->GetNResponses();
}

const std::string &RReader::GetWeightFile() const
{
   return fModel->fWeightFile;
}

const std::string &RReader::GetEngine() const
{
   return fModel->fEngine;
}

bool RReader::AllowsUserCode() const
{
   return fModel->fAllowUserCode;
}

bool RReader::UsesPython() const
{
   return fModel->fMethod->UsesPython();
}

Types::EAnalysisType RReader::GetAnalysisType() const
{
   return fModel->fMethod->GetAnalysisType();
}

} // namespace Experimental
} // namespace TorchMVA
