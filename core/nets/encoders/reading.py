"""Files of weights, read safely: nothing in them is run, and no number in them is believed."""

from __future__ import annotations

import codecs
import hashlib
import pickle
import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from core.errors import InputError, system_reason
from core.memory import free_bytes
from core.nets.encoders.config import FIX, SAMPLE_RATE_HZ

AGAIN = "download it again"
_WANTS_CODE = re.compile(r"unsupported (global|class)|not an allowed global", re.I)
_KINDS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)
_HASH_BLOCK = 1 << 22
_COPIES = 2
"""As read and as used: a file of half precision becomes twice as large."""
_RATES = ("sample_rate", "sample_rate_hz", "sampling_rate", "sample_frequency")


def read_weights(path: Path) -> object:
    """What a file holds, whatever it is.

    Parameters
    ----------
    path : Path
        ``.safetensors``, or what PyTorch wrote; told apart by content, not by name.

    Returns
    -------
    object
        Plain values and tensors, as they lie in the file.

    Raises
    ------
    InputError
        If the file is missing, cut short, a web page, no checkpoint or packed, if it wants
        to run code, needs more memory than there is, or says that it hears another
        sample rate.
    """
    head = _head(path)
    _refuse_larger_than_memory(path)
    if len(head) > 8 and head[8:9] == b"{" and not head.startswith(b"PK"):
        return _read_safetensors(path)
    content = _read_pickle(path, head)
    _refuse_other_rate(content, path)
    return content


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        reason = system_reason(error)
        raise InputError(path, f"cannot be opened ({reason})", "check the path") from error
    if not head:
        raise InputError(path, "is an empty file", AGAIN)
    if head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<"):
        raise InputError(
            path, "is a web page, not a checkpoint", "open it in a browser and download from there"
        )
    return head


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        with safe_open(path, framework="pt") as file:
            _refuse_other_rate(file.metadata() or {}, path)
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise InputError(path, "is cut short or damaged", AGAIN) from error


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
        raise InputError(path, "is cut short or damaged", AGAIN) from error


def _refuse_odd_archive(path: Path) -> None:
    """Refuse a damaged archive, and one whose parts unpack to more than it holds."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise InputError(path, "is cut short or damaged", AGAIN) from error
    if unpacked > path.stat().st_size:
        raise InputError(path, "is packed, which PyTorch's own files never are", AGAIN)


def tensors_of(table: object, path: Path) -> dict[str, Tensor]:
    """Weights by name.

    Raises
    ------
    InputError
        If it holds anything else.
    """
    if not isinstance(table, Mapping):
        raise InputError(path, "its weights are not a table", FIX)
    weights = {str(name): value for name, value in table.items()}
    if not all(isinstance(value, Tensor) for value in weights.values()):
        raise InputError(path, "holds other things than weights", FIX)
    return weights


def require(
    weights: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, ...]], path: Path
) -> None:
    """Refuse weights that are not exactly those expected.

    Raises
    ------
    InputError
        If one is missing, unknown, of another shape or not finite, or if together they
        are more than the file holds.
    """
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
            raise InputError(path, f"{name} holds values that are not finite numbers", AGAIN)


def _refuse_larger_than_file(weights: Mapping[str, Tensor], path: Path) -> None:
    """Refuse weights that unfold, by strides, into more than the file holds."""
    unfolded = sum(weight.numel() * weight.element_size() for weight in weights.values())
    if unfolded > path.stat().st_size:
        raise InputError(path, "claims more weights than it holds", AGAIN)


def _refuse_larger_than_memory(path: Path) -> None:
    needed, free = _COPIES * path.stat().st_size, free_bytes()
    if free is not None and needed > free:
        raise InputError(
            path,
            f"needs {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free",
            "close other programs, or give a smaller encoder",
        )


def _refuse_other_rate(told: object, path: Path) -> None:
    """Refuse a file that says that it was trained on another sample rate."""
    if not isinstance(told, Mapping):
        return
    for name in _RATES:
        if name in told and str(told[name]).removesuffix(".0") != str(SAMPLE_RATE_HZ):
            raise InputError(
                path, f"its {name} is {told[name]}, only {SAMPLE_RATE_HZ} is known", FIX
            )


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
