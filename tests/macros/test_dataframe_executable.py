"""Columns of data frames in a compiled program, with and without threads, by both engines."""

from __future__ import annotations

import shlex
import sys

import pytest

TIME_LIMIT = 120  # seconds: a loop that waits for Python's lock would wait for ever

pytestmark = pytest.mark.timeout(5 * TIME_LIMIT)

PROGRAM = r"""
#include "TorchMVA/Define.hxx"

#include "ROOT/RDataFrame.hxx"
#include "TROOT.h"

#include <cstdio>
#include <vector>

std::vector<float> Scores(const char *weights, const char *engine)
{
   ROOT::RDataFrame events(50000);
   ROOT::RDF::RNode node = events;
   for (int i = 1; i < 5; ++i)
      node = node.Define("var" + std::to_string(i),
                         [i](ULong64_t entry) { return float((entry * (2 * i + 1)) % 1000) / 500 - 1; }, {"rdfentry_"});
   auto scored = TorchMVA::Experimental::Define(node, "score", weights, {}, engine);
   auto entries = scored.Take<ULong64_t>("rdfentry_");
   auto scores = scored.Take<float>("score");
   std::vector<float> sorted(50000);
   for (std::size_t i = 0; i < sorted.size(); ++i)
      sorted.at(entries->at(i)) = scores->at(i);
   return sorted;
}

int main(int, char **argv)
{
   const auto alone = Scores(argv[1], argv[2]);
   ROOT::EnableImplicitMT(2);
   const bool same = Scores(argv[1], argv[2]) == alone;
   printf("%s: %s bits, first %.6f, last %.6f\n", argv[2], same ? "the same" : "other", alone.front(), alone.back());
   return same ? 0 : 1;
}
"""


def test_both_engines_give_the_same_bits_in_threads(run_macro, run_checked, macros, tmp_path):
    for name in ("Classification.C", "ClassificationModel.py"):
        (tmp_path / name).write_text((macros / name).read_text())
    run_macro("Classification.C", cwd=tmp_path, timeout=TIME_LIMIT)
    (tmp_path / "app.cxx").write_text(PROGRAM)
    config = [sys.executable, "-m", "torchmva", "config", "--cflags", "--libs"]
    flags = shlex.split(run_checked(config, cwd=tmp_path).stdout)
    libraries = ["-lROOTDataFrame", "-lROOTVecOps", "-lTreePlayer", "-lTree"]
    run_checked(["g++", "-O1", "app.cxx", "-o", "app", *flags, *libraries], cwd=tmp_path, timeout=TIME_LIMIT)
    weights = "dataset/weights/Classification_PyTorch.weights.xml"
    said = [
        run_checked(["./app", weights, engine], cwd=tmp_path, timeout=TIME_LIMIT).stdout.split(": ")[1]
        for engine in ("Native", "Python")
    ]
    assert said[0].startswith("the same bits")
    first, last = (text.split()[4:] for text in said)
    numbers = [[float(word.rstrip(",")) for word in words if word[0].isdigit()] for words in (first, last)]
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-5)
