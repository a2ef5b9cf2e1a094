// The declaration of MethodPyTorch's options: names, allowed values, meanings.

#include "PyTorch/PyTorchOptions.hxx"

#include "PyTorch/MethodPyTorchImpl.hxx"

namespace TorchMVA {

void MethodPyTorch::DeclareOptions()
{
   DeclareModelOptions();
   DeclareWeightOptions();
   DeclareLoopOptions();
   DeclarePhysicsOptions();
}

void MethodPyTorch::DeclareModelOptions()
{
   Internal::PyTorchOptions &o = fImpl->fOptions;
   DeclareOptionRef(o.fFilenameModel, "FilenameModel",
                    "Model to train, a TorchScript (.pt) or torch.export (.pt2) file; without it the model of the user "
                    "code, else one made of Layout");
   DeclareOptionRef(o.fFilenameTrainedModel, "FilenameTrainedModel",
                    "File for the trained model; the ending .pt asks for TorchScript, .pt2 for torch.export (default: "
                    "TrainedModel_<title> beside the weight file)");
   DeclareOptionRef(o.fUserCode, "UserCode", "Python file that defines load_model_custom_objects; runs at booking");
   DeclareOptionRef(o.fEngine, "Engine",
                    "What applies the trained model, unless a Reader says otherwise: Python, or Auto: inside the "
                    "library if it can be expressed there");
   AddPreDefVal("Auto");
   AddPreDefVal("Python");
   DeclareOptionRef(o.fLayout, "Layout", "Widths of the hidden layers of the network that is made without a model");
   DeclareOptionRef(o.fActivation, "Activation",
                    "Activation function of that network; Auto: ReLU, in a regression SiLU");
   for (const char *name : {"Auto", "ReLU", "LeakyReLU", "ELU", "SELU", "GELU", "SiLU", "Tanh", "Sigmoid"})
      AddPreDefVal(name);
   DeclareOptionRef(o.fBatchNorm, "BatchNorm", "Batch normalisation in its hidden layers");
   DeclareOptionRef(o.fDropout, "Dropout", "Probability of dropping a hidden unit while training");
   DeclareOptionRef(o.fResidual, "Residual", "Add the input of a hidden layer to its output where widths agree");
   DeclareOptionRef(o.fStandardiseInputs, "StandardiseInputs",
                    "Its first layer subtracts the mean of each variable and divides by its standard deviation");
}

void MethodPyTorch::DeclareWeightOptions()
{
   Internal::PyTorchOptions &o = fImpl->fOptions;
   DeclareOptionRef(o.fNegativeWeights, "NegativeWeights",
                    "Events of negative weight in the loss: with their sign, with weight 0, or with the modulus");
   for (const char *name : {"Keep", "Ignore", "Absolute"})
      AddPreDefVal(name);
   DeclareOptionRef(
      o.fClassWeights, "ClassWeights",
      "Factors on the weights of each class, such as 1,0.5; Balanced: equal sums of the weights in the loss, "
      "with their signs");
   DeclareOptionRef(o.fValidationSize, "ValidationSize",
                    "Part of the training events for validation: 20%, 0.2, or a number of events");
   DeclareOptionRef(o.fShuffle, "Shuffle", "A new order of the training events in every epoch");
}

void MethodPyTorch::DeclareLoopOptions()
{
   Internal::PyTorchOptions &o = fImpl->fOptions;
   DeclareOptionRef(o.fBatchSize, "BatchSize",
                    "Events in a training batch: large ones train faster, small ones often better");
   DeclareOptionRef(o.fNumEpochs, "NumEpochs",
                    "Passes over the training events; -1: 10, in a regression with the default loop as many as make "
                    "10,000 batches, from 10 to 100");
   DeclareOptionRef(o.fLoss, "Loss", "Loss of the default training; Auto: cross-entropy, in a regression mean square");
   for (const char *name : {"Auto", "CrossEntropy", "MSE", "MAE", "Huber"})
      AddPreDefVal(name);
   DeclareOptionRef(o.fOptimizer, "Optimizer", "Optimiser of the default training, unless the user code has one");
   for (const char *name : {"AdamW", "Adam", "NAdam", "RAdam", "SGD", "RMSprop", "Adagrad"})
      AddPreDefVal(name);
   DeclareOptionRef(o.fLearningRate, "LearningRate", "Its learning rate; -1: 0.005, in a regression 0.01");
   DeclareOptionRef(
      o.fLearningRateSchedule, "LearningRateSchedule",
      "Cosine (falls to 0 at NumEpochs), Plateau, None, or learning rates from given epochs (counted from 0) "
      "on, e.g. 50,0.01;70,0.005");
   DeclareOptionRef(o.fWarmupEpochs, "WarmupEpochs", "Epochs over which the learning rate rises to its value");
   DeclareOptionRef(o.fWeightDecay, "WeightDecay",
                    "Weight decay of the optimiser; -1: 0.2 for AdamW in a classification, else 0");
   DeclareOptionRef(o.fGradientClip, "GradientClip", "Largest norm of the gradient; 0: any");
   DeclareOptionRef(o.fPatience, "Patience",
                    "Stop after so many epochs without a smaller validation loss; 0: never before NumEpochs");
   DeclareOptionRef(o.fSaveBestOnly, "SaveBestOnly", "Keep the model with the smallest validation loss, not the last");
   DeclareOptionRef(
      o.fContinueTraining, "ContinueTraining",
      "Go on where a killed training stopped, else from the model FilenameTrainedModel; without both the training "
      "starts from the beginning, with a warning");
   DeclareOptionRef(o.fSeed, "Seed",
                    "Seed of first parameters, order of events and dropout; 0: the state of torch's generator");
   DeclareOptionRef(
      o.fDevice, "Device",
      "Where the default training runs: auto (a GPU if there is one), cpu, cuda, or cuda1 for the second");
   DeclareOptionRef(o.fNumThreads, "NumThreads", "Threads of PyTorch during the training; 0: as they are");
   DeclareOptionRef(o.fMixedPrecision, "MixedPrecision", "Train with bfloat16 on a GPU");
   DeclareOptionRef(o.fCompile, "Compile", "Compile the model with torch.compile for the training");
   DeclareOptionRef(o.fTensorBoard, "TensorBoard", "Folder for the curves of the training as TensorBoard reads them");
}

void MethodPyTorch::DeclarePhysicsOptions()
{
   Internal::PyTorchOptions &o = fImpl->fOptions;
   DeclareOptionRef(o.fParametrise, "Parametrise",
                    "Variable that parametrises the signal, such as a mass; background gets values of the signal");
   DeclareOptionRef(o.fDecorrelate, "Decorrelate",
                    "Spectator (or variable) that the response of the background shall not depend on");
   DeclareOptionRef(
      o.fLambda, "Lambda",
      "Strength of Decorrelate: factor on the distance correlation in the loss, which rises to this value over the "
      "first third of the epochs");
   DeclareOptionRef(o.fEnsembleSize, "EnsembleSize", "Networks, trained with different seeds, whose mean is taken");
   DeclareOptionRef(o.fCalibrate, "Calibrate",
                    "Scale the logits such that the outputs are probabilities on the validation events");
}

} // namespace TorchMVA
