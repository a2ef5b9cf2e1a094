"""What a script has set in torch and NumPy is put aside while TorchMVA works, and is there again for the script.

A training or an application gives the same numbers whatever the script has set. The functions of the user run with the
settings of the script, but with gradients where they train or make a model; what they set themselves stays.

Some settings belong to a thread, others to the process. Regions of several threads overlap, so those of the process are
put back when the last region ends.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.overrides import _pop_mode as _pop_function_mode
from torch.overrides import _push_mode as _push_function_mode
from torch.utils._python_dispatch import _pop_mode as _pop_dispatch_mode
from torch.utils._python_dispatch import _push_mode as _push_dispatch_mode

_AUTOCAST_DEVICES = ("cpu", "cuda")


@dataclass(frozen=True)
class _Setting:
    """A setting of the process.

    Args:
        read: gives it.
        write: sets it.
        ours: what TorchMVA needs, of what the script has set.
        is_option: an option of the method may set it too, also for the functions of the user.
    """

    read: Callable[[], Any]
    write: Callable[[Any], Any]
    ours: Callable[[Any], Any]
    is_option: bool = False


def _set_anomaly(modes: tuple[bool, bool]) -> None:
    torch.set_anomaly_enabled(*modes)


def _precision_of(operations: Any) -> _Setting:
    """The precision of products of float32 on the CPU (``torch.set_float32_matmul_precision`` sets it, too)."""

    def write(value: str) -> None:
        operations.fp32_precision = value

    return _Setting(
        lambda: operations.fp32_precision, write, lambda value: value if value in ("none", "ieee") else "ieee"
    )


_SETTINGS = (
    _Setting(torch.get_default_dtype, torch.set_default_dtype, lambda _: torch.float32),
    # an operator without a deterministic form costs nobody a training: 2 is an error, 1 is a warning
    _Setting(
        torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode, lambda mode: 1 if mode == 2 else mode
    ),
    _Setting(
        lambda: (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()),
        _set_anomaly,
        lambda _: (False, True),
    ),
    *(_precision_of(operations) for operations in (torch.backends.mkldnn.matmul, torch.backends.mkldnn.conv)),
    # the fast path of nn.TransformerEncoder gives other outputs than the network has in its training, and raises for a
    # block of events without any object
    _Setting(torch.backends.mha.get_fastpath_enabled, torch.backends.mha.set_fastpath_enabled, lambda _: False),
    _Setting(torch.get_num_threads, torch.set_num_threads, lambda number: number, is_option=True),
)


def _write(setting: _Setting, value: Any) -> None:
    if setting.read() != value:
        setting.write(value)


class _Process:
    """The settings of the process: the script's, while a region of any thread is open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._n_open = 0
        self._of_script: list[Any] = []

    def open(self) -> None:
        """Set what TorchMVA needs."""
        with self._lock:
            if self._n_open == 0:
                self._of_script = [setting.read() for setting in _SETTINGS]
            self._n_open += 1
            self._write_ours()

    def close(self) -> None:
        """Put the script's settings back if this was the last region."""
        with self._lock:
            self._n_open -= 1
            if self._n_open == 0:
                for setting, value in zip(_SETTINGS, self._of_script, strict=True):
                    _write(setting, value)

    def _write_ours(self) -> None:
        for setting, value in zip(_SETTINGS, self._of_script, strict=True):
            if not setting.is_option:
                _write(setting, setting.ours(value))

    def suspend(self, n: int) -> list[Any]:
        """Set what the script has set, within ``n`` regions of a thread; gives what is set then."""
        with self._lock:
            self._n_open -= n
            for setting, value in zip(_SETTINGS, self._of_script, strict=True):
                if not setting.is_option:
                    _write(setting, value)
            return [setting.read() for setting in _SETTINGS]

    def resume(self, n: int, before: list[Any]) -> None:
        """The inverse of :meth:`suspend`; what was set since ``before`` is the script's from now on."""
        with self._lock:
            if self._n_open == 0:
                for i, (setting, old) in enumerate(zip(_SETTINGS, before, strict=True)):
                    if (now := setting.read()) != old:
                        self._of_script[i] = now
            self._n_open += n
            self._write_ours()


_process = _Process()


@dataclass
class _Modes:
    """What changes every operator of a thread: default devices, fake tensors, counters."""

    functions: list[Any]
    dispatchers: list[Any]

    @classmethod
    def take(cls) -> _Modes:
        """Take all of them off."""
        dispatchers = [_pop_dispatch_mode() for _ in range(torch._C._len_torch_dispatch_stack())]
        return cls([_pop_function_mode() for _ in range(torch._C._len_torch_function_stack())], dispatchers)

    def put_back(self) -> None:
        """Put them back in their order."""
        for mode in reversed(self.functions):
            _push_function_mode(mode)
        for mode in reversed(self.dispatchers):
            _push_dispatch_mode(mode)


def _autocast() -> list[bool]:
    return [torch.is_autocast_enabled(device) for device in _AUTOCAST_DEVICES]


def _set_autocast(enabled: list[bool]) -> None:
    for device, is_enabled in zip(_AUTOCAST_DEVICES, enabled, strict=True):
        if torch.is_autocast_enabled(device) != is_enabled:
            torch.set_autocast_enabled(device, is_enabled)


@dataclass
class _Region:
    """What the thread had set where a region of TorchMVA began."""

    modes: _Modes
    autocast: list[bool]
    numpy: Any
    gradients: bool
    inference: bool


class _Regions(threading.local):
    """The open regions of a thread, the innermost last."""

    def __init__(self) -> None:
        self.open: list[_Region] = []


_regions = _Regions()


@contextmanager
def ours() -> Iterator[None]:
    """Within, torch and NumPy are as TorchMVA needs them; afterwards as the script has set them."""
    region = _Region(
        _Modes.take(),
        _autocast(),
        np.geterr(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
    )
    _set_autocast([False] * len(_AUTOCAST_DEVICES))
    _process.open()
    _regions.open.append(region)
    try:
        with torch.inference_mode(mode=False), torch.enable_grad(), np.errstate(all="ignore"):
            yield
    finally:
        _regions.open.pop()
        _process.close()
        _set_autocast(region.autocast)
        region.modes.put_back()


@contextmanager
def of_script(*, trains: bool) -> Iterator[None]:
    """Within a region of TorchMVA: for a function of the user, the settings of the script.

    The current folder is afterwards as it was: relative paths of the method belong to it.

    Args:
        trains: with gradients, whatever the script has set.
    """
    folder = _current_folder()
    open_regions, _regions.open = _regions.open, []
    if not open_regions:  # nothing differs
        with _gradients(trains or torch.is_grad_enabled(), torch.is_inference_mode_enabled() and not trains):
            yield
        return
    region = open_regions[0]  # the others began within it
    before = _process.suspend(len(open_regions))
    region.modes.put_back()
    _set_autocast(region.autocast)
    try:
        with (
            np.errstate(**region.numpy),
            _gradients(trains or region.gradients, region.inference and not trains),
        ):
            yield
    finally:
        region.autocast = _autocast()
        _set_autocast([False] * len(_AUTOCAST_DEVICES))
        region.modes = _Modes.take()
        _process.resume(len(open_regions), before)
        _regions.open = open_regions
        if folder and _current_folder() != folder:
            with suppress(OSError):
                os.chdir(folder)


@contextmanager
def _gradients(enabled: bool, inference: bool) -> Iterator[None]:
    with torch.inference_mode(mode=inference), torch.set_grad_enabled(enabled and not inference):
        yield


def _current_folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - a Path costs more
    except OSError:  # it was removed
        return ""


Check = tuple[Callable[[], Any], Any]
#: What a script may have set that would change the outputs of a model, each with its usual value. The bridge asks
#: before each single row, so each is one function of torch's C++.
_CHECKS: tuple[Check, ...] = (
    (torch._C._len_torch_function_stack, 0),
    (torch._C._len_torch_dispatch_stack, 0),
    (torch._C._is_any_autocast_enabled, False),
    (torch.get_default_dtype, torch.float32),
)


def checks_for(model: Any) -> tuple[Check, ...]:
    """What must be as usual for a model to give its outputs without :func:`ours`."""
    has_fast_path = not isinstance(model, torch.jit.ScriptModule) and any(
        isinstance(layer, (torch.nn.MultiheadAttention, torch.nn.TransformerEncoderLayer)) for layer in model.modules()
    )
    fast_path: tuple[Check, ...] = ((torch.backends.mha.get_fastpath_enabled, False),) if has_fast_path else ()
    return _CHECKS + fast_path


@contextmanager
def for_outputs(checks: tuple[Check, ...]) -> Iterator[None]:
    """As :func:`ours` if one of the ``checks`` of :func:`checks_for` fails; else nothing, which costs a microsecond."""
    if all(function() == value for function, value in checks):
        yield
    else:
        with ours():
            yield


@contextmanager
def random_numbers(seed: int) -> Iterator[None]:
    """With a seed, torch's generator is afterwards as it was; without one it goes on, as for any other function."""
    if not seed:
        yield
        return
    with torch.random.fork_rng(devices=[]):
        yield


@contextmanager
def uncompiled() -> Iterator[None]:
    """Within, what torch.compile has made runs as it was before: compiling it takes minutes, and is for many rows."""
    if "torch._dynamo" not in sys.modules:  # nothing was compiled
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield


@contextmanager
def default_type(dtype: torch.dtype) -> Iterator[None]:
    """Within, numbers that a model makes are of this type."""
    before = torch.get_default_dtype()
    if before == dtype:
        yield
        return
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)
