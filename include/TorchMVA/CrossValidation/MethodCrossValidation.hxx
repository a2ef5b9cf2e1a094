#ifndef TORCHMVA_CROSSVALIDATION_METHODCROSSVALIDATION_HXX
#define TORCHMVA_CROSSVALIDATION_METHODCROSSVALIDATION_HXX

#include "TorchMVA/CrossValidation/CvSplitKFoldsExpr.hxx"
#include "TorchMVA/Method/MethodBase.hxx"

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {

/// The methods of all folds of a cross-validation as one method: k-fold cross-application.
///
/// In the job, an event of the data set gets the response of the fold that it was not trained on. For other events, as in a
/// Reader, the fold is computed from the event's spectators (SplitExpr), or, with OutputEnsembling=Avg, the responses of
/// all folds are averaged. After a random split without averaging there is no answer for other events: reading the
/// weight file throws Error (kWeightFile).
///
/// The weight file names those of the folds relative to itself. CrossValidation books and fills this method; users meet
/// it in the output file, the tables and the Reader. Threads as MethodBase.
class MethodCrossValidation : public MethodBase {
public:
   MethodCrossValidation(const TString &jobName, const TString &title, DataSetInfo &info, const TString &options = "");
   MethodCrossValidation(DataSetInfo &info, const TString &weightFile);
   ~MethodCrossValidation() override;

   /// Before the training: the trained method of each fold, not owned, which must live until they are read back from
   /// their weight files, or else as long as this; and the fold of each event of the training sample.
   void SetFolds(std::vector<const MethodBase *> methods, std::vector<UInt_t> foldOfEvent);
   /// The title of the folds' methods and the formula of the fold of an event. They are no part of an option string,
   /// which a colon of theirs would divide.
   void SetTitleAndSplit(const TString &title, const TString &splitExpression);
   UInt_t GetNumFolds() const { return fNumFolds; }
   /// The method trained without the events of a fold. Throws std::out_of_range.
   const MethodBase &GetFoldMethod(UInt_t fold) const { return *fMethods.at(fold); }

   /// What its folds can do.
   Bool_t HasAnalysisType(Types::EAnalysisType, UInt_t, UInt_t) override { return kTRUE; }
   void DeclareOptions() override;
   void ProcessOptions() override {}
   /// Takes the methods of SetFolds. Throws Error (kState) if they are missing.
   void Train() override;
   UInt_t GetNOutputs() const override { return GetNResponses(); }
   /// Rows without spectators: for averages only.
   void Predict(const float *rows, Long64_t n, float *outputs) const override;
   /// Throws Error (kArgument) if the fold depends on spectators and `spectators` is null, Error (kData) if they give
   /// no fold. One call of a fold's method for all its rows.
   void Evaluate(const float *variables, Long64_t n, float *responses,
                 const double *spectators = nullptr) const override;
   /// The spread that the event's fold gives, such as that of an ensemble. Of an average over the folds it is the
   /// standard deviation of all networks of all folds: the mean variance within a fold plus the variance of the folds'
   /// responses. False if one of the folds in use has none. Throws Error as Evaluate.
   Bool_t EvaluateErrors(const float *variables, Long64_t n, float *errors,
                         const double *spectators = nullptr) const override;
   /// Also if they choose the fold of an event.
   Bool_t UsesSpectators() const override;

   /// All rows at once: the methods of the folds have blocks of their own.
   Long64_t GetBlockRows() const override { return std::numeric_limits<Long64_t>::max(); }

protected:
   void AddWeightsXMLTo(const XmlNode &weights) const override;
   void ReadWeightsFromXML(const XmlNode &weights) override;
   std::vector<Float_t> EvaluateSample(const Sample &sample) const override;
   std::string GetHelpText() const override;

   /// That of the folds.
   void SetEngine(Types::EEngine engine) override { fEngine = engine; }
   void SetAllowUserCode(Bool_t allow) override { fAllowUserCode = allow; }
   Bool_t UsesPython() const override;

private:
   bool IsAveraged() const { return fOutputEnsembling == "Avg"; }
   /// A weight file that the one of all folds names.
   struct FoldFile {
      std::string fPath;
      std::string fSha256; ///< empty: not recorded
   };
   std::vector<FoldFile> FoldFiles(const XmlNode &weights) const;
   void MakeSplitExpression();
   /// Throws Error (kState) before the training.
   void RequireFolds() const;
   void EvaluateAverage(const float *variables, Long64_t n, float *responses, const double *spectators) const;
   bool EvaluateAverageErrors(const float *variables, Long64_t n, float *errors, const double *spectators) const;
   /// The fold of each row. Throws Error (kState) before the training or without an expression, (kArgument) without
   /// spectators.
   std::vector<UInt_t> FoldsOf(Long64_t n, const double *spectators) const;
   /// Fills values of n rows of a fold's method, responses or their errors, and says whether there are any.
   using FoldFunction_t = std::function<bool(const MethodBase &fold, const float *variables, Long64_t n, float *values,
                                             const double *spectators)>;
   /// Calls `function` once for each fold with its rows. False as soon as it has given that.
   bool EvaluateFolds(const std::vector<UInt_t> &folds, const float *variables, float *values, const double *spectators,
                      const FoldFunction_t &function) const;

   TString fEncapsulatedMethodName;
   TString fEncapsulatedMethodTypeName;
   UInt_t fNumFolds = 0;
   TString fOutputEnsembling = "None";
   Types::EEngine fEngine = Types::kAutoEngine;
   Bool_t fAllowUserCode = kFALSE;
   TString fSplitExprString;

   std::vector<const MethodBase *> fMethods;         //! one a fold
   std::vector<std::unique_ptr<MethodBase>> fLoaded; //! those read from weight files
   std::vector<UInt_t> fFoldOfEvent;                 //! of the training sample; empty in a Reader
   std::unique_ptr<CvSplitKFoldsExpr> fSplitExpr;    //! null without an expression
};

} // namespace TorchMVA

#endif
