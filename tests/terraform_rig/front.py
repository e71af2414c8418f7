"""What stands in front of moto: every call passes here first. Not an emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.terraform_rig import aws_call
from tests.terraform_rig.repeats import Repeats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Front:
    """A WSGI application around moto's: what comes twice is done once."""

    def __init__(self, moto: Any) -> None:
        self._moto = moto
        self._repeats = Repeats()

    def __call__(
        self, environ: dict[str, Any], start: Callable[..., object]
    ) -> Iterable[bytes]:
        """Answer one HTTP request."""
        call = aws_call.read(environ)
        if call is None:
            answered: Iterable[bytes] = self._moto(environ, start)
            return answered
        answer = self._repeats.once(
            call, lambda: aws_call.answer_of(self._moto, environ)
        )
        start(answer.status, list(answer.headers))
        return [answer.body]
