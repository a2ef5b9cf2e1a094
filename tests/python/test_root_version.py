"""A ROOT of another version than the one of the build: one sentence at import, before any library is loaded."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata

import pytest

from torchmva import _paths, _root_version
from torchmva._version import ROOT_PACKAGE, ROOT_VERSION


def test_the_build_knows_its_root(ROOT):
    assert metadata.version("root") == ROOT_PACKAGE
    assert str(ROOT.gROOT.GetVersion()) == ".".join(
        part.zfill(2) if i == 2 else part for i, part in enumerate(ROOT_VERSION.split("."))
    )
    assert _root_version._version_of_headers() == ROOT_VERSION


@pytest.mark.parametrize("statement", ["import torchmva", "import ROOT, torchmva", "import torchmva.cli"])
def test_another_package_is_one_sentence(run, tmp_path, statement):
    fake = tmp_path / "root-0.99.dist-info"
    fake.mkdir()
    (fake / "METADATA").write_text("Metadata-Version: 2.1\nName: root\nVersion: 0.99\n")
    source = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\ntry:\n    {statement}\nexcept ImportError as error:\n    print(error)"
    lines = run([sys.executable, "-W", "ignore", "-c", source]).stdout.splitlines()
    assert len(lines) == 1
    assert f"was built with the package root {ROOT_PACKAGE}, but ROOT's version here is 0.99" in lines[0]
    assert f"pip install root=={ROOT_PACKAGE}" in lines[0]


@pytest.mark.parametrize(
    ("version", "is_right"), [("6.40.9", True), ("6.42.0", False), ("7.40.2", False), ("6.4.0", False), ("", True)]
)
def test_a_root_that_is_no_package_is_told_by_its_headers(monkeypatch, version, is_right):
    def no_package(_name):
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(_root_version.metadata, "version", no_package)
    monkeypatch.setattr(_root_version, "_version_of_headers", lambda: version)
    monkeypatch.setattr(_root_version, "ROOT_VERSION", "6.40.2")
    if is_right:
        _root_version.require_same_root()
        return
    with pytest.raises(ImportError, match=rf"built with ROOT 6\.40\.2, but ROOT's version here is {version}"):
        _root_version.require_same_root()


def test_headers_of_another_root_stop_the_compiler(tmp_path):
    (tmp_path / "RVersion.h").write_text("#define ROOT_VERSION_MAJOR 6\n#define ROOT_VERSION_MINOR 99\n")
    (tmp_path / "app.cxx").write_text('#include "TorchMVA/Version.hxx"\n')
    command = ["c++", "-fsyntax-only", f"-I{tmp_path}", f"-I{_paths.INCLUDE_DIR}", str(tmp_path / "app.cxx")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode != 0
    assert f"was built with ROOT {ROOT_VERSION}" in result.stderr
