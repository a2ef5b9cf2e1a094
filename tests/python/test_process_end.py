"""How processes end that leave everything alive: output file, factory, loader, reader, frames, threads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TIME_LIMIT = 150
CRASHES = ("corrupted", "Break", "egmentation", "double free", "Aborted", "terminate called")

pytestmark = pytest.mark.timeout(2 * TIME_LIMIT)

# A network with a training of the user's, a Fisher discriminant, an output file, a file of the user's own, a data frame
# with several threads, a reader. Nothing is closed.
SCRIPT = """
import ROOT, numpy as np, threading, torch, torchmva
ROOT.gROOT.SetBatch(True)
TMVA = ROOT.TMVA

def train(model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler):
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for epoch in range(num_epochs):
        for X, y in train_loader:
            optimiser.zero_grad()
            criterion(model(X), y).backward()
            optimiser.step()
    return model

load_model_custom_objects = {"train_func": train, "criterion": torch.nn.MSELoss(), "optimizer": torch.optim.Adam}
model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2), torch.nn.Softmax(dim=1))
torch.jit.script(model).save("model.pt")
out = ROOT.TFile.Open("out.root", "RECREATE")
loader = TMVA.DataLoader("dataset")
[loader.AddVariable(name) for name in "ab"]
random = np.random.default_rng(1)
frames = [ROOT.RDF.FromNumpy({name: random.normal(cls, 1, 200) for name in "ab"}) for cls in (0, 1)]
[loader.AddDataFrame(frame, name) for frame, name in zip(frames, ("Background", "Signal"))]
loader.PrepareTrainingAndTestTree("", "SplitMode=Block:NormMode=None:!V")
factory = TMVA.Factory("job", out, "Silent:!Color:!DrawProgressBar:AnalysisType=Classification")
_ = factory.BookMethod(loader, TMVA.Types.kPyTorch, "Net", "FilenameModel=model.pt:NumEpochs=1:!V")
_ = factory.BookMethod(loader, TMVA.Types.kFisher, "Fisher", "")
factory.TrainAllMethods(); factory.TestAllMethods(); factory.EvaluateAllMethods()
mine = ROOT.TFile.Open("mine.root", "RECREATE")
histogram = ROOT.TH1D("histogram", "", 10, 0, 1)
_ = histogram.Fill(0.5); _ = histogram.Write()
ROOT.EnableImplicitMT(2)
many = ROOT.RDataFrame(100).Define("a", "rdfentry_ % 7 - 3.").Define("b", "rdfentry_ % 5 - 2.")
scored = torchmva.define(many, "score", "dataset/weights/job_Net.weights.xml", engine="Python")
mean = scored.Mean("score"); print("mean", 0 < mean.GetValue() < 1)
reader = TMVA.Reader("!Color:Silent:Engine=Python")
_ = reader.BookMVA("Net", "dataset/weights/job_Net.weights.xml")
worker = threading.Thread(target=lambda: reader.EvaluateBatch("Net", np.zeros((10, 2), np.float32)))
worker.start(); worker.join()
print("END OF THE SCRIPT", flush=True)
"""
ENDS = {
    "script": ("", 0),
    "exception": ("reader.EvaluateMVA('nothing')", 1),
}


def check_files(ROOT, folder: Path) -> None:
    for name, key in (("out.root", "dataset/TestTree"), ("mine.root", "histogram")):
        file = ROOT.TFile.Open(str(folder / name))
        assert not file.TestBit(ROOT.TFile.kRecovered), name
        assert file.Get(key).GetEntries() == {"out.root": 200, "mine.root": 1}[name]
        file.Close()


def check_end(result: subprocess.CompletedProcess[str], code: int) -> None:
    said = result.stdout + result.stderr
    assert "END OF THE SCRIPT" in said, said
    assert "mean True" in said
    assert result.returncode == code, said
    assert [crash for crash in CRASHES if crash in said] == [], said


@pytest.mark.parametrize("how", ENDS)
def test_a_script(ROOT, run, tmp_path, how):
    last_line, code = ENDS[how]
    (tmp_path / "script.py").write_text(SCRIPT + last_line + "\n")
    check_end(run([sys.executable, "-W", "ignore", "script.py"], check=False, timeout=TIME_LIMIT), code)
    check_files(ROOT, tmp_path)


def test_a_session_that_stays(ROOT, run, tmp_path):
    """As in a notebook: the interpreter waits for more statements, and ends when none come."""
    (tmp_path / "cell.py").write_text(SCRIPT)
    (tmp_path / "session.py").write_text("exec(open('cell.py').read())\n")
    check_end(run([sys.executable, "-W", "ignore", "-i", "session.py"], check=False, timeout=TIME_LIMIT), 0)
    check_files(ROOT, tmp_path)


MACRO = r"""
void macro()
{
   auto data = TFile::Open(TROOT::GetTutorialDir() + "/machine_learning/data/tmva_class_example.root");
   auto out = TFile::Open("out.root", "RECREATE");
   auto loader = new TMVA::DataLoader("dataset");
   for (auto variable : {"var1", "var2", "var3", "var4"})
      loader->AddVariable(variable);
   loader->AddSignalTree(data->Get<TTree>("TreeS"));
   loader->AddBackgroundTree(data->Get<TTree>("TreeB"));
   loader->PrepareTrainingAndTestTree("", "nTrain_Signal=400:nTrain_Background=400:nTest_Signal=100:nTest_Background=100:!V");
   auto factory = new TMVA::Factory("job", out, "AnalysisType=Classification:Silent");
   factory->BookMethod(loader, TMVA::Types::kPyTorch, "Net", "Layout=4:NumEpochs=1:Seed=1");
   factory->TrainAllMethods();
   factory->TestAllMethods();
   factory->EvaluateAllMethods();
   auto mine = TFile::Open("mine.root", "RECREATE");
   auto histogram = new TH1D("histogram", "", 10, 0, 1);
   histogram->Fill(0.5);
   histogram->Write();
   ROOT::RDataFrame frame(10);
   printf("mean %s\n", frame.Count().GetValue() == 10 ? "True" : "False");
   printf("END OF THE SCRIPT\n");
}
"""


def test_a_macro(ROOT, run, tmp_path):
    (tmp_path / "macro.C").write_text(MACRO)
    command = [sys.executable, "-m", "torchmva", "root", "-l", "-b", "-q", "macro.C"]
    check_end(run(command, check=False, timeout=TIME_LIMIT), 0)
    check_files(ROOT, tmp_path)
