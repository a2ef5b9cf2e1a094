"""gConfig, gTools, PyMethodBase and the enumerations: TMVA's names exist in PyROOT and do what they say."""

from __future__ import annotations

import ctypes

import pytest

PLOTTING = {
    "fTimesRMS": 8.0,
    "fNbins1D": 40,
    "fNbins2D": 300,
    "fMaxNumOfAllowedVariables": 200,
    "fMaxNumOfAllowedVariablesForScatterPlots": 20,
    "fNbinsMVAoutput": 40,
    "fNbinsXOfROCCurve": 100,
}
IO_NAMES = {
    "fWeightFileDirPrefix": "",
    "fWeightFileDir": "weights",
    "fWeightFileExtension": "weights",
    "fOptionsReferenceFileDir": "optionInfo",
}


@pytest.fixture
def config(ROOT):
    """gConfig(), as it was afterwards."""
    config = ROOT.TMVA.gConfig()
    kept = ROOT.TMVA.Config(config)
    yield config
    config.__assign__(kept)


@pytest.mark.parametrize(("name", "value"), PLOTTING.items())
def test_plotting_settings_have_tmvas_defaults(config, name, value):
    settings = config.GetVariablePlotting()
    assert getattr(settings, name) == value
    setattr(settings, name, 7)
    assert getattr(config.GetVariablePlotting(), name) == 7


@pytest.mark.parametrize(("name", "value"), IO_NAMES.items())
def test_names_of_files_have_tmvas_defaults(config, name, value):
    assert str(getattr(config.GetIONames(), name)) == value
    setattr(config.GetIONames(), name, "other")
    assert str(getattr(config.GetIONames(), name)) == "other"


@pytest.mark.parametrize(
    ("setter", "getter"),
    [
        ("SetUseColor", "UseColor"),
        ("SetSilent", "IsSilent"),
        ("SetDrawProgressBar", "DrawProgressBar"),
        ("SetWriteOptionsReference", "WriteOptionsReference"),
    ],
)
def test_switches_of_gconfig(config, setter, getter):
    for value in (True, False):
        getattr(config, setter)(value)
        assert getattr(config, getter)() == value


def test_instances_are_the_globals(ROOT, config):
    config.SetSilent(True)
    assert ROOT.TMVA.Config.Instance().IsSilent()
    assert ROOT.TMVA.Tools.Instance() == ROOT.TMVA.gTools()


def test_the_weight_folder_goes_where_gconfig_says(ROOT, config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config.GetIONames().fWeightFileDirPrefix = "above"
    config.GetIONames().fWeightFileDir = "w"
    config.GetIONames().fWeightFileExtension = "trained"
    config.GetIONames().fOptionsReferenceFileDir = "tables"
    config.SetWriteOptionsReference(True)
    loader = ROOT.TMVA.DataLoader("dataset")
    loader.AddVariable("x")
    for i in range(40):
        kind = ROOT.TMVA.Types.kTraining if i < 30 else ROOT.TMVA.Types.kTesting
        loader.AddEvent(("Signal", "Background")[i % 2], kind, [float(i % 2 + i % 7)], 1.0)
    factory = ROOT.TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Classification")
    factory.BookMethod(loader, ROOT.TMVA.Types.kFisher, "F", "")
    factory.TrainAllMethods()
    assert (tmp_path / "above/dataset/w/job_F.trained.xml").is_file()
    for name, option in (("Factory", "AnalysisType"), ("MethodFisher", "Mahalanobis")):
        assert option in (tmp_path / f"tables/{name}.optref").read_text()


def test_threads_of_root_follow_gconfig(ROOT, config):
    assert config.GetNCpu() >= 1
    assert not config.IsMTEnabled()
    config.EnableMT(2)
    assert ROOT.IsImplicitMTEnabled()
    assert config.IsMTEnabled()
    assert config.GetNThreads() == 2
    config.DisableMT()
    assert not ROOT.IsImplicitMTEnabled()
    config.SetNumWorkers(3)
    assert config.GetNumWorkers() == 3


def test_gtools_from_python(ROOT, config, capfd):
    tools = ROOT.TMVA.gTools()
    assert [str(piece) for piece in tools.SplitString("BDT,LD", ",")] == ["BDT", "LD"]
    assert [str(piece) for piece in tools.ParseFormatLine(":a::b")] == ["a", "b"]
    config.SetUseColor(True)
    assert str(tools.Color("bold")) == "\033[1m"
    config.SetUseColor(False)
    assert str(tools.Color("bold")) == ""
    config.SetSilent(False)  # a factory of another test may have set it
    tools.TMVAWelcomeMessage()
    ctypes.CDLL(None).fflush(None)  # C++ prints through C's buffer
    assert "4.2.1" in capfd.readouterr().out


def test_xml_nodes_of_gtools(ROOT):
    engine = ROOT.TMVA.gTools().xmlengine()
    assert engine.IsA().GetName() == "TXMLEngine"
    for name in ("AddChild", "AddAttr", "ReadAttr", "GetChild", "GetNextChild", "GetName", "GetContent"):
        assert hasattr(ROOT.TMVA.gTools(), name)


def test_statics_of_pymethodbase(ROOT):
    base = ROOT.TMVA.PyMethodBase
    base.PyInitialize()
    assert base.PyIsInitialized() == 1
    base.PyFinalize()
    assert base.PyIsInitialized() == 1, "the interpreter is not ours"
    assert str(base.Py_GetProgramName())
    base.PySetProgramName("python3")  # without effect: Python runs
    import sys

    assert str(ROOT.TMVA.Python_Executable()) == sys.executable


def test_enumerations_outside_types(ROOT):
    TMVA = ROOT.TMVA
    assert [int(value) for value in (TMVA.kShort, TMVA.kAll, TMVA.kRandom)] == [0, 1, 2]
    values = (TMVA.kMVAType, TMVA.kProbaType, TMVA.kRarityType, TMVA.kCompareType)
    assert [int(value) for value in values] == [0, 1, 2, 3]


def test_enumerators_and_all_forms_of_functions_are_there_from_the_start(run_python):
    source = "import ROOT, torchmva; print(int(ROOT.TMVA.kAll), ROOT.TMVA.mvas.__doc__.count('void '))"
    assert run_python(source).stdout.split()[-2:] == ["1", "2"]


@pytest.mark.parametrize("name", ["TMVAGui", "TMVARegGui", "TMVAMultiClassGui"])
def test_gui_functions_say_what_is_wrong_with_a_file(ROOT, name, tmp_path):
    with pytest.raises(ROOT.TMVA.Error, match="nowhere"):
        getattr(ROOT.TMVA, name)(str(tmp_path / "nowhere.root"))


def test_help_of_a_booked_method_is_the_table_of_the_command(ROOT, capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    TMVA = ROOT.TMVA
    loader = TMVA.DataLoader("dataset")
    loader.AddVariable("x")
    for i in range(40):
        kind = TMVA.Types.kTraining if i < 30 else TMVA.Types.kTesting
        loader.AddEvent(("Signal", "Background")[i % 2], kind, [float(i % 2 + i % 7)], 1.0)
    factory = TMVA.Factory("job", Color=True, V=False, AnalysisType="Classification")
    factory.BookMethod(loader, TMVA.Types.kFisher, "A", H=True)
    factory.BookMethod(loader, TMVA.Types.kFisher, "B", H=False)
    capfd.readouterr()
    expected = str(TMVA.OptionHelp("Fisher")).split("\n\n", 1)[1].splitlines()

    def printed() -> list[str]:
        return [line[27:].rstrip() for line in capfd.readouterr().out.splitlines() if line.startswith(" " * 25)]

    def times(lines: list[str]) -> int:
        return sum(lines[i : i + len(expected)] == expected for i in range(len(lines)))

    factory.PrintHelpMessage("dataset")
    assert times(printed()) == 2
    factory.PrintHelpMessage("dataset", "B")
    assert times(printed()) == 1
    factory.TrainAllMethods()
    assert times(printed()) == 1, "the one with the option H"
    with pytest.raises(TMVA.Error, match="booked: A, B"):
        factory.PrintHelpMessage("dataset", "C")
