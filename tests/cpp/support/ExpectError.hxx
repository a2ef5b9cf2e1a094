#ifndef TORCHMVA_TESTS_SUPPORT_EXPECTERROR_HXX
#define TORCHMVA_TESTS_SUPPORT_EXPECTERROR_HXX

#include "TorchMVA/Core/Error.hxx"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace TorchMVA {
namespace Test {

/// Calls `action`, expects Error with that code and all key words in what().
template <typename Action>
void ExpectError(EErrorCode code, std::initializer_list<std::string> words, Action &&action)
{
   try {
      action();
      ADD_FAILURE() << "expected an Error of code " << Error::GetCodeName(code) << ", nothing was thrown";
   } catch (const Error &error) {
      EXPECT_STREQ(Error::GetCodeName(code), Error::GetCodeName(error.GetCode())) << error.what();
      for (const auto &word : words)
         EXPECT_NE(std::string(error.what()).find(word), std::string::npos)
            << "no '" << word << "' in: " << error.what();
   }
}

} // namespace Test
} // namespace TorchMVA

#endif
