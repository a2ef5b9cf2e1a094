"""The command `torchmva compile`: a weight file becomes one C++17 header that needs no library."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torchmva._output_file import CommandError, check_writable, errors_of_root, fail, install, rejected_beside
from torchmva._paths import expand_path, to_path
from torchmva._streams import output_on_standard_error
from torchmva._weightfile import WeightFile, WeightFileError, read

if TYPE_CHECKING:
    from torchmva._verification import Floats

NOT_VERIFIED = 3
_FLAGS = ("-std=c++17", "-O2")
_CHECK = """
#include "@HEADER@"
#include <cstdio>
#include <vector>

int main(int, char **names)
{
   const @NAME@ model;
   std::vector<float> events(std::size_t(@N@) * @NAME@::kNVariables);
   std::vector<float> one(std::size_t(@N@) * @NAME@::kNResponses), block(one.size());
   std::FILE *in = std::fopen(names[1], "rb"), *out = std::fopen(names[2], "wb");
   if (!in || !out || std::fread(events.data(), sizeof(float), events.size(), in) != events.size())
      return 1;
   for (std::size_t i = 0; i < @N@; ++i)
      model.Evaluate(&events[i * @NAME@::kNVariables], &one[i * @NAME@::kNResponses]);
   model.Evaluate(events.data(), @N@, block.data());
   for (const auto *responses : {&one, &block})
      if (std::fwrite(responses->data(), sizeof(float), responses->size(), out) != responses->size())
         return 1;
   return std::fclose(out) == 0 ? 0 : 1;
}
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "compile",
        help="write a weight file as one C++17 header without dependencies: torchmva compile WEIGHTS -o Model.hxx",
        description="Writes a trained method, its transformations included, as one C++17 header that needs neither "
        "ROOT nor TorchMVA. Before it says so, it compiles the header with $CXX or c++ and compares it with the Reader "
        f"on events; without a compiler the header is written and the exit code is {NOT_VERIFIED}.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "weights", type=expand_path, metavar="WEIGHTS", help="a weight file: dataset/weights/job_Net.weights.xml"
    )
    parser.add_argument("-o", "--output", required=True, type=to_path, metavar="HEADER", help="the file to write")
    parser.add_argument("--name", help="name of the class (default: the name of the header)")
    parser.add_argument(
        "--events",
        type=expand_path,
        metavar="FILE:TREE",
        help="compare on the first 1000 of these events (default: drawn from the ranges of the variables)",
    )
    parser.set_defaults(run=lambda options: _run(parser, options))


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    name = options.name or options.output.name.split(".")[0]
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        parser.error(f"expected the name of a C++ class, found {name!r}: say --name NAME")
    try:
        check_writable(options.output, options.weights)
        file = read(options.weights)
        with output_on_standard_error(), errors_of_root():
            difference, n_events = _write(file, options.output, name, options.events)
    except (WeightFileError, CommandError) as error:
        return fail("compile", error)
    if difference is None:
        print(
            f"torchmva compile: {options.output} is written, but not verified: there is no C++ compiler (c++, g++ or "
            "clang++; or set CXX)",
            file=sys.stderr,
        )
        return NOT_VERIFIED
    print(
        f"{options.output}: class {name}, {len(file.variables)} variables; agrees with the Reader on {n_events} events "
        f"(largest relative difference {difference:.1e})"
    )
    return 0


def _write(file: WeightFile, output: Path, name: str, events_in: str | None) -> tuple[float | None, int]:
    """Write the header. The largest difference from the Reader, None without a compiler; and the number of events."""
    import ROOT

    from torchmva import _verification

    reader = _verification.open_reader(ROOT, file)
    events = _verification.read_events(ROOT, events_in, file) if events_in else _verification.draw_events(file)
    with tempfile.TemporaryDirectory(prefix="torchmva-") as folder:
        header = Path(folder) / output.name
        _verification.write_header(reader, header, name)
        compiler = _find_compiler()
        difference = None
        if compiler is not None:
            with rejected_beside(header, output):
                expected = _verification.responses_of(reader, events)
                difference = _verify(compiler, header, name, events, expected)
        install(header, output)
    return difference, len(events)


def _find_compiler() -> list[str] | None:
    """$CXX, or the first of the usual ones that is there."""
    if os.environ.get("CXX"):
        command = shlex.split(os.environ["CXX"])
        return command if shutil.which(command[0]) else None
    return next(([name] for name in ("c++", "g++", "clang++") if shutil.which(name)), None)


def _verify(compiler: list[str], header: Path, name: str, events: Floats, expected: Floats) -> float:
    """Compile the header with a program that evaluates the events, and compare."""
    import numpy as np

    from torchmva._verification import compare

    folder = header.parent
    text = _CHECK.replace("@HEADER@", header.name).replace("@NAME@", name).replace("@N@", str(len(events)))
    (folder / "check.cxx").write_text(text)
    events.tofile(folder / "events")
    _call([*compiler, *_FLAGS, "check.cxx", "-o", "check"], folder, "the header does not compile")
    _call(["./check", "events", "responses"], folder, "the compiled header does not run")
    responses: Any = np.fromfile(folder / "responses", dtype=np.float32)
    if responses.size != 2 * expected.size:
        raise CommandError(f"expected {2 * expected.size} responses of the compiled header, found {responses.size}")
    one, block = responses.reshape(2, *expected.shape)
    return max(
        compare(one, expected, events, "the header, event by event,"),
        compare(block, expected, events, "the header, in blocks,"),
    )


def _call(command: list[str], folder: Path, problem: str) -> None:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if result.returncode != 0:
        text = (result.stderr or result.stdout).strip()
        raise CommandError(f"{problem} ({shlex.join(command)}, exit code {result.returncode}):\n{text[:4000]}")
