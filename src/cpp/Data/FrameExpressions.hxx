#ifndef TORCHMVA_DATA_FRAMEEXPRESSIONS_HXX
#define TORCHMVA_DATA_FRAMEEXPRESSIONS_HXX

#include "Expression/Program.hxx"
#include "ROOT/RDF/RInterface.hxx"
#include "TorchMVA/Data/EntryFunction.hxx"

#include <map>
#include <memory>
#include <string>
#include <vector>

class TLeaf;
class TTree;

namespace TorchMVA {
namespace Internal {

/// Expressions on the columns of a data frame, and the columns that they need.
///
/// The interpreter compiles how values of the columns' types are read, and members and methods of objects by their
/// names. No text of an expression reaches it.
class FrameExpressions final : private Scope {
public:
   /// What `node` gets is named with `prefix`; `place` is for messages: "data frame of class 'Signal'".
   FrameExpressions(ROOT::RDF::RNode &node, std::string prefix, std::string place);

   /// Adds an expression, or a column of this name, and returns its number. `what` is for messages: "variable". Throws
   /// Error (kExpression).
   std::size_t Add(const std::string &expression, const std::string &what);
   const Program &operator[](std::size_t number) const { return fPrograms[number]; }
   /// All expressions; they stay valid after this object is gone.
   const std::vector<Program> &Programs() const { return fPrograms; }
   /// The columns that they need, in the order in which their functions get them.
   const std::vector<std::string> &ColumnNames() const { return fNames; }

   /// Adds a column of values of a function of the columns that the expressions need.
   template <typename Result>
   void Define(const std::string &name, const std::shared_ptr<EntryFunction<Result>> &function);
   /// The same on another node of the frame, for a copy of the column.
   template <typename Result>
   ROOT::RDF::RNode DefineOn(ROOT::RDF::RNode &node, const std::string &name,
                             const std::shared_ptr<EntryFunction<Result>> &function) const;

private:
   Column Find(const Syntax &name) override;
   /// Of the tree that the data frame reads; columns that were defined come first, as in the data frame.
   std::optional<std::string> AliasOf(const std::string &name) override;
   /// The leaf of a column that comes from a tree, or nullptr.
   const TLeaf *FindLeaf(const std::string &column) const;
   Program OfColumn(const std::string &name);
   Column FindName(const std::string &name);
   Column AddColumn(const std::string &name);
   /// The column of an object and the text after it: "p4" and ".Pt()".
   std::pair<std::string, std::string> Split(const Syntax &name);
   Column AddMember(const std::string &column, const std::string &path);
   [[noreturn]] void FailOnName(const std::string &name);

   ROOT::RDF::RNode &fNode;
   TTree *fTree;                      ///< nullptr if the data frame reads none
   std::vector<std::string> fDefined; ///< columns that are not the tree's
   std::string fPrefix;
   std::string fPlace;
   std::vector<std::string> fNames; ///< columns that the expressions need
   std::vector<std::string> fTypes;
   std::vector<ColumnType::EKind> fKinds;
   std::map<std::string, std::size_t> fMembers; ///< of objects: "p4.Pt()" is a column with a name of ours
   std::vector<Program> fPrograms;
};

} // namespace Internal
} // namespace TorchMVA

#endif
