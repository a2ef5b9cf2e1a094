"""kBDT: training beside plain LightGBM and scikit-learn's histogram trees, application beside LightGBM's own."""

import time
from array import array

import common
import lightgbm
import numpy as np
import ROOT
from sklearn.ensemble import HistGradientBoostingClassifier

import torchmva  # noqa: F401
from torchmva._engine import trees

N_VARIABLES = 10
N_TREES = 500
DEPTH = 3
MODELS = []  # what LightGBM trained for kBDT


def keep_models() -> None:
    """Collect the models in LightGBM's own format."""
    flat = trees._flat
    trees._flat = lambda text, *rest, **named: MODELS.append(text) or flat(text, *rest, **named)


def book(n_training: int) -> tuple[object, object]:
    """Factory and method."""
    data = ROOT.TFile.Open("events.root")
    loader = ROOT.TMVA.DataLoader("dataset")
    for i in range(N_VARIABLES):
        loader.AddVariable(f"x{i}")
    loader.AddSignalTree(data.Get("TreeS"))
    loader.AddBackgroundTree(data.Get("TreeB"))
    half = n_training // 2
    loader.PrepareTrainingAndTestTree(
        ROOT.TCut(""), f"nTrain_Signal={half}:nTrain_Background={half}:SplitMode=Random:!V:!Correlations"
    )
    factory = ROOT.TMVA.Factory("bench", "Silent:!Color:!DrawProgressBar:AnalysisType=Classification")
    options = {"NTrees": N_TREES, "MaxDepth": DEPTH, "Shrinkage": 0.1, "BoostType": "Grad", "MinNodeSize": "2.5%"}
    method = factory.BookMethod(loader, ROOT.TMVA.Types.kBDT, "BDT", **options)
    method.__keep = (data, loader)
    return factory, method


def training(n_training: int, repetitions: int) -> dict[str, dict[str, object]]:
    """Seconds to train on the same number of events of the same distribution."""
    random = np.random.default_rng(common.SEED)
    label = (np.arange(n_training) % 2).astype(np.float32)
    inputs = random.normal(size=(n_training, N_VARIABLES)).astype(np.float32) + label[:, None] - 0.5

    def ours() -> float:
        factory, method = book(n_training)
        factory.TrainAllMethods()
        return method.GetTrainTime()

    def plain() -> float:
        start = time.perf_counter()
        parameters = {
            "objective": "binary",
            "learning_rate": 0.1,
            "max_depth": DEPTH,
            "num_leaves": 2**DEPTH,
            "min_data_in_leaf": n_training // 40,
            "verbosity": -1,
        }
        lightgbm.train(parameters, lightgbm.Dataset(inputs, label=label), N_TREES)
        return time.perf_counter() - start

    def sklearn() -> float:
        model = HistGradientBoostingClassifier(
            max_iter=N_TREES,
            learning_rate=0.1,
            max_depth=DEPTH,
            min_samples_leaf=n_training // 40,
            early_stopping=False,
        )
        start = time.perf_counter()
        model.fit(inputs, label)
        return time.perf_counter() - start

    best = common.interleaved(repetitions, torchmva=ours, plain=plain, sklearn=sklearn)
    what = f"kBDT, {N_TREES} trees of depth {DEPTH}, {n_training:,} x {N_VARIABLES}"
    rows = {}
    for name, against, limit in (
        ("plain", "plain LightGBM", 1.2),
        ("sklearn", "scikit-learn HistGradientBoosting", 1.2),
    ):
        ratio = best["torchmva"] / best[name]
        rows[f"training_{name}"] = {
            "what": what,
            "against": against,
            "unit": "s",
            "torchmva": best["torchmva"],
            "other": best[name],
            "ratio": ratio,
            "aim": f"<= {limit} x its time",
            "reached": ratio <= limit,
        }
    return rows


def applying(n: int, repetitions: int) -> dict[str, dict[str, object]]:
    """The trained trees on one core: many events in one call, and one by one."""
    helpers = common.compiled_helpers(ROOT)
    booster = lightgbm.Booster(model_str=MODELS[-1])
    values = array("f", [0] * N_VARIABLES)
    address = np.frombuffer(values, dtype=np.float32)
    reader = ROOT.TMVA.Reader("!Color:Silent")
    for i in range(N_VARIABLES):
        reader.AddVariable(f"x{i}", address[i:])
    reader.BookMVA("BDT", "dataset/weights/bench_BDT.weights.xml")
    rows = np.random.default_rng(common.SEED).normal(size=(n, N_VARIABLES)).astype(np.float32)
    flat = rows.ravel()
    responses = np.empty(n, dtype=np.float32)

    def many() -> float:
        start = time.perf_counter()
        booster.predict(rows, num_threads=1)
        return time.perf_counter() - start

    best = common.interleaved(
        repetitions, torchmva=lambda: helpers.EvaluateAtOnce(reader, "BDT", flat, n, responses), other=many
    )
    np.testing.assert_allclose((1 + responses) / 2, booster.predict(rows), atol=1e-6)
    n_single = 2000
    ready = [rows[i : i + 1] for i in range(n_single)]

    def single() -> float:
        start = time.perf_counter()
        for row in ready:
            booster.predict(row, num_threads=1)
        return time.perf_counter() - start

    alone = common.interleaved(
        repetitions,
        torchmva=lambda: helpers.EvaluateOneByOne(reader, "BDT", address, flat, N_VARIABLES, n_single),
        other=single,
    )
    ratio = best["other"] / best["torchmva"]
    ratio_alone = alone["torchmva"] / alone["other"]
    what = f"{N_TREES} trees of depth {DEPTH}"
    return {
        "applying_many": {
            "what": f"{n:,} events in one call, {what}",
            "against": "LightGBM's predict, one thread",
            "unit": "M/s",
            **{name: n / seconds / 1e6 for name, seconds in best.items()},
            "ratio": ratio,
            "aim": ">= 1 x its rate",
            "reached": ratio >= 1,
        },
        "applying_one": {
            "what": f"one event, Reader::EvaluateMVA, {what}",
            "against": "LightGBM's predict called from Python",
            "unit": "us",
            **{name: seconds / n_single * 1e6 for name, seconds in alone.items()},
            "ratio": ratio_alone,
            "aim": "<= 0.5 x its time",
            "reached": ratio_alone <= 0.5,
        },
    }


def main() -> None:
    """100,000 training events, 500,000 to apply the trees to."""
    options = common.arguments()
    ROOT.gROOT.SetBatch(True)
    keep_models()
    n_training = 20_000 if options.quick else 100_000
    common.write_trees(ROOT, "events.root", n_training + 2000, N_VARIABLES)
    result = training(n_training, 1 if options.quick else 3)
    result |= applying(50_000 if options.quick else 500_000, 2 if options.quick else 5)
    common.report(**result)


main()
