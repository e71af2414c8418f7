"""Values of root modules' variables from the command line and the environment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fargate_instrument.core.errors import fail
from fargate_instrument.hcl import given as values
from fargate_instrument.hcl import module, syntax

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX = "TF_VAR_"


def given(
    pairs: Iterable[str], files: Iterable[str], environment: Mapping[str, str]
) -> dict[str, Any]:
    """Read values: the environment's, then the files', then the pairs'.

    :raises Failure: one of them is no such file or pair.
    """
    made: dict[str, Any] = {
        name.removeprefix(PREFIX): values.Text(value)
        for name, value in environment.items()
        if name.startswith(PREFIX)
    }
    for path in files:
        made.update(_file(path))
    for pair in pairs:
        name, is_given, value = pair.partition("=")
        if not is_given or not name.strip():
            raise fail(f"--var {name}", "is no NAME=VALUE", fault="request")
        made[name.strip()] = values.Text(value)
    return made


def _file(path: str) -> dict[str, Any]:
    try:
        content = Path(path).read_bytes()
        found = module.assignments(content.decode("utf-8-sig"), path)
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise fail(path, reason, fault="request") from None
    except UnicodeDecodeError:
        raise fail(path, "is not UTF-8 text", fault="request") from None
    except syntax.NotReadableError as error:
        raise fail(path, str(error), fault="request") from None
    return {name: values.reader().read(value) for name, value in found.items()}
