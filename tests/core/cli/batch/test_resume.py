"""What a stopped run kept, after somebody or something has changed it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.align.alignment import Alias, EvidenceUsed
from core.align.rankings import RankedBy
from core.cli.batch.outcome import Aligned, PriorShare
from core.cli.batch.ranked_lines import Line, RankedLines
from core.cli.batch.resume import Kept
from core.keypoints import machine_keypoints

RANKING = (
    RankedLines(RankedBy.MODEL, "compact", "normalised", exact=False, lines=()),
    RankedLines(
        RankedBy.EVIDENCE,
        "compact",
        "published",
        exact=True,
        lines=(Line(0.25, 3.0, 0.5, 0.1, 0.1, 0.2, 0.1 + 1e-17, 3, 4),),
    ),
)
KEY = "0123456789abcdef" * 2


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    kept = Kept.beside(tmp_path / "p.csv")
    keypoints = machine_keypoints([0.0, 1.0], [0.25, 1.25 + 1e-16], [0.9, np.nan], ("a", "b 🐦"))
    evidence = EvidenceUsed("compact", "model", "cpu")
    alias = Alias(0.76, 1.5)
    aligned = Aligned(
        name="a.wav",
        keypoints=keypoints,
        mean_confidence=0.9,
        needs_review=True,
        notes=("note",),
        alias=alias,
        log_evidence=5.0,
        ranking=RANKING,
        path_score=1.0,
        evidence=evidence,
        seconds=2.0,
        fingerprint="f" * 32,
        prior=PriorShare("d" * 32, 0.99),
    )
    kept.save(KEY, aligned)
    return kept


def test_what_was_kept_comes_back_to_the_last_digit(kept: Kept) -> None:
    found = kept.load(KEY, "a.wav")
    assert found is not None
    assert found.keypoints.time_1_s.tolist() == [0.25, 1.25 + 1e-16]
    assert found.keypoints.reason == ("a", "b 🐦")
    assert found.ranking == RANKING
    assert found.prior == PriorShare("d" * 32, 0.99)
    assert kept.load("f" * 32, "a.wav") is None


def _with(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    def changed(text: str) -> str:
        value = json.loads(text)
        change(value)
        return json.dumps(value)

    return changed


DAMAGE: dict[str, Callable[[str], str]] = {
    "cut": lambda text: text[:50],
    "empty": lambda _: "",
    "another value": lambda _: "[1, 2]",
    "nothing": lambda _: "null",
    "nested": lambda _: "[" * 99_999,
    "a long number": lambda text: text.replace("0.25", "9" * 400),
    "no text": lambda text: text.replace("note", "\udcff"),
    "a time before all times": _with(lambda v: v["keypoints"][0].update(time_1_s=-1e18)),
    "another time": lambda text: text.replace("0.25", "0.35"),
    "keypoints of nothing": _with(lambda v: v.update(keypoints=[None])),
    "an alias of words": _with(lambda v: v["alias"].update(shift_s="left")),
    "a digest of another kind": _with(lambda v: v.update(digest=[])),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_not_to_the_letter_what_was_kept_is_made_anew(kept: Kept, damage: str) -> None:
    (path,) = kept.folder.iterdir()
    text = path.read_text(encoding="utf-8")
    path.write_bytes(DAMAGE[damage](text).encode("utf-8", "surrogateescape"))
    assert kept.load(KEY, "a.wav") is None
