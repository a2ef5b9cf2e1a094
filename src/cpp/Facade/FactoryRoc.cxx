// The ROC figures of a Factory: everything here reads the responses that AddOutput kept.

#include "FactoryBooking.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Evaluate/ROCCurve.hxx"
#include "TorchMVA/Factory.hxx"
#include "TorchMVA/Output/RocPlot.hxx"

#include "TCanvas.h"
#include "TGraph.h"
#include "TMultiGraph.h"

#include <utility>

namespace TorchMVA {

namespace {

ROCCurve MakeCurve(const MethodBase &method, UInt_t iClass, Types::ETreeType type)
{
   DataSetInfo &info = method.DataInfo();
   if (method.DoRegression())
      throw Error(EErrorCode::kMethod, "a regression has no ROC curve", {{"method", method.GetName()}});
   if (iClass >= info.GetNClasses())
      throw Error(EErrorCode::kArgument,
                  "expected a class below " + std::to_string(info.GetNClasses()) + ", found " + std::to_string(iClass),
                  {{"method", method.GetName()}});
   const auto &responses = method.GetResponses(type);
   const Sample sample = info.GetDataSet()->GetSample(type);
   if (method.DoMulticlass())
      return ROCCurve(
         {responses.data() + iClass, sample.Size(), method.GetNResponses(), sample.fWeights, sample.fClasses}, iClass);
   return ROCCurve({responses.data(), sample.Size(), 1, sample.fWeights, sample.fClasses}, info.GetSignalClassIndex());
}

std::vector<std::pair<std::string, TGraph *>> MakeGraphs(const std::vector<std::unique_ptr<MethodBase>> &methods,
                                                         UInt_t iClass, Types::ETreeType type)
{
   // All curves first: they may throw, and graphs are raw pointers that ROOT's containers take over.
   std::vector<ROCCurve> curves;
   for (const auto &method : methods)
      curves.push_back(MakeCurve(*method, iClass, type));
   std::vector<std::pair<std::string, TGraph *>> graphs;
   for (std::size_t i = 0; i < curves.size(); ++i)
      graphs.emplace_back(methods[i]->GetName(), MakeRocGraph(curves[i], methods[i]->GetName()));
   return graphs;
}

} // namespace

Double_t Factory::GetROCIntegral(DataLoader *loader, TString title, UInt_t iClass, Types::ETreeType type)
{
   return GetROCIntegral(Internal::RequireLoader(loader, "Factory::GetROCIntegral").GetName(), title, iClass, type);
}

Double_t Factory::GetROCIntegral(TString datasetName, TString title, UInt_t iClass, Types::ETreeType type)
{
   const MethodBase &method = RequireMethod(datasetName, title, "Factory::GetROCIntegral");
   RequireBooking(datasetName, "Factory::GetROCIntegral").RequireSameEvents("Factory::GetROCIntegral");
   return MakeCurve(method, iClass, type).GetROCIntegral();
}

TGraph *Factory::GetROCCurve(DataLoader *loader, TString title, Bool_t setTitles, UInt_t iClass, Types::ETreeType type)
{
   return GetROCCurve(Internal::RequireLoader(loader, "Factory::GetROCCurve").GetName(), title, setTitles, iClass,
                      type);
}

TGraph *Factory::GetROCCurve(TString datasetName, TString title, Bool_t setTitles, UInt_t iClass, Types::ETreeType type)
{
   const MethodBase &method = RequireMethod(datasetName, title, "Factory::GetROCCurve");
   RequireBooking(datasetName, "Factory::GetROCCurve").RequireSameEvents("Factory::GetROCCurve");
   const ROCCurve curve = MakeCurve(method, iClass, type);
   return setTitles ? MakeRocGraph(curve, title.Data()) : curve.GetROCCurve();
}

TMultiGraph *Factory::GetROCCurveAsMultiGraph(DataLoader *loader, UInt_t iClass, Types::ETreeType type)
{
   return GetROCCurveAsMultiGraph(Internal::RequireLoader(loader, "Factory::GetROCCurveAsMultiGraph").GetName(), iClass,
                                  type);
}

TMultiGraph *Factory::GetROCCurveAsMultiGraph(TString datasetName, UInt_t iClass, Types::ETreeType type)
{
   const Booking &booking = RequireBooking(datasetName, "Factory::GetROCCurveAsMultiGraph");
   booking.RequireSameEvents("Factory::GetROCCurveAsMultiGraph");
   return MakeRocMultiGraph(MakeGraphs(booking.fMethods, iClass, type));
}

TCanvas *Factory::GetROCCurve(DataLoader *loader, UInt_t iClass, Types::ETreeType type)
{
   return GetROCCurve(Internal::RequireLoader(loader, "Factory::GetROCCurve").GetName(), iClass, type);
}

TCanvas *Factory::GetROCCurve(TString datasetName, UInt_t iClass, Types::ETreeType type)
{
   const Booking &booking = RequireBooking(datasetName, "Factory::GetROCCurve");
   booking.RequireSameEvents("Factory::GetROCCurve");
   return MakeRocCanvas(datasetName.Data(), iClass, fAnalysisType == Types::kMulticlass,
                        MakeGraphs(booking.fMethods, iClass, type));
}

} // namespace TorchMVA
