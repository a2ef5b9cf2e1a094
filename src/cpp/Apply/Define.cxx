#include "TorchMVA/Define.hxx"

#include "FrameInputs.hxx"
#include "ResponseSources.hxx"
#include "ROOT/RDFHelpers.hxx"
#include "TInterpreter.h"
#include "TorchMVA/Core/Error.hxx"

#include <cctype>
#include <map>
#include <mutex>

namespace TorchMVA {
namespace Internal {

namespace {

using ROOT::RDF::RNode;
using Definer_t = RNode (*)(RNode &, const std::string &, const std::vector<std::string> &,
                            const std::shared_ptr<ResponseSource> &);

/// The function that defines a column of a type from columns of given types; the interpreter compiles it once.
Definer_t FindDefiner(const std::string &result, const FrameInputs &inputs)
{
   std::string arguments = result + ", " + std::to_string(inputs.fNVariables);
   for (const auto &type : inputs.fTypes)
      arguments += ", " + type;
   static std::mutex mutex;
   static std::map<std::string, Definer_t> definers;
   const std::lock_guard lock(mutex);
   Definer_t &definer = definers[arguments];
   if (!definer) {
      const std::string name = "Define_" + std::to_string(definers.size());
      const std::string code = "#include \"TorchMVA/Apply/ResponseColumn.hxx\"\n"
                               "#pragma cling optimize(2)\n"
                               "namespace TorchMVAColumns { const auto " +
                               name + " = &TorchMVA::Internal::DefineResponses<" + arguments + ">; }";
      if (!gInterpreter->Declare(code.c_str()))
         throw Error(EErrorCode::kInternal, "the interpreter refused the function that defines a column",
                     {{"types", arguments}});
      definer = reinterpret_cast<Definer_t>(gInterpreter->Calc(("(Longptr_t)TorchMVAColumns::" + name).c_str()));
   }
   return definer;
}

/// Runs the event loop that gives `source` the inputs of all events, of their variations too.
template <typename Result>
void Collect(RNode &node, Definer_t define, const FrameInputs &inputs, const std::shared_ptr<BlockResponses> &source)
{
   const std::string name = inputs.fPrefix + "rows_";
   auto passed =
      define(node, name, inputs.fColumns, source).Filter([](const Result &) { return true; }, {name}).Count();
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
   const bool isNumber = !inputs.fHasCollections && method.GetNResponses() == 1;
   const Definer_t define = FindDefiner(isNumber ? "float" : "ROOT::RVecF", inputs);

   std::shared_ptr<ResponseSource> source;
   std::shared_ptr<BlockResponses> blocks;
   if (method.UsesPython())
      source = blocks = std::make_shared<BlockResponses>(model, inputs.fColumns, node.GetNSlots());
   else
      source = std::make_shared<DirectResponses>(model, inputs.fColumns, node.GetNSlots());
   RNode result = define(node, name, inputs.fColumns, source);
   if (method.GetNResponses() > 1)
      result = DefineEach(result, name, ResponseNames(*model), inputs.fHasCollections);
   if (blocks && isNumber)
      Collect<float>(node, define, inputs, blocks);
   else if (blocks)
      Collect<ROOT::RVecF>(node, define, inputs, blocks);
   return result;
}

} // namespace TorchMVA
