"""Factory.EvaluateAllMethods on many test events: seconds of processor time, without model and output file."""

import time

import common
import numpy as np
import ROOT
import torch
from sklearn.metrics import roc_auc_score

import torchmva  # noqa: F401

N_TRAINING = 4000
N_CLASSES = 4
EVENTS = (1_000_000, 10_000_000)


def main() -> None:
    """Each analysis with 1 and 10 million test events, against one figure of scikit-learn or NumPy."""
    options = common.arguments()
    torch.set_num_threads(1)
    ROOT.gROOT.SetBatch(True)
    rows = {}
    for n in (EVENTS[0] // 10, EVENTS[1] // 10) if options.quick else EVENTS:
        for analysis in ("Classification", "Multiclass", "Regression"):
            rows[f"evaluate_{analysis.lower()}_{n}"] = row(analysis, n)
    common.report(**rows)


def row(analysis, n):
    """Seconds per million test events."""
    ours, method, loader, factory = trained(analysis, n)
    other, against = reference(analysis, method)
    million = n / 1e6
    result = {"torchmva": ours / million, "other": other / million}
    factory.DeleteAllMethods()
    del loader
    return {
        "what": f"evaluation, {analysis.lower()}, {n:,} test events",
        "against": against,
        "unit": "s/M",
        **result,
        "ratio": result["torchmva"] / result["other"],
        "aim": "<= 2 s/M",
        "reached": result["torchmva"] <= 2,
    }


def trained(analysis, n):
    """Trains one method, evaluates it; the seconds of EvaluateAllMethods alone."""
    generator = np.random.default_rng(common.SEED)
    classes = {"Classification": 2, "Multiclass": N_CLASSES, "Regression": 1}[analysis]
    path = f"{analysis}{n}.root"
    mode = ROOT.RDF.RSnapshotOptions()
    per_class = (n + N_TRAINING) // classes
    for i in range(classes):
        columns = {f"x{k}": generator.normal(0.7 * (i == k), 1, per_class).astype(np.float32) for k in range(N_CLASSES)}
        if analysis == "Regression":
            columns["target"] = columns["x0"] + generator.normal(0, 1, per_class).astype(np.float32)
        columns["w"] = generator.uniform(0.5, 1.5, per_class).astype(np.float32)
        ROOT.RDF.FromNumpy(columns).Snapshot(f"class{i}", path, list(columns), mode)
        mode.fMode = "UPDATE"
    data = ROOT.TFile.Open(path)
    factory = ROOT.TMVA.Factory("bench", f"Silent:!Color:!DrawProgressBar:!ModelPersistence:AnalysisType={analysis}")
    loader = ROOT.TMVA.DataLoader("dataset")
    for k in range(N_CLASSES):
        loader.AddVariable(f"x{k}")
    names = ["Regression"] if analysis == "Regression" else ["Signal", "Background", "C", "D"][:classes]
    if analysis == "Regression":
        loader.AddTarget("target")
    for i, name in enumerate(names):
        loader.AddTree(data.Get(f"class{i}"), name)
        loader.SetWeightExpression("w", name)
    numbers = "".join(f":nTrain_{name}={N_TRAINING // classes}" for name in names)
    loader.PrepareTrainingAndTestTree(
        ROOT.TCut(""), f"SplitMode=Block:NormMode=None:!V:!Correlations:!CalcCorrelations{numbers}"
    )
    kinds = {"Classification": "Fisher", "Multiclass": "PyTorch", "Regression": "LD"}
    booking = {}
    if analysis == "Multiclass":
        layers = (torch.nn.Linear(N_CLASSES, N_CLASSES), torch.nn.Softmax(dim=1))
        torch.jit.script(torch.nn.Sequential(*layers)).save("multi.pt")
        booking = {"FilenameModel": "multi.pt", "NumEpochs": 1, "BatchSize": 100}
    method = factory.BookMethod(loader, getattr(ROOT.TMVA.Types, "k" + kinds[analysis]), "M", **booking)
    factory.TrainAllMethods()
    factory.TestAllMethods()
    seconds = []
    for _ in range(3 if n <= EVENTS[0] else 1):
        start = time.process_time()
        factory.EvaluateAllMethods()
        seconds.append(time.process_time() - start)
    return min(seconds), method, loader, factory


def reference(analysis, method):
    """Seconds of one figure of the same responses, and what it is."""
    testing = ROOT.TMVA.Types.kTesting
    sample = method.Data().GetSample(testing)
    n = sample.Size()
    responses = np.array(method.GetResponses(testing)).reshape(n, -1)
    weights = np.frombuffer(sample.fWeights, np.float32, n)
    start = time.process_time()
    if analysis == "Regression":
        targets = np.frombuffer(sample.fTargets.fData, np.float32, n)
        d = responses[:, 0] - targets
        np.average((d - np.average(d, weights=weights)) ** 2, weights=weights)
        return time.process_time() - start, "bias and RMS in NumPy"
    classes = np.frombuffer(sample.fClasses, np.int32, n)
    for i in range(responses.shape[1]):
        roc_auc_score(classes == i, responses[:, i], sample_weight=weights)
    return time.process_time() - start, f"{responses.shape[1]} areas by scikit-learn, nothing else"


main()
