"""Ctrl-C at the `root` prompt while Python works: an error, and the prompt and Python live on."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time

import pytest

TIME_LIMIT = 60  # seconds for each thing that is waited for

pytestmark = pytest.mark.timeout(4 * TIME_LIMIT)

USER_CODE = """
import os, time, torch
torch.jit.script(torch.nn.Sequential(torch.nn.Linear(4, 2), torch.nn.Softmax(1))).save("model.pt")

def busy(rows):
    if not os.path.exists("quick"):
        print("PYTHON IS BUSY", flush=True)
        for i in range(1000):
            torch.ones(10, 10) @ torch.ones(10, 10)
            time.sleep(0.05)

def train(model, train_loader, *rest, **more):
    for X, y in train_loader:
        model(X)
    busy(X)
    return model

load_model_custom_objects = {"train_func": train}
"""

MACRO = """
void run(const char *name)
{
   auto data = TFile::Open(TROOT::GetTutorialDir() + "/machine_learning/data/tmva_class_example.root");
   auto loader = new TMVA::DataLoader(name);
   for (auto variable : {"var1", "var2", "var3", "var4"})
      loader->AddVariable(variable);
   loader->AddSignalTree(data->Get<TTree>("TreeS"));
   loader->AddBackgroundTree(data->Get<TTree>("TreeB"));
   loader->PrepareTrainingAndTestTree("", "nTrain_Signal=400:nTrain_Background=400:!V");
   auto factory = new TMVA::Factory("job", "AnalysisType=Classification:Silent");
   factory->BookMethod(loader, TMVA::Types::kPyTorch, "Net", "FilenameModel=model.pt:UserCode=code.py");
   factory->TrainAllMethods();
   printf("%s IS TRAINED\\n", name);
}
"""


class Prompt:
    """`torchmva root` on a terminal."""

    def __init__(self, folder, hears_interrupts):
        self.terminal, inside = pty.openpty()
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "TERM": "dumb"}
        command = [sys.executable, "-m", "torchmva", "root", "-l", "-b"]
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
            preexec_fn=hears_interrupts,
        )
        os.close(inside)
        os.set_blocking(self.terminal, False)
        self.text = ""

    def type(self, line: str) -> None:
        os.write(self.terminal, line.encode() + b"\n")

    def wait_for(self, words: str) -> str:
        """What was said up to `words`, which goes."""
        end = time.monotonic() + TIME_LIMIT
        while words not in self.text:
            assert time.monotonic() < end, f"no {words!r} in time in:\n{self.text}"
            try:
                self.text += os.read(self.terminal, 65536).decode(errors="replace")
            except BlockingIOError:
                assert self.process.poll() is None, f"root ended:\n{self.text}"
                time.sleep(0.02)
            except OSError:  # the other end is closed
                raise AssertionError(f"root ended before {words!r}:\n{self.text}") from None
        before, _, self.text = self.text.partition(words)
        return before

    def end(self) -> None:
        self.process.kill()
        self.process.wait(TIME_LIMIT)
        os.close(self.terminal)


@pytest.fixture
def prompt(tmp_path, hears_interrupts):
    (tmp_path / "code.py").write_text(USER_CODE)
    (tmp_path / "run.C").write_text(MACRO)
    started = Prompt(tmp_path, hears_interrupts)
    yield started
    started.end()


def test_interrupted_training_is_an_error_and_the_next_one_works(prompt, tmp_path):
    prompt.type(".L run.C")
    for name in ("first", "second"):
        prompt.type(f'run("{name}")')
        prompt.wait_for("PYTHON IS BUSY")
        time.sleep(0.3)
        os.kill(prompt.process.pid, signal.SIGINT)
        said = prompt.wait_for("KeyboardInterrupt\r\n")
        assert "TorchMVA::Error caught" in said
        assert "Break" not in said
        assert "IS TRAINED" not in said
    (tmp_path / "quick").touch()
    prompt.type('run("third")')
    assert "Error" not in prompt.wait_for("third IS TRAINED")
    # ROOT's own reaction is back
    prompt.type('printf("C++ IS %s\\n", "BUSY"); for (int i = 0; i < 1000; ++i) gSystem->Sleep(50);')
    prompt.wait_for("C++ IS BUSY")
    time.sleep(0.3)
    os.kill(prompt.process.pid, signal.SIGINT)
    prompt.wait_for("keyboard interrupt")
    prompt.type('printf("ROOT %s\\n", "LIVES");')
    prompt.wait_for("ROOT LIVES")


LOOP = r"""
void loop()
{
   auto data = TFile::Open(TROOT::GetTutorialDir() + "/machine_learning/data/tmva_class_example.root");
   auto loader = new TMVA::DataLoader("dataset");
   for (auto variable : {"var1", "var2", "var3", "var4"})
      loader->AddVariable(variable);
   loader->AddSignalTree(data->Get<TTree>("TreeS"));
   loader->AddBackgroundTree(data->Get<TTree>("TreeB"));
   loader->PrepareTrainingAndTestTree("", "nTrain_Signal=1000:nTrain_Background=1000:!V");
   auto factory = new TMVA::Factory("job", "AnalysisType=Classification:!Color");
   factory->BookMethod(loader, TMVA::Types::kPyTorch, "Net", "NumEpochs=100000:Seed=1");
   factory->BookMethod(loader, TMVA::Types::kFisher, "Fisher");
   factory->TrainAllMethods();
   factory->TestAllMethods();
   factory->EvaluateAllMethods();
   printf("THE JOB WENT ON, area over 0.8: %d\n", factory->GetROCIntegral(loader, "Net") > 0.8);
}
"""


def test_the_default_loop_ends_and_the_job_goes_on(prompt, tmp_path):
    """On a terminal, so with a progress bar: losses, learning rate, time left."""
    (tmp_path / "loop.C").write_text(LOOP)
    prompt.type(".x loop.C")
    prompt.wait_for("/100000 [")
    prompt.wait_for(", lr 0.00")
    os.kill(prompt.process.pid, signal.SIGINT)
    said = prompt.wait_for("THE JOB WENT ON, area over 0.8: 1")
    assert "Training interrupted in epoch" in said
    assert "The model of epoch" in said
    assert "Break" not in said
    assert (tmp_path / "dataset/weights/job_Net.weights.xml").exists()
    assert (tmp_path / "dataset/weights/TrainedModel_Net.checkpoint").exists(), "ContinueTraining would go on"
