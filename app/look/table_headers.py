"""Column headings of tables, said once."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt


class HeaderTexts:
    """Columns and headings for a table model; stands before the Qt class among its bases.

    Attributes
    ----------
    headings : tuple of (str, str)
        What is written over each column, and its tip.
    """

    headings: tuple[tuple[str, str], ...] = ()

    def columnCount(  # noqa: N802 (Qt's name)
        self,
        parent: QModelIndex | QPersistentModelIndex = QModelIndex(),  # noqa: B008 (Qt's default)
    ) -> int:
        """One column a heading."""
        return 0 if parent.isValid() else len(self.headings)

    def headerData(  # noqa: N802 (Qt's name)
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """The heading, its tip, and for screen readers both."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        heading, tip = self.headings[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return heading
        return tip if role in {Qt.ItemDataRole.ToolTipRole, _SPOKEN} else None


_SPOKEN = Qt.ItemDataRole.AccessibleTextRole
