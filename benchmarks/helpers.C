// The C++ side of the benchmarks, compiled by ACLiC: loops over events must not be Python's.

#include "TFile.h"
#include "TString.h"
#include "TTree.h"
#include "TTreeFormula.h"
#include "TorchMVA/DataLoader.hxx"
#include "TorchMVA/Reader.hxx"
#include "TorchMVA/Transform/TransformPipeline.hxx"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <vector>

namespace Benchmark {

double Now()
{
   return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Seconds of processor time of this thread.
double ProcessorNow()
{
   timespec now;
   clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
   return now.tv_sec + 1e-9 * now.tv_nsec;
}

/// Seconds to fill one events x variables matrix with a TTreeFormula per variable and event.
double ReadWithFormulas(const char *path, int nVariables)
{
   const double start = Now();
   std::unique_ptr<TFile> file(TFile::Open(path));
   std::vector<float> matrix;
   for (const char *name : {"TreeS", "TreeB"}) {
      auto tree = file->Get<TTree>(name);
      std::vector<std::unique_ptr<TTreeFormula>> formulas;
      for (int v = 0; v < nVariables; ++v)
         formulas.push_back(std::make_unique<TTreeFormula>("", TString::Format("x%d", v), tree));
      const Long64_t n = tree->GetEntries();
      matrix.reserve(matrix.size() + n * nVariables);
      for (Long64_t i = 0; i < n; ++i) {
         tree->LoadTree(i);
         for (auto &formula : formulas) {
            formula->GetNdata();
            matrix.push_back(formula->EvalInstance());
         }
      }
   }
   return Now() - start;
}

/// Seconds to build TorchMVA's data set of the same trees: reading, checks, splitting, weights, classes. Expressions
/// such as "(x%d)" go through TTreeFormula for every event, plain branches "x%d" do not.
double ReadDataSet(const char *path, int nVariables, const char *expression)
{
   const double start = Now();
   std::unique_ptr<TFile> file(TFile::Open(path));
   TorchMVA::DataLoader loader("dataset");
   for (int v = 0; v < nVariables; ++v)
      loader.AddVariable(TString::Format(expression, v));
   loader.AddSignalTree(file->Get<TTree>("TreeS"));
   loader.AddBackgroundTree(file->Get<TTree>("TreeB"));
   loader.PrepareTrainingAndTestTree(TCut(""), "SplitMode=Random:NormMode=NumEvents:!CalcCorrelations:!Correlations:!V");
   loader.GetDataSetInfo().GetDataSet();
   return Now() - start;
}

/// Seconds of processor time for n calls of EvaluateMVA; `address` holds the variables that the reader knows.
double EvaluateOneByOne(TorchMVA::Reader &reader, const char *tag, float *address, const float *rows, int nVariables,
                        Long64_t n)
{
   const TString name(tag);
   double sum = 0;
   const double start = ProcessorNow();
   for (Long64_t i = 0; i < n; ++i) {
      std::copy(rows + i * nVariables, rows + (i + 1) * nVariables, address);
      sum += reader.EvaluateMVA(name);
   }
   const double seconds = ProcessorNow() - start;
   return sum == sum ? seconds : -1;
}

/// Seconds of processor time for all rows in one call.
double EvaluateAtOnce(const TorchMVA::Reader &reader, const char *tag, const float *rows, Long64_t n, float *responses)
{
   const double start = ProcessorNow();
   reader.EvaluateBatch(tag, rows, n, responses);
   return ProcessorNow() - start;
}

/// Seconds to fit a chain of transformations on rows (events x variables, classes 0 and 1, weights) and transform them.
double FitTransform(const char *spec, const float *rows, const float *weights, const int *classes, Long64_t n,
                    int nVariables, TorchMVA::TransformPipeline &pipeline)
{
   TorchMVA::TransformContext context;
   for (int v = 0; v < nVariables; ++v)
      context.fVariables.emplace_back(TString::Format("x%d", v), "", "");
   context.fClasses = {"Signal", "Background"};
   TorchMVA::Sample sample;
   sample.fVariables = {rows, n, nVariables};
   sample.fTargets.fRows = sample.fSpectators.fRows = n;
   sample.fWeights = weights;
   sample.fClasses = classes;
   const double start = Now();
   pipeline = TorchMVA::TransformPipeline::Parse(spec, context);
   pipeline.FitTransform(sample);
   return Now() - start;
}

/// Seconds to apply it to rows, in place, in the blocks that methods use.
double Apply(const TorchMVA::TransformPipeline &pipeline, float *rows, Long64_t n, int nVariables)
{
   const Long64_t block = 1 << 16;
   const double start = Now();
   for (Long64_t first = 0; first < n; first += block)
      pipeline.Apply(std::min(block, n - first), rows + first * nVariables);
   return Now() - start;
}

} // namespace Benchmark
