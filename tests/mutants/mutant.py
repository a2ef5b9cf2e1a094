"""A mutant: one small fault put into one source file. Both languages share this description."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.toml")


class NotAMutantError(Exception):
    """The changed text is no program (it does not compile), so that no test can notice it."""


@dataclass(frozen=True)
class Mutant:
    """The text `before`, which starts at the beginning of line `line` of `file`, becomes `after`."""

    file: str  # relative to the root of the repository, with forward slashes
    line: int  # counts from 1
    before: str  # whole lines, without the newline at the end
    after: str

    def __str__(self) -> str:
        before, after = (" ".join(text.split()) for text in (self.before, self.after))
        return f"{self.file}:{self.line}: `{before}` -> `{after or '(nothing)'}`"

    def applied_to(self, text: str) -> str:
        """Returns the text of the file with the fault in it."""
        lines = text.split("\n")
        length = self.before.count("\n") + 1
        found = "\n".join(lines[self.line - 1 : self.line - 1 + length])
        if found != self.before:
            raise ValueError(f"{self.file}:{self.line}: expected {self.before!r}, found {found!r}")
        lines[self.line - 1 : self.line - 1 + length] = [self.after]
        return "\n".join(lines)


class Equivalents:
    """The mutants of equivalent.toml: no test can tell them from the original. Lines may have moved since."""

    def __init__(self, path: Path = EQUIVALENT) -> None:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("equivalent", [])
        self._keys = {self._key(entry["file"], entry["before"], entry["after"]) for entry in entries}
        for entry in entries:
            if not entry["reason"].strip():
                raise ValueError(f"equivalent.toml: {entry['file']}: `{entry['before']}` has no reason")

    def __contains__(self, mutant: Mutant) -> bool:
        return self._key(mutant.file, mutant.before, mutant.after) in self._keys

    @staticmethod
    def _key(file: str, before: str, after: str) -> tuple[str, str, str]:
        return file, " ".join(before.split()), " ".join(after.split())
