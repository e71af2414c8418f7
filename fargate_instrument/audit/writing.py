"""A report as JSON, SARIF 2.1.0 or JUnit XML, for programs; deterministic."""

from __future__ import annotations

import json
import os
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from fargate_instrument.audit.rules import DOCS, NOTE, RULES, WARNING
from fargate_instrument.audit.verdict import SKIPPED
from fargate_instrument.version import __version__

if TYPE_CHECKING:
    from fargate_instrument.audit.report import Note, Report, Row

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://github.com/fargate-instrument/fargate-instrument"
FORM = 1
"""Form of the JSON report; changes only when a reader would misread it."""
_NUMBER = {name: index for index, name in enumerate(RULES)}
_LEGAL_IN_XML = frozenset("\t\n\r")


def as_json(report: Report) -> str:
    """Write the report as one JSON object."""
    demand = report.demand
    value = {
        "form": FORM,
        "version": __version__,
        "passed": not report.failed,
        "required": list(demand.accepted) if demand else [],
        "counts": {"task_definitions": report.definitions, **report.counts()},
        "results": [_result(row) for row in report.rows],
        "notes": [
            {"rule": note.rule, "severity": note.severity, "message": note.message}
            for note in report.notes
        ],
    }
    return json.dumps(value, indent=2, sort_keys=True) + "\n"


def _result(row: Row) -> dict[str, Any]:
    one = row.definition
    return {
        "task_definition": one.name,
        "family": one.family,
        "source": one.source,
        "address": one.address,
        "file": one.place.path if one.place else None,
        "line": row.line or None,
        "used_by": list(one.used_by),
        "container": row.container or None,
        "verdict": row.status or None,
        "agents": list(row.agents),
        "rule": row.rule or None,
        "severity": row.severity or None,
        "fails": row.fails,
        "message": row.message,
        "exemption": {"reason": row.exempt, "expires": row.expires}
        if row.exempt
        else None,
    }


def as_sarif(report: Report) -> str:
    """Write the broken rules as a SARIF 2.1.0 log."""
    results = [_sarif_result(row) for row in report.rows if row.rule]
    results += [_sarif_note(note) for note in report.notes]
    driver = {
        "name": "fargate-instrument",
        "semanticVersion": __version__,
        "informationUri": HOME,
        "rules": [
            {
                "id": rule.identity,
                "name": "".join(word.capitalize() for word in rule.name.split("-")),
                "shortDescription": {"text": rule.summary + "."},
                "fullDescription": {"text": rule.summary + "."},
                "help": {"text": rule.help},
                "helpUri": f"{DOCS}#{rule.identity.lower()}",
                "defaultConfiguration": {"level": rule.severity},
            }
            for rule in RULES.values()
        ],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The checkout"}}},
        "results": results,
    }
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, sort_keys=True) + "\n"


def _sarif_result(row: Row) -> dict[str, Any]:
    one = row.definition
    subject = f'{one.name}, container "{row.container}"' if row.container else one.name
    location: dict[str, Any] = {
        "logicalLocations": [
            {
                "fullyQualifiedName": f"{one.name}/{row.container or '*'}",
                "kind": "resource",
            }
        ]
    }
    if one.place:
        location["physicalLocation"] = _physical(one.place.path, row.line)
    result: dict[str, Any] = {
        "ruleId": RULES[row.rule].identity,
        "ruleIndex": _NUMBER[row.rule],
        "level": row.severity,
        "message": {"text": f"{subject}: {row.message}"},
        "locations": [location],
        "partialFingerprints": {
            "taskDefinitionContainer/v1": f"{_stable(row)}/{row.container}/{row.rule}"
        },
    }
    if one.used_by:
        result["properties"] = {"services": list(one.used_by)}
    if row.exempt:
        text = f"until {row.expires}: {row.exempt}"
        result["suppressions"] = [{"kind": "external", "justification": text}]
    return result


def _stable(row: Row) -> str:
    """Name a definition in a way that outlives its next revision."""
    one = row.definition
    if one.source == "account":
        return one.address.rpartition(":")[0] or one.address
    return one.address


def _sarif_note(note: Note) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": RULES[note.rule].identity,
        "ruleIndex": _NUMBER[note.rule],
        "level": note.severity,
        "message": {"text": note.message},
    }
    if note.path:
        result["locations"] = [{"physicalLocation": _physical(note.path, 0)}]
    return result


def _physical(path: str, line: int) -> dict[str, Any]:
    pure = PurePath(path)
    if pure.is_absolute():
        artifact = {"uri": pure.as_uri()}
    else:
        artifact = {
            "uri": quote(os.fsencode(pure.as_posix())),
            "uriBaseId": "%SRCROOT%",
        }
    found: dict[str, Any] = {"artifactLocation": artifact}
    if line:
        found["region"] = {"startLine": line}
    return found


def as_junit(report: Report) -> str:
    """Write a test case for each container: what a CI server shows as tests."""
    root = ET.Element("testsuites", name="fargate-instrument audit")
    suites: dict[str, ET.Element] = {}
    for row in report.rows:
        name = row.definition.address
        if name not in suites:
            suites[name] = ET.SubElement(root, "testsuite", name=_legal(name))
        _case(suites[name], row)
    for element in (*suites.values(), root):
        cases = list(element.iter("testcase"))
        found = {
            "tests": len(cases),
            "failures": len(list(element.iter("failure"))),
            "errors": 0,
            "skipped": len(list(element.iter("skipped"))),
        }
        element.attrib.update({key: str(number) for key, number in found.items()})
    ET.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, row: Row) -> None:
    title = row.container or row.rule
    if row.container and not row.status:
        title = f"{row.container}: {row.rule}"
    case = ET.SubElement(
        suite, "testcase", classname=_legal(row.definition.name), name=_legal(title)
    )
    if row.definition.place:
        case.set("file", _legal(row.definition.place.path))
        if row.line:
            case.set("line", str(row.line))
    message = _legal(row.message)
    if row.fails:
        fault = ET.SubElement(case, "failure", message=message, type=row.rule)
        fault.text = f"{message}\n{RULES[row.rule].help}"
    elif row.exempt:
        text = _legal(f"exempt until {row.expires}: {row.exempt}")
        ET.SubElement(case, "skipped", message=text)
    elif row.status == SKIPPED or row.severity in (WARNING, NOTE):
        ET.SubElement(case, "skipped", message=message)
    else:
        ET.SubElement(case, "system-out").text = message


def _legal(text: str) -> str:
    """Replace what XML cannot carry."""
    return "".join(
        char
        if char in _LEGAL_IN_XML
        or " " <= char <= "\ud7ff"
        or "\ue000" <= char <= "\ufffd"
        or char > "\uffff"
        else "\ufffd"
        for char in text
    )
