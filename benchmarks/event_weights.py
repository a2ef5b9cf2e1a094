"""What event weights are worth on TMVA's own example: each method trained with them, and as if there were none.

python benchmarks/event_weights.py [--quick] [--json FILE]
python benchmarks/event_weights.py --page [--json FILE] > docs/event-weights.md

The data and the background weight expression are those of TMVAClassification.C. All figures are weighted ROC integrals
of the same test events; mean and spread over five seeds, each a split of the events and a start of the network.
`--quick`: one seed. `--page` trains nothing: it writes the page from the JSON of an earlier run. The exit code is 1 if
training with weights gains the default network less than its aim.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SEEDS = (1, 2, 3, 4, 5)
METHODS = {
    "network": "`kPyTorch` without user code, defaults",
    "trees": "`kBDT`, defaults",
    "discriminant": "`kLD`, defaults",
}
# Gain of the network: of the mean, and of one seed.
AIM = 0.02
AIM_QUICK = 0.01

Figures = dict[str, dict[str, list[float]]]


class Split:
    """One split of the events: the methods are trained on it with and without weights."""

    def __init__(self, ROOT: Any, seed: int) -> None:
        from credibility_jobs import Trainer

        self._trainer = Trainer(ROOT, quick=False)
        self._trainer.seed = seed

    def train(self, *, weighted: bool) -> tuple[dict[str, Any], Any]:
        """Responses on the test events by method, and the sample of test events."""
        from credibility_defaults import network

        trainer = self._trainer
        types = trainer.TMVA.Types
        trees = {name: trainer.tree("tmva_class_example.root", f"Tree{name[0]}") for name in ("Signal", "Background")}
        loader = trainer.loader([f"var{i}" for i in range(1, 5)], trees, 3000)
        if weighted:
            loader.SetBackgroundWeightExpression("weight")
        factory = trainer.factory("Classification")
        methods = {
            "network": network(factory, loader, trainer, "Net"),
            "trees": factory.BookMethod(loader, types.kBDT, "Trees", ""),
            "discriminant": factory.BookMethod(loader, types.kLD, "LD", ""),
        }
        trainer.run(factory)
        responses = {name: list(method.GetResponses(types.kTesting)) for name, method in methods.items()}
        sample = loader.GetDataSetInfo().GetDataSet().GetSample(types.kTesting)
        # the factory goes away with its methods, the events stay
        return responses, sample

    def areas(self) -> dict[str, dict[str, float]]:
        """Weighted ROC integrals, by way of training and method."""
        with_weights, sample = self.train(weighted=True)
        without, other = self.train(weighted=False)
        rows, same = (self._array(s.fVariables.fData, s.Size() * 4, "float32") for s in (sample, other))
        if not (rows == same).all():
            raise RuntimeError("the two trainings have different test events")
        weights = self._array(sample.fWeights, sample.Size(), "float32").tolist()
        is_signal = (self._array(sample.fClasses, sample.Size(), "int32") == 0).tolist()
        curve = self._trainer.TMVA.ROCCurve
        return {
            name: {
                way: float(curve(responses[name], is_signal, weights).GetROCIntegral())
                for way, responses in (("with", with_weights), ("without", without))
            }
            for name in METHODS
        }

    @staticmethod
    def _array(memory: Any, size: int, kind: str) -> Any:
        import numpy as np

        return np.frombuffer(memory, dtype=kind, count=size).copy()


def measure(seeds: tuple[int, ...]) -> Figures:
    """Trains in a temporary folder."""
    import ROOT
    import torch

    import torchmva  # noqa: F401

    ROOT.gROOT.SetBatch(True)
    torch.set_num_threads(1)
    figures: Figures = {name: {"with": [], "without": []} for name in METHODS}
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="torchmva-weights-") as folder:
        os.chdir(folder)
        for seed in seeds:
            for name, ways in Split(ROOT, seed).areas().items():
                for way, area in ways.items():
                    figures[name][way].append(area)
                print(f"seed {seed} {name}: with {ways['with']:.4f}, without {ways['without']:.4f}", file=sys.stderr)
        os.chdir(before)
    return figures


def gains(ways: dict[str, list[float]]) -> list[float]:
    """With less without, seed by seed."""
    return [a - b for a, b in zip(ways["with"], ways["without"], strict=True)]


def text(values: list[float]) -> str:
    """Mean and standard deviation."""
    return f"{statistics.fmean(values):.3f}" + (f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else "")


def table(figures: Figures) -> str:
    """As Markdown."""
    lines = ["| method | trained with weights | trained without | gain |", "| --- | --- | --- | --- |"]
    for name, ways in figures.items():
        lines.append(f"| {METHODS[name]} | {text(ways['with'])} | {text(ways['without'])} | {text(gains(ways))} |")
    return "\n".join(lines)


PAGE = """# What event weights are worth

TMVA's own example, `TMVAClassification.C`, gives its background a weight:

```cpp
loader.SetBackgroundWeightExpression("weight");
```

The weights go from 3e-8 to 1.25: 6000 background events are worth some 2400. TMVA's PyTorch method has the weights in
its tables and figures, but never in the training: the loaders that user code gets hold inputs and targets only. Here
the weights reach the loss of the default training, and user code that asks for them ([user-code.md](user-code.md)).

Weighted ROC integral of the test events, {n} seeds, 3000 + 3000 training events of `tmva_class_example.root`:

{table}

"Trained without" is the same job without that line, and the figure is computed with the weights nevertheless: what an
analysis gets that applies such a network to weighted events. The network gains {gain:.1f} points of ROC integral, more
than the choice of the method is worth.

To see it in a job of your own:

```cpp
factory.BookMethod(&loader, TMVA::Types::kPyTorch, "Net", "");
```

The loss is the weighted mean over the events, Σ w L / Σ w. Events of negative weight count with their sign unless
`NegativeWeights` says otherwise; `ClassWeights=Balanced` makes the classes count alike ([options.md](options.md)). Old
user code whose `train_func` has no use for weights gets a warning when they are not all the same.

Measured on {date} with torch {torch}, one thread. `make bench` repeats it, `make test` does so with one seed. This page
is written by `python benchmarks/event_weights.py --page` from `benchmarks/event_weights.json`.
"""


def page(path: Path) -> str:
    """docs/event-weights.md from a JSON file."""
    document = json.loads(path.read_text())
    figures: Figures = document["figures"]
    return PAGE.format(
        n=len(figures["network"]["with"]),
        table=table(figures),
        gain=100 * statistics.fmean(gains(figures["network"])),
        date=document["date"],
        torch=document["torch"],
    )


def main() -> int:
    """1 if the weights gain less than the aim."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one seed")
    parser.add_argument("--json", type=Path, default=HERE / "event_weights.json")
    parser.add_argument("--page", action="store_true", help="print the page of an earlier run")
    options = parser.parse_args()
    if options.page:
        print(page(options.json), end="")
        return 0
    sys.path.insert(0, str(HERE))
    figures = measure(SEEDS[:1] if options.quick else SEEDS)
    import torch

    document = {
        "date": datetime.now(UTC).date().isoformat(),
        "torch": torch.__version__,
        "quick": options.quick,
        "figures": figures,
    }
    options.json.write_text(json.dumps(document, indent=1) + "\n")
    print(table(figures))
    gain = statistics.fmean(gains(figures["network"]))
    return 0 if gain >= (AIM_QUICK if options.quick else AIM) else 1


if __name__ == "__main__":
    sys.exit(main())
