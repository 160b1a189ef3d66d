"""Where the command starts. ``python -m turnout`` is ``turnout``."""

import sys


def main() -> None:
    """Run the command line with the process's arguments, and exit; Ctrl-C ends it in words, imports included."""
    try:
        from turnout.cli import app  # noqa: PLC0415

        app(prog_name="turnout")
    except KeyboardInterrupt:
        sys.stderr.write("error: stopped.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
