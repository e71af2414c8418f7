"""The ``lock`` command: what it takes, what it writes, what it refuses."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fargate_instrument.core.errors import Failure
from fargate_instrument.registry import lockfile
from tests.registry import images
from tests.registry.conftest import PASSWORD, USER, Outcome, run_lock
from tests.registry.servers import Answer, Scripted

if TYPE_CHECKING:
    from collections.abc import Callable

    Lock = Callable[..., Outcome]
    Locked = Callable[[], dict[str, Any]]

LOCK = "image-configs.lock.json"
PROGRAM = Path(__file__).parents[2] / "fargate_instrument" / "__main__.py"
WINDOWS = {"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}}


@pytest.fixture
def image(registry: Scripted) -> images.Image:
    made = images.two_platforms()
    for name in ("one", "two", "three"):
        registry.hold(made, name, "1")
    return made


def task(registry: Scripted, **more: object) -> dict[str, Any]:
    """Three containers: nothing given, entry point given, both given."""
    return {
        "family": "shop",
        "containerDefinitions": [
            {"name": "one", "image": f"{registry.host}/one:1"},
            {
                "name": "two",
                "image": f"{registry.host}/two:1",
                "entryPoint": ["/two"],
                "command": [],
            },
            {
                "name": "three",
                "image": f"{registry.host}/three:1",
                "entryPoint": ["/three"],
                "command": ["x"],
            },
        ],
        **more,
    }


def recased(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {change(key): recased(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [recased(item, change) for item in value]
    return value


def pascal(key: str) -> str:
    return key[:1].upper() + key[1:]


@pytest.mark.parametrize("form", ["list", "task", "describe"])
@pytest.mark.parametrize("change", [str, pascal, str.lower], ids=["c", "P", "l"])
def test_the_three_forms_in_any_case(
    registry: Scripted,
    image: images.Image,
    locked: Locked,
    form: str,
    change: Callable[[str], str],
) -> None:
    whole = recased(task(registry), change)
    document = {
        "list": whole[change("containerDefinitions")],
        "task": whole,
        "describe": {change("taskDefinition"): whole, "tags": []},
    }[form]
    done = run_lock("-", stdin=json.dumps(document).encode())
    assert done.err == ""
    assert locked() == {
        f"{registry.host}/{name}:1": images.expected(image, "amd64")
        for name in ("one", "two")
    }


def test_all_takes_each(
    registry: Scripted,
    image: images.Image,
    lock: Lock,
    locked: Locked,
    tmp_path: Path,
) -> None:
    del image
    (tmp_path / "task.json").write_text(json.dumps(task(registry)))
    assert lock("task.json", "--all").status == 0
    assert len(locked()) == 3


@pytest.mark.parametrize(
    ("platform", "arguments", "architecture"),
    [
        ({"cpuArchitecture": "ARM64"}, [], "arm64"),
        ({"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"}, [], "amd64"),
        ({"cpuArchitecture": "ARM64"}, ["--platform", "linux/amd64"], "amd64"),
        ({"operatingSystemFamily": "WINDOWS"}, ["--platform", "linux/arm64"], "arm64"),
        (None, [], "amd64"),
    ],
)
def test_platform(  # noqa: PLR0917, PLR0913  (fixtures and a table)
    registry: Scripted,
    image: images.Image,
    lock: Lock,
    locked: Locked,
    platform: dict[str, str] | None,
    arguments: list[str],
    architecture: str,
) -> None:
    document = task(registry, runtimePlatform=platform)
    assert lock("-", *arguments, stdin=json.dumps(document).encode()).status == 0
    assert locked()[f"{registry.host}/one:1"] == images.expected(image, architecture)


def test_one_image_on_two_platforms_is_refused(
    registry: Scripted, image: images.Image, lock: Lock, tmp_path: Path
) -> None:
    del image
    arm = task(registry, runtimePlatform={"cpuArchitecture": "ARM64"})
    (tmp_path / "amd.json").write_text(json.dumps(task(registry)))
    (tmp_path / "arm.json").write_text(json.dumps(arm))
    done = lock("amd.json", "arm.json")
    assert done.status == 1
    assert 'container "one" is wanted for linux/arm64, and for linux/amd64' in done.err
    assert not (tmp_path / LOCK).exists()
    assert lock("amd.json").status == 0
    done = lock("arm.json")
    assert "is locked for amd64 in image-configs.lock.json, and wanted" in done.err


def test_other_entries_stay_and_the_file_is_the_same_in_any_order(
    registry: Scripted, image: images.Image, lock: Lock, tmp_path: Path
) -> None:
    del image
    names = [f"{registry.host}/{name}:1" for name in ("one", "two", "three")]
    (tmp_path / LOCK).write_text('{"old:1": {"Cmd": ["x"], "Custom": 1}}')
    for name in names:
        assert lock(name).out.startswith("added ")
    again = lock(*reversed(names), "--output", "other.json")
    assert again.status == 0
    text = json.loads((tmp_path / LOCK).read_text())
    assert text.pop("old:1") == {"Cmd": ["x"], "Custom": 1}
    assert text == json.loads((tmp_path / "other.json").read_text())
    assert list(text) == sorted(names)


def test_a_second_run_changes_nothing(
    registry: Scripted, image: images.Image, lock: Lock, tmp_path: Path
) -> None:
    del image
    name = f"{registry.host}/one:1"
    assert f"{LOCK}: written" in lock(name).out
    before = (tmp_path / LOCK).stat()
    for arguments in ((name,), ("--update",), (name, "--update")):
        done = lock(*arguments)
        assert done.out.startswith(f"unchanged  {name}  linux/amd64  sha256:")
        assert f"{LOCK}: is up to date" in done.out
    assert lock("--check").out.endswith("1 image is as locked\n")
    after = (tmp_path / LOCK).stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_nothing_to_ask_makes_an_empty_lock(lock: Lock, locked: Locked) -> None:
    container = {"name": "a", "image": "a", "entryPoint": ["a"], "command": ["b"]}
    assert lock("-", stdin=json.dumps([container]).encode()).status == 0
    assert locked() == {}


def test_check_tells_missing_moved_and_edited(
    registry: Scripted, image: images.Image, lock: Lock, tmp_path: Path
) -> None:
    names = [f"{registry.host}/{name}:1" for name in ("one", "two", "three")]
    assert lock(names[0], names[1]).status == 0
    entries = json.loads((tmp_path / LOCK).read_text())
    entries[names[0]]["Entrypoint"] = ["/bin/evil"]
    (tmp_path / LOCK).write_text(json.dumps(entries))
    moved = images.two_platforms()
    moved.index += b"\n"
    registry.hold(moved, "two", "1")
    text = (tmp_path / LOCK).read_bytes()
    done = lock("--check", *names)
    assert done.status == 1
    assert [problem.address for problem in done.problems] == sorted(
        f'image "{name}"' for name in names
    )
    assert f"is not in {LOCK}" in done.err
    assert f"add it: fargate-instrument lock {names[2]}" in done.err
    assert "(the configuration is the same)" in done.err
    assert "though it has not moved: what differs is Entrypoint" in done.err
    assert (tmp_path / LOCK).read_bytes() == text
    report = lock("--check", "--format", "json", *names)
    assert (report.status, report.err) == (1, "")
    assert [
        (one["reference"], one["status"], one["changed"])
        for one in json.loads(report.out)["images"]
    ] == [
        (names[0], "differs", ["Entrypoint"]),
        (names[1], "moved", ["Digest"]),
        (names[2], "missing", []),
    ]
    assert (tmp_path / LOCK).read_bytes() == text
    assert json.loads(report.out)["images"][1]["digest"] == images.digest(moved.index)
    del image


def test_an_entry_written_by_hand_is_not_taken_for_a_moved_tag(
    registry: Scripted, image: images.Image, lock: Lock, tmp_path: Path
) -> None:
    del image
    name = f"{registry.host}/one:1"
    (tmp_path / LOCK).write_text(json.dumps({name: {"Cmd": ["serve"]}}))
    done = lock("--check")
    assert "what differs is Entrypoint, Cmd, Env" in done.err
    assert "Architecture, Digest" in done.err
    assert lock("--update").status == 0


def test_a_locked_digest_is_not_printed_raw(
    registry: Scripted, image: images.Image, lock: Lock, tmp_path: Path
) -> None:
    del image
    name = f"{registry.host}/one:1"
    assert lock(name).status == 0
    entries = json.loads((tmp_path / LOCK).read_text())
    entries[name]["Digest"] = "\x1b[31mred"
    (tmp_path / LOCK).write_text(json.dumps(entries))
    done = lock("--check")
    assert "has moved since it was locked: from ?[31mred to sha256:" in done.err


def test_json_report_of_a_good_run(
    registry: Scripted, image: images.Image, lock: Lock
) -> None:
    name = f"{registry.host}/one:1"
    done = lock(name, "--format", "json")
    assert (done.status, json.loads(done.out)) == (
        0,
        {
            "lock_file": LOCK,
            "images": [
                {
                    "reference": name,
                    "platform": "linux/amd64",
                    "address": f'image "{name}"',
                    "status": "added",
                    "digest": images.digest(image.index),
                    "locked_digest": None,
                    "changed": [],
                }
            ],
        },
    )


def test_nothing_is_written_when_one_image_fails(
    registry: Scripted, image: images.Image, lock: Lock, tmp_path: Path
) -> None:
    del image
    document = task(registry)
    document["containerDefinitions"][1]["image"] = f"{registry.host}/gone:1"
    done = lock("-", stdin=json.dumps(document).encode())
    (problem,) = done.problems
    assert problem.address == "standard input: container_definitions[1].image"
    assert problem.message.startswith(
        f'container "two" has image {registry.host}/gone:1: 127.0.0.1:'
    )
    assert problem.fixes[-1].startswith("or write entryPoint and command")
    assert not (tmp_path / LOCK).exists()


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("", "standard input: is empty"),
        ("{", "standard input: is not JSON"),
        ("{}", "standard input: is an object without a list containerDefinitions"),
        ("1", "standard input: is a number, which is no task definition"),
        ('{"taskDefinition": 1}', "is an object without a list containerDefinitions"),
        (
            '{"containerDefinitions": {}}',
            "is an object without a list containerDefinitions",
        ),
        ("[1]", "container_definitions[0]: is a number, an object is needed"),
        ('[{"name":"a"}]', 'container_definitions[0].image: container "a" has no im'),
        ('[{"name":"a","image":7}]', "has no image"),
        ('[{"image":"a","Image":"b"}]', "stands twice"),
        ('[{"name":"a","image":"A"}]', "is not an image reference"),
        (
            json.dumps({**WINDOWS, "containerDefinitions": []}),
            "runtime_platform: is not Linux on X86_64 or ARM64",
        ),
    ],
)
def test_documents_that_are_refused(lock: Lock, document: str, says: str) -> None:
    done = lock("-", stdin=document.encode())
    assert done.status == 1
    assert says in done.err


def test_bytes_that_are_no_text(lock: Lock) -> None:
    assert "is not UTF-8 text" in lock("-", stdin=b"\xff").err


def test_every_wrong_argument_is_told(lock: Lock, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text("[1, {}]")
    done = lock("gone.json", "./gone", "list.json")
    assert [problem.address for problem in done.problems] == [
        "./gone",
        "gone.json",
        "list.json: container_definitions[0]",
        "list.json: container_definitions[1].image",
    ]
    done = lock("A", "https://me:hunter2@host/x", "a" * 5000)
    assert len(done.problems) == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--check"], f"{LOCK}: there is no such lock file"),
        (["--update"], f"{LOCK}: there is no such lock file"),
        (["a", "--username", "me", "--password-stdin"], "there is no password"),
        (["a", "--output", "none/lock.json"], "cannot be written"),
    ],
)
def test_asks_that_cannot_be_met(
    registry: Scripted, lock: Lock, arguments: list[str], says: str
) -> None:
    registry.hold(images.two_platforms(), "one", "1")
    if "--output" in arguments:
        arguments = [f"{registry.host}/one:1", *arguments[1:]]
    done = lock(*arguments)
    assert done.status == 1
    assert says in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["a", "--platform", "windows/amd64"],
        ["a", "--timeout", "0"],
        ["a", "--timeout", "nan"],
        ["a", "--timeout", "inf"],
        ["a", "--timeout", "soon"],
        ["a", "--check", "--update"],
        [],
        ["--all"],
        ["a", "--username", "me"],
        ["a", "--password-stdin"],
        ["-", "--username", "me", "--password-stdin"],
    ],
)
def test_usage(lock: Lock, arguments: list[str]) -> None:
    done = lock(*arguments)
    assert (done.status, done.out) == (2, "")
    assert "usage: fargate-instrument lock " in done.usage


def test_a_login_is_for_one_registry(registry: Scripted, lock: Lock) -> None:
    done = lock(
        f"{registry.host}/one:1",
        "quay.io/team/app",
        "--username",
        USER,
        "--password-stdin",
        stdin=f"{PASSWORD}\n".encode(),
    )
    assert f"are from {registry.host}, quay.io" in done.err
    assert registry.seen == []
    assert PASSWORD not in done.err


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"a:1": []}', '{"a:1": null}', "\xff", "[" * 100_000]
)
def test_what_is_no_lock_file_is_left_alone(
    lock: Lock, tmp_path: Path, text: str
) -> None:
    (tmp_path / LOCK).write_text(text, encoding="latin-1")
    for arguments in (("a",), ("--check",), ("--update",)):
        assert f"{LOCK}: is not a lock file" in lock(*arguments).err
    assert (tmp_path / LOCK).read_text(encoding="latin-1") == text


def test_a_lock_file_that_cannot_be_read(lock: Lock, tmp_path: Path) -> None:
    (tmp_path / LOCK).mkdir()
    assert "cannot be read" in lock("--check").err


def test_mode_and_link_are_kept(tmp_path: Path) -> None:
    real = tmp_path / "real.json"
    assert lockfile.write(real, {})
    assert stat.S_IMODE(real.stat().st_mode) == 0o666 & ~current_umask()
    real.chmod(0o640)
    link = tmp_path / "link.json"
    link.symlink_to(real)
    assert lockfile.write(link, {"a": {}})
    assert not lockfile.write(link, {"a": {}})
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert names_in(tmp_path) == ["home", "link.json", "real.json"]


def test_a_write_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / LOCK
    assert lockfile.write(path, {"a": {}})
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Failure, match="cannot be written: No space left"):
        lockfile.write(path, {"b": {}})
    assert path.read_bytes() == before
    assert names_in(tmp_path) == ["home", LOCK]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_bug_is_not_dressed_up_as_a_problem(
    registry: Scripted, image: images.Image, lock: Lock, monkeypatch: pytest.MonkeyPatch
) -> None:
    del image

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("fargate_instrument.registry.image.choose", broken)
    with pytest.raises(ZeroDivisionError):
        lock(f"{registry.host}/one:1")


def test_images_are_asked_for_at_once(registry: Scripted, lock: Lock) -> None:
    together = threading.Barrier(4, timeout=300)

    def meet(_: object) -> Answer:
        together.wait()
        return Answer(404)

    registry.gates.append(meet)
    done = lock(*[f"{registry.host}/{name}:1" for name in "abcd"])
    assert len(done.problems) == 4
    assert not together.broken


ENTRIES = st.dictionaries(
    st.text(),
    st.fixed_dictionaries({}, optional={"Cmd": st.none() | st.lists(st.text())}),
)


@given(ENTRIES)
def test_what_is_rendered_is_read(entries: dict[str, Any]) -> None:
    text = lockfile.render(entries)
    assert text.isascii()
    assert text.endswith(b"\n")
    assert lockfile.parse(text, "lock") == entries
    backwards = dict(reversed(list(entries.items())))
    assert lockfile.render(backwards) == text


def test_help_names_every_option(lock: Lock) -> None:
    done = lock("--help")
    assert (done.status, done.usage) == (0, "")
    for option in ("--output", "--platform", "--all", "--check", "--update"):
        assert option in done.out


def test_as_a_program(registry: Scripted, image: images.Image, tmp_path: Path) -> None:
    """The exit status and the streams, as a shell sees them."""
    name = f"{registry.host}/one:1"

    def run(*arguments: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, str(PROGRAM), "lock", *arguments],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    status, out, err = run(name)
    digest = images.digest(image.index)
    text = f"added  {name}  linux/amd64  {digest}\n{LOCK}: written\n"
    assert (status, out, err) == (0, text, "")
    assert json.loads((tmp_path / LOCK).read_text())[name]["Digest"] == digest
    assert run("--check")[0] == 0
    status, out, err = run(f"{registry.host}/gone:1")
    assert (status, out) == (1, "")
    assert err.startswith(f'image "{registry.host}/gone:1": 127.0.0.1:')
    assert "\n  check the reference, or push the image first\n" in err
    status, out, err = run()
    assert (status, out) == (2, "")
    assert "usage: fargate-instrument lock" in err
