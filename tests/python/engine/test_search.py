"""The search for options: that it finds better ones, again the same, and what it says when it cannot."""

from __future__ import annotations

import re
import sys

import numpy as np
import pytest
import torch
from engine_helpers import define, network
from sklearn.metrics import r2_score, roc_auc_score
from test_trees import settings as tree_settings

from torchmva._engine import (
    automatic,
    figures,
    loop,
    network_search,
    parameters,
    search,
    training,
    tree_search,
    usercode,
)
from torchmva._engine.errors import EngineError
from torchmva._engine.log import Log
from torchmva._engine.parameters import Parameter

CLASSIFICATION = (2, "Classification", 2, 0)


class Rings:
    """A disc of signal in a sea of background: no straight line separates them."""

    def __init__(self, n=600):
        generator = np.random.default_rng(5)
        self.inputs = generator.normal(size=(n, 2)).astype(np.float32)
        self.classes = (np.hypot(*self.inputs.T) > 1.1).astype(np.int32)
        self.weights = generator.uniform(0.5, 1.5, n).astype(np.float32)

    def request(self):
        return {
            "inputs": self.inputs,
            "targets": None,
            "classes": self.classes,
            "weights": self.weights,
            "n_validation": 200,
            "rows": None,
        }


@pytest.fixture(autouse=True)
def one_thread():
    """Waiting threads would take longer than the work."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def tune(session, log):
    """Searches for a network of options on Rings; returns the best options, and the lines of the trials."""

    def run(shape=CLASSIFICATION, data=None, search_settings=None, **options):
        made = session(
            "", shape, **{"layout": "8", "shuffle": True, "num_epochs": 6, "learning_rate": 1e-5, "seed": 3, **options}
        )
        found = dict(made.tune(**(data or Rings().request()), settings=search_settings or search.Settings(n_trials=8)))
        return found, trial_lines(log)

    return run


def trial_lines(log):
    return [text for _, text in log.lines if text[:5].strip().isdigit()]


def figures_of(lines):
    return [float(line.split()[1]) for line in lines if line.split()[1] != "-"]


def test_it_finds_a_learning_rate_that_learns(tune):
    settings = search.Settings(n_trials=8, parameters="LearningRate(0.00001..0.1)")
    found, lines = tune(search_settings=settings)
    assert "(as booked)" in lines[0]
    assert len(lines) == 8
    assert max(figures_of(lines)) > figures_of(lines)[0] + 0.2
    assert float(found["LearningRate"]) > 1e-3


def outputs_with(session, found, shape, request, **options):
    """Outputs for all events of a training with options that a search has found, as C++ hands them over: texts."""
    types = {"LearningRate": float, "Dropout": float, "BatchSize": int}
    values = {parameters_in_python(name): types.get(name, str)(value) for name, value in found.items()}
    made = session("", shape, **{"shuffle": True, "num_epochs": 6, "seed": 3, **options, **values})
    made.train(**request, progress=False)
    outputs = np.empty((600, shape[2]), dtype=np.float32)
    made.predict(request["inputs"], outputs)
    return outputs


def parameters_in_python(name):
    """``LearningRate`` to ``learning_rate``."""
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).removeprefix("_")


def test_what_is_logged_is_what_a_training_gives(tune, session):
    """The area of the best trial is that of a training with the same options, dropout included, by scikit-learn."""
    text = "LearningRate(0.001..0.1);Layout(8|16);Dropout(0.1..0.3);Optimizer(Adam|AdamW)"
    found, lines = tune(search_settings=search.Settings(n_trials=3, parameters=text), dropout=0.2, weight_decay=-1.0)
    data = Rings()
    # AdamW and Adam have weight decays of their own unless that is an option
    outputs = outputs_with(session, found, CLASSIFICATION, data.request(), weight_decay=-1.0)
    area = roc_auc_score(data.classes[400:] == 0, outputs[400:, 0], sample_weight=data.weights[400:])
    assert max(figures_of(lines)) == pytest.approx(area, abs=2e-5)


def test_a_trial_trains_one_network_without_calibration(tune, monkeypatch):
    seen = []
    run = training.run_default

    def watched(job, *arguments, **keywords):
        seen.append((job.options.ensemble_size, job.options.calibrate, job.options.continue_training))
        return run(job, *arguments, **keywords)

    monkeypatch.setattr(training, "run_default", watched)
    tune(search_settings=search.Settings(n_trials=2), num_epochs=1, ensemble_size=3, calibrate=True)
    assert seen == [(1, False, False)] * 2


def test_only_the_first_trial_warns(log):
    quiet = network_search._quiet_after_first(Log(log.write))
    for number in range(3):
        trial = quiet()
        trial.info(f"trial {number}")
        trial.warning(f"of trial {number}")
    assert [text for _, text in log.lines] == ["of trial 0"]


def test_a_trial_has_as_many_epochs_as_a_training(tune, session, monkeypatch):
    """The epochs of a regression follow the size of the batches where they are not given."""
    monkeypatch.setattr(automatic, "REGRESSION_BATCHES", 250)
    request = Rings().request()
    request.update(targets=np.hypot(*request["inputs"].T).reshape(-1, 1), classes=None)
    shape, options = (2, "Regression", 1, 0), {"num_epochs": -1, "learning_rate": 0.02, "layout": "8"}
    settings = search.Settings(n_trials=2, parameters="BatchSize(400|20)")
    _, lines = tune(shape=shape, data=request, search_settings=settings, batch_size=400, **options)
    for size, line in (("400", lines[0]), ("20", lines[1])):
        outputs = outputs_with(session, {"BatchSize": size}, shape, request, **options)
        y, w = request["targets"][400:], request["weights"][400:]
        mean = np.average(y[:, 0], weights=w)
        rms = [np.average(np.square(v), weights=w) for v in (outputs[400:, 0] - y[:, 0], y[:, 0] - mean)]
        assert float(line.split()[1]) == pytest.approx(np.sqrt(rms[0] / rms[1]), abs=2e-5)
        assert f"BatchSize={size}" in line


def test_the_same_seed_makes_the_same_search(tune, log):
    settings = search.Settings(n_trials=4)
    _, first = tune(search_settings=settings)
    log.lines.clear()
    _, second = tune(search_settings=settings)
    assert first == second
    log.lines.clear()
    _, other = tune(search_settings=search.Settings(n_trials=4, seed=2))
    assert other != first


def test_torchs_generator_stays_as_it_is(session):
    made = session("", CLASSIFICATION, layout="4", num_epochs=1)
    state = torch.get_rng_state()
    made.tune(**Rings().request(), settings=search.Settings(n_trials=2))
    assert torch.equal(torch.get_rng_state(), state)


def test_the_built_in_ranges_contain_what_was_booked(tune):
    found, lines = tune(learning_rate=0.01, layout="7", batch_size=33)  # of 400: no larger batch is tried
    assert "BatchSize=33" in lines[0]
    assert "Layout=7" in lines[0]
    assert set(found) == {"LearningRate", "BatchSize", "WeightDecay", "Layout", "Dropout"}


def test_the_built_in_ranges_are_those_of_the_manual():
    """docs/tuning.md, "What is varied"."""
    ranges = {p.name: p.choices or (p.low, p.high) for p in network_search._BUILT_IN}
    assert ranges == {
        "LearningRate": (0.0001, 0.1),
        "BatchSize": (32, 64, 128, 256, 512, 1024),
        "WeightDecay": (0, 0.00001, 0.0001, 0.001, 0.01),
        "Layout": ("32,32", "64,64", "128,128", "256,256", "64,64,64", "128,128,128"),
        "Dropout": (0, 0.5),
    }
    assert {name: (p.low, p.high) for name, p in tree_search._BUILT_IN.items()} == {
        "NTrees": (50, 1000),
        "MaxDepth": (2, 6),
        "Shrinkage": (0.02, 1),
        "MinNodeSize": (0.2, 10),
    }


def test_no_batch_is_larger_than_the_sample():
    built_in = next(p for p in network_search._BUILT_IN if p.name == "BatchSize")
    assert network_search._fitting(built_in, 33, 400).choices == (33, 32, 64, 128, 256)
    assert network_search._fitting(built_in, 64, 64).choices == (64, 32)
    decay = next(p for p in network_search._BUILT_IN if p.name == "WeightDecay")
    assert network_search._fitting(decay, 0.2, 1).choices == (0.2, 0.0, 1e-5, 1e-4, 1e-3, 1e-2)


def test_trees_need_validation_events_of_every_class(log):
    data = Rings(50)
    with pytest.raises(EngineError, match="of every class"):
        tree_search.tune(
            log.write, search.Settings(), tree_settings(), data.inputs, np.zeros(50, dtype=np.int32), data.weights
        )


def test_bad_trials_are_given_up(tune):
    settings = search.Settings(n_trials=12, parameters="LearningRate(0.000001..0.1)")
    _, lines = tune(search_settings=settings, learning_rate=0.05, num_epochs=10)
    given_up = [line for line in lines if "given up after epoch" in line]
    assert given_up
    assert all(line.split()[1] == "-" for line in given_up)
    assert all(int(re.search(r"epoch (\d+)", line)[1]) >= 10 // 3 for line in given_up), "a third goes by"


def test_the_time_limit_ends_the_search(tune, log):
    _, lines = tune(search_settings=search.Settings(n_trials=1000, max_seconds=0.3))
    assert 1 <= len(lines) < 100
    assert any("The time is over" in text for _, text in log.lines)


def test_a_model_of_the_user_is_searched_in_the_loop_only(session, log):
    define(build_model=lambda n_in, n_out: network(n_in, n_out))
    made = session("", CLASSIFICATION, learning_rate=1e-5, num_epochs=4)
    before = [p.clone() for p in made._model.parameters()]
    found = dict(made.tune(**Rings().request(), settings=search.Settings(n_trials=4)))
    assert set(found) == {"LearningRate", "BatchSize", "WeightDecay"}
    assert all(torch.equal(a, b) for a, b in zip(before, made._model.parameters(), strict=True))
    with pytest.raises(EngineError, match="expected one of .*found 'Layout'"):
        made.tune(**Rings().request(), settings=search.Settings(parameters="Layout(8|16)"))


def test_a_train_func_has_no_parameters(session, log):
    define(model=network(2, 2), train_func=lambda model, *_, **__: model)
    made = session("", CLASSIFICATION)
    assert made.tune(**Rings().request(), settings=search.Settings()) == []
    assert any("no parameters that can be optimised" in text for text in log.warnings())


@pytest.mark.parametrize(("kind", "n_classes"), [("Multiclass", 3), ("Regression", 1)])
def test_other_analyses(tune, kind, n_classes):
    data = Rings().request()
    if kind == "Regression":
        data.update(targets=np.hypot(*data["inputs"].T).reshape(-1, 1), classes=None)
    else:
        data["classes"] = np.digitize(np.hypot(*data["inputs"].T), [0.8, 1.4]).astype(np.int32)
    settings = search.Settings(n_trials=6, parameters="LearningRate(0.00001..0.1)")
    found, lines = tune(shape=(2, kind, n_classes, 0), data=data, search_settings=settings)
    all_figures = figures_of(lines)
    best = min(all_figures) if kind == "Regression" else max(all_figures)
    assert abs(best - all_figures[0]) > 0.1
    best_line = next(line for line in lines if line.split()[1] == f"{best:.5f}")
    assert f"LearningRate={found['LearningRate']}" in best_line


def test_an_interrupt_ends_the_search_with_the_best_until_then(tune, log, monkeypatch):
    original = loop.TrainingLoop._train_epoch
    epochs = []

    def interrupted(self, epoch):
        epochs.append(epoch)
        if len(epochs) == 6 + 3:  # in the second trial
            raise KeyboardInterrupt
        return original(self, epoch)

    monkeypatch.setattr(loop.TrainingLoop, "_train_epoch", interrupted)
    found, lines = tune(learning_rate=0.01)
    assert len(lines) == 1
    assert found["LearningRate"] == "0.01"
    assert any("interrupted in trial 2" in text for text in log.warnings())


def test_an_interrupt_in_the_first_trial_is_an_error(tune, monkeypatch):
    def interrupted(self, epoch):
        raise KeyboardInterrupt

    monkeypatch.setattr(loop.TrainingLoop, "_train_epoch", interrupted)
    with pytest.raises(EngineError, match="Interrupted"):
        tune()


def test_a_trial_without_a_finite_loss_is_a_bad_one(tune):
    settings = search.Settings(n_trials=3, parameters="LearningRate(0.01|1e30)")
    found, lines = tune(search_settings=settings, learning_rate=1e30, optimizer="SGD")
    assert "not finite" in lines[0]
    assert found == {"LearningRate": "0.01"}


# ---- trees -----------------------------------------------------------------------------------------------------------


def test_trees(log):
    data = Rings()
    settings = tree_settings(n_trees=1, shrinkage=0.02, max_depth=1, min_node_size=0.2)
    runs = [
        tree_search.tune(log.write, search.Settings(n_trials=6), settings, data.inputs, data.classes, data.weights)
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert set(runs[0].values) == {"NTrees", "MaxDepth", "Shrinkage", "MinNodeSize"}
    assert runs[0].figure > 0.95


@pytest.mark.parametrize("kind", ["Classification", "Multiclass", "Regression"])
def test_trees_are_compared_by_what_they_give(log, kind):
    data = Rings()
    radius = np.hypot(*data.inputs.T)
    truth = {
        "Classification": data.classes,
        "Multiclass": np.digitize(radius, [0.8, 1.4]).astype(np.int32),
        "Regression": radius.reshape(-1, 1),
    }[kind]
    settings = search.Settings(n_trials=6, parameters="NTrees(1|60)")
    found = tree_search.tune(log.write, settings, tree_settings(kind, n_trees=1), data.inputs, truth, data.weights)
    assert found.values == {"NTrees": 60}
    assert abs(found.figure - found.booked_figure) > 0.05


def test_options_of_trees_are_in_the_units_of_the_user():
    """MinNodeSize is in per cent, however the method was booked."""
    settings = tree_settings(n_trees=70, max_depth=4, shrinkage=0.3, min_node_size=0.025, n_cuts=30, huber_quantile=0.6)
    booked = tree_search._booked(settings, 1000)
    assert booked == {
        "NTrees": 70,
        "MaxDepth": 4,
        "Shrinkage": 0.3,
        "MinNodeSize": 2.5,
        "nCuts": 30,
        "HuberQuantile": 0.6,
    }
    assert tree_search._booked(tree_settings(min_node_events=37), 1000)["MinNodeSize"] == 3.7
    changed = tree_settings(min_node_events=37)
    for name, value in booked.items():
        changed = tree_search._APPLY[name](changed, value)
    assert changed == settings


def test_trees_validate_on_the_last_fifth_of_every_class():
    classes = np.array([0] * 10 + [1] * 5 + [2], dtype=np.int32)
    assert np.flatnonzero(tree_search.validation_rows(classes)).tolist() == [8, 9, 14, 15]


# ---- parameters, figures, errors --------------------------------------------------------------------------------------


BOOKED = {"LearningRate": 0.001, "BatchSize": 100, "Layout": "64,64", "BatchNorm": False, "Dropout": 0.0}
BUILT_IN = {"Dropout": Parameter("Dropout", low=0.0, high=0.5)}


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e-5, 0.2 + 0.1, 2.0, 123456789.123456])
def test_texts_of_values_are_exact(value):
    assert float(parameters.text_of(value)) == value
    assert len(parameters.text_of(0.1)) == 3


def test_parameters_are_typed_as_their_options():
    text = "learningrate(1e-4..1e-1); Layout(64,64|8) ;BatchSize(10..50);BatchNorm(True|false);dropout"
    assert parameters.parse(text, BUILT_IN, BOOKED) == [
        Parameter("LearningRate", low=1e-4, high=0.1),
        Parameter("Layout", choices=("64,64", "8")),
        Parameter("BatchSize", low=10, high=50, is_integer=True),
        Parameter("BatchNorm", choices=(True, False)),
        BUILT_IN["Dropout"],
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Learn(1..2)", "expected one of .*LearningRate.*, found 'Learn'"),
        ("LearningRate", "expected a range or values for LearningRate"),
        ("LearningRate(1..x)", "expected a number"),
        ("LearningRate(2..1)", "whose lower end is smaller"),
        ("LearningRate(1", "expected a name, with a range"),
        ("Layout(1..2)", "no number"),
        ("BatchSize(1.5|2)", "whole numbers"),
        ("BatchNorm(maybe)", "True or False"),
        ("Dropout;Dropout", "every name once"),
        ("Dropout;;", "expected a name"),
    ],
)
def test_bad_parameters(text, message):
    with pytest.raises(EngineError, match=message) as caught:
        parameters.parse(text, BUILT_IN, BOOKED)
    assert caught.value.code == "Option"


def test_figures():
    generator = np.random.default_rng(1)
    response = np.round(generator.normal(size=300), 1)  # with ties
    is_signal, weights = generator.random(300) < 0.5, generator.uniform(0.1, 2, 300)
    expected = roc_auc_score(is_signal, response, sample_weight=weights)
    assert figures.roc_integral(response, is_signal, weights) == pytest.approx(expected, abs=1e-12)
    targets = generator.normal(3, 2, size=(300, 2))
    constant = np.average(targets, axis=0, weights=weights)[None, :].repeat(300, 0)
    assert figures.relative_rms(constant, targets, weights) == pytest.approx(1)


def test_the_figure_of_a_regression_is_that_of_scikit_learn():
    """The root of 1 - R2, mean over the targets; events of negative weight do not count, a constant has width 1."""
    generator = np.random.default_rng(2)
    targets = generator.normal([3, -50], [2, 10], size=(200, 2))
    predicted = targets + generator.normal(0.3, [1, 7], size=(200, 2))
    weights = generator.uniform(-0.5, 2, 200)
    positive = weights > 0
    r2 = r2_score(targets[positive], predicted[positive], sample_weight=weights[positive], multioutput="raw_values")
    figure = figures.Figure("Regression", "RMS")
    assert figure(predicted, targets, weights) == pytest.approx(np.sqrt(1 - r2).mean(), rel=1e-9)
    assert (figure.name, figure.is_larger_better) == ("RMS", False)
    constant = np.full((200, 1), 4.0)
    assert figures.relative_rms(constant + 3, constant, weights) == pytest.approx(3)


@pytest.mark.parametrize("signal", [0, 1])
def test_the_figure_of_two_classes_takes_the_column_of_the_signal(signal):
    generator = np.random.default_rng(3)
    classes, weights = generator.integers(0, 2, 200), generator.uniform(0.1, 2, 200)
    outputs = generator.uniform(size=(200, 2))
    outputs[:, 0] += 0.3 * (classes == 0)
    figure = figures.Figure("Classification", "ROCIntegral", signal)
    expected = roc_auc_score(classes == signal, outputs[:, signal], sample_weight=weights)
    assert figure(outputs, classes, weights) == pytest.approx(expected, abs=1e-12)
    one = outputs[:, signal : signal + 1]
    assert figure(one, classes, weights) == pytest.approx(expected, abs=1e-12)
    assert figure.is_larger_better


def test_the_figure_of_more_classes_is_the_mean_of_each_against_the_rest():
    generator = np.random.default_rng(4)
    classes, weights = generator.integers(0, 3, 200), generator.uniform(0.1, 2, 200)
    outputs = generator.uniform(size=(200, 3)) + 0.3 * np.eye(3)[classes]
    expected = np.mean(
        [roc_auc_score(classes == number, outputs[:, number], sample_weight=weights) for number in range(3)]
    )
    assert figures.Figure("Multiclass", "rocintegral")(outputs, classes, weights) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("options", "request_changes", "code", "message"),
    [
        ({"n_trials": 0}, {}, "Option", "NumTrials: expected at least 1"),
        ({"figure": "Separation"}, {}, "Argument", "expected ROCIntegral, found 'Separation'"),
        ({"parameters": "Dropout(0.5..2)"}, {}, "Option", "Option Dropout"),
        ({}, {"classes": np.zeros(600, dtype=np.int32)}, "Data", "of every class"),
        ({}, {"weights": np.full(600, np.nan, dtype=np.float32)}, "Data", "of every class"),
    ],
)
def test_what_cannot_be_searched(tune, options, request_changes, code, message):
    with pytest.raises(EngineError, match=message) as caught:
        tune(data={**Rings().request(), **request_changes}, search_settings=search.Settings(**options))
    assert caught.value.code == code


def test_without_optuna_it_says_what_to_install(tune, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(EngineError, match=r"pip install 'torchmva\[tune\]'") as caught:
        tune()
    assert caught.value.code == "Python"


def test_the_user_code_is_not_asked_again(session):
    calls = []
    define(build_model=lambda n_in, n_out: calls.append(1) or network(n_in, n_out))
    made = session("", CLASSIFICATION, num_epochs=1)
    made.tune(**Rings().request(), settings=search.Settings(n_trials=3))
    assert len(calls) == 1
    assert usercode.DICTIONARY in sys.modules["__main__"].__dict__


def make_search(log, *searched, **settings):
    return search.Search(
        search.Settings(**settings), searched, {}, Log(log.write), figure_name="x", is_larger_better=True
    )


def test_all_trials_failed(log):
    with pytest.raises(EngineError, match="None of the 3 trials"):
        make_search(log, Parameter("a", low=0, high=1), n_trials=3).run(lambda values, report: float("nan"))


def test_nothing_is_tried_twice(log):
    tried = []

    def objective(values, report):
        tried.append(tuple(values.values()))
        return float(values["a"] == 2 and values["b"] == "x")

    searched = (Parameter("a", choices=(1, 2, 3)), Parameter("b", choices=("x", "y")))
    found = make_search(log, *searched, n_trials=50).run(objective)
    assert sorted(tried) == [(a, b) for a in (1, 2, 3) for b in ("x", "y")]
    assert (found.values, found.figure) == ({"a": 2, "b": "x"}, 1)
    said = [text for _, text in log.lines if "nothing new to try" in text]
    assert said == ["There is nothing new to try: the search ends after 6 trials"]
