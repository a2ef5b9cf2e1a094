"""Finds types that two sources define differently under one name, which is undefined behaviour.

    python tests/one_definition.py build/wheel

compiles the sources of a build folder (its compile_commands.json) once more, for link-time optimisation, and links
them without making code: GCC compares the types then (-Wodr). Objects stay in <folder>/odr; what has not changed since is
not compiled again. In a unity build (that of `make test`) this takes a minute.
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
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    commands = json.loads((arguments.folder / "compile_commands.json").read_text())
    commands = [command for command in commands if re.search("/src/cpp/|/Unity/", command["file"])]
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


def compile_one(command: dict[str, str], objects: Path) -> Path:
    words = shlex.split(command["command"])
    words = words[: words.index("-o")] + words[words.index("-o") + 2 :]
    launcher = shlex.split(os.environ.get("CMAKE_CXX_COMPILER_LAUNCHER", ""))
    target = objects / command["output"].partition("CMakeFiles/")[2].replace("/", "-")
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
