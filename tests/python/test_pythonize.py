"""TorchMVA's C++ classes in PyROOT: import order, keyword arguments, exceptions, lifetimes."""

from __future__ import annotations

import gc
import itertools
from array import array

import pytest

import torchmva
from torchmva import _overloads, _pythonize

ROOT = pytest.importorskip("ROOT")
ROOT.gROOT.SetBatch(True)


@pytest.mark.parametrize("order", list(itertools.permutations(["ROOT", "torch", "torchmva"])), ids=" ".join)
def test_any_import_order_works(run_python, order):
    result = run_python(
        "\n".join(f"import {module}" for module in order) + "\n"
        "import ROOT\n"
        "from ROOT import TMVA\n"
        "assert ROOT.TMVA.Factory is ROOT.TorchMVA.Factory\n"
        "loader = TMVA.DataLoader('d')\n"
        "TMVA.Factory('job', Silent=True, AnalysisType='Classification')\n"
        "print(loader.GetName())\n"
    )
    assert result.stdout.splitlines()[-1] == "d"


def test_root_already_running_learns_about_torchmva(run_python):
    result = run_python(
        "import ROOT; ROOT.TH1F('h', '', 1, 0, 1); import torchmva; print(ROOT.TMVA.DataLoader('d').GetName())"
    )
    assert result.stdout.split() == ["d"]


def test_importing_torchmva_imports_neither_root_nor_torch(run_python):
    result = run_python("import sys, torchmva; print(sorted({'ROOT', 'cppyy', 'torch', 'numpy'} & set(sys.modules)))")
    assert result.stdout.strip() == "[]"


def test_root_alone_is_as_it_was(run_python):
    source = "import torchmva\nimport ROOT, importlib.util\nprint(ROOT.__name__, ROOT.gROOT.GetVersion()[:2])\nimport ROOT.Math"
    assert run_python(source).stdout.split() == ["ROOT", "6."]


# --- keyword arguments ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"V": True}, "V"),
        ({"V": False, "Silent": True}, "!V:Silent"),
        ({"Silent": True, "V": False}, "Silent:!V"),
        ({"Transformations": None}, "Transformations=None"),
        ({"Transformations": "D,G", "NumEpochs": 10, "nTrain_Signal": 800.0}, "Transformations=D,G:NumEpochs=10:nTrain_Signal=800.0"),
        ({"FilenameModel": ROOT.TString("model.pt")}, "FilenameModel=model.pt"),
    ],
    ids=str,
)  # fmt: skip
def test_keywords_become_the_option_string(options, text):
    assert _pythonize.option_string(options) == text


def test_factory_takes_keywords_with_and_without_a_file(tmp_path):
    ROOT.TMVA.Factory("job", Silent=True, V=False, AnalysisType="Classification")
    file = ROOT.TFile(str(tmp_path / "out.root"), "RECREATE")
    for target in (file, None, ROOT.nullptr):
        factory = ROOT.TMVA.Factory("job", target, Silent=True, AnalysisType="Classification", Transformations=None)
        assert factory.IsSilentFile() == (not target)
    file.Close()


def test_options_without_keywords_pass_untouched():
    ROOT.TMVA.Factory("job", "Silent:AnalysisType=Classification")
    ROOT.TMVA.Factory("job", None, "Silent:AnalysisType=Classification")


def test_misspelt_keyword_is_an_error_that_names_it():
    with pytest.raises(torchmva.Error, match="Slient"):
        ROOT.TMVA.Factory("job", Slient=True)


def test_originals_are_kept():
    assert _overloads.is_overload(ROOT.TMVA.Factory._init)
    assert _overloads.is_overload(ROOT.TMVA.Factory._BookMethod)
    assert _overloads.is_overload(ROOT.TMVA.DataLoader._PrepareTrainingAndTestTree)


def test_unknown_keyword_elsewhere_is_a_type_error():
    with pytest.raises(TypeError):
        ROOT.TMVA.DataLoader("d").AddVariable("x", kind="F")


# --- exceptions -------------------------------------------------------------------------------------------------


def test_error_is_an_exception_with_code_and_message():
    with pytest.raises(torchmva.Error) as caught:
        ROOT.TMVA.Factory("job", "Slient")
    assert torchmva.Error is ROOT.TorchMVA.Error
    assert isinstance(caught.value, Exception)
    assert caught.value.GetCode() == ROOT.TorchMVA.EErrorCode.kOption
    assert "Slient" in str(caught.value.what())
    assert "Slient" in str(caught.value)


def test_error_of_an_overloaded_method_is_not_hidden():
    """PyROOT loses what an overload throws when arguments needed a conversion; here none does."""
    factory = ROOT.TMVA.Factory("job", Silent=True, AnalysisType="Classification")
    loader = ROOT.TMVA.DataLoader("d")
    with pytest.raises(torchmva.Error, match="NoSuchMethod"):
        factory.BookMethod(loader, "NoSuchMethod", "title", "!H")
    reader = ROOT.TMVA.Reader("Silent")
    with pytest.raises(torchmva.Error, match="nowhere"):
        reader.BookMVA("tag", "nowhere.weights.xml")
    with pytest.raises(torchmva.Error, match="no such tag"):
        reader.EvaluateMVA("no such tag")


def test_wrong_argument_types_are_a_type_error():
    with pytest.raises(TypeError):
        ROOT.TMVA.Factory("job", 3.5, "x", [1])


# --- lifetimes --------------------------------------------------------------------------------------------------


def test_reader_keeps_the_arrays_alive():
    reader = ROOT.TMVA.Reader("Silent")
    buffer = array("f", [1.0])
    kept = gc.get_referrers(buffer)
    reader.AddVariable("x", buffer)
    reader.AddSpectator("y", buffer)
    assert len(gc.get_referrers(buffer)) > len(kept)
    assert [item is buffer for item in reader._torchmva_kept] == [True, True]


def test_loader_keeps_its_trees_alive():
    loader = ROOT.TMVA.DataLoader("d")
    tree = ROOT.TTree("t", "t")
    value = array("f", [0.0])
    tree.Branch("x", value, "x/F")
    for _ in range(3):
        tree.Fill()
    loader.AddTree(tree, "Signal", 1.0)
    assert loader._torchmva_kept == [tree]


# --- choosing overloads -----------------------------------------------------------------------------------------


BOOK = """\
TorchMVA::MethodBase* TorchMVA::Factory::BookMethod(TorchMVA::DataLoader* loader, TString name, TString title, TString o = "")
TorchMVA::MethodBase* TorchMVA::Factory::BookMethod(TorchMVA::DataLoader* loader, TorchMVA::Types::EMVA type, TString title, TString o = "")
"""
PREPARE = """\
void P(const TCut& cut, const TString& options)
void P(TCut signalCut, TCut backgroundCut, const TString& options)
void P(const TCut& cut, Int_t nTrain, Int_t nTest = -1)
void P(const TCut& cut, Int_t a, Int_t b, Int_t c, Int_t d, const TString& otherOptions = "SplitMode=Random:!V")
"""
VARIABLE = """\
void V(const TString& expression, const TString& title, const TString& unit, char type = 'F', Double_t min = 0, Double_t max = 0)
void V(const TString& expression, char type = 'F', Double_t min = 0, Double_t max = 0)
"""
EVALUATE = """\
double E(const TString& tag, Double_t aux = 0)
double E(TorchMVA::MethodBase* method, Double_t aux = 0)
double E(const std::vector<Float_t>& variables, const TString& tag, Double_t aux = 0)
double E(const std::vector<double,std::allocator<double> >& variables, const TString& tag, Double_t aux = 0)
"""  # fmt: skip


def test_signatures_are_read_from_the_documentation():
    signatures = _overloads.parse(VARIABLE)
    assert signatures[0] == _overloads.Signature(("TString", "TString", "TString", "char", "Double_t", "Double_t"), 3)
    assert _overloads.parse(EVALUATE)[3].types[0] == "std::vector<double,std::allocator<double> >"
    assert _overloads.parse(BOOK)[0].types[0] == "TorchMVA::DataLoader*"
    assert _overloads.parse("void f()")[0] == _overloads.Signature((), 0)
    assert _overloads.parse('int f(const char* a = "x,y", unsigned int n = 0)')[0].types == ("char*", "unsigned int")


@pytest.mark.parametrize(
    ("documentation", "arguments", "types"),
    [
        (BOOK, (object(), "Fisher", "title", "!H"), ["object", "TString", "TString", "TString"]),
        (BOOK, (object(), 5, "title"), ["object", "int", "TString"]),
        (PREPARE, ("x > 1", "V"), ["TCut", "TString"]),
        (PREPARE, (ROOT.TCut("x > 1"), "options"), ["TCut", "TString"]),
        (PREPARE, ("", "", "options"), ["TCut", "TCut", "TString"]),
        (PREPARE, ("", 10), ["TCut", "int"]),
        (PREPARE, ("", 1, 2, 3, 4, "options"), ["TCut", "int", "int", "int", "int", "TString"]),
        (VARIABLE, ("x", "F"), ["TString", "str"]),
        (VARIABLE, ("x", "title", "unit", "F"), ["TString", "TString", "TString", "str"]),
        (VARIABLE, ("x", "y", ""), ["TString", "TString", "TString"]),
        (EVALUATE, ("tag",), ["TString"]),
        (EVALUATE, ([1.0, 2.0], "tag"), ["vector<float>", "TString"]),
        (EVALUATE, (ROOT.std.vector["double"]([1.0]), "tag", 0.5), ["vector<double>", "TString", "float"]),
        (EVALUATE, ("tag", "too", "many", "arguments"), ["str"] * 4),
    ],
)
def test_arguments_are_converted_for_the_overload_that_fits(documentation, arguments, types):
    converted, _ = _overloads.Resolver(_overloads.parse(documentation)).convert(arguments)
    assert [type(argument).__name__ for argument in converted] == types
