"""What a script has set in torch and NumPy changes no training and no output, and is there afterwards."""

from __future__ import annotations

import contextlib
import threading

import numpy as np
import pytest
import torch
from engine_helpers import define
from test_session import load_request, predict
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.overrides import BaseTorchFunctionMode
from torch.utils._python_dispatch import BaseTorchDispatchMode

from torchmva._engine import settings
from torchmva._engine.errors import EngineError
from torchmva._engine.session import Session


class Positions(nn.Module):
    """Its numbers have the default type on the default device, whenever it is called."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 8), nn.Linear(8, 2)

    def forward(self, x):
        h = torch.tanh(self.a(x)) @ torch.eye(8) + torch.linspace(0, 1, 8)
        return torch.softmax(self.b(h), 1)


def state() -> tuple:
    """Everything that a script can ask for."""
    return (
        torch.get_default_dtype(),
        torch.get_default_device().type,
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.get_deterministic_debug_mode(),
        torch.is_anomaly_enabled(),
        torch.is_anomaly_check_nan_enabled(),
        torch.is_autocast_enabled("cpu"),
        torch.get_num_threads(),
        torch.backends.mkldnn.matmul.fp32_precision,
        torch.backends.mha.get_fastpath_enabled(),
        torch._C._len_torch_function_stack(),
        torch._C._len_torch_dispatch_stack(),
        tuple(np.geterr().items()),
    )


@contextlib.contextmanager
def _set(write, value, before):
    write(value)
    try:
        yield
    finally:
        write(before)


def _numbers_raise():
    return np.errstate(all="raise")


SETTINGS = {
    "double": lambda: _set(torch.set_default_dtype, torch.float64, torch.float32),
    "bfloat16": lambda: _set(torch.set_default_dtype, torch.bfloat16, torch.float32),
    "default device": lambda: _set(torch.set_default_device, "meta", None),
    "device": lambda: torch.device("meta"),
    "no_grad": torch.no_grad,
    "inference_mode": torch.inference_mode,
    "set_grad_enabled": lambda: _set(torch.set_grad_enabled, False, True),
    "deterministic": lambda: _set(torch.use_deterministic_algorithms, True, False),
    "autocast": lambda: torch.autocast("cpu"),
    "set_autocast_enabled": lambda: _set(lambda on: torch.set_autocast_enabled("cpu", on), True, False),
    "anomaly": lambda: torch.autograd.detect_anomaly(check_nan=True),
    "matmul precision": lambda: _set(torch.set_float32_matmul_precision, "medium", "highest"),
    "threads": lambda: _set(torch.set_num_threads, 2, torch.get_num_threads()),
    "fake tensors": FakeTensorMode,
    "function mode": BaseTorchFunctionMode,
    "dispatch mode": BaseTorchDispatchMode,
    "saved tensors": lambda: torch.autograd.graph.save_on_cpu(),
    "numpy": _numbers_raise,
    "errors of warnings": contextlib.nullcontext,  # pytest's own setting
}
GIVEN = {"num_threads": 1, "seed": 3, "num_epochs": 1, "learning_rate": 0.05}


@pytest.fixture(scope="module")
def scripted(tmp_path_factory):
    """A model of the user as TorchScript, which makes its numbers when it is called."""
    torch.manual_seed(2)
    file = tmp_path_factory.mktemp("model") / "positions.pt"
    torch.jit.script(Positions()).save(file)
    return str(file)


@pytest.fixture
def train(session, events, scripted):
    def run(file=scripted, **options):
        made = session(file, **{**GIVEN, **options})
        made.train(**events.request())
        return made

    return run


@pytest.fixture(scope="module")
def truth():
    """The outputs without anything set, by what was trained."""
    return {}


@pytest.fixture
def compare(train, events, log, truth):
    """Trains and reads back where something is set, and compares with the same where nothing is."""

    def run(name, file):
        if file not in truth:
            made = train(file)
            truth[file] = predict(made, events.inputs), made.export()
        expected, export = truth[file]
        loaded = Session(log.write, (4, "Classification", 2, 0))
        with SETTINGS[name]():
            before = state()
            found = predict(train(file), events.inputs)
            loaded.load(**load_request(export))
            again = predict(loaded, events.inputs)
            with pytest.raises(EngineError):
                train("absent.pt")
            assert state() == before
        assert np.allclose(found, expected, atol=1e-6)
        assert np.allclose(again, expected, atol=1e-6)

    return run


@pytest.mark.filterwarnings("ignore:.*nomaly:UserWarning")
@pytest.mark.parametrize("name", SETTINGS)
def test_a_training_is_the_same_whatever_is_set(compare, scripted, name):
    compare(name, scripted)


@pytest.mark.parametrize("name", ["double", "default device", "inference_mode", "autocast", "fake tensors", "numpy"])
def test_a_network_of_the_options_is_the_same_whatever_is_set(compare, name):
    compare(name, "")


def test_a_single_row_goes_the_general_way_where_something_is_set(train):
    checks = train().single_row_checks()
    assert all(function() is value for function, value in checks)
    for name in ("double", "autocast", "default device", "fake tensors", "function mode"):
        with SETTINGS[name]():
            assert not all(function() is value for function, value in checks), name


def test_in_threads_of_a_script_with_another_default_type(train, events):
    """The setting is that of the process: the last thread puts it back."""
    made = train()
    truth = predict(made, events.inputs)
    wrong = []

    def work():
        for _ in range(20):
            if not np.allclose(predict(made, events.inputs), truth, atol=1e-6):
                wrong.append(1)

    with SETTINGS["double"]():
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert torch.get_default_dtype() == torch.float64
    assert not wrong


def test_the_functions_of_the_user_have_the_settings_of_the_script(session, events):
    seen = {}

    def look(name):
        # as the script says, with gradients where something is trained
        seen[name] = (torch.get_default_dtype(), torch.is_grad_enabled(), torch.is_autocast_enabled("cpu"), np.geterr())

    def build(n_variables, n_outputs):
        look("build_model")
        return nn.Sequential(nn.Linear(n_variables, n_outputs), nn.Softmax(1))

    def fit(model, train_loader, val_loader, **_):
        look("train_func")
        assert {tensor.dtype for batch in (*train_loader, *val_loader) for tensor in batch} == {torch.float64}
        nn.functional.mse_loss(model(next(iter(train_loader))[0]), next(iter(train_loader))[1]).backward()
        torch.set_default_dtype(torch.float32)  # what it sets stays
        return model

    def predict_func(model, test_X):
        look("predict_func")
        assert test_X.dtype == np.float64  # the type of the model
        return model(torch.from_numpy(test_X)).detach()

    define(build_model=build, train_func=fit, predict_func=predict_func)
    with SETTINGS["double"](), torch.no_grad(), torch.autocast("cpu"), np.errstate(under="raise"):
        made = session("", num_epochs=1, save_best_only=False)
        made.train(**events.request())
        assert torch.get_default_dtype() == torch.float32
        predict(made, events.inputs)
        errors = np.geterr()
    assert seen["build_model"] == (torch.float64, True, True, errors)
    assert seen["train_func"] == (torch.float64, True, True, errors)
    assert seen["predict_func"] == (torch.float32, False, True, errors)


def test_user_code_may_set_the_default_type_for_its_own_functions(session, events, tmp_path):
    (tmp_path / "code.py").write_text(
        "import torch\ntorch.set_default_dtype(torch.float64)\ntorch.set_num_threads(2)\n"
        "load_model_custom_objects = {'build_model': lambda n, k: torch.nn.Sequential(torch.nn.Linear(n, k), "
        "torch.nn.Softmax(1))}\n"
    )
    threads = torch.get_num_threads()
    try:
        made = session("", user_code="code.py", num_epochs=1)
        assert torch.get_default_dtype() == torch.float64
        assert torch.get_num_threads() == 2
        made.train(**events.request())
        assert torch.get_default_dtype() == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_num_threads(threads)
    module = (
        torch.export.load("trained.pt").module() if made.export()[0] == "torch.export" else torch.jit.load("trained.pt")
    )
    with torch.no_grad():
        expected = module(torch.from_numpy(events.inputs).double()).numpy()
    assert np.allclose(predict(made, events.inputs), expected, atol=1e-6)


def test_a_model_made_in_inference_mode_is_trained(train, events):
    with torch.inference_mode():
        module = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2), nn.Softmax(1))
    define(model=module)
    made = train("")
    with torch.inference_mode():
        before = module.eval()(torch.from_numpy(events.inputs)).numpy()
    assert not np.allclose(predict(made, events.inputs), before, atol=0.01)


def test_a_function_that_changes_the_folder_loses_nothing(session, events, tmp_path):
    (tmp_path / "elsewhere").mkdir()

    def fit(model, *_args, **_):
        import os

        os.chdir("elsewhere")
        torch.set_grad_enabled(False)
        return model

    define(model=Positions(), train_func=fit)
    session("", save_best_only=False).train(**events.request())
    assert (tmp_path / "trained.pt").is_file()
    assert torch.is_grad_enabled()


def test_a_seed_leaves_the_generator_of_the_script_alone(session, train):
    torch.manual_seed(17)
    expected = torch.rand(3)
    torch.manual_seed(17)
    train("", layout="8", dropout=0.5)
    assert torch.equal(torch.rand(3), expected)
    # without one it goes on: two methods do not begin with the same parameters
    first, second = (session("", layout="8")._model.last.weight for _ in range(2))
    assert not torch.equal(first, second)


def _fail_within_regions():
    with settings.ours():
        assert torch.zeros(1).device.type == "cpu"
        with settings.of_script(trains=True):
            assert (torch.zeros(1).dtype, torch.zeros(1).device.type) == (torch.float64, "meta")
            assert torch.is_grad_enabled()
            with settings.ours():
                assert torch.zeros(1).dtype == torch.float32
            raise ZeroDivisionError


def test_regions_put_back_what_they_found_when_they_fail():
    with SETTINGS["double"](), SETTINGS["default device"](), torch.no_grad():
        before = state()
        with pytest.raises(ZeroDivisionError):
            _fail_within_regions()
        assert state() == before
