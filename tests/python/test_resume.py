"""A job that is killed and continued ends with the bits of one that was not; Ctrl-C in a script keeps what there is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from network_job import events, responses

pytestmark = pytest.mark.timeout(280)
HERE = Path(__file__).parent
TIME_LIMIT = 120
# slow enough to be hit
OPTIONS = "Layout=64,64:BatchSize=4:Dropout=0.2:Seed=3:NumThreads=1:LearningRateSchedule=Cosine:NumEpochs={epochs}"


def start(tmp_path, folder, options, factory="Silent:!Color:AnalysisType=Classification"):
    return subprocess.Popen(
        [sys.executable, str(HERE / "network_job.py"), folder, options, factory],
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1", "NETWORK_JOB_CHECKPOINTS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # a job that was started in the background of a shell ignores Ctrl-C, and so would its children
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def finish(process) -> str:
    text, _ = process.communicate(timeout=TIME_LIMIT)
    assert process.returncode == 0, text
    return text


def wait_for(condition, process) -> None:
    end = time.monotonic() + TIME_LIMIT
    while not condition():
        assert process.poll() is None, "it ended before it could be stopped: " + process.stdout.read()
        assert time.monotonic() < end, "not in time"
        time.sleep(0.01)


def history(folder: Path) -> list[dict]:
    return json.loads((folder / "dataset/weights/job_Net.history.json").read_text())["epochs"]


def test_a_killed_job_goes_on_to_the_same_bits(ROOT, tmp_path):
    options = OPTIONS.format(epochs=60)
    killed = start(tmp_path, "killed", options)
    checkpoint = tmp_path / "killed/dataset/weights/TrainedModel_Net.checkpoint"
    wait_for(checkpoint.exists, killed)
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=TIME_LIMIT)
    assert not (tmp_path / "killed/dataset/weights/job_Net.weights.xml").exists()
    finish(start(tmp_path, "killed", options + ":ContinueTraining"))
    assert not checkpoint.exists()
    finish(start(tmp_path, "whole", options))
    rows = events(100)[0]
    found = [
        responses(ROOT, tmp_path / name / "dataset/weights/job_Net.weights.xml", rows) for name in ("killed", "whole")
    ]
    assert found[0].std() > 0.05
    assert (found[0] == found[1]).all()
    both = [[row["validation_loss"] for row in history(tmp_path / name)] for name in ("killed", "whole")]
    assert len(both[0]) == 60
    assert both[0] == both[1]


def test_ctrl_c_ends_the_training_of_a_script_and_the_script_goes_on(ROOT, tmp_path):
    process = start(tmp_path, "job", OPTIONS.format(epochs=100000), "!Color:AnalysisType=Classification")
    said = ""
    while "Epoch 3/" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    process.send_signal(signal.SIGINT)
    said += finish(process)
    assert "Training interrupted in epoch" in said
    assert "TRAINED" in said
    epochs = history(tmp_path / "job")
    assert 3 <= len(epochs) < 100000
    found = responses(ROOT, tmp_path / "job/dataset/weights/job_Net.weights.xml", events(100)[0])
    assert found.std() > 0.01
