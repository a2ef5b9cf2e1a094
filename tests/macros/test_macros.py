"""The examples of macros/: every macro interpreted and compiled, every script, each in a folder of its own."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
import zipfile

import pytest

TIME_LIMIT = 180  # seconds for one macro, its compilation included
ENVIRONMENT = f'eval "$({shlex.quote(sys.executable)} -m torchmva env)"'

pytestmark = pytest.mark.timeout(TIME_LIMIT + 30)


@pytest.fixture
def work(macros, tmp_path):
    """A folder with copies of the examples: ACLiC writes beside a macro, and no example may write elsewhere."""
    for path in macros.iterdir():
        if path.suffix in (".C", ".py"):
            shutil.copy(path, tmp_path)
    return tmp_path


def areas(text: str) -> list[float]:
    return [float(area) for area in re.findall(r"^ROC integral of .*: (\d\.\d+)$", text, re.MULTILINE)]


def check_classification(folder, text, is_png):
    assert len(re.findall(r"^epoch +\d+ of 5: validation loss \d", text, re.MULTILINE)) == 5
    assert "Evaluation results ranked by best signal efficiency and purity (area)" in text
    assert len(areas(text)) == 1
    assert 0.88 < areas(text)[0] < 0.95
    is_png(folder / "ROC_Classification.png")
    assert (folder / "Classification.root").stat().st_size > 10000
    for name in ("Fisher", "PyTorch"):
        assert (folder / f"dataset/weights/Classification_{name}.weights.xml").exists()


def check_multiclass(folder, text, is_png):
    assert "1-vs-rest performance metrics per class" in text
    assert len(areas(text)) == 4
    assert all(0.6 < area < 1 for area in areas(text))
    is_png(folder / "ROC_Multiclass.png")
    assert (folder / "Multiclass.root").stat().st_size > 10000
    assert (folder / "dataset/weights/Multiclass_PyTorch.weights.xml").exists()


def check_regression(folder, text):
    assert "Evaluation results ranked by smallest RMS on test sample:" in text
    pairs = [(float(a), float(b)) for a, b in re.findall(r"^true +(\S+) +predicted +(\S+)$", text, re.MULTILINE)]
    assert len(pairs) == 10
    assert sum(abs(a - b) for a, b in pairs) / 10 < 10
    assert (folder / "Regression.root").stat().st_size > 10000


def check_cross_validation(folder, text, is_png):
    averages = re.findall(r"^(\w+): ROC integral (0\.\d+) \+- (0\.\d+)$", text, re.MULTILINE)
    assert [title for title, _, _ in averages] == ["Fisher", "PyTorch"]
    assert all(0.85 < float(mean) < 0.96 and 0 < float(spread) < 0.05 for _, mean, spread in averages)
    assert len(re.findall(r"Fold +\d ROC-Int : 0\.\d{4}$", text, re.MULTILINE)) == 6
    events = re.findall(r"^event \d: response (\S+)$", text, re.MULTILINE)
    assert len(set(events)) == 3, "the same values, three folds"
    is_png(folder / "ROC_CrossValidation.png")
    assert (folder / "CrossValidation.root").stat().st_size > 10000
    for name in ("Fisher", "PyTorch", "Fisher_fold3", "PyTorch_fold1"):
        assert (folder / f"dataset/weights/CrossValidation_{name}.weights.xml").exists()


def responses(text: str) -> dict[str, float]:
    """Event -> response, exactly."""
    found = re.findall(r"^(\S+ \d+) response \S+ (\S+)$", text, re.MULTILINE)
    return {event: float.fromhex(value) for event, value in found}


def check_application(text):
    values = responses(text)
    assert len(values) == 40
    one_by_one = [value for event, value in values.items() if event.startswith("Tree")]
    in_one_call = [value for event, value in values.items() if event.startswith("batch")]
    assert one_by_one == pytest.approx(in_one_call, rel=2e-6)  # other instructions for one row than for many
    signal, background = one_by_one[:10], one_by_one[10:]
    assert sum(signal) > sum(background) + 1


# ACLiC compiles the first of the macros for `make test`, all for `make proof`
interpreted_and_compiled = pytest.mark.parametrize(
    "compiled",
    [pytest.param("", id="interpreted"), pytest.param("+", id="ACLiC", marks=pytest.mark.proof)],
)


@pytest.mark.parametrize("compiled", ["", "+"], ids=["interpreted", "ACLiC"])
def test_classification_and_application(work, run_macro, is_png, compiled):
    result = run_macro(f"Classification.C{compiled}", cwd=work, timeout=TIME_LIMIT)
    check_classification(work, result.stdout, is_png)
    result = run_macro(f"Application.C{compiled}", cwd=work, timeout=TIME_LIMIT)
    check_application(result.stdout)


def test_classification_without_includes(work, run_macro, is_png):
    """TMVA:: is found by ROOT's autoloading alone."""
    macro = work / "Classification.C"
    lines = macro.read_text().splitlines()
    kept = [line for line in lines if not line.startswith('#include "TMVA/')]
    assert len(lines) - len(kept) == 3
    macro.write_text("\n".join(kept))
    result = run_macro("Classification.C", cwd=work, timeout=TIME_LIMIT)
    check_classification(work, result.stdout, is_png)


def test_application_with_plain_root(work, run_checked, run_macro):
    """After `eval "$(torchmva env)"`, ROOT's own command."""
    run_macro("Classification.C", cwd=work, timeout=TIME_LIMIT)
    result = run_checked(["sh", "-c", f"{ENVIRONMENT} && root -l -b -q Application.C"], cwd=work, timeout=TIME_LIMIT)
    check_application(result.stdout)


def check_column(folder, text, is_png):
    """The means of the column are those of the responses that application.py's way of reading gives."""
    found = dict(re.findall(r"^(Tree.): mean response (\S+) of 6000 events$", text, re.MULTILINE))
    assert 0.7 < float(found["TreeS"]) < 0.95
    assert 0.05 < float(found["TreeB"]) < 0.3
    two = re.search(r"^two events: (\S+) (\S+)$", text, re.MULTILINE)
    assert two
    assert all(0 <= float(y) <= 1 for y in two.groups())
    is_png(folder / "Responses.png")
    return found, two.groups()


def test_responses_as_a_column_of_a_data_frame(work, run_macro, run_checked, is_png):
    """Interpreted, compiled and in Python, each with threads: the same numbers."""
    run_macro("Classification.C", cwd=work, timeout=TIME_LIMIT)
    found = [
        check_column(work, run_macro(f"RDataFrame.C{compiled}", cwd=work, timeout=TIME_LIMIT).stdout, is_png)
        for compiled in ("", "+")
    ]
    script = run_checked([sys.executable, "rdataframe.py"], cwd=work, timeout=TIME_LIMIT)
    found.append(check_column(work, script.stdout, is_png))
    assert found[0] == found[1] == found[2]


@interpreted_and_compiled
def test_multiclass(work, run_macro, is_png, compiled):
    check_multiclass(work, run_macro(f"Multiclass.C{compiled}", cwd=work, timeout=TIME_LIMIT).stdout, is_png)


@interpreted_and_compiled
def test_regression(work, run_macro, compiled):
    check_regression(work, run_macro(f"Regression.C{compiled}", cwd=work, timeout=TIME_LIMIT).stdout)


@interpreted_and_compiled
def test_cross_validation(work, run_macro, is_png, compiled):
    result = run_macro(f"CrossValidation.C{compiled}", cwd=work, timeout=TIME_LIMIT)
    check_cross_validation(work, result.stdout, is_png)


def check_network(folder, text):
    assert [0.85 < area < 0.96 for area in areas(text)] == [True] * 3
    assert re.search(r"Epoch 5/5: loss 0\.\d+, validation 0\.\d+, learning rate [\d.e-]+, \d+ s left", text)
    weights = folder / "dataset" / "weights"
    for name in ("Network_Net", "Network_Deep"):
        assert (weights / f"{name}.weights.xml").exists()
        assert len(json.loads((weights / f"{name}.history.json").read_text())["epochs"]) == 5
    for name in ("Net", "Deep"):
        assert zipfile.is_zipfile(weights / f"TrainedModel_{name}.pt2")
    assert not list(weights.glob("*.checkpoint")), "the training has ended"


@interpreted_and_compiled
def test_networks_without_user_code(work, run_macro, compiled):
    check_network(work, run_macro(f"Network.C{compiled}", cwd=work, timeout=TIME_LIMIT).stdout)


def test_networks_without_user_code_in_an_executable(work, run_checked):
    (work / "app.cxx").write_text('#include "Network.C"\n\nint main()\n{\n   return Network();\n}\n')
    build = f"g++ app.cxx $({shlex.quote(sys.executable)} -m torchmva config --cflags --libs) -o app"
    run_checked(["sh", "-c", build], cwd=work, timeout=TIME_LIMIT)
    check_network(work, run_checked(["./app"], cwd=work, timeout=TIME_LIMIT).stdout)


def test_networks_without_user_code_script(work, run_checked):
    text = run_checked([sys.executable, "network.py"], cwd=work, timeout=TIME_LIMIT).stdout
    assert len(areas(text)) == 8
    assert all(0.8 < area < 1 for area in areas(text))
    for job in ("classification", "multiclass", "regression"):
        assert zipfile.is_zipfile(work / job / "weights" / "TrainedModel_Net.pt2")


def test_cross_validation_without_includes(work, run_macro, is_png):
    """TMVA:: is found by ROOT's autoloading alone."""
    macro = work / "CrossValidation.C"
    macro.write_text("\n".join(line for line in macro.read_text().splitlines() if '#include "TMVA/' not in line))
    check_cross_validation(work, run_macro("CrossValidation.C", cwd=work, timeout=TIME_LIMIT).stdout, is_png)


def test_cross_validation_script(work, run_checked, is_png):
    result = run_checked([sys.executable, "crossvalidation.py"], cwd=work, timeout=TIME_LIMIT)
    check_cross_validation(work, result.stdout, is_png)


def test_classification_and_application_scripts(work, run_checked, is_png):
    """With an ordinary interpreter: `import torchmva` is all they need."""
    result = run_checked([sys.executable, "classification.py"], cwd=work, timeout=TIME_LIMIT)
    check_classification(work, result.stdout, is_png)
    check_application(run_checked([sys.executable, "application.py"], cwd=work, timeout=TIME_LIMIT).stdout)


def test_multiclass_script(work, run_checked, is_png):
    result = run_checked([sys.executable, "multiclass.py"], cwd=work, timeout=TIME_LIMIT)
    check_multiclass(work, result.stdout, is_png)


def test_regression_script(work, run_checked):
    check_regression(work, run_checked([sys.executable, "regression.py"], cwd=work, timeout=TIME_LIMIT).stdout)


def test_demo(work, run_checked, is_png):
    result = run_checked([sys.executable, "demo.py", "results"], cwd=work, timeout=TIME_LIMIT)
    assert len(re.findall(r" equal$", result.stdout, re.MULTILINE)) == 40
    assert "DIFFERENT" not in result.stdout
    written = result.stdout.split("Written:")[1]
    for name in ("Classification.root", "ROC_Classification.png", "Classification_PyTorch.weights.xml"):
        assert str(work / "results") in next(line for line in written.splitlines() if name in line)
    is_png(work / "results" / "ROC_Classification.png")


def test_an_error_ends_a_macro_of_the_command_line(work, run_macro):
    """ROOT ends for any exception that a macro of its command line lets out; message and exit code tell."""
    result = run_macro('Application.C("nowhere.weights.xml")', cwd=work, timeout=TIME_LIMIT, fails=True)
    assert "nowhere.weights.xml" in result.stderr
    assert "response" not in result.stdout


def test_root_lives_on_after_an_error_at_the_prompt(work, run_checked):
    lines = ['.x Application.C("nowhere.weights.xml")', 'printf("still %s\\n", "alive")', ".q"]
    result = run_checked(
        [sys.executable, "-m", "torchmva", "root", "-l", "-b"],
        cwd=work,
        timeout=TIME_LIMIT,
        typed="\n".join(lines) + "\n",
        quotes_errors=True,
    )
    assert "TorchMVA::Error caught: cannot open 'nowhere.weights.xml'" in result.stderr
    assert "still alive" in result.stdout


def test_every_example_is_short(macros):
    for path in macros.iterdir():
        if path.is_file():
            assert len(path.read_text().splitlines()) <= 80, path.name
