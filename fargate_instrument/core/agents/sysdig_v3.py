"""The exact output of Sysdig's Terraform provider 3.9, for a migration without a diff.

What the provider does otherwise than the agent ``sysdig``, spelled out: every container
is a target, null and empty argument lists count as given, all eight variables are
written, environments are sorted, the sidecar inherits the last application's, sizes
count only beside a log configuration or bare pdig, and nothing is recorded.
"""

from __future__ import annotations

from fargate_instrument.core.agents import reading as read
from fargate_instrument.core.agents import sysdig
from fargate_instrument.core.agents.sysdig import KEY, LAUNCHER, NAME, SIZES, WRAPPER
from fargate_instrument.core.errors import Failure, Said
from fargate_instrument.core.recipe import (
    SIDECAR,
    AddCapability,
    AddContainer,
    CompareText,
    InheritEnvironment,
    MountFrom,
    Recipe,
    SetEnvironment,
    SetMember,
    SortEnvironment,
    UniqueEnvironment,
    WrapEntryPoint,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from fargate_instrument.core.errors import Problem
    from fargate_instrument.core.recipe import Step


def recipe(options: Mapping[str, Any], task: Mapping[str, Any]) -> Recipe:  # noqa: ARG001  (every recipe is asked for in one way)
    """Turn checked options into a recipe; raises Failure for what v3 cannot say."""
    problems = [*sysdig.needs(options), *_not_in_v3(options)]
    if problems:
        raise Failure(problems)
    auth = read.text(options, "image_auth_secret")
    arns = read.arns(auth)
    return Recipe(
        NAME,
        steps=_steps(options),
        containers=(_sidecar(options),),
        task=sysdig.TASK,
        secret_arns=arns,
        secret_names=(KEY,),
        policies=read.may_read(arns),
        targets="all",
        recorded=False,
        checks="warn",
        exclude=tuple(name.strip() for name in options.get("ignore_containers") or ()),
        exclude_option="options.ignore_containers",
        warnings=(*sysdig.warnings(options), *_warnings(options)),
    )


def _not_in_v3(options: Mapping[str, Any]) -> list[Problem]:
    found = []
    if options.get("sysdig_access_key_secret"):
        found.append(
            read.needed(
                "sysdig_access_key_secret",
                "cannot be expressed by the vendor's provider",
                Said(
                    'take compatibility = "provider-v3" out to use it',
                    "take -o compatibility=provider-v3 out to use it",
                ),
            )
        )
    log = options.get("log_configuration")
    if log and "group" not in log:
        found.append(
            read.needed(
                "log_configuration",
                "cannot be expressed by the vendor's provider in this form",
                "give group, stream_prefix and region, or take compatibility out",
            )
        )
    return found


def _steps(options: Mapping[str, Any]) -> tuple[Step, ...]:
    return (
        WrapEntryPoint((LAUNCHER,), layout="command", as_given=True),
        UniqueEnvironment(),
        *read.variables(sysdig.variables(options), secrets=(KEY,)),
        *sysdig.bare(options),
        SortEnvironment(),
        AddCapability("SYS_PTRACE"),
        MountFrom(SIDECAR, read_only=True),
        CompareText(_own(options)),
    )


def _own(options: Mapping[str, Any]) -> tuple[str, ...]:
    return (*sysdig.variables(options), WRAPPER)


def _sidecar(options: Mapping[str, Any]) -> AddContainer:
    own = _own(options)
    return AddContainer(
        sysdig.CONTAINER,
        read.text(options, "workload_agent_image"),
        steps=(
            sysdig.program(),
            InheritEnvironment(own),
            *(
                SetEnvironment(name, value, mode="if_absent", secret=name == KEY)
                for name, value in sysdig.variables(options).items()
            ),
            SortEnvironment(),
            *read.registry_and_logs(options),
            *_sizes(options),
            CompareText(own, copied=True),
        ),
    )


def _sizes(options: Mapping[str, Any]) -> tuple[SetMember, ...]:
    if not _post_step(options):
        return ()
    sizes = read.sizes(options, SIZES)
    if read.flag(options, "instrumentation_essential", default=False):
        return sizes
    return (SetMember("essential", False), *sizes)


def _post_step(options: Mapping[str, Any]) -> bool:
    """Tell whether the vendor's provider honours essential, cpu and memory."""
    return bool(
        options.get("log_configuration") or options.get("bare_pdig_on_containers")
    )


def _warnings(options: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = [
        (
            f"options.{name}",
            "is outside the documented values; the vendor's provider takes any"
            " text, and so it is passed on",
        )
        for name in sysdig.undocumented(options)
    ]
    if not _post_step(options):
        found += [
            (
                f"options.{name}",
                "is ignored by the vendor's provider without log_configuration or"
                " bare_pdig_on_containers, and so it is here",
            )
            for name in ("instrumentation_essential", *SIZES.values())
            if read.text(options, name) not in ("", "0", "False", "false")
        ]
    return tuple(found)
