"""What a release is made of: the same bytes twice, and a true bill of materials."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from fargate_instrument.version import __version__
from tests.generate import bill_of_materials
from tests.generate.locked import CHECKOUT
from tests.supply.test_locked import packages, requirements

EPOCH: Final = "1700000000"
ROOT: Final = f"fargate_instrument-{__version__}"
PARTS: Final = (
    "*.md",
    "*.toml",
    "LICENSE",
    "fargate_instrument/**/*",
    "locked/*",
    "tests/*",
)


def copied(folder: Path, *, mode: int, age: float) -> Path:
    """Copy the tree as another clone would have it: modes and times of its own."""
    for source in sorted(path for part in PARTS for path in CHECKOUT.glob(part)):
        inside = source.relative_to(CHECKOUT)
        if source.is_file() and "__pycache__" not in inside.parts:
            target = folder / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            target.chmod(mode | (source.stat().st_mode & 0o100))
            os.utime(target, (time.time() - age, time.time() - age))
    return folder


def built(tree: Path, **environment: str) -> dict[str, Path]:
    """Build both files with the locked builder: file name to path."""
    mask = os.umask(int(environment.pop("mask", "022"), 8))
    try:
        subprocess.run(
            [sys.executable, "-I", "-m", "hatchling", "build", "-d", "made"],
            cwd=tree,
            env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, **environment},
            check=True,
            capture_output=True,
        )
    finally:
        os.umask(mask)
    return {path.name: path for path in sorted((tree / "made").iterdir())}


def digests(files: dict[str, Path]) -> dict[str, str]:
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in files.items()
    }


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("first")
    return built(copied(folder, mode=0o644, age=0))


def test_two_builds_give_the_same_bytes(first: dict[str, Path], tmp_path: Path) -> None:
    """Another folder, modes, times, umask, zone, language and seed of hashes."""
    second = copied(tmp_path / "else where" / "deeper", mode=0o600, age=1e6)
    made = built(second, mask="077", TZ="Asia/Tokyo", LC_ALL="C", PYTHONHASHSEED="7")
    assert digests(made) == digests(first)
    assert sorted(made) == [f"{ROOT}-py3-none-any.whl", f"{ROOT}.tar.gz"]


def test_what_differs_shows(first: dict[str, Path], tmp_path: Path) -> None:
    """The twin: one byte of one module, and every digest is another."""
    tree = copied(tmp_path / "tree", mode=0o644, age=0)
    with (tree / "fargate_instrument" / "version.py").open("a") as file:
        file.write("#\n")
    made = digests(built(tree))
    assert made.keys() == first.keys()
    assert [n for n, digest in digests(first).items() if made[n] == digest] == []


def test_what_is_in_the_wheel(first: dict[str, Path]) -> None:
    with zipfile.ZipFile(first[f"{ROOT}-py3-none-any.whl"]) as wheel:
        names = set(wheel.namelist())
    package = {
        str(path.relative_to(CHECKOUT))
        for path in (CHECKOUT / "fargate_instrument").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    files = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
    assert names == package | {f"{ROOT}.dist-info/{name}" for name in files}


def test_what_is_in_the_source(first: dict[str, Path]) -> None:
    with tarfile.open(first[f"{ROOT}.tar.gz"]) as source:
        tops = {Path(name).parts[1] for name in source.getnames()}
        owners = {(one.uid, one.gid, one.uname) for one in source.getmembers()}
    assert {"fargate_instrument", "locked", "pyproject.toml", "LICENSE"} <= tops
    assert not tops & {"tests", ".cache", ".venv", "made", "uv.lock"}
    assert owners == {(0, 0, "")}


def test_the_wheel_s_program_runs(first: dict[str, Path], tmp_path: Path) -> None:
    """Without a package installed, as the plan path must: from the wheel's files."""
    with zipfile.ZipFile(first[f"{ROOT}-py3-none-any.whl"]) as wheel:
        wheel.extractall(tmp_path)  # noqa: S202 - our own, made above
    golden = CHECKOUT / "tests" / "golden" / "sysdig" / "event_generator"
    query = json.loads((golden / "query.json").read_text())
    flat = {k: v if isinstance(v, str) else json.dumps(v) for k, v in query.items()}
    program = str(tmp_path / "fargate_instrument" / "__main__.py")
    done = subprocess.run(
        [sys.executable, "-I", "-S", program],
        input=json.dumps(flat).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made = json.loads(json.loads(done.stdout)["container_definitions"])
    expected = json.loads((golden / "expected.json").read_text())
    assert made == expected["container_definitions"]


@pytest.fixture
def bill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    assert bill_of_materials.main([str(tmp_path / "bill.json")]) == 0
    made: dict[str, Any] = json.loads((tmp_path / "bill.json").read_text())
    return made


def test_the_bill_of_materials_is_valid_and_whole(bill: dict[str, Any]) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_5)
    assert validator.validate_str(json.dumps(bill)) is None
    assert validator.validate_str(json.dumps({**bill, "components": 1})) is not None
    listed = {one["name"]: one["version"] for one in bill["components"]}
    assert listed == packages("requirements.txt")
    hashes = [
        reference["hashes"]
        for one in bill["components"]
        for reference in one["externalReferences"]
    ]
    assert len(hashes) > len(listed)
    assert all(one[0]["alg"] == "SHA-256" for one in hashes)


def test_the_bill_of_materials_knows_its_root(bill: dict[str, Any]) -> None:
    root = bill["metadata"]["component"]
    assert root["purl"] == f"pkg:pypi/fargate-instrument@{__version__}"
    needs = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    names = {one["bom-ref"]: one["name"] for one in bill["components"]}
    direct = {names[ref] for ref in needs[root["bom-ref"]]}
    assert direct == {one.name for one in requirements()}


def test_the_same_lock_gives_the_same_bill(
    bill: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bill_of_materials.bill() == bill
    assert bill["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000001")
    assert bill_of_materials.bill()["serialNumber"] != bill["serialNumber"]
