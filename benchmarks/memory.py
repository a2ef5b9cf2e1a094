"""Peak memory above the libraries, while training and while predicting, against the bytes of the data set."""

import ctypes
import gc
from pathlib import Path

import common
import numpy as np
import ROOT
import torch

import torchmva  # noqa: F401

N_VARIABLES = 10


def memory(field: str) -> int:
    """Bytes, from the kernel's account of this process: VmRSS now, VmHWM the most since the last reset."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"no {field} in /proc/self/status")


class Peak:
    """The most memory of this process in a block, above what it had at its start."""

    def __enter__(self) -> "Peak":
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)  # else memory that was given back counts as used, and is used again
        Path("/proc/self/clear_refs").write_text("5")
        self.start = memory("VmRSS")
        return self

    def __exit__(self, *_: object) -> None:
        self.bytes = memory("VmHWM") - self.start


def main() -> None:
    """Trained and applied once on few events before, so that all libraries are there."""
    options = common.arguments()
    n_events = 200_000 if options.quick else 2_000_000
    torch.set_num_threads(1)
    ROOT.gROOT.SetBatch(True)
    helpers = common.compiled_helpers(ROOT)
    common.write_trees_elsewhere("events.root", n_events, N_VARIABLES)
    common.write_trees_elsewhere("few.root", 4000, N_VARIABLES)

    def predict(weight_file: str, n: int) -> None:
        reader = ROOT.TMVA.Reader("!Color:Silent")
        place = np.zeros(1, dtype=np.float32)
        for i in range(N_VARIABLES):
            reader.AddVariable(f"x{i}", place)
        reader.BookMVA("net", weight_file)
        rows = np.ones(n * N_VARIABLES, dtype=np.float32)
        responses = np.empty(n, dtype=np.float32)
        helpers.EvaluateAtOnce(reader, "net", rows, n, responses)

    few = common.train(ROOT, "few.root", N_VARIABLES, job="few")
    predict(few, 10000)
    with Peak() as predicting:
        predict(few, n_events)
    with Peak() as training:
        common.train(ROOT, "events.root", N_VARIABLES)

    # per event: the variables, a float weight, an int class number
    data_set = n_events * (N_VARIABLES + 2) * 4
    rows = {}
    for name, peak in (("training", training), ("predicting", predicting)):
        ratio = peak.bytes / data_set
        rows[f"memory_{name}"] = {
            "what": f"peak memory while {name}, {n_events:,} x {N_VARIABLES}",
            "against": "bytes of the data set",
            "unit": "MB",
            "torchmva": peak.bytes / 1e6,
            "other": data_set / 1e6,
            "ratio": ratio,
            "aim": "<= 1.3 x its size",
            "reached": ratio <= 1.3,
            "ratio_to_variables_alone": peak.bytes / (n_events * N_VARIABLES * 4),
        }
    common.report(**rows)


main()
