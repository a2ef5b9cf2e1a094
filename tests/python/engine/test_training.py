"""What train functions get, and the function used where there is none."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import torch
from engine_helpers import Events, define, network

from torchmva._engine import userfunctions
from torchmva._engine.errors import EngineError


def tutorial_train(model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler):
    """As in TMVA's tutorials: the class `optimizer`, not its instance, goes to the schedule."""
    trainer = optimizer(model.parameters(), lr=0.01)
    schedule, steps = scheduler
    best_val = None
    tutorial_train.rates = []
    for epoch in range(num_epochs):
        model.train()
        for x, y in train_loader:
            trainer.zero_grad()
            criterion(model(x), y).backward()
            trainer.step()
        if schedule:
            schedule(optimizer, epoch, steps)
        tutorial_train.rates.append(trainer.param_groups[0]["lr"])
        model.eval()
        with torch.no_grad():
            curr_val = sum(criterion(model(x), y).item() for x, y in val_loader) / len(val_loader)
        if save_best:
            best_val = save_best(model, curr_val, curr_val if best_val is None else best_val)
    return model


# ---- optimizers and schedules ----------------------------------------------------------------------------------------


def test_the_optimizer_class_equals_its_base():
    made = userfunctions.remembering(torch.optim.Adam)
    assert made == torch.optim.Adam
    assert torch.optim.Adam == made
    assert made == userfunctions.remembering(torch.optim.Adam)
    assert made != torch.optim.SGD
    assert {torch.optim.Adam: "found"}[made] == "found"


def test_remembering_class_makes_plain_optimizers():
    made = userfunctions.remembering(torch.optim.SGD)
    instance = made(network().parameters(), lr=0.1)
    assert type(instance) is torch.optim.SGD
    assert issubclass(made, torch.optim.SGD)
    assert isinstance(instance, made)
    assert made.__name__ == "SGD"
    assert torch.optim.SGD.__dict__.get("torchmva_instances") is None


@pytest.mark.parametrize("how", ["class", "instance", "partial"])
def test_schedule_with_class_or_instance(how):
    start = functools.partial(torch.optim.SGD, momentum=0.5) if how == "partial" else torch.optim.SGD
    optimizer = userfunctions.remembering(start)
    instance = optimizer(network().parameters(), lr=0.1)
    target = instance if how == "instance" else optimizer
    userfunctions.schedule(target, 0, {1: 0.5})
    assert instance.param_groups[0]["lr"] == 0.1
    userfunctions.schedule(target, 1, {1: 0.5})
    assert instance.param_groups[0]["lr"] == 0.5


def test_schedule_without_an_optimizer_says_so():
    with pytest.raises(TypeError, match=r"needs an optimizer"):
        userfunctions.schedule(torch.optim.SGD, 1, {1: 0.5})


# ---- the user's function ---------------------------------------------------------------------------------------------


def test_user_function_trains_as_plain_pytorch_does(session, save_network, events):
    path = save_network()
    define(train_func=tutorial_train, criterion=torch.nn.MSELoss(), optimizer=torch.optim.SGD)
    made = session(path, save_best_only=False, num_epochs=3, learning_rate_schedule="1,0.5")
    made.train(**events.request())
    assert tutorial_train.rates == [0.01, 0.5, 0.5]

    plain = torch.jit.load(path)
    x, y = torch.from_numpy(events.inputs), torch.nn.functional.one_hot(torch.from_numpy(events.classes).long()).float()
    loaders = [
        torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*part), batch_size=20)
        for part in ((x[:160], y[:160]), (x[160:], y[160:]))
    ]
    tutorial_train(
        plain,
        *loaders,
        3,
        20,
        userfunctions.remembering(torch.optim.SGD),
        torch.nn.MSELoss(),
        None,
        (userfunctions.schedule, {1: 0.5}),
    )
    outputs = np.empty((200, 2), dtype=np.float32)
    made.predict(events.inputs, outputs)
    with torch.no_grad():
        assert np.array_equal(outputs, plain.eval()(x).numpy())


def test_arguments_of_the_user_function(session, save_network, events):
    seen = {}

    def train(model, train_loader, val_loader, **keywords):
        seen.update(keywords, loaders=(train_loader, val_loader))
        return model

    criterion = torch.nn.BCELoss()
    define(train_func=train, criterion=criterion)
    session(save_network(), save_best_only=False, batch_size=30, num_epochs=7).train(**events.request())
    assert set(seen) == {
        "num_epochs",
        "batch_size",
        "optimizer",
        "criterion",
        "save_best",
        "scheduler",
        "weights",
        "loaders",
    }
    assert (seen["num_epochs"], seen["batch_size"], seen["save_best"]) == (7, 30, None)
    assert seen["scheduler"] == (None, None)
    assert seen["criterion"] is criterion
    assert issubclass(seen["optimizer"], torch.optim.SGD)
    train_loader, val_loader = seen["loaders"]
    x, y = train_loader.dataset.tensors
    assert x.data_ptr() == events.inputs.ctypes.data
    assert val_loader.dataset.tensors[0].data_ptr() == events.inputs[160:].ctypes.data
    assert y.dtype == torch.float32
    assert torch.equal(y.argmax(1), torch.from_numpy(events.classes[:160]).long())
    assert torch.equal(y.sum(1), torch.ones(160))
    assert [len(part) for part in seen["weights"]] == [160, 40]
    seen["weights"][0].fill_(7)
    assert events.weights.max() == 1, "user code changed the weights of the data set"


def test_row_lists(session, save_network, events):
    seen = {}

    def train(model, train_loader, val_loader, weights, **_):
        seen.update(weights=weights, val=torch.cat([x for x, _y in val_loader]))
        return model

    define(train_func=train)
    events.weights[:] = np.linspace(-1, 1, 200)
    rows = np.arange(200, dtype=np.int64)
    chosen = (np.concatenate([rows[:80], rows[120:]]), rows[80:120])
    session(save_network(), save_best_only=False).train(**events.request(rows=chosen))
    assert torch.equal(seen["val"], torch.from_numpy(events.inputs[80:120]))
    assert torch.equal(seen["weights"][1], torch.from_numpy(events.weights[80:120]))


@pytest.mark.parametrize("uniform", [True, False])
def test_lost_weights_are_reported_once(session, save_network, events, log, uniform):
    define(train_func=tutorial_train, criterion=torch.nn.MSELoss())
    events.weights[:] = 2 if uniform else np.linspace(1, 2, 200)
    session(save_network()).train(**events.request())
    warnings = [text for text in log.warnings() if "training weights are not uniform" in text]
    assert len(warnings) == (0 if uniform else 1)


@pytest.mark.parametrize("name", ["file/trained.pt", "folder.pt"])
def test_a_file_that_cannot_be_written_is_found_before_training(session, save_network, events, tmp_path, name):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.pt").mkdir()
    define(train_func=lambda *_args, **_kwargs: pytest.fail("training started"))
    with pytest.raises(EngineError, match=r"Cannot write the trained model") as caught:
        session(save_network(), filename_trained_model=name).train(**events.request())
    assert caught.value.code == "File"


# ---- save_best -------------------------------------------------------------------------------------------------------


def losses(*values):
    """A train function whose model has the bias `value` in the epoch with that validation loss."""

    def train(model, *_loaders, save_best, **_):
        best = values[0]
        for value in values:
            with torch.no_grad():
                next(model.parameters()).fill_(value)
            best = save_best(model, value, best)
        train.best = best
        return model

    return train


@pytest.mark.parametrize(("values", "kept"), [((3.0, 1.0, 2.0), 1.0), ((1.0,), 1.0), ((float("nan"), 4.0, 5.0), 4.0)])
def test_the_best_epoch_is_stored_and_used(session, save_network, events, values, kept):
    train = losses(*values)
    define(train_func=train)
    made = session(save_network())
    made.train(**events.request())
    assert train.best == kept
    assert next(torch.jit.load("trained.pt").parameters()).flatten()[0] == kept
    assert next(made._model.parameters()).flatten()[0] == kept


@pytest.mark.parametrize(
    ("train", "reason"),
    [
        (losses(float("nan"), float("nan")), "every validation loss was NaN"),
        (lambda model, *_args, **_kwargs: model, "train_func never called save_best"),
    ],
)
def test_without_a_best_epoch_the_returned_model_is_stored(session, save_network, events, log, train, reason):
    define(train_func=train)
    session(save_network()).train(**events.request())
    assert any(reason in text for text in log.warnings())
    torch.jit.load("trained.pt")


def test_a_train_function_that_returns_nothing(session, save_network, events):
    define(train_func=lambda *_args, **_kwargs: None)
    with pytest.raises(EngineError, match=r"must return the trained model.*found NoneType") as caught:
        session(save_network()).train(**events.request())
    assert caught.value.code == "UserCode"


# ---- the default function --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "n_out", "loss"),
    [
        (torch.nn.Softmax(dim=1), 2, "negative log-likelihood"),
        (torch.nn.Sigmoid(), 2, "binary cross-entropy"),
        (torch.nn.Sigmoid(), 1, "binary cross-entropy"),
        (torch.nn.Identity(), 2, "mean square"),
        (torch.nn.ReLU(), 2, "mean square"),
    ],
)
def test_default_training_separates_the_classes(session, save_network, events, log, last, n_out, loss):
    made = session(save_network(4, n_out, last), num_epochs=30, batch_size=10)
    width = made.train(**events.request())
    assert width == n_out
    assert any(loss in text for _, text in log.lines)
    outputs = np.empty((200, width), dtype=np.float32)
    made.predict(events.inputs, outputs)
    signal = outputs[:, 0][events.classes == 0].mean()
    background = outputs[:, 0][events.classes == 1].mean()
    assert signal - background > 0.2


def test_default_training_uses_event_weights(session, save_network):
    """With all weight on one class its probability goes to 1 everywhere."""
    events = Events()
    events.weights[events.classes == 1] = 1e-6
    made = session(save_network(), num_epochs=40, batch_size=10)
    made.train(**events.request())
    outputs = np.empty((200, 2), dtype=np.float32)
    made.predict(events.inputs, outputs)
    assert outputs[:, 0].min() > 0.8


@pytest.mark.parametrize(
    "criterion", [torch.nn.MSELoss(), torch.nn.BCELoss(), lambda output, y: (output - y).abs().mean()]
)
def test_default_training_with_the_users_criterion_and_optimizer(session, save_network, events, log, criterion):
    define(criterion=criterion, optimizer=torch.optim.RMSprop)
    session(save_network(), learning_rate_schedule="1,0.5").train(**events.request())
    assert any("RMSprop" in text for _, text in log.lines)


def test_default_regression(session, save_network, events):
    targets = events.inputs.sum(1, keepdims=True).astype(np.float32)
    made = session(save_network(4, 1, torch.nn.Identity()), (4, "Regression", 1, 0), num_epochs=60, batch_size=10)
    made.train(**events.request(classes=None, targets=targets))
    outputs = np.empty((200, 1), dtype=np.float32)
    made.predict(events.inputs, outputs)
    assert ((outputs - targets) ** 2).mean() < 0.2 * targets.var()


def test_weights_that_add_up_to_nothing(session, save_network, events):
    events.weights[:] = 0
    with pytest.raises(EngineError, match=r"must be positive") as caught:
        session(save_network()).train(**events.request())
    assert caught.value.code == "Data"
