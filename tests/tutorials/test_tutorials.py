"""The scripts that ROOT ships in tutorials/machine_learning/pytorch, unmodified, each in a fresh interpreter."""

from __future__ import annotations

import re
import shlex
import sys

import pytest

TIME_LIMIT = 240  # seconds for one script
ENVIRONMENT = f'eval "$({shlex.quote(sys.executable)} -m torchmva env)"'


def binary_rows(text: str) -> dict[str, float]:
    """Method -> ROC integral, from the first table of a binary classification."""
    table = text.split("Evaluation results ranked by best signal efficiency and purity (area)")[1]
    table = table.split("Testing efficiency compared to training efficiency")[0]
    return {m.group(1): float(m.group(2)) for m in re.finditer(r"dataset\s+(\S+)\s*: (\d\.\d{3})", table)}


def efficiency_rows(text: str) -> list[str]:
    table = text.split("Testing efficiency compared to training efficiency")[1]
    number = r"\d\.\d{3} \(\d\.\d{3}\)"
    return re.findall(rf"dataset\s+(\S+)\s*: {number}\s+{number}\s+{number}", table)


def trained_to_the_end(text: str, epochs: int) -> None:
    assert len(re.findall(r"^\[\d+\] val loss: \d", text, re.MULTILINE)) == epochs
    assert re.search(r"^\[1, 32\] train loss: \d", text, re.MULTILINE)
    assert f"Finished Training on {epochs} Epochs!" in text


@pytest.fixture(scope="module")
def classification(run_script, tutorials, tmp_path_factory):
    folder = tmp_path_factory.mktemp("classification")
    script = tutorials / "pytorch" / "ClassificationPyTorch.py"
    return folder, run_script(script, cwd=folder, timeout=TIME_LIMIT).stdout


@pytest.mark.timeout(TIME_LIMIT + 30)
def test_classification(classification, is_png):
    folder, text = classification
    trained_to_the_end(text, epochs=20)
    assert "6400 training events and 1600 validation events" in text
    assert "No variable ranking supplied by classifier: PyTorch" in text
    assert re.search(r"Rank : Variable\s+: Discr\. power", text)

    areas = binary_rows(text)
    assert areas.keys() == {"Fisher", "PyTorch"}
    assert all(0.85 <= area <= 0.93 for area in areas.values()), areas
    assert sorted(efficiency_rows(text)) == ["Fisher", "PyTorch"]

    for name in ("Fisher", "PyTorch"):
        assert (folder / f"dataset/weights/TMVAClassification_{name}.weights.xml").stat().st_size > 1000
    assert (folder / "trainedModelClassification.pt").read_bytes().startswith(b"PK")
    is_png(folder / "ROC_ClassificationPyTorch.png")


@pytest.mark.timeout(TIME_LIMIT + 30)
def test_application_to_classification(classification, run_script, tutorials):
    folder, _ = classification
    script = tutorials / "pytorch" / "ApplicationClassificationPyTorch.py"
    text = run_script(script, cwd=folder, timeout=TIME_LIMIT).stdout
    signal, background = (
        [float(line) for line in part.split("\n") if re.fullmatch(r"[\d.e+-]+", line)]
        for part in text.split("Some signal example classifications:")[1].split(
            "Some background example classifications:"
        )
    )
    assert len(signal) == len(background) == 20
    assert all(0 <= value <= 1 for value in signal + background)
    assert sum(signal) > sum(background) + 2


@pytest.mark.timeout(TIME_LIMIT + 30)
def test_multiclass(run_script, tutorials, tmp_path, is_png):
    script = tutorials / "pytorch" / "MulticlassPyTorch.py"
    result = run_script(script, cwd=tmp_path, timeout=TIME_LIMIT)
    text = result.stdout
    trained_to_the_end(text, epochs=20)
    assert re.search(r"Fisher.*not capable of handling", text + result.stderr)
    assert "6400 training events and 1600 validation events" in text
    assert "1-vs-rest performance metrics per class" in text
    pair = r"\d\.\d{3} \(\d\.\d{3}\)"
    for name in ("Signal", "Background_0", "Background_1", "Background_2"):
        assert re.search(rf"{name}\s+{pair}\s+{pair}\s+{pair}\s+{pair}", text), name
    assert "Showing confusion matrix for method : PyTorch" in text
    assert (tmp_path / "dataset/weights/TMVAClassification_PyTorch.weights.xml").stat().st_size > 1000
    assert not (tmp_path / "dataset/weights/TMVAClassification_Fisher.weights.xml").exists()
    is_png(tmp_path / "ROC_MulticlassPyTorch.png")


@pytest.fixture(scope="module")
def regression(run_script, tutorials, tmp_path_factory):
    folder = tmp_path_factory.mktemp("regression")
    script = tutorials / "pytorch" / "RegressionPyTorch.py"
    return folder, run_script(script, cwd=folder, timeout=TIME_LIMIT).stdout


@pytest.mark.timeout(TIME_LIMIT + 30)
def test_regression(regression):
    folder, text = regression
    trained_to_the_end(text, epochs=20)
    assert "3200 training events and 800 validation events" in text
    for table in (
        "Evaluation results ranked by smallest RMS on test sample:",
        "Evaluation results ranked by smallest RMS on training sample:",
    ):
        number = r"\s*(-?\d[\d.]*(?:e[+-]\d+)?)"  # columns may touch
        rows = re.findall(
            rf"dataset\s+(\S+)\s*:{number * 4}  \|  \d\.\d{{3}}  \d\.\d{{3}}",
            text.split(table)[1],
        )
        rms = {method: float(value) for method, _, _, value, _ in rows[:2]}
        assert rms.keys() == {"PyTorch", "BDTG"}
        assert rms["BDTG"] < 3  # of a target with a standard deviation of 85
    for method in ("PyTorch", "BDTG"):
        assert (folder / f"dataset/weights/TMVARegression_{method}.weights.xml").stat().st_size > 1000
    assert not list(folder.rglob("*.class.C"))


APPLY_BDTG = """
from array import array
from ROOT import TMVA, TFile, gROOT
reader = TMVA.Reader("!Color:Silent")
values = {name: array("f", [0]) for name in ("var1", "var2")}
for name, value in values.items():
    reader.AddVariable(name, value)
reader.BookMVA("BDTG", "dataset/weights/TMVARegression_BDTG.weights.xml")
file = TFile.Open(str(gROOT.GetTutorialDir()) + "/machine_learning/data/tmva_reg_example.root")
tree = file.Get("TreeR")
for i in range(200):
    tree.GetEntry(i)
    for name, value in values.items():
        value[0] = getattr(tree, name)
    print("pair", tree.fvalue, reader.EvaluateRegression("BDTG")[0])
"""


@pytest.mark.timeout(TIME_LIMIT + 30)
def test_application_of_the_trees(regression, run_script):
    folder, _ = regression
    (folder / "apply.py").write_text(APPLY_BDTG)
    text = run_script(folder / "apply.py", cwd=folder, timeout=TIME_LIMIT).stdout
    pairs = [(float(a), float(b)) for a, b in re.findall(r"^pair (\S+) (\S+)$", text, re.MULTILINE)]
    assert len(pairs) == 200
    assert sum((a - b) ** 2 for a, b in pairs) / 200 < 3**2


@pytest.mark.timeout(TIME_LIMIT + 30)
def test_application_to_regression(regression, run_script, tutorials):
    folder, _ = regression
    script = tutorials / "pytorch" / "ApplicationRegressionPyTorch.py"
    text = run_script(script, cwd=folder, timeout=TIME_LIMIT).stdout
    pairs = [(float(a), float(b)) for a, b in re.findall(r"^True/MVA value: (\S+)/(\S+)$", text, re.MULTILINE)]
    assert len(pairs) == 20
    true = [pair[0] for pair in pairs]
    spread = sum((value - sum(true) / 20) ** 2 for value in true) / 20
    assert sum((a - b) ** 2 for a, b in pairs) / 20 < 0.5 * spread


@pytest.mark.timeout(TIME_LIMIT + 30)
def test_without_our_command(classification, run_checked, run_script, tutorials):
    """After `eval "$(torchmva env)"` an ordinary interpreter finds TMVA: option strings, no keyword arguments."""
    folder, _ = classification
    script = tutorials / "pytorch" / "ApplicationClassificationPyTorch.py"
    plain = run_checked(["sh", "-c", f'{ENVIRONMENT} && python "{script}"'], cwd=folder, timeout=TIME_LIMIT).stdout
    with_command = run_script(script, cwd=folder, timeout=TIME_LIMIT).stdout
    numbers = re.compile(r"^\d\.\d+(?:e-\d+)?$", re.MULTILINE)
    assert len(numbers.findall(plain)) == 40
    assert numbers.findall(plain) == numbers.findall(with_command)


PLAIN_SCRIPT = """
import sys
from ROOT import TMVA, TCut, TFile, gROOT
assert "torchmva" not in sys.modules
data = TFile.Open(str(gROOT.GetTutorialDir()) + "/machine_learning/data/tmva_class_example.root")
factory = TMVA.Factory("Plain", "!V:!Color:!DrawProgressBar:AnalysisType=Classification")
loader = TMVA.DataLoader("dataset")
for name in ("var1", "var2", "var3", "var4"):
    loader.AddVariable(name)
loader.AddSignalTree(data.Get("TreeS"), 1.0)
loader.AddBackgroundTree(data.Get("TreeB"), 1.0)
loader.PrepareTrainingAndTestTree(TCut(""), "nTrain_Signal=1000:nTrain_Background=1000:SplitMode=Random:!V")
factory.BookMethod(loader, TMVA.Types.kFisher, "Fisher", "!H:!V:Fisher")
factory.TrainAllMethods()
factory.TestAllMethods()
factory.EvaluateAllMethods()
print("area", factory.GetROCIntegral(loader, "Fisher"))
"""


def test_plain_python_trains_without_our_package(run_checked, tmp_path):
    (tmp_path / "plain.py").write_text(PLAIN_SCRIPT)
    text = run_checked(["sh", "-c", f"{ENVIRONMENT} && python plain.py"], cwd=tmp_path).stdout
    area = float(re.search(r"^area (\S+)$", text, re.MULTILINE).group(1))
    assert area == pytest.approx(0.889, abs=0.01)
