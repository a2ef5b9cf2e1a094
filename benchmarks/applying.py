"""Applying trained networks through Reader: event by event, a million in one call, and the first answer of a process.

All sides use one thread, and what counts is its processor time; the first answer is time on the clock.
"""

import io
import itertools
import shlex
import subprocess
import sys
import time
from array import array
from pathlib import Path

import common
import numpy as np
import onnxruntime
import ROOT
import torch
from torch import nn

import torchmva  # noqa: F401

CHUNKS = (64, 128, 256, 512, 1024, 2048, 4096, 16384)
SMALL, LARGE = "4-64-2", "28-300-300-300-1"


def networks():
    """Name: layers, and how many times faster: one event than ONNX Runtime and bare Python, a block than both."""
    torch.manual_seed(common.SEED)
    small = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 2), nn.Softmax(dim=1))
    widths = (28, 300, 300, 300)
    hidden = [layer for i, o in itertools.pairwise(widths) for layer in (nn.Linear(i, o), nn.ReLU())]
    large = nn.Sequential(*hidden, nn.Linear(300, 1), nn.Sigmoid())
    return {SMALL: (small, 30, 50, 1.5), LARGE: (large, 1.5, 1.5, 1)}


class Applied:
    """One network, trained for an epoch, in every form: weight file, TorchScript, ONNX Runtime."""

    def __init__(self, name):
        layers = networks()[name][0]
        self.n_inputs = layers[0].in_features
        torch.jit.script(layers).save("model.pt")
        common.write_trees(ROOT, f"{name}.root", 4000, self.n_inputs)
        self.weight_file = common.train(
            ROOT,
            f"{name}.root",
            self.n_inputs,
            job=f"job{self.n_inputs}",
            FilenameModel="model.pt",
            FilenameTrainedModel=f"{name}.pt",
        )
        self.script = torch.jit.load(f"{name}.pt").eval()
        file = io.BytesIO()
        names = {"input_names": ["x"], "output_names": ["y"], "dynamic_axes": {"x": {0: "n"}, "y": {0: "n"}}}
        torch.onnx.export(self.script, torch.zeros(2, self.n_inputs), file, dynamo=False, **names)
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(file.getvalue(), settings, providers=["CPUExecutionProvider"])
        self.values = np.frombuffer(array("f", [0] * self.n_inputs), dtype=np.float32)

    def reader(self, engine):
        """A reader of the weight file; its variables are ``values``."""
        made = ROOT.TMVA.Reader(f"!Color:Silent:Engine={engine}")
        for i in range(self.n_inputs):
            made.AddVariable(f"x{i}", self.values[i:])
        made.BookMVA("net", self.weight_file)
        return made


def timed(action):
    """Seconds of processor time."""
    start = time.thread_time()
    with torch.no_grad():
        action()
    return time.thread_time() - start


def row(what, against, unit, figures, other, aim, *, slower=False):
    """How many times faster TorchMVA is; ``slower``: times the time of the other side that it may take."""
    ours, theirs = figures["torchmva"], figures[other]
    ratio = ours / theirs if unit == "M/s" or slower else theirs / ours
    return {
        "what": what,
        "against": against,
        "unit": unit,
        "torchmva": ours,
        "other": theirs,
        "ratio": ratio,
        "aim": f"<= {aim} x its time" if slower else f">= {aim} x faster",
        "reached": ratio <= aim if slower else ratio >= aim,
    }


def one_event(helpers, applied, name, quick):
    """Microseconds an event: native, Python, and the two that people use instead."""
    n = 1000
    rows = np.random.default_rng(common.SEED).normal(size=(n, applied.n_inputs)).astype(np.float32)
    tensors, arrays = torch.as_tensor(rows).split(1), [rows[i : i + 1] for i in range(n)]
    native, python = applied.reader("Native"), applied.reader("Python")

    def ours(reader):
        return helpers.EvaluateOneByOne(reader, "net", applied.values, rows.ravel(), applied.n_inputs, n)

    best = common.interleaved(
        5 if quick else 30,
        torchmva=lambda: ours(native),
        python=lambda: ours(python),
        onnx=lambda: timed(lambda: [applied.session.run(None, {"x": row}) for row in arrays]),
        bare=lambda: timed(lambda: [applied.script(row) for row in tensors]),
    )
    found = {side: seconds / n * 1e6 for side, seconds in best.items()}
    _, aim_onnx, aim_bare, _ = networks()[name]
    what, key = f"one event, Reader, native, {name}", f"one_event_{applied.n_inputs}"
    by_python = {"torchmva": found["python"], "bare": found["bare"]}
    return {
        f"{key}_onnx": row(what, "session.run of ONNX Runtime in Python", "us", found, "onnx", aim_onnx),
        f"{key}_bare": row(what, "bare Python call of the model", "us", found, "bare", aim_bare),
        f"{key}_python": row(
            f"one event, Reader, Python, {name}",
            "bare Python call of the model",
            "us",
            by_python,
            "bare",
            1.1,
            slower=True,
        ),
    }


def block(helpers, applied, name, quick):
    """Millions of events a second in one call; the others in their best chunks."""
    n = 100_000 if quick else 1_000_000
    rows = np.random.default_rng(common.SEED).normal(size=(n, applied.n_inputs)).astype(np.float32)
    tensor, responses, reader = torch.as_tensor(rows), np.empty(n, dtype=np.float32), applied.reader("Native")

    def by_torch(n, chunk):
        return timed(lambda: [applied.script(tensor[i : i + chunk]) for i in range(0, n, chunk)])

    def by_onnx(n, chunk):
        return timed(lambda: [applied.session.run(None, {"x": rows[i : i + chunk]}) for i in range(0, n, chunk)])

    def best_chunk(side):
        sizes = common.interleaved(5, **{str(chunk): lambda chunk=chunk: side(n // 16, chunk) for chunk in CHUNKS})
        return int(min(sizes, key=sizes.__getitem__))

    chunks = {"onnx": best_chunk(by_onnx), "torch": best_chunk(by_torch)}
    best = common.interleaved(
        3 if quick else 5,
        torchmva=lambda: helpers.EvaluateAtOnce(reader, "net", rows.ravel(), n, responses),
        onnx=lambda: by_onnx(n, chunks["onnx"]),
        torch=lambda: by_torch(n, chunks["torch"]),
    )
    with torch.no_grad():
        difference = np.abs(responses[:1000] - applied.script(tensor[:1000])[:, 0].numpy()).max()
    if difference > 1e-5:
        raise RuntimeError(f"the engines differ by {difference}")
    rate = {side: n / seconds / 1e6 for side, seconds in best.items()}
    winner = "onnx" if rate["onnx"] > rate["torch"] else "torch"
    against = {"onnx": "ONNX Runtime", "torch": "PyTorch"}[winner] + f", chunks of {chunks[winner]}"
    return {
        f"block_{applied.n_inputs}": row(
            f"{n:,} events, Reader, native, {name}", against, "M/s", rate, winner, networks()[name][3]
        )
    }


def first_answer(applied, quick):
    """Seconds of two executables: one opens a file, the other applies the network to an event, too."""
    config = subprocess.run(
        [sys.executable, "-m", "torchmva", "config", "--cflags", "--libs"], check=True, capture_output=True, text=True
    )
    source = str(Path(__file__).parent / "first_answer.cxx")
    for name, flags in (("plain", []), ("native", ["-DWITH_TORCHMVA"])):
        subprocess.run(["c++", "-O2", source, *flags, "-o", name, *shlex.split(config.stdout)], check=True)

    def run(*command):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - start

    best = common.interleaved(
        3 if quick else 10,
        torchmva=lambda: run("./native", f"{SMALL}.root", applied.weight_file),
        other=lambda: run("./plain", f"{SMALL}.root"),
    )
    more = best["torchmva"] - best["other"]
    return {
        "first_answer": {
            "what": "first response of a fresh executable, native",
            "against": "an executable that opens a TFile",
            "unit": "s",
            **best,
            "ratio": best["torchmva"] / best["other"],
            "aim": "<= 0.1 s more",
            "reached": more <= 0.1,
        }
    }


def main():
    """Both networks."""
    options = common.arguments()
    torch.set_num_threads(1)
    ROOT.gROOT.SetBatch(True)
    helpers = common.compiled_helpers(ROOT)
    rows = {}
    for name in (SMALL, LARGE):
        applied = Applied(name)
        rows |= one_event(helpers, applied, name, options.quick)
        rows |= block(helpers, applied, name, options.quick)
        if name == SMALL:
            rows |= first_answer(applied, options.quick)
    common.report(**rows)


main()
