#ifndef TORCHMVA_OUTPUT_TABLES_HXX
#define TORCHMVA_OUTPUT_TABLES_HXX

#include "TorchMVA/Core/Logger.hxx"
#include "TorchMVA/Evaluate/Classification.hxx"
#include "TorchMVA/Evaluate/Multiclass.hxx"
#include "TorchMVA/Evaluate/Regression.hxx"

#include <string>
#include <vector>

namespace TorchMVA {

/// One line of the tables of binary classification.
struct ClassificationRow {
   std::string fDataSet;
   std::string fMethod;
   ClassificationMetrics fTest;
   ClassificationMetrics fTraining;        ///< of the training sample alone
   EfficiencyTriple fTrainingEfficiencies; ///< printed, see ComputeTrainingEfficiencies
};

/// One method in the tables of multiclass classification.
struct MulticlassRow {
   std::string fDataSet;
   std::string fMethod;
   std::vector<std::string> fClassNames;
   MulticlassMetrics fTest;
   MulticlassMetrics fTraining;
};

/// One line of the tables of regression: one method and one target.
struct RegressionRow {
   std::string fDataSet;
   std::string fMethod;
   std::string fTarget; ///< named in the table when a data set has more than one target
   RegressionMetrics fTest;
   RegressionMetrics fTraining;
};

/// Lines of the tables, in the order they are printed, without the logger's prefix. Rows are TMVA's; the statistical
/// uncertainty of the area under the ROC curve follows the last of TMVA's columns. Rows are ordered by falling
/// binned area (classification), as given (multiclass), by rising mean |deviation| on the test sample (regression).
std::vector<std::string> FormatClassificationTables(std::vector<ClassificationRow> rows);
std::vector<std::string> FormatMulticlassTables(const std::vector<MulticlassRow> &rows);
std::vector<std::string> FormatRegressionTables(std::vector<RegressionRow> rows);

/// The same lines as INFO lines of a logger; nothing for no rows.
void PrintClassificationTables(const Logger &logger, std::vector<ClassificationRow> rows);
void PrintMulticlassTables(const Logger &logger, const std::vector<MulticlassRow> &rows);
void PrintRegressionTables(const Logger &logger, std::vector<RegressionRow> rows);

/// The two lines at the end of EvaluateAllMethods.
void PrintCitation(const Logger &logger);

} // namespace TorchMVA

#endif
