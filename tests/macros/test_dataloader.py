"""Every public call of DataLoader in a macro."""

from __future__ import annotations

from pathlib import Path

MACRO = Path(__file__).parent / "dataLoaderCalls.C"

# events of training+test of each class, and the sum of the training weights
EXPECTED = """
AddTree 50+50 15+15 80
AddTree_text 100+10 100
SetTree 50+50 150
AddSignalTree 50+50 30+30 110
AddSignalTree_type 100+60 100
AddSignalTree_text 100+60 100
AddSignalTree_ascii 2+2 2+2 4
SetSignalTree 50+50 30+30 130
AddRegressionTree 80+80 80
SetInputTrees 50+50 30+30 80
SetInputTrees_weights 50+50 30+30 220
SetInputTrees_files 2+2 2+2 6
SetInputTrees_cuts 25+25 20+20 45
Events 2+2 1+2 6
Variables 50+50 50
Weights 50+50 30+30 160
Weights_class 50+50 30+30 130
Weights_each 50+50 30+30 220
SetCut 5+5 10+10 15
AddCut 10+10 5+5 15
Prepare_TCut 10+90 20+40 30
Prepare_two 50+50 10+10 60
Prepare_two_text 50+50 30+30 80
Prepare_numbers 20+30 20+30 40
Prepare_train 20+80 20+40 40
Prepare_four 10+30 20+40 20
Prepare_four_options 10+30 20+40 20
AddDataFrame 25+25 5+5 35
AddDataFrame_type 50+10 50
loaders dataset copy vt_transformed_dataset 1 160 2
"""


def test_every_call_of_the_data_loader(run_macro, tmp_path):
    result = run_macro(MACRO, cwd=tmp_path, timeout=120)
    lines = [line.strip() for line in result.stdout.splitlines()]
    expected = EXPECTED.strip().splitlines()
    assert [line for line in lines if line.split(" ")[0] in {e.split()[0] for e in expected}] == expected
