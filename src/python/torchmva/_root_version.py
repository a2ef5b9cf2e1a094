"""Compares the ROOT that is installed with the one that TorchMVA was built with, before any library is loaded.

A library of another ROOT ends the process with a symbol error, which no code can catch.
"""

from __future__ import annotations

import re
from importlib import metadata

from torchmva import _paths
from torchmva._version import ROOT_PACKAGE, ROOT_VERSION, __version__


def require_same_root() -> None:
    """Does nothing if there is no ROOT: whatever needs it says so.

    Raises:
        ImportError: the version is another one.
    """
    try:
        if ROOT_PACKAGE and (package := metadata.version("root")) != ROOT_PACKAGE:
            _fail(f"the package root {ROOT_PACKAGE}", package, f"pip install root=={ROOT_PACKAGE}")
        return
    except metadata.PackageNotFoundError:  # a ROOT that pip did not install
        found = _version_of_headers()
    if found and found.split(".")[:2] != ROOT_VERSION.split(".")[:2]:
        _fail(f"ROOT {ROOT_VERSION}", found, f"use ROOT {ROOT_VERSION}")


def _fail(expected: str, found: str, remedy: str) -> None:
    raise ImportError(
        f"torchmva {__version__} was built with {expected}, but ROOT's version here is {found}: {remedy}, or build "
        "torchmva again with this ROOT",
        name="torchmva",
    )


def _version_of_headers() -> str:
    """The version that ROOT's headers name; empty if there are none."""
    try:
        text = (_paths.RootInstallation().include_dir / "ROOT" / "RVersion.hxx").read_text()
    except OSError:
        return ""
    parts = dict(re.findall(r"#define ROOT_VERSION_(MAJOR|MINOR|PATCH) +(\d+)", text))
    return ".".join(parts.get(name, "") for name in ("MAJOR", "MINOR", "PATCH"))
