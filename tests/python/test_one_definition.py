"""The check of the lint that finds types which two sources define differently."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

SOURCE = "namespace N {{ struct R {{ {members} }}; }}\nint {name}(N::R &r) {{ N::R c = r; return sizeof(c); }}\n"


def check(folder, repository):
    command = [sys.executable, str(repository / "tests" / "one_definition.py"), str(folder), "--jobs", "1"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_a_type_that_is_defined_twice_is_found(tmp_path, repository):
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("only GCC compares definitions (-Wodr), and there is no g++")
    sources = tmp_path / "src" / "cpp"
    sources.mkdir(parents=True)
    for name in "ab":
        (sources / f"{name}.cxx").write_text(SOURCE.format(members="int number;", name=name))
    commands = [
        {
            "directory": str(tmp_path),
            "file": str(file),
            "output": f"CMakeFiles/{file.stem}.o",
            "command": f"{compiler} -O2 -o {file.stem}.o -c {file}",
        }
        for file in sorted(sources.iterdir())
    ]
    (tmp_path / "compile_commands.json").write_text(json.dumps(commands))
    good = check(tmp_path, repository)
    assert good.returncode == 0, good.stderr
    (sources / "b.cxx").write_text(SOURCE.format(members="double number;", name="b"))
    bad = check(tmp_path, repository)
    assert bad.returncode != 0
    assert "struct R" in bad.stderr
    (sources / "b.cxx").write_text(SOURCE.format(members="int number;", name="b").replace("R", "Q"))
    assert check(tmp_path, repository).returncode == 0
