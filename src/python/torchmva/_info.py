"""The command `torchmva info`: what is in a weight file. Imports neither ROOT nor torch nor NumPy."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from torchmva import _regular_file, _version
from torchmva._paths import expand_path
from torchmva._weightfile import Column, Model, Transformation, WeightFile, WeightFileError, read
from torchmva._weightfile_xml import present

#: Transformations in words.
_WORDS = {
    "Identity": "nothing",
    "Normalize": "normalisation to [-1, 1]",
    "Decorrelation": "decorrelation with the inverse square root of the covariance matrix",
    "PCA": "rotation onto the principal components",
    "Gauss": "to Gaussian distributions",
    "Uniform": "to uniform distributions",
}


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "info",
        help="print what is in a weight file: variables, transformations, options, training, model, engine",
        description="Prints what is in a weight file, of TorchMVA or of TMVA, and checks the model that belongs to it. "
        "The exit code is 1 if the file or its model cannot be used.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "weights", type=expand_path, metavar="WEIGHTS", help="a weight file: dataset/weights/job_Net.weights.xml"
    )
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("--all", action="store_true", help="print all options, not only those that were set")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    try:
        content = describe(read(options.weights))
    except WeightFileError as error:
        print(f"torchmva info: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(content, indent=1, ensure_ascii=False))
    else:
        print("\n".join(_lines(content, options.all)))
    for problem in content["problems"]:
        print(f"torchmva info: {problem}", file=sys.stderr)
    return 1 if content["problems"] else 0


# --- what is said ---------------------------------------------------------------------------------------------------


def describe(file: WeightFile) -> dict[str, Any]:
    """Everything that the command says, as JSON has it; the keys are documented in docs/applying.md."""
    model = None if file.model is None else _model(file.model)
    folds = _folds(file)
    problems = [f"the model cannot be used: {model['problem']}"] if model and model["problem"] else []
    problems += [f"the weight file of a fold is not there: {fold['file']}" for fold in folds if not fold["found"]]
    return {
        "file": str(file.path),
        "method": file.method,
        "title": file.title,
        "analysis": file.analysis,
        "variables": [asdict(column) for column in file.variables],
        "spectators": [asdict(column) for column in file.spectators],
        "targets": [asdict(column) for column in file.targets],
        "classes": list(file.classes),
        "transformations": [_transformation(step, file) for step in file.transformations],
        "options": [asdict(option) for option in file.options],
        "training": {
            "date": file.info.get("Date", ""),
            "events": _number(file.info.get("Training events")),
            "seconds": _number(file.info.get("TrainingTime")),
            "history": _history(file.history_file),
        },
        "model": model,
        "weights": _weights(file),
        "folds": folds,
        "engine": _engine(file),
        "versions": {
            "TorchMVA": file.info.get("TorchMVA Release", ""),
            "TMVA": file.info.get("TMVA Release", ""),
            "ROOT": file.info.get("ROOT Release", ""),
        },
        "creator": {key.lower(): file.info.get(key, "") for key in ("Creator", "Host", "Dir")},
        "problems": problems,
    }


def _number(text: str | None) -> float | int | None:
    """A number of `<GeneralInfo>`."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return int(value) if value.is_integer() and "e" not in (text or "") else value


def _transformation(step: Transformation, file: WeightFile) -> dict[str, Any]:
    columns: dict[str, tuple[Column, ...]] = {
        "Variable": file.variables,
        "Target": file.targets,
        "Spectator": file.spectators,
    }
    kinds = Counter(slot.kind for slot in step.slots)
    names = []
    for kind, count in kinds.items():
        if count == len(columns[kind]):
            names.append("all " + kind.lower() + "s")
        else:
            names += [columns[kind][slot.index].expression for slot in step.slots if slot.kind == kind]
    return {
        "name": step.name,
        "text": f"{_WORDS[step.name]}: {', '.join(names)}"
        + (f" (determined from class {step.reference_class})" if step.reference_class else ""),
        "columns": [{"kind": s.kind, "expression": columns[s.kind][s.index].expression} for s in step.slots],
        "reference_class": step.reference_class,
    }


def _history(path: Path) -> dict[str, Any] | None:
    """The epochs in the JSON beside the weight file, None without one that can be read."""
    try:
        epochs = json.loads(_regular_file.read(path))["epochs"]
        with_loss = [row for row in epochs if row["validation_loss"] is not None]
        best = min(with_loss, key=lambda row: row["validation_loss"], default=None)
        return {
            "file": str(path),
            "epochs": len(epochs),
            "networks": len({row["network"] for row in epochs}),
            "best_epoch": best and best["epoch"],
            "best_validation_loss": best and best["validation_loss"],
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _model(model: Model) -> dict[str, Any]:
    return {
        "format": model.format,
        "size": model.size,
        "sha256": model.sha256,
        "file": model.file,
        "found": str(model.find() or ""),
        "problem": model.problem(),
    }


def _weights(file: WeightFile) -> dict[str, Any]:
    """What the method's own element counts: its attributes, and how many children of each name it has."""
    if file.weights is None:
        return {}
    names = Counter(child.tag for child in file.weights.element if child.tag not in ("Model", "Network"))
    return {**file.weights_attributes, **{f"<{name}>": count for name, count in names.items()}}


def _folds(file: WeightFile) -> list[dict[str, Any]]:
    """The weight files of a method of type CrossValidation."""
    if file.method != "CrossValidation" or file.weights is None:
        return []
    names = [fold.attribute("File") for fold in file.weights.children("Fold")]
    if not names:  # written by TMVA itself, which knows the names
        start = f"{file.weights.attribute('JobName')}_{file.weights.attribute('EncapsulatedMethodName')}"
        names = [f"{start}_fold{i}.weights.xml" for i in range(1, file.weights.integer("NumFolds", 0, 10000) + 1)]
    return [{"file": name, "found": present(file.path.parent / name).is_file()} for name in names]


def _engine(file: WeightFile) -> dict[str, Any]:
    """What evaluates the method: the host without Python ("native"), or the embedded Python."""
    answer: dict[str, Any] = {"engine": "native", "reason": "", "operations": [], "parameters": 0}
    if file.network is not None:
        answer["operations"] = [operation.type for operation in file.network.operations]
        answer["parameters"] = len(file.network.parameters)
    if file.method != "PyTorch":
        return _engine_of_folds(file) if file.method == "CrossValidation" else answer
    if file.weights_attributes.get("Prediction") == "User":
        answer |= {"engine": "Python", "reason": "the predict_func of the user code does more than call the model"}
    elif file.network is None:
        without = "the file has no native network"
        answer |= {"engine": "Python", "reason": file.weights_attributes.get("NotNative") or without}
    elif file.option("Engine").lower() != "native" and (slow := file.weights_attributes.get("SlowPart")):
        answer |= {"engine": "Python", "reason": slow}
    return answer


def _engine_of_folds(file: WeightFile) -> dict[str, Any]:
    """That of the first fold that can be read: they are of one kind."""
    for fold in _folds(file):
        try:
            one = read(file.path.parent / fold["file"])
        except WeightFileError:
            continue
        if one.method != "CrossValidation":
            return _engine(one)
    return {"engine": "", "reason": "no weight file of a fold can be read", "operations": [], "parameters": 0}


# --- as text --------------------------------------------------------------------------------------------------------


def _lines(content: dict[str, Any], all_options: bool) -> list[str]:
    lines = [f"{content['title']}: {content['method']}, {content['analysis']}", f"  file  {content['file']}"]
    for kind in ("variables", "spectators", "targets"):
        if content[kind]:
            lines += ["", f"{kind.capitalize()} ({len(content[kind])})", *_columns(content[kind])]
    if content["classes"] and content["analysis"] != "Regression":
        lines += ["", f"Classes ({len(content['classes'])})", "  " + ", ".join(content["classes"])]
    lines += ["", "Transformations", *(f"  {step['text']}" for step in content["transformations"])]
    if not content["transformations"]:
        lines.append("  none")
    shown = [option for option in content["options"] if all_options or option["is_set"]]
    lines += ["", "Options" if all_options else "Options that were set (all: --all)"]
    lines += _table([[option["name"], option["value"]] for option in shown]) or ["  none"]
    lines += ["", "Training", *_table(_training(content["training"]))]
    if content["model"]:
        lines += ["", "Model", *_table(_model_rows(content["model"]))]
    if content["folds"]:
        found = [fold["file"] + ("" if fold["found"] else "  (not there)") for fold in content["folds"]]
        lines += ["", f"Folds ({len(found)})", *(f"  {name}" for name in found)]
    elif content["weights"] and not content["model"]:
        lines += ["", "Weights", *_table([[name, str(value)] for name, value in content["weights"].items()])]
    lines += ["", "Engine", *_table(_engine_rows(content["engine"]))]
    return [*lines, "", "Written by", *_table(_writer(content))]


def _columns(columns: list[dict[str, Any]]) -> list[str]:
    rows = []
    for i, column in enumerate(columns):
        known = column["minimum"] is not None
        limits = f"[{column['minimum']:.6g}, {column['maximum']:.6g}]" if known else ""
        label = column["label"] if column["label"] != column["expression"] else ""
        title = column["title"] if column["title"] not in (column["label"], column["expression"]) else ""
        unit = f"[{column['unit']}]" if column["unit"] else ""
        rows.append([str(i), column["expression"], label, title, unit, limits])
    return _table([["#", "expression", "label", "title", "unit", "range"], *rows])


def _table(rows: list[list[str]]) -> list[str]:
    """Rows of texts in aligned columns; those that are empty everywhere (but for a heading) are left out."""
    if not rows:
        return []
    has_heading = rows[0][0] == "#"
    used = [i for i in range(len(rows[0])) if any(row[i] for row in rows[has_heading:])]
    widths = {i: max(len(row[i]) for row in rows) for i in used}
    return ["  " + "  ".join(row[i].ljust(widths[i]) for i in used).rstrip() for row in rows]


def _training(training: dict[str, Any]) -> list[list[str]]:
    rows = [["date", training["date"]]]
    if training["events"] is not None:
        rows.append(["events", f"{training['events']:,}"])
    if training["seconds"] is not None:
        rows.append(["time", f"{training['seconds']:.3g} s"])
    if history := training["history"]:
        of_networks = f" of {history['networks']} networks" if history["networks"] > 1 else ""
        rows.append(["epochs", f"{history['epochs']}{of_networks}"])
        if history["best_epoch"] is not None:
            best = f"{history['best_validation_loss']:.6g} in epoch {history['best_epoch']}"
            rows.append(["best validation loss", best])
    return rows


def _model_rows(model: dict[str, Any]) -> list[list[str]]:
    rows = [["format", model["format"] or "as the file tells"], ["stored", model["file"] or "in the weight file"]]
    if model["found"] and model["found"] != model["file"]:
        rows.append(["found", model["found"]])
    if model["size"]:
        rows.append(["size", f"{model['size']:,} bytes"])
    if model["sha256"]:
        rows.append(["SHA-256", model["sha256"]])
    verdict = "fits" if model["sha256"] else "the file is there; the weight file has no checksum for it"
    return [*rows, ["check", model["problem"] or verdict]]


def _engine_rows(engine: dict[str, Any]) -> list[list[str]]:
    names = {"native": "native, without Python", "Python": "Python", "": "unknown"}
    rows = [["engine", names[engine["engine"]]]]
    if engine["reason"]:
        rows.append(["because", engine["reason"]])
    if engine["operations"]:
        rows.append(["network", f"{len(engine['operations'])} operations, {engine['parameters']:,} parameters"])
        rows.append(["", " - ".join(engine["operations"])])
    return rows


def _writer(content: dict[str, Any]) -> list[list[str]]:
    rows = [[name, version] for name, version in content["versions"].items() if version]
    rows += [[name, value] for name, value in content["creator"].items() if value]
    if _release(content["versions"]["TorchMVA"]) > _release(_version.__version__):
        rows.append(["note", f"a newer TorchMVA than this one ({_version.__version__}) wrote the file"])
    return rows


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
