"""``finchsync find``: where else a sound occurs, best first."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import ExitStack

from core.align.alignment import Progress
from core.cli.batch.engines import opened_engine
from core.cli.codes import DONE
from core.cli.screen import Screen
from core.cli.terminal.report import note, print_json, print_table, progress_bar, say
from core.errors import InputError
from core.find.across import Hit, disagreements, with_other_side
from core.find.collection import Collection, collection_of
from core.find.encoded import EncodedFrames
from core.find.frames import CompactFrames, FrameEncoder
from core.find.indexing import Index, indexed, is_indexed
from core.find.leaving import write_hits
from core.find.query import Query, Stretch, parsed_example, query_of
from core.find.search import search
from core.find.words.asking import Asked, answered, any_words, needs_shipped_net, understood
from core.find.words.own_labels import own_labels
from core.formats.registry import format_named
from core.nets import ensure_torch
from core.steps import told_of

_TWICE = 2
"""What is heard on both channels is found twice, and told once."""
_SCANNED = 2000
"""Hits among which disagreements are looked for."""


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Index what is new, search, print the hits.

    Raises
    ------
    InputError
        If the example, the words or the place are of no use.
    """
    chosen = format_named(args.format)
    collection = collection_of(args.place)
    asked = _example(args, collection) if args.text is None else _words(args, collection)
    index = _indexed(args, collection)
    for line in index.notes:
        note(line)
    wanted = _SCANNED if args.disagreements else _TWICE * args.top
    if isinstance(asked, Stretch):
        found = search(index.frames, _query(index, collection, asked), wanted)
    else:
        with progress_bar("listening") as advance:
            found = told_of(answered(index, asked, wanted), lambda share: advance(share, ""))
    hits = with_other_side(index, found, wanted)
    if args.disagreements:
        hits = disagreements(hits)
    hits = hits[: args.top]
    if args.out is not None:
        recordings = index.collection.recordings
        paths, lost = write_hits(
            args.out, chosen, recordings, hits, args.text or args.like, overwrite=args.overwrite
        )
        for line in lost:
            note(line)
        note(f"{len(hits)} labels in {len(paths)} files in {args.out}")
    if args.json:
        print_json(_as_json(index, hits))
    else:
        _print(index, hits)
    return DONE


def _words(args: argparse.Namespace, collection: Collection) -> Asked:
    """What ``--text`` means."""
    if args.channel is not None:
        fix = "leave out --channel, or give --like"
        raise InputError("--text", "is looked for on both channels", fix)
    if args.words_model is not None:
        from core.nets.words_folder import open_words_folder

        folder = args.words_model
        return any_words(args.text, folder, open_words_folder(folder))
    own = own_labels(collection)
    for line in own.notes:
        note(line)
    asked = understood(args.text, own)
    if args.encoder is not None and needs_shipped_net(asked):
        fix = "leave out --encoder, or give --like or the name of a label of yours"
        raise InputError("--text", "is understood by the shipped net only", fix)
    return asked


def _example(args: argparse.Namespace, collection: Collection) -> Stretch:
    """The stretch that is meant by ``--like`` and ``--channel``."""
    if args.words_model is not None:
        raise InputError("--words-model", "understands words", "give --text in place of --like")
    try:
        name, start_s, end_s = parsed_example(args.like)
    except ValueError as error:
        fix = "give FILE:START-END in seconds, as day1.wav:12.3-13.1"
        raise InputError("--like", f"{args.like} is no stretch of a file", fix) from error
    number, told = collection.named(name)
    channel = told if args.channel is None else args.channel
    return Stretch(number, channel or 0, start_s, end_s)


def _indexed(args: argparse.Namespace, collection: Collection) -> Index:
    encoder = _encoder(args)
    with ExitStack() as stack:
        engine = None
        if not is_indexed(collection, encoder, args.index):
            opened = opened_engine(args.engine, args.scheduler, args.jobs)
            engine = stack.enter_context(opened)
        advance = stack.enter_context(progress_bar("indexing"))

        def tell(step: Progress) -> None:
            advance(step.fraction, step.stage)

        return told_of(indexed(collection, encoder, args.index, engine), tell)


def _encoder(args: argparse.Namespace) -> FrameEncoder:
    """What sounds are compared by; PyTorch is loaded only for a chosen one."""
    if args.encoder is None:
        return CompactFrames()
    ensure_torch("--encoder")
    from core.nets.channel_tokens import ChannelTokens
    from core.nets.embed import leave_a_core

    leave_a_core()
    return EncodedFrames(ChannelTokens(args.encoder, args.device))


def _query(index: Index, collection: Collection, example: Stretch) -> Query:
    meant = collection.recordings[example.recording]
    kept = index.collection.recordings
    if meant not in kept:
        raise InputError(meant.name, "cannot be read", "give an example of another recording")
    here = example._replace(recording=kept.index(meant))
    return query_of(index.frames[here.recording].channels[here.channel], here, meant.name)


def _print(index: Index, hits: Sequence[Hit]) -> None:
    if not hits:
        say("nothing found")
        return
    rows = [
        (
            index.collection.recordings[hit.found.stretch.recording].name,
            str(hit.found.stretch.channel),
            f"{hit.found.stretch.start_s:.2f}",
            f"{hit.found.stretch.end_s:.2f}",
            f"{hit.found.score:.3f}",
            _other_text(hit),
        )
        for hit in hits
    ]
    print_table(
        {
            "Recording": "left",
            "Channel": "right",
            "Start, s": "right",
            "End, s": "right",
            "Score": "right",
            "Other channel": "left",
        },
        rows,
    )


def _other_text(hit: Hit) -> str:
    if hit.other is None:
        return "not known"
    where = f"at {hit.other.stretch.start_s:.2f} s"
    return f"there too, {where}" if hit.other.agrees else f"not there, {where}"


def _as_json(index: Index, hits: Sequence[Hit]) -> dict[str, object]:
    return {"hits": [_hit(index, hit) for hit in hits], "notes": index.notes}


def _hit(index: Index, hit: Hit) -> dict[str, object]:
    stretch, other = hit.found.stretch, hit.other
    return {
        "recording": index.collection.recordings[stretch.recording].name,
        "channel": stretch.channel,
        "start_s": stretch.start_s,
        "end_s": stretch.end_s,
        "score": hit.found.score,
        "other_start_s": None if other is None else other.stretch.start_s,
        "other_end_s": None if other is None else other.stretch.end_s,
        "other_score": None if other is None else other.score,
        "agrees": None if other is None else other.agrees,
    }
