"""Random networks as Python source, for tests of properties: layers in any order, joined in any way."""

from __future__ import annotations

import importlib.util
import sys
from itertools import count
from pathlib import Path
from typing import Any

import torch
from hypothesis import strategies as st

N_VARIABLES = 8
ACTIVATIONS = [
    *(
        "nn.ReLU(inplace=True)",
        "nn.ReLU()",
        "nn.LeakyReLU(0.2)",
        "nn.ELU(0.7)",
        "nn.SELU()",
        "nn.CELU(1.3)",
        "nn.GELU()",
    ),
    *(
        'nn.GELU(approximate="tanh")',
        "nn.SiLU()",
        "nn.Sigmoid()",
        "nn.Tanh()",
        "nn.Softplus()",
        "nn.Softplus(2.0, 1.0)",
    ),
    *("nn.Softsign()", "nn.ReLU6()", "nn.Hardtanh(-0.8, 0.9)", "nn.Hardsigmoid()", "nn.Hardswish()", "nn.Mish()"),
    *("nn.LogSigmoid()", "nn.PReLU()", "nn.Softshrink(0.1)", "nn.Tanhshrink()", "nn.Identity()"),
]
activations = st.sampled_from(ACTIVATIONS)
_modules = count()


class Source:
    """A class that grows line by line."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw
        self._layers: list[str] = []
        self._lines: list[str] = []
        self.values: list[tuple[str, int]] = [("x", N_VARIABLES)]

    def number(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def choice(self, *options: Any) -> Any:
        return self._draw(st.sampled_from(options))

    def any_value(self) -> tuple[str, int]:
        """Recent values are likelier."""
        return self.values[-1] if self._draw(st.booleans()) else self._draw(st.sampled_from(self.values))

    def layer(self, constructor: str) -> str:
        """A new layer; its name."""
        self._layers.append(f"        self.layer{len(self._layers)} = {constructor}")
        return f"self.layer{len(self._layers) - 1}"

    def line(self, expression: str) -> str:
        """A new local variable; its name."""
        self._lines.append(f"        v{len(self._lines)} = {expression}")
        return f"v{len(self._lines) - 1}"

    def value(self, expression: str, width: int) -> None:
        """A new value of rows."""
        self.values.append((self.line(expression), width))

    def linear(self, value: str, n_in: int, n_out: int) -> str:
        bias = self.choice("", ", bias=False")
        return self.line(f"{self.layer(f'nn.Linear({n_in}, {n_out}{bias})')}({value})")

    def of_width(self, width: int) -> str:
        """Some value, made as wide as that."""
        name, found = self.any_value()
        return name if found == width else self.linear(name, found, width)

    def text(self) -> str:
        head = "import torch\nfrom torch import Tensor, nn\nfrom torch.nn import functional as F\n\n\nclass Model(nn.Module):\n"
        init = "    def __init__(self) -> None:\n        super().__init__()\n" + "\n".join(self._layers)
        forward = "\n    def forward(self, x: Tensor) -> Tensor:\n" + "\n".join(self._lines)
        return f"{head}{init}\n{forward}\n        return v{len(self._lines) - 1}\n"


def add_linear(s: Source) -> None:
    name, width = s.any_value()
    n_out = s.number(1, 20)
    s.values.append((s.linear(name, width, n_out), n_out))


def add_activation(s: Source) -> None:
    name, width = s.any_value()
    # of its own value: one of them works in place
    s.value(f"{s.layer(s._draw(activations))}({name} * 1.5)", width)


def add_norm(s: Source) -> None:
    name, width = s.any_value()
    norm = s.choice(f"nn.BatchNorm1d({width})", f"nn.LayerNorm({width})", "nn.Dropout(0.3)")
    s.value(f"{s.layer(norm)}({s.linear(name, width, width)})", width)


def add_residual(s: Source) -> None:
    name, width = s.any_value()
    inner = s.linear(name, width, width)
    s.value(f"{name} + {s.layer(s._draw(activations))}({inner})", width)


def add_dense(s: Source) -> None:
    (first, m), (second, n) = s.any_value(), s.any_value()
    s.value(f"torch.cat([{first}, {second}], 1)", m + n)


def add_arithmetic(s: Source) -> None:
    name, width = s.any_value()
    other = s.of_width(width)
    form = s.choice(
        "{0} + {1}", "{0} - {1}", "{0} * torch.sigmoid({1})", "{0} / (1 + {1}.abs())", "torch.maximum({0}, {1})"
    )
    s.value(form.format(name, other), width)


def add_constants(s: Source) -> None:
    name, width = s.any_value()
    form = s.choice(
        "{0} * 0.7 - 0.3", "1.5 - {0}", "({0} - 0.25) / 1.75", "{0}.clamp(-2.0, 1.5)", "torch.exp(-{0}.abs())"
    )
    s.value(form.format(name), width)


def add_columns(s: Source) -> None:
    name, width = s.any_value()
    start = s.number(0, width - 1)
    step = s.number(1, 3)
    rows = range(width)[start::step]
    if s.choice(True, False):
        s.value(f"{name}[:, {start}::{step}]", len(rows))
    else:
        s.value(f"{name}[:, {s._draw(st.permutations(list(rows)))}]", len(rows))


def add_reduction(s: Source) -> None:
    name, width = s.any_value()
    form = s.choice("{0} - {0}.mean(1, keepdim=True)", "{0} + {0}.amax(1, keepdim=True)", "torch.softmax({0}, 1)")
    s.value(form.format(name), width)


def add_stack(s: Source) -> None:
    name, width = s.any_value()
    other = s.of_width(width)
    s.value(f"torch.stack([{name}, {other}]).{s.choice('mean', 'sum')}(0)", width)


def add_chunks(s: Source) -> None:
    name, width = s.any_value()
    half = width // 2
    if half:
        s.value(f"torch.cat({name}.split([{half}, {width - half}], 1)[::-1], 1)", width)


def add_sequence(s: Source) -> None:
    name, width = s.any_value()
    n_steps, n_features, n_new = s.number(2, 4), s.number(2, 4), s.number(1, 4)
    rows = s.line(f"{s.linear(name, width, n_steps * n_features)}.view(-1, {n_steps}, {n_features})")
    if s.choice(True, False):
        rows = s.line(f"{rows}.transpose(1, 2)")
        n_steps, n_features = n_features, n_steps
    rows = s.linear(rows, n_features, n_new)
    rows = s.line(f"{s.layer(s._draw(activations))}({rows})")
    s.value(f"{rows}.{s.choice('flatten(1)', 'reshape(x.size(0), -1)')}", n_steps * n_new)


def add_convolution(s: Source) -> None:
    name, width = s.any_value()
    dims, groups = s.number(1, 2), s.number(1, 2)
    channels, n_out, length = 2 * groups, groups * s.number(1, 3), s.number(4, 6)
    kernel, stride, padding, dilation = s.number(1, 3), s.number(1, 2), s.number(0, 2), s.number(1, 2)
    size = (length + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    if size < 1:
        return
    shape = ", ".join([str(channels), *[str(length)] * dims])
    rows = s.line(f"{s.linear(name, width, channels * length**dims)}.view(-1, {shape})")
    layers = [f"nn.Conv{dims}d({channels}, {n_out}, {kernel}, {stride}, {padding}, {dilation}, {groups})"]
    if s.choice(True, False):
        layers.append(f"nn.BatchNorm{dims}d({n_out})")
    layers.append(s._draw(activations))
    if size >= 2:
        layers.append(s.choice(f"nn.MaxPool{dims}d(2)", f"nn.AvgPool{dims}d(2)", "nn.Identity()"))
    layers.append(s.choice(f"nn.AdaptiveAvgPool{dims}d(1)", "nn.Identity()"))
    for layer in layers:
        rows = s.line(f"{s.layer(layer)}({rows})")
        size = size // 2 if "Pool" in layer and "Adaptive" not in layer else 1 if "Adaptive" in layer else size
    s.value(f"torch.flatten({rows}, 1)", n_out * size**dims)


STEPS = [
    *(add_linear, add_activation, add_norm, add_residual, add_dense, add_arithmetic, add_constants, add_columns),
    *(add_reduction, add_stack, add_chunks, add_sequence, add_convolution),
]


@st.composite
def sources(draw: Any) -> str:
    """The source of a class Model: rows of N_VARIABLES numbers to rows of one to four."""
    source = Source(draw)
    for _ in range(source.number(1, 8)):
        source.choice(*STEPS)(source)
        if source.values[-1][1] > 40:
            name, width = source.values[-1]
            source.values.append((source.linear(name, width, 10), 10))
    name, width = source.values[-1]
    name = source.linear(name, width, source.number(1, 4))
    source.line(source.choice("{0}", "torch.softmax({0}, 1)", "torch.sigmoid({0})", "{0}.squeeze(1)").format(name))
    return source.text()


def make(source: str, folder: Path, seed: int) -> Any:
    """The model of a source, with random parameters and statistics."""
    file = folder / f"random_network_{next(_modules)}.py"
    file.write_text(source)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    torch.manual_seed(seed)
    model = module.Model()
    with torch.no_grad():
        for name, buffer in model.named_buffers():
            if name.endswith("running_mean"):
                buffer.normal_()
            elif name.endswith("running_var"):
                buffer.uniform_(0.5, 2)
    return model.eval()
