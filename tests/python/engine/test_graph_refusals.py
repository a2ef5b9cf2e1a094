"""What operations cannot say is refused with the name of the operator, and of the layer where that is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from network_formats import FORMATS, N_VARIABLES, check, exported, scripted
from torch import Tensor, nn

from torchmva._engine import model as models
from torchmva._engine.graph import NotExpressible, describe
from torchmva._engine.modelwriter import ModelWriter
from torchmva._engine.session import Session


class Sorting(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.sort(x, 1)[0]


class Inner(nn.Module):
    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.first = nn.Linear(N_VARIABLES, N_VARIABLES)
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(self.first(x))


class Centred(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x - x.mean(0)


class FirstEvents(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x - x[:1]


class AcrossEvents(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(-1, 4).tanh().reshape(-1, 8)


class JoinedEvents(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.view(-1, 2, 4).flatten(0, 1).tanh().view(-1, 8)


class OuterProductOfEvents(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + (x[:, :1] * x[:, 1:2].t()).sum(1, keepdim=True)


class BroadcastOfAConstant(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        both = torch.ops.aten.broadcast_tensors([x, torch.ones(8)])
        return both[0] * 2


class SumOfAll(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x / x.abs().sum()


class Double(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.double().sin().float()


class Noise(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + torch.randn_like(x)


class NoiseOfAll(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + torch.rand(8)


class Counting(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        self.calls.add_(1)
        return x + self.calls


class ViewThatIsChanged(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = x * 2
        y[:, :4].relu_()
        return y


class TwoInputs(nn.Module):
    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y


class ThreeDimensions(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.view(-1, 2, 4)


class ManyEvents(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if x.size(0) > 100:
            return x
        return -x


class Raising(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if x.size(1) == 8:
            raise ValueError("not eight")
        return x


EVENTS = "the dimension of the events"
# Model, and what the refusal says of it in all formats.
REFUSED: dict[str, tuple[nn.Module, str]] = {
    "operator": (Sorting(), "operator aten::sort: there is no operation for it"),
    "operator of a layer": (Inner(Sorting()), r"operator aten::sort \(layer layer: Sorting\): there is no operation"),
    "layer of a layer": (nn.Sequential(nn.Tanh(), Inner(Sorting())), r"aten::sort \(layer 1.layer: Sorting\)"),
    "mean of events": (Centred(), f"aten::mean: it acts along {EVENTS}"),
    "first event": (FirstEvents(), "aten::slice: it takes some of the events"),
    "reshape": (AcrossEvents(), "joins events with another dimension"),
    "flatten": (JoinedEvents(), "it joins the events of a tensor of shape"),
    "outer product of events": (OuterProductOfEvents(), f"it combines {EVENTS} of one tensor with another dimension"),
    "constant": (BroadcastOfAConstant(), "a constant among tensors that depend on the event"),
    "sum of all": (SumOfAll(), "aten::sum: it combines all events"),
    "double precision": (Double(), "numbers of type"),
    "noise": (Noise(), "aten::randn_like"),
    "constant noise": (NoiseOfAll(), "aten::rand: it draws random numbers"),
    "batch statistics": (
        nn.Sequential(nn.BatchNorm1d(8, track_running_stats=False)),
        r"aten::batch_norm \(layer 0: BatchNorm1d\): it uses the mean of the events of a block",
    ),
    "state": (Counting(), "changes its own parameters or buffers"),
    "change of a view": (ViewThatIsChanged(), "used again after a view of it was changed in place"),
    "three dimensions": (ThreeDimensions(), "returns a tensor of shape"),
    "softmax of events": (nn.Sequential(nn.Softmax(dim=0)), rf"layer 0: Softmax\): it acts along {EVENTS}"),
    "transposed convolution": (
        nn.Sequential(nn.Unflatten(1, (2, 4)), nn.ConvTranspose1d(2, 2, 2), nn.Flatten()),
        "transpose",
    ),
}


@pytest.mark.parametrize("written", [exported, scripted])
@pytest.mark.parametrize("name", REFUSED)
def test_refusal(name: str, written: Any) -> None:
    model, message = REFUSED[name]
    with pytest.raises(NotExpressible, match=message):
        describe(written(model), N_VARIABLES)


# Functions of x, and what the refusal says. They are not run: their shapes need not fit.
REFUSED_FUNCTIONS = {
    # other numbers
    "x ** 0.3": "exponent 0.3",
    "x ** 17": "exponent 17",
    "torch.div(x, 2.0, rounding_mode='floor')": "rounding mode floor",
    "torch.fmax(x, 2 * x)": "it passes NaN over",
    "F.softmax(x, 1, dtype=torch.float64).float()": "numbers of type",
    "F.rrelu(x, training=True)": "it draws random numbers",
    "F.dropout(x, 0.5, True)": "dropout in training mode",
    "x[:, :1].var(1).unsqueeze(1)": "a variance without degrees of freedom",
    "x.norm(3.0, [1]).unsqueeze(1)": "a norm of order 3",
    "torch.zeros(1, 8).add_(x)": "it changes a constant in place",
    "x * torch.tensor(float(x.size(0)))": "a tensor made of numbers that depend on the event",
    "F.prelu(x.unsqueeze(0), torch.ones(8))": "8 slopes for a tensor of shape",
    # the dimension of the events
    "F.softmax(x[:, 0], 0).unsqueeze(1)": EVENTS,
    "F.layer_norm(x, [3, 8])": EVENTS,
    "F.rms_norm(x, [3, 8])": EVENTS,
    "x.squeeze(0)": EVENTS,
    "torch.cat([x.unsqueeze(0), x.unsqueeze(1)], 2)": EVENTS,
    "F.group_norm(x.t(), 1)": "expected [events, channels, ...]",
    "F.conv1d(x.unsqueeze(0), torch.ones(1, 5, 3))": "expected [events, channels] and 1 more",
    "x.roll(1)": "it mixes events",
    "x.repeat(2, 1)": "it repeats events",
    "x.expand(3, 8)": "an expansion of",
    "x + torch.arange(3.0).view(3, 1)": "a constant has another value for each event of a block",
    "torch.hstack([x[:, 0], x[:, 1]]).unsqueeze(1)": "it joins events",
    # shapes
    "x.unsqueeze(1) + x[:, :6].view(-1, 2, 3)": "do not fit",
    "x.transpose(1, 2)": "dimension 2 of a tensor of 2 dimensions",
    "F.linear(x, torch.ones(3, 7))": "weights [3, 7] for 8 inputs",
    "torch.cat([x, x[:, 3:3]], 1)": "an empty part of",
    "x[:, torch.tensor([[0, 1], [2, 3]])].flatten(1)": "an index of shape [2, 2]",
    "x.view(-1, 2, 4)[:, torch.tensor([0]), torch.tensor([1])]": "2 indices at once",
    # products
    "x @ torch.ones(2, 8, 4)": "a product with a constant of shape [2, 8, 4]",
    "torch.ones(2) @ x.view(-1, 2, 4)": "a product of a constant of shape [2]",
    "x.t() @ x": "a product of [8, ",
    "x.view(-1, 2, 4) @ x.view(-1, 2, 4)": "a product of ",
    "x.repeat(1, 64).view(-1, 64, 8) @ x.repeat(1, 512).view(-1, 8, 512)": "too large without parameters",
    "F.scaled_dot_product_attention(x.view(-1, 2, 4), x.view(-1, 2, 4), x.view(-1, 2, 4), is_causal=True)": "a mask",
    # windows
    "F.instance_norm(x.unsqueeze(2), torch.zeros(8), torch.ones(8), use_input_stats=False)": "running statistics",
    "F.max_pool1d(x.view(-1, 2, 4), 3, 2, ceil_mode=True)": "ceil_mode where the windows do not fit",
    "F.max_pool1d(x.view(-1, 2, 4), 2, 1, dilation=2)": "pooling with dilation",
    "F.avg_pool2d(x.view(-1, 2, 2, 2), [2, 2], divisor_override=3)": "divisor_override",
    "F.adaptive_avg_pool1d(x.view(-1, 2, 4), 3)": "windows of different sizes",
    "F.conv1d(x.view(-1, 2, 4), torch.ones(2, 2, 3, 3))": "expected [events, channels] and 2 more",
    "F.pad(x.view(-1, 2, 4), [1, 1], mode='reflect')": "padding mode reflect",
}


@pytest.mark.parametrize("text", REFUSED_FUNCTIONS)
def test_refusal_of_a_function(module_of: Callable[[str], nn.Module], text: str) -> None:
    with pytest.raises(NotExpressible, match=re.escape(REFUSED_FUNCTIONS[text])):
        describe(scripted(module_of(text)), N_VARIABLES)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (ManyEvents(), "prim::If: a branch or loop that depends on"),
        (Raising(), "the model raises an exception: .*not eight"),
        (TwoInputs(), "the model has 2 inputs"),
    ],
)
def test_refusal_of_torchscript(model: nn.Module, message: str) -> None:
    with pytest.raises(NotExpressible, match=message):
        describe(scripted(model), N_VARIABLES)


def test_plain_module_that_only_torchscript_can_write_is_described() -> None:
    class Named(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            assert x.size(0) != 3, "never three"
            return x.tanh()

    description = check(Named(), Named())
    assert [operation.type for operation in description.operations] == ["Tanh"]


def test_plain_module_that_nothing_can_write_says_why() -> None:
    class Unwritable(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.from_numpy(x.numpy() ** 2)

    with pytest.raises(NotExpressible, match=r"\w+"):
        describe(Unwritable(), N_VARIABLES)


def test_surprise_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No training is lost because the walk fails in a way that nobody thought of."""

    def fail(*_args: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr("torchmva._engine.graph.frontend.describe_scripted", fail)
    with pytest.raises(NotExpressible, match="cannot be followed: KeyError: 'surprise'"):
        describe(scripted(nn.Linear(N_VARIABLES, 2)), N_VARIABLES)


def doubled(self, inputs: tuple[Tensor]) -> tuple[Tensor]:
    """A hook before the forward method."""
    return (inputs[0] * 2,)


def test_hooks_are_refused() -> None:
    model = nn.Linear(N_VARIABLES, 2)
    model.register_forward_pre_hook(doubled)
    with pytest.raises(NotExpressible, match="hooks"):
        describe(torch.jit.script(model), N_VARIABLES)


def test_parameters_are_kept_once() -> None:
    shared = nn.Linear(N_VARIABLES, N_VARIABLES)
    model = nn.Sequential(shared, nn.ReLU(), shared)
    description = check(model, scripted(model))
    assert len(description.parameters) == N_VARIABLES**2 + N_VARIABLES


def test_what_the_output_does_not_need_is_left_out() -> None:
    class Wasteful(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.unused = nn.Linear(8, 2), nn.Linear(8, 50)

        def forward(self, x: Tensor) -> Tensor:
            y, _ = torch.split(torch.cat([self.used(x), self.unused(x).tanh()], 1), [2, 50], 1)
            return self.used(x) if y.dim() == 2 else y

    model = Wasteful()
    description = check(model, scripted(model))
    assert [operation.type for operation in description.operations] == ["Linear"]
    assert len(description.parameters) == 18


@pytest.mark.parametrize("written", FORMATS.values(), ids=FORMATS.keys())
def test_the_model_itself_stays_as_it_is(written: Any) -> None:
    model = nn.Sequential(nn.Linear(N_VARIABLES, 4), nn.BatchNorm1d(4), nn.ReLU(inplace=True))
    given = written(model)
    before = [value.clone() for value in given.state_dict().values()]
    check(model, given)
    assert all(torch.equal(old, new) for old, new in zip(before, given.state_dict().values(), strict=True))


class Enlarged(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.interpolate(x.unsqueeze(1), scale_factor=2.0).flatten(1)


def test_operators_without_rule_are_decomposed() -> None:
    """As torch.export knows how: no rule says what interpolation is."""
    model = nn.Sequential(Enlarged(), nn.Linear(16, 2))
    given = models.from_bytes(ModelWriter(N_VARIABLES, models.EXPORT).to_bytes(model), "model")
    assert "Linear" in {operation.type for operation in check(model, given).operations}


def test_operator_is_named_where_decomposing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    given = exported(nn.Sequential(Enlarged(), nn.Linear(16, 2)))

    def fail(*_args: object, **_settings: object) -> None:
        raise RuntimeError("no export")

    monkeypatch.setattr("torchmva._engine.program.make", fail)
    with pytest.raises(NotExpressible, match=r"operator aten::upsample_nearest1d\.?\w* \(layer 0: Enlarged\)"):
        describe(given, N_VARIABLES)


@pytest.mark.parametrize("last", [nn.Softmax(dim=1), Sorting()])
def test_session_gives_the_network_or_the_reason(last: nn.Module, log: Any, events: Any, tmp_path: Any) -> None:
    path = tmp_path / "model.pt"
    torch.jit.script(nn.Sequential(nn.Linear(4, 2), last)).save(str(path))
    session = Session(log.write, (4, "Classification", 2, 0))
    session.set_up(options={"FilenameModel": str(path), "NumEpochs": 1}, weight_folder="")
    session.train(**events.request())
    network, spread, slow_part, reason, _ = session.networks()
    assert spread is None
    assert slow_part == ""
    if isinstance(last, Sorting):
        assert network is None
        assert reason == "operator aten::sort (layer 1: Sorting): there is no operation for it"
    else:
        assert network is not None
        assert [operation.type for operation in network.operations] == ["Linear", "Softmax"]
        assert reason == ""


class Two(nn.Module):
    def forward(self, x):
        return torch.tanh(x), torch.sort(x, 1)[0]


class Dead(nn.Module):
    """Lines whose results nobody uses, in the model and in a layer that gives two values."""

    def __init__(self) -> None:
        super().__init__()
        self.two = Two()
        self.last = nn.Linear(N_VARIABLES, 2)

    def forward(self, x):
        unused = x > 0  # noqa: F841
        _sorted = torch.sort(x, 1)[0]
        y, _unused = self.two(x)
        return torch.softmax(self.last(y), 1)


@pytest.mark.parametrize("written", [scripted, exported])
def test_dead_operations_do_not_count(written):
    torch.manual_seed(3)
    model = Dead().eval()
    description = check(model, written(model))
    assert [operation.type for operation in description.operations] == ["Tanh", "Linear", "Softmax"]


class DeadInPlace(nn.Module):
    """The result is not used, but what it changes is."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(N_VARIABLES, 2)

    def forward(self, x):
        y = self.last(x)
        y.masked_fill_(y > 0, 0.0)
        return y


def test_a_refused_change_in_place_is_no_dead_code():
    with pytest.raises(NotExpressible):
        describe(torch.jit.trace(DeadInPlace().eval(), torch.randn(3, N_VARIABLES)), N_VARIABLES)


def test_what_torch_evaluates_faster_is_named():
    class Attention(nn.Module):
        def forward(self, x):
            x = x.unsqueeze(2)
            return torch.softmax(x @ x.transpose(1, 2), 2).sum(2)

    assert "product of two values" in describe(scripted(Attention()), N_VARIABLES).slow_part
    wide = nn.Sequential(nn.Linear(N_VARIABLES, 1024), nn.Linear(1024, 1024), nn.Linear(1024, 2))
    assert "1,048,576 weights" in describe(scripted(wide), N_VARIABLES).slow_part
    assert (
        describe(scripted(nn.Sequential(nn.Linear(N_VARIABLES, 512), nn.Linear(512, 512))), N_VARIABLES).slow_part == ""
    )
