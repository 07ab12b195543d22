"""Start FinchSync."""

import sys


def main() -> int:
    """Run the command line, with the window behind it."""
    from core import cli

    return cli.main(sys.argv[1:], screen=_Screen())


class _Screen:
    """The window as the command line sees it; Qt is imported only when it is used."""


if __name__ == "__main__":
    raise SystemExit(main())
