"""C++ mutants: one source file is changed in a copy of src/cpp, compiled, and linked with the objects of a finished build.

The mutated libTorchMVA.so is preloaded into the tests of that build and into all processes that they start, so that each
of them runs the mutant. Neither the tree nor the build is changed.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from cpp_places import places
from mutant import ROOT, Mutant, NotAMutantError


class Tests(NamedTuple):
    """Patterns for the C++ tests of an area, and files of tests/python, which only meet what survives those."""

    cpp: list[str]
    python: list[str]


# The code that makes numbers, and the tests that are to notice a fault in it.
AREAS = {
    "Data": Tests(
        ["Data_*", "Apply_FileApplierTests", "Facade_FactoryTests", "Facade_MethodInterfaceTests"],
        ["test_dataloader.py", "test_training_weights.py", "test_expressions.py"],
    ),
    "Transform": Tests(["Transform_*"], ["test_transformations.py"]),
    "Evaluate": Tests(["Evaluate_*", "Facade_GoldenEvaluationTests", "Method_MethodFiguresTests"], ["test_figures.py"]),
    "Method": Tests(["Method_*", "Facade_GoldenEvaluationTests"], ["test_linear_methods.py", "test_trees.py"]),
    "Network": Tests(["Network_*"], ["engine/test_graph_operators.py"]),
    "Apply": Tests(["Apply_*"], ["test_rreader.py", "test_dataframe.py"]),
    "CrossValidation": Tests(["CrossValidation_*"], ["test_cross_validation.py"]),
    "Output": Tests(["Output_*"], ["test_output_file.py"]),
}
# Not numbers: texts of generated code, of options and of errors, names, files, the choice of a processor's kernels.
EXCLUDED = re.compile(
    r"ExpressionNames|SafeNames|MakeClass|MethodPlugins|ClassifierFactory|StandaloneHeader|StandaloneNames|TreeEnsembleCode"
    r"|TransformCode|ChooseKernels|KernelTable|SplitOptions|SearchOptions|MethodBaseCompatibility|Tables|RocPlot|PartFile"
    r"|InputFiles|DirectoryTools|DataSetReport|BasketList|MethodBDTOptions|LoadMethod"
)
OPTIMISED = re.compile(r"Kernels|Layer")  # slow without optimisation; the others compile faster without
HANG = 30.0  # seconds, and ten times what the test takes without a fault


def mutants(seed: int, count: int, only: re.Pattern[str]) -> list[Mutant]:
    """Draws mutants: a line that can be changed, then a kind of change, then a change."""
    generator = random.Random(seed)
    lines = []
    for area in AREAS:
        for path in sorted((ROOT / "src/cpp" / area).glob("*.[ch]xx")):
            name = path.relative_to(ROOT).as_posix()
            if only.search(name) and not EXCLUDED.search(name):
                lines += _mutants_by_line(name, path.read_text(encoding="utf-8"))
    generator.shuffle(lines)
    return [generator.choice(generator.choice(kinds)) for kinds in lines][:count]


def _mutants_by_line(file: str, text: str) -> list[list[list[Mutant]]]:
    """For each line that can be changed: for each kind of change, the mutants."""
    by_line: dict[int, dict[str, list[Mutant]]] = {}
    for place in places(text):
        first = text.rfind("\n", 0, place.start) + 1
        last = text.find("\n", place.end)
        line = text.count("\n", 0, first) + 1
        after = text[first : place.start] + place.text + text[place.end : last]
        mutant = Mutant(file, line, text[first:last], after)
        by_line.setdefault(line, {}).setdefault(place.kind, []).append(mutant)
    return [list(kinds.values()) for _, kinds in sorted(by_line.items())]


def notices(mutant: Mutant) -> bool:
    """Whether a test of the mutant's area fails or hangs."""
    library = build().library(mutant)
    return area(mutant.file.split("/")[2]).first_failure(mutant.file, library) is not None


def build_folder() -> Path:
    """The build of `make dev`, which compiles each source alone."""
    folder = ROOT / "build/dev"
    if not (folder / "tests").is_dir():
        raise FileNotFoundError("expected a finished build in build/dev (make dev), found none")
    return folder


@functools.cache
def build() -> Build:
    return Build(build_folder())


@functools.cache
def area(name: str) -> Area:
    return Area(name, build())


class Build:
    """A finished build, and a folder in it where mutants are compiled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._work = folder / "mutants"
        shutil.rmtree(self._work, ignore_errors=True)
        shutil.copytree(ROOT / "src/cpp", self._work / "src")
        # ROOT finds a dictionary in the folder of its library
        shutil.copytree(folder / "torchmva/lib", self._work / "lib", symlinks=True)
        commands = self._run("ninja", "-C", folder, "-t", "commands", "TorchMVA").splitlines()
        self._compile = {match[1]: line for line in commands if (match := re.search(r" -o (\S+) -c ", line))}
        self._link = next(line for line in commands if "-o torchmva/lib/libTorchMVA.so" in line)
        self._objects_of = self._read_dependencies()

    def library(self, mutant: Mutant) -> Path:
        """Compiles and links a mutant."""
        source = self._work / "src" / Path(mutant.file).relative_to("src/cpp")
        original = source.read_text(encoding="utf-8")
        source.write_text(mutant.applied_to(original), encoding="utf-8")
        link = self._link.replace("-o torchmva/lib/libTorchMVA.so", f"-o {self._work}/lib/libTorchMVA.so")
        try:
            for name in self._objects_of.get(mutant.file, []):
                link = link.replace(f" {name} ", f" {self._compile_mutant(name)} ")
        finally:
            source.write_text(original, encoding="utf-8")
        self._run("sh", "-c", link)
        return self._work / "lib/libTorchMVA.so"

    def _compile_mutant(self, name: str) -> str:
        result = f"{self._work}/{name.rsplit('/', 1)[1]}"
        flags = "-w" if OPTIMISED.search(name) else "-w -O0"
        command = self._compile[name].replace(str(ROOT / "src/cpp"), str(self._work / "src"))
        command = re.sub(r" -MD -MT \S+ -MF \S+ -o \S+ ", f" {flags} -o {result} ", command)
        environment = {**os.environ, "CCACHE_DISABLE": "1"}  # no mutant is compiled twice
        if subprocess.run(command, shell=True, cwd=self.folder, env=environment, capture_output=True).returncode:
            raise NotAMutantError
        return result

    def _read_dependencies(self) -> dict[str, list[str]]:
        """For each source file: the objects of the library that depend on it."""
        objects: dict[str, list[str]] = {}
        current = ""
        for line in self._run("ninja", "-C", self.folder, "-t", "deps").splitlines():
            if line and not line[0].isspace():
                current = line.split(":")[0]
            elif current in self._compile and line.strip():
                path = os.path.normpath(self.folder / line.strip())
                if path.startswith(f"{ROOT}/src/"):
                    objects.setdefault(path[len(f"{ROOT}/") :], []).append(current)
        return objects

    def _run(self, *command: object) -> str:
        words = [str(word) for word in command]
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)} failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        return done.stdout


class Area:
    """The tests that are to notice the faults of one folder of src/cpp."""

    def __init__(self, name: str, build: Build) -> None:
        self._build = build
        listing = subprocess.run(
            ["ctest", "--test-dir", build.folder, "--show-only=json-v1"], capture_output=True, text=True, check=True
        )
        properties = json.loads(listing.stdout)["tests"][0]["properties"]
        settings = next(entry["value"] for entry in properties if entry["name"] == "ENVIRONMENT")
        self._environment = {**os.environ, **dict(setting.split("=", 1) for setting in settings)}
        executables = [path for pattern in AREAS[name].cpp for path in sorted((build.folder / "tests").glob(pattern))]
        commands = [(str(path), "--gtest_brief=1", "--gtest_fail_fast") for path in executables]
        if AREAS[name].python:
            files = [str(ROOT / "tests/python" / file) for file in AREAS[name].python]
            commands.append((sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *files))
        self._seconds = {command: self._time(command) for command in commands}

    def first_failure(self, file: str, library: Path) -> str | None:
        """The first test that fails or hangs: those named after the file are tried first, then the fast ones."""
        stem = Path(file).stem
        order = sorted(self._seconds, key=lambda command: (stem not in command[0], self._seconds[command]))
        for command in order:
            if not self._passes(command, HANG + 10 * self._seconds[command], library):
                return Path(command[0]).name
        return None

    def _time(self, command: tuple[str, ...]) -> float:
        start = time.monotonic()
        if not self._passes(command, 10 * HANG, None):
            raise RuntimeError(f"fails without a fault in the code: {' '.join(command)}")
        return time.monotonic() - start

    def _passes(self, command: tuple[str, ...], limit: float, library: Path | None) -> bool:
        preload = {"LD_PRELOAD": str(library)} if library else {}
        process = subprocess.Popen(
            command, cwd=self._build.folder / "tests", env={**self._environment, **preload}, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            return process.wait(limit) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
