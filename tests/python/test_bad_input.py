"""Bad input: one `torchmva.Error` that says what was expected, what was found and where; then all goes on.

Every test ends with a good call in the same process, and looks for files under a final name that must not be there.
"""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from array import array
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
TRAINED = ("TrainedModel_PyTorch.pt",)  # training itself went well
FOUR = ("var1", "var2", "var3", "var4")


@pytest.fixture(scope="module")
def trees(ROOT, tutorials):
    """TreeS and TreeB of the class example, small and in memory; one more with NaN and infinity."""
    file = ROOT.TFile.Open(str(tutorials / "data" / "tmva_class_example.root"))
    ROOT.gROOT.cd()
    made = {name: file.Get(name).CloneTree(400) for name in ("TreeS", "TreeB")}
    for tree in made.values():
        tree.SetDirectory(ROOT.nullptr)
        tree.ResetBranchAddresses()
    for name, bad in (("nan", float("nan")), ("inf", float("inf"))):
        tree = ROOT.TTree(name, name)
        tree.SetDirectory(ROOT.nullptr)
        values = {variable: array("f", [0]) for variable in FOUR}
        for variable, value in values.items():
            tree.Branch(variable, value, f"{variable}/F")
        for i in range(100):
            for j, variable in enumerate(FOUR):
                values[variable][0] = bad if (i, j) == (37, 2) else i * 0.1 + j
            tree.Fill()
        tree.ResetBranchAddresses()
        made[name] = tree
    file.Close()
    return made


def net(n_in=4, n_out=2, name="net.pt"):
    import torch
    from torch import nn

    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(n_in, 8), nn.ReLU(), nn.Linear(8, n_out), nn.Softmax(dim=1))
    torch.jit.script(model).save(name)
    return name


class Job:
    """A small job in the current folder, whose parts a test may replace by bad ones."""

    def __init__(self, ROOT, trees):
        self.TMVA = ROOT.TMVA
        self.trees = trees
        self.factory = self.TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Classification")
        self.loader = self.TMVA.DataLoader("dataset")

    def load(self, variables=FOUR, signal="TreeS", background="TreeB", cut="", **split):
        for name in variables:
            self.loader.AddVariable(name)
        self.loader.AddSignalTree(self.trees[signal])
        self.loader.AddBackgroundTree(self.trees[background])
        options = {"SplitMode": "Random", "NormMode": "NumEvents", "V": False, **split}
        self.loader.PrepareTrainingAndTestTree(cut, **options)
        return self

    def book(self, method="PyTorch", **options):
        if method == "PyTorch":
            options = {"FilenameModel": "net.pt", "NumEpochs": 1, **options}
        self.factory.BookMethod(self.loader, getattr(self.TMVA.Types, f"k{method}"), method, **options)
        return self

    def train(self):
        self.factory.TrainAllMethods()
        return self


@pytest.fixture
def job(ROOT, trees, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    net()
    return Job(ROOT, trees)


@pytest.fixture
def fails(ROOT, trees, capfd):
    """A context: exactly one error with these words in it; after it a good job runs in the same process.

    Files that are `complete` may be new, no other model and no other weight file.
    """
    import contextlib

    import torchmva

    @contextlib.contextmanager
    def context(code, *words, complete=()):
        before = {path for path in Path.cwd().rglob("*") if path.is_file()}
        capfd.readouterr()
        with pytest.raises(torchmva.Error) as info:
            yield info
        said = capfd.readouterr()
        error = info.value
        text = str(error)
        assert error.GetCode() == getattr(ROOT.TorchMVA.EErrorCode, f"k{code}"), text
        for word in words:
            assert re.search(word, text), f"{word!r} is not in: {text}"
        assert "Error in <" not in said.out + said.err, "the error is the exception, and nothing besides"
        new = {path for path in Path.cwd().rglob("*") if path.is_file()} - before
        unexpected = [path for path in new if path.suffix in (".xml", ".tmp", ".pt") and path.name not in complete]
        assert not unexpected, unexpected
        check_alive(ROOT, trees)

    return context


def check_alive(ROOT, trees):
    """A good job in a folder of its own."""
    here = Path.cwd()
    folder = here / "alive"
    folder.mkdir(exist_ok=True)
    os.chdir(folder)
    try:
        good = Job(ROOT, trees).load(nTrain_Signal=200, nTrain_Background=200).book("Fisher").train()
        good.factory.TestAllMethods()
        area = good.factory.GetROCIntegral(good.loader, "Fisher")
        assert 0.8 < area < 1
        good.factory.DeleteAllMethods()
    finally:
        os.chdir(here)


# --- files, trees, branches -------------------------------------------------------------------------------------------


def test_missing_text_file(job, fails):
    with fails("File", "nowhere.txt"):
        job.loader.SetInputTrees("nowhere.txt", "nowhere.txt")


def test_missing_tree(ROOT, job, fails):
    with fails("Tree", "Signal"):
        job.loader.AddSignalTree(ROOT.nullptr)


def test_empty_tree(ROOT, job, fails):
    with fails("Tree", "nothing_in_it"):
        job.loader.AddBackgroundTree(ROOT.TTree("nothing_in_it", ""))


@pytest.mark.parametrize("expression", ["vra1", "sqrt(nowhere)", "var1 +* 2"])
def test_missing_branch_or_bad_expression(job, fails, expression):
    job.load(variables=(*FOUR, expression)).book("Fisher")
    with fails("Expression", re.escape(expression.replace(" ", "")), "TreeS"):
        job.train()


def test_bad_cut(job, fails):
    job.load(cut="nowhere > 1").book("Fisher")
    with fails("Expression", "nowhere"):
        job.train()


# --- events -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["nan", "inf"])
def test_not_a_number_among_the_inputs(job, fails, bad):
    job.load(signal=bad).book("Fisher")
    with fails("Data", "(?i)nan|inf", "var3", bad):
        job.train()


def test_empty_class(job, fails):
    job.load(cut="var1 > 1e9").book("Fisher")
    with fails("Data", "Signal"):
        job.train()


def test_class_whose_tree_is_missing(job, fails):
    for name in FOUR:
        job.loader.AddVariable(name)
    job.loader.AddSignalTree(job.trees["TreeS"])
    job.loader.PrepareTrainingAndTestTree("", V=False)
    with fails("Data", "two classes", "found 1"):
        job.book("Fisher")
    assert not job.factory.HasMethod("dataset", "Fisher")


def test_fewer_than_ten_training_events(job, fails):
    job.load(nTrain_Signal=4, nTrain_Background=4).book("Fisher")
    with fails("Data", "8", "10"):
        job.train()


def test_more_events_requested_than_there_are(job, fails):
    job.load(nTrain_Signal=40000).book("Fisher")
    with fails("Data", "40000", "400"):
        job.train()


# --- options ----------------------------------------------------------------------------------------------------------


def test_unknown_option_of_a_method(job, fails):
    job.load()
    with fails("Option", "NumEpoch", "NumEpochs"):
        job.book(NumEpoch=3)


def test_a_colon_in_a_value(job, fails):
    job.load()
    with fails("Option", "'0'", "a colon separates options"):
        job.book(Device="cuda:0")


def test_unknown_option_of_the_loader(job, fails):
    with fails("Option", "SplitMod", "SplitMode"):
        job.load(SplitMod="Random").book("Fisher").train()


def test_unknown_option_of_the_factory(ROOT, job, fails):
    with fails("Option", "AnalysisTyp", "AnalysisType"):
        ROOT.TMVA.Factory("other", AnalysisTyp="Classification")


def test_bad_value_of_an_option(job, fails):
    with fails("Option", "SplitMode", "Sideways", "Random"):
        job.load(SplitMode="Sideways").book("Fisher").train()


def test_unknown_transformation(job, fails):
    job.load()
    with fails("Option", "Decorelate"):
        job.book("Fisher", VarTransform="Decorelate")


def test_unknown_method(ROOT, job, fails):
    job.load()
    with fails("Method", "SVM", "Fisher", "PyTorch"):
        job.book("SVM")


# --- models -----------------------------------------------------------------------------------------------------------


def test_missing_model(job, fails):
    job.load()
    with fails("Model", "nowhere.pt"):
        job.book(FilenameModel="nowhere.pt")


def test_file_that_is_no_model(job, fails):
    Path("net.pt").write_text("not a model")
    job.load()
    with fails("Model", "net.pt"):
        job.book()


def test_truncated_model(job, fails):
    content = Path("net.pt").read_bytes()
    Path("net.pt").write_bytes(content[: len(content) // 2])
    job.load()
    with fails("Model", "net.pt"):
        job.book()


@pytest.mark.parametrize(("n_in", "n_out", "expected", "found"), [(3, 2, "4", "3"), (4, 5, "2", "5")])
def test_model_of_another_width(job, fails, n_in, n_out, expected, found):
    net(n_in, n_out)
    job.load()
    with fails("Model", expected, found):
        job.book().train()


# --- user code --------------------------------------------------------------------------------------------------------


def test_missing_user_code(job, fails):
    job.load()
    with fails("UserCode", "nowhere.py"):
        job.book(UserCode="nowhere.py")


def test_syntax_error_in_user_code(job, fails):
    Path("user.py").write_text("x = 1\ndef broken(:\n    pass\n")
    job.load()
    with fails("UserCode", "SyntaxError", "user.py") as info:
        job.book(UserCode="user.py")
    assert "line 2" in str(info.value)


def test_exit_in_user_code(job, fails):
    Path("user.py").write_text("import sys\nsys.exit(3)\n")
    job.load()
    with fails("UserCode", "SystemExit", "user.py"):
        job.book(UserCode="user.py")


def user_code(train="return model", predict="return model(torch.as_tensor(X))"):
    Path("user.py").write_text(
        "import torch\n"
        "def deep_inside(text):\n"
        "    raise RuntimeError(text)\n"
        "def train(model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler):\n"
        f"    {train}\n"
        "def predict(model, X, batch_size=32):\n"
        f"    {predict}\n"
        "load_model_custom_objects = {'train_func': train, 'predict_func': predict,\n"
        "                             'criterion': None, 'optimizer': None}\n"
    )


def test_exception_in_train_func(job, fails):
    user_code(train="deep_inside('no luck today')")
    job.load().book(UserCode="user.py")
    with fails("UserCode", "RuntimeError", "no luck today", "Traceback", "in deep_inside", "user.py"):
        job.train()


def test_exception_in_predict_func(job, fails):
    user_code(predict="deep_inside('cannot predict')")
    job.load().book(UserCode="user.py", SaveBestOnly=False)
    with fails("UserCode", "RuntimeError", "cannot predict", "Traceback", "in deep_inside", complete=TRAINED):
        job.train()
        job.factory.TestAllMethods()


def test_train_func_that_returns_nothing(job, fails):
    user_code(train="return None")
    job.load().book(UserCode="user.py", SaveBestOnly=False)
    with fails("UserCode", "train_func", "None"):
        job.train()


@pytest.mark.parametrize("result", ["torch.zeros(len(X) - 1, 2)", "torch.zeros(len(X), 3)", "'text'"])
def test_predict_func_that_returns_something_else(job, fails, result):
    user_code(predict=f"return {result}")
    job.load().book(UserCode="user.py", SaveBestOnly=False)
    with fails("UserCode", "predict_func", complete=TRAINED):
        job.train()
        job.factory.TestAllMethods()


# --- weight files -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weight_file(ROOT, trees, tmp_path_factory):
    """The text of a good weight file."""
    here = Path.cwd()
    folder = tmp_path_factory.mktemp("good")
    os.chdir(folder)
    try:
        Job(ROOT, trees).load().book("Fisher", VarTransform="D,G").train()
    finally:
        os.chdir(here)
    return (folder / "dataset/weights/job_Fisher.weights.xml").read_text()


def book_reader(ROOT, path, variables=FOUR):
    reader = ROOT.TMVA.Reader("!Color:Silent")
    values = [array("f", [0.5]) for _ in variables]
    for name, value in zip(variables, values, strict=True):
        reader.AddVariable(name, value)
    reader.BookMVA("method", path)
    return reader


def test_missing_weight_file(ROOT, job, fails):
    with fails("File", "nowhere.weights.xml"):
        book_reader(ROOT, "nowhere.weights.xml")


@pytest.mark.parametrize("kept", [0, 0.1, 0.5, 0.9, 0.999])
def test_truncated_weight_file(ROOT, job, fails, weight_file, kept):
    Path("cut.weights.xml").write_text(weight_file[: int(kept * len(weight_file))])
    with fails("WeightFile", "cut.weights.xml"):
        book_reader(ROOT, "cut.weights.xml")


@pytest.mark.parametrize(
    "content", ["plain text", "<html><body/></html>", "\x00\x01\x02binary", "<?xml version='1.0'?>"]
)
def test_foreign_weight_file(ROOT, job, fails, content):
    Path("foreign.weights.xml").write_text(content)
    with fails("WeightFile", "foreign.weights.xml"):
        book_reader(ROOT, "foreign.weights.xml")


def test_binary_weight_file(ROOT, job, fails):
    Path("picture.weights.xml").write_bytes(np.random.default_rng(1).bytes(5000))
    with fails("WeightFile", "picture.weights.xml"):
        book_reader(ROOT, "picture.weights.xml")


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        (("var1", "var2", "var3"), ("3", "4")),
        (("var1", "var2", "var4", "var3"), ("var4", "var3")),
    ],
)
def test_weight_file_of_other_variables(ROOT, job, fails, weight_file, variables, words):
    Path("good.weights.xml").write_text(weight_file)
    with fails("WeightFile", *words):
        book_reader(ROOT, "good.weights.xml", variables)


def test_weight_file_of_a_method_that_is_not_there(ROOT, job, fails, weight_file):
    Path("svm.weights.xml").write_text(weight_file.replace('Method="Fisher::', 'Method="SVM::'))
    with fails("Method", "SVM", "Fisher"):
        book_reader(ROOT, "svm.weights.xml")


# --- a folder that cannot be written ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["Fisher", "PyTorch"])
def test_output_folder_that_cannot_be_made(job, fails, method):
    """Works for root as well, who may write into read-only folders: the folder's name is taken by a file."""
    Path("dataset").write_text("a file, not a folder")
    job.load()
    with fails("File", "dataset"):
        job.book(method).train()


READ_ONLY = """
import os, sys
import ROOT, torchmva
if os.access(".", os.W_OK):
    sys.exit("this user may write everywhere")
TMVA = ROOT.TMVA
ROOT.gROOT.SetBatch(True)
data = ROOT.TFile.Open(str(ROOT.gROOT.GetTutorialDir()) + "/machine_learning/data/tmva_class_example.root")

def train():
    loader = TMVA.DataLoader("dataset")
    for name in ("var1", "var2", "var3", "var4"):
        loader.AddVariable(name)
    loader.AddSignalTree(data.Get("TreeS"))
    loader.AddBackgroundTree(data.Get("TreeB"))
    loader.PrepareTrainingAndTestTree("", V=False)
    factory = TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Classification")
    factory.BookMethod(loader, TMVA.Types.kFisher, "Fisher")
    factory.TrainAllMethods()

try:
    train()
except torchmva.Error as error:
    print("REFUSED", str(error).replace("\\n", " "))
os.chdir(sys.argv[1])
train()
print("ALIVE")
"""


def drop_right_to_write_everywhere():
    """Even root then obeys the permissions of files (the bounding set counts at the exec that follows)."""
    drop, override, read_search = 24, 1, 2
    libc = ctypes.CDLL(None)
    for capability in (override, read_search):
        libc.prctl(drop, capability, 0, 0, 0)


def test_read_only_folder(tmp_path):
    locked, free = tmp_path / "locked", tmp_path / "free"
    for folder in (locked, free):
        folder.mkdir()
    locked.chmod(0o555)
    result = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(free)],
        cwd=locked,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=drop_right_to_write_everywhere,
    )
    if "this user may write everywhere" in result.stderr:
        pytest.skip("cannot give up the right to write into read-only folders here")
    assert result.returncode == 0, result.stdout + result.stderr
    refused = next(line for line in result.stdout.splitlines() if line.startswith("REFUSED"))
    assert "dataset" in refused
    assert "ALIVE" in result.stdout
    assert not list(locked.iterdir())
    assert (free / "dataset/weights/job_Fisher.weights.xml").exists()


# --- the other interfaces ---------------------------------------------------------------------------------------------

MACRO = HERE.parent / "macros" / "badInput.C"


@pytest.mark.timeout(240)
def test_in_a_macro(run_macro, tmp_path):
    result = run_macro(MACRO, cwd=tmp_path, timeout=200, quotes_errors=True)
    check_all(result.stdout, tmp_path)


@pytest.mark.timeout(240)
def test_in_an_executable(run_checked, tmp_path):
    (tmp_path / "bad.cxx").write_text(f'#include "{MACRO}"\n\nint main()\n{{\n   return badInput();\n}}\n')
    build = f'g++ -O1 bad.cxx $("{sys.executable}" -m torchmva config --cflags --libs) -o bad'
    run_checked(["sh", "-c", build], cwd=tmp_path, timeout=120)
    check_all(run_checked(["./bad"], cwd=tmp_path, timeout=120, quotes_errors=True).stdout, tmp_path)


def check_all(text: str, folder: Path) -> None:
    assert "[FAILED]" not in text, text
    assert len(re.findall(r"^\[OK\] ", text, re.MULTILINE)) == 13
    assert "still alive, area 0." in text
    files = sorted(path.name for path in (folder / "dataset").rglob("*") if path.is_file())
    assert files == ["good_Fisher.class.C", "good_Fisher.weights.xml"]
