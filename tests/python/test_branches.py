"""Files of experiments: each branch that uproot reads as numbers has these numbers in a training, in `define` and in
`torchmva apply`. The files are those that coffea tests itself with; its source package has them."""

from __future__ import annotations

import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

import awkward as ak
import numpy as np
import pytest
import uproot

import torchmva

ROOT = pytest.importorskip("ROOT")
TMVA = ROOT.TMVA

# file: its tree, and branches of different types that each run reads
FILES = {
    "nano_dy.root": ("Events", ["run", "Jet_pt", "Muon_jetIdx", "Electron_cutBased_HEEP", "Jet_puId"]),
    "PHYSLITE_example.root": ("CollectionTree", ["AnalysisJetsAuxDyn.pt", "TruthTausAuxDyn.DecayModeVector"]),
    "delphes.root": ("Delphes", ["Jet.PT", "Jet.BTag", "Tower.Edges", "Event.Number"]),
    "edm4hep_ILD_mumuH_v01-00_podio_v01-07_10ev.root": ("events", ["PandoraClusters.energy", "GPIntValues"]),
    # not test_FCC_Winter2023.root: it has other versions of the same classes, of which ROOT's data frames then read memory
    # that nobody has written
    "pduneana.root": ("pduneana/beamana", ["run", "reco_daughter_allTrack_ID", "g4rw_full_grid_piplus_weights"]),
    "treemaker.root": ("PreSelection", ["RunNum", "Jets.fCoordinates.fPt", "Jets_ID"]),
    "pfnano_rntuple.root": ("Events", ["run", "Jet_pt"]),
}
N = 12  # inputs of a method


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files, of the package that `make test` puts beside the interpreter."""
    packages = list((Path(sys.prefix) / "share" / "torchmva-tests").glob("coffea-*.tar.gz"))
    assert packages, "coffea's source package is missing: `make test` downloads it"
    package = max(packages, key=lambda path: path.stat().st_mtime)
    folder = tmp_path_factory.mktemp("samples")
    with tarfile.open(package) as archive:
        for member in archive.getmembers():
            if Path(member.name).name in FILES:
                member.name = Path(member.name).name
                archive.extract(member, folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A weight file whose N responses are its N variables x0, x1, ..."""
    folder = tmp_path_factory.mktemp("weights")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        random = np.random.default_rng(1)
        names = [f"{letter}{i}" for letter in "xy" for i in range(N)]
        frame = ROOT.RDF.FromNumpy({name: random.normal(size=60) for name in names})
        loader = TMVA.DataLoader("d")
        for i in range(N):
            loader.AddVariable(f"x{i}")
            loader.AddTarget(f"y{i}")
        loader.AddDataFrame(frame, "Regression")
        loader.PrepareTrainingAndTestTree("", "SplitMode=Block:!V")
        factory = TMVA.Factory("job", "!V:Silent:!DrawProgressBar:AnalysisType=Regression")
        factory.BookMethod(loader, TMVA.Types.kLD, "LD", "!V")
        factory.TrainAllMethods()
        text = Path("d/weights/job_LD.weights.xml").read_text()
    text = re.sub(r' Sha256="\w+"', "", text)

    def coefficient(match: re.Match[str]) -> str:
        output, number = int(match[2]), int(match[3])
        return f'{match[1]}"{int(number == output + 1)}"'

    pattern = r'(<Coefficient IndexOut="(\d+)" IndexCoeff="(\d+)" Value=)"[^"]*"'
    text, n = re.subn(pattern, coefficient, text)
    assert n == N * (N + 1)
    return text


def weight_file(weights: str, expressions: list[str]) -> str:
    """The method with these inputs."""
    for i, expression in enumerate(expressions):
        old, new = f'Expression="x{i}" Label="x{i}" Title="x{i}"', quoteattr(expression)
        assert old in weights
        weights = weights.replace(old, f"Expression={new} Label={new} Title={new}", 1)
    Path("w.weights.xml").write_text(weights)
    return "w.weights.xml"


def loaded(source: object, expressions: list[str]) -> np.ndarray:
    loader = TMVA.DataLoader("d")
    for expression in expressions:
        loader.AddVariable(expression)
    if isinstance(source, ROOT.TTree):
        loader.AddTree(source, "Signal")
    else:
        loader.AddNTuple(*source, "Signal")
    options = "nTest_Signal=1:SplitMode=Block:MixMode=Block:NormMode=None:!V:!CalcCorrelations"
    loader.PrepareTrainingAndTestTree("", options)
    data = loader.GetDataSetInfo().GetDataSet()
    types = [TMVA.Types.kTraining] * data.GetNTrainingEvents() + [TMVA.Types.kTesting] * data.GetNTestEvents()
    rows = []
    for i, kind in enumerate(types):
        event = data.GetEvent(i if kind == TMVA.Types.kTraining else i - data.GetNTrainingEvents(), kind)
        rows.append([event.GetValue(k) for k in range(len(expressions))])
    return np.array(rows)


def defined(frame: object, weights: str, expressions: list[str]) -> np.ndarray:
    column = torchmva.define(frame, "score", weight_file(weights, expressions))
    rows = [np.asarray(row) for row in column.Take["ROOT::RVecF"]("score").GetValue()]
    return np.concatenate(rows).reshape(-1, N)


def applied(source: str, weights: str, expressions: list[str]) -> np.ndarray:
    applier = TMVA.Experimental.FileApplier(weight_file(weights, expressions))
    applier.SetName("score")
    applier.SetFriend()
    applier.SetOverwrite()
    applier.Apply([source], "out.root")
    tree = source.rpartition("/")[2].rpartition(":")[2]
    columns = ROOT.RDataFrame(tree, "out.root").AsNumpy([f"score_y{i}" for i in range(N)])
    return np.stack([columns[f"score_y{i}"] for i in range(N)], axis=1)


def numbers(tree: object) -> Iterator[tuple[str, ak.Array]]:
    """Name and entries of the branches that uproot reads as numbers."""
    for path, branch in tree.items(recursive=True):
        name = path.rpartition("/")[2].partition("[")[0]  # "tracks.values[6]": an array in each object
        if not re.fullmatch(r"[\w.]+", name) or re.search("string|char", str(branch.typename)):
            continue
        if name.endswith("fBits"):
            continue  # ROOT sets some bits of an object when it reads it
        if "TClonesArray" in str(branch.typename) or getattr(branch, "branches", None):
            continue  # uproot has their sizes
        try:
            array = branch.array()
        except (NotImplementedError, ValueError, uproot.DeserializationError, uproot.KeyInFileError):
            continue
        content = array.type.content
        while isinstance(content, ak.types.ListType | ak.types.RegularType):
            content = content.content
        if isinstance(content, ak.types.NumpyType) and len(array) > 1:
            yield name, array


def of_entries(array: ak.Array) -> np.ndarray:
    """The number of each entry, or the sum of its numbers."""
    if array.ndim == 1:
        return np.asarray(array, dtype=float)
    return np.array([np.sum(np.asarray(ak.flatten(entry, axis=None), dtype=float)) for entry in array])


def inputs_of(names: list[str], branches: dict[str, ak.Array]) -> tuple[list[str], np.ndarray]:
    """N expressions and their values: numbers, or sums of the entry's numbers."""
    expressions = [name if branches[name].ndim == 1 else f"Sum$({name})" for name in names]
    values = [of_entries(branches[name]) for name in names]
    for k in range(N - len(names)):
        expressions.append(f"{expressions[0]}+{k + 1}")
        values.append(values[0] + k + 1)
    return expressions, np.stack(values, axis=1).astype(np.float32)


def compare(path: str, tree_name: str, weights: str, names: list[str], branches: dict[str, ak.Array]) -> None:
    is_ntuple = "RNTuple" in type(uproot.open(path)[tree_name]).__name__
    file = None if is_ntuple else ROOT.TFile.Open(path)
    source = (tree_name, path) if is_ntuple else file.Get(tree_name)
    for begin in range(0, len(names), N):
        expressions, wanted = inputs_of(names[begin : begin + N], branches)
        for how, found in (
            ("loaded", loaded(source, expressions)),
            ("defined", defined(ROOT.RDataFrame(tree_name, path), weights, expressions)),
            ("applied", applied(f"{path}:{tree_name}", weights, expressions)),
        ):
            np.testing.assert_allclose(found, wanted, rtol=2e-6, atol=1e-30, err_msg=f"{how}: {expressions}")
    for name in [name for name in names if branches[name].ndim > 1 and ak.count(branches[name], axis=None) > 1][:1]:
        wanted = np.asarray(ak.flatten(branches[name], axis=None), dtype=np.float32)
        np.testing.assert_array_equal(loaded(source, [name])[:, 0], wanted, err_msg=name)
        rows = defined(ROOT.RDataFrame(tree_name, path), weights, [name] + [f"{name}+{k}" for k in range(1, N)])
        np.testing.assert_array_equal(rows[:, 0], wanted, err_msg=name)


# the interpreter compiles for a minute before it has read all columns of this one
SLOW = "pfnano_rntuple.root"


@pytest.mark.timeout(200)
@pytest.mark.parametrize("file", [pytest.param(file, marks=[pytest.mark.proof] * (file == SLOW)) for file in FILES])
def test_branches_have_the_numbers_that_uproot_reads(
    samples: Path, weights: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.chdir(tmp_path)
    tree_name, names = FILES[file]
    tree = uproot.open(samples / file)[tree_name]
    wanted = {path for path in tree.keys(recursive=True) if path.rpartition("/")[2].partition("[")[0] in names}
    branches = {path.rpartition("/")[2].partition("[")[0]: tree[path].array() for path in wanted}
    assert sorted(branches) == sorted(names)
    compare(str(samples / file), tree_name, weights, names, branches)


@pytest.mark.proof
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("file", FILES)
def test_all_branches_have_the_numbers_that_uproot_reads(
    samples: Path, weights: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.chdir(tmp_path)
    tree_name = FILES[file][0]
    found = dict(numbers(uproot.open(samples / file)[tree_name]))
    finite = {name: array for name, array in found.items() if np.isfinite(of_entries(array).astype(np.float32)).all()}
    assert len(finite) > 100
    names = sorted(finite, key=lambda name: str(finite[name].type))  # the interpreter compiles each list of types
    compare(str(samples / file), tree_name, weights, names, finite)


# ---- what is no number, and what only looks like a text --------------------------------------------------------------

ENTRIES = 20


@pytest.fixture
def mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """A tree with texts, an object, arrays of bytes, an index that may be -1, and aliases."""
    monkeypatch.chdir(tmp_path)
    ROOT.gInterpreter.ProcessLine(f"""{{
       TFile file("mixed.root", "RECREATE"); TTree tree("t", "");
       std::string text; char word[8]; signed char bytes[3], some[4]; int n, at; float x; TLorentzVector p4; std::vector<float> v;
       tree.Branch("text", &text); tree.Branch("word", word, "word/C"); tree.Branch("bytes", bytes, "bytes[3]/B");
       tree.Branch("n", &n); tree.Branch("some", some, "some[n]/B"); tree.Branch("at", &at); tree.Branch("x", &x);
       tree.Branch("p4", &p4, 32000, 0); tree.Branch("v", &v);
       tree.SetAlias("twice", "2*x"); tree.SetAlias("more", "twice+1"); tree.SetAlias("all", "v");
       for (int i = 0; i < {ENTRIES}; ++i) {{
          text = "t" + std::to_string(i % 3); snprintf(word, 8, "w%d", i % 4); x = i + 0.5; n = 1 + i % 3; at = i % 3 - 1;
          for (int k = 0; k < 3; ++k) {{ bytes[k] = 10 * k - 2 * i; some[k] = 7 * k - i; }}
          v.assign(1 + i % 2, i); p4.SetPxPyPzE(i, 0, 0, i); tree.Fill();
       }}
       tree.Write();
    }}""")
    with ROOT.TFile.Open("mixed.root") as file:
        yield file.Get("t")


def test_elements_of_bytes_texts_and_aliases_are_the_same_everywhere(mixed: object, weights: str) -> None:
    i = np.arange(ENTRIES)
    wanted = {
        "bytes[1]": 10 - 2 * i,
        "Max$(bytes)": 20 - 2 * i,
        "Sum$(some)": [sum(7 * k - e for k in range(1 + e % 3)) for e in i],
        "some[n-1]": 7 * (i % 3) - i,
        "Length$(some)": 1 + i % 3,
        'word=="w1"': i % 4 == 1,
        'text=="t2"': i % 3 == 2,
        "text.size()+0*x": 2 + 0 * i,
        "more": 2 * (i + 0.5) + 1,
        "Sum$(all)": i * (1 + i % 2),
        "Alt$(v[at],-5)": [e if 0 <= e % 3 - 1 < 1 + e % 2 else -5 for e in i],
        "v.back()": i,
    }
    rows = np.array(list(wanted.values()), dtype=float).T
    np.testing.assert_array_equal(loaded(mixed, list(wanted)), rows)
    np.testing.assert_array_equal(applied("mixed.root:t", weights, list(wanted)), rows)
    np.testing.assert_array_equal(defined(ROOT.RDataFrame("t", "mixed.root"), weights, list(wanted)), rows)


@pytest.mark.parametrize("name", ["text", "word", "p4"])
def test_a_text_or_an_object_is_no_number(mixed: object, weights: str, name: str) -> None:
    frame = ROOT.RDataFrame("t", "mixed.root")
    for expression in (name, f"{name}+0", f"Sum$({name})", f"Length$({name})", f"abs({name})", f"x=={name}"):
        inputs = [expression] + [f"x+{k}" for k in range(1, N)]
        for call in (
            lambda inputs=inputs: loaded(mixed, inputs[:1]),
            lambda inputs=inputs: applied("mixed.root:t", weights, inputs),
            lambda inputs=inputs: defined(frame, weights, inputs),
        ):
            with pytest.raises(torchmva.Error, match=re.escape(f"'{expression}'")):
                call()


def test_an_error_of_root_while_the_events_are_read_is_an_error(mixed: object) -> None:
    branch = mixed.GetBranch("v")
    seek, size = branch.GetBasketSeek(0), branch.GetBasketBytes()[0]
    content = bytearray(Path("mixed.root").read_bytes())
    content[seek + 90 : seek + size] = bytes(size - 90)
    Path("damaged.root").write_bytes(content)
    with ROOT.TFile.Open("damaged.root") as file, pytest.raises(torchmva.Error, match=re.escape("Sum$(v)")):
        loaded(file.Get("t"), ["Sum$(v)"])
