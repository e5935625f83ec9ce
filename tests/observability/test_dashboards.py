"""Dashboard and alerts name only figures that there are."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, Metric
from prometheus_client.process_collector import ProcessCollector

from infra.standing import ServiceStand
from infra.supervising.child import ROOT
from infra.web_figures import Shelves
from libs.config import Settings
from libs.observability import metrics

DASHBOARDS = ROOT / "infra" / "dashboards"
_NAME = re.compile(r"\b(?:moussem|process|up)(?:_[a-z_]+)?\b(?=[{\[\s)]|$)")

_MATCHED = re.compile(r"(\w+)=~?\"")
_GROUPED = re.compile(r"by \(([^)]*)\)")


def told(settings: Settings) -> dict[str, set[str]]:
    """Return the labels of each sample that a process of ours may tell."""
    families: list[Metric] = [
        *ServiceStand(settings, {}).describe(),
        *Shelves({}).collect(),
        *ProcessCollector(registry=CollectorRegistry()).collect(),
    ]
    samples: dict[str, set[str]] = {"up": set()}
    for family in families:
        labels = set(getattr(family, "_labelnames", ()))
        samples[f"{family.name}_total" if family.type == "counter" else family.name] = labels
    for each in vars(metrics).values():
        if isinstance(each, Counter):
            samples[f"{each._name}_total"] = set(each._labelnames)  # noqa: SLF001 (the package has no public way)
        elif isinstance(each, Histogram):
            for suffix in ("bucket", "count", "sum"):
                samples[f"{each._name}_{suffix}"] = {*each._labelnames, "le"}  # noqa: SLF001
        elif hasattr(each, "_labelnames"):
            samples[each._name] = set(each._labelnames)  # noqa: SLF001
    return samples


def expressions() -> Iterator[tuple[str, str]]:
    for panel in json.loads((DASHBOARDS / "moussem.json").read_text())["panels"]:
        yield from ((f"panel {panel['title']}", target["expr"]) for target in panel["targets"])
    for group in rules()["groups"]:
        yield from ((f"alert {rule['alert']}", rule["expr"]) for rule in group["rules"])


def rules() -> Any:
    return yaml.safe_load((DASHBOARDS / "alerts.yml").read_text())


@pytest.mark.parametrize(("where", "expression"), [*expressions()])
def test_an_expression_names_only_figures_that_there_are(settings: Settings, where: str, expression: str) -> None:
    figures, named = told(settings), set(_NAME.findall(expression))
    assert named, where
    assert named <= {*figures}, where
    labels = {"job", *(label for name in named for label in figures[name])}
    grouped = {label.strip() for each in _GROUPED.findall(expression) for label in each.split(",")}
    assert {*_MATCHED.findall(expression), *grouped} <= labels, where
    assert expression.count("(") == expression.count(")")


def test_every_figure_of_ours_is_on_the_dashboard_or_in_an_alert(settings: Settings) -> None:
    everything = " ".join(expression for _, expression in expressions())
    ours = {re.sub(r"_(bucket|count|sum)$", "", name) for name in told(settings) if name.startswith("moussem_")}
    assert {name for name in ours if name not in everything} == set()


def test_every_alert_has_a_sentence_and_a_runbook() -> None:
    runbooks = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    for group in rules()["groups"]:
        for rule in group["rules"]:
            assert rule["annotations"]["summary"]
            assert rule["labels"]["severity"] in {"warning", "critical"}
            assert f"`{rule['alert']}`" in runbooks


def test_prometheus_reads_the_rules_and_what_the_fleet_writes() -> None:
    configuration = yaml.safe_load((DASHBOARDS / "prometheus.yml").read_text())
    for file in configuration["rule_files"]:
        assert (DASHBOARDS / file).exists()
    (job,) = configuration["scrape_configs"]
    assert (job["job_name"], job["file_sd_configs"][0]["files"]) == ("moussem", ["targets.json"])


def test_nothing_is_registered_twice() -> None:
    names = [family.name for family in REGISTRY.collect()]
    assert len(names) == len(set(names))
