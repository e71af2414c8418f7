"""The shell around the program: arguments, streams, exit status; nothing else."""

from __future__ import annotations

import gc
import sys

from fargate_instrument.core import protocol
from fargate_instrument.core.errors import Failure
from fargate_instrument.streams import (
    BUG,
    INTERRUPTED,
    OK,
    REPORT_AT,
    WRONG,
    Streams,
)


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
        said = [problem.on_command_line().lines() for problem in failure.problems]
        streams.err("".join(f"{lines}\n" for lines in said))
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
    from fargate_instrument.core import render, request, secrecy  # noqa: PLC0415

    secrets = request.secret_values(query)
    problems = [secrecy.problem(one, secrets) for one in failure.problems]
    if query.get("errors") == "report":
        streams.write(protocol.write_result(render.failed(problems)))
        return OK
    streams.err("".join(problem.lines() + "\n" for problem in problems))
    return WRONG


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
