"""Programs of torch.export: made of a module, written with trained parameters, read as a model for any rows."""

from __future__ import annotations

import contextlib
import copy
import gc
import io
import itertools
import linecache
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import ShapeEnv

from . import settings

#: After so many programs their remains are collected. They are few objects with much memory, so that Python's own
#: collection, which counts objects, comes late: a scan of many trainings would grow by 0.1 MB with each.
COLLECTED_AFTER = 32

_programs = itertools.count(1)


@contextlib.contextmanager
def without_leftovers() -> Iterator[None]:
    """Frees what torch keeps for ever of every program that it makes or reads: its sources and its shapes."""
    sources = [linecache.cache, getattr(getattr(fx.graph_module, "_loader", None), "eval_cache", {})]
    before = [set(source) for source in sources]
    try:
        yield
    finally:
        for source, names in zip(sources, before, strict=True):
            for name in set(source) - names:
                if name.startswith("<eval_with_key>"):
                    source.pop(name, None)
        for owner in (FakeTensorMode, *vars(ShapeEnv).values()):
            if callable(clear := getattr(owner, "cache_clear", None)):
                clear()
        if next(_programs) % COLLECTED_AFTER == 0:
            gc.collect()


@dataclass(frozen=True)
class Rows:
    """The numbers of rows that a program takes: ``lowest``, ``lowest + step``, ... up to ``largest``."""

    lowest: int = 1
    largest: int = sys.maxsize
    step: int = 1

    def fit(self, n: int) -> bool:
        """Whether ``n`` is one of them."""
        return self.lowest <= n <= self.largest and (n - self.lowest) % self.step == 0

    def enough(self, n: int) -> int:
        """The smallest of them that is not below ``n``."""
        return self.lowest + max(0, -(-(n - self.lowest) // self.step)) * self.step


def _rows_of(program: Any) -> Rows:
    """What the author of a program allowed: any number, a range, multiples of a number, or one number."""
    names = set(program.graph_signature.user_inputs)
    extents = [
        node.meta["val"].shape[0]
        for node in program.graph.nodes
        if node.op == "placeholder" and node.name in names and isinstance(node.meta.get("val"), torch.Tensor)
    ]
    if not extents:
        return Rows()
    if isinstance(extents[0], int):
        return Rows(extents[0], extents[0])
    expression = extents[0].node.expr
    allowed = program.range_constraints.get(expression)
    if allowed is None:
        return Rows()
    symbols = list(expression.free_symbols)
    step = int(expression.diff(symbols[0])) if len(symbols) == 1 else 1
    lowest = max(1, int(allowed.lower))
    largest = int(allowed.upper) if allowed.upper < sys.maxsize else sys.maxsize
    # torch writes 2 for everything: it takes for granted that one row is no other case than two
    return Rows(1 if lowest == 2 else lowest, largest - (largest - lowest) % step, step)


def _input_type(program: Any) -> torch.dtype:
    """The type that the rows of a program must have."""
    names = set(program.graph_signature.user_inputs)
    for node in program.graph.nodes:
        value = node.meta.get("val")
        if node.op == "placeholder" and node.name in names and isinstance(value, torch.Tensor):
            return value.dtype if value.is_floating_point() else torch.float32
    return torch.float32


class Exported(nn.Module):  # type: ignore[misc]
    """A program as a model that takes any number of rows and can be trained; its graph knows no other mode.

    Rows may have any floating-point type.

    Rows that the program does not take at once are cut into blocks; the last block is filled up with copies of its last
    row.

    Args:
        program: as torch.export makes it; it keeps the parameters that it had when it was read.
    """

    def __init__(self, program: Any) -> None:
        super().__init__()
        self.program = program
        self.graph_module = program.module()
        self.rows = _rows_of(program)
        self.dtype = _input_type(program)
        self._default = torch.float64 if self.dtype == torch.float64 else torch.float32
        self._takes_any_number = self.rows == Rows()
        #: ``graph_module`` takes float32 rows, any number of them.
        self.takes_any = self._takes_any_number and self.dtype == torch.float32

    def forward(self, x: torch.Tensor) -> Any:
        """Rows [n, nVars] to rows [n, nOutputs]."""
        # a program does not know the type of numbers that its model makes in the default type
        with settings.default_type(self._default):
            x = x.to(self.dtype)
            if self._takes_any_number or self.rows.fit(len(x)):
                return self.graph_module(x)
            return torch.cat([self._filled(part) for part in x.split(self.rows.largest)])

    def _filled(self, x: torch.Tensor) -> torch.Tensor:
        missing = self.rows.enough(len(x)) - len(x)
        output = self.graph_module(torch.cat([x, x[-1:].expand(missing, -1)]))
        if not isinstance(output, torch.Tensor) or output.dim() == 0 or len(output) != len(x) + missing:
            raise ValueError(f"expected a tensor of {len(x) + missing} rows for as many, found {_shape_text(output)}")
        return output[: len(x)]

    def train(self, mode: bool = True) -> Exported:  # noqa: ARG002 - the signature of nn.Module
        """Changes nothing."""
        return self

    def state_dict(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Parameters and buffers by the names that they have in the model that was exported."""
        return self.graph_module.state_dict(*args, **kwargs)  # type: ignore[no-any-return]

    def load_state_dict(self, state: Any, *args: Any, **kwargs: Any) -> Any:
        """Takes what :meth:`state_dict` gives."""
        return self.graph_module.load_state_dict(state, *args, **kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> Exported:
        made = Exported(copy.deepcopy(self.program, memo))
        made.load_state_dict(self.state_dict())
        return made


def _shape_text(output: Any) -> str:
    return str(list(output.shape)) if isinstance(output, torch.Tensor) else type(output).__name__


def make(model: Any, rows: torch.Tensor) -> Any:
    """The program of a module in the mode it is in, for any number of rows; torch raises many kinds of errors.

    It shares the parameters of the module.

    Args:
        model: the module.
        rows: an example of what it takes.
    """
    if len(rows) < 2:  # torch takes one row for a constant
        rows = rows[:1].expand(2, -1)
    number = torch.export.Dim("rows", min=1)
    # it prints its graph if it fails
    with without_leftovers(), contextlib.redirect_stderr(io.StringIO()):
        program = torch.export.export(model, (rows[:2].clone(),), dynamic_shapes=({0: number},))
    _forget_shapes(program)
    return program


def _forget_shapes(program: Any) -> None:
    """Lets the shapes of an export go with its program.

    A ShapeEnv keeps the tensors that the export began with, and these keep the ShapeEnv, in C++, where Python's garbage
    collector does not see it.
    """
    for node in program.graph.nodes:
        mode = getattr(node.meta.get("val"), "fake_mode", None)
        if (shapes := getattr(mode, "shape_env", None)) is not None:
            for kept in (shapes.tracked_fakes, shapes.fake_tensor_cache):
                if kept:
                    kept.clear()


def read(data: bytes) -> Exported:
    """The model in the content of a file."""
    with without_leftovers():
        return Exported(torch.export.load(io.BytesIO(data)))


def write(program: Any, model: Any, extra: dict[str, str]) -> bytes:
    """The content of a file: the program with the parameters and buffers that a model has now.

    Args:
        program: of this model, or of one like it.
        model: whose parameters, buffers and constants have the names and shapes of the program's.
        extra: more files by name.

    Raises:
        ValueError: if a tensor of the program is missing in the model or is another one.
    """
    owner = model.graph_module if isinstance(model, Exported) else model
    for known in (program.state_dict, program.constants):
        for name, old in known.items():
            if isinstance(old, torch.Tensor):
                known[name] = _as(old, _tensor_of(owner, name), name)
    buffer = io.BytesIO()
    torch.export.save(program, buffer, extra_files=extra)
    return buffer.getvalue()


def _tensor_of(model: Any, path: str) -> Any:
    """A tensor of a model by its name; None if there is none."""
    for name in path.split("."):
        model = getattr(model, name, None)
    return model


def _as(old: torch.Tensor, new: Any, name: str) -> torch.Tensor:
    if not isinstance(new, torch.Tensor) or new.shape != old.shape or new.dtype != old.dtype:
        raise ValueError(f"expected a tensor {name} of shape {list(old.shape)}, found {_shape_text(new)}")
    if isinstance(old, nn.Parameter):
        return nn.Parameter(new.detach(), requires_grad=old.requires_grad)
    return new.detach()
