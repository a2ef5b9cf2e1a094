"""One epoch: of the user's train_func, fed by TorchMVA and by torch's DataLoader, and of the default loop."""

import json
import sys
import time
from pathlib import Path

import common
import numpy as np
import ROOT
import torch

import torchmva  # noqa: F401

N_VARIABLES = 10
N_VALIDATION = 1000
BATCH = 100
SECONDS = {"torchmva": float("inf"), "other": float("inf")}


def epoch(model, loader, trainer, criterion):
    """One pass over the events, as every train_func has it; seconds."""
    start = time.perf_counter()
    model.train()
    for X, y in loader:
        trainer.zero_grad()
        criterion(model(X), y).backward()
        trainer.step()
    return time.perf_counter() - start


def train(model, train_loader, _val_loader, num_epochs, batch_size, optimizer, criterion, save_best, **_):
    """Epochs with both loaders in turn, on the same model and the same tensors."""
    trainer = optimizer(model.parameters(), lr=0.01)
    dataset = torch.utils.data.TensorDataset(*train_loader.dataset.tensors)
    other = torch.utils.data.DataLoader(dataset, batch_size=batch_size, shuffle=False)
    for _ in range(num_epochs):
        SECONDS["torchmva"] = min(SECONDS["torchmva"], epoch(model, train_loader, trainer, criterion))
        SECONDS["other"] = min(SECONDS["other"], epoch(model, other, trainer, criterion))
    if save_best:
        save_best(model, 1.0, 1.0)
    return model


load_model_custom_objects = {"train_func": train, "criterion": torch.nn.MSELoss(), "optimizer": torch.optim.SGD}


class ByHand:
    """A careful user's plain PyTorch: tensor slices; network, optimiser and loss are those of the default loop."""

    def __init__(self, n_training):
        generator = np.random.default_rng(common.SEED)
        classes = generator.integers(0, 2, n_training + N_VALIDATION)
        rows = generator.normal(classes[:, None] - 0.5, 1, size=(len(classes), N_VARIABLES)).astype(np.float32)
        self.X, self.val_X = torch.from_numpy(rows).split([n_training, N_VALIDATION])
        y = torch.nn.functional.one_hot(torch.from_numpy(classes), 2).float()
        self.y, self.val_y = y.split([n_training, N_VALIDATION])
        self.w, self.val_w = torch.ones(len(classes)).split([n_training, N_VALIDATION])
        self.model = torch.nn.Sequential(
            Standardisation(self.X),
            *(torch.nn.Linear(N_VARIABLES, 100), torch.nn.ReLU()),
            *(torch.nn.Linear(100, 100), torch.nn.ReLU()),
            torch.nn.Linear(100, 2),
        )
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=0.005, weight_decay=0.2, fused=True)
        dataset = torch.utils.data.TensorDataset(self.X, self.y, self.w)
        self.loader = torch.utils.data.DataLoader(dataset, batch_size=BATCH, shuffle=True)
        self.plain_optimizer = torch.optim.AdamW(self.model.parameters(), lr=0.005, weight_decay=0.2)

    def slices(self):
        """Batches in a new order."""
        for rows in torch.randperm(len(self.X)).split(BATCH):
            yield self.X[rows], self.y[rows], self.w[rows]

    def original_epoch(self):
        """As a train_func of the original interface does it: its loader, pairs, an optimiser made from its name."""
        start = time.perf_counter()
        self.model.train()
        total = 0.0
        for X, y, _ in self.loader:
            self.plain_optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(self.model(X), y)
            loss.backward()
            self.plain_optimizer.step()
            total += loss.item()
        self.model.eval()
        with torch.no_grad():
            torch.nn.functional.cross_entropy(self.model(self.val_X), self.val_y).item()
        return time.perf_counter() - start

    def epoch(self, batches):
        """Training and validation; seconds."""
        start = time.perf_counter()
        self.model.train()
        total = 0.0
        for X, y, w in batches:
            self.optimizer.zero_grad()
            loss = (torch.nn.functional.cross_entropy(self.model(X), y, reduction="none") * w).mean()
            loss.backward()
            self.optimizer.step()
            total += loss.item()
        self.model.eval()
        with torch.no_grad():
            losses = torch.nn.functional.cross_entropy(self.model(self.val_X), self.val_y, reduction="none")
            float((losses * self.val_w).mean())
        return time.perf_counter() - start


class Standardisation(torch.nn.Module):
    """(x - mean) / width."""

    def __init__(self, X):
        super().__init__()
        self.register_buffer("mean", X.mean(0))
        self.register_buffer("width", X.std(0))

    def forward(self, x):
        """Rows to rows."""
        return (x - self.mean) / self.width


def default_epochs(half, n_epochs):
    """Seconds of the fastest epoch of the default loop, from the history beside the weights."""
    common.train(
        ROOT,
        "events.root",
        N_VARIABLES,
        job="default",
        split=f":nTrain_Signal={half}:nTrain_Background={half}",
        FilenameModel="",
        NumEpochs=n_epochs,
        ValidationSize=N_VALIDATION,
        BatchSize=BATCH,
    )
    history = next(Path("dataset/weights").glob("default_*history.json"))
    return min(row["seconds"] for row in json.loads(history.read_text())["epochs"])


def row(n_training, what, against, seconds, aim):
    """One line of the table."""
    ratio = seconds["torchmva"] / seconds["other"]
    return {
        "what": f"{what}, {n_training:,} x {N_VARIABLES}, batch {BATCH}",
        "against": against,
        "unit": "s",
        **seconds,
        "ratio": ratio,
        "aim": f"<= {aim} x its time",
        "reached": ratio <= aim,
    }


def main() -> None:
    """100,000 training events of 10 variables in batches of 100."""
    options = common.arguments()
    n_training = 20_000 if options.quick else 100_000
    torch.set_num_threads(1)
    ROOT.gROOT.SetBatch(True)
    half = (n_training + N_VALIDATION) // 2
    common.write_trees(ROOT, "events.root", 2 * half + 200, N_VARIABLES)
    common.train(
        ROOT,
        "events.root",
        N_VARIABLES,
        split=f":nTrain_Signal={half}:nTrain_Background={half}",
        NumEpochs=3 if options.quick else 7,
        ValidationSize=N_VALIDATION,
        BatchSize=BATCH,
    )
    sys.modules["__main__"].__dict__.pop("load_model_custom_objects")
    hand = ByHand(n_training)
    seconds = common.interleaved(
        2 if options.quick else 7,
        torchmva=lambda: default_epochs(half, 2),
        hand=lambda: min(hand.epoch(hand.slices()) for _ in range(2)),
        loader=lambda: hand.epoch(hand.loader),
        original=hand.original_epoch,
    )
    ours = seconds["torchmva"]
    common.report(
        epoch=row(n_training, "one epoch of train_func", "torch DataLoader over TensorDataset", SECONDS, 0.5),
        default_epoch=row(
            n_training,
            "one epoch of the default loop",
            "a loop over tensor slices by hand",
            {"torchmva": ours, "other": seconds["hand"]},
            1.05,
        ),
        default_epoch_loader=row(
            n_training,
            "one epoch of the default loop",
            "torch DataLoader over TensorDataset, the same optimiser",
            {"torchmva": ours, "other": seconds["loader"]},
            0.5,
        ),
        default_epoch_original=row(
            n_training,
            "one epoch of the default loop",
            "the call pattern of the original interface",
            {"torchmva": ours, "other": seconds["original"]},
            0.5,
        ),
    )


main()
