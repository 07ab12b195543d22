"""Commands for models: what is known before a recording is heard."""

from __future__ import annotations

from app.commands.spec import ActionSpec

MODEL: tuple[ActionSpec, ...] = (
    ActionSpec(
        "learn",
        "Learn from my corrections…",
        "models.learn",
        "Model",
        tip="See what this session's corrections teach, and whether alignments get better by it",
    ),
    ActionSpec(
        "choose_model",
        "Choose a model…",
        "models.choose",
        "Model",
        tip="Align by a model in a file, such as one that a colleague learned",
        separated=True,
    ),
    ActionSpec(
        "models",
        "Models…",
        "models.show_all",
        "Model",
        tip="Compare the models of a folder, and choose one",
    ),
    ActionSpec(
        "earlier_model",
        "Go back to the earlier model",
        "models.use_earlier",
        "Model",
        tip="Use the model again that was in use before, and align by it anew",
        separated=True,
    ),
    ActionSpec(
        "shipped_model",
        "Go back to the shipped model",
        "models.use_shipped",
        "Model",
        tip="Use the model that FinchSync comes with, and align by it anew",
    ),
)
