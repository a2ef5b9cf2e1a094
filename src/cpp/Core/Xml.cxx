#include "TorchMVA/Core/Xml.hxx"

#include "Core/Gzip.hxx"
#include "TXMLEngine.h"
#include "TorchMVA/Core/Error.hxx"
#include "WriteFile.hxx"
#include "XmlParser.hxx"
#include "XmlWriter.hxx"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace TorchMVA {

struct XmlDocument::Impl {
   Impl() = default;
   Impl(const Impl &) = delete;
   Impl &operator=(const Impl &) = delete;
   ~Impl()
   {
      if (fRoot)
         fEngine.FreeNode(fRoot);
   }
   TXMLEngine fEngine;
   void *fRoot = nullptr;
   std::string fPath;
};

XmlDocument::XmlDocument() : fImpl(std::make_unique<Impl>()) {}
XmlDocument::XmlDocument(XmlDocument &&) noexcept = default;
XmlDocument &XmlDocument::operator=(XmlDocument &&) noexcept = default;
XmlDocument::~XmlDocument() = default;

XmlDocument XmlDocument::Create(const std::string &rootName)
{
   XmlDocument document;
   document.fImpl->fRoot = document.fImpl->fEngine.NewChild(nullptr, nullptr, rootName.c_str());
   return document;
}

XmlDocument XmlDocument::Parse(const std::string &text, const std::string &nameInErrors)
{
   XmlDocument document;
   document.fImpl->fPath = nameInErrors;
   document.fImpl->fRoot = Internal::ParseXml(document.fImpl->fEngine, text, nameInErrors);
   return document;
}

XmlDocument XmlDocument::Read(const std::string &file)
{
   std::error_code none;
   // a file may have been compressed since another one named it, such as those of folds
   const bool isPacked = !std::filesystem::exists(file, none) && std::filesystem::exists(file + ".gz", none);
   const std::string path = isPacked ? file + ".gz" : file;
   const std::filesystem::file_status status = std::filesystem::status(path, none);
   if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) // to open a pipe is to wait for it
      throw Error(EErrorCode::kFile,
                  "cannot open '" + path + "' for reading: expected a regular file, found " +
                     (std::filesystem::is_directory(status) ? "a folder" : "a pipe, socket or device"),
                  {{"file", path}});
   errno = 0;
   std::ifstream in(path, std::ios::binary | std::ios::ate);
   const auto size = in ? static_cast<std::streamoff>(in.tellg()) : -1;
   if (size < 0)
      throw Error(EErrorCode::kFile,
                  "cannot open '" + path + "' for reading: " + (errno ? std::strerror(errno) : "unknown reason"),
                  {{"file", path}});
   std::string text(static_cast<std::size_t>(size), '\0');
   in.seekg(0);
   if (size > 0 && !in.read(&text[0], size))
      throw Error(EErrorCode::kFile, "cannot read all of '" + path + "'", {{"file", path}});
   if (Internal::IsGzip(text))
      text = Internal::ReadGzip(path, text.size());
   return Parse(text, path);
}

XmlNode XmlDocument::Root() const
{
   return XmlNode(this, fImpl->fRoot);
}

const std::string &XmlDocument::Path() const
{
   return fImpl->fPath;
}

TXMLEngine &XmlDocument::Engine() const
{
   return fImpl->fEngine;
}

void XmlDocument::Write(const std::string &path) const
{
   Internal::WriteFile(path, Text());
}

std::string XmlDocument::Text() const
{
   return Internal::WriteXml(fImpl->fEngine, fImpl->fRoot);
}

} // namespace TorchMVA
