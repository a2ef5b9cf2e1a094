"""What a training shows: a bar on a terminal, lines in a log, nothing if nobody wants it; its history in three places."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from network_job import book, make_factory, make_loader

pytestmark = pytest.mark.timeout(240)
HERE = Path(__file__).parent
OPTIONS = "Layout=8:NumEpochs=4:BatchSize=50:Seed=1"
FACTORY = "!Color:AnalysisType=Classification"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def on_a_terminal(tmp_path, factory) -> str:
    """What a job says whose output is a terminal."""
    terminal, inside = pty.openpty()
    command = [sys.executable, str(HERE / "network_job.py"), "job", OPTIONS, factory]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "TERM": "dumb", "COLUMNS": ""},
        stdin=inside,
        stdout=inside,
        stderr=subprocess.PIPE,
    )
    os.close(inside)
    said = b""
    try:
        while part := os.read(terminal, 65536):
            said += part
    except OSError:  # the other end is closed
        pass
    assert process.wait(60) == 0, process.stderr.read()
    process.stderr.close()
    os.close(terminal)
    return said.decode(errors="replace")


def test_a_bar_on_a_terminal(tmp_path):
    said = on_a_terminal(tmp_path, FACTORY)
    bars = re.findall(r"100%\|[^\r\n]*", said)
    assert bars, said
    assert re.search(r"4/4 \[\d\d:\d\d<\d\d:\d\d, loss 0\.\d+, validation 0\.\d+, lr [\d.e-]+", bars[-1]), bars
    assert len(bars[-1]) <= 80
    assert "Epoch 4/4" not in said, "the bar and lines besides"


@pytest.mark.parametrize("quiet", [":!DrawProgressBar", ":Silent"])
def test_no_bar_if_nobody_wants_it(tmp_path, quiet):
    said = on_a_terminal(tmp_path, FACTORY + quiet)
    assert "TRAINED" in said
    assert "validation 0." not in said
    assert "4/4" not in said


@pytest.mark.parametrize(
    ("more", "n_lines"),
    [("", 4), *(pytest.param(more, 0, marks=pytest.mark.proof) for more in (":!DrawProgressBar", ":Silent"))],
)
def test_lines_in_a_log(run_script, tmp_path, more, n_lines):
    result = run_script(HERE / "network_job.py", "job", OPTIONS, FACTORY + more, cwd=tmp_path)
    lines = re.findall(
        r"Epoch \d/4: loss 0\.\d+, validation 0\.\d+, learning rate [\d.e-]+, \d+ s left", result.stdout + result.stderr
    )
    assert len(lines) == n_lines
    assert "\r" not in result.stdout + result.stderr


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_history_in_the_output_file_beside_the_weights_and_in_tensorboard(ROOT):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    output = ROOT.TFile.Open("out.root", "RECREATE")
    loader = make_loader(ROOT)
    factory = make_factory(ROOT, file=output)
    for title, epochs in (("Net", 4), ("Other", 3)):
        schedule = {"LearningRateSchedule": "2,0.005", "TensorBoard": "board"}
        book(ROOT, factory, loader, title, NumEpochs=epochs, **schedule)
    factory.TrainAllMethods()
    factory.DeleteAllMethods()
    output.Close()
    content = json.loads(Path("dataset/weights/job_Net.history.json").read_text())
    losses = [row["validation_loss"] for row in content["epochs"]]
    rates = [row["learning_rate"] for row in content["epochs"]]
    assert rates == [0.01, 0.01, 0.005, 0.005]
    file = ROOT.TFile.Open("out.root")
    for name, expected in (("validation_loss", losses), ("learning_rate", rates)):
        graph = file.Get(f"dataset/Method_PyTorch/Net/TrainingHistory_{name}")
        assert list(graph.GetX()) == [1, 2, 3, 4]
        assert list(graph.GetY()) == expected
    assert file.Get("dataset/Method_PyTorch/Other/TrainingHistory_training_loss").GetN() == 3
    file.Close()
    board = EventAccumulator("board/job_Net")
    board.Reload()
    assert [event.step for event in board.Scalars("loss/validation")] == [1, 2, 3, 4]
    assert [event.value for event in board.Scalars("loss/validation")] == pytest.approx(losses)
    assert sorted(path.name for path in Path("board").iterdir()) == ["job_Net", "job_Other"]
