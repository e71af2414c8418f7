"""Where Terraform finds its providers here. Not a downloader: Terraform downloads.

In order: a mirror named by ``FARGATE_INSTRUMENT_PROVIDER_MIRROR``, Terraform's own
implied mirror folders, a mirror unpacked under ``/opt``, the registry (fetched once
into ``.cache``), and for the ``external`` provider alone a stand-in written in Python.
"""

from __future__ import annotations

import fcntl
import glob
import importlib.util
import os
import platform
import shlex
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from functools import lru_cache
from pathlib import Path
from typing import Final

VARIABLE: Final = "FARGATE_INSTRUMENT_PROVIDER_MIRROR"
HOST: Final = "registry.terraform.io"
AWS: Final = "hashicorp/aws"
EXTERNAL: Final = "hashicorp/external"
PROVIDERS: Final = (AWS, EXTERNAL)
AWS_CONSTRAINT: Final = "~> 5.100"
STAND_IN_VERSION: Final = "2.4.0"
CHECKOUT: Final = Path(__file__).resolve().parents[2]
CACHE: Final = CHECKOUT / ".cache"
_MACHINES: Final = {"x86_64": "amd64", "aarch64": "arm64"}


class NoProviderError(RuntimeError):
    """A provider is in no mirror and no registry answers; the text says where."""


def machine() -> str:
    """Name this platform as Terraform does, ``linux_amd64``."""
    processor = platform.machine().lower()
    return f"{platform.system().lower()}_{_MACHINES.get(processor, processor)}"


def implied_folders() -> list[Path]:
    """List the folders that Terraform itself treats as mirrors on this system."""
    home = Path.home()
    data_home = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    data = [data_home, *map(Path, shared.split(":"))]
    return [home / ".terraform.d/plugins", *(f / "terraform/plugins" for f in data)]


def mirrors() -> list[Path]:
    """List the mirror folders to look in, the one the user names first."""
    named = os.environ.get(VARIABLE)
    unpacked = sorted(glob.glob(f"/opt/*/{HOST}"))  # noqa: PTH207 - an absolute pattern
    found = [Path(named)] if named else []
    found += [*implied_folders(), *(Path(path).parent for path in unpacked)]
    return [*found, CACHE / "terraform-plugins"]


def holder(provider: str) -> Path | None:
    """Find the first mirror that has the provider for this platform."""
    for mirror in mirrors():
        place = mirror / HOST / provider
        if [*place.glob(f"*/{machine()}"), *place.glob(f"*_{machine()}.zip")]:
            return mirror.absolute()
    return None


@lru_cache(maxsize=1)
def registry_answers() -> bool:
    """Ask the registry one small question, with a short patience."""
    question = f"https://{HOST}/.well-known/terraform.json"
    try:
        with urllib.request.urlopen(question, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def fetched(provider: str, terraform: str) -> Path:
    """Let Terraform fetch the provider once; its plugin cache is a mirror's layout."""
    cache = CACHE / "terraform-plugins"
    cache.mkdir(parents=True, exist_ok=True)
    constraint = AWS_CONSTRAINT if provider == AWS else ">= 2.3.2"
    name = provider.rpartition("/")[2]
    configuration = (
        f'terraform {{\n  required_providers {{\n    {name} = {{ source = "{provider}"'
        f', version = "{constraint}" }}\n  }}\n}}\n'
    )
    with (
        (cache / ".lock").open("w") as lock,
        tempfile.TemporaryDirectory(prefix="fetch-") as folder,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        if holder(provider) is None:
            (Path(folder) / "versions.tf").write_text(configuration)
            environment = {**os.environ, "TF_PLUGIN_CACHE_DIR": str(cache)}
            environment.pop("TF_CLI_CONFIG_FILE", None)
            subprocess.run(
                [terraform, "init", "-backend=false", "-input=false"],
                cwd=folder,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
    return cache


def stand_in_mirror(directory: Path) -> Path:
    """Build a mirror whose ``external`` provider is the stand-in beside this file."""
    mirror = directory / "stand-in-for-external"
    home = mirror / "home"
    home.mkdir(parents=True, exist_ok=True)
    place = mirror / HOST / EXTERNAL / STAND_IN_VERSION / machine()
    place.mkdir(parents=True, exist_ok=True)
    program = place / f"terraform-provider-external_v{STAND_IN_VERSION}"
    script = Path(__file__).with_name("external_stand_in.py")
    program.write_text(
        "#!/bin/sh\n# A stand-in, not the provider that HashiCorp publishes.\n"
        f"export FARGATE_INSTRUMENT_STAND_IN_HOME={shlex.quote(str(home))}\n"
        f"exec {shlex.quote(sys.executable)} -I {shlex.quote(str(script))}\n"
    )
    program.chmod(0o755)
    return mirror


def source(provider: str, directory: Path, terraform: str = "terraform") -> Path:
    """Find or make the mirror that the provider comes from."""
    found = holder(provider)
    if found is not None:
        return found
    if registry_answers():
        return fetched(provider, terraform)
    if provider == EXTERNAL and importlib.util.find_spec("tf") is not None:
        return stand_in_mirror(directory)
    looked = "\n".join(f"  {path}" for path in mirrors())
    raise NoProviderError(
        f"{provider} for {machine()} is in no mirror and {HOST} does not answer.\n"
        f"Looked in:\n{looked}\nName a mirror in {VARIABLE}."
    )


def cli_configuration(directory: Path, terraform: str = "terraform") -> dict[str, str]:
    """Write a CLI configuration there; return the environment that makes it hold."""
    directory.mkdir(parents=True, exist_ok=True)
    blocks = [
        _installation(name, source(name, directory, terraform)) for name in PROVIDERS
    ]
    excluded = ", ".join(f'"{HOST}/{name}"' for name in PROVIDERS)
    blocks.append(f"  direct {{\n    exclude = [{excluded}]\n  }}\n")
    file = directory / "terraform.rc"
    file.write_text("provider_installation {\n" + "".join(blocks) + "}\n")
    return {
        "TF_CLI_CONFIG_FILE": str(file.absolute()),
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
    }


def external_is_stand_in() -> bool:
    """Say whether the runs here use the stand-in, so that reports can say it too."""
    return holder(EXTERNAL) is None and not registry_answers()


def external_name() -> str:
    """Name the ``external`` provider of the runs here, with its version."""
    if external_is_stand_in():
        return f"a stand-in for {STAND_IN_VERSION}"
    mirror = holder(EXTERNAL)
    place = mirror / HOST / EXTERNAL if mirror else Path(os.devnull)
    unpacked = {path.parent.name for path in place.glob(f"*/{machine()}")}
    packed = {path.name.split("_")[1] for path in place.glob(f"*_{machine()}.zip")}
    return ", ".join(["the real one", *sorted(unpacked | packed)])


def _installation(provider: str, mirror: Path) -> str:
    return (
        f"  filesystem_mirror {{\n    path    = {_hcl(mirror)}\n"
        f'    include = ["{HOST}/{provider}"]\n  }}\n'
    )


def _hcl(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
