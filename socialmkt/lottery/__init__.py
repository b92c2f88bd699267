"""Prize draws that anyone can check: lists, commitments, rankings, records, odds and instant wins."""

from socialmkt.lottery import rfc3797
from socialmkt.lottery._masks import masked
from socialmkt.lottery._rows import Alternates, Skipped, SkipReason, Unfilled, Winners
from socialmkt.lottery.beacon import QUICKNET, DrandChain, drand_randomness
from socialmkt.lottery.commitment import Manifest, Prize, manifest
from socialmkt.lottery.drawing import draw
from socialmkt.lottery.entries import Entries, Excluded
from socialmkt.lottery.instant import Chance, Deck, Moments, Quotas
from socialmkt.lottery.odds_table import AnyPrize, OddsTable, odds
from socialmkt.lottery.policy import CN_2020, PolicyCode, PolicyProfile
from socialmkt.lottery.ranking import Ranking, draw_key, rank, ticket
from socialmkt.lottery.record import DrawEvent, DrawRecord, Published
from socialmkt.lottery.verification import VERIFIER, Finding, FindingCode, verify

__all__ = [
    "CN_2020",
    "QUICKNET",
    "VERIFIER",
    "Alternates",
    "AnyPrize",
    "Chance",
    "Deck",
    "DrandChain",
    "DrawEvent",
    "DrawRecord",
    "Entries",
    "Excluded",
    "Finding",
    "FindingCode",
    "Manifest",
    "Moments",
    "OddsTable",
    "PolicyCode",
    "PolicyProfile",
    "Prize",
    "Published",
    "Quotas",
    "Ranking",
    "SkipReason",
    "Skipped",
    "Unfilled",
    "Winners",
    "drand_randomness",
    "draw",
    "draw_key",
    "manifest",
    "masked",
    "odds",
    "rank",
    "rfc3797",
    "ticket",
    "verify",
]
