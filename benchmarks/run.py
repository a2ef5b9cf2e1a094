"""Runs every benchmark in a process of its own, prints one table and writes JSON.

python benchmarks/run.py [--quick] [--json FILE] [NAME ...]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PACKAGES = {
    "numpy": "numpy",
    "torch": "torch",
    "sklearn": "scikit-learn",
    "lightgbm": "lightgbm",
    "onnxruntime": "onnxruntime onnx",
}  # module: to install
NAMES = (
    "reading",
    "transforming",
    "applying",
    "standalone",
    "training",
    "trees",
    "evaluating",
    "memory",
    "files",
    "frames",
)


def run(name: str, *, quick: bool) -> dict[str, dict[str, Any]]:
    """The rows of one benchmark."""
    command = [sys.executable, str(HERE / f"{name}.py"), *(["--quick"] if quick else [])]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    lines = [line for line in result.stdout.splitlines() if line.startswith("RESULT ")]
    if result.returncode != 0 or not lines:
        print(
            f"{name} failed with {result.returncode}:\n{result.stdout[-3000:]}\n{result.stderr[-3000:]}",
            file=sys.stderr,
        )
        return {}
    rows: dict[str, dict[str, Any]] = json.loads(lines[-1].removeprefix("RESULT "))
    return rows


def require_packages() -> None:
    """Ends the program if one is missing, with the command that installs it."""
    missing = [package for module, package in PACKAGES.items() if importlib.util.find_spec(module) is None]
    if missing:
        sys.exit(f"The benchmarks need {' and '.join(missing)}: {sys.executable} -m pip install {' '.join(missing)}")


def table(rows: dict[str, dict[str, Any]]) -> str:
    """Columns padded to their widest entry."""
    lines = [("what", "TorchMVA", "other", "against", "ratio", "aim", "reached")]
    for row in rows.values():
        figures = [f"{row[side]:.3g} {row['unit']}" for side in ("torchmva", "other")]
        lines.append(
            (
                row["what"],
                *figures,
                row["against"],
                f"{row['ratio']:.2f}",
                row["aim"],
                {True: "yes", False: "no", None: ""}[row["reached"]],
            )
        )
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    text.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(text)


def processor() -> str:
    """The name of the processor, as far as the system tells it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def main() -> int:
    """1 if a benchmark failed; figures that miss an aim are no failure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; default: all")
    parser.add_argument("--quick", action="store_true", help="fewer events and repetitions: to see that all works")
    parser.add_argument("--json", type=Path, default=Path("benchmarks.json"), help="default: benchmarks.json")
    options = parser.parse_args()
    require_packages()
    rows: dict[str, dict[str, Any]] = {}
    failed = False
    for name in options.names or NAMES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        found = run(name, quick=options.quick)
        failed = failed or not found
        rows |= found
    if rows:
        print(table(rows))
    document = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "quick": options.quick,
        "rows": rows,
    }
    options.json.write_text(json.dumps(document, indent=1) + "\n")
    print(f"written to {options.json}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
