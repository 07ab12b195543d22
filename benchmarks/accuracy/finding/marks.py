"""What a person's marks bring when sounds are found by an example.

usage: python -m benchmarks.accuracy.finding.marks [--scenes N] [--queries N]

Scenes, one query in three, and what is right are those of `benchmarks.accuracy.finding`, at 10 and
0 dB; flapping wings stand for noises (hops are heard only under a call). **One by one**: five times
a person says of the best hit without a mark whether it is right, and every time it is looked again,
as in the window. **At once**: the first five hits are marked, and it is looked again once. What is
marked right stays on top. **Unseen** leaves what was marked out of the hits and out of those there
could be, before and after.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.accuracy.finding.examples import (
    RANKED,
    TOP,
    WORDS,
    Asked,
    Figures,
    World,
    asked,
    example,
    figures,
    is_right,
    mean,
    parser_of,
    summary,
    task,
    world,
)
from benchmarks.common import store
from core.find.marks import WANTED_MORE, Marks, search_again
from core.find.query import Stretch
from core.find.search import Found
from core.simulate.aviary import FLAP

SNRS_DB = (10.0, 0.0)
MARKS = 5
EVERY_QUERY = 3
POOR = 0.8


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody who looks for the hits that count for a query, and knows which are right."""

    made: World
    query: Asked
    across: bool

    def looks(self, marked: Sequence[Found] = ()) -> list[Found]:
        """Hits after some marks."""
        number, channel, event = self.query
        own = example(self.made, Stretch(number, channel, event.start_s, event.end_s))
        marks = Marks(
            tuple(each for each in marked if self.likes(each)),
            tuple(each for each in marked if not self.likes(each)),
        )
        takes, _ = task(self.made, self.query, across=self.across)
        top = RANKED // WANTED_MORE if marked else RANKED
        found = search_again(self.made.index, own, marks, top)
        return [each for each in found if takes(each.stretch)]

    def likes(self, found: Found) -> bool:
        """Whether a hit is right."""
        return is_right(self.made, self.query, found.stretch)

    def could(self, marked: Sequence[Found] = ()) -> int:
        """How many right hits without a mark there could be."""
        return task(self.made, self.query, across=self.across)[1] - sum(map(self.likes, marked))

    def figures(self, found: Sequence[Found], could: int) -> tuple[float, float]:
        """R@10 and average precision at 10."""
        return figures([self.likes(each) for each in found[:TOP]], could)


def unseen(found: Sequence[Found], marked: Sequence[Found]) -> list[Found]:
    """Hits without a mark."""
    return [each for each in found if not any(each.is_same(other.stretch) for other in marked)]


def marked(made: World, queries: Sequence[Asked], *, across: bool) -> dict[str, object]:
    """Before and after five marks, one by one and at once."""
    told: dict[str, Figures] = defaultdict(lambda: defaultdict(list))
    poor: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for query in queries:
        person, word = Person(made, query, across), query[2].word
        if not person.could():
            continue
        before = person.looks()
        one_by_one: list[Found] = []
        for _ in range(MARKS):
            one_by_one += unseen(person.looks(one_by_one), one_by_one)[:1]
        rows = {"before": person.figures(before, person.could())}
        for way, known in (("one by one", one_by_one), ("at once", before[:MARKS])):
            after = person.looks(known)
            rows[f"after, {way}"] = person.figures(after, person.could())
            if (left := person.could(known)) > 0:
                for when, found in (("before", before), ("after", after)):
                    rows[f"unseen {when}, {way}"] = person.figures(unseen(found, known), left)
        for name, pair in rows.items():
            told[name][word].append(pair)
            if rows["before"][1] < POOR:
                poor[name].append(pair)
    return {
        name: summary(part) | {f"mAP@10 below {POOR} before": mean(poor[name])}
        for name, part in told.items()
    }


def main() -> int:
    arguments = parser_of("benchmarks.accuracy.finding.marks", __doc__).parse_args()
    result: dict[str, object] = {"scenes": arguments.scenes}
    for snr_db in SNRS_DB:
        with tempfile.TemporaryDirectory() as folder:
            made = world(arguments.scenes, Path(folder), snr_db)
            queries = asked(made, arguments.queries, (*WORDS, FLAP))[::EVERY_QUERY]
            for across in (False, True):
                name = f"{snr_db:g} dB" + ", across" * across
                result[name] = part = marked(made, queries, across=across)
                print(name, part, flush=True)
    store.save(arguments.out, "finding_marks", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
