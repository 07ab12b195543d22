"""The table of the BioDCASE challenge, which its evaluator reads."""

from __future__ import annotations

from core.formats.biodcase import csv_bytes
from core.formats.export_format import ExportFormat

FORMAT = ExportFormat("BioDCASE CSV", ".csv", csv_bytes)
