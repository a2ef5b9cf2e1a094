"""Carries out the jobs of `torchmva apply`, here or in several processes, with a progress bar."""

from __future__ import annotations

import contextlib
import ctypes
import glob
import math
import multiprocessing
import os
import queue
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, NoReturn

from torchmva._apply import Job, Settings

#: Seconds between two looks at how far a job is.
_INTERVAL = 0.1
#: The call of Linux by which a process hears of the end of the one that started it.
_PR_SET_PDEATHSIG = 1
#: Ctrl-C, the end by a batch system, the end of a terminal.
_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: Seconds that a process of several waits for the end of its job before it ends itself: loading a model takes longer.
_PATIENCE = 2.0
#: Exit code of what was interrupted.
_INTERRUPTED = 130
#: Of the progress of all jobs, as (number of the job, events done, entries).
Report = Callable[[int, int, int], None]


class JobError(Exception):
    """A job failed, with the reason for the user."""


@dataclass
class _Worker:
    """What a process keeps from job to job: the method is read once."""

    applier: Any = None
    settings: Settings | None = None
    reports: Any = None
    is_busy: bool = False


_worker = _Worker()
_is_interrupted = threading.Event()


def _interrupt(_number: int, _frame: Any) -> None:
    """Notes the signal, which `_check` finds soon.

    An exception here would be lost while C++ looks something up in Python, and a second one, of a signal to the whole
    group of processes, would end the removal of unfinished files.
    """
    _is_interrupted.set()


def _interrupt_worker(number: int, frame: Any) -> None:
    """The same in a process of several, which waits for the next job without looking."""
    _interrupt(number, frame)
    if not _worker.is_busy:
        _end_worker()


def _end_worker() -> NoReturn:
    """Ends a process of several at once: an exception would answer a job, and the pool would hand out the next one.

    Only processes that `_in_processes` has started come here, never one of the user.
    """
    os._exit(_INTERRUPTED)


def _heard_signals() -> list[signal.Signals]:
    """What ignores a signal, such as a job in the background of a script or of nohup, goes on ignoring it."""
    return [number for number in _ENDING_SIGNALS if signal.getsignal(number) != signal.SIG_IGN]


def _check() -> None:
    if _is_interrupted.is_set():
        raise KeyboardInterrupt


def run(settings: Settings, jobs: Sequence[Job], n_processes: int, show_progress: bool) -> int:
    """Do all jobs; one that fails does not keep the others from being done. Returns the exit code."""
    _is_interrupted.clear()
    usual = {number: signal.signal(number, _interrupt) for number in _heard_signals()}
    try:
        with _Progress(len(jobs), show_progress) as progress:
            outcomes = (
                _here(settings, jobs, progress)
                if n_processes == 1
                else _in_processes(settings, jobs, n_processes, progress)
            )
            n_failed = 0
            for job, outcome in outcomes:
                n_failed += isinstance(outcome, Exception)
                progress.say(_line(job, outcome))
        return 1 if n_failed else 0
    except KeyboardInterrupt:
        print("torchmva apply: interrupted; what is finished is kept, the same command does the rest", file=sys.stderr)
        return _INTERRUPTED
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


#: Entries of the output and whether it was there already, or why there is none.
Outcome = tuple[int, bool] | Exception


def _line(job: Job, outcome: Outcome) -> str:
    if isinstance(outcome, Exception):
        return f"torchmva apply: {job.output}: {outcome}"
    entries, was_there = outcome
    return f"{job.output}: {entries} entries" + (", finished before" if was_there else "")


# --- in this process ------------------------------------------------------------------------------------------------


def _here(settings: Settings, jobs: Sequence[Job], progress: _Progress) -> Iterator[tuple[Job, Outcome]]:
    for number, job in enumerate(jobs):
        try:
            yield job, _do(settings, job, number, progress.update)
        except JobError as error:
            yield job, error


def _do(settings: Settings, job: Job, number: int, report: Report, patience: float = math.inf) -> tuple[int, bool]:
    """One job, in a thread of its own, so that this one can report and hear Ctrl-C.

    Raises:
        JobError: what went wrong.
    """
    applier = _applier(settings)
    _check()
    result: list[Outcome] = []

    ended = threading.Event()  # not Thread.join: Python 3.11 takes a thread for dead if Ctrl-C comes meanwhile

    def call() -> None:
        try:
            was_there = not settings.overwrite and bool(applier.IsFinished(job.inputs, job.output))
            result.append((int(applier.Apply(job.inputs, job.output)), was_there))
        except Exception as error:  # noqa: BLE001  (C++ errors have no other common base)
            result.append(error)
        finally:
            ended.set()

    try:
        threading.Thread(target=call).start()
        while not ended.wait(_INTERVAL):
            _check()
            report(number, int(applier.GetNDone()), int(applier.GetNEntries()))
        _check()
    except BaseException:
        end = time.monotonic() + patience
        while not ended.wait(_INTERVAL) and time.monotonic() < end:
            applier.Stop()  # again and again: a call forgets a stop that comes before it has begun
        raise
    report(number, int(applier.GetNDone()), int(applier.GetNEntries()))
    outcome = result[0]
    if isinstance(outcome, Exception):
        raise JobError(_reason(outcome)) from None
    return outcome


def _reason(error: Exception) -> str:
    what = getattr(error, "what", None)
    return str(what() if callable(what) else error)


def _applier(settings: Settings) -> Any:
    """The C++ object that does the work, made once in a process.

    Raises:
        JobError: the weight file cannot be used.
    """
    if _worker.settings == settings:
        return _worker.applier
    import ROOT

    ROOT.gROOT.SetBatch(True)
    ROOT.EnableThreadSafety()
    library = ROOT.TorchMVA
    # `Apply` releases the GIL: other threads run Python meanwhile, this one and the model of a method that needs it
    klass = library.Experimental.FileApplier
    if settings.threads:
        library.gConfig().EnableMT(settings.threads)
    try:
        applier = klass(settings.weights, settings.engine, settings.allow_user_code)
        if settings.name:
            applier.SetName(settings.name)
        applier.SetCut(settings.cut)
        applier.SetFriend(settings.friend)
        applier.SetOverwrite(settings.overwrite)
        for method in (applier.GetNDone, applier.GetNEntries, applier.Stop):
            method()  # compiles what calls it, which one thread should do
    except library.Error as error:
        raise JobError(_reason(error)) from None
    _worker.applier, _worker.settings = applier, settings
    return applier


# --- in several processes -------------------------------------------------------------------------------------------


def _in_processes(
    settings: Settings, jobs: Sequence[Job], n_processes: int, progress: _Progress
) -> Iterator[tuple[Job, Outcome]]:
    _start_resource_tracker()
    context = multiprocessing.get_context("spawn")  # ROOT and torch do not survive a fork
    reports = context.Queue()
    with ProcessPoolExecutor(n_processes, context, _start, (reports, os.getpid())) as pool:
        try:
            waiting: dict[Future[Outcome], Job] = {
                _submit(pool, settings, job, number): job for number, job in enumerate(jobs)
            }
            while waiting:
                with contextlib.suppress(queue.Empty):
                    while True:
                        _check()
                        progress.update(*reports.get(timeout=_INTERVAL))
                _check()
                for future in [future for future in waiting if future.done()]:
                    yield waiting.pop(future), _outcome(future)
        except BaseException:
            for process in list((pool._processes or {}).values()):
                process.terminate()  # which they take as Ctrl-C
            pool.shutdown(cancel_futures=True)
            raise


def _start_resource_tracker() -> None:
    """Starts the process in which Python notes semaphores, such that SIGHUP does not end it before it is done."""
    usual = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as Python itself does for SIGINT and SIGTERM
    try:
        resource_tracker.ensure_running()
    finally:
        signal.signal(signal.SIGHUP, usual)


def _submit(pool: ProcessPoolExecutor, settings: Settings, job: Job, number: int) -> Future[Outcome]:
    try:
        return pool.submit(_do_there, settings, job, number)
    except BrokenProcessPool as error:  # a process ended before the last job was handed out
        failed: Future[Outcome] = Future()
        failed.set_exception(error)
        return failed


def _outcome(future: Future[Outcome]) -> Outcome:
    try:
        return future.result()
    except BrokenProcessPool:
        return JobError("a process was killed; what is finished is kept, the same command does the rest")


def _start(reports: Any, parent: int) -> None:
    _worker.reports = reports
    for number in _heard_signals():
        signal.signal(number, _interrupt_worker)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process hears it and ends this one
    warnings.filterwarnings("ignore", r"\s*This distribution of ROOT is in alpha stage", UserWarning)  # from each
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)  # nobody would take the results
    if os.getppid() != parent:  # it ended before
        _end_worker()


def _do_there(settings: Settings, job: Job, number: int) -> Outcome:
    last = 0.0

    def report(number: int, done: int, entries: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > 3 * _INTERVAL or done == entries:
            last = now
            _worker.reports.put((number, done, entries))

    _worker.is_busy = True
    try:
        return _do(settings, job, number, report, _PATIENCE)
    except JobError as error:
        return error
    except KeyboardInterrupt:
        for part in glob.glob(f"{glob.escape(job.output)}.part-*-{os.getpid()}"):  # noqa: PTH207
            Path(part).unlink(missing_ok=True)
        _end_worker()
    finally:
        _worker.is_busy = False
        if _is_interrupted.is_set():
            _end_worker()


# --- what is seen ---------------------------------------------------------------------------------------------------


class _Progress:
    """A bar of events over all jobs, on standard error if that is a terminal; lines go to where they belong."""

    def __init__(self, n_jobs: int, show: bool) -> None:
        self._n_jobs = n_jobs
        self._done: dict[int, int] = {}
        self._entries: dict[int, int] = {}
        self._show = show and sys.stderr.isatty()
        self._bar: Any = None

    def __enter__(self) -> _Progress:
        if self._show:
            from tqdm import tqdm

            self._bar = tqdm(unit=" events", unit_scale=True, file=sys.stderr, leave=False)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def update(self, number: int, done: int, entries: int) -> None:
        """How far a job is."""
        if self._bar is None:
            return
        self._done[number], self._entries[number] = done, entries
        if len(self._entries) == self._n_jobs:
            self._bar.total = sum(self._entries.values())
        self._bar.set_postfix_str(f"file {len(self._entries)} of {self._n_jobs}", refresh=False)
        self._bar.n = sum(self._done.values())
        self._bar.refresh()

    def say(self, line: str) -> None:
        """Errors go to standard error, the rest to standard output."""
        if self._bar is not None:
            self._bar.clear()
        print(line, file=sys.stderr if line.startswith("torchmva apply:") else sys.stdout, flush=True)
