"""Runs tests in children of a process that has imported what takes long: a run costs its tests, not the imports.

`python python_worker.py FOLDER`: a line of JSON in, `{"tests": [...], "limit": seconds}`, a line out, `{"code": ...}`;
the code is that of pytest, 124 if the time was over. FOLDER has the package torchmva that the tests import; this Python
finds it there too, so every process that a test starts does.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

#: What tests import, apart from torchmva and ROOT.
_MODULES = """
lightgbm numpy onnx onnxruntime optuna optuna.samplers pytest scipy.optimize scipy.stats sklearn.ensemble sklearn.metrics
torch torch._dynamo torch.export torch.onnx torch.utils.tensorboard uproot
"""
# without the plugin that imports Hypothesis for every run, and without limits of time that a busy machine exceeds
_OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "--timeout=0")
_HANGS, _BROKEN = 124, 125
_PATIENCE = 3


def prepare() -> None:
    """Import everything, and let torch build what it builds at its first export."""
    for name in _MODULES.split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    import torch

    torch.set_num_threads(1)
    layer = torch.nn.Linear(2, 2)
    with contextlib.redirect_stderr(io.StringIO()):
        torch.jit.script(layer)
        torch.export.export(layer, (torch.zeros(2, 2),), dynamic_shapes=({0: torch.export.Dim("rows", min=1)},))
    gc.freeze()  # what is there stays: no child looks for garbage in it


def check(folder: Path) -> None:
    """See that this process and one that it starts import the package in `folder`."""
    words = "import torchmva; print(torchmva.__path__[0])"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    started = subprocess.run([sys.executable, "-c", words], env=environment, capture_output=True, text=True, check=True)
    spec = importlib.util.find_spec("torchmva")
    places = {started.stdout.strip(), str(spec.submodule_search_locations[0])}
    if places != {str(folder / "torchmva")}:
        raise RuntimeError(f"expected torchmva of {folder}, found {sorted(places)}")


def run(tests: list[str], limit: int, output: Path) -> int:
    """The exit code of pytest for these tests; not 0 if they take longer than `limit` seconds of this process's time.

    Without computing they may wait longer: the machine may have other things to do.
    """
    child = os.fork()
    if child == 0:
        os.setsid()
        file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(file, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        import pytest

        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        code = _BROKEN
        try:
            code = int(pytest.main([*_OPTIONS, *tests]))
        except BaseException:  # noqa: BLE001  (a child must not go on as its parent)
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    end = time.monotonic() + _PATIENCE * limit
    code = _HANGS
    while code == _HANGS and time.monotonic() < end:
        time.sleep(0.02)
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            code = os.waitstatus_to_exitcode(status)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # also what a test has left behind
    if code == _HANGS:
        os.waitpid(child, 0)
    return code


def main() -> None:
    folder = Path(sys.argv[1])
    prepare()
    check(folder)
    print("ready", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps({"code": run(request["tests"], request["limit"], folder / "output.txt")}), flush=True)


if __name__ == "__main__":
    main()
