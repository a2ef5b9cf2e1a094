"""Reading trees into one matrix: TorchMVA's data set, TTreeFormula for every event, uproot."""

import importlib.util
import time

import common
import numpy as np
import ROOT
import torch  # noqa: F401

import torchmva  # noqa: F401

N_VARIABLES = 10


def with_uproot() -> float:
    """Seconds to one float32 matrix of both trees."""
    import uproot

    start = time.perf_counter()
    with uproot.open("events.root") as file:
        names = [f"x{i}" for i in range(N_VARIABLES)]
        n = sum(file[tree].num_entries for tree in ("TreeS", "TreeB"))
        matrix = np.empty((n, N_VARIABLES), dtype=np.float32)
        first = 0
        for tree in ("TreeS", "TreeB"):
            columns = file[tree].arrays(names, library="np")
            last = first + file[tree].num_entries
            for i, name in enumerate(names):
                matrix[first:last, i] = columns[name]
            first = last
    return time.perf_counter() - start


def main() -> None:
    """2 million events of 10 floats."""
    options = common.arguments()
    n_events = 200_000 if options.quick else 2_000_000
    ROOT.gROOT.SetBatch(True)
    common.write_trees(ROOT, "events.root", n_events, N_VARIABLES)
    helpers = common.compiled_helpers(ROOT)
    candidates = {
        "torchmva": lambda: helpers.ReadDataSet("events.root", N_VARIABLES, "x%d"),
        "formulas": lambda: helpers.ReadDataSet("events.root", N_VARIABLES, "(x%d)"),
        "loop": lambda: helpers.ReadWithFormulas("events.root", N_VARIABLES),
    }
    if importlib.util.find_spec("uproot"):
        candidates["uproot"] = with_uproot
    seconds = common.interleaved(3 if options.quick else 5, **candidates)
    against = {
        "formulas": ("the same, TTreeFormula per event", 3.0),
        "loop": ("a bare TTreeFormula loop, no split", None),
        "uproot": ("uproot into one matrix, no split", 1.5),
    }
    rows = {}
    for name, (text, aim) in against.items():
        if name in seconds:
            ratio = seconds[name] / seconds["torchmva"]
            rows[f"reading_vs_{name}"] = {
                "what": f"reading {n_events:,} x {N_VARIABLES} floats",
                "against": text,
                "unit": "s",
                "torchmva": seconds["torchmva"],
                "other": seconds[name],
                "ratio": ratio,
                "aim": f">= {aim} x its speed" if aim else "none",
                "reached": ratio >= aim if aim else None,
            }
    common.report(**rows)


main()
