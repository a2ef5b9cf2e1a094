"""`torchmva compile` and `torchmva export`: what they write gives the responses of the Reader, or is not called good."""

from __future__ import annotations

import json
import re
import subprocess
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from torchmva import cli

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
N_EVENTS = 1000
STRICT = ("-std=c++17", "-O2", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-pedantic", "-Werror")
#: Title -> analysis, method, options; in all a, b and c are the variables.
METHODS = {
    "Mixed": ("Classification", "Fisher", "VarTransform=D,G,N_Signal,P(_V0_,_V2_),U(_V1_)"),
    "Targets": ("Regression", "LD", "VarTransform=P(_V0_,_V1_),N(_V2_,_T0_),D(_T_),N(_T1_)"),
    "GaussianTargets": ("Regression", "LD", "VarTransform=U(_T0_),G(_V0_,_T1_)"),
    "Trees": ("Classification", "BDT", "VarTransform=D:BoostType=Grad:NTrees=8"),
    "ManyTrees": ("Multiclass", "BDT", "BoostType=Grad:NTrees=4"),
    "Net": ("Classification", "PyTorch", "NumEpochs=1:Layout=70,16:BatchNorm:Activation=SiLU:VarTransform=D,G"),
    "Classes": ("Multiclass", "PyTorch", "NumEpochs=1:Layout=8,8:Residual:EnsembleSize=2:Calibrate:VarTransform=N"),
    "Values": ("Regression", "PyTorch", "NumEpochs=1:Layout=8:Activation=GELU:VarTransform=P,N(_T_)"),
    "ValueTrees": ("Regression", "BDT", "BoostType=Grad:NTrees=4:VarTransform=N"),
}


def train(ROOT, analysis: str, method: str, title: str, options: str) -> Path:
    """A job in the present folder; its weight file."""
    factory = ROOT.TMVA.Factory("job", Silent=True, Color=False, AnalysisType=analysis)
    loader = ROOT.TMVA.DataLoader("dataset")
    for name in ("a", "b*1", "c"):
        loader.AddVariable(name)
    n_targets = (1 if method == "BDT" else 2) if analysis == "Regression" else 0
    for name in ("t", "u")[:n_targets]:
        loader.AddTarget(name)
    random = np.random.default_rng(5)
    rows = random.normal((1000, 0, -3), (1, 2, 0.1), (N_EVENTS, 3))
    for i, (a, b, c) in enumerate(rows.tolist()):
        score = (a - 1000) * b + 10 * (c + 3)
        name = {"Regression": "Regression", "Multiclass": f"c{i % 3}"}.get(
            analysis, ("Signal", "Background")[score > 0]
        )
        shift = 0.5 * (i % 3) if analysis == "Multiclass" else 0
        values = [a, b + shift, c, *(score, a + c)[:n_targets]]
        for kind in (ROOT.TMVA.Types.kTraining, ROOT.TMVA.Types.kTesting):
            loader.AddEvent(name, kind, values, 1.0)
    loader.PrepareTrainingAndTestTree(ROOT.TCut(""), NormMode="None")
    if method == "PyTorch":
        options += ":Seed=3"
    factory.BookMethod(loader, method, title, options)
    factory.TrainAllMethods()
    return Path(f"dataset/weights/job_{title}.weights.xml").resolve()


@pytest.fixture(scope="module")
def weights(ROOT, tmp_path_factory):
    """Weight files of METHODS by title."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("standalone_code"))
        return {title: train(ROOT, *booking[:2], title, booking[2]) for title, booking in METHODS.items()}


@pytest.fixture
def command(capsys):
    """`torchmva ...` in this process: exit code, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def compile_with(flags: tuple[str, ...], folder: Path, source: str) -> None:
    (folder / "main.cxx").write_text(source)
    command = ["g++", *flags, "main.cxx", "-o", "main"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=100)
    assert result.returncode == 0, result.stderr


# --- compile --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", METHODS)
def test_headers_agree_with_the_reader(command, weights, tmp_path, title):
    header = tmp_path / "Model.hxx"
    code, out, err = command("compile", weights[title], "-o", header)
    assert (code, err) == (0, "")
    found = re.fullmatch(r".*: class Model, 3 variables; agrees .* on 1000 events \(.* difference (\S+)\)\n", out)
    assert found is not None
    assert float(found[1]) < 1e-6
    assert [path.name for path in tmp_path.iterdir()] == ["Model.hxx"]


def test_headers_compile_without_warnings_and_say_their_names(command, weights, tmp_path):
    titles = ("Mixed", "Targets", "GaussianTargets", "ManyTrees", "Net", "Values")
    for title in titles:
        assert command("compile", weights[title], "-o", tmp_path / f"{title}.hxx")[0] == 0
    includes = "\n".join(f'#include "{title}.hxx"' for title in titles)
    other = "float other(const float *x) { return ManyTrees()(x); }\n"
    (tmp_path / "other.cxx").write_text(f"{includes}\n{includes}\n{other}")  # included twice, and in two sources
    source = f"""{includes}
#include <cstdio>
float other(const float *x);
int main()
{{
   constexpr ManyTrees trees;
   const float rows[] = {{1000, 0, -3, 1001, 1, -3.1f}};
   float responses[2 * ManyTrees::kNResponses];
   trees.Evaluate(rows, 2, responses);
   float one[3];
   trees.Evaluate(rows + 3, one);
   for (int i = 0; i < 3; ++i)
      std::printf("%s %d\\n", ManyTrees::ResponseName(i), one[i] == responses[3 + i]);
   std::printf("%s %d\\n", ManyTrees::VariableName(1), other(rows) == responses[0]);
   std::printf("%s %s %d\\n", Targets::ResponseName(0), Targets::ResponseName(1), Mixed::kNResponses);
}}
"""
    compile_with((*STRICT, "other.cxx"), tmp_path, source)
    result = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True, timeout=20)
    assert result.stdout == "c0 1\nc1 1\nc2 1\nb*1 1\nt u 1\n"


def test_events_of_a_file_are_compared(ROOT, command, weights, tmp_path):
    path = str(tmp_path / "events.root")
    rows = np.random.default_rng(1).normal((1000, 0, -3), (1, 2, 0.1), (51, 3))
    rows[7, 1] = np.nan  # no event to compare on
    columns = {name: np.ascontiguousarray(rows[:, k]) for k, name in enumerate("abc")}
    ROOT.RDF.FromNumpy(columns).Snapshot("tree", path)
    header = tmp_path / "Model.hxx"
    assert "on 50 events" in command("compile", weights["Mixed"], "-o", header, "--events", f"{path}:tree")[1]
    header.unlink()
    for where, words in (
        ("nowhere.root:tree", "nowhere.root"),
        (f"{path}:other", "expected a tree or an RNTuple 'other'"),
        ("tree", "cannot open the input file"),
    ):
        code, out, err = command("compile", weights["Mixed"], "-o", header, "--events", where)
        assert (code, out) == (1, "")
        assert words in err
    ROOT.RDF.FromNumpy({"a": columns["a"]}).Snapshot("tree", path)
    code, _, err = command("compile", weights["Mixed"], "-o", header, "--events", f"{path}:tree")
    assert code == 1
    assert "'b*1'" in err
    assert "there is no branch 'b'" in err
    assert not header.exists()


def test_without_a_compiler_the_exit_code_says_that_nobody_checked(command, weights, tmp_path, monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    code, out, err = command("compile", weights["Mixed"], "-o", tmp_path / "Model.hxx")
    assert (code, out) == (3, "")
    assert "written, but not verified" in err
    assert "class Model" in (tmp_path / "Model.hxx").read_text()


def test_what_fails_the_comparison_is_not_installed(command, weights, tmp_path, monkeypatch):
    header = tmp_path / "Model.hxx"
    header.write_text("// of yesterday\n")
    # a compiler that changes a sign
    compiler = tmp_path / "c++"
    compiler.write_text('#!/bin/sh\nsed -i "s/sum\\[l\\] += c/sum[l] -= c/" Model.hxx\nexec g++ "$@"\n')
    compiler.chmod(0o755)
    monkeypatch.setenv("CXX", str(compiler))
    code, out, err = command("compile", weights["Mixed"], "-o", header)
    assert (code, out) == (1, "")
    assert re.search(r"does not give the responses of the Reader: for the event \[.*\] expected \S+, found \S+;", err)
    assert header.read_text() == "// of yesterday\n"
    assert "class Model" in (tmp_path / "Model.hxx.rejected").read_text()
    compiler.write_text("#!/bin/sh\necho it is broken >&2\nexit 4\n")
    code, _, err = command("compile", weights["Mixed"], "-o", header)
    assert code == 1
    assert "does not compile" in err
    assert "exit code 4" in err
    assert "it is broken" in err


class Unusual(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.softmax(torch.cumsum(self.linear(x), 1), 1)


def test_an_operator_that_cannot_be_expressed_is_named(ROOT, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.jit.save(torch.jit.script(Unusual()), "model.pt")
    path = train(ROOT, "Classification", "PyTorch", "Unusual", "FilenameModel=model.pt:NumEpochs=1")
    for what in ("compile", "export"):
        code, out, err = command(what, path, "-o", tmp_path / "output")
        assert (code, out) == (1, "")
        assert "cumsum" in err
    assert not (tmp_path / "output").exists()
    assert not list(tmp_path.rglob("*.class.C"))


class Attending(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.unsqueeze(2)
        x = torch.softmax(x @ x.transpose(1, 2), 2) @ x
        return torch.softmax(self.linear(x.squeeze(2)), 1)


@pytest.fixture(scope="module")
def attending(ROOT, tmp_path_factory):
    """Weight file of a network that torch evaluates faster than the native engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("attending"))
        torch.jit.save(torch.jit.script(Attending()), "model.pt")
        return train(ROOT, "Classification", "PyTorch", "Net", "FilenameModel=model.pt:NumEpochs=1:VarTransform=N")


def test_a_network_that_torch_evaluates_faster_is_code_all_the_same(ROOT, command, attending, tmp_path):
    assert "class ReadNet" in attending.with_name("job_Net.class.C").read_text()
    why = "torch evaluates a product of two values faster (attention, for example)"
    assert json.loads(command("info", "--json", attending)[1])["engine"]["reason"] == why
    method = ROOT.TMVA.Reader("!Color:Silent").BookMVA("m", str(attending))
    assert str(method.GetEngineName()) == f"Python: {why}"
    assert ROOT.TMVA.Experimental.RReader(str(attending)).UsesPython()
    code, out, err = command("compile", attending, "-o", tmp_path / "Model.hxx")
    assert (code, err) == (0, "")
    assert "agrees with the Reader on 1000 events" in out
    assert command("export", attending, "-o", tmp_path / "model.onnx")[0] == 0


def test_evaluate_batch_warns_once_without_pythons_lock(ROOT, attending, tmp_path, capfd):
    """Of a model that cannot be read, in whose place the native engine is used."""
    text = attending.read_text()
    end = text.index("</Model>")
    damaged = tmp_path / "damaged.xml"
    damaged.write_text(text[: end - 8] + "AAAA" + text[end - 4 :])
    rows = np.random.default_rng(2).normal((1000, 0, -3), (1, 2, 0.1), (9, 3)).astype(np.float32)
    native, reader = ROOT.TMVA.Reader("!Color:Silent:Engine=Native"), ROOT.TMVA.Reader("!Color:Silent")
    native.BookMVA("m", str(attending))
    reader.BookMVA("m", str(damaged))
    capfd.readouterr()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = [reader.EvaluateBatch("m", rows) for _ in range(2)]
    # PyROOT makes no Python warnings of ROOT's any more where something has enabled thread safety
    said = " ".join(str(warning.message) for warning in caught) + capfd.readouterr().err
    assert said.count("Python cannot be used") == 1
    assert np.array_equal(found[0], native.EvaluateBatch("m", rows))
    assert np.array_equal(found[1], found[0])


@pytest.mark.parametrize("what", ["compile", "export"])
def test_bad_input(command, weights, tmp_path, what):
    def refused(*arguments: object) -> str:
        code, out, err = command(what, *arguments)
        assert (code, out) == (1, "")
        assert err.startswith(f"torchmva {what}: ")
        return err

    target = tmp_path / "Model.out"
    assert "nowhere.xml" in refused(tmp_path / "nowhere.xml", "-o", target)
    (tmp_path / "other.xml").write_text("<Other/>")
    assert "this is no weight file" in refused(tmp_path / "other.xml", "-o", target)
    assert "expected a folder" in refused(weights["Mixed"], "-o", tmp_path / "nowhere" / "Model.out")
    assert "cannot be written" in refused(weights["Mixed"], "-o", tmp_path)
    python_only = GOLDEN / "pytorch" / "testPyTorchClassification_PyTorch.weights.xml"
    assert "element <Network>" in refused(python_only, "-o", target) or "written by TMVA" in refused(
        python_only, "-o", target
    )
    assert not target.exists()


def test_names_of_classes(command, weights, tmp_path):
    header = tmp_path / "My Model.hxx"
    with pytest.raises(SystemExit) as wrong:
        command("compile", weights["Mixed"], "-o", header)
    assert wrong.value.code == 2
    assert command("compile", weights["Mixed"], "-o", header, "--name", "Other")[0] == 0
    assert "class Other {" in header.read_text()


# --- export ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["Mixed", "Targets", "Net", "Classes", "Values"])
def test_models_agree_with_the_reader(command, weights, tmp_path, title):
    path = tmp_path / "model.onnx"
    code, out, err = command("export", weights[title], "-o", path)
    assert (code, err) == (0, "")
    assert "agrees with the Reader on 1000 events" in out
    model = onnx.load(path)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(metadata["variables"]) == ["a", "b*1", "c"]
    assert (
        json.loads(metadata["responses"])
        == {
            "Classification": [title],
            "Multiclass": ["c0", "c1", "c2"],
            "Regression": ["t", "u"],
        }[METHODS[title][0]]
    )
    assert metadata["method"] == METHODS[title][1]
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (given,), (result,) = session.get_inputs(), session.get_outputs()
    assert (given.name, given.type, given.shape) == ("variables", "tensor(float)", ["N", 3])
    assert (result.name, result.shape) == ("responses", ["N", len(json.loads(metadata["responses"]))])
    rows = np.array([[1000, 0, np.nan], [1000, 0, -3]], dtype=np.float32)
    (responses,) = session.run(None, {"variables": rows})
    assert np.isfinite(responses[1]).all()


def test_what_onnx_cannot_say_is_named(command, weights, tmp_path):
    for title, words in (
        ("GaussianTargets", "transformation Gauss of targets"),
        ("Trees", "type BDT have no ONNX form"),
    ):
        code, out, err = command("export", weights[title], "-o", tmp_path / "model.onnx")
        assert (code, out) == (1, "")
        assert words in err
    assert not list(tmp_path.iterdir())


def test_a_model_that_fails_the_comparison_is_not_installed(command, weights, tmp_path, monkeypatch):
    from torchmva import _verification

    path = tmp_path / "model.onnx"
    path.write_text("of yesterday")
    monkeypatch.setattr(_verification, "TOLERANCE", 0.0)
    code, out, err = command("export", weights["Mixed"], "-o", path)
    assert (code, out) == (1, "")
    assert "does not give the responses of the Reader" in err
    assert path.read_text() == "of yesterday"
    assert onnx.load(tmp_path / "model.onnx.rejected").graph.name == "TorchMVA"


def test_without_onnx_or_its_run_time(command, weights, tmp_path, monkeypatch):
    find = __import__("importlib.util").util.find_spec
    path = tmp_path / "model.onnx"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "onnxruntime" else find(name))
    code, out, err = command("export", weights["Mixed"], "-o", path)
    assert (code, out) == (3, "")
    assert "written, but not verified" in err
    assert onnx.load(path).graph.name == "TorchMVA"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "onnx" else find(name))
    code, _, err = command("export", weights["Mixed"], "-o", path)
    assert code == 1
    assert "pip install" in err
