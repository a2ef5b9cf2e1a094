#ifndef TORCHMVA_RINFERENCEUTILS_HXX
#define TORCHMVA_RINFERENCEUTILS_HXX

#include "TorchMVA/RReader.hxx"

#include <cstddef>
#include <type_traits>
#include <utility>

namespace TorchMVA {
namespace Experimental {
namespace Internal {

template <typename Indices, typename T, typename F>
class ComputeHelper;

/// Calls `Compute` of a model with its arguments as one list.
template <std::size_t... I, typename T, typename F>
class ComputeHelper<std::index_sequence<I...>, T, F> {
   template <std::size_t>
   using Value_t = T;

public:
   explicit ComputeHelper(F model) : fModel(std::forward<F>(model)) {}
   auto operator()(Value_t<I>... values) -> decltype(std::declval<F &>().Compute({values...}))
   {
      return fModel.Compute({values...});
   }

private:
   F fModel;
};

/// What a functor keeps of a model: a reader by value, which is a handle; anything else by reference if it has a name,
/// as in TMVA.
template <typename F>
using KeptModel_t = std::conditional_t<std::is_same_v<std::decay_t<F>, RReader>, RReader, F>;

} // namespace Internal

/// A function of N values of type T that calls `model.Compute({v1, ..., vN})`, for RDataFrame:
///
///     RReader model("dataset/weights/job_PyTorch.weights.xml");
///     auto withResponse = df.Define("y", Compute<4, float>(model), {"var1", "var2", "var3", "var4"});
///
/// The column holds what the model returns, a std::vector<float> for RReader. T is the type of the columns. A model
/// other than an RReader is not copied if it has a name and must live as long as the function.
template <std::size_t N, typename T, typename F>
auto Compute(F &&model) -> Internal::ComputeHelper<std::make_index_sequence<N>, T, Internal::KeptModel_t<F>>
{
   return Internal::ComputeHelper<std::make_index_sequence<N>, T, Internal::KeptModel_t<F>>(std::forward<F>(model));
}

} // namespace Experimental
} // namespace TorchMVA

#endif
