"""What `pip install` leaves behind, and that others can build with it."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import torchmva
from torchmva import _paths

LIBRARIES = [
    _paths.LIB_DIR / "libTorchMVA.so",
    _paths.LIB_DIR / "libTorchMVAPyTorch.so",
    next(_paths.PACKAGE_DIR.glob("_bridge*.so")),
]
by_name = pytest.mark.parametrize("library", LIBRARIES, ids=lambda path: path.name.partition(".")[0])


def installed_files() -> set[str]:
    files = metadata.files("torchmva")
    assert files is not None
    return {str(file) for file in files if "__pycache__" not in file.parts}


def test_the_package_under_test_is_the_installed_one(repository):
    assert repository / "src" not in _paths.PACKAGE_DIR.parents


def test_wheel_holds_the_libraries_with_their_dictionaries_and_the_cmake_package():
    suffix = next(_paths.PACKAGE_DIR.glob("_bridge*.so")).name
    assert suffix.startswith("_bridge.cpython-")
    expected = {
        "torchmva/lib/libTorchMVA.so",
        "torchmva/lib/libTorchMVA.rootmap",
        "torchmva/lib/libTorchMVA_rdict.pcm",
        "torchmva/lib/libTorchMVAPyTorch.so",
        "torchmva/lib/libTorchMVAPyTorch.rootmap",
        "torchmva/lib/libTorchMVAPyTorch_rdict.pcm",
        "torchmva/lib/cmake/TorchMVA/TorchMVAConfig.cmake",
        "torchmva/lib/cmake/TorchMVA/TorchMVAConfigVersion.cmake",
        "torchmva/lib/cmake/TorchMVA/TorchMVAFindROOT.cmake",
        "torchmva/lib/cmake/TorchMVA/TorchMVATargets.cmake",
        "torchmva/lib/cmake/TorchMVA/TorchMVATargets-release.cmake",
        f"torchmva/{suffix}",
    }
    found = {file for file in installed_files() if re.search(r"\.(so|rootmap|pcm|cmake)$", file)}
    assert found == expected


def test_wheel_holds_every_public_header_and_no_other(repository):
    include = repository / "include"
    expected = {
        f"torchmva/include/{path.relative_to(include)}" for path in include.rglob("*.h*") if path.suffix != ".in"
    }
    expected.add("torchmva/include/TorchMVA/Version.hxx")
    found = {file for file in installed_files() if file.startswith("torchmva/include/")}
    assert found == expected


def test_wheel_holds_every_python_file_and_no_other(repository):
    source = repository / "src" / "python"
    expected = {str(path.relative_to(source)) for path in source.rglob("*.py*") if "__pycache__" not in path.parts}
    expected = {file for file in expected if not file.endswith(".pyc")} | {"torchmva/_version.py"}
    expected.add("torchmva/py.typed")
    found = {file for file in installed_files() if file.startswith("torchmva/") and "/include/" not in file}
    found = {file for file in found if file.endswith((".py", ".pyi", "py.typed"))}
    assert found == expected


def test_nothing_is_installed_outside_the_package():
    outside = {
        file
        for file in installed_files()
        if not file.startswith(("torchmva/", "torchmva-")) and not file.endswith("bin/torchmva")
    }
    assert outside == set()


def test_version_is_the_same_everywhere(repository, torchmva_command):
    pyproject = tomllib.loads((repository / "pyproject.toml").read_text())["project"]["version"]
    header = (_paths.INCLUDE_DIR / "TorchMVA" / "Version.hxx").read_text()
    numbers = [re.search(rf"_VERSION_{part} (\d+)", header).group(1) for part in ("MAJOR", "MINOR", "PATCH")]
    cmake = (_paths.CMAKE_DIR / "TorchMVAConfigVersion.cmake").read_text()
    assert torchmva.__version__ == pyproject
    assert metadata.version("torchmva") == pyproject
    assert ".".join(numbers) == pyproject
    assert f'VERSION_STRING "{pyproject}"' in header
    assert re.search(r'set\(PACKAGE_VERSION "([^"]+)"\)', cmake).group(1) == pyproject


def dynamic_section(library: Path) -> str:
    return subprocess.run(
        ["readelf", "--dynamic", "--wide", str(library)], capture_output=True, text=True, check=True
    ).stdout


@by_name
def test_library_does_not_need_libpython(library):
    assert not re.search(r"NEEDED.*libpython", dynamic_section(library))


@by_name
def test_library_looks_for_others_only_relative_to_itself(library):
    paths = re.findall(r"R(?:UN)?PATH.*\[(.*)\]", dynamic_section(library))
    assert len(paths) == 1
    assert all(folder.startswith("$ORIGIN") for folder in paths[0].split(":"))


def test_plugin_has_no_python_symbol():
    """It has to load in a process that has no Python yet, and it starts one then."""
    for library in LIBRARIES[:2]:
        symbols = subprocess.run(
            ["nm", "--dynamic", "--undefined-only", str(library)], capture_output=True, text=True, check=True
        ).stdout
        assert re.findall(r" U (_?Py[A-Z_]\w*)", symbols) == []


@pytest.mark.parametrize("pattern", ["*.so", "*.pcm", "*.rootmap", "*.cmake"])
def test_no_path_of_the_build_is_left(repository, pattern):
    files = [path for path in _paths.PACKAGE_DIR.rglob(pattern) if path.is_file()]
    assert files
    forbidden = [str(repository).encode(), str(_paths.PACKAGE_DIR.parent).encode()]
    for path in files:
        content = path.read_bytes()
        assert not [folder for folder in forbidden if folder in content], path.name


def test_dictionary_stays_small(repository):
    """Each class in the dictionary is interface for ever: think before raising this."""
    linkdef = (repository / "src" / "cpp" / "Dict" / "LinkDef.h").read_text()
    assert linkdef.count("pragma link C++ class") <= 28
    assert not re.search(r"class [\w:]+\+;", linkdef), "no class of ours goes through ROOT I/O"


def test_all_of_the_dictionary_is_declared_for_the_autoloader(repository):
    """Else cling loads the library in the middle of the first header that declares one, and fails."""
    dictionary = repository / "src" / "cpp" / "Dict"
    linkdef = (dictionary / "LinkDef.h").read_text()
    declarations = (dictionary / "RootmapDeclarations.h").read_text()
    names = re.findall(r"pragma link C\+\+ (?:class|enum) (?:\w+::)*(\w+)", linkdef)
    assert len(names) > 20
    assert [name for name in names if not re.search(rf"\b(class|enum) {name}\b", declarations)] == []


# --- others build with it ---------------------------------------------------------------------------------------


@pytest.fixture
def downstream(repository, tmp_path):
    """A copy of tests/downstream, in a folder whose name needs quoting."""
    folder = tmp_path / "with space"
    shutil.copytree(repository / "tests" / "downstream", folder)
    return folder


def check_app(run, app: Path) -> None:
    """It runs with no environment variable that says where anything is."""
    result = run([app], cwd=app.parent)
    assert result.stdout.strip().splitlines()[-1] == metadata.version("torchmva")


CMAKE_HINTS = {
    "prefix path": lambda run: [f"-DCMAKE_PREFIX_PATH={_paths.PACKAGE_DIR}"],
    "TorchMVA_DIR": lambda run: [
        "-DTorchMVA_DIR=" + shlex.split(run([sys.executable, "-m", "torchmva", "config", "--cmakedir"]).stdout)[0]
    ],
}


@pytest.mark.parametrize("way", CMAKE_HINTS)
def test_cmake_project_finds_compiles_and_runs(run, downstream, way):
    version = metadata.version("torchmva")
    build = downstream / "build"
    hints = CMAKE_HINTS[way](run)
    run(["cmake", "-S", downstream / "cmake", "-B", build, "-G", "Ninja", f"-DWANTED_VERSION={version}", *hints])
    run(["cmake", "--build", build])
    check_app(run, build / "app")


def test_cmake_refuses_another_major_version(run, downstream):
    major = int(metadata.version("torchmva").partition(".")[0])
    result = run(
        ["cmake", "-S", downstream / "cmake", "-B", downstream / "build", "-G", "Ninja",
         f"-DWANTED_VERSION={major + 1}.0", f"-DCMAKE_PREFIX_PATH={_paths.PACKAGE_DIR}"],
        check=False,
    )  # fmt: skip
    assert result.returncode != 0
    assert "TorchMVA" in result.stderr


def test_cmake_entry_point_leads_to_the_package():
    (entry_point,) = [e for e in metadata.entry_points(group="cmake.root") if e.name == "TorchMVA"]
    package, *rest = entry_point.value.split(".")
    assert package == "torchmva"
    assert _paths.PACKAGE_DIR.joinpath(*rest, "TorchMVAConfig.cmake").exists()


def test_one_compiler_line_builds_an_app_that_runs(run, downstream, torchmva_command):
    compiler = "g++"
    flags = shlex.split(torchmva_command("config", "--cflags", "--libs").stdout)
    run([compiler, "app.cxx", "-o", "app", "-Wall", "-Wextra", "-Werror", *flags], cwd=downstream)
    check_app(run, downstream / "app")


def test_app_finds_roots_libraries_from_another_site_packages(run, run_python, downstream, tmp_path):
    """As with a ROOT from elsewhere: the rpath of libTorchMVA.so leads nowhere, that of the application has to do."""
    compiler = "g++"
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(_paths.PACKAGE_DIR, elsewhere / "torchmva", ignore=shutil.ignore_patterns("__pycache__"))
    source = "import sys; sys.path.insert(0, sys.argv[1]); from torchmva.cli import main; main(sys.argv[2:])"
    flags = shlex.split(run_python(source, elsewhere, "config", "--cflags", "--libs").stdout)
    assert f"-L{elsewhere}/torchmva/lib" in flags
    run([compiler, "app.cxx", "-o", "app", *flags], cwd=downstream)
    check_app(run, downstream / "app")


# --- ROOT finds it by itself --------------------------------------------------------------------------------------

USE_ALL = """
   TMVA::gConfig().GetIONames().fWeightFileDir = "w";
   TMVA::Factory factory("job", "Silent:AnalysisType=Classification");
   TMVA::DataLoader loader("d");
   TMVA::Reader reader("Silent");
   std::cout << "number " << TMVA::Types::kPyTorch << std::endl;
   try { TMVA::Factory misspelt("job", "Slient"); }
   catch (const TorchMVA::Error &error) { std::cout << "caught " << error.what() << std::endl; }
"""
INCLUDES = '#include <iostream>\n#include "TMVA/Factory.h"\n#include "TMVA/DataLoader.h"\n#include "TMVA/Reader.h"\n'


@pytest.mark.parametrize("aclic", ["", "+"], ids=["interpreted", "ACLiC"])
def test_macro_with_tmva_headers(torchmva_command, tmp_path, aclic):
    (tmp_path / "macro.C").write_text(f"{INCLUDES}void macro() {{{USE_ALL}}}\n")
    result = torchmva_command("root", "-l", "-b", "-q", f"macro.C{aclic}")
    check_macro(result)


def test_macro_without_any_include_is_autoloaded(torchmva_command, tmp_path):
    (tmp_path / "macro.C").write_text(f"void macro() {{{USE_ALL}}}\n")
    check_macro(torchmva_command("root", "-l", "-b", "-q", "macro.C"))


@pytest.mark.parametrize(
    "statement",
    [
        "TMVA::gConfig()",
        "TMVA::gTools()",
        "TMVA::Python_Executable()",
        "TMVA::PyMethodBase::PyInitialize()",
        "TMVA::MethodPyTorch *m = nullptr",
        "TMVA::Types::kFisher",
        'TMVA::DataLoader d("d")',
        "TMVA::Tools::Instance()",
    ],
)
def test_whatever_a_macro_says_first_is_found(torchmva_command, tmp_path, statement):
    (tmp_path / "macro.C").write_text(f'void macro() {{ {statement}; printf("fine\\n"); }}\n')
    result = torchmva_command("root", "-l", "-b", "-q", "macro.C")
    assert "fine" in result.stdout, result.stderr
    assert "rror" not in result.stderr


@pytest.mark.parametrize("header", ["TMVA/Types.h", "TMVA/RReader.hxx", "TMVA/Reader.h"])
def test_a_macro_that_includes_one_header_has_all(torchmva_command, tmp_path, header):
    (tmp_path / "macro.C").write_text(f'#include "{header}"\nvoid macro() {{ {USE_ALL} }}\n')
    check_macro(torchmva_command("root", "-l", "-b", "-q", "macro.C"))


# Each macro in a copy of a ROOT that has seen nothing of TorchMVA: its interpreter is as fresh as after a start.
FORKS = """
#include <sys/wait.h>
#include <unistd.h>

void driver(int n) {
   for (int running = 0, i = 0; i < n || running; ) {
      if (i < n && running < 2) {
         if (fork() == 0) {
            freopen(TString::Format("%d.log", i), "w", stdout);
            dup2(1, 2);
            gROOT->ProcessLine(TString::Format(".x macro%d.C", i));
            fflush(nullptr);
            _exit(0);
         }
         ++running;
         ++i;
      } else if (wait(nullptr) > 0)
         --running;
   }
}
"""


@pytest.mark.timeout(270)
@pytest.mark.parametrize(
    "pattern",
    [
        "TMVA/[DFR]*.h*",  # what macros of TMVA begin with: DataLoader, Factory, Reader, RReader
        *(pytest.param(f"{folder}/**/*.h*", marks=pytest.mark.proof) for folder in ("TMVA", "TorchMVA")),
    ],
)
def test_whatever_header_a_macro_includes_first(torchmva_command, tmp_path, pattern):
    """Cling loads the library, and may look for its names, in the middle of a header: the header has to survive it."""
    headers = sorted(str(path.relative_to(_paths.INCLUDE_DIR)) for path in _paths.INCLUDE_DIR.glob(pattern))
    assert {"TMVA/Reader.h", "TorchMVA/Data/DataSet.hxx"} & set(headers)
    for i, header in enumerate(headers):
        (tmp_path / f"macro{i}.C").write_text(
            f'#include "{header}"\nvoid macro{i}() {{\n'
            "   const bool known = sizeof(TMVA::Factory) + sizeof(TMVA::DataLoader) + sizeof(TMVA::Reader) > 0;\n"
            '   printf(known ? "fine\\n" : "");\n}\n'
        )
    (tmp_path / "driver.C").write_text(FORKS)
    torchmva_command("root", "-l", "-b", "-q", f"driver.C({len(headers)})", timeout=240)
    said = {header: (tmp_path / f"{i}.log").read_text() for i, header in enumerate(headers)}
    assert {header: text for header, text in said.items() if text.strip() != "fine"} == {}


def test_root_finds_the_library_after_torchmva_env(run, tmp_path):
    (tmp_path / "macro.C").write_text(f"void macro() {{{USE_ALL}}}\n")
    command = shlex.quote(str(Path(sys.executable).parent / "torchmva"))
    check_macro(run(["sh", "-c", f'eval "$({command} env)"; root -l -b -q macro.C']))


def check_macro(result: subprocess.CompletedProcess[str]) -> None:
    assert re.search(r"number \d+", result.stdout), result.stdout + result.stderr
    assert re.search(r"caught .*Slient", result.stdout), result.stdout + result.stderr
    assert "Error in <" not in result.stdout + result.stderr


def test_macro_that_has_nothing_to_do_with_torchmva_is_not_disturbed(torchmva_command, tmp_path):
    (tmp_path / "macro.C").write_text('void macro() { TH1F h("h", "", 1, 0, 1); printf("fine\\n"); }\n')
    result = torchmva_command("root", "-l", "-b", "-q", "macro.C")
    assert result.stdout.split() == ["Processing", "macro.C...", "fine"]
    assert result.stderr == ""
