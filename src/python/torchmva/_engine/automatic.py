"""Values of options that the user leaves to us: they depend on the kind of data and on who trains.

The ROC integrals and residuals behind them: docs/credibility.md. A classification of overlapping classes overfits soon:
few epochs and much weight decay. A regression learns a smooth function: it wants a smooth activation, no decay and many
steps of the optimiser.
"""

from __future__ import annotations

from dataclasses import replace

from .options import AUTOMATIC, TrainingOptions

#: TMVA's number.
EPOCHS = 10
#: A regression: as many epochs as make so many batches, within the limits.
REGRESSION_BATCHES = 10_000
MAX_EPOCHS = 100
LEARNING_RATE = 0.005
REGRESSION_LEARNING_RATE = 0.01
#: Of AdamW; other optimisers have none. ROC integrals of the default network: 14,000 events of 28 variables .755 with
#: it, .750 with half of it; 100,000 events of a toy .825 with both.
ADAMW_WEIGHT_DECAY = 0.2


def of_analysis(options: TrainingOptions, kind: str) -> TrainingOptions:
    """Learning rate and weight decay for a ``"Classification"``, ``"Multiclass"`` or ``"Regression"``."""
    is_regression = kind == "Regression"
    values: dict[str, object] = {}
    if options.learning_rate == AUTOMATIC:
        values["learning_rate"] = REGRESSION_LEARNING_RATE if is_regression else LEARNING_RATE
    if options.weight_decay == AUTOMATIC:
        has_decay = options.optimizer.lower() == "adamw" and not is_regression
        values["weight_decay"] = ADAMW_WEIGHT_DECAY if has_decay else 0.0
    return replace(options, **values)  # type: ignore[arg-type]


def of_network(options: TrainingOptions, kind: str) -> TrainingOptions:
    """The activation of the network that is made of options."""
    if options.activation.lower() != "auto":
        return options
    return replace(options, activation="SiLU" if kind == "Regression" else "ReLU")


def resolved(options: TrainingOptions, kind: str, n_training: int) -> TrainingOptions:
    """All of these values for the default training of a network that is made of options."""
    return of_sample(of_network(of_analysis(options, kind), kind), kind, n_training, is_user=False)


def of_sample(options: TrainingOptions, kind: str, n_training: int, *, is_user: bool) -> TrainingOptions:
    """The number of epochs for ``n_training`` events, validation not counted; TMVA's 10 for the user's train_func."""
    if options.num_epochs != AUTOMATIC:
        return options
    if is_user or kind != "Regression":
        return replace(options, num_epochs=EPOCHS)
    batches = -(-max(n_training, 1) // options.batch_size)
    return replace(options, num_epochs=min(max(REGRESSION_BATCHES // batches, EPOCHS), MAX_EPOCHS))
