"""Outputs for many rows, and what the user's prediction function may return."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from torchmva._engine import prediction
from torchmva._engine.errors import EngineError


@pytest.mark.parametrize("n", [1, 4, 5, 6, 10, 23])
def test_chunks_give_what_all_rows_at_once_give(n: int) -> None:
    model = nn.Linear(3, 2)
    rows, outputs, sizes = torch.randn(n, 3), torch.full((n, 2), float("nan")), []

    def watched(chunk: torch.Tensor) -> torch.Tensor:
        sizes.append(len(chunk))
        assert torch.is_inference_mode_enabled()
        return model(chunk)

    prediction.predict_into(watched, rows, outputs, chunk=5)
    assert sizes == [5] * (n // 5) + ([n % 5] if n % 5 else [])
    expected = rows.numpy() @ model.weight.detach().numpy().T + model.bias.detach().numpy()
    np.testing.assert_allclose(outputs.numpy(), expected, rtol=1e-5, atol=1e-6)


def test_a_squeezed_output_is_one_column() -> None:
    outputs = torch.zeros(7, 1)
    prediction.predict_into(lambda rows: rows.sum(1), torch.arange(14.0).reshape(7, 2), outputs, chunk=3)
    assert outputs[:, 0].tolist() == [4 * i + 1 for i in range(7)]


@pytest.mark.parametrize(
    ("model", "found"),
    [
        (lambda rows: rows, r"shape \[4, 2\], found \[4, 3\]"),
        (lambda rows: rows[:3, :2], r"shape \[4, 2\], found \[3, 2\]"),
        (lambda rows: [rows], r"found list"),
        (lambda rows: rows.nothing, r"failed on rows of 3 variables"),
    ],
)
def test_outputs_that_do_not_fit(model: Any, found: str) -> None:
    with pytest.raises(EngineError, match=found) as caught:
        prediction.predict_into(model, torch.zeros(4, 3), torch.zeros(4, 2))
    assert caught.value.code == "Model"


@pytest.mark.parametrize(
    ("given", "rows", "expected"),
    [
        ((4, 2), 4, (4, 2)),
        ((4,), 4, (4, 1)),
        ((3,), 1, (1, 3)),
        ((), 1, (1, 1)),
        ((1,), 1, (1, 1)),
        ((1, 3), 1, (1, 3)),
        ((4, 1), 4, (4, 1)),
        ((3,), 4, None),
        ((4, 2, 1), 4, None),
        ((3, 2), 4, None),
    ],
)
def test_outputs_as_a_matrix(given: tuple[int, ...], rows: int, expected: tuple[int, ...] | None) -> None:
    output = torch.arange(float(np.prod(given, dtype=int))).reshape(given)
    if expected is None:
        with pytest.raises(EngineError, match="does not fit"):
            prediction.as_matrix(output, rows, "2")
        return
    made = prediction.as_matrix(output, rows, "2")
    assert tuple(made.shape) == expected
    assert torch.equal(made.flatten(), output.flatten())


@pytest.mark.parametrize(
    ("shape", "rows", "widths", "expected"),
    [
        ((4, 2), 4, (2, 1), (4, 2)),
        ((4, 1), 4, (2, 1), (4, 1)),
        ((4,), 4, (2, 1), (4, 1)),
        ((2,), 1, (2, 1), (1, 2)),
        ((), 1, (2, 1), (1, 1)),
        ((4,), 4, (2,), None),
        ((4, 3), 4, (2, 1), None),
        ((3, 2), 4, (2, 1), None),
        ((3,), 1, (2, 1), None),
        ((4, 2, 1), 4, (2, 1), None),
    ],
)
def test_predictions_of_the_user_as_a_matrix(
    shape: tuple[int, ...], rows: int, widths: tuple[int, ...], expected: tuple[int, ...] | None
) -> None:
    given = np.arange(float(np.prod(shape, dtype=int))).reshape(shape)
    if expected is None:
        with pytest.raises(EngineError, match="one row an event|one row per event") as caught:
            prediction.check_prediction(given, rows, widths)
        assert caught.value.code == "UserCode"
        return
    made = prediction.check_prediction(given, rows, widths)
    assert made.shape == expected
    assert np.array_equal(made.ravel(), given.ravel())


@pytest.mark.parametrize(
    "given",
    [
        torch.tensor([[1.0, 2.0]], requires_grad=True),
        torch.tensor([[1.0, 2.0]], dtype=torch.float64),
        [torch.tensor([1.0, 2.0], requires_grad=True)],
        ([1, 2],),
        np.array([[1, 2]]),
        [[True, 2]],
    ],
)
def test_numbers_of_any_kind_become_an_array(given: Any) -> None:
    assert np.array_equal(prediction.to_array(given), [[1, 2]])


@pytest.mark.parametrize("given", [None, "12", [[1], [1, 2]], [["a"]], {}])
def test_what_is_no_numbers_is_refused(given: Any) -> None:
    with pytest.raises(EngineError, match="must return an array or tensor of numbers"):
        prediction.to_array(given)
