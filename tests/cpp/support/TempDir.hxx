#ifndef TORCHMVA_TESTS_SUPPORT_TEMPDIR_HXX
#define TORCHMVA_TESTS_SUPPORT_TEMPDIR_HXX

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace TorchMVA {
namespace Test {

/// A fresh folder named after the running test, removed at the end.
class TempDir {
public:
   TempDir()
   {
      const auto *info = ::testing::UnitTest::GetInstance()->current_test_info();
      const std::string name = info ? std::string(info->test_suite_name()) + "_" + info->name() : "test";
      std::string safe = "torchmva_" + name + "_" + std::to_string(::getpid());
      for (auto &c : safe)
         c = c == '/' ? '_' : c;
      fPath = std::filesystem::temp_directory_path() / safe;
      std::filesystem::remove_all(fPath);
      std::filesystem::create_directories(fPath);
   }
   ~TempDir()
   {
      std::error_code ignored;
      std::filesystem::permissions(fPath, std::filesystem::perms::owner_all, ignored);
      std::filesystem::remove_all(fPath, ignored);
   }
   TempDir(const TempDir &) = delete;
   TempDir &operator=(const TempDir &) = delete;

   std::string Path() const { return fPath.string(); }
   /// Path of a file in the folder.
   std::string operator/(const std::string &name) const { return (fPath / name).string(); }

private:
   std::filesystem::path fPath;
};

/// A fresh folder that is the current one as long as this lives: for code that writes relative paths.
class WorkingDir : public TempDir {
public:
   WorkingDir() { std::filesystem::current_path(Path()); }
   ~WorkingDir()
   {
      std::error_code ignored;
      std::filesystem::current_path(fBefore, ignored);
   }

private:
   std::filesystem::path fBefore = std::filesystem::current_path(); // initialised before the body changes it
};

inline void WriteText(const std::string &path, const std::string &text)
{
   std::ofstream(path, std::ios::binary) << text;
}

inline std::string ReadText(const std::string &path)
{
   std::ifstream in(path, std::ios::binary);
   std::ostringstream text;
   text << in.rdbuf();
   return text.str();
}

} // namespace Test
} // namespace TorchMVA

#endif
