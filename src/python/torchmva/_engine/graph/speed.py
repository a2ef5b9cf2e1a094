"""Which networks torch evaluates faster than the native engine, in blocks: ``Engine=Auto`` leaves them to it.

Measured with blocks of 4096 events on one thread (native, torch in ms): a product of two values, which the native
engine writes out as all products and sums, 5.3 and 2.7 for two objects, 96 and 9 for eight; layers of 512 x 512
weights 59 and 122, of 768 x 768 217 and 187, of 1024 x 1024 600 and 340. Convolutions (51 and 105; 1167 and 1484), LSTM
and GRU (8 and 14, 11 and 40) and layers of 300 x 300 (21 and 49) are faster natively.
"""

from __future__ import annotations

from collections.abc import Iterable

from .draft import Draft

#: Weights of the largest linear layer that the native engine evaluates no slower: they stay in the processor's cache.
LARGEST_LAYER = 1 << 19
#: What :class:`Draft` is marked with by a product of two values.
PRODUCT = "product of two values"


def slow_part(drafts: Iterable[Draft]) -> str:
    """What torch evaluates faster among the operations that are needed; empty if nothing is."""
    for draft in drafts:
        if draft.origin == PRODUCT:
            return f"torch evaluates a {PRODUCT} faster (attention, for example)"
        weight = draft.attributes.get("Weight")
        if draft.type == "Linear" and weight is not None and weight.numel() > LARGEST_LAYER:
            return f"torch evaluates a layer of {weight.numel():,} weights faster"
    return ""
