#include "TorchMVA/Define.hxx"

#include "FrameInputs.hxx"
#include "ResponseSources.hxx"
#include "ROOT/RDFHelpers.hxx"

#include <cctype>
#include <type_traits>

namespace TorchMVA {
namespace Internal {

namespace {

using ROOT::RDF::RNode;

/// The responses of an entry: a float, or several.
template <typename Result>
class ResponseFunction final : public EntryFunction<Result> {
public:
   ResponseFunction(InputPrograms inputs, std::shared_ptr<ResponseSource> source)
      : fInputs(std::move(inputs)), fSource(std::move(source))
   {
   }

   Result Call(unsigned slot, const ColumnValue *columns) override
   {
      const InputRows rows = fInputs.Compute(columns, fSource->GetScratch(slot));
      if constexpr (std::is_same_v<Result, float>) {
         float response;
         fSource->Evaluate(slot, rows, &response);
         return response;
      } else {
         Result responses(rows.fN * fSource->GetNResponses());
         if (rows.fN > 0)
            fSource->Evaluate(slot, rows, responses.data());
         return responses;
      }
   }

private:
   InputPrograms fInputs;
   std::shared_ptr<ResponseSource> fSource;
};

template <typename Result>
RNode DefineResponses(RNode &node, const std::string &name, const FrameInputs &inputs,
                      const std::shared_ptr<ResponseSource> &source)
{
   const std::shared_ptr<EntryFunction<Result>> function =
      std::make_shared<ResponseFunction<Result>>(inputs.fPrograms, source);
   return inputs.fExpressions.DefineOn(node, name, function);
}

/// Runs the event loop that gives `source` the inputs of all events, of their variations too.
template <typename Result>
void Collect(RNode &node, const FrameInputs &inputs, const std::shared_ptr<BlockResponses> &source)
{
   const std::string name = inputs.fPrefix + "rows_";
   auto passed =
      DefineResponses<Result>(node, name, inputs, source).Filter([](const Result &) { return true; }, {name}).Count();
   auto varied = ROOT::RDF::Experimental::VariationsFor(passed);
   passed.GetValue();
   source->Finish();
}

/// A name of a class or target as a part of the name of a column.
std::string Ending(const std::string &name)
{
   std::string ending = "_" + name;
   for (char &c : ending)
      c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
   return ending;
}

std::vector<std::string> ResponseNames(const FrameMethod &model)
{
   std::vector<std::string> names;
   if (model.fMethod->DoMulticlass()) {
      for (UInt_t i = 0; i < model.fInfo.GetNClasses(); ++i)
         names.emplace_back(model.fInfo.GetClassInfo(static_cast<Int_t>(i))->GetName());
   } else if (model.fMethod->DoRegression()) {
      for (const auto &info : model.fInfo.GetTargetInfos())
         names.emplace_back(info.GetLabel().Data());
   }
   return names;
}

/// `name`_<response> for each of several responses.
RNode DefineEach(RNode node, const std::string &name, const std::vector<std::string> &responses, bool hasCollections)
{
   const std::size_t n = responses.size();
   for (std::size_t k = 0; k < n; ++k) {
      const std::string column = name + Ending(responses[k]);
      if (hasCollections)
         node = node.Define(column,
                            [k, n](const ROOT::RVecF &all) {
                               ROOT::RVecF mine(all.size() / n);
                               for (std::size_t i = 0; i < mine.size(); ++i)
                                  mine[i] = all[i * n + k];
                               return mine;
                            },
                            {name});
      else
         node = node.Define(column, [k](const ROOT::RVecF &all) { return all[k]; }, {name});
   }
   return node;
}

} // namespace

} // namespace Internal

FrameNode_t Experimental::Define(FrameNode_t node, const std::string &name, const std::string &weightFile,
                                 const std::vector<std::string> &columns, const std::string &engine, bool allowUserCode)
{
   using namespace Internal;
   if (node.HasColumn(name)) // what RDataFrame says, before expressions are defined
      return node.Define(name, [] { return 0.F; });
   const auto model = std::make_shared<const FrameMethod>(
      weightFile, LoadSettings{kWARNING, Types::GetEngine(engine.c_str()), allowUserCode});
   const MethodBase &method = *model->fMethod;
   const FrameInputs inputs(node, method, columns, "rdftorchmva_" + name + "_");
   const bool isNumber = !inputs.fPrograms.HasCollections() && method.GetNResponses() == 1;
   std::shared_ptr<ResponseSource> source;
   std::shared_ptr<BlockResponses> blocks;
   if (method.UsesPython())
      source = blocks = std::make_shared<BlockResponses>(model, node.GetNSlots());
   else
      source = std::make_shared<DirectResponses>(model, node.GetNSlots());
   const auto define = isNumber ? &DefineResponses<float> : &DefineResponses<ROOT::RVecF>;
   RNode result = define(node, name, inputs, source);
   if (method.GetNResponses() > 1)
      result = DefineEach(result, name, ResponseNames(*model), inputs.fPrograms.HasCollections());
   if (blocks)
      (isNumber ? &Collect<float> : &Collect<ROOT::RVecF>)(node, inputs, blocks);
   return result;
}

} // namespace TorchMVA
