"""VarTransform=D,G: fitting and applying, on one core, against scikit-learn's QuantileTransformer."""

import os
import time

import common
import numpy as np
import ROOT

import torchmva  # noqa: F401

N_VARIABLES = 10
N_QUANTILES = 1000
AIM_FIT = 3.0
AIM_APPLY = 0.4


def correlated(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of correlated, skewed variables, and their classes."""
    generator = np.random.default_rng(common.SEED)
    classes = (np.arange(n) % 2).astype(np.int32)
    rows = generator.normal(size=(n, N_VARIABLES)) @ generator.normal(size=(N_VARIABLES, N_VARIABLES))
    rows += 0.5 * classes[:, None]
    return np.exp(0.2 * rows).astype(np.float32), classes


def main() -> None:
    """A million events of ten variables."""
    options = common.arguments()
    from sklearn.preprocessing import QuantileTransformer

    n = 100_000 if options.quick else 1_000_000
    ROOT.gROOT.SetBatch(True)
    helpers = common.compiled_helpers(ROOT)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    rows, classes = correlated(n)
    weights = np.ones(n, dtype=np.float32)
    flat = rows.ravel()
    pipeline = ROOT.TorchMVA.TransformPipeline()
    # every event counts, as in TMVA's transformation; by default it looks at 10,000
    other = QuantileTransformer(n_quantiles=N_QUANTILES, output_distribution="normal", subsample=None)

    def fit_ours() -> float:
        return helpers.FitTransform("D,G", flat, weights, classes, n, N_VARIABLES, pipeline)

    def apply_ours() -> float:
        return helpers.Apply(pipeline, flat.copy(), n, N_VARIABLES)

    def fit_other() -> float:
        start = time.perf_counter()
        other.fit_transform(rows)
        return time.perf_counter() - start

    def apply_other() -> float:
        start = time.perf_counter()
        other.transform(rows)
        return time.perf_counter() - start

    repetitions = 2 if options.quick else 3
    fit = common.interleaved(repetitions, torchmva=fit_ours, other=fit_other)
    apply = common.interleaved(repetitions, torchmva=apply_ours, other=apply_other)
    against = f"scikit-learn QuantileTransformer, {N_QUANTILES} quantiles"
    report = {}
    for name, what, seconds, aim in (
        ("fit", f"D,G of {n:,} x {N_VARIABLES}: fit and apply", fit, AIM_FIT),
        ("apply", f"D,G of {n:,} x {N_VARIABLES}: apply", apply, AIM_APPLY),
    ):
        report[f"transforming_{name}"] = {
            "what": what,
            "against": against,
            "unit": "s",
            **seconds,
            "ratio": seconds["other"] / seconds["torchmva"],
            "aim": f"<= {aim} s",
            "reached": None if options.quick else seconds["torchmva"] <= aim,
        }
    common.report(**report)


main()
