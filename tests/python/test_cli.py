"""The command `torchmva`."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import pytest

from torchmva import _paths, cli

FISHER = str(Path(__file__).parents[1] / "data/golden/weights/TMVAClassification_Fisher.weights.xml")
WEIGHTS = str(Path(__file__).parents[1] / "data/golden/pytorch/testPyTorchClassification_PyTorch.weights.xml")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["env"],
        ["config", "--cflags", "--libs"],
        ["--help"],
        ["info", WEIGHTS],
        ["info", "--json", WEIGHTS],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_answers_without_importing_root_or_torch(run, arguments):
    result = run([sys.executable, "-X", "importtime", "-m", "torchmva", *arguments])
    imported = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines() if "import time:" in line}
    assert "torchmva.cli" in imported
    assert not imported & {"ROOT", "cppyy", "torch", "numpy"}


def test_version_is_that_of_the_package(torchmva_command):
    assert torchmva_command("--version").stdout.strip() == metadata.version("torchmva")
    assert torchmva_command("config", "--version").stdout.strip() == metadata.version("torchmva")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["config"],
        ["config", "--cfl"],
        ["options", "Factory", "--markdown"],
        ["--vers"],
        ["env", "--shell", "perl"],
        ["env", "--sh", "sh"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2_and_prints_nothing_to_stdout(torchmva_command, arguments):
    result = torchmva_command(*arguments, check=False)
    assert result.returncode == 2
    assert result.stdout == ""
    assert "usage:" in result.stderr


def test_env_can_be_evaluated_twice(run):
    command = shlex.quote(str(Path(sys.executable).parent / "torchmva"))
    once = f'eval "$({command} env)"'
    show = 'echo "$PATH|$LD_LIBRARY_PATH|$ROOT_INCLUDE_PATH|$CMAKE_PREFIX_PATH"'
    first = run(["sh", "-c", f"{once}; {show}"]).stdout
    second = run(["sh", "-c", f"{once}; {once}; {show}"]).stdout
    assert first == second
    assert str(Path(sys.executable).parent) in first
    assert "torchmva/lib" in first


def test_env_keeps_what_was_set_before(run):
    command = shlex.quote(str(Path(sys.executable).parent / "torchmva"))
    script = f'export LD_LIBRARY_PATH=\'/a folder:/x$y\'; eval "$({command} env)"; echo "$LD_LIBRARY_PATH"'
    assert run(["sh", "-c", script]).stdout.strip().endswith(":/a folder:/x$y")


@pytest.mark.parametrize("shell", ["sh", "csh", "fish"])
def test_env_prints_one_setting_a_line_for_each_shell(torchmva_command, shell):
    lines = torchmva_command("env", "--shell", shell).stdout.splitlines()
    start = {"sh": "export ", "csh": "setenv ", "fish": "set -gx "}[shell]
    assert len(lines) == 4
    assert all(line.startswith(start) for line in lines)


@pytest.mark.parametrize("shell", ["csh", "fish"])
def test_env_is_understood_by_other_shells(run, torchmva_command, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    settings = torchmva_command("env", "--shell", shell).stdout
    result = run([shell, "-c", settings + "\nprintenv LD_LIBRARY_PATH"])
    assert "torchmva/lib" in result.stdout


def test_config_quotes_for_the_shell_and_keeps_the_order(torchmva_command):
    flags = shlex.split(torchmva_command("config", "--libs", "--cflags").stdout)
    assert flags.index("-lTorchMVA") < flags.index("-std=c++17")
    for option in ("--incdir", "--libdir", "--cmakedir", "--rootincdir", "--rootlibdir"):
        (folder,) = shlex.split(torchmva_command("config", option).stdout)
        assert Path(folder).is_dir(), option


def test_config_links_all_of_roots_libraries_and_resets_the_linker(torchmva_command):
    flags = shlex.split(torchmva_command("config", "--libs").stdout)
    start, end = flags.index("-Wl,--push-state,--no-as-needed"), flags.index("-Wl,--pop-state")
    forced = [flag for flag in flags[start:end] if flag.startswith("-l")]
    assert forced == [f"-l{name}" for name in _paths.LINKED_ROOT_LIBRARIES]
    assert not hasattr(cli, "LINKED_ROOT_LIBRARIES")


def test_options_prints_the_table_of_what_is_named(torchmva_command):
    text = torchmva_command("options", "pytorch").stdout
    lines = text.splitlines()
    heading = next(line for line in lines if line.startswith("option "))
    row = next(line for line in lines if line.startswith("NumEpochs"))
    assert heading.split() == ["option", "type", "default", "allowed", "meaning"]
    assert row.split()[:3] == ["NumEpochs", "Int", "-1"]
    assert row.index("Passes") == heading.index("meaning")
    assert "VarTransform" in text
    assert "VarTransform" not in torchmva_command("options", "Reader").stdout


def test_options_without_a_name_lists_the_names(torchmva_command):
    names = torchmva_command("options").stdout.split()
    assert names[:2] == ["Factory", "DataLoader"]
    assert {"Reader", "MethodBase", "Fisher", "PyTorch"} <= set(names)


def test_options_of_something_unknown_is_wrong_usage(torchmva_command):
    result = torchmva_command("options", "PyTorc", check=False)
    assert result.returncode == 2
    assert result.stdout == ""
    assert "did you mean 'PyTorch'" in result.stderr


def test_options_markdown_is_the_page_of_the_documentation(torchmva_command, repository):
    assert torchmva_command("options", "--markdown").stdout == (repository / "docs" / "options.md").read_text()


def test_root_passes_arguments_and_the_exit_code(torchmva_command, tmp_path):
    (tmp_path / "code.C").write_text(
        'void code(int a, const char *s) { printf("got %d %s\\n", a, s); gSystem->Exit(a); }'
    )
    result = torchmva_command("root", "-l", "-b", "-q", 'code.C(7,"x y")', check=False)
    assert result.returncode == 7
    assert "got 7 x y" in result.stdout


@pytest.fixture
def script(tmp_path):
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "neighbour.py").write_text("value = 42\n")
    path = folder / "script.py"
    path.write_text(
        "import atexit, inspect, pickle, sys\n"
        "import neighbour\n"
        "class Custom: pass\n"
        "load_model_custom_objects = {'train_func': 1}\n"
        "main = sys.modules['__main__']\n"
        "assert vars(main) is globals()\n"
        "assert __name__ == '__main__' and __file__ == sys.argv[0]\n"
        "assert isinstance(pickle.loads(pickle.dumps(Custom())), Custom)\n"
        "assert 'class Custom' in inspect.getsource(Custom)\n"
        "atexit.register(lambda: print('at exit', sys.modules['__main__'].load_model_custom_objects))\n"
        "print(neighbour.value, sys.argv[1:])\n"
        "if sys.argv[1:2] == ['raise']: raise ValueError('on purpose')\n"
        "sys.exit(len(sys.argv))\n"
    )
    return path


def command_lines(script: Path) -> dict[str, list[object]]:
    return {
        "module": [sys.executable, "-m", "torchmva", script],
        "command": [Path(sys.executable).parent / "torchmva", script],
    }


@pytest.mark.parametrize("way", ["module", "command"])
def test_script_is_main_and_its_exit_code_passes_through(run, script, way):
    result = run([*command_lines(script)[way], "-b", "--version", "x"], check=False)
    assert result.stdout.splitlines() == [
        "42 ['-b', '--version', 'x']",
        "at exit {'train_func': 1}",
    ], result.stderr
    assert result.returncode == 4


def test_exception_of_a_script_shows_its_traceback(run, script):
    result = run([*command_lines(script)["module"], "raise"], check=False)
    assert result.returncode == 1
    assert "ValueError: on purpose" in result.stderr
    assert "raise ValueError('on purpose')" in result.stderr


def test_missing_script_is_wrong_usage(torchmva_command):
    result = torchmva_command("nowhere.py", check=False)
    assert result.returncode == 2
    assert "nowhere.py" in result.stderr


def test_script_sees_tmva_without_importing_torchmva(torchmva_command, tmp_path):
    path = tmp_path / "unmodified.py"
    path.write_text("from ROOT import TMVA\nprint(int(TMVA.Types.kPyTorch), TMVA.DataLoader('d').GetName())\n")
    assert torchmva_command(path).stdout.split()[-1] == "d"


def test_env_without_root_says_what_to_do(tmp_path):
    """A Python that has no ROOT gets one clear line, not a traceback."""
    source = (
        "import sys, importlib.util as u\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'ROOT' else find(name, *a)\n"
        "from torchmva.cli import main\n"
        "sys.exit(main(['env']))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", source], cwd=tmp_path, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "pip install root" in result.stderr
    assert "Traceback" not in result.stderr


NAME = os.fsdecode(b"n\xe9.xml")  # a name of a file in Latin-1


@pytest.mark.parametrize(
    "command", [["info", NAME], ["compile", NAME, "-o", "x.hxx"], ["apply", NAME, "in", "-o", "x"]]
)
def test_names_of_files_of_any_bytes_are_printed(run, command):
    result = run([sys.executable, "-m", "torchmva", *command], check=False, errors="surrogateescape")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert NAME in result.stderr or "n\\udce9.xml" in result.stderr


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_command_that_is_ended_leaves_no_temporary_files(tmp_path, hears_interrupts, number):
    """`compile` while the compiler works."""
    (tmp_path / "temporary").mkdir()
    compiler = tmp_path / "compiler"
    compiler.write_text("#!/bin/sh\ntouch started\nexec sleep 100\n")
    compiler.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "torchmva", "compile", FISHER, "-o", "Model.hxx"],
        cwd=tmp_path,
        env={**os.environ, "CXX": str(compiler), "TMPDIR": str(tmp_path / "temporary")},
        preexec_fn=hears_interrupts,
    )
    end = time.monotonic() + 100
    while not list(tmp_path.glob("temporary/*/started")):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    process.send_signal(number)
    assert process.wait(60) == 128 + number
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not (tmp_path / "Model.hxx").exists()
