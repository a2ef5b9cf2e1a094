"""Model files: recognised by content, checked, written completely or not at all."""

from __future__ import annotations

import base64
import io
import zlib
from pathlib import Path

import pytest
import torch
from engine_helpers import network

from torchmva._engine import model as models
from torchmva._engine.errors import EngineError
from torchmva._engine.modelwriter import ModelWriter


def test_any_extension_and_round_trip(save_network):
    path = save_network(name="model.h5")
    data = models.read(Path(path))
    assert models.format_of(data, path) == models.TORCHSCRIPT
    loaded = models.from_bytes(data, path)
    again = models.from_bytes(ModelWriter(4).to_bytes(loaded), "again")
    rows = torch.randn(5, 4)
    assert torch.equal(loaded(rows), again(rows))


def test_exported_program(tmp_path):
    net = network().eval()
    rows = torch.export.Dim("rows", min=1)
    program = torch.export.export(net, (torch.zeros(2, 4),), dynamic_shapes=({0: rows},))
    torch.export.save(program, tmp_path / "model.pt2")
    data = models.read(tmp_path / "model.pt2")
    assert models.format_of(data, "model.pt2") == models.EXPORT
    loaded = models.from_bytes(data, "model.pt2")
    loaded.train().eval()
    x = torch.randn(7, 4)
    assert torch.equal(loaded(x), net(x))
    again = models.from_bytes(ModelWriter(4).to_bytes(loaded), "again")
    assert torch.equal(again(x), net(x))


@pytest.mark.parametrize(
    ("content", "found"), [(b"", "an empty file"), (b"no zip at all", "something else"), ("state", "torch.save")]
)
def test_what_is_no_model_is_refused(content, found):
    if content == "state":
        buffer = io.BytesIO()
        torch.save(network().state_dict(), buffer)
        content = buffer.getvalue()
    with pytest.raises(EngineError, match=r"Failed to load PyTorch model from file: x.pt") as caught:
        models.from_bytes(content, "x.pt")
    assert caught.value.code == "Model"
    assert found in caught.value.message


def test_truncated_file_is_refused(save_network):
    data = Path(save_network()).read_bytes()
    with pytest.raises(EngineError, match=r"Failed to load PyTorch model"):
        models.from_bytes(data[: len(data) // 2], "x.pt")


def test_missing_file():
    with pytest.raises(
        EngineError, match=r"Failed to load PyTorch model from file: absent.pt \(No such file"
    ) as caught:
        models.read(Path("absent.pt"))
    assert caught.value.code == "Model"


def test_encode_decode_and_checksum(save_network):
    data = Path(save_network()).read_bytes()
    encoded = models.encode(data)
    assert encoded.size == len(data)
    assert models.decode(encoded.text, encoded.size, "w.xml") == data
    wrapped = "\n".join(encoded.text[i : i + 76] for i in range(0, len(encoded.text), 76))
    assert models.decode(wrapped, encoded.size, "w.xml") == data
    models.check(data, encoded.sha256.upper(), "w.xml")
    with pytest.raises(EngineError, match=f"expected SHA-256 {'0' * 64}, found {encoded.sha256}"):
        models.check(data, "0" * 64, "w.xml")


def test_too_large_for_embedding(save_network):
    data = Path(save_network()).read_bytes()
    assert models.encode(data, limit=10).text == ""


@pytest.mark.parametrize("damage", ["alphabet", "short", "bytes", "size"])
def test_damaged_content(save_network, damage):
    data = Path(save_network()).read_bytes()
    encoded = models.encode(data)
    text, size = encoded.text, encoded.size
    if damage == "alphabet":
        text = "!" + text[1:]
    elif damage == "short":
        text = text[: len(text) // 8 * 4]
    elif damage == "bytes":
        raw = bytearray(base64.b64decode(text))
        raw[len(raw) // 2] ^= 0xFF
        text = base64.b64encode(bytes(raw)).decode()
    else:
        text = base64.b64encode(zlib.compress(b"x" * 10_000_000)).decode()
    with pytest.raises(EngineError, match=r"embedded model is damaged") as caught:
        models.decode(text, size, "w.xml")
    assert caught.value.code == "WeightFile"


def test_write_makes_folders_and_leaves_nothing_behind(tmp_path):
    path = tmp_path / "new" / "model.pt"
    models.write(path, b"one")
    models.write(path, b"two")
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in path.parent.iterdir()] == ["model.pt"]
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match=r"Cannot write the model") as caught:
        models.write(tmp_path / "file" / "model.pt", b"three")
    assert caught.value.code == "File"
    (tmp_path / "folder").mkdir()
    with pytest.raises(EngineError, match=r"Cannot write the model"):
        models.write(tmp_path / "folder", b"three")
    assert not list(tmp_path.glob(".*.tmp"))


class Odd(torch.nn.Module):
    def forward(self, x):
        return x if x.sum().item() > 0 and eval("True") else -x


def test_a_model_that_cannot_be_written_names_the_layer():
    model = torch.nn.Sequential(torch.nn.Linear(4, 4), Odd())
    with pytest.raises(EngineError, match=r"layer 1: Odd(?s:.*)as torch.export: .*; as TorchScript: ") as caught:
        ModelWriter(4).to_bytes(model)
    assert caught.value.traceback_text
    assert caught.value.code == "Model"


def test_the_ending_decides_the_format_of_a_plain_module():
    model = torch.nn.Linear(4, 2)
    assert models.format_of(ModelWriter(4).to_bytes(model), "model") == models.EXPORT
    assert (
        models.format_of(ModelWriter(4, models.wanted_format("a/net.pt")).to_bytes(model), "model")
        == models.TORCHSCRIPT
    )
    assert models.format_of(ModelWriter(4, models.wanted_format("net.PT2")).to_bytes(model), "model") == models.EXPORT
