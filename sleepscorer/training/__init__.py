"""How the weights are made and judged; never imported by the window."""
