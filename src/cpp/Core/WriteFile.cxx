#include "WriteFile.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace TorchMVA {
namespace Internal {

void WriteFile(const std::string &path, const std::string &content)
{
   // Beside the target, so that the rename stays on one file system; with the process in the name, so that two jobs
   // in one folder do not share it.
   // A device or pipe is written itself: a file under its name would take its place.
   std::error_code none;
   const std::filesystem::file_status status = std::filesystem::status(path, none);
   const bool isStream = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
                         !std::filesystem::is_directory(status);
   const std::string temporary = isStream ? path : path + ".tmp" + std::to_string(::getpid());
   errno = 0;
   std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
   out.write(content.data(), content.size());
   out.close();
   if (!out || (!isStream && std::rename(temporary.c_str(), path.c_str()) != 0)) {
      const std::string reason = errno ? std::strerror(errno) : "unknown reason";
      if (!isStream)
         std::remove(temporary.c_str());
      throw Error(EErrorCode::kFile, "cannot write '" + path + "': " + reason, {{"file", path}});
   }
}

} // namespace Internal
} // namespace TorchMVA
