"""Kept models: one folder a model id with ``model.txt`` or ``model.json`` and ``card.json``, written once and whole."""

import hashlib
import json
import math
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

#: What a model learns from besides its rows: a change in these files is a new model id.
_CODE_PACKAGES: Final = ("features", "labels", "models")


class ModelRefused(RuntimeError):
    """A kept model is missing, altered or cannot be read; the message names the file and the remedy."""


def code_hash() -> str:
    """Return the sha256 over the sources that shape a model (ml/features, ml/labels, ml/models)."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for package in _CODE_PACKAGES:
        for file in sorted((root / package).glob("*.py")):
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def to_json(value: Any) -> str:
    """Return JSON in the order of the keys given, which is the order people read; NaN is null, Chinese as it is."""
    return json.dumps(_plain(value), ensure_ascii=False, indent=1, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def model_folder(models: Path, model: str, model_id: str) -> Path:
    """Return where a model of this id is kept."""
    return models / model / model_id


def read_card(models: Path, model: str, model_id: str) -> dict[str, Any] | None:
    """Return the card of a kept model, or None when there is none of that id."""
    file = model_folder(models, model, model_id) / "card.json"
    if not file.is_file():
        return None
    return dict(json.loads(file.read_text(encoding="utf-8")))


def keep_model(
    models: Path, model: str, model_id: str, file_name: str, content: str, card: dict[str, Any]
) -> dict[str, Any]:
    """Write a model and its card, whole or not at all, and return the card with the file's name, size and sha256."""
    encoded = content.encode()
    card = {**card, "file": file_name, "file_bytes": len(encoded), "sha256": hashlib.sha256(encoded).hexdigest()}
    target = model_folder(models, model, model_id)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{model_id}-", dir=target.parent))
    try:
        (partial / file_name).write_bytes(encoded)
        (partial / "card.json").write_text(to_json(card) + "\n", encoding="utf-8")
        if target.exists():
            shutil.rmtree(target)
        Path(partial).replace(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return card


def checked_file(models: Path, card: dict[str, Any]) -> Path:
    """Return the file of a kept model after its size and sha256 have been compared with its card.

    Raises
    ------
    ModelRefused
        The file is missing or is not the one that was judged; deleting its folder lets the next run train it again.
    """
    folder = model_folder(models, str(card["model"]), str(card["model_id"]))
    file = folder / str(card["file"])
    remedy = f"delete {folder} and run the date again: the model is trained anew"
    if not file.is_file():
        raise ModelRefused(f"{file} is missing; {remedy}")
    content = file.read_bytes()
    if len(content) != int(card["file_bytes"]) or hashlib.sha256(content).hexdigest() != card["sha256"]:
        raise ModelRefused(f"{file} is not the file its card describes (sha256 differs); {remedy}")
    return file
