"""Figures in the documents are those that were measured: each row stands in the results."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks.accuracy import compact_gain
from benchmarks.common import store
from benchmarks.published import table_one, table_two

REPOSITORY = Path(__file__).resolve().parents[2]
RESULTS = REPOSITORY / "benchmarks" / "results"

HEADS = {
    "cross": "cross-attention",
    "concat2025": "2025 MLP",
    "difference2026": "2026 head",
    "place": "place by place",
}


def _rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("|")]


def _missing(document: str, rows: Iterable[str]) -> list[str]:
    told = set(_rows((REPOSITORY / "docs" / document).read_text("utf-8")))
    wanted = list(rows)
    assert wanted
    return [row for row in wanted if row not in told and not row.startswith("|---")]


def _kept(name: str) -> store.Result:
    result = store.load(RESULTS, name)
    assert result is not None
    return result


def test_what_the_compact_net_adds() -> None:
    assert not _missing("compact.md", _rows(compact_gain.table(_kept("compact_gain"))))


def test_all_systems_side_by_side() -> None:
    result = _kept("table_two")
    page = table_two.page(result["rows"], [each["title"] for each in result["columns"]])
    assert not _missing("published_tables.md", _rows(page))


@pytest.mark.parametrize("grid", ["10 x 10 lines", "101 x 101 lines"])
def test_the_parts_of_the_score(grid: str) -> None:
    result = _kept("table_one")
    titles = list(next(iter(result[grid].values())))
    errors = _rows(table_one.page(result[grid], titles))
    squares = errors[: len(errors) // 2]
    assert not _missing("published_tables.md", squares)


def test_what_the_grid_does_to_the_ranking() -> None:
    rows = [
        f"| {column} | {HEADS[head]} | {found['spread_of_predictions']:.2f} | "
        f"{found['prediction_difference_median']:.3f} | {found['rank_correlation']:.2f} | "
        f"{found['place_of_the_exact_best']} of {found['candidates']} |"
        for column, heads in _kept("grid_rounding")["first file of"].items()
        for head, found in heads.items()
    ]
    assert not _missing("published_tables.md", rows)


def _says(document: str, *phrases: str) -> None:
    text = " ".join((REPOSITORY / "docs" / document).read_text("utf-8").split())
    assert [phrase for phrase in phrases if phrase not in text] == []


def test_how_much_the_grid_moves_heads() -> None:
    found = _kept("grid_rounding")["first file of"].values()
    ranks = [each["rank_correlation"] for heads in found for each in heads.values()]
    _says("model.md", f"compact net it is {min(ranks):.2f} to {max(ranks):.2f}")


def test_how_the_shipped_scorer_ranks_alone() -> None:
    sets = _kept("scorer")["sets"]
    real, noisy = (sets[name]["scorer"]["lines_ms"] for name in ("moderate", "noise10"))
    _says(
        "compact.md",
        f"{real['published']:.0f} ms off (the best possible {real['best possible']:.0f})",
        f"in 10 dB noise {noisy['published']:.0f} ({noisy['best possible']:.0f})",
    )
    assert sets["moderate"]["scorer"]["r1"] == pytest.approx(0.8, abs=0.05)


def test_what_is_left_in_aligned_audio() -> None:
    rows = {each["pair"]: each for each in _kept("material")["residual"]}
    ours, true = (rows["aviary"][key] for key in ("aligned", "true map"))
    told = f"it finds {ours:.1f} ms (median of eight scenes), and {true:.1f} ms through the true"
    _says("export.md", told)
    for title, name in (
        ("recorders side by side", "side by side"),
        ("field, one place of sound", "field, one place of sound"),
        ("aviary, microphone and transmitter", "aviary"),
    ):
        left = f"exported audio, {title} | median 1 ms | {rows[name]['aligned']:.2f} ms"
        _says("benchmarks.md", left)


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ("compact.md", "compact_gain"),
        ("published_tables.md", "table_one"),
        ("published_tables.md", "table_two"),
        ("published_tables.md", "grid_rounding"),
    ],
)
def test_it_is_said_when_figures_were_measured(document: str, name: str) -> None:
    machine = _kept(name)["machine"]
    told = f"measured {machine['date'][:10]} at revision {machine['revision'][:12]}"
    assert told in (REPOSITORY / "docs" / document).read_text("utf-8")
