"""One weight file, every interface: the same numbers to the last bit, one by one and in a batch; and files to be refused.

The interfaces: a macro (interpreted, ACLiC), a PyROOT script (ours and an ordinary interpreter), an executable (built by
CMake's find_package and by hand with `torchmva config`).
"""

from __future__ import annotations

import base64
import re
import shlex
import shutil
import sys
import sysconfig
import zlib
from array import array
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
MACRO = HERE.parent / "macros" / "applyWeights.C"
TIME_LIMIT = 150
PYTHON = shlex.quote(sys.executable)

pytestmark = pytest.mark.timeout(2 * TIME_LIMIT)

MAIN = f"""#include "{MACRO}"

int main(int, char **argv)
{{
   return applyWeights(argv[1]);
}}
"""

CMAKE = """cmake_minimum_required(VERSION 3.22)
project(apply LANGUAGES CXX)
find_package(TorchMVA REQUIRED CONFIG)
add_executable(apply apply.cxx)
target_link_libraries(apply PRIVATE TorchMVA::TorchMVA)
"""


@pytest.fixture(scope="module")
def weights(run_script, tmp_path_factory):
    """A folder with weight files and rows, moved away from where it was made."""
    made = tmp_path_factory.mktemp("made")
    run_script(HERE / "trainWeights.py", cwd=made, timeout=TIME_LIMIT)
    moved = tmp_path_factory.mktemp("moved") / "weights"
    shutil.move(made, moved)
    for path in moved.glob("*.pt"):
        path.unlink()  # only the weight files and the user code go along
    return moved


def parse(text: str) -> dict[tuple[str, int, int, str], float]:
    """(kind, event, response, call) -> value, where the call is one event or the batch.

    The two calls may differ in the last bits: PyTorch multiplies one row with other instructions than many rows.
    """
    values = {}
    for kind, i, j, one, batch in re.findall(r"^(\w+) (\d+) (\d+) one (\S+) batch (\S+)$", text, re.MULTILINE):
        values[kind, int(i), int(j), "one"] = float.fromhex(one)
        values[kind, int(i), int(j), "batch"] = float.fromhex(batch)
    return values


@pytest.fixture(scope="module")
def reference(weights, run_script):
    """What PyROOT says."""
    text = run_script(HERE / "applyWeights.py", str(weights), cwd=weights, timeout=TIME_LIMIT).stdout
    values = parse(text)
    assert len(values) == 2 * 60 * (1 + 1 + 4 + 1)
    assert len(set(values.values())) > 300
    # sums in another order: what cancels in a response leaves the rounding of the largest ones
    rounding = 2e-6 * max(abs(value) for value in values.values())
    for (*event, call), value in values.items():
        if call == "batch":
            assert value == pytest.approx(values[*event, "one"], rel=2e-6, abs=rounding)
            if event[0] == "fisher":
                assert value == values[*event, "one"]
    return values


def test_pyroot_in_an_ordinary_interpreter(reference, weights, run_checked, tmp_path):
    command = [sys.executable, HERE / "applyWeights.py", weights]
    assert parse(run_checked(command, cwd=tmp_path, timeout=TIME_LIMIT).stdout) == reference


@pytest.mark.parametrize("compiled", ["", "+"], ids=["interpreted", "ACLiC"])
def test_macro(reference, weights, run_macro, tmp_path, compiled):
    shutil.copy(MACRO, tmp_path)
    result = run_macro(f'applyWeights.C{compiled}("{weights}")', cwd=tmp_path, timeout=TIME_LIMIT)
    assert parse(result.stdout) == reference


def test_executable_built_with_cmake(reference, weights, run_checked, tmp_path):
    (tmp_path / "apply.cxx").write_text(MAIN)
    (tmp_path / "CMakeLists.txt").write_text(CMAKE)
    search = sysconfig.get_path("scripts")
    cmake = shutil.which("cmake", path=search) or shutil.which("cmake")
    assert cmake, "no cmake"
    cmakedir = run_checked([sys.executable, "-m", "torchmva", "config", "--cmakedir"], cwd=tmp_path).stdout.strip()
    run_checked([cmake, "-S", ".", "-B", "build", f"-DTorchMVA_DIR={cmakedir}"], cwd=tmp_path, timeout=TIME_LIMIT)
    run_checked([cmake, "--build", "build"], cwd=tmp_path, timeout=TIME_LIMIT)
    assert parse(run_checked(["build/apply", weights], cwd=tmp_path, timeout=TIME_LIMIT).stdout) == reference


def test_executable_built_by_hand(reference, weights, run_checked, tmp_path):
    (tmp_path / "apply.cxx").write_text(MAIN)
    build = f"g++ -O2 apply.cxx $({PYTHON} -m torchmva config --cflags --libs) -o apply"
    run_checked(["sh", "-c", build], cwd=tmp_path, timeout=TIME_LIMIT)
    assert parse(run_checked(["./apply", weights], cwd=tmp_path, timeout=TIME_LIMIT).stdout) == reference


# --- what must be refused ---------------------------------------------------------------------------------------------


def response(ROOT, weight_file: Path, row: list[float], engine: str = "Python") -> float:
    reader = ROOT.TMVA.Reader(f"!Color:Silent:Engine={engine}")
    values = [array("f", [x]) for x in row]
    for i, value in enumerate(values):
        reader.AddVariable(f"var{i + 1}", value)
    reader.BookMVA("method", str(weight_file))
    return reader.EvaluateMVA("method")


def embedded(text: str) -> re.Match[str]:
    """The embedded model."""
    found = re.search(r"(?<=>)[A-Za-z0-9+/=\s]{200,}(?=</Model>)", text)
    assert found is not None
    return found


def test_a_damaged_embedded_model_is_refused(ROOT, weights, tmp_path):
    import torchmva

    text = (weights / "multiclass.weights.xml").read_text()
    place = embedded(text).start() + 100
    broken = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    (tmp_path / "broken.weights.xml").write_text(broken)
    with pytest.raises(torchmva.Error, match=r"damaged|SHA-256"):
        response(ROOT, tmp_path / "broken.weights.xml", [0.1, 0.2, 0.3, 0.4])


def test_another_model_in_the_weight_file_is_refused(ROOT, weights, tmp_path):
    import torchmva

    text = (weights / "multiclass.weights.xml").read_text()
    match = embedded(text)
    model = bytearray(zlib.decompress(base64.b64decode("".join(match.group().split()))))
    model[len(model) // 2] ^= 1
    other = base64.b64encode(zlib.compress(bytes(model))).decode()
    (tmp_path / "other.weights.xml").write_text(text[: match.start()] + other + text[match.end() :])
    with pytest.raises(torchmva.Error, match="SHA-256"):
        response(ROOT, tmp_path / "other.weights.xml", [0.1, 0.2, 0.3, 0.4])


@pytest.fixture(scope="module")
def large(ROOT, tmp_path_factory):
    """A weight folder whose model is too large to be embedded, moved elsewhere; and the response of one event."""
    import os

    import torch
    from torch import nn

    made = tmp_path_factory.mktemp("large")
    before = Path.cwd()
    os.chdir(made)
    try:
        torch.manual_seed(4)
        net = nn.Sequential(nn.Linear(2, 2300), nn.ReLU(), nn.Linear(2300, 2300), nn.ReLU(), nn.Linear(2300, 2))
        torch.jit.script(nn.Sequential(net, nn.Softmax(dim=1))).save("large.pt")
        generator = np.random.default_rng(6)
        loader = ROOT.TMVA.DataLoader("dataset")
        loader.AddVariable("var1")
        loader.AddVariable("var2")
        for cls, centre in (("Signal", 1), ("Background", -1)):
            for event in generator.normal(centre, 1, size=(60, 2)):
                loader.AddEvent(cls, ROOT.TMVA.Types.kTraining, event.tolist(), 1.0)
                loader.AddEvent(cls, ROOT.TMVA.Types.kTesting, event.tolist(), 1.0)
        loader.PrepareTrainingAndTestTree(ROOT.TCut(""), V=False)
        factory = ROOT.TMVA.Factory("large", Silent=True, Color=False, AnalysisType="Classification")
        factory.BookMethod(loader, ROOT.TMVA.Types.kPyTorch, "PyTorch", FilenameModel="large.pt", NumEpochs=1)
        factory.TrainAllMethods()
        factory.DeleteAllMethods()
        value = response(ROOT, made / "dataset/weights/large_PyTorch.weights.xml", [0.5, -0.5])
    finally:
        os.chdir(before)
    moved = tmp_path_factory.mktemp("elsewhere") / "weights"
    shutil.move(made / "dataset" / "weights", moved)
    shutil.rmtree(made)
    return moved, value


def test_a_model_beside_its_weight_file_moves_with_it(ROOT, large):
    folder, value = large
    assert re.search(r"<Model [^>]*/>", (folder / "large_PyTorch.weights.xml").read_text())
    assert response(ROOT, folder / "large_PyTorch.weights.xml", [0.5, -0.5]) == value


def test_the_native_engine_needs_no_model_beside_its_weight_file(ROOT, large, tmp_path):
    weights = shutil.copy(large[0] / "large_PyTorch.weights.xml", tmp_path)
    assert response(ROOT, weights, [0.5, -0.5], "Native") == pytest.approx(large[1], rel=1e-5)


def test_another_model_beside_the_weight_file_is_refused(ROOT, large, tmp_path):
    import torch
    from torch import nn

    import torchmva

    folder = tmp_path / "weights"
    shutil.copytree(large[0], folder)
    model = next(path for path in folder.iterdir() if path.suffix == ".pt")
    torch.jit.script(nn.Sequential(nn.Linear(2, 2), nn.Softmax(dim=1))).save(str(model))
    with pytest.raises(torchmva.Error, match="does not belong to this weight file"):
        response(ROOT, folder / "large_PyTorch.weights.xml", [0.5, -0.5])


def test_a_missing_model_beside_the_weight_file_is_refused(ROOT, large, tmp_path):
    import torchmva

    folder = tmp_path / "weights"
    shutil.copytree(large[0], folder)
    model = next(path for path in folder.iterdir() if path.suffix == ".pt")
    model.unlink()
    with pytest.raises(torchmva.Error, match=re.escape(model.name)):
        response(ROOT, folder / "large_PyTorch.weights.xml", [0.5, -0.5])
