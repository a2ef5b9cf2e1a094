"""Python mutants: a copy of the package, made of links, in which one file at a time is another one.

The tests run in a virtual environment that finds this copy first, so that they import it, and so does every process
that they start (a test drops PYTHONPATH from its environment, so that would not do).
"""

from __future__ import annotations

import ast
import atexit
import contextlib
import functools
import importlib.util
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

from mutant import ROOT, Mutant, NotAMutantError
from python_places import places

SOURCES = ROOT / "src/python/torchmva"
HANG = 200  # seconds of computing; the slowest area takes half of it
_NO_TESTS = (5, 125)  # exit codes: no tests were chosen, no pytest

# Files that make numbers, by a regular expression, and the tests that are to notice a fault in them, the quickest first:
# names of files of tests/python, with a choice among their tests (-k) in brackets.
AREAS = {
    r"_engine/(loop|checkpoint)": "engine/plain_pytorch engine/loop engine/physics[plain_pytorch|validation_loss]",
    r"_engine/history": "engine/loop engine/search",
    r"_engine/training": "engine/plain_pytorch engine/training engine/loop engine/physics",
    r"_engine/(batches|events)": "engine/batches engine/events engine/plain_pytorch",
    r"_engine/(losses|weights|optimization)": "engine/weights engine/optimization engine/losses engine/plain_pytorch",
    r"_engine/(search|network_search|tree_search|parameters|figures)": "engine/search",
    r"_engine/options": "defaults engine/network engine/automatic engine/plain_pytorch",
    r"_engine/(network|automatic)": "engine/network engine/automatic engine/plain_pytorch",
    r"_engine/(decorrelation|parametrisation|calibration|ensemble)": "engine/physics",
    r"_engine/(prediction|probe)": "engine/prediction engine/session",
    r"_engine/trees": "engine/trees",
    r"_engine/graph/": (
        "engine/graph_operators[scripted|TorchScript] engine/graph_refusals engine/graph "
        "engine/graph_operators[export|trace]"
    ),
    r"/(_weightfile|_transformations)": "weightfile info untrusted_weight_files",
    r"/_onnx": "engine/onnx standalone_code[agree_with_the_reader|onnx]",
    r"/_arrays": "zero_copy reader_blocks cross_validation[readers_agree|spectators]",
    r"/_roc": "figures",
}


def mutants(seed: int, count: int, only: re.Pattern[str]) -> list[Mutant]:
    """Draws mutants: a line of the code that makes numbers, a kind of change, then one of that kind."""
    generator = random.Random(seed)
    lines: list[list[list[Mutant]]] = []
    for path in sorted(SOURCES.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if only.search(name) and tests_of(name):
            lines += _mutants_by_line(name, path.read_text(encoding="utf-8"))
    generator.shuffle(lines)
    return [generator.choice(generator.choice(kinds)) for kinds in lines[:count]]


def tests_of(name: str) -> list[list[str]]:
    """The calls of pytest that a file of the package meets; none if it makes no numbers."""
    for pattern, words in AREAS.items():
        if re.search(pattern + r"\w*\.py$", name):
            return [_call(word) for word in words.split()]
    return []


def _call(word: str) -> list[str]:
    file, _, choice = word.removesuffix("]").partition("[")
    folder, _, name = file.rpartition("/")
    path = Path("tests/python", folder, f"test_{name}.py")
    return [path.as_posix(), *(["-k", choice.replace("|", " or ")] if choice else [])]


def _mutants_by_line(file: str, text: str) -> list[list[list[Mutant]]]:
    """For each line that can be changed: for each kind of change, the mutants."""
    data = text.encode()
    by_line: dict[int, dict[str, list[Mutant]]] = {}
    for place in places(text):
        first = data.rfind(b"\n", 0, place.start) + 1
        last = data.find(b"\n", place.end)
        before = data[first : last if last >= 0 else len(data)].decode()
        changed = data[first : place.start].decode() + place.after + data[place.end : last].decode()
        mutant = Mutant(file, data.count(b"\n", 0, first) + 1, before, changed)
        if before != changed:
            by_line.setdefault(mutant.line, {}).setdefault(place.kind, []).append(mutant)
    return [list(kinds.values()) for _, kinds in sorted(by_line.items())]


def _is_program(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


@functools.cache
def _laboratory() -> Laboratory:
    return Laboratory()


def notices(mutant: Mutant) -> bool:
    """Whether a test of the area fails, or hangs, with the fault in, and passes without it."""
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    changed = mutant.applied_to(text)
    if not _is_program(changed):
        raise NotAMutantError(str(mutant))
    laboratory = _laboratory()
    with laboratory.changed(mutant.file, changed):
        for tests in tests_of(mutant.file):
            code, failed = laboratory.run(tests)
            if code:
                break
    if failed:
        laboratory.require_passing(failed)
    return code != 0


class Laboratory:
    """A folder with the copy of the package and an environment, and the process that runs tests there."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="torchmva-mutants-"))
        atexit.register(self.close)
        self._make_package()
        python = self._make_environment()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        self._worker = subprocess.Popen(
            [python, Path(__file__).with_name("python_worker.py"), self._folder],
            cwd=ROOT,
            env={**environment, "OMP_NUM_THREADS": "1", "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def _make_package(self) -> None:
        """Links to the files of the sources, and to what else the package has (libraries)."""
        spec = importlib.util.find_spec("torchmva")
        assert spec is not None, "torchmva is not installed"
        assert spec.submodule_search_locations
        for folder in (SOURCES, Path(spec.submodule_search_locations[0])):
            for path in folder.rglob("*"):
                link = self._folder / "torchmva" / path.relative_to(folder)
                if path.is_file() and "__pycache__" not in path.parts and not link.is_symlink():
                    link.parent.mkdir(parents=True, exist_ok=True)
                    link.symlink_to(path.absolute())

    def _make_environment(self) -> Path:
        """A virtual environment that finds the copy, then what this Python finds; returns its Python."""
        folder = self._folder / "environment"
        venv.create(folder, symlinks=True)
        packages = next(folder.glob("lib/python*/site-packages"))
        found = [path for path in sys.path if path.endswith("site-packages")]
        packages.joinpath("mutants.pth").write_text("\n".join([str(self._folder), *found]) + "\n", encoding="utf-8")
        command = folder / "bin/torchmva"
        command.write_text(f"#!{folder}/bin/python\nimport sys\nfrom torchmva.cli import main\nsys.exit(main())\n")
        command.chmod(0o755)
        return folder / "bin/python"

    def _answer(self) -> str:
        assert self._worker.stdout is not None
        line = self._worker.stdout.readline()
        if not line:
            raise RuntimeError("the process that runs the tests has ended")
        return line

    def run(self, tests: list[str]) -> tuple[int, str]:
        """The exit code of pytest (0: all pass), and the test that failed."""
        assert self._worker.stdin is not None
        print(json.dumps({"tests": tests, "limit": HANG}), file=self._worker.stdin, flush=True)
        code = int(json.loads(self._answer())["code"])
        if code in _NO_TESTS:
            raise RuntimeError(f"pytest ended with {code}: {self.output()}")
        found = re.search(r"^(?:FAILED|ERROR) (tests/\S.*?)(?: - .*)?$", self.output(), re.MULTILINE)
        return code, found[1] if found else ""

    def output(self) -> str:
        """What the last tests said."""
        return self._folder.joinpath("output.txt").read_text(encoding="utf-8", errors="replace")

    @functools.cache  # noqa: B019  (there is one laboratory)
    def require_passing(self, test: str) -> None:
        """See that a test passes without a fault: else it says nothing about one."""
        code, _ = self.run([test])
        if code:
            raise RuntimeError(f"{test} fails without a fault: {self.output()[-4000:]}")

    @contextlib.contextmanager
    def changed(self, file: str, text: str) -> Iterator[None]:
        """The package with another text of one file."""
        path = self._folder / "torchmva" / (ROOT / file).relative_to(SOURCES)
        path.unlink()
        path.write_text(text, encoding="utf-8")
        self._forget(path)
        try:
            yield
        finally:
            path.unlink()
            path.symlink_to(ROOT / file)
            self._forget(path)

    @staticmethod
    def _forget(path: Path) -> None:
        """Remove what Python has compiled: it compares times in seconds only."""
        for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
            compiled.unlink()

    def close(self) -> None:
        """End the process, and remove the folder."""
        self._worker.kill()
        self._worker.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
