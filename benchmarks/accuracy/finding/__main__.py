"""``python -m benchmarks.accuracy.finding``: see `examples`."""

import sys

from benchmarks.accuracy.finding.examples import main

sys.exit(main())
