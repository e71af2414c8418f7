"""The recogniser: whose a container is, and through what an application starts."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_instrument.core import marks
from fargate_instrument.core.known import AGENTS, WRAPS
from fargate_instrument.core.marks import (
    Found,
    chain,
    form,
    is_named,
    owners,
    repository,
    routers,
    unwrapped,
    wraps_of,
)
from fargate_instrument.core.recipe import (
    Fact,
    SetEnvironment,
    ShellWrapArgv,
    ShellWrapCommand,
    WrapEntryPoint,
)

APP: dict[str, Any] = {"name": "web", "image": "web:1", "entryPoint": ["/web"]}
SYSDIG = "/opt/draios/bin/instrument"
DEFENDER = ["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint"]
SH = ("/bin/sh", "-c")


@pytest.mark.parametrize(
    ("image", "path"),
    [
        ("a", "a"),
        ("a:1", "a"),
        ("r:5000/a", "r:5000/a"),
        ("r:5000/a:1@sha256:0", "r:5000/a"),
        ("docker.io/library/a:1", "a"),
        ("index.docker.io/b/a", "b/a"),
        ("library/a", "a"),
        ("quay.io/docker.io/a", "quay.io/docker.io/a"),
        ("", ""),
    ],
)
def test_repositories(image: str, path: str) -> None:
    assert repository(image) == path


# Whose a container is


def signs(container: dict[str, Any], *others: dict[str, Any]) -> tuple[str, ...]:
    found = owners([*others, container]).get(len(others))
    return found.signs if found else ()


OWN = {"name": "x", "image": "x:1"}
VENDORS = "quay.io/sysdig/workload-agent:6"
COPY = "registry.example/mirror/workload-agent:6"
PROGRAM = ["/opt/draios/bin/logwriter"]
WRAPPED = {
    **APP,
    "entryPoint": [SYSDIG, "/web"],
    "volumesFrom": [{"sourceContainer": "x"}],
    "dependsOn": [{"containerName": "y", "condition": "START"}],
}


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({}, ()),
        ({"name": "SysdigInstrumentation"}, ("its name",)),
        ({"entryPoint": PROGRAM}, ("the agent's program",)),
        ({"image": COPY}, ("the end of its image's name",)),
        ({"image": "workload-agent"}, ("the end of its image's name",)),
        ({"image": "my-workload-agent"}, ()),
        ({"image": "workload-agent/web"}, ()),
        ({"image": VENDORS}, ("the vendor's image", "run as it is")),
        (
            {"image": VENDORS, "entryPoint": PROGRAM},
            ("the agent's program", "the vendor's image", "run as it is"),
        ),
        ({"image": VENDORS, "entryPoint": ["/bin/other"]}, ("the vendor's image",)),
        (
            {"image": "other.example/sysdig/workload-agent"},
            ("the end of its image's name",),
        ),
        (
            {"image": f"{VENDORS}@sha256:0", "name": "y"},
            ("the vendor's image", "run as it is"),
        ),
        (
            {"name": "SysdigInstrumentation", "image": COPY},
            ("its name", "the end of its image's name"),
        ),
        (
            {"name": "sysdigInstrumentation", "entryPoint": PROGRAM},
            ("its name", "the agent's program"),
        ),
        ({"name": 5, "image": 5, "entryPoint": 5}, ()),
        ({"name": [], "image": {}, "entryPoint": [{}]}, ()),
    ],
)
def test_signs_of_an_agents_own_container(members: Any, found: tuple[str, ...]) -> None:
    assert signs({**OWN, **members}) == found
    assert is_named("sysdig", {**OWN, **members}) is bool(found)


def test_one_sign_proves_nothing_and_two_that_agree_do() -> None:
    (one,) = owners([{**OWN, "image": COPY}]).values()
    assert (one.agent, one.vendor, one.proven) == ("sysdig", "Sysdig", False)
    (two,) = owners([{**OWN, "image": VENDORS}]).values()
    assert two.proven


@pytest.mark.parametrize("name", ["x", "y"])
def test_what_applications_under_a_launcher_need_is_a_sign(name: str) -> None:
    container = {**OWN, "name": name, "image": COPY}
    used = "what starts through it"
    assert signs(container, WRAPPED) == ("the end of its image's name", used)
    assert signs(container, {**WRAPPED, "entryPoint": ["/web"]}) == (
        "the end of its image's name",
    )
    assert signs(container, 5, WRAPPED)[1:] == (used,)  # type: ignore[arg-type]  # odd input
    assert signs({**OWN, "name": name}, WRAPPED) == ()


def test_signs_of_two_agents_do_not_add_up() -> None:
    mixed = {**OWN, "name": "TwistlockDefender", "image": COPY}
    (owner,) = owners([mixed]).values()
    assert not owner.proven
    more = {**mixed, "entryPoint": PROGRAM}
    (owner,) = owners([more]).values()
    assert (owner.agent, owner.proven) == ("sysdig", True)


def test_of_two_with_as_many_signs_the_first_by_name_counts() -> None:
    """Whatever the order in which Python keeps a set."""
    ends = {a: known["images"][0] for a, known in AGENTS.items() if "images" in known}
    names = {a: known["names"][0] for a, known in AGENTS.items() if "names" in known}
    pairs = 0
    for one, name in names.items():
        for other, end in ends.items():
            if one == other:
                continue
            (owner,) = owners([{**OWN, "name": name, "image": f"my/{end}"}]).values()
            assert (owner.agent, len(owner.signs)) == (min(one, other), 1)
            pairs += 1
    assert pairs >= 50


def test_the_last_part_of_a_path_alone_is_no_sign() -> None:
    container = {**OWN, "image": "my/aws-xray-daemon:3"}
    assert owners([container]) == {}
    assert not any(is_named(agent, container) for agent in AGENTS)


def test_a_repository_with_a_star_for_an_account() -> None:
    assert marks._is_repository("1.dkr.example/a/b", "*.dkr.example/a/b")  # noqa: SLF001  (no agent may have one today)
    assert not marks._is_repository("1.dkr.example/a", "*.dkr.example/a/b")  # noqa: SLF001  (as above)


@pytest.mark.parametrize("agent", sorted(AGENTS))
def test_every_agents_marks_lead_to_it(agent: str) -> None:
    known = AGENTS[agent]
    for name in known.get("names", ()):
        assert is_named(agent, {**OWN, "name": name})
    for path in (*known.get("images", ()), *known.get("repositories", ())):
        assert is_named(agent, {**OWN, "image": path.replace("*", "1") + ":1"})
    for path in known.get("repositories", ()):
        image = path.replace("*", "1")
        (owner,) = owners([{**OWN, "image": f"{image}:1"}]).values()
        assert (owner.agent, owner.proven) == (agent, True)


def test_nothing_is_known_of_an_agent_that_nobody_knows() -> None:
    assert marks.marks("nobody") == {}
    assert wraps_of("nobody") == ()
    assert not is_named("nobody", APP)


# Log routers

ROUTER = {**OWN, "firelensConfiguration": {"type": "fluentbit"}}
LOGS = {**APP, "logConfiguration": {"logDriver": "awsfirelens"}}


@pytest.mark.parametrize(
    ("containers", "found"),
    [
        ([APP, ROUTER], {1: False}),
        ([LOGS, ROUTER], {1: True}),
        ([ROUTER, 5, LOGS], {0: True}),
        ([LOGS], {}),
        ([{**APP, "logConfiguration": {"logDriver": "awslogs"}}, ROUTER], {1: False}),
        ([{**APP, "logConfiguration": 5}, ROUTER], {1: False}),
        ([{**OWN, "firelensConfiguration": {}}, LOGS], {}),
    ],
)
def test_routers(containers: list[Any], found: dict[int, bool]) -> None:
    assert routers(containers) == found


def test_a_router_is_in_use_by_what_is_not_there_yet() -> None:
    assert routers([APP, ROUTER], used=True) == {1: True}


# Launchers

RUN = WrapEntryPoint(("/run", "it"))
MOVED = WrapEntryPoint(("/run", "it"), "command")
LINE = ShellWrapCommand(SH, ("/run", "it"))
WHOLE = ShellWrapArgv(SH, "/start && exec")
ALL = (RUN, MOVED, LINE, WHOLE)


@pytest.mark.parametrize(
    ("argv", "wraps", "found"),
    [
        ({"entryPoint": ["/run", "it", "/e"]}, ALL, RUN),
        ({"entryPoint": ["/run", "it"], "command": ["/e"]}, ALL, MOVED),
        ({"entryPoint": ["/run", "it"], "command": ["/e"]}, (RUN,), RUN),
        ({"entryPoint": ["/run", "it", "/e"]}, (MOVED,), RUN),
        ({"entryPoint": ["/run", "it"]}, ALL, MOVED),
        ({"command": [*SH, "/run it e"]}, ALL, LINE),
        ({"entryPoint": [*SH, "/start && exec e"]}, ALL, WHOLE),
        ({"entryPoint": ["/run", "it", "/e"], "command": [*SH, "/run it e"]}, ALL, RUN),
        ({"entryPoint": ["/run", "it", "/e"]}, (WHOLE, RUN), RUN),
    ],
)
def test_the_form_of_a_wrap(argv: Any, wraps: Any, found: Any) -> None:
    assert form({"name": "web", **argv}, wraps) == Found(found)


@pytest.mark.parametrize(
    ("line", "raw"),
    [
        ("e", False),
        ("e 'f g' -x", False),
        ("'it'\"'\"'s'", False),
        ("e f && g", True),
        ("e $A", True),
        ("e  f", True),
        ("e ", True),
        ("'e", True),
    ],
)
def test_a_line_of_quoted_words_needs_no_shell_and_any_other_does(
    line: str, raw: bool
) -> None:
    command = {"name": "web", "command": [*SH, f"/run it {line}"]}
    assert form(command, (LINE,)) == Found(LINE, raw)
    whole = {"name": "web", "entryPoint": [*SH, f"/start && exec {line}"]}
    assert form(whole, (WHOLE,)) == Found(WHOLE, raw)


@pytest.mark.parametrize(
    "argv",
    [
        {},
        {"entryPoint": ["/run"]},
        {"entryPoint": ["/run", "other", "/e"]},
        {"entryPoint": ["/e", "/run", "it"]},
        {"entryPoint": "/run it"},
        {"command": ["/run", "it", "/e"]},
        {"command": ["/run it e"]},
        {"command": ["sh", "-c", "/run it e"]},
        {"command": [*SH, "/run it"]},
        {"command": [*SH, "/run italy"]},
        {"command": [*SH, "echo; /run it e"]},
        {"command": [*SH, 5]},
        {"command": [*SH, "/run it e", "more"]},
        {"entryPoint": [*SH, "/start && exec"]},
        {"entryPoint": [*SH, "/run it e"]},
    ],
)
def test_anything_but_a_whole_launcher_is_no_wrap(argv: Any) -> None:
    assert form({"name": "web", **argv}, ALL) is None


@pytest.mark.parametrize(
    ("argv", "wrap", "left"),
    [
        ({"entryPoint": ["/run", "it", "/e"]}, RUN, {"entryPoint": ["/e"]}),
        (
            {"entryPoint": ["/run", "it", "/e"], "command": ["c"]},
            RUN,
            {"entryPoint": ["/e"], "command": ["c"]},
        ),
        ({"entryPoint": ["/run", "it"], "command": ["c"]}, RUN, {"command": ["c"]}),
        (
            {"entryPoint": ["/run", "it"], "command": ["/e", "c"]},
            MOVED,
            {"entryPoint": ["/e", "c"]},
        ),
        ({"entryPoint": ["/run", "it"]}, MOVED, {}),
        ({"command": [*SH, "/run it e 'f g'"]}, LINE, {"command": ["e", "f g"]}),
        ({"command": [*SH, "/run it e; f"]}, LINE, {"command": [*SH, "e; f"]}),
        (
            {"entryPoint": [*SH, "/start && exec e"], "command": ["c"]},
            WHOLE,
            {"entryPoint": ["e"], "command": ["c"]},
        ),
        (
            {"entryPoint": [*SH, "/start && exec e; f"], "command": ["c"]},
            WHOLE,
            {"entryPoint": [*SH, "e; f"], "command": ["c"]},
        ),
    ],
)
def test_a_wrap_comes_off(argv: Any, wrap: Any, left: Any) -> None:
    container = {"name": "web", "cpu": 5, **argv}
    found = form(container, (wrap,))
    assert found is not None
    assert found.wrap == wrap
    assert unwrapped(container, found) == {"name": "web", "cpu": 5, **left}


def test_forms_of_an_agent_and_of_its_recipe() -> None:
    known = wraps_of("sysdig")
    assert {wrap.layout for wrap in known if isinstance(wrap, WrapEntryPoint)} == {
        "entry_point",
        "command",
    }
    assert wraps_of("sysdig") is known
    other = WrapEntryPoint(("/other",))
    steps = (other, SetEnvironment("A", "1"), WrapEntryPoint((Fact("container.name"),)))
    assert wraps_of("sysdig", steps) == (*known, other)
    assert wraps_of("nobody", (LINE, WHOLE)) == (LINE, WHOLE)


def agents_of(**argv: Any) -> list[str]:
    return [agent for agent, _ in chain({**APP, "entryPoint": [], **argv})]


def test_a_chain_of_launchers_is_read_from_the_outside_in() -> None:
    wiz = ["/opt/wiz/sensor/wiz-sensor", "daemon", "--"]
    aqua = ["/.aquasec/bin/microenforcer"]
    assert agents_of() == []
    assert agents_of(entryPoint=["/web"]) == []
    assert agents_of(entryPoint=[SYSDIG, "/web"]) == ["sysdig"]
    assert agents_of(entryPoint=[SYSDIG, *DEFENDER, *wiz, *aqua, "/web"]) == [
        "sysdig",
        "prisma_cloud",
        "wiz",
        "aqua",
    ]
    assert agents_of(entryPoint=[*DEFENDER, SYSDIG], command=["/web"]) == [
        "prisma_cloud",
        "sysdig",
    ]
    assert agents_of(entryPoint=[SYSDIG], command=[*DEFENDER, "/web"]) == [
        "sysdig",
        "prisma_cloud",
    ]
    assert agents_of(entryPoint=[SYSDIG, SYSDIG, "/web"]) == ["sysdig", "sysdig"]


def test_a_chain_goes_through_shell_lines() -> None:
    line = " ".join([*DEFENDER, "php-fpm"])
    assert agents_of(command=[*SH, line]) == ["prisma_cloud"]
    assert agents_of(command=["sh", "-c", line]) == []
    twice = " ".join([*DEFENDER, line, "&& true"])
    assert agents_of(command=[*SH, twice]) == ["prisma_cloud", "prisma_cloud"]


@pytest.mark.parametrize(
    "argv",
    [
        {"entryPoint": DEFENDER[:2]},
        {"entryPoint": [DEFENDER[0], "/web"]},
        {"entryPoint": ["/web", SYSDIG]},
        {"command": [SYSDIG]},
        {"entryPoint": 5, "command": {}},
        {"entryPoint": [{}], "command": [[]]},
        {"command": [*SH, "php-fpm"]},
        {"command": [SH[0]]},
    ],
)
def test_half_a_launcher_is_none(argv: Any) -> None:
    assert agents_of(**argv) == []


@pytest.mark.parametrize("row", WRAPS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_every_known_launcher_is_recognised_whole(row: Any) -> None:
    agent, kind, first, second = row
    if kind == "shell_command":
        argv = {"command": [*first, " ".join([*second, "/web"])]}
    elif kind == "shell_argv":
        argv = {"entryPoint": [*first, f"{second[0]} /web"]}
    else:
        argv = {"entryPoint": [*first, "/web"]}
    found = chain({"name": "web", "image": "web:1", **argv})
    assert [name for name, _ in found] == [agent]
