// SHA-256 against the examples of FIPS 180-4 and NIST, and against lengths around the ends of blocks.

#include "Core/Sha256.hxx"

#include <gtest/gtest.h>

using TorchMVA::Internal::Sha256;

TEST(Sha256, ExamplesOfTheStandard)
{
   EXPECT_EQ(Sha256().Hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
   EXPECT_EQ(Sha256().Update("abc").Hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
   EXPECT_EQ(Sha256().Update("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").Hex(),
             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
   EXPECT_EQ(Sha256().Update(std::string(1000000, 'a')).Hex(),
             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesAreTheWhole)
{
   // python: hashlib.sha256(bytes(i % 251 for i in range(1000))).hexdigest()
   std::string bytes;
   for (int i = 0; i < 1000; ++i)
      bytes += static_cast<char>(i % 251);
   const std::string expected = "4e4c294b331f7a2099a379bec34b9f9fc03dc46ab465d998f4d683da53487e6d";
   for (std::size_t piece : {1, 3, 55, 56, 63, 64, 65, 127, 128, 1000}) {
      Sha256 sum;
      for (std::size_t first = 0; first < bytes.size(); first += piece)
         sum.Update(bytes.substr(first, piece));
      EXPECT_EQ(sum.Hex(), expected) << piece;
   }
}
