#include "TransformSpec.hxx"

#include "Core/OptionTable.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"
#include "TorchMVA/Core/NearestName.hxx"

#include <algorithm>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr const char *kAllClasses = "AllClasses";
/// TMVA leaves out D and P with more inputs, and warns of G and U.
constexpr std::size_t kManyInputs = 200;

struct StepName {
   ETransform fType;
   std::vector<std::string> fSpellings; ///< the first is the shortest
};

const std::vector<StepName> &StepNames()
{
   static const std::vector<StepName> names = {{ETransform::kIdentity, {"I", "Ident", "Identity"}},
                                               {ETransform::kDecorrelate, {"D", "Deco", "Decorrelate"}},
                                               {ETransform::kPCA, {"P", "PCA"}},
                                               {ETransform::kNormalize, {"N", "Norm", "Normalise", "Normalize"}},
                                               {ETransform::kUniform, {"U", "Uniform"}},
                                               {ETransform::kGauss, {"G", "Gauss"}}};
   return names;
}

/// Splits at any of the separators outside of parentheses. Throws Error (kOption) if these are not balanced.
std::vector<std::string> SplitOutsideParentheses(const std::string &text, const std::string &separators)
{
   std::vector<std::string> parts(1);
   int depth = 0;
   for (char c : text) {
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth < 0)
         break;
      if (depth == 0 && separators.find(c) != std::string::npos)
         parts.emplace_back();
      else
         parts.back() += c;
   }
   if (depth != 0)
      throw Error(EErrorCode::kOption, "expected balanced parentheses, found \"" + text + "\"");
   for (std::string &part : parts)
      part = Trim(part);
   return parts;
}

class Parser {
public:
   Parser(const std::string &spec, const TransformContext &context) : fChain(spec), fContext(context) {}
   std::vector<StepSpec> Parse() const;

private:
   [[noreturn]] void Fail(const std::string &message) const
   {
      throw Error(EErrorCode::kOption, message, {{"transformations", fChain}});
   }
   std::vector<std::string> Split(const std::string &text, const std::string &separators) const;
   StepSpec ParseStep(const std::string &text) const;
   ETransform ParseName(const std::string &name) const;
   void ParseClass(const std::string &name, StepSpec &step) const;
   void Select(const std::string &selector, std::vector<Slot> &slots) const;
   bool SelectByKind(const std::string &selector, std::vector<Slot> &slots) const;
   void SelectDefault(StepSpec &step) const;
   bool Check(const StepSpec &step, bool hasSelection) const;

   const std::string &fChain;
   const TransformContext &fContext;
};

std::vector<std::string> Parser::Split(const std::string &text, const std::string &separators) const
{
   try {
      return SplitOutsideParentheses(text, separators);
   } catch (const Error &error) {
      Fail(error.GetMessage());
   }
}

ETransform Parser::ParseName(const std::string &name) const
{
   std::vector<std::string> all;
   for (const StepName &entry : StepNames()) {
      for (const std::string &spelling : entry.fSpellings) {
         if (spelling == name)
            return entry.fType;
         all.push_back(spelling);
      }
   }
   std::string known;
   for (const std::string &spelling : all)
      known += (known.empty() ? "" : ", ") + spelling;
   Fail("expected a variable transformation (" + known + "), found \"" + name + "\"" + DidYouMean(name, all));
}

void Parser::ParseClass(const std::string &name, StepSpec &step) const
{
   if (name == kAllClasses)
      return;
   const auto &classes = fContext.fClasses;
   const auto found = std::find(classes.begin(), classes.end(), name);
   if (found == classes.end()) {
      std::string known = kAllClasses;
      for (const std::string &cls : classes)
         known += ", " + cls;
      Fail("expected the name of a class (" + known + "), found \"" + name + "\"" + DidYouMean(name, classes));
   }
   step.fReferenceClass = static_cast<int>(found - classes.begin());
   step.fReferenceName = name;
}

/// `_V_`, `_T3_` and the like; false if it does not look so.
bool Parser::SelectByKind(const std::string &selector, std::vector<Slot> &slots) const
{
   const std::string kinds = "VTS";
   if (selector.size() < 3 || selector.front() != '_' || selector.back() != '_' ||
       kinds.find(selector[1]) == std::string::npos)
      return false;
   const std::string digits = selector.substr(2, selector.size() - 3);
   if (digits.find_first_not_of("0123456789") != std::string::npos)
      return false;
   const auto kind = static_cast<Slot::EKind>(kinds.find(selector[1]));
   const auto all = AllSlots(fContext, kind);
   if (digits.empty()) {
      slots.insert(slots.end(), all.begin(), all.end());
      return true;
   }
   // Nine digits always fit into an int.
   if (digits.size() > 9 || std::stoul(digits) >= all.size())
      Fail(std::string("selection ") + selector + ": expected an index below the number of " + KindName(kind) +
           "s, which is " + std::to_string(all.size()));
   slots.push_back(all[std::stoul(digits)]);
   return true;
}

void Parser::Select(const std::string &selector, std::vector<Slot> &slots) const
{
   if (SelectByKind(selector, slots))
      return;
   std::vector<std::string> labels;
   const std::size_t before = slots.size();
   for (Slot::EKind kind : {Slot::kVariable, Slot::kTarget, Slot::kSpectator}) {
      const auto &infos = InfosOf(fContext, kind);
      for (std::size_t i = 0; i < infos.size(); ++i) {
         labels.push_back(infos[i].GetLabel().Data());
         if (labels.back() == selector)
            slots.push_back(Slot{kind, static_cast<int>(i)});
      }
      if (slots.size() > before)
         return;
   }
   Fail("expected _V_, _T_, _S_, an index such as _V0_, or the label of a variable, target or spectator, found \"" +
        selector + "\"" + DidYouMean(selector, labels));
}

void Parser::SelectDefault(StepSpec &step) const
{
   step.fSlots = AllSlots(fContext, Slot::kVariable);
   if (step.fType == ETransform::kNormalize || step.fType == ETransform::kUniform) {
      const auto targets = AllSlots(fContext, Slot::kTarget);
      step.fSlots.insert(step.fSlots.end(), targets.begin(), targets.end());
   }
}

/// False if the step is to be left out.
bool Parser::Check(const StepSpec &step, bool hasSelection) const
{
   if (step.fSlots.empty())
      Fail("expected a selection of at least one column, found none");
   if (step.fType == ETransform::kIdentity && hasSelection && step.fSlots != AllSlots(fContext, Slot::kVariable))
      Fail("the identity transformation takes all variables, found a partial selection");
   const bool many = step.fSlots.size() > kManyInputs;
   if (many && (step.fType == ETransform::kGauss || step.fType == ETransform::kUniform))
      Logger("Transformations")
         .Warning("gaussianisation and uniformisation of more than " + std::to_string(kManyInputs) + " columns (here " +
                  std::to_string(step.fSlots.size()) + ") can take long");
   if (step.fType != ETransform::kDecorrelate && step.fType != ETransform::kPCA)
      return true;
   const auto has = [&step](Slot::EKind kind) {
      return std::any_of(step.fSlots.begin(), step.fSlots.end(), [kind](Slot s) { return s.fKind == kind; });
   };
   if (has(Slot::kTarget) && (has(Slot::kVariable) || has(Slot::kSpectator)))
      Fail("decorrelation and PCA cannot mix targets with other columns: use one step for each");
   if (step.fType == ETransform::kPCA && step.fSlots.size() < 2)
      Fail("PCA: expected at least two columns, found one");
   if (many) {
      Logger("Transformations")
         .Warning("decorrelation and PCA of more than " + std::to_string(kManyInputs) + " columns (here " +
                  std::to_string(step.fSlots.size()) + ") are left out, as in TMVA");
      return false;
   }
   return true;
}

StepSpec Parser::ParseStep(const std::string &text) const
{
   StepSpec step;
   const auto nameEnd = std::min(text.find_first_of("(_"), text.size());
   step.fType = ParseName(Trim(text.substr(0, nameEnd)));
   std::string rest = text.substr(nameEnd);
   const bool hasSelection = !rest.empty() && rest[0] == '(';
   if (hasSelection) {
      std::size_t close = 0;
      for (int depth = 0; close < rest.size(); ++close) {
         depth += rest[close] == '(' ? 1 : rest[close] == ')' ? -1 : 0;
         if (depth == 0)
            break;
      }
      for (const std::string &selector : Split(rest.substr(1, close - 1), ","))
         Select(selector, step.fSlots);
      std::sort(step.fSlots.begin(), step.fSlots.end());
      step.fSlots.erase(std::unique(step.fSlots.begin(), step.fSlots.end()), step.fSlots.end());
      rest = Trim(rest.substr(close + 1));
   } else {
      SelectDefault(step);
   }
   if (!rest.empty()) {
      if (rest[0] != '_')
         Fail("expected \"_\" and the name of a class after \")\", found \"" + rest + "\"");
      ParseClass(Trim(rest.substr(1)), step);
   }
   if (!Check(step, hasSelection))
      step.fSlots.clear();
   FillNames(step, fContext);
   return step;
}

std::vector<StepSpec> Parser::Parse() const
{
   std::vector<StepSpec> steps;
   if (Trim(fChain).empty() || Trim(fChain) == "None")
      return steps;
   for (const std::string &part : Split(fChain, ",+")) {
      if (part.empty())
         Fail("expected a transformation between separators, found nothing");
      StepSpec step = ParseStep(part);
      if (!step.fSlots.empty())
         steps.push_back(std::move(step));
   }
   return steps;
}

} // namespace

void FillNames(StepSpec &step, const TransformContext &context)
{
   step.fLabels.clear();
   step.fExpressions.clear();
   for (const Slot &slot : step.fSlots) {
      const VariableInfo &info = InfosOf(context, slot.fKind)[slot.fIndex];
      step.fLabels.push_back(info.GetLabel().Data());
      step.fExpressions.push_back(info.GetExpression().Data());
   }
}

std::vector<StepSpec> ParseTransformSpec(const std::string &spec, const TransformContext &context)
{
   return Parser(spec, context).Parse();
}

std::string FormatStepSpec(const StepSpec &step, const TransformContext &context)
{
   std::string text;
   for (const StepName &entry : StepNames()) {
      if (entry.fType == step.fType)
         text = entry.fSpellings.front();
   }
   const bool takesTargets = step.fType == ETransform::kNormalize || step.fType == ETransform::kUniform;
   auto usual = AllSlots(context, Slot::kVariable);
   if (takesTargets) {
      const auto targets = AllSlots(context, Slot::kTarget);
      usual.insert(usual.end(), targets.begin(), targets.end());
   }
   if (step.fSlots != usual) {
      std::string list;
      for (const Slot &slot : step.fSlots)
         list += std::string(list.empty() ? "_" : ",_") + "VTS"[slot.fKind] + std::to_string(slot.fIndex) + "_";
      text += "(" + list + ")";
   }
   return step.fReferenceName.empty() ? text : text + "_" + step.fReferenceName;
}

} // namespace Internal
} // namespace TorchMVA
