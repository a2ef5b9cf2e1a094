"""`torchmva apply`: outputs in one piece or not at all, several processes, jobs that are interrupted."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from torchmva import _apply, cli

WEIGHTS = Path(__file__).parents[1] / "data/golden/weights/TMVAClassification_Fisher.weights.xml"
NAMES = ["var1", "var2", "var3", "var4"]
TIME_LIMIT = 120

pytestmark = pytest.mark.timeout(2 * TIME_LIMIT)


@pytest.fixture
def write(ROOT, tmp_path):
    """Writes a tree `events`, or an RNTuple, with the variables of the weight file; returns their values."""

    def write_file(name: str, n: int = 1000, seed: int = 1, rntuple: bool = False) -> np.ndarray:
        generator = np.random.default_rng(seed)
        columns = {variable: generator.normal(size=n).astype(np.float32) for variable in NAMES}
        options = ROOT.RDF.RSnapshotOptions()
        if rntuple:
            options.fOutputFormat = ROOT.RDF.ESnapshotOutputFormat.kRNTuple
        ROOT.RDF.FromNumpy(columns).Snapshot("events", str(tmp_path / name), NAMES, options)
        return np.stack([columns[variable] for variable in NAMES], axis=1)

    return write_file


@pytest.fixture
def apply(capfd, monkeypatch, tmp_path):
    """`torchmva apply ...` in this process: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.main(["apply", *map(str, arguments)])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def column(ROOT, tmp_path):
    """A column of an output."""

    def read(name: str, what: str = "score") -> np.ndarray:
        return ROOT.RDataFrame("events", str(tmp_path / name)).AsNumpy([what])[what]

    return read


def responses(ROOT, rows: np.ndarray) -> np.ndarray:
    return np.asarray(ROOT.TMVA.Experimental.RReader(str(WEIGHTS)).Compute(rows))


@pytest.mark.parametrize("rntuple", [False, True], ids=["tree", "RNTuple"])
def test_copy_and_friend(ROOT, write, apply, column, rntuple):
    rows = write("in.root", 5000, rntuple=rntuple)
    code, out, error = apply(WEIGHTS, "in.root:events", "-o", "out.root", "--name", "score")
    assert (code, out, error) == (0, "out.root: 5000 entries\n", "")
    assert np.array_equal(column("out.root"), responses(ROOT, rows))
    assert np.array_equal(column("out.root", "var3"), rows[:, 2])
    assert apply(WEIGHTS, "in.root", "-o", "friend.root", "--friend", "--name", "score")[0] == 0
    assert np.array_equal(column("friend.root"), responses(ROOT, rows))
    assert [str(name) for name in ROOT.RDataFrame("events", "friend.root").GetColumnNames()] == ["score"]


def test_several_inputs_into_one_output(ROOT, write, apply, column):
    rows = np.concatenate([write("b.root", 300, 2), write("c.root", 400, 3), write("a.root", 500, 1)])
    code, out, _ = apply(
        WEIGHTS, "[bc].root:events", "a.root", "-o", "out.root", "--name", "score", "--cut", "var1 > 0"
    )
    assert code == 0
    passed = rows[rows[:, 0] > 0]
    assert out == f"out.root: {len(passed)} entries\n"
    assert np.array_equal(column("out.root"), responses(ROOT, passed))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_folder_gets_a_file_for_each_input_and_finished_ones_are_kept(ROOT, write, apply, column, jobs):
    rows = {f"in{i}.root": write(f"in{i}.root", 1000 * i, i) for i in (1, 2, 3)}
    command = (WEIGHTS, "in*.root:events", "-o", "out/", "--name", "score", "--jobs", jobs)
    code, out, error = apply(*command)
    assert (code, error) == (0, "")
    assert sorted(out.splitlines()) == [f"out/in{i}.root: {1000 * i} entries" for i in (1, 2, 3)]
    for name, values in rows.items():
        assert np.array_equal(column(f"out/{name}"), responses(ROOT, values))
    times = {path.name: path.stat().st_mtime_ns for path in Path("out").iterdir()}
    Path("out/in2.root").unlink()
    code, out, error = apply(*command)
    assert sorted(out.splitlines()) == [
        "out/in1.root: 1000 entries, finished before",
        "out/in2.root: 2000 entries",
        "out/in3.root: 3000 entries, finished before",
    ]
    assert {path.name for path in Path("out").iterdir()} == set(rows)
    assert all(Path(f"out/in{i}.root").stat().st_mtime_ns == times[f"in{i}.root"] for i in (1, 3))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bad_input_does_not_keep_the_others_from_being_done(write, apply, jobs):
    for i in (1, 2, 3):
        write(f"in{i}.root", 20000, i)
    content = Path("in2.root").read_bytes()
    Path("in2.root").write_bytes(content[: len(content) // 2])
    code, out, error = apply(WEIGHTS, "in*.root", "-o", "out/", "--jobs", jobs)
    assert code == 1
    assert sorted(out.splitlines()) == ["out/in1.root: 20000 entries", "out/in3.root: 20000 entries"]
    lines = [line for line in error.splitlines() if line.startswith("torchmva apply:")]
    assert len(lines) == 1
    assert "out/in2.root: the input file ends early" in lines[0]
    assert sorted(path.name for path in Path("out").iterdir()) == ["in1.root", "in3.root"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.xml", "in.root", "-o", "x.root"], "no such weight file: none.xml"),
        (["in.root", "in.root", "-o", "x.root"], "in.root"),
        ([WEIGHTS, "none.root", "-o", "x.root"], "no such input file: none.root"),
        ([WEIGHTS, "in.root", "in.root", "-o", "x.root"], "given twice: in.root"),
        ([WEIGHTS, "in.root", "./in.root", "-o", "x/"], "the same output x/in.root"),
        ([WEIGHTS, "in.root:other", "-o", "x.root"], "expected a tree or an RNTuple 'other', found only: events"),
        ([WEIGHTS, "in.root", "-o", "in.root"], "the output is an input"),
        (["F.xml", "in.root", "-o", "./F.xml", "--overwrite"], "the output is the weight file"),
        ([WEIGHTS, "in.root", "-o", "in2.root"], "not made by this command"),
        ([WEIGHTS, "in.root", "-o", "no/x.root"], "cannot write the output"),
        ([WEIGHTS, "in.root", "-o", "x.root", "--cut", "nothing > 0"], "cannot evaluate cut 'nothing > 0'"),
        ([WEIGHTS, "in.root", "-o", "x.root", "--name", "a b"], '"a b"'),
        ([WEIGHTS, "in.root", "-o", "x.root", "--name", "var1"], "'var1' already"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_errors_say_what_is_wrong_and_leave_nothing(write, apply, arguments, message):
    write("in.root", 100)
    write("in2.root", 100)
    Path("F.xml").write_bytes(Path(WEIGHTS).read_bytes())
    before = {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()}
    code, out, error = apply(*arguments)
    assert (code, out) == (1, "")
    assert message in error
    assert "Traceback" not in error
    assert {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()} == before


@pytest.mark.parametrize("arguments", [["--jobs", "0"], ["--friend", "--cut", "x"], []], ids=" ".join)
def test_wrong_usage(apply, arguments):
    with pytest.raises(SystemExit) as error:
        apply(WEIGHTS, "in.root", *([] if not arguments else ["-o", "out.root"]), *arguments)
    assert error.value.code == 2


def slow_weights(folder: Path) -> Path:
    """The method with an expression that takes a while."""
    path = folder / "slow.weights.xml"
    text = WEIGHTS.read_text()
    for name in NAMES:
        text = text.replace(f'="{name}"', f'="{name}+0*(sin({name})+cos({name})+exp(sin(cos({name}))))"')
    path.write_text(text)
    return path


@pytest.fixture
def start(hears_interrupts):
    """Starts `torchmva apply` as the first of a group of processes."""

    def run(*arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "torchmva", "apply", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=hears_interrupts,
        )

    return run


def wait_for(what, process) -> None:
    end = time.monotonic() + TIME_LIMIT
    while not what():
        assert time.monotonic() < end, "nothing happens"
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def wait_for_orphans(out: Path) -> None:
    """The processes of a killed one hear of it, and end: nobody writes any more."""
    end = time.monotonic() + TIME_LIMIT
    for path in out.glob("*.part-*"):
        process = Path("/proc") / path.name.rpartition("-")[2]
        while process.exists():
            assert time.monotonic() < end, f"process {process.name} goes on"
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("how", "jobs", "end"),
    [
        (signal.SIGINT, 1, os.kill),
        (signal.SIGTERM, 2, os.killpg),  # as a batch system does it
        (signal.SIGHUP, 2, os.killpg),  # as a terminal does it that is closed
        (signal.SIGKILL, 1, os.kill),
        (signal.SIGKILL, 2, os.kill),
    ],
    ids=lambda value: str(getattr(value, "name", getattr(value, "__name__", value))),
)
def test_an_interrupted_job_keeps_what_is_finished_and_the_next_call_does_the_rest(
    ROOT, write, apply, column, start, tmp_path, how, jobs, end
):
    rows = {
        "a.root": write("a.root", 1000, 1),
        "b.root": write("b.root", 1_000_000, 2),
        "c.root": write("c.root", 1_000_000, 3),
    }
    command = (slow_weights(tmp_path), "a.root", "b.root", "c.root", "-o", "out/", "--name", "score", "--jobs", jobs)
    process = start(*command)
    out = tmp_path / "out"
    wait_for(lambda: (out / "a.root").exists() and list(out.glob("b.root.part-*")), process)
    end(process.pid, how)
    _, error = process.communicate(timeout=TIME_LIMIT)
    assert process.returncode == (-signal.SIGKILL if how == signal.SIGKILL else 130), error
    assert "Traceback" not in error
    if how != signal.SIGKILL:
        assert "interrupted; what is finished is kept" in error
    wait_for_orphans(out)
    left = {path.name for path in out.iterdir()}
    assert {name for name in left if ".part-" not in name} == {"a.root"}
    assert how == signal.SIGKILL or left == {"a.root"}
    code, said, _ = apply(*command)
    assert code == 0
    assert "out/a.root: 1000 entries, finished before" in said
    assert {path.name for path in out.iterdir()} == set(rows)
    for name, values in rows.items():
        assert np.allclose(column(f"out/{name}"), responses(ROOT, values), rtol=0, atol=1e-6)


def test_trees_and_weights_that_change_are_done_again(write, apply, tmp_path):
    write("in.root", 100)
    assert "finished" not in apply(WEIGHTS, "in.root", "-o", "out.root")[1]
    assert "finished" in apply(WEIGHTS, "in.root", "-o", "out.root")[1]
    assert "finished" not in apply(WEIGHTS, "in.root", "-o", "out.root", "--overwrite")[1]
    other = tmp_path / "other.weights.xml"
    other.write_text(WEIGHTS.read_text().replace("Creator", "Maker"))
    assert "finished" not in apply(other, "in.root", "-o", "out.root")[1]
    write("in.root", 100, seed=2)
    assert "finished" not in apply(other, "in.root", "-o", "out.root")[1]
    assert "finished" in apply(other, "in.root", "-o", "out.root")[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f.root", ("f.root", "")),
        ("f.root:t", ("f.root", "t")),
        ("d/f.root:dir/t", ("d/f.root", "dir/t")),
        ("root://host:1094//d/f.root", ("root://host:1094//d/f.root", "")),
        ("root://host:1094//d/f.root:t", ("root://host:1094//d/f.root", "t")),
        ("root://host//d/f.root", ("root://host//d/f.root", "")),
        ("f*.root:t", ("f*.root", "t")),
    ],
)
def test_files_and_trees_are_told_apart(text, expected):
    assert _apply.split(text) == expected


def test_spectators_choose_the_fold_of_an_event(ROOT, write, apply, column, tmp_path):
    """A cross-validated method whose folds are two discriminants: even entries go to the first."""
    text = WEIGHTS.read_text()
    spectator = 'SpecIndex="0" Expression="Entry$" Label="eventID" Title="eventID" Unit="" Internal="eventID" Type="F" Min="0" Max="0"'
    text = text.replace('<Spectators NSpec="0"/>', f'<Spectators NSpec="1"><Spectator {spectator}/></Spectators>')
    (tmp_path / "fold1.weights.xml").write_text(text)
    (tmp_path / "fold2.weights.xml").write_text(re.sub(r'Index="0" Value="[^"]+"', 'Index="0" Value="5"', text))
    options = {"EncapsulatedMethodName": "Fisher", "EncapsulatedMethodTypeName": "Fisher", "NumFolds": "2"}
    options |= {"OutputEnsembling": "None", "SplitExpr": "int([eventID])%int([NumFolds])"}
    lines = "".join(f'<Option name="{name}" modified="Yes">{value}</Option>' for name, value in options.items())
    folds = '<Fold File="fold1.weights.xml"/><Fold File="fold2.weights.xml"/>'
    attributes = " ".join(f'{name}="{value}"' for name, value in options.items())
    text = text.replace("Fisher::Fisher", "CrossValidation::Fisher")
    text = re.sub(r"<Options>.*</Options>", f"<Options>{lines}</Options>", text, flags=re.DOTALL)
    text = re.sub(
        r"<Weights.*</Weights>", f'<Weights JobName="job" {attributes}>{folds}</Weights>', text, flags=re.DOTALL
    )
    (tmp_path / "all.weights.xml").write_text(text)
    rows = write("in.root", 2001)
    code, _, error = apply("all.weights.xml", "in.root", "-o", "out.root", "--name", "score")
    assert code == 0, error
    second = ROOT.TMVA.Experimental.RReader("fold2.weights.xml")
    expected = responses(ROOT, rows)
    expected[1::2] = np.asarray(second.Compute(rows))[1::2]
    assert not np.array_equal(expected, responses(ROOT, rows))
    assert np.array_equal(column("out.root"), expected)


MODEL = """
import ROOT, torch, torchmva
from torch import nn

torch.manual_seed(1)
torch.jit.script(nn.Sequential(nn.Linear(2, 3), nn.Softmax(dim=1))).save("net.pt")
open("user.py", "w").write('''
import torch

def predict(model, rows, batch_size=100):
    return 1 - model(torch.as_tensor(rows))  # more than the model itself: this needs Python

load_model_custom_objects = {"predict_func": predict}
''')
TMVA = ROOT.TMVA
loader = TMVA.DataLoader("dataset")
loader.AddVariable("x := var1 + var2")
loader.AddVariable("var3")
for i in range(90):
    kind = TMVA.Types.kTraining if i < 60 else TMVA.Types.kTesting
    loader.AddEvent(("one", "two", "three !")[i % 3], kind, [float(i % 3 + i % 7), float(i % 5)], 1.0)
factory = TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Multiclass")
factory.BookMethod(loader, TMVA.Types.kPyTorch, "Net", FilenameModel="net.pt", NumEpochs=1, UserCode="user.py")
factory.TrainAllMethods()
"""


def test_a_network_that_needs_python_in_several_processes(ROOT, write, apply, column, tmp_path):
    subprocess.run([sys.executable, "-c", MODEL], cwd=tmp_path, check=True, capture_output=True, timeout=TIME_LIMIT)
    rows = {name: write(name, 20000, seed) for seed, name in enumerate(("a.root", "b.root"))}
    weights = "dataset/weights/job_Net.weights.xml"
    code, _, error = apply(weights, "a.root", "b.root", "-o", "out/", "--jobs", 2, "--friend")
    assert code == 0, error
    reader = ROOT.TMVA.Experimental.RReader(weights)
    for name, values in rows.items():
        x = np.stack([values[:, 0].astype(np.float64) + values[:, 1], values[:, 2]], axis=1).astype(np.float32)
        expected = np.asarray(reader.Compute(x))
        for i, cls in enumerate(("Net_one", "Net_two", "Net_three__")):
            assert np.array_equal(column(f"out/{name}", cls), expected[:, i])
