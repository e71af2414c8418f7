"""Several agents on the command line: whose an option is, and whose a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fargate_instrument.core import compare, definition
from fargate_instrument.core.answer import answer, stages
from fargate_instrument.core.explanation import explanation
from tests.program import OPTIONS, Run, flat, run

if TYPE_CHECKING:
    from pathlib import Path

DEFINITION: dict[str, Any] = {
    "family": "web",
    "cpu": "256",
    "memory": "512",
    "networkMode": "awsvpc",
    "executionRoleArn": "arn:aws:iam::111122223333:role/execution",
    "containerDefinitions": [
        {"name": "web", "image": "nginx", "entryPoint": ["/web"]},
        {"name": "side", "image": "side:1", "entryPoint": ["/side"]},
    ],
}
ACME: dict[str, Any] = {
    "agent": "acme",
    "parameters": {"level": {"default": "info"}},
    "steps": [
        {"step": "ShellWrapArgv", "shell": ["/bin/sh", "-c"], "line": "/acme && exec"},
        {"step": "SetEnvironment", "name": "ACME", "value": "{{level}}"},
        {"step": "AddMountPoint", "volume": "acme", "path": "/acme"},
    ],
    "containers": [{"name": "acme", "image": "acme:1", "role": "init"}],
}
SYSDIG = [f"{name}={value}" for name, value in OPTIONS["sysdig"].items()]


def words(*assignments: str) -> list[str]:
    return [word for one in assignments for word in ("-o", one)]


def stack(*acme: str, sysdig: tuple[str, ...] = ()) -> list[str]:
    recipe = f"recipe={json.dumps(ACME)}"
    return [
        *("--agent", "sysdig", *words(*SYSDIG, *sysdig)),
        *("--agent", "custom", *words(recipe, *acme)),
    ]


def command(name: str, *arguments: str, stdin: object = DEFINITION) -> Run:
    return run(json.dumps(stdin).encode(), [name, *arguments, "-"])


def shown(name: str, *arguments: str, stdin: object = DEFINITION) -> str:
    done = command(name, *arguments, stdin=stdin)
    assert (done.status, done.err) == (0, "")
    return done.out.decode()


def layers(level: str = "info") -> list[dict[str, Any]]:
    own = {"recipe": ACME, "parameters": {"level": level}}
    return [
        {"agent": "sysdig", "options": OPTIONS["sysdig"]},
        {"agent": "custom", "options": own},
    ]


def on_the_plan_path(asked: list[dict[str, Any]]) -> list[Any]:
    query = {"agents": asked, "container_definitions": DEFINITION}
    return run(query).containers


class TestAsked:
    """Arguments -> the query's layers."""

    def test_an_option_is_its_agents(self) -> None:
        made = json.loads(shown("patch", *stack('parameters={"level":"debug"}')))
        assert made["containerDefinitions"] == on_the_plan_path(layers("debug"))

    def test_a_file_of_options_is_its_agents(self, tmp_path: Path) -> None:
        file = tmp_path / "sysdig.json"
        file.write_text(json.dumps(OPTIONS["sysdig"]))
        given = ["--agent", "sysdig", "--options", str(file), *stack()[-4:]]
        made = json.loads(shown("patch", *given))
        assert made["containerDefinitions"] == on_the_plan_path(layers())

    def test_a_file_of_layers(self, tmp_path: Path) -> None:
        file = tmp_path / "layers.json"
        narrowed = [{**layers()[0], "exclude": ["side"]}, layers()[1]]
        file.write_text(json.dumps(narrowed))
        made = json.loads(shown("patch", "--agents", str(file)))
        assert made["containerDefinitions"] == on_the_plan_path(narrowed)
        assert made["volumes"] == [{"name": "acme"}]

    def test_a_recipe_from_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "acme.json"
        file.write_text(json.dumps(ACME))
        one = shown("patch", "--agent", "custom", "-o", f"recipe=@{file}")
        assert one == shown("patch", *stack()[-4:])

    def test_with_one_agent_options_stand_where_they_like(self) -> None:
        before = shown("patch", *words(*SYSDIG), "--agent", "sysdig")
        assert before == shown("patch", "--agent", "sysdig", *words(*SYSDIG))

    @pytest.mark.parametrize(
        ("given", "what"),
        [
            (["-o", "a=b", *stack()], "-o before the first --agent: put it behind"),
            (["--options", "f", *stack()], "--options before the first --agent"),
            (["--agents", "f", *stack()], "--agents is given beside --agent, -o or"),
            (["-o", "a=b"], "--agent NAME is needed"),
            ([], "--agent NAME is needed"),
            (["--agents", "-"], "- can be given once"),
        ],
    )
    def test_what_is_ambiguous_is_usage(self, given: list[str], what: str) -> None:
        done = command("patch", *given)
        assert (done.status, done.out) == (2, b"")
        first, second = done.err.splitlines()
        assert what in first
        assert second.startswith("usage: fargate-instrument patch --agent NAME ")

    def test_problems_name_the_layer(self) -> None:
        told = command("patch", *stack(sysdig=("priority=high",))).failure
        assert "agents[0].options.priority: is" in told

    def test_a_lower_layer_alone_is_refused_in_the_command_lines_words(self) -> None:
        both = json.loads(shown("patch", *stack()))
        given = ["--agent", "sysdig", *words(*SYSDIG)]
        told = command("patch", *given, stdin=both).failure
        assert "ask for both, in this order: --agent sysdig --agent acme" in told

    def test_one_sign_alone_is_asked_about_in_the_command_lines_words(self) -> None:
        fluent: dict[str, Any] = {
            "name": "log router",
            "image": "x",
            "entryPoint": ["/x"],
        }
        fluent["firelensConfiguration"] = {"type": "fluentbit"}
        given = ["--agent", "sysdig", *words(*SYSDIG)]
        told = command("patch", *given, stdin=[fluent]).failure
        assert "say what it is: --include 'log router' if it is an" in told

    def test_in_place_says_what_each_agent_did(self, tmp_path: Path) -> None:
        file = tmp_path / "web.json"
        file.write_text(json.dumps(DEFINITION))
        done = run(b"", ["patch", *stack(), "--in-place", str(file)])
        assert done.out.decode() == f"{file}: sysdig, acme in web, side\n"
        assert run(b"", ["diff", *stack(), str(file)]).out == b""


class TestShown:
    """Every line that comes or goes has an owner."""

    def test_diff_names_the_layer_of_every_line(self) -> None:
        lines = shown("diff", *stack()).splitlines()
        assert lines[1] == "+++ standard input with sysdig, acme"
        changed = [line for line in lines[3:] if line[:1] in "+-"]
        owners = {line.rpartition("<- ")[2] for line in changed if "<- " in line}
        assert owners == {"sysdig", "acme", "the record"}
        assert all("<- " in line for line in changed)
        whose = {
            line.rpartition("<- ")[0].strip("+- "): line.rpartition("<- ")[2]
            for line in changed
        }
        assert whose['"name": "SYSDIG_PRIORITY",'] == "sysdig"
        assert whose['"name": "ACME",'] == "acme"
        assert whose['"pidMode": "task",'] == "sysdig"
        assert whose['"sourceVolume": "acme"'] == "acme"
        assert whose['"image": "acme:1",'] == "acme"

    def test_an_upgrade_of_the_lower_layer(self) -> None:
        both = json.loads(shown("patch", *stack()))
        upgraded = stack(sysdig=("priority=security",))
        text = shown("diff", *upgraded, stdin=both)
        assert text.count("<- an earlier run") == text.count("<- sysdig") == 4
        assert "<- acme" not in text
        operations = json.loads(
            shown("diff", "--format", "json", *upgraded, stdin=both)
        )
        assert {tuple(one["agents"]) for one in operations} == {("sysdig",)}
        told = shown("explain", *upgraded, stdin=both)
        assert "  sysdig: SetEnvironment SYSDIG_PRIORITY\n" in told
        assert '    environment[1].value: "availability" -> "security"\n' in told
        assert "  acme: nothing to do: ShellWrapArgv /acme && exec, " in told

    def test_what_an_earlier_run_put_there_and_nobody_asks_for(self) -> None:
        loud = json.loads(shown("patch", *stack(sysdig=("sysdig_logging=debug",))))
        told = shown("explain", *stack(), stdin=loud)
        assert "  what an earlier run put there\n    environment[" in told
        assert ": - SYSDIG_LOGGING = debug\n" in told

    def test_operations_name_their_agents(self) -> None:
        told = json.loads(shown("diff", "--format", "json", *stack()))
        whose = {one["path"]: one["agents"] for one in told}
        assert whose["/containerDefinitions/0/entryPoint"] == ["sysdig", "acme"]
        assert whose["/containerDefinitions/0/mountPoints"] == ["acme"]
        assert whose["/containerDefinitions/0/secrets"] == ["sysdig"]
        assert whose["/containerDefinitions/0/dockerLabels"] == []
        assert whose["/containerDefinitions/2"] == ["sysdig"]
        assert whose["/containerDefinitions/3"] == ["acme"]
        assert whose["/pidMode"] == ["sysdig"]
        assert whose["/volumes"] == ["acme"]

    def test_explain_names_the_agent_of_every_step(self) -> None:
        text = shown("explain", *stack())
        assert "  sysdig: WrapEntryPoint /opt/draios/bin/instrument\n" in text
        assert "  acme: ShellWrapArgv /acme && exec\n" in text
        assert 'container "acme": added as init of acme\n' in text
        assert "task: sysdig needs pidMode task, " in text
        assert "task: acme needs Linux, volume acme\n" in text
        assert '  acme: volumes: + {"name":"acme"}\n' in text

    def test_explain_says_which_layer_leaves_a_container_alone(
        self, tmp_path: Path
    ) -> None:
        file = tmp_path / "layers.json"
        narrowed = [{**layers()[0], "exclude": ["side"]}, layers()[1]]
        file.write_text(json.dumps(narrowed))
        text = shown("explain", "--agents", str(file))
        assert '  sysdig leaves it alone: is excluded by "side"\n' in text


class TestAnswer:
    """The same as data, for whoever asks without a command line."""

    def answered(self) -> Any:
        text = json.dumps(DEFINITION)
        document = definition.document(DEFINITION, "web.json", text)
        return answer(document, flat({"agents": layers()}))

    def test_the_stages_lead_from_the_input_to_the_result(self) -> None:
        found = self.answered()
        steps = stages(found)
        assert [agent for agent, _ in steps] == ["", "sysdig", "acme", ""]
        assert steps[0][1].value() == DEFINITION
        assert steps[-1][1] == found.after
        first = flat({"agents": layers()[:1], "provenance": "off"})
        alone = answer(found.before, first)
        assert steps[1][1].value() == alone.after.value()

    def test_the_explanation_is_json(self) -> None:
        told = explanation(self.answered())
        assert json.loads(json.dumps(told)) == told
        assert told["agents"] == ["sysdig", "acme"]

    def test_blame(self) -> None:
        chain = [["a", "b", "c"], ["a", "c"], ["a", "x", "c"], ["x", "c", "y"]]
        gone, came = compare.blame(chain, ["one", "two", "three"])
        assert gone == ["three", "one", ""]
        assert came == ["two", "", "three"]
