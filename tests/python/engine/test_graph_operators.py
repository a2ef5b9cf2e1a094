"""Operators of torch as operations, one by one, in each format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from network_formats import FORMATS, check, exported, randomised, scripted
from torch import nn

# What a model may do with x [events, 8]; every result is [events, ...], and flattened.
FUNCTIONS = {
    # arithmetic
    "add a number": "x + 2.5",
    "numbers first": "torch.cat([1.5 - x, 2 / (x.abs() + 1), 3 * x, 2 + x], 1)",
    "alpha": "torch.add(x, x.abs(), alpha=0.3) + torch.sub(x, x.abs(), alpha=2)",
    "rsub": "torch.rsub(x, x.abs(), alpha=2)",
    "values": "(x[:, :4] * x[:, 4:] - x[:, :4]) / (x[:, 4:].abs() + 1)",
    "a column and all": "x * x[:, :1] + x[:, 1:2] - x",
    "a column first": "x[:, :1] - x + x[:, 1:2] / (x.abs() + 1)",
    "powers": "torch.cat([x**2, x**3, x.abs() ** 0.5, (x.abs() + 1) ** -2, x.square()], 1)",
    "roots": "torch.cat([(x.abs() + 1).rsqrt(), x.abs().sqrt(), (x.abs() + 1).reciprocal()], 1)",
    "inverse of a root": "(x.abs() + 1) ** -0.5",
    "special functions": "torch.cat([torch.special.expit(x), F.tanhshrink(x), torch.ops.aten.log_sigmoid_forward(x)[0]], 1)",
    "extremes with a constant": "torch.cat([torch.maximum(torch.full((1, 8), 0.1), x), torch.min(x, 2 * x), torch.max(x, -x)], 1)",
    "extremes of columns": "torch.maximum(x.t(), torch.arange(8.0).view(8, 1) * 0.1).t()",
    "limits that are tensors": "torch.clamp(x, torch.full((8,), -0.1), x.abs() * 0.5)",
    "logarithms": "torch.cat([(x.abs() + 1).log2(), (x.abs() + 1).log10(), x.abs().log1p(), x.expm1()], 1)",
    "exponentials": "torch.cat([x.exp(), x.exp2(), -x, x.sigmoid().logit()], 1)",
    "addcmul": "torch.addcmul(x, x, x, value=0.5) + torch.addcdiv(x, x, x.abs() + 1, value=2.0)",
    "lerp": "torch.lerp(x, x.tanh(), 0.3)",
    "extremes": "torch.maximum(x[:, :4], x[:, 4:]) - torch.minimum(x[:, :4], x[:, 4:])",
    "clamp": "torch.cat([x.clamp(-0.5, 0.5), x.clamp_min(0.1), x.clamp(max=0.2)], 1)",
    "logit with eps": "torch.logit(x.sigmoid() * 1.2 - 0.1, eps=0.01)",
    # activations
    "relu6": "F.relu6(x)",
    "hardtanh": "F.hardtanh(x, -0.7, 0.4)",
    "leaky": "F.leaky_relu(x, 0.3)",
    "elu": "F.elu(x, 0.7)",
    "celu": "F.celu(x, 0.7)",
    "selu": "F.selu(x)",
    "gelu": 'torch.cat([F.gelu(x), F.gelu(x, approximate="tanh")], 1)',
    "silu": "F.silu(x)",
    "mish": "F.mish(x)",
    "softplus": "F.softplus(x, 2.0, 0.5)",
    "softsign": "F.softsign(x)",
    "softshrink": "F.softshrink(x, 0.3)",
    "tanhshrink": "F.tanhshrink(x)",
    "hard": "torch.cat([F.hardsigmoid(x), F.hardswish(x)], 1)",
    "logsigmoid": "F.logsigmoid(x)",
    "glu": "F.glu(x, 1)",
    "softmax": "torch.cat([F.softmax(x, 1), F.log_softmax(x, -1), F.softmin(x, 1)], 1)",
    "in place": "F.relu(x + 1, inplace=True) + 1",
    # shapes
    "view": "x.view(x.size(0), 2, -1)[:, 1]",
    "view with -1": "x.view(-1, 2, 4).sum(2)",
    "reshape": "x.reshape(x.shape[0], 4, 2).transpose(1, 2).flatten(1)",
    "flatten": "torch.flatten(x.unflatten(1, (2, 4)).permute(0, 2, 1), 1, -1)",
    "squeeze": "(x.unsqueeze(1) * 2).squeeze(1) + x.unsqueeze(-1).squeeze()",
    "movedim": "x.view(-1, 2, 2, 2).movedim(1, 3).flatten(1)",
    "events in the middle": "x.unsqueeze(0).expand(3, -1, -1).transpose(0, 1).flatten(1)",
    "stack first": "torch.stack([x, x.tanh(), x.abs()]).mean(0)",
    "stack last": "torch.stack([x, x.tanh()], -1).flatten(1)",
    "chunk": "x.chunk(3, 1)[2] + x.split([2, 4, 2], 1)[0] * x.split(2, 1)[1]",
    "tensor_split": "torch.tensor_split(x, 3, 1)[1] + 1",
    "unbind": "torch.stack(x.unbind(1)[::-1], 1)",
    "one tensor": "torch.cat([x.tanh()], 1)",
    "tensor_split at places": "torch.tensor_split(x, [2, 5], 1)[1]",
    "mask of columns": "x[:, torch.tensor([True, False, False, True, True, False, True, False])]",
    "side by side": "torch.cat([torch.hstack([x, x.tanh()]), torch.column_stack([x[:, 0], x[:, 3]])], 1)",
    "padding that cuts": "torch.cat([F.pad(x, (-1, -2)), F.pad(x, (0, 0)), F.pad(x, (-1, 2))], 1)",
    "view_as": "x.view(-1, 2, 4).view_as((x * 2).view(-1, 4, 2)).softmax(1).flatten(1)",
    "flatten with the events": "x.unsqueeze(0).flatten(0, 1).tanh()",
    "constant for every event": "torch.arange(4.0).view(1, 4).expand(x.size(0), 4) + x[:, :4]",
    "broadcast_tensors": "torch.ops.aten.broadcast_tensors([x[:, :1], x])[0]",
    "flatten in the middle": "x.view(-1, 2, 2, 2).flatten(1, 2).softmax(1).flatten(1)",
    "shapes of different lengths": "x * 2 if x.size() == [2, 4, 8] else x + 1",
    "columns": "torch.cat([x[:, [0, 3, 4, 5]], x[:, ::3], x[:, -2:], x[:, 2].unsqueeze(1)], 1)",
    "steps that go too far": "torch.cat([x[:, 6::5], x[:, 1:4][:, ::7], x[:, ::4]], 1)",
    "narrow": "x.narrow(1, 2, 3)",
    "index_select": "x.index_select(1, torch.tensor([7, 1, 1]))",
    "flip and roll": "x.flip(1) + x.roll(3, 1)",
    "repeat": "x.repeat(1, 2)",
    "expand": "x.unsqueeze(1).expand(-1, 3, -1).flatten(1)",
    "pad": "F.pad(x, (1, 2), value=0.5)",
    "zeros": "torch.cat([x, x.new_zeros(x.size(0), 2), torch.ones_like(x[:, :1])], 1)",
    "no change": "x.contiguous().clone().detach().to(torch.float32) * 1",
    "product of a table and a vector": "(x.view(-1, 2, 2, 2) @ torch.tensor([1.5, -0.5])).flatten(1)",
    "values of different dimensions": "(x.view(-1, 2, 4).transpose(0, 1) * x[:, :4]).transpose(0, 1).flatten(1)",
    "layer norm with its moments": "torch.native_layer_norm(x, [8], None, None, 1e-5)[0]",
    # reductions
    "sums": "torch.cat([x.sum(1, keepdim=True), x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)",
    "two dimensions": "x.view(-1, 2, 4).mean((1, 2))",
    "max with places": "x.view(-1, 2, 4).max(2)[0] - x.view(-1, 2, 4).min(1)[0].sum(1, keepdim=True)",
    "amin": "x.amin(1)",
    "logsumexp": "x.view(-1, 2, 4).logsumexp(1)",
    "variance": "torch.stack([x.var(1), x.std(1), x.var(1, unbiased=False)], 1)",
    "norms": "torch.stack([x.norm(2.0, [1]), torch.linalg.vector_norm(x, 1.0, [1])], 1)",
    "norm of the largest": "torch.linalg.vector_norm(x, float('inf'), [1]).unsqueeze(1)",
    "normalize": "F.normalize(x, dim=1)",
    "centred": "x - x.mean(1, keepdim=True)",
    # products
    "attention": "torch.bmm(F.softmax(torch.bmm(x.view(-1, 2, 4), x.view(-1, 2, 4).transpose(1, 2)) / 2.0, -1), x.view(-1, 2, 4)).flatten(1)",
    "attention of torch": "F.scaled_dot_product_attention(x.view(-1, 2, 4), x.view(-1, 2, 4), x.view(-1, 2, 4)).flatten(1)",
    "events as columns": "(torch.arange(16.0).reshape(2, 8) @ x.t()).t()",
    "product and a constant": "torch.baddbmm(torch.tensor([0.5, -1.0]), x.view(-1, 2, 4), x.view(-1, 4, 2), alpha=0.5).flatten(1)",
    "product and a value": "torch.baddbmm(x.view(-1, 2, 4)[:, :, :2], x.view(-1, 2, 4), x.view(-1, 4, 2), beta=2).flatten(1)",
    "product with one table": "(x.view(-1, 2, 4) @ torch.arange(12.0).view(1, 4, 3)).flatten(1)",
    "linear with one output": "F.linear(x, torch.arange(8.0)).unsqueeze(1)",
    "linear with one bias": "F.linear(x, torch.arange(24.0).view(3, 8), torch.tensor([0.5]))",
    "group norm of torch": "torch.ops.aten.native_group_norm(x.unsqueeze(2), None, None, x.size(0), 8, 1, 2, 1e-5)[0].flatten(1)",
    "matrix first": "(torch.arange(6.0).reshape(3, 2) @ x.view(-1, 2, 4)).flatten(1)",
    "outer": "(x.unsqueeze(2) * x[:, :2].unsqueeze(1)).flatten(1)",
}


@pytest.mark.parametrize("written", [exported, scripted])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_function(module_of: Callable[[str], nn.Module], name: str, written: Any) -> None:
    module = module_of(FUNCTIONS[name])
    check(module, written(module))


def images(*layers: nn.Module) -> nn.Module:
    """Layers of [events, 2, 2, 2]."""
    return nn.Sequential(nn.Linear(8, 48), nn.Unflatten(1, (2, 4, 6)), *layers, nn.Flatten())


def series(*layers: nn.Module) -> nn.Module:
    """Layers of [events, 4, 6]."""
    return nn.Sequential(nn.Linear(8, 24), nn.Unflatten(1, (4, 6)), *layers, nn.Flatten())


LAYERS: dict[str, Callable[[], nn.Module]] = {
    "linear": lambda: nn.Sequential(nn.Linear(8, 5, bias=False), nn.Linear(5, 1)),
    "linear of 3 dimensions": lambda: series(nn.Linear(6, 3)),
    "batch norm": lambda: nn.Sequential(nn.BatchNorm1d(8), nn.Linear(8, 4), nn.BatchNorm1d(4, affine=False)),
    "batch norm of channels": lambda: series(nn.BatchNorm1d(4)),
    "batch norm of images": lambda: images(nn.BatchNorm2d(2)),
    "layer norm": lambda: nn.Sequential(nn.LayerNorm(8), nn.LayerNorm(8, elementwise_affine=False)),
    "layer norm of 2 dimensions": lambda: series(nn.LayerNorm((4, 6))),
    "group norm": lambda: images(nn.Conv2d(2, 6, 1), nn.GroupNorm(3, 6)),
    "instance norm": lambda: series(nn.InstanceNorm1d(4, affine=True)),
    "rms norm": lambda: nn.RMSNorm(8),
    "prelu": lambda: nn.Sequential(nn.PReLU(), nn.PReLU(8)),
    "prelu of channels": lambda: series(nn.PReLU(4)),
    "dropout": lambda: nn.Sequential(nn.Dropout(0.5), nn.AlphaDropout(0.5)),
    "rrelu": lambda: nn.RReLU(),
    "conv1d": lambda: series(nn.Conv1d(4, 6, 3, stride=2, padding=1)),
    "conv1d, groups and dilation": lambda: series(nn.Conv1d(4, 6, 2, dilation=2, groups=2, bias=False)),
    "conv1d, same": lambda: series(nn.Conv1d(4, 3, 3, padding="same"), nn.Conv1d(3, 3, 4, padding="same")),
    "conv2d": lambda: images(nn.Conv2d(2, 4, (3, 2), stride=(1, 2), padding=(1, 0)), nn.ReLU(inplace=True)),
    "conv2d, depthwise": lambda: images(nn.Conv2d(2, 4, 3, padding=1, groups=2)),
    "max pool": lambda: series(nn.MaxPool1d(3, stride=2, padding=1)),
    "max pool of images": lambda: images(nn.MaxPool2d(2)),
    "average pool": lambda: series(nn.AvgPool1d(2, padding=1), nn.AvgPool1d(3, padding=1, count_include_pad=False)),
    "average pool of images": lambda: images(nn.AvgPool2d((2, 3), stride=1)),
    "adaptive pool": lambda: series(nn.AdaptiveAvgPool1d(2)),
    "adaptive pool of images": lambda: images(nn.AdaptiveAvgPool2d((2, 1))),
    "adaptive max pool": lambda: series(nn.AdaptiveMaxPool1d(3)),
    "softmax of 2 dimensions": lambda: series(nn.Softmax(dim=1), nn.LogSoftmax(dim=2)),
    "zero padding": lambda: images(nn.ZeroPad2d((1, 0, 2, 1)), nn.Conv2d(2, 2, 3)),
}


class Recurrent(nn.Module):
    """[events, 8] as four steps of two numbers."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The first and last step of the output."""
        return self.layer(x.view(-1, 4, 2))[0][:, ::3].flatten(1)


RECURRENT = [
    nn.RNN(2, 3, batch_first=True, nonlinearity="relu", bias=False),
    nn.LSTM(2, 3, num_layers=2, batch_first=True),
    nn.GRU(2, 3, batch_first=True, bidirectional=True),
]


@pytest.mark.filterwarnings("ignore:The tensor attributes self.layer")
@pytest.mark.parametrize("written", FORMATS.values(), ids=FORMATS.keys())
@pytest.mark.parametrize("layer", RECURRENT, ids=lambda layer: type(layer).__name__)
def test_recurrent_layer(layer: nn.Module, written: Any) -> None:
    """torch.export writes it as operators for each step, TorchScript as one."""
    model = Recurrent(randomised(layer))
    check(model, written(model))


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("written", FORMATS.values(), ids=FORMATS.keys())
@pytest.mark.parametrize("name", LAYERS)
def test_layer(name: str, written: Any) -> None:
    model = randomised(LAYERS[name]())
    check(model, written(model))
