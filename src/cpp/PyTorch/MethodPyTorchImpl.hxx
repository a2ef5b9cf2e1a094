#ifndef TORCHMVA_SRC_PYTORCH_METHODPYTORCHIMPL_HXX
#define TORCHMVA_SRC_PYTORCH_METHODPYTORCHIMPL_HXX

#include "PyTorch/PyTorchOptions.hxx"
#include "PyTorch/TorchSession.hxx"
#include "TorchMVA/Network/Network.hxx"
#include "TorchMVA/PyTorch/MethodPyTorch.hxx"

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace TorchMVA {

namespace Internal {
/// In <Weights>: the element with the network of the spread of an ensemble, and the attributes that say why there is none
/// of the model, and what of it torch evaluates faster.
constexpr const char *kSpread = "SpreadOfEnsemble";
constexpr const char *kNotNative = "NotNative";
constexpr const char *kSlowPart = "SlowPart";
} // namespace Internal

/// What the method keeps beside its options. Written by set-up, training and reading; Predict reads it from any thread.
struct MethodPyTorch::Impl {
   ~Impl() { delete fSession.load(); }

   /// The session, made on first use. No lock: waiting for the GIL with one held could deadlock.
   Internal::TorchSession &Session(const MethodPyTorch &method)
   {
      Internal::TorchSession *session = fSession.load(std::memory_order_acquire);
      if (session)
         return *session;
      Internal::SessionShape shape;
      shape.fNVariables = method.GetNVariables();
      shape.fKind = Types::GetAnalysisTypeName(method.GetAnalysisType());
      shape.fNOutputs = method.DoRegression() ? method.GetNTargets() : method.DataInfo().GetNClasses();
      shape.fSignalColumn = method.DataInfo().GetSignalClassIndex();
      std::unique_ptr<Internal::TorchSession> made = Internal::MakeSession(shape, fLog);
      if (fSession.compare_exchange_strong(session, made.get(), std::memory_order_acq_rel))
         return *made.release();
      return *session;
   }

   /// The network that predicts; nullptr: Python does.
   const Network *Native() const { return fNetwork && !fPrefersPython ? &*fNetwork : nullptr; }
   /// True if SetEngine or, if that is Auto, the option Engine requests Python.
   bool RequestsPython() const
   {
      return (fEngine == Types::kAutoEngine ? Types::GetEngine(fOptions.fEngine) : fEngine) == Types::kPythonEngine;
   }
   /// The network for code that runs without Python, however fast torch is.
   const Network *Expressible() const { return fNetwork && !RequestsPython() ? &*fNetwork : nullptr; }

   std::atomic<Internal::TorchSession *> fSession{nullptr};
   std::atomic<bool> fIsReady{false}; ///< a trained model is in the session
   std::atomic<int> fNOutputs{0};     ///< 0: not known yet
   Internal::LogFunction_t fLog;
   Internal::LoadRequest fSource; ///< of the model, as the weight file says
   Internal::PyTorchOptions fOptions;
   bool fAllowUserCode = false; ///< by the reading side
   std::string fTrainedFile;    ///< as the training wrote it; empty: none, or not trained here
   TrainingHistory_t fHistory;
   std::optional<Internal::ExportedModel> fExported; ///< of the last training
   Types::EEngine fEngine = Types::kAutoEngine;      ///< as the reading side wants it
   /// By fEngine, or, if that is Auto, by the option Engine, or, if that is Auto too, by fSlowPart.
   std::atomic<bool> fPrefersPython{false};
   // the native form of the trained model, whether it predicts or not; written as fIsReady is
   std::optional<Network> fNetwork;
   std::optional<Network> fSpreadNetwork; ///< of an ensemble
   std::string fWhyNoNetwork;
   std::string fSlowPart; ///< what of fNetwork torch evaluates faster; empty: nothing
};

} // namespace TorchMVA

#endif
