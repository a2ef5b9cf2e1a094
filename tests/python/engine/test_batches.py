"""BatchLoader is torch's DataLoader over a TensorDataset, only faster."""

from __future__ import annotations

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from torchmva._engine.batches import BatchLoader


@pytest.fixture
def tensors() -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(25, 3), torch.randn(25, 2)


@pytest.mark.parametrize("batch_size", [1, 5, 10, 25, 100])
def test_same_batches_as_torch(tensors, batch_size):
    ours = BatchLoader(tensors, batch_size)
    theirs = DataLoader(TensorDataset(*tensors), batch_size=batch_size)
    assert isinstance(ours, DataLoader)
    assert len(ours) == len(theirs)
    assert ours.batch_size == theirs.batch_size
    assert len(ours.dataset) == len(theirs.dataset)
    for mine, other in zip(ours, theirs, strict=True):
        assert type(mine) is type(other)
        assert all(torch.equal(a, b) for a, b in zip(mine, other, strict=True))


def test_dataset_is_the_memory_itself_and_batches_are_not(tensors):
    loader = BatchLoader(tensors, 10)
    assert loader.dataset.tensors[0].data_ptr() == tensors[0].data_ptr()
    before = tensors[0].clone()
    for x, _y in loader:
        x.zero_()
    assert torch.equal(tensors[0], before)


def test_nested_iteration(tensors):
    loader = BatchLoader(tensors, 10)
    pairs = [(a[0][0, 0].item(), b[0][0, 0].item()) for a in loader for b in loader]
    firsts = [x[0, 0].item() for x, _ in loader]
    assert pairs == [(a, b) for a in firsts for b in firsts]


def test_rows_choose_events(tensors):
    rows = torch.tensor([3, 1, 24])
    loader = BatchLoader(tensors, 2, rows=rows)
    assert len(loader.dataset) == 3
    assert torch.equal(torch.cat([x for x, _ in loader]), tensors[0][rows])
    assert torch.equal(loader.dataset[2][0], tensors[0][24])


@pytest.mark.parametrize("rows", [None, torch.arange(4, 20)])
def test_shuffle_keeps_rows_together_and_changes_every_epoch(tensors, rows):
    x = tensors[0]
    used = x if rows is None else x[rows]
    loader = BatchLoader((x, x * 2), 7, rows=rows, shuffle=True, seed=5)
    epochs = [torch.cat([torch.cat(batch, 1) for batch in loader]) for _ in range(2)]
    assert not torch.equal(epochs[0], epochs[1])
    for epoch in epochs:
        assert torch.equal(epoch[:, 3:], epoch[:, :3] * 2)
        assert torch.equal(epoch[:, 0].sort().values, used[:, 0].sort().values)
    again = BatchLoader((x, x * 2), 7, rows=rows, shuffle=True, seed=5)
    assert torch.equal(torch.cat([torch.cat(batch, 1) for batch in again]), epochs[0])


def test_tensors_of_chosen_rows_are_those_of_the_batches(tensors):
    rows = torch.tensor([3, 1, 24])
    loader = BatchLoader(tensors, 2, rows=rows)
    assert isinstance(loader.dataset, TensorDataset)
    assert torch.equal(loader.dataset.tensors[1], tensors[1][rows])


def test_workers_are_ignored_with_a_word(tensors):
    loader = BatchLoader(tensors, 10)
    with pytest.warns(UserWarning, match="num_workers=2 is ignored"):
        loader.num_workers = 2
    assert loader.num_workers == 0
    assert len(list(loader)) == 3
