"""Importance of variables from Python, against scikit-learn; and of a network."""

from xml.etree import ElementTree

import numpy as np
import pytest

N_REPEATS = 30


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def class_example(ROOT, n_training=3000):
    """A loader of the sample of TMVA's tutorial; the file lives as long as the loader."""
    file = ROOT.TFile.Open(f"{ROOT.gROOT.GetTutorialDir()}/machine_learning/data/tmva_class_example.root")
    loader = ROOT.TMVA.DataLoader("dataset")
    for i in range(1, 5):
        loader.AddVariable(f"var{i}")
    loader.AddSignalTree(file.Get("TreeS"))
    loader.AddBackgroundTree(file.Get("TreeB"))
    loader.SetBackgroundWeightExpression("weight")
    counts = {"nTrain_Signal": n_training, "nTrain_Background": n_training}
    loader.PrepareTrainingAndTestTree("", SplitMode="Random", V=False, **counts)
    loader.file = file
    return loader


def arrays(loader, sample_type):
    """Variables, class numbers and weights of a sample."""
    sample = loader.GetDataSetInfo().GetDataSet().GetSample(sample_type)
    n = sample.Size()
    view = sample.fVariables
    variables = np.frombuffer(view.fData, dtype=np.float32, count=n * view.fColumns).reshape(n, view.fColumns)
    classes = np.frombuffer(sample.fClasses, dtype=np.int32, count=n)
    return variables.copy(), classes.copy(), np.frombuffer(sample.fWeights, dtype=np.float32, count=n).copy()


def as_dictionary(ranking):
    return {str(rank.fVariable): (rank.fValue, rank.fError) for rank in ranking.GetRanks()}


def test_permutation_agrees_with_scikit_learn(ROOT, folder):
    from sklearn.inspection import permutation_importance
    from sklearn.linear_model import LogisticRegression

    types = ROOT.TMVA.Types
    factory = ROOT.TMVA.Factory("job", "Silent:!Color:AnalysisType=Classification")
    loader = class_example(ROOT)
    factory.BookMethod(loader, types.kFisher, "Fisher")
    factory.TrainAllMethods()
    ours = as_dictionary(factory.GetPermutationImportance(loader, "Fisher", N_REPEATS, 1))

    # a linear model with the coefficients of ours, so that only the importance is compared
    weight_file = ElementTree.parse("dataset/weights/job_Fisher.weights.xml")
    coefficients = np.array([float(node.get("Value")) for node in weight_file.iter("Coefficient")])
    model = LogisticRegression()
    model.classes_, model.intercept_, model.coef_ = np.array([False, True]), coefficients[:1], coefficients[None, 1:]
    variables, classes, weights = arrays(loader, types.kTesting)
    theirs = permutation_importance(
        model, variables, classes == 0, scoring="roc_auc", n_repeats=N_REPEATS, random_state=1, sample_weight=weights
    )
    for i in range(4):
        value, error = ours[f"var{i + 1}"]
        spread = np.hypot(error, theirs.importances_std[i])
        assert value == pytest.approx(theirs.importances_mean[i], abs=4 * spread / N_REPEATS**0.5)
        assert 0.5 < error / theirs.importances_std[i] < 2


def test_importance_of_a_network_of_two_classes(ROOT, folder):
    import torch
    from torch import nn

    torch.manual_seed(1)
    torch.jit.script(nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2), nn.Softmax(dim=1))).save("net.pt")
    factory = ROOT.TMVA.Factory("job", "Silent:!Color:AnalysisType=Classification")
    loader = class_example(ROOT)
    factory.BookMethod(
        loader, ROOT.TMVA.Types.kPyTorch, "Net", FilenameModel="net.pt", NumEpochs=10, BatchSize=50, VarTransform="N"
    )
    factory.TrainAllMethods()
    ranking = factory.GetPermutationImportance(loader, "Net", 3, 1)
    assert str(ranking.GetRanks()[0].fVariable) == "var4"
    assert ranking.GetRanks()[0].fValue > 0.1
    assert all(rank.fError > 0 for rank in ranking.GetRanks())


def test_importance_in_a_regression_and_a_multiclass(ROOT, folder):
    """A variable without information has no importance, the others have some."""
    import torch
    from torch import nn

    generator = np.random.default_rng(5)
    columns = {name: generator.normal(size=3000).astype(np.float32) for name in ("x", "y", "nothing")}
    columns["target"] = (3 * columns["x"] + columns["y"] ** 2).astype(np.float32)
    columns["kind"] = (columns["x"] > 0).astype(np.int32) + (columns["y"] > 0).astype(np.int32)
    ROOT.RDF.FromNumpy(columns).Snapshot("events", "events.root")
    file = ROOT.TFile.Open("events.root")
    tree = file.Get("events")

    def importances(analysis, n_outputs, declare):
        torch.manual_seed(1)
        layers = [nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, n_outputs)]
        torch.jit.script(nn.Sequential(*layers, *([nn.Softmax(dim=1)] if n_outputs > 1 else []))).save("net.pt")
        factory = ROOT.TMVA.Factory("job", f"Silent:!Color:AnalysisType={analysis}")
        loader = ROOT.TMVA.DataLoader(analysis)
        for name in ("x", "y", "nothing"):
            loader.AddVariable(name)
        declare(loader)
        loader.PrepareTrainingAndTestTree("", SplitMode="Random", V=False)
        factory.BookMethod(loader, ROOT.TMVA.Types.kPyTorch, "Net", FilenameModel="net.pt", NumEpochs=20, BatchSize=50)
        factory.TrainAllMethods()
        ranking = factory.GetPermutationImportance(loader, "Net", 3, 1)
        return str(ranking.GetDiscrName()), {name: value for name, (value, _) in as_dictionary(ranking).items()}

    def declare_regression(loader):
        loader.AddTarget("target")
        loader.AddRegressionTree(tree)

    def declare_classes(loader):
        for kind in range(3):
            loader.AddTree(tree, f"kind{kind}", 1.0, ROOT.TCut(f"kind == {kind}"))

    name, growth = importances("Regression", 1, declare_regression)
    assert name == "Growth of RMS"
    assert growth["x"] > growth["y"] > 0.5
    assert abs(growth["nothing"]) < 0.15
    name, loss = importances("Multiclass", 3, declare_classes)
    assert name == "Loss of mean ROC integral"
    assert min(loss["x"], loss["y"]) > 0.15
    assert abs(loss["nothing"]) < 0.02


def test_evaluate_importance_and_all_variables(ROOT, folder):
    TMVA = ROOT.TMVA
    factory = TMVA.Factory("job", "Silent:!Color:AnalysisType=Classification")
    loader = class_example(ROOT, 500)
    histogram = factory.EvaluateImportance(loader, TMVA.VIType.kShort, TMVA.Types.kFisher, "Fisher", "VarTransform=N")
    assert histogram.GetNbinsX() == 4
    assert sum(abs(histogram.GetBinContent(i)) for i in range(1, 5)) == pytest.approx(100, abs=1e-3)
    factory.EvaluateAllVariables(loader)
    del loader  # the factory keeps it
    factory.TrainAllMethods()
    factory.TestAllMethods()
    assert factory.GetROCIntegral("dataset", "var4") > factory.GetROCIntegral("dataset", "var2") > 0.5
