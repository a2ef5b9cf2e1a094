"""Damages weight files of all methods at random, and applies them: `make proof`.

    python tests/fuzz/weight_files.py --count 300 --seed 1

A damaged file must be an error or give the same responses. One that then gets a new checksum must leave the process
alive, within its memory and time. Each file is damaged in a process of its own. The exit code is 1 if one of these does
not hold; the file that did it is kept.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

#: Bytes of address space, seconds for one file, and bytes by which the memory may grow.
MOST_SPACE, MOST_SECONDS, MOST_GROWTH = 6 << 30, 5, 200 << 20


def train(folder: Path) -> None:
    """Weight files of every method, kind of analysis and transformation."""
    import network_job
    import ROOT

    import torchmva  # noqa: F401

    os.chdir(folder)
    ROOT.gROOT.SetBatch(True)
    types = ROOT.TMVA.Types
    trees = "NTrees=10:MaxDepth=2:BoostType=Grad:Shrinkage=0.1"
    for analysis, transformations in (("Classification", "N,D"), ("Regression", "N,D(_T_)"), ("Multiclass", "N_two")):
        loader = network_job.make_loader(ROOT, analysis, analysis)
        factory = network_job.make_factory(ROOT, analysis)
        network_job.book(ROOT, factory, loader, NumEpochs=1, VarTransform=transformations)
        factory.BookMethod(loader, types.kBDT, "BDT", trees)
        if analysis == "Classification":
            options = {"EnsembleSize": 2, "VarTransform": "G,P_Signal", "BatchNorm": True, "Layout": "8,8"}
            network_job.book(ROOT, factory, loader, title="Ensemble", NumEpochs=1, **options)
            factory.BookMethod(loader, types.kFisher, "Fisher", VarTransform="N,D,P,G", CreateMVAPdfs=True)
        if analysis != "Multiclass":
            factory.BookMethod(loader, types.kLD, "LD", VarTransform="U,I" if analysis == "Classification" else "N")
        factory.TrainAllMethods()


class Campaign:
    """Damages one weight file again and again."""

    def __init__(self, file: Path, engine: str, seed: int, *, with_new_sum: bool) -> None:
        import ROOT
        from test_untrusted_weight_files import damaged

        from torchmva import _checksum_command
        from torchmva._output_file import CommandError
        from torchmva._weightfile_xml import WeightFileError

        ROOT.gROOT.SetBatch(True)
        self._tmva = ROOT.TMVA
        self._refusals = (ROOT.TMVA.Error, WeightFileError, CommandError, UnicodeError)
        self._damaged, self._update = damaged, _checksum_command.update
        self._file, self._engine, self._with_new_sum = file, engine, with_new_sum
        self._text = file.read_text()
        self._random = random.Random(seed)
        self._copy = file.with_name("damaged.weights.xml")
        self._rows = np.random.default_rng(1).normal(size=(50, 3)).astype(np.float32)
        self._expected = self._responses(file)
        self._memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
        self.counts = {"refused": 0, "same": 0, "other": 0}
        self.n_faults = 0

    def run(self, count: int) -> None:
        """Damages the file `count` times."""
        for number in range(count):
            text = self._damaged(self._text, self._random)
            for _ in range(self._random.choice((0, 0, 1, 3))):
                text = self._damaged(text, self._random)
            self._copy.write_text(text)
            print("last", number, file=sys.stderr, flush=True)  # of the last one is seen which it was
            start = time.monotonic()
            self._apply(number)
            self._check_costs(number, time.monotonic() - start)
        self._copy.unlink()

    def _responses(self, path: Path) -> np.ndarray:
        reader = self._tmva.Reader(f"!Color:Silent:Error:Engine={self._engine}")
        reader.BookMVA("m", str(path))
        return np.asarray(reader.EvaluateBatch("m", self._rows))

    def _apply(self, number: int) -> None:
        try:
            if self._with_new_sum:
                self._update(self._copy)
            found = self._responses(self._copy)
        except self._refusals:
            self.counts["refused"] += 1
        except Exception as error:  # noqa: BLE001 - any other kind is the fault that is looked for
            self._fault(f"{type(error).__name__}: {error}", number)
        else:
            is_same = found.shape == self._expected.shape and np.array_equal(found, self._expected, equal_nan=True)
            self.counts["same" if is_same else "other"] += 1
            if not is_same and not self._with_new_sum:
                self._fault("other responses", number)

    def _check_costs(self, number: int, seconds: float) -> None:
        if seconds > MOST_SECONDS:
            self._fault(f"{seconds:.0f} s", number)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
        if memory - self._memory > MOST_GROWTH:
            self._fault(f"{(memory - self._memory) >> 20} MB more memory", number)
            self._memory = memory

    def _fault(self, what: str, number: int) -> None:
        self.n_faults += 1
        kept = Path(
            os.environ.get("TORCHMVA_FUZZ_KEPT", "."), f"{self._file.stem}-{self._engine}-{number}.xml"
        ).absolute()
        kept.write_text(self._copy.read_text(errors="replace"))
        print(f"FAULT {self._file.name}, {self._engine}: {what}; kept as {kept}", flush=True)


def damage_all(file: Path, engine: str, seed: int, count: int, *, with_new_sum: bool) -> int:
    """A campaign in this process; returns the number of faults."""
    campaign = Campaign(file, engine, seed, with_new_sum=with_new_sum)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_SPACE, MOST_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    campaign.run(count)
    print(
        f"{file.name}, {engine}, {'with' if with_new_sum else 'without'} a new checksum: {campaign.counts}", flush=True
    )
    return campaign.n_faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=300, help="damages of each file (default: 300)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one", nargs=3, metavar=("FILE", "ENGINE", "NEW_SUM"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        file, engine, new_sum = arguments.one
        faults = damage_all(Path(file), engine, arguments.seed, arguments.count, with_new_sum=new_sum == "1")
        return 1 if faults else 0
    failed = 0
    with tempfile.TemporaryDirectory(prefix="torchmva-fuzz-") as folder:
        os.environ.update(XDG_STATE_HOME=folder, TORCHMVA_FUZZ_KEPT=str(Path.cwd()))
        train(Path(folder))
        for file in sorted(Path(folder).glob("*/weights/*.weights.xml")):
            for engine in ("Auto", "Python") if "PyTorch::" in file.read_text()[:400] else ("Auto",):
                for new_sum in "01":
                    count = arguments.count // (4 if engine == "Python" else 1)
                    command = [__file__, "--count", str(count), "--seed", str(arguments.seed)]
                    process = subprocess.run(
                        [sys.executable, "-W", "ignore", *command, "--one", str(file), engine, new_sum],
                        stdout=sys.stdout,
                        stderr=subprocess.PIPE,
                        text=True,
                        check=False,
                    )
                    failed += process.returncode != 0
                    if process.returncode not in (0, 1):
                        print(
                            f"CRASH {file.name}, {engine}: {process.returncode}\n{process.stderr[-1500:]}", flush=True
                        )
    print("weight files: " + (f"{failed} of the files did harm" if failed else "no damage did harm"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
