"""A macro with a typing mistake ends with the compiler's message, at the prompt the session goes on, and the mended macro runs.

Cling takes back what it has declared of such a macro; what our headers and the library that they load leave behind must
not end the process then.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

INCLUDE = Path(__file__).resolve().parents[2] / "include"
HEADERS = sorted(path.relative_to(INCLUDE).as_posix() for path in INCLUDE.rglob("*.h*") if path.suffix != ".in")
# those that macros include, of each way in which one was found to fail
COMMON = ("TMVA/Factory.h", "TMVA/Reader.h", "TMVA/MethodPyTorch.h", "TMVA/CrossValidation.h", "TorchMVA/Define.hxx")
TIME_LIMIT = 300

pytestmark = pytest.mark.timeout(2 * TIME_LIMIT)

# One process starts ROOT, and a copy of it tries each header: what a header loads stays in the copy.
TRY_ALL = """
import os, sys
import ROOT
ROOT.gROOT.SetBatch(True)
for number, header in enumerate(sys.argv[1:]):
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        for part, body in (("wrong", "int x = undefined_thing;"), ("right", 'printf("%s is fine\\\\n", "' + header + '");')):
            name = f"{part}{number}"
            with open(name + ".C", "w") as file:
                file.write(f'#include "{header}"\\nvoid {name}() {{ TorchMVA::Error *none = nullptr; (void)none; {body} }}\\n')
            ROOT.gROOT.ProcessLine(f".x {name}.C")
        sys.stdout.flush()
        os._exit(0)  # the copy ends here: what runs at the end of a process belongs to the first one
    _, status = os.waitpid(child, 0)
    print(f"{header} ended with {status}", flush=True)
"""


@pytest.fixture(scope="module")
def plain_root(run_checked):
    """Runs a script of Python that has ROOT but not TorchMVA, in the environment of `torchmva env`."""
    from torchmva import _paths

    environment = {name: os.pathsep.join(folders) for name, folders in _paths.environment().items() if name != "PATH"}

    def start(folder: Path, text: str, *arguments: str) -> list[str]:
        (folder / "script.py").write_text(text)
        command = [sys.executable, "script.py", *arguments]
        result = run_checked(command, cwd=folder, timeout=TIME_LIMIT, env=environment, quotes_errors=True)
        return (result.stdout + result.stderr).splitlines()

    return start


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(COMMON, id="common"),
        *(
            pytest.param(HEADERS[i : i + 20], id=f"{i // 20}", marks=pytest.mark.proof)
            for i in range(0, len(HEADERS), 20)
        ),
    ],
)
def test_a_header_survives_a_mistake_in_a_macro(tmp_path, plain_root, headers):
    assert len(HEADERS) > 100
    lines = plain_root(tmp_path, TRY_ALL, *headers)
    for number, header in enumerate(headers):
        assert f"{header} ended with 0" in lines
        assert f"{header} is fine" in lines
        assert any(f"wrong{number}.C" in line and "undefined_thing" in line for line in lines)


def test_the_session_goes_on_and_root_says_that_it_failed(run_checked, tmp_path):
    root = [sys.executable, "-m", "torchmva", "root", "-l", "-b"]
    text = '#include "TMVA/Factory.h"\nvoid macro() { TMVA::Factory factory("job", "Silent"); %s }\n'
    (tmp_path / "macro.C").write_text(text % "undefined_thing();")
    result = run_checked([*root, "-q", "macro.C"], cwd=tmp_path, timeout=TIME_LIMIT, fails=True)
    assert result.returncode == 1
    assert "macro.C:2:" in result.stderr
    (tmp_path / "mended.C").write_text(text.replace("macro()", "mended()") % 'printf("%d events\\n", 6 * 7);')
    lines = '.L macro.C\nTMVA::Types::Instance(); printf("TMVA is known\\n");\n.x mended.C\n.q\n'
    result = run_checked(root, cwd=tmp_path, timeout=TIME_LIMIT, typed=lines, quotes_errors=True)
    assert "undefined_thing" in result.stderr
    assert "42 events" in result.stdout
    assert "TMVA is known" in result.stdout
