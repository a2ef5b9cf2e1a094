#include "FormulaReader.hxx"

#include "FormulaParts.hxx"
#include "Core/RootErrors.hxx"
#include "Expression/TreeText.hxx"
#include "TBranchElement.h"
#include "TClass.h"
#include "TFriendElement.h"
#include "TInterpreter.h"
#include "TLeafB.h"
#include "TList.h"
#include "TStreamerElement.h"
#include "TTree.h"
#include "TVirtualCollectionProxy.h"
#include "TVirtualStreamerInfo.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/NearestName.hxx"

#include <algorithm>
#include <cmath>
#include <optional>

namespace TorchMVA {
namespace Internal {

namespace {

void CollectNames(TTree &tree, std::vector<std::string> &names)
{
   for (TObject *object : *tree.GetListOfLeaves()) {
      auto *leaf = static_cast<TLeaf *>(object);
      names.emplace_back(leaf->GetBranch()->GetName());
      names.emplace_back(leaf->GetName());
   }
   if (tree.GetListOfAliases()) {
      for (TObject *alias : *tree.GetListOfAliases())
         names.emplace_back(alias->GetName());
   }
   if (tree.GetListOfFriends()) {
      for (TObject *object : *tree.GetListOfFriends()) {
         if (TTree *other = static_cast<TFriendElement *>(object)->GetTree())
            CollectNames(*other, names);
      }
   }
}

/// "; there is no branch 'X', did you mean 'x'?" for each name in an expression that the tree does not have.
std::string UnknownNames(const std::string &expression, TTree &tree)
{
   std::vector<std::string> names;
   CollectNames(tree, names);
   std::string text;
   try {
      for (const auto &name : NamesIn(ParseExpression(expression))) {
         if (std::find(names.begin(), names.end(), name) == names.end())
            text += "; there is no branch '" + name + "'" + DidYouMean(name, names);
      }
   } catch (const ExpressionProblem &problem) {
      text = std::string(": ") + problem.what();
   }
   return text;
}

/// What ROOT says of a text that TTreeFormula does not understand.
std::string RootsReason(TTree &tree, const std::string &text)
{
   const RootErrors errors;
   const TTreeFormula formula("TorchMVAFormula", text.c_str(), &tree);
   std::string reason = errors.First();
   reason.erase(0, reason.find_first_not_of(" \n"));
   return reason.empty() ? "" : ": " + reason;
}

/// TTreeFormula accepts a formula one of whose parts it does not understand, and takes any number for that.
bool IsUnderstood(const TTreeFormula &formula)
{
   const auto parts = FormulaParts::Of(formula);
   return formula.GetNdim() > 0 &&
          std::all_of(parts.begin(), parts.end(), [](const auto *part) { return IsUnderstood(*part); });
}

void LoadBranchesOf(const TTreeFormula &formula)
{
   for (const TObject *leaf : FormulaParts::LeavesOf(formula)) {
      TBranch *branch = static_cast<const TLeaf *>(leaf)->GetBranch();
      branch->GetEntry(branch->GetTree()->GetReadEntry());
   }
   for (const TTreeFormula *part : FormulaParts::Of(formula))
      LoadBranchesOf(*part);
}

void DeclareToFloat()
{
   static const bool isDeclared = gInterpreter->Declare(
      "namespace TorchMVAColumns { inline double ToFloat(double x) { return static_cast<float>(x); } }");
   if (!isDeclared)
      throw ExpressionProblem("the interpreter cannot compile 'float'");
}

/// True for a branch of a collection of collections, such as a vector of vectors of numbers.
bool IsNested(TBranch *branch)
{
   TClass *type = nullptr;
   EDataType number = kNoType_t;
   if (!branch || branch->GetExpectedType(type, number) != 0 || !type || !type->GetCollectionProxy())
      return false;
   const TClass *element = type->GetCollectionProxy()->GetValueClass();
   return element && element->GetCollectionProxy();
}

std::unique_ptr<TTreeFormula> MakeFormula(TTree &tree, const std::string &text)
{
   if (text.find(kToFloat) != std::string::npos)
      DeclareToFloat();
   const QuietRoot quiet;
   auto formula = std::make_unique<TTreeFormula>("TorchMVAFormula", text.c_str(), &tree);
   FormulaParts::MakeRoomForLeaves(*formula);
   return formula;
}

/// The class of the objects that a formula gives; nullptr for numbers and collections of numbers.
const TClass *ClassOfObjects(TTreeFormula &formula)
{
   TClass *type = formula.EvalClass();
   while (type && type->GetCollectionProxy())
      type = type->GetCollectionProxy()->GetValueClass();
   return type;
}

/// True for an array of whole numbers of 8 bits, which TTreeFormula takes for a text.
bool IsBytes(const TTreeFormula &formula)
{
   const TObjArray &leaves = FormulaParts::LeavesOf(formula);
   const auto *leaf = leaves.IsEmpty() ? nullptr : static_cast<const TLeaf *>(leaves.At(0));
   if (!leaf || leaf->IsA() == TLeafB::Class())
      return leaf != nullptr;
   const auto *branch = dynamic_cast<TBranchElement *>(leaf->GetBranch());
   if (!branch || branch->GetID() < 0 || !branch->GetInfo())
      return false;
   const Int_t type = branch->GetInfo()->GetElement(branch->GetID())->GetType();
   return type == TVirtualStreamerInfo::kOffsetL + TVirtualStreamerInfo::kChar ||
          type == TVirtualStreamerInfo::kOffsetP + TVirtualStreamerInfo::kChar;
}

TreeValue ValueOf(TTreeFormula &formula)
{
   using EKind = TreeValue::EKind;
   if (!IsUnderstood(formula))
      return {};
   if (formula.IsString())
      return {IsBytes(formula) ? EKind::kBytes : EKind::kText, ""};
   const TClass *type = ClassOfObjects(formula);
   return type ? TreeValue{EKind::kObject, type->GetName()} : TreeValue{EKind::kNumber, ""};
}

TreeText TextFor(TTree &tree, const std::string &expression, bool mustBeConst = false)
{
   TreeNames names;
   names.fAliasOf = [&tree](const std::string &name) {
      const char *alias = tree.GetAlias(name.c_str());
      return alias ? std::optional<std::string>(alias) : std::nullopt;
   };
   names.fIsBranch = [&tree](const std::string &name) { return tree.GetBranch(name.c_str()) != nullptr; };
   names.fIsNested = [&tree](const std::string &name) { return IsNested(tree.GetBranch(name.c_str())); };
   names.fIsCollection = [&tree](const std::string &text) {
      const auto formula = MakeFormula(tree, text);
      return IsUnderstood(*formula) && FormulaParts::HasElements(*formula);
   };
   names.fValueOf = [&tree](const std::string &text) { return ValueOf(*MakeFormula(tree, text)); };
   names.fClassOf = [&tree](const std::string &text) -> const TClass * {
      const auto formula = MakeFormula(tree, text);
      return IsUnderstood(*formula) ? formula->EvalClass() : nullptr;
   };
   names.fMustBeConst = mustBeConst;
   return TextForTree(expression, names);
}

} // namespace

FormulaReader::FormulaReader(const TreeSession &session, const std::string &expression, const std::string &what)
{
   TTree &tree = session.Tree();
   const auto fail = [&](const std::string &why) {
      throw Error(EErrorCode::kExpression,
                  "cannot evaluate " + what + " '" + expression + "' in tree '" + tree.GetName() + "'" + why,
                  {{"expression", expression}, {"tree", tree.GetName()}, {"file", session.FileName()}});
   };
   if (tree.GetReadEntry() < 0)
      tree.LoadTree(0);
   bool isUnderstood = false;
   TreeText text;
   try {
      text = TextFor(tree, expression);
      isUnderstood = Compile(tree, text.fText);
      if (!text.fGuard.empty()) {
         fGuard.reset(new FormulaReader());
         isUnderstood = fGuard->Compile(tree, text.fGuard) && isUnderstood;
      }
   } catch (const ExpressionProblem &problem) {
      fail(std::string(": ") + problem.what());
   }
   if (!isUnderstood) {
      const std::string unknown = UnknownNames(expression, tree);
      fail(unknown.empty() ? RootsReason(tree, text.fText) : unknown);
   }
   const TreeValue value = ValueOf(*fFormula);
   if (value.fKind == TreeValue::EKind::kText || value.fKind == TreeValue::EKind::kBytes)
      fail(": it is a text: expected a number, such as a comparison with another text");
   if (value.fKind == TreeValue::EKind::kObject)
      fail(": it is an object of class " + value.fClass + ": expected a number, such as a member of it");
}

void RequireConstMethods(TTree &tree, const std::string &expression)
{
   if (tree.GetReadEntry() < 0)
      tree.LoadTree(0);
   TextFor(tree, expression, true);
}

bool FormulaReader::Compile(TTree &tree, const std::string &text)
{
   fFormula = MakeFormula(tree, text);
   if (!IsUnderstood(*fFormula))
      return false;
   fHasElements = FormulaParts::HasElements(*fFormula);
   // its parts may be conditional
   fIsConditional = text.find('?') != std::string::npos || !FormulaParts::Of(*fFormula).empty();
   return true;
}

void FormulaReader::LoadBranches()
{
   LoadBranchesOf(*fFormula);
}

bool FormulaReader::IsMissing()
{
   if (!fGuard)
      return false;
   const auto isMissing = [&](Int_t i) {
      const Double_t isThere = fGuard->Value(i);
      return isThere == 0 || std::isnan(isThere);
   };
   const Int_t size = fGuard->Size();
   if (isMissing(0)) // also if it has no values: it may need nothing of what does not exist
      return true;
   const Int_t n = std::max(size, fFormula->GetNdata());
   for (Int_t i = 1; i < n; ++i) {
      if (isMissing(i))
         return true;
   }
   return false;
}

void FormulaReader::Update()
{
   fFormula->UpdateFormulaLeaves();
   if (fGuard)
      fGuard->Update();
}

bool FormulaReader::HasNonFinite()
{
   const Int_t n = Size();
   for (Int_t i = 0; i < n; ++i) {
      if (!std::isfinite(Value(i)))
         return true;
   }
   return false;
}

} // namespace Internal
} // namespace TorchMVA
