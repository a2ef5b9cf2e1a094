#ifndef TORCHMVA_OUTPUT_OUTPUTFILE_HXX
#define TORCHMVA_OUTPUT_OUTPUTFILE_HXX

#include "TorchMVA/Core/Types.hxx"
#include "TorchMVA/Data/DataSet.hxx"
#include "TorchMVA/Evaluate/Multiclass.hxx"
#include "TorchMVA/Evaluate/Regression.hxx"
#include "TorchMVA/Evaluate/ScoredSample.hxx"

#include <string>
#include <vector>

class TDirectory;
class TFile;

namespace TorchMVA {

class DataSetInfo;
class TransformPipeline;

// The result file of a Factory (docs/tmva-compat.md, Output file; names, classes and axes as TMVA writes them). Every function
// writes into the directory it is given, overwrites objects of the same name, and leaves gDirectory and
// TH1::AddDirectory as they were; nothing stays attached to a directory in memory. Directories belong to their file.
// A directory that cannot be made or written to throws Error (kFile). One thread per file.

/// The name under which a file has what is called `name`. ROOT takes '/', ':' and ';' in the name of a directory or object
/// for parts of a path; these, control characters, outer blanks and the names "." and ".." become '_'. All functions
/// below use it for titles and names of classes.
std::string NameInFile(const std::string &name);

/// The name of the branch or leaf of what is called `name`: '[' and ']' become '_' as well. What has one name in the file
/// has one name in the trees.
std::string NameInTree(const std::string &name);

/// <dataset>, made if needed; a name with '/' makes directories inside of each other.
TDirectory *MakeDataSetDirectory(TFile *file, const std::string &dataset);

/// <dataset>/Method_<Type>/<Title>, made if needed.
TDirectory *MakeMethodDirectory(TFile *file, const std::string &dataset, const std::string &methodType,
                                const std::string &title);

/// TrainingPath (the working directory) and WeightFileName as TObjString.
void WriteMethodStrings(TDirectory *methodDirectory, const std::string &weightFileName);

/// Correlation matrices, and for each pipeline the folder InputVariables_<ShortName> with the distributions of the
/// training sample after it: 1-D per variable (and target) and class, and CorrelationPlots with a scatter plot and a
/// profile per pair of variables and class. 1-D only up to gConfig's fMaxNumOfAllowedVariables variables, pairs only up
/// to fMaxNumOfAllowedVariablesForScatterPlots variables and targets. Each pipeline must be fitted.
void WriteDataSetInformation(TDirectory *dataSetDirectory, DataSetInfo &info, Types::EAnalysisType type,
                             const std::vector<const TransformPipeline *> &pipelines);

/// The same distributions of one sample, already transformed; `suffix` is the pipeline's short name or empty.
void WriteVariablePlots(TDirectory *directory, const DataSetInfo &info, const Sample &sample,
                        const std::string &suffix);

/// A TGraph `TrainingHistory_<figure>` for every figure but the first, which is the epoch; values that are not finite are
/// left out, and so is a graph without points.
void WriteTrainingHistory(TDirectory *methodDirectory,
                          const std::vector<std::pair<std::string, std::vector<double>>> &history);

/// Binary classification: responses, efficiencies and curves of the test sample and, unless null, of the training
/// sample. Throws as EvaluateClassification.
void WriteClassificationHistograms(TDirectory *methodDirectory, const std::string &title, const ScoredSample &test,
                                   const ScoredSample *training, int signalClass);

/// Multiclass: response histograms, one-versus-rest and pairwise ROC graphs; classes without events are left out.
void WriteMulticlassHistograms(TDirectory *methodDirectory, const std::string &title,
                               const std::vector<std::string> &classNames, const MulticlassSample &test,
                               const MulticlassSample *training);

/// Regression, for one sample ("test" or "train"): deviations against variables and targets, squared deviations.
/// `predictions` is events x targets, row-major, in target units; the sample has untransformed variables.
void WriteRegressionHistograms(TDirectory *methodDirectory, const std::string &title, Types::ETreeType type,
                               const DataSetInfo &info, const Sample &sample, const float *predictions);

/// Responses of one method for both samples.
struct MethodResponses {
   std::string fTitle;
   std::vector<std::string> fLeaves; ///< names of the columns; empty: one column, named like the method
   const float *fTest = nullptr;     ///< row-major, test events x columns; null: no branch in TestTree
   const float *fTraining = nullptr; ///< the same for TrainTree
};

/// TestTree and TrainTree: classID, className, variables (arrays as one branch), targets, spectators, weight, and one
/// branch per method in alphabetical order.
void WriteEventTrees(TDirectory *dataSetDirectory, const DataSet &data, const DataSetInfo &info,
                     std::vector<MethodResponses> responses);

} // namespace TorchMVA

#endif
