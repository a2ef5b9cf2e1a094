"""Applying a network 4-64-2: one event at a time, and a million events in one call."""

import time
from array import array

import common
import numpy as np
import ROOT
import torch

import torchmva  # noqa: F401

N_VARIABLES = 4
CHUNKS = (256, 512, 1024, 2048, 4096, 8192, 16384, 65536, 1_000_000)


def main() -> None:
    """Reader in compiled C++ against the bare model in Python, one thread each."""
    options = common.arguments()
    torch.set_num_threads(1)
    ROOT.gROOT.SetBatch(True)
    common.write_trees(ROOT, "train.root", 4000, N_VARIABLES)
    weight_file = common.train(ROOT, "train.root", N_VARIABLES, FilenameTrainedModel="trained.pt")
    helpers = common.compiled_helpers(ROOT)
    model = torch.jit.load("trained.pt").eval()

    values = array("f", [0] * N_VARIABLES)
    reader = ROOT.TMVA.Reader("!Color:Silent")
    address = np.frombuffer(values, dtype=np.float32)
    for i in range(N_VARIABLES):
        reader.AddVariable(f"x{i}", address[i:])
    reader.BookMVA("net", weight_file)

    rows = np.random.default_rng(common.SEED).normal(size=(1_000_000, N_VARIABLES)).astype(np.float32)
    result = {**one_event(options, helpers, reader, address, rows, model)}
    result |= many_events(options, helpers, reader, rows, model)
    common.report(**result)


def one_event(options, helpers, reader, address, rows, model):
    """Microseconds an event."""
    n = 2000 if options.quick else 10000
    ready = torch.as_tensor(rows[:n]).split(1)

    def bare() -> float:
        with torch.no_grad():
            start = time.perf_counter()
            for row in ready:
                model(row)
            return time.perf_counter() - start

    def ours() -> float:
        return helpers.EvaluateOneByOne(reader, "net", address, rows.ravel(), N_VARIABLES, n)

    best = common.interleaved(5 if options.quick else 15, torchmva=ours, other=bare)
    microseconds = {name: seconds / n * 1e6 for name, seconds in best.items()}
    ratio = microseconds["torchmva"] / microseconds["other"]
    return {
        "one_event": {
            "what": "one event, Reader::EvaluateMVA",
            "against": "bare Python call of the model",
            "unit": "us",
            **microseconds,
            "ratio": ratio,
            "aim": "<= 1.2 x its time",
            "reached": ratio <= 1.2,
        }
    }


def many_events(options, helpers, reader, rows, model):
    """Events a second; the other side takes its best chunk size."""
    n = 200_000 if options.quick else 1_000_000
    rows = rows[:n]
    responses = np.empty(n, dtype=np.float32)
    flat = rows.ravel()
    tensor = torch.as_tensor(rows)
    output = torch.empty(n, 2)

    def plain(chunk: int) -> float:
        with torch.no_grad():
            start = time.perf_counter()
            for first in range(0, n, chunk):
                output[first : first + chunk] = model(tensor[first : first + chunk])
            return time.perf_counter() - start

    # first the best chunk size, then both sides with the same number of attempts
    sizes = common.interleaved(3, **{str(chunk): lambda chunk=chunk: plain(chunk) for chunk in CHUNKS})
    chunk = int(min(sizes, key=sizes.__getitem__))
    best = common.interleaved(
        5 if options.quick else 15,
        torchmva=lambda: helpers.EvaluateAtOnce(reader, "net", flat, n, responses),
        other=lambda: plain(chunk),
    )
    if not np.array_equal(responses, output[:, 0].numpy()):
        print("largest difference of a response:", np.abs(responses - output[:, 0].numpy()).max())
    ratio = best["other"] / best["torchmva"]
    return {
        "many_events": {
            "what": f"{n:,} events in one call",
            "against": f"plain PyTorch, chunks of {chunk}",
            "unit": "M/s",
            "torchmva": n / best["torchmva"] / 1e6,
            "other": n / best["other"] / 1e6,
            "ratio": ratio,
            "aim": ">= 0.95 x its rate",
            "reached": ratio >= 0.95,
        }
    }


main()
