#ifndef TORCHMVA_SRC_STANDALONE_STANDALONECODE_HXX
#define TORCHMVA_SRC_STANDALONE_STANDALONECODE_HXX

#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// The text of a C++17 header that needs no library but the standard one, as it grows: pieces (the functions of
/// src/cpp/Standalone/Pieces, which the build puts into this library as text) and what is special to one model.
///
/// The code works on L events side by side: value i of event l of an array is `x[i * L + l]`. Functions are templates
/// of L, used with 1 for one event and with kLanes for blocks; their innermost loops run over events, and vectorise.
class StandaloneCode {
public:
   /// Events side by side in a block. Fewer than 17, and GCC unrolls the loops before it could vectorise them.
   static constexpr int kLanes = 32;

   /// Makes the functions of a piece known, by the name of its file: "Linear". Throws Error (kInternal).
   void Use(const std::string &piece);
   /// `inline constexpr <type> <name>[] = {...};`, numbers that read back to the same bits. T: float, double, int.
   template <typename T>
   void Table(const std::string &name, const std::vector<T> &numbers);
   /// For functions of the model.
   std::ostream &Out() { return fOut; }
   /// Memory that one event needs inside a function: decides whether blocks are evaluated side by side.
   void NeedFloats(long long n) { fNFloats = n > fNFloats ? n : fNFloats; }
   long long GetNFloats() const { return fNFloats; }

   /// Pieces in the order of their use, then the functions.
   std::string Text() const { return fPieces.str() + fOut.str(); }

private:
   std::set<std::string> fUsed;
   std::ostringstream fPieces, fOut;
   long long fNFloats = 0;
};

/// A number as a literal of C++, of type float with an 'f'; reads back to the same bits.
std::string FloatLiteral(float value);
std::string DoubleLiteral(double value);
/// A text as a literal of C++.
std::string StringLiteral(const std::string &text);
/// A text that may stand in a comment of one line.
std::string CommentText(std::string text);
/// Replaces all `from`.
void ReplaceAll(std::string &text, const std::string &from, const std::string &to);

/// A piece as the build has embedded it; empty if there is none of that name.
std::string StandalonePiece(const std::string &name);

} // namespace Internal
} // namespace TorchMVA

#endif
