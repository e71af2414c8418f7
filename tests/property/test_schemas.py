"""One declaration, three validators: the models, the published schemas, the road's.

They agree on everything but what is listed in ``EXCEPTIONS``.
"""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from fargate_instrument.core.agents import NAMES, load
from fargate_instrument.core.declared import SCHEMAS as DECLARED
from fargate_instrument.core.jsontext import parse
from fargate_instrument.core.options import schema
from fargate_instrument.core.validate import validate
from fargate_instrument.models import query
from fargate_instrument.models.generate import reduced, schemas
from fargate_instrument.models.options import OPTIONS
from tests.program import ARN, CHECKOUT
from tests.program import OPTIONS as KNOWN

LEAST: dict[str, Any] = {**KNOWN, "custom": {"recipe": {"agent": "x"}}}
SCHEMAS: dict[str, Any] = {
    **DECLARED,
    **{f"options.{name}": schema(load(name).options) for name in NAMES},
}
"""What the road checks with: as generated, and of options as each agent says."""

MODELS: dict[str, Any] = {
    "agents": query.Layers,
    "query": query.Query,
    "task": query.Task,
    "include": query.Include,
    "image_configs": query.ImageConfigs,
    "task_definitions": query.Batch,
    **{f"options.{name}": model for name, model in OPTIONS.items()},
}
ADAPTERS = {name: TypeAdapter[Any](model) for name, model in MODELS.items()}
PUBLISHED = CHECKOUT / "docs" / "reference" / "schemas"
EXCEPTIONS = {
    "1.0 where a whole number belongs": ("options.sysdig", "instrumentation_cpu", 1.0),
    "a line feed behind digits": ("options.sysdig", "instrumentation_cpu", "1\n"),
}
"""JSON Schema knows no difference between 1 and 1.0, and leaves ``$`` to each regular
expression dialect; the road and the models refuse both."""


def _road(name: str, value: Any) -> bool:
    carried = parse(json.dumps(value), "")
    return not validate(carried, SCHEMAS[name], "x")


def _model(name: str, value: Any) -> bool:
    try:
        ADAPTERS[name].validate_python(value)
    except ValidationError:
        return False
    return True


def _schema(name: str) -> Any:
    text = (PUBLISHED / f"{name}.json").read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


VALIDATORS = {name: _schema(name) for name in SCHEMAS}

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 70000),
    st.just(10**19),
    st.sampled_from(
        ["", " ", "x", "true", "5", "-5", "1" * 19, "6443", ARN, "wss://h:1", "auto"]
    ),
    st.sampled_from(["availability", "healthy", "start", "command", "provider-v3"]),
    st.just(1.5),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["group", "region", "stream_prefix", "logDriver", "options", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=6,
)


def _like(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Make values that are near what a schema takes."""
    if "anyOf" in schema:
        return st.one_of(*(_like(one) for one in schema["anyOf"]), scalars)
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | scalars
    kind = schema.get("type")
    if kind == "array":
        return st.lists(_like(schema.get("items", {})), max_size=2)
    if kind != "object":
        return scalars
    others = schema.get("additionalProperties", True)
    extra = _like(others) if isinstance(others, dict) else scalars
    known = {name: _like(one) for name, one in schema.get("properties", {}).items()}
    return st.builds(
        lambda members, more: {**more, **members},
        st.fixed_dictionaries({}, optional=known),
        st.dictionaries(st.sampled_from(["x", "a:1"]), extra, max_size=1),
    )


@pytest.mark.parametrize("name", sorted(SCHEMAS))
@given(st.data())
def test_all_three_agree(name: str, data: Any) -> None:
    value = data.draw(_like(SCHEMAS[name]) | values)
    if name.startswith("options.") and isinstance(value, dict):
        value = {**LEAST[name.partition(".")[2]], **value}
    verdict = _model(name, value)
    assert _road(name, value) is verdict
    assert VALIDATORS[name].is_valid(value) is verdict


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_some_values_pass_and_some_do_not(name: str) -> None:
    good: Any = [] if name in ("agents", "include") else {}
    if name.startswith("options."):
        good = LEAST[name.partition(".")[2]]
    assert (_road(name, good), _model(name, good)) == (True, True)
    assert VALIDATORS[name].is_valid(good)
    for bad in (5, "x", [5], {"x": 5}):
        assert _road(name, bad) is _model(name, bad) is VALIDATORS[name].is_valid(bad)
        assert not _road(name, bad)


@pytest.mark.parametrize("agent", NAMES)
def test_the_roads_schema_of_options_is_that_of_the_models(agent: str) -> None:
    """Options are declared once; two readers of the declaration make one schema."""
    published = schemas()[f"options.{agent}"]
    assert reduced(published, published.get("$defs", {})) == SCHEMAS[f"options.{agent}"]


@pytest.mark.parametrize("which", sorted(EXCEPTIONS))
def test_the_known_exceptions_are_exceptions(which: str) -> None:
    name, option, odd = EXCEPTIONS[which]
    value = {**LEAST[name.partition(".")[2]], option: odd}
    assert not _road(name, value)
    assert not _model(name, value)
    assert VALIDATORS[name].is_valid(value)
