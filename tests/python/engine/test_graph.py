"""Models as lists of operations: those that TorchMVA makes, and those of the examples."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path
from typing import Any

import pytest
import torch
from network_formats import FORMATS, N_VARIABLES, check, exported, randomised, scripted
from torch import nn

from torchmva._engine import model as models
from torchmva._engine import network
from torchmva._engine.calibration import Calibrated
from torchmva._engine.ensemble import Ensemble
from torchmva._engine.graph import NotExpressible, describe
from torchmva._engine.options import TrainingOptions
from torchmva._engine.probe import Shape

REPOSITORY = Path(__file__).resolve().parents[3]
WRITERS = [*sorted(REPOSITORY.glob("macros/*Model.py")), *sorted(REPOSITORY.glob("tests/macros/generate*.py"))]
own_formats = pytest.mark.parametrize("written", [exported, scripted])


def own(kind: str = "Classification", **options: Any) -> nn.Module:
    """A network of options."""
    n_outputs = {"Classification": 2, "Multiclass": 4, "Regression": 3}[kind]
    return randomised(
        network.build(Shape(N_VARIABLES, kind, n_outputs), TrainingOptions(**{"activation": "ReLU", **options}))
    )


@own_formats
@pytest.mark.parametrize("activation", [type_.__name__ for type_ in network.ACTIVATIONS.values()])
def test_network_of_the_options(written: Any, activation: str) -> None:
    model = own(layout="16,16,8", activation=activation, batch_norm=True, residual=True, dropout=0.3)
    description = check(model, written(model))
    assert activation in {operation.type for operation in description.operations}


@own_formats
@pytest.mark.parametrize("kind", ["Multiclass", "Regression"])
def test_other_analyses(written: Any, kind: str) -> None:
    model = own(kind, layout="16")
    check(model, written(model))


@own_formats
def test_calibrated_ensemble(written: Any) -> None:
    model = Calibrated(Ensemble([own(layout="8"), own(layout="8", batch_norm=True)]), 1.7)
    check(model, written(model))


@own_formats
def test_spread_of_an_ensemble(written: Any) -> None:
    model = Calibrated(Ensemble([own(layout="8") for _ in range(3)]), 0.8).spread()
    check(model, written(model))


@own_formats
def test_calibrated_single_output(written: Any) -> None:
    model = Calibrated(nn.Sequential(nn.Linear(N_VARIABLES, 1), nn.Sigmoid()), 2.5)
    check(model, written(model))


def test_plain_module_of_training_mode_stays_in_it() -> None:
    model = own(layout="8", batch_norm=True, dropout=0.5).train()
    description = describe(model, N_VARIABLES)
    assert model.training
    assert all(operation.type != "Dropout" for operation in description.operations)
    check(model, exported(model))


class WithoutGradients(nn.Module):
    """A graph inside of the graph, in both formats."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            y = x.tanh() * 2
        return y - x


@pytest.mark.parametrize("written", [exported, scripted])
def test_a_part_without_gradients(written: Any) -> None:
    check(WithoutGradients(), written(WithoutGradients()))


class Choosing(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cond(x.sum() > 0, lambda y: y + 1, lambda y: y - 1, (x,))


class Counted(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * (x.shape[0] + 1)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Choosing(), "a branch or loop that depends on the event"),
        (Counted(), "arithmetic with the number of events"),
    ],
)
def test_what_an_exported_program_may_not_do(model: nn.Module, message: str) -> None:
    with pytest.raises(NotExpressible, match=message):
        describe(exported(model), N_VARIABLES)


def test_standardised_inputs_of_a_large_offset_lose_nothing() -> None:
    """The subtraction is not folded into the weights, where it would cancel."""
    model = own(layout="8")
    model.standardise.mean = torch.full((N_VARIABLES,), 1e6)
    check(model, exported(model), 1e6 + torch.randn(50, N_VARIABLES).round())


@own_formats
def test_norms_and_units_are_folded_into_the_weights(written: Any) -> None:
    model = own("Regression", layout="16,8", batch_norm=True)
    description = check(model, written(model))
    types = [operation.type for operation in description.operations]
    assert types == ["Affine", "Linear", "ReLU", "Linear", "ReLU", "Linear"]


@pytest.mark.filterwarnings("ignore:.isinstance.treespec, LeafSpec:FutureWarning")
@pytest.mark.parametrize("activation", ["ReLU", "ELU", "GELU", "SiLU", "Tanh"])
def test_program_in_core_operators(activation: str) -> None:
    """A program that its author has decomposed before it was saved."""
    model = own(layout="8", activation=activation, batch_norm=True)
    rows = torch.export.Dim("rows", min=1)
    program = torch.export.export(model.eval(), (torch.zeros(2, N_VARIABLES),), dynamic_shapes=({0: rows},))
    check(model, program.run_decompositions())


@pytest.mark.parametrize("script", WRITERS, ids=lambda path: path.name)
def test_models_that_the_examples_write(script: Path) -> None:
    torch.manual_seed(2)
    runpy.run_path(str(script))
    files = sorted(Path.cwd().glob("*.pt"))
    assert files
    for file in files:
        model = models.from_bytes(models.read(file), str(file))
        n_variables = next(iter(model.parameters())).shape[1]
        check(model, model, torch.randn(50, n_variables))


def test_all_writers_of_models_are_found() -> None:
    assert {path.name for path in WRITERS} >= {
        "ClassificationModel.py",
        "MulticlassModel.py",
        "RegressionModel.py",
        "generatePyTorchModelClassification.py",
    }


def _statements_of_models(source: str) -> str:
    """The statements of a tutorial that make its model: an empty nn.Sequential, and its layers."""
    wanted = []
    for statement in ast.parse(source).body:
        text = ast.unparse(statement)
        if text.startswith(("model = nn.Sequential", "model.add_module")):
            wanted.append(text)
    return "\n".join(wanted)


@pytest.mark.parametrize("name", ["Classification", "Multiclass", "Regression"])
def test_models_of_roots_tutorials(name: str) -> None:
    import ROOT

    folder = Path(str(ROOT.gROOT.GetTutorialDir())) / "machine_learning/pytorch"
    names: dict[str, Any] = {"nn": nn}
    exec(_statements_of_models((folder / f"{name}PyTorch.py").read_text()), names)
    model = names["model"]
    check(model, scripted(model), torch.randn(50, model[0].in_features))


@pytest.mark.parametrize("written", FORMATS.values(), ids=FORMATS.keys())
def test_model_of_the_benchmarks(written: Any) -> None:
    module = runpy.run_path(str(REPOSITORY / "benchmarks/credibility_network.py"))
    model = module["classifier"](N_VARIABLES, 3)
    check(model, written(model))
