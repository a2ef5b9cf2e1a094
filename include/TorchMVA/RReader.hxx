#ifndef TORCHMVA_RREADER_HXX
#define TORCHMVA_RREADER_HXX

#include "TorchMVA/Core/Types.hxx"
#include "TorchMVA/Version.hxx"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Experimental {

/// A trained method as a function of values, for RDataFrame (see Compute in RInferenceUtils.hxx) and NumPy.
///
/// Everything comes from the weight file, nothing is declared. The values are those of the variables of the training, in
/// that order: a variable that is an expression gets the value of the expression. Responses are those of Reader: one
/// value for classification, one a class for multiclass, one a target for regression, and -999 where an input is NaN.
/// Spectators follow as doubles where responses depend on them: folds of a cross-validation by an expression,
/// transformations of spectators.
///
/// A handle: copies share the method and cost nothing. Thread safe: Compute may be called from any number of threads.
class RReader {
public:
   /// `engine`: "Auto", "Native" or "Python", and `allowUserCode`, as the options Engine and AllowUserCode of Reader.
   /// Throws Error (kFile, kWeightFile, kMethod, kArgument), which is a std::runtime_error.
   explicit RReader(const std::string &weightFile, const std::string &engine = "Auto", bool allowUserCode = false);

   /// Responses of one event. Throws Error (kArgument) unless there is one value for each variable, and for each
   /// spectator or none.
   std::vector<float> Compute(const std::vector<float> &values, const std::vector<double> &spectators = {}) const;
   /// Responses of `nRows` events, row-major (nRows x GetNResponses()); `rows` is row-major too (nRows x variables).
   /// `spectators` is null, or row-major (nRows x spectators). Much faster for many events. From Python: a NumPy array of shape (events, variables) in, an array of shape
   /// (events,) or (events, responses) out; `spectators=` is another array.
   std::vector<float> Compute(const float *rows, std::size_t nRows, const double *spectators = nullptr) const;
   /// The same into memory of the caller.
   void Compute(const float *rows, std::size_t nRows, float *responses, const double *spectators = nullptr) const;

   /// Titles of the variables, which are their expressions unless a title was given.
   std::vector<std::string> GetVariableNames() const;
   std::vector<std::string> GetSpectatorNames() const;
   /// Names of the classes in the order of the responses of multiclass.
   std::vector<std::string> GetClassNames() const;
   std::size_t GetNVariables() const;
   std::size_t GetNSpectators() const;
   /// 1, number of classes, or number of targets.
   std::size_t GetNResponses() const;
   Types::EAnalysisType GetAnalysisType() const;
   /// Absolute path of the weight file.
   const std::string &GetWeightFile() const;
   /// The engine that was asked for.
   const std::string &GetEngine() const;
   /// Whether Python code that the weight file names may run, as was said when the reader was made.
   bool AllowsUserCode() const;
   /// Whether Compute runs Python: threads wait for each other then.
   bool UsesPython() const;

private:
   struct Model;
   std::shared_ptr<const Model> fModel; //!
};

} // namespace Experimental
} // namespace TorchMVA

#endif
