#include "FrameExpressions.hxx"

#include "FrameTree.hxx"
#include "TInterpreter.h"
#include "TLeafC.h"
#include "TTree.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/NearestName.hxx"

#include <algorithm>
#include <mutex>

namespace TorchMVA {
namespace Internal {

namespace {

using ROOT::RDF::RNode;

/// What the interpreter has compiled, by what it is for.
class Compiled {
public:
   /// The address that `code`, with `@` for a name of its own, leaves in this name.
   static void *Get(const std::string &key, const std::string &code)
   {
      static std::mutex mutex;
      static std::map<std::string, void *> known;
      const std::lock_guard lock(mutex);
      const auto found = known.find(key);
      if (found != known.end())
         return found->second;
      void *const address = Compile("Compiled_" + std::to_string(known.size()), key, code);
      known.emplace(key, address);
      return address;
   }

private:
   static void *Compile(const std::string &name, const std::string &key, const std::string &code)
   {
      std::string text = "#include \"TorchMVA/Data/EntryFunction.hxx\"\n#pragma cling optimize(2)\n"
                         "namespace TorchMVAColumns { " +
                         code + " }";
      text.replace(text.find('@'), 1, name);
      if (!gInterpreter->Declare(text.c_str()))
         throw ExpressionProblem("the interpreter does not know how to read " + key);
      return reinterpret_cast<void *>(gInterpreter->Calc(("(Longptr_t)TorchMVAColumns::" + name).c_str()));
   }
};

/// Types that are common, so that the interpreter is not asked for them.
template <typename... T>
const ColumnType *FindCommonType(const std::string &type, const std::vector<std::string> &names)
{
   const ColumnType *const types[] = {&ColumnTypeOf<T>()...};
   const auto found = std::find(names.begin(), names.end(), type);
   return found == names.end() ? nullptr : types[found - names.begin()];
}

const ColumnType &TypeOf(const std::string &type)
{
   static const std::vector<std::string> names = {"float",
                                                  "Float_t",
                                                  "double",
                                                  "Double_t",
                                                  "int",
                                                  "Int_t",
                                                  "unsigned int",
                                                  "UInt_t",
                                                  "long",
                                                  "Long64_t",
                                                  "ULong64_t",
                                                  "bool",
                                                  "Bool_t",
                                                  "short",
                                                  "ROOT::VecOps::RVec<float>",
                                                  "ROOT::VecOps::RVec<double>"};
   if (const auto *common = FindCommonType<float, float, double, double, int, int, unsigned, unsigned, long, Long64_t,
                                           ULong64_t, bool, bool, short, ROOT::RVecF, ROOT::RVecD>(type, names))
      return *common;
   return *static_cast<const ColumnType *>(
      Compiled::Get("columns of type " + type, "const auto *@ = &TorchMVA::Internal::ColumnTypeOf<" + type + ">();"));
}

template <typename Result>
constexpr const char *kResultName = "";
template <>
constexpr const char *kResultName<float> = "float";
template <>
constexpr const char *kResultName<double> = "double";
template <>
constexpr const char *kResultName<ROOT::RVecF> = "ROOT::RVecF";
template <>
constexpr const char *kResultName<ROOT::RVecD> = "ROOT::RVecD";

} // namespace

FrameExpressions::FrameExpressions(RNode &node, std::string prefix, std::string place)
   : fNode(node), fTree(TreeOf(node)), fDefined(node.GetDefinedColumnNames()), fPrefix(std::move(prefix)),
     fPlace(std::move(place))
{
}

std::size_t FrameExpressions::Add(const std::string &expression, const std::string &what)
{
   try {
      if (expression.find_first_not_of(" \t\n") == std::string::npos)
         throw ExpressionProblem("it is empty");
      const bool isColumn = fNode.HasColumn(expression) && !AliasOf(expression);
      fPrograms.push_back(isColumn ? OfColumn(expression) : Program::Compile(expression, *this));
   } catch (const ExpressionProblem &problem) {
      throw Error(EErrorCode::kExpression,
                  "cannot evaluate " + what + " '" + expression + "' in " + fPlace + ": " + problem.what(),
                  {{"expression", expression}, {"where", fPlace}});
   }
   return fPrograms.size() - 1;
}

Program FrameExpressions::OfColumn(const std::string &name)
{
   const Column column = AddColumn(name);
   using EKind = ColumnType::EKind;
   if (column.fKind != EKind::kNumber && column.fKind != EKind::kNumbers && column.fKind != EKind::kTable)
      throw ExpressionProblem("expected a column of numbers or of collections of numbers, found one of type " +
                              fTypes[column.fNumber] + (column.fKind == EKind::kText ? ", a text" : ""));
   return Program::OfColumn(column);
}

// ---- columns --------------------------------------------------------------------------------------------------------

Scope::Column FrameExpressions::Find(const Syntax &name)
{
   if (name.fKind == Syntax::EKind::kName)
      return FindName(name.fText);
   const auto [column, path] = Split(name);
   return AddMember(column, path);
}

Scope::Column FrameExpressions::FindName(const std::string &name)
{
   if (fNode.HasColumn(name))
      return AddColumn(name);
   for (const std::string &column : fNode.GetColumnNames()) { // a branch of arrays in objects: "tracks.values[6]"
      if (column.size() > name.size() && column[name.size()] == '[' && column.compare(0, name.size(), name) == 0)
         return AddColumn(column);
   }
   const auto [column, path] = Split({Syntax::EKind::kName, name, 0, {}});
   return AddMember(column, path);
}

std::optional<std::string> FrameExpressions::AliasOf(const std::string &name)
{
   if (!fTree || std::find(fDefined.begin(), fDefined.end(), name) != fDefined.end())
      return std::nullopt;
   const char *alias = fTree->GetAlias(name.c_str());
   return alias ? std::optional<std::string>(alias) : std::nullopt;
}

const TLeaf *FrameExpressions::FindLeaf(const std::string &column) const
{
   const bool isDefined = std::find(fDefined.begin(), fDefined.end(), column) != fDefined.end();
   return fTree && !isDefined ? LeafOf(*fTree, column) : nullptr;
}

std::pair<std::string, std::string> FrameExpressions::Split(const Syntax &name)
{
   if (name.fKind == Syntax::EKind::kMethod || name.fKind == Syntax::EKind::kMember) {
      RequirePlain(name);
      const auto [column, path] = Split(name.fParts.front());
      return {column, path + "." + name.fText + (name.fKind == Syntax::EKind::kMethod ? "()" : "")};
   }
   for (std::size_t end = name.fText.size(); end != std::string::npos && end > 0;
        end = name.fText.rfind('.', end - 1)) {
      if (fNode.HasColumn(name.fText.substr(0, end)))
         return {name.fText.substr(0, end), name.fText.substr(end)};
   }
   FailOnName(name.fText);
}

void FrameExpressions::FailOnName(const std::string &name)
{
   if (name.find('$') != std::string::npos)
      throw ExpressionProblem("'" + name + "' has no value in a data frame: define a column with it");
   throw ExpressionProblem("there is no branch '" + name + "'" + DidYouMean(name, fNode.GetColumnNames()));
}

Scope::Column FrameExpressions::AddColumn(const std::string &name)
{
   const auto known = std::find(fNames.begin(), fNames.end(), name);
   const auto number = static_cast<std::size_t>(known - fNames.begin());
   if (known == fNames.end()) {
      const std::string type = fNode.GetColumnType(name);
      const ColumnType &read = TypeOf(type);
      const TLeaf *leaf = FindLeaf(name);
      const bool isText = leaf && leaf->IsA() == TLeafC::Class() && read.fText; // which ROOT reads as characters
      const ColumnType::EKind kind = isText ? ColumnType::EKind::kText : read.fKind;
      fNames.push_back(name);
      fTypes.push_back(type);
      fKinds.push_back(kind);
   }
   return {number, fKinds[number]};
}

Scope::Column FrameExpressions::AddMember(const std::string &column, const std::string &path)
{
   const auto known = fMembers.find(column + path);
   if (known != fMembers.end())
      return {known->second, fKinds[known->second]};
   using Definer_t = RNode (*)(RNode &, const std::string &, const std::string &);
   const std::string type = fNode.GetColumnType(column);
   const std::string member =
      "[](const auto &object) -> std::decay_t<decltype(object" + path + ")> { return object" + path + "; }";
   const auto define = reinterpret_cast<Definer_t>(
      Compiled::Get("'" + column + path + "' (" + column + " is of type " + type + ")",
                    "ROOT::RDF::RNode (*@)(ROOT::RDF::RNode &, const std::string &, const std::string &) = "
                    "[](ROOT::RDF::RNode &node, const std::string &name, const std::string &column) { return "
                    "TorchMVA::Internal::DefineMember<" +
                       type + ">(node, name, column, " + member + "); };"));
   const std::string name = fPrefix + "member" + std::to_string(fMembers.size()) + "_";
   fNode = define(fNode, name, column);
   const Column result = AddColumn(name);
   fMembers[column + path] = result.fNumber;
   return result;
}

// ---- functions of the columns ---------------------------------------------------------------------------------------

template <typename Result>
RNode FrameExpressions::DefineOn(RNode &node, const std::string &name,
                                 const std::shared_ptr<EntryFunction<Result>> &function) const
{
   using Definer_t = RNode (*)(RNode &, const std::string &, const std::vector<std::string> &,
                               const std::shared_ptr<EntryFunction<Result>> &);
   std::string arguments = kResultName<Result>;
   for (const auto &type : fTypes)
      arguments += ", " + type;
   try {
      const auto define = reinterpret_cast<Definer_t>(
         Compiled::Get("columns of these types: " + arguments,
                       "const auto @ = &TorchMVA::Internal::DefineEntryFunction<" + arguments + ">;"));
      return define(node, name, fNames, function);
   } catch (const ExpressionProblem &problem) {
      throw Error(EErrorCode::kInternal, problem.what(), {{"where", fPlace}});
   }
}

template <typename Result>
void FrameExpressions::Define(const std::string &name, const std::shared_ptr<EntryFunction<Result>> &function)
{
   fNode = DefineOn(fNode, name, function);
}

template void FrameExpressions::Define(const std::string &, const std::shared_ptr<EntryFunction<double>> &);
template void FrameExpressions::Define(const std::string &, const std::shared_ptr<EntryFunction<ROOT::RVecD>> &);
template RNode FrameExpressions::DefineOn(RNode &, const std::string &,
                                          const std::shared_ptr<EntryFunction<float>> &) const;
template RNode FrameExpressions::DefineOn(RNode &, const std::string &,
                                          const std::shared_ptr<EntryFunction<ROOT::RVecF>> &) const;

} // namespace Internal
} // namespace TorchMVA
