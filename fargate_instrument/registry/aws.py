"""AWS as a source of credentials: ECR tokens and repositoryCredentials secrets.

boto3 finds the user's own AWS credentials and region as the AWS CLI does. It comes
with the extra ``aws`` and is imported when a registry first asks for credentials.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Any

from fargate_instrument.registry.credentials import Credential, SourceTrouble

if TYPE_CHECKING:
    from fargate_instrument.registry.credentials import Source
    from fargate_instrument.registry.reference import Reference

PUBLIC_ECR = "public.ecr.aws"
PUBLIC_ECR_REGION = "us-east-1"
_PRIVATE_ECR = re.compile(
    r"(?P<account>[0-9]{12})\.dkr[.-]ecr(?P<fips>-fips)?\.(?P<region>[a-z0-9-]+)\."
    r"(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn"
    r"|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)
_SECRET_ARN = re.compile(r"arn:[a-z0-9-]+:secretsmanager:(?P<region>[a-z0-9-]+):.+")
_INSTALL = "needs boto3: pip install 'fargate-instrument[aws]'"


def ecr_token(reference: Reference) -> Credential | None:
    """Get a token for a private or public ECR registry; None for any other."""
    private = _PRIVATE_ECR.fullmatch(reference.registry.lower())
    if private:
        fips = private["fips"] is not None
        client = _client("ecr", private["region"], "an ECR token", fips=fips)
        answer = _call(client, "get_authorization_token", "an ECR token")
        tokens = answer.get("authorizationData")
        data = tokens[0] if isinstance(tokens, list) and tokens else {}
    elif reference.registry == PUBLIC_ECR:
        client = _client("ecr-public", PUBLIC_ECR_REGION, "an ECR token")
        answer = _call(client, "get_authorization_token", "an ECR token")
        data = answer.get("authorizationData", {})
    else:
        return None
    return _from_token(data.get("authorizationToken", ""))


def is_private_ecr(registry: str) -> bool:
    """Tell whether a registry is a private one of ECR, which lets nobody in."""
    return _PRIVATE_ECR.fullmatch(registry.lower()) is not None


def repository_secret(secret: str) -> Source:
    """Make the source that reads a container's repositoryCredentials secret.

    ``secret``: an ARN, or the name of a secret in the region AWS is set to.
    """

    def source(_: Reference) -> Credential | None:
        match = _SECRET_ARN.fullmatch(secret)
        what = "the repositoryCredentials secret"
        client = _client("secretsmanager", match["region"] if match else None, what)
        answer = _call(client, "get_secret_value", what, SecretId=secret)
        return _from_secret(answer.get("SecretString", ""))

    return source


def _client(service: str, region: str | None, what: str, *, fips: bool = False) -> Any:
    try:
        import boto3  # noqa: PLC0415  (an extra: imported where it is needed)
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415
    except ImportError:
        raise SourceTrouble(f"{what} {_INSTALL}") from None
    config = Config(
        connect_timeout=10,
        read_timeout=20,
        retries={"total_max_attempts": 3, "mode": "standard"},
        use_fips_endpoint=fips or None,
    )
    try:
        make: Any = boto3.Session().client
        return make(service, region_name=region, config=config)
    except (BotoCoreError, ValueError) as error:
        raise _unavailable(what, error) from None


def _call(client: Any, operation: str, what: str, **arguments: str) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        answer: dict[str, Any] = getattr(client, operation)(**arguments)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "an error")
        raise SourceTrouble(f"{what} cannot be had: AWS says {code}") from None
    except BotoCoreError as error:
        raise _unavailable(what, error) from None
    return answer


def _unavailable(what: str, error: Exception) -> SourceTrouble:
    """Word boto3's error by its class: its text may quote what must stay secret."""
    words = {
        "NoCredentialsError": "no AWS credentials were found",
        "PartialCredentialsError": "the AWS credentials are not complete",
        "ProfileNotFound": "AWS_PROFILE names a profile that does not exist",
        "NoRegionError": "no AWS region is set (AWS_REGION)",
        "SSOTokenLoadError": "the AWS SSO session is missing (aws sso login)",
        "UnauthorizedSSOTokenError": "the AWS SSO session has ended (aws sso login)",
        "EndpointConnectionError": "the AWS API cannot be reached",
        "ConnectTimeoutError": "the AWS API cannot be reached",
    }
    name = type(error).__name__
    return SourceTrouble(f"{what} cannot be had: {words.get(name, name)}")


def _from_token(token: object) -> Credential:
    try:
        text = base64.b64decode(str(token), validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    username, colon, password = text.partition(":")
    if not colon:
        raise SourceTrouble("the ECR token is not base64 of user:password")
    return Credential("an ECR token", username, password)


def _from_secret(text: object) -> Credential:
    try:
        value = json.loads(text if isinstance(text, str) else "")
    except (ValueError, RecursionError):
        value = None
    pair = value if isinstance(value, dict) else {}
    username, password = pair.get("username"), pair.get("password")
    if not (isinstance(username, str) and isinstance(password, str)):
        raise SourceTrouble(
            "the repositoryCredentials secret is not JSON with username and password"
        )
    return Credential("the repositoryCredentials secret", username, password)
