"""Calls that come twice: the second gets the first one's answer. Not a cache of reads.

An SDK repeats a call whose answer is late or lost. AWS takes a client token for that
and does the work once; moto reads most tokens and honours few, so that a repeat on a
busy machine makes a second resource, which nobody then deletes.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from tests.terraform_rig.aws_call import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.terraform_rig.aws_call import Answer, Call

# Tokens by their names, for members whose model does not carry the trait: Route 53's
# CallerReference, Cloud Map's CreatorRequestId, ECS's clientToken, and their like.
NAMED: Final = frozenset(
    {
        "callerreference",
        "clientrequesttoken",
        "clienttoken",
        "creatorrequestid",
        "idempotencytoken",
        "updaterrequestid",
    }
)
# https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html: a token with
# other parameters than the first time is an error.
MISMATCH: Final = {"ec2": "IdempotentParameterMismatch"}


def tokens(model: Any) -> list[str]:
    """List the members of an operation's input that are client tokens.

    Those with botocore's ``idempotencyToken`` trait, and those of the names above.
    """
    if model.input_shape is None:
        return []
    return [
        name
        for name in model.input_shape.members
        if name in model.idempotent_members or name.lower() in NAMED
    ]


class _Held:
    """The answer to one call, and the lock of who works on it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.parameters: Any = None
        self.answer: Answer | None = None


class Repeats:
    """Remembers what was answered to each write, by its token and its attempts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[tuple[str, ...], _Held] = {}

    def once(self, call: Call, ask: Callable[[], Answer]) -> Answer:
        """Answer the call; ask for it only if it is no repeat of one that succeeded.

        A repeat that comes while the first is still worked on waits for its answer.
        """
        for name in tokens(call.model):
            if call.parameters.get(name):
                ask = self._by_token(call, str(call.parameters[name]), ask)
        if not call.writes or not call.attempts:
            return ask()
        with self._of("attempts", call.attempts) as held:
            return _answered(held, ask)

    def _by_token(
        self, call: Call, token: str, ask: Callable[[], Answer]
    ) -> Callable[[], Answer]:
        key = (call.service, call.region, call.operation, token)

        def answer() -> Answer:
            with self._of(*key) as held:
                if held.answer is None or held.parameters == call.parameters:
                    held.parameters = call.parameters
                    return _answered(held, ask)
            if call.service in MISMATCH and held.answer.succeeded:
                message = f"The client token {token} was used with other parameters."
                return call.refused(Refusal(MISMATCH[call.service], message))
            return ask()

        return answer

    def _of(self, *key: str) -> _Locked:
        with self._lock:
            return _Locked(self._held.setdefault(key, _Held()))


class _Locked:
    """One held answer while nobody else works on it."""

    def __init__(self, held: _Held) -> None:
        self._held = held

    def __enter__(self) -> _Held:
        self._held.lock.acquire()
        return self._held

    def __exit__(self, *_: object) -> None:
        self._held.lock.release()


def _answered(held: _Held, ask: Callable[[], Answer]) -> Answer:
    if held.answer is None or not held.answer.succeeded:
        held.answer = ask()
    return held.answer
