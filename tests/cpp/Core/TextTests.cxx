// Texts of any bytes, which Python does not take.

#include "Core/Text.hxx"

#include "TError.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"

#include <gtest/gtest.h>

#include <string>

using namespace TorchMVA;

TEST(Text, Utf8IsRecognised)
{
   // the examples of RFC 3629 and of the Unicode standard, table 3-7: first and last of each row
   for (const char *text : {"", "plain", "\xC3\xA9", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xE2\x82\xAC",
                            "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"})
      EXPECT_TRUE(Internal::IsUtf8(text)) << text;
   for (const char *text : {"\xE9", "n\xE9", "\x80", "\xC0\xAF", "\xC1\xBF", "\xC3", "\xE0\x9F\x80", "\xE2\x82",
                            "\xED\xA0\x80", "\xF0\x8F\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"})
      EXPECT_FALSE(Internal::IsUtf8(text)) << text;
}

TEST(Text, OtherBytesAreShownAsNumbers)
{
   EXPECT_EQ(Internal::AsUtf8("n\xE9.xml"), "n\\xe9.xml");
   EXPECT_EQ(Internal::AsUtf8("\xC3\xA9\xFF\xE2\x82"), "\xC3\xA9\\xff\\xe2\\x82");
   EXPECT_EQ(Internal::AsUtf8("\xE2\x82\xAC"), "\xE2\x82\xAC");
}

TEST(Text, EveryPartOfAnErrorIsUtf8)
{
   const TorchMVA::Error error(EErrorCode::kFile, "cannot read n\xE9", {{"fi\xE9le", "n\xE9.xml"}}, "line \xE9");
   EXPECT_STREQ(error.what(), "cannot read n\\xe9\n   fi\\xe9le: n\\xe9.xml\nline \\xe9");
   EXPECT_EQ(error.GetMessage(), "cannot read n\\xe9");
   EXPECT_EQ(error.GetContext().at(0), std::make_pair(std::string("fi\\xe9le"), std::string("n\\xe9.xml")));
   EXPECT_EQ(error.GetTraceback(), "line \\xe9");
}

namespace {
std::string gSaid;
void Remember(int, Bool_t, const char *location, const char *message)
{
   gSaid += std::string(location) + " " + message + "\n";
}
} // namespace

TEST(Text, WarningsAreUtf8)
{
   gSaid.clear();
   const auto before = SetErrorHandler(Remember);
   Logger("M\xE9").Warning("n\xE9");
   Logger("M\xE9").Error("n\xE9");
   SetErrorHandler(before);
   EXPECT_EQ(gSaid, "TorchMVA::M\\xe9 n\\xe9\nTorchMVA::M\\xe9 n\\xe9\n");
}
