"""What the walk through a graph finds where the model has a tensor that depends on the event."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .description import NotExpressible, Shape


class _EventCount:
    """The size of the dimension of events: a number that is not known."""

    def __repr__(self) -> str:
        return "the number of events"


#: Stands for the number of events in shapes.
EVENTS = _EventCount()
Extent = int | _EventCount


class _Storage:
    """Memory that a tensor and its views share; counts the changes in place."""

    def __init__(self) -> None:
        self.changes = 0


class Value:
    """A tensor with one dimension of events and a static shape otherwise.

    Args:
        number: of the value in the description.
        shape: for one event.
        batch: which dimension of the tensor is that of the events.
        base: the value that this is a view of.
    """

    def __init__(self, number: int, shape: Sequence[int], batch: int = 0, base: Value | None = None) -> None:
        self.number = number
        self.shape: Shape = tuple(int(extent) for extent in shape)
        self.batch = batch
        self._storage: _Storage = _Storage() if base is None else base._storage
        self._seen = self._storage.changes

    @property
    def rank(self) -> int:
        """Dimensions of the tensor, that of the events included."""
        return len(self.shape) + 1

    @property
    def size(self) -> int:
        """Elements of one event."""
        return math.prod(self.shape)

    def extents(self) -> list[Extent]:
        """Extents of the tensor, with ``EVENTS`` among them."""
        return [*self.shape[: self.batch], EVENTS, *self.shape[self.batch :]]

    def position(self, dim: int, extra: int = 0) -> int:
        """A dimension of the tensor counted from 0.

        Args:
            dim: negative ones count from the end.
            extra: dimensions that the result will have more.
        """
        rank = self.rank + extra
        if not -rank <= dim < rank:
            raise NotExpressible(f"dimension {dim} of a tensor of {rank} dimensions")
        return dim % rank

    def event_dim(self, dim: int) -> int:
        """A dimension of the tensor as one of the shape for one event.

        Raises:
            NotExpressible: for the dimension of events: the operation would mix them.
        """
        at = self.position(dim)
        if at == self.batch:
            raise NotExpressible("it acts along the dimension of the events")
        return at - (at > self.batch)

    def check_unchanged(self) -> None:
        """Raise NotExpressible if a view of the same memory was changed in place after this was made."""
        if self._seen != self._storage.changes:
            raise NotExpressible("a tensor is used again after a view of it was changed in place")

    def change(self, result: Value) -> None:
        """Take the content of ``result``: an operation in place."""
        if result.shape != self.shape or result.batch != self.batch:
            raise NotExpressible("an operation in place that changes the shape")
        self.number = result.number
        self._storage.changes += 1
        self._seen = self._storage.changes

    def view_of(self, base: Value) -> None:
        """Share the memory of ``base`` from now on."""
        self._storage = base._storage
        self._seen = base._seen
