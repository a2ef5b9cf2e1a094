"""Models of many kinds are trained, written in some format, and give the same outputs when they are read back."""

from __future__ import annotations

import gc

import numpy as np
import pytest
import torch
from engine_helpers import define
from torch import nn
from torch.export import Dim
from torch.fx.experimental.symbolic_shapes import ShapeEnv

from torchmva._engine import model as models
from torchmva._engine.bestsaver import BestSaver
from torchmva._engine.errors import EngineError
from torchmva._engine.modelwriter import ModelWriter
from torchmva._engine.program import Rows, make, read, write
from torchmva._engine.session import Session


class Shared(nn.Module):
    """Weight norm, batch norm, a shared parameter, a buffer that is not written, a tensor that is no buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.utils.parametrizations.weight_norm(nn.Linear(4, 8))
        self.norm = nn.BatchNorm1d(8)
        self.layers = [nn.Linear(8, 8)]
        self.second, self.third = self.layers[0], nn.Linear(8, 8)
        self.third.weight = self.second.weight
        self.last = nn.Linear(8, 2)
        self.register_buffer("hidden", torch.ones(8), persistent=False)
        self.constant = torch.full((8,), 0.5)

    def forward(self, x):
        x = torch.relu(self.norm(self.first(x)) * self.hidden * self.constant)
        return torch.softmax(self.last(self.third(torch.relu(self.second(x)))), 1)


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.steps = nn.GRU(2, 8, batch_first=True)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.last = nn.Linear(8, 2)

    def forward(self, x):
        x = self.steps(x.view(-1, 2, 2))[0]
        return torch.softmax(self.last(self.attention(x, x, x)[0].mean(1)), 1)


class Grad(nn.Module):
    """torch.export writes it, and cannot read it."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(4, 2)

    def forward(self, x):
        with torch.set_grad_enabled(False):
            x = x * 0.5
        with torch.set_grad_enabled(True):
            return torch.softmax(self.last(x), 1)


class Branch(nn.Module):
    """Control flow that depends on the events: nothing but TorchScript says it."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(4, 2)

    def forward(self, x):
        if bool(x.sum() > 0):
            return torch.softmax(self.last(x), 1)
        return torch.softmax(self.last(x) * 2, 1)


class OnlyPython(Branch):
    """Neither torch.export nor TorchScript, and a trace would hold one of its branches."""

    def forward(self, x):
        names = {"twice": lambda y: 2 * y}
        return torch.softmax(names["twice"](self.last(x)) if bool(x.sum() > 0) else self.last(x), 1)


class Whole(nn.Module):
    """Variables that are whole numbers, and outputs in double precision."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(5, 2)

    def forward(self, x):
        return torch.softmax(self.table(x.long().clamp(0, 4)).sum(1).double(), 1)


def plain() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2), nn.Softmax(dim=1))


def program(model, batch, shape) -> None:
    torch.export.save(torch.export.export(model.eval(), (torch.randn(batch, 4),), dynamic_shapes=shape), "model.pt2")


@pytest.fixture
def train(session, events):
    """Trains two epochs and gives the session."""

    def run(file="", **options) -> Session:
        made = session(file, filename_trained_model="trained", learning_rate=0.05, seed=1, **options)
        made.train(**events.request())
        return made

    return run


def outputs(made, rows) -> np.ndarray:
    found = np.empty((len(rows), 2), dtype=np.float32)
    made.predict(rows, found)
    return found


def read_back(made, log) -> Session:
    """The model of a weight file in a session that knows nothing else."""
    loaded = Session(log.write, (4, "Classification", 2, 0))
    _, sha256, size, text, recorded, _ = made.export()
    loaded.load(
        user_code="",
        user_code_sha256="",
        weight_folder="",
        weight_file="w.xml",
        text=text,
        sha256=sha256,
        size=size,
        files=[],
        n_outputs=2,
        recorded=recorded,
        generation=1,
    )
    return loaded


def check(made, log, events, start) -> None:
    """Same outputs after reading back, for blocks of any size; and they are those of a trained model."""
    loaded = read_back(made, log)
    expected = outputs(made, events.inputs)
    for n in (1, 2, 3, 70, 200):
        assert np.allclose(outputs(loaded, events.inputs[:n]), expected[:n], atol=1e-6), n
    with torch.no_grad():
        before = start(torch.from_numpy(events.inputs)).numpy()
    assert abs(before - expected).max() > 0.01, "it was trained"


@pytest.mark.parametrize(
    ("kind", "format_", "options"),
    [
        (Shared, models.EXPORT, {}),
        (Shared, models.EXPORT, {"ensemble_size": 2, "calibrate": True, "num_epochs": 1}),
        (Attention, models.EXPORT, {}),
        (Whole, models.EXPORT, {}),
        (Grad, models.TORCHSCRIPT, {}),
        (Grad, models.TORCHSCRIPT, {"ensemble_size": 2, "save_best_only": False}),
    ],
)
def test_modules_of_many_kinds(train, log, events, kind, format_, options):
    torch.manual_seed(1)
    define(build_model=lambda _n, _k: kind())
    made = train(**options)
    assert made.export()[0] == format_
    torch.manual_seed(1)
    check(made, log, events, kind().eval())


def test_a_branch_becomes_torchscript(train, log):
    define(model=Branch())
    made = train(num_epochs=1)
    assert made.export()[0] == models.TORCHSCRIPT
    rows = np.float32([[1, 2, 3, 4]])
    loaded = read_back(made, log)
    for x in (rows, -rows):
        logits = torch.from_numpy(x) @ made._model.last.weight.T + made._model.last.bias
        expected = torch.softmax(logits * (1 if x.sum() > 0 else 2), 1).detach().numpy()
        assert np.allclose(outputs(loaded, x), expected, atol=1e-6)


def test_what_nothing_else_holds_is_a_state_dictionary(train, log, events):
    define(build_model=lambda _n, _k: OnlyPython())
    made = train()
    assert made.export()[0] == models.STATE
    assert any("state dictionary" in text for text in log.warnings())
    assert np.array_equal(outputs(read_back(made, log), events.inputs), outputs(made, events.inputs))
    define()
    from torchmva._engine import usercode

    usercode._registry.trained.clear()  # as in another process
    with pytest.raises(EngineError, match=r"expected build_model or model .*, found neither") as caught:
        read_back(made, log)
    assert caught.value.code == "UserCode"


def test_what_no_format_holds_is_refused_at_booking(session):
    torch.jit.script(Branch()).save("unused.pt")
    define(model=nn.Sequential(nn.Identity(), OnlyPython()), build_model=None)
    writer = ModelWriter(4)
    with pytest.raises(EngineError, match=r"cannot be written \(layer 1: OnlyPython\).* traced: ") as caught:
        writer.to_bytes(nn.Sequential(nn.Identity(), OnlyPython()))
    assert caught.value.code == "Model"


@pytest.mark.parametrize(
    ("batch", "shape", "rows"),
    [
        (4, ({0: Dim("b", min=1, max=64)},), Rows(1, 64)),
        (8, ({0: 4 * Dim("b", min=1, max=16)},), Rows(4, 64, 4)),
        (4, None, Rows(4, 4)),
        (1, None, Rows(1, 1)),
        (4, ({0: Dim("b")},), Rows()),
    ],
)
def test_programs_for_some_numbers_of_rows(train, log, events, batch, shape, rows):
    start = plain()
    program(start, batch, shape)
    made = train("model.pt2")
    assert made._model.rows == rows
    assert made.export()[0] == models.EXPORT
    check(made, log, events, start)
    assert made.networks()[0] is not None  # the native engine takes any number


def test_a_scripted_and_a_traced_file(train, log, events):
    for convert in (torch.jit.script, lambda model: torch.jit.trace(model, torch.randn(3, 4))):
        start = plain().eval()
        convert(start).save("model.pt")
        made = train("model.pt")
        assert made.export()[0] == models.TORCHSCRIPT
        check(made, log, events, start)


class Lightning(nn.Module):
    """As the modules of such frameworks: a network inside, and attributes that exist in their own loop only."""

    def __init__(self, net, *, has_forward: bool = True) -> None:
        super().__init__()
        self.net, self.loss, self.has_forward = net, nn.MSELoss(), has_forward

    @property
    def trainer(self):
        raise RuntimeError("not attached to a trainer")

    def forward(self, *batch):
        if not self.has_forward:
            return self.loss(self.net(batch[0]), batch[1])
        return {"same": self.net}["same"](*batch)


def parallel(model):
    """DistributedDataParallel in a group of one process."""
    from torch import distributed

    if not distributed.is_initialized():
        distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    return nn.parallel.DistributedDataParallel(model)


def compiled_in_place(model):
    model.compile()
    return model


WRAPPERS = {
    "DataParallel": nn.DataParallel,
    "DistributedDataParallel": parallel,
    "AveragedModel": torch.optim.swa_utils.AveragedModel,
    "OptimizedModule": torch.compile,
    "Sequential": nn.Sequential,
    "Lightning": Lightning,
    "only a loss": lambda model: Lightning(model, has_forward=False),
    "nested": lambda model: torch.compile(torch.optim.swa_utils.AveragedModel(Lightning(parallel(model)))),
    "compiled in place": compiled_in_place,
}


@pytest.fixture
def group():
    """No group of processes remains."""
    yield
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def fitted(model, train_loader):
    """A step away from where it began."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.5)
    return model


@pytest.mark.parametrize(
    ("name", "file", "inside"),
    [
        *((name, "trained.pt", Branch) for name in WRAPPERS),
        *((name, "trained.pt2", plain) for name in ("nested", "Lightning", "compiled in place")),
        *((name, "trained", OnlyPython) for name in ("nested", "only a loss", "compiled in place")),
    ],
)
def test_a_function_of_the_user_may_return_a_wrapped_model(session, events, log, group, name, file, inside):
    """In each format: what is written is the module inside, with its trained parameters."""
    define(model=inside(), train_func=lambda model, train, *_a, **_k: WRAPPERS[name](fitted(model, train)))
    made = session("", save_best_only=False, filename_trained_model=file)
    trained = inside()
    trained.load_state_dict(made._model.state_dict())
    fitted(trained.eval(), None)
    made.train(**events.request())
    with torch.no_grad():
        expected = trained(torch.from_numpy(events.inputs)).numpy()
    assert np.allclose(outputs(made, events.inputs), expected, atol=1e-6)
    assert np.allclose(outputs(read_back(made, log), events.inputs), expected, atol=1e-6)


@pytest.mark.parametrize("name", ["DistributedDataParallel", "OptimizedModule", "nested"])
def test_a_wrapped_model_may_be_given_and_saved_as_the_best(session, events, log, group, name):
    inside = plain().eval()
    wrapper = WRAPPERS[name](inside)
    define(model=wrapper)  # for the default loop
    made = session("", num_epochs=1, learning_rate=0.05)
    made.train(**events.request())
    assert any("wrapped in" in text for _, text in log.lines)
    check(made, log, events, inside)

    def fit(model, train_loader, val_loader, save_best, **_):
        assert type(model) is type(wrapper) or name == "DistributedDataParallel"
        save_best(fitted(model, train_loader), 1.0, float("inf"))
        return fitted(model, train_loader)

    define(model=wrapper, train_func=fit)
    made = session("")
    made.train(**events.request())
    with torch.no_grad():
        expected = fitted(inside, None)(torch.from_numpy(events.inputs)).numpy()
    assert np.allclose(outputs(made, events.inputs), expected, atol=1e-6)


@pytest.mark.parametrize("returned", [lambda model: None, lambda model: (model, 0.1), lambda model: model.forward])
def test_what_is_no_module_is_named_and_its_parameters_are_kept(session, events, tmp_path, returned):
    define(model=plain(), train_func=lambda model, train, *_a, **_k: returned(fitted(model, train)))
    made = session("", save_best_only=False)
    start = made._model[0].weight.clone()
    with pytest.raises(EngineError, match=r"must return the trained model: .* found (NoneType|tuple|method)") as caught:
        made.train(**events.request())
    (file,) = [value for key, value in caught.value.context if key == "its parameters are in"]
    assert torch.equal(torch.load(tmp_path / file)["0.weight"], start * 1.5)


def test_a_trained_model_that_cannot_be_written_is_not_lost(session, events, tmp_path):
    define(model=plain(), train_func=lambda *_a, **_k: OnlyPython())
    made = session("", save_best_only=False)
    with pytest.raises(EngineError, match=r"cannot be written") as caught:
        made.train(**events.request())
    assert ("class of the model", "OnlyPython") in caught.value.context
    (file,) = [value for key, value in caught.value.context if key == "its parameters are in"]
    assert set(torch.load(tmp_path / file)) == {"last.weight", "last.bias"}


def test_one_export_for_a_training(train, monkeypatch):
    calls = []
    export = torch.export.export
    monkeypatch.setattr(torch.export, "export", lambda *args, **more: calls.append(1) or export(*args, **more))
    train()
    assert len(calls) == 1


def test_save_best_keeps_the_best_parameters(tmp_path):
    model = plain().eval()
    saver = BestSaver(ModelWriter(4), tmp_path / "best.pt2")
    best = saver(model, 1.0, float("inf"))
    x = torch.randn(5, 4)
    expected = model(x)
    with torch.no_grad():
        model[0].weight.zero_()
    assert saver(model, 2.0, best) == best
    saver.finish()
    assert torch.allclose(models.from_bytes((tmp_path / "best.pt2").read_bytes(), "best")(x), expected)


def test_readers_of_the_same_program_share_it(train, log):
    made = train()
    first, second = read_back(made, log), read_back(made, log)
    assert first._trained.model is second._trained.model
    assert first._trained.model is not made._model


def test_nothing_of_a_program_stays():
    """torch's shapes and the tensors that an export begins with keep each other in C++, unless somebody separates them."""

    def shapes() -> int:
        gc.collect()
        return sum(type(x) is ShapeEnv for x in gc.get_objects())

    def write_and_read() -> None:
        model = nn.Linear(3, 2).eval()
        found = read(write(make(model, torch.zeros(2, 3)), model, {}))
        assert torch.equal(found(torch.ones(5, 3)), model(torch.ones(5, 3)))

    write_and_read()
    before = shapes()
    for _ in range(5):
        write_and_read()
    assert shapes() <= before + 1  # torch remembers the last one
