"""Where the user's functions come from."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest
from engine_helpers import define

from torchmva._engine import consent, usercode
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


def test_each_file_keeps_its_own_globals(tmp_path):
    code = "SCALE = {}\ndef scale(x):\n    return x * SCALE\ndef predict(model, x):\n    return scale(x)\n"
    objects = []
    for name, factor in (("a.py", 1), ("b.py", 10)):
        (tmp_path / name).write_text(code.format(factor) + "load_model_custom_objects = {'predict_func': predict}\n")
        objects.append(usercode.for_application(tmp_path / name, ""))
    assert [made.predict_func(None, 2) for made in objects] == [2, 20]


def test_the_dictionary_of_a_file_is_for_its_method_only(tmp_path):
    (tmp_path / "code.py").write_text("load_model_custom_objects = {'predict_func': len}\n")
    for run in (usercode.for_training, lambda path: usercode.for_application(path, "")):
        assert run(tmp_path / "code.py").predict_func is len
        assert usercode.DICTIONARY in sys.modules["__main__"].__dict__  # for everybody to look at
        assert usercode.for_training(None).predict_func is None
        assert usercode.for_application(None, "").predict_func is None
    define(predict_func=sum)
    usercode.for_training(tmp_path / "code.py")
    assert usercode.for_training(None).predict_func is sum
    assert usercode.for_application(None, "").predict_func is sum


def test_names_of_the_script_are_seen_and_stay(tmp_path, monkeypatch):
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "setting", 3, raising=False)
    monkeypatch.setattr(main, "made_by_file", None, raising=False)
    monkeypatch.delattr(main, "made_by_file")
    path = tmp_path / "code.py"
    path.write_text("made_by_file = [setting]\nsetting = 4\nassert __name__ == '__main__' and __file__\n")
    usercode.for_training(path)
    assert (main.setting, main.made_by_file) == (3, [3])
    assert sys.modules["__main__"] is main


def test_classes_of_a_file_can_be_pickled_and_scripted(tmp_path):
    path = tmp_path / "code.py"
    path.write_text(
        "import inspect, pickle, torch\n"
        "class NetOfAFile(torch.nn.Module):\n"
        "    def forward(self, x):\n"
        "        return helper_of_a_file(x)\n"
        "def helper_of_a_file(x):\n"
        "    return x * 2\n"
        "pickle.loads(pickle.dumps(NetOfAFile()))\n"
        "assert 'forward' in inspect.getsource(NetOfAFile)\n"
        "torch.jit.script(NetOfAFile())\n"
        "load_model_custom_objects = {'predict_func': lambda m, x: torch.jit.script(NetOfAFile())(x), "
        "'train_func': NetOfAFile}\n"
    )
    import pickle

    import torch

    objects = usercode.for_training(path)
    assert objects.predict_func(None, torch.ones(1)) == 2
    assert isinstance(pickle.loads(pickle.dumps(objects.train_func())), objects.train_func)


def test_the_registries_are_bounded(tmp_path):
    for i in range(usercode.MAX_TRAINED + 5):
        usercode.remember(str(i), usercode.CustomObjects())
    assert len(usercode._registry.trained) == usercode.MAX_TRAINED
    path = tmp_path / "code.py"
    for i in range(3):
        path.write_text(f"load_model_custom_objects = {{}}\n# {i}\n")
        usercode.for_application(path, "")
    assert len(usercode._registry.files) == 1


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
        ("raise KeyboardInterrupt\n", "Interrupted"),
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


def test_code_runs_if_its_author_is_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv(consent.VARIABLE, raising=False)
    monkeypatch.setattr(consent, "_here", set())
    path = tmp_path / "code.py"
    path.write_text("load_model_custom_objects = {'predict_func': len}\n")
    sha256 = usercode.checksum(path)
    assert not consent.is_given(sha256)
    usercode.for_training(path)
    assert consent.is_given(sha256)
    monkeypatch.setattr(consent, "_here", set())  # as in a later process
    assert consent.is_given(sha256)
    assert not consent.is_given("../" + sha256)
    assert not consent.is_given(hashlib.sha256(b"another").hexdigest())
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")  # cannot be written: in this process only
    assert not consent.is_given(sha256)
    consent.remember(sha256)
    assert consent.is_given(sha256)
    for value, allowed in (("1", True), ("yes", True), ("0", False), ("", False)):
        monkeypatch.setenv(consent.VARIABLE, value)
        assert consent.is_given("0" * 64) is allowed
