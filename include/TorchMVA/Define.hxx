#ifndef TORCHMVA_DEFINE_HXX
#define TORCHMVA_DEFINE_HXX

#include "TorchMVA/Data/DataInputHandler.hxx"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Experimental {

/// The responses of a trained method as columns of a data frame (ROOT::RDF::RNode; include ROOT/RDataFrame.hxx):
///
///     ROOT::RDataFrame events("tree", "events.root");
///     auto scored = TorchMVA::Experimental::Define(events, "score", "dataset/weights/job_Net.weights.xml");
///     auto histogram = scored.Histo1D("score");
///
/// Inputs: the variables of the weight file, and its spectators if the responses depend on them. Without `columns`, a
/// column of the name of the expression or of the label (the text before ":="), else the
/// expression, which means what it meant in the training (docs/expressions.md). `columns` are names or expressions instead, for all inputs in the order of the
/// weight file: first variables, then, if needed, spectators. Columns of any type of number are converted to float.
///
/// Columns made: `name`, a float: the response of a classification or of the only target of a regression. With several
/// responses `name` is an RVec<float> of all, and `name`_<class or target> holds each. Where an input is a collection
/// (jets), there is one response an element, numbers are the same for all elements, every column made is an
/// RVec<float>, and with several responses `name` holds them element by element. -999 where an input is NaN.
///
/// Variations (Vary) of inputs vary the responses. Any number of threads. The same bits for an event, however many.
///
/// A method that runs in Python is evaluated here and now, in blocks, for all events that reach `node` (one event loop,
/// which also runs what was booked before); the column looks the responses up by the values of the inputs, which takes
/// about 30 bytes an event. Inputs that are not the same in the next event loop (random numbers) are then evaluated
/// one by one, with a warning; with several threads they are an Error (kState).
///
/// `engine`: "Auto", "Native" or "Python", and `allowUserCode`, as the options Engine and AllowUserCode of Reader.
///
/// Throws Error: kFile, kWeightFile, kMethod; kExpression for an input that is no column and cannot be evaluated, or is
/// no number; kArgument for a wrong number of columns, and, in the event loop, for collections of different lengths.
/// Throws what RDataFrame throws if `name` is taken.
FrameNode_t Define(FrameNode_t node, const std::string &name, const std::string &weightFile,
                   const std::vector<std::string> &columns = {}, const std::string &engine = "Auto",
                   bool allowUserCode = false);

} // namespace Experimental
} // namespace TorchMVA

#endif
