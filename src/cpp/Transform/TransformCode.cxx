// Transformations as C++ text, for standalone headers: the same arithmetic as Apply and Invert.

#include "CumulativeStep.hxx"
#include "LinearStep.hxx"
#include "NormalizeStep.hxx"

#include "Standalone/StandaloneCode.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <ostream>

namespace TorchMVA {
namespace Internal {

namespace {

/// Slots of that kind: positions among the slots of the step.
std::vector<int> SlotsOf(const TransformStep &step, Slot::EKind kind)
{
   std::vector<int> slots;
   for (int k = 0; k < step.NSlots(); ++k)
      if (step.Slots()[k].fKind == kind)
         slots.push_back(k);
   return slots;
}

/// The columns that the slots stand for.
std::vector<int> ColumnsOf(const TransformStep &step, const std::vector<int> &slots)
{
   std::vector<int> columns;
   for (const int k : slots)
      columns.push_back(step.Slots()[k].fIndex);
   return columns;
}

/// "template <int L> inline void <name>(float *v) {"
void BeginFunction(StandaloneCode &code, const std::string &comment, const std::string &name)
{
   code.Out() << "/// " << comment << "\ntemplate <int L>\ninline void " << name << "(float *v)\n{\n";
}

} // namespace

void NormalizeStep::WriteCode(StandaloneCode &code, const std::string &name, ECodeFor what) const
{
   const bool isInverse = what == ECodeFor::kInverseOfTargets;
   const auto slots = SlotsOf(*this, isInverse ? Slot::kTarget : Slot::kVariable);
   std::vector<double> low, scale, offset;
   for (const int k : slots) {
      const double width = double(ActiveRange(k).fMax) - ActiveRange(k).fMin;
      low.push_back(ActiveRange(k).fMin);
      scale.push_back(isInverse ? 0.5 * width : width > 0 ? 2 / width : 0);
      offset.push_back(width > 0 ? 1 : 0);
   }
   code.Table(name + "Column", ColumnsOf(*this, slots));
   code.Table(name + "Low", low);
   code.Table(name + "Scale", scale);
   if (!isInverse)
      code.Table(name + "Offset", offset);
   BeginFunction(code, std::string("Normalize") + (isInverse ? ", the way back" : ""), name);
   code.Out() << "   for (int k = 0; k < " << slots.size() << "; ++k) {\n      float *x = v + " << name
              << "Column[k] * L;\n      for (int l = 0; l < L; ++l)\n         x[l] = static_cast<float>(";
   if (isInverse)
      code.Out() << name << "Low[k] + (double(x[l]) + 1.0) * " << name << "Scale[k]);\n";
   else
      code.Out() << "(double(x[l]) - " << name << "Low[k]) * " << name << "Scale[k] - " << name << "Offset[k]);\n";
   code.Out() << "   }\n}\n\n";
}

void LinearStep::WriteCode(StandaloneCode &code, const std::string &name, ECodeFor what) const
{
   const bool isInverse = what == ECodeFor::kInverseOfTargets;
   const auto slots = SlotsOf(*this, isInverse ? Slot::kTarget : Slot::kVariable);
   if (static_cast<int>(slots.size()) != NSlots())
      throw Error(EErrorCode::kMethod, std::string("transformation ") + ShortName() +
                                          " mixes variables, targets or spectators with each other: standalone code "
                                          "cannot do that");
   const std::size_t n = slots.size();
   code.Table(name + "Column", ColumnsOf(*this, slots));
   code.Table(name + "Matrix", isInverse ? fBackward : fForward);
   code.Table(name + "Offset", isInverse ? fBackwardOffset : fForwardOffset);
   BeginFunction(code, std::string(ShortName()) + (isInverse ? ", the way back" : ""), name);
   std::string body = R"(   constexpr int n = @N@;
   float result[n * L];
   for (int i = 0; i < n; ++i) {
      double sum[L];
      for (int l = 0; l < L; ++l)
         sum[l] = @NAME@Offset[i];
      for (int k = 0; k < n; ++k) {
         const double factor = @NAME@Matrix[i * n + k];
         const float *x = v + @NAME@Column[k] * L;
         for (int l = 0; l < L; ++l)
            sum[l] += factor * double(x[l]);
      }
      for (int l = 0; l < L; ++l)
         result[i * L + l] = static_cast<float>(sum[l]);
   }
   for (int i = 0; i < n; ++i)
      for (int l = 0; l < L; ++l)
         v[@NAME@Column[i] * L + l] = result[i * L + l];
}

)";
   ReplaceAll(body, "@N@", std::to_string(n));
   ReplaceAll(body, "@NAME@", name);
   code.Out() << body;
}

void CumulativeStep::WriteCode(StandaloneCode &code, const std::string &name, ECodeFor what) const
{
   const bool isInverse = what == ECodeFor::kInverseOfTargets;
   const auto slots = SlotsOf(*this, isInverse ? Slot::kTarget : Slot::kVariable);
   const int active = ActiveSet(fNSets);
   code.Use("InverseNormal");
   code.Use("Cumulative");
   for (const int k : slots) {
      const CumulativeHistogram &histogram = fHistograms[k][active];
      const std::string table = name + "Table" + std::to_string(k);
      code.Table(table + "Edges", histogram.fEdges);
      code.Table(table + "Content", histogram.fContent);
      code.Out() << "inline const Cumulative &" << table << "()\n{\n   static const Cumulative table(" << table
                 << "Edges, " << table << "Content, " << histogram.fContent.size() << ");\n   return table;\n}\n\n";
   }
   BeginFunction(code, std::string(ShortName()) + (isInverse ? ", the way back" : ""), name);
   for (const int k : slots)
      code.Out() << "   {\n      const Cumulative &table = " << name << "Table" << k << "();\n      float *x = v + "
                 << Slots()[k].fIndex << " * L;\n      for (int l = 0; l < L; ++l)\n         x[l] = table."
                 << (isInverse ? "Invert" : "") << ShortName() << "(x[l]);\n   }\n";
   code.Out() << "}\n\n";
}

} // namespace Internal

namespace {

/// The functions of the steps, and one that calls them all.
void WriteSteps(Internal::StandaloneCode &code, const std::vector<const Internal::TransformStep *> &steps,
                Internal::TransformStep::ECodeFor what)
{
   const std::string name =
      what == Internal::TransformStep::ECodeFor::kInverseOfTargets ? "InvertTargets" : "Transform";
   for (std::size_t i = 0; i < steps.size(); ++i)
      steps[i]->WriteCode(code, name + std::to_string(i), what);
   code.Out() << "/// In place.\ntemplate <int L>\ninline void " << name << (steps.empty() ? "(float *)" : "(float *v)")
              << "\n{\n";
   for (std::size_t i = 0; i < steps.size(); ++i)
      code.Out() << "   " << name << i << "<L>(v);\n";
   code.Out() << "}\n\n";
}

} // namespace

void TransformPipeline::WriteCode(Internal::StandaloneCode &code) const
{
   RequireFit();
   std::vector<const Internal::TransformStep *> steps;
   for (const auto &step : fSteps)
      if (!step->IsIdentity() && step->Touches(Internal::Slot::kVariable))
         steps.push_back(step.get());
   WriteSteps(code, steps, Internal::TransformStep::ECodeFor::kVariables);
   steps.clear();
   for (auto step = fSteps.rbegin(); step != fSteps.rend(); ++step)
      if (!(*step)->IsIdentity() && (*step)->Touches(Internal::Slot::kTarget))
         steps.push_back(step->get());
   WriteSteps(code, steps, Internal::TransformStep::ECodeFor::kInverseOfTargets);
}

} // namespace TorchMVA
