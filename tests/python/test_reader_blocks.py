"""Blocks of events in Python: `Reader.EvaluateBatch` on arrays of every kind, and what is refused."""

from __future__ import annotations

import sys
import threading
import time
from array import array
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import torchmva
from torchmva import _arrays

ROOT = pytest.importorskip("ROOT")
ROOT.gROOT.SetBatch(True)


@pytest.fixture(scope="module")
def reader(request):
    reader = ROOT.TMVA.Reader("Silent")
    for i in range(1, 5):
        reader.AddVariable(f"var{i}", array("f", [0.0]))
    weights = request.config.rootpath / "tests/data/golden/weights/TMVAClassification_Fisher.weights.xml"
    reader.BookMVA("Fisher", str(weights))
    return reader


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(1).normal(size=(7, 4)).astype(np.float32)


@pytest.fixture(scope="module")
def expected(reader, rows):
    return np.array([reader.EvaluateMVA(row.tolist(), "Fisher") for row in rows], np.float32)


def frozen(values):
    values = values.copy()
    values.flags.writeable = False
    return values


@pytest.mark.parametrize(
    "given",
    [
        lambda rows: rows,
        np.ravel,
        frozen,
        lambda rows: memoryview(rows),
        lambda rows: array("f", rows.ravel()),
        lambda rows: ROOT.std.vector["float"](rows.ravel()),
    ],
    ids=["rows", "flat", "read-only", "memoryview", "array", "vector"],
)
def test_batch_uses_memory_of_every_kind(reader, rows, expected, given):
    for responses in (np.empty(7, np.float32), np.empty((7, 1), np.float32), np.empty(9, np.float32)):
        assert reader.EvaluateBatch("Fisher", given(rows), 7, responses) is None
        np.testing.assert_allclose(responses.ravel()[:7], expected, rtol=1e-5, atol=1e-6)
    responses = array("f", bytes(28))
    reader.EvaluateBatch(ROOT.TString("Fisher"), given(rows), 7, responses)
    np.testing.assert_allclose(responses, expected, rtol=1e-5, atol=1e-6)
    reader.EvaluateBatch("Fisher", variables=given(rows[:0]), n=0, responses=responses)


def test_batch_takes_bare_pointers_and_tensors(reader, rows, expected):
    torch = pytest.importorskip("torch")
    result = torch.zeros(7)
    reader.EvaluateBatch("Fisher", torch.from_numpy(rows), 7, result)
    np.testing.assert_allclose(result.numpy(), expected, rtol=1e-5, atol=1e-6)
    variables, responses = ROOT.std.vector["float"](rows.ravel()), ROOT.std.vector["float"](7)
    reader.EvaluateBatch("Fisher", variables.data(), 7, responses.data())
    np.testing.assert_allclose(np.asarray(responses), expected, rtol=1e-5, atol=1e-6)


WRONG_VARIABLES = {
    "too narrow": (lambda x: x[:, :3].copy(), r"expected shape \(7, 4\).* found ndarray of float32, shape \(7, 3\)"),
    "same size, other width": (lambda x: x.reshape(14, 2), r"found ndarray of float32, shape \(14, 2\), C order"),
    "too short": (lambda x: x[:6], r"expected shape \(7, 4\).* 28 numbers .* found .* shape \(6, 4\)"),
    "flat, too short": (lambda x: x.ravel()[:27], r"28 numbers .* found .* shape \(27,\)"),
    "float64": (lambda x: x.astype(float), "C-contiguous array of float32, found ndarray of float64"),
    "byte order": (lambda x: x.astype(">f4"), "found ndarray of >f4"),
    "Fortran": (np.asfortranarray, r"found ndarray of float32, shape \(7, 4\), Fortran order"),
    "sliced": (lambda x: np.repeat(x, 2, axis=1)[:, ::2], "found .*, not contiguous"),
    "list": (lambda x: x.tolist(), "C-contiguous array of float32, found list"),
    "text": (lambda x: "text", "found str 'text'"),
    "None": (lambda x: None, "found NoneType"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "message"), WRONG_VARIABLES.values(), ids=WRONG_VARIABLES)
def test_batch_says_what_is_wrong_with_the_variables(reader, rows, given, message):
    with pytest.raises(torchmva.Error, match=message) as caught:
        reader.EvaluateBatch("Fisher", given(rows), 7, np.empty(7, np.float32))
    assert caught.value.GetCode() == ROOT.TorchMVA.EErrorCode.kArgument
    assert str(caught.value).endswith("tag: Fisher")


@pytest.mark.parametrize(
    ("responses", "message"),
    [
        (np.empty(6, np.float32), r"room for 7 x 1 = 7 numbers, found .* shape \(6,\)"),
        (np.empty(7), "found ndarray of float64"),
        (np.empty(14, np.float32)[::2], "not contiguous"),
        (frozen(np.empty(7, np.float32)), "writable"),
        (bytes(28), "found"),
        ([0.0] * 7, "found list"),
    ],
    ids=["short", "float64", "sliced", "read-only", "bytes", "list"],
)
def test_batch_says_what_is_wrong_with_the_responses(reader, rows, responses, message):
    with pytest.raises(torchmva.Error, match=message):
        reader.EvaluateBatch("Fisher", rows, 7, responses)


@pytest.mark.parametrize("n", [-1, 8, 10**12, 2**70, 7.0, "7"])
def test_batch_says_what_is_wrong_with_the_number(reader, rows, n):
    with pytest.raises(torchmva.Error, match=str(n)):
        reader.EvaluateBatch("Fisher", rows, n, np.empty(7, np.float32))


def test_batch_with_half_the_arguments_or_an_unknown_tag(reader, rows):
    with pytest.raises(torchmva.Error, match="only one of n and responses"):
        reader.EvaluateBatch("Fisher", rows, 7)
    with pytest.raises(torchmva.Error, match="no such tag"):
        reader.EvaluateBatch("no such tag", rows)


@pytest.mark.parametrize(
    "given",
    [
        lambda rows: rows,
        np.ravel,
        lambda rows: rows.astype(float),
        np.asfortranarray,
        lambda rows: np.repeat(rows, 2, axis=1)[:, ::2],
        lambda rows: rows.tolist(),
    ],
    ids=["rows", "flat", "float64", "Fortran", "sliced", "list"],
)
def test_batch_returns_a_new_array(reader, rows, expected, given):
    result = reader.EvaluateBatch("Fisher", given(rows))
    assert result.dtype == np.float32
    assert result.shape == (7,)
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-6)


def test_batch_fills_the_array_that_is_given(reader, rows, expected):
    for given in (rows, rows.astype(float), rows.tolist()):
        for shape in ((7,), (7, 1)):
            out = np.empty(shape, np.float32)
            assert reader.EvaluateBatch("Fisher", given, out=out) is out
            np.testing.assert_allclose(out.ravel(), expected, rtol=1e-5, atol=1e-6)
    for wrong, message in (
        (np.empty(8, np.float32), r"out: expected an array of float32, shape \(7,\), found .* shape \(8,\)"),
        (np.empty(7), "found ndarray of float64"),
        (np.empty(14, np.float32)[::2], "not contiguous"),
        (frozen(np.empty(7, np.float32)), "writable"),
        ([0.0] * 7, "found list"),
    ):
        with pytest.raises(torchmva.Error, match=message):
            reader.EvaluateBatch("Fisher", rows, out=wrong)
    with pytest.raises(torchmva.Error, match="both responses and out"):
        reader.EvaluateBatch("Fisher", rows, 7, np.empty(7, np.float32), out=np.empty(7, np.float32))


def test_batch_with_nan_is_minus_999_as_a_single_event(reader, rows, expected, capfd):
    rows = rows.copy()
    rows[2, 1] = np.nan
    found = reader.EvaluateBatch("Fisher", rows)
    assert found[2] == -999
    assert reader.EvaluateMVA(rows[2], "Fisher") == -999
    kept = [i for i in range(7) if i != 2]
    np.testing.assert_allclose(found[kept], np.asarray(expected)[kept], rtol=1e-5, atol=1e-6)
    assert "1 of 7 events have a NaN among their variables" in capfd.readouterr().err


def test_batch_gives_other_threads_python_meanwhile(reader, rows):
    many = np.tile(rows, (200_000, 1))
    expected = reader.EvaluateBatch("Fisher", many)
    ticks, is_over = [0], threading.Event()

    def tick():
        while not is_over.is_set():
            ticks[0] += 1
            time.sleep(1e-4)

    interval = sys.getswitchinterval()
    other = threading.Thread(target=tick)
    other.start()
    try:
        sys.setswitchinterval(60)  # nobody takes the lock from this thread
        out = np.empty(len(many), np.float32)
        before = ticks[0]
        reader.EvaluateBatch("Fisher", many, len(many), out)
        during = ticks[0] - before
    finally:
        sys.setswitchinterval(interval)
        is_over.set()
        other.join(60)
    assert during > 0
    np.testing.assert_array_equal(out, expected)


def test_batches_in_threads_of_python(reader, rows):
    many = np.tile(rows, (2000, 1)) * np.linspace(0, 1, 14000, dtype=np.float32)[:, None]
    expected = reader.EvaluateBatch("Fisher", many)
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda i: reader.EvaluateBatch("Fisher", many[i : i + 70]), range(0, 14000, 70)))
        with pytest.raises(torchmva.Error, match="no such tag"):
            list(pool.map(lambda i: reader.EvaluateBatch("no such tag", many[:i]), range(8)))
    np.testing.assert_array_equal(np.concatenate(parts), expected)


def test_batch_that_returns_an_array_checks_too(reader, rows):
    assert reader.EvaluateBatch("Fisher", rows[:0]).shape == (0,)
    with pytest.raises(torchmva.Error, match=r"shape \(7, 3\)"):
        reader.EvaluateBatch("Fisher", rows[:, :3])
    with pytest.raises(torchmva.Error, match=r"shape \(27,\)"):
        reader.EvaluateBatch("Fisher", rows.ravel()[:27])
    for wrong in ("text", None, 1.0, [[1.0], [1.0, 2.0]]):
        with pytest.raises(torchmva.Error, match="variables: expected"):
            reader.EvaluateBatch("Fisher", wrong)


def test_batch_with_several_responses_per_event():
    class ThreeClasses:
        def GetNVariables(self, tag):
            return 2

        def GetNResponses(self, tag):
            return 3

    def call(reader, tag, variables, n, responses):
        responses.reshape(n, 3)[:] = variables[:, :1]

    result = _arrays.evaluate_batch(ThreeClasses(), call, "t", [[1, 2], [3, 4]], None, None)
    assert result.tolist() == [[1.0] * 3, [3.0] * 3]
    with pytest.raises(torchmva.Error, match="room for 2 x 3 = 6 numbers"):
        _arrays.evaluate_batch(ThreeClasses(), call, "t", np.ones((2, 2), np.float32), 2, np.ones(5, np.float32))
