"""Set-up, loading and prediction as the bridge drives them."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from engine_helpers import define, network

from torchmva._engine import prediction, usercode
from torchmva._engine.errors import EngineError
from torchmva._engine.session import Session


def load_request(export, **changes):
    """Arguments of `Session.load` for an exported model."""
    _format, sha256, size, text, recorded, user_code_sha256 = export
    arguments = {
        "user_code": "",
        "user_code_sha256": user_code_sha256,
        "weight_folder": "weights",
        "weight_file": "weights/w.xml",
        "text": text,
        "sha256": sha256,
        "size": size,
        "files": [],
        "n_outputs": 2,
        "recorded": recorded,
        "generation": 1,
    }
    return {**arguments, **changes}


def predict(session, rows, width=2):
    outputs = np.empty((len(rows), width), dtype=np.float32)
    session.predict(rows, outputs)
    return outputs


@pytest.fixture
def trained(session, save_network, events):
    made = session(save_network())
    made.train(**events.request())
    return made


# ---- set-up ----------------------------------------------------------------------------------------------------------


def test_user_code_may_create_the_model(session, tmp_path):
    (tmp_path / "code.py").write_text(
        "import torch\ntorch.jit.save(torch.jit.script(torch.nn.Sequential(torch.nn.Linear(4, 2))), 'made.pt')\n"
    )
    session("made.pt", user_code="code.py")
    assert Path("made.pt").exists()


def test_no_model_at_all_makes_one_of_the_options(session, events):
    made = session("", layout="8,8", activation="Tanh")
    assert [p.shape[0] for p in made._model.parameters() if p.dim() == 2] == [8, 8, 2]
    assert made.train(**events.request()) == 2


@pytest.mark.parametrize(
    ("n_in", "n_out", "text"), [(3, 2, "4 input variables"), (4, 3, "expected 2 or 1 outputs, found 3")]
)
def test_a_model_that_does_not_fit_is_refused(session, save_network, n_in, n_out, text):
    with pytest.raises(EngineError, match=text) as caught:
        session(save_network(n_in, n_out))
    assert caught.value.code == "Model"


def test_with_user_functions_the_mismatch_shows_when_they_fail(session, save_network, events):
    define(train_func=lambda model, train, *_a, **_k: model(next(iter(train))[0]), predict_func=lambda m, x: m(x))
    made = session(save_network(3, 2))
    with pytest.raises(EngineError, match=r"The model does not fit the data: .*train_func failed") as caught:
        made.train(**events.request())
    assert caught.value.code == "Model"
    assert caught.value.traceback_text


def test_the_probe_changes_neither_model_nor_random_numbers(session, save_network):
    path = save_network(4, 2, torch.nn.Sequential(torch.nn.BatchNorm1d(2), torch.nn.Dropout(), torch.nn.Softmax(dim=1)))
    before = torch.random.get_rng_state()
    made = session(path)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert made._model.training
    original = torch.jit.load(path).state_dict()
    assert all(torch.equal(value, original[name]) for name, value in made._model.state_dict().items())


def test_continue_training_starts_from_the_trained_file(session, save_network, events):
    path = save_network()
    session(path).train(**events.request())
    assert session("absent.pt", continue_training=True, filename_trained_model="trained.pt")._model_name == "trained.pt"


# ---- weight files ----------------------------------------------------------------------------------------------------


def test_loaded_model_gives_the_same_bits(trained, events, log):
    loaded = Session(log.write, (4, "Classification", 2, 0))
    assert loaded.load(**load_request(trained.export())) == (2, True)
    assert np.array_equal(predict(loaded, events.inputs), predict(trained, events.inputs))
    assert loaded.load(**load_request(trained.export())) == (2, False)


def test_reading_back_what_was_just_trained_keeps_the_functions(session, save_network, events, log):
    calls = []

    def function(model, rows):
        calls.append(len(rows))
        return model(torch.tensor(rows)).detach().numpy() * 0.5

    define(predict_func=function)
    made = session(save_network())
    made.train(**events.request())
    define(predict_func=None)  # booked for another method meanwhile
    assert made.load(**load_request(made.export())) == (2, False)
    predict(made, events.inputs)
    assert calls[-1] == 200
    assert made.export()[4] == "User"


def test_a_prediction_that_cannot_be_reproduced_needs_its_function(session, save_network, events, log):
    define(predict_func=lambda model, rows: model(torch.tensor(rows)).detach() * 0.5)
    made = session(save_network())
    made.train(**events.request())
    export = made.export()
    define()

    usercode._registry.trained.clear()  # as in another process
    loaded = Session(log.write, (4, "Classification", 2, 0))
    with pytest.raises(EngineError, match=r"trained with a predict_func that does more") as caught:
        loaded.load(**load_request(export))
    assert caught.value.code == "UserCode"
    with pytest.raises(EngineError, match=r"not existing : gone.py"):
        loaded.load(**load_request(export, user_code="gone.py"))


def test_a_prediction_like_the_default_one_does_without(session, save_network, events, log):
    define(predict_func=lambda model, rows: model(torch.tensor(rows)).detach().numpy())
    made = session(save_network())
    made.train(**events.request())
    assert made.export()[4] == "Default"
    loaded = Session(log.write, (4, "Classification", 2, 0))
    define()
    loaded.load(**load_request(made.export(), user_code="gone.py"))
    assert np.allclose(predict(loaded, events.inputs), predict(made, events.inputs), rtol=1e-6)


def test_model_beside_the_weight_file(trained, events, log):
    loaded = Session(log.write, (4, "Classification", 2, 0))
    request = load_request(trained.export(), text="", files=["absent.pt", "trained.pt"])
    loaded.load(**request)
    assert np.array_equal(predict(loaded, events.inputs), predict(trained, events.inputs))
    Path("trained.pt").write_bytes(Path("model.pt").read_bytes())
    other = Session(log.write, (4, "Classification", 2, 0))
    with pytest.raises(EngineError, match=r"does not belong to this weight file: expected "):
        other.load(**request)
    with pytest.raises(EngineError, match=r"is missing") as caught:
        other.load(**{**request, "files": ["absent.pt"]})
    assert "absent.pt" in caught.value.context[0][1]


# ---- prediction ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, prediction.CHUNK - 1, prediction.CHUNK, prediction.CHUNK + 1])
def test_default_prediction_is_plain_pytorch(trained, n):
    rows = np.random.default_rng(1).normal(size=(n, 4)).astype(np.float32)
    outputs = predict(trained, rows)
    model = torch.jit.load("trained.pt").eval()
    with torch.inference_mode():
        expected = torch.cat([model(part) for part in torch.from_numpy(rows).split(prediction.CHUNK)])
    assert np.array_equal(outputs, expected.numpy())


def test_single_row_function_is_the_model(trained):
    array, tensor = trained.row_slot()
    assert tensor.data_ptr() == array.ctypes.data
    array[:] = [[1, 2, 3, 4]]
    with torch.inference_mode():
        assert np.array_equal(trained.single_row_function()(tensor).numpy(), predict(trained, array))


@pytest.mark.parametrize(
    "convert",
    [
        lambda y: y,
        lambda y: y.detach(),
        lambda y: y.detach().numpy(),
        lambda y: y.detach().double().numpy(),
        lambda y: y.tolist(),
        lambda y: y.detach().numpy()[:, ::-1][:, ::-1],
        lambda y: y.detach().half(),
        lambda y: list(y.detach()),
        lambda y: y.detach().numpy().T.copy().T,
    ],
)
def test_anything_array_like_is_a_prediction(session, save_network, events, convert):
    define(predict_func=lambda model, rows: convert(model(torch.tensor(rows))))
    made = session(save_network())
    made.train(**events.request())
    with torch.no_grad():
        expected = made._model(torch.from_numpy(events.inputs)).numpy()
    assert np.allclose(predict(made, events.inputs), expected, atol=1e-3)


@pytest.mark.parametrize(
    ("result", "found"),
    [
        (lambda rows: np.zeros((len(rows), 5)), r"found \[\d+, 5\]"),
        (lambda rows: np.zeros((2, len(rows))), r"found \[2, \d+\]"),
        (lambda rows: np.zeros((len(rows) - 1, 2)), r"found \[\d+, 2\]"),
        (lambda _rows: None, "NoneType"),
        (lambda _rows: "text", "str"),
        (lambda _rows: [[1, 2], [3]], "list"),
    ],
)
def test_a_prediction_of_wrong_shape_is_refused(session, save_network, events, result, found):
    define(predict_func=lambda _model, rows: result(rows))
    with pytest.raises(EngineError, match=f"predict_func must return .*{found}") as caught:
        session(save_network()).train(**events.request())
    assert caught.value.code == "UserCode"


def test_user_code_may_change_its_rows(session, save_network, events, recwarn):
    """In NumPy and through torch.from_numpy: it has a copy of its own."""

    def shift(model, rows):
        rows -= 2
        torch.from_numpy(rows).sub_(3)
        return model(torch.from_numpy(rows)).detach()

    define(predict_func=shift)
    made = session(save_network())
    before = events.inputs.copy()
    made.train(**events.request())
    assert made.export()[4] == "User"
    outputs = predict(made, events.inputs)
    assert np.array_equal(events.inputs, before)
    with torch.no_grad():
        assert np.allclose(outputs, made._model(torch.from_numpy(before - 5)).numpy(), atol=1e-6)
    assert not [warning for warning in recwarn if "not writ" in str(warning.message)]


class Squeezed(torch.nn.Module):
    """One output a row without a dimension for it; for one row without any dimension."""

    def __init__(self, n_out: int = 1) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(4, n_out)

    def forward(self, x):
        return torch.sigmoid(self.layer(x)).squeeze()


@pytest.mark.parametrize("n_out", [1, 2])
@pytest.mark.parametrize("own", [False, True])
def test_a_squeezed_output_works_everywhere(session, events, log, n_out, own):
    torch.jit.script(Squeezed(n_out)).save("squeezed.pt")
    if own:
        define(predict_func=lambda model, rows: model(torch.from_numpy(rows)).detach().numpy())
    made = session("squeezed.pt", batch_size=53)
    made.train(**events.request(n_validation=40))  # 160 = 3 * 53 + 1
    rows = events.inputs[: prediction.CHUNK + 1]
    expected = predict(made, rows, n_out)
    for n in (1, 3):
        assert np.allclose(predict(made, rows[:n], n_out), expected[:n], atol=1e-6)
    if not own:
        many = np.repeat(rows[:1], prediction.CHUNK + 1, axis=0)
        assert np.allclose(predict(made, many, n_out), expected[:1], atol=1e-6)
        array, tensor = made.row_slot()
        array[:] = rows[:1]
        with torch.inference_mode():
            assert np.allclose(made.single_row_function()(tensor).numpy(), expected[0], atol=1e-6)


class OnlyManyRows(torch.nn.Module):
    def forward(self, x):
        if x.shape[0] == 1:
            raise ValueError("one row")
        return x[:, :2]


def test_one_row_is_tried_before_the_training(session):
    torch.jit.script(OnlyManyRows()).save("many.pt")
    with pytest.raises(EngineError, match=r"one row"):
        session("many.pt")


CODE = """
def predict(model, rows):
    return model(torch.from_numpy(rows)).detach() * {factor}

import torch
load_model_custom_objects = {{"predict_func": predict}}
"""


def test_user_code_with_the_recorded_checksum_goes_first(session, save_network, events, log):
    Path("weights").mkdir()
    Path("weights/code.py").write_text(CODE.format(factor=0.5))
    made = session(save_network(), user_code="code.py")
    made.train(**events.request())
    expected = predict(made, events.inputs)
    Path("code.py").write_text(CODE.format(factor=0.125))  # a foreign file of the same name

    def load(**changes):
        usercode._registry.trained.clear()  # as in another process
        loaded = Session(log.write, (4, "Classification", 2, 0))
        loaded.load(**load_request(made.export(), user_code="code.py", **changes))
        return predict(loaded, events.inputs)

    assert np.array_equal(load(), expected)
    assert not log.warnings()
    with pytest.raises(EngineError, match="not run unasked"):  # nobody has named or allowed the foreign one
        load(user_code_sha256="")
    assert np.allclose(load(user_code_sha256="", allow_user_code=True), expected * 0.25)  # as files of TMVA
    assert not log.warnings()
    Path("weights/code.py").write_text(CODE.format(factor=0.7))
    changed = f"has changed since the training, and is not run: expected SHA-256 {made.export()[5]}, found "
    with pytest.raises(EngineError, match=changed) as caught:
        load(allow_user_code=True)
    assert caught.value.code == "UserCode"


def test_a_model_without_user_code_never_uses_that_of_another(session, save_network, events, log):
    plain = session(save_network())
    plain.train(**events.request())
    Path("code.py").write_text(CODE.format(factor=0.5))
    other = session(save_network(), user_code="code.py")
    other.train(**events.request())
    requests = [load_request(plain.export()), load_request(other.export(), user_code="code.py")]
    expected = [predict(plain, events.inputs), predict(other, events.inputs)]

    for order in ((0, 1), (1, 0)):
        usercode._registry.trained.clear()  # as in another process
        for i in order:
            loaded = Session(log.write, (4, "Classification", 2, 0))
            loaded.load(**requests[i])
            assert np.allclose(predict(loaded, events.inputs), expected[i])


@pytest.mark.parametrize("where", ["train_func", "predict_func"])
def test_an_interrupt_is_no_failure_of_the_user(session, save_network, events, where):
    def stop(*_args, **_kwargs):
        raise KeyboardInterrupt

    define(**{where: stop})
    made = session(save_network())
    with pytest.raises(EngineError, match=r"^Interrupted$") as caught:
        made.train(**events.request())
    assert caught.value.code == "UserCode"
    assert ("exception", "KeyboardInterrupt") in caught.value.context


@pytest.mark.parametrize("best", [False, True])
def test_without_a_name_no_file_is_written(session, save_network, events, best):
    made = session(save_network(), filename_trained_model="", save_best_only=best)
    before = sorted(Path().iterdir())
    made.train(**events.request())
    assert sorted(Path().iterdir()) == before
    assert predict(made, events.inputs).shape == (200, 2)


def test_nan_outputs_pass_and_are_reported_once(trained, log):
    rows = np.full((3, 4), np.nan, dtype=np.float32)
    assert np.isnan(predict(trained, rows)).all()
    predict(trained, rows)
    assert len([text for text in log.warnings() if "NaN" in text]) == 1


def test_many_threads(trained, events):
    expected = predict(trained, events.inputs)
    wrong = []

    def work():
        for _ in range(30):
            if not np.array_equal(predict(trained, events.inputs), expected):
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_nothing_to_export_before_training(session, save_network):
    with pytest.raises(EngineError, match=r"no trained model"):
        session(save_network()).export()


def test_exported_program_from_training_to_prediction(session, events, log):
    program = torch.export.export(
        network(), (torch.zeros(2, 4),), dynamic_shapes=({0: torch.export.Dim("rows", min=1)},)
    )
    torch.export.save(program, "model.pt2")
    made = session("model.pt2")
    made.train(**events.request())
    assert made.export()[0] == "torch.export"
    loaded = Session(log.write, (4, "Classification", 2, 0))
    loaded.load(**load_request(made.export()))
    assert np.array_equal(predict(loaded, events.inputs), predict(made, events.inputs))


# ---- models that need real events --------------------------------------------------------------------------------------


class Objects(torch.nn.Module):
    """Pairs of numbers with a mask: the first of a pair that is an object is positive."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = torch.nn.Linear(2, 8)
        layer = torch.nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        self.encoder, self.last = torch.nn.TransformerEncoder(layer, 1), torch.nn.Linear(8, 2)

    def forward(self, x):
        objects = x.view(-1, 2, 2)
        is_none = objects[:, :, 0] <= 0
        return torch.softmax(self.last(self.encoder(self.embed(objects), src_key_padding_mask=is_none).mean(1)), 1)


class Strict(torch.nn.Module):
    """Raises for rows that are no events."""

    def __init__(self, refuses) -> None:
        super().__init__()
        self.refuses, self.last = refuses, torch.nn.Linear(4, 2)

    def forward(self, x):
        if not torch.compiler.is_compiling() and bool(self.refuses(x).any()):
            raise RuntimeError("this is no event")
        return torch.softmax(self.last(x), 1)


def is_empty(x):
    return (x == 0).all(1)


def is_no_event(x):
    """No row that somebody might make up."""
    return (x[:, 3] - 1000).abs() > 100


@pytest.fixture
def with_objects(events):
    events.inputs[:] = np.abs(events.inputs) + 0.1
    events.inputs[::3, 2:] = 0  # one object only
    return events


def test_the_fast_path_of_transformers_is_not_taken(session, with_objects, log):
    """It raises for a block without any object, and gives other numbers than the training has for missing objects."""
    torch.manual_seed(1)
    define(model=Objects())
    made = session("", num_epochs=1, filename_trained_model="trained.pt2")
    made.train(**with_objects.request())
    assert made.export()[0] == "torch.export"
    trained = Objects()
    trained.load_state_dict(torch.export.load("trained.pt2").state_dict)
    rows = torch.cat([torch.from_numpy(with_objects.inputs), torch.zeros(1, 4)])
    expected = trained.train()(rows).detach().numpy()
    assert np.allclose(predict(made, rows.numpy()), expected, atol=1e-6)
    assert np.allclose(predict(made, rows[-1:].numpy()), expected[-1:], atol=1e-6)
    assert torch.backends.mha.get_fastpath_enabled()


@pytest.mark.parametrize("refuses", [is_empty, is_no_event])
@pytest.mark.parametrize("options", [{}, {"ensemble_size": 2}])
def test_a_model_that_refuses_rows_which_are_no_events_is_trained(session, events, log, refuses, options):
    events.inputs[:, 3] = events.inputs[:, 3] * 0.1 + 1000
    define(build_model=lambda *_: Strict(refuses))
    made = session("", num_epochs=1, filename_trained_model="trained.pt2", **options)
    made.train(**events.request())
    module = torch.export.load("trained.pt2").module()
    with torch.no_grad():
        expected = module(torch.from_numpy(events.inputs)).numpy()
    assert np.allclose(predict(made, events.inputs), expected, atol=1e-6)


class OnlyPython(Strict):
    """Nothing but a state dictionary holds it."""

    def forward(self, x):
        names = {"once": lambda y: y}
        return names["once"](super().forward(x)) if float(x.sum()) > -1e30 else x[:, :2]


@pytest.mark.parametrize("refuses", [is_empty, is_no_event])
def test_an_event_that_a_model_refuses_is_named_at_application(session, events, log, refuses):
    events.inputs[:, 3] = events.inputs[:, 3] * 0.1 + 1000
    define(model=OnlyPython(refuses))
    made = session("", num_epochs=1)
    made.train(**events.request())
    assert made.export()[0] == "state dictionary"
    loaded = Session(log.write, (4, "Classification", 2, 0))
    assert loaded.load(**load_request(made.export())) == (2, True)
    rows = events.inputs.copy()
    assert np.array_equal(predict(loaded, rows), predict(made, rows))
    array, tensor = loaded.row_slot()
    array[:] = rows[:1]
    with torch.inference_mode():
        assert np.allclose(loaded.single_row_function()(tensor).numpy(), predict(made, rows[:1]), atol=1e-6)
    rows[77] = 0
    for block in (rows, rows[77:78]):
        with pytest.raises(EngineError, match=r"failed on rows of 4 variables: .*this is no event") as caught:
            predict(loaded, block)
        assert ("inputs of an event that it fails for", "0, 0, 0, 0") in caught.value.context


def test_an_event_that_a_model_refuses_is_named_before_the_training(session, events):
    events.inputs[0] = 0
    define(model=Strict(is_empty))
    made = session("", num_epochs=1)
    with pytest.raises(EngineError, match=r"does not fit the data: .*this is no event") as caught:
        made.train(**events.request())
    assert caught.value.code == "Model"
    assert ("inputs of an event that it fails for", "0, 0, 0, 0") in caught.value.context
    assert not Path("trained.pt2").exists()


def test_a_wrong_number_of_variables_is_refused_at_booking_whatever_the_rows_are(session):
    class Wrong(Strict):
        def __init__(self) -> None:
            super().__init__(is_empty)
            self.last = torch.nn.Linear(3, 2)

    define(model=Wrong())
    with pytest.raises(EngineError, match=r"expected a model for 4 input variables, found: .*cannot be multiplied"):
        session("")


def test_rows_of_numbers_that_a_table_does_not_have(session, events):
    """What is tried with inputs a thousand times too large may fail for them."""

    class Table(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table, self.last = torch.nn.Embedding(5, 4), torch.nn.Linear(16, 2)

        def forward(self, x):
            return torch.softmax(self.last(self.table(x.long()).flatten(1)), 1)

    events.inputs[:] = np.clip(np.round(np.abs(events.inputs)), 0, 4)
    define(model=Table())
    made = session("", num_epochs=1)
    made.train(**events.request())
    assert np.isfinite(predict(made, events.inputs)).all()
