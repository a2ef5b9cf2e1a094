"""Weight files that were damaged, edited or made to do harm: an error or the same responses, no crash, no code, no memory."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import os
import pickle
import random
import re
import resource
import shutil
import struct
import sys
import time
import xml.dom.minidom
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from torchmva import _checksum, cli
from torchmva import _weightfile as weightfile
from torchmva._engine import consent
from torchmva._weightfile_xml import WeightFileError

sys.path.insert(0, str(Path(__file__).parent))

import network_job

NET, FISHER = "dataset/weights/job_Net.weights.xml", "dataset/weights/job_Fisher.weights.xml"
ROWS = np.ascontiguousarray(network_job.events(50, seed=9)[0], dtype=np.float32)
SPLIT = "int(fabs([id]))%int([NumFolds])"


@pytest.fixture(scope="module")
def trained(ROOT, tmp_path_factory):
    """The folder of two methods, and of a cross-validation in `cv`."""
    folder = tmp_path_factory.mktemp("trained")
    TMVA = ROOT.TMVA
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        loader, factory = network_job.make_loader(ROOT), network_job.make_factory(ROOT)
        network_job.book(ROOT, factory, loader, VarTransform="N,D", EnsembleSize=2, NumEpochs=1)
        factory.BookMethod(loader, TMVA.Types.kFisher, "Fisher", VarTransform="N,D,P,G", CreateMVAPdfs=True)
        factory.BookMethod(loader, TMVA.Types.kLD, "LD", VarTransform="U,I")
        factory.TrainAllMethods()
        loader = TMVA.DataLoader("cv")
        for name in network_job.VARIABLES:
            loader.AddVariable(name)
        loader.AddSpectator("id")
        rows, classes = network_job.events(400)
        columns = {name: np.ascontiguousarray(rows[:, i]) for i, name in enumerate(network_job.VARIABLES)}
        frame = ROOT.RDF.FromNumpy({**columns, "id": np.floor(np.arange(400) / 2), "cls": classes.astype(np.int32)})
        for number, name in enumerate(("Signal", "Background")):
            loader.AddDataFrame(frame.Filter(f"cls == {number}"), name)
        loader.PrepareTrainingAndTestTree("", "nTest_Signal=1:nTest_Background=1:!V")
        cv = TMVA.CrossValidation("cv", loader, NumFolds=2, AnalysisType="Classification", Silent=True,
                                  SplitType="Deterministic", SplitExpr=SPLIT)  # fmt: skip
        cv.BookMethod(TMVA.Types.kFisher, "Fi", "!V")
        cv.Evaluate()
    return folder


@pytest.fixture(autouse=True)
def _work(trained, monkeypatch):
    monkeypatch.chdir(trained)


def responses(ROOT, file, engine="Auto", allowed=False):
    options = f"!Color:Silent:Engine={engine}:AllowUserCode={allowed}"
    reader = ROOT.TMVA.Reader(":".join(network_job.VARIABLES), options)
    reader.BookMVA("m", str(file))
    return np.asarray(reader.EvaluateBatch("m", ROWS))


def changed(file, pattern, new, tmp_path):
    """A copy with one replacement."""
    text, n = re.subn(pattern, new, Path(file).read_text(), count=1, flags=re.DOTALL)
    assert n == 1, pattern
    copy = tmp_path / Path(file).name
    copy.write_text(text)
    return copy


def refused(ROOT, file, words="", python=True, engine="Auto"):
    """An Error of the Reader, and, unless it does not look at that, of the reader without ROOT."""
    with pytest.raises(ROOT.TMVA.Error) as caught:
        responses(ROOT, file, engine)
    assert words in str(caught.value), str(caught.value)
    if python:
        with pytest.raises(WeightFileError, match=re.escape(words) or "."):
            weightfile.read(file)


# ---- pieces that are missing, changed or not known ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "pattern", "new"),
    [
        (NET, r'<Transform Name="Normalize">.*?</Transform>', ""),
        (NET, r"<Matrix [^>]*>[^<]*</Matrix>(\s*</Transform>)", r"\1"),
        (NET, r'<Class ClassIndex="2">.*?</Class>', ""),
        (NET, r'<Operation Type="Softmax"[^>]*/>', ""),
        (NET, r'(<Operation Type="Linear"[^>]*) Bias="\d+"', r"\1"),
        (NET, r"<SpreadOfEnsemble>.*?</SpreadOfEnsemble>", ""),
        (NET, r'(<Option name="VarTransform"[^>]*>)[^<]*', r"\1D,N"),
        (FISHER, r'(<Coefficient Index="1" Value=")[^"]*', r"\g<1>1.25"),
        (FISHER, r'<PDF Name="Fisher_PDFSig".*?</PDF>', ""),
        (FISHER, r'(<Histogram Name="Cumulative_Var0_cls2_original"[^>]*>)[^ ]*', r"\g<1>0.125"),
        ("dataset/weights/job_LD.weights.xml", r'NTransformations="2"', 'NTransformations="3"'),
    ],
)  # fmt: skip
def test_missing_and_changed_pieces_are_refused(ROOT, tmp_path, file, pattern, new):
    refused(ROOT, changed(file, pattern, new, tmp_path))


@pytest.mark.parametrize(
    ("file", "pattern", "new", "word"),
    [
        (FISHER, '<Transform Name="Decorrelation"', '<Transform Name="Decorrelation" Ridge="1"', "Ridge"),
        (FISHER, '<Transform Name="PCA"', '<Transform Name="PCA" Whiten="1"', "Whiten"),
        (FISHER, "</Transform>", "<Shift>1</Shift></Transform>", "Shift"),
        (FISHER, '<Weights ', '<Weights Link="Logit" ', "Link"),
        (FISHER, "<Coefficient ", '<Coefficient Power="2" ', "Power"),
        (FISHER, "<Variable VarIndex", '<Variable Scale="2" VarIndex', "Scale"),
        (FISHER, "<Option ", '<Option Twice="Yes" ', "Twice"),
        (FISHER, "<MethodSetup ", '<MethodSetup Mode="other" ', "Mode"),
        (FISHER, "<PDF ", '<PDF Folded="1" ', "Folded"),
        (FISHER, "<Matrix ", '<Matrix Transposed="1" ', "Transposed"),
        (FISHER, "<Range ", '<Range Log="1" ', "Log"),
        (NET, "<Network ", '<Network Precision="half" ', "Precision"),
        (NET, "<Weights ", '<Weights Temperature="2" ', "Temperature"),
        (NET, "<Model ", '<Model Device="cuda" ', "Device"),
    ],
)  # fmt: skip
def test_unknown_attributes_and_elements_are_refused_by_name(ROOT, tmp_path, file, pattern, new, word):
    refused(ROOT, changed(file, pattern, new, tmp_path), word, python=False)


def test_what_does_not_matter_may_be_changed(ROOT, tmp_path):
    for file in (NET, FISHER, "dataset/weights/job_LD.weights.xml"):
        expected = responses(ROOT, file)
        text = Path(file).read_text()
        indented = xml.dom.minidom.parseString(text).toprettyxml(indent="    ")
        copy = tmp_path / "copy.weights.xml"
        for other in (
            indented,
            text.replace("::", "::Renamed", 1),
            re.sub(r'Title="[^"]*"', 'Title="p_{T}"', text),
            re.sub(r'(<Info name="Dir" value=")[^"]*', r"\1/somewhere", text),
            text.replace('<Transform Name="Normalize"', '<Transform Name="Normalize" UseOffsetOrNot="UseOffset"'),
            re.sub(r' Sha256="[0-9a-f]{64}"( Method|>)', r"\1", text, count=1),  # as earlier releases write it
        ):
            copy.write_text(other)
            assert np.array_equal(responses(ROOT, copy), expected)
            weightfile.read(copy)


def test_an_edited_file_can_be_accepted(ROOT, tmp_path, capsys):
    file = changed(FISHER, r'(<Coefficient Index="0" Value=")[^"]*', r"\g<1>1.25", tmp_path)
    refused(ROOT, file, "torchmva checksum --update")
    assert cli.main(["checksum", str(file)]) == 1
    assert "checksum --update" in capsys.readouterr().err
    assert cli.main(["checksum", "--update", str(file)]) == 0
    original = float(re.search(r'Index="0" Value="([^"]*)', Path(FISHER).read_text())[1])
    assert np.allclose(responses(ROOT, file) - responses(ROOT, FISHER), 1.25 - original, atol=1e-5)
    file = changed(NET, r'<Operation Type="Softmax"[^>]*/>', "", tmp_path)
    assert cli.main(["checksum", "--update", str(file)]) == 1  # inputs of the operations behind it have other numbers
    assert cli.main(["checksum", NET, FISHER]) == 0


# ---- numbers -----------------------------------------------------------------------------------------------------------


def test_numbers_beyond_the_range_are_refused(ROOT, tmp_path):
    for pattern, number in (
        (r"(<Matrix [^>]*>\s*)[^ ]+", "1e999"),
        (r"(<Matrix [^>]*>\s*)[^ ]+", "-1e400"),
        (r'(<Histogram Name="Cumulative[^>]*>\s*)[^ ]+', "1e39"),
        (r"(<Eigenvectors [^>]*>\s*)[^ ]+", "0.001e400"),
        (r'(<Range Index="0" Min=")[^"]*', "-1e39"),
        (r'(<Coefficient Index="1" Value=")[^"]*', "1e999"),
        (r'(<Variable VarIndex="0".*? Max=")[^"]*', "1e39"),
    ):
        refused(ROOT, changed(FISHER, pattern, rf"\g<1>{number}", tmp_path), python=False)
    # the first matrix is that of the signal, which is not used
    tiny = changed(FISHER, r"(<Matrix [^>]*>\s*)[^ ]+", r"\g<1>1e-999", tmp_path)
    assert np.array_equal(responses(ROOT, tiny), responses(ROOT, FISHER))
    for tiny in ("1e-999", "0.0001e-322", "1e-99999999999999999999"):
        file = changed(FISHER, r'(<Coefficient Index="0" Value=")[^"]*', rf"\g<1>{tiny}", tmp_path)
        cli.main(["checksum", "--update", str(file)])
        zero = changed(FISHER, r'(<Coefficient Index="0" Value=")[^"]*', r"\g<1>0", tmp_path)
        cli.main(["checksum", "--update", str(zero)])
        assert np.array_equal(responses(ROOT, file), responses(ROOT, zero))


@pytest.mark.parametrize("number", [1, 3, 1000, -1, 0, 10**9, 10**30, "two"])
def test_the_number_of_outputs_is_compared(ROOT, tmp_path, number):
    file = changed(NET, '<Weights NOutputs="2"', f'<Weights NOutputs="{number}"', tmp_path)
    cli.main(["checksum", "--update", str(file)])
    refused(ROOT, file, "NOutputs", python=False)
    without = re.sub(
        "<Network .*?</Network>|<SpreadOfEnsemble>.*?</SpreadOfEnsemble>", "", file.read_text(), flags=re.DOTALL
    )
    file.write_text(without)
    cli.main(["checksum", "--update", str(file)])
    refused(ROOT, file, "NOutputs", python=False, engine="Python")


def network_text(n_inputs, n_outputs, operations, parameters):
    data = struct.pack(f"<{len(parameters)}f", *parameters)
    return (
        f'<Network Version="1" NInputs="{n_inputs}" NOutputs="{n_outputs}" Size="{len(parameters)}" '
        f'Md5="{hashlib.md5(data).hexdigest()}">{operations}<Parameters>{base64.b64encode(data).decode()}</Parameters></Network>'
    )


def test_networks_of_another_shape_are_refused(ROOT, tmp_path):
    wide = network_text(3, 4096, '<Operation Type="Linear" Inputs="0" Shape="4096" Weight="0"/>', [0.5] * 3 * 4096)
    file = changed(
        NET, "<SpreadOfEnsemble>.*?</SpreadOfEnsemble>", f"<SpreadOfEnsemble>{wide}</SpreadOfEnsemble>", tmp_path
    )
    cli.main(["checksum", "--update", str(file)])
    refused(ROOT, file, "network of the spread", python=False)
    double = "".join(
        f'<Operation Type="Concatenate" Inputs="{i} {i}" Shape="{3 << (i + 1)}" Dim="0"/>' for i in range(24)
    )
    slices = '<Operation Type="Slice" Inputs="24" Shape="2" Dim="0" Start="0" Stop="2"/>'
    file = changed(NET, "<Network .*?</Network>", network_text(3, 2, double + slices, []), tmp_path)
    cli.main(["checksum", "--update", str(file)])
    refused(ROOT, file, "numbers for an event", python=False)


# ---- folds -------------------------------------------------------------------------------------------------------------


def test_files_of_other_folds_are_refused(ROOT, tmp_path):
    file = "cv/weights/cv_Fi.weights.xml"
    reader = ROOT.TMVA.Reader("a:b:c", "!Color:Silent")
    reader.AddSpectator("id", np.zeros(1, "f4"))
    reader.BookMVA("cv", file)
    for order in ((2, 1), (1, 1)):
        other = tmp_path / "".join(map(str, order))
        shutil.copytree("cv/weights", other)
        for fold, source in enumerate(order, 1):
            shutil.copy(f"cv/weights/cv_Fi_fold{source}.weights.xml", other / f"cv_Fi_fold{fold}.weights.xml")
        with pytest.raises(ROOT.TMVA.Error, match="not the file of the fold"):
            reader.BookMVA(f"cv{order}", str(other / Path(file).name))
        assert cli.main(["checksum", "--update", str(other / Path(file).name)]) == 0
        reader.BookMVA(f"updated{order}", str(other / Path(file).name))


@pytest.mark.timeout(120)
def test_pipes_are_refused_at_once(ROOT, tmp_path, capsys):
    """A weight file or the file of a fold that is a pipe: nobody will ever write into it."""
    shutil.copytree("cv/weights", tmp_path / "w")
    fold = tmp_path / "w/cv_Fi_fold2.weights.xml"
    fold.unlink()
    os.mkfifo(fold)
    reader = ROOT.TMVA.Reader("a:b:c", "!Color:Silent")
    reader.AddSpectator("id", np.zeros(1, "f4"))
    with pytest.raises(ROOT.TMVA.Error, match="expected a regular file, found a pipe") as caught:
        reader.BookMVA("cv", str(tmp_path / "w/cv_Fi.weights.xml"))
    assert str(fold) in str(caught.value)
    refused(ROOT, fold, "expected a regular file, found a pipe")
    for arguments in (["info", fold], ["checksum", fold], ["checksum", "--update", tmp_path / "w/cv_Fi.weights.xml"]):
        assert cli.main([str(argument) for argument in arguments]) == 1
        assert f"found a pipe, socket or device [file: {fold}]" in capsys.readouterr().err
    model = with_model(b"no model", tmp_path)
    text = re.sub("<Model (.*?) Encoding=.*?</Model>", r'<Model \1 File="model.pt2"/>', model.read_text())
    model.write_text(text)
    os.mkfifo(tmp_path / "model.pt2")
    assert cli.main(["checksum", "--update", str(model)]) == 0
    with pytest.raises(ROOT.TMVA.Error, match="is missing"):
        responses(ROOT, model)


# ---- code --------------------------------------------------------------------------------------------------------------


class Payload:
    """Unpickled, it makes a folder: the mark that code of a file has run."""

    def __init__(self, mark):
        self.mark = str(mark)

    def __reduce__(self):
        return os.mkdir, (self.mark,)


def with_model(data, tmp_path, size=None):
    """The weight file of the network with another model, and its checksum; Python must apply it."""
    packed = base64.b64encode(zlib.compress(data, 9)).decode()
    model = (
        f'<Model Format="torch.export" Sha256="{hashlib.sha256(data).hexdigest()}" Size="{len(data) if size is None else size}" '
        f'Encoding="zlib+base64">{packed}</Model>'
    )
    return changed(NET, "<Network .*?</Network>(.*)<Model [^>]*>[^<]*</Model>", lambda m: m[1] + model, tmp_path)


def test_a_pickle_in_the_model_runs_nothing(ROOT, tmp_path):
    text = re.search(r"<Model [^>]*>([^<]*)</Model>", Path(NET).read_text())[1]
    data = zlib.decompress(base64.b64decode(text))
    mark = tmp_path / "mark"

    def packed(payload):
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if payload and name.endswith("model_weights_config.json"):
                    config = json.loads(content)
                    next(iter(config["config"].values()))["use_pickle"] = True
                    content = json.dumps(config).encode()
                elif payload and re.search(r"data/weights/weight_\d+$", name):
                    content = pickle.dumps(Payload(mark))
                new.writestr(name, content)
        return out.getvalue()

    assert np.allclose(responses(ROOT, with_model(packed(False), tmp_path)), responses(ROOT, NET), atol=1e-6)
    refused(ROOT, with_model(packed(True), tmp_path), "Failed to load", python=False)
    assert not mark.exists()


@pytest.mark.parametrize("size", [0, None])
def test_a_model_takes_no_more_memory_than_its_size_warrants(ROOT, tmp_path, size):
    file = with_model(bytes(300 << 20), tmp_path, size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(ROOT, file, "damaged", python=False)
    assert "unpack to more than" in weightfile.read(file).model.problem()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10


USER_CODE = """
import os
os.makedirs("ran", exist_ok=True)
load_model_custom_objects = {"predict_func": lambda model, x: model(__import__("torch").from_numpy(x)).detach() * 0.5}
"""


def test_user_code_runs_only_if_it_is_named_or_allowed(ROOT, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv(consent.VARIABLE, raising=False)
    Path("code.py").write_text(USER_CODE)
    loader, factory = network_job.make_loader(ROOT), network_job.make_factory(ROOT)
    network_job.book(ROOT, factory, loader, NumEpochs=1, UserCode="code.py")
    factory.TrainAllMethods()
    expected = responses(ROOT, NET)  # in the job that named it

    def run(allowed=False):
        shutil.rmtree("ran", ignore_errors=True)
        code_of_process = __import__("torchmva._engine.usercode", fromlist=["_registry"])._registry
        code_of_process.files.clear(), code_of_process.trained.clear(), consent._here.clear()
        try:
            return responses(ROOT, NET, allowed=allowed)
        finally:
            run.ran = Path("ran").exists()

    assert np.array_equal(run(), expected)  # in a later job of the same user
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))  # another user
    with pytest.raises(ROOT.TMVA.Error, match="AllowUserCode"):
        run()
    assert not run.ran
    assert np.array_equal(run(allowed=True), expected)
    assert run.ran
    model = ROOT.TMVA.Experimental.RReader(NET, "Auto", True)
    other = pickle.loads(pickle.dumps(model))  # with the permission
    assert np.array_equal(other.Compute(ROWS), model.Compute(ROWS))
    reader = ROOT.TMVA.Reader("!Color:Silent:AllowUserCode")
    reader.BookMVA("m", NET)
    assert np.array_equal(pickle.loads(pickle.dumps(reader)).EvaluateBatch("m", ROWS), expected)
    with pytest.raises(ROOT.TMVA.Error, match="AllowUserCode"):
        pickle.loads(pickle.dumps(ROOT.TMVA.Experimental.RReader(NET))).Compute(ROWS)
    monkeypatch.setenv(consent.VARIABLE, "1")
    assert np.array_equal(run(), expected)
    Path("code.py").write_text(USER_CODE + "#")
    with pytest.raises(ROOT.TMVA.Error, match="has changed since the training"):
        run(allowed=True)
    assert not run.ran
    text = re.sub(r' (UserCodeSha256|Sha256)="[^"]*"', "", Path(NET).read_text())
    Path(NET).write_text(
        re.sub("<Model ", lambda _: '<Model Sha256="' + hashlib.sha256(model_in(text)).hexdigest() + '" ', text)
    )
    assert np.array_equal(run(), expected)  # without a checksum, as files of TMVA: allowed by the environment
    monkeypatch.delenv(consent.VARIABLE)
    with pytest.raises(ROOT.TMVA.Error, match="AllowUserCode"):
        run()
    assert not run.ran


def model_in(text):
    return zlib.decompress(base64.b64decode(re.search(r"<Model [^>]*>([^<]*)</Model>", text)[1]))


# ---- time and memory ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "new"),
    [
        ("<Weights ", "<Extra {}/><Weights "),
        ("<Weights ", "<Weights {} "),
        ("</Options>", "{}</Options>"),
        ("<Classes .*?</Classes>", '<Classes NClass="100000">{}</Classes>'),
        ('<Transform Name="Decorrelation">.*?</Transform>', '<Transform Name="Decorrelation">{}</Transform>'),
        ("</MethodSetup>", "{}</MethodSetup>"),
    ],
)
def test_many_pieces_are_refused_or_read_quickly(ROOT, tmp_path, pattern, new):
    pieces = {
        "<Extra {}/><Weights ": 'a{}="1"',
        "<Weights {} ": 'a{}="1"',
        "{}</Options>": '<Option name="V" modified="Yes">False</Option>',
        '<Classes NClass="100000">{}</Classes>': '<Class Name="c{}" Index="{}"/>',
        '<Transform Name="Decorrelation">{}</Transform>': '<Matrix Rows="3" Columns="3">1 0 0 0 1 0 0 0 1</Matrix>',
        "{}</MethodSetup>": "<a{}/>",
    }
    many = " ".join(pieces[new].replace("{}", str(i)) for i in range(100000))
    file = changed(FISHER, pattern, lambda _: new.replace("{}", many), tmp_path)
    start = time.process_time()
    with contextlib.suppress(ROOT.TMVA.Error):  # or skipped, where they decide about nothing
        assert np.array_equal(responses(ROOT, file), responses(ROOT, FISHER))
    assert time.process_time() - start < 5


def damaged(text, generator):
    """One random change: bytes, an attribute, a number, an element."""
    kind = generator.randrange(6)
    if kind == 0:
        at = generator.randrange(len(text))
        return text[:at] + generator.choice('0123456789-e<>"/ aN&') + text[at + 1 :]
    if kind == 1:
        at = generator.randrange(len(text))
        return text[:at] + text[at + generator.randrange(1, 200) :]
    patterns = {
        2: (r'\s[\w:]+="[^"]*"', ""),
        3: (r'="[^"]*"', f'="{generator.choice(["0", "-1", "1", "99999999999", "nan", "inf", "1e39", "", "x"])}"'),
        4: (r"<(\w+)[^<>]*/>", ""),
        5: (r"<(\w+)[^<>]*>[^<>]*</\1>", ""),
    }
    pattern, new = patterns[kind]
    found = list(re.finditer(pattern, text))
    match = generator.choice(found)
    return text[: match.start()] + new + text[match.end() :]


@pytest.mark.parametrize("file", [NET, FISHER, "dataset/weights/job_LD.weights.xml"])
def test_damaged_files_are_refused_or_give_the_same_responses(ROOT, tmp_path, file):
    """With the checksum as it was; and with another one, where only the process must go on."""
    generator = random.Random(7)
    text = (
        re.sub(r"<Model .*?</Model>", "", Path(file).read_text(), flags=re.DOTALL)
        if file == FISHER
        else Path(file).read_text()
    )
    expected = responses(ROOT, file)
    copy = tmp_path / "damaged.weights.xml"
    n_refused = 0
    for number in range(90):
        copy.write_text(damaged(text, generator))
        with_new_sum = number % 3 == 0
        if with_new_sum:
            try:
                from torchmva import _checksum_command

                _checksum_command.update(copy)
            except Exception:  # noqa: BLE001 - what cannot be read at all stays as it is
                continue
        try:
            found = responses(ROOT, copy, "Native" if file == NET else "Auto")
        except ROOT.TMVA.Error:
            n_refused += 1
        else:
            assert with_new_sum or np.array_equal(found, expected), copy.read_text()[:3000]
    assert n_refused > 35


def test_python_and_cpp_compute_the_same_checksums(ROOT):
    for file in (NET, FISHER, "dataset/weights/job_LD.weights.xml", "cv/weights/cv_Fi.weights.xml"):
        root = weightfile.parse(Path(file)).element
        assert _checksum.of_file(root) == root.attrib["Sha256"]
        assert all(
            _checksum.of_network(n, root.attrib["Sha256"]) == n.attrib["Sha256"] for n in _checksum.networks(root)
        )
