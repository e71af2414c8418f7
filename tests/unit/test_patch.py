"""Each step on one container: what it adds, what it leaves, and its no-op twin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fargate_instrument.core.patch import (
    Notes,
    Site,
    apply,
    drop_variables,
    is_wrapped,
    shell_quoted,
    text,
)
from fargate_instrument.core.recipe import (
    AddCapability,
    AddLabel,
    AddMountPoint,
    AddSecret,
    DependOn,
    Fact,
    InitProcess,
    MountFrom,
    SetEnvironment,
    SetLogConfiguration,
    ShellWrapCommand,
    SortEnvironment,
    UniqueEnvironment,
    WrapEntryPoint,
)

if TYPE_CHECKING:
    from fargate_instrument.core.recipe import Step

WEB: dict[str, Any] = {"name": "web", "image": "web:1"}
WRAP = WrapEntryPoint(("/run", "it"), launchers=("/old",), switch=True)


def site(
    raw: dict[str, Any] | None = None, config: dict[str, Any] | None = None
) -> Site:
    who = 'container "web"'
    return Site("c[0]", 0, raw or WEB, config, "agent", Notes(), who)


def done(
    step: Step, config: dict[str, Any] | None = None, **members: Any
) -> tuple[dict[str, Any], Notes]:
    container = {**WEB, **members}
    here = site(container, config)
    made = apply(container, step, here)
    assert container == {**WEB, **members}
    return made, here.notes


def quiet(step: Step, config: dict[str, Any] | None = None, **members: Any) -> Any:
    """Apply a step that says nothing; give what it changed."""
    made, notes = done(step, config, **members)
    assert not notes.problems
    assert not notes.warnings
    before = {**WEB, **members}
    return {k: made.get(k) for k in {*made, *before} if made.get(k) != before.get(k)}


def env(**pairs: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs.items()]


PATHS = SetEnvironment("LD", "/a", mode="append", separator=":")


@pytest.mark.parametrize(
    ("config", "members", "value"),
    [
        (None, {}, "/a"),
        (None, {"environment": env(LD="")}, "/a"),
        (None, {"environment": env(LD="/x")}, "/x:/a"),
        ({"Env": ["LD=/i", "X=1"]}, {}, "/i:/a"),
        ({"Env": ["OTHER=/i"]}, {}, "/a"),
        ({"Env": ["LD=/i"]}, {"environment": env(LD="/x")}, "/x:/a"),
    ],
)
def test_append_to_a_variable(
    config: dict[str, Any] | None, members: dict[str, Any], value: str
) -> None:
    assert quiet(PATHS, config, **members) == {"environment": env(LD=value)}


@pytest.mark.parametrize("there", ["/a", "/x:/a", "/a:/x"])
def test_append_what_is_there_already(there: str) -> None:
    assert quiet(PATHS, environment=env(LD=there)) == {}


def test_append_says_what_it_cannot_read() -> None:
    _, notes = done(PATHS, environmentFiles=[{"value": "x", "type": "s3"}])
    ((place, warning),) = notes.warnings
    assert place == "c[0].environmentFiles"
    assert "LD" in warning


def test_if_absent_leaves_the_users_value() -> None:
    step = SetEnvironment("A", "1", mode="if_absent")
    assert quiet(step, environment=env(A="2")) == {}
    assert quiet(step) == {"environment": env(A="1")}


def test_override_merges_doubles_into_one() -> None:
    made, notes = done(SetEnvironment("A", "1"), environment=[*env(A="0"), *env(A="1")])
    assert made["environment"] == env(A="1")
    assert not notes.warnings


def test_only_on_named_containers() -> None:
    assert quiet(SetEnvironment("A", "1", only_on=("other",))) == {}


def test_values_made_of_facts() -> None:
    value = ("x-", Fact("container.name"), "-", Fact("sidecar.name"))
    assert text(value, WEB, site()) == "x-web-agent"


def test_init_process() -> None:
    asked = {"linuxParameters": {"initProcessEnabled": True}}
    assert quiet(InitProcess()) == asked
    assert quiet(InitProcess(), linuxParameters={"initProcessEnabled": False}) == {}


def test_mount_point() -> None:
    step = AddMountPoint("v", "/p")
    entry = {"containerPath": "/p", "readOnly": False, "sourceVolume": "v"}
    other = {"containerPath": "/q", "sourceVolume": "w"}
    assert quiet(step) == {"mountPoints": [entry]}
    assert quiet(step, mountPoints=[other]) == {"mountPoints": [other, entry]}
    assert quiet(step, mountPoints=[other, entry]) == {}
    made, notes = done(step, mountPoints=[{**other, "containerPath": "/p"}])
    assert made["mountPoints"] == [{**other, "containerPath": "/p"}]
    assert notes.problems[0].address == "c[0].mountPoints[0]"


def test_label() -> None:
    step = AddLabel("k", ("v", Fact("container.name")))
    assert quiet(step) == {"dockerLabels": {"k": "vweb"}}
    assert quiet(step, dockerLabels={"k": "vweb"}) == {}
    made, notes = done(step, dockerLabels={"k": "x", "Other": "1"})
    assert made["dockerLabels"] == {"k": "vweb", "Other": "1"}
    assert notes.warnings[0][0] == "c[0].dockerLabels"


def test_log_configuration() -> None:
    log = {"logDriver": "awslogs"}
    assert quiet(SetLogConfiguration(log)) == {"logConfiguration": log}
    assert quiet(SetLogConfiguration(log), logConfiguration={"logDriver": "x"}) == {}
    always = SetLogConfiguration(log, always=True)
    assert quiet(always, logConfiguration={}) == {"logConfiguration": log}


@pytest.mark.parametrize(
    ("step", "members"),
    [
        (WRAP, {"entryPoint": ["/run", "it", "/web"]}),
        (WRAP, {"command": ["sh", "-c", "/run it web"]}),
        (ShellWrapCommand(("sh", "-c"), ("/run", "it")), {"command": ["/run it web"]}),
        (ShellWrapCommand(("sh", "-c"), ("/run",)), {"entryPoint": ["/run", "x"]}),
        (UniqueEnvironment(), {"environment": env(A="1", B="2")}),
        (UniqueEnvironment(), {}),
        (SortEnvironment(), {"environment": env(A="1", B="2")}),
        (SortEnvironment(), {}),
        (SetEnvironment("A", "1"), {"environment": env(A="1")}),
        (
            AddCapability("X"),
            {"linuxParameters": {"capabilities": {"add": ["X"], "drop": ["Y"]}}},
        ),
        (MountFrom("a", read_only=True), {"volumesFrom": [{"sourceContainer": "a"}]}),
        (
            DependOn("a", "START"),
            {"dependsOn": [{"containerName": "a", "condition": "START"}]},
        ),
        (AddSecret("S", "arn"), {"secrets": [{"name": "S", "valueFrom": "arn"}]}),
    ],
)
def test_what_is_there_already_stays_the_same_object(
    step: Step, members: dict[str, Any]
) -> None:
    container = {**WEB, **members}
    here = site(container)
    assert apply(container, step, here) is container
    assert not here.notes.warnings


def test_a_wrap_that_is_there_is_switched() -> None:
    made, _ = done(WRAP, entryPoint=["/old", "it", "/web"])
    assert made["entryPoint"] == ["/run", "it", "/web"]
    made, _ = done(WRAP, command=["sh", "-c", "/old it web"])
    assert made["command"] == ["sh", "-c", "/run it web"]


def test_a_wrap_without_anything_behind_it_is_said() -> None:
    _, notes = done(WrapEntryPoint(("/run",)), entryPoint=["/run"])
    assert "nothing to run behind it" in notes.warnings[0][1]


@pytest.mark.parametrize(
    ("members", "wrapped"),
    [
        ({"entryPoint": ["/run"]}, True),
        ({"entryPoint": ["/old"]}, True),
        ({"command": ["/old it x"]}, True),
        ({"command": ["/old"]}, False),
        ({"entryPoint": ["/web"]}, False),
        ({"entryPoint": "/run"}, False),
        ({}, False),
    ],
)
def test_is_wrapped(members: dict[str, Any], wrapped: bool) -> None:
    shell = ShellWrapCommand(("sh", "-c"), ("/run", "it"), launchers=("/old",))
    steps = (SetEnvironment("A", "1"), WRAP)
    assert is_wrapped({**WEB, **members}, steps) is wrapped
    by_command = wrapped and "command" in members
    assert is_wrapped({**WEB, **members}, (shell,)) is by_command


@pytest.mark.parametrize(
    ("item", "quoted"),
    [("", "''"), ("a", "a"), ("a b", "'a b'"), ("'", "''\"'\"''"), ("~", "'~'")],
)
def test_shell_quoting(item: str, quoted: str) -> None:
    assert shell_quoted(item) == quoted


def test_plain_variables_are_dropped_with_a_warning_each() -> None:
    here = site()
    container = {**WEB, "environment": env(A="1", B="2")}
    assert drop_variables(container, ("A", "C"), here)["environment"] == env(B="2")
    assert len(here.notes.warnings) == 1
    assert "environment" not in drop_variables(container, ("A", "B"), here)
    assert drop_variables(container, ("C",), here) is container
