"""BEATs checkpoints: read safely and strictly, or refused with a reason."""

from __future__ import annotations

import codecs
import hashlib
import pickle
import re
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from core.errors import InputError, system_reason
from core.nets.encoders.beats import BeatsEncoder
from core.nets.encoders.config import FIX, BeatsConfig, config_from_official
from core.nets.encoders.earth_species import from_earth_species
from core.nets.encoders.layout import official_shapes, ours

_AGAIN = "download it again"
_WANTS_CODE = re.compile(r"unsupported (global|class)|not an allowed global", re.I)
_KINDS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)
_HASH_BLOCK = 1 << 22


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """What a checkpoint holds.

    Parameters
    ----------
    config : BeatsConfig
    weights : mapping of str to Tensor
        By their official names; all of them, and no others.
    digest : str
        Of the file's content, 32 hexadecimal digits.
    """

    config: BeatsConfig
    weights: Mapping[str, Tensor]
    digest: str


def load_encoder(path: Path) -> tuple[BeatsEncoder, str]:
    """Build the encoder of a checkpoint.

    Parameters
    ----------
    path : Path
        As `read_checkpoint`.

    Returns
    -------
    encoder : BeatsEncoder
        On the processor, in float32, frozen.
    digest : str
        Of the file's content.

    Raises
    ------
    InputError
        As `read_checkpoint`.
    """
    checkpoint = read_checkpoint(path)
    with torch.device("meta"):
        encoder = BeatsEncoder(checkpoint.config)
    encoder.load_state_dict(ours(checkpoint.weights, checkpoint.config), assign=True)
    return encoder.eval().requires_grad_(requires_grad=False), checkpoint.digest


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint of Microsoft's or Earth Species' BEATs.

    Nothing in the file is ever run.

    Parameters
    ----------
    path : Path
        ``.pt`` with ``cfg`` and ``model`` (iteration 1 to 3, fine-tuned or not), or
        ``.safetensors``; told apart by content, not by name.

    Returns
    -------
    Checkpoint

    Raises
    ------
    InputError
        If the file is missing, cut short, a web page, no checkpoint, another
        network, or wants to run code; or if a weight is missing, unknown, of the
        wrong shape or not finite.
    """
    head = _head(path)
    if _is_safetensors(head):
        config, weights = from_earth_species(_read_safetensors(path), path)
    else:
        config, weights = _official(_read_pickle(path, head), path)
    _require(weights, official_shapes(config), path)
    return Checkpoint(config, weights, file_digest(path))


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        reason = system_reason(error)
        raise InputError(path, f"cannot be opened ({reason})", "check the path") from error
    if not head:
        raise InputError(path, "is an empty file", _AGAIN)
    if head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<"):
        raise InputError(
            path, "is a web page, not a checkpoint", "open it in a browser and download from there"
        )
    return head


def _is_safetensors(head: bytes) -> bool:
    return len(head) > 8 and head[8:9] == b"{" and not head.startswith(b"PK")


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(path, "is cut short or damaged", _AGAIN) from error


def _read_pickle(path: Path, head: bytes) -> object:
    if head.startswith(b"PK"):
        _refuse_odd_archive(path)
    if not head.startswith((b"PK", b"\x80")):
        raise InputError(path, "is no checkpoint that PyTorch wrote", FIX)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        # Bytes that are no pickle can make its reader stumble over anything.
        wants_code = isinstance(error, pickle.UnpicklingError) and _WANTS_CODE.search(str(error))
        if wants_code:
            raise InputError(
                path,
                "wants to run code while it is read, which weights never need",
                "do not open it elsewhere; get the original checkpoint",
            ) from error
        raise InputError(path, "is cut short or damaged", _AGAIN) from error


def _refuse_odd_archive(path: Path) -> None:
    """Refuse a damaged archive, and one whose parts unpack to more than it holds."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise InputError(path, "is cut short or damaged", _AGAIN) from error
    if unpacked > path.stat().st_size:
        raise InputError(path, "is packed, which PyTorch's own files never are", _AGAIN)


def _official(content: object, path: Path) -> tuple[BeatsConfig, dict[str, Tensor]]:
    if not isinstance(content, dict) or not {"cfg", "model"} <= content.keys():
        raise InputError(path, "holds no 'cfg' and 'model' as a BEATs checkpoint does", FIX)
    cfg, model = content["cfg"], content["model"]
    if not isinstance(cfg, Mapping) or not isinstance(model, Mapping):
        raise InputError(path, "its 'cfg' or 'model' is not a table", FIX)
    if any(str(name).startswith("quantize.") for name in model):
        raise InputError(path, "is a BEATs tokenizer, not the encoder", FIX)
    weights = {str(name): value for name, value in model.items()}
    if not all(isinstance(value, Tensor) for value in weights.values()):
        raise InputError(path, "its 'model' holds other things than weights", FIX)
    return config_from_official({str(k): v for k, v in cfg.items()}, path), weights


def _require(
    weights: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, ...]], path: Path
) -> None:
    """Refuse weights that are not exactly those expected."""
    missing, unknown = shapes.keys() - weights.keys(), weights.keys() - shapes.keys()
    for what, names in (("lacks weights", missing), ("holds unknown weights", unknown)):
        if names:
            first = ", ".join(sorted(names)[:3])
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            raise InputError(path, f"{what}: {first}{more}", FIX)
    _refuse_larger_than_file(weights, path)
    for name, shape in shapes.items():
        found = tuple(weights[name].shape)
        if found != shape:
            raise InputError(path, f"{name} has the shape {found}, not {shape}", FIX)
        if not _is_finite(weights[name]):
            raise InputError(path, f"{name} holds values that are not finite numbers", _AGAIN)
    tables = [t for n, t in weights.items() if n.endswith("relative_attention_bias.weight")]
    if any(not torch.equal(table, tables[0]) for table in tables[1:]):
        raise InputError(path, "its layers have different position biases", FIX)


def _refuse_larger_than_file(weights: Mapping[str, Tensor], path: Path) -> None:
    """Refuse weights that unfold, by strides, into more than the file holds."""
    unfolded = sum(weight.numel() * weight.element_size() for weight in weights.values())
    if unfolded > path.stat().st_size:
        raise InputError(path, "claims more weights than it holds", _AGAIN)


def _is_finite(weight: Tensor) -> bool:
    """Whether a weight is plain numbers and none of them NaN or infinite."""
    is_plain = weight.layout == torch.strided and not weight.is_meta and weight.dtype in _KINDS
    return is_plain and bool(weight.isfinite().all())


def file_digest(path: Path) -> str:
    """Digest of a file's content, 32 hexadecimal digits."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(_HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()
