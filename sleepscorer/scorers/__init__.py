"""How far several scorers agree, over the nights that they scored."""
