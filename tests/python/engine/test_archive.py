"""Archives of models are looked into before torch loads them: what could run is refused, what torch writes is not."""

from __future__ import annotations

import io
import json
import os
import pickle
import zipfile

import pytest
import torch
from engine_helpers import network

from torchmva._engine import archive
from torchmva._engine import model as models
from torchmva._engine.errors import EngineError


class Payload:
    """Unpickled, it makes a folder: the mark that code of a file has run."""

    def __init__(self, mark):
        self.mark = str(mark)

    def __reduce__(self):
        return os.mkdir, (self.mark,)


def rezipped(data, change=lambda _name, content: content, extra=(), compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", compression) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in extra:
            new.writestr(name, content)
    return out.getvalue()


@pytest.fixture(scope="module")
def exported():
    program = torch.export.export(
        network().eval(), (torch.zeros(2, 4),), dynamic_shapes=({0: torch.export.Dim("n", min=1)},)
    )
    buffer = io.BytesIO()
    torch.export.save(program, buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def scripted():
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(network().eval()), buffer)
    return buffer.getvalue()


def refused(data, found):
    with pytest.raises(EngineError, match="Failed to load PyTorch model") as caught:
        models.from_bytes(data, "x")
    assert caught.value.code == "Model"
    assert found in caught.value.message, caught.value.message


def with_graph(data, change):
    """The archive with its graph changed; the change must be one."""

    def changed(name, content):
        if not name.endswith("models/model.json"):
            return content
        graph = json.loads(content)
        change(graph)
        assert graph != json.loads(content)
        return json.dumps(graph).encode()

    return rezipped(data, changed)


@pytest.mark.filterwarnings("ignore:torch.ao.quantization is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning")
def test_what_torch_writes_is_loaded(exported, scripted):
    x = torch.randn(5, 4)
    for data in (exported, scripted):
        expected = models.from_bytes(data, "x")(x)
        assert torch.equal(models.from_bytes(rezipped(data), "x")(x), expected)
    traced, quantised = io.BytesIO(), io.BytesIO()
    torch.jit.save(torch.jit.trace(network().eval(), x), traced)
    plain = torch.ao.quantization.quantize_dynamic(network().eval(), {torch.nn.Linear}, dtype=torch.qint8)
    torch.jit.save(torch.jit.script(plain), quantised)
    for buffer in (traced, quantised):
        assert models.from_bytes(buffer.getvalue(), "x")(x).shape == (5, 2)


@pytest.mark.parametrize("where", ["weight", "sample_inputs", "legacy"])
def test_pickles_run_nothing(exported, tmp_path, where):
    mark = tmp_path / "mark"

    def change(name, content):
        if where == "sample_inputs" and name.endswith("sample_inputs/model.pt"):
            buffer = io.BytesIO()
            torch.save(({"x": Payload(mark)},), buffer)
            return buffer.getvalue()
        if where == "weight" and name.endswith("model_weights_config.json"):
            config = json.loads(content)
            next(iter(config["config"].values()))["use_pickle"] = True
            return json.dumps(config).encode()
        return pickle.dumps(Payload(mark)) if where == "weight" and name.endswith("weights/weight_0") else content

    folder = zipfile.ZipFile(io.BytesIO(exported)).namelist()[0].partition("/")[0]
    legacy = [(f"{folder}/data/weights/model.pt", pickle.dumps(Payload(mark)))] if where == "legacy" else []
    refused(rezipped(exported, change, legacy), "expected")
    assert not mark.exists()


def test_a_pickled_plain_tensor_is_data(exported):
    def change(name, content):
        if name.endswith("model_weights_config.json"):
            config = json.loads(content)
            next(iter(config["config"].values()))["use_pickle"] = True
            return json.dumps(config).encode()
        if not name.endswith("weights/weight_0"):
            return content
        buffer = io.BytesIO()
        torch.save(torch.nn.Parameter(torch.ones(8, 4)), buffer)
        return buffer.getvalue()

    archive.check_exported(rezipped(exported, change))


def test_texts_of_a_graph_that_torch_would_run_are_refused(exported):
    call = "__import__('os').system(':')"

    def node(graph):
        return graph["graph_module"]["graph"]["nodes"][0]

    def set_guard(graph):
        graph["guards_code"] = [call]

    def set_size(graph):
        graph["range_constraints"] = {call: {"min_val": 1, "max_val": 2}}

    def set_expression(graph):
        values = graph["graph_module"]["graph"]["tensor_values"]
        next(iter(values.values()))["sizes"][0] = {"as_expr": {"expr_str": f"Symbol('s7').subs({call})", "hint": None}}

    def set_nesting(graph):
        signature = graph["graph_module"]["module_call_graph"][0]["signature"]
        spec = '[1, {"type": "collections.defaultdict", "context": "{}", "children_spec": []}]'
        signature["in_spec"] = spec

    for change, found in (
        (lambda graph: node(graph).update(target="torch.os.system"), "torch.os.system"),
        (lambda graph: node(graph).update(target="torch.ops.aten.save.default"), "save"),
        (lambda graph: node(graph).update(target="#x:y"), "#x:y"),
        (lambda graph: node(graph).update(name=f"a = {call}; b"), "the name"),
        (lambda graph: node(graph).update(name="torch.load"), "the name"),
        (set_guard, "condition"),
        (set_size, "expression"),
        (set_expression, "expression"),
        (set_nesting, "defaultdict"),
    ):
        refused(with_graph(exported, change), found)


def test_sizes_and_conditions_of_torch_are_understood():
    for size in (
        "Mul(Integer(2), Min(Integer(4), Mul(Integer(8), Symbol('s77', positive=True, integer=True))))",
        "2*s0",
    ):
        archive._check_size(size)
    for guard in ("(L['x'].size()[0] % 2) == 0", "(8*L['x'].size()[0]) == (16*(L['x'].size()[0] // 2))"):
        archive._check_guard(guard)
    for text in ("Pow(Integer(9), Integer(99999999))", "9**9", "x.y", "Symbol('a; b')", "(lambda: 1)()", "[1]*9"):
        with pytest.raises(archive.RefusedError):
            archive._check_size(text)
    for text in ("L['x'].__class__", "open('x')", "L['x'].size().__len__()", "__import__('os')", "[i for i in L]"):
        with pytest.raises(archive.RefusedError):
            archive._check_guard(text)


class Saves(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        torch.save(x, "stolen")
        return x


class Maps(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.from_file("stolen", True, 3)


@pytest.mark.parametrize("model", [Saves, Maps])
def test_torchscript_that_uses_files_is_refused(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(model()), buffer)
    refused(buffer.getvalue(), "the operator")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("t = torch\n", "as a value"),
        ("t = ops.aten\n", "as a value"),
        ('getattr(torch.autograd, "s\\x61ve")(x, "f")\n', "masked"),
        ('getattr(t, "save")(x, "f")\n', "save"),
        ("ops.c10d.broadcast(x)\n", "c10d"),
        ("y : __torch__.torch.classes.dist_c10d.Store\n", "dist_c10d"),
    ],
)
def test_masked_operators_of_torchscript_are_refused(line, found):
    with pytest.raises(archive.RefusedError, match=found):
        archive._check_script_code("class M(Module):\n  " + line, "m.py")


def test_archives_that_hide_something_are_refused(exported, scripted):
    folder = zipfile.ZipFile(io.BytesIO(exported)).namelist()[0].partition("/")[0]
    refused(rezipped(exported, extra=[(f"{folder}/data/aotinductor/model/a.so", b"x")]), "aotinductor")
    refused(rezipped(exported, extra=[("other/models/model.json", b"{}")]), "several folders")
    refused(rezipped(scripted, extra=[("x/model.json", b"{}")]), "expected")
    refused(exported + b"text", "expected")
    bomb = rezipped(
        scripted,
        extra=[(f"{zipfile.ZipFile(io.BytesIO(scripted)).namelist()[0].partition('/')[0]}/data/9", bytes(64 << 20))],
        compression=zipfile.ZIP_DEFLATED,
    )
    assert len(bomb) < 200_000
    refused(bomb, "packed into")


def test_zeros_of_any_size_are_no_weights(exported):
    def change(name, content):
        if not name.endswith("model_weights_config.json"):
            return b"" if name.endswith("weights/weight_0") else content
        config = json.loads(content)
        next(iter(config["config"].values()))["tensor_meta"]["sizes"] = [{"as_int": 1 << 40}]
        return json.dumps(config).encode()

    refused(rezipped(exported, change), "0 bytes for the tensor")


def test_what_torch_save_wrote_is_checked(tmp_path):
    buffer = io.BytesIO()
    torch.save(network().state_dict(), buffer)
    archive.check_state(buffer.getvalue(), "state")
    buffer = io.BytesIO()
    torch.save({"a": Payload(tmp_path / "mark")}, buffer)
    with pytest.raises(archive.RefusedError, match="mkdir"):
        archive.check_state(buffer.getvalue(), "state")
