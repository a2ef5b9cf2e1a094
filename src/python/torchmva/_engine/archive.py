"""Looks into a model's archive before torch loads it: a model is data, and loading it must run nothing.

torch trusts the archives that it loads. It unpickles what a ``.pt2`` calls a pickle, evaluates texts of it as Python
(sizes, guards, names of nodes) and calls any function that a node names. So everything that is no plain tensor, no
operator of torch and no name is refused here. docs/security.md says what remains: the operators of a model do run.
"""

from __future__ import annotations

import ast
import io
import json
import math
import pickletools
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

#: Uncompressed bytes of an archive for each of its own, and what even the smallest may have.
EXPANSION, ALLOWANCE = 20, 1 << 20

_PLAIN_OPCODES = re.compile(
    r"PROTO|STOP|FRAME|MEMOIZE|MARK|POP|POP_MARK|EMPTY_(DICT|LIST|TUPLE)|APPENDS?|SETITEMS?|DICT|LIST|TUPLE[123]?|NONE|"
    r"NEWTRUE|NEWFALSE|BININT[12]?|LONG1|BINFLOAT|(SHORT_)?BIN(UNICODE|STRING)|(LONG_)?BIN(PUT|GET)|BINPERSID|GLOBAL|"
    r"REDUCE|BUILD"
)
#: What torch.save writes for tensors and the containers around them.
_PLAIN_GLOBALS = re.compile(
    r"torch._utils (_rebuild_tensor_v2|_rebuild_parameter|_rebuild_qtensor)|collections OrderedDict|"
    r"torch._tensor _rebuild_from_type_v2|torch.nn.parameter Parameter|"
    r"torch (\w+Storage|Size|Tensor|per_tensor_affine|per_channel_affine|device|"
    r"float\d*|u?int\d+|bool|bfloat16)|"
    r"torch.storage UntypedStorage|(__builtin__|builtins) set"
)
#: TorchScript has classes of its own, which its own reader in C++ makes; no Python is called.
_SCRIPT_OPCODES = re.compile(_PLAIN_OPCODES.pattern + "|NEWOBJ")
_SCRIPT_GLOBALS = re.compile(
    _PLAIN_GLOBALS.pattern + r"|torch.jit._pickle \w+|__torch__\.torch\.classes\.(quantized|sparse) \w+|"
    r"__torch__(?!\.torch\.classes)(\.\w+)* \w+|builtins complex"
)
_SCRIPT_MEMBERS = re.compile(
    r"(data|constants|traced_inputs|bytecode|mobile_debug_handles)\.pkl|(data|constants|traced_inputs)/\d+|code/[\w./]+\.py|"
    r"code/[\w./]+\.py\.debug_pkl|extra/\w+|version|byteorder|\.format_version|\.storage_alignment|\.data/\w+"
)
_SCRIPT_NAMESPACES = ("aten", "prim", "prims", "quantized", "_quantized", "quantization", "sparse", "mkldnn", "onednn")
_EXPORT_MEMBERS = re.compile(
    r"models/model\.json|data/(weights|constants)/[\w.]+|data/sample_inputs/model\.pt|extra/\w+|archive_format|"
    r"archive_version|version|byteorder|\.format_version|\.storage_alignment|\.data/\w+"
)
_STATE_MEMBERS = re.compile(r"data\.pkl|data/\d+|version|byteorder|\.format_version|\.storage_alignment|\.data/\w+")

#: Functions that a node of an exported graph may call. Those that read or write files are not among them.
_TARGET = re.compile(
    r"torch\.ops\.(aten|prim|prims|quantized|quantized_decomposed)\.(?!(?:from_file|save)\b)\w+(\.\w+)?|"
    r"torch\.ops\.higher_order\.(cond|while_loop|scan|map_impl|associative_scan|wrap_with_set_grad_enabled|"
    r"wrap_with_autocast|wrap)|"
    r"_operator\.(add|sub|mul|truediv|floordiv|mod|pow|neg|pos|eq|ne|lt|le|gt|ge|and_|or_|xor|not_|getitem)|"
    r"math\.(ceil|floor|trunc|sqrt|pow)|torch\.sym_(int|float|not|max|min|ite|sum|sqrt)"
)
#: Names become Python: those of values names of it, those of parameters and layers a path of attributes.
_NAME, _PATH = re.compile(r"\w*"), re.compile(r"[\w.]*")
_PATHS = frozenset({"parameter_name", "buffer_name", "tensor_constant_name", "fqn", "module_fqn", "key"})
_TREE_TYPES = {None, "builtins.tuple", "builtins.list", "builtins.dict", "collections.OrderedDict"}
#: Keys of an exported graph whose texts are for people, or are arguments, which torch quotes.
_TEXTS = frozenset({"metadata", "as_string", "as_strings", "torch_version", "treespec_namedtuple_fields"})
_SIZE_FUNCTIONS = re.compile(
    r"Symbol|Integer|Rational|Float|Mul|Add|Max|Min|Abs|Mod|PythonMod|FloorDiv|CleanDiv|CeilDiv|ModularIndexing|"
    r"IntTrueDiv|FloatTrueDiv|ToFloat|TruncToInt|TruncToFloat|CeilToInt|FloorToInt|RoundToInt|Where|Piecewise|"
    r"Equality|Unequality|Eq|Ne|Lt|Le|Gt|Ge|StrictLessThan|LessThan|StrictGreaterThan|GreaterThan|And|Or|Not|Identity"
)
_SIZE_NAME = re.compile(r"[a-z]{1,4}\d+|oo|int_oo|true|false|True|False|" + _SIZE_FUNCTIONS.pattern)
_GUARD_CALLS = frozenset({"size", "stride", "dim", "storage_offset", "numel"})
_LONGEST_EXPRESSION = 5000


class RefusedError(ValueError):
    """An archive that is more than data, or damaged; the text says what was found."""


def _refuse(found: str) -> NoReturn:
    raise RefusedError(f"expected plain tensors, operators of torch and nothing else in its archive, found {found}")


# --- archives -------------------------------------------------------------------------------------------------------


def check_script(data: bytes) -> None:
    """A TorchScript archive.

    Raises:
        RefusedError: there is something else in it.
    """
    members = _members(data, _SCRIPT_MEMBERS)
    for name, member in members.items():
        if name.endswith("pkl"):
            _check_pickle(member.read(), name, _SCRIPT_OPCODES, _SCRIPT_GLOBALS)
        elif name.startswith("code/"):
            _check_script_code(member.read().decode("utf-8", "replace"), name)


def check_exported(data: bytes) -> None:
    """An archive of torch.export.

    Raises:
        RefusedError: there is something else in it.
    """
    members = _members(data, _EXPORT_MEMBERS)
    if "models/model.json" not in members:
        _refuse("no models/model.json: it is of an old version of torch, which would unpickle it; export it again")
    for name, member in members.items():
        if name.endswith(".pt"):
            if content := member.read():
                check_state(content, name)
        elif name == "models/model.json":
            _check_graph(_json(member.read(), name))
        elif name.endswith("_config.json"):
            folder = name.rpartition("/")[0] + "/"
            beside = {other.removeprefix(folder): one for other, one in members.items() if other.startswith(folder)}
            _check_payloads(_json(member.read(), name), beside)


def check_state(data: bytes, name: str) -> None:
    """What torch.save has written: a pickle of tensors, numbers, texts, and dictionaries and lists of them.

    Raises:
        RefusedError: there is something else in it.
    """
    for inside, member in _members(data, _STATE_MEMBERS).items():
        if inside == "data.pkl":
            _check_pickle(member.read(), f"{name}/{inside}", _PLAIN_OPCODES, _PLAIN_GLOBALS)


@dataclass(frozen=True)
class _Member:
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo

    @property
    def size(self) -> int:
        return self.info.file_size

    def read(self) -> bytes:
        try:
            return self.archive.read(self.info)
        except Exception as error:  # noqa: BLE001 - zipfile and zlib raise many kinds
            raise RefusedError(f"the member {self.info.filename[:80]!r} is damaged ({error})") from None


def _members(data: bytes, known: re.Pattern[str]) -> dict[str, _Member]:
    """The members by their names without the folder of the archive."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:  # the last: a version of zip
        raise RefusedError(f"expected a zip archive, found something else ({error})") from None
    infos = archive.infolist()
    # the end of the directory must be the end of the file, or torch may read another directory than this function
    if len(data) < 22 or data[-22:-18] != b"PK\5\6" or archive.comment:
        _refuse("text behind the end of the archive")
    total = sum(info.file_size for info in infos)
    if total > EXPANSION * len(data) + ALLOWANCE:
        _refuse(f"{total} bytes packed into {len(data)}")
    folders = {info.filename.partition("/")[0] for info in infos}
    names = [info.filename.partition("/")[2] for info in infos]
    if len(folders) > 1 or len(set(names)) != len(names):
        _refuse("several folders, or one name twice")
    members: dict[str, _Member] = {}
    for info, name in zip(infos, names, strict=True):
        if not known.fullmatch(name) or ".." in name:
            _refuse(f"the member {name[:80]!r}")
        members[name] = _Member(archive, info)
    return members


def _json(data: bytes, name: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"the member {name!r} is damaged ({error})") from None


def _check_pickle(data: bytes, name: str, opcodes: re.Pattern[str], known: re.Pattern[str]) -> None:
    try:
        for opcode, argument, _ in pickletools.genops(data):
            if not opcodes.fullmatch(opcode.name):
                _refuse(f"the pickle opcode {opcode.name} in {name}")
            if opcode.name == "GLOBAL" and not known.fullmatch(str(argument)):
                _refuse(f"{str(argument)[:80]!r} in the pickle {name}")
    except RefusedError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is in a damaged pickle
        raise RefusedError(f"the pickle {name} is damaged ({error})") from None


# --- TorchScript ----------------------------------------------------------------------------------------------------

_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'')


def _check_script_code(text: str, name: str) -> None:
    """TorchScript knows functions that write files, and may call them under another name."""
    if re.search(r"getattr\([^)]*\\", text):
        _refuse(f"getattr of a masked name in {name}")
    code = _STRING.sub('""', re.sub(r"\\\r?\n", " ", text))
    words = re.search(r"\b(save|from_file|rpc_\w+|\w*PythonOp)\b", code)
    if words or re.search(r"""["'](save|from_file)["']""", text):
        _refuse(f"the operator {words[0] if words else 'save'!r} in {name}")
    if re.search(r"\btorch\b(?!\s*\.)|\bops\b(?!\s*\.\s*\w+\s*\.\s*\w)", code):
        _refuse(f"torch or ops as a value in {name}")
    for namespace in re.findall(r"\bops\s*\.\s*(\w+)", code):
        if namespace not in _SCRIPT_NAMESPACES:
            _refuse(f"operators of {namespace!r} in {name}")
    for library in re.findall(r"__torch__\s*\.\s*torch\s*\.\s*classes\s*\.\s*(\w+)", code):
        if library not in ("quantized", "sparse"):
            _refuse(f"classes of {library!r} in {name}")


# --- torch.export ---------------------------------------------------------------------------------------------------


def _check_payloads(config: Any, members: dict[str, _Member]) -> None:
    """The tensors that a configuration lists: their bytes are there, and what is pickled is plain."""
    entries = config.get("config", {}) if isinstance(config, dict) else None
    if not isinstance(entries, dict):
        _refuse("a list of tensors that is none")
    for name, entry in entries.items():
        path = entry.get("path_name") if isinstance(entry, dict) else None
        if not _PATH.fullmatch(name) or not isinstance(path, str) or not re.fullmatch(r"(weight|tensor)_\d+", path):
            _refuse(f"the tensor {name[:80]!r} in {str(path)[:80]!r}")
        if path not in members:
            _refuse(f"no bytes of the tensor {name!r}")
        if entry.get("use_pickle"):
            check_state(members[path].read(), path)
        else:
            _check_extent(name, entry.get("tensor_meta"), members[path].size)


def _check_extent(name: str, meta: Any, n_bytes: int) -> None:
    """The sizes of a tensor, which may be larger than its bytes: torch makes zeros of none, and repeats the others."""
    try:
        sizes = [size["as_int"] for size in meta["sizes"]]
    except (TypeError, KeyError):
        _refuse(f"the tensor {name!r} without sizes")
    if not all(type(size) is int and size >= 0 for size in sizes):
        _refuse(f"the tensor {name!r} of the sizes {sizes}")
    count = math.prod(sizes)
    if (n_bytes == 0 and count > 0) or count > n_bytes + ALLOWANCE:
        _refuse(f"{n_bytes} bytes for the tensor {name!r} of the sizes {sizes}")


def _check_graph(document: Any) -> None:
    """All texts of an exported program, each by what torch does with it."""
    for key, text in _texts(document):
        if check := _CHECKS.get(key):
            check(text)
        elif key in _ALLOWED:
            what, allowed = _ALLOWED[key]
            if not allowed.fullmatch(text):
                _refuse(f"{what} {text[:80]!r}")
        elif not (_PATH if key in _PATHS else _NAME).fullmatch(text):
            _refuse(f"the name {text[:80]!r} ({key})")


def _texts(document: Any) -> Iterator[tuple[str, str]]:
    """Every text with the key that it stands under; keys are texts too. Neither depth nor size is a matter."""
    open_values: list[tuple[str, Any]] = [("", document)]
    while open_values:
        key, value = open_values.pop()
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, list):
            open_values += [(key, item) for item in value]
        elif isinstance(value, dict):
            for name, item in value.items():
                # ranges of sizes are keyed by an expression
                yield ("expr_str" if key == "range_constraints" else "key"), name
                if name in ("as_custom_obj", "as_opaque_obj") and item is not None:
                    _refuse(f"the object {name}")
                if name not in _TEXTS:
                    open_values.append((name, item))


def _parsed(text: str) -> ast.expr:
    if len(text) > _LONGEST_EXPRESSION:
        _refuse(f"an expression of {len(text)} characters")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        _refuse(f"the expression {text[:80]!r}")


_ARITHMETIC = (
    *(ast.Load, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.UnaryOp, ast.USub, ast.Not),
    *(ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.BoolOp, ast.And, ast.Or, ast.Call),
)


def _check_size(text: str) -> None:
    """Sizes and their ranges, which torch evaluates: arithmetic of whole numbers and symbols."""
    for node in ast.walk(_parsed(text)):
        if isinstance(node, ast.Name) and _SIZE_NAME.fullmatch(node.id):
            continue
        if isinstance(node, ast.Constant) and _is_size_constant(node.value):
            continue
        if isinstance(node, ast.keyword) and node.arg in ("positive", "integer", "nonnegative", "real"):
            continue
        if isinstance(node, ast.Call) and not (
            isinstance(node.func, ast.Name) and _SIZE_FUNCTIONS.fullmatch(node.func.id)
        ):
            _refuse(f"the expression {text[:80]!r}")
        if not isinstance(node, _ARITHMETIC):
            _refuse(f"the expression {text[:80]!r}")


def _is_size_constant(value: object) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"[a-z]{1,4}\d+|-?[\d.]{1,24}", value) is not None
    return isinstance(value, bool | float) or (isinstance(value, int) and value < 1 << 64)


def _check_guard(text: str) -> None:
    """Conditions on the inputs, which torch evaluates: comparisons of sizes."""
    for node in ast.walk(_parsed(text)):
        if isinstance(node, ast.Name) and re.fullmatch(r"L|\w{1,80}", node.id) and "__" not in node.id:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float | str):
            if isinstance(node.value, str) and not _PATH.fullmatch(node.value):
                _refuse(f"the condition {text[:80]!r}")
            continue
        if isinstance(node, ast.Attribute) and node.attr in _GUARD_CALLS:
            continue
        if isinstance(node, ast.Call) and not isinstance(node.func, ast.Attribute):
            _refuse(f"the condition {text[:80]!r}")
        if not isinstance(node, (*_ARITHMETIC, ast.Subscript)):
            _refuse(f"the condition {text[:80]!r}")


def _check_tree(spec: Any) -> None:
    """How arguments and outputs are nested: torch would import what other types name."""
    open_specs = [spec]
    while open_specs:
        value = open_specs.pop()
        if isinstance(value, dict):
            kind = value.get("type")
            context = value.get("context")
            if kind not in _TREE_TYPES:
                _refuse(f"a nesting of type {str(kind)[:80]!r}")
            if context is not None and not re.fullmatch(r'null|\[("\w*"(, ?"\w*")*)?\]', str(context)):
                _refuse(f"the nesting {str(context)[:80]!r}")
            open_specs += list(value.get("children_spec") or [])
        elif isinstance(value, list):
            open_specs += value
        elif not isinstance(value, int):
            _refuse(f"the nesting {str(value)[:80]!r}")


_CHECKS: dict[str, Callable[[str], None]] = {
    "expr_str": _check_size,
    "guards_code": _check_guard,
    "in_spec": lambda text: _check_tree(_json(text.encode(), "in_spec")),
    "out_spec": lambda text: _check_tree(_json(text.encode(), "out_spec")),
}
_SPECIAL_NUMBER = re.compile("-?Infinity|NaN")  # JSON has none
_ALLOWED = {
    "target": ("a call of", _TARGET),
    "as_operator": ("the function", _TARGET),
    "as_float": ("the number", _SPECIAL_NUMBER),
    "as_floats": ("the number", _SPECIAL_NUMBER),
}
