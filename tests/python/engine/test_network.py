"""The network that options make."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from torchmva._engine import network
from torchmva._engine.errors import EngineError
from torchmva._engine.options import TrainingOptions
from torchmva._engine.probe import Shape


def build(kind: str = "Classification", n_outputs: int = 2, **options) -> network.Network:
    return network.build(Shape(3, kind, n_outputs), TrainingOptions(**options))


@pytest.mark.parametrize(
    ("text", "widths"), [("64,64", [64, 64]), ("", []), (" 8 , 4,", [8, 4]), ("1048576", [1 << 20])]
)
def test_layouts(text, widths):
    assert network.parse_layout(text) == widths


@pytest.mark.parametrize("text", ["a", "64,-1", "0", "3.5", "64;64", "8,,8", "99999999"])
def test_wrong_layouts(text):
    with pytest.raises(EngineError, match=r"Layout.*such as 64,64.*found") as caught:
        network.parse_layout(text)
    assert caught.value.code == "Option"


def test_wrong_activation_lists_the_right_ones():
    with pytest.raises(EngineError, match=r"Activation.*ReLU, LeakyReLU.*found 'Rlu'"):
        build(activation="Rlu")


@pytest.mark.parametrize("activation", [type_.__name__ for type_ in network.ACTIVATIONS.values()])
def test_every_option_gives_a_network_that_can_be_scripted_and_exported(activation):
    made = build(layout="5,5", activation=activation, batch_norm=True, dropout=0.1, residual=True).eval()
    x = torch.randn(7, 3)
    assert torch.allclose(made(x).sum(1), torch.ones(7))
    assert torch.equal(torch.jit.script(made)(x), made(x))
    assert torch.allclose(torch.export.export(made, (x,)).module()(x), made(x))


def test_residual_adds_the_input_where_the_widths_agree():
    layer = network.HiddenLayer(4, 4, TrainingOptions(residual=True, activation="ReLU")).eval()
    plain = network.HiddenLayer(4, 4, TrainingOptions(activation="ReLU")).eval()
    plain.load_state_dict(layer.state_dict())
    x = torch.randn(5, 4)
    assert torch.allclose(layer(x), x + plain(x))


def test_standardisation_is_that_of_numpy():
    generator = np.random.default_rng(1)
    x = (generator.normal(size=(5000, 3)) * [1, 100, 0.01] + [0, 5000, 1]).astype(np.float32)
    x[:, 2] = 4
    w = generator.normal(1, 1, size=5000).astype(np.float32)
    y = (10 + 3 * generator.normal(size=(5000, 1))).astype(np.float32)
    made = build("Regression", 1)
    network.standardise(made, torch.from_numpy(x), torch.from_numpy(y), torch.from_numpy(w), TrainingOptions())
    mean = np.average(x.astype(float), axis=0, weights=np.abs(w))
    width = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=np.abs(w)))
    assert np.allclose(made.standardise.mean.numpy(), mean, rtol=1e-5, atol=1e-5)
    assert np.allclose(made.standardise.width.numpy()[:2], width[:2], rtol=1e-4)
    assert made.standardise.width[2] == 1, "a constant variable has no width"
    target_mean = np.average(y[:, 0], weights=np.abs(w))
    assert float(made.target_mean) == pytest.approx(target_mean, rel=1e-5)
    expected = np.sqrt(np.average((y[:, 0] - target_mean) ** 2, weights=np.abs(w)))
    assert float(made.target_width) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("chunk", [1, 7, 100, 1 << 16])
def test_moments_of_any_number_of_chunks_are_those_of_numpy(chunk):
    """Far from zero, where the mean square and the square of the mean are almost the same.

    Sums in double precision leave no more than the last rounding, so that the numbers are equal.
    """
    generator = np.random.default_rng(2)
    x = generator.normal([1e5] + 20 * [-3], [2] + 20 * [0.5], size=(100, 21)).astype(np.float32)
    w = generator.normal(1, 1, size=100).astype(np.float32)
    mean, width = network._moments(torch.from_numpy(x), torch.from_numpy(w), chunk)
    expected = np.average(x.astype(float), axis=0, weights=np.abs(w))
    spread = np.sqrt(np.average((x.astype(float) - expected) ** 2, axis=0, weights=np.abs(w)))
    np.testing.assert_array_equal(mean.numpy(), expected.astype(np.float32))
    np.testing.assert_array_equal(width.numpy(), spread.astype(np.float32))


def test_inputs_as_they_are_without_standardisation():
    made = build()
    x = torch.randn(100, 3) * 50
    network.standardise(made, x, torch.zeros(100, 2), torch.ones(100), TrainingOptions(standardise_inputs=False))
    assert torch.equal(made.standardise.width, torch.ones(3))


def test_outputs_of_a_regression_are_in_units_of_the_target():
    made = build("Regression", 1, layout="")
    made.target_mean.fill_(7)
    made.target_width.fill_(3)
    x = torch.randn(4, 3)
    assert torch.allclose(made(x), 3 * made.scores(x) + 7)
