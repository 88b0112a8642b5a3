"""Everything the window can do, and what Qt makes of it."""
