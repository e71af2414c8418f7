"""One call of an AWS API, read from its HTTP request, and how it is refused. No rules.

Service and region stand in the signature; operation and parameters are read with the
parsers of moto over botocore's models, so every protocol and service is read alike.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import BotoCoreError
from botocore.model import OperationNotFoundError
from moto.core.exceptions import ServiceException
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_CREDENTIAL: Final = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
# Where the name in a signature is not that of the model.
_MODELS: Final = {"elasticloadbalancing": "elbv2", "monitoring": "cloudwatch"}
_READS: Final = ("Describe", "List", "Get", "Head", "BatchGet")


class Refusal(ServiceException):
    """An error of AWS: its code and its message."""


class Answer(NamedTuple):
    """One HTTP answer: ``200 OK``, header pairs, and the body."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def succeeded(self) -> bool:
        """Say whether the call did what it was asked."""
        return self.status.startswith("2")


class Call(NamedTuple):
    """What one request asks of AWS; `model` is the operation's model."""

    service: str
    region: str
    operation: str
    parameters: Mapping[str, Any]
    model: Any
    protocol: str
    attempts: str  # the same for every attempt of one call of an SDK; may be empty

    @property
    def writes(self) -> bool:
        """Say whether the call may change something."""
        return not self.operation.startswith(_READS)

    def refused(self, error: Refusal) -> Answer:
        """Write the answer that refuses this call, as its protocol has errors."""
        serializer = get_serializer_class(self.service, self.protocol)(self.model)
        written = serializer.serialize(error)
        body = written["body"]
        return Answer(
            f"{written['status_code']} Refused",
            tuple((name, str(value)) for name, value in written["headers"].items()),
            body.encode() if isinstance(body, str) else bytes(body),
        )


def body_of(environ: dict[str, Any]) -> bytes:
    """Read the request's body and put it back for the next reader."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    rewind(environ, body)
    return body


def rewind(environ: dict[str, Any], body: bytes) -> None:
    """Put the body where the next reader of the request begins."""
    environ["wsgi.input"] = io.BytesIO(body)


def read(environ: dict[str, Any]) -> Call | None:
    """Read a signed request; none where it is streamed, or no call of a model."""
    signed = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if signed is None or "HTTP_TRANSFER_ENCODING" in environ:
        return None
    region, name = signed.groups()
    service = _MODELS.get(name, name)
    body = body_of(environ)
    request = Request(dict(environ))
    try:
        models = get_service_model(service)
        operation, labels = _operation(request, service)
        model = models.operation_model(operation)
        protocol = determine_request_protocol(models, request.content_type)
        parameters = PROTOCOL_PARSERS[protocol](model).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": labels,
            }
        )
    except (BotoCoreError, OperationNotFoundError, NotFound, NotImplementedError):
        return None
    finally:
        rewind(environ, body)
    attempts = environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
    return Call(service, region, operation, parameters, model, protocol, attempts)


def _operation(request: Request, service: str) -> tuple[str, dict[str, Any]]:
    """Find the operation: named in a header or form, or known by path and method."""
    target = request.headers.get("x-amz-target")
    if target:
        return target.rpartition(".")[2], {}
    action = request.values.get("Action")
    if action:
        return action, {}
    model, labels = get_service_router(service).match(request)
    return model.name, dict(labels)


def answer_of(app: Any, environ: dict[str, Any]) -> Answer:
    """Let a WSGI application answer, and keep the answer whole."""
    started: list[tuple[str, tuple[tuple[str, str], ...]]] = []

    def start(status: str, headers: Iterable[tuple[str, str]], *_: Any) -> None:
        started.append((status, tuple(headers)))

    parts = app(environ, start)
    try:
        body = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    status, headers = started[-1]
    return Answer(status, headers, body)
