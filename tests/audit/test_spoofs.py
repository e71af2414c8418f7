"""Definitions that pretend to be instrumented, or nearly are: the verdict they get.

Each row is a whole task: its containers, and the verdict on each of them.
"""

from __future__ import annotations

from typing import Any

import pytest

from fargate_instrument.audit.unknown import Unknown
from fargate_instrument.audit.verdict import (
    BARE,
    INSTRUMENTED,
    SKIPPED,
    UNSURE,
    verdict,
)
from fargate_instrument.core import provenance
from fargate_instrument.core.jsontext import dump
from tests.audit import genuine
from tests.audit.genuine import OWN, app, run, wrapped

Value = dict[str, Any]

L = genuine.SYSDIG
P = (genuine.PRISMA, "fargate", "entrypoint")
W = (genuine.WIZ, "daemon", "--")
SYSDIG, PRISMA, WIZ, AQUA = (OWN[a] for a in ("sysdig", "prisma_cloud", "wiz", "aqua"))
LIBRARY = [{"name": "LD_PRELOAD", "value": "/.aquasec/bin/$PLATFORM/slklib.so"}]
FIRELENS = {"firelensConfiguration": {"type": "fluentbit"}}
THROUGH = {"logConfiguration": {"logDriver": "awsfirelens"}}


def labelled(container: Value, agent: str, *, added: bool = False) -> Value:
    record = provenance.Record(agent, {}, added=added)
    return provenance.write(container, (record,))


def shell(line: Any, *before: str) -> Value:
    return run(*(before or ("/bin/sh", "-c")), line)


def mounting(container: Value, path: str, volume: str = "data") -> Value:
    mount = {"sourceVolume": volume, "containerPath": path}
    return {**container, "mountPoints": [mount]}


def named(name: str, **members: Any) -> Value:
    return {**app(**members), "name": name}


def sourced(container: Value, *names: str) -> Value:
    return {**container, "volumesFrom": [{"sourceContainer": n} for n in names]}


ONE_SIGN: dict[str, tuple[Value, ...]] = {
    "the name of Sysdig's container": (named("SysdigInstrumentation"),),
    "the name of GuardDuty's container": (named("aws-guardduty-agent"),),
    "the name of Prisma's container": (named("TwistlockDefender"),),
    "the name of a mesh": (named("consul-dataplane"),),
    "an image's path on another host": (app(image="evil.example/twistlock/defender"),),
    "a known repository on another host": (
        app(image="evil.example/quay.io/sysdig/workload-agent:6"),
    ),
    "a vendor's image under another program": (
        app(image=SYSDIG["image"], entryPoint=["/bin/sh", "-c", "/app"]),
    ),
    "an agent's program in another image": (
        app(entryPoint=["/usr/local/bin/defender", "fargate", "sidecar"]),
    ),
    "an agent's program further back": (
        named("TwistlockDefender", entryPoint=["/app", "/usr/local/bin/defender"]),
    ),
    "a tag that looks like a repository": (app(image="evil:sysdig-workload-agent"),),
    "the end of a name": (app(image="evil.example/my-workload-agent:1"),),
    "a name in another case": (named("sysdiginstrumentation", image=SYSDIG["name"]),),
    "a name that holds the name": (named("my-SysdigInstrumentation"),),
    "a label that says added": (labelled(app(), "sysdig", added=True),),
    "a name and a label that says added": (
        labelled(named("SysdigInstrumentation"), "sysdig", added=True),
    ),
    "a label of an agent that nobody knows": (labelled(app(), "my_agent"),),
    "a label that says wrapped": (labelled(app(entryPoint=["/app"]), "sysdig"),),
    "a label that says wrapped beside the agent": (
        labelled(run("/app"), "sysdig"),
        SYSDIG,
    ),
    "a label of an agent that watches the task": (
        labelled(app(entryPoint=["/app"]), "aws_guardduty"),
    ),
    "a log router through which nothing logs": (app(**FIRELENS),),
    "a log router that logs to itself": (app(**FIRELENS, **THROUGH),),
    "two log routers": (app(**FIRELENS), named("b", **FIRELENS, **THROUGH)),
}
"""All applications here are bare; whatever else stands there is an agent's own."""

BESIDE: dict[str, tuple[Value, ...]] = {
    "Sysdig's container beside it": (app(entryPoint=["/app"]), SYSDIG),
    "Upwind's container beside it": (app(entryPoint=["/app"]), OWN["upwind"]),
    "a container that is named like Upwind's": (app(), named("upwind-tracer")),
    "a container that is named like GuardDuty's": (app(), named("aws-guardduty-agent")),
    "its volumes": (run("/app"), SYSDIG),
    "its variables and rights": (
        app(
            environment=[{"name": "SYSDIG_COLLECTOR", "value": "c"}],
            linuxParameters={"capabilities": {"add": ["SYS_PTRACE"]}},
            dependsOn=[{"containerName": SYSDIG["name"], "condition": "START"}],
        ),
        SYSDIG,
    ),
    "a mesh beside it": (app(entryPoint=["/app"]), OWN["xray"]),
}

NOT_STARTED: dict[str, Value] = {
    "behind the program": run("/app", L),
    "in command, behind the program": run("/app", command=[L, "/app"]),
    "behind true": run("true", L, "/app"),
    "behind echo": run("echo", L, "/app"),
    "with nothing behind it": run(L),
    "with an empty command behind it": run(L, command=[]),
    "with an empty item behind it": run(L, ""),
    "with a flag behind it": run(L, "--version"),
    "with itself alone behind it": run(L, L),
    "behind a hand-over with nothing behind": run("/sbin/tini", "--", L),
    "before a hand-over with nothing behind": run(L, "/sbin/tini", "--"),
    "its folder, and up": run("/opt/draios/bin/../../../app"),
    "its path, and up": run("/opt/draios/bin/instrument/../../../../app"),
    "its path, and something more": run("/opt/draios/bin/instrument.sh", "/app"),
    "another program of its folder": run("/opt/draios/bin/true", "/app"),
    "its agent's own program": run("/opt/draios/bin/logwriter"),
    "a relative path": run("opt/draios/bin/instrument", "/app"),
    "its name alone": run("instrument", "/app"),
    "in another case": run("/OPT/draios/bin/instrument", "/app"),
    "a blank before it": run(" " + L, "/app"),
    "all in one item": run(f"{L} /app"),
    "a number before it": run(1, L, "/app"),
    "in a comment": shell(f"# {L} /app\n/app"),
    "in a comment behind the program": shell(f"/app # {L} /app"),
    "in an echo": shell(f"echo {L} /app; exec /app"),
    "behind true in a line": shell(f"true && {L} /app"),
    "behind false in a line": shell(f"false || {L} /app"),
    "as the second command": shell(f"set -e; exec {L} /app"),
    "on the second line": shell(f"/app\n{L} /app"),
    "behind a pipe": shell(f"/app | {L} /bin/cat"),
    "in a subshell": shell(f"( {L} /app )"),
    "in quotes, as one word": shell(f"'{L} /app'"),
    "as an argument of exec's flag": shell(f"exec -a {L} /app"),
    "in a line with nothing behind it": shell(L),
    "in a line, before a semicolon alone": shell(f"{L};"),
    "in a line, before another command": shell(f"{L} ; /app"),
    "behind sudo, where no form has it": shell(f"sudo -E {L} /app"),
    "in a name of a shell's variable": shell(f"X={L} /app"),
    "as the line's parameter": run("/bin/sh", "-c", "exec /app", L),
    "as a script's argument": run("/bin/sh", "/app.sh", "-c", f"{L} /app"),
    "of a shell that only reads": run("/bin/sh", "-nc", f"{L} /app"),
    "of a shell of one's own": run("/app/sh", "-c", f"{L} /app"),
    "behind a tini of one's own": run("/app/tini", "--", L, "/app"),
    "behind tini's own program": run("/sbin/tini", "--", "/app", L),
    "behind a flag that tini has not": run("/sbin/tini", "-h", L, "/app"),
    "behind env that splits": run("env", "-S", f"{L} /app"),
    "behind env that clears": run("env", "-i", L, "/app"),
    "behind a user's program": run("gosu", "app", "/app", L),
    "Prisma's without its words": wrapped("prisma_cloud", entryPoint=[P[0], "/app"]),
    "Prisma's with half its words": wrapped(
        "prisma_cloud", entryPoint=[*P[:2], "/app"]
    ),
    "Prisma's other command": wrapped(
        "prisma_cloud", entryPoint=[P[0], "fargate", "healthcheck"]
    ),
    "Prisma's in a line without its words": wrapped(
        "prisma_cloud", entryPoint=["/bin/sh", "-c", f"{P[0]} fargate /app"]
    ),
    "Wiz's without its words": wrapped("wiz", entryPoint=[W[0], "/app"]),
    "Wiz's with a program between": wrapped("wiz", entryPoint=[*W[:2], "/app", "--"]),
    "Lacework's with its program not waited for": wrapped(
        "lacework", entryPoint=["sh", "-c", f"true && sudo -E {genuine.LACEWORK} && /a"]
    ),
    "a library of another folder": wrapped(
        "aqua", environment=[{"name": "LD_PRELOAD", "value": "/.aquasec/binx/s.so"}]
    ),
    "a library, and up": wrapped(
        "aqua",
        environment=[{"name": "LD_PRELOAD", "value": "/.aquasec/bin/../../x.so"}],
    ),
    "a library that a later entry takes back": wrapped(
        "aqua", environment=[*LIBRARY, {"name": "LD_PRELOAD", "value": "/x.so"}]
    ),
}
"""The genuine containers of all agents stand beside each."""

NOT_BROUGHT: dict[str, tuple[Value, ...]] = {
    "by nothing": (app(entryPoint=[L, "/app"]),),
    "by what is not there": (run(L, "/app"),),
    "by a foreign container": (
        sourced(run(L, "/app"), "helper"),
        {"name": "helper", "image": "evil.example/x:1"},
    ),
    "by a foreign image under its name": (
        run(L, "/app"),
        {"name": "SysdigInstrumentation", "image": "evil.example/x:1"},
    ),
    "by a foreign image under its name, with a label": (
        run(L, "/app"),
        labelled(
            {"name": "SysdigInstrumentation", "image": "evil.example/x:1"},
            "sysdig",
            added=True,
        ),
    ),
    "by another agent's container": (sourced(run(L, "/app"), "wiz-sensor"), WIZ),
    "by its container, which it does not mount": (app(entryPoint=[L, "/app"]), SYSDIG),
    "by its container, for which it only waits": (
        app(
            entryPoint=[L, "/app"],
            dependsOn=[{"containerName": SYSDIG["name"], "condition": "START"}],
        ),
        SYSDIG,
    ),
    "by itself": (sourced(app(entryPoint=[L, "/app"]), "web"), SYSDIG),
    "on a volume that only itself mounts": (
        mounting(app(entryPoint=[L, "/app"]), "/opt/draios"),
        SYSDIG,
    ),
    "on a volume at another path": (
        mounting(app(entryPoint=[L, "/app"]), "/opt/other", "shared"),
        mounting(SYSDIG, "/opt/draios", "shared"),
    ),
    "under a mount of its own": (mounting(run(L, "/app"), "/opt/draios"), SYSDIG),
    "under a mount above": (mounting(run(L, "/app"), "/opt"), SYSDIG),
    "under a mount with slashes": (mounting(run(L, "/app"), "//opt/./draios/"), SYSDIG),
    "under a mount that it takes from another": (
        sourced(run(L, "/app"), SYSDIG["name"], "helper"),
        SYSDIG,
        mounting(app(name="helper", image="x"), "/opt/draios"),
    ),
    "Prisma's, under a mount": (
        mounting(
            wrapped("prisma_cloud", entryPoint=[*P, "/app"]), "/var/lib/twistlock"
        ),
        PRISMA,
    ),
    "a library by nothing": (app(environment=LIBRARY),),
    "a library by a foreign image": (
        wrapped("aqua", environment=LIBRARY),
        {"name": "aqua-sidecar", "image": "evil.example/x:1"},
    ),
    "a library under a mount": (
        mounting(wrapped("aqua", environment=LIBRARY), "/.aquasec"),
        AQUA,
    ),
}
"""The first container's launcher or library is not where it starts it."""

CANNOT_TELL: dict[str, tuple[Value, ...]] = {
    "a command alone": (wrapped("sysdig", command=[L, "/app"]), SYSDIG),
    "a shell's command alone": (
        wrapped("prisma_cloud", command=["/bin/sh", "-c", f"{' '.join(P)} /app"]),
        PRISMA,
    ),
    "a command behind an entry point, in a form of the agent's": (
        wrapped(
            "prisma_cloud",
            entryPoint=["/start"],
            command=["/bin/sh", "-c", f"{' '.join(P)} /app"],
        ),
        PRISMA,
    ),
    "a line that goes on": (shell(f"{L} /bin/true; exec /app"), SYSDIG),
    "a line that goes on where it succeeds": (shell(f"{L} /bin/true && /app"), SYSDIG),
    "a line that leaves it behind": (shell(f"{L} /bin/true & /app"), SYSDIG),
    "a line that goes on below": (shell(f"{L} /bin/true\n/app"), SYSDIG),
    "an entry point that is not known": (run(Unknown("x"), "/app"), SYSDIG),
    "a beginning that may be a launcher": (
        run(Unknown("x", "/opt/draios/${v}"), "/app"),
        SYSDIG,
    ),
    "a launcher that may go on": (run(Unknown("x", f"{L}${{v}}"), "/app"), SYSDIG),
    "a hand-over that is not known": (run(Unknown("x", "/sbin/${v}"), L, "/a"), SYSDIG),
    "a command that may be empty": (
        wrapped("sysdig", entryPoint=[L], command=Unknown("x")),
        SYSDIG,
    ),
    "sources that are not known": (
        app(entryPoint=[L, "/app"], volumesFrom=Unknown("x")),
        SYSDIG,
    ),
    "a bringer whose image is not known": (
        wrapped("lacework", entryPoint=[genuine.LACEWORK, "/app"]),
        {**OWN["lacework"], "image": Unknown("x")},
    ),
    "a library that is not known": (
        wrapped("aqua", environment=[{"name": "LD_PRELOAD", "value": Unknown("x")}]),
        AQUA,
    ),
    "a launcher that may lie anywhere": (
        wrapped("upwind", entryPoint=["/t/entry"]),
        OWN["upwind"],
    ),
}

SOUND: dict[str, tuple[Value, ...]] = {
    "plainly": (run(L, "/app"), SYSDIG),
    "by a copy of the agent's image": (
        sourced(run(L, "/app"), "agent"),
        {**SYSDIG, "name": "agent", "image": "1.dkr.ecr.eu-west-1.amazonaws.com/a:6"},
    ),
    "through two agents": (
        sourced(app(entryPoint=[*W, L, "/app"]), SYSDIG["name"], WIZ["name"]),
        SYSDIG,
        WIZ,
    ),
    "through a shell behind the launcher": (
        run(L, "/bin/sh", "-c", "migrate && exec serve"),
        SYSDIG,
    ),
    "behind an init with flags": (
        run("/tini", "-g", "-e", "143", "--", L, "/a"),
        SYSDIG,
    ),
    "behind a user's switch": (run("gosu", "app", L, "/app"), SYSDIG),
    "with output sent elsewhere": (shell(f"exec {L} /app > /log 2>&1"), SYSDIG),
    "with a comment behind": (shell(f"exec {L} /app  # the agent"), SYSDIG),
    "with a mount elsewhere": (mounting(run(L, "/app"), "/data"), SYSDIG),
}
"""The first container is instrumented."""


def statuses(*containers: Any) -> list[str]:
    return [one.status for one in verdict(containers, {"pidMode": "task"}).containers]


def rules(*containers: Any) -> set[str]:
    return {one.rule for one in verdict(containers, {"pidMode": "task"}).findings}


@pytest.mark.parametrize("situation", ONE_SIGN)
def test_one_sign_alone_proves_nothing(situation: str) -> None:
    found = statuses(*ONE_SIGN[situation])
    assert found[0] == BARE
    assert INSTRUMENTED not in found


@pytest.mark.parametrize("situation", BESIDE)
def test_a_sidecar_beside_an_application_does_not_instrument_it(situation: str) -> None:
    assert statuses(*BESIDE[situation])[0] == BARE


@pytest.mark.parametrize("situation", NOT_STARTED)
def test_a_launcher_that_is_not_started_does_not_count(situation: str) -> None:
    found = statuses(NOT_STARTED[situation], *OWN.values())
    assert found[0] == BARE
    assert found[1:] == [SKIPPED] * len(OWN)


@pytest.mark.parametrize("situation", NOT_BROUGHT)
def test_a_launcher_that_is_not_brought_does_not_count(situation: str) -> None:
    containers = NOT_BROUGHT[situation]
    assert statuses(*containers)[0] == BARE
    assert rules(*containers) & {"sidecar-missing", "launcher-hidden"}


@pytest.mark.parametrize("situation", CANNOT_TELL)
def test_what_cannot_be_told_is_not_told(situation: str) -> None:
    assert statuses(*CANNOT_TELL[situation])[0] == UNSURE


@pytest.mark.parametrize("situation", SOUND)
def test_what_is_sound_counts(situation: str) -> None:
    containers = SOUND[situation]
    others = [SKIPPED] * (len(containers) - 1)
    assert statuses(*containers) == [INSTRUMENTED, *others]
    assert rules(*containers) == set()


def test_a_label_says_what_the_definition_shows_or_is_damaged() -> None:
    assert "provenance-damaged" in rules(labelled(app(), "sysdig", added=True))
    assert "provenance-damaged" in rules(labelled(app(), "my_agent"))
    assert "provenance-damaged" in rules(labelled(run("/app"), "sysdig"), SYSDIG)
    sound = labelled(run(L, "/app"), "sysdig"), labelled(SYSDIG, "sysdig", added=True)
    assert rules(*sound) == set()
    assert dump(sound).count("provenance") == len(sound)
