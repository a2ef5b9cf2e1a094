"""Trains on the data that ROOT ships and compares with published figures: mean and spread over the seeds.

python benchmarks/credibility.py [--quick] [--json FILE] [JOB ...]
python benchmarks/credibility.py --page [--json FILE] > docs/credibility.md

Each seed is a split of the events and a start of the network. A JOB is a function of `credibility_jobs.py` or
`credibility_defaults.py`, such as `higgs` or `defaults.higgs_7`; with jobs given, only their figures change in FILE.
`--quick`: one seed and fewer epochs, with wider bands. `--page` trains nothing: it writes the page from the JSON of an
earlier run. The exit code is 1 if a figure is outside its band.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
# Networks without user code have more: their figures are promises.
SEEDS = (1, 2, 3)
SEEDS_WITHOUT_CODE = (1, 2, 3, 4, 5)

IML = "[iml-wg TMVAinJupyter](https://github.com/iml-wg/tmvatutorials)"
PYMVA = "[ROOT tutorial ClassificationPyTorch.py](https://root.cern/doc/master/ClassificationPyTorch_8py.html)"
HIGGS = "[lmoneta TMVA_Higgs_Classification](https://github.com/lmoneta/tmva-tutorial)"
# What docs/training.md recommends: for some 10,000 events of many variables.
MANY_VARIABLES = "VarTransform=G:Dropout=0.1:NumEpochs=20:EnsembleSize=4"

NO_CODE = "kPyTorch without user code, defaults"
OWN = "scikit-learn 1.9 and PyTorch on the same file"


@dataclass
class Figure:
    """One number with what is expected of it."""

    data: str
    method: str
    quantity: str
    published: str
    source: str
    low: float | None
    high: float | None
    values: list[float] = field(default_factory=list)

    @property
    def mean(self) -> float:
        """Over the seeds."""
        return statistics.fmean(self.values)

    @property
    def spread(self) -> float:
        """Standard deviation over the seeds; 0 for one."""
        return statistics.stdev(self.values) if len(self.values) > 1 else 0.0

    def inside(self) -> bool:
        """Whether the mean is in the band."""
        above = self.low is None or self.mean >= self.low
        return above and (self.high is None or self.mean <= self.high)

    def widen(self, slack: float) -> None:
        """Moves the ends of the band apart."""
        self.low = None if self.low is None else self.low - slack
        self.high = None if self.high is None else self.high + slack

    def band(self) -> str:
        """The band in words."""
        if self.high is None:
            return f"≥ {self.low:.3f}"
        return f"≤ {self.high:.1f}" if self.low is None else f"{self.low:.3f} to {self.high:.3f}"


FIGURES: dict[str, Figure] = {
    "class_fisher": Figure(
        "class, 3000 + 3000", "Fisher", "ROC integral", "LD .895 (one split), LDA .888 ± .003", IML, 0.878, 0.898
    ),
    "class_network": Figure(
        "class, 3000 + 3000",
        "network 4-64-64-2",
        "ROC integral",
        "DNN .940, MLP .939, BDT .931",
        IML,
        0.930,
        None,
    ),
    "class_trees": Figure(
        "class, 3000 + 3000",
        "kBDT",
        "ROC integral",
        "BDT .931; .929 with scikit-learn",
        IML,
        0.920,
        None,
    ),
    "class_tutorial": Figure(
        "class, 4000 + 4000, `D,G`",
        "recipe of ClassificationPyTorch.py",
        "ROC integral",
        ".927 ± .002",
        PYMVA,
        0.919,
        0.935,
    ),
    "class_weights": Figure(
        "class, 3000 + 3000, background weights",
        "network 4-64-64-2",
        "weighted ROC integral",
        ".921 ± .002",
        OWN,
        0.910,
        None,
    ),
    "class_gain": Figure(
        "class, 3000 + 3000, background weights",
        "the same, trained with weights less without",
        "gain in ROC integral",
        ".032",
        OWN,
        0.015,
        None,
    ),
    "higgs_fisher": Figure(
        "Higgs, 7 high-level variables, 7000 + 7000", "Fisher", "ROC integral", ".643 to .654", HIGGS, 0.640, 0.664
    ),
    "higgs_network": Figure(
        "Higgs, 7 high-level variables, 7000 + 7000",
        "network 7-64-64-2",
        "ROC integral",
        "DL_CPU .756, BDT .750, MLP .713; .768 ± .008 with scikit-learn",
        HIGGS,
        0.755,
        None,
    ),
    "higgs_trees": Figure(
        "Higgs, 7 high-level variables, 7000 + 7000",
        "kBDT",
        "ROC integral",
        "BDT .750; .768 ± .009 with scikit-learn",
        HIGGS,
        0.750,
        None,
    ),
    "multiclass_0": Figure(
        "multiclass, 1000 of each of 4", "network 4-64-64-4", "ROC integral, Signal", ".978", OWN, 0.970, None
    ),
    "multiclass_1": Figure(
        "multiclass, 1000 of each of 4", "network 4-64-64-4", "ROC integral, bg0", ".930", OWN, 0.920, None
    ),
    "multiclass_2": Figure(
        "multiclass, 1000 of each of 4", "network 4-64-64-4", "ROC integral, bg1", ".963", OWN, 0.955, None
    ),
    "multiclass_3": Figure(
        "multiclass, 1000 of each of 4", "network 4-64-64-4", "ROC integral, bg2", ".981", OWN, 0.970, None
    ),
    "regression_1000": Figure(
        "regression, 1000 events", "network 2-64-64-1", "RMS (of the target: 84.8)", ".79", OWN, None, 1.0
    ),
    "regression_4000": Figure(
        "regression, 4000 events", "network 2-64-64-1", "RMS (of the target: 84.8)", ".41", OWN, None, 0.6
    ),
    "regression_trees_4000": Figure(
        "regression, 4000 events", "kBDT", "RMS (of the target: 84.8)", "1.45", OWN, None, 3.0
    ),
    "default_class": Figure(
        "class, 3000 + 3000", NO_CODE, "ROC integral", "DNN .940, MLP .939, BDT .931", IML, 0.930, None
    ),
    "default_higgs_7": Figure(
        "Higgs, 7 high-level variables, 7000 + 7000",
        NO_CODE,
        "ROC integral",
        "DL_CPU .756, BDT .750, MLP .713; .768 ± .008 with scikit-learn",
        HIGGS,
        0.765,
        None,
    ),
    "default_higgs_7_trees": Figure(
        "Higgs, 7 high-level variables, 7000 + 7000",
        "the same less kBDT, both with their defaults",
        "difference in ROC integral",
        "",
        "",
        -0.005,
        None,
    ),
    "default_higgs_28": Figure(
        "Higgs, 28 variables, 7000 + 7000",
        NO_CODE,
        "ROC integral",
        "perceptron .727, boosted trees .788",
        OWN,
        0.745,
        None,
    ),
    "recipe_higgs_28": Figure(
        "Higgs, 28 variables, 7000 + 7000",
        f"`{MANY_VARIABLES}`",
        "ROC integral",
        "perceptron .727, boosted trees .788",
        OWN,
        0.770,
        None,
    ),
    "default_multiclass": Figure(
        "multiclass, 1000 of each of 4", NO_CODE, "ROC integral, mean of the classes", ".963", OWN, 0.955, None
    ),
    "default_regression_1000": Figure(
        "regression, 1000 events", NO_CODE, "RMS (of the target: 84.8)", ".79", OWN, None, 1.0
    ),
    "default_regression_4000": Figure(
        "regression, 4000 events", NO_CODE, "RMS (of the target: 84.8)", ".41", OWN, None, 0.6
    ),
}

# By how much one seed and half of the epochs may miss a band.
QUICK_SLACK = {"regression_1000": 1.0, "regression_4000": 0.4, "regression_trees_4000": 1.0, "class_gain": 0.005}
QUICK_SLACK_OTHERS = 0.015


def jobs() -> dict[str, Any]:
    """All of them by name."""
    import credibility_defaults
    import credibility_jobs

    named = {job.__name__: job for job in credibility_jobs.JOBS}
    return named | {f"defaults.{job.__name__}": job for job in credibility_defaults.JOBS}


def measure(names: list[str], *, quick: bool) -> dict[str, Figure]:
    """Trains in a temporary folder; the figures of the jobs of these names, or of all."""
    import ROOT
    import torch
    from credibility_jobs import Trainer

    import torchmva  # noqa: F401

    ROOT.gROOT.SetBatch(True)
    torch.set_num_threads(1)
    figures = {name: Figure(**{**asdict(figure), "values": []}) for name, figure in FIGURES.items()}
    if quick:
        for name, figure in figures.items():
            figure.widen(QUICK_SLACK.get(name, QUICK_SLACK_OTHERS))
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="torchmva-credibility-") as folder:
        os.chdir(folder)
        trainer = Trainer(ROOT, quick=quick)
        for trainer.seed in SEEDS[:1] if quick else SEEDS_WITHOUT_CODE:
            for name in names or jobs():
                if trainer.seed not in SEEDS and not name.startswith("defaults."):
                    continue
                torch.manual_seed(trainer.seed)
                start = time.perf_counter()
                for title, value in jobs()[name](trainer):
                    figures[title].values.append(value)
                    print(f"seed {trainer.seed} {title}: {value:.4f}", file=sys.stderr, flush=True)
                print(f"  {time.perf_counter() - start:.1f} s", file=sys.stderr, flush=True)
        os.chdir(before)
    return {name: figure for name, figure in figures.items() if figure.values}


def table(figures: dict[str, Figure]) -> str:
    """As Markdown."""
    lines = [
        "| data, training events | method | figure | TorchMVA | aim | found elsewhere | source |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for figure in figures.values():
        value = f"{figure.mean:.3f} ± {figure.spread:.3f}" + ("" if figure.inside() else " (**missed**)")
        lines.append(
            f"| {figure.data} | {figure.method} | {figure.quantity} | {value} | {figure.band()} | {figure.published} | "
            f"{figure.source} |"
        )
    return "\n".join(lines)


PAGE = """# Does it give the figures that are known?

{table}

TorchMVA: mean and standard deviation over {n} seeds, {more} for networks without user code; a seed
decides which events are training events, the start of the network and the order of the batches. The figures are those
of the test sample. Measured on {date} with torch {torch}, one thread.

The data are in the ROOT package (`tutorials/machine_learning/data`): `tmva_class_example.root`, `Higgs_data.root`,
`tmva_multiclass_example.root`, `tmva_reg_example.root`. `Higgs_data.root` has other events than the file of the source
that is cited for it, drawn from the same 11 million, so compare within 0.01. The networks and their training are in
`benchmarks/credibility_network.py`, in the form that every user writes them. The rows with background weights use the
column `weight` of the background tree; leaving it out of the training, as TMVA's own PyTorch method does, costs the
gain given.

`make bench` repeats this; `make test` does so in short, with one seed and fewer epochs. This page is written by
`python benchmarks/credibility.py --page` from `benchmarks/credibility.json`.
"""


def write_json(path: Path, figures: dict[str, Figure], *, quick: bool) -> None:
    """Everything that the page needs."""
    import torch

    document = {
        "date": datetime.now(UTC).date().isoformat(),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "quick": quick,
        "figures": {name: asdict(figure) for name, figure in figures.items()},
    }
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def page(path: Path) -> str:
    """docs/credibility.md from a JSON file."""
    document = json.loads(path.read_text())
    figures = {name: Figure(**figure) for name, figure in document["figures"].items()}
    numbers = {"n": len(figures["class_network"].values), "more": len(figures["default_class"].values)}
    return PAGE.format(table=table(figures), **numbers, date=document["date"], torch=document["torch"])


def main() -> int:
    """1 if a figure is outside its band."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="*", metavar="JOB")
    parser.add_argument("--quick", action="store_true", help="one seed, half of the epochs, wider bands")
    parser.add_argument("--json", type=Path, default=HERE / "credibility.json")
    parser.add_argument("--page", action="store_true", help="print the page of an earlier run")
    options = parser.parse_args()
    if options.page:
        print(page(options.json), end="")
        return 0
    sys.path.insert(0, str(HERE))
    unknown = [name for name in options.jobs if name not in jobs()]
    if unknown:
        parser.error(f"no job {unknown[0]}, the jobs are {', '.join(jobs())}")
    figures = measure(options.jobs, quick=options.quick)
    print(table(figures))
    if options.jobs and options.json.exists():
        known = json.loads(options.json.read_text())["figures"] | {k: asdict(v) for k, v in figures.items()}
        figures = {name: Figure(**known[name]) for name in FIGURES if name in known}
    write_json(options.json, figures, quick=options.quick)
    return 0 if all(figure.inside() for figure in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
