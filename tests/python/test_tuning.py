"""OptimizeAllMethods and `torchmva tune`: whole jobs, from PyROOT, from a macro and at the command line."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import uproot

N_EVENTS = 1200
# so little of it that the network as booked learns nothing
BOOKED = "Layout=8:NumEpochs=5:LearningRate=0.0001:NumThreads=1"
RATES = "Parameters=LearningRate(0.0001..0.1)"


def disc():
    """Rows, and whether they are signal: a disc, which no straight line separates."""
    rows = np.random.default_rng(4).normal(size=(N_EVENTS, 2))
    return rows, np.hypot(*rows.T) < 1.1


@pytest.fixture
def book(ROOT, tmp_path, monkeypatch):
    """Factory and loader in a fresh folder; every other event is a test event."""
    monkeypatch.chdir(tmp_path)

    def make(analysis="Classification"):
        types = ROOT.TMVA.Types
        factory = ROOT.TMVA.Factory("job", Silent=True, Color=False, AnalysisType=analysis)
        loader = ROOT.TMVA.DataLoader("dataset")
        for name in "xy":
            loader.AddVariable(name)
        if analysis == "Regression":
            loader.AddTarget("r")
        for number, (row, is_signal) in enumerate(zip(*(a.tolist() for a in disc()), strict=True)):
            kind = types.kTesting if number % 2 else types.kTraining
            if analysis == "Regression":
                loader.AddEvent("Regression", kind, [*row, float(np.hypot(*row))], 1.0)
            else:
                loader.AddEvent("Signal" if is_signal else "Background", kind, row, 1.0)
        loader.PrepareTrainingAndTestTree(ROOT.TCut(""), NormMode="None")
        return factory, loader

    return make


def options_in(weight_file):
    root = ElementTree.parse(weight_file).getroot()
    return {option.get("name"): option.text for option in root.iter("Option")}


def numbers(found):
    return {str(name): value for name, value in found}


def test_factory_finds_better_options_and_trains_with_them(ROOT, book):
    factory, loader = book()
    types = ROOT.TMVA.Types
    methods = {
        "Booked": factory.BookMethod(loader, types.kPyTorch, "Booked", BOOKED),
        "BookedTrees": factory.BookMethod(loader, types.kBDT, "BookedTrees", "BoostType=Grad:NTrees=1:MaxDepth=1"),
    }
    factory.TrainAllMethods()
    factory.TestAllMethods()
    before = [factory.GetROCIntegral(loader, name) for name in methods]
    factory, loader = book()
    net = factory.BookMethod(loader, types.kPyTorch, "Net", BOOKED + ":VarTransform=N")
    found = numbers(factory.OptimizeAllMethods("ROCIntegral", f"FitGA:NumTrials=6:{RATES}"))
    assert net.GetTunedOptions() == f"LearningRate={found['LearningRate']:g}"
    assert list(found) == ["LearningRate"]
    trees = factory.BookMethod(loader, types.kBDT, "Trees", "BoostType=Grad:NTrees=1:MaxDepth=1")
    found_trees = numbers(trees.OptimizeTuningParameters("ROCIntegral", "NumTrials=4"))
    assert set(found_trees) == {"NTrees", "MaxDepth", "Shrinkage", "MinNodeSize"}
    factory.TrainAllMethods()
    factory.TestAllMethods()
    after = [factory.GetROCIntegral(loader, name) for name in ("Net", "Trees")]
    assert after[0] > before[0] + 0.2
    assert after[1] > before[1] + 0.1
    assert float(options_in("dataset/weights/job_Net.weights.xml")["LearningRate"]) == pytest.approx(
        found["LearningRate"]
    )
    written = options_in("dataset/weights/job_Trees.weights.xml")
    assert (int(written["NTrees"]), int(written["MaxDepth"])) == (found_trees["NTrees"], found_trees["MaxDepth"])


def test_the_search_repeats_itself(ROOT, book):
    found = []
    for _ in range(2):
        factory, loader = book()
        net = factory.BookMethod(loader, ROOT.TMVA.Types.kPyTorch, "Net", BOOKED)
        factory.OptimizeAllMethods("ROCIntegral", "NumTrials=4")
        found.append(str(net.GetTunedOptions()))
    assert found[0] == found[1]
    assert "Layout=" in found[0]


def test_values_can_be_set_by_hand(ROOT, book):
    factory, loader = book()
    net = factory.BookMethod(loader, ROOT.TMVA.Types.kPyTorch, "Net", BOOKED)
    trees = factory.BookMethod(loader, ROOT.TMVA.Types.kBDT, "Trees", "BoostType=Grad")
    values = ROOT.std.map["TString", "Double_t"]()
    values["NumEpochs"] = 2
    net.SetTuneParameters(values)
    values.clear()
    values["NTrees"] = 7
    trees.SetTuneParameters(values)
    factory.TrainAllMethods()
    assert options_in("dataset/weights/job_Net.weights.xml")["NumEpochs"] == "2"
    assert options_in("dataset/weights/job_Trees.weights.xml")["NTrees"] == "7"


def test_a_regression_has_a_smaller_rms(ROOT, book):
    factory, loader = book("Regression")
    net = factory.BookMethod(loader, ROOT.TMVA.Types.kPyTorch, "Net", BOOKED)
    found = numbers(factory.OptimizeAllMethods("RMS", f"Minuit:NumTrials=5:{RATES}"))
    assert found["LearningRate"] > 0.001
    assert str(net.GetTunedOptions()).startswith("LearningRate=")


@pytest.mark.parametrize(
    ("figure", "search", "expected"),
    [
        ("Separation", "NumTrials=2", "expected ROCIntegral, found 'Separation'"),
        ("ROCIntegral", "FitGa:NumTrial=2", "NumTrial"),
        ("ROCIntegral", "Annealing", "Annealing"),
        ("ROCIntegral", "NumTrials=0", "NumTrials"),
        ("ROCIntegral", "MaxTime=-1", "MaxTime"),
        ("ROCIntegral", "Parameters=LernRate(1..2)", "LernRate"),
        ("ROCIntegral", "Parameters=Activation(ReLU|Rectify)", "Rectify"),
    ],
)
def test_errors_say_what_was_expected(ROOT, book, figure, search, expected):
    factory, loader = book()
    factory.BookMethod(loader, ROOT.TMVA.Types.kPyTorch, "Net", BOOKED)
    with pytest.raises(ROOT.TMVA.Error, match=re.escape(expected)):
        factory.OptimizeAllMethods(figure, search)


@pytest.fixture
def files(tmp_path):
    """The disc in two trees of one file."""
    rows, is_signal = disc()
    with uproot.recreate(tmp_path / "disc.root") as file:
        for name, chosen in (("sig", is_signal), ("bkg", ~is_signal)):
            columns = {"x": rows[chosen, 0], "y": rows[chosen, 1], "w": np.ones(chosen.sum())}
            file.mktree(name, {column: values.dtype for column, values in columns.items()}).extend(columns)
    return tmp_path


def tune(torchmva_command, *arguments, signal="disc.root:sig", **options):
    return torchmva_command(
        "tune",
        *("--signal", signal, "--background", "disc.root:bkg", "--variables", "x, y*1.0"),
        *arguments,
        **options,
    )


def test_the_command_prints_options(files, torchmva_command):
    arguments = ("--options", BOOKED, "--weight", "w", "--cut", "x > -3", "--trials", "4", "--parameters")
    result = tune(torchmva_command, *arguments, "LearningRate(0.0001..0.1);Layout(8|16)")
    assert re.fullmatch(r"Layout=(8|16):LearningRate=0\.\d+\n", result.stdout)
    assert re.search(r"^ *: +4 +0\.\d+ +LearningRate=", result.stderr, re.MULTILINE)
    assert sorted(path.name for path in files.iterdir()) == ["disc.root"]


def test_the_command_finds_options_of_trees(files, torchmva_command):
    result = tune(torchmva_command, "--method", "BDT", "--trials", "3", "--options", "BoostType=Grad")
    assert re.fullmatch(r"MaxDepth=\d:MinNodeSize=[\d.]+:NTrees=\d+:Shrinkage=[\d.]+\n", result.stdout)


@pytest.mark.parametrize(
    ("arguments", "signal", "code", "text"),
    [
        ((), "disc.root", 2, "expected FILE:TREE, found 'disc.root'"),
        ((), "disc.root:nothing", 1, "no tree 'nothing' in 'disc.root'; trees there: bkg, sig"),
        ((), "nothing.root:sig", 1, "cannot open 'nothing.root' for reading"),
        (("--method", "Fisher"), "disc.root:sig", 1, "no parameters that can be optimised"),
        (("--parameters", "Layot(8)"), "disc.root:sig", 1, "Layot"),
    ],
)
def test_the_command_says_what_is_wrong(files, torchmva_command, arguments, signal, code, text):
    result = tune(torchmva_command, *arguments, signal=signal, check=False)
    assert result.returncode == code
    assert text in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


MACRO = """
#include "TMVA/Factory.h"
#include "TMVA/DataLoader.h"

void tune()
{
   TFile file("disc.root");
   TMVA::Factory factory("job", "Silent:!Color:AnalysisType=Classification");
   TMVA::DataLoader loader("dataset");
   loader.AddVariable("x");
   loader.AddVariable("y");
   loader.AddSignalTree(file.Get<TTree>("sig"));
   loader.AddBackgroundTree(file.Get<TTree>("bkg"));
   loader.PrepareTrainingAndTestTree("", "");
   auto net = factory.BookMethod(&loader, TMVA::Types::kPyTorch, "Net", "%s");
   std::map<TString, Double_t> best = factory.OptimizeAllMethods("ROCIntegral", "Scan:NumTrials=3:%s");
   factory.TrainAllMethods();
   std::cout << "found " << best.size() << ' ' << best["LearningRate"] << ' ' << net->GetTunedOptions() << std::endl;
}
"""


def test_a_macro(files, torchmva_command):
    (files / "tune.C").write_text(MACRO % (BOOKED, RATES))
    output = torchmva_command("root", "-l", "-b", "-q", "tune.C").stdout
    number, options = re.search(r"found 1 (\S+) LearningRate=(\S+)", output).groups()
    assert float(number) == pytest.approx(float(options))
