"""``finchsync train``: a pair scorer from recordings whose keypoints are known."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from core.cli.codes import DONE, SOME_FAILED
from core.cli.screen import Screen
from core.cli.terminal.report import Advance, note, progress_bar, say, warn
from core.train import ensure_training

if TYPE_CHECKING:
    from core.train.recipe import Recipe


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Train, and say what came of it.

    Raises
    ------
    InputError
        If something given cannot be used, or training is not installed.
    """
    ensure_training()
    from core.nets.embed import leave_a_core
    from core.nets.heads.making import HeadOptions
    from core.train.history import best, learned
    from core.train.run import RunOptions, train

    options = RunOptions(
        encoder=args.encoder,
        head=args.head,
        head_options=HeadOptions(args.layers, args.dim, tuple(args.systems), args.by_place),
        distil=args.distil,
        epochs=args.epochs,
        recipe=_recipe(args),
        device=args.device,
        processes=args.devices,
        nodes=args.nodes,
        strategy=args.strategy,
        cache_bytes=round(args.cache_gb * 1e9),
        cache_folder=args.cache_dir,
        resume=args.resume,
        tables=(args.table, args.val_table),
        takes_unreviewed=args.include_unreviewed,
    )
    if args.devices == 1:
        leave_a_core()
    with _bar() as advance:
        result = train(args.train, args.val, args.out, options, advance, warn, note)
    if not result.is_first:
        return DONE
    for text in result.notes:
        warn(text)
    found = best(result.history)
    note(
        f"{len(result.history)} epochs; best is epoch {found.epoch + 1} with MAE "
        f"{found.val_mae_ms:.1f} ms and MSE {found.val_mse_s2:.4f} s² in validation"
    )
    if not learned(found):
        warn(
            f"nothing was learned: the loss in validation is {found.val_loss:.3f}, "
            f"and {found.val_chance:.3f} by chance; there is no best scorer, only the last"
        )
        return SOME_FAILED
    if result.shares:
        note("shares of the layers: " + ", ".join(f"{share:.2f}" for share in result.shares))
    say(str(args.out / "best.safetensors"))
    return DONE


def _recipe(args: argparse.Namespace) -> Recipe:
    """The head's recipe with what was asked for in its place."""
    from core.train.recipe import recipe_of

    recipe = recipe_of(args.head)
    draw = replace(
        recipe.draw,
        batch=args.batch,
        changes=args.augment or recipe.draw.changes,
        stride=args.stride or recipe.draw.stride,
        is_stride_fixed=args.stride is not None,
    )
    return replace(
        recipe,
        seed=args.seed,
        max_offset_s=args.max_offset,
        learning_rate=args.lr or recipe.learning_rate,
        patience_epochs=args.patience,
        unfrozen_layers=args.unfreeze,
        draw=draw,
    )


@contextmanager
def _bar() -> Iterator[Advance]:
    """A progress bar, in the first of several processes only."""
    if os.environ.get("LOCAL_RANK", "0") != "0":
        yield lambda _share, _step: None
        return
    with progress_bar("training") as advance:
        yield advance
