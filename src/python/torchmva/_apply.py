"""The command `torchmva apply`: what to do, from the command line; the work is done in C++ (FileApplier)."""

from __future__ import annotations

import argparse
import glob
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torchmva._paths import expand_path


@dataclass(frozen=True)
class Settings:
    """How all inputs are treated.

    Args:
        weights: weight file.
        engine: "Auto", "Native" or "Python".
        name: of the new columns; empty: the title of the method.
        cut: of the events that are copied.
        friend: write the new columns only.
        overwrite: replace outputs, whatever they are.
        threads: that read and evaluate in one process; 0: one a core.
        allow_user_code: run the Python code that the weight file names, if the model needs it.
    """

    weights: str
    engine: str = "Auto"
    name: str = ""
    cut: str = ""
    friend: bool = False
    overwrite: bool = False
    threads: int = 0
    allow_user_code: bool = False


@dataclass(frozen=True)
class Job:
    """One output and what it is made of."""

    inputs: tuple[str, ...]
    output: str


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "apply",
        help="evaluate a method on whole files: torchmva apply WEIGHTS in.root:tree -o out.root",
        description="Evaluates a trained method on all events of trees or RNTuples, and writes the responses as new "
        "columns of a copy. Outputs that are finished are kept, so that the same command goes on where it was "
        "interrupted.",
        allow_abbrev=False,
    )
    parser.add_argument("weights", type=expand_path, metavar="WEIGHTS", help="a weight file")
    parser.add_argument(
        "inputs",
        type=expand_path,
        nargs="+",
        metavar="FILE[:TREE]",
        help="files, also with wildcards; TREE if there are several",
    )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        type=expand_path,
        metavar="OUT",
        help="a file, for all inputs together, or a folder (which is there, or ends with /), for a file each",
    )
    parser.add_argument("--name", default="", help="name of the new columns (default: the title of the method)")
    parser.add_argument("--friend", action="store_true", help="write the new columns only, for TTree::AddFriend")
    parser.add_argument("--cut", default="", help="copy the events that pass: an expression as for TTree::Draw")
    parser.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="files at a time, each in a process of its own"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace outputs that are there, whatever they are")
    parser.add_argument(
        "--engine", choices=("Auto", "Native", "Python"), default="Auto", help="what computes networks (default: Auto)"
    )
    parser.add_argument(
        "--allow-user-code",
        action="store_true",
        help="run the Python code that the weight file names, if the model needs it: from people you trust only",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=lambda options: _run(parser, options))


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    if options.jobs < 1:
        parser.error(f"--jobs: expected at least 1, found {options.jobs}")
    if options.friend and options.cut:
        parser.error("--friend and --cut: a friend has an entry for each of the tree")
    if not Path(options.weights).is_file():
        print(f"torchmva apply: no such weight file: {options.weights}", file=sys.stderr)
        return 1
    try:
        jobs = plan(options.inputs, options.output)
    except (FileNotFoundError, ValueError) as error:
        print(f"torchmva apply: {error}", file=sys.stderr)
        return 1
    n_processes = min(options.jobs, len(jobs))
    threads = max(1, len(os.sched_getaffinity(0)) // n_processes) if n_processes > 1 else 0
    settings = Settings(
        options.weights,
        options.engine,
        options.name,
        options.cut,
        options.friend,
        options.overwrite,
        threads,
        options.allow_user_code,
    )
    from torchmva import _apply_jobs

    return _apply_jobs.run(settings, jobs, n_processes, show_progress=not options.quiet)


# --- inputs and outputs ---------------------------------------------------------------------------------------------


def split(text: str) -> tuple[str, str]:
    """A file and a tree, which may be empty; a colon of an address (`root://host:1094//f`) is no separator."""
    found = re.fullmatch(r"(.+):((?!//)(?!\d+/)[^:]+)", text)
    if found is None or (not _exists(found[1]) and _exists(text)):
        return text, ""
    return found[1], found[2]


def _exists(pattern: str) -> bool:
    return Path(pattern).exists() or bool(glob.glob(pattern))  # noqa: PTH207  (a pattern may be absolute)


def expand(text: str) -> list[str]:
    """The files that one argument means, with their tree.

    Raises:
        FileNotFoundError: nothing fits.
    """
    pattern, tree = split(text)
    ending = f":{tree}" if tree else ""
    if "://" in pattern or Path(pattern).exists():
        return [text]
    files = sorted(glob.glob(pattern))  # noqa: PTH207
    if not files:
        raise FileNotFoundError(f"no such input file: {pattern}")
    return [file + ending for file in files]


def plan(inputs: Sequence[str], output: str) -> list[Job]:
    """What to write: one output of all inputs, or one in a folder for each of them.

    Raises:
        FileNotFoundError: an input is missing.
        ValueError: an input is given twice, two outputs would have the same name.
    """
    files = [file for text in inputs for file in expand(text)]
    if len(set(files)) != len(files):
        twice = next(file for file in files if files.count(file) > 1)
        raise ValueError(f"the input is given twice: {twice}")
    if not (output.endswith("/") or Path(output).is_dir()):
        return [Job(tuple(files), output)]
    folder = Path(output)
    jobs = [Job((file,), str(folder / Path(split(file)[0]).name)) for file in files]
    names = [job.output for job in jobs]
    for job in jobs:
        if names.count(job.output) > 1:
            same = ", ".join(other.inputs[0] for other in jobs if other.output == job.output)
            raise ValueError(f"these inputs would have the same output {job.output}: {same}")
    folder.mkdir(parents=True, exist_ok=True)
    return jobs
