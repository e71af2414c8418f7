"""Asking AWS until it answers: throttling and broken connections are waited out.

botocore's adaptive mode slows a throttled client down; asking again is done here, the
same call with the same page token, so that nothing that was read is read again. Only
time without any answer at all ends it.
"""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING, Any

from botocore import exceptions
from botocore.parsers import ResponseParserError

if TYPE_CHECKING:
    from collections.abc import Callable

THROTTLED = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "ServerException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "UpdateInProgressException",
    }
)
BROKEN = (
    exceptions.ConnectionError,
    exceptions.HTTPClientError,
    exceptions.IncompleteReadError,
    exceptions.ResponseStreamingError,
    exceptions.ReadTimeoutError,
)
LONGEST_PAUSE = 20.0


class NoAnswerError(Exception):
    """AWS refused, or did not answer for too long; the text says which."""


class Patience:
    """How long to wait, shared by every call of an audit.

    ``seconds``: without any answer from AWS before giving up. ``waits``: how often a
    call had to be asked again.
    """

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self.seconds = seconds
        self.waits = 0
        self._clock = clock
        self._stopped = threading.Event()
        self._sleep = sleep or self._stopped.wait
        self._answered = clock()
        self._lock = threading.Lock()

    def ask(
        self, call: Callable[..., Any], member: str, **words: Any
    ) -> dict[str, Any]:
        """Ask until there is an answer that holds a member. Raises NoAnswerError.

        botocore reads an answer that was cut short as one without members, which
        would pass for an empty list.
        """
        pause = 0.5
        while True:
            try:
                answer: dict[str, Any] = call(**words)
            except exceptions.ClientError as error:
                said = error.response.get("Error", {})
                reason = f"{said.get('Code', 'error')}: {said.get('Message', '')}"
                if not _passing(error):
                    raise NoAnswerError(reason.rstrip(": ")) from None
            except BROKEN as error:
                reason = f"the connection broke ({type(error).__name__})"
            except ResponseParserError:
                reason = "the answer was cut short"
            except exceptions.BotoCoreError as error:
                raise NoAnswerError(str(error)) from None
            else:
                if member in answer:
                    with self._lock:
                        self._answered = self._clock()
                    return answer
                reason = "the answer was cut short"
            self._wait(reason, pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def stop(self) -> None:
        """End every wait: whoever asks from now on gets no answer."""
        self._stopped.set()

    def _wait(self, reason: str, pause: float) -> None:
        with self._lock:
            self.waits += 1
            silent = self._clock() - self._answered
        if self._stopped.is_set():
            raise NoAnswerError("it was interrupted")
        if silent > self.seconds:
            raise NoAnswerError(f"no answer for {silent:.0f} s; last: {reason}")
        self._sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311  (not a secret)


def _passing(error: exceptions.ClientError) -> bool:
    said = error.response
    status = said.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return said.get("Error", {}).get("Code") in THROTTLED or status in {
        429, 500, 502, 503, 504,
    }  # fmt: skip
