"""A stand-in for the ``external`` provider. Not HashiCorp's provider, nor a fork.

Used only where neither a mirror on disk nor a registry has the real one. It speaks
plugin protocol 6, offers the one data source, and answers a program's good and bad
behaviour with the summaries and detail lines of release 2.4.0.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tf import runner, schema, types  # type: ignore[import-untyped]
from tf.iface import (  # type: ignore[import-untyped]
    DataSource,
    Provider,
    ReadDataContext,
)

from tests.terraform_rig.go_json import GoJSONError, flat_object

if TYPE_CHECKING:
    from tf.utils import Diagnostics  # type: ignore[import-untyped]

ENVIRONMENT: Final = dict(os.environ)
_GO_ESCAPES: Final = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
_CONTROL: Final = re.compile(r"\\([bf])")
_CONTROL_CODES: Final = {"b": "\\u0008", "f": "\\u000c"}
_UNEXPECTED: Final = (
    "The data source received an unexpected error while attempting to execute the "
    "program."
)
_SILENT: Final = (
    "\n\nThe program was executed, however it returned no additional error messaging."
)
_NOT_FOUND: Final = "executable file not found in $PATH"


class LookupFailedError(Exception):
    """The program cannot be found or may not be run; the text is Go's."""


def query_bytes(query: dict[str, str | None]) -> bytes:
    """Write the query as Go's ``json.Marshal`` does; null elements are left out."""
    given = {key: value for key, value in sorted(query.items()) if value is not None}
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    text = _CONTROL.sub(_go_control, text)
    for character, escape in _GO_ESCAPES.items():
        text = text.replace(character, escape)
    return text.encode("utf-8")


def _go_control(found: re.Match[str]) -> str:
    before = found.string[: found.start()]
    escaped = (len(before) - len(before.rstrip("\\"))) % 2 == 1
    return found.group(0) if escaped else _CONTROL_CODES[found.group(1)]


def look_up(name: str) -> str:
    """Find the program as Go's ``exec.LookPath`` does."""
    if "/" in name:
        if not Path(name).exists():
            why = f"stat {name}: no such file or directory"
        elif Path(name).is_dir():
            why = f"{name}: is a directory"
        elif not os.access(name, os.X_OK):
            why = "permission denied"
        else:
            return name
        raise LookupFailedError(f'exec: "{name}": {why}')
    found = shutil.which(name, path=ENVIRONMENT.get("PATH", ""))
    if found is None:
        raise LookupFailedError(f'exec: "{name}": {_NOT_FOUND}')
    return found


def state_of(status: int) -> str:
    """Spell a process's end as Go's ``exec.ExitError`` does."""
    if status >= 0:
        return f"exit status {status}"
    words = {signal.SIGKILL: "killed", signal.SIGTERM: "terminated"}
    words[signal.SIGINT] = "interrupt"
    return f"signal: {words.get(signal.Signals(-status), str(-status))}"


def run(
    path: str, program: list[str], query: bytes, folder: str | None
) -> tuple[subprocess.CompletedProcess[bytes] | None, str]:
    """Run the program; the second member says why it could not be started."""
    try:
        done = subprocess.run(
            program,
            executable=path if folder is None else str(Path(path).absolute()),
            input=query,
            capture_output=True,
            cwd=folder,
            env=ENVIRONMENT,
            check=False,
        )
    except FileNotFoundError:
        if folder is not None and not Path(folder).is_dir():
            return None, f"chdir {folder}: no such file or directory"
        return None, f"fork/exec {path}: no such file or directory"
    except OSError as error:
        if error.errno is not None and os.strerror(error.errno) == "Exec format error":
            return None, f"fork/exec {path}: exec format error"
        return None, f"fork/exec {path}: {str(error.strerror).lower()}"
    return done, ""


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
        """Declare the arguments of release 2.4.0."""
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
        result = self._result(ctx.diagnostics, config)
        return {**config, "result": result, "id": "-"}

    def _result(
        self, problems: Diagnostics, config: dict[str, Any]
    ) -> dict[str, str] | None:
        program = [item for item in config["program"] if item]
        if not program:
            problems.add_error(
                "External Program Missing",
                "The data source was configured without a program to execute. Verify "
                "the configuration contains at least one non-empty value.",
                path=["program"],
            )
            return None
        try:
            path = look_up(program[0])
        except LookupFailedError as error:
            first = config["program"][0] or ""
            _lookup_failed(problems, first, str(error))
            return None
        query = query_bytes(config.get("query") or {})
        done, state = run(path, program, query, config.get("working_dir"))
        if done is None or done.returncode:
            if done is not None:
                state = state_of(done.returncode)
            stderr = b"" if done is None else done.stderr
            _execution_failed(problems, path, stderr, state)
            return None
        return _decoded(problems, path, done.stdout)


def _lookup_failed(problems: Diagnostics, first: str, why: str) -> None:
    problems.add_error(
        "External Program Lookup Failed",
        "The data source received an unexpected error while attempting to parse the "
        "query. The data source received an unexpected error while attempting to find "
        "the program.\n\nThe program must be accessible according to the platform "
        f"where Terraform is running.\n\nPlatform: {sys.platform}\n"
        f'Program: "{first}"\nError: {why}',
        path=["program"],
    )


def _execution_failed(
    problems: Diagnostics, path: str, stderr: bytes, state: str
) -> None:
    if stderr:
        message = stderr.decode("utf-8", errors="replace")
        detail = f"\n\nProgram: {path}\nError Message: {message}\nState: {state}"
    else:
        detail = f"{_SILENT}\n\nProgram: {path}\nState: {state}"
    problems.add_error(
        "External Program Execution Failed", _UNEXPECTED + detail, path=["program"]
    )


def _decoded(problems: Diagnostics, path: str, stdout: bytes) -> dict[str, str] | None:
    try:
        return flat_object(stdout)
    except GoJSONError as error:
        problems.add_error(
            "Unexpected External Program Results",
            "The data source received unexpected results after executing the program."
            "\n\nProgram output must be a JSON encoded map of string keys and string "
            f"values.\n\nProgram: {path}\nResult Error: {error}",
            path=["program"],
        )
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
