"""How far a training is: a bar in a terminal and a notebook, lines in a log."""

from __future__ import annotations

import shutil
import sys
from typing import Any

from tqdm.auto import tqdm

from .history import Epoch
from .log import Log

#: Without tqdm's rate there is room for all figures in 80 columns.
_TERMINAL_FORMAT = "{percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}{postfix}]"


def _is_notebook() -> bool:
    """Whether output goes to a Jupyter kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and "IPKernelApp" in getattr(shell, "config", {})


class Progress:
    """Shows every epoch with its losses, learning rate and the time left; silent where nobody wants to see it."""

    def __init__(self, n_epochs: int, first: int, log: Log, *, shown: bool) -> None:
        self._log = log
        self._shown = shown
        self._n_epochs = n_epochs
        self._bar: Any = None
        self._seconds = 0.0
        self._n_seen = 0
        if shown and _is_notebook():
            self._bar = tqdm(total=n_epochs, initial=first, unit="epoch", file=sys.stdout)
        elif shown and sys.stdout.isatty():
            # a terminal that does not know its size says 0, where tqdm would show nothing
            size = shutil.get_terminal_size()
            self._bar = tqdm(
                total=n_epochs,
                initial=first,
                file=sys.stdout,
                ncols=size.columns,
                nrows=size.lines,
                bar_format=_TERMINAL_FORMAT,
            )

    def show(self, epoch: Epoch, note: str = "") -> None:
        """The figures of an epoch that has ended."""
        if not self._shown:
            return
        if self._bar is not None:
            losses = f"loss {epoch.training_loss:.4g}, validation {epoch.validation_loss:.4g}"
            self._bar.set_postfix_str(f"{losses}, lr {epoch.learning_rate:.3g}{note}", refresh=False)
            self._bar.update(epoch.epoch - self._bar.n)
            return
        loss = f"loss {epoch.training_loss:.5g}, validation {epoch.validation_loss:.5g}"
        rate = f"learning rate {epoch.learning_rate:.3g}"
        self._seconds += epoch.seconds
        self._n_seen += 1
        left = self._seconds / self._n_seen * (self._n_epochs - epoch.epoch)
        self._log.info(f"Epoch {epoch.epoch}/{self._n_epochs}: {loss}, {rate}, {left:.0f} s left{note}")

    def close(self) -> None:
        """End the bar."""
        if self._bar is not None:
            self._bar.close()
