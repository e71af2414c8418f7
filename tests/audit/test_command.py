"""The command over files and folders: sources, demands, exemptions, exit status."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fargate_instrument.audit import exemptions
from fargate_instrument.audit.definition import Definition
from fargate_instrument.audit.report import Demand, report
from fargate_instrument.core.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.audit.conftest import Outcome

    Audit = Callable[..., Outcome]

CHECKOUT = Path(__file__).resolve().parents[2]
BARE = [{"name": "web", "image": "w:1", "entryPoint": ["/app"]}]
GOOD = [
    {
        "name": "web",
        "image": "w:1",
        "entryPoint": ["/opt/draios/bin/instrument"],
        "command": ["/app"],
        "volumesFrom": [{"sourceContainer": "agent"}],
    },
    {"name": "agent", "image": "quay.io/sysdig/workload-agent:6"},
]
TODAY = dt.date(2026, 11, 22)


def save(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value, indent=2))
    return path


FORMS: dict[str, Callable[[Any], Any]] = {
    "list": lambda c: c,
    "register": lambda c: {"family": "f", "containerDefinitions": c},
    "describe": lambda c: {
        "taskDefinition": {"family": "f", "revision": 3, "containerDefinitions": c}
    },
    "pascal case": lambda c: {
        "Family": "f",
        "ContainerDefinitions": [
            {k[0].upper() + k[1:]: v for k, v in one.items()} for one in c
        ],
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_the_forms_of_a_task_definition(
    audit: Audit, elsewhere: Path, form: str
) -> None:
    bare = save(elsewhere / "bare.json", FORMS[form](BARE))
    done = audit(bare, "--format", "json")
    assert (done.status, done.verdicts()) == (1, {"web": "not instrumented"})
    good = save(elsewhere / "good.json", FORMS[form](GOOD))
    done = audit(good, "--format", "json")
    assert done.status == 0, done.out
    assert done.verdicts() == {"web": "instrumented", "agent": "skipped"}


def test_standard_input(audit: Audit) -> None:
    done = audit("-", "--format", "json", stdin=json.dumps(BARE).encode())
    assert (done.status, done.rules()) == (1, ["not-instrumented"])


def test_a_folder_is_searched_and_other_json_let_be(
    audit: Audit, elsewhere: Path
) -> None:
    inner = elsewhere / "team" / "a"
    inner.mkdir(parents=True)
    save(inner / "web.json", BARE)
    save(elsewhere / "package.json", {"name": "x", "image": "y"})
    save(elsewhere / "list.json", [{"name": "x"}])
    (elsewhere / "broken.json").write_text('{"containerDefinitions": [')
    hidden = elsewhere / ".terraform"
    hidden.mkdir()
    save(hidden / "hidden.json", BARE)
    done = audit(".", "--format", "json")
    files = {row["file"]: row["rule"] for row in done.report["results"]}
    assert files == {
        "team/a/web.json": "not-instrumented",
        "broken.json": "not-read",
    }


def test_a_file_that_terraform_reads_is_judged_where_it_is_used(
    audit: Audit, elsewhere: Path
) -> None:
    save(elsewhere / "web.json", BARE)
    (elsewhere / "main.tf").write_text(
        'resource "aws_ecs_task_definition" "web" {\n'
        '  container_definitions = file("web.json")\n}\n'
    )
    done = audit(".", "--format", "json")
    (row,) = done.report["results"]
    assert (row["file"], row["line"]) == ("main.tf", 2)


def test_lines_of_containers(audit: Audit, elsewhere: Path) -> None:
    save(elsewhere / "two.json", [*BARE, {**BARE[0], "name": "api"}])
    (elsewhere / "main.tf").write_text(
        'resource "aws_ecs_task_definition" "x" {\n'
        "  container_definitions = jsonencode([\n"
        '    { name = "a", image = "x" },\n'
        '    { name = "b", image = "x" },\n'
        "  ])\n}\n"
    )
    rows = audit(".", "--format", "json").report["results"]
    lines = {row["container"]: row["line"] for row in rows}
    assert lines == {"web": 2, "api": 9, "a": 3, "b": 4}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"{", "is not JSON"),
        (b"[]", "holds no task definition"),
        (b'{"a": 1}', "holds no task definition"),
        (b"\xff", "is not UTF-8"),
    ],
)
def test_a_file_that_is_named_must_hold_something(
    audit: Audit, elsewhere: Path, content: bytes, text: str
) -> None:
    (elsewhere / "x.json").write_bytes(content)
    done = audit("x.json")
    assert (done.status, done.out) == (1, "")
    assert text in done.err


def test_all_that_is_wrong_with_the_paths_is_said_at_once(
    audit: Audit, elsewhere: Path
) -> None:
    save(elsewhere / "other.json", {})
    done = audit("gone.json", "other.json")
    assert "gone.json: it cannot be read" in done.err
    assert "other.json: holds no task definition" in done.err


def test_nothing_to_audit_is_no_success(audit: Audit, elsewhere: Path) -> None:
    (elsewhere / "empty").mkdir()
    done = audit("empty", "--format", "json")
    assert done.status == 1
    (note,) = done.report["notes"]
    assert note["rule"] == "nothing-to-audit"
    assert note["message"] == "nothing to audit: looked at empty"
    assert "FIA011" in audit("empty").out
    assert audit("empty", "--allow-empty").status == 0


# Demands


def test_only_the_required_agent_counts(audit: Audit, elsewhere: Path) -> None:
    save(elsewhere / "x.json", GOOD)
    assert audit("x.json", "--agent", "sysdig").status == 0
    assert audit("x.json", "--require", "any").status == 0
    assert audit("x.json", "--require", "wiz,sysdig").status == 0
    done = audit("x.json", "--agent", "prisma_cloud", "--format", "json")
    assert (done.status, done.rules()) == (1, ["other-agent"])


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("x.json", "--agent", "sysdigg"),
        ("x.json", "--agent", "any"),
        ("x.json", "--require", "sysdig,"),
        ("x.json", "--agent", "sysdig", "--require", "any"),
        ("x.json", "--format", "xml"),
        ("--cluster", "x", "--workers", "0"),
        ("--cluster", "x", "--patience", "never"),
    ],
)
def test_wrong_usage(audit: Audit, words: tuple[str, ...]) -> None:
    done = audit(*words)
    assert (done.status, done.out) == (2, "")
    assert "usage: fargate-instrument audit" in done.err


def test_what_cannot_be_told_fails_unless_it_may_not(
    audit: Audit, elsewhere: Path
) -> None:
    (elsewhere / "main.tf").write_text(
        'resource "aws_ecs_task_definition" "x" {\n'
        "  container_definitions = aws_x.y\n}\n"
    )
    done = audit(".", "--format", "json")
    assert (done.status, done.rules()) == (1, ["cannot-tell"])
    assert done.report["results"][0]["severity"] == "error"
    done = audit(".", "--cannot-tell=warn", "--format", "json")
    assert (done.status, done.rules()) == (0, ["cannot-tell"])
    assert done.report["results"][0]["severity"] == "warning"
    done = audit(".", "--fail-on-cannot-tell")
    assert done.status == 1
    assert done.err == "--fail-on-cannot-tell means nothing now: it is the default\n"


def test_a_baseline_lets_a_team_begin(audit: Audit, elsewhere: Path) -> None:
    save(elsewhere / "a.json", {"family": "a", "containerDefinitions": BARE})
    (elsewhere / "main.tf").write_text(
        'resource "aws_ecs_task_definition" "x" {\n'
        "  container_definitions = aws_x.y\n}\n"
    )
    assert audit(".", "--write-baseline", "known.json").status == 1
    done = audit(".", "--baseline", "known.json", "--format", "json")
    assert (done.status, len(done.rules())) == (0, 2)
    save(elsewhere / "b.json", {"family": "b", "containerDefinitions": BARE})
    done = audit(".", "--baseline", "known.json", "--format", "json")
    assert done.status == 1
    failing = [row["file"] for row in done.report["results"] if row["fails"]]
    assert failing == ["b.json"]
    (elsewhere / "b.json").unlink()
    save(elsewhere / "a.json", {"family": "a", "containerDefinitions": GOOD})
    done = audit(".", "--baseline", "known.json", "--format", "json")
    assert done.status == 0
    assert [note["rule"] for note in done.report["notes"]] == ["baseline-gone"]


def test_another_reason_is_new_to_a_baseline(audit: Audit, elsewhere: Path) -> None:
    main = elsewhere / "main.tf"
    text = (
        'resource "aws_ecs_task_definition" "x" {{\n  container_definitions = {}\n}}\n'
    )
    main.write_text(text.format("aws_x.y"))
    audit(".", "--write-baseline", "known.json")
    main.write_text(text.format("aws_x.z"))
    assert audit(".", "--baseline", "known.json").status == 1


def test_what_was_not_read_is_in_no_baseline(audit: Audit, elsewhere: Path) -> None:
    (elsewhere / "main.tf").write_text("this is no {")
    audit(".", "--write-baseline", "known.json")
    assert json.loads((elsewhere / "known.json").read_text())["baseline"] == []
    assert audit(".", "--baseline", "known.json").status == 1


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("[]", "is no baseline"),
        ('{"form": 1, "baseline": [1]}', "baseline[0]: is no entry"),
        (
            '{"form": 1, "baseline": [{"task_definition": "a", "container": "",'
            ' "rule": "not-read", "reason": ""}]}',
            "baseline[0].rule: cannot stand in a baseline",
        ),
    ],
)
def test_baselines_that_are_not_sound(
    audit: Audit, elsewhere: Path, content: str, text: str
) -> None:
    save(elsewhere / "x.json", GOOD)
    (elsewhere / "known.json").write_text(content)
    done = audit("x.json", "--baseline", "known.json")
    assert done.status == 1
    assert text in done.err


# Exemptions


def exempt(**members: Any) -> list[exemptions.Exemption]:
    entry = {
        "task_definition": "f",
        "reason": "a batch job",
        "expires": "2026-11-22",
        **members,
    }
    return exemptions.read(json.dumps({"exemptions": [entry]}).encode(), "e.json")


def judged(today: dt.date, **members: Any) -> Any:
    one = Definition("f:3", "json", "f.json", BARE, {}, "f")
    return report([one], Demand(today, exemptions=tuple(exempt(**members))))


def test_an_exemption_holds_through_its_last_day() -> None:
    made = judged(TODAY)
    assert not made.failed
    assert made.rows[0].exempt == "a batch job"
    later = judged(TODAY + dt.timedelta(days=1))
    assert later.failed
    assert later.rows[0].rule == "exemption-expired"
    assert "exemptions[0] expired on 2026-11-22" in later.rows[0].message


@pytest.mark.parametrize(
    ("members", "matches"),
    [
        ({"task_definition": "f*"}, True),
        ({"task_definition": "f:3"}, True),
        ({"task_definition": "*.json"}, True),
        ({"task_definition": "F"}, False),
        ({"task_definition": "g"}, False),
        ({"container": "we?"}, True),
        ({"container": "api"}, False),
    ],
)
def test_what_an_exemption_means(members: dict[str, str], matches: bool) -> None:
    made = judged(TODAY, **members)
    assert made.failed is not matches
    assert [note.rule for note in made.notes] == (
        [] if matches else ["exemption-unused"]
    )


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"reason": " "}, "reason: is needed"),
        ({"expires": None}, "expires: is needed"),
        ({"expires": "soon"}, "expires: is no date"),
        ({"containers": "x"}, 'did you mean "container"?'),
        ({"task_definition": 7}, "task_definition: is needed"),
        ({"container": ""}, "container: is no text"),
    ],
)
def test_exemptions_that_are_not_sound(members: dict[str, Any], text: str) -> None:
    with pytest.raises(Failure) as caught:
        exempt(**members)
    assert text in str(caught.value)


def test_exemptions_by_file(audit: Audit, elsewhere: Path) -> None:
    save(elsewhere / "x.json", BARE)
    entry = {"task_definition": "x.json", "reason": "why", "expires": "2999-01-01"}
    save(elsewhere / "e.json", {"exemptions": [entry]})
    done = audit("x.json", "--exemptions", "e.json")
    assert done.status == 0
    assert "exempt   until 2999-01-01: why" in done.out
    entry["expires"] = "2001-01-01"
    save(elsewhere / "e.json", {"exemptions": [entry]})
    done = audit("x.json", "--exemptions", "e.json")
    assert done.status == 1
    assert "exemption expired" in done.out
    assert audit("x.json", "--exemptions", "gone.json").err.startswith("gone.json")
    save(elsewhere / "e.json", [])
    assert 'has no list "exemptions"' in audit("x.json", "--exemptions", "e.json").err


# The table


def test_a_plain_table_has_no_colours_and_a_terminal_has(
    audit: Audit, elsewhere: Path
) -> None:
    save(elsewhere / "x.json", [*BARE, *GOOD[1:]])
    plain = audit("x.json")
    assert plain.out.isascii()
    assert "\x1b" not in plain.out
    assert plain.out.endswith(
        "failed: 1 task definition; containers: 1 not instrumented, 1 skipped\n"
    )
    colourful = audit("x.json", terminal=True)
    assert "\x1b[" in colourful.out
    assert "not instrumented" in colourful.out
    assert colourful.err == plain.err == ""


def test_names_cannot_act_upon_a_terminal(audit: Audit, elsewhere: Path) -> None:
    name = "web\x1b[2Kx\nok"
    save(elsewhere / "x.json", [{**BARE[0], "name": name}])
    for terminal in (False, True):
        out = audit("x.json", terminal=terminal).out
        assert "\x1b[2K" not in out
        assert "\nok" not in out


def test_file_names_that_are_no_text(audit: Audit, elsewhere: Path) -> None:
    folder = elsewhere / os.fsdecode(b"t\xff")
    try:
        folder.mkdir()
    except OSError as reason:
        pytest.skip(f"this file system refuses such names: {reason}")
    save(folder / "x.json", BARE)
    for form in ("table", "json", "sarif", "junit"):
        assert audit(".", "--format", form).status == 1
    assert "t%FF/x.json" in audit(".", "--format", "sarif").out


def test_the_report_goes_into_a_file(audit: Audit, elsewhere: Path) -> None:
    save(elsewhere / "x.json", GOOD)
    done = audit("x.json", "--format", "json", "--output", "out.json")
    assert (
        done.status,
        json.loads((elsewhere / "out.json").read_text())["passed"],
    ) == (
        0,
        True,
    )
    assert done.out.startswith("passed: 1 task definition;")
    assert "cannot be written" in audit("x.json", "--output", "gone/out").err


def test_no_value_of_a_variable_is_ever_shown(audit: Audit, elsewhere: Path) -> None:
    secret = "correct-horse-battery"  # noqa: S105 - what must not be shown
    variables = [{"name": "SYSDIG_ACCESS_KEY", "value": secret}]
    containers: list[dict[str, Any]] = [*GOOD]  # type: ignore[list-item]
    save(elsewhere / "x.json", [{**c, "environment": variables} for c in containers])
    for form in ("table", "json", "sarif", "junit"):
        assert secret not in audit("x.json", "--format", form).out


def test_the_same_input_gives_the_same_bytes(elsewhere: Path) -> None:
    save(elsewhere / "x.json", BARE)
    save(elsewhere / "a.json", GOOD)
    words = [sys.executable, "-m", "fargate_instrument", "audit", "."]
    outputs = {
        subprocess.run(
            [*words, "--format", "sarif"],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(CHECKOUT)},
            capture_output=True,
            check=False,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1


# The project's own stacks


def test_the_projects_own_stacks_are_instrumented(
    audit: Audit, elsewhere: Path
) -> None:
    exempt = elsewhere / "exempt.json"
    exempt.write_text(
        json.dumps(
            {
                "exemptions": [
                    {
                        "task_definition": "*",
                        "container": "OrchestratorAgent",
                        "reason": "its image is a variable's: a name proves nothing",
                        "expires": "2999-01-01",
                    }
                ]
            }
        )
    )
    folders = (CHECKOUT / "terraform", CHECKOUT / "modules")
    done = audit(*folders, "--exemptions", exempt, "--format", "json")
    assert done.status == 0, done.out
    rows = done.report["results"]
    assert {row["verdict"] for row in rows if not row["exemption"]} == {"instrumented"}
    agents = {agent for row in rows for agent in row["agents"]}
    assert agents == {"sysdig", "prisma_cloud"}
    files = [Path(row["file"]) for row in rows]
    stacks = {path.parent.name for path in files if "terraform" in path.parts}
    assert stacks == {
        path.name for path in (CHECKOUT / "terraform").iterdir() if path.is_dir()
    }
