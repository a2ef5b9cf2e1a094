#include "ResponseWriter.hxx"

#include "NTupleWriter.hxx"
#include "TreeWriter.hxx"

namespace TorchMVA {
namespace Internal {

std::unique_ptr<ResponseWriter> ResponseWriter::Make(const InputFiles &inputs, const std::vector<std::string> &columns,
                                                     EOutput output, TDirectory &folder)
{
   if (inputs.IsNTuple())
      return std::make_unique<NTupleWriter>(inputs, columns, output, folder);
   return std::make_unique<TreeWriter>(inputs, columns, output, folder);
}

} // namespace Internal
} // namespace TorchMVA
