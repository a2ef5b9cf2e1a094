#include "TorchMVA/FileApplier.hxx"

#include "Core/ExpandPath.hxx"
#include "Data/FrameReader.hxx"
#include "Data/TreeReader.hxx"
#include "LoadMethod.hxx"
#include "MethodInputs.hxx"
#include "PartFile.hxx"
#include "ResponseSink.hxx"

#include "ROOT/RDataFrame.hxx"
#include "TChain.h"
#include "TMD5.h"
#include "TROOT.h"
#include "TorchMVA/Core/Xml.hxx"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace fs = std::filesystem;

namespace TorchMVA {
namespace Experimental {

using namespace TorchMVA::Internal;

struct FileApplier::Model {
   DataSetInfo fInfo{"FileApplier"};
   std::string fFile;
   std::string fMd5;                    ///< of the weight file, and the engine if one was chosen
   std::unique_ptr<MethodBase> fMethod; ///< after fInfo: goes first
};

namespace {

/// With the characters that a name cannot have replaced.
std::string Sanitised(const std::string &text)
{
   std::string name = text;
   for (char &c : name) {
      if (!std::isalnum(static_cast<unsigned char>(c)))
         c = '_';
   }
   return name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) ? "_" + name : name;
}

std::vector<const VariableInfo *> InputsIn(const DataSetInfo &info)
{
   std::vector<const VariableInfo *> inputs;
   for (const auto *infos : {&info.GetVariableInfos(), &info.GetSpectatorInfos()}) {
      for (const VariableInfo &input : *infos)
         inputs.push_back(&input);
   }
   return inputs;
}

void ReadTrees(const InputFiles &inputs, const DataSetInfo &info, const std::string &cut, EventSink &sink)
{
   TChain chain(inputs.Tree().c_str(), "", TChain::kWithoutGlobalRegistration);
   for (const auto &file : inputs.Files())
      chain.AddFile(file.fFile.c_str(), file.fEntries, file.fTree.c_str());
   for (const VariableInfo *input : InputsIn(info)) {
      const char *expression = input->GetExpression().Data();
      if (!chain.GetBranch(expression)) // a name of a branch may have any characters
         RequirePlainExpression(expression, "the input", &chain);
   }
   TreeReader reader(chain, info, ClassInfo("", 0), cut, EMissing::kNaN);
   reader.Count();
   reader.Read(sink);
}

/// Blocks come in order from one thread only.
class WithoutThreads {
public:
   WithoutThreads() : fThreads(ROOT::IsImplicitMTEnabled() ? ROOT::GetThreadPoolSize() : 0)
   {
      if (fThreads > 0)
         ROOT::DisableImplicitMT();
   }
   ~WithoutThreads()
   {
      if (fThreads > 0)
         ROOT::EnableImplicitMT(fThreads);
   }
   WithoutThreads(const WithoutThreads &) = delete;
   WithoutThreads &operator=(const WithoutThreads &) = delete;

private:
   UInt_t fThreads;
};

/// Reads all entries of the inputs with a data frame, or the first `n`.
void ReadFrame(const InputFiles &inputs, const DataSetInfo &info, const std::string &cut, Long64_t n, EventSink &sink)
{
   const WithoutThreads single;
   std::vector<std::string> names;
   for (const auto &file : inputs.Files())
      names.push_back(file.fFile);
   try {
      FrameNode_t frame = ROOT::RDataFrame(inputs.Tree(), names);
      if (n < inputs.Entries())
         frame = frame.Range(static_cast<unsigned>(n));
      SourceInput source;
      source.fName = inputs.Tree();
      source.fFrame = std::make_shared<FrameNode_t>(frame);
      FrameReader(source, info, ClassInfo("", 0), cut).Stream(sink);
   } catch (const Error &) {
      throw;
   } catch (const std::exception &error) {
      throw Error(EErrorCode::kFile, std::string("cannot read the events: ") + error.what(), inputs.Where());
   }
}

void ReadNTuples(const InputFiles &inputs, const DataSetInfo &info, const std::string &cut, EventSink &sink)
{
   ReadFrame(inputs, info, cut, inputs.Entries(), sink);
}

/// Keeps the variables of all events.
class VariableSink final : public EventSink {
public:
   void Put(const RowBlock &block) override
   {
      fValues.insert(fValues.end(), block.fVariables.begin(),
                     block.fVariables.begin() + block.fRows * block.fNVariables);
   }
   void NoteRemoved(const ColumnSpec &, Long64_t) override {}
   void NoteSurplus(const ColumnSpec &, Int_t) override {}

   std::vector<float> fValues;
};

} // namespace

FileApplier::FileApplier(const std::string &file, const std::string &engine, bool allowUserCode)
   : fModel(std::make_unique<Model>())
{
   const std::string weightFile = ExpandPath(file);
   const Types::EEngine chosen = Types::GetEngine(engine.c_str());
   const XmlDocument document = XmlDocument::Read(weightFile);
   fModel->fFile = weightFile;
   const std::unique_ptr<TMD5> checksum(TMD5::FileChecksum(weightFile.c_str()));
   fModel->fMd5 = checksum ? checksum->AsString() : "";
   fModel->fMethod = LoadMethod(document.Root(), weightFile.c_str(), fModel->fInfo, {kWARNING, chosen, allowUserCode});
   if (chosen != Types::kAutoEngine)
      fModel->fMd5 += " " + engine;
   fName = Sanitised(fModel->fMethod->GetMethodName().Data());
}

FileApplier::~FileApplier() = default;

void FileApplier::SetName(const std::string &name)
{
   if (Sanitised(name) != name)
      throw Error(EErrorCode::kArgument,
                  "expected a name of letters, digits and underscores for the new columns, found \"" + name + "\"");
   fName = name;
}

std::vector<std::string> FileApplier::GetColumnNames() const
{
   const MethodBase &method = *fModel->fMethod;
   const UInt_t n = method.GetNResponses();
   if (n == 1)
      return {fName};
   std::vector<std::string> names;
   for (UInt_t i = 0; i < n; ++i)
      names.push_back(fName + "_" +
                      Sanitised(method.DoRegression() ? fModel->fInfo.GetTargetInfo(i).GetLabel().Data()
                                                      : fModel->fInfo.GetClassInfo(static_cast<Int_t>(i))->GetName()));
   for (auto name = names.begin(); name != names.end(); ++name) {
      if (std::find(names.begin(), name, *name) != name)
         throw Error(EErrorCode::kArgument, "two responses would get the same column '" + *name + "'",
                     {{"file", fModel->fFile}});
   }
   return names;
}

/// What decides about the content of an output; it is stored in it.
std::string FileApplier::MarkerFor(const InputFiles &inputs) const
{
   std::string marker = "TorchMVA apply 1\nweights " + fModel->fMd5;
   for (const auto &name : GetColumnNames())
      marker += "\ncolumn " + name;
   marker += fIsFriend ? "\nfriend" : "\ncopy";
   if (!fCut.empty())
      marker += "\ncut " + fCut;
   for (const auto &file : inputs.Files())
      marker += "\ninput " + file.fIdentity;
   return marker;
}

bool FileApplier::IsFinished(const std::vector<std::string> &inputs, const std::string &path) const
{
   const std::string output = ExpandPath(path);
   return fs::exists(output) && PartFile::MarkerOf(output) == MarkerFor(InputFiles(inputs));
}

Long64_t FileApplier::Apply(const std::vector<std::string> &inputs, const std::string &path)
{
   const std::string output = ExpandPath(path);
   fStop = false;
   fNDone = fNEntries = 0;
   if (fIsFriend && !fCut.empty())
      throw Error(EErrorCode::kArgument,
                  "a friend has an entry for each of the tree: expected no cut, found '" + fCut + "'");
   std::error_code none; // what is not there is no weight file
   if (fs::equivalent(fModel->fFile, output, none))
      throw Error(EErrorCode::kArgument, "the output is the weight file: choose another name", {{"file", output}});
   ROOT::EnableThreadSafety(); // responses are written by the thread that has made them
   const InputFiles files(inputs);
   files.RequireNone(output);
   const std::string marker = MarkerFor(files);
   if (fs::exists(output) && !fOverwrite) {
      const std::string found = PartFile::MarkerOf(output);
      if (found == marker)
         return InputFiles({output}).Entries();
      if (found.empty())
         throw Error(EErrorCode::kArgument,
                     "the output is there and was not made by this command: remove it, or ask for overwriting",
                     {{"file", output}});
   }
   fNEntries = files.Entries();
   return Write(files, output, marker);
}

std::vector<float> FileApplier::ReadVariables(const std::string &input, Long64_t n) const
{
   const InputFiles files({input});
   DataSetInfo info("FileApplier");
   DeclareInputs(*fModel->fMethod, info);
   VariableSink sink;
   if (n > 0 && files.Entries() > 0)
      ReadFrame(files, info, "", n, sink);
   return std::move(sink.fValues);
}

Long64_t FileApplier::Write(const InputFiles &inputs, const std::string &output, const std::string &marker)
{
   const RootErrors errors;
   PartFile part(output, inputs.Files().front().fCompression);
   const auto form = fIsFriend ? EOutput::kFriend : fCut.empty() ? EOutput::kCopy : EOutput::kSkim;
   Long64_t written = 0;
   {
      const auto writer = ResponseWriter::Make(inputs, GetColumnNames(), form, part.File());
      errors.Throw("cannot copy the tree", inputs.Where());
      DataSetInfo info("FileApplier");
      DeclareInputs(*fModel->fMethod, info);
      ResponseSink sink(*fModel->fMethod, inputs, form != EOutput::kSkim, *writer, errors, fNDone, fStop);
      if (fNEntries > 0)
         (inputs.IsNTuple() ? ReadNTuples : ReadTrees)(inputs, info, fCut, sink);
      sink.Finish();
      written = writer->Finish();
   }
   errors.Throw("cannot read the events or write the output", {{"file", output}});
   part.Commit(marker);
   return written;
}

} // namespace Experimental
} // namespace TorchMVA
