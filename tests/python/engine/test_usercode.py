"""Where the user's functions come from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from engine_helpers import define

from torchmva._engine import usercode
from torchmva._engine.errors import EngineError


def test_file_runs_in_main_once_unless_training_asks_again(tmp_path):
    path = tmp_path / "code.py"
    path.write_text("counter = globals().get('counter', 0) + 1\nload_model_custom_objects = {'predict_func': len}\n")
    main = sys.modules["__main__"].__dict__
    main.pop("counter", None)
    usercode.for_training(path)
    assert main["counter"] == 1
    assert usercode.for_application(path, "").predict_func is len
    assert main["counter"] == 1
    usercode.for_training(path)
    assert main["counter"] == 2
    path.write_text(path.read_text() + "# changed\n")
    usercode.for_application(path, "")
    assert main.pop("counter") == 3


def test_each_file_keeps_its_own_dictionary(tmp_path):
    for name, function in (("a.py", "len"), ("b.py", "sum")):
        (tmp_path / name).write_text(f"load_model_custom_objects = {{'predict_func': {function}}}\n")
        usercode.for_training(tmp_path / name)
    assert usercode.for_application(tmp_path / "a.py", "").predict_func is len
    assert usercode.for_application(tmp_path / "b.py", "").predict_func is sum


def test_each_trained_model_keeps_its_own_dictionary_until_a_newer_one_is_defined():
    for sha, function in (("a", len), ("b", sum)):
        define(predict_func=function)
        usercode.remember(sha, usercode.for_training(None))
    assert usercode.for_application(None, "a").predict_func is len
    assert usercode.for_application(None, "b").predict_func is sum
    define(predict_func=max)
    assert usercode.for_application(None, "a").predict_func is max
    assert usercode.for_application(None, "unknown").predict_func is max


def test_no_dictionary_and_none_entries_are_defaults():
    assert usercode.for_training(None) == usercode.CustomObjects()
    define(optimizer=None, criterion=None, train_func=None, predict_func=None)
    objects = usercode.for_application(None, "")
    assert (objects.train_func, objects.predict_func, objects.criterion, objects.optimizer) == (None,) * 4


@pytest.mark.parametrize("key", ["train_func", "predict_func", "criterion", "optimizer"])
def test_wrong_entries_name_the_key(key):
    define(**{key: 5})
    with pytest.raises(EngineError, match=f"Please use key '{key}' .* found int") as caught:
        usercode.for_training(None)
    assert caught.value.code == "UserCode"


def test_a_class_is_no_criterion():
    import torch

    define(criterion=torch.nn.MSELoss)
    with pytest.raises(EngineError, match=r"found the class MSELoss"):
        usercode.for_training(None)


def test_not_a_dictionary():
    sys.modules["__main__"].__dict__[usercode.DICTIONARY] = [1]
    with pytest.raises(EngineError, match=r"must be a dictionary, found list"):
        usercode.for_training(None)


def test_unknown_keys_get_suggestions():
    define(predict=len, lossfunction=None)
    text = usercode.unknown_key_text(usercode.for_training(None))
    assert "'predict' (did you mean 'predict_func'?)" in text
    assert "'lossfunction'" in text


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def broken(:\n", "SyntaxError"),
        ("raise ValueError('no luck')\n", "ValueError: no luck"),
        ("import sys\nsys.exit(4)\n", "SystemExit: 4"),
        ("raise KeyboardInterrupt\n", "KeyboardInterrupt"),
        ("import absent_module_of_a_test\n", "ModuleNotFoundError"),
    ],
)
def test_failures_carry_the_traceback(tmp_path, code, expected):
    path = tmp_path / "code.py"
    path.write_text(code)
    file_before = sys.modules["__main__"].__dict__.get("__file__")
    with pytest.raises(EngineError) as caught:
        usercode.for_training(path)
    assert expected in caught.value.message
    assert "code.py" in caught.value.traceback_text
    assert sys.modules["__main__"].__dict__.get("__file__") == file_before


def test_find_file_looks_beside_the_weight_file_too(tmp_path):
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "code.py").write_text("")
    assert usercode.find_file("code.py", ("weights",)) == Path("weights/code.py")
    (tmp_path / "code.py").write_text("")
    assert usercode.find_file("code.py", ("weights",)) == Path("code.py")
    with pytest.raises(EngineError, match=r"Input user code is not existing : other.py") as caught:
        usercode.find_file("other.py", ("weights",))
    assert "weights/other.py" in caught.value.context[0][1]


def test_quotes_in_a_path_are_harmless(tmp_path):
    path = tmp_path / 'it\'s "odd".py'
    path.write_text("load_model_custom_objects = {'predict_func': len}\n")
    assert usercode.for_training(path).predict_func is len
