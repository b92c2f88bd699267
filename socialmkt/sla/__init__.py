"""Response times: what was promised, what was kept, and what a delay costs."""

from socialmkt.core.calendar import Calendar
from socialmkt.sla._codes import Actor, Kind, Metric, Semantics, Severity, Status, Verdict
from socialmkt.sla.checks import Checks, check
from socialmkt.sla.delay import delay_cost, equivalent_delay
from socialmkt.sla.policy import Policy, Target, due, warning
from socialmkt.sla.reporting import SRE_30D, Ageing, BurnAlert, Heatmap, Report, burn_alerts, burn_rate, report
from socialmkt.sla.threads import Event, Events, measure

__all__ = [
    "SRE_30D",
    "Actor",
    "Ageing",
    "BurnAlert",
    "Calendar",
    "Checks",
    "Event",
    "Events",
    "Heatmap",
    "Kind",
    "Metric",
    "Policy",
    "Report",
    "Semantics",
    "Severity",
    "Status",
    "Target",
    "Verdict",
    "burn_alerts",
    "burn_rate",
    "check",
    "delay_cost",
    "due",
    "equivalent_delay",
    "measure",
    "report",
    "warning",
]
