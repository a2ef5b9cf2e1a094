"""Networks in files: TorchScript and torch.export archives, recognised by content, saved atomically."""

from __future__ import annotations

import base64
import binascii
import contextlib
import errno
import hashlib
import io
import os
import threading
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from . import archive, device
from .ensemble import spread_of
from .errors import EngineError, summary_of, traceback_of

TORCHSCRIPT = "TorchScript"
EXPORT = "torch.export"
#: A model whose compressed size is at most this many bytes is embedded in the weight file.
EMBED_LIMIT = 16 * 1024 * 1024
_EXPORT_MARK = "_torchmva_exported"
#: Name of the extra file with the spread of an ensemble, a model of the same format, in base64.
SPREAD = "spread"


@dataclass(frozen=True)
class Encoded:
    """A model as text for a weight file; ``text`` is empty if it is larger than the limit."""

    format: str
    sha256: str
    size: int
    text: str


def sha256_of(data: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def format_of(data: bytes, name: str) -> str:
    """``TORCHSCRIPT`` or ``EXPORT``, from the content; the extension does not matter.

    Raises:
        EngineError: ``Model`` that says what the file seems to be.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry.partition("/")[2] or entry for entry in archive.namelist()]
    except zipfile.BadZipFile:
        found = "an empty file" if not data else "something else, or a truncated file"
        raise EngineError(
            "Model",
            f"Failed to load PyTorch model from file: {name}; expected TorchScript (torch.jit.save) or torch.export "
            f"(.pt2), found {found}",
        ) from None
    if any(entry.startswith("code/") for entry in entries) or "constants.pkl" in entries:
        return TORCHSCRIPT
    if any(e.startswith(("models/", "serialized_exported_program")) or e == "archive_format" for e in entries):
        return EXPORT
    found = "the output of torch.save" if "data.pkl" in entries else "another zip archive"
    raise EngineError(
        "Model",
        f"Failed to load PyTorch model from file: {name}; expected TorchScript "
        f"(torch.jit.save(torch.jit.script(model), file)) or torch.export (.pt2), found {found}",
    )


def read(path: Path) -> bytes:
    """The bytes of a model file.

    Raises:
        EngineError: ``Model`` if it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise EngineError(
            "Model",
            f"Failed to load PyTorch model from file: {path} ({error.strerror})",
            [("file", str(path.absolute()))],
        ) from error


def find(files: list[str], weight_file: str) -> Path:
    """The first of ``files`` that exists: the model of a weight file.

    Raises:
        EngineError: ``Model`` with every place that was tried.
    """
    for file in files:
        if Path(file).is_file():
            return Path(file)
    tried = ", ".join(str(Path(file).absolute()) for file in files) or "nothing: the weight file names no model"
    raise EngineError("Model", f"The model of weight file {weight_file} is missing", [("tried", tried)])


def _load_exported(data: bytes) -> Any:
    program = torch.export.load(io.BytesIO(data))
    module = program.module()

    def unchanged(*_args: object, **_kwargs: object) -> Any:
        return module  # the graph is fixed: there is no other mode

    module.train = unchanged
    module.eval = unchanged
    setattr(module, _EXPORT_MARK, True)
    return module


def from_bytes(data: bytes, name: str) -> Any:
    """The model in ``data``, on the device of :func:`device.select` wherever it was saved. Nothing of it is run.

    Raises:
        EngineError: ``Model``.
    """
    kind = format_of(data, name)
    try:
        (archive.check_exported if kind == EXPORT else archive.check_script)(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if kind == EXPORT:
                return _load_exported(data)
            return torch.jit.load(io.BytesIO(data), map_location=device.select())
    except Exception as error:
        raise EngineError(
            "Model", f"Failed to load PyTorch model from file: {name} ({summary_of(error)})", (), traceback_of(error)
        ) from error


def _as_text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def spread_from(data: bytes) -> bytes | None:
    """The model of the spread inside the file of an ensemble; None if the file has none."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = next((entry for entry in archive.namelist() if entry.endswith("/extra/" + SPREAD)), None)
        return None if name is None else base64.b64decode(archive.read(name))


def _export(model: Any, n_variables: int) -> bytes:
    buffer = io.BytesIO()
    rows = torch.export.Dim("rows", min=1)
    with contextlib.redirect_stderr(io.StringIO()):  # it prints its graph if it fails
        program = torch.export.export(model, (torch.zeros(2, n_variables),), dynamic_shapes=({0: rows},))
    extra = {} if (spread := spread_of(model)) is None else {SPREAD: _as_text(_export(spread, n_variables))}
    torch.export.save(program, buffer, extra_files=extra)
    return buffer.getvalue()


def _script(model: Any) -> bytes:
    buffer = io.BytesIO()
    extra = {} if (spread := spread_of(model)) is None else {SPREAD: _as_text(_script(spread))}
    torch.jit.save(torch.jit.script(model), buffer, _extra_files=extra)
    return buffer.getvalue()


_WRITERS: dict[str, Callable[[Any, int], bytes]] = {
    EXPORT: _export,
    TORCHSCRIPT: lambda model, _n_variables: _script(model),
}


def wanted_format(name: str) -> str:
    """What the ending of a file name asks for: ``.pt2`` is torch.export, ``.pt`` TorchScript, others neither."""
    return {".pt2": EXPORT, ".pt": TORCHSCRIPT}.get(Path(name).suffix.lower(), "")


def is_plain(model: Any) -> bool:
    """Whether a module is neither TorchScript nor from torch.export: it can become either."""
    return not isinstance(model, torch.jit.ScriptModule) and not getattr(model, _EXPORT_MARK, False)


def is_exportable(model: Any, n_variables: int) -> bool:
    """Whether torch.export can write the model; it is tried, which takes a second or two."""
    if not is_plain(model):
        return bool(getattr(model, _EXPORT_MARK, False))
    was_training = model.training
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _export(model.eval(), n_variables)
    except Exception:  # noqa: BLE001 - torch raises many kinds; all mean that it cannot
        return False
    finally:
        model.train(was_training)
    return True


def _guilty_layer(model: Any) -> str:
    """The innermost layer that cannot be scripted; empty if each of them can, or there is only one."""
    for name, layer in reversed(list(model.named_modules())):
        try:
            torch.jit.script(layer)
        except Exception:  # noqa: BLE001 - whatever it is, this layer is the cause
            return f" (layer {name}: {type(layer).__name__})" if name else ""
    return ""


def _reason(kind: str, error: Exception) -> str:
    """Why a model cannot be written; of torch.export's long advice the first line."""
    text = summary_of(error)
    return text.splitlines()[0] if kind == EXPORT else text


def to_bytes(model: Any, n_variables: int, wanted: str = "") -> bytes:
    """A model as the content of a file.

    Args:
        model: a module; it is written in evaluation mode.
        n_variables: columns of its input.
        wanted: ``EXPORT`` or ``TORCHSCRIPT`` for a plain module; empty: torch.export if that works, else TorchScript.
            Modules that came from a file keep their format.

    Raises:
        EngineError: ``Model`` if it is no module or cannot be written, with the layer that is the cause.
    """
    if not isinstance(model, torch.nn.Module):
        raise EngineError("Model", f"Expected a torch.nn.Module to save, found {type(model).__name__}")
    formats = [EXPORT, TORCHSCRIPT] if not wanted else [wanted]
    if not is_plain(model):
        formats = [EXPORT if getattr(model, _EXPORT_MARK, False) else TORCHSCRIPT]
    was_training = bool(getattr(model, "training", False))
    reasons = []
    try:
        model.eval()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for kind in formats:
                try:
                    return _WRITERS[kind](model, n_variables)
                except Exception as error:  # noqa: BLE001 - torch raises many kinds; all mean that it cannot
                    reasons.append((kind, error))
            layer = _guilty_layer(model) if is_plain(model) else ""
    finally:
        model.train(was_training)
    text = "; ".join(f"as {kind}: {_reason(kind, error)}" for kind, error in reasons)
    raise EngineError(
        "Model", f"The model cannot be written{layer}, {text}", (), traceback_of(reasons[-1][1])
    ) from reasons[-1][1]


def format_of_model(model: Any, n_variables: int, wanted: str = "") -> str:
    """The format that :func:`to_bytes` gives; a plain module is written to find out, which may take a second or two.

    Raises:
        EngineError: ``Model``, as :func:`to_bytes`.
    """
    if not is_plain(model):
        return EXPORT if getattr(model, _EXPORT_MARK, False) else TORCHSCRIPT
    return format_of(to_bytes(model, n_variables, wanted), "model")


def write(path: Path, data: bytes) -> None:
    """Write a file under a temporary name, then rename it: never half a file under ``path``.

    Raises:
        EngineError: ``File``.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(data)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise EngineError(
            "File", f"Cannot write the model: {error.strerror}", [("file", str(path.absolute()))]
        ) from error


def prepare(path: Path) -> None:
    """See before a long training that ``path`` can be written at its end.

    Raises:
        EngineError: ``File``.
    """
    probe = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, "it is a device or a pipe, and would be replaced by a file")
        path.parent.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise EngineError(
            "File", f"Cannot write the trained model: {error.strerror}", [("file", str(path.absolute()))]
        ) from error


def encode(data: bytes, limit: int = EMBED_LIMIT) -> Encoded:
    """A model for a weight file: checksum, size, and zlib + base64 text if the compressed size fits ``limit``."""
    compressed = zlib.compress(data, 6)
    text = base64.b64encode(compressed).decode("ascii") if len(compressed) <= limit else ""
    return Encoded(format_of(data, "model"), sha256_of(data), len(data), text)


def check(data: bytes, sha256: str, name: str) -> None:
    """Compare with the checksum of a weight file (none: nothing to compare).

    Raises:
        EngineError: ``Model`` with both checksums.
    """
    found = sha256_of(data)
    if sha256 and found != sha256.lower():
        raise EngineError(
            "Model",
            f"The model does not belong to this weight file: expected SHA-256 {sha256.lower()}, found {found}",
            [("file", name)],
        )


def decode(text: str, size: int, name: str) -> bytes:
    """The bytes of an embedded model.

    Args:
        text: zlib + base64.
        size: expected number of bytes, which also bounds the decompression; 0 if unknown.
        name: weight file, for messages.

    Raises:
        EngineError: ``WeightFile``.
    """
    try:
        compressed = base64.b64decode("".join(text.split()), validate=True)
        unpack = zlib.decompressobj()
        data = unpack.decompress(compressed, size + 1 if size else 0)
        if not unpack.eof and len(data) <= size:
            raise ValueError("it ends too early")
    except (binascii.Error, zlib.error, ValueError) as error:
        raise EngineError("WeightFile", f"The embedded model is damaged: {error}", [("file", name)]) from error
    if size and len(data) != size:
        found = f"more than {size}" if len(data) > size else str(len(data))
        raise EngineError(
            "WeightFile", f"The embedded model is damaged: expected {size} bytes, found {found}", [("file", name)]
        )
    return data


class BestSaver:
    """The ``save_best`` callback: keeps the model with the smallest validation loss, and writes it if it has a path.

    A plain module is kept as parameters and written once, by :meth:`finish`: exporting takes longer than an epoch.
    """

    def __init__(self, n_variables: int, path: Path | None, wanted: str = "") -> None:
        self._n_variables = n_variables
        self._wanted = wanted
        self._state: dict[str, Any] | None = None
        self._plain: Any = None
        self.path = path
        self.calls = 0
        self.losses: list[float] = []
        self.data = b""

    def __call__(self, model: Any, curr_val: Any, best_val: Any) -> Any:
        """Store ``model`` if ``curr_val`` is not above ``best_val`` (NaN is above everything); returns the better."""
        self.calls += 1
        self.losses.append(float(curr_val))
        is_first_number = best_val != best_val and curr_val == curr_val
        if not (curr_val <= best_val or is_first_number):
            return best_val
        if isinstance(model, torch.nn.Module) and is_plain(model):
            self._plain = model
            self._state = {name: value.detach().clone() for name, value in model.state_dict().items()}
        else:
            self.write(model)
        return curr_val

    def write(self, model: Any) -> None:
        """Store ``model`` whatever was stored before."""
        self.data = to_bytes(model, self._n_variables, self._wanted)
        if self.path is not None:
            write(self.path, self.data)

    def finish(self) -> None:
        """Write the plain module that was the best one, if any."""
        if self._state is not None:
            self._plain.load_state_dict(self._state)
            self.write(self._plain)
            self._state = None
