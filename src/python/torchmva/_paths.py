"""Where things are, found without importing ROOT or torch."""

from __future__ import annotations

import os
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

# not resolved: in a build folder this file is a link
PACKAGE_DIR = Path(__file__).absolute().parent
LIB_DIR = PACKAGE_DIR / "lib"
INCLUDE_DIR = PACKAGE_DIR / "include"
CMAKE_DIR = LIB_DIR / "cmake" / "TorchMVA"
HOST_LIBRARY = LIB_DIR / "libTorchMVA.so"

# The libraries of ROOT that libTorchMVA.so is linked with (CMakeLists.txt).
# fmt: off
LINKED_ROOT_LIBRARIES = (
    "Core", "RIO", "Tree", "TreePlayer", "Hist", "MathCore", "Matrix",
    "Graf", "Gpad", "XMLIO", "Thread", "Imt", "ROOTDataFrame", "ROOTNTuple", "ROOTVecOps",
)
# fmt: on


def expand_path(text: str) -> str:
    """The path that a user means: `~`, `$NAME` and `${NAME}` as in a shell, which does not see those inside of words.

    A `$` in the name of a file that exists is one: files are named after titles. C++ has the same rules
    (Core/ExpandPath.hxx).
    """
    text = os.path.expanduser(text)  # noqa: PTH111  (a Path would lose a last slash)
    return text if "$" in text and os.path.exists(text) else os.path.expandvars(text)  # noqa: PTH110


def to_path(text: str) -> Path:
    """The same as a path."""
    return Path(expand_path(text))


def scripts_dir() -> Path:
    """The folder of this Python's commands, such as `torchmva` and `root`."""
    return Path(sysconfig.get_path("scripts"))


class RootInstallation:
    """The ROOT that this Python would import: the wheel, or an ordinary installation on PYTHONPATH."""

    def __init__(self) -> None:
        spec = find_spec("ROOT")
        if spec is None or not spec.submodule_search_locations:
            raise FileNotFoundError(
                f"no module ROOT for {sys.executable}: install it with 'pip install root', or source thisroot.sh"
            )
        module_dir = Path(spec.submodule_search_locations[0]).resolve()
        if (module_dir / "lib" / "libCore.so").exists():  # the wheel
            self.prefix = module_dir
            self.lib_dir = module_dir / "lib"
        else:  # $ROOTSYS/lib/ROOT
            self.lib_dir = module_dir.parent
            self.prefix = Path(os.environ.get("ROOTSYS", self.lib_dir.parent))
        self.include_dir = next(
            (d for d in (self.prefix / "include", self.prefix / "include" / "root") if (d / "TROOT.h").exists()),
            self.prefix / "include",
        )

    @property
    def bundled_lib_dir(self) -> Path | None:
        """What the wheel brings for ROOT's own use; the linker looks there for the libraries of libraries."""
        folder = self.prefix.parent / "root.libs"
        return folder if folder.is_dir() else None

    @property
    def executable(self) -> Path:
        return self.prefix / "bin" / "root.exe"


def environment() -> dict[str, list[str]]:
    """The folders that must come first in each search path, for ROOT and compilers run from a shell."""
    root = RootInstallation()
    return {
        "PATH": [str(scripts_dir())],
        "LD_LIBRARY_PATH": [str(LIB_DIR), str(root.lib_dir)],
        "ROOT_INCLUDE_PATH": [str(INCLUDE_DIR)],
        "CMAKE_PREFIX_PATH": [str(PACKAGE_DIR)],
    }


def prepended(folders: list[str], current: str | None) -> list[str]:
    """`folders`, then what else `current` holds: doing it twice changes nothing."""
    rest = [entry for entry in (current or "").split(os.pathsep) if entry and entry not in folders]
    return list(dict.fromkeys(folders)) + rest
