"""Model of Multiclass.C: one output a class. Training and prediction are TorchMVA's defaults."""

from pathlib import Path

import torch
from torch import nn

if not Path("MulticlassModel.pt").exists():
    torch.manual_seed(1)
    network = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 4), nn.Softmax(dim=1))
    torch.jit.script(network).save("MulticlassModel.pt")

load_model_custom_objects = {"criterion": nn.BCELoss(), "optimizer": torch.optim.Adam}
