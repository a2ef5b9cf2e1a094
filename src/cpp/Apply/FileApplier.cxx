#include "TorchMVA/FileApplier.hxx"

#include "Data/FrameReader.hxx"
#include "Data/TreeReader.hxx"
#include "LoadMethod.hxx"
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

/// What is read from the trees for a method: its variables, and its spectators if responses depend on them.
void DeclareInputs(const MethodBase &method, DataSetInfo &info)
{
   const auto &variables = method.DataInfo().GetVariableInfos();
   for (std::size_t i = 0; i < variables.size();) {
      const VariableInfo &first = variables[i];
      std::size_t end = i + 1; // the elements of an array have the same expression
      while (end < variables.size() && variables[end].GetExpression() == first.GetExpression())
         ++end;
      if (end - i > 1)
         info.AddVariablesArray(first.GetExpression(), static_cast<Int_t>(end - i));
      else
         info.AddVariable(first);
      i = end;
   }
   if (method.UsesSpectators()) {
      for (const VariableInfo &spectator : method.DataInfo().GetSpectatorInfos())
         info.AddSpectator(spectator);
   }
}

void ReadTrees(const InputFiles &inputs, const DataSetInfo &info, const std::string &cut, EventSink &sink)
{
   TChain chain(inputs.Tree().c_str(), "", TChain::kWithoutGlobalRegistration);
   for (const auto &file : inputs.Files())
      chain.AddFile(file.fFile.c_str(), file.fEntries, file.fTree.c_str());
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

void ReadNTuples(const InputFiles &inputs, const DataSetInfo &info, const std::string &cut, EventSink &sink)
{
   const WithoutThreads single;
   std::vector<std::string> names;
   for (const auto &file : inputs.Files())
      names.push_back(file.fFile);
   try {
      const ROOT::RDataFrame frame(inputs.Tree(), names);
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

} // namespace

FileApplier::FileApplier(const std::string &weightFile, const std::string &engine, bool allowUserCode)
   : fModel(std::make_unique<Model>())
{
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

bool FileApplier::IsFinished(const std::vector<std::string> &inputs, const std::string &output) const
{
   return fs::exists(output) && PartFile::MarkerOf(output) == MarkerFor(InputFiles(inputs));
}

Long64_t FileApplier::Apply(const std::vector<std::string> &inputs, const std::string &output)
{
   fStop = false;
   fNDone = fNEntries = 0;
   if (fIsFriend && !fCut.empty())
      throw Error(EErrorCode::kArgument,
                  "a friend has an entry for each of the tree: expected no cut, found '" + fCut + "'");
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
