// Reading and writing XML documents.

#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"

#include "TError.h"
#include "TRandom3.h"
#include "TorchMVA/Core/Xml.hxx"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <thread>
#include <sys/stat.h>
#include <unistd.h>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {
const std::string kNasty = "a<b && c>\"d\" 'e' \xC3\xA9 ]]> 100% \t;";

std::string Example(const TempDir &dir)
{
   auto document = XmlDocument::Create("MethodSetup");
   document.Root().SetAttribute("Method", "PyTorch::" + kNasty);
   const XmlNode variables = document.Root().AddChild("Variables");
   for (int i = 0; i < 5; ++i) {
      const XmlNode variable = variables.AddChild("Variable", "content " + std::to_string(i) + kNasty);
      variable.SetAttribute("Index", static_cast<long long>(i));
      variable.SetAttribute("Value", std::sqrt(2.) * std::pow(10., 40 * i));
   }
   const std::string path = dir / "w.xml";
   document.Write(path);
   return path;
}
} // namespace

TEST(Xml, RoundTripKeepsEveryCharacterAndBit)
{
   const TempDir dir;
   const auto document = XmlDocument::Read(Example(dir));
   EXPECT_EQ(document.Root().Name(), "MethodSetup");
   EXPECT_EQ(document.Root().Attribute("Method"), "PyTorch::" + kNasty);
   const auto variables = document.Root().RequiredChild("Variables").Children("Variable");
   ASSERT_EQ(variables.size(), 5u);
   for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(variables[i].Content(), "content " + std::to_string(i) + kNasty);
      EXPECT_EQ(variables[i].IntAttribute("Index"), i);
      EXPECT_EQ(variables[i].DoubleAttribute("Value"), std::sqrt(2.) * std::pow(10., 40 * i));
   }
}

TEST(Xml, ExtremeNumbersReadBack)
{
   auto document = XmlDocument::Create("r");
   for (const double value :
        {0., -0., DBL_MAX, -DBL_MIN, 1. / 3, 5e-324, double(FLT_MAX), std::numeric_limits<double>::infinity()}) {
      document.Root().SetAttribute("v", value);
      EXPECT_EQ(document.Root().DoubleAttribute("v"), value);
   }
   document.Root().SetAttribute("v", 9007199254740992LL);
   EXPECT_EQ(document.Root().IntAttribute("v"), 9007199254740992LL);
}

TEST(Xml, BlankContentSurvives)
{
   const TempDir dir;
   auto document = XmlDocument::Create("Options");
   document.Root().AddChild("Option", "  ");
   document.Write(dir / "w.xml");
   EXPECT_EQ(XmlDocument::Read(dir / "w.xml").Root().Child("Option").Content(), "  ");
}

TEST(Xml, MissingPartsAreNamed)
{
   const auto document = XmlDocument::Parse("<a><b Index='x1'/></a>", "w.xml");
   const XmlNode b = document.Root().Child("b");
   EXPECT_FALSE(document.Root().Child("c"));
   EXPECT_EQ(b.Attribute("Title", "none"), "none");
   ExpectError(EErrorCode::kWeightFile, {"<c>", "w.xml", "<a>"}, [&] { document.Root().RequiredChild("c"); });
   ExpectError(EErrorCode::kWeightFile, {"Indx", "did you mean 'Index'", "<a><b>"}, [&] { b.Attribute("Indx"); });
   ExpectError(EErrorCode::kWeightFile, {"integer", "x1", "Index"}, [&] { b.IntAttribute("Index"); });
   ExpectError(EErrorCode::kWeightFile, {"number", "x1"}, [&] { b.DoubleAttribute("Index"); });
}

TEST(Xml, UnderstandsWhatOtherWritersWrite)
{
   const auto document =
      XmlDocument::Parse("\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<!-- <x> -->\n<a\n x = '1'>t&#65;&#x42;"
                         "<!-- c --><![CDATA[<&>]]><b/></a>\n<!-- end -->");
   EXPECT_EQ(document.Root().Content(), "tAB<&>");
   EXPECT_EQ(document.Root().IntAttribute("x"), 1);
}

TEST(Xml, EveryTruncationIsAnErrorAndNoCrash)
{
   const TempDir dir;
   const std::string text = ReadText(Example(dir));
   const auto end = text.rfind('>'); // only blanks may be missing
   for (std::size_t n = 0; n < end; ++n)
      EXPECT_THROW(XmlDocument::Parse(text.substr(0, n)), TorchMVA::Error) << n;
   EXPECT_NO_THROW(XmlDocument::Parse(text.substr(0, end + 1)));
   ExpectError(EErrorCode::kWeightFile, {"truncated", "w.xml"},
               [&] { XmlDocument::Parse(text.substr(0, 300), "w.xml"); });
}

TEST(Xml, DamagedTextIsAcceptedOrAnErrorNeverACrash)
{
   const TempDir dir;
   const std::string text = ReadText(Example(dir));
   TRandom3 random(1);
   int accepted = 0;
   for (int i = 0; i < 5000; ++i) {
      std::string damaged = text;
      for (int k = 0; k < 3; ++k)
         damaged[random.Integer(damaged.size())] = static_cast<char>(random.Integer(256));
      try {
         const auto document = XmlDocument::Parse(damaged);
         accepted += document.Root().Name().size() > 0;
      } catch (const TorchMVA::Error &error) {
         EXPECT_EQ(error.GetCode(), EErrorCode::kWeightFile);
      }
   }
   EXPECT_GT(accepted, 0);
}

TEST(Xml, ForeignTextSaysWhereItStopsBeingXml)
{
   for (const std::string text :
        {"", "   ", "hello", "<a>", "<a></b>", "<a><b></a></b>", "<a/><b/>", "<a x=1/>", "<a x='1' x='2'/>",
         "<a>&nbsp;</a>", "<a>&#0;</a>", "<a", "<>", "<a/>x", "root\0file"})
      EXPECT_THROW(XmlDocument::Parse(text), TorchMVA::Error) << text;
   ExpectError(EErrorCode::kWeightFile, {"line: 3", "</c>", "</b>"},
               [] { XmlDocument::Parse("<a>\n<b>\n</c>\n</a>"); });
   std::string deep;
   for (int i = 0; i < 100000; ++i)
      deep += "<a>";
   ExpectError(EErrorCode::kWeightFile, {"nested"}, [&] { XmlDocument::Parse(deep); });
}

TEST(Xml, TensOfMegabytesSurvive)
{
   const TempDir dir;
   std::string content(30 * 1000 * 1000, 'A');
   TRandom3 random(2);
   for (auto &c : content)
      c = "ABCDEFGHIJKLMNOPQRSTUVWXYZ+/=&<"[random.Integer(31)];
   auto document = XmlDocument::Create("r");
   document.Root().AddChild("Model", content);
   document.Root().AddChild("After").SetAttribute("big", content.substr(0, 12 * 1000 * 1000));
   const std::string path = dir / "big.xml";
   document.Write(path);
   const auto read = XmlDocument::Read(path);
   EXPECT_TRUE(read.Root().RequiredChild("Model").Content() == content);
   EXPECT_TRUE(read.Root().RequiredChild("After").Attribute("big") == content.substr(0, 12 * 1000 * 1000));
}

TEST(Xml, APipeIsWrittenAndNotReplaced)
{
   TempDir dir;
   const std::string pipe = dir / "pipe";
   ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
   std::string found;
   std::thread reader([&] {
      std::ifstream in(pipe);
      found.assign(std::istreambuf_iterator<char>(in), {});
   });
   XmlDocument::Create("root").Write(pipe);
   reader.join();
   EXPECT_NE(found.find("<root"), std::string::npos) << found;
   EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST(Xml, WhatIsNoRegularFileIsRefusedAtOnce)
{
   const TempDir dir;
   const std::string pipe = dir / "pipe";
   ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0); // without a writer: to open it is to wait for one
   std::filesystem::create_symlink(pipe, dir / "link.xml");
   for (const std::string &path : {pipe, dir / "link.xml", std::string("/dev/zero")})
      ExpectError(EErrorCode::kFile, {path, "expected a regular file, found a pipe, socket or device"},
                  [&] { XmlDocument::Read(path); });
   ExpectError(EErrorCode::kFile, {dir.Path(), "found a folder"}, [&] { XmlDocument::Read(dir.Path()); });
}

TEST(Xml, FilesThatCannotBeOpenedOrWritten)
{
   const TempDir dir;
   ExpectError(EErrorCode::kFile, {"nothing.xml"}, [&] { XmlDocument::Read(dir / "nothing.xml"); });
   ExpectError(EErrorCode::kFile, {dir.Path()}, [&] { XmlDocument::Read(dir.Path()); });
   ExpectError(EErrorCode::kFile, {"no/such"}, [&] { XmlDocument::Create("a").Write(dir / "no/such/w.xml"); });
   // the target is a folder: the rename fails, and nothing stays behind
   const std::string target = dir / "folder";
   ASSERT_EQ(::mkdir(target.c_str(), 0755), 0);
   ExpectError(EErrorCode::kFile, {"folder"}, [&] { XmlDocument::Create("a").Write(target); });
   int files = 0;
   for (const auto &entry : std::filesystem::directory_iterator(dir.Path()))
      files += !entry.path().empty();
   EXPECT_EQ(files, 1);
   if (::geteuid() != 0) { // root writes everywhere
      ASSERT_EQ(::chmod(target.c_str(), 0555), 0);
      ExpectError(EErrorCode::kFile, {"Permission"}, [&] { XmlDocument::Create("a").Write(target + "/w.xml"); });
   }
}

TEST(Xml, ManyAttributesAreRefusedInNoTime)
{
   std::string text = "<a";
   for (int i = 0; i < 100000; ++i)
      text += " a" + std::to_string(i) + "=\"1\"";
   ExpectError(EErrorCode::kWeightFile, {"more than 10000 attributes"}, [&] { XmlDocument::Parse(text + "/>"); });
   ExpectError(EErrorCode::kWeightFile, {"'b' twice"}, [] { XmlDocument::Parse("<a b=\"1\" c=\"2\" b=\"3\"/>"); });
}

TEST(Xml, WhatIsNotKnownIsNamed)
{
   const auto document = XmlDocument::Parse("<a Size=\"1\"><b/><c/></a>", "f.xml");
   EXPECT_NO_THROW(document.Root().RequireKnown({"Size"}, {"b", "c"}));
   ExpectError(EErrorCode::kWeightFile, {"'Size'", "<a>", "f.xml", "did you mean 'Sizes'"},
               [&] { document.Root().RequireKnown({"Sizes"}, {"b", "c"}); });
   ExpectError(EErrorCode::kWeightFile, {"<b>", "found <c>", "f.xml"},
               [&] { document.Root().RequireKnown({"Size"}, {"b"}); });
}
