#ifndef TORCHMVA_CORE_XML_HXX
#define TORCHMVA_CORE_XML_HXX

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

class TXMLEngine;

namespace TorchMVA {

class XmlDocument;

/// One element of an XML document: a light handle, valid as long as its XmlDocument lives.
///
/// Reading throws Error (kWeightFile) that names file, element and attribute when something is missing or has the
/// wrong type. Numbers are written so that they read back to the same bits (%.17g doubles, %.9g floats).
class XmlNode {
public:
   XmlNode() = default;
   XmlNode(const XmlDocument *document, void *node) : fDocument(document), fNode(node) {}
   explicit operator bool() const { return fNode != nullptr; }
   /// TXMLEngine's node pointer, as methods written for TMVA expect it (AddWeightsXMLTo(void *)).
   void *Handle() const { return fNode; }
   const XmlDocument *Document() const { return fDocument; }

   std::string Name() const;
   std::string Content() const;
   /// First child of that name (any name if empty); false handle if there is none.
   XmlNode Child(const std::string &name = "") const;
   /// As Child, but throws if there is none.
   XmlNode RequiredChild(const std::string &name) const;
   std::vector<XmlNode> Children(const std::string &name = "") const;

   bool HasAttribute(const std::string &name) const;
   std::vector<std::string> AttributeNames() const;
   std::string Attribute(const std::string &name) const; ///< throws if missing
   std::string Attribute(const std::string &name, const std::string &fallback) const;
   long long IntAttribute(const std::string &name) const;
   double DoubleAttribute(const std::string &name) const;
   /// Throws unless all attributes and child elements are among these: what a reader does not know may change what the
   /// rest means.
   void RequireKnown(std::initializer_list<const char *> attributes,
                     std::initializer_list<const char *> children = {}) const;

   XmlNode AddChild(const std::string &name, const std::string &content = "") const;
   void SetAttribute(const std::string &name, const std::string &value) const;
   void SetAttribute(const std::string &name, const char *value) const;
   void SetAttribute(const std::string &name, long long value) const;
   void SetAttribute(const std::string &name, double value) const;

private:
   const XmlDocument *fDocument = nullptr;
   void *fNode = nullptr;
};

/// An XML document in memory, owned. Special characters are escaped when written and restored when read.
class XmlDocument {
public:
   /// New document with that root element.
   static XmlDocument Create(const std::string &rootName);
   /// Reads a file of any size, also one that gzip has compressed, of that name or with `.gz` after it. Throws Error
   /// (kFile) if it cannot be opened or unpacked, Error (kWeightFile) if it is no well-formed XML (truncated, foreign).
   static XmlDocument Read(const std::string &path);
   static XmlDocument Parse(const std::string &text, const std::string &nameInErrors = "text");

   XmlDocument(XmlDocument &&) noexcept;
   XmlDocument &operator=(XmlDocument &&) noexcept;
   ~XmlDocument();

   XmlNode Root() const;
   const std::string &Path() const;
   TXMLEngine &Engine() const;
   /// The document as Write would write it.
   std::string Text() const;
   /// Writes to a temporary file beside `path`, then renames: no half-written file under the final name.
   /// Throws Error (kFile).
   void Write(const std::string &path) const;

private:
   XmlDocument();
   struct Impl;
   std::unique_ptr<Impl> fImpl;
};

} // namespace TorchMVA

#endif
