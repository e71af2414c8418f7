"""Reference and platform to lock entry: manifest, perhaps index, configuration.

The distribution protocol's pull side and its two ways in (Basic and Bearer). How a
request travels is transport's; what a document means is image's.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fargate_instrument.registry import aws, challenge, credentials, image
from fargate_instrument.registry.origin import is_loopback, origin
from fargate_instrument.registry.reference import DOCKER_HUB
from fargate_instrument.registry.transport import Request, Response
from fargate_instrument.registry.trouble import RegistryTrouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fargate_instrument.registry.credentials import Credential, Found, Source
    from fargate_instrument.registry.image import Descriptor, Entry, Platform
    from fargate_instrument.registry.reference import Reference
    from fargate_instrument.registry.transport import Transport

HUB_ENDPOINT = "registry-1.docker.io"
MAX_TOKEN = 1024 * 1024
OK, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 200, 401, 403, 404
_ERROR_CODE = re.compile(r"[A-Z][A-Z_]{1,39}")
_TOKEN = re.compile(r"[\x21-\x7e]+")


class Client:
    """Asks one registry about one repository."""

    def __init__(
        self, reference: Reference, transport: Transport, sources: Sequence[Source]
    ) -> None:
        self.reference = reference
        self._transport = transport
        self._sources = sources
        self._found: Found | None = None
        self._authorization = ""
        self._base = f"{base_url(reference.registry)}/v2/{reference.path}"

    def entry(self, platform: Platform) -> Entry:
        """Ask for the image's configuration, as the lock file holds it."""
        name = self.reference
        known = image.Descriptor(name.digest) if name.digest else None
        digest, document, kind = self._manifest(name.wanted, known, "the manifest")
        if kind == "index":
            chosen = image.choose(document, platform)
            what = f"the manifest for {platform}"
            _, document, kind = self._manifest(chosen.digest, chosen, what)
            if kind == "index":
                raise RegistryTrouble(
                    "the index leads to another index, not to an image",
                    "push the image again with a current tool",
                )
        config = self._config(image.config_descriptor(document))
        return image.entry_of(config, platform, digest)

    def _manifest(
        self, wanted: str, promised: Descriptor | None, what: str
    ) -> tuple[str, dict[str, object], str]:
        """Get a manifest by tag or digest: its digest, its content, its kind."""
        response = self._get(f"manifests/{wanted}", image.MAX_MANIFEST, image.ACCEPT)
        said = response.headers.get("docker-content-digest", "")
        if promised is None and said:
            promised = image.descriptor({"digest": said}, "Docker-Content-Digest")
        if promised is not None:
            image.verify(response.body, promised, what)
        document = image.parse_json(response.body, what)
        kind = image.manifest_kind(document, response.headers.get("content-type", ""))
        own = promised.digest if promised else image.digest_of(response.body)
        return own, document, kind

    def _config(self, pointer: Descriptor) -> dict[str, object]:
        what = "the image configuration"
        if pointer.size > image.MAX_CONFIG:
            raise RegistryTrouble(f"{what} is larger than {image.MAX_CONFIG} bytes")
        response = self._get(f"blobs/{pointer.digest}", image.MAX_CONFIG, "*/*")
        image.verify(response.body, pointer, what)
        return image.parse_json(response.body, what)

    def _get(self, path: str, limit: int, accept: str) -> Response:
        """Get from the repository, answering the registry's challenge once.

        A challenge of another host, to which it redirected, is not answered: it
        could name a token service of its own.
        """
        url = f"{self._base}/{path}"
        request = Request(url, limit, accept, self._authorization)
        response = self._transport.send(request)
        if response.status == UNAUTHORIZED and not self._is_foreign(response):
            self._authorization = self._authorize(response)
            if self._authorization:
                request = Request(url, limit, accept, self._authorization)
                response = self._transport.send(request)
        if response.status == OK:
            return response
        if self._is_foreign(response):
            raise RegistryTrouble(
                f"{self.reference.registry} redirects to {origin(response.url)[1]},"
                f" which answers with HTTP {response.status}",
                "try again; check the registry's storage",
            )
        raise self._refused(response)

    # Ways in -----------------------------------------------------------------

    def _authorize(self, response: Response) -> str:
        """Answer a challenge: the Authorization header to try, or "" for none."""
        offered = challenge.preferred(response.headers.get("www-authenticate", ""))
        found = self._lookup()
        if offered is None:
            return ""
        if offered.scheme == "bearer":
            if found.credential and found.credential.bearer_token:
                return _bearer(found.credential.bearer_token)
            return _bearer(self._token(offered.parameters, found.credential))
        if found.credential and found.credential.username:
            return found.credential.basic()
        return ""

    def _is_foreign(self, response: Response) -> bool:
        """Tell whether the registry's redirects have led to another host."""
        return origin(response.url) != origin(self._base)

    def _lookup(self) -> Found:
        if self._found is None:
            self._found = credentials.find(self._sources, self.reference)
        return self._found

    def _token(self, asked: dict[str, str], credential: Credential | None) -> str:
        """Get a bearer token from the service the challenge names."""
        realm = asked.get("realm", "")
        if is_loopback(origin(realm)[1]) and not self._is_local():
            raise RegistryTrouble(
                f"{self.reference.registry} sends us to this machine for a token;"
                " that is refused",
                "set the token service's public address in the registry",
            )
        fields = {"service": asked["service"]} if "service" in asked else {}
        fields["scope"] = asked.get("scope", f"repository:{self.reference.path}:pull")
        if credential and credential.identity_token:
            response = self._oauth_token(realm, fields, credential)
        else:
            response = self._plain_token(realm, fields, credential)
        if response.status != OK:
            raise self._refused(response)
        return _token_of(response, origin(realm)[1])

    def _plain_token(
        self, realm: str, fields: dict[str, str], credential: Credential | None
    ) -> Response:
        separator = "&" if "?" in realm else "?"
        url = f"{realm}{separator}{urlencode(fields)}"
        basic = credential.basic() if credential and credential.username else ""
        return self._transport.send(Request(url, MAX_TOKEN, authorization=basic))

    def _oauth_token(
        self, realm: str, fields: dict[str, str], credential: Credential
    ) -> Response:
        form = {
            "grant_type": "refresh_token",
            "client_id": "fargate-instrument",
            "refresh_token": credential.identity_token,
            **fields,
        }
        body = urlencode(form, errors="replace").encode()
        return self._transport.send(Request(realm, MAX_TOKEN, form=body))

    def _is_local(self) -> bool:
        return is_loopback(origin(base_url(self.reference.registry))[1])

    # Refusals ----------------------------------------------------------------

    def _refused(self, response: Response) -> RegistryTrouble:
        registry, status = self.reference.registry, response.status
        code = _code(response)
        if status == NOT_FOUND:
            return self._missing(code)
        if status not in (UNAUTHORIZED, FORBIDDEN):
            return RegistryTrouble(
                f"{registry} answers with HTTP {status}{code and f' ({code})'}",
                "check that the reference names a registry and an image",
            )
        found = self._lookup()
        notes = tuple(f"{note}" for note in found.notes)
        if found.credential is None:
            return RegistryTrouble(
                f"{registry} does not let everybody read {self.reference.path}"
                " (or it does not exist), and no credentials for it were found"
                f" (HTTP {status}{code and f' {code}'})",
                *notes,
                *_ways_in(registry),
            )
        who = f" as {found.credential.username!a}" if found.credential.username else ""
        return RegistryTrouble(
            f"{registry} refuses the credentials from {found.credential.source}{who}"
            f" for {self.reference.path} (HTTP {status}{code and f' {code}'})",
            *notes,
            "check the user name and password, and that they may pull this"
            " repository (which may not exist)",
        )

    def _missing(self, code: str) -> RegistryTrouble:
        registry, path = self.reference.registry, self.reference.path
        if code == "NAME_UNKNOWN":
            what = f"{registry} has no repository {path}"
        else:
            kind = "digest" if self.reference.digest else "tag"
            what = f"{registry} has no {kind} {self.reference.wanted} in {path}"
        return RegistryTrouble(
            f"{what} (HTTP 404{code and f' {code}'})",
            "check the reference, or push the image first",
        )


def base_url(registry: str) -> str:
    """Say where a registry answers: TLS always, except on loopback."""
    host = HUB_ENDPOINT if registry == DOCKER_HUB else registry
    name = origin(f"https://{host}")[1]
    return f"{'http' if is_loopback(name) else 'https'}://{host}"


def _ways_in(registry: str) -> tuple[str, ...]:
    if aws.is_private_ecr(registry):
        return (
            "give AWS credentials that may pull from it (AWS_PROFILE, aws sso login),"
            " with fargate-instrument[aws] installed",
        )
    return (
        f"log in first: docker login {registry}",
        "or give --username NAME --password-stdin",
    )


def _bearer(token: str) -> str:
    return f"Bearer {token}"


def _token_of(response: Response, host: str) -> str:
    answer = image.parse_json(response.body, f"the token answer of {host}")
    for member in ("token", "access_token"):
        token = answer.get(member)
        if isinstance(token, str) and _TOKEN.fullmatch(token):
            return token
    raise RegistryTrouble(f"{host} answers without a token")


def _code(response: Response) -> str:
    """Read the first error code of the registry's answer, if it is a plain word."""
    try:
        code = json.loads(response.body)["errors"][0]["code"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return ""
    return code if isinstance(code, str) and _ERROR_CODE.fullmatch(code) else ""
