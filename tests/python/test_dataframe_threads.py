"""Data frames with implicit multi-threading in Python: every loop ends, with the numbers of one thread.

The loops of a method run in a process of its own, under a hard time limit: one that waits for Python's lock would wait
for ever, and the last line that the process printed says which.
"""

from __future__ import annotations

import sys

import pytest

TIME_LIMIT = 150
LOADING = "import sys\nimport numpy as np\nimport ROOT, torchmva\nimport torch\ntorch.set_num_threads(1)\n"

TRAINING = f"""{LOADING}
from torch import nn

torch.manual_seed(1)
torch.jit.script(nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2), nn.Softmax(dim=1))).save("net.pt")
loader = ROOT.TMVA.DataLoader("dataset")
for name in ("x", "y", "z", "w"):
    loader.AddVariable(name)
for i in range(60):
    kind = ROOT.TMVA.Types.kTraining if i < 40 else ROOT.TMVA.Types.kTesting
    loader.AddEvent(("Signal", "Background")[i % 2], kind, [float(i % 2 + i % k) for k in (3, 5, 7, 11)], 1.0)
factory = ROOT.TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Classification")
factory.BookMethod(loader, ROOT.TMVA.Types.kFisher, "Fisher")
factory.BookMethod(loader, ROOT.TMVA.Types.kPyTorch, "Net", FilenameModel="net.pt", NumEpochs=1)
factory.TrainAllMethods()

N = 3000
g = np.random.default_rng(1)
options = ROOT.RDF.RSnapshotOptions()
options.fAutoFlush = 300  # clusters: what threads share out
for k in range(2):
    columns = {{name: g.normal(size=N).astype(np.float32) for name in "xyzw"}}
    ROOT.RDF.FromNumpy(columns | {{"id": np.arange(N) + N * k}}).Snapshot("t", f"events{{k}}.root", "", options)
"""

# The scores of all events by their ids, from one thread and from several.
LOOP = f"""{LOADING}
title, engine, way = sys.argv[1:]
weights = f"dataset/weights/job_{{title}}.weights.xml"

def frame():
    return ROOT.RDataFrame("t", ["events0.root", "events1.root"])

def scored():
    if way == "compute":
        response = ROOT.TMVA.Experimental.Compute[4, "float"](ROOT.TMVA.Experimental.RReader(weights, engine))
        return frame().Define("all", response, list("xyzw")).Define("score", "all[0]")
    return torchmva.define(frame(), "score", weights, engine=engine)

def by_id(node):
    columns = node.AsNumpy(["id", "score"])
    assert len(set(columns["id"])) == 6000
    return columns["score"][np.argsort(columns["id"])]

wanted = by_id(scored())
assert len(set(wanted)) > 4000
ROOT.EnableImplicitMT(2)
node = scored()
assert node.GetNSlots() == 2
check = lambda found: np.testing.assert_array_equal(found, wanted)
"""

WAYS = {
    "AsNumpy": "check(by_id(node))",
    "Snapshot": """
node.Snapshot("s", "out.root", ["id", "score"])
check(by_id(ROOT.RDataFrame("s", "out.root")))
""",
    "Snapshot with options": """
options = ROOT.RDF.RSnapshotOptions()
options.fMode = "RECREATE"
result = node.Snapshot("s", "out.root", "id|score", options)
assert not options.fLazy
assert result.Count().GetValue() == 6000
""",
    "lazy Snapshot": """
options = ROOT.RDF.RSnapshotOptions()
options.fLazy = True
result = node.Snapshot("s", "out.root", ["id", "score"], options)
assert result.Count().GetValue() == 6000
""",
    "RunGraphs": """
other = scored()
results = [node.Sum("score"), other.Sum("score")]
ROOT.RDF.RunGraphs(results)
for result in results:
    assert abs(result.GetValue() - wanted.sum(dtype=float)) < 1e-3
""",
    "VariationsFor": """
varied = node.Vary("score", "ROOT::RVecF{score - 1, score + 1}", ["down", "up"]).Sum("score")
sums = ROOT.RDF.Experimental.VariationsFor(varied)
assert abs(sums["score:up"] - wanted.sum(dtype=float) - 6000) < 1e-1
""",
    "Histo1D": """
histogram = node.Histo1D(("h", "", 10, -100, 100), "score")
assert histogram.GetEntries() == 6000
""",
    "Report": """
report = node.Filter("score > -1000", "all").Report()
report.Print()
""",
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory, run_checked):
    """A folder with weight files and events."""
    folder = tmp_path_factory.mktemp("threads")
    run_checked([sys.executable, "-c", TRAINING], cwd=folder, timeout=TIME_LIMIT)
    return folder


@pytest.fixture
def loop(trained, tmp_path, run_checked):
    """Runs a loop in a copy of the folder."""
    for path in trained.iterdir():
        (tmp_path / path.name).symlink_to(path)

    def run(title, engine, way, text):
        command = [sys.executable, "-u", "-c", LOOP + text, title, engine, way]
        return run_checked(command, cwd=tmp_path, timeout=TIME_LIMIT).stdout

    return run


ALL_WAYS = "".join(f"print({name!r})\n{text.strip()}\n" for name, text in WAYS.items()) + 'print("ended")'


@pytest.mark.parametrize(
    ("title", "engine"), [("Fisher", "Auto"), pytest.param("Net", "Native", marks=pytest.mark.proof), ("Net", "Python")]
)
def test_defined_columns(loop, title, engine):
    assert "ended" in loop(title, engine, "define", ALL_WAYS)


@pytest.mark.proof
def test_compute_waits_for_python_event_by_event(loop):
    """Ends, but slowly: the event loops give Python's lock away."""
    assert "ended" in loop("Net", "Python", "compute", ALL_WAYS.replace("check(", "len("))


def test_inputs_that_change_are_refused(loop):
    text = """
changing = frame().Define("random", "gRandom->Uniform()")
try:
    torchmva.define(changing, "score", weights, ["x", "y", "z", "random"], engine).Sum("score").GetValue()
except ROOT.TMVA.Error as error:
    assert "random numbers" in str(error)
    print("refused")
"""
    assert "refused" in loop("Net", "Python", "define", text)
