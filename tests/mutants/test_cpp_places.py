"""Which places of a C++ source mutation testing changes, and how."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from cpp_places import places

SOURCE = """
#include "A < B.hxx"
constexpr int kSteps = 100; // 1 < 2
constexpr long kBlockRows = 64;

double Mean(const std::vector<double> &values, double fMin, double fMax)
{
   if (values.empty())
      throw Error(kData, "expected a < b" + std::to_string(1 + 2));
   double sum = 0;
   for (const double v : values) {
      if (v >= fMin && !std::isnan(v))
         sum += v * 2;
   }
   if (sum == 3)
      fLog.Info("sum = " + Text(sum - 1));
   Clip(fMin, fMax);
   values.reserve(8);
   return values.size() > 1 ? sum / values.size() : fMin;
}
"""


def changed(kind: str) -> set[tuple[str, str]]:
    """The changes of a kind as (old text, new text)."""
    return {(SOURCE[p.start : p.end], p.text) for p in places(SOURCE) if p.kind == kind}


def test_operators_constants_and_conditions() -> None:
    assert changed("operator") == {
        (">=", ">"), (">=", "<"), ("&&", "||"), ("+=", "-="), ("+=", "="), ("*", "/"), (">", ">="), (">", "<"), ("/", "*"),
    }  # fmt: skip
    assert changed("constant") == {
        ("100", "101"),
        ("100", "99"),
        ("0", "1"),
        ("2", "1"),
        ("2", "3"),
        ("1", "0"),
        ("1", "2"),
    }
    assert ("values.empty()", "!(values.empty())") in changed("condition")
    assert changed("negation dropped") == {("!", "")}


def test_statements_arguments_and_names() -> None:
    assert changed("deletion") == {("sum += v * 2", ""), ("Clip(fMin, fMax)", "")}
    assert ("fMin, fMax", "fMax, fMin") in changed("arguments")
    assert ("fMin", "fMax") in changed("sibling")
    assert ("sum / values.size() : fMin", "(fMin) : (sum / values.size())") in changed("choice")
    assert (" * 2", "") in changed("operand dropped")


def test_texts_and_speed_are_left_alone() -> None:
    touched = "\n".join(SOURCE[p.start : p.end] for p in places(SOURCE))
    for text in ("Error", "Info", "reserve", "64", "hxx", "sum - 1", "sum == 3"):
        assert text not in touched, text
