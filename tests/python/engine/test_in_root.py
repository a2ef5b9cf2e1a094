"""What only shows with PyROOT around the engine."""

from __future__ import annotations

from pathlib import Path

SCRIPT = """
import sys
import numpy as np
import torch
from ROOT import TMVA, TCut

loader = TMVA.DataLoader("dataset")
loader.AddVariable("a")
loader.AddVariable("b")
generator = np.random.default_rng(1)
for i in range(200):
    kind = TMVA.Types.kTraining if i < 100 else TMVA.Types.kTesting
    event = generator.normal(i % 2, 1, size=2).tolist()
    loader.AddEvent(("Signal", "Background")[i % 2], kind, event, 1.0 + i % 3)
loader.PrepareTrainingAndTestTree(TCut(""), "SplitMode=Random:!V")
torch.jit.script(torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Softmax(dim=1))).save("net.pt")


def train(model, *loaders, num_epochs, batch_size, optimizer, criterion, save_best, scheduler):
    print("in train_func")
    return model


load_model_custom_objects = {"train_func": train}
factory = TMVA.Factory("job", "!Color:AnalysisType=Classification")
factory.BookMethod(loader, TMVA.Types.kPyTorch, "Net", "FilenameModel=net.pt")
factory.TrainAllMethods()
print("argv", sys.argv)
"""


def test_warnings_of_the_engine_reach_python(run_script, tmp_path: Path):
    """PyROOT turns ROOT's warnings into Python's, without asking for the GIL: it must be held."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    result = run_script(script, "argument", cwd=tmp_path)
    assert "The training weights are not uniform" in result.stderr
    assert "train_func never called save_best" in result.stderr
    assert "'argument'" in result.stdout.partition("argv")[2]
    lines = result.stdout.splitlines()
    before = next(i for i, line in enumerate(lines) if "Option SaveBestOnly" in line)
    assert lines.index("in train_func") > before
    assert any("Elapsed time for training" in line for line in lines[lines.index("in train_func") :])


def test_an_interrupt_outside_of_user_code_is_one_too(run_script, tmp_path: Path):
    script = tmp_path / "script.py"
    script.write_text(
        SCRIPT.replace("load_model_custom_objects", "unused").replace(
            "FilenameModel=net.pt", "FilenameModel=net.pt:Engine=Python"
        )
        + """
from torchmva._engine import prediction

def stop(*_arguments):
    raise KeyboardInterrupt

prediction.predict_into = stop
try:
    factory.TestAllMethods()
except BaseException as error:
    print("found", type(error).__name__, getattr(error, "code", ""), str(error))
"""
    )
    found = run_script(script, cwd=tmp_path).stdout.partition("found ")[2].splitlines()[0]
    assert "Interrupt" in found
    assert "Internal" not in found
    assert "failed" not in found


def test_without_model_persistence_no_model_is_written(run_script, tmp_path: Path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace("!Color:", "!Color:!ModelPersistence:") + "factory.TestAllMethods()\n")
    run_script(script, cwd=tmp_path)
    assert [file.name for file in tmp_path.rglob("*.pt")] == ["net.pt"]
