"""The command `torchmva export`: a weight file becomes an ONNX model, transformations included."""

from __future__ import annotations

import argparse
import importlib.util
import sys
import tempfile
from pathlib import Path

from torchmva._output_file import CommandError, check_writable, errors_of_root, fail, install, rejected_beside
from torchmva._paths import expand_path, to_path
from torchmva._streams import output_on_standard_error
from torchmva._weightfile import WeightFile, WeightFileError, read

NOT_VERIFIED = 3


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "export",
        help="write a weight file as an ONNX model: torchmva export WEIGHTS -o model.onnx",
        description="Writes a trained network, its transformations included, as an ONNX model with the input "
        "'variables' and the output 'responses'. Before it says so, it compares ONNX Runtime with the Reader on "
        f"events; without onnxruntime the model is written and the exit code is {NOT_VERIFIED}.",
        epilog='Needs the package onnx: pip install "torchmva[onnx]".',
        allow_abbrev=False,
    )
    parser.add_argument(
        "weights", type=expand_path, metavar="WEIGHTS", help="a weight file: dataset/weights/job_Net.weights.xml"
    )
    parser.add_argument("-o", "--output", required=True, type=to_path, metavar="MODEL", help="the file to write")
    parser.add_argument(
        "--events",
        type=expand_path,
        metavar="FILE:TREE",
        help="compare on the first 1000 of these events (default: drawn from the ranges of the variables)",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    try:
        if importlib.util.find_spec("onnx") is None:
            raise CommandError('the package onnx is not installed: pip install "torchmva[onnx]"')
        check_writable(options.output, options.weights)
        file = read(options.weights)
        difference, n_events = _write(file, options.output, options.events)
    except (WeightFileError, CommandError) as error:
        return fail("export", error)
    if difference is None:
        print(
            f"torchmva export: {options.output} is written, but not verified: the package onnxruntime is not installed",
            file=sys.stderr,
        )
        return NOT_VERIFIED
    print(
        f"{options.output}: {len(file.variables)} variables; agrees with the Reader on {n_events} events (largest "
        f"relative difference {difference:.1e})"
    )
    return 0


def _write(file: WeightFile, output: Path, events_in: str | None) -> tuple[float | None, int]:
    """Write the model. The largest difference from the Reader, None without ONNX Runtime; and the number of events."""
    from torchmva._onnx import make_model

    try:
        model = make_model(file)
    except (ValueError, KeyError, IndexError, OverflowError) as error:
        raise CommandError(f"{file.path}: the network is damaged: {error}") from None
    if importlib.util.find_spec("onnxruntime") is None:
        _install(model, output)
        return None, 0
    import onnxruntime
    import ROOT

    from torchmva import _verification

    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, settings, providers=["CPUExecutionProvider"])
    with output_on_standard_error(), errors_of_root(), tempfile.TemporaryDirectory(prefix="torchmva-") as folder:
        reader = _verification.open_reader(ROOT, file)
        events = _verification.read_events(ROOT, events_in, file) if events_in else _verification.draw_events(file)
        made = Path(folder) / "model.onnx"
        made.write_bytes(model)
        with rejected_beside(made, output):
            (responses,) = session.run(["responses"], {"variables": events})
            difference = _verification.compare(
                responses, _verification.responses_of(reader, events), events, "the ONNX model"
            )
        install(made, output)
    return difference, len(events)


def _install(model: bytes, output: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="torchmva-") as folder:
        made = Path(folder) / "model.onnx"
        made.write_bytes(model)
        install(made, output)
