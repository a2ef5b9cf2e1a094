"""The whole chain on one file: train, evaluate, write a weight file, apply it from Python and from a ROOT macro.

python demo.py [OUTPUT_FOLDER]        (default: demo)
"""

import os
import subprocess
import sys
from pathlib import Path

import torch  # before ROOT

import ROOT
import torchmva  # noqa: F401  gives ROOT.TMVA and keyword arguments

MACROS = Path(__file__).resolve().parent
sys.path.insert(0, str(MACROS))
from application import responses  # noqa: E402

WEIGHT_FILE = "dataset/weights/Classification_PyTorch.weights.xml"


def train_and_evaluate():
    """Fisher and a network on signal and background, with all tables, plots and files."""
    torch.manual_seed(1)
    TMVA = ROOT.TMVA
    data = ROOT.TFile.Open(
        str(ROOT.gROOT.GetTutorialDir()) + "/machine_learning/data/tmva_class_example.root"
    )
    output = ROOT.TFile.Open("Classification.root", "RECREATE")
    loader = TMVA.DataLoader("dataset")
    for name in ("var1", "var2", "var3", "var4"):
        loader.AddVariable(name)
    loader.AddSignalTree(data.Get("TreeS"))
    loader.AddBackgroundTree(data.Get("TreeB"))
    loader.PrepareTrainingAndTestTree(
        ROOT.TCut(""),
        nTrain_Signal=4000,
        nTrain_Background=4000,
        SplitMode="Block",
        MixMode="Random",
        NormMode="NumEvents",
        V=False,
    )
    factory = TMVA.Factory("Classification", output, AnalysisType="Classification", Transformations="I;D,G")
    factory.BookMethod(loader, TMVA.Types.kFisher, "Fisher", H=False, V=False, VarTransform="D,G")
    factory.BookMethod(
        loader,
        TMVA.Types.kPyTorch,
        "PyTorch",
        H=False,
        V=False,
        VarTransform="D,G",
        FilenameModel="ClassificationModel.pt",
        UserCode=MACROS / "ClassificationModel.py",
        NumEpochs=20,
        BatchSize=100,
    )
    factory.TrainAllMethods()
    factory.TestAllMethods()
    factory.EvaluateAllMethods()
    factory.GetROCCurve(loader).SaveAs("ROC_Classification.png")
    factory.DeleteAllMethods()
    output.Close()


def responses_of_macro():
    """What Application.C prints, run by a ROOT of its own."""
    command = [
        sys.executable,
        "-m",
        "torchmva",
        "root",
        "-l",
        "-b",
        "-q",
        f'{MACROS}/Application.C("{WEIGHT_FILE}")',
    ]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [line for line in text.splitlines() if " response " in line]


def main():
    """Runs the chain in the output folder; 1 if the two doors disagree in any bit."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    train_and_evaluate()
    print("\nEvents that were not in the training, applied from Python and from a ROOT macro:\n")
    print(f"{'event':12s} {'Python':>10s} {'macro':>10s}   bits")
    different = 0
    for python, macro in zip(responses(WEIGHT_FILE), responses_of_macro(), strict=True):
        *event, _, shown, exact = python.split()
        same = event == macro.split()[:-3] and float.fromhex(exact) == float.fromhex(macro.split()[-1])
        different += not same
        print(
            f"{' '.join(event):12s} {shown:>10s} {macro.split()[-2]:>10s}   {'equal' if same else 'DIFFERENT'}"
        )
    print("\nWritten:")
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        print(f"  {path}  ({path.stat().st_size} bytes)")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
