"""`torchmva info`."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from torchmva import cli

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
FISHER = GOLDEN / "weights" / "TMVAClassification_FisherDG.weights.xml"
REGRESSION = GOLDEN / "weights" / "TMVARegression_LDDG.weights.xml"
NETWORK = GOLDEN / "pytorch" / "testPyTorchClassification_PyTorch.weights.xml"
MODEL = b"a model" * 1000


@pytest.fixture
def info(capsys):
    """`torchmva info ...` in this process: exit code, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.main(["info", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def network_file(tmp_path):
    """A weight file of MethodPyTorch with attributes and children of <Weights> as wanted."""

    def write(attributes: str = 'NOutputs="2" Prediction="Default"', children: str = "") -> Path:
        text = NETWORK.read_text().replace(
            "</MethodSetup>", f"<Weights {attributes}>{children}</Weights></MethodSetup>"
        )
        path = tmp_path / "job_Net.weights.xml"
        path.write_text(text)
        return path

    return write


def model_element(content: str = "", **changes: str) -> str:
    attributes = {
        "Format": "TorchScript",
        "Sha256": hashlib.sha256(MODEL).hexdigest(),
        "Size": str(len(MODEL)),
    } | changes
    return "<Model " + " ".join(f'{name}="{value}"' for name, value in attributes.items()) + f">{content}</Model>"


EMBEDDED = base64.b64encode(zlib.compress(MODEL)).decode()


def test_says_what_is_in_a_file_of_tmva(info):
    code, text, _ = info(REGRESSION)
    assert code == 0
    assert re.search(r"0 +var1 +Variable 1 +\[units\] +\[0.00103168, 4.98638\]", text)
    assert re.search(r"Targets \(1\)\n.*\n +0 +fvalue +\[1.81468, 358.733\]", text)
    assert (
        "inverse square root of the covariance matrix: all variables\n  to Gaussian distributions: all variables"
        in text
    )
    assert re.search(r"VarTransform +D,G", text)
    assert "VerbosityLevel" not in text
    assert "VerbosityLevel" in info(REGRESSION, "--all")[1]
    assert "Classes" not in text
    assert "native, without Python" in text


@pytest.mark.parametrize("path", [FISHER, REGRESSION, NETWORK], ids=lambda path: path.name.partition("_")[2][:6])
def test_json_has_what_the_file_has(info, path):
    code, text, _ = info(path, "--json")
    content = json.loads(text)
    source = path.read_text()
    assert code == 0
    assert [column["expression"] for column in content["variables"]] == re.findall(
        r'<Variable VarIndex="\d+" Expression="(\w+)"', source
    )
    assert [column["maximum"] for column in content["variables"]] == [
        float(value) for value in re.findall(r'<Variable VarIndex="\d+" Expression.* Max="([^"]+)"', source)
    ]
    assert [option["name"] for option in content["options"]] == re.findall(r'<Option name="(\w+)"', source)
    assert content["classes"] == re.findall(r'<Class Name="(\w+)"', source)
    assert [step["name"] for step in content["transformations"]] == ["Decorrelation", "Gauss"]
    assert content["training"]["events"] == int(re.search(r'"Training events" value="(\d+)"', source).group(1))
    assert content["problems"] == []


def test_a_model_of_tmva_is_found_beside_the_weight_file(info, tmp_path):
    shutil.copy(NETWORK, tmp_path)
    code, text, error = info(tmp_path / NETWORK.name)
    assert code == 1
    assert "the file is not there" in text
    assert "the model cannot be used: the file is not there" in error
    shutil.copy(GOLDEN / "pytorch" / "trainedPyTorchModelClassification.pt", tmp_path)
    code, text, error = info(tmp_path / NETWORK.name)
    assert (code, error) == (0, "")
    assert str(tmp_path / "trainedPyTorchModelClassification.pt") in text


def test_models_are_checked(info, network_file, tmp_path):
    assert re.search(r"check +fits", info(network_file(children=model_element(EMBEDDED)))[1])
    code, _, error = info(network_file(children=model_element(EMBEDDED, Sha256="0" * 64)))
    assert code == 1
    assert "expected SHA-256 0000" in error
    assert hashlib.sha256(MODEL).hexdigest() in error
    assert "expected 7001 bytes, found 7000" in info(network_file(children=model_element(EMBEDDED, Size="7001")))[2]
    assert "expected 6999 bytes, found more" in info(network_file(children=model_element(EMBEDDED, Size="6999")))[2]
    assert "the embedded model is damaged" in info(network_file(children=model_element(EMBEDDED[:-8] + "!!!!====")))[2]
    beside = network_file(children=model_element(File="models/model.pt"))
    assert "the file is not there" in info(beside)[2]
    (tmp_path / "model.pt").write_bytes(MODEL)
    assert info(beside)[0] == 0
    (tmp_path / "model.pt").write_bytes(MODEL[:-1])
    assert "expected 7000 bytes, found 6999" in info(beside)[2]


def test_engine(info, network_file):
    def engine(*arguments: str) -> dict[str, object]:
        return json.loads(info(network_file(*arguments), "--json")[1])["engine"]

    model = model_element(EMBEDDED)
    assert engine('NOutputs="2" Prediction="Default"', model) == {
        "engine": "Python", "reason": "the file has no native network", "operations": [], "parameters": 0,
    }  # fmt: skip
    assert (
        engine('NOutputs="2" NotNative="operator aten::fft" Prediction="Default"', model)["reason"]
        == "operator aten::fft"
    )
    data = bytes(40)
    network = (
        f'<Network Version="1" NInputs="4" NOutputs="2" Size="10" Md5="{hashlib.md5(data).hexdigest()}">'
        '<Operation Type="Linear" Inputs="0" Shape="2" Weight="0" Bias="8"/><Operation Type="Softmax" Inputs="1" Shape="2" Dim="0"/>'
        f"<Parameters>{base64.b64encode(data).decode()}</Parameters></Network>"
    )
    native = engine('NOutputs="2" Prediction="Default"', model + network)
    assert native == {"engine": "native", "reason": "", "operations": ["Linear", "Softmax"], "parameters": 10}
    assert "2 operations, 10 parameters\n           Linear - Softmax" in info(network_file(children=model + network))[1]
    assert engine('NOutputs="2" Prediction="User"', model + network)["engine"] == "Python"
    slow = network_file('NOutputs="2" Prediction="Default" SlowPart="torch is faster"', model + network)
    for option, expected in (("Auto", "Python"), ("Native", "native")):
        slow.write_text(slow.read_text().replace("</Options>", f'<Option name="Engine">{option}</Option></Options>'))
        answer = json.loads(info(slow, "--json")[1])["engine"]
        assert (answer["engine"], answer["reason"]) == (expected, "torch is faster" if expected == "Python" else "")
        slow = network_file('NOutputs="2" Prediction="Default" SlowPart="torch is faster"', model + network)


def test_history_beside_the_file(info, network_file, tmp_path):
    path = network_file(children=model_element(EMBEDDED))
    losses = [0.5, None, 0.25, 0.3]
    epochs = [{"epoch": i + 1, "network": 1, "validation_loss": loss} for i, loss in enumerate(losses)]
    (tmp_path / "job_Net.history.json").write_text(json.dumps({"epochs": epochs}))
    history = json.loads(info(path, "--json")[1])["training"]["history"]
    assert (history["epochs"], history["best_epoch"], history["best_validation_loss"]) == (4, 3, 0.25)
    assert re.search(r"best validation loss +0.25 in epoch 3", info(path)[1])
    (tmp_path / "job_Net.history.json").write_text("{")
    assert json.loads(info(path, "--json")[1])["training"]["history"] is None


def test_folds(info, tmp_path):
    folds = "".join(f'<Fold File="fold{i}.weights.xml"/>' for i in (1, 2))
    text = FISHER.read_text().replace("Fisher::FisherDG", "CrossValidation::Fisher")
    path = tmp_path / "all.weights.xml"
    path.write_text(re.sub(r"<Weights.*</Weights>", f"<Weights>{folds}</Weights>", text, flags=re.DOTALL))
    shutil.copy(FISHER, tmp_path / "fold2.weights.xml")
    code, out, error = info(path)
    assert code == 1
    assert "fold1.weights.xml  (not there)\n  fold2.weights.xml\n" in out
    assert "the weight file of a fold is not there: fold1.weights.xml" in error
    assert "native" in out


@pytest.mark.parametrize("content", [None, b"", b"no XML", b"<a/>", b"\0\0", b"<MethodSetup Method='Fisher::F'>"])
def test_what_is_no_weight_file_is_refused(info, tmp_path, content):
    path = tmp_path / "x.weights.xml"
    if content is not None:
        path.write_bytes(content)
    code, out, error = info(path)
    assert (code, out) == (1, "")
    assert error.startswith("torchmva info: ")
    assert str(path) in error


@pytest.mark.timeout(60)
def test_nothing_but_regular_files_is_opened(info, network_file, tmp_path):
    """To open a pipe without a writer is to wait for one."""
    pipe = tmp_path / "pipe.weights.xml"
    os.mkfifo(pipe)
    for path, found in (
        (pipe, "pipe, socket or device"),
        (Path("/dev/zero"), "pipe, socket or device"),
        (tmp_path, "folder"),
    ):
        code, _, error = info(path)
        assert code == 1
        assert re.search(rf"expected a regular file, found a {found} \[file: {path}\]", error), error
    path = network_file(children=model_element(File="model.pt"))
    os.mkfifo(tmp_path / "model.pt")
    os.mkfifo(tmp_path / "job_Net.history.json")
    assert "the file is not there" in info(path)[2]


def test_notes_a_newer_release(info, network_file):
    path = network_file(children=model_element(EMBEDDED))
    path.write_text(path.read_text().replace("<Info", '<Info name="TorchMVA Release" value="99.0.0"/>\n<Info', 1))
    code, text, _ = info(path)
    assert code == 0
    assert "a newer TorchMVA than this one" in text


def test_loads_neither_root_nor_torch_nor_numpy():
    """They are what takes time at a start."""
    code = (
        "import sys\nfrom torchmva.cli import main\nassert main(['info', sys.argv[1]]) in (0, None)\n"
        "print('loaded:', sorted({'ROOT', 'torch', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, NETWORK], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.endswith("loaded: []\n")
