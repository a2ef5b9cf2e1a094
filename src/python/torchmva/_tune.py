"""The command `torchmva tune`: a search for the options of a method, from trees in files to an option string."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from torchmva._paths import expand_path
from torchmva._streams import output_on_standard_error


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "tune",
        help="search for good options: torchmva tune --signal f.root:sig --background f.root:bkg --variables x,y",
        description="Searches for options that separate signal from background well, on the training half of the "
        "events (a fifth of it decides). Prints the best as an option string; the trials go to standard error.",
        allow_abbrev=False,
    )
    tree = "FILE:TREE"
    parser.add_argument(
        "--signal",
        required=True,
        action="append",
        type=expand_path,
        metavar=tree,
        help="tree of signal; may be repeated",
    )
    parser.add_argument(
        "--background", required=True, action="append", type=expand_path, metavar=tree, help="the same of background"
    )
    parser.add_argument("--variables", required=True, help="input variables or expressions, separated by commas")
    parser.add_argument("--weight", default="", help="weight of the events, an expression")
    parser.add_argument("--cut", default="", help="selection of the events, an expression")
    parser.add_argument("--method", default="PyTorch", help="method type (default: PyTorch)")
    parser.add_argument("--options", default="", help="options to start from: NumEpochs=30:BatchNorm")
    parser.add_argument(
        "--parameters", default="", help="what to vary: LearningRate(0.0001..0.1);Layout(64,64|128,128)"
    )
    parser.add_argument("--trials", type=int, default=20, help="trainings to compare, at most (default: 20)")
    parser.add_argument("--max-time", type=float, default=0, metavar="SECONDS", help="end the search after this time")
    parser.add_argument("--seed", type=int, default=1, help="of the search, and of the trials (default: 1)")
    parser.set_defaults(run=lambda options: _run(parser, options))


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    import ROOT

    ROOT.gROOT.SetBatch(True)
    trees = {
        name: [_split(parser, text) for text in texts]
        for name, texts in (("Signal", options.signal), ("Background", options.background))
    }
    with output_on_standard_error():
        try:
            found = _search(ROOT, trees, options)
        except ROOT.TorchMVA.Error as error:
            print(f"torchmva: {error.what()}", file=sys.stderr)
            return 1
    if not found:
        print(f"torchmva: {options.method} has no parameters that can be optimised", file=sys.stderr)
        return 1
    print(found)
    return 0


def _split(parser: argparse.ArgumentParser, text: str) -> tuple[str, str]:
    file, _, tree = text.rpartition(":")
    if not file or not tree:
        parser.error(f"expected FILE:TREE, found {text!r}")
    return file, tree


def _require_tree(ROOT: Any, file: str, tree: str) -> None:
    """A chain would take a file or tree that is not there for an empty one."""
    error = ROOT.TorchMVA.Error
    code = ROOT.TorchMVA.EErrorCode
    try:
        opened = ROOT.TFile.Open(file)
    except OSError:  # ROOT has said why
        opened = None
    if not opened:
        raise error(code.kFile, f"cannot open '{file}' for reading")
    found = isinstance(opened.Get(tree), ROOT.TTree)
    if not found:
        trees = sorted({str(key.GetName()) for key in opened.GetListOfKeys() if "TTree" in str(key.GetClassName())})
        known = f"trees there: {', '.join(trees)}" if trees else "there is none"
        raise error(code.kTree, f"there is no tree '{tree}' in '{file}'; {known}")
    opened.Close()


def _search(ROOT: Any, trees: dict[str, list[tuple[str, str]]], options: argparse.Namespace) -> str:
    library = ROOT.TorchMVA
    chains = {name: ROOT.TChain(parts[0][1]) for name, parts in trees.items()}
    for name, parts in trees.items():
        for file, tree in parts:
            _require_tree(ROOT, file, tree)
            chains[name].AddFile(file, ROOT.TTree.kMaxEntries, tree)
    with tempfile.TemporaryDirectory() as folder:
        loader = library.DataLoader(str(Path(folder) / "tune"))
        for variable in options.variables.split(","):
            loader.AddVariable(variable.strip())
        for name, chain in chains.items():
            loader.AddTree(chain, name)
            if options.weight:
                loader.SetWeightExpression(options.weight, name)
        loader.PrepareTrainingAndTestTree(ROOT.TCut(options.cut), f"SplitSeed={options.seed}")
        factory = library.Factory("tune", "!DrawProgressBar:!Correlations:AnalysisType=Classification")
        method = factory.BookMethod(loader, options.method, options.method, options.options)
        search = f"NumTrials={options.trials}:MaxTime={options.max_time}:Seed={options.seed}"
        if options.parameters:
            search += f":Parameters={options.parameters}"
        factory.OptimizeAllMethods("ROCIntegral", search)
        return str(method.GetTunedOptions())
