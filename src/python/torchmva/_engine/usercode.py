"""The user's functions: the dictionary ``load_model_custom_objects`` and the file that may define it."""

from __future__ import annotations

import difflib
import hashlib
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import EngineError, user_error

DICTIONARY = "load_model_custom_objects"
KEYS = ("train_func", "predict_func", "criterion", "optimizer")


@dataclass(frozen=True)
class CustomObjects:
    """What the dictionary holds; ``None`` stands for the default."""

    train_func: Callable[..., Any] | None = None
    predict_func: Callable[..., Any] | None = None
    criterion: Any = None
    optimizer: Any = None
    source: str = ""
    unknown_keys: tuple[str, ...] = ()
    raw: dict[str, Any] | None = field(default=None, compare=False, repr=False)


@dataclass
class _Registry:
    """What this process has executed and seen. The GIL guards it: every access is one operation."""

    files: dict[tuple[str, str], dict[str, Any] | None] = field(default_factory=dict)
    trained: dict[str, CustomObjects] = field(default_factory=dict)
    last_booked: object = None


_registry = _Registry()


def main_module() -> types.ModuleType:
    """``__main__``, where names used by user code live; made if the process has none."""
    module = sys.modules.get("__main__")
    if module is None:
        module = sys.modules["__main__"] = types.ModuleType("__main__")
    return module


def find_file(path: str, folders: tuple[str, ...] = ()) -> Path:
    """The user code file: relative to the current folder, then to each of ``folders``.

    Raises:
        EngineError: ``UserCode``, naming every place that was tried.
    """
    candidates = [Path(path)]
    if not candidates[0].is_absolute():
        candidates += [Path(folder) / path for folder in folders if folder]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    tried = ", ".join(str(candidate.absolute()) for candidate in candidates)
    raise EngineError("UserCode", f"Input user code is not existing : {path}", [("tried", tried)])


def _execute(path: Path, source: bytes) -> dict[str, Any] | None:
    main = main_module()
    name = str(path.absolute())
    folder = str(path.absolute().parent)
    if folder not in sys.path:  # modules beside the file, which its functions may import later too
        sys.path.append(folder)
    missing = object()
    previous_file = main.__dict__.get("__file__", missing)
    previous = main.__dict__.get(DICTIONARY, missing)
    main.__dict__["__file__"] = name  # inspect (TorchScript) looks for the source of classes there
    try:
        exec(compile(source, name, "exec"), main.__dict__)  # noqa: S102 - this is what UserCode asks for
    except BaseException as error:  # SystemExit too: it must not end the host
        raise user_error("The user code failed", error, [("file", str(path))]) from error
    finally:
        if previous_file is missing:
            main.__dict__.pop("__file__", None)
        else:
            main.__dict__["__file__"] = previous_file
    found = main.__dict__.get(DICTIONARY, missing)
    return None if found is missing or found is previous else found


def run_file(path: Path, *, again: bool) -> dict[str, Any] | None:
    """Execute a user code file in ``__main__``, once a process and content unless ``again``.

    Returns:
        The dictionary that this file defined, also when it was executed earlier; None if it defines none.

    Raises:
        EngineError: ``UserCode`` with the traceback, for a syntax error or any exception.
    """
    try:
        source = path.read_bytes()
    except OSError as error:
        raise EngineError("UserCode", f"Cannot read the user code: {error}", [("file", str(path))]) from error
    key = (str(path.resolve()), hashlib.sha256(source).hexdigest())
    if again or key not in _registry.files:
        _registry.files[key] = _execute(path, source)
    return _registry.files[key]


def _check_callable(dictionary: dict[str, Any], key: str, signature: str) -> Callable[..., Any] | None:
    value = dictionary.get(key)
    if value is None or callable(value):
        return value
    raise EngineError(
        "UserCode",
        f"Please use key '{key}' for a function {key}({signature}): expected something callable, found "
        f"{type(value).__name__}",
        [("dictionary", DICTIONARY)],
    )


def validate(dictionary: object, source: str) -> CustomObjects:
    """The entries of a dictionary, checked.

    Raises:
        EngineError: ``UserCode`` that names the key and the type found.
    """
    if not isinstance(dictionary, dict):
        raise EngineError(
            "UserCode", f"{DICTIONARY} must be a dictionary, found {type(dictionary).__name__}", [("in", source)]
        )
    criterion = dictionary.get("criterion")
    if isinstance(criterion, type):
        raise EngineError(
            "UserCode",
            "Please use key 'criterion' for a loss object such as torch.nn.MSELoss(): expected an object, found the "
            f"class {criterion.__name__}",
            [("dictionary", DICTIONARY)],
        )
    train = "model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler"
    return CustomObjects(
        train_func=_check_callable(dictionary, "train_func", train),
        predict_func=_check_callable(dictionary, "predict_func", "model, test_X"),
        criterion=_check_callable(dictionary, "criterion", "output, target"),
        optimizer=_check_callable(dictionary, "optimizer", "parameters, lr=..."),
        source=source,
        unknown_keys=tuple(str(key) for key in dictionary if key not in KEYS),
        raw=dictionary,
    )


def unknown_key_text(objects: CustomObjects) -> str:
    """A warning about keys that nothing reads, with the nearest right ones; empty if there are none."""
    parts = []
    for key in objects.unknown_keys:
        near = [name for name in KEYS if key.lower() in name] or difflib.get_close_matches(key.lower(), KEYS, 1)
        parts.append(f"'{key}'" + (f" (did you mean '{near[0]}'?)" if near else ""))
    if not parts:
        return ""
    return f"{DICTIONARY} has unknown keys: {', '.join(parts)}. Known keys are {', '.join(KEYS)}"


def for_training(user_code: Path | None) -> CustomObjects:
    """The objects at booking: the file is executed (again), then the dictionary is read from ``__main__``."""
    source = "__main__"
    if user_code is not None:
        run_file(user_code, again=True)
        source = str(user_code)
    dictionary = main_module().__dict__.get(DICTIONARY)
    _registry.last_booked = dictionary
    return CustomObjects() if dictionary is None else validate(dictionary, source)


def remember(sha256: str, objects: CustomObjects) -> None:
    """Keep what a model was trained with, for its evaluation later in the same process."""
    _registry.trained[sha256] = objects


def for_application(user_code: Path | None, sha256: str) -> CustomObjects:
    """The objects at the first evaluation.

    The user code file of the method wins; then what this very model was trained with in this process, so that two
    methods booked with different dictionaries keep their own; then the dictionary in ``__main__``. A dictionary that
    was defined after the last booking is newer than any training and goes first.
    """
    dictionary = main_module().__dict__.get(DICTIONARY)
    if user_code is not None:
        own = run_file(user_code, again=False)
        if own is not None:
            return validate(own, str(user_code))
        dictionary = main_module().__dict__.get(DICTIONARY)
    if sha256 in _registry.trained and (dictionary is None or dictionary is _registry.last_booked):
        return _registry.trained[sha256]
    return CustomObjects() if dictionary is None else validate(dictionary, "__main__")
