"""The trainings of credibility.py without user code: the network of the options, with its defaults and with recipes."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from credibility import MANY_VARIABLES
from credibility_jobs import Figures, Trainer

HIGH_LEVEL = ["m_jj", "m_jjj", "m_lv", "m_jlv", "m_bb", "m_wbb", "m_wwbb"]
LOW_LEVEL = [
    *("lepton_pT", "lepton_eta", "lepton_phi", "missing_energy_magnitude", "missing_energy_phi"),
    *(f"jet{i}_{name}" for i in range(1, 5) for name in ("pt", "eta", "phi", "b-tag")),
]


def network(factory: Any, loader: Any, trainer: Trainer, title: str, options: str = "") -> Any:
    """Books a network without user code; the options may name anything but the seed."""
    # other jobs left their functions there
    sys.modules["__main__"].__dict__.pop("load_model_custom_objects", None)
    text = f"FilenameTrainedModel={title}_trained.pt2:Seed={trainer.seed}"
    return factory.BookMethod(loader, trainer.TMVA.Types.kPyTorch, title, f"{text}:{options}".rstrip(":"))


def higgs_loader(trainer: Trainer, variables: list[str]) -> Any:
    """7000 + 7000 training events."""
    trees = {
        "Signal": trainer.tree("Higgs_data.root", "sig_tree"),
        "Background": trainer.tree("Higgs_data.root", "bkg_tree"),
    }
    return trainer.loader(variables, trees, 7000)


def higgs_7(trainer: Trainer) -> Figures:
    """The seven invariant masses, and trees with their defaults."""
    factory, loader = trainer.factory("Classification"), higgs_loader(trainer, HIGH_LEVEL)
    network(factory, loader, trainer, "Net")
    factory.BookMethod(loader, trainer.TMVA.Types.kBDT, "Trees", "")
    trainer.run(factory)
    area = factory.GetROCIntegral(loader, "Net")
    yield "default_higgs_7", area
    yield "default_higgs_7_trees", area - factory.GetROCIntegral(loader, "Trees")


def higgs_28(trainer: Trainer) -> Figures:
    """All 28 variables."""
    factory, loader = trainer.factory("Classification"), higgs_loader(trainer, LOW_LEVEL + HIGH_LEVEL)
    network(factory, loader, trainer, "Net")
    trainer.run(factory)
    yield "default_higgs_28", factory.GetROCIntegral(loader, "Net")


def higgs_28_recipe(trainer: Trainer) -> Figures:
    """The same with the options for many variables; too long for a short check."""
    if trainer.quick:
        return
    factory, loader = trainer.factory("Classification"), higgs_loader(trainer, LOW_LEVEL + HIGH_LEVEL)
    network(factory, loader, trainer, "Recipe", MANY_VARIABLES)
    trainer.run(factory)
    yield "recipe_higgs_28", factory.GetROCIntegral(loader, "Recipe")


def class_example(trainer: Trainer) -> Figures:
    """Four Gaussian variables, half of the events for training."""
    trees = {name: trainer.tree("tmva_class_example.root", f"Tree{name[0]}") for name in ("Signal", "Background")}
    factory, loader = (
        trainer.factory("Classification"),
        trainer.loader([f"var{i}" for i in range(1, 5)], trees, 3000),
    )
    network(factory, loader, trainer, "Net")
    trainer.run(factory)
    yield "default_class", factory.GetROCIntegral(loader, "Net")


def multiclass(trainer: Trainer) -> Figures:
    """Four classes; the mean of the areas under their curves, each class against the others."""
    names = {"Signal": "TreeS", "bg0": "TreeB0", "bg1": "TreeB1", "bg2": "TreeB2"}
    trees = {name: trainer.tree("tmva_multiclass_example.root", tree) for name, tree in names.items()}
    factory, loader = (
        trainer.factory("Multiclass"),
        trainer.loader([f"var{i}" for i in range(1, 5)], trees, 1000),
    )
    network(factory, loader, trainer, "Net")
    trainer.run(factory)
    yield "default_multiclass", float(np.mean([factory.GetROCIntegral(loader, "Net", i) for i in range(4)]))


def regression(trainer: Trainer) -> Figures:
    """fvalue of two variables."""
    testing = trainer.TMVA.Types.kTesting
    for n_training in (1000, 4000):
        trees = {"Regression": trainer.tree("tmva_reg_example.root", "TreeR")}
        loader = trainer.loader(["var1", "var2"], trees, n_training, target="fvalue")
        factory = trainer.factory("Regression")
        method = network(factory, loader, trainer, "Net")
        trainer.run(factory)
        sample = loader.GetDataSetInfo().GetDataSet().GetSample(testing)
        true = np.frombuffer(sample.fTargets.fData, dtype=np.float32, count=sample.Size())
        difference = np.array(method.GetResponses(testing)) - true
        yield f"default_regression_{n_training}", float(np.sqrt(np.mean(difference**2)))


JOBS = (higgs_7, higgs_28, higgs_28_recipe, class_example, multiclass, regression)
