"""MakeClass: the written classes compile without ROOT and TorchMVA, and give the responses of the methods."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

# Title -> method, VarTransform.
METHODS = {
    "Fisher": ("Fisher", "None"),
    "FisherI": ("Fisher", "I"),
    "FisherN": ("Fisher", "N"),
    "FisherD": ("Fisher", "D"),
    "FisherP": ("Fisher", "P_Background"),
    "FisherU": ("Fisher", "U"),
    "FisherG": ("Fisher", "G_Signal"),
    "FisherDG": ("Fisher", "D,G"),
    "FisherSome": ("Fisher", "P(_V0_,_V2_),N(_V1_)_Signal,G(_V2_)"),
    'LD with a title, 50% "quoted"': ("LD", "N"),
}
N_APPLIED = 1000

MAIN = """
#include <cstdio>
@INCLUDES@
int main()
{
   std::vector<std::string> names = {"var1", "var2+0*(var3>0)", "var3", "var4"};
   @OBJECTS@
   const IClassifierReader *readers[] = {@POINTERS@};
   std::vector<double> x(4);
   while (std::scanf("%la %la %la %la", &x[0], &x[1], &x[2], &x[3]) == 4) {
      for (const IClassifierReader *reader : readers)
         std::printf("%.17g ", reader->IsStatusClean() ? reader->GetMvaValue(x) : -999.);
      std::printf("\\n");
   }
   std::vector<std::string> wrong = {"var1", "other", "var3", "var4"};
   const ReadFisher mistaken(wrong);
   std::printf("%d %g\\n", int(mistaken.IsStatusClean()), mistaken.GetMvaValue(x));
}
"""


def class_name(title: str) -> str:
    return "Read" + "".join(c if c.isalnum() and c.isascii() else "_" for c in title)


@pytest.fixture(scope="module")
def job(ROOT, tmp_path_factory):
    """The folder of a job that trained all methods, and the loader's first test events."""
    folder = tmp_path_factory.mktemp("standalone")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        file = ROOT.TFile.Open(f"{ROOT.gROOT.GetTutorialDir()}/machine_learning/data/tmva_class_example.root")
        factory = ROOT.TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Classification")
        loader = ROOT.TMVA.DataLoader("dataset")
        for name in ("var1", "sum := var2+0*(var3>0)", "var3", "var4"):
            loader.AddVariable(name)
        loader.AddSignalTree(file.Get("TreeS"))
        loader.AddBackgroundTree(file.Get("TreeB"))
        loader.PrepareTrainingAndTestTree(ROOT.TCut(""), nTrain_Signal=1000, nTrain_Background=1000)
        for title, (method, transform) in METHODS.items():
            factory.BookMethod(loader, method, title, VarTransform=transform)
        factory.TrainAllMethods()
        data = loader.GetDataSetInfo().GetDataSet()
        events = np.array([list(data.GetTestEvent(i).GetValues()) for i in range(N_APPLIED)], dtype=np.float32)
    return folder, events


def run(command: list[str], **options) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_classes_compile_alone_and_agree_with_the_methods(ROOT, job, monkeypatch):
    folder, events = job
    monkeypatch.chdir(folder)
    classes = [class_name(title) for title in METHODS]
    for title, name in zip(METHODS, classes, strict=True):
        Path(f"{name}.hxx").write_text(Path(f"dataset/weights/job_{title}.class.C").read_text())
    main = MAIN.replace("@INCLUDES@", "\n".join(f'#include "{name}.hxx"' for name in classes))
    main = main.replace("@OBJECTS@", "\n   ".join(f"const {name} the{name}(names);" for name in classes))
    main = main.replace("@POINTERS@", ", ".join(f"&the{name}" for name in classes))
    Path("main.cxx").write_text(main)
    run(["g++", "-std=c++17", "-O1", "-Wall", "-Wextra", "-pedantic", "-Werror", "main.cxx", "-o", "main"])
    text = "\n".join(" ".join(float(x).hex() for x in event) for event in events)
    *lines, last = run(["./main"], input=text).strip().splitlines()
    assert last == "0 0", "wrong names of variables: the status is not clean, the response 0"
    found = np.array([[float(x) for x in line.split()] for line in lines])
    assert found.shape == (N_APPLIED, len(METHODS))

    reader = ROOT.TMVA.Reader("!Color:Silent")
    reader.AddVariable("var1", ROOT.nullptr)
    for variable in ("sum := var2+0*(var3>0)", "var3", "var4"):
        reader.AddVariable(variable, ROOT.nullptr)
    for k, title in enumerate(METHODS):
        reader.BookMVA(title, f"dataset/weights/job_{title}.weights.xml")
        expected = [reader.EvaluateMVA(ROOT.std.vector["float"](event.tolist()), title) for event in events]
        np.testing.assert_allclose(found[:, k], expected, rtol=2e-6, atol=2e-6, err_msg=title)
        assert np.std(expected) > 0.05


def test_a_class_can_be_asked_for(ROOT, monkeypatch, tmp_path):
    """By Factory::MakeClass after training without persistence, and by MethodBase::MakeClass under any name."""
    monkeypatch.chdir(tmp_path)
    file = ROOT.TFile.Open(f"{ROOT.gROOT.GetTutorialDir()}/machine_learning/data/tmva_class_example.root")
    factory = ROOT.TMVA.Factory("job", Silent=True, Color=False, ModelPersistence=False, AnalysisType="Classification")
    loader = ROOT.TMVA.DataLoader("dataset")
    for name in ("var1", "var2"):
        loader.AddVariable(name)
    loader.AddSignalTree(file.Get("TreeS"))
    loader.AddBackgroundTree(file.Get("TreeB"))
    loader.PrepareTrainingAndTestTree(ROOT.TCut(""), nTrain_Signal=500, nTrain_Background=500)
    method = factory.BookMethod(loader, "Fisher", "F")
    with pytest.raises(Exception, match="before the method was trained"):
        method.MakeClass("early.C")
    factory.TrainAllMethods()
    assert not list(tmp_path.rglob("*.class.C"))
    method.MakeClass("own.C")
    assert "class ReadF : public IClassifierReader" in Path("own.C").read_text()
    factory.MakeClass("dataset", "F")
    assert Path("job_F.class.C").read_text() == Path("own.C").read_text()
    with pytest.raises(Exception, match="nowhere"):
        method.MakeClass("nowhere/own.C")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["job_F.class.C", "own.C"]


def test_a_regression_gets_no_class(ROOT, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    file = ROOT.TFile.Open(f"{ROOT.gROOT.GetTutorialDir()}/machine_learning/data/tmva_reg_example.root")
    factory = ROOT.TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Regression")
    loader = ROOT.TMVA.DataLoader("dataset")
    loader.AddVariable("var1")
    loader.AddTarget("fvalue")
    loader.AddRegressionTree(file.Get("TreeR"), 1.0)
    loader.PrepareTrainingAndTestTree(ROOT.TCut(""), nTrain_Regression=500)
    method = factory.BookMethod(loader, "LD", "LD")
    factory.TrainAllMethods()
    assert [path.name for path in Path("dataset/weights").iterdir()] == ["job_LD.weights.xml"]
    with pytest.raises(Exception, match="Regression"):
        method.MakeClass()
