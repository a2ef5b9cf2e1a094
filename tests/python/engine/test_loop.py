"""The default training loop: its promises, checked against plain PyTorch and against itself."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from engine_helpers import Events, define
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from torchmva._engine import checkpoint, loop
from torchmva._engine.errors import EngineError
from torchmva._engine.history import Epoch, History


def predict(made, rows, width=2):
    outputs = np.empty((len(rows), width), dtype=np.float32)
    made.predict(rows, outputs)
    return outputs


def parameters(made):
    return torch.cat([p.detach().flatten() for p in made._model.parameters()])


@pytest.fixture
def trained(session):
    def run(events, **options):
        made = session("", **{"seed": 7, "num_epochs": 5, "layout": "8", "shuffle": True, **options})
        made.train(**events.request())
        return made

    return run


def test_the_same_seed_gives_the_same_bits(trained, events):
    first, second, other = trained(events), trained(events), trained(events, seed=8)
    assert torch.equal(parameters(first), parameters(second))
    assert not torch.equal(parameters(first), parameters(other))


def test_it_is_plain_pytorch(session, save_network, events):
    """The same parameters as a loop written by hand with the same optimiser, batches and weights."""
    path = save_network()
    events.weights[:] = np.linspace(0.5, 1.5, 200)
    made = session(
        path,
        save_best_only=False,
        loss="MSE",
        num_epochs=3,
        learning_rate=0.01,
        optimizer="Adam",
        learning_rate_schedule="None",
    )
    made.train(**events.request())
    plain = torch.jit.load(path)
    optimizer = torch.optim.Adam(plain.parameters(), lr=0.01)
    x, y, w = (
        torch.from_numpy(a) for a in (events.inputs, np.eye(2, dtype=np.float32)[events.classes], events.weights)
    )
    mean = w[:160].mean()
    for _ in range(3):
        for first in range(0, 160, 20):
            rows = slice(first, first + 20)
            optimizer.zero_grad()
            (((plain(x[rows]) - y[rows]) ** 2).mean(1) * w[rows] / mean).mean().backward()
            optimizer.step()
    with torch.no_grad():
        assert np.allclose(predict(made, events.inputs), plain.eval()(x).numpy(), atol=1e-6)


def test_a_killed_training_goes_on_to_the_same_model(trained, events, monkeypatch):
    whole = trained(events, num_epochs=6, dropout=0.2, learning_rate_schedule="Cosine")
    Path("trained.pt").unlink()
    monkeypatch.setattr(loop, "CHECKPOINT_INTERVAL", 0)
    original = loop.TrainingLoop._run_epoch

    def killed(self, bar):
        if self._next_epoch == 3:
            raise MemoryError("killed")
        original(self, bar)

    monkeypatch.setattr(loop.TrainingLoop, "_run_epoch", killed)
    options = {"num_epochs": 6, "dropout": 0.2, "learning_rate_schedule": "Cosine"}
    with pytest.raises(EngineError, match="killed"):
        trained(events, **options)
    assert Path("trained.checkpoint").exists()
    monkeypatch.setattr(loop.TrainingLoop, "_run_epoch", original)
    resumed = trained(events, continue_training=True, **options)
    assert torch.equal(parameters(resumed), parameters(whole))
    assert [row.epoch for row in resumed._history.epochs] == [1, 2, 3, 4, 5, 6]
    assert not Path("trained.checkpoint").exists()


def test_a_checkpoint_of_another_job_is_refused(trained, events, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_INTERVAL", 0)
    monkeypatch.setattr(checkpoint, "remove", lambda path: None)
    trained(events)
    with pytest.raises(EngineError, match=r"belongs to another training \(batch_size: 20 there, 10 here\)"):
        trained(events, batch_size=10, continue_training=True)
    with pytest.raises(
        EngineError, match=r"activation: 'Auto' there, 'Tanh' here; learning_rate: 0.005 there, 0.1 here"
    ):
        trained(events, learning_rate=0.1, activation="Tanh", continue_training=True)
    for array, value, what in (
        (events.inputs, 9, "checksum of the inputs"),
        (events.classes, 1, "checksum of the targets"),
        (events.weights, 5, "sum of weights"),
    ):
        before, array.flat[0] = array.flat[0], value
        with pytest.raises(EngineError, match=what):
            trained(events, continue_training=True)
        array.flat[0] = before
    assert len(trained(events, continue_training=True, patience=50)._history.epochs) == 5


def test_a_damaged_checkpoint_is_refused(trained, events):
    Path("trained.checkpoint").write_bytes(b"nonsense")
    with pytest.raises(EngineError, match="checkpoint cannot be read"):
        trained(events, continue_training=True)


def test_early_stopping(trained, log):
    events = Events()
    events.classes[:] = np.random.default_rng(1).integers(0, 2, 200)
    made = trained(events, num_epochs=200, patience=3, learning_rate=0.02)
    assert len(made._history.epochs) < 200
    assert any("Early stopping" in text for _, text in log.lines)
    losses = [row.validation_loss for row in made._history.epochs]
    assert len(losses) - 1 - int(np.argmin(losses)) >= 3 - 1


def test_continuing_from_the_trained_model_trains_the_network_it_came_from(trained, events):
    first = trained(events, dropout=0.2, filename_trained_model="trained.pt2")
    again = trained(events, dropout=0.2, filename_trained_model="trained.pt2", continue_training=True)
    assert not torch.equal(parameters(first), parameters(again))
    assert again._history.epochs[0].validation_loss < first._history.epochs[0].validation_loss
    other = trained(events, layout="9", filename_trained_model="trained.pt2", continue_training=True)
    assert other._model.state_dict()["hidden.0.linear.weight"].shape == (8, 4)


def test_the_best_epoch_is_kept(trained, log):
    events = Events()
    events.classes[:] = np.random.default_rng(1).integers(0, 2, 200)
    made = trained(events, num_epochs=40, learning_rate=0.05)
    losses = [row.validation_loss for row in made._history.epochs]
    best = int(np.argmin(losses))
    assert best < 39, "nothing to choose from"
    rows = events.inputs[160:], events.classes[160:]
    probabilities = predict(made, rows[0])
    loss = -np.log(probabilities[np.arange(40), rows[1]]).mean()
    assert loss == pytest.approx(losses[best], rel=1e-4)


def test_ctrl_c_keeps_the_epochs_until_then(trained, events, monkeypatch, log):
    original = loop.TrainingLoop._validate
    calls = []

    def interrupted(self):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(self)

    monkeypatch.setattr(loop.TrainingLoop, "_validate", interrupted)
    made = trained(events, num_epochs=50)
    assert [row.epoch for row in made._history.epochs] == [1, 2]
    assert any("interrupted in epoch 3" in text for text in log.warnings())
    assert Path("trained.pt").exists()
    assert Path("trained.checkpoint").exists()


def test_without_a_validation_loss_the_last_whole_epoch_is_kept(trained, events, monkeypatch, log):
    calls = []

    def without_loss(self):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return float("nan")

    monkeypatch.setattr(loop.TrainingLoop, "_validate", without_loss)
    interrupted = trained(events, num_epochs=50, learning_rate_schedule="None")
    assert any("Every validation loss was NaN" in text for text in log.warnings())
    calls.clear()
    two_epochs = trained(events, num_epochs=2, learning_rate_schedule="None")
    assert torch.equal(parameters(interrupted), parameters(two_epochs))


def test_ctrl_c_in_the_first_epoch_is_an_error(trained, events, monkeypatch):
    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(loop.TrainingLoop, "_validate", interrupted)
    with pytest.raises(EngineError, match="Interrupted"):
        trained(events)


def test_a_loss_that_is_not_a_number_says_where(trained, session, events):
    with pytest.raises(EngineError, match=r"not finite in epoch \d+, batch \d+.*smaller LearningRate") as caught:
        trained(events, learning_rate=1e20, optimizer="SGD", loss="MSE", standardise_inputs=False, activation="ReLU")
    assert caught.value.code == "Data"
    assert "0: [" in dict(caught.value.context)["ranges of the variables"]
    request = {**events.request(), "variable_names": ["pt", "eta", "phi", "mass"]}
    made = session("", seed=7, layout="8", learning_rate=1e20, optimizer="SGD", loss="MSE", standardise_inputs=False)
    with pytest.raises(EngineError) as caught:
        made.train(**request)
    assert ", eta: [" in dict(caught.value.context)["ranges of the variables"]


@pytest.mark.parametrize("what", ["event weights", "targets", "variables"])
@pytest.mark.parametrize("factor", [1e60, 2e37])
def test_what_is_too_large_for_single_precision_is_named(session, events, what, factor):
    """A wrong unit: no learning rate would help. 1e60 is infinite in single precision, the squares of 1e37 are."""
    n_outputs = 1 if what == "targets" else 2
    define(build_model=lambda n_variables, _: torch.nn.Linear(n_variables, n_outputs))
    targets = 1 + np.abs(events.inputs.sum(1, keepdims=True))
    numbers = {"event weights": events.weights, "targets": targets, "variables": events.inputs}[what]
    with np.errstate(over="ignore"):
        numbers *= factor
    made = session("", (4, "Regression" if n_outputs == 1 else "Classification", n_outputs, 0), loss="MSE", seed=7)
    request = {"targets": targets, "classes": None} if what == "targets" else {}
    with pytest.raises(EngineError) as caught:
        made.train(**events.request(variable_names=["pt", "eta", "phi", "mass"], **request))
    text = str(caught.value)
    assert caught.value.code == "Data"
    assert ("variable pt" if (what, factor) == ("variables", 1e60) else what) in text
    assert "use another unit" in text
    assert not re.search("LearningRate|GradientClip|VarTransform", text)
    if (what, factor) == ("variables", 2e37):
        assert re.search(r"eta: \[.*e\+37\], phi", dict(caught.value.context)["ranges of the variables"])


def test_batch_norm_trains_although_one_event_is_left_over(trained, events):
    made = trained(events, batch_norm=True, batch_size=53)  # 160 training events: 3 * 53 + 1
    assert [row.epoch for row in made._history.epochs] == [1, 2, 3, 4, 5]


def test_gradients_are_clipped(trained, events, monkeypatch):
    seen = []
    original = torch.nn.utils.clip_grad_norm_
    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", lambda p, norm: seen.append(float(original(p, norm))))
    trained(events, gradient_clip=0.5)
    assert len(seen) == 5 * 8


@pytest.mark.parametrize("weighted", [True, False])
def test_weights_reach_the_loss(session, weighted):
    """A toy whose optimal response is known: the class probability follows the weighted densities, else it is 1/2."""
    generator = np.random.default_rng(5)
    n = 40000
    events = Events(n, 1)
    events.inputs[:] = generator.uniform(-1, 1, size=(n, 1))
    events.classes[:] = generator.integers(0, 2, n)
    if weighted:
        # equal densities; signal weighs 1 + x: p(signal | x) = (1 + x) / (2 + x)
        events.weights[:] = np.where(events.classes == 0, 1 + events.inputs[:, 0], 1)
    made = session(
        "",
        (1, "Classification", 2, 0),
        seed=3,
        num_epochs=15,
        batch_size=500,
        layout="32",
        learning_rate=0.01,
        weight_decay=0.0,
        shuffle=True,
    )
    made.train(**{**events.request(), "n_validation": 4000})
    x = np.linspace(-0.9, 0.9, 19, dtype=np.float32).reshape(-1, 1)
    found, follows = predict(made, x)[:, 0], ((1 + x) / (2 + x))[:, 0]
    assert np.abs(found - (follows if weighted else 0.5)).max() < 0.04
    assert np.abs(found - (0.5 if weighted else follows)).max() > 0.1, "the answer of the other training"


def test_history_is_written(session, events):
    made = session("", num_epochs=3, learning_rate_schedule="1,0.01", seed=1)
    made.train(**events.request(history_file="net.history.json"))
    content = json.loads(Path("net.history.json").read_text())
    assert [row["epoch"] for row in content["epochs"]] == [1, 2, 3]
    assert [row["learning_rate"] for row in content["epochs"]] == [0.005, 0.01, 0.01]
    assert all(math.isfinite(row["validation_loss"]) for row in content["epochs"])
    assert made.history()["epoch"] == [1, 2, 3]


def test_validation_losses_of_user_code_are_history_too(session, save_network, events):
    def train(model, *_loaders, save_best, **_):
        for value in (3.0, 1.0, 2.0):
            save_best(model, value, value)
        return model

    define(train_func=train)
    made = session(save_network())
    made.train(**events.request())
    assert made.history()["validation_loss"] == [3.0, 1.0, 2.0]


def test_models_of_the_dictionary(session, events):
    module = torch.nn.Sequential(torch.nn.Linear(4, 2), torch.nn.Softmax(1))
    before = module[0].weight.detach().clone()
    define(model=module)
    made = session("", filename_trained_model="made")
    made.train(**events.request())
    assert torch.equal(module[0].weight, before), "the user's object was trained"
    assert Path("made.pt2").exists()
    define(build_model=lambda n_variables, n_outputs: torch.nn.Linear(n_variables, n_outputs))
    made = session("", filename_trained_model="made.pt")
    made.train(**events.request())
    torch.jit.load("made.pt")
    define(build_model=lambda: torch.nn.Linear(4, 2))
    with pytest.raises(EngineError, match="build_model failed") as caught:
        session("")
    assert ("called as", "build_model(n_variables, n_outputs)") in caught.value.context
    define(build_model=lambda n_variables, n_outputs: 3)
    with pytest.raises(EngineError, match=r"'build_model' must give a torch.nn.Module, found int"):
        session("")


def test_options_of_the_network_beside_a_model_are_a_warning(session, save_network, log):
    session("", layout="8", dropout=0.1)
    assert not log.warnings()
    session(save_network(), layout="8", dropout=0.1)
    (text,) = log.warnings()
    assert text.startswith("Layout, Dropout: without effect")


def test_a_tensorboard_folder_that_cannot_be_written(trained, events):
    Path("board").write_text("a file")
    with pytest.raises(EngineError, match="TensorBoard: the folder cannot be written") as caught:
        trained(events, tensor_board="board")
    assert caught.value.code == "File"
    assert ("folder", str(Path("board").absolute())) in caught.value.context


@pytest.mark.parametrize("device", ["gpu", "cuda:99", "meta"])
def test_devices_that_are_not_there(session, device):
    with pytest.raises(EngineError, match=r"Device") as caught:
        session("", device=device)
    assert caught.value.code == "Option"


def test_triples(session, save_network, events):
    seen = []

    def train(model, train_loader, val_loader, **_):
        for _step, (X, y, w) in enumerate(train_loader):
            seen.append((len(X), len(y), len(w)))
        return model

    define(train_func=train)
    session(save_network()).train(**events.request())
    assert seen == [(20, 20, 20)] * 8


def test_a_mean_square_is_that_of_the_probabilities(trained, events):
    made = trained(events, loss="MSE", num_epochs=1)
    outputs = predict(made, events.inputs[160:])
    target = np.eye(2, dtype=np.float32)[events.classes[160:]]
    assert made._history.epochs[0].validation_loss == pytest.approx(np.square(outputs - target).mean(), rel=1e-4)


def test_columns_of_networks_of_different_length():
    """Early stopping ends each network of an ensemble at an epoch of its own."""
    history = History()
    for network, losses in ((1, [3.0, 2.0]), (2, [5.0, 4.0, 1.0])):
        part = history.of_network(network)
        for number, loss in enumerate(losses):
            part.add(Epoch(number + 1, 2 * loss, loss, 0.1, 0.5))
        history.epochs.extend(part.epochs)
    columns = history.columns()
    assert columns["epoch"] == [1, 2, 3]
    assert columns["validation_loss"] == [3, 2]
    assert columns["validation_loss_2"] == [5, 4, 1]
    assert columns["training_loss_2"] == [10, 8, 2]
    assert History().columns()["epoch"] == []


def test_tensorboard_has_every_epoch_as_soon_as_it_ended():
    history = History("board", "run")
    for part, loss in ((history, 3.0), (history.of_network(2), 5.0)):
        part.add(Epoch(1, math.nan, loss, 0.1, 0.5))
        folder = Path("board/run") if part is history else Path("board/run/network2")
        found = EventAccumulator(str(folder)).Reload()
        assert [event.value for event in found.Scalars("loss/validation")] == [loss]
        assert found.Scalars("learning rate")[0].value == pytest.approx(0.1)
        assert "loss/training" not in found.Tags()["scalars"], "it is not known"
        part.close()
