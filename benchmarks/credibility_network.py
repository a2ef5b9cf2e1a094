"""The networks of credibility.py and their training, as a physicist writes them for MethodPyTorch."""

from __future__ import annotations

import torch
from torch import nn


def classifier(n_inputs: int, n_classes: int) -> nn.Module:
    """Two hidden layers of 64; one probability a class."""
    return nn.Sequential(
        nn.Linear(n_inputs, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, n_classes), nn.Softmax(dim=1)
    )


def regressor(n_inputs: int) -> nn.Module:
    """Two hidden layers of 64, smooth, for one target."""
    return nn.Sequential(nn.Linear(n_inputs, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))


def cross_entropy(probabilities: torch.Tensor, one_hot: torch.Tensor) -> torch.Tensor:
    """Of each event."""
    return -(one_hot * probabilities.clamp_min(1e-7).log()).sum(dim=1)


def squared_error(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Of each event."""
    return (output - target).square().sum(dim=1)


def train(model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler, weights):
    """Weighted mean of the criterion, a learning rate that falls to zero; keeps the epoch with the best validation."""
    X, y = train_loader.dataset.tensors
    val_X, val_y = val_loader.dataset.tensors
    w, val_w = weights
    trainer = optimizer(model.parameters(), lr=0.005)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(trainer, num_epochs)
    best = None
    for _ in range(num_epochs):
        model.train()
        for batch in torch.randperm(len(X)).split(batch_size):
            trainer.zero_grad()
            ((criterion(model(X[batch]), y[batch]) * w[batch]).sum() / w[batch].sum()).backward()
            trainer.step()
        rate.step()
        model.eval()
        with torch.no_grad():
            loss = float((criterion(model(val_X), val_y) * val_w).sum() / val_w.sum())
        best = save_best(model, loss, loss if best is None else best)
    return model


def train_without_weights(*arguments, weights, **options):
    """The same with every event counting alike."""
    return train(*arguments, **options, weights=[torch.ones_like(w) for w in weights])


def tutorial_classifier() -> nn.Module:
    """The network of ROOT's ClassificationPyTorch.py."""
    return nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 2), nn.Softmax(dim=1))


def tutorial_train(model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler):
    """The training of ROOT's ClassificationPyTorch.py, without its printing."""
    trainer = optimizer(model.parameters(), lr=0.01)
    best = None
    for _ in range(num_epochs):
        model.train()
        for X, y in train_loader:
            trainer.zero_grad()
            criterion(model(X), y).backward()
            trainer.step()
        model.eval()
        with torch.no_grad():
            loss = sum(criterion(model(X), y).item() for X, y in val_loader) / len(val_loader)
        best = save_best(model, loss, loss if best is None else best)
    return model
