#include "TorchMVA/Output/Tables.hxx"

#include "TString.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace TorchMVA {

namespace {
using Lines_t = std::vector<std::string>;

std::string Rule(std::size_t length)
{
   return std::string(length, '-');
}

/// Formats like printf, to any length.
template <typename... Args>
std::string Text(const char *format, Args... args)
{
   return TString::Format(format, args...).Data();
}

void Print(const Logger &logger, const Lines_t &lines)
{
   for (const std::string &line : lines)
      logger.Info(line);
}

constexpr std::size_t kClassificationRule = 115;
constexpr std::size_t kMulticlassRule = 103;
constexpr std::size_t kRegressionRule = 103;

/// NaN: too few events to tell.
std::string Uncertainty(double value)
{
   return std::isnan(value) ? "n/a" : Text("%5.3f", value);
}

// ---- multiclass ---

void AppendOneVsRest(const MulticlassRow &row, Lines_t &lines)
{
   lines.push_back("");
   lines.push_back(Text("%-15s%-15s", row.fDataSet.c_str(), row.fMethod.c_str()));
   lines.push_back(Rule(30));
   const auto pair = [](double test, double training) { return Text("%5.3f (%5.3f)", test, training); };
   for (std::size_t i = 0; i < row.fClassNames.size(); ++i) {
      const OneVsRestMetrics &test = row.fTest.fClasses.at(i), &training = row.fTraining.fClasses.at(i);
      lines.push_back(Text("%-15s%-15s%-15s%-15s%-15s%-15s", "", row.fClassNames[i].c_str(),
                           pair(test.fROCIntegral, training.fROCIntegral).c_str(),
                           pair(test.fEff01, training.fEff01).c_str(), pair(test.fEff10, training.fEff10).c_str(),
                           pair(test.fEff30, training.fEff30).c_str()) +
                      "+- " + Uncertainty(test.fROCIntegralErr) + " (" + Uncertainty(training.fROCIntegralErr) + ")");
   }
}

void AppendMatrix(const std::vector<std::string> &classes, const TMatrixD &test, const TMatrixD &training,
                  Lines_t &lines)
{
   std::string names = Text(" %-12s", " "), samples = names;
   for (const std::string &name : classes) {
      names += Text(" %-14s", name.c_str());
      samples += Text(" %-14s", "test (train)");
   }
   lines.push_back(names);
   lines.push_back(samples);
   const int n = static_cast<int>(classes.size());
   for (int row = 0; row < n; ++row) {
      std::string line = Text(" %-12s", classes[row].c_str());
      for (int column = 0; column < n; ++column) {
         const std::string entry =
            row == column ? "-" : Text("%-5.3f (%-5.3f)", test(row, column), training(row, column));
         line += Text(" %-14s", entry.c_str());
      }
      lines.push_back(line);
   }
}

void AppendConfusion(const MulticlassRow &row, Lines_t &lines)
{
   lines.push_back("=== Showing confusion matrix for method : " + Text("%-15s", row.fMethod.c_str()));
   for (std::size_t k = 0; k < std::size(kConfusionEfficiencies); ++k) {
      // a fraction; TMVA's caption calls the same number percent
      lines.push_back(Text("(Signal Efficiency for Background Efficiency %.2f)", kConfusionEfficiencies[k]));
      lines.push_back(Rule(51));
      AppendMatrix(row.fClassNames, row.fTest.fConfusion.at(k), row.fTraining.fConfusion.at(k), lines);
      lines.push_back("");
   }
}

// ---- regression ---

std::string RegressionLine(const RegressionRow &row, const RegressionMetrics &m, bool withTarget)
{
   const std::string method = withTarget ? row.fMethod + " " + row.fTarget : row.fMethod;
   return Text("%-20s %-15s:%#9.3g%#9.3g%#9.3g%#9.3g  |  %#5.3f  %#5.3f", row.fDataSet.c_str(), method.c_str(), m.fBias,
               m.fBiasTruncated, m.fRms, m.fRmsTruncated, m.fMutualInformation, m.fMutualInformationTruncated);
}

void AppendRegressionTable(const std::vector<RegressionRow> &rows, bool training, bool withTarget, Lines_t &lines)
{
   const std::string rule = Rule(kRegressionRule);
   lines.push_back(rule);
   lines.push_back("DataSet Name:         MVA Method:        <Bias>   <Bias_T>    RMS    RMS_T  |  MutInf MutInf_T");
   lines.push_back(rule);
   for (const RegressionRow &row : rows)
      lines.push_back(RegressionLine(row, training ? row.fTraining : row.fTest, withTarget));
   lines.push_back(rule);
   lines.push_back("");
}
} // namespace

std::vector<std::string> FormatClassificationTables(std::vector<ClassificationRow> rows)
{
   if (rows.empty())
      return {};
   std::stable_sort(rows.begin(), rows.end(), [](const ClassificationRow &a, const ClassificationRow &b) {
      return a.fTest.fEffArea > b.fTest.fEffArea;
   });
   const std::string rule = Rule(kClassificationRule);
   Lines_t lines = {"", "Evaluation results ranked by best signal efficiency and purity (area)", rule,
                    "DataSet       MVA                       ", "Name:         Method:          ROC-integ +- stat."};
   for (const ClassificationRow &row : rows)
      lines.push_back(Text("%-13s %-15s: %#1.3f     +- %s", row.fDataSet.c_str(), row.fMethod.c_str(),
                           row.fTest.fROCIntegral, Uncertainty(row.fTest.fROCIntegralErr).c_str()));
   lines.insert(lines.end(),
                {rule, "", "Testing efficiency compared to training efficiency (overtraining check)", rule,
                 "DataSet              MVA              Signal efficiency: from test sample (from training sample) ",
                 "Name:                Method:          @B=0.01             @B=0.10            @B=0.30   ", rule});
   for (const ClassificationRow &row : rows)
      lines.push_back(Text("%-20s %-15s: %#1.3f (%#1.3f)       %#1.3f (%#1.3f)      %#1.3f (%#1.3f)",
                           row.fDataSet.c_str(), row.fMethod.c_str(), row.fTest.fEff01,
                           row.fTrainingEfficiencies.fEff01, row.fTest.fEff10, row.fTrainingEfficiencies.fEff10,
                           row.fTest.fEff30, row.fTrainingEfficiencies.fEff30));
   lines.insert(lines.end(), {rule, ""});
   return lines;
}

std::vector<std::string> FormatMulticlassTables(const std::vector<MulticlassRow> &rows)
{
   if (rows.empty())
      return {};
   const std::string rule = Rule(kMulticlassRule);
   const char *columns = "%-15s%-15s%-15s%-15s%-15s%-15s";
   Lines_t lines = {
      "",
      "1-vs-rest performance metrics per class",
      rule,
      "",
      "Each class in turn is the signal and all other classes together are the",
      "background. 0.820 (0.850) means 0.820 on the test sample and 0.850 on the",
      "training sample.",
      "",
      Text(columns, "Dataset", "MVA Method", "ROC AUC", "Sig eff@B=0.01", "Sig eff@B=0.10", "Sig eff@B=0.30") +
         "ROC AUC stat.",
      Text(columns, "Name:", "/ Class:", "test  (train)", "test  (train)", "test  (train)", "test  (train)") +
         "test  (train)"};
   for (const MulticlassRow &row : rows)
      AppendOneVsRest(row, lines);
   lines.insert(lines.end(), {"", rule, "", "", "Confusion matrices for all methods", rule, "",
                              "Signal efficiency of the class of the row at the given efficiency of the class of",
                              "the column, using events of these two classes only.", ""});
   for (const MulticlassRow &row : rows)
      AppendConfusion(row, lines);
   lines.insert(lines.end(), {rule, ""});
   return lines;
}

std::vector<std::string> FormatRegressionTables(std::vector<RegressionRow> rows)
{
   if (rows.empty())
      return {};
   std::stable_sort(rows.begin(), rows.end(), [](const RegressionRow &a, const RegressionRow &b) {
      return a.fTest.fDeviation < b.fTest.fDeviation;
   });
   std::set<std::string> targets;
   for (const RegressionRow &row : rows)
      targets.insert(row.fTarget);
   const bool withTarget = targets.size() > 1;

   Lines_t lines = {"", "Evaluation results ranked by smallest RMS on test sample:",
                    "(\"Bias\" is the mean of prediction - true target; \"RMS\" is the standard deviation",
                    " of that difference; \"_T\" leaves out events further than 2 RMS from the bias;",
                    " \"MutInf\" is the mutual information of prediction and target)"};
   AppendRegressionTable(rows, false, withTarget, lines);
   lines.insert(lines.end(), {"Evaluation results ranked by smallest RMS on training sample:", "(overtraining check)"});
   AppendRegressionTable(rows, true, withTarget, lines);
   return lines;
}

void PrintClassificationTables(const Logger &logger, std::vector<ClassificationRow> rows)
{
   Print(logger, FormatClassificationTables(std::move(rows)));
}

void PrintMulticlassTables(const Logger &logger, const std::vector<MulticlassRow> &rows)
{
   Print(logger, FormatMulticlassTables(rows));
}

void PrintRegressionTables(const Logger &logger, std::vector<RegressionRow> rows)
{
   Print(logger, FormatRegressionTables(std::move(rows)));
}

void PrintCitation(const Logger &logger)
{
   logger.Info("Thank you for using TMVA!");
   logger.Info("For citation information, please visit: http://tmva.sf.net/citeTMVA.html");
}

} // namespace TorchMVA
