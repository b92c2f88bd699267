"""Response times: what was promised, what was kept, and what a delay costs."""

from socialmkt.core.calendar import Calendar
from socialmkt.sla._codes import Actor, Kind, Metric, Semantics, Severity, Status, Verdict
from socialmkt.sla.checks import Checks, check
from socialmkt.sla.policy import Policy, Target, due, warning
from socialmkt.sla.threads import Event, Events, measure

__all__ = ["Calendar", "Checks", "Policy", "Target", "check", "due", "warning"]
