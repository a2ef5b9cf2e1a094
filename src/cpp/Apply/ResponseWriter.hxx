#ifndef TORCHMVA_SRC_APPLY_RESPONSEWRITER_HXX
#define TORCHMVA_SRC_APPLY_RESPONSEWRITER_HXX

#include "InputFiles.hxx"
#include "RtypesCore.h"

#include <memory>
#include <string>
#include <vector>

class TDirectory;

namespace TorchMVA {
namespace Internal {

/// What goes into the output beside the responses.
enum class EOutput {
   kFriend, ///< nothing
   kCopy,   ///< all entries
   kSkim    ///< the entries that are evaluated
};

/// Writes responses as columns of a tree or an RNTuple, in the order of the entries.
class ResponseWriter {
public:
   virtual ~ResponseWriter() = default;

   /// For the format of the inputs. Writes into `folder`, which must outlive it; copies entries from the inputs.
   /// Throws Error (kArgument) if the input has a column of one of the names, kFile.
   static std::unique_ptr<ResponseWriter> Make(const InputFiles &inputs, const std::vector<std::string> &columns,
                                               EOutput output, TDirectory &folder);

   /// The responses of the next `n` entries that passed, row-major (n x columns). `entries`: their numbers, through all
   /// inputs. Throws Error (kFile).
   virtual void Write(const Long64_t *entries, Long64_t n, const float *responses) = 0;
   /// Completes the tree. Returns its number of entries.
   virtual Long64_t Finish() = 0;
};

} // namespace Internal
} // namespace TorchMVA

#endif
