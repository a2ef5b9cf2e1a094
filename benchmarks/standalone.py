"""Headers of `torchmva compile` against the Reader's native engine: event by event, and in blocks. Processor time."""

import itertools
import subprocess
from pathlib import Path

import common
import numpy as np
import ROOT
import torch
from torch import nn

import torchmva  # noqa: F401

FLAGS = ("-std=c++17", "-O3", "-march=native")
LAYOUTS = {"4-64-2": (4, 64, 2), "28-300-300-300-1": (28, 300, 300, 300, 1)}
#: Prints the processor time of one pass over n events, each alone and all in a block.
PROGRAM = """
#include "Model.hxx"
#include <cstdio>
#include <cstdlib>
#include <ctime>

double seconds()
{
   timespec t;
   clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
   return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

int main(int, char **arguments)
{
   const std::size_t n = std::strtoul(arguments[2], nullptr, 10);
   std::vector<float> rows(n * Model::kNVariables), responses(n * Model::kNResponses);
   std::FILE *in = std::fopen(arguments[1], "rb");
   if (!in || std::fread(rows.data(), sizeof(float), rows.size(), in) != rows.size())
      return 1;
   const Model model;
   double start = seconds();
   for (std::size_t i = 0; i < n; ++i)
      model.Evaluate(&rows[i * Model::kNVariables], &responses[i * Model::kNResponses]);
   const double one = seconds() - start;
   start = seconds();
   model.Evaluate(rows.data(), n, responses.data());
   std::printf("%.9g %.9g\\n", one, seconds() - start);
}
"""


def network(sizes):
    """Linear layers with ReLU between them, and Softmax or Sigmoid."""
    torch.manual_seed(common.SEED)
    layers = []
    for i, o in itertools.pairwise(sizes):
        layers += [nn.Linear(i, o), nn.ReLU()]
    return nn.Sequential(*layers[:-1], nn.Softmax(dim=1) if sizes[-1] > 1 else nn.Sigmoid())


def row(what, against, unit, ours, theirs):
    return {
        "what": what,
        "against": against,
        "unit": unit,
        "torchmva": ours,
        "other": theirs,
        "ratio": ours / theirs if unit == "M/s" else theirs / ours,
        "aim": "",
        "reached": None,
    }


def measure(helpers, name, quick):
    """Both figures of one network."""
    n_inputs = LAYOUTS[name][0]
    torch.jit.script(network(LAYOUTS[name])).save("model.pt")
    common.write_trees(ROOT, f"{name}.root", 4000, n_inputs)
    job = f"job{n_inputs}"
    weights = common.train(
        ROOT, f"{name}.root", n_inputs, job=job, FilenameModel="model.pt", FilenameTrainedModel=f"{name}.pt"
    )
    n = 20_000 if n_inputs > 4 or quick else 1_000_000
    rows = np.random.default_rng(common.SEED).normal(size=(n, n_inputs)).astype(np.float32)
    rows.tofile("rows")
    values, responses = np.zeros(n_inputs, dtype=np.float32), np.empty(n, dtype=np.float32)
    reader = ROOT.TMVA.Reader("!Color:Silent:Engine=Native")
    for i in range(n_inputs):
        reader.AddVariable(f"x{i}", values[i:])
    reader.BookMVA("net", weights)
    reader.WriteStandaloneHeader("net", "Model.hxx", "Model")
    Path("main.cxx").write_text(PROGRAM)
    subprocess.run(["c++", *FLAGS, "main.cxx", "-o", "main"], check=True)
    both = {"one": float("inf"), "block": float("inf")}

    def header():
        result = subprocess.run(["./main", "rows", str(n)], check=True, capture_output=True, text=True)
        for side, seconds in zip(both, map(float, result.stdout.split()), strict=True):
            both[side] = min(both[side], seconds)
        return 0.0

    best = common.interleaved(
        3 if quick else 7,
        header=header,
        one=lambda: helpers.EvaluateOneByOne(reader, "net", values, rows.ravel(), n_inputs, n),
        block=lambda: helpers.EvaluateAtOnce(reader, "net", rows.ravel(), n, responses),
    )
    ours = {side: seconds / n * 1e6 for side, seconds in both.items()}
    theirs = {side: best[side] / n * 1e6 for side in both}
    return {
        f"standalone_one_{n_inputs}": row(
            f"one event, standalone header, {name}", "Reader, native", "us", ours["one"], theirs["one"]
        ),
        f"standalone_block_{n_inputs}": row(
            f"a block, standalone header, {name}", "Reader, native", "M/s", 1 / ours["block"], 1 / theirs["block"]
        ),
    }


def main():
    """Both networks."""
    options = common.arguments()
    torch.set_num_threads(1)
    ROOT.gROOT.SetBatch(True)
    helpers = common.compiled_helpers(ROOT)
    rows = {}
    for name in LAYOUTS:
        rows |= measure(helpers, name, options.quick)
    common.report(**rows)


main()
