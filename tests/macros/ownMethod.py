"""Trains or applies the method of macros/add-a-method: ownMethod.py train|apply HistogramLikelihood|Plugins LIBRARY.

Reads the events from events.npz; writes the responses to MODE.npy.
"""

import sys

import numpy as np
import ROOT

import torchmva  # noqa: F401

mode, type_name, library = sys.argv[1:]
TMVA = ROOT.TMVA
events = np.load("events.npz")

if type_name == "Plugins":
    manager = ROOT.gROOT.GetPluginManager()
    cls, base = "MethodHistogramLikelihood", "TMVA@@MethodBase"
    # as jobs of TMVA do: the handler for weight files has the job's name before the title
    if mode == "apply":
        manager.AddHandler(base, ".*_MyPlugin.*", cls, library, f"{cls}(TMVA::DataSetInfo&,TString)")
    manager.AddHandler(base, ".*Plugin.*", cls, library, f"{cls}(TString,TString,TMVA::DataSetInfo&,TString)")
else:
    assert ROOT.gSystem.Load(library) >= 0

if mode == "train":
    factory = TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Classification")
    loader = TMVA.DataLoader("dataset")
    loader.AddVariable("x")
    loader.AddVariable("y")
    for kind, sample in ((TMVA.Types.kTraining, "training"), (TMVA.Types.kTesting, "test")):
        for values, weight, is_signal in zip(
            events[sample].tolist(), events[f"{sample}_weights"].tolist(), events[f"{sample}_signal"], strict=True
        ):
            loader.AddEvent("Signal" if is_signal else "Background", kind, values, weight)
    loader.PrepareTrainingAndTestTree(ROOT.TCut(""), NormMode="None")
    name = TMVA.Types.kPlugins if type_name == "Plugins" else type_name
    method = factory.BookMethod(loader, name, "MyPlugin", NBins=7)
    factory.BookMethod(loader, name, "OtherPlugin", NBins=7)
    factory.TrainAllMethods()
    factory.TestAllMethods()
    factory.EvaluateAllMethods()
    print("area", factory.GetROCIntegral(loader, "MyPlugin"))
    responses = [[method.GetMvaValue(ROOT.TMVA.Event(ROOT.std.vector["float"](e.tolist())))] for e in events["test"]]
else:
    reader = TMVA.Reader("!Color:Silent")
    for name in ("x", "y"):
        reader.AddVariable(name, ROOT.nullptr)
    # the second one has no handler for weight files: that for training does it
    for title in ("MyPlugin", "OtherPlugin"):
        reader.BookMVA(title, f"dataset/weights/job_{title}.weights.xml")
    responses = [
        [reader.EvaluateMVA(ROOT.std.vector["float"](e.tolist()), title) for title in ("MyPlugin", "OtherPlugin")]
        for e in events["test"]
    ]
np.save(f"{mode}.npy", np.array(responses))
