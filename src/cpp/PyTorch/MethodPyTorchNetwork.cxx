// MethodPyTorch and the native engine: which of the two engines predicts, and whether they agree.

#include "PyTorch/MethodPyTorchImpl.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"

#include <algorithm>
#include <cmath>

namespace TorchMVA {

using namespace Internal;

namespace {

/// Training events on which both engines are compared.
constexpr Long64_t kNCompared = 1000;
/// Largest difference of the outputs that is rounding for sure, relative to the largest output of the column.
constexpr double kTolerance = 1e-5;
/// The same for a model in double precision. Its user wants that precision, so nothing above it is allowed.
constexpr double kToleranceOfDouble = 1e-6;
/// Above it the model itself says what rounding does: its outputs for inputs that differ in the last bit. Twice that,
/// because each of the engines rounds.
constexpr double kRoundings = 2;
/// Parameters that a weight file may hold as text; larger networks stay with Python.
constexpr std::size_t kMaxParametersInFile = 16 << 20;
/// Child element of <Weights>.
constexpr const char *kNetwork = "Network";

/// The largest difference of two outputs [n, columns] relative to the largest output of its column; infinite if one
/// is NaN where the other is not.
double LargestDifference(const std::vector<float> &a, const std::vector<float> &b, std::size_t columns)
{
   double largest = 0;
   for (std::size_t column = 0; column < columns; ++column) {
      double difference = 0, scale = 0;
      for (std::size_t i = column; i < a.size(); i += columns) {
         if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])))
            continue;
         const double found = std::fabs(static_cast<double>(a[i]) - b[i]);
         if (!std::isfinite(found))
            return HUGE_VAL;
         difference = std::max(difference, found);
         scale = std::max({scale, std::fabs(static_cast<double>(a[i])), std::fabs(static_cast<double>(b[i]))});
      }
      largest = std::max(largest, scale > 0 ? difference / scale : 0);
   }
   return largest;
}

} // namespace

void MethodPyTorch::SetEngine(Types::EEngine engine)
{
   fImpl->fEngine = engine;
   ChooseEngine();
}

void MethodPyTorch::SetAllowUserCode(Bool_t allow)
{
   fImpl->fAllowUserCode = allow;
}

void MethodPyTorch::ChooseEngine()
{
   const Types::EEngine engine =
      fImpl->fEngine == Types::kAutoEngine ? Types::GetEngine(fImpl->fOptions.fEngine) : fImpl->fEngine;
   fImpl->fPrefersPython =
      engine == Types::kPythonEngine || (engine == Types::kAutoEngine && !fImpl->fSlowPart.empty());
}

Bool_t MethodPyTorch::UsesPython() const
{
   return !fImpl->Native();
}

const Network *MethodPyTorch::GetNetwork() const
{
   return fImpl->Native();
}

TString MethodPyTorch::GetEngineName() const
{
   if (const Network *network = fImpl->Native())
      return ("native (" + network->GetInstructions() + ")").c_str();
   const std::string why = !fImpl->fNetwork          ? fImpl->fWhyNoNetwork
                           : fImpl->RequestsPython() ? "as asked for"
                                                     : fImpl->fSlowPart;
   return ("Python: " + why).c_str();
}

void MethodPyTorch::MakeNetworks(const TrainRequest &request)
{
   Impl &impl = *fImpl;
   TorchSession &session = *impl.fSession.load();
   impl.fExported = session.Export();
   ExportedModel &exported = *impl.fExported;
   impl.fSlowPart = exported.fSlowPart;
   ChooseEngine();
   impl.fWhyNoNetwork = exported.fWhyNoNetwork;
   if (exported.fNetwork && exported.fPrediction == "User")
      impl.fWhyNoNetwork = "predict_func does more than call the model";
   else if (exported.fNetwork && exported.fNetwork->fParameters.size() > kMaxParametersInFile)
      impl.fWhyNoNetwork = "it has " + std::to_string(exported.fNetwork->fParameters.size()) + " parameters, at most " +
                           std::to_string(kMaxParametersInFile) + " fit into a weight file";
   else if (Types::GetEngine(impl.fOptions.fEngine) == Types::kPythonEngine)
      impl.fWhyNoNetwork = "option Engine=Python";
   if (!exported.fNetwork || !impl.fWhyNoNetwork.empty()) {
      fLogger.Info("The trained model is applied by Python: " + impl.fWhyNoNetwork);
      return;
   }
   std::optional<Network> made;
   try {
      made.emplace(std::move(*exported.fNetwork));
   } catch (const Error &error) { // a mistake of ours costs nobody a training
      impl.fWhyNoNetwork = error.GetMessage();
      fLogger.Warning("The trained model is applied by Python: " + impl.fWhyNoNetwork);
   }
   exported.fNetwork.reset();
   if (!made)
      return;
   const Network &network = *made;
   const Long64_t n = std::min(request.fInputs.fRows, kNCompared);
   const auto columns = static_cast<std::size_t>(impl.fNOutputs.load());
   std::vector<float> native(n * columns), python(n * columns);
   const auto refuse = [&](const std::string &expected, const std::string &found) { // a mistake of ours again
      impl.fWhyNoNetwork = "the native engine and the model disagree: expected " + expected + ", found " + found;
      fLogger.Warning("The trained model is applied by Python, please report this model: " + impl.fWhyNoNetwork);
   };
   if (network.GetNOutputs() != static_cast<int>(columns)) {
      refuse(std::to_string(columns) + " outputs", std::to_string(network.GetNOutputs()));
      return;
   }
   network.Evaluate(request.fInputs.fData, n, native.data());
   session.Predict({request.fInputs.fData, n, request.fInputs.fColumns, nullptr}, python.data(), impl.fNOutputs);
   const double difference = LargestDifference(native, python, columns);
   if (exported.fIsDouble && difference > kToleranceOfDouble) {
      impl.fWhyNoNetwork = "the model is in double precision, and single precision changes its outputs by up to " +
                           std::to_string(100 * difference) + " % of the largest";
      fLogger.Info("The trained model is applied by Python: " + impl.fWhyNoNetwork);
      return;
   }
   if (difference > kTolerance) {
      const auto nValues = static_cast<std::size_t>(n * request.fInputs.fColumns);
      std::vector<float> rows(request.fInputs.fData, request.fInputs.fData + nValues);
      for (float &value : rows)
         value = std::nextafter(value, HUGE_VALF);
      std::vector<float> shifted(python.size());
      session.Predict({rows.data(), n, request.fInputs.fColumns, nullptr}, shifted.data(), impl.fNOutputs);
      const double tolerance = std::max(kTolerance, kRoundings * LargestDifference(shifted, python, columns));
      if (difference > tolerance) {
         refuse("a relative difference of at most " + std::to_string(tolerance) + " for the first " +
                   std::to_string(n) + " training events",
                std::to_string(difference));
         return;
      }
   }
   impl.fNetwork = std::move(made);
   if (exported.fSpreadNetwork)
      impl.fSpreadNetwork = Network(std::move(*exported.fSpreadNetwork));
   exported.fSpreadNetwork.reset();
   fLogger.Verbose("The trained model is applied by the engine " + std::string(GetEngineName().Data()));
}

void MethodPyTorch::WriteNetworks(const XmlNode &weights) const
{
   if (!fImpl->fNetwork) {
      if (!fImpl->fWhyNoNetwork.empty())
         weights.SetAttribute(kNotNative, fImpl->fWhyNoNetwork);
      return;
   }
   fImpl->fNetwork->Write(weights);
   if (!fImpl->fSlowPart.empty())
      weights.SetAttribute(kSlowPart, fImpl->fSlowPart);
   if (fImpl->fSpreadNetwork)
      fImpl->fSpreadNetwork->Write(weights.AddChild(kSpread));
}

void MethodPyTorch::RequireShape(const Network &network, const char *what) const
{
   const int nInputs = static_cast<int>(GetNVariables()), nOutputs = fImpl->fNOutputs;
   if (network.GetNInputs() != nInputs || network.GetNOutputs() != nOutputs)
      throw Error(EErrorCode::kWeightFile,
                  std::string("expected ") + what + " to have " + std::to_string(nInputs) +
                     " inputs, as many as there are variables, and " + std::to_string(nOutputs) +
                     " outputs (NOutputs), found " + std::to_string(network.GetNInputs()) + " and " +
                     std::to_string(network.GetNOutputs()),
                  {{"file", GetWeightFileName().Data()}});
}

void MethodPyTorch::ReadNetworks(const XmlNode &weights)
{
   Impl &impl = *fImpl;
   impl.fSlowPart = weights ? weights.Attribute(kSlowPart, "") : "";
   ChooseEngine();
   impl.fNetwork.reset();
   impl.fSpreadNetwork.reset();
   const XmlNode network = weights ? weights.Child(kNetwork) : XmlNode();
   impl.fWhyNoNetwork = !weights ? "the weight file was written by TMVA"
                        : network
                           ? ""
                           : weights.Attribute(kNotNative, "the weight file has no network for the native engine");
   if (impl.fEngine == Types::kNativeEngine && !network)
      throw Error(EErrorCode::kMethod,
                  "expected a model that the native engine can run, found one that it cannot: " + impl.fWhyNoNetwork,
                  {{"method", GetMethodName().Data()}, {"file", GetWeightFileName().Data()}});
   if (!network) {
      if (weights) // those of TMVA have none, which is no news
         fLogger.Info("Engine: " + std::string(GetEngineName().Data()));
      return;
   }
   Network made = Network::Read(network);
   RequireShape(made, "the network");
   impl.fNetwork = std::move(made);
   if (const XmlNode spread = weights.Child(kSpread)) {
      spread.RequireKnown({}, {kNetwork});
      Network ofSpread = Network::Read(spread.RequiredChild(kNetwork));
      RequireShape(ofSpread, "the network of the spread");
      impl.fSpreadNetwork = std::move(ofSpread);
   }
}

} // namespace TorchMVA
