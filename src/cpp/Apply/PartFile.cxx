#include "PartFile.hxx"

#include "Core/RootErrors.hxx"

#include "TNamed.h"
#include "TSystem.h"
#include "TorchMVA/Core/Error.hxx"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <unistd.h>

namespace fs = std::filesystem;

namespace TorchMVA {
namespace Internal {

namespace {

constexpr const char *kMarker = "torchmva_apply";

std::string PartOf(const std::string &path)
{
   return path + ".part-" + gSystem->HostName() + "-";
}

/// Removes what dead processes of this machine left behind.
void RemoveOldParts(const std::string &path)
{
   const fs::path start = PartOf(path);
   std::error_code none;
   for (const auto &entry : fs::directory_iterator(start.parent_path().empty() ? "." : start.parent_path(), none)) {
      const std::string name = entry.path().filename().string();
      const std::string prefix = start.filename().string();
      if (name.compare(0, prefix.size(), prefix) != 0)
         continue;
      const std::string digits = name.substr(prefix.size());
      if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos)
         continue;
      if (::kill(std::stoi(digits), 0) != 0 && errno == ESRCH)
         fs::remove(entry.path(), none);
   }
}

} // namespace

PartFile::PartFile(const std::string &path, int compression)
   : fPath(path), fTemporary(PartOf(path) + std::to_string(::getpid()))
{
   if (path.find("://") != std::string::npos)
      throw Error(EErrorCode::kArgument, "expected an output file of this machine, found an address", {{"file", path}});
   std::error_code none;
   if (fs::exists(path, none) && !fs::is_regular_file(path, none))
      throw Error(EErrorCode::kFile, "cannot write the output: expected a name of a file, found a folder or a device",
                  {{"file", path}});
   RemoveOldParts(path);
   const RootErrors errors;
   fFile.reset(
      TFile::Open(fTemporary.c_str(), "RECREATE_WITHOUT_GLOBALREGISTRATION", "written by TorchMVA", compression));
   if (!fFile || fFile->IsZombie())
      throw Error(EErrorCode::kFile, "cannot write the output: " + errors.First(), {{"file", path}});
}

PartFile::~PartFile()
{
   if (!fFile)
      return;
   const RootErrors errors; // it failed before
   fFile.reset();
   std::error_code none;
   fs::remove(fTemporary, none);
}

void PartFile::Commit(const std::string &marker)
{
   const RootErrors errors;
   TNamed named(kMarker, marker.c_str());
   fFile->WriteTObject(&named, kMarker);
   fFile->Close();
   const bool failed = fFile->TestBit(TFile::kWriteError);
   if (failed || !errors.First().empty())
      throw Error(EErrorCode::kFile,
                  "cannot write the output: " + (failed ? "the disk may be full; " : std::string()) + errors.First(),
                  {{"file", fPath}});
   errno = 0;
   if (std::rename(fTemporary.c_str(), fPath.c_str()) != 0)
      throw Error(EErrorCode::kFile, std::string("cannot rename the finished output: ") + std::strerror(errno),
                  {{"file", fPath}, {"from", fTemporary}});
   fFile.reset();
}

std::string PartFile::MarkerOf(const std::string &path)
{
   const RootErrors errors;
   const std::unique_ptr<TFile> file(TFile::Open(path.c_str(), "READ_WITHOUT_GLOBALREGISTRATION"));
   if (!file || file->IsZombie() || file->TestBit(TFile::kRecovered))
      return "";
   const std::unique_ptr<TNamed> named(file->Get<TNamed>(kMarker));
   return named ? named->GetTitle() : "";
}

} // namespace Internal
} // namespace TorchMVA
