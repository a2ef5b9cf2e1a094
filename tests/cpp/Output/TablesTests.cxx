#include "TorchMVA/Output/Tables.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

using namespace TorchMVA;

namespace {
using Lines_t = std::vector<std::string>;

ClassificationRow Row(const std::string &method, double area, double roc)
{
   ClassificationRow row{"dataset", method, {}, {}, {0.269, 0.711, 0.933}};
   row.fTest.fEffArea = area;
   row.fTest.fROCIntegral = roc;
   row.fTest.fROCIntegralErr = 0.0042;
   row.fTest.fEff01 = 0.27;
   row.fTest.fEff10 = 0.708;
   row.fTest.fEff30 = 0.937;
   return row;
}
} // namespace

TEST(Tables, ClassificationToTheLetter)
{
   const std::string rule(115, '-');
   const Lines_t expected = {
      "",
      "Evaluation results ranked by best signal efficiency and purity (area)",
      rule,
      "DataSet       MVA                       ",
      "Name:         Method:          ROC-integ +- stat.",
      "dataset       PyTorch        : 0.910     +- 0.004",
      "dataset       Fisher         : 0.889     +- 0.004",
      rule,
      "",
      "Testing efficiency compared to training efficiency (overtraining check)",
      rule,
      "DataSet              MVA              Signal efficiency: from test sample (from training sample) ",
      "Name:                Method:          @B=0.01             @B=0.10            @B=0.30   ",
      rule,
      "dataset              PyTorch        : 0.270 (0.269)       0.708 (0.711)      0.937 (0.933)",
      "dataset              Fisher         : 0.270 (0.269)       0.708 (0.711)      0.937 (0.933)",
      rule,
      ""};
   EXPECT_EQ(FormatClassificationTables({Row("Fisher", 0.88, 0.8887), Row("PyTorch", 0.91, 0.9103)}), expected);
   EXPECT_TRUE(FormatClassificationTables({}).empty());
}

TEST(Tables, AnUncertaintyThatTooFewEventsDoNotTellIsSaidSo)
{
   ClassificationRow row = Row("Fisher", 0.88, 0.8887);
   row.fTest.fROCIntegralErr = std::numeric_limits<double>::quiet_NaN();
   EXPECT_EQ(FormatClassificationTables({row}).at(5), "dataset       Fisher         : 0.889     +- n/a");
}

TEST(Tables, RegressionToTheLetter)
{
   RegressionRow worse{"datasetReg", "LDDG", "fvalue", {}, {}}, better{"datasetReg", "LD", "fvalue", {}, {}};
   better.fTest = {0.122000682, 2.11322954, 17.8255463, 16.536802, 21.5799076, 19.4216791, 1.92849878, 1.90702396, 1};
   better.fTraining = {9.57012177e-07, 1.76098094, 17.17, 16.03, 20.7991309, 18.9435122, 2.08366618, 2.08471945, 1};
   worse.fTest.fDeviation = 23.27;
   const Lines_t lines = FormatRegressionTables({worse, better});
   const auto header =
      std::find(lines.begin(), lines.end(),
                "DataSet Name:         MVA Method:        <Bias>   <Bias_T>    RMS    RMS_T  |  MutInf MutInf_T");
   ASSERT_NE(header, lines.end());
   EXPECT_EQ(*(header + 2),
             "datasetReg           LD             :    0.122     2.11     21.6     19.4  |  1.928  1.907");
   EXPECT_EQ(header[3].substr(0, 36), "datasetReg           LDDG           ");
   const auto training =
      std::find(header, lines.end(), "Evaluation results ranked by smallest RMS on training sample:");
   ASSERT_NE(training, lines.end());
   EXPECT_EQ(training[1], "(overtraining check)");
   EXPECT_EQ(training[5], "datasetReg           LD             : 9.57e-07     1.76     20.8     18.9  |  2.084  2.085");
   EXPECT_NE(std::find(lines.begin(), lines.end(), "Evaluation results ranked by smallest RMS on test sample:"),
             lines.end());
}

TEST(Tables, RegressionNamesTargetsWhenThereAreSeveral)
{
   const Lines_t lines = FormatRegressionTables({{"d", "Net", "energy", {}, {}}, {"d", "Net", "angle", {}, {}}});
   EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                           [](const std::string &line) { return line.find("Net angle") != std::string::npos; }),
             2); // test and training
}

TEST(Tables, MulticlassToTheLetter)
{
   MulticlassRow row{"dataset", "Net", {"Signal", "bg1"}, {}, {}};
   row.fTest.fClasses = {{0.91, 0.1, 0.2, 0.3, 0.01}, {0.92, 0.4, 0.5, 0.6, 0.02}};
   row.fTraining.fClasses = {{0.93, 0.11, 0.21, 0.31, 0.011}, {0.94, 0.41, 0.51, 0.61, 0.021}};
   for (int k = 0; k < 3; ++k) {
      TMatrixD matrix(2, 2);
      matrix(0, 0) = matrix(1, 1) = std::numeric_limits<double>::quiet_NaN();
      matrix(0, 1) = 0.1 * (k + 1);
      matrix(1, 0) = 0.2 * (k + 1);
      row.fTest.fConfusion.push_back(matrix);
      row.fTraining.fConfusion.push_back(matrix);
   }
   const Lines_t lines = FormatMulticlassTables({row});
   const auto has = [&](const std::string &line) { return std::find(lines.begin(), lines.end(), line) != lines.end(); };
   EXPECT_TRUE(has("1-vs-rest performance metrics per class"));
   EXPECT_TRUE(
      has("Dataset        MVA Method     ROC AUC        Sig eff@B=0.01 Sig eff@B=0.10 Sig eff@B=0.30 ROC AUC stat."));
   EXPECT_TRUE(
      has("Name:          / Class:       test  (train)  test  (train)  test  (train)  test  (train)  test  (train)"));
   EXPECT_TRUE(has("dataset        Net            "));
   EXPECT_TRUE(has(
      "               bg1            0.920 (0.940)  0.400 (0.410)  0.500 (0.510)  0.600 (0.610)  +- 0.020 (0.021)"));
   EXPECT_TRUE(has("Confusion matrices for all methods"));
   EXPECT_TRUE(has("=== Showing confusion matrix for method : Net            "));
   EXPECT_TRUE(has("(Signal Efficiency for Background Efficiency 0.10)")); // a fraction, so no percent sign
   EXPECT_TRUE(has(" Signal       -              0.200 (0.200) "));
   EXPECT_TRUE(has(" bg1          0.400 (0.400)  -             "));
}

TEST(Tables, LinesGoThroughTheLogger)
{
   ::testing::internal::CaptureStdout();
   PrintClassificationTables(Logger("Factory"), {Row("Fisher", 0.88, 0.8887)});
   PrintCitation(Logger("Factory"));
   const std::string text = ::testing::internal::GetCapturedStdout();
   const std::string prefix = std::string(25, ' ') + ": ";
   EXPECT_NE(text.find(prefix + "dataset       Fisher         : 0.889     +- 0.004\n"), std::string::npos) << text;
   EXPECT_NE(text.find("Thank you for using TMVA!"), std::string::npos);
   EXPECT_NE(text.find("For citation information, please visit: http://tmva.sf.net/citeTMVA.html"), std::string::npos);
}
