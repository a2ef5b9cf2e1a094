"""Model and functions of Classification.C: the file that its option UserCode= names.

TorchMVA runs this file when the method is booked, and again when the weight file is applied. It then looks for the
dictionary `load_model_custom_objects`. Every key of it may be left out.
"""

from pathlib import Path

import torch
from torch import nn

if not Path("ClassificationModel.pt").exists():
    torch.manual_seed(1)
    network = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 2), nn.Softmax(dim=1))
    torch.jit.script(network).save("ClassificationModel.pt")


def mean_loss(model, loader, criterion):
    """Mean loss over the batches of a loader."""
    model.eval()
    with torch.no_grad():
        return sum(criterion(model(X), y).item() for X, y in loader) / len(loader)


def train(model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler):
    """One pass over the training events an epoch; keeps the model with the smallest validation loss."""
    trainer = optimizer(model.parameters(), lr=0.01)
    best_val = None
    for epoch in range(num_epochs):
        model.train()
        for X, y in train_loader:
            trainer.zero_grad()
            criterion(model(X), y).backward()
            trainer.step()
        val_loss = mean_loss(model, val_loader, criterion)
        print(f"epoch {epoch + 1:3d} of {num_epochs}: validation loss {val_loss:.4f}", flush=True)
        if save_best:
            best_val = save_best(model, val_loss, val_loss if best_val is None else best_val)
    return model


def predict(model, test_X, batch_size=4096):
    """One row of outputs an event."""
    model.eval()
    with torch.no_grad():
        return torch.cat([model(X) for X in torch.as_tensor(test_X).split(batch_size)])


load_model_custom_objects = {
    "train_func": train,
    "predict_func": predict,
    "criterion": nn.MSELoss(),
    "optimizer": torch.optim.Adam,
}
