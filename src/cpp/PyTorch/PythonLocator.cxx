#include "PyTorch/PythonLocator.hxx"

#include "Core/ExpandPath.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace fs = std::filesystem;

namespace TorchMVA {
namespace Internal {

namespace {

bool IsExecutable(const fs::path &path)
{
   std::error_code ignored;
   return fs::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
}

/// The interpreter on PATH, empty if none.
std::string OnPath(const std::string &name)
{
   const char *path = std::getenv("PATH");
   std::istringstream folders(path ? path : "");
   for (std::string folder; std::getline(folders, folder, ':');) {
      if (!folder.empty() && IsExecutable(fs::path(folder) / name))
         return fs::absolute(fs::path(folder) / name).string();
   }
   return "";
}

/// Standard output of a program, without a shell in between. Throws Error (kPython).
std::string OutputOf(const std::vector<std::string> &command)
{
   std::array<int, 2> ends;
   if (pipe(ends.data()) != 0)
      throw Error(EErrorCode::kPython, std::string("Cannot make a pipe: ") + std::strerror(errno));
   std::vector<char *> arguments;
   for (const std::string &argument : command)
      arguments.push_back(const_cast<char *>(argument.c_str()));
   arguments.push_back(nullptr);

   posix_spawn_file_actions_t actions;
   posix_spawn_file_actions_init(&actions);
   posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
   posix_spawn_file_actions_addclose(&actions, ends[0]);
   posix_spawn_file_actions_addclose(&actions, ends[1]);
   pid_t child = 0;
   const int failure = posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
   posix_spawn_file_actions_destroy(&actions);
   close(ends[1]);

   std::string text;
   int status = -1;
   if (failure == 0) {
      std::array<char, 4096> block;
      for (ssize_t n; (n = read(ends[0], block.data(), block.size())) != 0;) {
         if (n > 0)
            text.append(block.data(), n);
         else if (errno != EINTR)
            break;
      }
      while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
      }
   }
   close(ends[0]);
   if (failure != 0 || status != 0)
      throw Error(EErrorCode::kPython,
                  "The Python interpreter does not run: " +
                     (failure ? std::string(std::strerror(failure)) : "it ended with status " + std::to_string(status)),
                  {{"interpreter", command[0]}});
   return text;
}

// Isolated and without site: this only asks where things are. The program is constant.
const char *const kQuestion = "import sys, sysconfig as s\n"
                              "v = s.get_config_var\n"
                              "print(v('LIBDIR') or '', v('INSTSONAME') or '', v('LDLIBRARY') or '', "
                              "sys.base_prefix, v('MULTIARCH') or '', v('LDVERSION') or v('VERSION'), sep='\\n')\n";

} // namespace

std::string PluginFolder()
{
   Dl_info info;
   if (!dladdr(reinterpret_cast<const void *>(&PluginFolder), &info) || !info.dli_fname)
      return "";
   std::error_code ignored;
   const fs::path path = fs::canonical(info.dli_fname, ignored);
   return (path.empty() ? fs::path(info.dli_fname) : path).parent_path().string();
}

std::string PackageParent()
{
   return fs::path(PluginFolder()).parent_path().parent_path().string();
}

PythonChoice ChoosePython(const std::string &pluginFolder, std::vector<std::string> &tried)
{
   const char *chosen = std::getenv("TORCHMVA_PYTHON");
   if (chosen && *chosen) {
      tried.push_back(std::string("TORCHMVA_PYTHON=") + chosen);
      const std::string path = std::strchr(chosen, '/') ? fs::absolute(ExpandPath(chosen)).string() : OnPath(chosen);
      // it was asked for: nothing else will do
      return IsExecutable(path) ? PythonChoice{path, "TORCHMVA_PYTHON"} : PythonChoice{};
   }
   for (fs::path folder = pluginFolder; folder.has_relative_path(); folder = folder.parent_path()) {
      if (folder.filename() != "site-packages" && folder.filename() != "dist-packages")
         continue;
      const std::string version = folder.parent_path().filename().string(); // python3.11
      const fs::path bin = folder.parent_path().parent_path().parent_path() / "bin";
      for (const fs::path &path : {bin / version, bin / "python3"}) {
         tried.push_back(path.string());
         if (IsExecutable(path))
            return {path.string(), "the environment of the library"};
      }
   }
   if (const char *environment = std::getenv("VIRTUAL_ENV")) {
      const fs::path path = fs::absolute(fs::path(environment) / "bin" / "python3");
      tried.push_back(path.string());
      if (IsExecutable(path))
         return {path.string(), "VIRTUAL_ENV"};
   }
   for (const char *name : {"python3.11", "python3"}) {
      tried.push_back(std::string(name) + " on PATH");
      const std::string path = OnPath(name);
      if (!path.empty())
         return {path, "PATH"};
   }
   return {};
}

std::vector<std::string> LibPythonCandidates(const std::string &executable)
{
   std::istringstream answer(OutputOf({executable, "-I", "-S", "-c", kQuestion}));
   std::string libDir, soName, ldLibrary, prefix, multiArch, version;
   for (std::string *line : {&libDir, &soName, &ldLibrary, &prefix, &multiArch, &version})
      std::getline(answer, *line);

   std::vector<std::string> names;
   for (const std::string &name :
        {soName, ldLibrary, "libpython" + version + ".so.1.0", "libpython" + version + ".so"}) {
      if (name.find(".so") != std::string::npos) // a static Python names libpython3.x.a
         names.push_back(name);
   }
   // a relocated Python still names the folder of its build in LIBDIR: its own prefix goes first
   std::vector<std::string> paths;
   for (const fs::path &folder : {fs::path(prefix) / "lib", fs::path(libDir), fs::path(libDir) / multiArch}) {
      for (const std::string &name : names) {
         std::error_code ignored;
         if (fs::exists(folder / name, ignored))
            paths.push_back((folder / name).string());
      }
   }
   paths.insert(paths.end(), names.begin(), names.end()); // as the dynamic loader finds them
   return paths;
}

} // namespace Internal
} // namespace TorchMVA
