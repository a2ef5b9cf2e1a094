// Transformations as C++ text, for standalone classes: the same arithmetic as Apply, one event at a time.

#include "CumulativeStep.hxx"
#include "LinearStep.hxx"
#include "NormalizeStep.hxx"
#include "NumberList.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <ostream>

namespace TorchMVA {
namespace Internal {

namespace {

/// CumulativeTable, and sqrt(2) erf^-1(2 q), as text.
constexpr const char *kCodeHeader = R"(
#ifndef TorchMVACumulative__def
#define TorchMVACumulative__def

/// A cumulative distribution, linear between the centres of the bins of a histogram, sampled on 10000 equal bins.
class TorchMVACumulative {
public:
   TorchMVACumulative(const float *edges, const float *content, int n) : fValues(10000)
   {
      const double low = edges[0], high = edges[n], width = (high - low) / 10000;
      fFirstCenter = low + 0.5 * width;
      fBinsPerUnit = 1 / width;
      int below = 0;
      for (int bin = 0; bin < 10000; ++bin) {
         const double x = low + (bin + 0.5) * width;
         while (below + 2 < n && Center(edges, below + 1) <= x)
            ++below;
         double y = content[below];
         if (n > 1) {
            const double slope =
               (double(content[below + 1]) - y) / (Center(edges, below + 1) - Center(edges, below));
            y += (x - Center(edges, below)) * slope;
         }
         fValues[bin] = static_cast<float>(y > 1e-12 ? y : 1e-12);
      }
   }
   double Value(double x) const
   {
      const double t = (x - fFirstCenter) * fBinsPerUnit;
      double bin = t < 9998 ? t : 9998;
      bin = bin > 0 ? bin : 0;
      const int i = static_cast<int>(bin);
      const double f = fValues[i] + (t - i) * (double(fValues[i + 1]) - fValues[i]);
      return f < 1e-12 ? 1e-12 : f;
   }
   /// In [1e-9, 1 - 1e-9].
   double Uniform(double x) const
   {
      const double f = Value(x);
      return f > 1 - 1e-9 ? 1 - 1e-9 : f < 1e-9 ? 1e-9 : f;
   }
   /// Quantile of the normal distribution at Value(x): Abramowitz and Stegun 26.2.23, then two of Halley's steps.
   double Gauss(double x) const
   {
      const double limit = 0.5 * 0.99999999;
      double q = Value(x) - 0.5;
      q = q > limit ? limit : q < -limit ? -limit : q;
      const double p = 0.5 - std::fabs(q), t = std::sqrt(-2 * std::log(p));
      double y = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                        (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
      for (int i = 0; i < 2; ++i) {
         const double u =
            (0.5 * std::erfc(y * 0.70710678118654752440) - p) * 2.50662827463100050242 * std::exp(0.5 * y * y);
         y += u / (1 - 0.5 * y * u);
      }
      return q < 0 ? -y : y;
   }

private:
   static double Center(const float *edges, int i) { return 0.5 * (double(edges[i]) + edges[i + 1]); }

   std::vector<float> fValues;
   double fFirstCenter;
   double fBinsPerUnit;
};

#endif
)";

/// "const T name[] = {..};"
template <typename T>
void WriteArray(std::ostream &out, const char *type, const std::string &name, const std::vector<T> &numbers)
{
   std::string list = FormatNumbers(numbers);
   list.pop_back();
   constexpr std::size_t kNumbersPerLine = 6;
   std::size_t n = 0;
   out << "         static const " << type << ' ' << name << "[] = {";
   for (const char c : list) {
      if (c != ' ')
         out << c;
      else
         out << (++n % kNumbersPerLine == 0 ? ",\n            " : ", ");
   }
   out << "};\n";
}

/// Slots of the step that are variables: positions among its slots.
std::vector<int> VariableSlots(const TransformStep &step)
{
   std::vector<int> slots;
   for (int k = 0; k < step.NSlots(); ++k)
      if (step.Slots()[k].fKind == Slot::kVariable)
         slots.push_back(k);
   return slots;
}

/// "static const int index[] = {..};": the variables that the step changes.
void WriteIndex(std::ostream &out, const TransformStep &step, const std::vector<int> &slots)
{
   out << "         static const int index[] = {";
   for (std::size_t i = 0; i < slots.size(); ++i)
      out << (i == 0 ? "" : ", ") << step.Slots()[slots[i]].fIndex;
   out << "};\n";
}

} // namespace

void NormalizeStep::WriteCode(std::ostream &out) const
{
   const auto slots = VariableSlots(*this);
   if (slots.empty())
      return;
   std::vector<double> low, scale, offset;
   for (const int k : slots) {
      const double width = double(ActiveRange(k).fMax) - ActiveRange(k).fMin;
      low.push_back(ActiveRange(k).fMin);
      scale.push_back(width > 0 ? 2 / width : 0);
      offset.push_back(width > 0 ? 1 : 0);
   }
   out << "      { // Normalize\n";
   WriteIndex(out, *this, slots);
   WriteArray(out, "double", "low", low);
   WriteArray(out, "double", "scale", scale);
   WriteArray(out, "double", "offset", offset);
   out << "         for (int k = 0; k < " << slots.size()
       << "; ++k)\n"
          "            v[index[k]] = static_cast<float>((v[index[k]] - low[k]) * scale[k] - offset[k]);\n"
          "      }\n";
}

void LinearStep::WriteCode(std::ostream &out) const
{
   const auto slots = VariableSlots(*this);
   if (slots.empty())
      return;
   if (static_cast<int>(slots.size()) != NSlots())
      throw Error(EErrorCode::kMethod, std::string("transformation ") + ShortName() +
                                          " mixes variables with targets or spectators: a standalone class has none");
   const std::size_t n = slots.size();
   out << "      { // " << ShortName() << "\n";
   WriteIndex(out, *this, slots);
   WriteArray(out, "double", "matrix", fForward);
   WriteArray(out, "double", "offset", fForwardOffset);
   out << "         const int n = " << n
       << ";\n"
          "         double sum[n];\n"
          "         for (int i = 0; i < n; ++i) {\n"
          "            sum[i] = offset[i];\n"
          "            for (int k = 0; k < n; ++k)\n"
          "               sum[i] += matrix[i * n + k] * v[index[k]];\n"
          "         }\n"
          "         for (int i = 0; i < n; ++i)\n"
          "            v[index[i]] = static_cast<float>(sum[i]);\n"
          "      }\n";
}

void CumulativeStep::WriteCode(std::ostream &out) const
{
   const int active = ActiveSet(fNSets);
   for (const int k : VariableSlots(*this)) {
      const CumulativeHistogram &histogram = fHistograms[k][active];
      const int variable = Slots()[k].fIndex;
      out << "      { // " << ShortName() << "\n";
      WriteArray(out, "float", "edges", histogram.fEdges);
      WriteArray(out, "float", "content", histogram.fContent);
      out << "         static const TorchMVACumulative table(edges, content, " << histogram.fContent.size()
          << ");\n         v[" << variable << "] = static_cast<float>(table." << ShortName() << "(v[" << variable
          << "]));\n      }\n";
   }
}

} // namespace Internal

void TransformPipeline::WriteCode(std::ostream &out) const
{
   RequireFit();
   for (const auto &step : fSteps)
      step->WriteCode(out);
}

const char *TransformPipeline::GetCodeHeader()
{
   return Internal::kCodeHeader;
}

} // namespace TorchMVA
