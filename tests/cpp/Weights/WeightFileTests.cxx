// The part of a weight file that all methods share: round trips, files of TMVA, files that lie.

#include "Core/Sha256.hxx"
#include "TROOT.h"
#include "TSystem.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Weights/WeightFile.hxx"
#include "Weights/Checksum.hxx"
#include "support/ExpectError.hxx"
#include "support/Golden.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include <cfloat>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

WeightFileHeader MakeHeader()
{
   WeightFileHeader header;
   header.fMethodType = "PyTorch";
   header.fMethodTitle = "My <Net> \"1\" & more";
   header.fAnalysisType = Types::kRegression;
   header.fNTrainingEvents = 123456789012;
   header.fTrainingTime = 0.0123;
   header.fOptions = {{"V", "Bool", "False", "False", {}, "", true},
                      {"UserCode", "String", "", "", {}, "", false},
                      {"LearningRateSchedule", "String", "10,0.1; 20,<0.01> & \"x\"", "", {}, "", true}};
   VariableInfo plain("x", "the x", "GeV", 'F', -1.5, 2.25);
   VariableInfo expression("cut := (a<b && c>\"d\" & 1)*'e'", "a < b & \"c\" > 'd'", "m/s^2", 'I', 0.1f, 1e30f);
   header.fVariables = {plain, expression, VariableInfo("never", "", "")};
   header.fSpectators = {VariableInfo("spec := run*2", "run", "", 'I', 1, 2)};
   header.fTargets = {VariableInfo("sqrt(t)", "", "", 'F', 0, 100)};
   header.fClasses = {"Regression & <co>"};
   return header;
}

WeightFileHeader RoundTrip(const WeightFileHeader &header)
{
   const TempDir folder;
   const auto document = XmlDocument::Create("MethodSetup");
   header.Write(document.Root());
   document.Write(folder / "x.weights.xml");
   return WeightFileHeader::Read(XmlDocument::Read(folder / "x.weights.xml").Root());
}

void ExpectSame(const std::vector<VariableInfo> &a, const std::vector<VariableInfo> &b)
{
   ASSERT_EQ(a.size(), b.size());
   for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].GetExpression(), b[i].GetExpression());
      EXPECT_EQ(a[i].GetLabel(), b[i].GetLabel());
      EXPECT_EQ(a[i].GetInternalName(), b[i].GetInternalName());
      EXPECT_EQ(a[i].GetTitle(), b[i].GetTitle());
      EXPECT_EQ(a[i].GetUnit(), b[i].GetUnit());
      EXPECT_EQ(a[i].GetVarType(), b[i].GetVarType());
      EXPECT_EQ(a[i].GetMin(), b[i].GetMin());
      EXPECT_EQ(a[i].GetMax(), b[i].GetMax());
   }
}

std::string GoldenText(const std::string &name)
{
   return ReadText(DataDir() + "/golden/" + name);
}

WeightFileHeader Parse(const std::string &text)
{
   return WeightFileHeader::Read(XmlDocument::Parse(text, "made-up.xml").Root());
}

std::string Replaced(std::string text, const std::string &from, const std::string &to)
{
   const auto at = text.find(from);
   EXPECT_NE(at, std::string::npos) << from;
   return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

} // namespace

TEST(WeightFile, EverythingSurvivesARoundTrip)
{
   const auto a = MakeHeader(), b = RoundTrip(a);
   EXPECT_EQ(a.fMethodType, b.fMethodType);
   EXPECT_EQ(a.fMethodTitle, b.fMethodTitle);
   EXPECT_EQ(a.fAnalysisType, b.fAnalysisType);
   EXPECT_EQ(a.fNTrainingEvents, b.fNTrainingEvents);
   EXPECT_DOUBLE_EQ(a.fTrainingTime, b.fTrainingTime);
   ASSERT_EQ(a.fOptions.size(), b.fOptions.size());
   for (std::size_t i = 0; i < a.fOptions.size(); ++i) {
      EXPECT_EQ(a.fOptions[i].fName, b.fOptions[i].fName);
      EXPECT_EQ(a.fOptions[i].fValue, b.fOptions[i].fValue);
      EXPECT_EQ(a.fOptions[i].fIsSet, b.fOptions[i].fIsSet);
   }
   ExpectSame(a.fVariables, b.fVariables);
   ExpectSame(a.fSpectators, b.fSpectators);
   ExpectSame(a.fTargets, b.fTargets);
   EXPECT_EQ(a.fClasses, b.fClasses);
   EXPECT_EQ(b.fVariables[2].GetMin(), FLT_MAX) << "a range that is not known yet stays unknown";
}

TEST(WeightFile, HasTheElementsAndAttributesOfTMVA)
{
   const auto golden = XmlDocument::Read(DataDir() + "/golden/weights/TMVARegression_LDDG.weights.xml");
   const auto header = WeightFileHeader::Read(golden.Root());
   const auto written = XmlDocument::Create("MethodSetup");
   header.Write(written.Root());
   EXPECT_EQ(written.Root().Attribute("Method"), "LD::LDDG");
   for (const char *name : {"Options", "Variables", "Spectators", "Classes", "Targets"}) {
      const XmlNode theirs = golden.Root().RequiredChild(name), ours = written.Root().RequiredChild(name);
      const auto theirChildren = theirs.Children(), ourChildren = ours.Children();
      for (const char *count : {"NVar", "NSpec", "NClass", "NTrgt"})
         EXPECT_EQ(theirs.Attribute(count, "none"), ours.Attribute(count, "none")) << name;
      ASSERT_EQ(theirChildren.size(), ourChildren.size()) << name;
      for (std::size_t i = 0; i < theirChildren.size(); ++i) {
         EXPECT_EQ(theirChildren[i].Name(), ourChildren[i].Name());
         EXPECT_EQ(theirChildren[i].Content(), ourChildren[i].Content());
         for (const char *attribute : {"name", "modified", "VarIndex", "TargetIndex", "Expression", "Label", "Title",
                                       "Unit", "Internal", "Type", "Min", "Max", "Name", "Index"})
            EXPECT_EQ(theirChildren[i].Attribute(attribute, "none"), ourChildren[i].Attribute(attribute, "none"))
               << name << " " << i << " " << attribute;
      }
   }
   std::vector<std::string> names;
   for (const XmlNode &info : written.Root().RequiredChild("GeneralInfo").Children("Info")) {
      names.push_back(info.Attribute("name"));
      if (names.back() == "TMVA Release") {
         EXPECT_EQ(info.Attribute("value"), "4.2.1 [262657]");
      }
      if (names.back() == "ROOT Release") {
         EXPECT_NE(info.Attribute("value").find(std::to_string(gROOT->GetVersionCode())), std::string::npos);
      }
   }
   EXPECT_EQ(names, (std::vector<std::string>{"TMVA Release", "ROOT Release", "Creator", "Date", "Host", "Dir",
                                              "Training events", "TrainingTime", "AnalysisType", "TorchMVA Release",
                                              "Expression Version"}));
}

TEST(WeightFile, FilesOfTMVAAreRead)
{
   const auto pytorch = Parse(GoldenText("pytorch/testPyTorchClassification_PyTorch.weights.xml"));
   EXPECT_EQ(pytorch.fMethodType, "PyTorch");
   EXPECT_EQ(pytorch.fMethodTitle, "PyTorch");
   EXPECT_EQ(pytorch.fAnalysisType, Types::kClassification);
   EXPECT_EQ(pytorch.fNTrainingEvents, 6000);
   EXPECT_EQ(pytorch.fOptions.size(), 15u);
   EXPECT_EQ(pytorch.fOptions[2].fName, "VarTransform");
   EXPECT_EQ(pytorch.fOptions[2].fValue, "D,G");
   EXPECT_TRUE(pytorch.fOptions[2].fIsSet);
   EXPECT_EQ(pytorch.fClasses, (std::vector<std::string>{"Signal", "Background"}));
   EXPECT_EQ(pytorch.fVariables.at(3).GetMin(), -6.31600189f);
   EXPECT_TRUE(pytorch.fTargets.empty());
   const auto ld = Parse(GoldenText("weights/TMVARegression_LDDG.weights.xml"));
   EXPECT_EQ(ld.fAnalysisType, Types::kRegression);
   EXPECT_EQ(ld.fTargets.at(0).GetExpression(), "fvalue");
   EXPECT_EQ(ld.fVariables.at(0).GetTitle(), "Variable 1");
}

TEST(WeightFile, SpectatorsOfTypeStringAreNotWritten)
{
   DataSetInfo info;
   info.AddVariable("x");
   info.AddSpectator("name", "", "", 0, 0, 'C');
   info.AddSpectator("run");
   info.AddClass("Signal");
   WeightFileHeader header;
   header.fMethodType = header.fMethodTitle = "Fisher";
   header.fAnalysisType = Types::kClassification;
   header.SetData(info);
   ASSERT_EQ(header.fSpectators.size(), 1u);
   EXPECT_EQ(header.fSpectators[0].GetExpression(), "run");
   EXPECT_NO_THROW(RoundTrip(header).ApplyTo(info, "x.xml"));
}

TEST(WeightFile, FillsADataSetThatDeclaresNothing)
{
   const auto header = RoundTrip(MakeHeader());
   DataSetInfo info;
   header.ApplyTo(info, "x.xml");
   ExpectSame(info.GetVariableInfos(), header.fVariables);
   ExpectSame(info.GetSpectatorInfos(), header.fSpectators);
   ExpectSame(info.GetTargetInfos(), header.fTargets);
   ASSERT_EQ(info.GetNClasses(), 1u);
   EXPECT_STREQ(info.GetClassInfo(0)->GetName(), "Regression & <co>");
}

TEST(WeightFile, GivesADeclaringReaderRangesAndTitles)
{
   const auto header = RoundTrip(MakeHeader());
   DataSetInfo info;
   info.AddVariable("x");
   info.AddVariable("( a<b && c>\"d\" & 1 ) * 'e'"); // the expression without its label, with blanks
   info.AddVariable("never");
   info.AddSpectator("spec := run * 2");
   header.ApplyTo(info, "x.xml");
   ExpectSame(info.GetSpectatorInfos(), {VariableInfo("spec:=run*2", "run", "", 'F', 1, 2)});
   EXPECT_EQ(info.GetVariableInfo(0).GetMax(), 2.25);
   EXPECT_EQ(info.GetVariableInfo(0).GetUnit(), "GeV");
   EXPECT_EQ(info.GetVariableInfo(1).GetLabel(), "cut");
   EXPECT_EQ(info.GetVariableInfo(1).GetTitle(), header.fVariables[1].GetTitle());
   EXPECT_EQ(info.GetNTargets(), 1u);
}

TEST(WeightFile, DifferencesOfTheDeclarationsAreShown)
{
   const auto header = MakeHeader();
   {
      DataSetInfo info;
      info.AddVariable("x");
      ExpectError(EErrorCode::kWeightFile, {"You declared 1 variables", "there are 3 variables", "some.weights.xml"},
                  [&] { header.ApplyTo(info, "some.weights.xml"); });
   }
   DataSetInfo info;
   info.AddVariable("x");
   info.AddVariable("never");
   info.AddVariable(header.fVariables[1]);
   ExpectError(EErrorCode::kWeightFile,
               {"name or order are wrong", "var #1 declared in Reader: never", "var #1 declared in file  : (a<b"},
               [&] { header.ApplyTo(info, "some.weights.xml"); });
   EXPECT_EQ(info.GetVariableInfo(0).GetUnit(), "") << "nothing is changed when something does not fit";

   DataSetInfo noSpectator;
   for (const VariableInfo &variable : header.fVariables)
      noSpectator.AddVariable(variable);
   ExpectError(EErrorCode::kWeightFile, {"0 spectators", "1 spectators"},
               [&] { header.ApplyTo(noSpectator, "f.xml"); });
   noSpectator.AddSpectator("run*3");
   ExpectError(EErrorCode::kWeightFile, {"run*3", "run*2"}, [&] { header.ApplyTo(noSpectator, "f.xml"); });
}

TEST(WeightFile, ForeignFilesAreRefused)
{
   const TempDir folder;
   ExpectError(EErrorCode::kWeightFile, {"MethodSetup", "<html>", "made-up.xml"},
               [] { Parse("<html><body>hello</body></html>"); });
   WriteText(folder / "a.xml", "not XML at all");
   ExpectError(EErrorCode::kWeightFile, {"a.xml"},
               [&] { WeightFileHeader::Read(XmlDocument::Read(folder / "a.xml").Root()); });
   WriteText(folder / "b.xml", "");
   ExpectError(EErrorCode::kWeightFile, {"b.xml"},
               [&] { WeightFileHeader::Read(XmlDocument::Read(folder / "b.xml").Root()); });
   ExpectError(EErrorCode::kFile, {"none.xml"}, [&] { XmlDocument::Read(folder / "none.xml"); });
}

TEST(WeightFile, TruncatedFilesAreRefusedWhereverTheyEnd)
{
   const std::string whole = GoldenText("weights/TMVAClassification_Fisher.weights.xml");
   const auto end = whole.find("</MethodSetup>") + std::string("</MethodSetup>").size();
   EXPECT_NO_THROW(Parse(whole.substr(0, end)));
   for (std::size_t size = 1; size < end; size += 37)
      EXPECT_THROW(Parse(whole.substr(0, size)), TorchMVA::Error) << "after " << size << " characters";
}

TEST(WeightFile, NumbersThatLieAreRefused)
{
   const std::string c = GoldenText("weights/TMVAClassification_Fisher.weights.xml");
   const std::string r = GoldenText("weights/TMVARegression_LDDG.weights.xml");
   const std::vector<std::pair<std::string, std::string>> table = {
      {Replaced(c, "Method=\"Fisher::Fisher\"", ""), "Method"},
      {Replaced(c, "Method=\"Fisher::Fisher\"", "Method=\"Fisher\""), "Type::Title"},
      {Replaced(c, "Method=\"Fisher::Fisher\"", "Method=\"::Fisher\""), "Type::Title"},
      {Replaced(c, "NVar=\"4\"", "NVar=\"4000000000\""), "NVar"},
      {Replaced(c, "NVar=\"4\"", "NVar=\"99999999999999999999\""), "NVar"},
      {Replaced(c, "NVar=\"4\"", "NVar=\"-4\""), "NVar"},
      {Replaced(c, "NVar=\"4\"", "NVar=\"four\""), "NVar"},
      {Replaced(c, "NVar=\"4\"", ""), "NVar"},
      {Replaced(c, "VarIndex=\"3\"", "VarIndex=\"4\""), "VarIndex"},
      {Replaced(c, "VarIndex=\"3\"", "VarIndex=\"-1\""), "VarIndex"},
      {Replaced(c, "VarIndex=\"3\"", "VarIndex=\"2\""), "VarIndex"},
      {Replaced(c, "VarIndex=\"3\" Expression=\"var4\"", "VarIndex=\"3\""), "Expression"},
      {Replaced(c, "VarIndex=\"3\" Expression=\"var4\"", "VarIndex=\"3\" Expression=\"\""), "expression"},
      {Replaced(c, "Type=\"F\"", "Type=\"Float\""), "Float"},
      {Replaced(c, "Min=\"-4.81627321e+00\"", "Min=\"low\""), "Min"},
      {Replaced(c, "NSpec=\"0\"", "NSpec=\"1\""), "NSpec"},
      {Replaced(c, "NClass=\"2\"", "NClass=\"1\""), "NClass"},
      {Replaced(c, "<Class Name=\"Background\" Index=\"1\"", "<Class Name=\"Background\" Index=\"0\""), "Index"},
      {Replaced(c, "<Class Name=\"Background\"", "<Class"), "Name"},
      {Replaced(c, "<Class Name=\"Background\"", "<Class Name=\"Signal\""), "each class once, found \"Signal\" twice"},
      {Replaced(c, "value=\"Classification\"", "value=\"Classifikation\""), "Classifikation"},
      {Replaced(c, "name=\"AnalysisType\"", "name=\"Analysis\""), "AnalysisType"},
      {Replaced(c, "name=\"Training events\" value=\"2000\"", "name=\"Training events\" value=\"-5\""), "-5"},
      {Replaced(c, "value=\"Classification\"", "value=\"Regression\""), "Targets"},
      {Replaced(r, "NTrgt=\"1\"", "NTrgt=\"2\""), "NTrgt"}};
   for (const auto &[text, word] : table)
      ExpectError(EErrorCode::kWeightFile, {word, "made-up.xml"}, [t = text] { Parse(t); });
}

TEST(WeightFile, UnknownElementsWarnAndAreSkipped)
{
   const std::string text = Replaced(GoldenText("weights/TMVAClassification_Fisher.weights.xml"), "<MVAPdfs/>",
                                     "<MVAPdfs/><FromTheFuture a=\"1\"><b/></FromTheFuture>");
   ::testing::internal::CaptureStderr();
   const auto header = Parse(text);
   const std::string log = ::testing::internal::GetCapturedStderr();
   EXPECT_EQ(header.fVariables.size(), 4u);
   EXPECT_NE(log.find("Unparsed XML node: 'FromTheFuture'"), std::string::npos) << log;
}

/// The pieces are written by hand; tests/python/test_weightfile.py has the same ones. Only what is called
/// CumulativePDF_cls with digits behind is a set of parameters, of which the last is used.
TEST(WeightFile, TheChecksumIsThatOfTheDocumentation)
{
   const std::string text =
      "<MethodSetup Method=\"LD::a title\"><GeneralInfo><Info name=\"AnalysisType\" value=\"Regression\"/>"
      "<Info name=\"Dir\" value=\"/a\"/><Option name=\"A\">2</Option></GeneralInfo><Options>"
      "<Option name=\"V\">True</Option><Option modified=\"Yes\" name=\"A\"> 1\n2 </Option>"
      "<Info name=\"AnalysisType\" value=\"other\"/></Options><Classes NClass=\"1\"><Class Name=\"c\" Index=\"0\"/>"
      "</Classes><Transformations><Transform Name=\"Gauss\"><Variable VarIndex=\"0\"><CumulativePDF_cls/>"
      "<CumulativePDF_cls0>u</CumulativePDF_cls0><CumulativePDF_cls1>v</CumulativePDF_cls1><CumulativePDF_cls5x/>"
      "<CumulativePDF_cls1234567890/></Variable></Transform></Transformations></MethodSetup>";
   const std::vector<std::string> pieces = {"TorchMVA weight file 1",
                                            "LD",
                                            "<Info",
                                            "name",
                                            "AnalysisType",
                                            "value",
                                            "Regression",
                                            ">", // an info
                                            "<Option",
                                            "name",
                                            "A",
                                            ">1 2", // an option
                                            "<Classes",
                                            "NClass",
                                            "1",
                                            ">",
                                            "<Class",
                                            "Index",
                                            "0",
                                            "Name",
                                            "c",
                                            ">",
                                            "/",
                                            "/", // the class
                                            "<Transformations",
                                            ">",
                                            "<Transform",
                                            "Name",
                                            "Gauss",
                                            ">",
                                            "<Variable",
                                            "VarIndex",
                                            "0",
                                            ">",
                                            "2",
                                            "<CumulativePDF_cls",
                                            ">",
                                            "/",
                                            "<CumulativePDF_cls1",
                                            ">v",
                                            "/", // with the set that is used
                                            "<CumulativePDF_cls5x",
                                            ">",
                                            "/",
                                            "<CumulativePDF_cls1234567890",
                                            ">",
                                            "/",
                                            "/"};
   // digits of other scripts are none
   for (const std::string name : {"cls5x", "cls\xD9\xA3"}) {
      Internal::Sha256 expected;
      for (const std::string &piece : pieces) {
         const std::string named = piece == "<CumulativePDF_cls5x" ? "<CumulativePDF_" + name : piece;
         expected.Update(std::to_string(named.size()) + ":" + named);
      }
      const auto document = XmlDocument::Parse(Replaced(text, "cls5x", name), "made-up.xml");
      EXPECT_EQ(Internal::ComputeChecksum(document.Root()), expected.Hex()) << name;
   }
}
