"""A column of responses in an RDataFrame: against a trivial function of the same columns, and the engines.

The trivial function is compiled by the interpreter for the same types, as the column is. Every loop reads
the file anew.
"""

import json
import subprocess
import sys
import time

import common

N_VARIABLES = 4
NAMES = [f"x{i}" for i in range(N_VARIABLES)]
TRIVIAL = """
struct BenchmarkSum {
   float operator()(float a, float b, float c, float d) const { return a + b + c + d; }
};
ROOT::RDF::RNode BenchmarkTrivial(ROOT::RDF::RNode node, const std::vector<std::string> &columns)
{
   return node.Define("y", BenchmarkSum(), columns);
}
"""


def side(n_threads: int, weight_file: str, repetitions: int) -> None:
    """One number of threads, in this process: prints the seconds of the loops."""
    import ROOT

    import torchmva

    ROOT.gInterpreter.Declare(TRIVIAL)
    if n_threads > 1:
        ROOT.EnableImplicitMT(n_threads)

    def frame():
        return ROOT.RDataFrame("TreeS", "events.root")

    def seconds(node) -> float:
        result = node.Sum["float"]("y")
        start = time.perf_counter()
        result.GetValue()
        return time.perf_counter() - start

    candidates = {
        "trivial": lambda: seconds(ROOT.BenchmarkTrivial(ROOT.RDF.AsRNode(frame()), NAMES)),
        "native": lambda: seconds(torchmva.define(frame(), "y", weight_file, engine="Native")),
    }
    for candidate in candidates.values():
        candidate()  # the interpreter's part, and the file's way into memory
    print("SIDE " + json.dumps(common.interleaved(repetitions, **candidates)))


def python_side(weight_file: str, n_events: int) -> None:
    """The embedded Python in blocks (both loops), and event by event (fewer events): prints seconds an event."""
    import ROOT
    import torch

    import torchmva

    torch.set_num_threads(1)
    few = n_events // 50

    def frame(n: int):
        return ROOT.RDataFrame("TreeS", "events.root").Range(n)

    def blocks() -> float:
        start = time.perf_counter()
        torchmva.define(frame(n_events), "y", weight_file, engine="Python").Sum["float"]("y").GetValue()
        return (time.perf_counter() - start) / n_events

    def single() -> float:
        model = ROOT.TMVA.Experimental.RReader(weight_file, "Python")
        response = ROOT.TMVA.Experimental.Compute[N_VARIABLES, "float"](model)
        node = frame(few).Define("all", response, NAMES).Define("y", "all[0]")
        start = time.perf_counter()
        node.Sum["float"]("y").GetValue()
        return (time.perf_counter() - start) / few

    blocks(), single()
    print("SIDE " + json.dumps(common.interleaved(2, blocks=blocks, single=single)))


def run_side(*arguments: object) -> dict[str, float]:
    """What a process of its own says."""
    command = [sys.executable, __file__, "side", *map(str, arguments)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return json.loads(next(line for line in lines if line.startswith("SIDE ")).removeprefix("SIDE "))


def main() -> None:
    """Half of the events are in TreeS, which is read."""
    options = common.arguments()
    n = 1_000_000 if options.quick else 10_000_000
    import ROOT

    import torchmva  # noqa: F401

    common.write_trees(ROOT, "train.root", 4000, N_VARIABLES)
    weight_file = common.train(ROOT, "train.root", N_VARIABLES)
    common.write_trees_elsewhere("events.root", 2 * n, N_VARIABLES)
    one, two = (run_side(threads, weight_file, 2 if options.quick else 5) for threads in (1, 2))
    python = run_side("python", weight_file, n // 5)
    ratio, gain = one["native"] / one["trivial"], one["native"] / two["native"]
    speed = python["single"] / python["blocks"]
    common.report(
        define={
            "what": f"RDataFrame Define, {n:,} events, native",
            "against": "a trivial function of the same columns",
            "unit": "s",
            "torchmva": one["native"],
            "other": one["trivial"],
            "ratio": ratio,
            "aim": "<= 1.5 x its time",
            "reached": ratio <= 1.5,
        },
        define_threads={
            "what": "the same, 2 threads",
            "against": f"1 thread (trivial: {one['trivial'] / two['trivial']:.2f} x)",
            "unit": "s",
            "torchmva": two["native"],
            "other": one["native"],
            "ratio": gain,
            "aim": ">= 1.7 x its rate",
            "reached": gain >= 1.7,
        },
        define_python={
            "what": f"RDataFrame Define, {n // 5:,} events, Python in blocks",
            "against": "Compute, event by event",
            "unit": "us",
            "torchmva": python["blocks"] * 1e6,
            "other": python["single"] * 1e6,
            "ratio": speed,
            "aim": ">= 10 x its rate",
            "reached": speed >= 10,
        },
    )


if sys.argv[1:2] == ["side"]:
    if sys.argv[2] == "python":
        python_side(sys.argv[3], int(sys.argv[4]))
    else:
        side(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
else:
    main()
