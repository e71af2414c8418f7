"""``diff``, ``explain``, ``agents``, ``schema``: what people and programs are shown."""

from __future__ import annotations

import copy
import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fargate_instrument.commands import diff
from fargate_instrument.core import agents, compare, explanation, recipe
from fargate_instrument.models import published, tables
from fargate_instrument.models.generate import schemas
from tests.program import ARN, CHECKOUT, OPTIONS, Run, bare_environment, run

if TYPE_CHECKING:
    from pathlib import Path

WEB: dict[str, Any] = {
    "name": "web",
    "image": "nginx",
    "entryPoint": ["/http_server"],
    "logConfiguration": {"logDriver": "awsfirelens", "options": {"Name": "s3"}},
}
ROUTER: dict[str, Any] = {
    "name": "log_router",
    "image": "amazon/aws-for-fluent-bit:2",
    "firelensConfiguration": {"type": "fluentbit"},
}
DEFINITION: dict[str, Any] = {
    "family": "web",
    "cpu": "256",
    "memory": "512",
    "networkMode": "awsvpc",
    "executionRoleArn": "arn:aws:iam::111122223333:role/execution",
    "containerDefinitions": [WEB, ROUTER],
}
KEY = "a-plain-access-key-0123456789"


@pytest.fixture
def plain(tmp_path: Path) -> list[str]:
    """Give the key in plain text, as a secret should be given: from a file."""
    (tmp_path / "key").write_text(KEY)
    given = ["-o", f"sysdig_access_key=@{tmp_path / 'key'}"]
    return [*given, "-o", "sysdig_access_key_secret="]


def command(name: str, *arguments: str, stdin: object = b"") -> Run:
    data = stdin if isinstance(stdin, bytes) else json.dumps(stdin).encode()
    return run(data, [name, *arguments])


def asking(agent: str) -> list[str]:
    words = ["--agent", agent]
    for name, value in OPTIONS[agent].items():
        words += ["-o", f"{name}={value}"]
    return words


def shown(name: str, *more: str, agent: str = "sysdig", stdin: object = None) -> str:
    document = DEFINITION if stdin is None else stdin
    done = command(name, *asking(agent), *more, "-", stdin=document)
    assert (done.status, done.err) == (0, "")
    return done.out.decode()


def patched(agent: str = "sysdig") -> Any:
    return json.loads(shown("patch", agent=agent))


class TestDiff:
    """Before and after, as text and as JSON Patch."""

    def test_text_is_a_unified_diff_without_the_labels_text(self) -> None:
        text = shown("diff")
        assert text.startswith(
            "--- standard input\n+++ standard input with sysdig\n@@ "
        )
        assert '\n+        "/opt/draios/bin/instrument"\n' in text
        assert '\n+      "command": [\n' in text
        assert '\n+  "pidMode": "task"\n' in text
        assert "how to take this out again (" in text
        assert "\x1b" not in text
        assert "undo" not in text
        assert "undo" in shown("diff", "--full")

    def test_nothing_to_show(self) -> None:
        assert shown("diff", stdin=patched()) == ""

    def test_exit_code(self) -> None:
        words = [*asking("sysdig"), "--exit-code", "-"]
        assert command("diff", *words, stdin=DEFINITION).status == 1
        assert command("diff", *words, stdin=patched()).status == 0

    @pytest.mark.parametrize("form", ["text", "json"])
    def test_no_secret(self, form: str, plain: list[str]) -> None:
        text = shown("diff", *plain, "--format", form)
        assert KEY not in text
        assert "(hidden)" in text

    @pytest.mark.parametrize("name", ["diff", "explain"])
    @pytest.mark.parametrize("form", ["text", "json"])
    def test_no_secret_that_the_document_holds(self, name: str, form: str) -> None:
        held = [{"name": "SYSDIG_ACCESS_KEY", "value": KEY}]
        document = {
            **DEFINITION,
            "containerDefinitions": [WEB | {"environment": held}],
        }
        text = shown(name, "--format", form, "--checks", "off", stdin=document)
        assert KEY not in text
        assert "(hidden)" in text

    @pytest.mark.parametrize("agent", OPTIONS)
    def test_json_is_a_patch_that_applies(self, agent: str) -> None:
        operations = json.loads(shown("diff", "--format", "json", agent=agent))
        assert applied(DEFINITION, operations) == patched(agent)

    def test_colours_on_a_terminal_only(self, tmp_path: Path) -> None:
        file = tmp_path / "web.json"
        file.write_text(json.dumps(DEFINITION))
        words = [sys.executable, "-m", "fargate_instrument", "diff", *asking("sysdig")]
        environment = {k: v for k, v in bare_environment().items() if k != "NO_COLOR"}
        text = on_terminal([*words, str(file)], environment | {"TERM": "xterm"})
        assert '\x1b[32m+  "pidMode": "task"\x1b[0m' in text
        assert "\x1b[31m-" in text
        plain = on_terminal([*words, str(file)], environment | {"NO_COLOR": "1"})
        assert "\x1b" not in plain
        assert '+  "pidMode": "task"' in plain

    def test_colours_leave_the_text_alone(self) -> None:
        text = "--- a\n+++ b\n@@ -1 +1 @@\n-[red]x\n+" + "y" * 300 + "\n same\n"
        made = diff.coloured(text)
        assert "\x1b[31m-[red]x" in made
        assert "y" * 300 in made


def on_terminal(words: list[str], environment: dict[str, str]) -> str:
    """Run a program whose stdout is a terminal; give what it showed there."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(words, cwd=CHECKOUT, stdout=follower, env=environment)
    os.close(follower)
    shown_there = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        shown_there += part
    os.close(leader)
    assert process.wait(timeout=60) == 0
    return shown_there.decode().replace("\r\n", "\n")


def applied(document: Any, operations: list[dict[str, Any]]) -> Any:
    """Apply JSON Patch operations, strictly; checks what each says stood there."""
    holder = {"": copy.deepcopy(document)}
    for operation in operations:
        *path, last = [
            part.replace("~1", "/").replace("~0", "~")
            for part in operation["path"].split("/")
        ]
        parent: Any = holder
        for step in path:
            parent = parent[int(step) if isinstance(parent, list) else step]
        if isinstance(parent, list) and operation["op"] == "add":
            assert int(last) <= len(parent)
            parent.insert(int(last), operation["value"])
            continue
        key: Any = int(last) if isinstance(parent, list) else last
        if operation["op"] == "add":
            assert key not in parent
        else:
            assert parent[key] == operation["before"]
        if operation["op"] == "remove":
            del parent[key]
        else:
            parent[key] = operation["value"]
    return holder[""]


NAMES = st.sampled_from(["a", "b", "c", "name", "x/y", "~z"])
LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from("pqr")
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(NAMES, inner, max_size=4)
        | st.lists(st.fixed_dictionaries({"name": NAMES, "v": inner}), max_size=4)
    ),
    max_leaves=12,
)


class TestCompare:
    """Differences as data."""

    @given(JSON, JSON)
    def test_the_operations_lead_from_one_to_the_other(
        self, before: Any, after: Any
    ) -> None:
        made = applied(before, compare.operations(before, after))
        assert json.dumps(made, sort_keys=True) == json.dumps(after, sort_keys=True)

    @given(JSON)
    def test_no_operation_where_nothing_differs(self, value: Any) -> None:
        assert compare.operations(value, copy.deepcopy(value)) == []

    def test_in_words(self) -> None:
        before = {"a": 1, "gone": "x", "l": [{"name": "A", "value": "1"}]}
        after = {
            "a": 2,
            "l": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
        }
        assert compare.sentences(before, after) == [
            "a: 1 -> 2",
            'gone: - "x"',
            "l[1]: + B = 2",
        ]
        long = compare.sentences({}, {"t": "x" * 200})
        assert long[0].endswith("...")


class TestExplain:
    """What each step does, and why nothing is done."""

    def test_text(self) -> None:
        text = shown("explain")
        assert 'container "web": instrumented\n' in text
        assert (
            '    entryPoint: ["/http_server"] -> ["/opt/draios/bin/instrument"]' in text
        )
        assert f"secrets: + SYSDIG_ACCESS_KEY = {ARN}" in text
        assert 'container "log_router": skipped: is the task\'s FireLens log' in text
        assert 'container "SysdigInstrumentation": added as sidecar' in text
        assert "task: needs pidMode task" in text
        assert f"the execution role must read {ARN}" in text
        assert "nothing to do: UniqueEnvironment" in text

    def test_what_is_there_already(self) -> None:
        text = shown("explain", stdin=patched())
        assert 'container "web": instrumented already, nothing changes\n' in text
        assert 'container "SysdigInstrumentation": the agent\'s own\n' in text
        assert "  nothing to do: AddContainer SysdigInstrumentation\n" in text

    def test_an_upgrade_of_the_agents_container(self) -> None:
        text = shown("explain", "-o", "workload_agent_image=new:1", stdin=patched())
        assert 'image: "quay.io/sysdig/workload-agent:6.2.1" -> "new:1"' in text

    def test_no_secret_and_warnings(self, plain: list[str]) -> None:
        text = shown("explain", *plain)
        assert KEY not in text
        assert "(hidden)" in text
        assert "warning: options.sysdig_access_key: stands in plain text" in text

    @pytest.mark.parametrize("agent", OPTIONS)
    def test_the_steps_of_the_json_lead_to_the_result(self, agent: str) -> None:
        told = json.loads(shown("explain", "--format", "json", agent=agent))
        made = json.loads(shown("patch", "--provenance", "off", agent=agent))
        container: Any = WEB
        for step in told["containers"][0]["steps"]:
            container = applied(container, step["changes"])
        there = {one["name"]: one for one in made["containerDefinitions"]}
        assert container == there["web"]
        added = {one["name"]: one["definition"] for one in told["added"]}
        known = {one["name"] for one in DEFINITION["containerDefinitions"]}
        assert added == {name: there[name] for name in there.keys() - known}
        assert told["containers"][1]["outcome"] == "skipped"
        task = {k: v for k, v in DEFINITION.items() if k != "containerDefinitions"}
        assert applied(task, told["task"]["changes"]) == {
            k: v for k, v in made.items() if k != "containerDefinitions"
        }

    def test_a_rule_is_named_with_its_words(self) -> None:
        step = recipe.WrapEntryPoint(("/a", "b"))
        assert explanation.rule(step) == "WrapEntryPoint /a b"
        mixed = recipe.DependOn(("x-", recipe.Fact("container.name")), "HEALTHY")
        assert explanation.rule(mixed) == "DependOn x-{{container.name}} HEALTHY"


class TestCatalogue:
    """``agents`` and ``schema``."""

    def test_agents(self) -> None:
        text = command("agents").out.decode()
        for agent in map(agents.load, agents.NAMES):
            assert f"{agent.name} " in text
            assert agent.title in text
            assert all(alias in text for alias in agent.aliases)
        found = json.loads(command("agents", "--format", "json").out)
        assert [agent["name"] for agent in found] == sorted(agents.NAMES)
        told = {agent["name"]: agent for agent in found}
        assert "twistlock" in told["prisma_cloud"]["aliases"]
        for name, least in OPTIONS.items():
            assert set(least) <= set(told[name]["options"])
            assert set(told[name]["secret_options"]) <= set(told[name]["options"])

    def test_every_schema_is_one_and_is_what_is_published(self) -> None:
        everything = json.loads(command("schema").out)
        folder = CHECKOUT / "docs" / "reference" / "schemas"
        on_disk = {
            path.stem: json.loads(path.read_bytes()) for path in folder.iterdir()
        }
        assert everything == on_disk
        for schema in everything.values():
            Draft202012Validator.check_schema(schema)

    @pytest.mark.parametrize("agent", agents.NAMES)
    def test_an_agents_options(self, agent: str) -> None:
        done = command("schema", agent)
        assert json.loads(done.out) == schemas()[f"options.{agent}"]
        text = command("schema", agent, "--format", "text").out.decode()
        options = agents.load(agent).options
        assert all(f"\n  {option.name}: " in text for option in options)

    def test_unknown_names_are_usage(self) -> None:
        done = command("schema", "sysdg")
        assert done.status == 2
        assert 'did you mean "sysdig"?' in done.err
        assert command("schema", "--check", "x").status == 2

    def test_a_file_is_held_against_a_schema(self, tmp_path: Path) -> None:
        file = tmp_path / "options.json"
        file.write_text(json.dumps(OPTIONS["sysdig"]))
        done = command("schema", "sysdig", "--check", str(file))
        assert done.out.decode() == f"{file}: fits\n"
        file.write_text(json.dumps({"colector_host": KEY, "priority": KEY}))
        told = command("schema", "sysdig", "--check", str(file)).failure
        assert f"{file}: options.colector_host: is not known" in told
        assert f"{file}: options.workload_agent_image: is needed" in told
        assert KEY not in told

    def test_the_result_of_a_run_fits_its_schema(self) -> None:
        result = json.loads(shown("patch", "--format", "json"))
        assert published.problems(result, "result", "result") == []


class TestPublished:
    """Words for what jsonschema finds."""

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            ({"priority": 3}, "options.priority: is a number, text is needed"),
            ({"collector_port": 0}, "options.collector_port: is less than 1"),
            (
                {"instrumentation_cpu": []},
                "is a list, a whole number or text is needed",
            ),
            ({"ignore_containers": [""]}, "options.ignore_containers[0]: is empty"),
            (
                {"log_configuration": {"group": "g"}},
                "options.log_configuration.region: is needed",
            ),
            ({"sysdig_access_key_secret": "x"}, "does not have the right form"),
            (
                {"priority": "x"},
                'options.priority: is none of "availability", "security"',
            ),
            ({"collector_port": 70000}, "options.collector_port: is more than 65535"),
        ],
    )
    def test_told(self, options: dict[str, Any], told: str) -> None:
        value = {**OPTIONS["sysdig"], **options}
        found = published.problems(value, "options.sysdig", "options")
        assert any(told in problem.lines() for problem in found), found


class TestTables:
    """Schemas as tables."""

    def test_groups_alternatives_and_constants(self) -> None:
        schema = {
            "title": "t",
            "$defs": {"G": {"type": "object", "properties": {"m": {"const": 1}}}},
            "required": ["g"],
            "properties": {
                "g": {"anyOf": [{"$ref": "#/$defs/G"}, {"type": "null"}]},
                "l": {"type": "array", "items": {"type": "string"}},
                "any": {"description": "a | b"},
            },
        }
        assert tables.rows(schema) == [
            ("g", "object", "yes", ""),
            ("g.m", "1", "", ""),
            ("l", "list of text", "", ""),
            ("any", "any JSON", "", "a | b"),
        ]
        assert "| `any` | any JSON |  | a \\| b |" in tables.markdown(
            schema, ("a",) * 4
        )
