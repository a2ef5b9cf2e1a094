"""Model of testPyTorchClassification.C: run as a program, it writes the model; run as user code, it does so again."""

import torch
from torch import nn

torch.manual_seed(1)
model = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 2), nn.Softmax(dim=1))
torch.jit.script(model).save("PyTorchModelClassification.pt")


def fit(model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler):
    trainer = optimizer(model.parameters(), lr=0.01)
    schedule, steps = scheduler
    best_val = None
    for epoch in range(num_epochs):
        model.train()
        for X, y in train_loader:
            trainer.zero_grad()
            criterion(model(X), y).backward()
            trainer.step()
        if schedule:
            schedule(optimizer, epoch, steps)
        model.eval()
        with torch.no_grad():
            curr_val = sum(criterion(model(X), y).item() for X, y in val_loader) / len(val_loader)
        if save_best:
            best_val = save_best(model, curr_val, curr_val if best_val is None else best_val)
    return model


def predict(model, test_X, batch_size=32):
    model.eval()
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.Tensor(test_X)), batch_size=batch_size)
    with torch.no_grad():
        return torch.cat([model(batch[0]) for batch in loader]).numpy()


load_model_custom_objects = {
    "optimizer": torch.optim.SGD,
    "criterion": nn.MSELoss(),
    "train_func": fit,
    "predict_func": predict,
}
