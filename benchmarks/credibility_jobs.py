"""The trainings of credibility.py: each gives some of its figures for one seed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import credibility_network as networks
import numpy as np
import torch

# As ROOT's tutorials have them: gradient boosting of small trees.
TREES = "BoostType=Grad:Shrinkage=0.1:UseBaggedBoost:BaggedSampleFraction=0.5:nCuts=20"
CLASSIFICATION_TREES = f"NTrees=400:MaxDepth=3:{TREES}"
REGRESSION_TREES = f"NTrees=1000:MaxDepth=4:{TREES}"

Figures = Iterator[tuple[str, float]]


class Trainer:
    """One job at a time: a loader, a factory, some methods."""

    def __init__(self, ROOT: Any, *, quick: bool) -> None:
        self.ROOT = ROOT
        self.TMVA = ROOT.TMVA
        self.quick = quick
        self.seed = 0
        self.files: list[Any] = []

    def tree(self, file: str, name: str) -> Any:
        """A tree of a file that ROOT ships."""
        path = f"{self.ROOT.gROOT.GetTutorialDir()}/machine_learning/data/{file}"
        self.files.append(self.ROOT.TFile.Open(path))
        return self.files[-1].Get(name)

    def loader(self, variables: list[str], trees: dict[str, Any], n_training: int, target: str = "") -> Any:
        """`n_training` events of each tree, drawn with the seed, for training; all others for the test."""
        loader = self.TMVA.DataLoader("dataset")
        for variable in variables:
            loader.AddVariable(variable)
        if target:
            loader.AddTarget(target)
        for name, tree in trees.items():
            loader.AddTree(tree, name)
        counts = {f"nTrain_{name}": n_training for name in trees}
        loader.PrepareTrainingAndTestTree(
            "", SplitMode="Random", SplitSeed=self.seed, NormMode="EqualNumEvents", V=False, **counts
        )
        return loader

    def factory(self, analysis: str) -> Any:
        """Silent, without an output file; made first, so that the loader is silent, too."""
        return self.TMVA.Factory("credibility", f"!V:Silent:!Color:!DrawProgressBar:AnalysisType={analysis}")

    def network(self, factory: Any, loader: Any, title: str, *, model: Any, epochs: int, **options: Any) -> Any:
        """Books a network with the functions that `use` chose."""
        torch.jit.script(model).save(f"{title}.pt")
        if self.quick:
            epochs //= 2
        return factory.BookMethod(
            loader,
            self.TMVA.Types.kPyTorch,
            title,
            FilenameModel=f"{title}.pt",
            FilenameTrainedModel=f"{title}_trained.pt",
            NumEpochs=epochs,
            **options,
        )

    @staticmethod
    def run(factory: Any) -> None:
        """Trains and tests."""
        factory.TrainAllMethods()
        factory.TestAllMethods()


def use(train: Any, criterion: Any, optimizer: Any) -> None:
    """The dictionary of `__main__` that methods take their functions from."""
    functions = {"train_func": train, "criterion": criterion, "optimizer": optimizer}
    sys.modules["__main__"].load_model_custom_objects = functions  # type: ignore[attr-defined]


def class_example(trainer: Trainer) -> Figures:
    """Fisher and a network, half of the events for training."""
    trees = {name: trainer.tree("tmva_class_example.root", f"Tree{name[0]}") for name in ("Signal", "Background")}
    variables = [f"var{i}" for i in range(1, 5)]
    factory = trainer.factory("Classification")
    loader = trainer.loader(variables, trees, 3000)
    use(networks.train, networks.cross_entropy, torch.optim.Adam)
    factory.BookMethod(loader, trainer.TMVA.Types.kFisher, "Fisher", "")
    factory.BookMethod(loader, trainer.TMVA.Types.kBDT, "Trees", CLASSIFICATION_TREES)
    trainer.network(factory, loader, "Net", model=networks.classifier(4, 2), epochs=30, BatchSize=100, VarTransform="N")
    trainer.run(factory)
    yield "class_fisher", factory.GetROCIntegral(loader, "Fisher")
    yield "class_network", factory.GetROCIntegral(loader, "Net")
    yield "class_trees", factory.GetROCIntegral(loader, "Trees")

    loader = trainer.loader(variables, trees, 4000)
    factory = trainer.factory("Classification")
    use(networks.tutorial_train, torch.nn.MSELoss(), torch.optim.SGD)
    trainer.network(
        factory, loader, "Net", model=networks.tutorial_classifier(), epochs=20, BatchSize=32, VarTransform="D,G"
    )
    trainer.run(factory)
    yield "class_tutorial", factory.GetROCIntegral(loader, "Net")


def class_weights(trainer: Trainer) -> Figures:
    """The weights of TMVA's own example, in the training and not."""
    areas = []
    for train in (networks.train, networks.train_without_weights):
        trees = {name: trainer.tree("tmva_class_example.root", f"Tree{name[0]}") for name in ("Signal", "Background")}
        loader = trainer.loader([f"var{i}" for i in range(1, 5)], trees, 3000)
        loader.SetBackgroundWeightExpression("weight")
        factory = trainer.factory("Classification")
        use(train, networks.cross_entropy, torch.optim.Adam)
        torch.manual_seed(trainer.seed)
        trainer.network(
            factory, loader, "Net", model=networks.classifier(4, 2), epochs=30, BatchSize=100, VarTransform="N"
        )
        trainer.run(factory)
        areas.append(factory.GetROCIntegral(loader, "Net"))
    yield "class_weights", areas[0]
    yield "class_gain", areas[0] - areas[1]


def higgs(trainer: Trainer) -> Figures:
    """The seven invariant masses."""
    trees = {
        "Signal": trainer.tree("Higgs_data.root", "sig_tree"),
        "Background": trainer.tree("Higgs_data.root", "bkg_tree"),
    }
    loader = trainer.loader(["m_jj", "m_jjj", "m_lv", "m_jlv", "m_bb", "m_wbb", "m_wwbb"], trees, 7000)
    factory = trainer.factory("Classification")
    use(networks.train, networks.cross_entropy, torch.optim.Adam)
    factory.BookMethod(loader, trainer.TMVA.Types.kFisher, "Fisher", "")
    factory.BookMethod(loader, trainer.TMVA.Types.kBDT, "Trees", CLASSIFICATION_TREES)
    trainer.network(factory, loader, "Net", model=networks.classifier(7, 2), epochs=30, BatchSize=200, VarTransform="G")
    trainer.run(factory)
    yield "higgs_fisher", factory.GetROCIntegral(loader, "Fisher")
    yield "higgs_network", factory.GetROCIntegral(loader, "Net")
    yield "higgs_trees", factory.GetROCIntegral(loader, "Trees")


def multiclass(trainer: Trainer) -> Figures:
    """Four classes, half of the events for training."""
    names = {"Signal": "TreeS", "bg0": "TreeB0", "bg1": "TreeB1", "bg2": "TreeB2"}
    trees = {name: trainer.tree("tmva_multiclass_example.root", tree) for name, tree in names.items()}
    loader = trainer.loader([f"var{i}" for i in range(1, 5)], trees, 1000)
    factory = trainer.factory("Multiclass")
    use(networks.train, networks.cross_entropy, torch.optim.Adam)
    trainer.network(factory, loader, "Net", model=networks.classifier(4, 4), epochs=30, BatchSize=100, VarTransform="N")
    trainer.run(factory)
    for i in range(4):
        yield f"multiclass_{i}", factory.GetROCIntegral(loader, "Net", i)


def regression(trainer: Trainer) -> Figures:
    """fvalue of two variables."""
    testing = trainer.TMVA.Types.kTesting
    for n_training in (1000, 4000):
        trees = {"Regression": trainer.tree("tmva_reg_example.root", "TreeR")}
        loader = trainer.loader(["var1", "var2"], trees, n_training, target="fvalue")
        factory = trainer.factory("Regression")
        use(networks.train, networks.squared_error, torch.optim.Adam)
        method = trainer.network(
            factory, loader, "Net", model=networks.regressor(2), epochs=300, BatchSize=50, VarTransform="N"
        )
        trees_method = factory.BookMethod(loader, trainer.TMVA.Types.kBDT, "Trees", REGRESSION_TREES)
        trainer.run(factory)
        sample = loader.GetDataSetInfo().GetDataSet().GetSample(testing)
        true = np.frombuffer(sample.fTargets.fData, dtype=np.float32, count=sample.Size())
        yield f"regression_{n_training}", float((np.array(method.GetResponses(testing)) - true).std())
        if n_training == 4000:
            yield "regression_trees_4000", float((np.array(trees_method.GetResponses(testing)) - true).std())


JOBS: tuple[Callable[[Trainer], Figures], ...] = (class_example, class_weights, higgs, multiclass, regression)
