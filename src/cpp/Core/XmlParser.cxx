#include "XmlParser.hxx"

#include "TXMLEngine.h"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <unordered_set>
#include <vector>

namespace TorchMVA {
namespace Internal {

namespace {

/// TXMLEngine frees and writes nodes recursively: deeper than this no honest weight file goes.
constexpr std::size_t kMaxDepth = 1000;
/// It finds and appends attributes by walking through all of them.
constexpr std::size_t kMaxAttributes = 10000;

bool IsSpace(char c)
{
   return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool IsNameChar(char c)
{
   const auto u = static_cast<unsigned char>(c);
   return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') || u == '_' || u == ':' ||
          u == '-' || u == '.' || u >= 0x80;
}

class Parser {
public:
   Parser(TXMLEngine &engine, const std::string &text, const std::string &name)
      : fEngine(engine), fText(text), fName(name)
   {
   }
   ~Parser()
   {
      if (fRoot)
         fEngine.FreeNode(fRoot);
   }
   Parser(const Parser &) = delete;
   Parser &operator=(const Parser &) = delete;

   void *Run()
   {
      if (fText.find('\0') != std::string::npos)
         Fail("a zero byte: this is not a text file");
      if (fText.compare(0, 3, "\xEF\xBB\xBF") == 0)
         fPos = 3;
      while (fPos < fText.size())
         ReadItem();
      if (!fOpen.empty())
         Fail("the end of the text inside element <" + Name(fOpen.back()) + ">: the file is truncated");
      if (!fRoot)
         Fail("no XML element");
      void *root = fRoot;
      fRoot = nullptr;
      return root;
   }

private:
   [[noreturn]] void Fail(const std::string &found) const
   {
      const auto end = fText.begin() + std::min(fPos, fText.size());
      throw Error(EErrorCode::kWeightFile, "expected well-formed XML, found " + found,
                  {{"file", fName}, {"line", std::to_string(1 + std::count(fText.begin(), end, '\n'))}});
   }

   std::string Name(void *node) const { return fEngine.GetNodeName(node); }
   bool At(const char *what) const { return fText.compare(fPos, std::strlen(what), what) == 0; }

   /// Position after the next `what`; fails if there is none.
   void SkipPast(const char *what, const char *inside)
   {
      const auto end = fText.find(what, fPos);
      if (end == std::string::npos)
         Fail(std::string("the end of the text inside ") + inside + ": the file is truncated");
      fPos = end + std::strlen(what);
   }

   void SkipSpaces()
   {
      while (fPos < fText.size() && IsSpace(fText[fPos]))
         ++fPos;
   }

   void ReadItem()
   {
      if (fText[fPos] != '<')
         ReadText();
      else if (At("<!--"))
         SkipPast("-->", "a comment");
      else if (At("<![CDATA["))
         ReadCData();
      else if (At("<?"))
         SkipPast("?>", "a processing instruction");
      else if (At("</"))
         ReadEndTag();
      else
         ReadStartTag();
   }

   void ReadText()
   {
      const auto end = std::min(fText.find('<', fPos), fText.size());
      const std::string raw = fText.substr(fPos, end - fPos);
      const bool blank = std::all_of(raw.begin(), raw.end(), IsSpace);
      if (fOpen.empty() && !blank)
         Fail("text outside any element");
      // Blanks between elements are layout; blanks around real text, and those that are all of a content, are kept.
      const bool whole = !fOpen.empty() && !fEngine.GetChild(fOpen.back(), kFALSE) &&
                         fText.compare(end, 2, "</") == 0 && raw.find('\n') == std::string::npos;
      if (!blank || whole)
         AddContent(Unescape(raw));
      fPos = end;
   }

   void ReadCData()
   {
      const auto first = fPos + std::strlen("<![CDATA[");
      SkipPast("]]>", "a CDATA section");
      if (fOpen.empty())
         Fail("text outside any element");
      AddContent(fText.substr(first, fPos - 3 - first));
   }

   void AddContent(const std::string &text) { fEngine.AddNodeContent(fOpen.back(), text.c_str(), text.size()); }

   std::string ReadName(const char *what)
   {
      const auto first = fPos;
      while (fPos < fText.size() && IsNameChar(fText[fPos]))
         ++fPos;
      if (fPos == first)
         Fail(fPos < fText.size() ? std::string("'") + fText[fPos] + "' where the name of " + what + " should be"
                                  : std::string("the end of the text in a tag: the file is truncated"));
      return fText.substr(first, fPos - first);
   }

   void ReadStartTag()
   {
      ++fPos;
      const std::string name = ReadName("an element");
      if (fOpen.empty() && fRoot)
         Fail("a second root element <" + name + ">");
      if (fOpen.size() >= kMaxDepth)
         Fail("more than " + std::to_string(kMaxDepth) + " nested elements");
      void *node = fEngine.NewChild(fOpen.empty() ? nullptr : fOpen.back(), nullptr, name.c_str());
      if (!fRoot)
         fRoot = node;
      SkipSpaces();
      std::unordered_set<std::string> names;
      while (fPos < fText.size() && IsNameChar(fText[fPos])) {
         ReadAttribute(node, names);
         SkipSpaces();
      }
      if (At("/>")) {
         fPos += 2;
      } else if (At(">")) {
         ++fPos;
         fOpen.push_back(node);
      } else {
         Fail(fPos < fText.size() ? "'" + std::string(1, fText[fPos]) + "' in the tag of element <" + name + ">"
                                  : "the end of the text in a tag: the file is truncated");
      }
   }

   void ReadAttribute(void *node, std::unordered_set<std::string> &names)
   {
      const std::string name = ReadName("an attribute");
      SkipSpaces();
      if (!At("="))
         Fail("attribute '" + name + "' without '='");
      ++fPos;
      SkipSpaces();
      if (!At("\"") && !At("'"))
         Fail("attribute '" + name + "' without a quoted value");
      const char quote[2] = {fText[fPos], '\0'};
      const auto first = ++fPos;
      SkipPast(quote, "an attribute");
      const std::string raw = fText.substr(first, fPos - 1 - first);
      if (raw.find('<') != std::string::npos)
         Fail("'<' inside attribute '" + name + "'");
      if (!names.insert(name).second)
         Fail("attribute '" + name + "' twice in element <" + Name(node) + ">");
      if (names.size() > kMaxAttributes)
         Fail("more than " + std::to_string(kMaxAttributes) + " attributes in element <" + Name(node) + ">");
      fEngine.NewAttr(node, nullptr, name.c_str(), Unescape(raw).c_str());
   }

   void ReadEndTag()
   {
      fPos += 2;
      const std::string name = ReadName("an element");
      SkipSpaces();
      if (!At(">"))
         Fail("the end tag of <" + name + "> without '>'");
      if (fOpen.empty() || Name(fOpen.back()) != name)
         Fail("</" + name + "> where " +
              (fOpen.empty() ? "no element is open" : "</" + Name(fOpen.back()) + "> should be"));
      ++fPos;
      fOpen.pop_back();
   }

   std::string Unescape(const std::string &raw) const
   {
      std::string text;
      text.reserve(raw.size());
      for (std::size_t i = 0; i < raw.size(); ++i) {
         if (raw[i] != '&') {
            text += raw[i];
            continue;
         }
         const auto end = raw.find(';', i);
         if (end == std::string::npos || end - i > 10)
            Fail("'&' that begins no entity");
         text += Entity(raw.substr(i + 1, end - i - 1));
         i = end;
      }
      return text;
   }

   std::string Entity(const std::string &name) const
   {
      static const std::pair<const char *, const char *> known[] = {
         {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}};
      for (const auto &item : known) {
         if (name == item.first)
            return item.second;
      }
      if (name.size() < 2 || name[0] != '#')
         Fail("the unknown entity '&" + name + ";'");
      const bool hex = name[1] == 'x';
      char *end = nullptr;
      const unsigned long code = std::strtoul(name.c_str() + (hex ? 2 : 1), &end, hex ? 16 : 10);
      if (*end != '\0' || code == 0 || code > 0x10FFFF)
         Fail("the bad character number '&" + name + ";'");
      return Utf8(code);
   }

   static std::string Utf8(unsigned long code)
   {
      if (code < 0x80)
         return {static_cast<char>(code)};
      const int following = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
      static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
      std::string text(1, static_cast<char>(lead[following] | (code >> (6 * following))));
      for (int i = following - 1; i >= 0; --i)
         text += static_cast<char>(0x80 | ((code >> (6 * i)) & 0x3F));
      return text;
   }

   TXMLEngine &fEngine;
   const std::string &fText;
   const std::string &fName;
   std::size_t fPos = 0;
   void *fRoot = nullptr;
   std::vector<void *> fOpen;
};

} // namespace

void *ParseXml(TXMLEngine &engine, const std::string &text, const std::string &name)
{
   return Parser(engine, text, name).Run();
}

} // namespace Internal
} // namespace TorchMVA
