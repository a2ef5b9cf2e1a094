#ifndef TORCHMVA_RINFERENCEUTILS_HXX
#define TORCHMVA_RINFERENCEUTILS_HXX

#include "TorchMVA/RReader.hxx"

#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

namespace TorchMVA {
namespace Experimental {
namespace Internal {

template <typename Model>
Model &ModelOf(Model &model)
{
   return model;
}
template <typename Model>
Model &ModelOf(std::reference_wrapper<Model> &model)
{
   return model.get();
}

template <typename Indices, typename T, typename Model>
class ComputeHelper;

/// Calls `Compute` of a model with its arguments as one list.
template <std::size_t... I, typename T, typename Model>
class ComputeHelper<std::index_sequence<I...>, T, Model> {
   template <std::size_t>
   using Value_t = T;

public:
   template <typename F>
   explicit ComputeHelper(std::in_place_t, F &&model) : fModel(std::forward<F>(model))
   {
   }
   auto operator()(Value_t<I>... values) -> decltype(ModelOf(std::declval<Model &>()).Compute({values...}))
   {
      return ModelOf(fModel).Compute({values...});
   }

private:
   Model fModel;
};

/// What a function keeps of a model: a reader by value, which is a handle; anything else by reference if it has a name,
/// as in TMVA.
template <typename F>
using KeptModel_t = std::conditional_t<
   std::is_same_v<std::decay_t<F>, RReader>, RReader,
   std::conditional_t<std::is_reference_v<F>, std::reference_wrapper<std::remove_reference_t<F>>, F>>;

/// The type without aliases: PyROOT finds `ROOT.computeModel` by the name of its type.
template <typename T, typename Model, typename Indices, typename F>
auto MakeComputeHelper(F &&model, Indices)
{
   return ComputeHelper<Indices, T, Model>(std::in_place, std::forward<F>(model));
}

/// Compute as PyROOT calls it, which does not find out a deduced type.
template <std::size_t N, typename T, typename F>
auto ComputeInPython(F &&model) -> ComputeHelper<std::make_index_sequence<N>, T, KeptModel_t<F>>
{
   return MakeComputeHelper<T, KeptModel_t<F>>(std::forward<F>(model), std::make_index_sequence<N>());
}

} // namespace Internal

/// A function of N values of type T that calls `model.Compute({v1, ..., vN})`, for RDataFrame:
///
///     RReader model("dataset/weights/job_PyTorch.weights.xml");
///     auto withResponse = df.Define("y", Compute<4, float>(model), {"var1", "var2", "var3", "var4"});
///
/// The column holds what the model returns, a std::vector<float> for RReader. T is the type of the columns. A model
/// other than an RReader is not copied if it has a name and must live as long as the function.
template <std::size_t N, typename T, typename F>
auto Compute(F &&model)
{
   return Internal::MakeComputeHelper<T, Internal::KeptModel_t<F>>(std::forward<F>(model),
                                                                   std::make_index_sequence<N>());
}

} // namespace Experimental
} // namespace TorchMVA

#endif
