"""torchmva._engine.trees against LightGBM itself; neither ROOT nor C++ nor torch is needed."""

from __future__ import annotations

import sys
from typing import Any

import lightgbm
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import GradientBoostingRegressor

from torchmva._engine import trees
from torchmva._engine.errors import EngineError


def settings(kind: str = "Classification", **changes: Any) -> trees.Settings:
    values: dict[str, Any] = {
        "kind": kind,
        "n_classes": {"Classification": 2, "Multiclass": 3, "Regression": 1}[kind],
        "signal_class": 0,
        "n_trees": 40,
        "max_depth": 3,
        "min_node_size": 0.02,
        "min_node_events": 0,
        "n_cuts": 20,
        "shrinkage": 0.2,
        "bagged_fraction": 0.6,
        "bagged_events": 0,
        "variable_fraction": 1.0,
        "loss": "Huber",
        "huber_quantile": 0.7,
        "keep_class_sums": True,
        "signal_to_background": 1.0,
        "seed": 100,
    }
    return trees.Settings(**{**values, **changes})


def sample(kind: str, n: int = 1500) -> tuple[Any, Any, Any]:
    """Inputs, truth and weights as C++ hands them over."""
    random = np.random.default_rng(2)
    inputs = random.normal(size=(n, 4)).astype(np.float32)
    inputs[:, 3] = np.round(inputs[:, 3])  # few values
    score = inputs[:, 0] * inputs[:, 1] + inputs[:, 3] + 0.3 * random.normal(size=n)
    weights = random.uniform(0.5, 2, n).astype(np.float32)
    if kind == "Regression":
        return inputs, score.astype(np.float32).reshape(-1, 1), weights
    classes = np.digitize(score, [0] if kind == "Classification" else [-0.7, 0.7])
    return inputs, classes.astype(np.int32), weights


def walk(found: trees.Trees, inputs: Any, n_outputs: int = 1) -> Any:
    """Sums of the leaves, tree t for output t mod n_outputs: right where the float is not below the cut."""
    sums = np.zeros((len(inputs), n_outputs))
    first = 0
    rows = np.arange(len(inputs))
    for t, size in enumerate(found.sizes):
        part = slice(first, first + size)
        variables, cuts, left, right, values = (
            column[part] for column in (found.variables, found.cuts, found.left, found.right, found.values)
        )
        at = np.zeros(len(inputs), dtype=int)
        while (variables[at] >= 0).any():
            inner = variables[at] >= 0
            is_right = inputs[rows, np.maximum(variables[at], 0)] >= cuts[at]
            at = np.where(inner, np.where(is_right, right[at], left[at]), at)
        sums[:, t % n_outputs] += values[at]
        first += size
    return sums


@pytest.fixture
def booster(monkeypatch):
    """The last model that LightGBM trained, as text."""
    texts: list[str] = []
    flat = trees._flat
    monkeypatch.setattr(trees, "_flat", lambda text, *rest, **named: texts.append(text) or flat(text, *rest, **named))
    return lambda: lightgbm.Booster(model_str=texts[-1])


def train(wanted: trees.Settings, data: tuple[Any, Any, Any], log: Any = lambda *_: None, **options: Any) -> Any:
    return trees.train(log, wanted, *data, **options)


def same(a: trees.Trees, b: trees.Trees) -> bool:
    return a.start == b.start and all(
        np.array_equal(getattr(a, name), getattr(b, name))
        for name in ("sizes", "variables", "cuts", "left", "right", "values", "gains")
    )


@pytest.mark.parametrize("max_depth", [1, 3, 9])
def test_two_classes_agree_with_lightgbm(booster, max_depth):
    data = sample("Classification")
    found = train(settings(max_depth=max_depth), data)
    response = np.tanh(walk(found, data[0])[:, 0])
    np.testing.assert_allclose((1 + response) / 2, booster().predict(data[0]), rtol=0, atol=1e-12)
    assert len(found.sizes) == 40
    assert found.sizes.max() <= 2 ** (max_depth + 1) - 1


def test_more_classes_agree_with_lightgbm(booster):
    data = sample("Multiclass")
    sums = walk(train(settings("Multiclass"), data), data[0], n_outputs=3)
    probabilities = np.exp(sums) / np.exp(sums).sum(1, keepdims=True)
    np.testing.assert_allclose(probabilities, booster().predict(data[0]), rtol=0, atol=1e-12)


@pytest.mark.parametrize("loss", ["Huber", "AbsoluteDeviation", "LeastSquares"])
def test_regressions_agree_with_lightgbm(booster, loss):
    data = sample("Regression")
    found = train(settings("Regression", loss=loss), data)
    inputs, truth, weights = data
    np.testing.assert_allclose(walk(found, inputs)[:, 0], booster().predict(inputs, raw_score=True), atol=1e-9)
    if loss == "LeastSquares":
        assert found.start == pytest.approx(np.average(truth[:, 0], weights=weights), rel=1e-6)
    else:
        below = weights[truth[:, 0] < found.start].sum()
        up_to = weights[truth[:, 0] <= found.start].sum()
        assert below < weights.sum() / 2 <= up_to * (1 + 1e-6)
    assert np.std(found.start + walk(found, inputs)[:, 0] - truth[:, 0]) < 0.6 * np.std(truth)


def regression_sample(n: int = 4000) -> tuple[Any, Any]:
    """A smooth target of a large range, as that of tmva_reg_example."""
    random = np.random.default_rng(5)
    inputs = random.uniform(0, 5, size=(n, 2)).astype(np.float32)
    target = 20 * inputs[:, 0] + 8 * inputs[:, 1] ** 2 + 5 * inputs[:, 0] * inputs[:, 1] ** 2 + random.normal(size=n)
    return inputs, target.astype(np.float32)


def rms(found: trees.Trees, inputs: Any, target: Any) -> float:
    response = found.start + walk(found, inputs)[:, 0]
    return float(np.sqrt(np.mean((response - target) ** 2)))


@pytest.mark.parametrize("weighted", [False, True])
def test_leaves_of_hubers_loss_are_those_of_scikit_learn(weighted):
    """Trees of one cut between few values: both find the same cuts, so only the leaves can differ."""
    random = np.random.default_rng(3)
    inputs = random.integers(0, 9, size=(3001, 3)).astype(np.float32)
    target = (inputs[:, 0] ** 2 + 10 * inputs[:, 1] + random.standard_t(2, 3001)).astype(np.float32)
    weights = random.integers(1, 4, 3001).astype(np.float32) if weighted else np.ones(3001, dtype=np.float32)
    found = train(
        settings("Regression", n_trees=60, max_depth=1, min_node_size=1e-3, bagged_fraction=1.0),
        (inputs, target.reshape(-1, 1), weights),
    )
    reference = GradientBoostingRegressor(loss="huber", alpha=0.7, n_estimators=60, max_depth=1, learning_rate=0.2).fit(
        inputs, target, sample_weight=weights
    )
    response = found.start + walk(found, inputs)[:, 0]
    np.testing.assert_allclose(response, reference.predict(inputs), rtol=0, atol=1e-3 * np.std(target))


@pytest.mark.parametrize("loss", ["Huber", "LeastSquares"])
def test_deeper_trees_of_regressions_are_not_worse(loss):
    inputs, target = regression_sample(4000)
    learn, check = slice(2000), slice(2000, None)
    found = {}
    for depth in (3, 6, 9):
        wanted = settings("Regression", loss=loss, n_trees=100, max_depth=depth, min_node_size=0.004)
        data = (inputs[learn], target[learn].reshape(-1, 1), np.ones(2000, dtype=np.float32))
        found[depth] = rms(train(wanted, data), inputs[check], target[check])
        reference = GradientBoostingRegressor(
            loss={"Huber": "huber", "LeastSquares": "squared_error"}[loss],
            alpha=0.7,
            n_estimators=100,
            max_depth=depth,
            learning_rate=0.2,
            min_samples_leaf=4,
            subsample=0.6,
            random_state=1,
        ).fit(inputs[learn], target[learn])
        expected = float(np.sqrt(np.mean((reference.predict(inputs[check]) - target[check]) ** 2)))
        assert found[depth] < 1.2 * expected
    assert found[6] < found[3]
    assert found[9] < 1.1 * found[6]


def test_hubers_loss_goes_on_where_most_events_are_exact():
    inputs, target = regression_sample()
    target = np.where(target > np.quantile(target, 0.8), target, 0).astype(np.float32)
    found = train(settings("Regression"), (inputs, target.reshape(-1, 1), np.ones(len(target), dtype=np.float32)))
    assert found.start == 0
    assert rms(found, inputs, target) < 0.5 * np.std(target)


@given(st.floats(min_value=-(2.0**100), max_value=2.0**100), st.integers(-2, 2))
def test_a_cut_takes_every_float_as_the_threshold_does(threshold, steps):
    x = np.float32(threshold)
    for _ in range(abs(steps)):
        x = np.nextafter(x, np.float32(np.copysign(np.inf, steps)))
    assert (x >= trees._cuts(np.array([threshold]))[0]) == (float(x) > threshold)


def test_threads_make_no_difference_and_seeds_do(monkeypatch):
    data = sample("Multiclass", 4000)
    first = train(settings("Multiclass"), data)
    with monkeypatch.context() as patch:
        patch.setattr(trees, "_FEW_EVENTS", 0)
        assert same(first, train(settings("Multiclass"), data, threads=3))
    assert not same(first, train(settings("Multiclass", seed=101), data))
    assert not same(first, train(settings("Multiclass", variable_fraction=0.5), data))


def test_options_reach_lightgbm():
    parameters = trees._parameters(settings(min_node_size=0.025, bagged_fraction=0.5, max_depth=4), 10_000, 0)
    assert parameters["min_data_in_leaf"] == 125  # 2.5 % of the 5,000 that a tree sees
    assert parameters["num_leaves"] == 16
    assert parameters["bagging_freq"] == 1
    assert parameters == {
        "bagging_fraction": 0.5,
        "bagging_freq": 1,
        "boost_from_average": True,
        "deterministic": True,
        "feature_fraction_bynode": 1.0,
        "force_col_wise": True,
        "learning_rate": 0.2,
        "max_bin": 255,
        "max_depth": 4,
        "min_data_in_bin": 1,
        "min_data_in_leaf": 125,
        "num_class": 1,
        "num_leaves": 16,
        "num_threads": 1,
        "objective": "binary",
        "seed": 100,
        "use_missing": False,
        "verbosity": -1,
    }
    assert trees._parameters(settings(bagged_fraction=1.0), 10_000, 0)["bagging_freq"] == 0
    assert trees._parameters(settings("Multiclass"), 10_000, 0)["num_class"] == 3
    assert not trees._parameters(settings("Regression"), 10_000, 0)["boost_from_average"]
    assert trees._parameters(settings(n_cuts=1000), 10_000, 0)["max_bin"] == 1001
    assert trees._parameters(settings(n_cuts=20), 10_000, 0)["max_bin"] == 255
    assert trees._parameters(settings(n_cuts=-1), 10_000, 0)["max_bin"] == 10_000
    assert trees._parameters(settings(bagged_events=2500), 10_000, 0)["bagging_fraction"] == 0.25
    assert trees._parameters(settings(min_node_events=7), 10_000, 0)["min_data_in_leaf"] == 7
    assert trees._parameters(settings(), 10_000, 8)["num_threads"] == 1
    assert trees._parameters(settings(), 100_000, 8)["num_threads"] == 8
    assert trees._parameters(settings(max_depth=50, min_node_size=0.002), 10_000, 0)["num_leaves"] == 834


def test_the_scale_of_the_weights_makes_no_difference():
    inputs, truth, weights = sample("Regression")
    assert same(
        train(settings("Regression"), (inputs, truth, weights)),
        train(settings("Regression"), (inputs, truth, weights * np.float32(1024))),
    )


def test_two_classes_are_brought_to_the_ratio_asked_for_and_more_are_not():
    classes = np.array([0] * 30 + [1] * 10, dtype=np.int32)
    weights = np.full(40, 3, dtype=np.float32)
    for ratio, expected in ((1.0, 1.0), (4.0, 4.0), (0.0, 3.0)):
        scaled = trees._training_weights(settings(signal_to_background=ratio), classes, weights, trees.Log(print))
        assert scaled[:30].sum() / scaled[30:].sum() == pytest.approx(expected)
        assert scaled.mean() == pytest.approx(1)
    scaled = trees._training_weights(
        settings("Multiclass"), classes + (np.arange(40) < 5) * 2, weights, trees.Log(print)
    )
    assert (scaled == 1).all()


def test_negative_weights_are_left_out_and_made_up_for():
    classes = np.array([0] * 10 + [1] * 10, dtype=np.int32)
    weights = np.ones(20, dtype=np.float32)
    weights[:4] = -0.5
    lines: list[str] = []
    log = trees.Log(lambda _, text: lines.append(text))
    for keep, expected in ((True, 4 / 10), (False, 6 / 10)):
        wanted = settings(keep_class_sums=keep, signal_to_background=0.0)
        scaled = trees._training_weights(wanted, classes, weights, log)
        assert (scaled[:4] == 0).all()
        assert scaled[scaled > 0].mean() == pytest.approx(1)
        assert scaled[4:10].sum() / scaled[10:].sum() == pytest.approx(expected)
    assert all("4 training events of negative weight" in line for line in lines)
    weights[:10] = -1
    with pytest.raises(EngineError, match="positive sum") as caught:
        trees._training_weights(settings(), classes, weights, log)
    assert caught.value.code == "Data"
    assert ("class", "0") in caught.value.context


@given(st.lists(st.tuples(st.floats(-100, 100), st.integers(1, 5)), min_size=1, max_size=30), st.floats(0.01, 1))
def test_weighted_quantiles_are_those_of_repeated_values(pairs, quantile):
    values = np.array([value for value, _ in pairs])
    weights = np.array([weight for _, weight in pairs], dtype=np.float32)
    repeated = np.repeat(values, weights.astype(int))
    found = trees._quantile(values, weights, quantile)
    assert (repeated <= found).mean() >= quantile - 1e-9
    assert (repeated < found).mean() <= quantile + 1e-9
    assert found == trees._quantile(repeated, np.ones(len(repeated)), quantile)


def test_no_cut_to_make_gives_a_constant_and_a_word():
    lines: list[str] = []
    inputs, truth, weights = sample("Classification", 200)
    found = train(settings(), (np.ones_like(inputs), truth, weights), lambda _, text: lines.append(text))
    assert list(found.sizes) == [1]
    assert walk(found, inputs)[:, 0] == pytest.approx(0, abs=1e-6)  # as many signal as background events
    assert any("no cut improves" in line for line in lines)


def test_an_interrupt_ends_the_training(monkeypatch):
    def interrupt(*_arguments, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(lightgbm.Booster, "update", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train(settings(), sample("Classification"))


def test_without_lightgbm_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(EngineError, match=r"pip install 'torchmva\[trees\]'") as caught:
        trees.prepare()
    assert caught.value.code == "Python"


def test_another_model_format_is_refused():
    with pytest.raises(EngineError, match="LightGBM 4"):
        trees._flat("tree\nversion=v9\nTree=0\n", 0.0, np.zeros(1), 1.0)
