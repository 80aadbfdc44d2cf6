"""Kept models are sealed with a key of the home: a model or card that another hand changed is refused by name.

A seal is an HMAC over every file of a model's folder, beside them. A folder without one is a model whose making was
interrupted, or whose seal somebody took: it goes, and the next training makes it anew, to the same bytes.
"""

import hashlib
import hmac
import shutil
from pathlib import Path
from typing import Final

from ml.models.artefacts import ModelRefused
from orchestration import audit_log
from orchestration.channels.engine.fingerprints import noted
from orchestration.channels.engine.keys import kept_at, load_key
from orchestration.files import write_text
from orchestration.settings import Settings

SEAL: Final = "seal"


def check_models(settings: Settings) -> int:
    """Refuse a model whose files are not those that were sealed; return how many stand.

    A home of an earlier release has no key for it: what stands is sealed once, and the audit log says so.

    Raises
    ------
    ModelRefused
        Naming the model's folder and the remedy.
    """
    is_first = noted(settings, "models") is None and not kept_at(settings, "models").is_file()
    folders = _folders(settings)
    if is_first and folders:
        seal_models(settings)
        audit_log.append(settings, "models_sealed", {"models": len(folders)})
        return len(folders)
    key = load_key(settings, "models")
    for folder in folders:
        seal = folder / SEAL
        if not seal.is_file():
            shutil.rmtree(folder)
        elif not hmac.compare_digest(seal.read_text(encoding="ascii").strip(), _seal(key, folder)):
            raise ModelRefused(
                f"the model {folder} is not as this home made it: a file of it was changed. If you did not change it,"
                f" ask who did; then delete {folder} and run the date again: it is trained anew"
            )
    return sum(folder.is_dir() for folder in folders)


def seal_models(settings: Settings) -> None:
    """Seal the models that have no seal yet: those that this run trained."""
    key = load_key(settings, "models")
    for folder in _folders(settings):
        if not (folder / SEAL).is_file():
            write_text(folder / SEAL, _seal(key, folder) + "\n", is_durable=False)


def _folders(settings: Settings) -> list[Path]:
    models = settings.home / "models"
    return sorted(path.parent for path in models.glob("*/*/card.json") if not path.parent.name.startswith("."))


def _seal(key: bytes, folder: Path) -> str:
    said = hmac.new(key, folder.name.encode(), "sha256")
    for file in sorted(folder.iterdir()):
        if file.name != SEAL and file.is_file():
            said.update(f"\0{file.name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return said.hexdigest()
