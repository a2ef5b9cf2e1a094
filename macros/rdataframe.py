"""The response of a trained method as a column of an RDataFrame: mean responses of signal and background, and a plot.

python rdataframe.py [WEIGHT_FILE]
"""

import sys

import numpy as np
import ROOT

import torchmva


def main(weight_file="dataset/weights/Classification_PyTorch.weights.xml"):
    """Draws the responses into Responses.png."""
    ROOT.EnableImplicitMT()
    data = str(ROOT.gROOT.GetTutorialDir()) + "/machine_learning/data/tmva_class_example.root"

    canvas = ROOT.TCanvas("responses", "Responses", 800, 600)
    drawn = []
    for tree, colour in (("TreeS", ROOT.kBlue), ("TreeB", ROOT.kRed)):
        events = ROOT.RDataFrame(tree, data)
        # the inputs are the columns that are called as the variables of the training
        with_response = torchmva.define(events, "y", weight_file)
        mean = with_response.Mean("y")
        histogram = with_response.Histo1D((tree, "Response;y;events", 50, 0, 1), "y")
        print(f"{tree}: mean response {mean.GetValue():.4f} of {histogram.GetEntries():.0f} events")
        drawn.append(histogram.GetValue())
        drawn[-1].SetLineColor(colour)
        drawn[-1].SetStats(False)
        drawn[-1].Draw("hist same" if drawn[1:] else "hist")
    canvas.SaveAs("Responses.png")

    # many events in one call, for code that has no data frame: a NumPy array of events x variables
    model = ROOT.TMVA.Experimental.RReader(weight_file)
    rows = np.array([[0.5, 1.0, -0.2, 1.5], [-0.5, -1.0, 0.2, -1.5]])
    print("two events: {:.4f} {:.4f}".format(*model.Compute(rows)))


if __name__ == "__main__":
    main(*sys.argv[1:])
