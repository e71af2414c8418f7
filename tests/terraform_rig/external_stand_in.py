"""A stand-in for the ``external`` provider. Not HashiCorp's provider, nor a fork.

Used only where neither a mirror on disk nor a registry has the real one. It speaks
plugin protocol 6, offers the one data source, and answers a program's good and bad
behaviour with the summaries and details of releases 2.3.5 and 2.4.0, whose words are
the same. What the provider leaves to Go's library is said as Go says it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tf import runner, schema, types  # type: ignore[import-untyped]
from tf.iface import (  # type: ignore[import-untyped]
    DataSource,
    Provider,
    ReadDataContext,
)

from tests.terraform_rig import go_words
from tests.terraform_rig.go_json import GoJSONError, flat_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tf.utils import Diagnostics  # type: ignore[import-untyped]

ENVIRONMENT: Final = dict(os.environ)
_GO_ESCAPES: Final = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
_MISSING: Final = (
    "The data source was configured without a program to execute. Verify the"
    " configuration contains at least one non-empty value."
)
_LOOKUP: Final = (
    "The data source received an unexpected error while attempting to parse the query."
    " The data source received an unexpected error while attempting to find the"
    " program.\n\n"
    "The program must be accessible according to the platform where Terraform is"
    " running.\n\n"
    "If the expected program should be automatically found on the platform where"
    " Terraform is running, ensure that the program is in an expected directory. On"
    " Unix-based platforms, these directories are typically searched based on the"
    " '$PATH' environment variable. On Windows-based platforms, these directories are"
    " typically searched based on the '%PATH%' environment variable.\n\n"
    "If the expected program is relative to the Terraform configuration, it is"
    " recommended that the program name includes the interpolated value of"
    " 'path.module' before the program name to ensure that it is compatible with"
    ' varying module usage. For example: "${path.module}/my-program"\n\n'
    "The program must also be executable according to the platform where Terraform is"
    " running. On Unix-based platforms, the file on the filesystem must have the"
    " executable bit set. On Windows-based platforms, no action is typically"
    " necessary.\n"
)
_EXECUTION: Final = (
    "The data source received an unexpected error while attempting to execute the"
    " program."
)
_SILENT: Final = (
    "\n\nThe program was executed, however it returned no additional error messaging."
)
_RESULTS: Final = (
    "The data source received unexpected results after executing the program.\n\n"
    "Program output must be a JSON encoded map of string keys and string values.\n\n"
    "If the error is unclear, the output can be viewed by enabling Terraform's logging"
    " at TRACE level. Terraform documentation on logging:"
    " https://www.terraform.io/internals/debugging\n"
)
_NOT_FOUND: Final = "executable file not found in $PATH"


class ProviderError(Exception):
    """What the provider reports: a summary and its detail."""

    def __init__(self, summary: str, detail: str) -> None:
        super().__init__(summary, detail)
        self.summary = summary
        self.detail = detail


class LookupFailedError(Exception):
    """The program cannot be found or may not be run; the text is Go's."""


class Ended(NamedTuple):
    """How a program ended: Go's words for it, empty for well; what it wrote."""

    state: str
    stdout: bytes = b""
    stderr: bytes = b""


def answer(config: Mapping[str, Any]) -> dict[str, str] | None:
    """Do what the data source does with its arguments.

    :raises ProviderError: what the user is shown.
    """
    program = [item for item in config["program"] if item]
    if not program:
        raise ProviderError("External Program Missing", _MISSING)
    try:
        path = look_up(program[0])
    except LookupFailedError as error:
        first = config["program"][0]
        named = "<null>" if first is None else go_words.quoted(first)
        detail = f"\nPlatform: {sys.platform}\nProgram: {named}\nError: {error}"
        raise ProviderError(
            "External Program Lookup Failed", _LOOKUP + detail
        ) from None
    query = query_bytes(config.get("query") or {})
    ended = run(path, program, query, config.get("working_dir") or "")
    if ended.state:
        raise _failed(path, ended)
    try:
        return flat_object(ended.stdout)
    except GoJSONError as error:
        raise ProviderError(
            "Unexpected External Program Results",
            f"{_RESULTS}\nProgram: {path}\nResult Error: {error}",
        ) from None


def query_bytes(query: Mapping[str, str | None]) -> bytes:
    """Write the query as Go's ``json.Marshal`` does; null elements are left out."""
    given = {key: value for key, value in sorted(query.items()) if value is not None}
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    for character, escape in _GO_ESCAPES.items():
        text = text.replace(character, escape)
    return text.encode("utf-8")


def look_up(name: str) -> str:
    """Find the program as Go's ``exec.LookPath`` does, a relative PATH included."""
    if "/" in name:
        why = _why_not(name)
        if why:
            raise LookupFailedError(f"exec: {go_words.quoted(name)}: {why}")
        return name
    for folder in ENVIRONMENT.get("PATH", "").split(":"):
        path = os.path.normpath(f"{folder or '.'}/{name}")
        if not _why_not(path):
            return path
    raise LookupFailedError(f"exec: {go_words.quoted(name)}: {_NOT_FOUND}")


def _why_not(path: str) -> str:
    """Say why a file cannot be run, as Go does; empty if it can."""
    try:
        Path(path).stat()
    except OSError as error:
        return f"stat {path}: {go_words.error(error)}"
    if Path(path).is_dir():
        return "is a directory"
    return "" if os.access(path, os.X_OK) else "permission denied"


def run(path: str, program: list[str], query: bytes, folder: str) -> Ended:
    """Run the program as Go's ``exec.Cmd`` does; a relative path is of ``folder``."""
    if folder:
        try:
            Path(folder).stat()
        except OSError as error:
            return Ended(f"chdir {folder}: {go_words.error(error)}")
    try:
        process = subprocess.Popen(
            program,
            executable=path if "/" in path else f"./{path}",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder or None,
            env=ENVIRONMENT,
        )
    except OSError as error:
        return Ended(f"fork/exec {path}: {go_words.error(error)}")
    return _ended(process, query)


def _ended(process: subprocess.Popen[bytes], query: bytes) -> Ended:
    """Feed the program and wait for all who hold its pipes, then for itself.

    It is waited for here, since ``subprocess`` does not tell of a core dump.
    """
    assert process.stdin
    assert process.stdout
    assert process.stderr
    with process, ThreadPoolExecutor(2) as readers:
        stdout = readers.submit(process.stdout.read)
        stderr = readers.submit(process.stderr.read)
        with suppress(BrokenPipeError):
            process.stdin.write(query)
            process.stdin.flush()
        with suppress(BrokenPipeError):
            process.stdin.close()
        written = stdout.result(), stderr.result()
        _, status = os.waitpid(process.pid, 0)
    if os.WIFSIGNALED(status):
        dumped = " (core dumped)" if os.WCOREDUMP(status) else ""
        state = f"signal: {go_words.signal(os.WTERMSIG(status))}{dumped}"
    else:
        code = os.WEXITSTATUS(status)
        state = f"exit status {code}" if code else ""
    return Ended(state, *written)


def _failed(path: str, ended: Ended) -> ProviderError:
    if ended.stderr:
        message = go_words.text(ended.stderr)
        detail = f"\n\nProgram: {path}\nError Message: {message}\nState: {ended.state}"
    else:
        detail = f"{_SILENT}\n\nProgram: {path}\nState: {ended.state}"
    return ProviderError("External Program Execution Failed", _EXECUTION + detail)


class External(DataSource):  # type: ignore[misc]
    """The one data source: a program, a query, a flat result."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    @classmethod
    def get_name(cls) -> str:
        """Name it plainly: the prefix is empty."""
        return "external"

    @classmethod
    def get_schema(cls) -> schema.Schema:
        """Declare the arguments of releases 2.3.5 and 2.4.0."""
        texts = types.Map(types.String())
        return schema.Schema(
            attributes=[
                schema.Attribute("program", types.List(types.String()), required=True),
                schema.Attribute("query", texts, optional=True),
                schema.Attribute("working_dir", types.String(), optional=True),
                schema.Attribute("result", texts, computed=True),
                schema.Attribute("id", types.String(), computed=True),
            ]
        )

    def read(self, ctx: ReadDataContext, config: dict[str, Any]) -> dict[str, Any]:
        """Run the program and hand its result, or its failure, to Terraform."""
        return {**config, "result": _result(ctx.diagnostics, config), "id": "-"}


def _result(problems: Diagnostics, config: dict[str, Any]) -> dict[str, str] | None:
    try:
        return answer(config)
    except ProviderError as error:
        path = ["program"]
        problems.add_error(error.summary, error.detail, path=path)
        return None


class StandIn(Provider):  # type: ignore[misc]
    """The provider around it; it has nothing to configure."""

    def get_model_prefix(self) -> str:
        """Give no prefix: the data source is named ``external``."""
        return ""

    def full_name(self) -> str:
        """Give the address it stands in for."""
        return "registry.terraform.io/hashicorp/external"

    def get_provider_schema(self, diags: Diagnostics) -> schema.Schema:  # noqa: ARG002 - the interface's signature
        """Declare no arguments."""
        return schema.Schema()

    def validate_config(self, diags: Diagnostics, config: dict[str, Any]) -> None:
        """Accept: there is nothing to check."""

    def configure_provider(self, diags: Diagnostics, config: dict[str, Any]) -> None:
        """Accept: there is nothing to configure."""

    def get_data_sources(self) -> list[type[DataSource]]:
        """List the one data source."""
        return [External]

    def get_resources(self) -> list[type[Any]]:
        """List no resources."""
        return []


if __name__ == "__main__":
    # The plugin library caches its certificate under HOME; it gets a folder of ours,
    # while the programs it runs keep the environment that Terraform gave.
    os.environ["HOME"] = os.environ["FARGATE_INSTRUMENT_STAND_IN_HOME"]
    ENVIRONMENT.pop("FARGATE_INSTRUMENT_STAND_IN_HOME")
    runner.run_provider(StandIn())
