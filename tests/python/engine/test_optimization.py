"""Optimisers and learning rates by name, against torch's own schedules."""

from __future__ import annotations

import copy
import math

import pytest
import torch

from torchmva._engine.automatic import of_analysis
from torchmva._engine.errors import EngineError
from torchmva._engine.optimization import (
    FUSED,
    OPTIMIZERS,
    PLATEAU_FACTOR,
    PLATEAU_PATIENCE,
    LearningRates,
    make_optimizer,
)
from torchmva._engine.options import TrainingOptions


def rates(n: int = 10, **options) -> list[float]:
    made = LearningRates(TrainingOptions(num_epochs=n, **{"learning_rate": 0.005, **options}))
    return [made.rate(epoch) for epoch in range(n)]


@pytest.mark.parametrize("name", [*OPTIMIZERS, "aDaM"])
def test_optimizers_by_name(name):
    made = make_optimizer(
        torch.nn.Linear(2, 1).parameters(),
        of_analysis(TrainingOptions(optimizer=name, learning_rate=0.5), "Regression"),
    )
    assert type(made) is OPTIMIZERS[name.lower()]
    assert made.param_groups[0]["lr"] == 0.5
    assert bool(made.param_groups[0].get("fused")) == (name.lower() in FUSED)


@pytest.mark.parametrize("name", FUSED)
def test_fused_steps_are_those_of_plain_pytorch(name):
    """The kernel is another one, the parameters are not; with Adam's small denominators to the sixth digit."""
    plain = torch.nn.Linear(3, 2)
    ours = copy.deepcopy(plain)
    options = TrainingOptions(optimizer=name, learning_rate=0.01, weight_decay=0.1)
    made = make_optimizer(ours.parameters(), options)
    extra = {"momentum": 0.9} if name == "sgd" else {}
    theirs = OPTIMIZERS[name](plain.parameters(), lr=0.01, weight_decay=0.1, fused=False, foreach=False, **extra)
    x = torch.randn(20, 3)
    for _ in range(10):
        for network, optimizer in ((ours, made), (plain, theirs)):
            optimizer.zero_grad()
            network(x).square().mean().backward()
            optimizer.step()
    assert torch.allclose(ours.weight, plain.weight, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", FUSED)
def test_parameters_that_fused_kernels_do_not_know_are_trained(name):
    parameter = torch.nn.Parameter(torch.tensor([1 + 2j]))
    made = make_optimizer([parameter], TrainingOptions(optimizer=name, learning_rate=0.01, weight_decay=0.0))
    parameter.abs().sum().backward()
    made.step()
    assert 0 < abs(parameter.item()) < abs(1 + 2j)


def test_unknown_optimizer_lists_the_known_ones():
    with pytest.raises(EngineError, match=r"Optimizer: expected one of SGD, Adam, .*found 'Adamm'") as caught:
        make_optimizer(torch.nn.Linear(2, 1).parameters(), TrainingOptions(optimizer="Adamm"))
    assert caught.value.code == "Option"


def test_constant_and_steps():
    for text in ("", "None"):
        assert rates(3, learning_rate=0.1, learning_rate_schedule=text) == [0.1] * 3
    assert rates(5, learning_rate=0.1, learning_rate_schedule="1,0.01;3,0.001") == [0.1, 0.01, 0.01, 0.001, 0.001]


@pytest.mark.parametrize("text", ["1", "1,2,3", "-1,0.1", "1.5,0.1", "1,-0.1", "1,nan", "cosinus", "1,0.1;1,0.2"])
def test_wrong_schedules(text):
    with pytest.raises(EngineError, match=r"LearningRateSchedule"):
        rates(learning_rate_schedule=text)


def test_cosine_is_that_of_torch():
    optimizer = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=0.1)
    theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
    expected = []
    for _ in range(10):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        theirs.step()
    assert rates(learning_rate=0.1, learning_rate_schedule="Cosine") == pytest.approx(expected)


def test_warm_up_rises_linearly():
    assert rates(4, learning_rate=1.0, warmup_epochs=3, learning_rate_schedule="") == pytest.approx(
        [0.25, 0.5, 0.75, 1.0]
    )
    cosine = rates(6, learning_rate=1.0, warmup_epochs=2, learning_rate_schedule="Cosine")
    assert cosine[:3] == pytest.approx([1 / 3, 2 / 3, 1.0])
    assert cosine[5] == pytest.approx(0.5 * (1 + math.cos(math.pi * 3 / 4)))


@pytest.mark.parametrize("gain", [0.5, 2e-4, 5e-5])
def test_plateau_is_that_of_torch(gain):
    """A gain of less than a ten-thousandth is none."""
    losses = [1.0, 0.5, *[0.6] * 9, 0.4, *[0.4 * (1 - gain) ** i for i in range(9)], *[0.4] * 7]
    made = LearningRates(TrainingOptions(learning_rate=1.0, learning_rate_schedule="plateau", num_epochs=60))
    optimizer = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=1.0)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=PLATEAU_FACTOR, patience=PLATEAU_PATIENCE)
    ours, expected = [], []
    for epoch, loss in enumerate(losses):
        ours.append(made.rate(epoch))
        expected.append(optimizer.param_groups[0]["lr"])
        made.after(loss)
        theirs.step(loss)
    assert ours == pytest.approx(expected)
    assert ours[-1] < 1
