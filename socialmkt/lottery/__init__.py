"""Prize draws that anyone can check."""

from socialmkt.lottery._masks import masked
from socialmkt.lottery.beacon import QUICKNET, DrandChain, drand_randomness
from socialmkt.lottery.commitment import Manifest, Prize, manifest
from socialmkt.lottery.drawing import draw
from socialmkt.lottery.entries import Entries
from socialmkt.lottery.ranking import Ranking, draw_key, rank, ticket
from socialmkt.lottery.verification import VERIFIER, Finding, verify
from socialmkt.lottery.record import DrawEvent, DrawRecord

__all__ = ["QUICKNET", "DrandChain", "Entries", "Manifest", "Prize", "Ranking", "draw_key", "drand_randomness", "manifest", "rank", "ticket", "draw", "DrawEvent","DrawRecord","masked","VERIFIER","Finding","verify"]
