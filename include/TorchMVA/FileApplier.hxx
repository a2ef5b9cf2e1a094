#ifndef TORCHMVA_FILEAPPLIER_HXX
#define TORCHMVA_FILEAPPLIER_HXX

#include "RtypesCore.h"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {

namespace Internal {
class InputFiles;
}

namespace Experimental {

/// Applies a trained method to whole files: the responses become new columns of a copy of the tree, or a friend of it.
/// The command `torchmva apply` is this class.
///
/// ```cpp
/// TorchMVA::Experimental::FileApplier applier("dataset/weights/job_Net.weights.xml");
/// applier.SetName("score");
/// applier.Apply({"data.root:events"}, "scored.root");
/// ```
///
/// Everything that the method needs comes from the weight file: variables are expressions of the tree, as in the
/// training. A column is one float a response: `<name>`, or `<name>_<class>` and `<name>_<target>` where there are
/// several. An event with a NaN among its inputs gets -999, as from Reader.
///
/// Trees and RNTuples; the output has the format of the input. Events are read, evaluated and written in blocks: memory
/// does not grow with the file (a cut takes one bit an entry). A copy of a tree without a cut takes over its compressed
/// data as they are.
///
/// Thread safety: one call of Apply at a time; Stop and the numbers from any thread.
class FileApplier {
public:
   /// Reads a weight file. `engine`: "Auto", "Native" or "Python", and `allowUserCode`, as the options Engine and
   /// AllowUserCode of Reader.
   /// Throws Error (kFile, kWeightFile, kMethod, kArgument).
   explicit FileApplier(const std::string &weightFile, const std::string &engine = "Auto", bool allowUserCode = false);
   ~FileApplier();
   FileApplier(const FileApplier &) = delete;
   FileApplier &operator=(const FileApplier &) = delete;

   /// Name of the new columns, or its beginning; default: the title of the method. Throws Error (kArgument) unless it
   /// is a name as C++ has them.
   void SetName(const std::string &name);
   /// The output has the new columns only, with an entry for each of the input (default: a copy of everything).
   void SetFriend(bool isFriend = true) { fIsFriend = isFriend; }
   /// Only events that pass are copied; an expression (docs/expressions.md). Not for friends.
   void SetCut(const std::string &cut) { fCut = cut; }
   /// Replace an output that is there, whatever it is (default: only an older output of Apply).
   void SetOverwrite(bool overwrite = true) { fOverwrite = overwrite; }

   /// Names of the new columns.
   std::vector<std::string> GetColumnNames() const;

   /// Evaluates the events of all inputs, one after another, into one output.
   ///
   /// An input is `file:tree`, or `file` if that has one tree only; files may be remote, the output is local. It is
   /// written under another name and gets its own when it is complete, so there is never a half-written file under
   /// the name `output`. Does nothing if that is finished (see IsFinished).
   ///
   /// Returns the number of entries of the output. Throws Error: kFile (an input that is missing or ends early, an
   /// output that cannot be written), kTree, kExpression (what the tree has not), kArgument (an output that is an
   /// input, or that is there and no output of Apply; names that are taken), kState (Stop was called).
   Long64_t Apply(const std::vector<std::string> &inputs, const std::string &output);
   /// Whether the output is there and was made of these inputs, as they are now, with the same weight file, names, cut
   /// and form.
   bool IsFinished(const std::vector<std::string> &inputs, const std::string &output) const;

   /// The variables of the first events of an input, at most `n`, one row per event; NaN for an element that an entry
   /// does not have. Throws Error as Apply() does.
   std::vector<float> ReadVariables(const std::string &input, Long64_t n) const;

   /// Events evaluated in the present call of Apply, or the last one.
   Long64_t GetNDone() const { return fNDone; }
   /// Entries of its inputs, before cuts; 0 until they are known.
   Long64_t GetNEntries() const { return fNEntries; }
   /// Ends the present call of Apply soon; nothing is left of its output.
   void Stop() { fStop = true; }

private:
   struct Model;

   std::string MarkerFor(const TorchMVA::Internal::InputFiles &inputs) const;
   Long64_t Write(const TorchMVA::Internal::InputFiles &inputs, const std::string &output, const std::string &marker);

   std::unique_ptr<Model> fModel; //!
   std::string fName;
   std::string fCut;
   bool fIsFriend = false;
   bool fOverwrite = false;
   std::atomic<Long64_t> fNDone{0};    //!
   std::atomic<Long64_t> fNEntries{0}; //!
   std::atomic<bool> fStop{false};     //!
};

} // namespace Experimental
} // namespace TorchMVA

#endif
