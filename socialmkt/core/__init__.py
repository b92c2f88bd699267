"""The ground floor: what every area shares and no area owns."""
