#ifndef TORCHMVA_METHOD_METHODBASE_HXX
#define TORCHMVA_METHOD_METHODBASE_HXX

#include "TMatrixD.h"
#include "TString.h"
#include "TorchMVA/Core/Configurable.hxx"
#include "TorchMVA/Core/Types.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Method/IMethod.hxx"
#include "TorchMVA/Method/Ranking.hxx"
#include "TorchMVA/Transform/TransformPipeline.hxx"

#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

class TDirectory;
class TFile;
class TH1;
class TH1D;

namespace TorchMVA {

class PDF;
class XmlNode;
namespace Internal {
class StandaloneCode;
struct SearchRequest;
} // namespace Internal
struct MvaPdfs;
struct ScoredSample;

/// Base of all methods: TMVA's life cycle, batch first.
///
/// A derived class says what it can do (HasAnalysisType), declares its options (DeclareOptions), checks them
/// (ProcessOptions), learns (Train) and computes its outputs for any number of rows (Predict); it saves and restores
/// what it has learnt (AddWeightsXMLTo, ReadWeightsFromXML). Everything else is done here: transformations, the weight
/// file, responses in the user's units.
///
/// Outputs and responses: Predict gives GetNOutputs() floats a row. Responses are what users see: one value for
/// classification (the output of the signal class, or the only one), all classes for multiclass, all targets in target
/// units for regression.
///
/// Thread safety: Predict, Evaluate and the other const methods may be called from several threads on a trained or
/// loaded method; the calls without an argument (GetMvaValue(), ...) use the current event and may not.
class MethodBase : virtual public IMethod, public Configurable {
public:
   /// For training.
   MethodBase(const TString &jobName, Types::EMVA type, const TString &title, DataSetInfo &info,
              const TString &options = "");
   /// For application: ReadStateFromFile is called next.
   MethodBase(Types::EMVA type, DataSetInfo &info, const TString &weightFile);
   ~MethodBase() override;

   // ---- what a method implements -----------------------------------------------------------------------------------
   Bool_t HasAnalysisType(Types::EAnalysisType type, UInt_t nClasses, UInt_t nTargets) override = 0;
   virtual void Init() {}
   /// Forgets what an earlier training left. Called before each training.
   virtual void Reset() {}
   virtual void DeclareOptions() = 0;
   /// Declares options that only weight files of older versions of TMVA contain; called before one is read.
   virtual void DeclareCompatibilityOptions() {}
   /// Whether an application depends on an option of the method's own. One that only a training needs keeps its default,
   /// with a warning, if a weight file has a value of it that cannot be read, such as one of a foreign library.
   virtual Bool_t IsUsedInApplication(const TString & /*option*/) const { return kTRUE; }
   /// Checks options once the analysis type is known. Called for training, not after reading a weight file.
   virtual void ProcessOptions() = 0;
   /// Learns from TrainingSample(). Throws Error.
   virtual void Train() = 0;
   /// Columns that Predict writes.
   virtual UInt_t GetNOutputs() const = 0;
   /// Outputs for n rows of *transformed* variables (row-major, n x GetNVariables()), into `outputs`
   /// (row-major, n x GetNOutputs()), memory of the caller. Outputs of a regression are transformed targets.
   virtual void Predict(const float *rows, Long64_t n, float *outputs) const = 0;
   /// Standard deviations of the outputs of Predict, in the same layout, where the method knows them (an ensemble does).
   /// The default knows none: returns false and leaves `errors` alone.
   virtual Bool_t PredictErrors(const float *rows, Long64_t n, float *errors) const;
   /// nullptr: the method has no ranking. The method keeps the object.
   const Ranking *CreateRanking() override { return nullptr; }
   using TrainingHistory_t = std::vector<std::pair<std::string, std::vector<double>>>;
   /// Figures of the epochs of the last training, by name, all of one length; written to the output file as graphs.
   /// The first one is the epoch. Empty: the method has none.
   virtual TrainingHistory_t GetTrainingHistory() const { return {}; }
   /// Response at which an event counts as signal.
   virtual Double_t GetDefaultSignalReferenceCut() const { return 0.5; }
   /// What can only be checked once all is set up or read; Factory and Reader call it last. The default throws Error
   /// (kState) if SetupMethod was not called; unknown options never come this far.
   virtual void CheckSetup();
   /// Searches, on a part of the training sample, for the values of options that give the best figure of merit on the
   /// rest of it; sets them, and returns those that are numbers by name. `fomType` is "ROCIntegral", in a regression
   /// "RMS"; `fitType` is an option string, "NumTrials=50:Parameters=LearningRate;Dropout(0..0.3)" (docs/tuning.md).
   /// TMVA's names of algorithms are accepted. The default has nothing to tune: it warns and returns nothing.
   /// Throws Error: kOption, kArgument, kData, kPython (no Optuna).
   virtual std::map<TString, Double_t> OptimizeTuningParameters(TString fomType = "ROCIntegral",
                                                                TString fitType = "FitGA");
   /// Takes over values from OptimizeTuningParameters. The default warns.
   virtual void SetTuneParameters(std::map<TString, Double_t> parameters);
   /// What OptimizeTuningParameters and SetTuneParameters have set, as it can be pasted into an option string.
   TString GetTunedOptions() const;
   /// Writes the trained method as a C++ class that needs neither ROOT nor TorchMVA, with TMVA's names: class
   /// Read<title>, a subclass of IClassifierReader, in the given file, or, without one, in GetStandaloneFileName().
   /// A method that has no standalone form (WritePrediction, MakeClassSpecific) writes nothing and says so (VERBOSE).
   /// Throws Error (kState) for a method that was not trained, Error (kMethod) for a regression or several responses,
   /// for which there is WriteStandaloneHeader, Error (kFile).
   virtual void MakeClass(const TString &file = "") const;
   /// Whether Factory calls MakeClass after training. Not for large networks, whose text has megabytes.
   virtual Bool_t WritesClassAfterTraining() const { return kTRUE; }
   /// Writes the trained method as one C++17 header that needs no library but the standard one: class `name` (a name of
   /// C++, "Read<title>" by default), for one event and for blocks, of all responses (docs/applying.md). Throws Error:
   /// kState (not trained), kMethod (no standalone form, and why), kArgument (`name` is none), kFile.
   void WriteStandaloneHeader(const TString &file, const TString &name = "") const;
   /// `<weight folder>/<job>_<title>.class.C`, as TMVA names it.
   TString GetStandaloneFileName() const;

   /// Which engine shall compute the outputs, where a method has more than one; called before a weight file is read.
   virtual void SetEngine(Types::EEngine) {}
   /// Whether Python code that a weight file names may run (docs/security.md); called before the file is read.
   virtual void SetAllowUserCode(Bool_t) {}
   /// Whether Predict runs Python: its calls then wait for each other, and one row costs as much as a thousand. A trained
   /// or loaded method knows.
   virtual Bool_t UsesPython() const { return kFALSE; }

   // ---- life cycle, called by Factory and Reader -------------------------------------------------------------------
   /// Declares the options of the base and of the method. Once.
   void SetupMethod();
   void SetAnalysisType(Types::EAnalysisType type) { fAnalysisType = type; }
   /// Parses the option string, builds the transformations, calls ProcessOptions. Throws Error (kOption).
   void ProcessSetup();
   /// Fits the transformations, calls Train, remembers the time.
   void TrainMethod();
   /// Writes the weight file under GetWeightFileName(); nothing is left under that name if it fails.
   void WriteStateToFile() const;
   /// Reads the weight file named at construction.
   void ReadStateFromFile();
   /// Reads an opened weight file: its root element.
   void ReadStateFromXML(const XmlNode &root);
   /// Reads a weight file given as text.
   void ReadStateFromXMLString(const char *xml);
   /// Computes and keeps the responses of one sample of the data set (see GetResponses).
   void AddOutput(Types::ETreeType type);
   /// Responses of AddOutput: row-major, GetNResponses() an event. Throws Error (kState) before AddOutput.
   const std::vector<Float_t> &GetResponses(Types::ETreeType type) const;
   Bool_t HasResponses(Types::ETreeType type) const;

   // ---- application ------------------------------------------------------------------------------------------------
   /// Values an event gets: 1, number of classes, or number of targets.
   UInt_t GetNResponses() const;
   /// Responses of n rows of *untransformed* variables (row-major, n x GetNVariables()) into `responses` (row-major,
   /// n x GetNResponses()). `spectators` (n x GetNSpectators()) may be null unless a transformation uses them.
   virtual void Evaluate(const float *variables, Long64_t n, float *responses,
                         const double *spectators = nullptr) const;
   /// Rows that go through transformation and Predict at a time: few enough for the scratch memory to stay in the
   /// processor's caches, enough for what a call costs not to count. More than any number: all rows of a call.
   virtual Long64_t GetBlockRows() const { return 1 << 16; }
   /// Whether the responses depend on spectators, so that Evaluate cannot do without them.
   virtual Bool_t UsesSpectators() const { return fTransformations.UsesSpectators(); }
   /// Standard deviations of the responses, laid out as those of Evaluate. False, with `errors` as it was, if the method
   /// knows none (see PredictErrors), or if responses are transformed targets. Thread safe as Evaluate.
   virtual Bool_t EvaluateErrors(const float *variables, Long64_t n, float *errors,
                                 const double *spectators = nullptr) const;

   /// Response of the current event; `errLower` and `errUpper` get its standard deviation, or -1 if there is none.
   Double_t GetMvaValue(Double_t *errLower = nullptr, Double_t *errUpper = nullptr) override;
   Double_t GetMvaValue(const Event *event, Double_t *errLower = nullptr, Double_t *errUpper = nullptr);
   /// Responses of events [first, last) of the current sample, in that order; -1 as `last`: to the end.
   virtual std::vector<Double_t> GetMvaValues(Long64_t first = 0, Long64_t last = -1, Bool_t logProgress = kFALSE);
   virtual std::vector<Double_t> GetDataMvaValues(DataSet *data, Long64_t first = 0, Long64_t last = -1,
                                                  Bool_t logProgress = kFALSE);
   virtual const std::vector<Float_t> &GetRegressionValues();
   virtual const std::vector<Float_t> &GetMulticlassValues();
   const std::vector<Float_t> &GetRegressionValues(const Event *event);
   const std::vector<Float_t> &GetMulticlassValues(const Event *event);
   /// Row-major over the current sample.
   virtual std::vector<Float_t> GetAllRegressionValues();
   virtual std::vector<Float_t> GetAllMulticlassValues();
   Bool_t IsSignalLike() { return IsSignalLike(GetMvaValue()); }
   /// Whether a response lies on the signal's side of the reference cut.
   Bool_t IsSignalLike(Double_t mva) const { return fCutOrientation * mva > fCutOrientation * fSignalReferenceCut; }

   // ---- probability and rarity (option CreateMVAPdfs) --------------------------------------------------------------
   Bool_t HasMVAPdfs() const { return fCreateMVAPdfs; }
   /// Densities of the responses of training signal and background (makes them if AddOutput(kTraining) did not).
   /// Throws Error (kState) without responses of the training sample, (kData) if a class has none.
   void CreateMVAPdfs();
   /// nullptr before CreateMVAPdfs, and after reading a weight file without them.
   const PDF *GetMVAPdf(Types::ESBType type) const;
   /// p s / (p s + (1 - p) b) for the densities s and b at the response and the prior p of signal; -1 without densities.
   virtual Double_t GetProba(Double_t mva, Double_t apriorSignal) const;
   /// The same for an event, with the share of signal in the training weights as prior (0.5 if the weight file is TMVA's,
   /// which does not say). Densities are made first if they can be.
   virtual Double_t GetProba(const Event *event);
   /// Integral of the density (background's by default) below the response: flat in [0,1] for events of that kind.
   /// 0 without densities.
   virtual Double_t GetRarity(Double_t mva, Types::ESBType reference = Types::kBackground) const;

   // ---- figures of merit, from the responses that AddOutput kept (binary classification unless said otherwise) -----
   // All throw Error (kState) before the responses exist, and as the functions of the module Evaluate.
   /// Signal efficiency at a background efficiency, spec "Efficiency:0.10", with its binomial uncertainty; without a
   /// number the area that the table is ordered by (error 0). `type` says which sample; both cut and efficiency are its.
   virtual Double_t GetEfficiency(const TString &spec, Types::ETreeType type, Double_t &error);
   /// What TMVA prints as "from training sample": the background efficiency is that of the training sample, signal
   /// efficiency and cuts are those of the test sample. For the training sample alone: GetEfficiency(spec, kTraining).
   virtual Double_t GetTrainingEfficiency(const TString &spec);
   /// |mean_S - mean_B| / sqrt(rms_S^2 + rms_B^2) of the test sample.
   virtual Double_t GetSignificance() const;
   /// 1/2 sum (s - b)^2 / (s + b), 0 (same) to 1 (disjoint), of two histograms with equal bins.
   virtual Double_t GetSeparation(TH1 *signal, TH1 *background) const;
   /// The same of two densities; without arguments those of the 40-bin histograms of the test sample.
   virtual Double_t GetSeparation(PDF *signal = nullptr, PDF *background = nullptr) const;
   /// Area under the ROC curve of two histograms with equal bins, events of one bin counting half.
   virtual Double_t GetROCIntegral(TH1D *signal, TH1D *background) const;
   /// The same of two densities; without arguments those of the 40-bin histograms of the test sample. The area without
   /// binning is Factory::GetROCIntegral.
   virtual Double_t GetROCIntegral(PDF *signal = nullptr, PDF *background = nullptr) const;
   /// The cut with the largest S / sqrt(S + B) on the test sample for expected yields before the cut.
   virtual Double_t GetMaximumSignificance(Double_t signalEvents, Double_t backgroundEvents,
                                           Double_t &maximumSignificance) const;
   /// Kolmogorov-Smirnov test of test and training responses of signal ('S') or background ('B') in 40 bins; options of
   /// TH1::KolmogorovTest. "X" draws from an own generator with a fixed seed.
   virtual Double_t GetKSTrainingVsTest(Char_t signalOrBackground, TString option = "X");
   /// Multiclass: for each class the largest efficiency x purity over cuts on its own response: its efficiency, with the
   /// purity appended to `purity`. TMVA searches cuts on all responses at once with a genetic algorithm.
   virtual std::vector<Float_t> GetMulticlassEfficiency(std::vector<std::vector<Float_t>> &purity);
   virtual std::vector<Float_t> GetMulticlassTrainingEfficiency(std::vector<std::vector<Float_t>> &purity);
   /// Signal efficiency of the class of the row at the given efficiency of the class of the column; the diagonal is NaN.
   virtual TMatrixD GetMulticlassConfusionMatrix(Double_t backgroundEfficiency, Types::ETreeType type);
   /// Regression, first target: figures of RegressionMetrics, `...T` truncated.
   virtual void TestRegression(Double_t &bias, Double_t &biasT, Double_t &deviation, Double_t &deviationT,
                               Double_t &rms, Double_t &rmsT, Double_t &mutualInformation, Double_t &mutualInformationT,
                               Double_t &correlation, Types::ETreeType type);
   /// Sets reference cut and its orientation from the test sample: the cut where signal efficiency = 1 - background
   /// efficiency.
   virtual void TestClassification();
   /// Prints efficiency and purity of GetMulticlassEfficiency.
   virtual void TestMulticlass();

   /// Sets the event of the calls without argument.
   void SetCurrentEvent(const Event &event) { fCurrentEvent = event; }
   const Event &GetCurrentEvent() const { return fCurrentEvent; }
   /// The sample that GetMvaValues() and GetEvent(i) look at; training at the beginning.
   void SetCurrentType(Types::ETreeType type) { fCurrentType = type; }
   Types::ETreeType GetCurrentType() const { return fCurrentType; }

   // ---- names and properties ---------------------------------------------------------------------------------------
   const TString &GetJobName() const { return fJobName; }
   const TString &GetMethodName() const { return fMethodTitle; }
   const char *GetName() const override { return fMethodTitle; }
   TString GetMethodTypeName() const { return Types::Instance().GetMethodName(fMethodType); }
   Types::EMVA GetMethodType() const { return fMethodType; }
   TString GetTestvarName() const { return "MVA_" + fMethodTitle; }
   TString GetProbaName() const { return GetTestvarName() + "_Proba"; }
   /// Another type than the class was made for: what the plugin manager makes is of type kPlugins, so that a Reader
   /// finds it there.
   void SetMethodType(Types::EMVA type) { fMethodType = type; }
   TString GetWeightFileName() const;
   /// `~` and `$NAME` in `path` and `dir` are expanded here, and nowhere later.
   void SetWeightFileName(const TString &path);
   const TString &GetWeightFileDir() const { return fWeightFileDir; }
   void SetWeightFileDir(const TString &dir);
   /// SetWeightFileDir for a folder of which nothing is to be expanded: the name of a data set may have `~` and `$`.
   void SetLiteralWeightFileDir(const TString &dir) { fWeightFileDir = dir; }
   void SetModelPersistence(Bool_t on) { fModelPersistence = on; }
   Bool_t IsModelPersistence() const { return fModelPersistence; }
   /// TMVA's other name of the model persistence: no weight file is written, and none is read back.
   void DisableWriting(Bool_t disable) { fModelPersistence = !disable; }
   /// The output file and the method's folder in it (<dataset>/Method_<Type>/<Title>), set by Factory when training
   /// begins; nullptr without an output file. Not owned.
   void SetFile(TFile *file) { fFile = file; }
   TFile *GetFile() const { return fFile; }
   void SetSilentFile(Bool_t silent) { fSilentFile = silent; }
   Bool_t IsSilentFile() const { return fSilentFile || !fFile; }
   void SetBaseDir(TDirectory *directory) { fBaseDir = directory; }
   TDirectory *BaseDir() const { return fBaseDir; }
   /// The folder of all methods of this type: <dataset>/Method_<Type>.
   TDirectory *MethodBaseDir() const;
   /// TMVA's release in the weight file that was read ("4.2.1" and 262657), or that will be written.
   TString GetTrainingTMVAVersionString() const;
   UInt_t GetTrainingTMVAVersionCode() const;
   UInt_t GetNvar() const { return fDataSetInfo.GetNVariables(); }
   UInt_t GetNVariables() const { return fDataSetInfo.GetNVariables(); }
   UInt_t GetNTargets() const { return fDataSetInfo.GetNTargets(); }
   const TString &GetInputVar(Int_t i) const { return fDataSetInfo.GetVariableInfo(i).GetInternalName(); }
   const TString &GetInputLabel(Int_t i) const { return fDataSetInfo.GetVariableInfo(i).GetLabel(); }
   const TString &GetInputTitle(Int_t i) const { return fDataSetInfo.GetVariableInfo(i).GetTitle(); }
   /// Range, mean and RMS of an untransformed variable on the training sample, by index or internal name.
   Double_t GetXmin(Int_t i) const { return fDataSetInfo.GetVariableInfo(i).GetMin(); }
   Double_t GetXmax(Int_t i) const { return fDataSetInfo.GetVariableInfo(i).GetMax(); }
   Double_t GetMean(Int_t i) const { return fDataSetInfo.GetVariableInfo(i).GetMean(); }
   Double_t GetRMS(Int_t i) const { return fDataSetInfo.GetVariableInfo(i).GetRMS(); }
   Double_t GetXmin(const TString &variable) const { return GetXmin(fDataSetInfo.FindVarIndex(variable)); }
   Double_t GetXmax(const TString &variable) const { return GetXmax(fDataSetInfo.FindVarIndex(variable)); }
   Bool_t DoRegression() const { return fAnalysisType == Types::kRegression; }
   Bool_t DoMulticlass() const { return fAnalysisType == Types::kMulticlass; }
   Types::EAnalysisType GetAnalysisType() const { return fAnalysisType; }
   DataSetInfo &DataInfo() const { return fDataSetInfo; }
   DataSet *Data() const { return fDataSetInfo.GetDataSet(); }
   /// Transformed event i of the current sample.
   Event GetEvent(Long64_t i) const { return GetEvent(i, fCurrentType); }
   Event GetEvent(Long64_t i, Types::ETreeType type) const;
   Event GetTrainingEvent(Long64_t i) const { return GetEvent(i, Types::kTraining); }
   Event GetTestingEvent(Long64_t i) const { return GetEvent(i, Types::kTesting); }
   /// All transformed events of a sample as objects, for code written for TMVA; methods that care for speed use
   /// TrainingSample(). The method keeps them until the next call, training or reading.
   const std::vector<Event *> &GetEventCollection(Types::ETreeType type);
   Long64_t GetNEvents() const { return Data()->GetNEvents(fCurrentType); }
   const TransformPipeline &GetTransformations() const { return fTransformations; }
   Double_t GetSignalReferenceCut() const { return fSignalReferenceCut; }
   void SetSignalReferenceCut(Double_t cut) { fSignalReferenceCut = cut; }
   /// +1: signal lies above the reference cut; -1: below.
   Double_t GetSignalReferenceCutOrientation() const { return fCutOrientation; }
   void SetSignalReferenceCutOrientation(Double_t orientation) { fCutOrientation = orientation < 0 ? -1 : 1; }
   Double_t GetTrainTime() const { return fTrainTime; }
   Double_t GetTestTime() const { return fTestTime; }
   Bool_t IsVerbose() const { return fVerbose; }
   /// Lines below this are not written, whatever V and VerbosityLevel say. Takes effect with the options.
   void SetMinLogType(EMsgType type) { fMinLogType = type; }
   void PrintHelpMessage() const override;
   /// What a user should know of this type of method, without its options: several lines of text.
   virtual std::string GetHelpText() const { return ""; }
   /// What PrintHelpMessage prints: the text about this type, its own options, the options of every method.
   std::string GetHelpPage() const;
   /// Options that every method has (those of the MVA PDFs if they are wanted), and those that only this one has.
   std::vector<OptionInfo> GetBaseOptionInfos() const;
   std::vector<OptionInfo> GetOwnOptionInfos() const;

protected:
   /// Writes and reads what the method has learnt: the element `<Weights>`, which a file by TMVA may lack (false handle).
   virtual void AddWeightsXMLTo(const XmlNode &weights) const = 0;
   virtual void ReadWeightsFromXML(const XmlNode &weights) = 0;
   /// The method's part of the standalone class `className`, as in TMVA: first the private data members, the `};` that
   /// ends the class, then the definitions of its functions `void Initialize()`, `void Clear()` and
   /// `double GetMvaValue__(const std::vector<double> &inputs) const` (the inputs are transformed). Writing nothing,
   /// the default, says that the method has no standalone form.
   virtual void MakeClassSpecific(std::ostream &out, const TString &className) const;
   /// What MakeClassSpecific needs before the class: includes and helper classes. The default writes nothing.
   virtual void MakeClassSpecificHeader(std::ostream &out, const TString &className) const;
   /// Predict as C++17 for WriteStandaloneHeader and MakeClass, instead of MakeClassSpecific: tables, and
   /// `template <int L> inline void Predict(float *x, float *y)` for L events side by side (StandaloneCode.hxx), from
   /// GetNVariables() transformed values, which it may change, to GetNOutputs() outputs. False, the default: the method
   /// has no standalone form; `why`, if not null, gets the reason.
   virtual Bool_t WritePrediction(Internal::StandaloneCode &code, std::string *why) const;
   /// Files that belong to the weight file (model beside it) are written relative to this folder.
   std::string GetWeightFolder() const;

   /// Training sample after the transformations, valid inside Train(); views only, no copy. With
   /// IgnoreNegWeightsInTraining its negative weights are 0.
   const Sample &TrainingSample() const { return fTrainingSample; }
   /// For OptimizeTuningParameters: parses `fitType`, calls `search` with TrainingSample() valid, and takes over what it
   /// returns, names and values of options. Returns the numbers among them.
   std::map<TString, Double_t>
   Tune(const TString &figure, const TString &fitType,
        const std::function<std::vector<std::pair<std::string, std::string>>(const Internal::SearchRequest &)> &search);
   /// Sets options by name and processes them.
   void TakeOver(const std::vector<std::pair<std::string, std::string>> &values);
   /// The same for SetTuneParameters.
   void TakeOver(const std::map<TString, Double_t> &values);
   /// Responses of one sample, row-major: what AddOutput keeps.
   virtual std::vector<Float_t> EvaluateSample(const Sample &sample) const;
   /// Column of the outputs that is the response in classification: signal class, or 0 for a single output.
   UInt_t GetSignalColumn() const;

   Types::EAnalysisType fAnalysisType = Types::kNoAnalysisType;

private:
   void DeclareBaseOptions();
   void ApplyVerbosity();
   /// Fits the transformations, calls `use` with TrainingSample() valid.
   void WithTrainingSample(const std::function<void()> &use);
   /// Restores option values of a weight file.
   void ReadOptions(const std::vector<OptionInfo> &options);
   /// Evaluates one block that is small enough for the scratch memory.
   void EvaluateBlock(const float *variables, Long64_t n, float *responses, const double *spectators) const;
   /// Responses of transformed rows; of a regression, transformed targets.
   void PredictResponses(const float *rows, Long64_t n, float *responses) const;
   const std::vector<Float_t> &EvaluateCurrentEvent();
   /// Makes the text of `space`, the namespace of a standalone header: transformations, prediction, responses. False, with
   /// `why`: there is no standalone form.
   bool MakeStandaloneCode(const std::string &space, std::string &text, std::string &why) const;
   std::string StandaloneComment() const;
   void WriteStateTo(const XmlNode &root) const;
   /// The option CreateMVAPdfs adds those of the densities; called with the option string still unparsed.
   void DeclarePdfOptions();
   /// Options that the weight file keeps: all but those of the densities, which are in the densities' elements.
   std::vector<OptionInfo> GetStateOptions() const;
   void WriteMVAPdfs(const XmlNode &node) const;
   void ReadMVAPdfs(const XmlNode &node);
   /// Responses of a sample with weights and classes.
   ScoredSample Scored(Types::ETreeType type) const;
   /// Densities of the 40-bin histograms of the test sample.
   std::pair<PDF, PDF> MakeTestPdfs() const;

   TString fJobName;
   TString fMethodTitle;
   Types::EMVA fMethodType;
   DataSetInfo &fDataSetInfo;
   TString fWeightFile;
   TString fWeightFileDir;
   Bool_t fModelPersistence = kTRUE;

   Bool_t fVerbose = kFALSE;
   TString fVerbosityLevel = "Default";
   EMsgType fMinLogType = kDEBUG;
   TString fVarTransformString = "None";
   Bool_t fIgnoreNegWeightsInTraining = kFALSE;
   Bool_t fHelp = kFALSE;
   Bool_t fCreateMVAPdfs = kFALSE;
   std::unique_ptr<MvaPdfs> fMvaPdfs; //!

   TransformPipeline fTransformations; //!
   Sample fTrainingSample;             //!
   std::vector<Float_t> fTrainingResponses;
   std::vector<Float_t> fTestResponses;
   Bool_t fHasTrainingResponses = kFALSE;
   Bool_t fHasTestResponses = kFALSE;
   Event fCurrentEvent;
   Types::ETreeType fCurrentType = Types::kTraining;
   std::vector<Float_t> fCurrentResponses;
   std::map<std::string, std::string> fTunedOptions; ///< found by a search
   Double_t fSignalReferenceCut = 0.5;
   Double_t fCutOrientation = 1;
   Double_t fTrainTime = 0;
   Double_t fTestTime = 0;
   Long64_t fNTrainingEvents = 0;
   std::string fTMVARelease; ///< of the weight file that was read
   TFile *fFile = nullptr;   ///< not owned
   Bool_t fSilentFile = kFALSE;
   TDirectory *fBaseDir = nullptr;      ///< belongs to the file
   std::vector<Event> fEventCollection; //!
   std::vector<Event *> fEventPointers; //!
   Bool_t fIsSetUp = kFALSE;
   std::size_t fNBaseOptions = 0; ///< declared first
   std::size_t fNOwnOptions = 0;  ///< declared next
};

} // namespace TorchMVA

#endif
