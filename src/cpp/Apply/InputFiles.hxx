#ifndef TORCHMVA_SRC_APPLY_INPUTFILES_HXX
#define TORCHMVA_SRC_APPLY_INPUTFILES_HXX

#include "RtypesCore.h"
#include "TorchMVA/Core/Error.hxx"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// A file with a tree or an RNTuple.
struct InputFile {
   std::string fFile;
   std::string fTree; ///< with its folder in the file
   Long64_t fEntries = 0;
   int fCompression = 0;  ///< algorithm and level, as ROOT writes them
   std::string fIdentity; ///< of the content: changes when the file is written again
};

/// The files that one output is made of, in order: all with trees or all with RNTuples, of one name.
class InputFiles {
public:
   /// Looks into each file. `inputs`: "file:tree", or "file" if there is one tree only.
   /// Throws Error: kArgument (no input), kFile (missing, or it ends early), kTree (none or several, or different
   /// kinds).
   explicit InputFiles(const std::vector<std::string> &inputs);

   const std::vector<InputFile> &Files() const { return fFiles; }
   bool IsNTuple() const { return fIsNTuple; }
   /// Of the tree or RNTuple of the first file.
   const std::string &Tree() const { return fFiles.front().fTree; }
   Long64_t Entries() const;
   /// File and entry in it, for an Error; `entry` counts through all files.
   Error::Context_t Where(Long64_t entry) const;
   /// All names of files, for an Error.
   Error::Context_t Where() const;
   /// Throws Error (kArgument) if a path is one of the files.
   void RequireNone(const std::string &path) const;

private:
   void Look(const std::string &input);

   std::vector<InputFile> fFiles;
   bool fIsNTuple = false;
};

} // namespace Internal
} // namespace TorchMVA

#endif
