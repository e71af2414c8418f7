"""The emulated account, asked through its own APIs by the rules in front of it."""

from __future__ import annotations

import threading
from typing import Any, Final

import boto3
from botocore.config import Config

MARK: Final = "rules-of-the-emulator"


class Account:
    """Clients of the emulator, made when first needed; its rules let them pass."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}

    def ask(self, service: str, region: str) -> Any:
        """Give the client of a service in a region."""
        with self._lock:
            key = (service, region)
            if key not in self._clients:
                make: Any = boto3.client
                self._clients[key] = make(
                    service,
                    region_name=region,
                    endpoint_url=self._url,
                    aws_access_key_id="emulator",
                    aws_secret_access_key="emulator",  # noqa: S106 - the emulator's
                    config=Config(user_agent_extra=MARK),
                )
            return self._clients[key]
