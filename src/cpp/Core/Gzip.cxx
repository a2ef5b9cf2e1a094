#include "Core/Gzip.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <dlfcn.h>

#include <memory>

namespace TorchMVA {
namespace Internal {

namespace {

/// As _weightfile_xml.py has them.
constexpr std::size_t kExpansion = 200;
constexpr std::size_t kAllowance = std::size_t(64) << 20;

/// The functions of zlib. They are looked up at run time: ROOT brings the library into each process, but not its headers.
struct Zlib {
   void *(*fOpen)(const char *path, const char *mode) = nullptr;
   int (*fRead)(void *file, void *buffer, unsigned size) = nullptr;
   const char *(*fError)(void *file, int *code) = nullptr;
   int (*fClose)(void *file) = nullptr;

   bool IsThere() const { return fOpen && fRead && fError && fClose; }

   static const Zlib &Instance()
   {
      static const Zlib zlib = [] {
         Zlib found;
         for (const char *name : {"libz.so.1", "libz.so", "libz.1.dylib"}) {
            void *const library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
            if (!library)
               continue;
            found.fOpen = reinterpret_cast<decltype(found.fOpen)>(dlsym(library, "gzopen"));
            found.fRead = reinterpret_cast<decltype(found.fRead)>(dlsym(library, "gzread"));
            found.fError = reinterpret_cast<decltype(found.fError)>(dlsym(library, "gzerror"));
            found.fClose = reinterpret_cast<decltype(found.fClose)>(dlsym(library, "gzclose"));
            break;
         }
         return found;
      }();
      return zlib;
   }
};

} // namespace

bool IsGzip(const std::string &bytes)
{
   return bytes.compare(0, 2, "\x1f\x8b") == 0;
}

std::string ReadGzip(const std::string &path, std::size_t size)
{
   const Zlib &zlib = Zlib::Instance();
   const auto fail = [&path](const std::string &why) {
      throw Error(EErrorCode::kFile, "cannot unpack '" + path + "': " + why, {{"file", path}});
   };
   if (!zlib.IsThere())
      fail("this machine has no zlib. Unpack it with gunzip");
   std::unique_ptr<void, int (*)(void *)> file(zlib.fOpen(path.c_str(), "rb"), zlib.fClose);
   if (!file)
      fail("it cannot be opened");
   const std::size_t most = kExpansion * size + kAllowance;
   std::string text;
   std::string buffer(std::size_t(1) << 20, '\0');
   for (;;) {
      const int n = zlib.fRead(file.get(), &buffer[0], static_cast<unsigned>(buffer.size()));
      if (n < 0) {
         int code = 0;
         fail(std::string("it is damaged (") + zlib.fError(file.get(), &code) + ")");
      }
      if (n == 0)
         break;
      text.append(buffer, 0, static_cast<std::size_t>(n));
      if (text.size() > most)
         fail(std::to_string(size) + " bytes unpack to more than " + std::to_string(most));
   }
   if (zlib.fClose(file.release()) != 0) // says what gzread does not: the file ended too early
      fail("it is truncated");
   return text;
}

} // namespace Internal
} // namespace TorchMVA
