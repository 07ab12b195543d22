"""Procedural scenes heard by two recorders whose clocks drift apart."""

from core.simulate.scene import Scene, Stems, render_stems, simulate_scene
from core.simulate.spec import KINDS, DriftSpec, SceneSpec

__all__ = [
    "KINDS",
    "DriftSpec",
    "Scene",
    "SceneSpec",
    "Stems",
    "render_stems",
    "simulate_scene",
]
