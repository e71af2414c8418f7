"""Writes the bill of materials of a release, CycloneDX 1.5 in JSON, from uv.lock.

python tests/generate/bill_of_materials.py FILE

What is in it: every package that ``locked/requirements.txt`` installs, each file with
its SHA-256 and where it is from, and who needs whom. The same lock and version give the
same bytes: the time is that of ``SOURCE_DATE_EPOCH``, the serial number is made from
the content.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

from fargate_instrument.version import __version__  # noqa: E402 - after the path above

REPOSITORY = "https://github.com/fargate-instrument/fargate-instrument"
EARLIEST = 315532800
"""1980-01-01, the earliest time a zip file can hold; for builds that give none."""


def bill() -> dict[str, Any]:
    """Give the document."""
    words = [sys.executable, "-I", "-m", "uv", "export", "--quiet", "--frozen"]
    words += ["--offline", "--no-default-groups", "--extra", "aws"]
    done = subprocess.run(
        [*words, "--format", "cyclonedx1.5"],
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
    )
    made: dict[str, Any] = json.loads(done.stdout)
    root = made["metadata"]["component"]
    root["type"] = "application"
    root["version"] = __version__
    root["purl"] = f"pkg:pypi/{root['name']}@{__version__}"
    root["licenses"] = [{"license": {"id": "Apache-2.0"}}]
    root["externalReferences"] = [{"type": "vcs", "url": REPOSITORY}]
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or EARLIEST)
    moment = dt.datetime.fromtimestamp(epoch, dt.timezone.utc)
    made["metadata"]["timestamp"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    del made["serialNumber"]
    content = json.dumps(made, sort_keys=True)
    made["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, REPOSITORY + content).urn
    return made


def main(words: list[str]) -> int:
    """Write the file."""
    (path,) = words
    text = json.dumps(bill(), indent=2, sort_keys=True) + "\n"
    Path(path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
