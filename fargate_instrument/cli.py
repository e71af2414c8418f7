"""The shell around the program: arguments, streams, exit status; nothing else."""

from __future__ import annotations

import gc
import sys

from fargate_instrument.core import protocol
from fargate_instrument.core.errors import Failure, fail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

OK, WRONG, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130
REPORT_AT = "https://github.com/fargate-instrument/fargate-instrument/issues"
HIDDEN = "(hidden)"
_SHORTEST_SECRET = 6
"""Shorter values are not looked for in messages: they would hide ordinary words."""


class Streams:
    """The program's streams, so that no other module touches ``sys``."""

    def __init__(self) -> None:
        self.stdin: BinaryIO | None = sys.stdin.buffer if sys.stdin else None
        self.out_is_terminal = bool(sys.stdout and sys.stdout.isatty())
        self.in_is_terminal = bool(sys.stdin and sys.stdin.isatty())

    def read(self) -> bytes:
        """Read all of stdin. Raises Failure if it is closed."""
        try:
            if self.stdin is not None:
                return self.stdin.read()
        except (OSError, ValueError):
            pass
        raise fail("stdin", "cannot be read", fault="protocol")

    def write(self, data: bytes) -> None:
        """Write all bytes to stdout at once. Raises Failure if that is impossible."""
        reason = "it is closed"
        try:
            if sys.stdout is not None:
                sys.stdout.flush()
                raw = getattr(sys.stdout.buffer, "raw", sys.stdout.buffer)
                left = memoryview(data)
                while left:
                    left = left[raw.write(left) or 0 :]
                return
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or reason
        raise fail("stdout", f"cannot be written: {reason}", fault="protocol")

    def out(self, text: str) -> None:
        """Write text to stdout."""
        self.write(text.encode("utf-8", "backslashreplace"))

    def err(self, text: str) -> None:
        """Write text to stderr; a closed stderr is no reason to fail otherwise."""
        try:
            if sys.stderr is not None:
                data = text.encode("utf-8", "backslashreplace")
                sys.stderr.buffer.write(data)
                sys.stderr.buffer.flush()
        except (OSError, ValueError):
            pass


def main(arguments: list[str] | None = None) -> int:
    """Run the program and give its exit status.

    Without arguments it speaks the external protocol; with arguments it runs a
    subcommand. No input makes it show a traceback.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    streams = Streams()
    try:
        if not arguments and not streams.in_is_terminal:
            return _external(streams)
        from fargate_instrument.commands import run  # noqa: PLC0415  (costs argparse)

        return run(arguments, streams)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Failure as failure:
        streams.err(f"{failure}\n")
        return WRONG
    except Exception as error:  # noqa: BLE001  (the last line of defence)
        streams.err(_bug(error))
        return BUG


def _external(streams: Streams) -> int:
    gc.disable()  # the process ends before looking for garbage would pay
    query: dict[str, str] = {}
    try:
        query = protocol.read_query(streams.read())
        from fargate_instrument.core import pipeline  # noqa: PLC0415  (a bad query is cheap)

        result = pipeline.run(query)
    except Failure as failure:
        return _failed(failure, query, streams)
    streams.write(protocol.write_result(result))
    return OK


def _failed(failure: Failure, query: dict[str, str], streams: Streams) -> int:
    from fargate_instrument.core import render, request  # noqa: PLC0415

    secrets = request.secret_values(query)
    problems = [
        problem.replace(
            address=hidden(problem.address, secrets),
            message=hidden(problem.message, secrets),
            fixes=tuple(hidden(fix, secrets) for fix in problem.fixes),
        )
        for problem in failure.problems
    ]
    if query.get("errors") == "report":
        streams.write(protocol.write_result(render.failed(problems)))
        return OK
    streams.err("".join(problem.lines() + "\n" for problem in problems))
    return WRONG


def hidden(text: str, secrets: list[str]) -> str:
    """Take the values of secret options out of a text."""
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    return text


def _bug(error: Exception) -> str:
    """Say that it is our bug and where; the error's own text may hold a secret."""
    trace = error.__traceback__
    where = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        where = f"{code.co_name}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return (
        f"fargate-instrument: internal error: {type(error).__name__} in {where}\n"
        f"  this is a bug of the program; please report it at {REPORT_AT}\n"
    )
