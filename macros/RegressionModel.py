"""Model of Regression.C: one output a target. Training and prediction are TorchMVA's defaults."""

from pathlib import Path

import torch
from torch import nn

if not Path("RegressionModel.pt").exists():
    torch.manual_seed(1)
    network = nn.Sequential(nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 1))
    torch.jit.script(network).save("RegressionModel.pt")

load_model_custom_objects = {"criterion": nn.MSELoss(), "optimizer": torch.optim.Adam}
