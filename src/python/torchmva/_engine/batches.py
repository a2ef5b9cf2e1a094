"""Batches from contiguous tensors, without the cost of collating single events."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import torch
from torch.utils.data import DataLoader, TensorDataset

Types = tuple[torch.dtype, ...]


def _as_types(tensors: Iterable[torch.Tensor], types: Types) -> list[torch.Tensor]:
    return [tensor.to(dtype) for tensor, dtype in zip(tensors, types, strict=True)]


class RowsDataset(TensorDataset):  # type: ignore[misc]
    """Some rows of tensors, as a ``TensorDataset`` whose ``tensors`` are copied when they are asked for.

    Args:
        tensors: of all events.
        rows: int64 row numbers; None: all of them.
        types: of the copies.
    """

    def __init__(self, tensors: tuple[torch.Tensor, ...], rows: torch.Tensor | None, types: Types) -> None:
        self._whole = tensors
        self._rows = rows
        self._types = types

    @cached_property
    def tensors(self) -> tuple[torch.Tensor, ...]:
        """Copies of these rows."""
        rows = self._rows
        return tuple(
            _as_types([tensor if rows is None else tensor.index_select(0, rows) for tensor in self._whole], self._types)
        )

    def __getitem__(self, index: Any) -> tuple[torch.Tensor, ...]:
        """One event, or those of a slice."""
        rows = index if self._rows is None else self._rows[index]
        return tuple(_as_types([tensor[rows] for tensor in self._whole], self._types))

    def __len__(self) -> int:
        """Number of events."""
        return len(self._whole[0] if self._rows is None else self._rows)


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
        types: of the batches and of the tensors of ``dataset``, one a tensor; None: as the tensors are.
    """

    def __init__(
        self,
        tensors: tuple[torch.Tensor, ...],
        batch_size: int,
        *,
        rows: torch.Tensor | None = None,
        shuffle: bool = False,
        seed: int | None = None,
        types: Types | None = None,
    ) -> None:
        own = tuple(tensor.dtype for tensor in tensors)
        self._types = own if types is None else types
        is_whole = rows is None and self._types == own
        dataset = TensorDataset(*tensors) if is_whole else RowsDataset(tensors, rows, self._types)
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
            order = torch.randperm(self._n, generator=self.generator, dtype=kind, device="cpu")
            rows = order if rows is None else rows[order]
        size = int(self.batch_size)
        if rows is None:
            for first in range(0, self._n, size):
                parts = (tensor[first : first + size] for tensor in self._tensors)
                yield [part.to(dtype, copy=True) for part, dtype in zip(parts, self._types, strict=True)]
        else:
            for first in range(0, self._n, size):
                batch = rows[first : first + size]
                yield _as_types((tensor.index_select(0, batch) for tensor in self._tensors), self._types)
