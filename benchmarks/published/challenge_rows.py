"""What was published for BioDCASE Task 1, multi-channel alignment, as data.

From the organisers' result pages, read on 2026-11-30. The recordings of the two years differ, and
so do those of `val` and `test`: figures compare within one year and one part only.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """One system's errors; NaN where none was published.

    Parameters
    ----------
    system : str
    aru_ms, finch_ms : float
        Mean absolute error, milliseconds.
    aru_s2, finch_s2 : float
        Mean squared error, seconds squared.
    """

    system: str
    aru_ms: float = float("nan")
    finch_ms: float = float("nan")
    aru_s2: float = float("nan")
    finch_s2: float = float("nan")


TEST_2026 = (
    Published("Huang: confidence-routed GCC-PHAT, BLSTM", 0.63, 619.0, finch_s2=0.605),
    Published("You: curve priors refined by audio", 74.0, 586.0, finch_s2=0.516),
    Published("You: curve prior alone", 151.0, 584.0, finch_s2=0.516),
    Published("Nihal: BEATs, regression of affine drift", 126.0, 610.0, finch_s2=0.548),
    Published("baseline: BEATs, pair classifier, offset search", 117.0, 964.0, finch_s2=2.45),
    Published("Yamaoka: AuxSync without rate estimation", 0.39, 1731.0, finch_s2=6.51),
    Published("no sync", 110.0, 2234.0, finch_s2=5.60),
    Published("GCC-PHAT baseline", 120.0, 2364.0, finch_s2=7.59),
)

TEST_2025 = (
    Published("winner", aru_s2=0.14, finch_s2=0.45),
    Published("BEATs baseline", aru_s2=0.62, finch_s2=0.55),
    Published("no sync", aru_s2=0.85, finch_s2=1.84),
)
