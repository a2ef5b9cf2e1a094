"""The command `torchmva`, also `python -m torchmva`. Imports no torch, and ROOT for `torchmva options` only.

Standard output carries the answer, standard error the talk. Exit codes: 0 good, 1 failed, 2 wrong usage; what is
run for the user (`torchmva root`, `torchmva SCRIPT`) passes on its own.
"""

from __future__ import annotations

import argparse
import io
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from torchmva import _apply, _checksum_command, _compile, _export, _info, _paths, _tune, _version
from torchmva._signals import ended_tidily

CXX_STANDARD = "-std=c++17"
_COMMANDS = ("apply", "checksum", "compile", "config", "env", "export", "info", "options", "tune")


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    first = arguments[0] if arguments else ""
    if first == "root":  # every argument is ROOT's
        return _root(arguments[1:])
    if first not in _COMMANDS and not first.startswith("-") and _is_script(first):
        from torchmva._script import run_script

        return run_script(first, arguments[1:])
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="surrogateescape")  # names of files may hold any byte
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        with ended_tidily():
            code = run(options)
            sys.stdout.flush()
            return code
    except KeyboardInterrupt:
        print("torchmva: interrupted", file=sys.stderr)
        return 130
    except FileNotFoundError as error:
        print(f"torchmva: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _is_script(argument: str) -> bool:
    return argument.endswith(".py") or Path(argument).is_file()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="torchmva",
        description="Train, evaluate and apply PyTorch models on ROOT trees.",
        epilog="torchmva SCRIPT [ARGS] runs a Python script as it is, with ROOT.TMVA there to use; so does "
        "python -m torchmva SCRIPT [ARGS]. For a script called as a command is, say ./NAME.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=_version.__version__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_env(commands)
    _add_config(commands)
    _add_options(commands)
    _tune.add_to(commands)
    _info.add_to(commands)
    _apply.add_to(commands)
    _checksum_command.add_to(commands)
    _compile.add_to(commands)
    _export.add_to(commands)
    # for the help text only: main() takes it before any parsing
    commands.add_parser("root", help="run ROOT with TorchMVA ready to use; every argument is passed on", add_help=False)
    return parser


# --- env ------------------------------------------------------------------------------------------------------------


def _add_env(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "env",
        help='print what to set in a shell: eval "$(torchmva env)"',
        description='Prints commands that make ROOT macros and compilers find TorchMVA: eval "$(torchmva env)"',
        allow_abbrev=False,
    )
    parser.add_argument("--shell", choices=sorted(_SHELLS), default="sh", help="language to print (default: sh)")
    parser.set_defaults(run=_env)


def _env(options: argparse.Namespace) -> int:
    setter = _SHELLS[options.shell]
    for name, folders in _paths.environment().items():
        print(setter(name, _paths.prepended(folders, os.environ.get(name))))
    return 0


def _set_sh(name: str, folders: list[str]) -> str:
    return f"export {name}={shlex.quote(os.pathsep.join(folders))}"


def _set_csh(name: str, folders: list[str]) -> str:
    # csh looks for history even inside single quotes
    return f"setenv {name} {shlex.quote(os.pathsep.join(folders))};".replace("!", "\\!")


def _set_fish(name: str, folders: list[str]) -> str:
    def quote(text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    if name == "PATH":  # a list in fish
        return f"set -gx {name} " + " ".join(map(quote, folders))
    return f"set -gx {name} {quote(os.pathsep.join(folders))}"


_SHELLS: dict[str, Callable[[str, list[str]], str]] = {"sh": _set_sh, "csh": _set_csh, "fish": _set_fish}


# --- root -----------------------------------------------------------------------------------------------------------


def _root(arguments: list[str]) -> int:
    """Becomes ROOT, so that signals and the exit code are ROOT's own."""
    try:
        executable = _paths.RootInstallation().executable
        environment = dict(os.environ)
        for name, folders in _paths.environment().items():
            environment[name] = os.pathsep.join(_paths.prepended(folders, os.environ.get(name)))
        os.execve(executable, [str(executable), *arguments], environment)  # noqa: S606  (no shell is wanted)
    except OSError as error:
        print(f"torchmva root: {error}", file=sys.stderr)
    return 1


# --- config ---------------------------------------------------------------------------------------------------------


def _add_config(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "config",
        help="print compiler flags and folders: g++ app.cxx $(torchmva config --cflags --libs)",
        description="Prints compiler flags, ROOT's included, and folders; what is asked for, in that order, "
        "flags quoted for the shell.",
        allow_abbrev=False,
    )
    for option, (help_text, _) in _CONFIG.items():
        parser.add_argument(f"--{option}", dest="wanted", action="append_const", const=option, help=help_text)
    parser.set_defaults(run=_config, parser=parser)


def _config(options: argparse.Namespace) -> int:
    if not options.wanted:
        options.parser.error("say what to print, for example --cflags --libs")
    print(" ".join(word for option in options.wanted for word in map(shlex.quote, _CONFIG[option][1]())))
    return 0


def _root_cflags() -> list[str]:
    return ["-pthread", CXX_STANDARD, f"-I{_paths.RootInstallation().include_dir}"]


def _root_libs() -> list[str]:
    root = _paths.RootInstallation()
    flags = [f"-L{root.lib_dir}", f"-Wl,-rpath,{root.lib_dir}"]
    if root.bundled_lib_dir is not None:
        flags.append(f"-Wl,-rpath-link,{root.bundled_lib_dir}")
    return [*flags, *(f"-l{name}" for name in _paths.LINKED_ROOT_LIBRARIES), "-pthread"]


def _own_libs() -> list[str]:
    return [f"-L{_paths.LIB_DIR}", f"-Wl,-rpath,{_paths.LIB_DIR}", "-lTorchMVA"]


def _libs() -> list[str]:
    # All of ROOT's libraries become the executable's own, used or not: its rpath then finds them also for
    # libTorchMVA.so, whose rpath does so in the same site-packages only.
    return [*_own_libs(), "-Wl,--push-state,--no-as-needed", *_root_libs(), "-Wl,--pop-state"]


_CONFIG: dict[str, tuple[str, Callable[[], list[str]]]] = {
    "cflags": (
        "flags to compile with, ROOT's included",
        lambda: [f"-I{_paths.INCLUDE_DIR}", *_root_cflags()],
    ),
    "libs": ("flags to link with, ROOT's included", _libs),
    "rootcflags": ("ROOT's flags to compile with", _root_cflags),
    "rootlibs": ("ROOT's flags to link with", _root_libs),
    "incdir": ("folder of the headers", lambda: [str(_paths.INCLUDE_DIR)]),
    "libdir": ("folder of the libraries", lambda: [str(_paths.LIB_DIR)]),
    "cmakedir": ("folder of the CMake package, for TorchMVA_DIR", lambda: [str(_paths.CMAKE_DIR)]),
    "rootincdir": ("folder of ROOT's headers", lambda: [str(_paths.RootInstallation().include_dir)]),
    "rootlibdir": ("folder of ROOT's libraries", lambda: [str(_paths.RootInstallation().lib_dir)]),
    "version": ("version of TorchMVA", lambda: [_version.__version__]),
    "rootversion": ("version of ROOT that TorchMVA was built with", lambda: [_version.ROOT_VERSION]),
}


# --- options --------------------------------------------------------------------------------------------------------


def _add_options(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "options",
        help="print the options of a method, of Factory, DataLoader or Reader: torchmva options PyTorch",
        description="Prints the table of options of what is named; without a name, the names.",
        allow_abbrev=False,
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="a method type, Factory, DataLoader, Reader, ...")
    parser.add_argument("--markdown", action="store_true", help="print all tables as one page in Markdown")
    parser.set_defaults(run=_options, parser=parser)


def _options(options: argparse.Namespace) -> int:
    if options.markdown and options.name:
        options.parser.error("--markdown prints all tables: give no name with it")
    import ROOT

    ROOT.gROOT.SetBatch(True)  # a default depends on it
    library = ROOT.TorchMVA
    if options.markdown:
        print(str(library.OptionReference()), end="")
    elif options.name:
        try:
            print(str(library.OptionHelp(options.name)))
        except library.Error as error:
            options.parser.error(str(error.GetMessage()))
    else:
        print("\n".join(str(name) for name in library.OptionPages()))
    return 0
