"""Whom a URL leads to, and over what kind of connection; no exchange happens here.

TLS is required of every host but loopback. Proxies are the environment's.
"""

from __future__ import annotations

import ssl
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from fargate_instrument.registry.trouble import RegistryTrouble


def is_loopback(host: str) -> bool:
    """Say whether a host name is this machine, where plain HTTP is allowed."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def origin(url: str) -> tuple[str, str, int]:
    """Reduce a URL to scheme, host and port, which is whom a credential is for."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    except ValueError:
        return ("", "", 0)
    return (parts.scheme, (parts.hostname or "").lower(), port)


def require_safe(url: str) -> None:
    """Refuse a URL without TLS, unless it stays on this machine."""
    scheme, host, _ = origin(url)
    if scheme == "https" and host:
        return
    if scheme == "http" and is_loopback(host):
        return
    raise RegistryTrouble(
        f"a request to {host or 'no host'} without TLS is refused",
        "serve the registry and its token service over https",
    )


def proxy_for(url: str) -> str:
    """Find the proxy the environment sets for a URL, or ``""``."""
    scheme, host, _ = origin(url)
    if is_loopback(host) or proxy_bypass(urlsplit(url).netloc):
        return ""
    proxies = getproxies()
    return proxies.get(scheme) or proxies.get("all") or ""


def new_pool(proxy: str) -> urllib3.PoolManager:
    """Make a pool of verified connections, through a proxy or direct."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not proxy:
        return urllib3.PoolManager(ssl_context=context)
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    try:
        return urllib3.ProxyManager(
            proxy, proxy_headers=_proxy_login(proxy), ssl_context=context
        )
    except (urllib3.exceptions.HTTPError, ValueError):
        raise RegistryTrouble(
            "the proxy in the environment is not an http or https URL",
            "write HTTPS_PROXY as http://HOST:PORT",
        ) from None


def _proxy_login(proxy: str) -> dict[str, str] | None:
    parts = urlsplit(proxy)
    if parts.username is None:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return dict(urllib3.make_headers(proxy_basic_auth=pair))
