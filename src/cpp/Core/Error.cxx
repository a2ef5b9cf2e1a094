#include "TorchMVA/Core/Error.hxx"

#include "Core/Text.hxx"

#include <cstdio>

namespace TorchMVA {

namespace {
std::string ComposeText(const std::string &message, const Error::Context_t &context, const std::string &traceback)
{
   std::string text = message;
   for (const auto &item : context)
      text += "\n   " + item.first + ": " + item.second;
   if (!traceback.empty())
      text += "\n" + traceback;
   return text;
}

Error::Context_t AsUtf8(Error::Context_t context)
{
   for (auto &[name, value] : context) {
      name = Internal::AsUtf8(name);
      value = Internal::AsUtf8(value);
   }
   return context;
}
} // namespace

Error::Error(EErrorCode code, const std::string &message, Context_t context, std::string traceback)
   : std::runtime_error(Internal::AsUtf8(ComposeText(message, context, traceback))), fCode(code),
     fMessage(Internal::AsUtf8(message)), fContext(AsUtf8(std::move(context))), fTraceback(Internal::AsUtf8(traceback))
{
   std::fflush(stdout); // a macro that does not catch it ends in std::terminate, which loses the lines before
}

// Out of line, so that the type information has one home: what is thrown in one library is caught in another.
Error::~Error() = default;

const char *Error::GetCodeName(EErrorCode code) noexcept
{
   switch (code) {
   case EErrorCode::kOption: return "Option";
   case EErrorCode::kFile: return "File";
   case EErrorCode::kTree: return "Tree";
   case EErrorCode::kExpression: return "Expression";
   case EErrorCode::kData: return "Data";
   case EErrorCode::kMethod: return "Method";
   case EErrorCode::kModel: return "Model";
   case EErrorCode::kUserCode: return "UserCode";
   case EErrorCode::kWeightFile: return "WeightFile";
   case EErrorCode::kState: return "State";
   case EErrorCode::kArgument: return "Argument";
   case EErrorCode::kPython: return "Python";
   case EErrorCode::kInternal: return "Internal";
   }
   return "Unknown";
}

} // namespace TorchMVA
