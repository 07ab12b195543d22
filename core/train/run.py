"""A training run from folders to checkpoints."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.fabric.utilities.rank_zero import rank_zero_only
from lightning.pytorch import Trainer
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.strategies import StrategyRegistry

from core.errors import InputError
from core.nets.cache import EmbeddingCache
from core.nets.embed import choose_device
from core.nets.encoders.checkpoint import load_encoder
from core.nets.heads.making import Ears, HeadOptions, build_scorer, sizes_of
from core.nets.heads.names import HEADS, Head
from core.nets.token_store import TokenStore
from core.train.card import Plan, card_of, identity_of
from core.train.folder import (
    STATE_NAME,
    TENSORBOARD_NAME,
    WholeStates,
    best_shares,
    claim,
    state_of,
)
from core.train.history import Epoch, stale_epochs
from core.train.module import PairTraining
from core.train.recipe import Recipe
from core.train.samples.labelled import LabelledRecording, read_labelled
from core.train.samples.same_sound import shared
from core.train.teacher import taught_by
from core.train.writer import Advance, EpochWriter

CACHE_BYTES = 1 << 32
_COPIES = re.compile("spawn|fork|notebook")
_EXPECTED = (
    # Batches are lists of places; there is nothing for loader processes to do.
    r".*does not have many workers.*",
    # Lightning and torch about each other.
    r".*isinstance\(treespec, LeafSpec\).*",
)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run is asked for.

    Parameters
    ----------
    encoder : Path
        Its checkpoint, or ``compact``.
    head : Head
    head_options : HeadOptions
    distil : Path or None
        A scorer whose similarities are taught too, and which the new one starts from where it can.
    epochs : int
        At most.
    recipe : Recipe
    device : str
        As `core.nets.embed.choose_device`.
    processes, nodes : int
        Devices, or processes on a processor, for each machine; and machines.
    strategy : str
        Lightning's name of how several work together.
    cache_bytes : int
        Memory for embeddings.
    cache_folder : Path or None
        Where embeddings outlast the run.
    resume : bool
        Whether a run in the folder goes on.
    tables : tuple of two (Path or None)
        Of the folders for training and validation, where they are not to be looked for.
    takes_unreviewed : bool
        As in `core.train.samples.labelled.read_labelled`.
    """

    encoder: Path
    head: Head = HEADS[0]
    head_options: HeadOptions = field(default_factory=HeadOptions)
    distil: Path | None = None
    epochs: int = 100
    recipe: Recipe = field(default_factory=Recipe)
    device: str = "auto"
    processes: int = 1
    nodes: int = 1
    strategy: str = "auto"
    cache_bytes: int = CACHE_BYTES
    cache_folder: Path | None = None
    resume: bool = False
    tables: tuple[Path | None, Path | None] = (None, None)
    takes_unreviewed: bool = False


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run came to.

    Parameters
    ----------
    history : tuple of Epoch
        Of the whole run, whoever made it.
    notes : tuple of str
        What a person should know.
    is_first : bool
        False in the further processes of a run.
    shares : tuple of float
        Of the layers in the best scorer, where it hears all.
    """

    history: tuple[Epoch, ...]
    notes: tuple[str, ...]
    is_first: bool
    shares: tuple[float, ...] = ()


def train(
    train: Path,
    val: Path,
    out: Path,
    options: RunOptions,
    advance: Advance,
    warn: Callable[[str], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
) -> RunResult:
    """Train a pair scorer, or go on with a run that was stopped.

    Parameters
    ----------
    train, val : Path
        Folders in BioDCASE layout.
    out : Path
        Folder of the run.
    options : RunOptions
    advance : callable
        Told the share of the epochs that is done, and what came of them.
    warn : callable, optional
        Told, before training, what a person may want to stop it for.
    tell : callable, optional
        Told, before training, what it is done with.

    Returns
    -------
    RunResult

    Raises
    ------
    InputError
        If folders, encoder, device or the run's folder cannot be used.
    KeyboardInterrupt
        If a person stopped it; the same with `resume` goes on.
    """
    device = choose_device(options.device)
    if options.strategy not in ("auto", *StrategyRegistry.available_strategies()):
        names = "choose auto, ddp or another of Lightning's strategies"
        raise InputError("--strategy", f"{options.strategy!r} is none that Lightning knows", names)
    if _COPIES.search(options.strategy):
        what = f"{options.strategy!r} copies this process, and what the copies learn is lost to it"
        raise InputError("--strategy", what, "choose auto or ddp")
    there = {"cuda": torch.cuda.device_count(), "mps": 1}.get(device.type, options.processes)
    if options.processes > there:
        what = f"{options.processes} asked for, but {device.type} has {there}"
        raise InputError("--devices", what, f"give {there} or fewer")
    encoder, digest = load_encoder(options.encoder)
    told: list[str] = []
    read = partial(read_labelled, takes_unreviewed=options.takes_unreviewed, tell=told.append)
    seen = read(train, options.tables[0]), read(val, options.tables[1])
    if not any(len(r.usable()) for r in seen[1]):
        raise InputError(val, "has nothing to validate on", "give another folder")
    recipe = replace(options.recipe, draw=options.recipe.draw.strides_for(seen[0]))
    torch.manual_seed(recipe.seed)
    ears = Ears.of(encoder, options.head, options.head_options.heard)
    try:
        scorer = build_scorer(options.head, ears, options.head_options)
    except ValueError as error:
        raise InputError(f"--head {options.head}", str(error), "choose other sizes") from error
    teacher = None
    if options.distil is not None:
        teacher = taught_by(options.distil, digest, scorer)
    plan = Plan(
        sizes=sizes_of(scorer),
        heard=scorer.heard,
        encoder_file=options.encoder.name,
        encoder_digest=digest,
        teacher_digest="" if teacher is None else teacher.digest,
        processes=options.processes * options.nodes,
        recipe=recipe,
    )
    is_first = getattr(rank_zero_only, "rank", 0) == 0
    if is_first:
        claim(out, identity_of(plan, *seen), resume=options.resume)
        for line in told:
            tell(line)
        _warn_of_same_sound(seen, warn)
    state = state_of(out) if options.resume else None
    store = None if options.cache_folder is None else TokenStore(options.cache_folder)
    cache = EmbeddingCache(options.cache_bytes, store)
    judge = None if teacher is None else teacher.scorer
    module = PairTraining(scorer, (encoder, digest), cache, *seen, recipe, judge)
    history = [] if state is None else [Epoch(**row) for row in state["finchsync"]["history"]]
    patience = recipe.patience_epochs
    if len(history) < options.epochs and stale_epochs(history) < patience:
        writer = EpochWriter(out, card_of(plan, *seen), options.epochs, advance)
        fit(module, out, options, device, writer, state)
        history = module.history
    return RunResult(tuple(history), _notes(store), is_first, best_shares(out))


def fit(
    module: PairTraining,
    out: Path,
    options: RunOptions,
    device: torch.device,
    writer: EpochWriter,
    state: Mapping[str, Any] | None = None,
) -> None:
    """Let Lightning train; the loop of `train`, with everything ready.

    Parameters
    ----------
    module : PairTraining
    out : Path
        Folder of the run.
    options : RunOptions
    device : torch.device
    writer : EpochWriter
    state : mapping, optional
        What `core.train.folder.state_of` found; the run goes on from there.

    Raises
    ------
    InputError
        If the strategy needs another device, or a package that is not installed.
    KeyboardInterrupt
        If a person stopped it.
    """
    with _quiet():
        trainer = _trainer(out, options, device, writer)
        try:
            trainer.fit(
                module,
                ckpt_path=None if state is None else out / STATE_NAME,
                weights_only=True,
            )
        except SystemExit:
            if trainer.interrupted:
                raise KeyboardInterrupt from None
            raise


def _trainer(out: Path, options: RunOptions, device: torch.device, writer: EpochWriter) -> Trainer:
    try:
        return Trainer(
            accelerator=device.type,
            devices=options.processes,
            num_nodes=options.nodes,
            strategy=options.strategy,
            max_epochs=options.epochs,
            logger=TensorBoardLogger(out, name="", version=TENSORBOARD_NAME),
            callbacks=[writer],
            plugins=[WholeStates()],
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
            log_every_n_steps=1,
            use_distributed_sampler=False,
            reload_dataloaders_every_n_epochs=1,
        )
    except (MisconfigurationException, ImportError, ValueError) as error:
        # Which strategy needs which device or package is Lightning's to know.
        why = str(error).split(".")[0]
        raise InputError(
            "--strategy", f"{options.strategy!r} cannot be used here ({why})", "choose auto or ddp"
        ) from error


def _warn_of_same_sound(
    seen: tuple[tuple[LabelledRecording, ...], tuple[LabelledRecording, ...]],
    warn: Callable[[str], None],
) -> None:
    both = shared(*seen)
    if both:
        more = f" and {len(both) - 1} more" if len(both) > 1 else ""
        warn(f"trained and validated on the same sound: {both[0]}{more}; the errors will flatter")


def _notes(store: TokenStore | None) -> tuple[str, ...]:
    if store is None or store.refusal is None:
        return ()
    return (f"embeddings are not kept on disk: {store.refusal}",)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what Lightning says about itself from the terminal."""
    loggers = [logging.getLogger(f"lightning.{part}") for part in ("pytorch", "fabric")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            for message in _EXPECTED:
                warnings.filterwarnings("ignore", message)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
