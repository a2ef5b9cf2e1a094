#ifndef TORCHMVA_FACTORY_HXX
#define TORCHMVA_FACTORY_HXX

#include "TCut.h"
#include "TFile.h"
#include "TROOT.h"
#include "TString.h"
#include "TTree.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Configurable.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Types.hxx"
#include "TorchMVA/DataLoader.hxx"
#include "TorchMVA/Method/IMethod.hxx"
#include "TorchMVA/Method/MethodBase.hxx"
#include "TorchMVA/Version.hxx"

#include <map>
#include <memory>
#include <vector>

class TH1F;
class TCanvas;
class TDirectory;
class TGraph;
class TMultiGraph;

namespace TorchMVA {

/// Books methods on data loaders, trains, tests and evaluates them, writes weight files, tables and the output file.
///
/// Owns the methods it booked: pointers from BookMethod stay valid until DeleteAllMethods or the end of the factory.
/// Data loaders and the output file are not owned and must live as long as the factory is used. Not thread safe.
/// All calls throw Error; the constructors do so for a bad option string.
class Factory : public Configurable {
public:
   typedef std::vector<IMethod *> MVector;

   /// Options: docs/options.md. `targetFile` may be null: then no output file is written.
   Factory(TString jobName, TFile *targetFile, TString options = "");
   /// Without an output file.
   Factory(TString jobName, TString options = "");
   ~Factory() override;

   /// Books a method on a loader's events. Returns nullptr, with a warning, if the method cannot do this analysis
   /// (Fisher in multiclass). Throws Error: unknown method (kMethod), title taken (kState), bad options (kOption).
   MethodBase *BookMethod(DataLoader *loader, TString methodTypeName, TString title, TString options = "");
   MethodBase *BookMethod(DataLoader *loader, Types::EMVA type, TString title, TString options = "");

   /// Trains every method in booking order. With ModelPersistence each is then read back from its weight file, so that
   /// everything after this uses the model that was saved.
   void TrainAllMethods();
   /// Searches for the best options of every method (MethodBase::OptimizeTuningParameters), which have them from then on,
   /// and returns those that are numbers of the last method that has any (TMVA's result); methods without parameters to
   /// tune warn and stay as they are. The test sample is not looked at.
   std::map<TString, Double_t> OptimizeAllMethods(TString fomType = "ROCIntegral", TString fitType = "FitGA");
   void OptimizeAllMethodsForClassification(TString fomType = "ROCIntegral", TString fitType = "FitGA")
   {
      OptimizeAllMethods(fomType, fitType);
   }
   void OptimizeAllMethodsForRegression(TString fomType = "ROCIntegral", TString fitType = "FitGA")
   {
      OptimizeAllMethods(fomType, fitType);
   }
   void TrainAllMethodsForClassification() { TrainAllMethods(); }
   void TrainAllMethodsForRegression() { TrainAllMethods(); }
   /// Applies every method to the test sample.
   void TestAllMethods();
   /// Prints the tables and fills the output file; tests first what was not tested yet.
   void EvaluateAllMethods();
   void DeleteAllMethods();

   /// nullptr if there is no such method.
   MethodBase *GetMethod(const TString &datasetName, const TString &title) const;
   Bool_t HasMethod(const TString &datasetName, const TString &title) const;
   /// Methods of a data set in booking order.
   MVector GetMethods(const TString &datasetName) const;
   /// Writes the standalone class of one trained method, of all without a title, beside its weight file; training with
   /// ModelPersistence does so already. Throws as MethodBase::MakeClass.
   virtual void MakeClass(const TString &datasetName, const TString &title = "") const;
   /// Prints the help of one method, of all without a title.
   void PrintHelpMessage(const TString &datasetName, const TString &title = "") const;

   /// Area under the (weighted, unbinned) ROC curve. Multiclass: class `iClass` versus the rest.
   /// Throws Error (kMethod) for an unknown method or a regression, Error (kState) before the sample was evaluated.
   Double_t GetROCIntegral(DataLoader *loader, TString title, UInt_t iClass = 0,
                           Types::ETreeType type = Types::kTesting);
   Double_t GetROCIntegral(TString datasetName, TString title, UInt_t iClass = 0,
                           Types::ETreeType type = Types::kTesting);
   /// Background rejection versus signal efficiency; a new object, owned by the caller. Errors as GetROCIntegral.
   TGraph *GetROCCurve(DataLoader *loader, TString title, Bool_t setTitles = kTRUE, UInt_t iClass = 0,
                       Types::ETreeType type = Types::kTesting);
   TGraph *GetROCCurve(TString datasetName, TString title, Bool_t setTitles = kTRUE, UInt_t iClass = 0,
                       Types::ETreeType type = Types::kTesting);
   /// One graph a method; owned by the caller.
   TMultiGraph *GetROCCurveAsMultiGraph(DataLoader *loader, UInt_t iClass, Types::ETreeType type = Types::kTesting);
   TMultiGraph *GetROCCurveAsMultiGraph(TString datasetName, UInt_t iClass, Types::ETreeType type = Types::kTesting);
   /// All methods in one canvas with a legend; owned by the caller.
   TCanvas *GetROCCurve(DataLoader *loader, UInt_t iClass = 0, Types::ETreeType type = Types::kTesting);
   TCanvas *GetROCCurve(TString datasetName, UInt_t iClass = 0, Types::ETreeType type = Types::kTesting);

   // ---- which variables matter; see docs/importance.md ---------------------------------------------------------------
   /// The input variables ranked on the training sample, before any method. Classification: separation of signal and
   /// background; multiclass: mean over the classes of the separation of each from the rest; regression: |linear
   /// correlation| with the target (the largest, of several). Books nothing.
   Ranking GetInputRanking(DataLoader *loader);
   /// Permutation importance of a trained method of any type: what its figure of merit loses on a sample when the values
   /// of one variable are shuffled among the events (L. Breiman, Machine Learning 45 (2001) 5; A. Fisher, C. Rudin,
   /// F. Dominici, JMLR 20 (2019) 177). Mean over `repeats` shuffles, with their standard deviation as error.
   /// Classification: loss of weighted ROC integral; multiclass: of the mean area of one class versus the rest;
   /// regression: relative growth of the RMS of the deviation (mean over targets). The same `seed` gives the same numbers.
   /// Takes repeats x variables evaluations of the sample, and the memory of one column and one block.
   /// Throws Error: kMethod (unknown), kArgument (no repeats, no sample of this type), kData (no events of a class).
   Ranking GetPermutationImportance(DataLoader *loader, TString title, UInt_t repeats = 10, UInt_t seed = 100,
                                    Types::ETreeType type = Types::kTesting);
   Ranking GetPermutationImportance(TString datasetName, TString title, UInt_t repeats = 10, UInt_t seed = 100,
                                    Types::ETreeType type = Types::kTesting);
   /// Trains a method again and again on subsets of the variables and compares the ROC integrals on the test sample.
   /// kShort: AUC(all) - AUC(all but one); kAll: sum over all subsets S of AUC(S) - AUC(S without the variable), where
   /// AUC of nothing is 0.5 (2^n trainings, at most 20 variables); kRandom: the same sum over 10 n random subsets (more
   /// than 10 variables). Multiclass: mean area of one class versus the rest. The method must take any number of
   /// variables.
   /// Prints `--- <variable> = <percent> %` and returns the histogram `vih1` in percent of the sum of the |importances|,
   /// owned by the caller. Books nothing, writes no file. Throws Error: kArgument (number of variables), kMethod
   /// (unknown, or unable to do this analysis), and what training throws.
   TH1F *EvaluateImportance(DataLoader *loader, VIType vitype, Types::EMVA type, TString title,
                            const char *options = "");
   /// Books each variable as a method of its own (type Variable, MethodVariable.hxx), so that the tables compare the
   /// other methods with the best single variable. The title is the label, or the internal name of an element of an
   /// array and where the label has a '/'. Errors as BookMethod.
   void EvaluateAllVariables(DataLoader *loader, TString options = "");

   Bool_t Verbose() const { return fVerbose; }
   void SetVerbose(Bool_t on = kTRUE);
   Bool_t IsSilentFile() const { return fTargetFile == nullptr; }
   Bool_t IsModelPersistence() const { return fModelPersistence; }
   /// The output file, nullptr without one.
   TDirectory *RootBaseDir();

private:
   struct Booking;
   void DeclareFactoryOptions();
   Booking *FindBooking(const TString &datasetName) const;
   /// Throws Error (kState) if the title is taken, or the loader's name by another loader.
   void RequireFree(DataLoader &loader, const TString &title) const;
   /// Throws Error if no file can have the names of this job and method (kArgument), or the output file has the name
   /// already (kState); warns if the output file needs another name.
   void RequireNameInFile(DataLoader &loader, const TString &title) const;
   /// The booking of a loader, made if needed.
   Booking &BookingOf(DataLoader &loader);
   Booking &RequireBooking(const TString &datasetName, const char *caller) const;
   MethodBase &RequireMethod(const TString &datasetName, const TString &title, const char *caller) const;
   std::unique_ptr<MethodBase> CreateMethod(const std::string &typeName, const TString &title, DataSetInfo &info,
                                            const TString &options) const;
   void ResolveAnalysisType(const DataSetInfo &info);
   /// Makes the weight folder of a data set and checks that it can be written: an error now, not after the training.
   TString MakeWeightFolder(const TString &datasetName) const;
   void CheckTrainingInput(DataSetInfo &info) const;
   void TrainOne(MethodBase &method);
   void WriteStandaloneClass(const MethodBase &method) const;
   void PrintRanking(MethodBase &method) const;
   Ranking RankInputs(DataSetInfo &info) const;
   /// Once a data set, unless silent.
   void PrintInputRanking(Booking &booking) const;
   /// A method trained on some of the variables, in memory only, and its figure of merit on the test sample.
   Double_t TrainOnVariables(DataSetInfo &info, const std::vector<UInt_t> &variables, const TString &typeName,
                             const TString &title, const TString &options) const;
   void WriteDataSet(Booking &booking);
   struct EvaluationTables;
   void EvaluateClassification(Booking &booking, EvaluationTables &tables);
   void EvaluateMulticlass(Booking &booking, EvaluationTables &tables);
   void EvaluateRegression(Booking &booking, EvaluationTables &tables);
   void WriteTrees(Booking &booking);
   void PrintResponseCorrelations(const Booking &booking) const;

   TString fJobName;
   TFile *fTargetFile; ///< not owned
   TString fAnalysisTypeName = "Auto";
   Types::EAnalysisType fAnalysisType = Types::kNoAnalysisType;
   TString fTransformations = "I";
   TString fVerboseLevel = "Info";
   Bool_t fVerbose = kFALSE;
   Bool_t fColor = kFALSE;
   Bool_t fCorrelations = kFALSE;
   Bool_t fROC = kTRUE;
   Bool_t fSilent = kFALSE;
   Bool_t fDrawProgressBar = kTRUE;
   Bool_t fModelPersistence = kTRUE;
   std::vector<std::unique_ptr<Booking>> fBookings; //!
};

} // namespace TorchMVA

#endif
