"""Fuzzy matching: finds words by some of their letters."""

from __future__ import annotations

_LETTER, _AFTER_LETTER, _WORD_START = 1.0, 1.5, 2.0
_PER_POSITION = 0.01


def closeness(query: str, text: str) -> float | None:
    """How well the letters of `query`, in their order, stand for `text`.

    Letters at the start of a word and letters in a row count more, and so do
    early ones. Case and spaces of the query say nothing.

    Returns
    -------
    float or None
        The greater, the better; None if a letter is missing.
    """
    letters = "".join(query.casefold().split())
    folded = text.casefold()
    if not letters:
        return 0.0
    # best[i]: the best way so far that ends with the last letter at i.
    best: dict[int, float] = {}
    for number, letter in enumerate(letters):
        following: dict[int, float] = {}
        for at, other in enumerate(folded):
            if other != letter:
                continue
            ways = [0.0] if number == 0 else [best[i] for i in best if i < at]
            if at - 1 in best:
                ways.append(best[at - 1] + _AFTER_LETTER)
            if ways:
                starts = at == 0 or not folded[at - 1].isalnum()
                gain = _LETTER + _WORD_START * starts - _PER_POSITION * at
                following[at] = max(ways) + gain
        if not following:
            return None
        best = following
    return max(best.values())
