"""Random networks: the engine of the host gives what torch gives, in both formats."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

import native_network
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from network_formats import exported, scripted
from random_networks import N_VARIABLES, make, sources

from torchmva._engine.graph import describe

N_EXAMPLES = int(os.environ.get("TORCHMVA_TEST_NETWORKS", "25"))
TOLERANCE = 1e-5
SETTINGS = settings(
    max_examples=N_EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking a network takes longer than reading one
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("networks")


@pytest.mark.parametrize("written", [exported, scripted])
@SETTINGS
@given(source=sources(), seed=st.integers(0, 1000))
def test_native_agrees_with_torch(written: Any, folder: Path, source: str, seed: int) -> None:
    model = make(source, folder, seed)
    rows = torch.randn(64, N_VARIABLES)
    description = describe(written(model), N_VARIABLES)
    with torch.no_grad():
        expected = model(rows.clone()).reshape(64, -1).numpy()
        exact = copy.deepcopy(model).double()(rows.double()).reshape(64, -1).numpy()
    scale = np.abs(exact).max()
    # where rounding alone is of the size of the tolerance in torch, nothing can be asked of another implementation
    assume(np.isfinite(exact).all() and scale > 0)
    assume(np.abs(expected - exact).max() <= 0.2 * TOLERANCE * scale)
    found = native_network.evaluate(description, rows.numpy())
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= TOLERANCE * scale


@pytest.mark.parametrize("written", [exported, scripted])
@SETTINGS
@given(source=sources(), seed=st.integers(0, 1000), column=st.integers(0, N_VARIABLES - 1))
def test_nan_goes_where_it_goes_in_torch(written: Any, folder: Path, source: str, seed: int, column: int) -> None:
    model = make(source, folder, seed)
    rows = torch.randn(3, N_VARIABLES)
    rows[1, column] = torch.nan
    with torch.no_grad():
        expected = model(rows.clone()).reshape(3, -1).numpy()
    found = native_network.evaluate(describe(written(model), N_VARIABLES), rows.numpy())
    assert np.array_equal(np.isnan(found), np.isnan(expected))
