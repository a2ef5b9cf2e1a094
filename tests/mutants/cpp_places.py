"""Places in C++ sources that can be changed, found in the tokens of a file formatted by clang-format.

No compiler is needed: clang-format puts blanks around binary operators and none around the brackets of templates and
the stars of pointers. A change that does not compile is no mutant and is drawn again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<directive>^[ \t]*\#(?:[^\n\\]|\\.|\\\n)*)
      | (?P<string>R"\((?:.|\n)*?\)"|(?:u8|L)?"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+')
      | (?P<number>(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)[uUlLfF]*)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<operator><<=|>>=|\.\.\.|->|::|\+\+|--|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[^\s\w])""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)

BINARY = {
    "<": ("<=", ">"), "<=": ("<", ">"), ">": (">=", "<"), ">=": (">", "<"), "==": ("!=",), "!=": ("==",),
    "+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("*",), "&&": ("||",), "||": ("&&",),
    "+=": ("-=", "="), "-=": ("+=", "="), "*=": ("/=", "="), "/=": ("*=", "="), "|=": ("&=",), "&=": ("|=",),
}  # fmt: skip

# The neighbour that a hurried hand would write instead.
SIBLINGS = (
    ("Training", "Testing"), ("Training", "Test"), ("training", "testing"), ("training", "test"),
    ("Signal", "Background"), ("signal", "background"), ("Min", "Max"), ("min", "max"), ("Minimum", "Maximum"),
    ("Mean", "Rms"), ("MeanS", "MeanB"), ("RmsS", "RmsB"), ("SumS", "SumB"), ("EffS", "EffB"), ("sumS", "sumB"),
    ("first", "second"), ("front", "back"), ("low", "high"), ("Low", "High"), ("floor", "ceil"),
    ("Forward", "Backward"), ("Rows", "Columns"), ("rows", "columns"), ("Variable", "Target"), ("Target", "Spectator"),
    ("Variables", "Targets"), ("Targets", "Spectators"), ("row", "column"), ("i", "j"), ("j", "k"), ("x", "y"),
    ("Weight", "Response"), ("Sum", "Mean"), ("lower_bound", "upper_bound"), ("left", "right"), ("Left", "Right"),
    ("kTRUE", "kFALSE"), ("true", "false"),
)  # fmt: skip

# Statements and calls without an effect on any result: memory, time, messages, texts of errors and of options.
IGNORED_NAMES = {
    "throw", "static_assert", "assert", "reserve", "shrink_to_fit", "Info", "Warning", "Header", "Debug", "Logger", "fLog", "fLogger",
    "FailReading", "Fail", "fail", "DeclareOptionRef", "AddPreDefVal", "Prefetch", "__builtin_prefetch", "ReturnFreedMemory",
    "malloc_trim", "operator", "template", "using", "noexcept", "lock_guard", "SetDirectory",
}  # fmt: skip

# Of these the condition `if (...) Name(...);` has no effect either.
CONDITION_IGNORED = {"Info", "Warning", "Header", "Debug", "Logger", "fLog", "fLogger", "Prefetch"}

# Constants that only decide how fast the code is.
SPEED = re.compile(r"constexpr \w+ k\w*(Prefetch|Block|Lanes|Tile|Unchecked)\w* =")

SYMMETRIC = {"min", "max", "hypot", "swap", "pair", "make_pair", "fmin", "fmax", "tie"}
NO_OPERAND = {"const", "return", "auto", "new", "delete", "case", "else", "in", "static", "constexpr"}
ASSIGNMENTS = {"=", "+=", "-=", "*=", "/=", "|=", "&=", "%="}


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True)
class Place:
    """The characters from `start` to `end` become `text`."""

    start: int
    end: int
    text: str
    kind: str


class Source:
    """The tokens of one file, without comments and directives of the preprocessor."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [
            Token(str(match.lastgroup), match.group(), match.start())
            for match in TOKEN.finditer(text)
            if match.lastgroup not in ("comment", "directive")
        ]
        self.partner = self._partners()
        self.members = self._names_after((".", "->", "::"))
        self.ignored = self._ignored()
        self.in_function = self._in_function()

    def _partners(self) -> dict[int, int]:
        partner: dict[int, int] = {}
        open_: list[int] = []
        for i, token in enumerate(self.tokens):
            if token.text in ("(", "[", "{"):
                open_.append(i)
            elif token.text in (")", "]", "}") and open_:
                partner[i] = open_.pop()
                partner[partner[i]] = i
        return partner

    def _names_after(self, before: tuple[str, ...]) -> set[str]:
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        return {token.text for previous, token in pairs if token.kind == "name" and previous.text in before}

    def _in_function(self) -> list[int]:
        """The number of the function that each token is in, else 0: braces after a parameter list and its qualifiers."""
        inside = [0] * len(self.tokens)
        number = 0
        for i, token in enumerate(self.tokens):
            before = self.tokens[i - 1].text if i else ""
            if token.text == "{" and not inside[i] and before in (")", "const", "override") and i in self.partner:
                number += 1
                inside[i : self.partner[i]] = [number] * (self.partner[i] - i)
        return inside

    def exists_at(self, i: int, name: str) -> bool:
        """Whether a name that replaces token i is likely to compile: a member of the file, or a name of the function."""
        if name in ("true", "false", "ceil", "floor", "front", "back", "min", "max"):
            return True
        if self.tokens[i - 1].text in (".", "->", "::"):
            return name in self.members
        function = self.in_function[i]
        return function > 0 and any(
            token.text == name and self.in_function[j] == function for j, token in enumerate(self.tokens)
        )

    def statement(self, i: int) -> tuple[int, int]:
        """First token of the statement around token i, and the token after its semicolon or opening brace."""
        first = i
        while first > 0 and self.tokens[first - 1].text not in (";", "{", "}"):
            first -= 1
            if self.tokens[first].text in (")", "]") and first in self.partner:
                first = self.partner[first]
        last = i
        while last < len(self.tokens) and self.tokens[last].text not in (";", "{", "}"):
            last = self.partner.get(last, last) + 1 if self.tokens[last].text in ("(", "[") else last + 1
        return first, last + 1

    def _ignored(self) -> list[bool]:
        """Marks statements that only speak: messages, errors, texts of options."""
        ignored = [False] * len(self.tokens)
        for i, token in enumerate(self.tokens):
            if token.kind == "name" and token.text in IGNORED_NAMES:
                first = i
                while first > 0 and (
                    self.tokens[first - 1].text in (".", "->", "::") or self._is_name_of_chain(first - 1)
                ):
                    first -= 1
                _, last = self.statement(i)
                if token.text in CONDITION_IGNORED and self.tokens[first - 1].text == ")":
                    first = self.partner[first - 1] - 1  # the condition
                for j in range(first, min(last, len(ignored))):
                    ignored[j] = True
        return ignored

    def _is_name_of_chain(self, i: int) -> bool:
        return i >= 0 and self.tokens[i].kind == "name" and self.tokens[i + 1].text in (".", "->", "::")

    def spaced(self, i: int) -> bool:
        """Whether a blank or newline is on both sides, as clang-format has it around binary operators."""
        token = self.tokens[i]
        return self.text[token.start - 1].isspace() and self.text[token.end].isspace()

    def operand_end(self, i: int) -> int | None:
        """The token after the simple operand that starts at token i: a name, number, member, element, call."""
        if self.tokens[i].text == "-":
            i += 1
        if self.tokens[i].text == "(":
            return self.partner[i] + 1
        if self.tokens[i].kind not in ("name", "number") or self.tokens[i].text in NO_OPERAND:
            return None
        i += 1
        while True:
            text = self.tokens[i].text
            if text in ("(", "["):
                i = self.partner[i] + 1
            elif text in (".", "->", "::"):
                i += 2
            elif text == "<" and not self.spaced(i):  # static_cast<double>(...)
                while self.tokens[i].text not in (">", ";", "{"):
                    i += 1
                i += 1
            else:
                return i


def places(text: str) -> list[Place]:
    """All places of a file, in order."""
    source = Source(text)
    found = []
    for i, token in enumerate(source.tokens):
        if source.ignored[i]:
            continue
        if token.kind == "operator":
            found += [*operators(source, i), *choices(source, i)]
        elif token.kind == "number":
            found += constants(source, i)
        elif token.kind == "name":
            found += [*names(source, i), *conditions(source, i), *arguments(source, i)]
        found += deletions(source, i)
    return found


def operators(source: Source, i: int) -> Iterator[Place]:
    if not 0 < i < len(source.tokens) - 1:
        return
    token, before, after = source.tokens[i], source.tokens[i - 1], source.tokens[i + 1]
    if "string" in (before.kind, after.kind) or "to_string" in (t.text for t in source.tokens[i + 1 : i + 4]):
        return
    if token.text in BINARY and source.spaced(i):
        if token.text in ("*", "&&") and not source.in_function[i]:
            return
        for text in BINARY[token.text]:
            yield Place(token.start, token.end, text, "operator")
        if token.text in ("*", "/", "+", "-", "&&", "||"):
            end = source.operand_end(i + 1)
            if end is not None:
                yield Place(source.tokens[i - 1].end, source.tokens[end - 1].end, "", "operand dropped")
    elif token.text == "!" and not source.text[token.end].isspace():
        yield Place(token.start, token.end, "", "negation dropped")
    elif token.text == "-" and not source.text[token.end].isspace() and after.kind in ("name", "number"):
        yield Place(token.start, token.end, "", "sign dropped")


def constants(source: Source, i: int) -> Iterator[Place]:
    token = source.tokens[i]
    if SPEED.search(source.text, source.text.rfind("\n", 0, token.start), token.start):
        return
    if source.tokens[i - 1].text == "<<" or source.tokens[i + 1].text == "<<":
        return
    number = re.match(r"[\d.]+(?:[eE][-+]?\d+)?|0[xX][0-9a-fA-F]+", token.text)
    suffix = token.text[number.end() :] if number else ""
    if re.fullmatch(r"\d+", token.text[: len(token.text) - len(suffix)]):
        value = int(token.text[: len(token.text) - len(suffix)])
        for new in {value + 1, max(value - 1, 0)} - {value}:
            yield Place(token.start, token.end, f"{new}{suffix}", "constant")
    else:
        yield Place(token.start, token.end, f"({token.text} * 2)" if float_value(token.text) else "1.0", "constant")


def float_value(text: str) -> float:
    return float(int(text.rstrip("uUlL"), 16)) if text[:2] in ("0x", "0X") else float(text.rstrip("uUlLfF"))


def names(source: Source, i: int) -> Iterator[Place]:
    """Replaces a name by its sibling, if that exists in the file or is a word of the language."""
    token = source.tokens[i]
    for pair in SIBLINGS:
        for old, new in (pair, pair[::-1]):
            if not re.search(rf"(?:^|_|[a-z]|\b){old}$" if old[0].isupper() else rf"^{old}$", token.text):
                continue
            sibling = token.text[: len(token.text) - len(old)] + new
            if source.exists_at(i, sibling):
                declared = source.tokens[i - 1].kind == "name" or source.tokens[i - 1].text in ("&", "*")
                if not declared or source.tokens[i - 1].text in ("return", "else"):
                    yield Place(token.start, token.end, sibling, "sibling")


def conditions(source: Source, i: int) -> Iterator[Place]:
    if source.tokens[i].text != "if" or source.tokens[i + 1].text != "(":
        return
    end = source.partner[i + 1]
    inside = source.tokens[i + 2 : end]
    if any(token.text == ";" or (token.text == "=" and token.kind == "operator") for token in inside):
        return  # a declaration in the condition
    first, last = inside[0].start, inside[-1].end
    yield Place(first, last, f"!({source.text[first:last]})", "condition")
    yield Place(first, last, f"false && ({source.text[first:last]})", "condition")
    yield Place(first, last, f"true || ({source.text[first:last]})", "condition")


def arguments(source: Source, i: int) -> Iterator[Place]:
    """Swaps neighbouring arguments of a call."""
    if (
        source.tokens[i + 1].text != "("
        or not source.in_function[i]
        or source.tokens[i].text in SYMMETRIC | {"for", "if"}
    ):
        return
    if source.tokens[i - 1].kind == "name" and source.tokens[i - 1].text not in ("return", "else"):
        return  # a declaration
    starts, ends = [i + 2], []
    j = i + 2
    while j < source.partner[i + 1]:
        if source.tokens[j].text == ",":
            ends.append(j)
            starts.append(j + 1)
        j = source.partner[j] + 1 if source.tokens[j].text in ("(", "[", "{") else j + 1
    ends.append(source.partner[i + 1])
    texts = [
        source.text[source.tokens[a].start : source.tokens[b - 1].end]
        for a, b in zip(starts, ends, strict=True)
        if b > a
    ]
    for k in range(len(texts) - 1):
        both = texts[k] + texts[k + 1]
        if texts[k] != texts[k + 1] and not re.search(r"[\"<]|generator|begin\(\)|end\(\)", both):
            start, end = source.tokens[starts[k]].start, source.tokens[ends[k + 1] - 1].end
            yield Place(start, end, f"{texts[k + 1]}, {texts[k]}", "arguments")


def choices(source: Source, i: int) -> Iterator[Place]:
    """Takes always one side of `a ? b : c`."""
    if source.tokens[i].text != "?":
        return
    depth, j = 0, i + 1
    while depth or source.tokens[j].text != ":":
        depth += {"?": 1, ":": -1}.get(source.tokens[j].text, 0)
        if source.tokens[j].text in (";", ")", "}") or j + 2 >= len(source.tokens):
            return
        j = source.partner[j] + 1 if source.tokens[j].text in ("(", "[", "{") else j + 1
    end = j + 1
    while source.tokens[end].text not in (";", ",", ")", "]", "}"):
        end = source.partner[end] + 1 if source.tokens[end].text in ("(", "[", "{") else end + 1
    then = source.text[source.tokens[i + 1].start : source.tokens[j - 1].end]
    other = source.text[source.tokens[j + 1].start : source.tokens[end - 1].end]
    if then.startswith('"') or other.startswith('"'):
        return
    start, stop = source.tokens[i + 1].start, source.tokens[end - 1].end
    yield Place(start, stop, f"({other}) : ({then})", "choice")
    yield Place(start, stop, f"({then}) : ({then})", "choice")


def deletions(source: Source, i: int) -> Iterator[Place]:
    """Deletes an assignment, a call, an increment, `continue` or `break`."""
    tokens = source.tokens
    if not source.in_function[i] or i == 0 or tokens[i - 1].text not in (";", "{", "}", ")", "else", ":"):
        return
    if tokens[i - 1].text == ")" and tokens[source.partner[i - 1] - 1].text not in ("if", "for", "while"):
        return
    end: int | None = i
    if tokens[i].text in ("continue", "break"):
        end = i + 1
    elif tokens[i].text in ("++", "--"):
        end = source.operand_end(i + 1)
    else:
        end = source.operand_end(i)
        if (
            end is not None
            and tokens[end].text in ASSIGNMENTS
            and tokens[end + 1].text not in ("delete", "default", "[")
        ):
            while end < len(tokens) - 1 and tokens[end].text not in (";", "}"):
                end = source.partner[end] + 1 if tokens[end].text in ("(", "[", "{") else end + 1
        elif end is not None and tokens[end - 1].text != ")" and tokens[end].text not in ("++", "--"):
            return
        elif end is not None and tokens[end].text in ("++", "--"):
            end += 1
    if (
        end is not None
        and tokens[end].text == ";"
        and tokens[i].text not in NO_OPERAND | {"return", "for", "while", "if"}
    ):
        yield Place(tokens[i].start, tokens[end - 1].end, "", "deletion")
