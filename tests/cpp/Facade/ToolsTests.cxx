// gTools: what macros and methods written for TMVA call.

#include "TorchMVA/Tools.hxx"

#include "TMVA/Version.h"
#include "TXMLEngine.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "support/ExpectError.hxx"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;

using Texts_t = std::vector<TString>;

TEST(Tools, SplitsText)
{
   EXPECT_EQ(gTools().SplitString("BDT,LD,,", ','), (Texts_t{"BDT", "LD", "", ""}));
   EXPECT_EQ(gTools().SplitString("", ','), Texts_t{});
   EXPECT_EQ(gTools().ParseFormatLine(":a::b c:"), (Texts_t{"a", "b c"}));
   EXPECT_EQ(gTools().ParseFormatLine("a;b", ";"), (Texts_t{"a", "b"}));
   EXPECT_EQ(gTools().ParseFormatLine(""), Texts_t{});
}

TEST(Tools, ColoursAreOffWithTheOption)
{
   const bool before = gConfig().UseColor();
   gConfig().SetUseColor(kTRUE);
   EXPECT_STREQ(gTools().Color("red"), "\033[1;31m");
   EXPECT_STREQ(gTools().Color("reset"), "\033[0m");
   ExpectError(EErrorCode::kArgument, {"redd", "'red'"}, [] { gTools().Color("redd"); });
   gConfig().SetUseColor(kFALSE);
   EXPECT_STREQ(gTools().Color("red"), "");
   gConfig().SetUseColor(before);
}

TEST(Tools, VersionIsThatOfTMVAsInterface)
{
   EXPECT_EQ(TMVA_VERSION_CODE, 262657);
   EXPECT_STREQ(TMVA_RELEASE, "4.2.1");
   EXPECT_LT(TMVA_VERSION(4, 2, 0), TMVA_VERSION_CODE);
   ::testing::internal::CaptureStdout();
   TMVA::gTools().TMVAVersionMessage();
   const std::string text = ::testing::internal::GetCapturedStdout();
   EXPECT_NE(text.find(TORCHMVA_VERSION_STRING), std::string::npos) << text;
   EXPECT_NE(text.find("TMVA 4.2.1"), std::string::npos) << text;
}

TEST(ToolsXml, WhatIsWrittenOnNodesReadsBack)
{
   const XmlDocument document = XmlDocument::Create("Weights");
   void *root = document.Root().Handle();
   gTools().AddAttr(root, "N", 3);
   gTools().AddAttr(root, "Flag", kTRUE);
   gTools().AddAttr(root, "Pi", 3.14159265358979312);
   gTools().AddAttr(root, "Third", 1.f / 3);
   gTools().AddAttr(root, "Text", TString("a < \"b\""));
   gTools().AddAttr(root, "Chars", "c");
   void *first = gTools().AddChild(root, "Layer", "1 2 3");
   gTools().AddChild(root, "Other");
   void *second = gTools().AddChild(root, "Layer");
   gTools().AddRawLine(second, "4 5");

   const XmlDocument read = XmlDocument::Parse("<Weights N=\"3\" Flag=\"1\"/>");
   for (void *node : {root, read.Root().Handle()}) {
      Int_t n = 0;
      Bool_t flag = kFALSE;
      gTools().ReadAttr(node, "N", n);
      gTools().ReadAttr(node, "Flag", flag);
      EXPECT_EQ(n, 3);
      EXPECT_TRUE(flag);
   }
   Double_t pi = 0;
   Float_t third = 0;
   TString text;
   std::string chars;
   gTools().ReadAttr(root, "Pi", pi);
   gTools().ReadAttr(root, "Third", third);
   gTools().ReadAttr(root, "Text", text);
   gTools().ReadAttr(root, "Chars", chars);
   EXPECT_EQ(pi, 3.14159265358979312);
   EXPECT_EQ(third, 1.f / 3);
   EXPECT_STREQ(text, "a < \"b\"");
   EXPECT_EQ(chars, "c");

   EXPECT_EQ(gTools().GetChild(root), first);
   EXPECT_EQ(gTools().GetChild(root, "Layer"), first);
   EXPECT_EQ(gTools().GetNextChild(first, "Layer"), second);
   EXPECT_STREQ(gTools().GetName(gTools().GetNextChild(first)), "Other");
   EXPECT_EQ(gTools().GetNextChild(second), nullptr);
   EXPECT_EQ(gTools().GetChild(root, "Nothing"), nullptr);
   EXPECT_EQ(gTools().GetParent(second), root);
   EXPECT_STREQ(gTools().GetContent(first), "1 2 3");
   EXPECT_STREQ(gTools().GetContent(second), "4 5");
   EXPECT_STREQ(gTools().xmlengine().GetNodeName(root), "Weights");
   EXPECT_EQ(document.Root().Child("Layer").Content(), "1 2 3");
}

TEST(ToolsXml, MissingAndBadAttributesAreErrors)
{
   const XmlDocument document = XmlDocument::Parse("<Weights N=\"three\"/>");
   void *root = document.Root().Handle();
   Int_t n = 0;
   EXPECT_TRUE(gTools().HasAttr(root, "N"));
   EXPECT_FALSE(gTools().HasAttr(root, "M"));
   ExpectError(EErrorCode::kWeightFile, {"integer", "three"}, [&] { gTools().ReadAttr(root, "N", n); });
   ExpectError(EErrorCode::kWeightFile, {"'M'"}, [&] { gTools().ReadAttr(root, "M", n); });
}
