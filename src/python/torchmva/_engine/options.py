"""The options of MethodPyTorch as the engine sees them; names, defaults and meanings are declared in C++."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from .errors import EngineError

#: Fields that are not called as their options.
_FIELDS = {"lambda": "decorrelation_strength"}
#: A number that the analysis decides, see automatic.py.
AUTOMATIC = -1
_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


def _snake_case(name: str) -> str:
    return _WORD_START.sub("_", name).lower()


def option_error(option: str, value: object, expected: str) -> EngineError:
    """The error for a value that an option cannot have."""
    return EngineError(
        "Option", f"Option {option}: expected {expected}, found {value!r}", [("option", option), ("value", str(value))]
    )


@dataclass(frozen=True)
class TrainingOptions:
    """One field an option: ``num_epochs`` is ``NumEpochs``.

    The defaults are those of C++, for callers that do not come from there. What each one means is written where it is
    declared (``torchmva options PyTorch``).
    """

    filename_model: str = ""
    filename_trained_model: str = ""
    user_code: str = ""
    continue_training: bool = False
    save_best_only: bool = True
    # the network, where no model is given
    layout: str = "100,100"
    activation: str = "Auto"
    batch_norm: bool = False
    dropout: float = 0.0
    residual: bool = False
    standardise_inputs: bool = True
    # weights of the events
    negative_weights: str = "Keep"
    class_weights: str = ""
    # the loop
    batch_size: int = 100
    num_epochs: int = AUTOMATIC
    loss: str = "Auto"
    optimizer: str = "AdamW"
    learning_rate: float = AUTOMATIC
    weight_decay: float = AUTOMATIC
    gradient_clip: float = 0.0
    learning_rate_schedule: str = "Cosine"
    warmup_epochs: int = 0
    patience: int = 0
    shuffle: bool = True
    seed: int = 0
    num_threads: int = 0
    device: str = "auto"
    mixed_precision: bool = False
    compile: bool = False
    tensor_board: str = ""
    # physics
    parametrise: str = ""
    decorrelate: str = ""
    # Lambda in C++, a word that Python keeps for itself
    decorrelation_strength: float = 1.0
    ensemble_size: int = 1
    calibrate: bool = False

    @classmethod
    def from_host(cls, values: Mapping[str, Any]) -> TrainingOptions:
        """From option names and typed values; the options of the method base are among them and not used.

        Raises:
            EngineError: ``Option`` if a value is out of its range.
        """
        known = {field.name for field in fields(cls)}
        given = {_FIELDS.get(key := _snake_case(name), key): value for name, value in values.items()}
        options = cls(**{key: value for key, value in given.items() if key in known})
        options.check()
        return options

    def check(self) -> None:
        """Raise ``Option`` if a value is out of its range."""
        if self.batch_size < 1:
            raise option_error("BatchSize", self.batch_size, "at least 1")
        if not (self.num_epochs >= 1 or self.num_epochs == AUTOMATIC):
            raise option_error("NumEpochs", self.num_epochs, "at least 1, or -1")
        if self.num_epochs != AUTOMATIC and self.warmup_epochs >= self.num_epochs:
            raise option_error("WarmupEpochs", self.warmup_epochs, f"fewer than NumEpochs, which is {self.num_epochs}")
        if not self.ensemble_size >= 1:
            raise option_error("EnsembleSize", self.ensemble_size, "at least 1")
        if not 0 <= self.dropout < 1:
            raise option_error("Dropout", self.dropout, "a probability from 0 to below 1")
        if not (self.learning_rate > 0 or self.learning_rate == AUTOMATIC):
            raise option_error("LearningRate", self.learning_rate, "a positive number, or -1")
        if not (self.weight_decay >= 0 or self.weight_decay == AUTOMATIC):
            raise option_error("WeightDecay", self.weight_decay, "-1, or a number that is not negative")
        for option, number in (
            ("GradientClip", self.gradient_clip),
            ("Lambda", self.decorrelation_strength),
        ):
            if not number >= 0:
                raise option_error(option, number, "a number that is not negative")
