"""kBDT as a whole job from each interface: PyROOT against LightGBM's own predictions, a macro, and without LightGBM."""

from __future__ import annotations

import re
import sys
from array import array

import lightgbm
import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

import torchmva
from torchmva import _weightfile as weightfile
from torchmva._weightfile_xml import WeightFileError

VARIABLES = ("a", "b", "c")
N_EVENTS = 800


def make_rows(n=N_EVENTS):
    random = np.random.default_rng(11)
    return random.normal(size=(n, 3)).astype(np.float32)


def truth_of(analysis, rows):
    score = rows[:, 0] * rows[:, 1] + rows[:, 2]
    if analysis == "Regression":
        return score
    return np.digitize(score, [0.0] if analysis == "Classification" else [-0.7, 0.7])


@pytest.fixture
def job(ROOT, tmp_path, monkeypatch):
    """Trains kBDT on VARIABLES in a fresh folder; returns the weight file."""
    monkeypatch.chdir(tmp_path)

    def run(analysis, **options):
        types = ROOT.TMVA.Types
        factory = ROOT.TMVA.Factory("job", Silent=True, Color=False, AnalysisType=analysis)
        loader = ROOT.TMVA.DataLoader("dataset")
        for name in VARIABLES:
            loader.AddVariable(name)
        if analysis == "Regression":
            loader.AddTarget("t")
        rows = make_rows()
        for row, truth in zip(rows.tolist(), truth_of(analysis, rows).tolist(), strict=True):
            name = {"Regression": "Regression", "Multiclass": f"c{truth}"}.get(
                analysis, ("Signal", "Background")[truth > 0]
            )
            values = row + ([truth] if analysis == "Regression" else [])
            for kind in (types.kTraining, types.kTesting):
                loader.AddEvent(name, kind, values, 1.0)
        loader.PrepareTrainingAndTestTree(ROOT.TCut(""), NormMode="None")
        factory.BookMethod(loader, types.kBDT, "BDT", BoostType="Grad", NTrees=50, Shrinkage=0.2, **options)
        factory.TrainAllMethods()
        factory.TestAllMethods()
        factory.EvaluateAllMethods()
        return tmp_path / "dataset/weights/job_BDT.weights.xml"

    return run


def apply(ROOT, weight_file, rows, n_responses=1):
    reader = ROOT.TMVA.Reader("!Color:Silent")
    values = [array("f", [0]) for _ in VARIABLES]
    for name, value in zip(VARIABLES, values, strict=True):
        reader.AddVariable(name, value)
    reader.BookMVA("BDT", str(weight_file))
    responses = []
    for row in rows:
        for value, x in zip(values, row, strict=True):
            value[0] = x
        if n_responses > 1:
            responses.append(list(reader.EvaluateMulticlass("BDT")))
        else:
            responses.append(reader.EvaluateMVA("BDT"))
    return np.array(responses)


@pytest.fixture
def model(ROOT, monkeypatch):
    """The last model of LightGBM, and where it starts."""
    from torchmva._engine import trees

    kept = []
    flat = trees._flat

    def keep(text, start, *rest, **named):
        kept.append((text, start))
        return flat(text, start, *rest, **named)

    monkeypatch.setattr(trees, "_flat", keep)
    return lambda: (lightgbm.Booster(model_str=kept[-1][0]), kept[-1][1])


def test_two_classes_are_those_of_lightgbm(ROOT, job, model):
    weight_file = job("Classification", UseBaggedBoost=True, BaggedSampleFraction=0.5)
    rows = make_rows(1000)[-200:]
    response = apply(ROOT, weight_file, rows)
    np.testing.assert_allclose((1 + response) / 2, model()[0].predict(rows), atol=1e-6)
    is_signal = truth_of("Classification", rows) == 0
    assert ((response > 0) == is_signal).mean() > 0.9


def test_more_classes_are_those_of_lightgbm(ROOT, job, model):
    weight_file = job("Multiclass")
    rows = make_rows(1000)[-200:]
    np.testing.assert_allclose(apply(ROOT, weight_file, rows, 3), model()[0].predict(rows), atol=1e-6)


def test_files_with_another_option_or_tree_are_refused(ROOT, job):
    weight_file = job("Classification")
    text = weight_file.read_text()
    last = r'<BinaryTree type="DecisionTree" boostWeight="[^"]*" itree="49">.*?</BinaryTree>'
    for pattern, new in (
        (r'<Option name="BoostType"[^>]*>[^<]*</Option>', ""),
        (r'(<Option name="BoostType"[^>]*>)[^<]*', r"\1AdaBoost"),
        (last, ""),
        (rf'NTrees="50"(.*){last}', r'NTrees="49"\1'),
    ):
        changed, n = re.subn(pattern, new, text, count=1, flags=re.DOTALL)
        assert n == 1
        weight_file.write_text(changed)
        with pytest.raises(
            torchmva.Error,
            match=r'changed after it was written|the option BoostType, found none|NTrees="50" trees, found 49',
        ):
            apply(ROOT, weight_file, make_rows(1))
        with pytest.raises(WeightFileError):
            weightfile.read(weight_file)


@pytest.mark.parametrize("loss", ["Huber", "LeastSquares"])
def test_regressions_are_those_of_lightgbm(ROOT, job, model, loss):
    weight_file = job("Regression", RegressionLossFunctionBDTG=loss, MaxDepth=4)
    rows = make_rows(1000)[-200:]
    response = apply(ROOT, weight_file, rows)
    booster, start = model()
    np.testing.assert_allclose(response, start + booster.predict(rows, raw_score=True), atol=1e-6)
    truth = truth_of("Regression", rows)
    assert np.std(response - truth) < 0.7 * np.std(truth)


def test_transformed_targets_come_back(ROOT, job):
    rows = make_rows(1000)[-200:]
    response = apply(ROOT, job("Regression", MaxDepth=4, VarTransform="N"), rows)
    truth = truth_of("Regression", rows)
    assert np.std(response - truth) < 0.7 * np.std(truth)


def test_area_is_the_published_one(ROOT, tutorials, tmp_path, monkeypatch):
    """TMVA's own BDT: .931 on half of the class example (iml-wg, TMVAinJupyter_FullTutorial)."""
    monkeypatch.chdir(tmp_path)
    file = ROOT.TFile.Open(str(tutorials / "data" / "tmva_class_example.root"))
    factory = ROOT.TMVA.Factory("area", Silent=True, Color=False, AnalysisType="Classification")
    loader = ROOT.TMVA.DataLoader("dataset")
    for i in range(1, 5):
        loader.AddVariable(f"var{i}")
    loader.AddSignalTree(file.Get("TreeS"))
    loader.AddBackgroundTree(file.Get("TreeB"))
    loader.PrepareTrainingAndTestTree(ROOT.TCut(""), nTrain_Signal=3000, nTrain_Background=3000, SplitMode="Random")
    factory.BookMethod(
        loader,
        ROOT.TMVA.Types.kBDT,
        "BDTG",
        "NTrees=1000:MinNodeSize=2.5%:BoostType=Grad:Shrinkage=0.1:UseBaggedBoost:BaggedSampleFraction=0.5:MaxDepth=2",
    )
    factory.TrainAllMethods()
    factory.TestAllMethods()
    assert factory.GetROCIntegral(loader, "BDTG") == pytest.approx(0.931, abs=0.008)


def test_deep_trees_of_a_regression_are_as_good_as_those_of_scikit_learn(ROOT, tutorials, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    types = ROOT.TMVA.Types
    file = ROOT.TFile.Open(str(tutorials / "data" / "tmva_reg_example.root"))
    factory = ROOT.TMVA.Factory("depth", Silent=True, Color=False, AnalysisType="Regression")
    loader = ROOT.TMVA.DataLoader("dataset")
    loader.AddVariable("var1")
    loader.AddVariable("var2")
    loader.AddTarget("fvalue")
    loader.AddRegressionTree(file.Get("TreeR"))
    loader.PrepareTrainingAndTestTree(ROOT.TCut(""), nTrain_Regression=4000, SplitMode="Random")
    options = "NTrees=300:BoostType=Grad:Shrinkage=0.1:UseBaggedBoost:BaggedSampleFraction=0.5"
    methods = {
        depth: factory.BookMethod(loader, types.kBDT, f"Depth{depth}", f"{options}:MaxDepth={depth}")
        for depth in (4, 6, 8)
    }
    factory.TrainAllMethods()
    factory.TestAllMethods()
    data = loader.GetDataSetInfo().GetDataSet()
    (inputs, targets), (test_inputs, test_targets) = (
        (
            np.frombuffer(sample.fVariables.fData, dtype=np.float32, count=2 * sample.Size()).reshape(-1, 2),
            np.frombuffer(sample.fTargets.fData, dtype=np.float32, count=sample.Size()),
        )
        for sample in (data.GetSample(types.kTraining), data.GetSample(types.kTesting))
    )
    rms = {
        depth: np.std(np.array(method.GetResponses(types.kTesting)) - test_targets) for depth, method in methods.items()
    }
    for depth, found in rms.items():
        reference = HistGradientBoostingRegressor(
            max_depth=depth,
            max_iter=300,
            learning_rate=0.1,
            max_leaf_nodes=None,
            min_samples_leaf=8,
            early_stopping=False,
        ).fit(inputs, targets)
        assert found < 1.5 * np.std(reference.predict(test_inputs) - test_targets)  # by least squares, without outliers
    assert rms[6] < rms[4]
    assert rms[8] < 1.1 * rms[6]


APPLY = """
import sys
from array import array
from ROOT import TMVA
reader = TMVA.Reader("!Color:Silent")
values = [array("f", [x]) for x in (0.5, -0.25, 1.0)]
for name, value in zip("abc", values):
    reader.AddVariable(name, value)
reader.BookMVA("BDT", sys.argv[1])
print("response", reader.EvaluateMVA("BDT"))
print("imported", [name for name in ("torch", "lightgbm") if name in sys.modules])
"""

APPLY_MACRO = """
void applyBDT(TString file)
{
   TMVA::Reader reader("!Color:Silent");
   Float_t a = 0.5, b = -0.25, c = 1;
   reader.AddVariable("a", &a);
   reader.AddVariable("b", &b);
   reader.AddVariable("c", &c);
   reader.BookMVA("BDT", file);
   std::cout << "response " << TString::Format("%.17g", reader.EvaluateMVA("BDT")) << std::endl;
}
"""


def test_application_needs_neither_lightgbm_nor_torch_and_is_the_same_in_a_macro(
    ROOT, job, run_script, run_macro, tmp_path
):
    weight_file = job("Classification")
    expected = apply(ROOT, weight_file, [(0.5, -0.25, 1.0)])[0]
    (tmp_path / "apply.py").write_text(APPLY)
    text = run_script(tmp_path / "apply.py", str(weight_file), cwd=tmp_path).stdout
    assert float(text.partition("response ")[2].split()[0]) == expected
    assert "imported []" in text
    (tmp_path / "applyBDT.C").write_text(APPLY_MACRO)
    text = run_macro(f'applyBDT.C("{weight_file}")', cwd=tmp_path).stdout
    assert float(text.partition("response ")[2].split()[0]) == expected


TRAIN_MACRO = """
void trainBDT()
{
   TMVA::Factory factory("macro", "!Color:!DrawProgressBar:AnalysisType=Classification");
   TMVA::DataLoader loader("dataset");
   loader.AddVariable("x");
   TRandom3 random(1);
   for (int i = 0; i < 800; ++i) {
      std::vector<Double_t> event = {random.Gaus(i % 2, 1)};
      loader.AddEvent(i % 2 ? "Signal" : "Background", i % 4 < 2 ? TMVA::Types::kTraining : TMVA::Types::kTesting,
                      event, 1);
   }
   loader.PrepareTrainingAndTestTree("", "NormMode=None");
   factory.BookMethod(&loader, TMVA::Types::kBDT, "BDT", "NTrees=30:BoostType=Grad:Shrinkage=0.1:MaxDepth=2");
   factory.TrainAllMethods();
   factory.TestAllMethods();
   std::cout << "area " << factory.GetROCIntegral(&loader, "BDT") << std::endl;
}
"""


def test_training_in_a_macro(run_macro, tmp_path):
    (tmp_path / "trainBDT.C").write_text(TRAIN_MACRO)
    text = run_macro("trainBDT.C", cwd=tmp_path).stdout
    # the best there is: two Gaussians one sigma apart, 0.760
    assert 0.65 < float(text.partition("area ")[2].split()[0]) < 0.82
    assert "Gradient boosting by LightGBM" in text


def test_without_lightgbm_booking_says_what_to_install(ROOT, job, monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(torchmva.Error) as caught:
        job("Classification")
    assert caught.value.GetCode() == ROOT.TorchMVA.EErrorCode.kPython
    assert "pip install 'torchmva[trees]'" in str(caught.value)
