"""Real prices: reading them and fitting markets to them."""
