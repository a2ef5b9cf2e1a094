"""The user's functions: the dictionary ``load_model_custom_objects`` and the file that may define it."""

from __future__ import annotations

import difflib
import hashlib
import sys
import threading
import types
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torchmva import _regular_file

from . import consent, settings
from .errors import EngineError, user_error
from .log import Log

DICTIONARY = "load_model_custom_objects"
KEYS = ("train_func", "predict_func", "criterion", "optimizer", "model", "build_model")


@dataclass(frozen=True)
class CustomObjects:
    """What the dictionary holds; ``None`` stands for the default."""

    train_func: Callable[..., Any] | None = None
    predict_func: Callable[..., Any] | None = None
    criterion: Any = None
    optimizer: Any = None
    model: Any = None
    build_model: Callable[..., Any] | None = None
    source: str = ""
    unknown_keys: tuple[str, ...] = ()
    raw: dict[str, Any] | None = field(default=None, compare=False, repr=False)


#: Trained models whose functions are remembered; the oldest are forgotten.
MAX_TRAINED = 256


@dataclass
class _Registry:
    """What this process has executed and seen. The GIL guards it: every access is one operation.

    Attributes:
        files: by path, the SHA-256 of what was executed last and the dictionary that it defined.
        published: by name, what user code files have put into ``__main__``, and which file it was.
    """

    files: dict[str, tuple[str, dict[str, Any] | None]] = field(default_factory=dict)
    published: dict[str, tuple[str, object]] = field(default_factory=dict)
    trained: dict[str, CustomObjects] = field(default_factory=dict)
    last_booked: object = None


_registry = _Registry()
_running = threading.RLock()  # while a file runs, ``__main__`` is its module


def main_module() -> types.ModuleType:
    """``__main__``, where names used by user code live; made if the process has none."""
    module = sys.modules.get("__main__")
    if module is None:
        module = sys.modules["__main__"] = types.ModuleType("__main__")
    return module


def checksum(path: Path) -> str:
    """SHA-256 of a file in hexadecimal digits; empty if it cannot be read."""
    try:
        return hashlib.sha256(_regular_file.read(path)).hexdigest()
    except OSError:
        return ""


def find_file(path: str, folders: tuple[str, ...] = (), sha256: str = "") -> Path:
    """The user code file: relative to the current folder, then to each of ``folders``.

    Args:
        path: as the option says.
        folders: where a relative path may start too.
        sha256: the checksum that a file should have: one that has it goes before the others.

    Raises:
        EngineError: ``UserCode``, naming every place that was tried.
    """
    candidates = [Path(path)]
    if not candidates[0].is_absolute():
        candidates += [Path(folder) / path for folder in folders if folder]
    found = [candidate for candidate in candidates if candidate.is_file()]
    if found:
        return next((file for file in found if sha256 and checksum(file) == sha256), found[0])
    tried = ", ".join(str(candidate.absolute()) for candidate in candidates)
    raise EngineError("UserCode", f"Input user code is not existing : {path}", [("tried", tried)])


def _is_published(name: str, value: object) -> bool:
    return name in _registry.published and _registry.published[name][1] is value


def _own_dictionary() -> Any:
    """The dictionary in ``__main__`` if the script itself defined it there; None if a user code file did."""
    value = main_module().__dict__.get(DICTIONARY)
    return None if _is_published(DICTIONARY, value) else value


def _names_for(file: str) -> dict[str, Any]:
    """What a file may use of ``__main__``: names of the script, and its own of an earlier run."""
    return {
        name: value
        for name, value in main_module().__dict__.items()
        if not name.startswith("__")
        and not (_is_published(name, value) and (name == DICTIONARY or _registry.published[name][0] != file))
    }


def _publish(file: str, names: dict[str, Any]) -> None:
    """Make what a file defined visible in ``__main__``, where pickle looks; what the script defined stays."""
    main = main_module().__dict__
    for name, value in names.items():
        if name not in main or _is_published(name, main[name]):
            main[name] = value
            _registry.published[name] = (file, value)


def _execute(path: Path, source: bytes) -> dict[str, Any] | None:
    name = str(path.absolute())
    folder = str(path.absolute().parent)
    if folder not in sys.path:  # modules beside the file, which its functions may import later too
        sys.path.append(folder)
    main = main_module()
    before = _names_for(name)
    # globals of its own: nobody else changes what its functions use
    module = types.ModuleType("__main__")
    module.__dict__.update(before, __file__=name)  # inspect (TorchScript) looks for the source of classes there
    sys.modules["__main__"] = module
    filters = list(warnings.filters)
    try:
        with settings.of_script(trains=True):
            exec(compile(source, name, "exec"), module.__dict__)  # noqa: S102 - this is what UserCode asks for
    except BaseException as error:  # SystemExit too: it must not end the host
        raise user_error("The user code failed", error, [("file", str(path))]) from error
    finally:
        sys.modules["__main__"] = main
        if warnings.filters != filters:
            # a filter of the file is for the libraries that it uses: PyROOT makes Python warnings of ours, too
            warnings.filterwarnings("default", category=RuntimeWarning, module=r"ROOT \(python\)")
    missing = object()
    defined = {
        key: value
        for key, value in module.__dict__.items()
        if not key.startswith("__") and value is not before.get(key, missing)
    }
    _publish(name, defined)
    return defined.get(DICTIONARY)


def run_file(path: Path, *, again: bool) -> dict[str, Any] | None:
    """Execute a user code file as ``__main__``, but with globals of its own; once a process and content unless
    ``again``. Afterwards ``__main__`` has the names that it defined.

    Returns:
        The dictionary that this file defined, also when it was executed earlier; None if it defines none.

    Raises:
        EngineError: ``UserCode`` with the traceback, for a syntax error or any exception.
    """
    try:
        source = _regular_file.read(path)
    except OSError as error:
        raise EngineError("UserCode", f"Cannot read the user code: {error}", [("file", str(path))]) from error
    key = str(path.resolve())
    sha256 = hashlib.sha256(source).hexdigest()
    with _running:
        if again or key not in _registry.files or _registry.files[key][0] != sha256:
            _registry.files[key] = (sha256, _execute(path, source))
        return _registry.files[key][1]


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
        model=_check_callable(dictionary, "model", "inputs"),
        build_model=_check_callable(dictionary, "build_model", "n_variables, n_outputs"),
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
    """The objects at booking: of the file, which is executed (again); else of the script in ``__main__``."""
    with _running:
        if user_code is not None:
            consent.remember(checksum(user_code))  # the caller named it
        own = None if user_code is None else run_file(user_code, again=True)
        dictionary = _registry.last_booked = _own_dictionary()
    if own is not None:
        return validate(own, str(user_code))
    return CustomObjects() if dictionary is None else validate(dictionary, "__main__")


def remember(sha256: str, objects: CustomObjects) -> None:
    """Keep what a model was trained with, for its evaluation later in the same process."""
    _registry.trained.pop(sha256, None)
    _registry.trained[sha256] = objects
    if len(_registry.trained) > MAX_TRAINED:
        del _registry.trained[next(iter(_registry.trained))]


def for_application(user_code: Path | None, sha256: str) -> CustomObjects:
    """The objects at the first evaluation.

    The user code file of the method wins; then what this very model was trained with in this process, so that two
    methods booked with different dictionaries keep their own; then the dictionary that the script defined in
    ``__main__``, but never one of another method's file. A dictionary that was defined after the last booking is newer
    than any training and goes first.
    """
    with _running:
        own = None if user_code is None else run_file(user_code, again=False)
        dictionary = _own_dictionary()
    if own is not None:
        return validate(own, str(user_code))
    if sha256 in _registry.trained and (dictionary is None or dictionary is _registry.last_booked):
        return _registry.trained[sha256]
    return CustomObjects() if dictionary is None else validate(dictionary, "__main__")


def report(objects: CustomObjects, log: Log) -> None:
    """Say what a method uses of the user's functions."""
    if objects.raw is None:
        log.info(f"No dictionary {DICTIONARY}: the default training and prediction are used")
        return
    log.info(f"custom objects for loading model :  {objects.raw}")
    log.info(f"Loaded pytorch train function: {objects.train_func or 'default'}")
    log.info(f"Loaded pytorch optimizer: {objects.optimizer or 'default'}")
    log.info(f"Loaded pytorch loss function: {objects.criterion or 'default'}")
    log.info(f"Loaded pytorch predict function: {objects.predict_func or 'default'}")
    text = unknown_key_text(objects)
    if text:
        log.warning(text)


def _refusal(code: Path, expected: str, *, allowed: bool) -> EngineError | None:
    """Why code that a weight file names must not run: it is another one, or nobody has named or allowed it."""
    found = checksum(code)
    context = [("file", str(code.absolute()))]
    if expected and found != expected:
        return EngineError(
            "UserCode",
            f"The user code {code} has changed since the training, and is not run: expected SHA-256 {expected}, found "
            f"{found}",
            context,
        )
    if allowed or consent.is_given(found):
        return None
    return EngineError(
        "UserCode",
        f"The model needs the user code {code} of its weight file, which is not run unasked. If you trust its "
        "author: option AllowUserCode of Reader (allow_user_code of define, --allow-user-code of torchmva apply), or "
        f"{consent.VARIABLE}=1 in the environment",
        context,
    )


def for_weight_file(
    user_code: str,
    folders: tuple[str, ...],
    code_sha256: str,
    model_sha256: str,
    log: Log,
    *,
    needs_function: bool,
    needs_model: bool = False,
    is_default: bool,
    allowed: bool = False,
) -> CustomObjects:
    """The objects for the model of a weight file. None are needed if the default prediction does the same.

    Args:
        user_code: file that the option names; may be empty.
        folders: where a relative path may start too.
        code_sha256: checksum of that file at the training; empty if unknown.
        model_sha256: of the model.
        log: gets warnings.
        needs_function: only the user's ``predict_func`` gives the outputs.
        needs_model: only the user's ``build_model`` or ``model`` makes the module of the trained parameters.
        is_default: the default prediction is known to give them.
        allowed: the caller lets code that the weight file names run.

    Raises:
        EngineError: ``UserCode`` if a function is needed and not there, or its code must not run.
    """
    code = None
    missing = None
    if user_code:
        try:
            code = find_file(user_code, folders, code_sha256)
        except EngineError as error:
            missing = error
    refusal = None if code is None else _refusal(code, code_sha256, allowed=allowed)
    if refusal is not None:
        code = None
    objects = for_application(code, model_sha256)
    if refusal is not None and not is_default and objects.raw is None:
        raise refusal
    if refusal is not None:
        used = "the dictionary in __main__ is used instead" if objects.raw else "the model alone gives the same"
        log.info(f"{refusal.message}; {used}")
    if objects.predict_func is None and needs_function:
        if missing is not None:
            raise missing
        raise EngineError(
            "UserCode",
            f"This model was trained with a predict_func that does more than call the model: expected it "
            f"in the dictionary {DICTIONARY} of __main__, found none",
        )
    if objects.build_model is None and objects.model is None and needs_model:
        raise missing or EngineError(
            "UserCode",
            "This model was written as a state dictionary, because nothing else holds it: expected build_model or "
            f"model in the dictionary {DICTIONARY} of __main__ to make it, found neither",
        )
    if missing is not None and not is_default:
        used = "the dictionary in __main__" if objects.raw else "the default prediction"
        log.warning(f"{missing.message}; {used} is used")
    return objects
