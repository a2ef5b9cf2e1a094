#ifndef TORCHMVA_SRC_PYTORCH_TORCHSESSION_HXX
#define TORCHMVA_SRC_PYTORCH_TORCHSESSION_HXX

#include "RtypesCore.h"
#include "Method/SearchOptions.hxx"
#include "TorchMVA/Network/NetworkDescription.hxx"
#include "TorchMVA/Core/Configurable.hxx"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Row-major elements that Python may look at, and who keeps them alive (null: only during the call).
template <typename T>
struct Buffer {
   const T *fData = nullptr;
   Long64_t fRows = 0;
   Long64_t fColumns = 0;
   std::shared_ptr<const void> fOwner;
};

/// What the data look like.
struct SessionShape {
   int fNVariables = 0;
   std::string fKind; ///< "Classification", "Multiclass" or "Regression"
   int fNOutputs = 0; ///< number of classes or targets
   int fSignalColumn = 0;
};

struct SetupRequest {
   std::vector<OptionInfo> fOptions; ///< of the method; the Python side takes those that it knows
   std::string fWeightFolder;
};

struct TrainRequest {
   Buffer<float> fInputs;                   ///< events x variables
   std::vector<std::string> fVariableNames; ///< of its columns; empty if these are mixtures of variables
   Buffer<float> fTargets;                  ///< events x targets; regression
   Buffer<int> fClasses;                    ///< events x 1; otherwise
   Buffer<float> fWeights;                  ///< events x 1
   Buffer<double> fSpectators;              ///< events x spectators
   std::vector<std::string> fSpectatorNames;
   Long64_t fNValidation = 0;
   std::vector<Long64_t> fTrainingRows;   ///< empty: all but the last fNValidation
   std::vector<Long64_t> fValidationRows; ///< empty: the last fNValidation
   bool fProgress = true;
   std::string fHistoryFile; ///< JSON of the epochs; empty: none
};

/// What a training left beside the model.
struct TrainResult {
   int fNOutputs = 0;                                                 ///< columns of the model's output
   std::string fTrainedFile;                                          ///< as it was written; empty: none
   std::vector<std::pair<std::string, std::vector<double>>> fHistory; ///< figures of the epochs, by name
};

struct LoadRequest {
   std::string fUserCode;
   std::string fUserCodeSha256; ///< of the file at the training; empty: unknown
   std::string fWeightFolder;
   std::string fWeightFile;
   std::string fText; ///< embedded model: zlib + base64
   std::string fSha256;
   Long64_t fSize = 0;
   std::vector<std::string> fFiles; ///< where the model may be instead, first choice first
   int fNOutputs = 0;               ///< 0: unknown
   std::string fPrediction;         ///< "Default" or "User"; empty: unknown
   bool fAllowUserCode = false;     ///< the caller allows code that the weight file names
   int fGeneration = 0;             ///< number of this reading of a weight file
};

/// A trained model for a weight file.
struct ExportedModel {
   std::string fFormat; ///< "TorchScript" or "torch.export"
   std::string fSha256;
   Long64_t fSize = 0;
   std::string fText;           ///< zlib + base64; empty if it is larger than the limit for embedding
   std::string fPrediction;     ///< "User" if only the user's predict_func gives the outputs, else "Default"
   std::string fUserCodeSha256; ///< empty: no user code
   /// The model as a list of operations, for the engine of the host; it gives what the model gives, which is not what
   /// the method gives if fPrediction is "User".
   std::optional<NetworkDescription> fNetwork;
   /// The same for the standard deviation of the outputs of an ensemble (PredictSpread).
   std::optional<NetworkDescription> fSpreadNetwork;
   std::string fSlowPart;     ///< what of fNetwork torch evaluates faster; empty: nothing
   std::string fWhyNoNetwork; ///< the operator that cannot be said in operations, and its layer
   bool fIsDouble = false;    ///< the model computes in double precision, the engine of the host in single precision
};

/// The network of one method on the Python side. The Bridge implements it; nothing of Python shows.
///
/// Every call takes the GIL itself and throws Error. Load, Predict and Export may be called from several threads.
class TorchSession {
public:
   virtual ~TorchSession() = default;
   /// Runs the user code, reads the dictionary, loads the model, checks that it fits.
   virtual void Setup(const SetupRequest &request) = 0;
   virtual TrainResult Train(const TrainRequest &request) = 0;
   /// Searches for better options; nothing else changes.
   virtual SearchResult_t Tune(const TrainRequest &request, const SearchRequest &search) = 0;
   /// Loads a trained model unless that is done; gives the number of output columns.
   virtual int Load(const LoadRequest &request) = 0;
   /// Outputs of inputs.fRows rows into `outputs` (row-major, nOutputs columns). If the user's function predicts, it
   /// gets a copy of the inputs.
   virtual void Predict(const Buffer<float> &inputs, float *outputs, int nOutputs) = 0;
   /// The same for the standard deviations of the outputs; false unless the model is an ensemble.
   virtual bool PredictSpread(const Buffer<float> &inputs, float *outputs, int nOutputs) = 0;
   /// Whether Predict calls a function of the user; known after Train or Load.
   virtual bool UsesPredictFunc() const = 0;
   virtual ExportedModel Export() = 0;
};

/// Receives log lines: an EMsgType and a text.
using LogFunction_t = std::function<void(int, const std::string &)>;

struct TreeTrainingRequest;
struct TreeTrainingResult;

/// What the extension module torchmva._bridge can do. The functions throw Error.
struct BridgeFunctions {
   std::unique_ptr<TorchSession> (*fMakeSession)(const SessionShape &shape, LogFunction_t log) = nullptr;
   void (*fPrepareTrees)() = nullptr;
   void (*fTrainTrees)(const TreeTrainingRequest &request, TreeTrainingResult &result) = nullptr;
   SearchResult_t (*fTuneTrees)(const TreeTrainingRequest &request, const SearchRequest &search) = nullptr;
};

/// Called by that module when it is imported, with functions that live as long as the process.
void RegisterBridge(const BridgeFunctions &functions);
/// Starts or joins Python, imports the bridge, makes a session. Throws Error (kPython). Thread safe.
std::unique_ptr<TorchSession> MakeSession(const SessionShape &shape, LogFunction_t log);

} // namespace Internal
} // namespace TorchMVA

#endif
