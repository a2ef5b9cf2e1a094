"""The reader of weight files that needs neither ROOT nor torch, against what TMVA wrote and computed."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

import torchmva
from torchmva import _checksum, cli
from torchmva import _weightfile as weightfile
from torchmva._transformations import read_transformations
from torchmva._weightfile_xml import WeightFileError, parse

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
FILES = [*sorted((GOLDEN / "weights").glob("*.xml")), *(GOLDEN / "pytorch").glob("*.xml")]
FISHER = GOLDEN / "weights" / "TMVAClassification_Fisher.weights.xml"
NAMES = ["var1", "var2", "var3", "var4"]


def transformed(steps: tuple[weightfile.Transformation, ...], rows: np.ndarray) -> np.ndarray:
    """The formulas of the weight file, except for Gauss and Uniform."""
    for step in steps:
        columns = [slot.index for slot in step.slots]
        x = rows[:, columns].astype(float)
        match step.parameters:
            case weightfile.Ranges(minimum, maximum):
                low, high = np.array(minimum, dtype=float), np.array(maximum, dtype=float)
                x = 2 * (x - low) / (high - low) - 1
            case weightfile.LinearMap(center, matrix):
                x = (x - np.array(center)) @ np.array(matrix).reshape(len(columns), -1).T
            case _:
                raise TypeError(step.name)
        rows = rows.astype(float)
        rows[:, columns] = x
    return rows


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.partition("_")[2].partition(".")[0])
def test_every_file_of_tmva_is_read(path):
    file = weightfile.read(path)
    title = re.search(r'Method="(\w+)::(\w+)"', path.read_text())
    assert (file.method, file.title) == title.groups()
    assert len(file.variables) == path.read_text().count("<Variable VarIndex") - path.read_text().count(
        "<CumulativePDF_cls0>"
    )
    assert file.info["TMVA Release"] == "4.2.1 [262657]"
    assert file.network is None


@pytest.mark.parametrize("name", ["N", "D", "P"])
def test_transformations_give_the_events_of_tmva(name):
    with (GOLDEN / "transform" / "transform_first20.csv").open() as file:
        table = list(csv.DictReader(file))
    rows = {
        kind: np.array([[float(row[v]) for v in NAMES] for row in table if row["transform"] == kind])
        for kind in ("I", name)
    }
    node = parse(GOLDEN / "transform" / f"transform_{name}.xml").required("Transformations")
    columns = {"Variable": [(v, v) for v in NAMES], "Target": [], "Spectator": []}
    steps = read_transformations(node, columns, ["Signal", "Background"])
    assert transformed(steps, rows["I"]) == pytest.approx(rows[name], abs=2e-6)


@pytest.mark.parametrize("name", ["Fisher", "FisherFull", "FisherN"])
def test_coefficients_and_transformations_give_the_responses_of_tmva(name):
    with (GOLDEN / "fisher_response_first20.csv").open() as file:
        table = list(csv.DictReader(file))
    rows = np.array([[float(row[v]) for v in NAMES] for row in table])
    file = weightfile.read(GOLDEN / "weights" / f"TMVAClassification_{name}.weights.xml")
    coefficients = [node.number("Value") for node in file.weights.ordered("Coefficient", "Index")]
    response = coefficients[0] + transformed(file.transformations, rows) @ coefficients[1:]
    assert response == pytest.approx([float(row[name]) for row in table], abs=5e-6)


def test_cumulative_distributions_have_float_edges_that_increase():
    steps = weightfile.read(GOLDEN / "weights" / "TMVAClassification_FisherDG.weights.xml").transformations
    assert [step.name for step in steps] == ["Decorrelation", "Gauss"]
    for contents, edges in zip(steps[1].parameters.contents, steps[1].parameters.edges, strict=True):
        assert contents.typecode == edges.typecode == "f"
        assert len(edges) == len(contents) + 1 > 100
        assert np.all(np.diff(edges) > 0)
        assert contents[-1] == pytest.approx(1)


def network_text(parameters: np.ndarray, **changes: str) -> str:
    data = parameters.astype("<f4").tobytes()
    attributes = {"Version": "1", "NInputs": "4", "NOutputs": "2", "Size": str(len(parameters))}
    attributes |= {"Md5": hashlib.md5(data).hexdigest(), **changes}
    text = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    operations = '<Operation Type="Linear" Inputs="0" Shape="2" Weight="0" Bias="8"/><Operation Type="Softmax" Inputs="1" Shape="2" Dim="0"/>'
    return f"<Network {text}>{operations}<Parameters>\n{base64.b64encode(data).decode()}\n</Parameters></Network>"


def with_network(folder: Path, network: str) -> Path:
    text = FISHER.read_text()
    assert "<Weights NCoeff" in text
    path = folder / "net.weights.xml"
    path.write_text(re.sub(r"(<Weights [^>]*>)", lambda match: match.group(1) + network, text))
    return path


PARAMETERS = np.linspace(-1, 1, 10, dtype=np.float32)


def test_network(tmp_path):
    network = weightfile.read(with_network(tmp_path, network_text(PARAMETERS))).network
    assert np.array_equal(np.array(network.parameters, dtype=np.float32), PARAMETERS)
    assert (network.n_inputs, network.n_outputs) == (4, 2)
    first, second = network.operations
    assert (first.type, first.inputs, first.shape, first.attributes) == (
        "Linear",
        (0,),
        (2,),
        {"Weight": "0", "Bias": "8"},
    )
    assert (second.type, second.inputs, second.attributes) == ("Softmax", (1,), {"Dim": "0"})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Version": "2"}, "of version 2, this release of TorchMVA knows versions up to 1"),
        ({"Version": "0"}, "expected a number of at least 1, found 0"),
        ({"NInputs": "3"}, "attribute NInputs: expected a number from 4 to 4, found 3"),
        ({"Size": "11"}, "expected 11 numbers, found 40 bytes"),
        ({"Md5": "0" * 32}, "expected MD5 0000"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_network_that_does_not_fit_is_refused(tmp_path, changes, message):
    path = with_network(tmp_path, network_text(PARAMETERS, **changes))
    with pytest.raises(WeightFileError, match=re.escape(message)) as error:
        weightfile.read(path)
    assert str(path) in str(error.value)


def test_characters_that_are_none_of_base64_are_refused(tmp_path):
    text = network_text(PARAMETERS).replace("<Parameters>\n", "<Parameters>\n*")
    with pytest.raises(WeightFileError, match="the parameters are damaged"):
        weightfile.read(with_network(tmp_path, text))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('Method="Fisher::', 'Method="Fisher', "expected \"Type::Title\""),
        ('NVar="4"', 'NVar="5"', "expected 5 <Variable> (attribute NVar), found 4"),
        ('VarIndex="1"', 'VarIndex="0"', "each VarIndex from 0 to 3 once"),
        ('VarIndex="1"', 'VarIndex="one"', "expected an integer in attribute 'VarIndex', found 'one'"),
        ('name="AnalysisType" value="Classification"', 'name="AnalysisType" value="Clustering"', "found 'Clustering'"),
        ("<GeneralInfo>", "<General>", "expected well-formed XML"),
        ("</MethodSetup>", "", "the file is truncated"),
        ('Min="', 'Min="x', "expected a finite number in attribute 'Min'"),
    ],
)  # fmt: skip
def test_damaged_files_are_refused(tmp_path, old, new, message):
    text = FISHER.read_text()
    assert old in text
    path = tmp_path / "damaged.weights.xml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(WeightFileError, match=re.escape(message)) as error:
        weightfile.read(path)
    assert "damaged.weights.xml" in str(error.value)


FIRST_PDF = r"<CumulativePDF_cls0>.*?</CumulativePDF_cls0>"


@pytest.mark.parametrize(
    ("name", "pattern", "replacement", "message"),
    [
        ("FisherN", '<Transform Name="Normalize">', '<Transform Name="Normalise">', 'found "Normalise"'),
        ("FisherN", 'Name="Normalize"', 'Name="Normalize" ReferenceClass="Muons"', 'there is no class "Muons"'),
        ("FisherN", 'Name="Normalize"', 'Name="Normalize" Scale="2"', "the attribute 'Scale' is not known here"),
        ("FisherN", 'Name="Normalize"', 'Name="Normalize" UseOffsetOrNot="No"', "expected UseOffset, found 'No'"),
        ("FisherN", '<Input NInputs="4">', '<Input NInputs="3">', "expected 3 <Input>, at least one, found 4"),
        ("FisherN", r"<Input NInputs.*?</Input>", '<Input NInputs="0"></Input>', "expected 0 <Input>, at least one"),
        ("FisherN", '<Output NOutputs="4">', '<Output NOutputs="5">', "expected the outputs to be the inputs"),
        ("FisherN", r'(<Output Type[^>]*var1[^>]*>)(\s*)(<Output Type[^>]*var2[^>]*>)', r"\3\2\1", "expected the outputs to be the inputs"),
        ("FisherN", 'Input Type="Variable"', 'Input Type="Weight"', 'expected Variable, Target or Spectator, found "Weight"'),
        ("FisherN", '<Input Type="Variable" Label="var2" Expression="var2"',
         '<Input Type="Variable" Label="var9" Expression="var9"', 'needs the Variable "var9" (label "var9")'),
        ("FisherN", r'<Range Index="3" .*?/>', "", "expected 4 ranges, found 3"),
        ("FisherN", r'<Range Index="0" Min="[^"]*"', '<Range Index="0" Min="-1e39"', "that single precision can hold"),
        ("FisherN", r'<Range Index="0" Min="[^"]*"', '<Range Index="0" Min="99"', "expected Min <= Max"),
        ("FisherN", r'<Range Index="0" Min="[^"]*"', '<Range Index="0"', "expected attribute 'Min' in <Range>"),
        ("FisherN", r'<Class ClassIndex="2">.*?</Class>', "", "of each of 2 classes and of all, found 2 sets"),
        ("FisherN", r'<Class ClassIndex=.*</Class>', "", "expected one <Class> with <Ranges> per class, found none"),
        ("FisherN", r"<Ranges>.*?</Ranges>", "", "expected element <Ranges> inside <Class>, found none"),
        ("FisherDG", 'FlatOrGauss="Gauss"', 'FlatOrGauss="Round"', 'expected Gauss or Flat, found "Round"'),
        ("FisherDG", '<Matrix Rows="4" Columns="4">', '<Matrix Rows="4" Columns="5">', "from 4 to 4, found 5"),
        ("FisherDG", '(<Matrix Rows="4" Columns="4">)', r"\1 1.0 ", "expected 16 numbers, found 17"),
        ("FisherDG", r'(<Matrix Rows="4" Columns="4">)\s*\S+', r"\1 inf", "found one that is not finite"),
        ("FisherDG", r'(<Matrix Rows="4" Columns="4">)\s*\S+', r"\1 1,5", "expected finite numbers separated by blanks"),
        ("FisherDG", "<Matrix ", "<Table/><Matrix ", "expected <Selection>, <Matrix>, found <Table>"),
        ("FisherU", r'<Variable VarIndex="3">.*?</Variable>', "", "expected 4 <Variable>, found 3"),
        ("FisherU", r'(<HistogramBinning NBins="\d+">)\s*(\S+) (\S+)', r"\1 \3 \2", "expected increasing bin edges"),
        ("FisherU", FIRST_PDF, "", "expected as many <CumulativePDF_cls> in each <Variable>"),
        ("Fisher", r"<Variables NVar.*?</Variables>", '<Variables NVar="0"></Variables>', "expected at least one variable"),
        ("Fisher", '<Info name="AnalysisType"', '<Info name="Analysis"', "<Info> with the name AnalysisType, found none"),
        ("Fisher", "<MethodSetup", "<!DOCTYPE MethodSetup><MethodSetup", "a document type with entities of its own"),
    ],
)  # fmt: skip
def test_damaged_transformations_are_refused(tmp_path, name, pattern, replacement, message):
    text = (GOLDEN / "weights" / f"TMVAClassification_{name}.weights.xml").read_text()
    damaged, number = re.subn(pattern, replacement, text, count=1, flags=re.DOTALL)
    assert number == 1
    path = tmp_path / "damaged.weights.xml"
    path.write_text(damaged)
    with pytest.raises(WeightFileError, match=re.escape(message)):
        weightfile.read(path)


def principal_components(n_vectors):
    sets = range(3)
    return (
        '<Transform Name="PCA">'
        + "".join(f'<Statistics ClassIndex="{i}" NRows="4">{i} 1 2 3</Statistics>' for i in sets)
        + "".join(
            f'<Eigenvectors ClassIndex="{i}" NRows="4" NCols="4">{" ".join(map(str, range(16)))}</Eigenvectors>'
            for i in sets[:n_vectors]
        )
        + "</Transform>"
    )


def test_principal_components_without_a_selection_are_those_of_all_variables(tmp_path):
    """As old versions of TMVA wrote them; an eigenvector is a column."""
    text = (GOLDEN / "weights" / "TMVAClassification_FisherN.weights.xml").read_text()
    path = tmp_path / "old.weights.xml"
    for n_vectors in (3, 2):
        pca = re.sub(r"<Transform .*</Transform>", principal_components(n_vectors), text, flags=re.DOTALL)
        path.write_text(
            pca.replace(
                '<Option name="VarTransform" modified="Yes">N<', '<Option name="VarTransform" modified="Yes">P<'
            )
        )
        if n_vectors == 2:
            with pytest.raises(WeightFileError, match="as many <Statistics> as <Eigenvectors>, found 3 and 2"):
                weightfile.read(path)
            continue
        (step,) = weightfile.read(path).transformations
        assert [(slot.kind, slot.index) for slot in step.slots] == [("Variable", i) for i in range(4)]
        assert step.active == 2
        assert list(step.parameters.center) == [2, 1, 2, 3]
        assert np.reshape(step.parameters.matrix, (4, 4)).tolist() == np.arange(16).reshape(4, 4).T.tolist()


def test_equidistant_bins_have_edges_from_their_limits(tmp_path):
    text = (GOLDEN / "weights" / "TMVAClassification_FisherU.weights.xml").read_text()
    pattern = r'NBins="101" XMin="[^"]*" XMax="[^"]*" HasEquidistantBins="0"'
    path = tmp_path / "equidistant.weights.xml"
    path.write_text(re.sub(pattern, 'NBins="101" XMin="-1" XMax="3" HasEquidistantBins="1"', text, count=1))
    (step,) = weightfile.read(path).transformations
    np.testing.assert_allclose(step.sets[0].edges[0], np.linspace(-1, 3, 102), rtol=1e-6)


def test_variables_with_distributions_of_different_numbers_of_classes_are_refused(tmp_path):
    text = (GOLDEN / "weights" / "TMVAClassification_FisherU.weights.xml").read_text()
    path = tmp_path / "damaged.weights.xml"
    path.write_text(re.sub(r"<CumulativePDF_cls2>.*?</CumulativePDF_cls2>", "", text, count=1, flags=re.DOTALL))
    with pytest.raises(WeightFileError, match="expected as many <CumulativePDF_cls> in each <Variable>"):
        weightfile.read(path)


@pytest.mark.parametrize("name", ["w.weights.xml.gz", "w.xml"])  # the content counts
def test_files_of_gzip_are_read(ROOT, tmp_path, name, capsys):
    plain = FISHER
    packed = tmp_path / name
    # two members, as `cat a.gz b.gz` makes them
    text = plain.read_bytes()
    packed.write_bytes(gzip.compress(text[:1000]) + gzip.compress(text[1000:]))
    assert weightfile.read(packed).variables == weightfile.read(plain).variables
    rows = np.random.default_rng(1).normal(size=(5, 4)).astype("f4")
    responses = []
    for path in (plain, packed):
        reader = ROOT.TMVA.Reader("!Color:Silent")
        reader.BookMVA("F", str(path))
        responses.append(np.asarray(reader.EvaluateBatch("F", rows)))
    assert np.array_equal(*responses)
    assert cli.main(["checksum", "--update", str(packed)]) == 0
    assert gzip.decompress(packed.read_bytes()).startswith(b"<?xml")
    assert "the checksums fit" in capsys.readouterr().out
    ROOT.TMVA.Reader("!Color:Silent").BookMVA("F", str(packed))


def test_a_file_that_was_compressed_later_is_found_and_what_follows_is_ignored(ROOT, tmp_path):
    packed = tmp_path / "w.xml.gz"
    packed.write_bytes(gzip.compress(FISHER.read_bytes()) + b"junk")
    plain = tmp_path / "w.xml"  # as a cross-validation names its folds
    assert weightfile.read(plain).method == "Fisher"
    ROOT.TMVA.Reader("!Color:Silent").BookMVA("F", str(plain))


def test_damaged_files_of_gzip_are_refused(ROOT, tmp_path):
    text = FISHER.read_bytes()
    good = gzip.compress(text)
    damaged = bytearray(good)
    damaged[len(good) // 2] ^= 0x55
    bomb = gzip.compress(b"<?xml?>" + bytes(1 << 20) * 70)
    for name, data in {"cut": good[:-20], "damaged": bytes(damaged), "bomb": bomb, "head": good[:2]}.items():
        path = tmp_path / f"{name}.xml.gz"
        path.write_bytes(data)
        with pytest.raises(WeightFileError, match=f"{name}.xml.gz"):
            weightfile.read(path)
        with pytest.raises(torchmva.Error, match=f"{name}.xml.gz"):
            ROOT.TMVA.Reader("!Color:Silent").BookMVA("F", str(path))


def test_the_text_of_a_weight_file_object_is_short():
    file = weightfile.read(GOLDEN / "weights" / "TMVAClassification_FisherU.weights.xml")
    assert file.transformations
    assert "Cumulative" not in repr(file)


def test_a_file_cut_anywhere_is_refused(tmp_path):
    data = (GOLDEN / "weights" / "TMVAClassification_FisherN.weights.xml").read_bytes()
    path = tmp_path / "cut.weights.xml"
    for end in range(0, len(data.rstrip()), 97):
        path.write_bytes(data[:end])
        with pytest.raises(WeightFileError, match=re.escape(str(path))):
            weightfile.read(path)


def test_titles_in_latin_1_are_read(tmp_path):
    path = tmp_path / "old.weights.xml"
    path.write_bytes(FISHER.read_bytes().replace(b'Title="var1', b'Title="\xb5 var1', 1))
    assert weightfile.read(path).variables[0].title == "µ var1"


ODD_FILE = (
    '<MethodSetup Method="LD::a title"><GeneralInfo><Info name="AnalysisType" value="Regression"/>'
    '<Info name="Dir" value="/a"/><Option name="A">2</Option></GeneralInfo><Options><Option name="V">True</Option>'
    '<Option modified="Yes" name="A"> 1\n2 </Option><Info name="AnalysisType" value="other"/></Options>'
    '<Classes NClass="1"><Class Name="c" Index="0"/></Classes><Transformations><Transform Name="Gauss">'
    '<Variable VarIndex="0"><CumulativePDF_cls/><CumulativePDF_cls0>u</CumulativePDF_cls0>'
    "<CumulativePDF_cls1>v</CumulativePDF_cls1><CumulativePDF_cls5x/><CumulativePDF_cls1234567890/></Variable>"
    "</Transform></Transformations></MethodSetup>"
)


def test_the_checksum_is_that_of_the_documentation(tmp_path):
    """The pieces are written by hand; tests/cpp/Weights/WeightFileTests.cxx has the same ones. Only what is called
    CumulativePDF_cls with digits behind is a set of parameters, of which the last is used.
    """
    pieces = [
        *("TorchMVA weight file 1", "LD"),
        *("<Info", "name", "AnalysisType", "value", "Regression", ">"),
        *("<Option", "name", "A", ">1 2"),
        *("<Classes", "NClass", "1", ">", "<Class", "Index", "0", "Name", "c", ">", "/", "/"),
        *("<Transformations", ">", "<Transform", "Name", "Gauss", ">", "<Variable", "VarIndex", "0", ">", "2"),
        *("<CumulativePDF_cls", ">", "/", "<CumulativePDF_cls1", ">v", "/"),
        *("<CumulativePDF_cls5x", ">", "/", "<CumulativePDF_cls1234567890", ">", "/", "/"),
    ]
    path = tmp_path / "odd.xml"
    path.write_text(ODD_FILE)
    expected = hashlib.sha256("".join(f"{len(piece)}:{piece}" for piece in pieces).encode()).hexdigest()
    assert _checksum.of_file(parse(path).element) == expected
    # digits of other scripts are none
    path.write_text(ODD_FILE.replace("cls5x", "cls٣"), encoding="utf-8")
    expected = hashlib.sha256(
        "".join(f"{len(p.encode())}:{p}" for p in (piece.replace("cls5x", "cls٣") for piece in pieces)).encode()
    ).hexdigest()
    assert _checksum.of_file(parse(path).element) == expected
