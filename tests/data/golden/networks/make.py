"""Writes operations.xml beside this file: networks of one or a few operations with events and what torch makes of them.

Torch computes in double precision, of parameters and events that are 32-bit floats. Run by hand: python make.py
"""

import base64
import hashlib
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

cases = []
generator = np.random.default_rng(4711)


def numbers(values, digits):
    with np.errstate(over="ignore"):
        return " ".join(f"{v:.{digits}g}" for v in np.asarray(values, dtype=np.float32).ravel())


def normal(*shape):
    return torch.as_tensor(generator.normal(size=shape).round(2).astype(np.float32))


def case(name, operations, parameters, rows, function, relative=0.0, absolute=0.0):
    """One network; `function` is of a tensor of doubles. Allowed: relative of the number + absolute of the largest."""
    with torch.no_grad():
        expected = function(rows.double()).reshape(len(rows), -1).numpy()
    flat = np.concatenate([p.numpy().ravel() for p in parameters]) if parameters else np.zeros(0, np.float32)
    content = flat.astype("<f4").tobytes()
    lines = [
        f'<Case Name="{name}" Relative="{relative}" Absolute="{absolute}">',
        f'<Network Version="1" NInputs="{rows.shape[1]}" NOutputs="{expected.shape[1]}" Size="{flat.size}" '
        f'Md5="{hashlib.md5(content).hexdigest()}">',
    ]
    for kind, inputs, shape, attributes in operations:
        own = "".join(f' {key}="{value}"' for key, value in attributes.items())
        lines.append(
            f'<Operation Type="{kind}" Inputs="{" ".join(map(str, inputs))}" Shape="{" ".join(map(str, shape))}"{own}/>'
        )
    lines.append(f"<Parameters>{base64.b64encode(content).decode()}</Parameters>")
    lines += ["</Network>", f"<Rows>{numbers(rows, 9)}</Rows>", f"<Expected>{numbers(expected, 8)}</Expected>", "</Case>"]
    cases.append("\n".join(lines))


def shaped(name, shape, steps, parameters, function, **tolerance):
    """A network on values of that shape: Reshape, steps (the first on value 1), Reshape."""
    n = int(np.prod(shape))
    last = int(np.prod(steps[-1][2]))
    operations = [("Reshape", [0], shape, {}), *steps, ("Reshape", [len(steps) + 1], [last], {})]
    case(name, operations, parameters, normal(3, n), lambda x: function(x.view(-1, *shape)), **tolerance)


def activations():
    spread = np.sinh(np.linspace(-5.34, 5.34, 120))  # up to 104, most near 0
    tiny = [0.0, -0.0, 1e-3, -1e-3, 1e-8, -1e-8, 1e-30, -1e-30, 1e-40]
    ordinary = torch.as_tensor(np.concatenate([spread, tiny]).astype(np.float32))[None, :]
    special = torch.tensor([[float("nan"), float("inf"), float("-inf"), 1e30, -1e30]])
    rows = torch.cat([ordinary, special], dim=1)
    n = rows.shape[1]
    plain = {
        "ReLU": F.relu, "SELU": F.selu, "SiLU": F.silu, "Sigmoid": torch.sigmoid, "Tanh": torch.tanh,
        "Softsign": F.softsign, "Hardsigmoid": F.hardsigmoid, "Hardswish": F.hardswish, "Mish": F.mish,
        "LogSigmoid": F.logsigmoid, "Exp": torch.exp, "Log": torch.log, "Sqrt": torch.sqrt, "Abs": torch.abs,
        "ELU": F.elu, "LeakyReLU": F.leaky_relu, "Softplus": F.softplus,
    }  # fmt: skip
    for name, function in plain.items():
        case(name, [(name, [0], [n], {})], [], rows, function, relative=3e-7)
    more = {
        "LeakyReLU 0.2": ({"Slope": 0.2}, lambda x: F.leaky_relu(x, 0.2)),
        "ELU 0.7": ({"Alpha": 0.7}, lambda x: F.elu(x, 0.7)),
        "Softplus 2 5": ({"Beta": 2, "Threshold": 5}, lambda x: F.softplus(x, 2, 5)),
        "Clamp": ({"Min": -0.5, "Max": 2}, lambda x: torch.clamp(x, -0.5, 2)),
        "Clamp below": ({"Min": 0.25}, lambda x: torch.clamp(x, min=0.25)),
        "Clamp above": ({"Max": 0.25}, lambda x: torch.clamp(x, max=0.25)),
    }
    for name, (attributes, function) in more.items():
        case(name, [(name.split()[0], [0], [n], attributes)], [], rows, function, relative=3e-7)
    # without infinity, of which torch makes NaN or infinity, depending on its version and on the number of events;
    # far below 0 the relative error of exp(-x^2/2) grows
    finite = ordinary[:, ordinary[0].abs() < 4]
    n = finite.shape[1]
    case("GELU", [("GELU", [0], [n], {"Approximate": "none"})], [], finite, F.gelu, relative=1e-6)
    case("GELU tanh", [("GELU", [0], [n], {"Approximate": "tanh"})], [], finite,
         lambda x: x * torch.sigmoid(2 * np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)), relative=1e-6)  # fmt: skip


def linear():
    for inputs, outputs in ((1, 1), (3, 2), (40, 7), (16, 8), (5, 9), (64, 16), (17, 33), (33, 64), (8, 65), (6, 131)):
        w, b = normal(outputs, inputs), normal(outputs)
        case(f"Linear {inputs} {outputs}", [("Linear", [0], [outputs], {"Weight": 0, "Bias": w.numel()})], [w, b],
             normal(8, inputs), lambda x, w=w, b=b: F.linear(x, w.double(), b.double()), absolute=1e-6)  # fmt: skip
    w = normal(5, 4)
    shaped("Linear on three dimensions", (3, 2, 4), [("Linear", [1], [3, 2, 5], {"Weight": 0})], [w],
           lambda x: F.linear(x, w.double()), absolute=1e-6)  # fmt: skip
    w, b, v = normal(20, 4), normal(20), normal(2, 20)
    case("Linear ReLU Linear Softmax",
         [("Linear", [0], [20], {"Weight": 0, "Bias": 80}), ("ReLU", [1], [20], {}), ("Linear", [2], [2], {"Weight": 100}),
          ("Softmax", [3], [2], {"Dim": 0})], [w, b, v], normal(20, 4),
         lambda x: (F.relu(F.linear(x, w.double(), b.double())) @ v.double().T).softmax(1), absolute=1e-6)  # fmt: skip


def axes():
    for n in (1, 2, 8, 9, 40):
        case(f"Softmax {n}", [("Softmax", [0], [n], {"Dim": 0})], [], 3 * normal(19, n), lambda x: x.softmax(1), 1e-6)
        case(f"LogSoftmax {n}", [("LogSoftmax", [0], [n], {"Dim": 0})], [], 3 * normal(19, n),
             lambda x: x.log_softmax(1), absolute=1e-6)  # fmt: skip
    wild = torch.tensor([[1e30, 0, 0], [-200, -200, -300], [float("nan"), 1, 2], [float("inf"), 1, 2]])
    case("Softmax of wild numbers", [("Softmax", [0], [3], {"Dim": 0})], [], wild, lambda x: x.softmax(1), 1e-6)
    shape = [3, 5, 17]
    for dim in range(3):
        shaped(f"Softmax of dimension {dim}", shape, [("Softmax", [1], shape, {"Dim": dim})], [],
               lambda x, dim=dim: x.softmax(dim + 1), relative=1e-6)  # fmt: skip
        rest = shape[:dim] + shape[dim + 1 :]
        for name, function in (("Sum", torch.sum), ("Mean", torch.mean), ("Max", torch.amax)):
            shaped(f"{name} of dimension {dim}", shape, [(name, [1], rest, {"Dim": dim})], [],
                   lambda x, dim=dim, function=function: function(x, dim=dim + 1), absolute=1e-6)  # fmt: skip
    case("Mean of all", [("Mean", [0], [1], {"Dim": 0})], [], normal(9, 7), lambda x: x.mean(1), absolute=1e-6)
    broken = torch.tensor([[1, float("nan"), 3.0], [float("-inf"), -2, -3], [float("-inf")] * 3])
    case("Max with NaN", [("Max", [0], [1], {"Dim": 0})], [], broken, lambda x: x.amax(1))
    s, t = normal(20), normal(20)
    case("LayerNorm", [("LayerNorm", [0], [20], {"Dims": 1, "Epsilon": 1e-5, "Scale": 0, "Shift": 20})], [s, t],
         normal(9, 20), lambda x: F.layer_norm(x, [20], s.double(), t.double(), 1e-5), absolute=1e-6)  # fmt: skip
    case("LayerNorm without parameters", [("LayerNorm", [0], [7], {"Dims": 1, "Epsilon": 0.1})], [], normal(9, 7),
         lambda x: F.layer_norm(x, [7], eps=0.1), absolute=1e-6)  # fmt: skip
    shaped("LayerNorm of two dimensions", (3, 4, 5), [("LayerNorm", [1], [3, 4, 5], {"Dims": 2, "Epsilon": 1e-3,
           "Scale": 0})], [s], lambda x: F.layer_norm(x, [4, 5], s.double().view(4, 5), eps=1e-3), absolute=1e-6)  # fmt: skip


def elements():
    for dim, n, view in (("0", 3, (3, 1, 1)), ("-1", 5, (5,)), ("all", 60, (3, 4, 5))):
        s, t = normal(n), normal(n)
        for attributes, function in (
            ({"Scale": 0, "Shift": n}, lambda x, s=s, t=t, view=view: x * s.double().view(view) + t.double().view(view)),
            ({"Scale": 0}, lambda x, s=s, view=view: x * s.double().view(view)),
            ({"Shift": n}, lambda x, t=t, view=view: x + t.double().view(view)),
        ):
            shaped(f"Affine {dim} {' '.join(attributes)}", (3, 4, 5), [("Affine", [1], [3, 4, 5], {"Dim": dim, "Count": n,
                   **attributes})], [s, t], function, absolute=3e-7)  # fmt: skip
    s, t = normal(1), normal(1)
    case("Affine of one number", [("Affine", [0], [7], {"Scale": 0, "Shift": 1, "Count": 1})], [s, t], normal(5, 7),
         lambda x: x * s.double() + t.double(), absolute=3e-7)  # fmt: skip
    slopes = normal(3)
    shaped("PReLU", (3, 4, 5), [("PReLU", [1], [3, 4, 5], {"Slopes": 0, "Count": 3})], [slopes],
           lambda x: F.prelu(x, slopes.double()), relative=3e-7)  # fmt: skip
    case("PReLU of one slope", [("PReLU", [0], [7], {"Slopes": 1, "Count": 1})], [slopes], normal(5, 7),
         lambda x: F.prelu(x, slopes[1:2].double()), relative=3e-7)  # fmt: skip
    case("PReLU of one dimension", [("PReLU", [0], [3], {"Slopes": 0, "Count": 3})], [slopes], normal(5, 3),
         lambda x: F.prelu(x, slopes.double()), relative=3e-7)  # fmt: skip
    halves = [("Slice", [0], [10], {"Dim": 0, "Start": 0, "Stop": 10}), ("Slice", [0], [10], {"Dim": 0, "Start": 10, "Stop": 20})]  # fmt: skip
    one = [("Slice", [0], [1], {"Dim": 0, "Start": 3, "Stop": 4})]
    pairs = {"Add": torch.add, "Subtract": torch.sub, "Multiply": torch.mul, "Divide": torch.div}
    for name, function in pairs.items():
        case(name, [*halves, (name, [1, 2], [10], {})], [], normal(5, 20),
             lambda x, function=function: function(x[:, :10], x[:, 10:]), relative=3e-7, absolute=1e-7)  # fmt: skip
        case(f"{name} one number", [*one, (name, [0, 1], [20], {})], [], normal(5, 20),
             lambda x, function=function: function(x, x[:, 3:4]), relative=3e-7, absolute=1e-7)  # fmt: skip


def shapes():
    steps = [
        ("Slice", [1], [3, 2, 5], {"Dim": 1, "Start": 0, "Stop": 4, "Step": 2}),
        ("Concatenate", [1, 2, 1], [3, 10, 5], {"Dim": 1}),
        ("Permute", [3], [5, 3, 10], {"Dims": "2 0 1"}),
        ("Slice", [4], [5, 3, 7], {"Dim": 2, "Start": 1, "Stop": 8}),
    ]
    shaped("Slice, Concatenate, Permute", (3, 4, 5), steps, [],
           lambda x: torch.cat([x, x[:, :, 0:4:2], x], 2).permute(0, 3, 1, 2)[:, :, :, 1:8])  # fmt: skip
    two = [("Concatenate", [0, 0], [8], {"Dim": 0}), ("Reshape", [1], [2, 4], {}), ("Reshape", [2], [8], {})]
    case("Concatenate twice the input", two, [], normal(5, 4), lambda x: torch.cat([x, x], 1))
    case("Reshape of the input", [("Reshape", [0], [4], {})], [], normal(5, 4), lambda x: x)


def windows():
    for groups, stride, padding, dilation in ((1, (1, 1), (0, 0), (1, 1)), (2, (2, 1), (1, 2), (1, 2)), (4, (1, 2), (1, 1), (2, 1))):  # fmt: skip
        layer = nn.Conv2d(4, 12, (3, 2), stride, padding, dilation, groups)
        w, b = layer.weight.detach(), layer.bias.detach()
        w.copy_(normal(*w.shape)), b.copy_(normal(12))
        attributes = {"Weight": 0, "Bias": w.numel(), "Kernel": "3 2", "Stride": "{} {}".format(*stride),
                      "Padding": "{} {}".format(*padding), "Dilation": "{} {}".format(*dilation), "Groups": groups}  # fmt: skip
        function = lambda x, layer=layer: F.conv2d(x, layer.weight.double(), layer.bias.double(), layer.stride, layer.padding, layer.dilation, layer.groups)  # fmt: skip # noqa: E731
        result = list(layer(torch.zeros(1, 4, 7, 9)).shape[1:])
        shaped(f"Conv2d of {groups} groups", (4, 7, 9), [("Conv2d", [1], result, attributes)], [w, b], function, absolute=1e-6)  # fmt: skip
    w = normal(5, 3, 4)
    shaped("Conv1d", (3, 20), [("Conv1d", [1], [5, 10], {"Weight": 0, "Kernel": 4, "Stride": 2, "Padding": 1})], [w],
           lambda x: F.conv1d(x, w.double(), stride=2, padding=1), absolute=1e-6)  # fmt: skip
    attributes = {"Kernel": "3 2", "Stride": "2 1", "Padding": "1 1"}
    shaped("MaxPool2d", (2, 7, 9), [("MaxPool2d", [1], [2, 4, 10], attributes)], [],
           lambda x: F.max_pool2d(x, (3, 2), (2, 1), (1, 1)))  # fmt: skip
    shaped("AvgPool2d", (2, 7, 9), [("AvgPool2d", [1], [2, 4, 10], attributes)], [],
           lambda x: F.avg_pool2d(x, (3, 2), (2, 1), (1, 1)), absolute=1e-6)  # fmt: skip
    shaped("AvgPool2d without padding in the count", (2, 7, 9), [("AvgPool2d", [1], [2, 4, 10], {**attributes,
           "CountIncludePad": 0})], [], lambda x: F.avg_pool2d(x, (3, 2), (2, 1), (1, 1), count_include_pad=False), absolute=1e-6)  # fmt: skip
    shaped("MaxPool1d", (4, 9), [("MaxPool1d", [1], [4, 4], {"Kernel": 2})], [], lambda x: F.max_pool1d(x, 2))
    shaped("AvgPool1d", (4, 9), [("AvgPool1d", [1], [4, 3], {"Kernel": 3})], [], lambda x: F.avg_pool1d(x, 3), absolute=1e-6)  # fmt: skip
    broken = normal(2, 8)
    broken[0, 3] = float("nan")
    broken[1, :2] = float("-inf")
    case("MaxPool1d with NaN", [("Reshape", [0], [2, 4], {}), ("MaxPool1d", [1], [2, 2], {"Kernel": 2}),
         ("Reshape", [2], [4], {})], [], broken, lambda x: F.max_pool1d(x.view(-1, 2, 4), 2))  # fmt: skip


for write in (activations, linear, axes, elements, shapes, windows):
    write()
target = Path(__file__).with_name("operations.xml")
target.write_text('<?xml version="1.0"?>\n<Cases>\n' + "\n".join(cases) + "\n</Cases>\n")
