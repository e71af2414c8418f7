"""Who we are to a registry: where a user name and password come from, in which order.

The order: given on the command line, Docker's config.json, an ECR token, the
container's ``repositoryCredentials`` secret, nobody. A document names that secret, and
the registry too: it is read only for registries that the user trusts with it.
Credentials are looked up only after the registry asked for them. A source that fails (a
helper that is not installed, no AWS credentials) is passed over and remembered: if the
registry then refuses, the message says so.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fargate_instrument.registry.reference import Reference


@dataclass(frozen=True, slots=True)
class Credential:
    """A user name and password, an identity token, or a bearer token.

    ``source``: where it is from, in words, for messages. The secrets themselves are
    kept out of ``repr``.
    """

    source: str
    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    bearer_token: str = field(default="", repr=False)

    def basic(self) -> str:
        """Write the Authorization header of the Basic scheme."""
        pair = f"{self.username}:{self.password}".encode("utf-8", "replace")
        return f"Basic {base64.b64encode(pair).decode('ascii')}"


class SourceTrouble(Exception):  # noqa: N818  (it is passed over, then reported)
    """A source of credentials could not be asked; the text never holds a secret."""


@dataclass(frozen=True, slots=True)
class Found:
    """The credential to use, or None, and the sources that could not be asked."""

    credential: Credential | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trust:
    """Which registries a secret may be sent to that a document names.

    ``everywhere``: to any. ``registries``: to these, as ``Reference.registry``.
    """

    everywhere: bool = False
    registries: frozenset[str] = frozenset()

    def covers(self, registry: str) -> bool:
        """Tell whether the user trusts a registry with such a secret."""
        return self.everywhere or registry.lower() in self.registries


NOBODY = Trust()

if TYPE_CHECKING:
    Source = Callable[[Reference], Credential | None]


def find(sources: Sequence[Source], reference: Reference) -> Found:
    """Ask each source in turn; the first that knows the registry wins."""
    notes: list[str] = []
    for source in sources:
        try:
            credential = source(reference)
        except SourceTrouble as trouble:
            notes.append(str(trouble))
            continue
        if credential is not None:
            return Found(credential, tuple(notes))
    return Found(None, tuple(notes))


def explicit(registry: str, username: str, password: str) -> Source:
    """Make the source of what was given on the command line, for one registry."""

    def source(reference: Reference) -> Credential | None:
        if reference.registry != registry:
            return None
        return Credential("the command line", username, password)

    return source


def withheld(reference: Reference) -> Credential | None:
    """Be the source of a secret that the user has not released: say so.

    :raises SourceTrouble: always.
    """
    raise SourceTrouble(
        "the repositoryCredentials secret was not read, since the document names both"
        " it and the registry; if you trust the document, add"
        f" --registry {reference.registry} or --use-repository-credentials"
    )
