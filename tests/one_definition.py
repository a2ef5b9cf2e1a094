"""Finds types that two sources define differently under one name, which is undefined behaviour.

    python tests/one_definition.py build/wheel
    python tests/one_definition.py build/wheel --cover

compiles the sources of a build folder (its compile_commands.json) once more, for link-time optimisation, and links
them without making code: GCC compares the types then (-Wodr). Objects stay in <folder>/odr; what has not changed since is
not compiled again.

Compiling all sources takes minutes. A type that several sources see stands in a header, so `--cover` compiles only a few
sources that together include every header, and those that define a type of their own outside of unnamed namespaces.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FLAGS = ["-O0", "-g0", "-w", "-flto", "-fno-fat-lto-objects"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cover", action="store_true", help="only sources that together include every header")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    commands = json.loads((arguments.folder / "compile_commands.json").read_text())
    commands = [command for command in commands if "/src/cpp/" in command["file"]]
    if arguments.cover:
        commands = cover(commands, arguments.folder)
    compiler = shlex.split(commands[0]["command"])[0]
    if "Free Software Foundation" not in subprocess.check_output([compiler, "--version"], text=True):
        print(f"definitions of types are not compared: {compiler} is not GCC")
        return 0
    objects = arguments.folder.resolve() / "odr"
    objects.mkdir(exist_ok=True)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        made = list(pool.map(lambda command: compile_one(command, objects), commands))
    link = [compiler, "-r", "-flto", "-Wodr", "-Werror=odr", *map(str, made), "-o", str(objects / "all.o")]
    return subprocess.run(link, check=False).returncode


def cover(commands: list[dict[str, str]], folder: Path) -> list[dict[str, str]]:
    """The commands of sources that together include every header of ours, largest first (greedy set cover)."""
    headers = headers_of_objects(folder)
    objects = {command["file"]: Path(command["directory"], command["output"]) for command in commands}
    included = {file: headers.get(os.path.normpath(name), set()) for file, name in objects.items()}
    missing = set().union(*included.values())
    if not missing:
        sys.exit(f"expected the headers of the objects from 'ninja -t deps' in {folder}, found none")
    chosen = {file for file in included if defines_a_type(Path(file))}
    missing -= set().union(*(included[file] for file in chosen))
    while missing:
        best = max(included, key=lambda file: len(included[file] & missing))
        chosen.add(best)
        missing -= included[best]
    return [command for command in commands if command["file"] in chosen]


def headers_of_objects(folder: Path) -> dict[str, set[str]]:
    """For each object of a build with Ninja, the headers of this project that it was made of."""
    listing = subprocess.check_output(["ninja", "-C", str(folder), "-t", "deps"], text=True)
    headers: dict[str, set[str]] = {}
    for line in listing.splitlines():
        path = os.path.normpath(folder.resolve() / line.partition(":")[0].strip())
        if line and not line.startswith(" "):
            current = headers.setdefault(path, set())
        elif re.search(r"(include/TorchMVA|src/cpp)/.*\.(hxx|h)$", path):
            current.add(path)
    return headers


def defines_a_type(source: Path) -> bool:
    """Whether a source defines a class at the scope of a named namespace."""
    text = re.sub(r"^namespace \{.*?^\} // namespace$", "", source.read_text(), flags=re.DOTALL | re.MULTILINE)
    return re.search(r"^(class|struct) \w+( final)?( :[^;{]*)? \{", text, re.MULTILINE) is not None


def compile_one(command: dict[str, str], objects: Path) -> Path:
    words = shlex.split(command["command"])
    words = words[: words.index("-o")] + words[words.index("-o") + 2 :]
    launcher = shlex.split(os.environ.get("CMAKE_CXX_COMPILER_LAUNCHER", ""))
    target = objects / re.sub(r".*/src/cpp/", "", command["file"]).replace("/", "-").replace(".cxx", ".o")
    if not is_current(target):
        words = [word for word in words if not re.fullmatch(r"-O\d", word)]
        made = subprocess.run(
            [*launcher, *words, *FLAGS, "-MMD", "-MF", f"{target}.d", "-o", str(target)],
            cwd=command["directory"],
            check=False,
        )
        if made.returncode != 0:
            sys.exit(f"{command['file']} does not compile")
    return target


def is_current(target: Path) -> bool:
    """Whether an object is younger than all that it was made of."""
    dependencies = Path(f"{target}.d")
    if not (target.exists() and dependencies.exists()):
        return False
    files = dependencies.read_text().replace("\\\n", " ").partition(":")[2].split()
    made = target.stat().st_mtime
    return all(Path(file).exists() and Path(file).stat().st_mtime < made for file in files)


if __name__ == "__main__":
    sys.exit(main())
