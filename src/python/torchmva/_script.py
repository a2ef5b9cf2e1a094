"""Runs a Python script as Python itself would, after TorchMVA has been made known to ROOT."""

from __future__ import annotations

import builtins
import io
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType


def run_script(path: str, arguments: list[str]) -> int:
    """The script's names become `__main__` for good.

    `runpy` would give the script a module of its own and take it away at the end; the plugin looks up the user's
    functions in `__main__`, also from C++ and also while the process ends.
    """
    try:
        with io.open_code(path) as file:
            source = file.read()
    except OSError as error:
        print(f"torchmva: can't open file {path!r}: {error.strerror}", file=sys.stderr)
        return 2

    module = ModuleType("__main__")
    module.__file__ = path
    module.__loader__ = SourceFileLoader("__main__", path)
    module.__dict__["__builtins__"] = builtins
    module.__dict__["__cached__"] = None
    sys.modules["__main__"] = module
    sys.argv = [path, *arguments]
    if not sys.flags.safe_path:
        sys.path[0] = str(Path(path).resolve().parent)
    exec(compile(source, path, "exec"), module.__dict__)  # noqa: S102  (the user asked for exactly this)
    return 0
