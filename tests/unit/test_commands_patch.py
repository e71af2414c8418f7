"""``patch`` and ``remove``: three forms, where the document goes, what is proved."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from fargate_instrument.commands import asking, documents, laws, patch
from fargate_instrument.core import definition
from fargate_instrument.core.agents import load
from fargate_instrument.streams import Streams
from tests.program import OPTIONS, Run, run

if TYPE_CHECKING:
    from pathlib import Path

    from fargate_instrument.core.answer import Answer

WEB: dict[str, Any] = {
    "name": "web",
    "image": "nginx",
    "entryPoint": ["/http_server"],
    "command": ["--port", "80"],
    "environment": [{"name": "A", "value": "1"}],
    "essential": True,
}
SIDE: dict[str, Any] = {"name": "side", "image": "busybox", "command": ["sleep", "9"]}
DEFINITION: dict[str, Any] = {
    "family": "web",
    "cpu": "256",
    "memory": "512",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "executionRoleArn": "arn:aws:iam::111122223333:role/execution",
    "containerDefinitions": [WEB],
}
DESCRIPTION: dict[str, Any] = {
    "taskDefinition": {
        **DEFINITION,
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:3",
        "revision": 3,
        "status": "ACTIVE",
        "volumes": [],
        "compatibilities": ["EC2", "FARGATE"],
    },
    "tags": [{"key": "team", "value": "web"}],
}
FORMS = {"list": [WEB], "definition": DEFINITION, "description": DESCRIPTION}
KEY = "a-plain-access-key-0123456789"
ACME: list[dict[str, Any]] = [
    {"step": "ShellWrapArgv", "shell": ["/bin/sh", "-c"], "line": "/acme && exec"},
    {"step": "SetEnvironment", "name": "ACME", "value": "{{container.name}}"},
]


def options(agent: str) -> list[str]:
    words = ["--agent", agent]
    for name, value in OPTIONS[agent].items():
        words += ["-o", f"{name}={value}"]
    return [*words, "--task", "family=web"]


def command(name: str, *arguments: str, stdin: object = b"") -> Run:
    data = stdin if isinstance(stdin, bytes) else json.dumps(stdin).encode()
    return run(data, [name, *arguments])


def patched(document: object, agent: str = "sysdig", *more: str) -> Any:
    done = command("patch", *options(agent), *more, "-", stdin=document)
    assert (done.status, done.err) == (0, "")
    return json.loads(done.out)


def containers_of(document: Any) -> list[Any]:
    if isinstance(document, dict):
        document = document.get("taskDefinition", document)["containerDefinitions"]
    found: list[Any] = document
    return found


@pytest.mark.parametrize("agent", OPTIONS)
@pytest.mark.parametrize("form", FORMS)
def test_the_form_is_kept_and_remove_gives_it_back(form: str, agent: str) -> None:
    made = patched(FORMS[form], agent)
    asked = load(agent).recipe
    assert asked is not None
    added = asked(OPTIONS[agent], {"family": "web"}).containers
    assert len(containers_of(made)) == 1 + len(added)
    assert made != FORMS[form]
    done = command("remove", "-", stdin=made)
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out) == FORMS[form]


@pytest.mark.parametrize("agent", OPTIONS)
@pytest.mark.parametrize("form", FORMS)
def test_a_second_patch_changes_nothing(form: str, agent: str) -> None:
    made = patched(FORMS[form], agent)
    assert patched(made, agent) == made


def test_two_agents_come_out_one_by_one_or_together() -> None:
    first = patched(DESCRIPTION)
    recipe = json.dumps({"agent": "acme", "steps": ACME})
    done = command(
        "patch", "--agent", "custom", "-o", f"recipe={recipe}", "-", stdin=first
    )
    both = json.loads(done.out)
    assert both["taskDefinition"]["pidMode"] == "task"
    done = command("remove", "--agent", "acme", "-", stdin=both)
    assert json.loads(done.out) == first
    done = command("remove", "-", stdin=both)
    assert json.loads(done.out) == DESCRIPTION
    done = command("remove", "--agent", "sysdig", "-", stdin=both)
    assert "take acme out first: --agent acme" in done.failure


def test_two_tracers_are_refused_in_the_words_of_the_command_line() -> None:
    done = command("patch", *options("prisma_cloud"), "-", stdin=patched(DESCRIPTION))
    assert "would get a tracer from both sysdig and prisma_cloud" in done.failure
    assert "ask for --agent sysdig or --agent prisma_cloud, not both" in done.failure


def test_pid_mode_stays_where_it_was_there_before() -> None:
    document = {**DEFINITION, "pidMode": "task"}
    made = patched(document)
    assert json.loads(command("remove", "-", stdin=made).out) == document


def test_pid_mode_stays_where_it_was_changed_since() -> None:
    made = {**patched(DEFINITION), "pidMode": "host"}
    assert json.loads(command("remove", "-", stdin=made).out)["pidMode"] == "host"


def test_an_agent_that_stays_keeps_only_what_it_needs() -> None:
    document = {**DEFINITION, "containerDefinitions": [WEB, {**WEB, "name": "api"}]}
    first = patched(document, "prisma_cloud", "--include", "api")
    both = patched(first, "sysdig", "--include", "web")
    assert both["pidMode"] == "task"
    done = command("remove", "--agent", "sysdig", "-", stdin=both)
    assert json.loads(done.out) == first


def test_other_spellings_become_ecs_own() -> None:
    document = {key.capitalize(): value for key, value in DEFINITION.items()}
    document["Containerdefinitions"] = [
        {"Name": "web", "Image": "nginx", "EntryPoint": ["/http_server"], "User": None}
    ]
    made = patched(document)
    assert made["family"] == "web"
    assert made["containerDefinitions"][0]["image"] == "nginx"
    assert "user" not in made["containerDefinitions"][0]


def test_register_gives_what_registration_takes() -> None:
    made = patched(DESCRIPTION, "sysdig", "--register")
    assert set(made) == {*DEFINITION, "volumes", "pidMode", "tags"}
    assert made["tags"] == DESCRIPTION["tags"]
    assert made["containerDefinitions"][1]["name"] == "SysdigInstrumentation"


def test_a_list_cannot_be_registered() -> None:
    done = command("patch", *options("sysdig"), "--register", "-", stdin=[WEB])
    assert "a whole task definition is needed" in done.failure


def test_in_place_keeps_the_mode_and_says_what_was_done(tmp_path: Path) -> None:
    file = tmp_path / "web.json"
    file.write_text(json.dumps(DEFINITION))
    file.chmod(0o640)
    done = command("patch", *options("sysdig"), "--in-place", str(file))
    assert done == Run(0, f"{file}: sysdig in web\n".encode(), "")
    assert file.stat().st_mode & 0o777 == 0o640
    assert json.loads(file.read_bytes()) == patched(DEFINITION)
    assert command("remove", "--in-place", str(file)).status == 0
    assert json.loads(file.read_bytes()) == DEFINITION
    assert [entry.name for entry in tmp_path.iterdir()] == ["web.json"]


def test_output_goes_to_a_new_file(tmp_path: Path) -> None:
    target = tmp_path / "made.json"
    words = ["--output", str(target), "-"]
    done = command("patch", *options("sysdig"), *words, stdin=[WEB])
    assert done.status == 0
    assert json.loads(target.read_bytes()) == patched([WEB])


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    words = ["--output", str(tmp_path / "no" / "made.json"), "-"]
    done = command("patch", *options("sysdig"), *words, stdin=[WEB])
    assert "cannot be written: No such file or directory" in done.failure


@pytest.mark.parametrize(
    "words",
    [
        ["--in-place", "-"],
        ["--in-place", "--output", "x", "f"],
        ["--format", "json", "--register", "-"],
        ["-o", "nothing", "-"],
        ["--task", "famly=web", "-"],
        ["--options", "-", "-"],
    ],
)
def test_combinations_without_sense_are_usage(words: list[str]) -> None:
    done = command("patch", *options("sysdig"), *words)
    assert (done.status, done.out) == (2, b"")


def test_format_json_is_the_protocols_result() -> None:
    done = command("patch", *options("sysdig"), "--format", "json", "-", stdin=[WEB])
    assert done.result["instrumented"] == ["web"]
    assert done.result["pid_mode"] == "task"
    assert done.containers == patched([WEB])


def test_warnings_are_shown_where_asked_for_only(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    words = [*options("sysdig"), "-o", "sysdig_access_key_secret="]
    words += ["-o", f"sysdig_access_key=@{tmp_path / 'key'}"]
    quiet = command("patch", *words, "-", stdin=[WEB])
    assert (quiet.status, quiet.err) == (0, "")
    loud = command("patch", *words, "--warnings", "-", stdin=[WEB])
    assert loud.out == quiet.out
    assert loud.err.startswith("options.sysdig_access_key: stands in plain text")
    assert KEY not in loud.err


@pytest.mark.parametrize("name", ["patch", "diff", "explain"])
@pytest.mark.parametrize("value", [KEY, "1", '"quoted"', ""])
def test_a_secret_that_is_typed_is_warned_of(name: str, value: str) -> None:
    words = [*options("sysdig"), "-o", f"sysdig_access_key={value}"]
    words += ["-o", "sysdig_access_key_secret=" if value else "priority=security"]
    done = command(name, *words, "-", stdin=[WEB])
    said = "-o sysdig_access_key=VALUE: stands in the list of processes"
    assert (done.status, done.err.startswith(said)) == (0, bool(value))
    assert ("sysdig_access_key=@FILE" in done.err) == bool(value)
    assert KEY not in done.err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
@pytest.mark.parametrize("where", ["option", "document", "nowhere"])
def test_a_new_file_with_a_plain_secret_is_for_its_owner(
    tmp_path: Path, where: str
) -> None:
    """The twin: without one the mode follows the umask, and a file's own is kept."""
    (tmp_path / "key").write_text(KEY)
    words = list(options("sysdig"))
    if where == "option":
        words += ["-o", "sysdig_access_key_secret="]
        words += ["-o", f"sysdig_access_key=@{tmp_path / 'key'}"]
    held = [{"name": "SYSDIG_ACCESS_KEY", "value": KEY}] if where == "document" else []
    before = [{**WEB, "environment": [*WEB["environment"], *held]}]
    target = tmp_path / "made.json"
    words += ["--output", str(target), "-"]
    mask = os.umask(0o022)
    try:
        assert command("patch", *words, stdin=before).status == 0
        wanted = 0o644 if where == "nowhere" else 0o600
        assert target.stat().st_mode & 0o777 == wanted
        target.chmod(0o640)
        assert command("patch", *words, stdin=before).status == 0
        assert target.stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(mask)


class TestOptions:
    """Where options come from, and how their text is read."""

    def test_a_file_and_assignments_over_it(self, tmp_path: Path) -> None:
        file = tmp_path / "options.json"
        file.write_text(json.dumps({**OPTIONS["sysdig"], "priority": "availability"}))
        words = ["--agent", "sysdig", "--options", str(file), "-o", "priority=security"]
        made = json.loads(command("patch", *words, "-", stdin=[WEB]).out)
        assert made[1]["essential"] is True

    def test_json_where_the_option_takes_it(self) -> None:
        words = ["-o", "collector_port=6443", "-o", 'ignore_containers=["side"]']
        made = patched([WEB, SIDE], "sysdig", *words)
        assert made[1] == SIDE
        assert {"name": "SYSDIG_COLLECTOR_PORT", "value": "6443"} in made[0][
            "environment"
        ]

    def test_text_where_the_option_takes_only_that(self, tmp_path: Path) -> None:
        key = tmp_path / "key"
        key.write_text("123456789\n")
        words = ["-o", f"sysdig_access_key=@{key}", "-o", "sysdig_access_key_secret="]
        made = patched([WEB], "sysdig", *words)
        assert {"name": "SYSDIG_ACCESS_KEY", "value": "123456789"} in made[0][
            "environment"
        ]

    def test_a_missing_file_is_told(self) -> None:
        done = command("patch", *options("sysdig"), "-o", "priority=@none", "-")
        assert "none: cannot be read" in done.failure

    def test_options_that_are_no_object_are_usage(self, tmp_path: Path) -> None:
        file = tmp_path / "options.json"
        file.write_text("[]")
        words = ["--agent", "sysdig", "--options", str(file), "-"]
        assert command("patch", *words, stdin=[WEB]).status == 2

    def test_every_problem_at_once_and_no_secret(self) -> None:
        words = ["--agent", "sysdig", "-o", "colector_host=x", "-o", "priority=high"]
        words += ["-o", f"sysdig_access_key={KEY}", "-o", f"log_configuration={KEY}"]
        done = command("patch", *words, "-", stdin=[{"name": "web"}])
        told = done.failure
        assert (
            'options.colector_host: is not known\n  did you mean "collector_host"?'
            in told
        )
        assert "options.priority: is" in told
        assert "options.log_configuration: is text, an object is needed" in told
        assert 'container_definitions[0].image: container "web" has no image' in told
        assert "options.workload_agent_image: is needed" in told
        assert KEY not in told

    def test_an_unknown_agent_names_the_nearest(self) -> None:
        done = command("patch", "--agent", "sysdg", "-", stdin=[WEB])
        told = 'agent: "sysdg" is not a known agent\n  did you mean "sysdig"?'
        assert told in done.failure

    @pytest.mark.parametrize("word", ["twistlock", "Palo Alto", "prisma-cloud"])
    def test_another_name_of_an_agent_is_offered(self, word: str) -> None:
        done = command("patch", "--agent", word, "-", stdin=[WEB])
        told = f'agent: "{word}" is not a known agent\n  did you mean "prisma_cloud"?'
        assert told in done.failure

    def test_task_facts(self) -> None:
        words = ["--task", "cpu_architecture=ARM64", "--task", "platform_version=1.3.0"]
        words += ["--task", "requires_compatibilities=FARGATE", "--task", "volumes=[]"]
        done = command("patch", *options("sysdig"), *words, "-", stdin=[WEB])
        assert "task.platform_version: is 1.3.0" in done.failure

    def test_image_configs_give_entry_points(self, tmp_path: Path) -> None:
        lock = tmp_path / "image-configs.lock.json"
        config = {"Entrypoint": ["/docker-entrypoint.sh"], "Cmd": ["nginx"]}
        lock.write_text(json.dumps({"nginx": config}))
        bare = [{"name": "web", "image": "nginx"}]
        words = [*options("sysdig"), "--image-configs", str(lock), "-"]
        made = json.loads(command("patch", *words, stdin=bare).out)
        assert made[0]["command"] == ["/docker-entrypoint.sh", "nginx"]
        lock.write_text(json.dumps({"nginx": {"Cmd": "nginx"}}))
        done = command("patch", *words, stdin=bare)
        assert f"{lock}.nginx.Cmd: is text, a list is needed" in done.failure

    def test_exclude_and_checks(self) -> None:
        made = patched([WEB, SIDE], "sysdig", "--exclude", "s*", "--checks", "off")
        assert made[1] == SIDE


class TestRemove:
    """What cannot be exact is said, never guessed."""

    def test_nothing_to_remove(self) -> None:
        done = command("remove", "-", stdin=[WEB])
        assert "no instrumentation is found in standard input" in done.failure

    def test_an_agent_that_is_not_there(self) -> None:
        done = command(
            "remove", "--agent", "sysdig", "-", stdin=patched([WEB], "prisma_cloud")
        )
        assert "no instrumentation of sysdig is found" in done.failure

    def test_a_plain_secret_is_missing_and_said_so(self) -> None:
        secret = {"name": "SYSDIG_ACCESS_KEY", "value": KEY}
        made = patched([{**WEB, "environment": [*WEB["environment"], secret]}])
        assert KEY not in json.dumps(made)
        told = command("remove", "-", stdin=made).failure
        assert 'container "web" had SYSDIG_ACCESS_KEY in plain text' in told
        words = ["--allow-missing", "--format", "json", "-"]
        report = json.loads(command("remove", *words, stdin=made).out)
        assert report["document"] == [WEB]
        assert report["agents"] == ["sysdig"]
        assert report["missing"] == [
            {"container": "web", "variable": "SYSDIG_ACCESS_KEY"}
        ]

    def test_without_a_label_by_the_marks(self) -> None:
        made = patched(DEFINITION, "sysdig", "--provenance", "off")
        told = command("remove", "-", stdin=made).failure
        assert "--entry-point-items web=N" in told
        words = ["--entry-point-items", "web=1", "-"]
        done = command("remove", *words, stdin=made)
        assert json.loads(done.out) == DEFINITION

    @pytest.mark.parametrize("given", ["web", "web=x", "=1"])
    def test_entry_point_items_need_a_number(self, given: str) -> None:
        done = command("remove", "--entry-point-items", given, "-", stdin=[WEB])
        assert done.status == 2

    def test_register_after_removal(self) -> None:
        done = command("remove", "--register", "-", stdin=patched(DESCRIPTION))
        left = json.loads(done.out)
        assert left == {**DEFINITION, "volumes": [], "tags": DESCRIPTION["tags"]}

    def test_a_reference_of_the_users_own_keeps_the_agent(self) -> None:
        made = patched([WEB, SIDE], "sysdig", "--exclude", "side")
        made[1]["volumesFrom"] = [{"sourceContainer": "SysdigInstrumentation"}]
        told = command("remove", "-", stdin=made).failure
        assert 'container_definitions[1].volumesFrom[0]: container "side" needs' in told

    def test_a_label_that_was_edited_is_told(self) -> None:
        made = patched([WEB])
        made[0]["dockerLabels"] = {"fargate-instrument.provenance": "[]"}
        told = command("remove", "-", stdin=made).failure
        assert "container_definitions[0].dockerLabels" in told


class TestDocuments:
    """What is no document is told, with the file's name."""

    @pytest.mark.parametrize(
        ("content", "what"),
        [
            (b"", "is empty, JSON is expected"),
            (b"{", "is not JSON"),
            (b"\xff", "is not UTF-8 text"),
            (b"3", "is a number"),
            (b"{}", "is an object without a list containerDefinitions"),
            (b'[{"name":"a","Name":"b"}]', "stands twice, in two spellings"),
        ],
    )
    def test_told(self, tmp_path: Path, content: bytes, what: str) -> None:
        file = tmp_path / "web.json"
        file.write_bytes(content)
        done = command("patch", *options("sysdig"), str(file))
        assert what in done.failure

    def test_a_missing_file(self) -> None:
        done = command("patch", *options("sysdig"), "none.json")
        assert "none.json: cannot be read: No such file or directory" in done.failure

    def test_a_name_with_nul(self) -> None:
        assert '"a\\u0000b": is no file name' in command("remove", "a\0b").failure

    def test_a_new_file_follows_the_umask(self, tmp_path: Path) -> None:
        old = os.umask(0o027)
        try:
            documents.write(str(tmp_path / "new"), "{}\n")
        finally:
            os.umask(old)
        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o640

    def test_a_link_is_followed(self, tmp_path: Path) -> None:
        (tmp_path / "real").write_text("old")
        (tmp_path / "link").symlink_to("real")
        documents.write(str(tmp_path / "link"), "new")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real").read_text() == "new"


class Terminal(Streams):
    """Streams whose stderr is kept."""

    said = ""

    def err(self, text: str) -> None:
        self.said += text


VOLUMES: dict[str, Any] = {
    "agent": "x",
    "steps": [
        {"step": "AddMountPoint", "volume": volume, "path": f"/{volume}"}
        for volume in ("v", "w")
    ],
    "containers": [{"name": "agent", "image": "a"}],
}


class TestVolumes:
    """An agent that brings a task volume."""

    @pytest.mark.parametrize("there", [None, [], [{"name": "mine"}]])
    def test_it_comes_once_and_goes(self, there: Any) -> None:
        given = {} if there is None else {"volumes": there}
        value = {**DEFINITION, **given}
        document = definition.document(value, "web.json", json.dumps(value))
        query = {"agent": "custom", "options": json.dumps({"recipe": VOLUMES})}
        made = asking.Ask(query, document).answer()
        assert [v["name"] for v in made.after.task["volumes"]][-2:] == ["v", "w"]
        assert laws.without(made, made.after) == (document, ())
        text = json.dumps(made.after.value())
        again = asking.Ask(query, made.after.replace(text=text)).answer()
        assert again.after.value() == made.after.value()

    def test_what_only_the_query_knows_of_the_task_stays_out(self) -> None:
        facts = ["--task", "platform_version=1.4.0", "--task", "family=other"]
        made = patched(DEFINITION, "sysdig", *facts)
        assert made == patched(DEFINITION)


class TestLaws:
    """A document that breaks a law is not written."""

    def answer(self, tamper: dict[str, Any]) -> tuple[asking.Ask, Answer]:
        text = json.dumps([WEB])
        query = {
            "agent": "sysdig",
            "options": json.dumps(OPTIONS["sysdig"]),
            "provenance": "label",
        }
        document = definition.document(json.loads(text), "web.json", text)
        ask = asking.Ask(query, document)
        answer = ask.answer()
        first, *rest = answer.after.containers
        after = answer.after.changed([{**first, **tamper}, *rest], {})
        return ask, answer.replace(after=after)

    def test_nothing_is_written(self) -> None:
        streams = Terminal()
        assert patch.refuse(["a law", "another"], streams) == 3
        assert streams.said.count("fargate-instrument patch: a") == 2
        assert "nothing was written; this is a bug of the program" in streams.said

    @pytest.mark.parametrize("launcher", ["", "/var/lib/twistlock/fargate/defender"])
    def test_an_edited_launcher_is_the_recipes_again(self, launcher: str) -> None:
        made = patched(DEFINITION, "prisma_cloud")
        edited = json.loads(json.dumps(made))
        edited["containerDefinitions"][0]["entryPoint"][:2] = [launcher, "edited"]
        assert patched(edited, "prisma_cloud") == made

    def test_sound(self) -> None:
        assert laws.broken(*self.answer({})) == []

    def test_not_idempotent(self) -> None:
        told = laws.broken(*self.answer({"volumesFrom": []}))
        assert "instrumenting the result again would change it" in told

    def test_cannot_be_instrumented_again(self) -> None:
        told = laws.broken(*self.answer({"entryPoint": "sh"}))
        assert "instrumenting the result again would change it" in told

    def test_not_invertible(self) -> None:
        told = laws.broken(*self.answer({"image": "other"}))
        assert told == [
            "removing the agent from the result would not give the input back"
        ]
