"""The search for good options with Optuna (T. Akiba et al., KDD 2019, arXiv:1907.10902): which values to try next,
which trial to give up, what was best. It knows neither networks nor trees.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .errors import EngineError, user_error
from .log import Log
from .parameters import Parameter, text_of

#: Trials before Optuna's median pruner compares; fewer say little about the median.
_UNPRUNED_TRIALS = 4
#: Suggestions until the sampler has come up with something new.
_ATTEMPTS = 100

#: Called with an epoch (from 1) and its validation loss; raises :class:`Pruned` if the trial is to end.
Report = Callable[[int, float], None]
#: A figure of merit for values of the parameters.
Objective = Callable[[dict[str, Any], Report], float]


class Pruned(Exception):  # noqa: N818  (no error)
    """The trial is not worth the time."""


@dataclass(frozen=True)
class Settings:
    """Of one search; the defaults are C++'s.

    Args:
        figure: of merit, as the user calls it.
        parameters: see :func:`parameters.parse`; empty: those built in for the method.
        n_trials: at most.
        max_seconds: of wall time after which no new trial begins and the present one ends; 0: any.
        seed: of Optuna's sampler, and of the trials of a method without a seed of its own.
    """

    figure: str = "ROCIntegral"
    parameters: str = ""
    n_trials: int = 20
    max_seconds: float = 0.0
    seed: int = 1


@dataclass
class Result:
    """What a search found.

    Args:
        values: the best, by option.
        figure: of merit with these.
        booked_figure: with the values that the method was booked with; NaN if they are not in the ranges.
        figures: of all trials; NaN where a trial was given up or failed.
    """

    values: dict[str, Any] = field(default_factory=dict)
    figure: float = math.nan
    booked_figure: float = math.nan
    figures: list[float] = field(default_factory=list)

    def options(self) -> list[tuple[str, str]]:
        """Names and values as texts."""
        return [(name, text_of(value)) for name, value in self.values.items()]


def option_string(values: Mapping[str, Any]) -> str:
    """Values as they can be pasted into an option string."""
    return ":".join(f"{name}={text_of(value)}" for name, value in values.items())


def prepare() -> Any:
    """Optuna, or an error that says how to get it."""
    try:
        import optuna
    except ImportError as error:
        raise EngineError(
            "Python",
            f"The search for options needs Optuna, which this Python cannot import ({error}): "
            "pip install 'torchmva[tune]'",
            [("python", sys.executable)],
        ) from error
    return optuna


@contextmanager
def _quiet(optuna: Any) -> Iterator[None]:
    """Without Optuna's own lines; afterwards it says as much as the script wants."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


class Search:
    """One search: :meth:`run` makes the trials, one after the other.

    The values that the method was booked with are the first trial where they are within the ranges, so that the
    result is at least as good as they are. The sampler is Optuna's TPE (J. Bergstra et al., NIPS 2011). A trial is
    given up when its validation loss is worse than the median of the earlier ones at that epoch.
    """

    def __init__(
        self,
        settings: Settings,
        parameters: Sequence[Parameter],
        booked: Mapping[str, Any],
        log: Log,
        *,
        figure_name: str,
        is_larger_better: bool,
        n_epochs: int = 1,
        compares_losses: bool = True,
    ) -> None:
        """
        Args:
            settings: of the search.
            parameters: what to vary.
            booked: present values of the options.
            log: gets a line a trial.
            figure_name: of merit.
            is_larger_better: or smaller.
            n_epochs: of a trial; a third of them goes by before it may be given up.
            compares_losses: whether the losses of all trials mean the same.

        Raises:
            EngineError: ``Option``, ``Python`` without Optuna.
        """
        if settings.n_trials < 1:
            raise EngineError("Option", f"Option NumTrials: expected at least 1, found {settings.n_trials}")
        self._optuna = prepare()
        self._settings, self._parameters, self._log = settings, parameters, log
        self._figure_name, self._sign = figure_name, 1.0 if is_larger_better else -1.0
        self._compares_losses = compares_losses
        with _quiet(self._optuna):
            self._study = self._optuna.create_study(
                direction="maximize",
                sampler=self._optuna.samplers.TPESampler(
                    seed=settings.seed, n_startup_trials=min(10, max(1, settings.n_trials // 3))
                ),
                pruner=self._optuna.pruners.MedianPruner(_UNPRUNED_TRIALS, n_warmup_steps=n_epochs // 3),
            )
        self._first = {p.name: booked[p.name] for p in parameters if p.name in booked and p.contains(booked[p.name])}
        if self._first:
            self._study.enqueue_trial(self._first)
        self._known: dict[tuple[Any, ...], float] = {}
        self._result = Result()
        self._end = time.monotonic() + settings.max_seconds if settings.max_seconds > 0 else math.inf

    def run(self, objective: Objective) -> Result:
        """Make the trials, and give the best values.

        A trial that fails on the data, such as with a loss that is not finite, is a bad one. An interrupt (Ctrl-C) ends
        the search; the trials until then count.

        Raises:
            EngineError: ``Data`` if no trial came to an end; what a trial raises else.
        """
        with _quiet(self._optuna):
            return self._run(objective)

    def _run(self, objective: Objective) -> Result:
        log, settings = self._log, self._settings
        names = ", ".join(parameter.name for parameter in self._parameters)
        log.info(f"Search by Optuna {self._optuna.__version__} for {names}: {settings.n_trials} trials")
        log.info(f"{'trial':>5}  {self._figure_name:>11}  options")
        for number in range(1, settings.n_trials + 1):
            if time.monotonic() > self._end:
                log.info(f"The time is over: the search ends after {number - 1} trials")
                break
            try:
                if not self._run_trial(number, objective):
                    log.info(f"There is nothing new to try: the search ends after {number - 1} trials")
                    break
            except KeyboardInterrupt as error:
                if not self._result.values:
                    raise user_error("The search failed", error) from error
                log.warning(f"Search interrupted in trial {number}: the best of the trials until then counts")
                break
        result = self._result
        if not result.values:
            raise EngineError("Data", f"None of the {len(result.figures)} trials of the search came to an end")
        log.info(f"Best options ({self._figure_name} {result.figure:.5f}): {option_string(result.values)}")
        return result

    def _run_trial(self, number: int, objective: Objective) -> bool:
        """Make one trial; false if everything that the sampler suggests was tried before."""
        asked = self._ask()
        if asked is None:
            return False
        trial, values = asked
        figure, remark = math.nan, ""
        try:
            figure = objective(values, self._reporter(trial))
            remark = "" if math.isfinite(figure) else "not a finite number"
        except Pruned as reason:
            remark = str(reason)
        except EngineError as error:
            if error.code != "Data":
                raise
            remark = error.message.split(":", maxsplit=1)[0]
        is_good = math.isfinite(figure)
        self._tell(trial, values, figure)
        result = self._result
        result.figures.append(figure if is_good else math.nan)
        if is_good and number == 1 and values.keys() == self._first.keys():
            result.booked_figure, remark = figure, "as booked"
        if is_good and not self._sign * figure <= self._sign * result.figure:
            result.values, result.figure = values, figure
        text = f"{figure:11.5f}" if is_good else f"{'-':>11}"
        self._log.info(f"{number:5}  {text}  {option_string(values)}{f'  ({remark})' if remark else ''}")
        return True

    def _ask(self) -> tuple[Any, dict[str, Any]] | None:
        """What to try next: the sampler suggests good values again and again, which would teach nothing."""
        for _ in range(_ATTEMPTS):
            trial = self._study.ask()
            values = {parameter.name: parameter.suggest(trial) for parameter in self._parameters}
            known = self._known.get(tuple(values.values()))
            if known is None:
                return trial, values
            self._tell(trial, values, known)
        return None

    def _tell(self, trial: Any, values: dict[str, Any], figure: float) -> None:
        """A trial without figure is told as given up, not as failed: the sampler then keeps away from its values."""
        self._known[tuple(values.values())] = figure
        states = self._optuna.trial.TrialState
        if math.isfinite(figure):
            self._study.tell(trial, self._sign * figure, state=states.COMPLETE)
        else:
            self._study.tell(trial, state=states.PRUNED)

    def _reporter(self, trial: Any) -> Report:
        def report(epoch: int, loss: float) -> None:
            if time.monotonic() > self._end and self._result.values:
                raise Pruned("given up: the time is over")
            if self._compares_losses and math.isfinite(loss):
                trial.report(-loss, epoch)
                if trial.should_prune():
                    raise Pruned(f"given up after epoch {epoch}")

        return report
