"""Whole files: FileApplier, which is `torchmva apply`, against RDataFrame's Snapshot of the same columns.

Each side runs in a process of its own, with one thread: its seconds, and its most memory above what it had after a
small job of the same kind. And the time of `torchmva info`.
"""

import ctypes
import gc
import json
import subprocess
import sys
import time
from pathlib import Path

import common

N_VARIABLES = 10
INPUTS = ("TreeS", "TreeB")


def memory(field: str) -> int:
    """Bytes, from the kernel's account of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"no {field} in /proc/self/status")


def side(what: str, weight_file: str, n_events: int) -> None:
    """One side, in this process: prints seconds, most bytes and the number of entries that were written."""
    import ROOT

    import torchmva  # noqa: F401

    def work(path: str) -> int:
        if what == "snapshot":
            chain = ROOT.TChain("TreeS")
            for name in INPUTS:
                chain.AddFile(path, ROOT.TTree.kMaxEntries, name)
            columns = [f"x{i}" for i in range(N_VARIABLES)]
            ROOT.RDataFrame(chain).Snapshot("TreeS", f"{what}.root", columns)
            return n_events  # counting would read the output again
        applier = ROOT.TorchMVA.Experimental.FileApplier(weight_file)
        applier.SetName("score")
        applier.SetFriend(what == "friend")
        applier.SetOverwrite()
        return applier.Apply([f"{path}:{name}" for name in INPUTS], f"{what}.root")

    ROOT.gROOT.SetBatch(True)
    ROOT.TorchMVA.gConfig().DisableMT()
    work("few.root")
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    start = time.perf_counter()
    entries = work("events.root")
    seconds = time.perf_counter() - start
    print("SIDE " + json.dumps([seconds, memory("VmHWM") - before, int(entries)]))


def run_side(what: str, weight_file: str, n_events: int) -> tuple[float, int]:
    """Seconds and bytes of one side."""
    command = [sys.executable, str(common.HERE / "files.py"), "--side", what, weight_file, str(n_events)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, peak, entries = json.loads(result.stdout.partition("SIDE ")[2])
    if entries != n_events:
        raise RuntimeError(f"{what} wrote {entries} entries of {n_events}")
    return seconds, peak


def info(weight_file: str) -> float:
    """Seconds of the command."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "torchmva", "info", weight_file], check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """A network 10-64-2, native."""
    options = common.arguments()
    n_events = 1_000_000 if options.quick else 10_000_000
    common.write_trees_elsewhere("few.root", 20000, N_VARIABLES)
    common.write_trees_elsewhere("events.root", n_events, N_VARIABLES)
    import ROOT

    import torchmva  # noqa: F401

    weight_file = common.train(ROOT, "few.root", N_VARIABLES)
    peaks: dict[str, int] = {}

    def measure(what: str) -> float:
        seconds, peaks[what] = run_side(what, weight_file, n_events)
        return seconds

    best = common.interleaved(
        1 if options.quick else 2, **{w: lambda w=w: measure(w) for w in ("copy", "friend", "snapshot")}
    )
    rows = {}
    for what in ("copy", "friend"):
        ratio = best[what] / best["snapshot"]
        rows[f"files_{what}"] = {
            "what": f"torchmva apply, {n_events:,} x {N_VARIABLES}, {what}",
            "against": "Snapshot of the same columns",
            "unit": "s",
            "torchmva": best[what],
            "other": best["snapshot"],
            "ratio": ratio,
            "aim": "<= 1.5 x its time",
            "reached": ratio <= 1.5,
        }
        ratio = peaks[what] / 300e6
        rows[f"files_{what}_memory"] = {
            "what": f"peak memory of it, {what}",
            "against": "limit",
            "unit": "MB",
            "torchmva": peaks[what] / 1e6,
            "other": 300.0,
            "ratio": ratio,
            "aim": "<= 300 MB",
            "reached": ratio <= 1,
        }
    seconds = min(info(weight_file) for _ in range(10))
    rows["files_info"] = {
        "what": "torchmva info",
        "against": "limit",
        "unit": "s",
        "torchmva": seconds,
        "other": 0.3,
        "ratio": seconds / 0.3,
        "aim": "<= 0.3 s",
        "reached": seconds <= 0.3,
    }
    common.report(**rows)


if "--side" in sys.argv:
    side(sys.argv[2], sys.argv[3], int(sys.argv[4]))
else:
    main()
