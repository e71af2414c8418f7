"""The page on migrating from the Sysdig provider: its before and after, held to it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import hcl2
from hcl2.utils import SerializationOptions

from tests.terraform import roots
from tests.terraform_rig import mirror

if TYPE_CHECKING:
    from tests.terraform_rig.engines import Engine

PAGE: Final = mirror.CHECKOUT / "docs/how-to/migrate-from-the-sysdig-provider.md"
GOLDEN: Final = Path(__file__).parents[1] / "golden/sysdig/event_generator_provider_v3"
FENCE: Final = re.compile(r"^```hcl\n(.*?)^```", re.DOTALL | re.MULTILINE)
REPOSITORY: Final = "git::https://github.com/fargate-instrument/fargate-instrument.git"
REF: Final = "?ref=v0.1.0"
PLAIN: Final = SerializationOptions(strip_string_quotes=True, explicit_blocks=False)


def _fences() -> list[str]:
    return FENCE.findall(PAGE.read_text(encoding="utf-8"))


def _arguments(block: Any) -> dict[str, Any]:
    inner = block
    while not any(key in inner for key in ("container_definitions", "source")):
        inner = next(iter(inner.values()))
    own = {key: value for key, value in inner.items() if not key.startswith("__")}
    log = own.get("log_configuration")
    own["log_configuration"] = log[0] if isinstance(log, list) else log
    own["log_configuration"] = {
        key: value
        for key, value in own["log_configuration"].items()
        if not key.startswith("__")
    }
    return own


def test_after_is_before_under_another_name() -> None:
    before, after, _ = _fences()
    old = _arguments(hcl2.loads(before, serialization_options=PLAIN)["data"][0])
    new = _arguments(hcl2.loads(after, serialization_options=PLAIN)["module"][0])
    assert new.pop("compatibility") == "provider-v3"
    assert new.pop("source").endswith("//modules/sysdig-workload-agent?ref=v0.1.0")
    assert new == old


def _root(folder: Path, fence: str, engine: Engine, cli: dict[str, str]) -> Any:
    query = json.loads((GOLDEN / "query.json").read_text())
    definitions = json.dumps(query["container_definitions"])
    folder.mkdir()
    (folder / "event_generator.json").write_text(definitions)
    address = roots.tagged_clone(folder.with_name("repository"))
    local = fence.replace(REPOSITORY, address).replace(REF, f"?ref={roots.TAG}")
    key = query["options"]["sysdig_access_key"]
    rest = f"""
variable "sysdig_access_key" {{
  default   = "{key}"
  sensitive = true
}}

output "definitions" {{
  value     = module.event_generator.output_container_definitions
  sensitive = true
}}

output "secret_arns" {{
  value = module.event_generator.secret_arns
}}
"""
    stack = roots.root(folder, engine, cli, page=local, rest=rest)
    stack.apply()
    return stack.outputs()


def test_after_writes_what_the_provider_wrote(
    tmp_path: Path, engine: Engine, cli: dict[str, str]
) -> None:
    found = _root(tmp_path / "after", _fences()[1], engine, cli)
    expected = json.loads((GOLDEN / "expected.json").read_text())
    assert json.loads(found["definitions"]) == expected["container_definitions"]


def test_last_step_has_no_key_left(
    tmp_path: Path, engine: Engine, cli: dict[str, str]
) -> None:
    folder = tmp_path / "last"
    found = _root(folder, _fences()[2], engine, cli)
    query = json.loads((GOLDEN / "query.json").read_text())
    key = query["options"]["sysdig_access_key"]
    assert key not in (folder / "terraform.tfstate").read_text()
    assert len(found["secret_arns"]) == 1
