"""TorchMVA's C++ classes in PyROOT: import order, keyword arguments, exceptions, lifetimes."""

from __future__ import annotations

import gc
import itertools
import os
import re
import warnings
from array import array

import numpy as np
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


@pytest.mark.parametrize("category", [Warning, RuntimeWarning])
def test_only_a_filter_of_their_own_hides_warnings(category, monkeypatch):
    """Code of a user that ignores everything is meant for the chatter of libraries."""
    factory = ROOT.TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Classification")
    shown = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category)
        monkeypatch.setattr(warnings, "showwarning", lambda message, *_, **__: shown.append(str(message)))
        factory.TestAllMethods()
        ROOT.Warning("here", "the model is no good")
    assert any("no good" in text for text in shown) == (category is Warning)


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
        ({"Layout": [64, 32], "NumEpochs": 2}, "Layout=64,32:NumEpochs=2"),
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


FUNCTIONS = [*_pythonize.FUNCTIONS]


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if not name.startswith("Option")])
def test_errors_of_functions_are_themselves(name):
    arguments = ("no.root", "d") if name.startswith("TMVA") else ("d", "no.root")
    with pytest.raises(torchmva.Error, match=r"no\.root") as caught:
        getattr(ROOT.TMVA, name)(*arguments)
    assert caught.value.GetCode() == ROOT.TorchMVA.EErrorCode.kFile


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ROOT.TMVA.OptionHelp("nothing"), "nothing"),
        (lambda: ROOT.TMVA.OptionsOf("nothing"), "nothing"),
        (lambda: ROOT.TMVA.mvas("d", "no.root", ROOT.TMVA.kCompareType), r"no\.root"),
        (lambda: ROOT.TMVA.correlations("d", "no.root", False, True), r"no\.root"),
        (lambda: ROOT.TMVA.Types.Instance().GetMethodType("nothing"), "nothing"),
        (lambda: ROOT.TMVA.Types.GetAnalysisType("nothing"), "nothing"),
        (lambda: ROOT.TMVA.Experimental.RReader("no.xml"), r"no\.xml"),
        (lambda: ROOT.TMVA.Experimental.RReader("no.xml", "Native"), r"no\.xml"),
        (lambda: ROOT.TMVA.Experimental.FileApplier("no.xml"), r"no\.xml"),
        (lambda: ROOT.TMVA.gTools().Color("nothing"), "nothing"),
        (lambda: ROOT.TMVA.DataLoader("d").GetDataSetInfo().CorrelationMatrix("Signal"), "has no variables"),
    ],
)
def test_errors_of_all_classes_are_themselves(call, words):
    with pytest.raises(torchmva.Error, match=words):
        call()


def test_every_function_of_the_dictionary_is_known(request):
    """Those with arguments: the others cannot fail."""
    text = (request.config.rootpath / "src/cpp/Dict/LinkDef.h").read_text()
    names = set(re.findall(r"C\+\+ function TorchMVA::(\w+);", text))
    assert set(FUNCTIONS) == names - {"gConfig", "gTools", "Python_Executable", "OptionPages", "OptionReference"}


BYTES = os.fsdecode(b"n\xe9.xml")  # a name of a file in Latin-1


@pytest.mark.parametrize(
    "call",
    [
        lambda: ROOT.TMVA.Reader("Silent").BookMVA("m", BYTES),
        lambda: ROOT.TMVA.Reader("Silent").EvaluateMVA(ROOT.std.vector["float"](1), ROOT.TString(b"n\xe9.xml")),
        lambda: ROOT.TMVA.Experimental.RReader(BYTES),
        lambda: ROOT.TMVA.Experimental.FileApplier(BYTES),
        lambda: ROOT.TMVA.variables("d", BYTES),
        lambda: ROOT.TMVA.TMVAGui(BYTES),
        lambda: ROOT.TMVA.Factory("job", ROOT.TString(b"n\xe9.xml=1")),
        lambda: ROOT.TMVA.Factory("job", Silent=BYTES),
        lambda: torchmva.define(ROOT.RDataFrame(1), "y", BYTES),
    ],
)
def test_names_of_files_of_any_bytes(call):
    with pytest.raises(torchmva.Error, match=r"n\\xe9\.xml"):
        call()


def test_a_weight_file_with_a_byte_that_is_no_utf8(tmp_path):
    (tmp_path / "bad.xml").write_bytes(
        b'<?xml version="1.0"?>\n<MethodSetup Method="F\xe9sher::x"><GeneralInfo/></MethodSetup>'
    )
    with pytest.raises(torchmva.Error):
        ROOT.TMVA.Reader("Silent").BookMVA("m", str(tmp_path / "bad.xml"))


def test_wrong_argument_types_are_a_type_error():
    with pytest.raises(TypeError):
        ROOT.TMVA.Factory("job", 3.5, "x", [1])


def test_a_tree_that_is_not_there_is_the_error_of_cpp(tmp_path):
    file = ROOT.TFile(str(tmp_path / "f.root"), "RECREATE")
    missing = file.Get("nope")
    assert missing is not None  # but a TObject at address 0
    loader = ROOT.TMVA.DataLoader("d")
    for add in (loader.AddSignalTree, lambda tree: loader.AddTree(tree, "Signal", 1.0)):
        with pytest.raises(torchmva.Error, match="null pointer") as caught:
            add(missing)
        assert caught.value.GetCode() == ROOT.TorchMVA.EErrorCode.kTree
    file.Close()


def test_an_object_that_is_no_tree_is_named():
    histogram = ROOT.TH1F("histogram", "", 1, 0, 1)
    loader = ROOT.TMVA.DataLoader("d")
    with pytest.raises(torchmva.Error, match=r"AddSignalTree: expected a TTree .* found a TH1F 'histogram'") as caught:
        loader.AddSignalTree(histogram)
    assert caught.value.GetCode() == ROOT.TorchMVA.EErrorCode.kArgument
    with pytest.raises(torchmva.Error, match="expected a TTree as argument 2, found a TH1F"):
        loader.SetInputTrees(ROOT.TTree("t", "t"), histogram)


def test_an_empty_container_is_not_taken_for_null():
    assert _overloads._kind(ROOT.TList()) is object
    assert _overloads._kind(ROOT.bind_object(0, "TTree")) is None


# --- arrays -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (np.zeros(1, dtype=complex), "ndarray of complex128"),
        (np.zeros(4)[::2], "ndarray of float64, shape \\(2,\\), not contiguous"),
        (1.5, "float 1.5"),
        ([0.0], "a list of 1"),
    ],
    ids=str,
)
def test_variable_without_the_address_of_a_number(value, found):
    for declare in (ROOT.TMVA.Reader("Silent").AddVariable, ROOT.TMVA.Reader("Silent").AddSpectator):
        with pytest.raises(torchmva.Error, match=f"expected .* found {found}"):
            declare("x", value)


# --- arguments of a wrong kind -----------------------------------------------------------------------------------

LISTS = {
    "AddVariable": lambda d: d.AddVariable(["a", "b"]),
    "AddVariable_letter": lambda d: d.AddVariable(("a", "b"), "F"),
    "AddVariable_title": lambda d: d.AddVariable("a", ["title", "b"], ""),
    "AddVariable_set": lambda d: d.AddVariable({"a", "b"}),
    "AddVariable_dict": lambda d: d.AddVariable({"a": "b"}),
    "AddVariable_array": lambda d: d.AddVariable(np.array(["a", "b"])),
    "AddVariablesArray": lambda d: d.AddVariablesArray(["a", "b"], 2),
    "AddSpectator": lambda d: d.AddSpectator(["a", "b"]),
    "AddTarget": lambda d: d.AddTarget(["a", "b"]),
    "AddRegressionTarget": lambda d: d.AddRegressionTarget(["a"]),
    "SetWeightExpression": lambda d: d.SetWeightExpression(["a", "b"]),
    "SetWeightExpression_class": lambda d: d.SetWeightExpression("w", ["Signal", "Background"]),
    "SetCut": lambda d: d.SetCut(["a", "b"]),
    "AddCut": lambda d: d.AddCut(["a", "b"]),
    "Prepare": lambda d: d.PrepareTrainingAndTestTree(["a", "b"], "SplitMode=Random"),
    "Prepare_options": lambda d: d.PrepareTrainingAndTestTree("", ["SplitMode=Random"]),
    "DataLoader": lambda d: ROOT.TMVA.DataLoader(["a", "b"]),
    "Factory": lambda d: ROOT.TMVA.Factory(["a", "b"]),
    "Reader": lambda d: ROOT.TMVA.Reader("Silent").AddVariable(["a", "b"], array("f", [0.0])),
}


@pytest.mark.parametrize("call", LISTS)
def test_a_list_is_not_taken_for_a_text(call):
    loader = ROOT.TMVA.DataLoader("d")
    with pytest.raises(torchmva.Error, match="expected text as argument"):
        LISTS[call](loader)
    info = loader.GetDataSetInfo()
    assert info.GetNVariables() + info.GetNTargets() + info.GetNSpectators() + info.GetNClasses() == 0


TREES = {
    "AddSignalTree": lambda d, x: d.AddSignalTree(x),
    "AddBackgroundTree": lambda d, x: d.AddBackgroundTree(x, 1.0),
    "AddTree": lambda d, x: d.AddTree(x, "Signal"),
    "AddTree_cut": lambda d, x: d.AddTree(x, "Signal", 1.0, "x > 0", "train"),
    "AddRegressionTree": lambda d, x: d.AddRegressionTree(x),
    "SetTree": lambda d, x: d.SetTree(x, "Signal", 1.0),
    "SetSignalTree": lambda d, x: d.SetSignalTree(x),
    "SetBackgroundTree": lambda d, x: d.SetBackgroundTree(x),
    "SetInputTrees": lambda d, x: d.SetInputTrees(x, x),
}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A file of ROOT, an RNTuple and a data frame."""
    path = str(tmp_path_factory.mktemp("sources") / "n.root")
    options = ROOT.RDF.RSnapshotOptions()
    options.fOutputFormat = ROOT.RDF.ESnapshotOutputFormat.kRNTuple
    ROOT.RDF.FromNumpy({"a": np.arange(10.0)}).Snapshot("n", path, "", options)
    file = ROOT.TFile.Open(path)
    return {"file": path, "ntuple": file.Get("n"), "frame": ROOT.RDataFrame(1), "kept": file}


@pytest.mark.parametrize("call", TREES)
def test_a_source_that_is_no_tree_says_what_takes_it(call, sources):
    loader = ROOT.TMVA.DataLoader("d")
    with pytest.raises(torchmva.Error, match="AddNTuple"):
        TREES[call](loader, sources["ntuple"])
    with pytest.raises(torchmva.Error, match="AddDataFrame"):
        TREES[call](loader, sources["frame"])
    with pytest.raises(torchmva.Error, match="ROOT file"):
        TREES[call](loader, sources["file"])
    with pytest.raises(torchmva.Error, match="AddNTuple"):
        loader.AddDataFrame(sources["ntuple"], "Signal")
    assert loader.GetDataSetInfo().GetNClasses() == 0


def test_a_letter_after_the_unit_is_the_type():
    loader = ROOT.TMVA.DataLoader("d")
    loader.AddSpectator("spec1 := var1*2", "Spectator 1", "units", "F")
    loader.AddSpectator("n", "Number", "", "I", 0, 5)
    loader.AddSpectator("m", "Mass", "GeV", 0, 100)
    loader.AddTarget("t", "Target", "GeV", "F")
    loader.AddTarget("u", "Target", "GeV", 0, 0)
    loader.AddRegressionTarget("k", "Count", "", "I", 1.5, 2.5)
    info = loader.GetDataSetInfo()
    assert [s.GetVarType() for s in info.GetSpectatorInfos()] == ["F", "I", "F"]
    assert [s.GetMax() for s in info.GetSpectatorInfos()][1:] == [5, 100]
    assert [t.GetVarType() for t in info.GetTargetInfos()] == ["F", "F", "I"]
    assert info.GetTargetInfos()[2].GetMin() == 1.5


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
    ROOT.gROOT.cd()  # a tree of no file: the loader would keep that, too
    loader = ROOT.TMVA.DataLoader("d")
    tree = ROOT.TTree("t", "t")
    value = array("f", [0.0])
    tree.Branch("x", value, "x/F")
    for _ in range(3):
        tree.Fill()
    loader.AddTree(tree, "Signal", 1.0)
    assert loader._torchmva_kept == [tree]


def test_loader_keeps_the_entry_list_of_a_tree(tmp_path):
    """ROOT forgets a list that is deleted, and all entries would be events."""
    path = str(tmp_path / "t.root")
    ROOT.RDF.FromNumpy({"x": np.arange(20, dtype=np.float32)}).Snapshot("t", path)
    loader = ROOT.TMVA.DataLoader("d")

    def add():
        file = ROOT.TFile.Open(path)
        tree = file.Get("t")
        chosen = ROOT.TEntryList("chosen", "")
        for i in range(0, 20, 4):
            chosen.Enter(i, tree)
        tree.SetEntryList(chosen)
        loader.AddRegressionTree(tree)

    add()
    gc.collect()
    loader.AddVariable("x")
    loader.PrepareTrainingAndTestTree("", "nTest_Regression=1:SplitMode=Block:!V")
    data = loader.GetDataSetInfo().GetDataSet()
    assert [data.GetTrainingEvent(i).GetValue(0) for i in range(data.GetNTrainingEvents())] == [0, 4, 8, 12]


def test_loader_and_factory_keep_the_files(tmp_path, monkeypatch):
    """A file that is local to a function would take its tree with it."""
    monkeypatch.chdir(tmp_path)
    path = str(tmp_path / "f.root")
    file = ROOT.TFile(path, "RECREATE")
    tree = ROOT.TTree("t", "t")
    value = array("f", [0.0])
    tree.Branch("x", value, "x/F")
    for value[0] in range(3):
        tree.Fill()
    file.Write()
    file.Close()

    loader = ROOT.TMVA.DataLoader("data")

    def add():
        source = ROOT.TFile.Open(path)
        loader.AddSignalTree(source.Get("t"))
        loader.AddBackgroundTree(source.Get("t"))

    add()
    gc.collect()
    assert [item.GetName() for item in ROOT.gROOT.GetListOfFiles()].count(path) == 1
    assert sum(isinstance(item, ROOT.TFile) for item in loader._torchmva_kept) == 1
    assert loader._torchmva_kept[0].GetEntries() == 3

    def make():
        return ROOT.TMVA.Factory("job", ROOT.TFile(str(tmp_path / "o.root"), "RECREATE"), Silent=True)

    factory = make()
    factory.BookMethod(loader, "Fisher", "F")
    gc.collect()
    assert [type(item).__name__ for item in factory._torchmva_kept] == ["TFile", "DataLoader"]


# --- choosing overloads -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def overloads():
    """A class with overloads as TMVA has them; each says which one was called, and throws if asked to."""
    ROOT.gInterpreter.Declare("""
    #include "TorchMVA/Factory.hxx"
    struct TorchMVATestOverloads {
       static TString Say(TString what, TString option = "") {
          if (option == "interrupt") throw TorchMVA::Error(TorchMVA::EErrorCode::kUserCode, "stopped", {{"caller", "x"}, {"exception", "KeyboardInterrupt"}});
          if (option == "signal") throw TorchMVA::Error(TorchMVA::EErrorCode::kPython, "Interrupted (KeyboardInterrupt)");
          if (option == "exception") throw TorchMVA::Error(TorchMVA::EErrorCode::kUserCode, "stopped", {{"exception", "ValueError: KeyboardInterrupt"}});
          if (option == "throw") throw TorchMVA::Error(TorchMVA::EErrorCode::kData, ("thrown by " + what).Data());
          return what;
       }
       TString Book(TNamed *loader, TString name, TString title, TString option = "") { return Say("name", option); }
       TString Book(TNamed *loader, TorchMVA::Types::EMVA t, TString title, TString option = "") { return Say("enum", option); }
       TString Prepare(const TCut &cut, const TString &option) { return Say("cut option", option); }
       TString Prepare(TCut s, TCut b, const TString &option) { return Say("cut cut option", option); }
       TString Prepare(const TCut &cut, Int_t nTrain, Int_t nTest = -1) { return Say("cut int"); }
       TString Prepare(const TCut &cut, Int_t, Int_t, Int_t, Int_t, const TString &option = "a=b,c") { return Say("cut ints", option); }
       TString Variable(const TString &e, const TString &t, const TString &u, char c = 'F', Double_t min = 0) { return Say("titled"); }
       TString Variable(const TString &e, char c = 'F', Double_t min = 0, Double_t max = 0) { return Say(TString("short ") + c); }
       TString Evaluate(const TString &tag, Double_t aux = 0) { return Say("tag", tag); }
       TString Evaluate(const std::vector<Float_t> &v, const TString &tag, Double_t aux = 0) { return Say("floats", tag); }
       TString Evaluate(const std::vector<Double_t> &v, const TString &tag, Double_t aux = 0) { return Say("doubles", tag); }
       void TrainAllMethods() { Say("", "interrupt"); }
       TString Point(const TString &name, Float_t *p) { return Say("float*", name); }
       TString Point(const TString &name, Int_t *p) { return Say("int*", name); }
    };
    """)
    klass = ROOT.TorchMVATestOverloads
    _pythonize._pythonize(klass, "TorchMVATestOverloads")
    return klass()


NAMED = ROOT.TNamed("n", "t")


@pytest.mark.parametrize(
    ("method", "arguments", "chosen"),
    [
        ("Book", (NAMED, "Fisher", "title", "!H"), "name"),
        ("Book", (NAMED, "Fisher", "title"), "name"),
        ("Book", (None, "x", "y"), "name"),
        ("Book", (NAMED, ROOT.TMVA.Types.kPyTorch, "title", "!H"), "enum"),
        ("Book", (NAMED, ROOT.TMVA.Types.kPyTorch, "title"), "enum"),
        ("Prepare", ("x > 1", "V"), "cut option"),
        ("Prepare", (ROOT.TCut("x > 1"), "options"), "cut option"),
        ("Prepare", (ROOT.TCut("x > 1"), ROOT.TCut(""), "options"), "cut cut option"),
        ("Prepare", ("", "", "options"), "cut cut option"),
        ("Prepare", ("", 10), "cut int"),
        ("Prepare", ("", 10, 20), "cut int"),
        ("Prepare", ("", 1, 2, 3, 4), "cut ints"),
        ("Prepare", ("", 1, 2, 3, 4, "options"), "cut ints"),
        ("Variable", ("x", "I"), "short I"),
        ("Variable", ("x",), "short F"),
        ("Variable", ("x", "F", 0.0, 1.0), "short F"),
        ("Variable", ("x", "title", "", "F"), "titled"),
        ("Variable", ("x", "y", "z", "F"), "titled"),
        ("Evaluate", ("tag",), "tag"),
        ("Evaluate", (ROOT.TString("tag"), 0.5), "tag"),
        ("Evaluate", ([1.0, 2.0], "tag"), "doubles"),
        ("Evaluate", (ROOT.std.vector["float"]([1.0]), "tag"), "floats"),
        ("Evaluate", (ROOT.std.vector["double"]([1.0]), "tag", 0.5), "doubles"),
        ("Point", ("x", array("f", [1.0])), "float*"),
        ("Point", ("x", array("i", [1])), "int*"),
    ],
)  # fmt: skip
def test_the_overload_that_the_arguments_mean_is_called(overloads, method, arguments, chosen):
    assert str(getattr(overloads, method)(*arguments)) == chosen


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("Book", (NAMED, "Fisher", "title", "throw")),
        ("Book", (NAMED, ROOT.TMVA.Types.kPyTorch, "title", "throw")),
        ("Prepare", ("", "throw")),
        ("Prepare", ("", "", "throw")),
        ("Prepare", ("", 1, 2, 3, 4, "throw")),
        ("Evaluate", ("throw",)),
        ("Evaluate", ([1.0], "throw")),
        ("Point", ("throw", array("f", [1.0]))),
        ("Point", ("throw", array("i", [1]))),
    ],
)
def test_what_the_overload_throws_arrives(overloads, method, arguments):
    with pytest.raises(torchmva.Error, match="thrown by"):
        getattr(overloads, method)(*arguments)


def test_arguments_that_fit_nothing_are_a_type_error(overloads):
    with pytest.raises(TypeError, match="Evaluate"):
        overloads.Evaluate(object(), object())


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("Book", (NAMED, "Fisher", "title", "interrupt")),
        ("Evaluate", ("interrupt",)),
        ("Evaluate", ("signal",)),
        ("TrainAllMethods", ()),
    ],
)
def test_ctrl_c_inside_cpp_stays_a_keyboard_interrupt(overloads, method, arguments):
    with pytest.raises(KeyboardInterrupt) as caught:
        getattr(overloads, method)(*arguments)
    assert isinstance(caught.value.__cause__, torchmva.Error)


def test_other_exceptions_of_user_code_stay_errors(overloads):
    with pytest.raises(torchmva.Error, match="stopped"):
        overloads.Evaluate("exception")


@pytest.mark.parametrize("name", sorted(_pythonize.RUNNING_METHODS))
def test_methods_that_run_user_code_are_wrapped(name):
    owner = ROOT.TMVA.CrossValidation if name == "Evaluate" else ROOT.TMVA.Factory
    assert not _overloads.is_overload(vars(owner)[name])
