"""The command `torchmva checksum`: whether a weight file is as it was written, and that an edited one is meant so."""

from __future__ import annotations

import argparse
import gzip
import re
import sys
import tempfile
from pathlib import Path

from torchmva import _checksum
from torchmva._output_file import CommandError, fail, install
from torchmva._weightfile import read
from torchmva._weightfile_xml import WeightFileError, contents, is_gzip, parse

_PLACE = rf'\s{_checksum.NAME}\s*=\s*("[^"]*"|\'[^\']*\')'


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "checksum",
        help="compare weight files with their checksums, or accept one that was edited by hand",
        description="Compares weight files with the checksums in them. With --update they get new ones: for files that "
        "you have edited yourself. That of a cross-validation also gets those of its folds.",
        allow_abbrev=False,
    )
    parser.add_argument("weights", nargs="+", type=Path, metavar="WEIGHTS", help="weight files")
    parser.add_argument("--update", action="store_true", help="write new checksums into the files")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    code = 0
    for path in options.weights:
        try:
            if options.update:
                update(path)
            read(path)
            has_one = parse(path).has(_checksum.NAME)
        except (WeightFileError, CommandError) as error:
            code = fail("checksum", error)
            continue
        print(f"{path}: {'the checksums fit' if has_one else 'no checksum (of TMVA or an earlier release)'}")
    sys.stdout.flush()
    return code


def update(path: Path) -> None:
    """Give a weight file the checksums of what is in it.

    Raises:
        WeightFileError: it cannot be read.
        CommandError: it cannot be written.
    """
    before = parse(path)
    text = contents(path).decode(before.encoding)
    folds = [fold.attrib.get("File", "") for fold in before.element.iterfind("Weights/Fold")]
    sums = [parse(path.parent / file).attribute(_checksum.NAME, "") for file in folds]
    text = _with_each(text, "Fold", sums)
    # networks that have one, whatever it is, are not in the checksum of the file
    n_networks = len(list(_checksum.networks(before.element)))
    text = _with_each(text, "Network", [""] * n_networks)
    with tempfile.TemporaryDirectory(prefix="torchmva-") as folder:
        made = Path(folder, path.name)
        made.write_bytes(text.encode(before.encoding))
        root = parse(made).element
        sum_of_file = _checksum.of_file(root, before.encoding)
        sums = [_checksum.of_network(network, sum_of_file, before.encoding) for network in _checksum.networks(root)]
        text = _with_each(_with_each(text, "MethodSetup", [sum_of_file]), "Network", sums)
        data = text.encode(before.encoding)
        made.write_bytes(gzip.compress(data, mtime=0) if is_gzip(path.read_bytes()) else data)
        install(made, path)


def _with_each(text: str, element: str, checksums: list[str]) -> str:
    """The text with a checksum in each start tag of that name, in order."""
    waiting = iter(checksums)
    return re.sub(rf"<{element}\b[^>]*>", lambda tag: _with(tag[0], next(waiting, "")), text)


def _with(tag: str, checksum: str) -> str:
    """A start tag with the checksum."""
    attribute = f' {_checksum.NAME}="{checksum}"'
    if re.search(_PLACE, tag):
        return re.sub(_PLACE, lambda _: attribute, tag, count=1)
    return re.sub(r"\s*(/?>)$", lambda end: attribute + end[1], tag)
