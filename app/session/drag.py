"""A keypoint that is being dragged: previewed everywhere, decided on by nobody yet."""

from __future__ import annotations

from core.keypoints import KeypointSet


class Drag:
    """What the hand says of one keypoint until it lets go.

    Attributes
    ----------
    keypoints : KeypointSet or None
        All keypoints as they would be; none while nothing is dragged.
    is_outside : bool
        Whether the hand is beyond an end of channel 1, where the keypoint cannot go.
    """

    def __init__(self) -> None:
        self.keypoints: KeypointSet | None = None
        self.is_outside = False
        self._index = -1
        self._is_dropped = False

    def move(self, stands: KeypointSet, index: int, time_1_s: float, end_1_s: float) -> bool:
        """Show keypoint `index` at `time_1_s` seconds of channel 1, which is `end_1_s` long.

        False after a drop, until the hand lets go.
        """
        if self._is_dropped:
            return False
        within_s = min(max(time_1_s, 0.0), end_1_s)
        self.is_outside = within_s != time_1_s
        self._index = index
        self.keypoints = stands.move(index, within_s)
        return True

    def go_over(self, stands: KeypointSet) -> None:
        """Something else became of the other keypoints; the hand goes on."""
        if self.keypoints is not None:
            self.keypoints = stands.move(self._index, float(self.keypoints.time_1_s[self._index]))

    def take(self) -> KeypointSet | None:
        """End it with what is shown, to be decided on."""
        taken, self.keypoints = self.keypoints, None
        return taken

    def drop(self) -> None:
        """Forget it, and what the hand goes on to say."""
        self._is_dropped = self._is_dropped or self.keypoints is not None
        self.keypoints = None

    def let_go(self) -> None:
        """The hand may begin anew."""
        self._is_dropped = False
