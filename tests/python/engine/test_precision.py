"""Models in double and half precision, whole or in part: trained and applied as plain PyTorch does it."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from engine_helpers import define
from test_session import load_request, predict
from torch import nn

from torchmva._engine import model as models
from torchmva._engine import precision
from torchmva._engine.graph import NotExpressible, describe
from torchmva._engine.session import Session


def plain(dtype=torch.float64) -> nn.Sequential:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 2), nn.Softmax(1)).to(dtype)


class Steps(nn.Module):
    """Makes its first state itself, in the default type."""

    def __init__(self) -> None:
        super().__init__()
        self.steps, self.last = nn.GRU(2, 4, batch_first=True), nn.Linear(4, 2)

    def forward(self, x):
        h = self.steps(x.view(-1, 2, 2), torch.zeros(1, x.shape[0], 4))[0]
        return torch.softmax(self.last(h[:, -1]), 1)


class Mixed(nn.Module):
    """Its first layer is in double precision, and it converts what that gives."""

    def __init__(self, first=torch.float64, second=torch.float32) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 8).to(first), nn.Linear(8, 2).to(second)

    def forward(self, x):
        return torch.softmax(self.b(torch.tanh(self.a(x)).to(self.b.weight.dtype)), 1)


def read_back(made, log):
    loaded = Session(log.write, (4, "Classification", 2, 0))
    loaded.load(**load_request(made.export()))
    return loaded


def of_file(path, rows):
    """Outputs of a file by torch alone."""
    data = Path(path).read_bytes()
    if models.format_of(data, path) == models.EXPORT:
        module = torch.export.load(path).module()
    else:
        module = torch.jit.load(path).eval()
    with torch.no_grad():
        return module(rows).double().numpy()


def loop(model, events, dtype=torch.float64):
    """The default loop by hand: SGD on the mean square, batches in order, the last epoch."""
    x, y = torch.from_numpy(events.inputs[:160]).to(dtype), torch.eye(2, dtype=dtype)[events.classes[:160]]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model.train()
    for _ in range(2):
        for first in range(0, 160, 20):
            optimizer.zero_grad()
            output = model(x[first : first + 20])
            if dtype == torch.float64:
                loss = (output - y[first : first + 20]).square().mean(1).mean()
            else:
                loss = (output.float() - y[first : first + 20].float()).square().mean(1).mean()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        return model.eval()(torch.from_numpy(events.inputs).to(dtype)).double().numpy()


LOOP = {"loss": "MSE", "optimizer": "SGD", "learning_rate": 0.1, "learning_rate_schedule": "None", "weight_decay": 0}
FILES = {
    "module": lambda model: define(model=model),
    "script.pt": lambda model: torch.jit.script(model).save("script.pt"),
    "program.pt2": lambda model: torch.export.save(
        torch.export.export(
            model.eval(), (torch.zeros(2, 4).double(),), dynamic_shapes=({0: torch.export.Dim("rows", min=1)},)
        ),
        "program.pt2",
    ),
}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("module", "trained.pt2"), ("module", "trained.pt"), ("script.pt", "trained.pt"), ("program.pt2", "trained.pt2")],
)
def test_a_model_in_double_precision_is_plain_pytorch(session, events, log, given, wanted):
    model = plain()
    if given == "program.pt2":
        model[1] = nn.Identity()  # a program knows no other mode
    FILES[given](model)
    made = session("" if given == "module" else given, save_best_only=False, filename_trained_model=wanted, **LOOP)
    made.train(**events.request())
    expected = loop(copy.deepcopy(model), events)
    found = predict(made, events.inputs)
    assert np.allclose(found, expected, rtol=0, atol=1e-6)
    assert np.allclose(of_file(wanted, torch.from_numpy(events.inputs).double()), expected, atol=1e-12)
    loaded = read_back(made, log)
    assert np.array_equal(predict(loaded, events.inputs), found)
    array, tensor = loaded.row_slot()
    array[:] = events.inputs[:1]
    with torch.inference_mode():
        row = loaded.single_row_function()(tensor)
    assert row.dtype == torch.float32
    assert np.allclose(row.numpy(), expected[:1], atol=1e-6)
    network, _, _, why, is_double = made.networks()
    assert (why, is_double) == ("", True)
    assert network.n_inputs == 4


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_a_model_in_half_precision(session, events, log, dtype):
    model = plain(dtype)
    define(model=model)
    made = session("", save_best_only=False, **LOOP)
    made.train(**events.request())
    expected = loop(copy.deepcopy(model), events, dtype)
    assert np.allclose(predict(made, events.inputs), expected, atol=0.02)
    assert np.array_equal(predict(read_back(made, log), events.inputs), predict(made, events.inputs))
    network, _, _, why, _ = made.networks()
    assert network is None
    assert f"{dtype}: expected float32" in why


@pytest.mark.parametrize(("kind", "types"), [(Steps, ()), (Mixed, ()), (Mixed, (torch.float32, torch.float64))])
def test_models_that_make_or_convert_numbers(session, events, log, kind, types):
    """Of what makes numbers in the default type, and of what is in double precision in part only."""
    torch.manual_seed(1)
    model = kind(*types) if types or kind is Mixed else kind().double()
    define(model=model)
    made = session("", save_best_only=False, num_epochs=1, filename_trained_model="trained.pt2")
    made.train(**events.request())
    trained = kind(*types) if types or kind is Mixed else kind().double()
    trained.load_state_dict(torch.export.load("trained.pt2").state_dict)
    rows = torch.from_numpy(events.inputs).to(next(trained.parameters()).dtype)
    torch.set_default_dtype(torch.float64 if kind is Steps else torch.float32)
    try:
        with torch.no_grad():
            expected = trained.eval()(rows).numpy()
    finally:
        torch.set_default_dtype(torch.float32)
    assert np.allclose(predict(made, events.inputs), expected, atol=1e-6)
    assert np.array_equal(predict(read_back(made, log), events.inputs), predict(made, events.inputs))


@pytest.mark.parametrize(
    "options", [{"ensemble_size": 2, "calibrate": True}, {"calibrate": True}, {"ensemble_size": 2}]
)
def test_ensembles_and_calibration_in_double_precision(session, events, log, options):
    define(build_model=lambda n, k: plain())
    made = session("", num_epochs=1, seed=1, shuffle=True, filename_trained_model="trained.pt2", **options)
    made.train(**events.request())
    loaded = read_back(made, log)
    found = predict(loaded, events.inputs)
    rows = torch.from_numpy(events.inputs)
    assert np.allclose(found, of_file("trained.pt2", rows.double()), atol=1e-6)
    spread = np.empty((200, 2), dtype=np.float32)
    assert loaded.predict_spread(events.inputs, spread) == ("ensemble_size" in options)
    if "ensemble_size" in options:
        assert spread.min() > 0
    network, of_spread, _, why, is_double = made.networks()
    assert network is not None, why
    assert is_double
    assert (of_spread is not None) == ("ensemble_size" in options)


def test_a_regression_and_the_criterion_of_the_user(session, events, log):
    define(model=nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1)).double(), criterion=nn.HuberLoss())
    targets = events.inputs.sum(1, keepdims=True) * 100
    made = session("", (4, "Regression", 1, 0), num_epochs=30, learning_rate=1.0)
    made.train(**events.request(targets=targets, classes=None))
    expected = of_file("trained.pt", torch.from_numpy(events.inputs).double())
    assert np.allclose(predict(made, events.inputs, 1), expected, rtol=1e-6)
    assert abs(expected - targets).mean() < abs(targets - targets.mean()).mean()


@pytest.mark.parametrize("way", ["given", "made"])
def test_functions_of_the_user_with_a_model_in_double_precision(session, events, log, way):
    """Batches and rows have the type of the model; a function may also change it."""
    seen = set()

    def fit(model, train_loader, val_loader, save_best, weights, **_):
        model = model.double()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for x, y in train_loader:
            seen.update((x.dtype, y.dtype, weights[0].dtype))
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x.double()), y.double()).backward()
            optimizer.step()
        assert train_loader.dataset.tensors[0].dtype == x.dtype
        assert val_loader.dataset[0][1].dtype == y.dtype
        return model

    def predict_func(model, test_X):
        return model(torch.from_numpy(test_X).double()).detach().numpy()

    define(model=plain() if way == "given" else plain(torch.float32), train_func=fit, predict_func=predict_func)
    made = session("", save_best_only=False)
    made.train(**events.request())
    assert seen == {torch.float64 if way == "given" else torch.float32}
    expected = of_file("trained.pt", torch.from_numpy(events.inputs).double())
    assert np.allclose(predict(made, events.inputs), expected, atol=1e-6)
    assert made.export()[4] == "Default"


def test_what_the_engine_of_the_host_is_told():
    assert precision.input_types(plain()) == [torch.float64, torch.float32]
    with pytest.raises(NotExpressible, match=r"torch.float16: expected float32"):
        describe(plain(torch.float16).eval(), 4)
