"""The ``check`` command: forms, facts, reports and exit status."""

from __future__ import annotations

import argparse
import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fargate_instrument.commands import check as command
from fargate_instrument.core.errors import Failure
from tests.rule_cases import CASES, ROLE, SECRET, side, task, web

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "check-task-definitions.md"


class Streams:
    """Streams as the shell gives them, over memory."""

    def __init__(self, given: bytes = b"") -> None:
        self.stdin = io.BytesIO(given)
        self.out_is_terminal = False
        self.written = ""

    def read(self) -> bytes:
        return self.stdin.read()

    def out(self, text: str) -> None:
        self.written += text


def run(*arguments: str, given: bytes = b"") -> tuple[int, str]:
    parser = argparse.ArgumentParser(prog="check")
    command.configure(parser)
    streams = Streams(given)
    status = command.run(parser.parse_args(arguments), streams)  # type: ignore[arg-type]
    return status, streams.written


def rules(document: Any, facts: dict[str, Any] | None = None) -> list[str]:
    return [one.rule for one in command.check_document(document, "x", facts)]


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def made(value: object, name: str = "task.json") -> str:
        path = tmp_path / name
        text = value if isinstance(value, str) else json.dumps(value)
        path.write_text(text, encoding="utf-8")
        return str(path)

    return made


PRIVILEGED = [web(privileged=True)]


def test_three_forms_give_the_same_finding(write: Any) -> None:
    whole = task(*PRIVILEGED).definition
    for document in (PRIVILEGED, whole, {"taskDefinition": whole, "tags": []}):
        status, text = run(write(document))
        assert status == 1
        assert (
            ': container_definitions[0].privileged: error R46: container "web"' in text
        )


def test_standard_input(write: Any) -> None:
    status, text = run("-", given=json.dumps(PRIVILEGED).encode())
    assert status == 1
    assert "\nstandard input: container_definitions[0].privileged: error" in text
    with pytest.raises(SystemExit) as stop:
        run("-", write(PRIVILEGED), "-")
    assert stop.value.code == 2


def test_report_ends_with_a_count_of_every_file(write: Any) -> None:
    good = write([web()], "good.json")
    bad = write([web(privileged=True, hostname="a", command=[])], "bad.json")
    status, text = run(good, bad)
    assert status == 1
    assert f"{good}: 0 errors, 0 warnings, 0 notes\n" in text
    assert text.endswith(f"{bad}: 2 errors, 0 warnings, 2 notes\n")


def test_good_file_gives_success(write: Any) -> None:
    path = write(task(web()).definition)
    assert run(path) == (0, f"{path}: 0 errors, 0 warnings, 0 notes\n")


def test_warnings_fail_only_in_strict_mode(write: Any) -> None:
    path = write([web(environment=[{"name": "A", "value": ""}])])
    assert run(path)[0] == 0
    assert run("--strict", path)[0] == 1


def test_notes_never_fail(write: Any) -> None:
    path = write([web(command=[])])
    assert run("--strict", path)[0] == 0


def test_json_report(write: Any) -> None:
    path = write(PRIVILEGED)
    status, text = run("--format", "json", path)
    assert status == 1
    (report,) = json.loads(text)["files"]
    assert report["file"] == path
    assert (report["errors"], report["warnings"], report["notes"]) == (1, 0, 1)
    note, finding = report["findings"]
    assert (note["rule"], note["address"]) == ("S11", "task.requiresCompatibilities")
    assert set(finding) == {
        "rule",
        "severity",
        "address",
        "container",
        "message",
        "fix",
    }
    assert finding["rule"] == "R46"
    assert finding["address"] == "container_definitions[0].privileged"
    assert finding["container"] == "web"


def test_facts_from_the_command_line(write: Any) -> None:
    path = write([web(secrets=[{"name": "A", "valueFrom": SECRET}], cpu=300)])
    assert run(path)[0] == 0
    assert " R17: " in run("--task", "execution_role_arn=", path)[1]
    assert run("--task", f"execution_role_arn={ROLE}", path)[0] == 0
    assert " R32: " in run("--task", "cpu=256", "--task", "memory=512", path)[1]
    assert run("--task", "cpu=512", path)[0] == 0
    status, text = run("--task", "network_mode=host", path)
    assert status == 1
    assert f"{path}: task.networkMode: error R43: the network mode is host" in text


def test_facts_may_be_lists_and_objects(write: Any) -> None:
    path = write([web(privileged=True, mountPoints=[{"sourceVolume": "v"}])])
    assert run("--task", "requires_compatibilities=EC2", path)[0] == 0
    assert run("--task", 'requires_compatibilities=["EC2"]', path)[0] == 0
    assert " R11: " in run("--task", 'volumes=[{"Name": "w"}]', path)[1]
    assert " R11: " not in run("--task", 'volumes=[{"Name": "v"}]', path)[1]
    sysdig = write([web(entryPoint=["/opt/draios/bin/instrument"], command=["a"])])
    assert " H8: " in run("--task", "cpu_architecture=ARM64", sysdig)[1]


@pytest.mark.parametrize("wrong", ["cpu", "speed=1", "volumes=[", "=1"])
def test_wrong_fact_is_a_matter_of_usage(write: Any, wrong: str) -> None:
    with pytest.raises(SystemExit) as stop:
        run("--task", wrong, write(PRIVILEGED))
    assert stop.value.code == 2


def test_image_configs_come_from_the_lock_file(write: Any) -> None:
    path = write([web(environment=[{"name": "NODE_OPTIONS", "value": "--inspect"}])])
    configs = {"nginx:1.27": {"Env": ["NODE_OPTIONS=--max-old-space-size=512"]}}
    lock = write(configs, "lock.json")
    assert " H1: " not in run(path)[1]
    assert " H1: " in run("--image-configs", lock, path)[1]
    with pytest.raises(Failure, match="no object of image configurations"):
        run("--image-configs", write([], "list.json"), path)


def test_files_that_cannot_be_checked_are_all_told_and_nothing_is_reported(
    write: Any, tmp_path: Path
) -> None:
    gone = str(tmp_path / "gone.json")
    text = write("{", "text.json")
    number = write(5, "number.json")
    odd = write({"services": []}, "odd.json")
    with pytest.raises(Failure) as failure:
        run(write(PRIVILEGED), gone, text, number, odd, str(tmp_path))
    told = {problem.address for problem in failure.value.problems}
    assert told == {gone, text, number, odd, str(tmp_path)}


def test_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(Failure, match="is not UTF-8 text"):
        run(str(path))


def test_keys_in_another_case_are_one_note_and_are_understood() -> None:
    document = {
        "Family": "shop",
        "ContainerDefinitions": [
            {"Name": "a", "Image": "i", "Privileged": True},
            {"Name": "b", "Image": "i", "DependsOn": [{"ContainerName": "c"}]},
        ],
        "RequiresCompatibilities": ["FARGATE"],
        "NetworkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
    }
    found = command.check_document(document, "x")
    notes = [one for one in found if one.rule == "S8"]
    assert {one.rule for one in found} == {"S8", "S3", "R46", "R8"}
    (note,) = notes
    assert note.address == ("Family",)
    assert note.message.startswith('has "Family" for "family", "ContainerDefinitions"')
    assert '"Name" for "name" (2 times)' in note.message


def test_two_spellings_with_two_values_are_an_error() -> None:
    document = [{**web(image="a"), "Image": "b"}]
    assert rules(document) == ["S10", "S8"]
    assert rules([{**web(image="a"), "Image": "a"}]) == ["S8"]


def test_nulls_are_absent_members() -> None:
    assert rules([{**web(), "command": None, "cpu": None}]) == []


def test_members_of_a_description() -> None:
    definition = {**task(web()).definition, "revision": 3, "status": "ACTIVE"}
    assert rules({"taskDefinition": definition}) == []
    assert rules(definition) == ["S9", "S9"]


def test_description_of_an_ec2_task_is_no_fargate_task() -> None:
    definition = task(
        web(privileged=True), requiresCompatibilities=None, networkMode="bridge"
    ).definition
    ec2 = {**definition, "compatibilities": ["EXTERNAL", "EC2"]}
    assert rules({"taskDefinition": ec2}) == []
    both = {**definition, "compatibilities": ["EC2", "FARGATE"]}
    assert rules({"taskDefinition": both}) == ["S11", "R46", "R43"]


def test_assumption_of_fargate_is_told_where_it_matters() -> None:
    assert rules(PRIVILEGED) == ["S11", "R46"]
    assert rules(PRIVILEGED, {"requiresCompatibilities": ["FARGATE"]}) == ["R46"]
    assert rules(PRIVILEGED, {"requiresCompatibilities": ["EC2"]}) == []
    assert rules([web(name="")]) == ["S4"]
    assert rules([web(stopTimeout=200)]) == ["S11", "R74"]


def test_member_that_ecs_does_not_know() -> None:
    definition = {**task(web()).definition, "networkmodes": "awsvpc"}
    (found,) = command.check_document(definition, "x")
    assert (found.rule, found.address) == ("S1", ("networkmodes",))
    assert "networkMode" in found.fix


def test_task_size_as_a_number_is_an_error_in_a_file() -> None:
    definition = {**task(web()).definition, "cpu": 512}
    assert rules(definition) == ["S2"]


@pytest.mark.parametrize("rule", sorted(CASES))
def test_every_rule_speaks_through_the_command(rule: str) -> None:
    for case in CASES[rule][0]:
        assert rule in rules(case.definition, case.facts)
    for case in CASES[rule][1]:
        assert rule not in rules(case.definition, case.facts)


def test_program_runs_the_command(tmp_path: Path) -> None:
    path = tmp_path / "task.json"
    path.write_text(json.dumps(task(*PRIVILEGED).definition), encoding="utf-8")
    program = [sys.executable, "-m", "fargate_instrument", "check"]
    done = subprocess.run(
        [*program, str(path), "-"],
        input=json.dumps([web()]),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert " error R46: " in done.stdout
    assert done.stdout.endswith("standard input: 0 errors, 0 warnings, 0 notes\n")
    lost = subprocess.run(
        [*program, str(tmp_path / "gone.json")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (lost.returncode, lost.stdout) == (1, "")
    assert "gone.json: cannot be read: No such file or directory" in lost.stderr


def fences(language: str) -> list[str]:
    text = HOW_TO.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_how_to_shows_what_the_command_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (definition,) = fences("json")
    Path("shop.json").write_text(definition, encoding="utf-8")
    containers = json.dumps(json.loads(definition)["containerDefinitions"])
    Path("containers.json").write_text(containers, encoding="utf-8")
    Path("image-configs.lock.json").write_text("{}", encoding="utf-8")
    shown = [fence.partition("\n") for fence in fences("console")]
    assert len(shown) >= 5
    for prompt, _, output in shown:
        words = shlex.split(prompt.rpartition("fargate-instrument check ")[2])
        status, text = run(*words, given=definition.encode())
        assert status == 1
        assert output in ("", text)


def test_names_with_odd_characters_do_not_break_the_report(write: Any) -> None:
    odd = "new\nline\x1b[31m"
    status, text = run(write([web(), side(dependsOn=[{"containerName": odd}])]))
    assert status == 1
    assert "\x1b" not in text
    assert all(line.startswith(("/", "  ")) for line in text.splitlines())


TERRAFORM = """
variable "image" {}
variable "containers" {}

resource "aws_ecs_task_definition" "shop" {
  family                   = "shop"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  container_definitions = jsonencode([{
    name       = "web"
    image      = var.image
    privileged = true
  }])
}

resource "aws_ecs_task_definition" "elsewhere" {
  family                = "elsewhere"
  container_definitions = var.containers
}
"""


def test_terraform_is_read_as_far_as_its_text_goes(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(TERRAFORM)
    for place in (tmp_path, tmp_path / "main.tf"):
        status, text = run(str(place))
        assert status == 1
        assert "error R46" in text
        # What cannot be read is said, and is not taken to be missing.
        assert "aws_ecs_task_definition.elsewhere: cannot tell: " in text
        assert "S4" not in text
        assert "has no image" not in text


def test_terraform_as_json_says_what_could_not_be_told(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(TERRAFORM)
    _, text = run("--format", "json", str(tmp_path))
    files = json.loads(text)["files"]
    told = {one["file"].rpartition(": ")[2]: one for one in files}
    assert told["aws_ecs_task_definition.elsewhere"]["findings"] == []
    assert "var.containers" in told["aws_ecs_task_definition.elsewhere"]["cannot_tell"]
    assert told["aws_ecs_task_definition.shop"]["errors"] == 1


def test_a_folder_without_a_task_definition_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="holds no task definition"):
        run(str(tmp_path))
