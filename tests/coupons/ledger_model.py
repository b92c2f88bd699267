"""A second, plain model of issuing and of the life of coupons: dicts, loops, and the rules word by word."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from socialmkt.coupons import Campaign, IssueRequest, Step


class PlainLedger:
    """Keeps everything in lists and dicts that it changes in place."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[Any, str]] = {}
        self.coupons: dict[str, dict[str, Any]] = {}
        self.committed = self.spent = self.version = 0

    def issue(self, campaign: Campaign, request: IssueRequest, now: Any) -> tuple[str, str]:
        """Answer with coupon and reason."""
        asked = (request.user, request.person, request.source, request.source_ref)
        at = request.at or now
        if request.key in self.keys:
            before, coupon = self.keys[request.key]
            return (coupon, "") if before == asked else ("", "idempotency_conflict")
        reason = self._why_not(campaign, request, at)
        if reason:
            return "", reason
        coupon = f"{campaign.id}#{len(self.coupons)}"
        windows = [(w.start, w.end) for w in campaign.validity.windows(at)]
        worst = campaign.worst_case() or 0
        self.coupons[coupon] = {
            "asked": asked, "at": at, "state": "issued", "windows": windows, "worst": worst,
            "order": None, "until": None, "value": 0,
        }  # fmt: skip
        self.keys[request.key] = asked, coupon
        self.committed += worst
        self.version += 1
        return coupon, ""

    def _why_not(self, campaign: Campaign, request: IssueRequest, at: Any) -> str:  # noqa: C901, PLR0911  # a return a reason
        issued = [(*c["asked"], c["at"]) for c in self.coupons.values()]
        me = ("user", request.user) if request.person is None else ("person", request.person)
        people = [("user", user) if person is None else ("person", person) for user, person, *_ in issued]
        zone = timedelta(hours=8)
        worst = campaign.worst_case() or 0
        live = sum(c["state"] != "void" for c in self.coupons.values())
        if campaign.issue_from and at < campaign.issue_from:
            return "not_started"
        if campaign.status == "ended" or (campaign.issue_until and at >= campaign.issue_until):
            return "ended"
        if campaign.status == "paused":
            return "paused"
        if campaign.rule is not None and not campaign.rule.decide(request.facts).ok:
            return "not_eligible"
        if campaign.once_per_source and request.source is not None:
            for (user, _, source, ref, _), person in zip(issued, people, strict=True):
                same = user == request.user if campaign.once_per_source == "user" else person == me
                if same and (source, ref) == (request.source, request.source_ref):
                    return "already_for_source"
        if campaign.per_user and sum(user == request.user for user, *_ in issued) >= campaign.per_user:
            return "per_user_limit"
        if campaign.per_person and people.count(me) >= campaign.per_person:
            return "per_person_limit"
        days = [(when + zone).date() for *_, when in issued]
        if campaign.per_day and days.count((at + zone).date()) >= campaign.per_day:
            return "per_day_limit"
        if campaign.total and live >= campaign.total:
            return "total_limit"
        if campaign.budget is not None and self.committed + worst > campaign.budget:
            return "budget_exhausted"
        return ""

    def step(self, step: Step, now: Any) -> str:
        """Answer with the reason."""
        at = step.at or now
        print_of = (step.kind, step.coupon, step.order, step.value)
        if step.key in self.keys:
            return "" if self.keys[step.key][0] == print_of else "idempotency_conflict"
        coupon = self.coupons.get(step.coupon)
        if coupon is None:
            return "not_found"
        reason = self._step_fault(step, coupon, at)
        if reason:
            return reason
        self._take(step, coupon, at)
        self.keys[step.key] = print_of, step.coupon
        self.version += 1
        return ""

    def _step_fault(self, step: Step, coupon: dict[str, Any], at: Any) -> str:  # noqa: C901, PLR0911, PLR0912  # as above
        state, kind = coupon["state"], step.kind
        over = all(end is not None and end <= at for _, end in coupon["windows"])
        if state == "void":
            return "void"
        if kind == "release":
            if state != "reserved":
                return "not_reserved"
            return "order_mismatch" if step.order not in (None, coupon["order"]) else ""
        if kind == "give_back":
            if state != "redeemed":
                return "not_redeemed"
            if step.order not in (None, coupon["order"]):
                return "order_mismatch"
            return "expired" if over and step.extend_until is None else ""
        if state == "redeemed":
            return "already_redeemed"
        if kind == "void":
            return ""
        if state == "reserved" and (coupon["until"] is None or at < coupon["until"]):
            if coupon["order"] != step.order:
                return "reserved"
            if kind == "redeem":
                return ""
        if any(start <= at and (end is None or at < end) for start, end in coupon["windows"]):
            return ""
        if over:
            return "expired"
        return "not_yet_valid" if all(at < start for start, _ in coupon["windows"]) else "outside_hours"

    def _take(self, step: Step, coupon: dict[str, Any], at: Any) -> None:
        if step.kind == "reserve":
            coupon.update(state="reserved", order=step.order, until=step.until)
        elif step.kind == "redeem":
            coupon.update(state="redeemed", order=step.order, until=None, value=step.value or 0)
            self.spent += step.value or 0
        elif step.kind == "void":
            coupon.update(state="void", order=None, until=None)
            self.committed -= coupon["worst"]
        else:
            if step.kind == "give_back":
                self.spent -= coupon["value"]
            coupon.update(state="issued", order=None, until=None, value=0)
            if step.extend_until is not None:
                coupon["windows"] = [*coupon["windows"], (at, step.extend_until)]
