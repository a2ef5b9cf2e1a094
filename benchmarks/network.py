"""The native engine alone: one event at a time, and a million events in one call, against ONNX Runtime and PyTorch.

All sides use one thread, and what counts is the processor time of that thread.
"""

import base64
import hashlib
import io
import itertools
import time
import xml.etree.ElementTree as ET

import common
import numpy as np
import onnxruntime
import ROOT
import torch
from torch import nn

import torchmva  # noqa: F401
from torchmva._engine.graph import describe

CHUNKS = (64, 128, 256, 512, 1024, 2048, 4096, 16384)


def networks():
    """Name: layers, speed wanted against ONNX Runtime and bare Python for one event, and against both for a block."""
    torch.manual_seed(common.SEED)
    small = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 2), nn.Softmax(dim=1))
    widths = (28, 300, 300, 300)
    hidden = [layer for i, o in itertools.pairwise(widths) for layer in (nn.Linear(i, o), nn.ReLU())]
    large = nn.Sequential(*hidden, nn.Linear(300, 1), nn.Sigmoid())
    return {"4-64-2": (small, 30, 50, 1.5), "28-300-300-300-1": (large, 1.5, 1.5, 1)}


def native(ROOT, model, n_inputs):
    """The network as TorchMVA runs it."""
    description = describe(model, n_inputs)
    content = description.parameters.astype("<f4").tobytes()
    root = ET.Element("Network", Version="1", NInputs=str(n_inputs), NOutputs=str(description.operations[-1].shape[0]))
    root.attrib |= {"Size": str(description.parameters.size), "Md5": hashlib.md5(content).hexdigest()}
    for operation in description.operations:
        element = ET.SubElement(root, "Operation", Type=operation.type, **operation.attributes)
        element.attrib |= {
            "Inputs": " ".join(map(str, operation.inputs)),
            "Shape": " ".join(map(str, operation.shape)),
        }
    ET.SubElement(root, "Parameters").text = base64.b64encode(content).decode()
    return ROOT.TorchMVA.Network.FromXml(ET.tostring(root, encoding="unicode"))


def onnx_session(model, n_inputs):
    """The model in ONNX Runtime."""
    file = io.BytesIO()
    names = {"input_names": ["x"], "output_names": ["y"], "dynamic_axes": {"x": {0: "n"}, "y": {0: "n"}}}
    torch.onnx.export(model, torch.zeros(2, n_inputs), file, dynamo=False, **names)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(file.getvalue(), settings, providers=["CPUExecutionProvider"])


def timed(action):
    """Seconds of processor time."""
    start = time.thread_time()
    with torch.no_grad():
        action()
    return time.thread_time() - start


def measure(helpers, name, quick):
    """The rows of one network."""
    model, aim_onnx, aim_bare, aim_block = networks()[name]
    n_inputs = model[0].in_features
    ours, script, session = native(ROOT, model, n_inputs), torch.jit.script(model.eval()), onnx_session(model, n_inputs)
    n_block = 100_000 if quick else 1_000_000
    rows = np.random.default_rng(common.SEED).normal(size=(n_block, n_inputs)).astype(np.float32)
    tensor, flat = torch.as_tensor(rows), rows.ravel()
    outputs = np.empty((n_block, ours.GetNOutputs()), dtype=np.float32)

    n_single = 1000
    tensors, arrays = tensor[:n_single].split(1), [rows[i : i + 1] for i in range(n_single)]
    best = common.interleaved(
        10 if quick else 50,
        torchmva=lambda: helpers.NetworkOneByOne(ours, flat, n_single, outputs.ravel()),
        onnx=lambda: timed(lambda: [session.run(None, {"x": row}) for row in arrays]),
        bare=lambda: timed(lambda: [script(row) for row in tensors]),
    )
    single = {side: seconds / n_single * 1e6 for side, seconds in best.items()}

    def by_torch(n, chunk):
        return timed(lambda: [script(tensor[i : i + chunk]) for i in range(0, n, chunk)])

    def by_onnx(n, chunk):
        return timed(lambda: [session.run(None, {"x": rows[i : i + chunk]}) for i in range(0, n, chunk)])

    def best_chunk(side):
        n = n_block // 16
        sizes = common.interleaved(5, **{str(chunk): lambda chunk=chunk: side(n, chunk) for chunk in CHUNKS})
        return int(min(sizes, key=sizes.__getitem__))

    chunks = {"ONNX Runtime": best_chunk(by_onnx), "PyTorch": best_chunk(by_torch)}
    best = common.interleaved(
        3 if quick else 5,
        torchmva=lambda: helpers.NetworkAtOnce(ours, flat, n_block, outputs.ravel()),
        onnx=lambda: by_onnx(n_block, chunks["ONNX Runtime"]),
        torch=lambda: by_torch(n_block, chunks["PyTorch"]),
    )
    with torch.no_grad():
        difference = np.abs(outputs[:1000] - script(tensor[:1000]).numpy()).max()
    if difference > 1e-5:
        raise RuntimeError(f"the networks differ by {difference}")
    rate = {side: n_block / seconds / 1e6 for side, seconds in best.items()}
    winner = "onnx" if rate["onnx"] > rate["torch"] else "torch"
    against = "ONNX Runtime" if winner == "onnx" else "PyTorch"
    label = f"network_{n_inputs}"
    return {
        f"{label}_onnx": row(
            name, "one event", "session.run of ONNX Runtime in Python", "us", single, "onnx", aim_onnx
        ),
        f"{label}_bare": row(name, "one event", "bare Python call of the model", "us", single, "bare", aim_bare),
        f"{label}_block": row(
            name, f"{n_block:,} events", f"{against}, chunks of {chunks[against]}", "M/s", rate, winner, aim_block
        ),
    }


def row(name, what, against, unit, figures, other, aim):
    """How many times faster TorchMVA is."""
    ours, theirs = figures["torchmva"], figures[other]
    ratio = ours / theirs if unit == "M/s" else theirs / ours
    return {
        "what": f"{what}, Network::Evaluate, {name}",
        "against": against,
        "unit": unit,
        "torchmva": ours,
        "other": theirs,
        "ratio": ratio,
        "aim": f">= {aim} x faster",
        "reached": ratio >= aim,
    }


def main():
    """Both networks."""
    options = common.arguments()
    torch.set_num_threads(1)
    ROOT.gROOT.SetBatch(True)
    helpers = common.compiled_helpers(ROOT)
    result = {}
    for name in networks():
        result |= measure(helpers, name, options.quick)
    common.report(**result)


main()
