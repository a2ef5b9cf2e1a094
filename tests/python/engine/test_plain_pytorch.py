"""Whole trainings done again in plain PyTorch and NumPy: the same losses, learning rates and outputs, option by option.

The reference below knows nothing of torchmva. It reads the options as docs/options.md and docs/training.md say them.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from torchmva._engine import automatic, loop, training
from torchmva._engine.errors import EngineError
from torchmva._engine.events import Events
from torchmva._engine.history import History
from torchmva._engine.log import Log
from torchmva._engine.network import build
from torchmva._engine.options import TrainingOptions
from torchmva._engine.probe import Shape
from torchmva._engine.usercode import CustomObjects

N, N_VALIDATION, N_VARIABLES, SEED = 147, 40, 3, 7


@dataclass
class Sample:
    """Events as C++ hands them over, and the same as plain tensors."""

    kind: str = "Classification"
    inputs: Any = None
    truth: Any = None
    weights: Any = None
    n_outputs: int = 2
    rows: Any = None
    signal: int = 0
    targets: torch.Tensor = field(init=False)

    def __post_init__(self) -> None:
        random = np.random.default_rng(11)
        n_classes = {"Classification": 2, "Multiclass": 3}.get(self.kind, 0)
        classes = random.integers(0, max(n_classes, 1), N)
        self.inputs = (random.normal(size=(N, N_VARIABLES)) * [1, 20, 0.1] + [0, 500, 3]).astype(np.float32)
        self.inputs[:, 0] += 0.8 * classes
        self.weights = random.uniform(0.2, 2.5, N).astype(np.float32)
        if n_classes:
            self.truth, self.n_outputs = classes.astype(np.int32), n_classes
            self.targets = torch.eye(n_classes)[torch.from_numpy(classes)]
        else:
            self.n_outputs = 2
            noise = random.normal(size=(N, 2))
            self.truth = (self.inputs[:, :2] * [30, 0.01] + noise * [2, 0.05] + [100, -7]).astype(np.float32)
            self.targets = torch.from_numpy(self.truth)

    def parts(self) -> tuple[Any, Any]:
        """Row numbers of the training and the validation events."""
        if self.rows is not None:
            return self.rows
        return np.arange(N - N_VALIDATION), np.arange(N - N_VALIDATION, N)

    def events(self) -> Events:
        """What the engine gets."""
        is_regression = self.kind == "Regression"
        return Events.from_host(
            inputs=self.inputs,
            targets=self.truth if is_regression else None,
            classes=None if is_regression else self.truth,
            weights=self.weights,
            n_classes=self.n_outputs,
            n_validation=N_VALIDATION,
            rows=self.rows,
        )


def trained(
    sample: Sample,
    model: Any = None,
    objects: Any = None,
    file: Path | None = None,
    keep: Any = lambda _: None,
    **options: Any,
) -> SimpleNamespace:
    """What the engine makes of it: outputs for all events, and the epochs. `file`: of the model, for checkpoints."""
    wanted = TrainingOptions(**{**DEFAULTS, **options})
    shape = Shape(N_VARIABLES, sample.kind, sample.n_outputs, sample.signal)
    lines: list[str] = []
    torch.manual_seed(SEED)
    made = build(shape, wanted) if model is None else copy.deepcopy(model)
    history = History()
    job = training.Training(
        sample.events(),
        shape,
        wanted,
        objects or CustomObjects(),
        Log(lambda _, text: lines.append(text)),
        history,
        file,
        progress=False,
    )
    torch.manual_seed(SEED)
    result = training.run_default(job, made, keep=keep)
    assert not result.training
    with torch.no_grad():
        outputs = result(torch.from_numpy(sample.inputs))
    rows = [(row.training_loss, row.validation_loss, row.learning_rate) for row in history.epochs]
    return SimpleNamespace(outputs=outputs.numpy(), epochs=np.array(rows), lines=lines, model=result)


# ---- the reference ---------------------------------------------------------------------------------------------------

DEFAULTS: dict[str, Any] = {
    "seed": SEED,
    "num_epochs": 3,
    "batch_size": 30,
    "layout": "6,6",
    "activation": "Tanh",
    "learning_rate": 0.02,
    "weight_decay": 0.1,
    "learning_rate_schedule": "None",
}
ACTIVATIONS = {
    "ReLU": lambda x: x.clamp_min(0),
    "LeakyReLU": lambda x: torch.where(x > 0, x, 0.01 * x),
    "ELU": lambda x: torch.where(x > 0, x, x.exp() - 1),
    "SELU": lambda x: 1.0507009873554805 * torch.where(x > 0, x, 1.6732632423543772 * (x.exp() - 1)),
    "GELU": lambda x: x * 0.5 * (1 + torch.erf(x / math.sqrt(2))),
    "SiLU": lambda x: x / (1 + (-x).exp()),
    "Tanh": torch.tanh,
    "Sigmoid": lambda x: 1 / (1 + (-x).exp()),
}


class PlainNetwork(nn.Module):
    """A perceptron on standardised inputs, whose outputs are scores."""

    def __init__(self, sample: Sample, options: dict[str, Any], moments: tuple[Any, Any]) -> None:
        super().__init__()
        self.mean, self.width = moments
        widths = [N_VARIABLES, *(int(width) for width in options["layout"].split(",") if width)]
        self.layers, self.norms = nn.ModuleList(), nn.ModuleList()
        for n_in, n_out in pairwise(widths):
            self.layers.append(nn.Linear(n_in, n_out))
            self.norms.append(nn.BatchNorm1d(n_out) if options.get("batch_norm") else nn.Identity())
        self.last = nn.Linear(widths[-1], sample.n_outputs)
        self.activation = ACTIVATIONS[options["activation"]]
        self.dropout = options.get("dropout", 0.0)
        self.residual = options.get("residual", False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = (x - self.mean) / self.width
        for layer, norm in zip(self.layers, self.norms, strict=True):
            y = self.activation(norm(layer(x)))
            y = functional.dropout(y, self.dropout, self.training) if self.dropout else y
            x = x + y if self.residual and x.shape == y.shape else y
        return self.last(x)


def moments(values: Any, weights: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and standard deviation, weighted with |w|."""
    mean = np.average(values.astype(float), axis=0, weights=np.abs(weights))
    width = np.sqrt(np.average((values - mean) ** 2, axis=0, weights=np.abs(weights)))
    return torch.from_numpy(mean.astype(np.float32)), torch.from_numpy(width.astype(np.float32))


def loss_of_rows(sample: Sample, name: str) -> Any:
    """One loss an event, of the scores."""

    def of_numbers(found: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        apart = found - target
        if name == "Huber":
            return torch.where(apart.abs() < 1, 0.5 * apart**2, apart.abs() - 0.5).mean(1)
        return (apart.abs() if name == "MAE" else apart**2).mean(1)

    if sample.kind == "Regression":
        return of_numbers
    if name in ("Auto", "CrossEntropy"):
        return lambda scores, target: torch.logsumexp(scores, 1) - (scores * target).sum(1)
    return lambda scores, target: of_numbers(scores.exp() / scores.exp().sum(1, keepdim=True), target)


def loss_weights(sample: Sample, options: dict[str, Any]) -> Any:
    """Weights of all events as the loss uses them."""
    weights = sample.weights.astype(float)
    policy = options.get("negative_weights", "Keep")
    weights = {"Keep": weights, "Ignore": np.maximum(weights, 0), "Absolute": np.abs(weights)}[policy]
    text = options.get("class_weights", "")
    for part in sample.parts() if text else ():  # training and validation events are balanced each by themselves
        in_class = [weights[part][sample.truth[part] == c].sum() for c in range(sample.n_outputs)]
        factors = [sum(in_class) / (len(in_class) * s) for s in in_class]
        if text != "Balanced":
            factors = [float(number) for number in text.split(",")]
        weights[part] *= np.array(factors)[sample.truth[part]]
    return torch.from_numpy(weights.astype(np.float32))


OPTIMIZERS = {
    "SGD": lambda p, lr, decay: torch.optim.SGD(p, lr=lr, momentum=0.9, weight_decay=decay),
    **{
        name: lambda p, lr, decay, name=name: getattr(torch.optim, name)(p, lr=lr, weight_decay=decay)
        for name in ("Adam", "AdamW", "NAdam", "RAdam", "RMSprop", "Adagrad")
    },
}


def rate_of(epoch: int, options: dict[str, Any], plateau: Any) -> float:
    """The learning rate, epochs counted from 0."""
    start, schedule = options["learning_rate"], options["learning_rate_schedule"]
    warm_up, n = options.get("warmup_epochs", 0), options["num_epochs"]
    rate = start
    if schedule == "Cosine":
        rate = start * (1 + math.cos(math.pi * max(epoch - warm_up, 0) / max(n - warm_up, 1))) / 2
    elif schedule == "Plateau":
        rate = plateau.param_groups[0]["lr"]
    elif schedule != "None":
        for step in schedule.split(";"):
            first, value = step.split(",")
            rate = float(value) if epoch >= int(first) else rate
    return rate * (epoch + 1) / (warm_up + 1) if epoch < warm_up else rate


def batches_of(epoch: int, n: int, options: dict[str, Any]) -> list[torch.Tensor]:
    """Row numbers within the training events; a rest of one event is left out, because batch norm cannot train on it."""
    order = torch.arange(n)
    if options.get("shuffle", True):
        order = torch.randperm(n, generator=torch.Generator().manual_seed(SEED + epoch), dtype=torch.int32).long()
    found = list(order.split(options["batch_size"]))
    return found[:-1] if len(found[-1]) == 1 < options["batch_size"] else found


@dataclass
class Plain:
    """A training by hand.

    Args:
        model: gives scores.
        loss: of events, from scores and targets.
        targets: of all events, as the loss wants them.
        outputs: what users see, from scores.
    """

    model: nn.Module
    loss: Any
    targets: torch.Tensor
    outputs: Any
    make_optimizer: Any = None

    def train(self, sample: Sample, options: dict[str, Any]) -> SimpleNamespace:
        x, w = torch.from_numpy(sample.inputs), loss_weights(sample, options)
        train, validation = (torch.from_numpy(rows) for rows in sample.parts())
        make = self.make_optimizer or OPTIMIZERS[options.get("optimizer", "AdamW")]
        optimizer = make(self.model.parameters(), options["learning_rate"], options["weight_decay"])
        plateau = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=options["learning_rate"])
        falling = torch.optim.lr_scheduler.ReduceLROnPlateau(plateau, factor=0.3, patience=5)
        mean_weight = w[train].mean()
        epochs, best, best_loss, waited = [], None, math.inf, 0
        for epoch in range(options["num_epochs"]):
            rate = rate_of(epoch, options, plateau)
            for group in optimizer.param_groups:
                group["lr"] = rate
            self.model.train()
            seen, total = 0, 0.0
            for batch in batches_of(epoch, len(train), options):
                rows = train[batch]
                optimizer.zero_grad()
                losses = self.loss(self.model(x[rows]), self.targets[rows]) * w[rows] / mean_weight
                losses.mean().backward()
                if options.get("gradient_clip"):
                    clip_by_hand(self.model.parameters(), options["gradient_clip"])
                optimizer.step()
                seen, total = seen + len(rows), total + float(losses.sum().detach())
            self.model.eval()
            with torch.no_grad():
                losses = self.loss(self.model(x[validation]), self.targets[validation]) * w[validation]
            loss = float(losses.sum() / w[validation].sum())
            epochs.append((total / seen, loss, rate))
            falling.step(loss)
            waited = 0 if loss < best_loss - 1e-4 * abs(best_loss) or math.isinf(best_loss) else waited + 1
            if loss < best_loss:
                best, best_loss = copy.deepcopy(self.model.state_dict()), loss
            if options.get("patience") and waited >= options["patience"]:
                break
        if options.get("save_best_only", True):
            self.model.load_state_dict(best)
        with torch.no_grad():
            return SimpleNamespace(outputs=self.outputs(self.model(x)).numpy(), epochs=np.array(epochs))


def clip_by_hand(parameters: Any, limit: float) -> None:
    gradients = [p.grad for p in parameters]
    norm = math.sqrt(sum(float(g.double().square().sum()) for g in gradients))
    for gradient in gradients:
        gradient *= min(1.0, limit / (norm + 1e-6))


def plain(sample: Sample, **changes: Any) -> SimpleNamespace:
    """The reference for a network that is made of options."""
    options = {**DEFAULTS, **changes}
    torch.manual_seed(SEED)
    w, (train, _) = loss_weights(sample, options).numpy(), sample.parts()
    of_inputs = moments(sample.inputs[train], w[train])
    if not options.get("standardise_inputs", True):
        of_inputs = (torch.zeros(N_VARIABLES), torch.ones(N_VARIABLES))
    model = PlainNetwork(sample, options, of_inputs)
    torch.manual_seed(SEED)
    targets, outputs = sample.targets, lambda scores: torch.softmax(scores, 1)
    if sample.kind == "Regression":
        mean, width = moments(sample.truth[train], w[train])
        targets, outputs = (targets - mean) / width, lambda scores: scores * width + mean
    return Plain(model, loss_of_rows(sample, options.get("loss", "Auto")), targets, outputs).train(sample, options)


def agree(found: SimpleNamespace, expected: SimpleNamespace, scale: Any = 1.0) -> None:
    assert found.epochs.shape == expected.epochs.shape, "the number of epochs"
    np.testing.assert_allclose(found.epochs, expected.epochs, rtol=2e-5, atol=1e-7)
    np.testing.assert_allclose(found.outputs / scale, expected.outputs / scale, rtol=0, atol=1e-5)


# ---- option by option ------------------------------------------------------------------------------------------------

OPTIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    **{name: {"optimizer": name} for name in OPTIMIZERS},
    **{name: {"activation": name} for name in ACTIVATIONS},
    "no hidden layer": {"layout": ""},
    # with SGD: the bias before a batch norm has no gradient but rounding, of which Adam makes whole steps
    "batch norm": {"batch_norm": True, "optimizer": "SGD"},
    "dropout": {"dropout": 0.3},
    "residual": {"residual": True, "layout": "6,6,3,3"},
    "all layers": {"residual": True, "dropout": 0.2, "batch_norm": True, "optimizer": "SGD"},
    "no standardisation": {"standardise_inputs": False, "num_epochs": 2},
    "no decay": {"weight_decay": 0.0},
    "clip": {"gradient_clip": 0.05},
    "a large clip": {"gradient_clip": 100.0},
    "in order": {"shuffle": False},
    "the last epoch": {"save_best_only": False, "num_epochs": 9, "learning_rate": 0.1},
    "the best epoch": {"num_epochs": 9, "learning_rate": 0.1},
    "cosine": {"learning_rate_schedule": "Cosine"},
    "cosine after warm-up": {"learning_rate_schedule": "Cosine", "warmup_epochs": 2, "num_epochs": 5},
    "steps": {"learning_rate_schedule": "1,0.01;3,0.001"},
    "warm-up": {"warmup_epochs": 3},
    "plateau": {"learning_rate_schedule": "Plateau", "num_epochs": 20, "learning_rate": 0.1},
    "patience": {"patience": 3, "num_epochs": 30, "learning_rate": 0.1},
    "one event left over": {"batch_size": 53},
    "one batch": {"batch_size": 500},
    "events one by one": {"batch_size": 1, "num_epochs": 1},
    "MSE": {"loss": "MSE"},
    "MAE": {"loss": "MAE"},
    "Huber": {"loss": "Huber"},
    "cross-entropy": {"loss": "CrossEntropy"},
    "balance": {"class_weights": "Balanced"},
    "factors": {"class_weights": "0.5,2"},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_two_classes(name: str) -> None:
    sample = Sample()
    agree(trained(sample, **OPTIONS[name]), plain(sample, **OPTIONS[name]))


@pytest.mark.parametrize("changes", [{}, {"class_weights": "Balanced"}, {"loss": "MSE"}], ids=str)
def test_more_classes(changes: dict[str, Any]) -> None:
    sample = Sample("Multiclass")
    agree(trained(sample, **changes), plain(sample, **changes))


@pytest.mark.parametrize("loss", ["Auto", "MAE", "Huber"])
def test_regression(loss: str) -> None:
    """The loss is that of targets in units of their width, the outputs are in the units of the targets."""
    sample = Sample("Regression")
    agree(trained(sample, loss=loss), plain(sample, loss=loss), scale=sample.truth.std(0))


@pytest.mark.parametrize("policy", ["Keep", "Ignore", "Absolute"])
def test_negative_weights(policy: str) -> None:
    sample = Sample()
    sample.weights[::7] *= -1
    agree(trained(sample, negative_weights=policy), plain(sample, negative_weights=policy))


def test_rows_that_are_named() -> None:
    """As the folds of a cross-validation do: the validation events are in the middle."""
    sample = Sample()
    rows = np.arange(N, dtype=np.int64)
    sample.rows = (np.concatenate([rows[:40], rows[80:140]]), rows[40:80])
    agree(trained(sample), plain(sample))


# ---- a training in two pieces ----------------------------------------------------------------------------------------

PIECES: dict[str, dict[str, Any]] = {
    "plateau": {"learning_rate_schedule": "Plateau", "patience": 11, "num_epochs": 16},
    "cosine": {"learning_rate_schedule": "Cosine", "warmup_epochs": 3, "num_epochs": 6, "save_best_only": False},
}


@pytest.mark.parametrize(
    ("name", "n_before"), [("plateau", 3), ("plateau", 9), ("plateau", 12), ("cosine", 2), ("cosine", 6)]
)
def test_a_killed_training_goes_on(monkeypatch: pytest.MonkeyPatch, name: str, n_before: int) -> None:
    """It ends as the training that nobody killed: optimiser, learning rate, patience, best epoch, random numbers."""
    sample = Sample()
    options = {**PIECES[name], "learning_rate": 0.1, "dropout": 0.2}
    expected = plain(sample, **options)
    run_epoch = loop.TrainingLoop._run_epoch

    def killed(self: loop.TrainingLoop, bar: Any) -> None:
        run_epoch(self, bar)
        if self._next_epoch == n_before:
            raise MemoryError

    monkeypatch.setattr(loop, "CHECKPOINT_INTERVAL", -1)
    with monkeypatch.context() as patch:
        patch.setattr(loop.TrainingLoop, "_run_epoch", killed)
        with pytest.raises(MemoryError):
            trained(sample, file=Path("net.pt"), **options)
    assert Path("net.checkpoint").exists()
    found = trained(sample, file=Path("net.pt"), continue_training=True, **options)
    agree(found, expected)
    assert not Path("net.checkpoint").exists()


def test_a_training_that_diverges_keeps_its_best_epoch() -> None:
    sample = Sample()
    options = {"optimizer": "SGD", "learning_rate_schedule": "0,0.02;3,1e30", "activation": "ReLU"}
    expected = plain(sample, **{**options, "num_epochs": 3})
    kept: list[Any] = []
    with pytest.raises(EngineError, match=r"not finite in epoch 4.*the best model, of epoch [123], is kept"):
        trained(sample, keep=kept.append, **options, num_epochs=6)
    with torch.no_grad():
        outputs = kept[-1](torch.from_numpy(sample.inputs)).numpy()
    np.testing.assert_allclose(outputs, expected.outputs, rtol=0, atol=1e-5)


# ---- models, losses and optimisers of the user -----------------------------------------------------------------------


def given(last: nn.Module, n_outputs: int = 2) -> nn.Module:
    torch.manual_seed(3)
    return nn.Sequential(
        nn.BatchNorm1d(N_VARIABLES), nn.Linear(N_VARIABLES, 8), nn.ReLU(), nn.Linear(8, n_outputs), last
    )


def negative_log(p: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return -(target * p.log()).sum(1)


def binary_entropy(p: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return -(target * p.log() + (1 - target) * (1 - p).log()).mean(1)


def mean_square(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return ((output - target) ** 2).mean(1)


MODELS = {
    "probabilities": (nn.Softmax(1), 2, negative_log),
    "two sigmoids": (nn.Sigmoid(), 2, binary_entropy),
    "one sigmoid": (nn.Sigmoid(), 1, binary_entropy),
    "scores": (nn.Identity(), 2, mean_square),
    "one score": (nn.Identity(), 1, mean_square),
}


@pytest.mark.parametrize("signal", [0, 1])
@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_the_user(name: str, signal: int) -> None:
    """One output is the probability of the signal, whichever class that is."""
    last, n_outputs, loss = MODELS[name]
    sample = Sample(signal=signal)
    model = given(last, n_outputs)
    targets = sample.targets if n_outputs == 2 else sample.targets[:, signal : signal + 1]
    expected = Plain(copy.deepcopy(model), loss, targets, lambda output: output).train(sample, DEFAULTS)
    agree(trained(sample, model), expected)


@pytest.mark.parametrize("loss", ["MAE", "Huber", "MSE"])
def test_a_loss_by_name_for_a_model_of_the_user(loss: str) -> None:
    sample = Sample()
    model = given(nn.Softmax(1))
    by_hand = loss_of_rows(Sample("Regression"), loss)
    expected = Plain(copy.deepcopy(model), by_hand, sample.targets, lambda output: output).train(sample, DEFAULTS)
    agree(trained(sample, model, loss=loss), expected)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_criterion_and_optimizer_of_the_user(reduction: str) -> None:
    """Whatever the criterion does with the rows of a batch, each of them has its weight."""
    sample = Sample()
    model = given(nn.Softmax(1))
    objects = CustomObjects(criterion=nn.MSELoss(reduction=reduction), optimizer=torch.optim.Adagrad)
    expected = Plain(
        copy.deepcopy(model),
        mean_square,
        sample.targets,
        lambda output: output,
        lambda p, lr, _: torch.optim.Adagrad(p, lr=lr),
    ).train(sample, DEFAULTS)
    agree(trained(sample, model, objects), expected)


def test_a_criterion_that_knows_batches_only() -> None:
    sample = Sample()
    sample.weights[:] = 3
    model = given(nn.Softmax(1))

    def worst(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return (output - target).abs().max()

    expected = Plain(
        copy.deepcopy(model), lambda o, t: worst(o, t).expand(len(o)), sample.targets, lambda output: output
    ).train(sample, DEFAULTS)
    agree(trained(sample, model, CustomObjects(criterion=worst)), expected)


def test_mixed_precision_is_for_gpus() -> None:
    sample = Sample()
    found = trained(sample, mixed_precision=True, device="cpu")
    agree(found, plain(sample))
    assert any("MixedPrecision is for GPUs" in line for line in found.lines)


def test_defaults_of_the_analysis() -> None:
    """The network and the loop of a regression are other ones: SiLU, no decay, a larger rate."""
    sample = Sample("Regression")
    options = automatic.of_analysis(TrainingOptions(), "Regression")
    found = trained(
        sample,
        activation="Auto",
        learning_rate=options.learning_rate,
        weight_decay=options.weight_decay,
        num_epochs=3,
    )
    expected = plain(sample, activation="SiLU", learning_rate=0.01, weight_decay=0.0, num_epochs=3)
    agree(found, expected, scale=sample.truth.std(0))
