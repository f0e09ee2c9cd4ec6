"""The manifests, alert rules and dashboard for operators: checked without a cluster."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml
from prometheus_client import CollectorRegistry

from bot.settings import Settings
from bot.telemetry.metrics import Metrics
from bot.timeouts import Timeouts

DEPLOY = Path(__file__).parent.parent / "deploy"
ALIASES = {field.alias for field in Settings.model_fields.values()}


def metric_names() -> set[str]:
    """Return the names of all series that the bot exports."""
    text = Metrics(CollectorRegistry(), lambda: 1.0).text().decode()
    names = set(re.findall(r"^# TYPE (\S+)", text, flags=re.MULTILINE))
    return names | {f"{name}_bucket" for name in names} | {"process_resident_memory_bytes"}


def used_metrics(expressions: list[str]) -> set[str]:
    return {name for text in expressions for name in re.findall(r"\b(?:ftcost|process)_\w+", text)}


def test_kubernetes_runs_two_locked_replicas_that_stop_in_order() -> None:
    documents: list[dict[str, Any]] = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8")))
    kinds = {document["kind"]: document["spec"] for document in documents}
    assert set(kinds) == {"Deployment", "PodDisruptionBudget", "Service", "Ingress"}
    assert kinds["Deployment"]["replicas"] == 2
    assert kinds["Deployment"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    pod = kinds["Deployment"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert pod["terminationGracePeriodSeconds"] >= 5 + Timeouts().stop + 3
    assert {variable["name"] for variable in container["env"]} <= ALIASES
    assert {container[probe]["httpGet"]["path"] for probe in ("livenessProbe", "readinessProbe")} == {"/healthz"}
    (rule,) = kinds["Ingress"]["rules"]
    assert [path["path"] for path in rule["http"]["paths"]] == ["/slack"], "no metrics for strangers"


def test_alerts_and_dashboard_name_metrics_that_exist() -> None:
    alerts = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))
    rules = [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]
    dashboard = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
    targets = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    used = used_metrics([*rules, *targets])
    assert used - metric_names() == set()
    exported = {name.removesuffix("_bucket") for name in used}
    ours = {name for name in metric_names() if name.startswith("ftcost") and not name.endswith(("_bucket", "_created"))}
    assert ours - exported == set(), "each metric is in the dashboard or an alert"
