"""What stands in front of moto: every call passes here first. Not an emulator.

What comes twice is done once (``repeats``), what AWS refuses is refused
(``refusals``), what takes AWS a while takes a while (``delays``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.terraform_rig import account, aws_call, refusals
from tests.terraform_rig.delays import Delays
from tests.terraform_rig.repeats import Repeats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


LOST: Final = aws_call.Answer("503 Service Unavailable", (), b"")


class Front:
    """A WSGI application around moto's, reached at a URL."""

    def __init__(self, moto: Any, lost: Iterable[str] = ()) -> None:
        """Take the operations whose first answer is lost once the work is done."""
        self._moto = moto
        self._lost = set(lost)
        self._repeats = Repeats()
        self._delays = Delays()
        self.account: account.Account | None = None

    def __call__(
        self, environ: dict[str, Any], start: Callable[..., object]
    ) -> Iterable[bytes]:
        """Answer one HTTP request."""
        call = aws_call.read(environ)
        if call is None or account.MARK in environ.get("HTTP_USER_AGENT", ""):
            answered: Iterable[bytes] = self._moto(environ, start)
            return answered
        answer = self._repeats.once(call, lambda: self._answer(call, environ))
        if call.operation in self._lost:
            self._lost.remove(call.operation)
            answer = LOST
        start(answer.status, list(answer.headers))
        return [answer.body]

    def _answer(self, call: aws_call.Call, environ: dict[str, Any]) -> aws_call.Answer:
        if self.account is None:
            return aws_call.answer_of(self._moto, environ)
        refused = refusals.refusal(call, self.account)
        if refused is not None:
            return call.refused(refused)
        self._delays.before(call)
        answer = aws_call.answer_of(self._moto, environ)
        if answer.succeeded:
            self._delays.after(call, self.account)
        return answer
