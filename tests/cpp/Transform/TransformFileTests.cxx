// Transformations in weight files: round trips, files of TMVA, files that lie.

#include "GoldenEvents.hxx"
#include "ToyEvents.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Transform/TransformPipeline.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>

using namespace TorchMVA;

namespace {

/// Through a file on disk, as users do it.
class RoundTrip {
public:
   explicit RoundTrip(const TransformPipeline &pipeline)
   {
      const auto document = XmlDocument::Create("G");
      pipeline.Write(document.Root().AddChild("Transformations"));
      document.Write(fFolder / "transformations.xml");
   }
   TransformPipeline Read(const TransformContext &context) const
   {
      const auto document = XmlDocument::Read(fFolder / "transformations.xml");
      return TransformPipeline::Read(document.Root().RequiredChild("Transformations"), context);
   }

private:
   Test::TempDir fFolder;
};

TransformPipeline Parse(const std::string &text)
{
   const auto document = XmlDocument::Parse(text);
   return TransformPipeline::Read(document.Root(), GoldenEvents::Context());
}

void ExpectRefused(const std::string &text, const std::string &word)
{
   Test::ExpectError(EErrorCode::kWeightFile, {word}, [&text] { Parse(text); });
}

std::string Replaced(std::string text, const std::string &from, const std::string &to)
{
   const auto at = text.find(from);
   EXPECT_NE(at, std::string::npos) << from;
   return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// Attributes and elements are the same, numbers as numbers.
void ExpectSame(const XmlNode &found, const XmlNode &expected)
{
   ASSERT_EQ(found.Name(), expected.Name());
   ASSERT_EQ(found.AttributeNames(), expected.AttributeNames()) << expected.Name();
   for (const auto &name : expected.AttributeNames()) {
      const std::string a = found.Attribute(name), b = expected.Attribute(name);
      char *end = nullptr;
      const double number = std::strtod(b.c_str(), &end);
      if (end != b.c_str() && *end == '\0')
         EXPECT_EQ(std::strtod(a.c_str(), nullptr), number) << expected.Name() << " " << name;
      else
         EXPECT_EQ(a, b) << expected.Name();
   }
   const auto ours = found.Children(), theirs = expected.Children();
   ASSERT_EQ(ours.size(), theirs.size()) << expected.Name();
   for (std::size_t i = 0; i < ours.size(); ++i)
      ExpectSame(ours[i], theirs[i]);
}

std::string GoldenText(const std::string &name)
{
   const std::string all = Test::ReadText(GoldenEvents::DataPath("golden/transform/transform_" + name + ".xml"));
   const auto begin = all.find("<Transformations"), end = all.find("</G>");
   return all.substr(begin, end - begin);
}

} // namespace

TEST(TransformFile, WhatIsSavedAndReadTransformsToTheSameBits)
{
   ToyEvents events(997, 4, 2);
   for (const char *spec : {"None", "I", "N", "D", "P", "G", "U", "D,G", "I,D,I", "N_Class_1", "D_Class_0,G_Class_1",
                            "G(_V1_,_T0_)_Class_0,N", "U(v2,t1)+P(_T_)"}) {
      auto pipeline = TransformPipeline::Parse(spec, events.fContext);
      const Sample expected = pipeline.FitTransform(events.AsSample());
      const auto read = RoundTrip(pipeline).Read(events.fContext);
      EXPECT_TRUE(read.IsFitted());
      EXPECT_EQ(read.IsIdentity(), pipeline.IsIdentity()) << spec;
      EXPECT_EQ(read.TransformsTargets(), pipeline.TransformsTargets()) << spec;
      const Sample found = read.Transform(events.AsSample());
      EXPECT_EQ(0, std::memcmp(expected.fVariables.fData, found.fVariables.fData, 4 * 997 * sizeof(float))) << spec;
      EXPECT_EQ(0, std::memcmp(expected.fTargets.fData, found.fTargets.fData, 2 * 997 * sizeof(float))) << spec;
      if (!pipeline.TransformsTargets())
         continue;
      std::vector<float> a(expected.fTargets.fData, expected.fTargets.fData + 2 * 997), b = a;
      pipeline.InvertTargets(997, a.data());
      read.InvertTargets(997, b.data());
      EXPECT_EQ(0, std::memcmp(a.data(), b.data(), a.size() * sizeof(float))) << spec;
   }
}

TEST(TransformFile, ASecondRoundTripWritesTheSameFile)
{
   ToyEvents events(500, 3);
   auto pipeline = TransformPipeline::Parse("N_Class_1,D,P,G(_V0_)", events.fContext);
   pipeline.FitTransform(events.AsSample());
   const auto once = RoundTrip(pipeline).Read(events.fContext);
   EXPECT_EQ(once.GetSpec(), "N_Class_1,D,P,G(_V0_)");
   const auto twice = RoundTrip(once).Read(events.fContext);
   EXPECT_EQ(twice.GetSpec(), once.GetSpec());
   EXPECT_EQ(twice.GetShortName(), "Norm_Deco_PCA_Gauss");
}

TEST(TransformFile, IdentityHasNoNodeButIsCounted)
{
   ToyEvents events(100, 2);
   auto pipeline = TransformPipeline::Parse("I,N", events.fContext);
   pipeline.FitTransform(events.AsSample());
   const auto document = XmlDocument::Create("Transformations");
   pipeline.Write(document.Root());
   EXPECT_EQ(document.Root().IntAttribute("NTransformations"), 2);
   EXPECT_EQ(document.Root().Children("Transform").size(), 1u);
}

TEST(TransformFile, AnUnfittedPipelineIsNotWritten)
{
   ToyEvents events(100, 2);
   const auto document = XmlDocument::Create("Transformations");
   EXPECT_THROW(TransformPipeline::Parse("N", events.fContext).Write(document.Root()), Error);
}

TEST(TransformFile, WeightFilesOfTMVAAreRead)
{
   const auto training = GoldenEvents::Read("train");
   const std::vector<std::pair<std::string, std::string>> table = {
      {"golden/weights/TMVAClassification_Fisher.weights.xml", "None"},
      {"golden/weights/TMVAClassification_FisherFull.weights.xml", "None"},
      {"golden/weights/TMVAClassification_FisherN.weights.xml", "N"},
      {"golden/weights/TMVAClassification_FisherU.weights.xml", "U"},
      {"golden/weights/TMVAClassification_FisherDG.weights.xml", "D,G"},
      {"golden/pytorch/testPyTorchClassification_PyTorch.weights.xml", "D,G"}};
   for (const auto &[name, spec] : table) {
      const auto document = XmlDocument::Read(GoldenEvents::DataPath(name));
      const auto pipeline =
         TransformPipeline::Read(document.Root().RequiredChild("Transformations"), GoldenEvents::Context());
      EXPECT_EQ(pipeline.GetSpec(), spec) << name;
      const Sample sample = pipeline.Transform(training.AsSample());
      for (Long64_t i = 0; i < sample.fVariables.Size(); ++i)
         ASSERT_TRUE(std::abs(sample.fVariables.fData[i]) < 10) << name;
   }
}

TEST(TransformFile, WhatIsReadFromTMVAIsWrittenAlike)
{
   for (const char *name : {"FisherN", "FisherU", "FisherDG"}) {
      const auto document = XmlDocument::Read(
         GoldenEvents::DataPath(std::string("golden/weights/TMVAClassification_") + name + ".weights.xml"));
      const XmlNode golden = document.Root().RequiredChild("Transformations");
      const auto written = XmlDocument::Create("Transformations");
      TransformPipeline::Read(golden, GoldenEvents::Context()).Write(written.Root());
      ExpectSame(written.Root(), golden);
   }
}

TEST(TransformFile, WeightFilesOfTMVAsRegressionsAreRead)
{
   TransformContext context;
   context.fVariables = {VariableInfo("var1", "", ""), VariableInfo("var2", "", "")};
   context.fTargets = {VariableInfo("fvalue", "", "")};
   context.fClasses = {"Regression"};
   for (const auto &[name, spec] : {std::make_pair("LD", "None"), std::make_pair("LDDG", "D,G")}) {
      const auto path = GoldenEvents::DataPath(std::string("golden/weights/TMVARegression_") + name + ".weights.xml");
      const auto document = XmlDocument::Read(path);
      const auto pipeline = TransformPipeline::Read(document.Root().RequiredChild("Transformations"), context);
      EXPECT_EQ(pipeline.GetSpec(), spec);
      EXPECT_FALSE(pipeline.TransformsTargets());
      float variables[] = {2.5f, 2.5f}; // in the middle of both ranges, which are [0, 5]
      pipeline.Apply(1, variables);
      for (const float v : variables)
         EXPECT_LT(std::abs(v), pipeline.IsIdentity() ? 2.6f : 0.5f) << name;
   }
}

TEST(TransformFile, ElementsOfAnArrayAreToldApart)
{
   TransformContext context;
   for (int i = 0; i < 3; ++i)
      context.fVariables.emplace_back("vars", "", "");
   context.fClasses = {"Signal", "Background"};
   ToyEvents events(200, 3);
   auto pipeline = TransformPipeline::Parse("N", context);
   const Sample expected = pipeline.FitTransform(events.AsSample());
   const Sample found = RoundTrip(pipeline).Read(context).Transform(events.AsSample());
   EXPECT_EQ(0, std::memcmp(expected.fVariables.fData, found.fVariables.fData, 600 * sizeof(float)));
}

TEST(TransformFile, AClassWithoutEventsHasTheRangeOfAll)
{
   ToyEvents events(200, 2, 0, 0, 3);
   for (int &cls : events.fClasses)
      cls = cls == 2 ? 1 : cls;
   auto pipeline = TransformPipeline::Parse("N", events.fContext);
   pipeline.FitTransform(events.AsSample());
   const auto document = XmlDocument::Create("Transformations");
   pipeline.Write(document.Root());
   const auto classes = document.Root().RequiredChild("Transform").Children("Class");
   ASSERT_EQ(classes.size(), 4u);
   for (int k = 0; k < 2; ++k) {
      const auto range = [&](int set) { return classes[set].RequiredChild("Ranges").Children("Range")[k]; };
      float low[3] = {1e9F, 1e9F, 1e9F}, high[3] = {-1e9F, -1e9F, -1e9F}; // of the classes 0 and 1, and of both
      for (int i = 0; i < 200; ++i)
         for (const int set : {events.fClasses[i], 2}) {
            low[set] = std::min(low[set], events.Variable(i, k));
            high[set] = std::max(high[set], events.Variable(i, k));
         }
      for (int set = 0; set < 4; ++set) {
         EXPECT_EQ(range(set).DoubleAttribute("Min"), low[std::min(set, 2)]) << set;
         EXPECT_EQ(range(set).DoubleAttribute("Max"), high[std::min(set, 2)]) << set;
         EXPECT_EQ(range(set).IntAttribute("Index"), k);
      }
   }
}

TEST(TransformFile, WithoutASelectionAllVariablesAreMeant)
{
   std::string text = GoldenText("N");
   const auto begin = text.find("<Selection>"), end = text.find("</Selection>") + std::strlen("</Selection>");
   text.erase(begin, end - begin);
   EXPECT_EQ(Parse(text).GetSpec(), "N");
}

TEST(TransformFile, FilesThatLieAreRefused)
{
   const std::string n = GoldenText("N"), d = GoldenText("D"), p = GoldenText("P"), g = GoldenText("G");
   ExpectRefused("<Transformations/>", "NTransformations");
   ExpectRefused("<Transformations NTransformations=\"-1\"/>", "NTransformations");
   ExpectRefused("<Transformations NTransformations=\"999999999\"/>", "NTransformations");
   ExpectRefused(Replaced(n, "Name=\"Normalize\"", "Name=\"Normalise2\""), "Normalise2");
   ExpectRefused(Replaced(n, "Name=\"Normalize\"", ""), "Name");
   ExpectRefused(Replaced(n, "NTransformations=\"1\"", "NTransformations=\"0\""), "NTransformations");
   ExpectRefused(Replaced(n, "NInputs=\"4\"", "NInputs=\"5\""), "NInputs");
   ExpectRefused(Replaced(n, "NInputs=\"4\"", "NInputs=\"-4\""), "NInputs");
   ExpectRefused(Replaced(n, "Type=\"Variable\"", "Type=\"Cow\""), "Cow");
   ExpectRefused(Replaced(n, "Expression=\"var1\"", "Expression=\"varX\""), "varX");
   ExpectRefused(Replaced(n, "<Range Index=\"0\"", "<Range Index=\"4\""), "Index");
   ExpectRefused(Replaced(n, "<Range Index=\"0\"", "<Range Index=\"1\""), "once");
   ExpectRefused(Replaced(n, "Min=\"-3.3779852390289307e+00\"", "Min=\"nan\""), "Min");
   ExpectRefused(Replaced(n, "Min=\"-3.3779852390289307e+00\"", "Min=\"1e300\""), "Min");
   ExpectRefused(Replaced(n, "Min=\"-3.3779852390289307e+00\"", "Min=\"10\""), "Min <= Max");
   ExpectRefused(Replaced(n, "ClassIndex=\"2\"", "ClassIndex=\"1000000000\""), "ClassIndex");
   ExpectRefused(Replaced(d, "Rows=\"4\"", "Rows=\"2000000000\""), "Rows");
   ExpectRefused(Replaced(d, "1.747201403053004e+00", ""), "16 numbers");
   ExpectRefused(Replaced(d, "1.747201403053004e+00", "cow"), "cow");
   ExpectRefused(Replaced(d, "1.747201403053004e+00", "inf"), "inf");
   ExpectRefused(
      Replaced(p, "<Statistics Class=\"Signal\" ClassIndex=\"0\"", "<Statistics Class=\"Signal\" ClassIndex=\"1\""),
      "ClassIndex");
   ExpectRefused(Replaced(g, "FlatOrGauss=\"Gauss\"", "FlatOrGauss=\"Round\""), "Round");
   ExpectRefused(Replaced(g, "NBins=\"101\"", "NBins=\"2000000000000\""), "NBins");
   ExpectRefused(Replaced(g, "NBins=\"101\"", "NBins=\"100\""), "numbers");
   ExpectRefused(Replaced(g, "VarIndex=\"0\"", "VarIndex=\"9\""), "VarIndex");
   ExpectRefused(Replaced(g, "VarIndex=\"0\"", "VarIndex=\"1\""), "twice");
   ExpectRefused(Replaced(g, "-3.37808514e+00 -3.37798524e+00", "-3.37798524e+00 -3.37808514e+00"), "increasing");
   ExpectRefused(Replaced(g, "InterpolMethod=\"1\"", "InterpolMethod=\"2\""), "InterpolMethod");
   ExpectRefused(Replaced(g, "<Transform Name=\"Gauss\"", "<Transform ReferenceClass=\"Cow\" Name=\"Gauss\""), "Cow");
}

TEST(TransformFile, ScalingWithoutOffsetIsRefusedByName)
{
   const std::string golden = GoldenText("N"), name = "Name=\"Normalize\"";
   EXPECT_NO_THROW(Parse(Replaced(golden, name, name + " UseOffsetOrNot=\"UseOffset\"")));
   ExpectRefused(Replaced(golden, name, name + " UseOffsetOrNot=\"NoOffset\""), "UseOffsetOrNot");
   ExpectRefused(Replaced(golden, name, name + " UseOffsetOrNot=\"Perhaps\""), "Perhaps");
}

TEST(TransformFile, AClassTooFewOrTooManyIsRefused)
{
   for (const char *kind : {"N", "D", "P", "G"}) {
      TransformContext context = GoldenEvents::Context();
      context.fClasses.push_back("Third");
      const auto document = XmlDocument::Parse(GoldenText(kind));
      TorchMVA::Test::ExpectError(EErrorCode::kWeightFile, {"expected 4 sets", "found 3"},
                                  [&] { TransformPipeline::Read(document.Root(), context); });
   }
}

TEST(TransformFile, TheStepsAreThoseOfTheOption)
{
   const auto document = XmlDocument::Parse(GoldenText("D-G"));
   const TransformPipeline read = TransformPipeline::Read(document.Root(), GoldenEvents::Context());
   EXPECT_NO_THROW(read.RequireKinds("D,G", "f.xml"));
   for (const char *option : {"G,D", "D", "D,G,I", "D,U", "None"})
      TorchMVA::Test::ExpectError(EErrorCode::kWeightFile, {"VarTransform", "f.xml"},
                                  [&] { read.RequireKinds(option, "f.xml"); });
}
