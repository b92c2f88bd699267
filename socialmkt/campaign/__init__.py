"""What surrounds a campaign: whom to greet when, who gets credit, rewards, waves, new buyers, polls, and restraint."""

from socialmkt.campaign.occasions import *
from socialmkt.campaign.attribution import *
