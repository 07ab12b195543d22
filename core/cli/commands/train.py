"""``finchsync train``: a pair scorer from recordings whose keypoints are known."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager

from core.cli.codes import DONE
from core.cli.screen import Screen
from core.cli.terminal.report import Advance, note, progress_bar, say, warn
from core.errors import InputError
from core.train import ensure_training


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Train, and say what came of it.

    Raises
    ------
    InputError
        If something given cannot be used, or training is not installed.
    """
    if args.encoder is None:
        raise InputError(
            "finchsync train",
            "no encoder is shipped yet, and none was given",
            "give a BEATs checkpoint with --encoder",
        )
    ensure_training()
    from core.nets.embed import leave_a_core
    from core.train.draw import DrawOptions
    from core.train.history import best
    from core.train.module import Recipe
    from core.train.run import RunOptions, train

    recipe = Recipe(
        seed=args.seed, max_offset_s=args.max_offset, draw=DrawOptions(batch=args.batch)
    )
    options = RunOptions(
        encoder=args.encoder,
        head=args.head,
        epochs=args.epochs,
        recipe=recipe,
        device=args.device,
        processes=args.devices,
        nodes=args.nodes,
        strategy=args.strategy,
        cache_bytes=round(args.cache_gb * 1e9),
        cache_folder=args.cache_dir,
        resume=args.resume,
    )
    if args.devices == 1 and "OMP_NUM_THREADS" not in os.environ:
        # As many threads as there are cores wait for each other wherever something else runs.
        leave_a_core()
    with _bar() as advance:
        result = train(args.train, args.val, args.out, options, advance)
    if result.is_first:
        for text in result.notes:
            warn(text)
        found = best(result.history)
        note(
            f"{len(result.history)} epochs; best is epoch {found.epoch + 1} with MAE "
            f"{found.val_mae_ms:.1f} ms and MSE {found.val_mse_s2:.4f} s² in validation"
        )
        say(str(args.out / "best.safetensors"))
    return DONE


@contextmanager
def _bar() -> Iterator[Advance]:
    """A progress bar, in the first of several processes only."""
    if os.environ.get("LOCAL_RANK", "0") != "0":
        yield lambda _share, _step: None
        return
    with progress_bar("training") as advance:
        yield advance
