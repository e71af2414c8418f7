"""Images as a build would leave them: layouts on disk, documents in memory."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def layer() -> bytes:
    """Make one layer with one file in it, the same bytes every time."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        member = tarfile.TarInfo("etc/motd")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"hi\n"))
    return gzip.compress(plain.getvalue(), mtime=0)


@dataclass
class Image:
    """An index and all it leads to, addressed by digest."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, bytes] = field(default_factory=dict)
    configs: dict[str, str] = field(default_factory=dict)
    index: bytes = b""

    def blob(self, body: bytes) -> dict[str, Any]:
        self.blobs[digest(body)] = body
        return {"digest": digest(body), "size": len(body)}

    def add(self, architecture: str, inner: dict[str, Any]) -> dict[str, Any]:
        """Add a platform's manifest, configuration and layer: its index entry."""
        content = layer()
        diff = digest(gzip.decompress(content))
        config = json.dumps(
            {
                "architecture": architecture,
                "os": "linux",
                "config": inner,
                "rootfs": {"type": "layers", "diff_ids": [diff]},
            }
        ).encode()
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": {"mediaType": CONFIG, **self.blob(config)},
                "layers": [{"mediaType": LAYER, **self.blob(content)}],
            }
        ).encode()
        self.manifests[digest(manifest)] = manifest
        self.configs[architecture] = digest(config)
        return {
            "mediaType": MANIFEST,
            "digest": digest(manifest),
            "size": len(manifest),
            "platform": {"os": "linux", "architecture": architecture},
        }


def two_platforms(word: str = "serve") -> Image:
    """Build for amd64 and arm64, with configurations that tell them apart."""
    image = Image()
    entries = [
        image.add(
            architecture,
            {
                "Entrypoint": ["/bin/tini", "--", f"/app-{architecture}"],
                "Cmd": [word, "--port", "80"],
                "Env": ["PATH=/usr/bin", f"ARCH={architecture}"],
                "User": "1000:1000",
                "WorkingDir": "/srv",
            },
        )
        for architecture in ("amd64", "arm64")
    ]
    image.index = json.dumps(
        {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}
    ).encode()
    return image


def expected(image: Image, architecture: str, word: str = "serve") -> dict[str, Any]:
    """Say what the lock file must hold of ``two_platforms``."""
    return {
        "Entrypoint": ["/bin/tini", "--", f"/app-{architecture}"],
        "Cmd": [word, "--port", "80"],
        "Env": ["PATH=/usr/bin", f"ARCH={architecture}"],
        "User": "1000:1000",
        "WorkingDir": "/srv",
        "Architecture": architecture,
        "Digest": digest(image.index),
    }


def write_layout(image: Image, folder: Path, tag: str) -> None:
    """Write an OCI image layout, as skopeo reads it."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    bodies = [*image.blobs.values(), *image.manifests.values(), image.index]
    for body in bodies:
        (blobs / digest(body).partition(":")[2]).write_bytes(body)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    top = {
        "mediaType": INDEX,
        "digest": digest(image.index),
        "size": len(image.index),
        "annotations": {"org.opencontainers.image.ref.name": tag},
    }
    (folder / "index.json").write_text(
        json.dumps({"schemaVersion": 2, "manifests": [top]})
    )
