"""Networks in files: torch.export, TorchScript, state dictionaries; recognised by content, saved atomically."""

from __future__ import annotations

import base64
import contextlib
import errno
import functools
import hashlib
import io
import os
import threading
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from torchmva import _embedded, _regular_file

from . import archive, device, program
from .errors import EngineError, summary_of, traceback_of

TORCHSCRIPT = "TorchScript"
EXPORT = "torch.export"
#: Parameters and buffers by name, written by torch.save; the user's code makes the model that they belong to.
STATE = "state dictionary"
Builder = Callable[[], Any]
#: A model whose compressed size is at most this many bytes is embedded in the weight file.
EMBED_LIMIT = 16 * 1024 * 1024
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
    """``TORCHSCRIPT``, ``EXPORT`` or ``STATE``, from the content; the extension does not matter.

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
    if "data.pkl" in entries:
        return STATE
    raise EngineError(
        "Model",
        f"Failed to load PyTorch model from file: {name}; expected TorchScript "
        "(torch.jit.save(torch.jit.script(model), file)) or torch.export (.pt2), found another zip archive",
    )


def read(path: Path, size: int = 0) -> bytes:
    """The bytes of a model file.

    Args:
        size: that a weight file says; 0: any.

    Raises:
        EngineError: ``Model`` if it cannot be read, or has another size.
    """
    try:
        if size and (found := path.stat().st_size) != size:
            raise EngineError(
                "Model",
                f"The model does not belong to this weight file: expected {size} bytes, found {found}",
                [("file", str(path))],
            )
        return _regular_file.read(path)
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


def from_bytes(data: bytes, name: str, build: Builder | None = None) -> Any:
    """The model in ``data``, on the device of :func:`device.select` wherever it was saved. Nothing of it is run.

    Args:
        data: the content of a file.
        name: of the file, for messages.
        build: makes the module that a state dictionary belongs to; None: a state dictionary is an error.

    Raises:
        EngineError: ``Model``.
    """
    kind = format_of(data, name)
    if kind == STATE and build is None:
        raise EngineError(
            "Model",
            f"Failed to load PyTorch model from file: {name}; expected TorchScript "
            f"(torch.jit.save(torch.jit.script(model), file)) or torch.export (.pt2), found the output of torch.save: "
            "parameters without the model that they belong to, which build_model or model of the dictionary "
            "load_model_custom_objects must give",
        )
    try:
        with warnings.catch_warnings(), torch.enable_grad():
            warnings.simplefilter("ignore")
            return _LOADERS[kind](data, build)
    except EngineError:
        raise
    except Exception as error:
        raise EngineError(
            "Model", f"Failed to load PyTorch model from file: {name} ({summary_of(error)})", (), traceback_of(error)
        ) from error


def _load_exported(data: bytes, _build: Builder | None) -> Any:
    archive.check_exported(data)
    return program.read(data)


def _load_script(data: bytes, _build: Builder | None) -> Any:
    archive.check_script(data)
    return torch.jit.load(io.BytesIO(data), map_location=device.select())


def _load_state(data: bytes, build: Builder | None) -> Any:
    assert build is not None
    model = build()
    archive.check_state(data, "the model")
    state = torch.load(io.BytesIO(data), map_location=device.select(), weights_only=True)
    model.load_state_dict(state)
    return model.to(device.select()).eval()


_LOADERS: dict[str, Callable[[bytes, Builder | None], Any]] = {
    EXPORT: _load_exported,
    TORCHSCRIPT: _load_script,
    STATE: _load_state,
}


@functools.lru_cache(maxsize=4)
def _shared(data: bytes) -> Any:
    return from_bytes(data, "")


def for_application(data: bytes, name: str, build: Builder | None, *, may_share: bool) -> Any:
    """The model in ``data`` in evaluation mode, for outputs only: readers of the same torch.export model share it.

    Reading one takes tens of milliseconds, and torch keeps a part of each for ever.

    Args:
        data: the content of a file.
        name: of the file, for messages.
        build: as in :func:`from_bytes`.
        may_share: no function of the user gets the model.

    Raises:
        EngineError: ``Model``.
    """
    if may_share and format_of(data, name) == EXPORT:
        with contextlib.suppress(EngineError):  # it has no name there
            shared = _shared(data)
            if not shared.program.graph_signature.buffers_to_mutate:
                return shared
    return from_bytes(data, name, build).eval()


def as_text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def spread_from(data: bytes) -> bytes | None:
    """The model of the spread inside the file of an ensemble; None if the file has none."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = next((entry for entry in archive.namelist() if entry.endswith("/extra/" + SPREAD)), None)
        return None if name is None else base64.b64decode(archive.read(name))


def wanted_format(name: str) -> str:
    """What the ending of a file name asks for: ``.pt2`` is torch.export, ``.pt`` TorchScript, others neither."""
    return {".pt2": EXPORT, ".pt": TORCHSCRIPT}.get(Path(name).suffix.lower(), "")


def is_plain(model: Any) -> bool:
    """Whether a module is neither TorchScript nor from torch.export: it can become either."""
    return not isinstance(model, (torch.jit.ScriptModule, program.Exported))


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
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, "it is a device or a pipe, and would be replaced by a file")
    except OSError as error:
        raise _not_writable(path, error) from error
    prepare_folder(path)


def prepare_folder(path: Path) -> None:
    """The same for the folder of ``path``, whose last name may still get an ending.

    Raises:
        EngineError: ``File``.
    """
    probe = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise _not_writable(path, error) from error


def _not_writable(path: Path, error: OSError) -> EngineError:
    return EngineError("File", f"Cannot write the trained model: {error.strerror}", [("file", str(path.absolute()))])


def encode(data: bytes, limit: int = EMBED_LIMIT) -> Encoded:
    """A model for a weight file: checksum, size, and zlib + base64 text if the compressed size fits ``limit``."""
    compressed = _embedded.pack(data)
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
        size: expected number of bytes; 0 if unknown.
        name: weight file, for messages.

    Raises:
        EngineError: ``WeightFile``.
    """
    try:
        data = _embedded.unpack(text)
    except ValueError as error:
        raise EngineError("WeightFile", f"The embedded model is damaged: {error}", [("file", name)]) from error
    if size and len(data) != size:
        raise EngineError(
            "WeightFile", f"The embedded model is damaged: expected {size} bytes, found {len(data)}", [("file", name)]
        )
    return data
