"""The JSON beside an exported table: what it says, and that it can be taken at its word."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.align.alignment import Alias
from core.errors import InputError
from core.formats.sidecar import (
    Rows,
    SidecarRecording,
    Verdict,
    read_sidecar,
    sidecar_path,
    write_table,
)
from core.formats.tables.biodcase import BiodcaseTable, csv_bytes, read_csv
from core.keypoints import KeypointSet, ReviewState, Source

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "export.schema.json").read_text(encoding="utf-8")
)
STATES = (
    ReviewState.UNREVIEWED,
    ReviewState.ACCEPTED,
    ReviewState.CORRECTED,
    ReviewState.UNALIGNABLE,
)
KINDS = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "number": (int, float),
    "null": type(None),
    "any": object,
}


def faults(value: object, schema: dict, where: str = "$") -> list[str]:
    """What a value does against the few words of JSON Schema that ours uses."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        each = [faults(value, one, where) for one in schema["anyOf"]]
        return [] if not all(each) else each[-1]
    allowed = schema.get("enum", [schema["const"]] if "const" in schema else [value])
    if value not in allowed or not isinstance(value, KINDS[schema.get("type", "any")]):
        return [f"{where} is {value!r}"]
    found = []
    if isinstance(value, dict):
        found = faults_of_object(value, schema, where)
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            found += faults(inner, schema.get("items", {}), f"{where}[{n}]")
    elif "minimum" in schema and not schema["minimum"] <= value <= schema.get("maximum", np.inf):
        found = [f"{where} is {value}"]
    return found


def faults_of_object(value: dict, schema: dict, where: str) -> list[str]:
    known = schema.get("properties", {})
    found = [f"{where} lacks {name}" for name in schema.get("required", ()) if name not in value]
    if schema.get("additionalProperties") is False:
        found += [f"{where} has {name}" for name in value if name not in known]
    for name, inner in value.items():
        found += faults(inner, known.get(name, {}), f"{where}.{name}")
    return found


def keypoints() -> KeypointSet:
    return KeypointSet(
        np.array([0.0, 1.0, 2.0, 3.0]),
        np.array([0.1, 1.1 + 1e-16, 2.345678901234567, 3.0]),
        STATES,
        (Source.MACHINE, Source.MACHINE, Source.HUMAN, Source.MACHINE),
        np.array([0.5, 0.99, np.nan, 0.2]),
        ("silent in channel 1", "one clear peak", "", "ünsicher 🐦"),
        ("0", "1.000", "2", "3e0"),
    )


def export(path: Path, *, overwrite: bool = False) -> Path:
    kept = keypoints()
    written = KeypointSet(kept.time_0_s[:3], kept.time_1_s[:3], time_0_text=kept.time_0_text[:3])
    maker = {"evidence": "spectral", "settings": {"max_offset_s": 5.0}}
    verdict = Verdict(0.7, 0.05, needs_review=True, alias=Alias(0.76, 1.2), warnings=("a warning",))
    about = SidecarRecording(
        "a 🐦.wav", 32 * "f", kept, (True, True, True, False), "path", "given.csv", maker, verdict
    )
    bare = SidecarRecording("b.wav", 32 * "0", kept, (False,) * 4, "imported")
    table = BiodcaseTable({"a 🐦.wav": written})
    write_table(path, csv_bytes(table, path), (about, bare), Rows.ALL, overwrite=overwrite)
    return path


def test_everything_comes_back(tmp_path: Path) -> None:
    path = export(tmp_path / "out.csv")
    assert len(read_csv(path).files["a 🐦.wav"]) == 3
    sidecar = read_sidecar(path)
    assert sidecar is not None
    assert sidecar.rows is Rows.ALL
    about, before = sidecar.recordings["a 🐦.wav"], keypoints()
    np.testing.assert_array_equal(about.keypoints.time_1_s, before.time_1_s)
    np.testing.assert_array_equal(about.keypoints.confidence, before.confidence)
    for column in ("state", "source", "reason", "time_0_text"):
        assert getattr(about.keypoints, column) == getattr(before, column)
    assert about.in_table == (True, True, True, False)
    assert about.imported_from == "given.csv"
    assert about.verdict == Verdict(
        0.7, 0.05, needs_review=True, alias=Alias(0.76, 1.2), warnings=("a warning",)
    )
    assert about.aligner["settings"] == {"max_offset_s": 5.0}
    assert sidecar.recordings["b.wav"].verdict is None


def test_it_keeps_to_the_documented_schema(tmp_path: Path) -> None:
    document = json.loads(sidecar_path(export(tmp_path / "out.csv")).read_text(encoding="utf-8"))
    assert faults(document, SCHEMA) == []
    document["recordings"][0]["keypoints"][1]["state"] = "fine"
    document["recordings"][0]["keypoints"][2]["confidence"] = 1.5
    del document["table"]["fingerprint"]
    assert len(faults(document, SCHEMA)) == 3


def test_nothing_is_overwritten_without_being_asked(tmp_path: Path) -> None:
    for there in ("out.csv", "out.json"):
        place = tmp_path / there
        place.write_text("precious", encoding="utf-8")
        with pytest.raises(InputError, match="already exists"):
            export(tmp_path / "out.csv")
        assert [p.name for p in tmp_path.iterdir()] == [there]
        assert place.read_text(encoding="utf-8") == "precious"
        place.unlink()
    export(tmp_path / "out.csv")
    export(tmp_path / "out.csv", overwrite=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "out.json"]


def test_a_table_cannot_have_the_name_of_its_sidecar(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name of the sidecar"):
        export(tmp_path / "out.json")
    assert not list(tmp_path.iterdir())


def test_a_table_changed_since_is_told(tmp_path: Path) -> None:
    path = export(tmp_path / "out.csv")
    path.write_text(path.read_text(encoding="utf-8") + "c.wav,0,0\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"does not belong to out\.csv as it is now"):
        read_sidecar(path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"version": 1', '"version": 2', "update FinchSync"),
        ('"state": "accepted"', '"state": "fine"', "damaged"),
        ('"basis"', '"bias"', "damaged"),
        ('"time_1_s": 3.0', '"time_1_s": null', "damaged"),
        ('"recordings": [', '"recordings": [7, ', "damaged"),
        ('"time_1_s": 3.0', f'"time_1_s": {"9" * 400}', "damaged"),
        ('"time_1_s": 3.0', '"time_1_s": -1e18', "damaged"),
        ('"time_1_s": 3.0', '"time_1_s": true', "damaged"),
        ('"confidence": 0.99', '"confidence": [0.99]', "damaged"),
        ('"confidence": 0.99', '"confidence": 99', "damaged"),
        ('"reason": ""', '"reason": "\\ud800"', "damaged"),
        ('"shift_s": 0.76', '"shift_s": "0.76"', "damaged"),
        ('"in_table": false', '"in_table": null', "damaged"),
        ('"basis": "path"', '"basis": ["path"]', "damaged"),
        ('"aligner": {', '"aligner": 7, "more": {', "damaged"),
    ],
)
def test_a_damaged_or_newer_sidecar_is_told(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = export(tmp_path / "out.csv")
    beside = sidecar_path(path)
    text = beside.read_text(encoding="utf-8")
    assert old in text
    beside.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_sidecar(path)


@pytest.mark.parametrize(
    "text", ["", "{", "[1, 2]", '{"format": "other"}', "\udcff", "[" * 99999, "9" * 9999]
)
def test_other_files_of_that_name_are_none_of_ours(tmp_path: Path, text: str) -> None:
    path = export(tmp_path / "out.csv")
    sidecar_path(path).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert read_sidecar(path) is None
    sidecar_path(path).unlink()
    assert read_sidecar(path) is None
