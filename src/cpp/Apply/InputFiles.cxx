#include "InputFiles.hxx"

#include "Core/ExpandPath.hxx"
#include "Core/RootErrors.hxx"

#include "ROOT/RNTuple.hxx"
#include "ROOT/RNTupleReader.hxx"
#include "TFile.h"
#include "TKey.h"
#include "TTree.h"
#include "TUUID.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <numeric>
#include <set>

namespace fs = std::filesystem;

namespace TorchMVA {
namespace Internal {

namespace {

/// "file:tree" into its halves; a colon of an address ("root://host:1094//f.root") is no separator.
InputFile Split(const std::string &input)
{
   const auto colon = input.rfind(':');
   InputFile file;
   file.fFile = input;
   if (colon == std::string::npos || colon == 0)
      return file;
   const std::string after = input.substr(colon + 1);
   const bool isAddress =
      after.compare(0, 2, "//") == 0 || (!after.empty() && after.find_first_not_of("0123456789") == after.find('/') &&
                                         after.find('/') != std::string::npos && after[0] != '/');
   if (isAddress || after.empty())
      return file;
   file.fFile = input.substr(0, colon);
   file.fTree = after;
   return file;
}

bool IsNTupleKey(const TKey &key)
{
   return std::string(key.GetClassName()) == "ROOT::RNTuple";
}

bool IsTreeKey(const TKey &key)
{
   const TClass *klass = TClass::GetClass(key.GetClassName());
   return klass && klass->InheritsFrom(TTree::Class());
}

/// Names of all trees and RNTuples of a folder of a file and of those in it.
void CollectTrees(TDirectory &folder, const std::string &path, std::set<std::string> &names)
{
   for (TObject *object : *folder.GetListOfKeys()) {
      auto &key = static_cast<TKey &>(*object);
      const std::string name = path + key.GetName();
      const TClass *klass = TClass::GetClass(key.GetClassName());
      if (IsNTupleKey(key) || IsTreeKey(key))
         names.insert(name);
      else if (klass && klass->InheritsFrom(TDirectory::Class()))
         CollectTrees(*folder.GetDirectory(key.GetName()), name + "/", names);
   }
}

std::string OnlyTree(TFile &file)
{
   std::set<std::string> names;
   CollectTrees(file, "", names);
   if (names.size() == 1)
      return *names.begin();
   std::string list;
   for (const auto &name : names)
      list += (list.empty() ? "" : ", ") + name;
   throw Error(EErrorCode::kTree,
               names.empty() ? std::string("the file has neither a tree nor an RNTuple")
                             : "the file has several trees, say which: " + list,
               {{"file", file.GetName()}});
}

[[noreturn]] void FailOnTree(TFile &file, const std::string &tree)
{
   std::set<std::string> names;
   CollectTrees(file, "", names);
   std::string list;
   for (const auto &name : names)
      list += (list.empty() ? "" : ", ") + name;
   throw Error(EErrorCode::kTree,
               "expected a tree or an RNTuple '" + tree + "', found " + (list.empty() ? "none" : "only: " + list),
               {{"file", file.GetName()}});
}

/// Opens a file, which must be complete.
std::unique_ptr<TFile> Open(const std::string &path)
{
   const RootErrors errors;
   std::unique_ptr<TFile> file(TFile::Open(path.c_str(), "READ_WITHOUT_GLOBALREGISTRATION"));
   const std::string reason = errors.First();
   const bool isCut = (file && file->TestBit(TFile::kRecovered)) || reason.find("truncated") != std::string::npos;
   if (isCut)
      throw Error(EErrorCode::kFile,
                  "the input file ends early or was not closed, events of it are missing" +
                     (reason.empty() ? "" : ": " + reason),
                  {{"file", path}});
   if (!file || file->IsZombie() || !reason.empty())
      throw Error(EErrorCode::kFile, "cannot open the input file: " + reason, {{"file", path}});
   return file;
}

} // namespace

InputFiles::InputFiles(const std::vector<std::string> &inputs)
{
   if (inputs.empty())
      throw Error(EErrorCode::kArgument, "expected at least one input file, found none");
   for (const std::string &input : inputs)
      Look(ExpandPath(input));
}

void InputFiles::Look(const std::string &input)
{
   InputFile found = Split(input);
   // a name that has a colon itself
   if (!found.fTree.empty() && !fs::exists(found.fFile) && fs::exists(input)) {
      found.fFile = input;
      found.fTree.clear();
   }
   const auto file = Open(found.fFile);
   if (found.fTree.empty())
      found.fTree = OnlyTree(*file);
   const RootErrors errors;
   const auto nTuple = std::unique_ptr<ROOT::RNTuple>(file->Get<ROOT::RNTuple>(found.fTree.c_str()));
   const auto *tree = nTuple ? nullptr : file->Get<TTree>(found.fTree.c_str()); // the file's
   if (!nTuple && !tree)
      FailOnTree(*file, found.fTree);
   errors.Throw("cannot read the tree '" + found.fTree + "'", {{"file", found.fFile}});
   if (fFiles.empty())
      fIsNTuple = nTuple != nullptr;
   else if (fIsNTuple != (nTuple != nullptr))
      throw Error(EErrorCode::kTree, "expected inputs of one kind, found a tree and an RNTuple",
                  {{"file", fFiles.front().fFile}, {"other", found.fFile}});
   try {
      found.fEntries = tree ? tree->GetEntries() : ROOT::RNTupleReader::Open(*nTuple)->GetNEntries();
   } catch (const std::exception &error) {
      throw Error(EErrorCode::kFile, std::string("cannot read the RNTuple: ") + error.what(),
                  {{"file", found.fFile}, {"RNTuple", found.fTree}});
   }
   found.fCompression = file->GetCompressionSettings();
   found.fIdentity = std::string(file->GetUUID().AsString()) + " " + std::to_string(file->GetEND()) + " " +
                     found.fTree + " " + std::to_string(found.fEntries);
   fFiles.push_back(std::move(found));
}

Long64_t InputFiles::Entries() const
{
   return std::accumulate(fFiles.begin(), fFiles.end(), Long64_t(0),
                          [](Long64_t n, const InputFile &file) { return n + file.fEntries; });
}

Error::Context_t InputFiles::Where(Long64_t entry) const
{
   auto file = fFiles.begin();
   while (file + 1 != fFiles.end() && entry >= file->fEntries)
      entry -= (file++)->fEntries;
   return {{"file", file->fFile}, {"tree", file->fTree}, {"entry", std::to_string(entry)}};
}

Error::Context_t InputFiles::Where() const
{
   Error::Context_t where;
   for (const auto &file : fFiles)
      where.emplace_back("file", file.fFile);
   return where;
}

void InputFiles::RequireNone(const std::string &path) const
{
   for (const auto &file : fFiles) {
      std::error_code none;
      if (fs::equivalent(file.fFile, path, none))
         throw Error(EErrorCode::kArgument, "the output is an input: choose another name", {{"file", path}});
   }
}

} // namespace Internal
} // namespace TorchMVA
