"""Parametrised networks, decorrelation, ensembles and calibration: against independent formulas and on toys."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from engine_helpers import define, network
from scipy.optimize import minimize_scalar
from scipy.stats import ks_2samp
from sklearn.metrics import roc_auc_score

from torchmva._engine import calibration, decorrelation, loop, losses, parametrisation
from torchmva._engine.ensemble import Ensemble
from torchmva._engine.errors import EngineError
from torchmva._engine.network import Network
from torchmva._engine.options import TrainingOptions


def predict(made, rows, width=2):
    outputs = np.empty((len(rows), width), dtype=np.float32)
    made.predict(np.ascontiguousarray(rows), outputs)
    return outputs


def make(session, inputs, classes, *, weights=None, n_variables=None, **options):
    """A trained session; the last fifth validates; the variables are x0, x1, ..."""
    columns = {key: options.pop(key) for key in ("spectators", "variable_names") if key in options}
    n = len(inputs)
    shape = (n_variables or inputs.shape[1], "Classification", 2, 0)
    made = session(
        "", shape, **{"seed": 5, "shuffle": True, "batch_size": min(500, n - n // 5), "layout": "16,16", **options}
    )
    names = [f"x{i}" for i in range(inputs.shape[1])]
    made.train(
        inputs=np.ascontiguousarray(inputs, dtype=np.float32),
        targets=None,
        classes=classes.astype(np.int32),
        weights=np.ones(n, dtype=np.float32) if weights is None else weights.astype(np.float32),
        n_validation=n // 5,
        rows=None,
        progress=False,
        **{"variable_names": names, **columns},
    )
    return made


# ---- decorrelation ---------------------------------------------------------------------------------------------------


def numpy_distance_correlation(x, y, w):
    """Squared, straight from the definition: one term after the other."""
    w = w / w.sum()
    n = len(x)

    def centred(v):
        d = np.array([[abs(v[i] - v[j]) for j in range(n)] for i in range(n)])
        mean = np.array([sum(w[j] * d[i, j] for j in range(n)) for i in range(n)])
        return d - mean[:, None] - mean[None, :] + np.dot(w, mean)

    a, b = centred(x), centred(y)
    pairs = np.outer(w, w)
    return (pairs * a * b).sum() / np.sqrt((pairs * a * a).sum() * (pairs * b * b).sum())


def test_distance_correlation_is_the_formula():
    generator = np.random.default_rng(2)
    x = generator.normal(size=40)
    w = generator.uniform(0.1, 3, 40)
    for y in (generator.normal(size=40), x**2, x + 0.3 * generator.normal(size=40)):
        found = decorrelation.distance_correlation(*(torch.from_numpy(v) for v in (x, y, w)))
        assert float(found) == pytest.approx(numpy_distance_correlation(x, y, w), rel=1e-9)


def test_distance_correlation_knows_its_limits():
    x, w = torch.randn(30, dtype=torch.float64), torch.rand(30, dtype=torch.float64)
    assert float(decorrelation.distance_correlation(x, 3 - 2 * x, w)) == pytest.approx(1)
    constant = torch.ones(30, dtype=torch.float64, requires_grad=True)
    zero = decorrelation.distance_correlation(constant, x, w)
    zero.backward()
    assert float(zero.detach()) == 0
    assert bool(constant.grad.isfinite().all())


def test_a_weight_is_a_number_of_events():
    x, y = torch.randn(12, dtype=torch.float64), torch.randn(12, dtype=torch.float64)
    counts = torch.tensor([1, 2, 3] * 4)
    repeated = [v.repeat_interleave(counts) for v in (x, y)]
    ones = torch.ones(int(counts.sum()), dtype=torch.float64)
    weighted = decorrelation.distance_correlation(x, y, counts.double())
    assert float(weighted) == pytest.approx(float(decorrelation.distance_correlation(*repeated, ones)))


def sculpting_toy(n, seed):
    """Signal in a peak of the mass; one input follows the mass, the other one does not."""
    generator = np.random.default_rng(seed)
    classes = np.arange(n) % 2  # 0 is the signal
    mass = np.where(classes == 0, generator.normal(0, 0.3, n), generator.uniform(-2, 2, n))
    inputs = np.stack([mass + 0.3 * generator.normal(size=n), generator.normal(size=n) + 1.2 * classes], 1)
    return inputs.astype(np.float32), classes, mass


def dependence(made, inputs, classes, mass):
    """Distance correlation of response and mass of background; Kolmogorov distance of the mass after a cut; area."""
    response = predict(made, inputs)[:, 0]
    b = classes == 1
    cut = np.quantile(response[b], 0.7)
    few = np.flatnonzero(b)[:1000]
    columns = [torch.from_numpy(v[few].astype(float)) for v in (response, mass)]
    correlation = decorrelation.distance_correlation(*columns, torch.ones(len(few), dtype=torch.float64))
    distance = ks_2samp(mass[b & (response > cut)], mass[b]).statistic
    return float(correlation), distance, roc_auc_score(classes == 0, response)


def test_the_response_no_longer_depends_on_the_mass(session):
    inputs, classes, mass = sculpting_toy(5000, 1)
    test = sculpting_toy(4000, 2)
    options = {"num_epochs": 15, "learning_rate": 0.01, "spectators": {"mass": mass}}
    plain = dependence(make(session, inputs, classes, **options), *test)
    made = make(session, inputs, classes, decorrelate="mass", **{"lambda": 4.0}, **options)
    flat = dependence(made, *test)
    assert plain[0] > 0.1
    assert flat[0] < plain[0] / 5
    assert plain[1] > 0.2
    assert flat[1] < plain[1] / 2
    # what is left is the input that knows nothing of the mass
    alone = roc_auc_score(test[1] == 0, -test[0][:, 1])
    assert alone - 0.02 < flat[2] < plain[2]


@pytest.mark.parametrize("seed", [4, 8])
def test_a_large_lambda_does_not_make_the_training_collapse(session, log, seed):
    """With the penalty at full strength from the first batch these seeds end with an area below 0.7."""
    inputs, classes, mass = sculpting_toy(5000, 1)
    test = sculpting_toy(4000, 2)
    options = {"num_epochs": 12, "learning_rate": 0.01, "spectators": {"mass": mass}, "batch_size": 500}
    made = make(session, inputs, classes, decorrelate="mass", seed=seed, **{"lambda": 20.0}, **options)
    assert dependence(made, *test)[2] > 0.75
    assert not log.warnings()


def test_the_penalty_is_in_the_validation_loss(session):
    """At full strength in the first epoch; every validation batch counts as much as it has events, whatever their weights."""
    inputs, classes, mass = sculpting_toy(6500, 1)
    weights = np.random.default_rng(3).uniform(0.5, 2, 6500)
    weights[::5] *= -1
    made = make(
        session,
        inputs,
        classes,
        weights=weights,
        num_epochs=1,
        batch_size=900,
        decorrelate="mass",
        spectators={"mass": mass},
        **{"lambda": 3.0},
    )
    rows = slice(5200, None)
    p, kinds, m, w = predict(made, inputs[rows]), classes[rows], mass[rows], weights[rows]
    expected = np.average(-np.log(p[np.arange(1300), kinds]), weights=w)
    for batch in (slice(0, 1024), slice(1024, 1300)):
        b = (kinds[batch] == 1) & (w[batch] > 0)
        columns = (torch.from_numpy(v[batch][b]).double() for v in (p[:, 0], m, w))
        expected += 3 * float(decorrelation.distance_correlation(*columns)) * len(kinds[batch]) / 1300
    assert made._history.epochs[0].validation_loss == pytest.approx(expected, rel=1e-3)


def test_a_decorrelated_training_is_plain_pytorch(session, save_network):
    """The same parameters as a loop by hand: lambda rises with the third power of the time over the first third."""
    inputs, classes, mass = sculpting_toy(1500, 1)
    weights = np.random.default_rng(3).uniform(0.5, 2, 1500).astype(np.float32)
    weights[::7] *= -1
    path = save_network(2, 2)
    made = make(
        session,
        inputs,
        classes,
        weights=weights,
        filename_model=path,
        shuffle=False,
        save_best_only=False,
        num_epochs=6,
        batch_size=300,
        learning_rate=0.01,
        optimizer="Adam",
        weight_decay=0.0,
        learning_rate_schedule="None",
        decorrelate="mass",
        spectators={"mass": mass},
        **{"lambda": 2.0},
    )
    plain = torch.jit.load(path)
    optimizer = torch.optim.Adam(plain.parameters(), lr=0.01)
    x, w, m = (torch.from_numpy(v[:1200]).float() for v in (inputs, weights, mass))
    y = torch.eye(2)[torch.from_numpy(classes[:1200])]
    training_losses = []
    for step in range(6 * 4):
        rows = slice(step % 4 * 300, step % 4 * 300 + 300)
        p = plain(x[rows])
        b = (y[rows, 1] == 1) & (w[rows] > 0)
        loss = (-(y[rows] * p.log()).sum(1) * w[rows]).sum() / 300 / w.mean()
        share = min(step / 8, 1) ** 3
        loss = loss + 2 * share * decorrelation.distance_correlation(p[b, 0], m[rows][b], w[rows][b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        training_losses.append(float(loss.detach()))
    with torch.no_grad():
        assert np.allclose(predict(made, inputs), plain(torch.from_numpy(inputs)).numpy(), atol=2e-5)
    expected = np.mean(np.reshape(training_losses, (6, 4)), 1)
    assert made.history()["training_loss"] == pytest.approx(expected.tolist(), rel=1e-4)


def losses_by_hand(monkeypatch, values):
    """Every training gets these validation losses, one after the other; the last one for ever."""
    rest = iter(values)
    monkeypatch.setattr(loop.TrainingLoop, "_validate", lambda self: next(rest, values[-1]))


@pytest.mark.parametrize(("option", "n_epochs"), [({}, 4), ({"decorrelate": "mass"}, 7)])
def test_patience_counts_from_the_full_strength_on(session, monkeypatch, option, n_epochs):
    inputs, classes, mass = sculpting_toy(800, 1)
    losses_by_hand(monkeypatch, [1.0, 2.0])
    made = make(session, inputs, classes, num_epochs=12, patience=3, spectators={"mass": mass}, **option)
    assert len(made._history.epochs) == n_epochs  # 1 + 3, or the 12 / 3 of the rise + 3


@pytest.mark.parametrize(("option", "first"), [({}, 7), ({"decorrelate": "mass"}, 11)])
def test_a_plateau_counts_from_the_full_strength_on(session, monkeypatch, option, first):
    """The rate falls after 6 epochs that are no better than one before them."""
    inputs, classes, mass = sculpting_toy(800, 1)
    losses_by_hand(monkeypatch, [1.0])
    options = {"learning_rate_schedule": "Plateau", "spectators": {"mass": mass}, "learning_rate": 0.01, **option}
    rates = make(session, inputs, classes, num_epochs=12, **options).history()["learning_rate"]
    assert [rate for rate in rates if rate == 0.01] == rates[:first]


def test_a_network_that_learned_nothing_is_a_warning(session, log):
    inputs, classes, mass = sculpting_toy(1000, 1)
    options = {"num_epochs": 2, "decorrelate": "mass", "spectators": {"mass": mass}}
    make(session, inputs, classes, ensemble_size=2, **{"lambda": 1000.0}, **options)
    warnings = [text for text in log.warnings() if "no better than that of a constant response, 0.6931" in text]
    assert len(warnings) == 2, "one for each network"
    assert all("Option Decorrelate: the validation loss of the model" in text for text in warnings)
    log.lines.clear()
    make(session, inputs, classes, **{"lambda": 0.01}, **options)
    assert not log.warnings()


def test_the_kept_model_is_compared_with_a_constant(session, log, monkeypatch):
    """Not the best epoch, if the last one is kept."""
    inputs, classes, mass = sculpting_toy(800, 1)
    options = {"num_epochs": 2, "decorrelate": "mass", "spectators": {"mass": mass}}
    for save_best_only, expected in ((True, 0), (False, 1)):
        log.lines.clear()
        losses_by_hand(monkeypatch, [0.5, 0.7])
        make(session, inputs, classes, save_best_only=save_best_only, **options)
        assert len(log.warnings()) == expected


@pytest.mark.parametrize("p", [0.5, 0.2])
@pytest.mark.parametrize("signal", [0, 1])
def test_the_loss_of_a_constant_response(save_network, log, p, signal):
    """By formula: the entropy, the variance, the smaller class; for two outputs and for one."""
    classes = np.array([signal] * 30 + [1 - signal] * 70)
    weights = np.where(classes == signal, p / 0.3, (1 - p) / 0.7)
    targets, w = torch.eye(2)[torch.from_numpy(classes)], torch.from_numpy(weights).float()
    inputs = torch.randn(100, 4)
    entropy = -p * np.log(p) - (1 - p) * np.log(1 - p)
    ours = Network(4, 2, "Classification", TrainingOptions(activation="ReLU"))
    two, one, linear = (torch.jit.load(save_network(4, n, last)) for n, last in NETWORK_ENDS)
    for model, loss, expected in (
        (ours, "Auto", entropy),
        (ours, "MSE", p * (1 - p)),
        (two, "Auto", entropy),
        (two, "MAE", min(p, 1 - p)),
        (two, "Huber", p * (1 - p) / 2),
        (one, "Auto", entropy),
        (one, "MSE", p * (1 - p)),
        (linear, "Auto", p * (1 - p)),
    ):
        objective = losses.choose(model, inputs, "Classification", TrainingOptions(loss=loss), signal)
        model.train()
        found = losses.of_constant_response(objective, model, inputs, targets, w, signal)
        assert found == pytest.approx(expected, rel=1e-5), loss
        assert model.training


#: Numbers of outputs, and last layers.
NETWORK_ENDS = ((2, torch.nn.Softmax(1)), (1, torch.nn.Sigmoid()), (2, torch.nn.Identity()))


BACKGROUND = np.arange(1000) % 2 == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.where(BACKGROUND, 7, np.arange(1000)), "expected different values of 'mass', found 7 for all background"),
        # the last 200 events validate
        (np.where(BACKGROUND & (np.arange(1000) < 800), 7, np.arange(1000)), "found 7 for all background training"),
        # only in events that the penalty does not use: of negative weight, and without weight
        (np.where(BACKGROUND & (np.arange(1000) > 40), 1e9 + 7, np.arange(1000)), "found 1e\\+09 for all background"),
        (np.where(np.arange(1000) == 501, np.nan, np.arange(1000)), "finite values of 'mass', found 1 of 380"),
        (np.where(np.arange(1000) == 901, np.inf, np.arange(1000)), "found 1 of 100 background validation events"),
        (np.where(np.arange(1000) % 3, 0.1 + 0.2, 0.3), "found 0.3 for all background"),
    ],
)
def test_a_spectator_that_cannot_be_used_is_named(session, values, message):
    inputs, classes, _ = sculpting_toy(1000, 1)
    weights = np.where(np.arange(1000) > 40, 1, -1 * (np.arange(1000) < 20))
    with pytest.raises(EngineError, match=message) as caught:
        make(session, inputs, classes, weights=weights, decorrelate="mass", spectators={"mass": values.astype(float)})
    assert caught.value.code == "Data"
    assert ("column", "mass") in caught.value.context
    with pytest.raises(EngineError, match="x0"):
        make(session, values[:, None] + 0 * inputs, classes, weights=weights, decorrelate="x0")


def test_only_the_background_needs_a_spectator(session, log):
    """Events of the signal may have none, and a column may be much narrower than its distance from 0."""
    inputs, classes, mass = sculpting_toy(1000, 1)
    plain = make(session, inputs, classes, decorrelate="mass", spectators={"mass": mass})
    for other in (np.nan, -1e30):
        shifted = np.where(classes == 0, other, 1e9 + mass)
        made = make(session, inputs, classes, decorrelate="mass", spectators={"mass": shifted})
        assert np.allclose(predict(made, inputs), predict(plain, inputs), atol=1e-3)
    assert not any("background validation events" in text for text in log.warnings())
    constant = np.where(np.arange(1000) < 800, mass, 3.0)
    make(session, inputs, classes, decorrelate="mass", spectators={"mass": constant})
    assert any("mass is the same for all background validation events" in text for text in log.warnings())


def test_decorrelation_from_a_variable(session):
    inputs, classes, _ = sculpting_toy(2000, 1)
    made = make(session, inputs, classes, num_epochs=8, learning_rate=0.01, decorrelate="x0", **{"lambda": 5.0})
    test = sculpting_toy(4000, 2)
    assert dependence(made, test[0], test[1], test[0][:, 0])[0] < 0.02


def test_an_unknown_spectator_is_named_with_the_nearest(session):
    inputs, classes, mass = sculpting_toy(1000, 1)
    with pytest.raises(EngineError, match=r"Decorrelate: expected a spectator or variable \(m_jj, x0, x1\); 'm_j' is"):
        make(session, inputs, classes, decorrelate="m_j", spectators={"m_jj": mass})
    with pytest.raises(EngineError, match="did you mean 'm_jj'"):
        make(session, inputs, classes, decorrelate="m_j", spectators={"m_jj": mass})


def test_batches_too_small_for_a_correlation(session):
    inputs, classes, mass = sculpting_toy(1000, 1)
    options = {"decorrelate": "mass", "spectators": {"mass": mass}, "num_epochs": 1}
    make(session, inputs, classes, batch_size=32, **options)
    with pytest.raises(EngineError, match="BatchSize: expected at least 16 background events of .* be 15.5;"):
        make(session, inputs, classes, batch_size=31, **options)
    # of 800, the number of training events, half of the background has a positive weight
    weights = np.where(np.arange(1000) % 4 == 1, -0.1, 1)
    with pytest.raises(EngineError, match=r"\(there would be 15;"):
        make(session, inputs, classes, weights=weights, batch_size=60, **options)
    with pytest.raises(EngineError, match=r"\(there would be 8;"):
        make(session, inputs[:20], classes[:20], batch_size=100, decorrelate="mass", spectators={"mass": mass[:20]})


# ---- parametrised networks -------------------------------------------------------------------------------------------


def mass_toy(n, masses, seed):
    """Signal is a peak of width 0.5 at its mass, background is flat and has no mass: -99."""
    generator = np.random.default_rng(seed)
    classes = np.arange(n) % 2
    mass = generator.choice(masses, n)
    x = np.where(classes == 0, generator.normal(mass, 0.5), generator.uniform(-3, 7, n))
    return np.stack([x, np.where(classes == 0, mass, -99)], 1).astype(np.float32), classes


def test_a_parametrised_network_interpolates(session, log):
    inputs, classes = mass_toy(8000, [0, 1, 2, 3, 4], 1)
    options = {"num_epochs": 25, "learning_rate": 0.01, "batch_size": 200, "layout": "32,32"}
    parametrised = make(session, inputs, classes, parametrise="x1", **options)
    plain = make(session, inputs[:, :1], classes, **options)
    assert any("100 % of the background" in text for text in log.warnings())
    gains = []
    for mass in (0.5, 1.5, 2.5, 3.5):  # never seen in the training
        test, kinds = mass_toy(4000, [mass], 9)
        test[:, 1] = mass
        best = roc_auc_score(kinds == 0, -abs(test[:, 0] - mass))
        area = roc_auc_score(kinds == 0, predict(parametrised, test)[:, 0])
        without = roc_auc_score(kinds == 0, predict(plain, test[:, :1])[:, 0])
        assert area > best - 0.03
        gains.append(area - without)
    assert np.mean(gains) > 0.08


def test_the_parameter_alone_says_nothing(session):
    generator = np.random.default_rng(1)
    classes = np.arange(4000) % 2
    mass = np.where(classes == 0, generator.choice([1.0, 2.0], 4000, p=[0.8, 0.2]), -99)
    inputs = np.stack([generator.normal(size=4000), mass], 1)
    made = make(session, inputs, classes, parametrise="x1", num_epochs=5)
    for value in (1.0, 2.0):
        response = predict(made, np.array([[0, value]], dtype=np.float32))[0, 0]
        assert response == pytest.approx(0.5, abs=0.07)


def test_values_are_drawn_by_weight_and_anew_in_every_epoch(session, monkeypatch):
    seen = []
    original = loop.TrainingLoop._train_epoch

    def watched(self, epoch):
        loader = self._job.train_loader
        batches = list(loader)
        seen.append(
            {
                "mass": torch.cat([batch[0][:, 1] for batch in batches]),
                "background": torch.cat([batch[1][:, 0] == 0 for batch in batches]),
            }
        )
        return original(self, epoch)

    monkeypatch.setattr(loop.TrainingLoop, "_train_epoch", watched)
    inputs, classes = mass_toy(4000, [1, 2], 3)
    before = inputs.copy()
    weights = np.where(inputs[:, 1] == 2, 3.0, 1.0)
    runs = []
    for _ in range(2):
        seen.clear()
        make(session, inputs, classes, weights=weights, parametrise="x1", num_epochs=2, shuffle=False)
        runs.append(list(seen))
    first, second = runs[0]
    b = first["background"]
    assert not torch.equal(first["mass"][b], second["mass"][b])
    assert torch.equal(first["mass"][~b], second["mass"][~b])
    assert torch.equal(first["mass"], runs[1][0]["mass"]), "the seed decides"
    signal = (inputs[:3200, 1] == 2) & (classes[:3200] == 0)
    share = 3 * signal.sum() / (3 * signal.sum() + ((inputs[:3200, 1] == 1) & (classes[:3200] == 0)).sum())
    assert float((first["mass"][b] == 2).float().mean()) == pytest.approx(share, abs=0.04)
    assert np.array_equal(inputs, before), "the data set is as it was"


def values_of(values, weights):
    return parametrisation.ParameterValues("mass", torch.tensor(values).float(), torch.tensor(weights).float())


def test_a_loader_begins_with_the_first_epoch():
    class Batches(list):
        def set_epoch(self, epoch):
            pass

    values = values_of(range(100), [1] * 100)

    def drawn(epoch=None):
        batches = Batches([(torch.zeros(50, 1), torch.zeros(50, 2))])
        loader = parametrisation.ParametrisedLoader(batches, values, 0, 0, seed=3)
        if epoch is not None:
            loader.set_epoch(epoch)
        return next(iter(loader))[0][:, 0].tolist()

    assert drawn() == drawn(0) != drawn(1)


def test_a_value_is_drawn_by_its_net_weight():
    made = values_of([1, 2, 2, 1, 3, 3, 4], [2, 3, -2, 1, 0, 0, 6])
    assert len(made) == 4
    drawn = made.draw(100_000, torch.Generator().manual_seed(1)).numpy()
    shares = [np.mean(drawn == value) for value in (1, 2, 3, 4)]
    assert shares == pytest.approx([0.3, 0.1, 0, 0.6], abs=0.005)
    assert shares[2] == 0


@pytest.mark.parametrize("net", [0.0, -0.5])
def test_a_value_without_net_weight_is_refused_by_name(net):
    with pytest.raises(EngineError, match=rf"value of 'mass', found {net:g} for 2: use NegativeWeights") as caught:
        values_of([1, 2, 2, 3], [1, 1, net - 1, 1])
    assert caught.value.code == "Data"
    assert ("variable", "mass") in caught.value.context
    with pytest.raises(EngineError, match="for 2"):  # what is left of a cancellation is rounding
        values_of([2] * 11, [0.1] * 10 + [-1])


def test_the_parameter_alone_says_nothing_with_negative_weights(session):
    """At mass 2, 35 % of the signal have weight -1: a background of the positive weights would give .36 and .53."""
    generator = np.random.default_rng(1)
    classes = np.arange(4000) % 2
    mass = np.where(classes == 0, generator.choice([1.0, 2.0], 4000), -99)
    weights = np.where((mass == 2) & (generator.random(4000) < 0.35), -1, 1)
    inputs = np.stack([generator.normal(size=4000), mass], 1)
    made = make(
        session,
        inputs,
        classes,
        weights=weights,
        parametrise="x1",
        num_epochs=8,
        batch_size=200,
        weight_decay=0.0,
        layout="8",
        ensemble_size=2,
        class_weights="Balanced",
    )
    for value in (1.0, 2.0):
        rows = np.stack([generator.normal(size=500), np.full(500, value)], 1).astype(np.float32)
        assert predict(made, rows)[:, 0].mean() == pytest.approx(0.5, abs=0.05)


def test_what_the_parametrisation_refuses_and_what_it_says(session, log):
    inputs, classes = mass_toy(400, [1, 2], 3)
    options = {"parametrise": "x1", "num_epochs": 1, "batch_size": 100}
    weights = np.where(inputs[:, 1] == 2, -1, 3)
    with pytest.raises(EngineError, match="expected a positive sum .*'x1'.* for 2"):
        make(session, inputs, classes, weights=weights, **options)
    make(session, inputs, classes, weights=weights, negative_weights="Ignore", **options)
    with pytest.raises(EngineError, match="no signal training events with a weight"):
        make(session, inputs, classes, weights=classes, **options)
    log.lines.clear()
    one = np.where(inputs[:, 1:] == 2, 1, inputs[:, 1:])
    make(session, np.hstack([inputs[:, :1], one]), classes, **options)
    assert any("all signal training events have x1 = 1" in text for text in log.warnings())


def test_the_networks_of_an_ensemble_draw_different_values(session, monkeypatch):
    seen = {}
    original = loop.TrainingLoop._train_epoch

    def watched(self, epoch):
        batches = list(self._job.train_loader)
        seen[self._job.identity["network"], epoch] = torch.cat([batch[0][:, 1] for batch in batches])
        return original(self, epoch)

    monkeypatch.setattr(loop.TrainingLoop, "_train_epoch", watched)
    inputs, classes = mass_toy(400, [1, 2, 3, 4], 3)
    make(session, inputs, classes, parametrise="x1", num_epochs=2, ensemble_size=2, shuffle=False, batch_size=100)
    assert len(seen) == 4
    drawn = [values[torch.from_numpy(classes[:320] == 1)] for values in seen.values()]
    assert all(not torch.equal(a, b) for i, a in enumerate(drawn) for b in drawn[:i])


def test_a_spectator_cannot_be_the_parameter(session):
    inputs, classes, mass = sculpting_toy(1000, 1)
    with pytest.raises(EngineError, match="Parametrise: expected a variable .*'mass' is a spectator"):
        make(session, inputs, classes, parametrise="mass", spectators={"mass": mass})


# ---- ensembles -------------------------------------------------------------------------------------------------------


def test_an_ensemble_is_the_mean_of_networks_with_the_next_seeds(session, events):
    options = {"num_epochs": 2, "batch_size": 20, "layout": "8", "shuffle": False}
    single = [
        predict(make(session, events.inputs, events.classes, seed=seed, **options), events.inputs) for seed in (5, 6)
    ]
    made = make(session, events.inputs, events.classes, ensemble_size=2, **options)
    assert not np.allclose(single[0], single[1])
    assert np.allclose(predict(made, events.inputs), np.mean(single, 0), atol=1e-6)


@pytest.mark.parametrize("ending", [".pt", ".pt2"])
def test_the_file_of_an_ensemble_is_an_ordinary_model(session, events, ending):
    options = {"ensemble_size": 2, "batch_size": 20, "filename_trained_model": "all" + ending}
    made = make(session, events.inputs, events.classes, **options)
    rows = torch.from_numpy(events.inputs)
    load = {".pt": torch.jit.load, ".pt2": lambda file: torch.export.load(file).module()}[ending]
    assert np.array_equal(load("all" + ending)(rows).detach().numpy(), predict(made, events.inputs))
    assert any(name.endswith("extra/spread") for name in zipfile.ZipFile("all" + ending).namelist())
    spread = np.empty((200, 2), dtype=np.float32)
    assert made.predict_spread(events.inputs, spread)
    assert (spread > 0).all()


def test_a_mean_of_one_has_no_spread():
    member = torch.nn.Linear(2, 1)
    assert Ensemble([member]).spread() is None
    assert Ensemble([member, torch.nn.Linear(2, 1)]).spread() is not None


def test_a_single_network_has_no_spread(session, events):
    single = make(session, events.inputs, events.classes, batch_size=20)
    untouched = np.full((200, 2), 7, dtype=np.float32)
    assert not single.predict_spread(events.inputs, untouched)
    assert (untouched == 7).all()


def test_mean_and_spread(session, events, monkeypatch):
    kept = []
    original = loop.TrainingLoop.run

    def run(self):
        trained = original(self)
        kept.append(trained)
        return trained

    monkeypatch.setattr(loop.TrainingLoop, "run", run)
    made = make(session, events.inputs, events.classes, ensemble_size=3, num_epochs=2, batch_size=20, layout="8")
    with torch.no_grad():
        single = np.stack([one(torch.from_numpy(events.inputs)).numpy() for one in kept])
    assert not np.allclose(single[0], single[1])
    assert np.allclose(predict(made, events.inputs), single.mean(0), atol=1e-6)
    spread = np.empty((200, 2), dtype=np.float32)
    assert made.predict_spread(events.inputs, spread)
    assert np.allclose(spread, single.std(0, ddof=1), atol=1e-6)
    # the first network is the one without an ensemble
    alone = make(session, events.inputs, events.classes, num_epochs=2, batch_size=20, layout="8")
    assert np.allclose(predict(alone, events.inputs), single[0], atol=1e-7)


def test_history_has_all_networks(session, events):
    made = make(session, events.inputs, events.classes, ensemble_size=2, num_epochs=3, batch_size=20)
    assert [(row.network, row.epoch) for row in made._history.epochs] == [(n, e) for n in (1, 2) for e in (1, 2, 3)]
    columns = made.history()
    assert columns["epoch"] == [1, 2, 3]
    assert len(columns["validation_loss"]) == len(columns["validation_loss_2"]) == 3
    made._history.write(Path("history.json"), {})
    assert {row["network"] for row in json.loads(Path("history.json").read_text())["epochs"]} == {1, 2}


def test_a_killed_ensemble_goes_on_to_the_same_model(session, events, monkeypatch):
    options = {"ensemble_size": 3, "num_epochs": 4, "batch_size": 20, "layout": "8", "dropout": 0.2}
    whole = predict(make(session, events.inputs, events.classes, **options), events.inputs)
    Path("trained.pt").unlink()
    monkeypatch.setattr(loop, "CHECKPOINT_INTERVAL", 0)
    original = loop.TrainingLoop._run_epoch

    def killed(self, bar):
        if self._next_epoch == 2 and self._job.identity["network"] == 2:
            raise MemoryError("killed")
        original(self, bar)

    monkeypatch.setattr(loop.TrainingLoop, "_run_epoch", killed)
    with pytest.raises(EngineError, match="killed"):
        make(session, events.inputs, events.classes, **options)
    assert sorted(file.name for file in Path().glob("*.checkpoint")) == ["trained.2.checkpoint", "trained.checkpoint"]
    monkeypatch.setattr(loop.TrainingLoop, "_run_epoch", original)
    resumed = make(session, events.inputs, events.classes, continue_training=True, **options)
    assert np.array_equal(predict(resumed, events.inputs), whole)
    assert len(resumed._history.epochs) == 12
    assert not list(Path().glob("*.checkpoint"))


@pytest.mark.parametrize("epoch", [0, 2])
def test_ctrl_c_keeps_the_networks_until_then(session, events, monkeypatch, log, epoch):
    original = loop.TrainingLoop._run_epoch

    def interrupted(self, bar):
        if self._next_epoch == epoch and self._job.identity["network"] == 3:
            raise KeyboardInterrupt
        original(self, bar)

    monkeypatch.setattr(loop.TrainingLoop, "_run_epoch", interrupted)
    options = {"num_epochs": 4, "batch_size": 20, "layout": "8"}
    made = make(session, events.inputs, events.classes, ensemble_size=5, **options)
    assert any("The ensemble has 2 of 5 networks" in text for text in log.warnings())
    assert {row.network for row in made._history.epochs} == {1, 2}
    found = predict(made, events.inputs)
    whole = make(session, events.inputs, events.classes, ensemble_size=2, **options)
    assert np.allclose(found, predict(whole, events.inputs), atol=1e-6)


def test_an_ensemble_of_build_model_and_of_a_file(session, save_network, events, log):
    define(build_model=lambda n_in, n_out: network(n_in, n_out))
    made = make(session, events.inputs, events.classes, ensemble_size=2, batch_size=20)
    spread = np.empty((200, 2), dtype=np.float32)
    assert made.predict_spread(events.inputs, spread)
    assert not any("same parameters" in text for text in log.warnings())
    define()
    made = make(session, events.inputs, events.classes, ensemble_size=2, filename_model=save_network(), batch_size=20)
    assert any("same parameters" in text for text in log.warnings())
    assert made.predict_spread(events.inputs, spread)
    assert spread.max() > 0


def test_an_ensemble_goes_on_from_checkpoints_only(session, events, log):
    first = make(session, events.inputs, events.classes, ensemble_size=2, batch_size=20, seed=3)
    again = make(session, events.inputs, events.classes, ensemble_size=2, batch_size=20, seed=3, continue_training=True)
    assert any("no checkpoint of an ensemble" in text and "from the beginning" in text for text in log.warnings())
    found = [np.empty((200, 2), dtype=np.float32) for _ in range(2)]
    for made, outputs in zip((first, again), found, strict=True):
        made.predict(events.inputs, outputs)
    assert np.allclose(found[0], found[1], atol=1e-6)  # as a training that began anew


# ---- calibration -----------------------------------------------------------------------------------------------------


def overconfident(n=4000, n_classes=3):
    """Logits whose true temperature is 2.5, one-hot classes, weights."""
    generator = np.random.default_rng(4)
    logits = 2.5 * generator.normal(size=(n, n_classes))
    p = np.exp(logits / 2.5)
    p /= p.sum(1, keepdims=True)
    classes = (generator.uniform(size=n)[:, None] > p.cumsum(1)).sum(1)
    weights = generator.uniform(0.5, 2, n)
    return torch.from_numpy(logits), torch.eye(n_classes, dtype=torch.float64)[classes], torch.from_numpy(weights)


def test_the_temperature_is_that_of_a_minimiser():
    logits, targets, weights = overconfident()
    z, y, w = logits.numpy(), targets.numpy(), weights.numpy()

    def loss(log_temperature):
        scaled = z / np.exp(log_temperature)
        return (w * (np.log(np.exp(scaled).sum(1)) - (scaled * y).sum(1))).sum()

    expected = np.exp(minimize_scalar(loss, bracket=(-1, 1), tol=1e-10).x)
    found = calibration.fit_temperature(logits, targets, weights)
    assert found == pytest.approx(expected, rel=1e-5)
    assert found == pytest.approx(2.5, rel=0.1)


def with_logits(logits, classes, weights=None):
    """Arguments of fit_temperature."""
    z = torch.tensor(logits, dtype=torch.float64)
    return z, torch.eye(z.shape[1])[torch.tensor(classes)], torch.ones(len(z)) if weights is None else weights


@pytest.mark.parametrize(
    ("logits", "classes"),
    [
        ([[2.0, 0], [1, 0], [0, 2], [0, 1]], [1, 1, 0, 0]),  # all wrong: the loss falls until T is infinite
        ([[2.0, 0], [1, 0], [0, 2], [0, 1]], [0, 1, 0, 1]),  # as often wrong as right, and surer where it is wrong
        ([[2.0, 0], [1, 0], [0, 2], [0, 1]], [0, 0, 1, 1]),  # all right: until T is 0
        ([[1.0, 1], [0, 0]], [0, 1]),  # no response differs from another one
    ],
)
def test_without_a_best_temperature_there_is_none(logits, classes):
    assert calibration.fit_temperature(*with_logits(logits, classes)) is None


def test_a_calibration_that_fails_keeps_the_responses(session, log, events):
    """Validation events of the other class: the best temperature is infinite, and every response would be one half."""
    events.classes[160:] = 1 - events.classes[160:]
    options = {"batch_size": 20, "learning_rate": 0.02, "save_best_only": False, "layout": "8", "ensemble_size": 2}
    plain = make(session, events.inputs, events.classes, num_epochs=4, **options)
    log.lines.clear()
    made = make(session, events.inputs, events.classes, num_epochs=4, calibrate=True, **options)
    assert np.array_equal(predict(made, events.inputs), predict(plain, events.inputs))
    (warning,) = log.warnings()
    assert warning.startswith("Option Calibrate: no temperature")
    assert "T = 1" in warning
    spread = np.empty((200, 2), dtype=np.float32)
    assert made.predict_spread(events.inputs, spread)


def test_expected_calibration_error_is_the_formula():
    logits, targets, weights = overconfident(500)
    p, y, w = torch.softmax(logits, 1).numpy(), targets.numpy(), weights.numpy()
    expected = 0.0
    for low in np.arange(15) / 15:
        confidence = p.max(1)
        rows = (confidence > low) & (confidence <= low + 1 / 15)
        if rows.any():
            right = y[np.arange(len(y)), p.argmax(1)][rows]
            gap = np.average(right, weights=w[rows]) - np.average(confidence[rows], weights=w[rows])
            expected += w[rows].sum() * abs(gap)
    assert calibration.expected_error(torch.from_numpy(p), targets, weights) == pytest.approx(expected / w.sum())


class Squeezed(torch.nn.Module):
    """One number an event, and no dimension of size one."""

    def forward(self, x):
        return x.squeeze()


@pytest.mark.parametrize("signal", [0, 1])
@pytest.mark.parametrize("n_outputs", [0, 1, 2])
def test_a_calibrated_model_has_the_temperature_of_the_weighted_events(n_outputs, signal):
    """Of a model that gives back its inputs, in more events than it takes at once; against SciPy."""
    generator = np.random.default_rng(6)
    n = 4097
    logit = 3 * generator.normal(size=n)
    is_signal = generator.uniform(size=n) < 1 / (1 + np.exp(-logit / 2))
    weights = np.where(is_signal == (logit > 0), 0.5, 1.5)  # the wrong ones count more
    p = 1 / (1 + np.exp(-logit))
    columns = np.stack([p, 1 - p] if signal == 0 else [1 - p, p], 1)
    outputs = torch.from_numpy(columns if n_outputs == 2 else p[:, None]).float()
    plain = Squeezed() if n_outputs == 0 else torch.nn.Identity()
    targets = torch.eye(2)[torch.from_numpy(np.where(is_signal, signal, 1 - signal))]

    def loss(log_temperature):
        scaled = np.where(is_signal, 1, -1) * logit / np.exp(log_temperature)
        return (weights * np.log1p(np.exp(-scaled))).sum()

    expected = np.exp(minimize_scalar(loss, bracket=(-1, 2), tol=1e-10).x)
    model, found = calibration.calibrate(
        plain, outputs, targets, torch.from_numpy(weights).float(), signal_column=signal
    )
    assert found.temperature == pytest.approx(expected, rel=1e-4)
    assert not model.training
    scaled = 1 / (1 + np.exp(-logit / expected))
    made = model(outputs).numpy()
    np.testing.assert_allclose(made[:, signal if n_outputs == 2 else 0], scaled, atol=1e-4)
    np.testing.assert_allclose(model(outputs[:1]).numpy(), made[:1], atol=1e-6)
    truth, w = torch.eye(2)[torch.from_numpy(1 - is_signal.astype(int))], torch.from_numpy(weights)
    for probability, error in ((p, found.error_before), (scaled, found.error_after)):
        both = torch.from_numpy(np.stack([probability, 1 - probability], 1))
        assert error == pytest.approx(calibration.expected_error(both, truth, w), rel=1e-2)


def test_calibration_mends_an_overtrained_network(session, log):
    generator = np.random.default_rng(1)
    classes = np.arange(1000) % 2
    inputs = generator.normal(size=(1000, 5)) + 0.7 * classes[:, None]
    options = {"num_epochs": 40, "learning_rate": 0.02, "save_best_only": False, "batch_size": 50}
    plain = make(session, inputs, classes, **options)
    made = make(session, inputs, classes, calibrate=True, **options)
    line = next(text for _, text in log.lines if "temperature" in text)
    temperature, before, after = (
        float(line.split(word)[1].split()[0].strip(";")) for word in ("temperature", "events", "before,")
    )
    assert temperature > 1.1
    assert after < before
    test = (generator.normal(size=(4000, 5)) + 0.7 * (np.arange(4000) % 2)[:, None]).astype(np.float32)
    signal = np.arange(4000) % 2 == 0
    truth, ones = torch.from_numpy(np.stack([signal, ~signal], 1)), torch.ones(4000)
    raw, scaled = predict(plain, test), predict(made, test)
    assert roc_auc_score(signal, scaled[:, 0]) == pytest.approx(roc_auc_score(signal, raw[:, 0]), abs=1e-6)
    errors = [calibration.expected_error(torch.from_numpy(p), truth, ones) for p in (raw, scaled)]
    assert errors[1] < errors[0] / 1.5
    logits, expected = (np.log(p[:, 0] / p[:, 1]) for p in (scaled, raw))
    assert np.allclose(logits, expected / temperature, rtol=1e-3, atol=1e-3)


def test_a_calibrated_ensemble(session, events, log):
    options = {"ensemble_size": 3, "num_epochs": 2, "batch_size": 20, "layout": "8"}
    raw = predict(make(session, events.inputs, events.classes, **options), events.inputs)
    made = make(session, events.inputs, events.classes, calibrate=True, **options)
    scaled = predict(made, events.inputs)
    ratio = np.log(raw[:, 0] / raw[:, 1]) / np.log(scaled[:, 0] / scaled[:, 1])
    assert ratio == pytest.approx(np.full(200, np.median(ratio)), rel=1e-3), "one temperature"
    assert abs(np.median(ratio) - 1) > 0.01
    spread = np.empty((200, 2), dtype=np.float32)
    assert made.predict_spread(events.inputs, spread)
    assert (spread > 0).all()


def test_one_output_is_calibrated_as_two(session, save_network, events):
    events.classes[:] = 1 - events.classes
    one = save_network(4, 1, torch.nn.Sigmoid())
    made = make(session, events.inputs, events.classes, filename_model=one, calibrate=True, batch_size=20)
    plain = make(session, events.inputs, events.classes, filename_model=one, batch_size=20)
    scaled, raw = (torch.logit(torch.from_numpy(predict(m, events.inputs, 1))) for m in (made, plain))
    ratio = raw / scaled
    assert float(ratio.std()) < 1e-3
    assert abs(float(ratio.mean()) - 1) > 0.01


def test_no_probabilities_no_calibration_which_is_said_before_the_training(session, save_network, events):
    linear = save_network(last=torch.nn.Identity())
    with pytest.raises(EngineError, match="Calibrate: expected a model whose outputs are class probabilities"):
        make(session, events.inputs, events.classes, filename_model=linear, calibrate=True, batch_size=20)
    assert not Path("trained.pt").exists()


@pytest.mark.parametrize(
    "options", [{"parametrise": "x0"}, {"decorrelate": "x0"}, {"ensemble_size": 2}, {"calibrate": True}]
)
def test_a_train_func_cannot_follow(session, options):
    define(train_func=lambda model, *loaders, **rest: model)
    with pytest.raises(EngineError, match="belongs to the default training: expected no train_func"):
        session("", **options)
