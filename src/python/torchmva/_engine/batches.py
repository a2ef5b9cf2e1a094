"""Batches from contiguous tensors, without the cost of collating single events."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import torch
from torch.utils.data import DataLoader, TensorDataset


class RowsDataset(TensorDataset):  # type: ignore[misc]
    """Some rows of tensors, as a ``TensorDataset`` whose ``tensors`` are copied when they are asked for."""

    def __init__(self, tensors: tuple[torch.Tensor, ...], rows: torch.Tensor) -> None:
        self._whole = tensors
        self._rows = rows

    @cached_property
    def tensors(self) -> tuple[torch.Tensor, ...]:
        """Copies of these rows."""
        return tuple(tensor.index_select(0, self._rows) for tensor in self._whole)

    def __getitem__(self, index: Any) -> tuple[torch.Tensor, ...]:
        """One event, or those of a slice."""
        rows = self._rows[index]
        return tuple(tensor[rows] for tensor in self._whole)

    def __len__(self) -> int:
        """Number of events."""
        return len(self._rows)


class BatchLoader(DataLoader):  # type: ignore[misc]
    """A drop-in for ``DataLoader(TensorDataset(...), batch_size=...)`` that slices instead of collating.

    Every batch is a fresh, small copy, as with torch's own loader: user code may change it in place without damage
    to the data set. ``loader.dataset.tensors`` are the events themselves, shared with C++: read them, do not write.

    Args:
        tensors: contiguous, with the same number of rows: inputs [n, nVars], targets [n, k], any more.
        batch_size: rows a batch; the last one may be shorter.
        rows: int64 row numbers if only a part of the tensors is used (``dataset`` is then a :class:`RowsDataset`).
        shuffle: a new order in every epoch.
        seed: of the order; None takes torch's global generator, so that ``torch.manual_seed`` decides.
    """

    def __init__(
        self,
        tensors: tuple[torch.Tensor, ...],
        batch_size: int,
        *,
        rows: torch.Tensor | None = None,
        shuffle: bool = False,
        seed: int | None = None,
    ) -> None:
        dataset = TensorDataset(*tensors) if rows is None else RowsDataset(tensors, rows)
        generator = None
        if seed is not None:
            generator = torch.Generator()
            generator.manual_seed(seed)
        super().__init__(dataset, batch_size=batch_size, shuffle=shuffle, generator=generator)
        self._tensors = tensors
        self._rows = rows
        self._shuffle = shuffle
        self._seed = seed
        self._n = int(len(tensors[0]) if rows is None else len(rows))

    @property
    def num_workers(self) -> int:
        """None: slices are made faster than they could be sent between processes."""
        return 0

    @num_workers.setter
    def num_workers(self, number: int) -> None:
        if number:
            warnings.warn(
                f"num_workers={number} is ignored: batches are slices of memory and need no workers", stacklevel=2
            )

    def parts(self) -> tuple[torch.Tensor, ...]:
        """The whole tensors, of which ``rows`` are used."""
        return self._tensors

    def rows(self) -> torch.Tensor | None:
        """Row numbers in use, None for all."""
        return self._rows

    def set_epoch(self, epoch: int) -> None:
        """Make the next order that of ``epoch``, whatever came before; without a seed nothing happens."""
        if self._seed is not None:
            self.generator.manual_seed(self._seed + epoch)

    def __len__(self) -> int:
        """Number of batches."""
        return -(-self._n // int(self.batch_size))

    def __iter__(self) -> Iterator[list[torch.Tensor]]:
        """Batches as lists ``[X, Y, ...]``; any number of iterations may run at once."""
        rows = self._rows
        if self._shuffle:
            kind = torch.int32 if self._n < 2**31 else torch.int64  # half the memory of an index list
            order = torch.randperm(self._n, generator=self.generator, dtype=kind)
            rows = order if rows is None else rows[order]
        size = int(self.batch_size)
        if rows is None:
            for first in range(0, self._n, size):
                yield [tensor[first : first + size].clone() for tensor in self._tensors]
        else:
            for first in range(0, self._n, size):
                batch = rows[first : first + size]
                yield [tensor.index_select(0, batch) for tensor in self._tensors]
