#ifndef TORCHMVA_READER_HXX
#define TORCHMVA_READER_HXX

#include "TString.h"
#include "TorchMVA/Core/Configurable.hxx"
#include "TorchMVA/Core/Types.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Method/IMethod.hxx"
#include "TorchMVA/Method/MethodBase.hxx"
#include "TorchMVA/Version.hxx"

#include <atomic>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace TorchMVA {

class MethodCuts;
class XmlNode;

/// Applies trained methods to events: reads weight files and evaluates them on the user's variables.
///
/// Variables are declared with the address of a number each, in the order and with the expressions of the training; the
/// reader keeps the address only. EvaluateMVA() then uses the values that stand there. Or values are passed as a vector,
/// or as a block of rows (EvaluateBatch). All calls throw Error. Not thread safe but for EvaluateBatch, which is const.
/// More in docs/applying.md.
class Reader : public Configurable {
public:
   /// Options: docs/options.md.
   explicit Reader(const TString &options = "", Bool_t verbose = kFALSE);
   /// With variable names instead of AddVariable.
   Reader(std::vector<std::string> &variables, const TString &options = "", Bool_t verbose = kFALSE);
   Reader(std::vector<TString> &variables, const TString &options = "", Bool_t verbose = kFALSE);
   /// "v1:v2:v3". The options are a `const char *`, so that text is not taken for the `verbose` of the first form.
   Reader(const std::string &variables, const char *options, Bool_t verbose = kFALSE);
   Reader(const TString &variables, const char *options, Bool_t verbose = kFALSE);
   /// {"v1", "v2", "v3"}, which would be taken for the two ends of a text.
   Reader(std::initializer_list<const char *> variables, const char *options, Bool_t verbose = kFALSE);
   /// Two literals. A null pointer, such as the `0` of Reader("!Color", 0), leaves one text: the options.
   Reader(const char *variables, const char *options, Bool_t verbose = kFALSE);
   ~Reader() override;

   /// A variable, whose value stands at an address of any type of number. It becomes a float, as in the training. A null
   /// pointer declares the expression only.
   void AddVariable(const TString &expression, Float_t *address) { DeclareVariable(expression, address); }
   void AddVariable(const TString &expression, Double_t *address) { DeclareVariable(expression, address); }
   void AddVariable(const TString &expression, Bool_t *address) { DeclareVariable(expression, address); }
   void AddVariable(const TString &expression, Char_t *address) { DeclareVariable(expression, address); }
   void AddVariable(const TString &expression, signed char *address) { DeclareVariable(expression, address); }
   void AddVariable(const TString &expression, UChar_t *address) { DeclareVariable(expression, address); }
   void AddVariable(const TString &expression, Short_t *address) { DeclareVariable(expression, address); }
   void AddVariable(const TString &expression, UShort_t *address) { DeclareVariable(expression, address); }
   void AddVariable(const TString &expression, Int_t *address) { DeclareVariable(expression, address); }
   void AddVariable(const TString &expression, UInt_t *address) { DeclareVariable(expression, address); }
   void AddVariable(const TString &expression, Long_t *address) { DeclareVariable(expression, address); }
   void AddVariable(const TString &expression, ULong_t *address) { DeclareVariable(expression, address); }
   void AddVariable(const TString &expression, Long64_t *address) { DeclareVariable(expression, address); }
   void AddVariable(const TString &expression, ULong64_t *address) { DeclareVariable(expression, address); }
   /// A spectator. It becomes a double, as in the training: whole numbers are exact up to 2^53.
   void AddSpectator(const TString &expression, Float_t *address) { DeclareSpectator(expression, address); }
   void AddSpectator(const TString &expression, Double_t *address) { DeclareSpectator(expression, address); }
   void AddSpectator(const TString &expression, Bool_t *address) { DeclareSpectator(expression, address); }
   void AddSpectator(const TString &expression, Char_t *address) { DeclareSpectator(expression, address); }
   void AddSpectator(const TString &expression, signed char *address) { DeclareSpectator(expression, address); }
   void AddSpectator(const TString &expression, UChar_t *address) { DeclareSpectator(expression, address); }
   void AddSpectator(const TString &expression, Short_t *address) { DeclareSpectator(expression, address); }
   void AddSpectator(const TString &expression, UShort_t *address) { DeclareSpectator(expression, address); }
   void AddSpectator(const TString &expression, Int_t *address) { DeclareSpectator(expression, address); }
   void AddSpectator(const TString &expression, UInt_t *address) { DeclareSpectator(expression, address); }
   void AddSpectator(const TString &expression, Long_t *address) { DeclareSpectator(expression, address); }
   void AddSpectator(const TString &expression, ULong_t *address) { DeclareSpectator(expression, address); }
   void AddSpectator(const TString &expression, Long64_t *address) { DeclareSpectator(expression, address); }
   void AddSpectator(const TString &expression, ULong64_t *address) { DeclareSpectator(expression, address); }

   /// Reads a weight file under a tag of any spelling. Throws Error: tag taken (kState), file missing (kFile), damaged,
   /// or of other variables (kWeightFile).
   IMethod *BookMVA(const TString &tag, const TString &weightFile);
   /// From the text of a weight file; the tag is the name of the method type.
   IMethod *BookMVA(Types::EMVA type, const char *xml);
   /// nullptr if there is no such tag.
   IMethod *FindMVA(const TString &tag) const;
   /// nullptr with a warning: there is no method of cuts (kCuts).
   MethodCuts *FindCutsMVA(const TString &tag) const;

   /// Response of the values at the declared addresses; for a regression the first target in its own units.
   /// A NaN among the inputs gives -999 (in all responses) and an error line, as in TMVA.
   Double_t EvaluateMVA(const TString &tag, Double_t aux = 0);
   Double_t EvaluateMVA(MethodBase *method, Double_t aux = 0);
   Double_t EvaluateMVA(const std::vector<Float_t> &variables, const TString &tag, Double_t aux = 0);
   Double_t EvaluateMVA(const std::vector<Double_t> &variables, const TString &tag, Double_t aux = 0);
   /// Values in braces: EvaluateMVA({m_jj, pt}, "Net").
   Double_t EvaluateMVA(std::initializer_list<Double_t> variables, const TString &tag, Double_t aux = 0);
   const std::vector<Float_t> &EvaluateRegression(const TString &tag, Double_t aux = 0);
   const std::vector<Float_t> &EvaluateRegression(MethodBase *method, Double_t aux = 0);
   Float_t EvaluateRegression(UInt_t target, const TString &tag, Double_t aux = 0);
   const std::vector<Float_t> &EvaluateMulticlass(const TString &tag, Double_t aux = 0);
   const std::vector<Float_t> &EvaluateMulticlass(MethodBase *method, Double_t aux = 0);
   Float_t EvaluateMulticlass(UInt_t cls, const TString &tag, Double_t aux = 0);
   /// Probability of signal at prior `apriorSignal`, and rarity (MethodBase::GetProba, GetRarity), of a response, or of
   /// the values at the declared addresses if none is given. A NaN among those gives -999 and an error line; -1 and 0 if
   /// the method was trained without CreateMVAPdfs.
   Double_t GetProba(const TString &tag, Double_t apriorSignal = 0.5, Double_t mva = -9999999);
   Double_t GetRarity(const TString &tag, Double_t mva = -9999999);
   /// n rows of variables (row-major, n x number of variables) into `responses`, memory of the caller: n x 1 for
   /// classification, n x classes for multiclass, n x targets for regression. The numbers of single events, also the
   /// -999 of a row with a NaN; one error line a call says how many rows have one. `spectators` (row-major, n x number
   /// of spectators) are for methods that look at them: those of a cross-validation, and transformations that take
   /// them. Thread safe, also while other threads evaluate; not while one books. Throws Error: no such tag (kState),
   /// n < 0 or a null pointer (kArgument).
   void EvaluateBatch(const TString &tag, const Float_t *variables, Long64_t n, Float_t *responses,
                      const Double_t *spectators = nullptr) const;
   /// Responses per event of a tag: 1, number of classes or number of targets.
   UInt_t GetNResponses(const TString &tag) const;
   /// Variables and spectators of the method of a tag, declared or from its weight file. Throws Error (kState).
   UInt_t GetNVariables(const TString &tag) const;
   UInt_t GetNSpectators(const TString &tag) const;
   /// The tags that are booked, in alphabetical order.
   std::vector<std::string> GetTags() const;
   /// Absolute path of the weight file of a tag; empty for one that was read from text. Throws Error (kState).
   const std::string &GetWeightFile(const TString &tag) const;

   /// The method of a tag as one C++17 header without dependencies: MethodBase::WriteStandaloneHeader.
   void WriteStandaloneHeader(const TString &tag, const TString &file, const TString &name = "") const;

   /// Standard deviation of the last response of EvaluateMVA, with option `Error` and a method that knows one (an
   /// ensemble of PyTorch networks: the spread of its members); else -1.
   Double_t GetMVAError() const { return fMvaErrorLower; }
   Double_t GetMVAErrorLower() const { return fMvaErrorLower; }
   Double_t GetMVAErrorUpper() const { return fMvaErrorUpper; }
   const char *GetName() const override { return "Reader"; }
   Bool_t Verbose() const { return fVerbose; }
   void SetVerbose(Bool_t on) { fVerbose = on; }
   const DataSetInfo &DataInfo() const { return fDataSetInfo; }
   DataSetInfo &DataInfo() { return fDataSetInfo; }

private:
   /// A booked method with the data set it was trained on: methods of one reader may have other classes and targets.
   struct Booked {
      std::string fWeightFile; ///< absolute path
      std::unique_ptr<DataSetInfo> fInfo;
      std::unique_ptr<MethodBase> fMethod; ///< after fInfo: goes first
   };
   /// Where a number of some type stands.
   struct NumberAddress {
      const void *fAddress = nullptr;
      Double_t (*fRead)(const void *address) = nullptr; ///< null for a float

      Double_t Read() const { return fRead ? fRead(fAddress) : *static_cast<const Float_t *>(fAddress); }
   };
   template <typename T>
   static NumberAddress AddressOf(const T *address)
   {
      if constexpr (std::is_same_v<T, Float_t>)
         return {address, nullptr};
      else
         return {address, [](const void *at) { return static_cast<Double_t>(*static_cast<const T *>(at)); }};
   }
   template <typename T>
   void DeclareVariable(const TString &expression, const T *address)
   {
      fDataSetInfo.AddVariable(expression);
      fVariableAddresses.push_back(AddressOf(address));
   }
   template <typename T>
   void DeclareSpectator(const TString &expression, const T *address)
   {
      fDataSetInfo.AddSpectator(expression);
      fSpectatorAddresses.push_back(AddressOf(address));
   }
   void DeclareReaderOptions(Bool_t verbose);
   /// Warns of an option string that is only a name, and forgets it: TMVA ignores it.
   void IgnoreName();
   const Booked &RequireBooked(const TString &tag, const char *caller) const;
   void AddNames(const std::vector<TString> &variables);
   void RequireFree(const TString &tag) const;
   IMethod *Book(const TString &tag, const XmlNode &root, const TString &weightFile);
   MethodBase &Require(const TString &tag, const char *caller) const;
   MethodBase &Require(MethodBase *method, const char *caller) const;
   /// The same; the tag of the call before is found without a search.
   MethodBase &RequireNow(const TString &tag, const char *caller);
   /// Copies the values at the declared addresses.
   void ReadInputs(const char *caller);
   template <typename T>
   void CopyInputs(const T &variables);
   /// The copied spectators if the method can use them, else null.
   const Double_t *SpectatorsFor(const MethodBase &method) const;
   /// An error line about events with a NaN, the first ten times.
   void ReportNaN(const std::string &text) const;
   /// `given`, or the response of the values at the declared addresses; false if that is not a number.
   Bool_t FindResponse(MethodBase &method, Double_t given, Double_t &mva, const char *caller);
   /// Evaluates the copied values; a NaN among them gives -999 everywhere.
   const std::vector<Float_t> &EvaluateInputs(const MethodBase &method);
   /// The first response to the copied values, and its error if that is asked for.
   Double_t EvaluateFirst(const MethodBase &method);

   DataSetInfo fDataSetInfo;
   std::vector<NumberAddress> fVariableAddresses;  //!
   std::vector<NumberAddress> fSpectatorAddresses; //!
   std::vector<Float_t> fValues;
   std::vector<Double_t> fSpectators;
   std::vector<Float_t> fResponses;
   std::map<TString, Booked> fMethods; //!
   const TString *fLastTag = nullptr;  //! of the last event: the key in fMethods
   MethodBase *fLastMethod = nullptr;  //! under it
   Bool_t fHasNaN = kFALSE;            ///< the last event of EvaluateInputs()
   Bool_t fVerbose = kFALSE;
   Bool_t fSilent = kFALSE;
   TString fEngine = "Auto";
   Bool_t fAllowUserCode = kFALSE;
   Bool_t fColor = kTRUE;
   Bool_t fCalculateError = kFALSE;
   Double_t fMvaErrorLower = -1;
   Double_t fMvaErrorUpper = -1;
   mutable std::atomic<Long64_t> fNNaNLines{0}; //!
};

} // namespace TorchMVA

#endif
