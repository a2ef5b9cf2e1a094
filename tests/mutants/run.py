"""Puts small faults into the code that makes numbers, one at a time, and asks the tests whether they notice.

python tests/mutants/run.py --seed 1 --count 30                        # both languages, half each
python tests/mutants/run.py --language cpp --only 'Data/Split'         # files whose path matches
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from mutant import Equivalents, Mutant, NotAMutantError

LANGUAGES = ("cpp", "python")
WANTED = 0.92  # of the mutants that are not equivalent


@dataclass
class Tally:
    """The verdicts of a campaign."""

    verdicts: Counter[str] = field(default_factory=Counter)
    survivors: list[Mutant] = field(default_factory=list)

    def add(self, mutant: Mutant, verdict: str) -> None:
        self.verdicts[verdict] += 1
        if verdict == "SURVIVED":
            self.survivors.append(mutant)

    @property
    def judged(self) -> int:
        return self.verdicts["noticed"] + self.verdicts["SURVIVED"]

    @property
    def total(self) -> int:
        return self.judged + self.verdicts["equivalent"]

    def share(self) -> float:
        return self.verdicts["noticed"] / self.judged if self.judged else 1.0


def verdict_of(language: object, mutant: Mutant, equivalents: Equivalents) -> str:
    if mutant in equivalents:
        return "equivalent"
    try:
        return "noticed" if language.notices(mutant) else "SURVIVED"
    except NotAMutantError:
        return "no program"


def campaign(name: str, seed: int, count: int, only: re.Pattern[str]) -> Tally:
    """Tries `count` mutants of a language; those that do not compile do not count."""
    language = importlib.import_module(name)
    equivalents = Equivalents()
    tally = Tally()
    for mutant in language.mutants(seed, 3 * count, only):
        if tally.total == count:
            break
        start = time.monotonic()
        verdict = verdict_of(language, mutant, equivalents)
        tally.add(mutant, verdict)
        print(f"{verdict:<10} {time.monotonic() - start:5.1f} s  {mutant}", flush=True)
    return tally


def counts(total: int, languages: list[str]) -> dict[str, int]:
    """Divides the number of mutants between the languages."""
    return {name: (total + i) // len(languages) for i, name in enumerate(languages)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="chooses the mutants (default 1)")
    parser.add_argument("--count", type=int, default=30, help="how many mutants, of both languages together")
    parser.add_argument("--only", type=re.compile, default=re.compile(""), help="a regular expression for the files")
    parser.add_argument("--language", choices=LANGUAGES, help="one language only")
    options = parser.parse_args()

    languages = [options.language] if options.language else list(LANGUAGES)
    tallies = {
        name: campaign(name, options.seed, count, options.only)
        for name, count in counts(options.count, languages).items()
    }
    for name, tally in tallies.items():
        print(
            f"{name}: {tally.total} mutants, {tally.verdicts['noticed']} noticed, {tally.verdicts['SURVIVED']} survived, "
            f"{tally.verdicts['equivalent']} equivalent: {tally.share():.1%} of those that are not equivalent"
        )
        for mutant in tally.survivors:
            print(f"  survived: {mutant}")
    return 0 if all(tally.share() >= WANTED for tally in tallies.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
